"""Dated GST rates by HSN prefix: the longest prefix of a code decides.

Each line reads `prefix[,prefix...] | date=rate[+cess] ...` with the dates named
below. A line without a 2025 entry kept its rate under the 2025 notifications.
"""

DATES = {
    "launch": "2017-07-01",
    "nov17": "2017-11-15",
    "jul18": "2018-07-27",
    "oct19": "2019-10-01",
    "apr20": "2020-04-01",
    "jul22": "2022-07-18",
    "oct24": "2024-10-10",
    "sep25": "2025-09-22",
}

# (taxed, exempt) source per date
SOURCES = {
    "launch": ("Notification 1/2017-CT(R)", "Notification 2/2017-CT(R)"),
    "nov17": ("23rd GST Council, notification 41/2017-CT(R)", "23rd GST Council, notification 42/2017-CT(R)"),
    "jul18": ("28th GST Council, notification 18/2018-CT(R)", "28th GST Council, notification 19/2018-CT(R)"),
    "oct19": ("37th GST Council, notification 14/2019-CT(R)", "37th GST Council, notification 15/2019-CT(R)"),
    "apr20": ("39th GST Council, notification 3/2020-CT(R)", "39th GST Council"),
    "jul22": ("47th GST Council, notification 6/2022-CT(R)", "47th GST Council, notification 7/2022-CT(R)"),
    "oct24": ("54th GST Council, notification 5/2024-CT(R)", "54th GST Council"),
    "sep25": ("56th GST Council, notification 9/2025-CT(R)", "56th GST Council, notification 10/2025-CT(R)"),
}

TABLE = """
0204,0207 | launch=0
02071400 | jul22=5
0302,0306,0307 | launch=0
03046200,03061720 | jul22=5
0401 | launch=0
0402 | launch=5
04029920 | launch=12 sep25=5
0403 | launch=0 jul22=5
04032000 | launch=5
0405,0406 | launch=12 sep25=5
04061090 | launch=5 sep25=0
0407 | launch=0
0409 | launch=5
0701,0702,0703,0704,0705,0706,0707,0708,0709 | launch=0
0710 | launch=0
0713 | launch=0 jul22=5
0714 | launch=0
0801 | launch=0
080132 | launch=5
0802 | launch=12 sep25=5
080232 | launch=5
0803,0805,0807,0808,0809,0810 | launch=0
0804 | launch=0
08041020,08042090 | launch=12 sep25=5
08045040 | launch=12 sep25=5
08061000 | launch=0
08062010 | launch=5
0811 | launch=5
0813 | launch=12 sep25=5
08134010 | launch=5 oct19=0
0901,0902,0904,0906,0907,0908,0909,0910 | launch=5
09101110 | launch=0
1001,1003,1005,1006,1007,1008 | launch=0 jul22=5
1101,1102,1103,1104,1106 | launch=0 jul22=5
1108 | launch=12 sep25=5
1201,1202,1204,1207 | launch=5
1211 | launch=5
1301 | launch=5
1404 | launch=0
1507,1508,1509,1510,1511,1512,1513,1514,1515,1516 | launch=5
1601,1602,1604 | launch=12 sep25=5
1701 | launch=5
17011410,17011420 | launch=0 jul22=5
1704 | launch=18 sep25=5
17049090 | launch=5
1805,1806 | launch=28 nov17=18 sep25=5
1901 | launch=18 sep25=5
1902 | launch=18 nov17=12 sep25=5
1903 | launch=5
1904 | launch=18 sep25=5
19041020 | launch=0 jul22=5
1905 | launch=18 sep25=5
190590 | launch=18 sep25=0
19054000 | launch=5
19059010,19059020 | launch=18 sep25=5
19059030 | launch=18 oct24=12 sep25=5
19059040,19059090 | launch=0
2001,2004,2005,2007,2008,2009 | launch=12 sep25=5
2101 | launch=28 nov17=18 sep25=5
2102 | launch=12 sep25=5
2103 | launch=18 nov17=12 sep25=5
21032000 | launch=12 sep25=5
2104,2105,2106 | launch=18 sep25=5
21061000 | launch=12 sep25=5
2201 | launch=18 sep25=5
220210 | launch=28+12 sep25=40
22029910,22029920,22029930 | launch=12 sep25=5
22029990 | launch=18 sep25=40
2209 | launch=18 sep25=5
2501 | launch=0
29142922 | launch=18
30049011 | launch=12 sep25=5
3304 | launch=28 nov17=18
33049120 | launch=18 sep25=5
3305 | launch=28 nov17=18
33051090 | launch=28 nov17=18 sep25=5
33059011,33059019 | launch=18 sep25=5
33059040 | launch=5
33061010 | launch=12 sep25=5
33061020 | launch=18 sep25=5
33069000 | launch=28 nov17=18
33071010 | launch=28 nov17=18 sep25=5
33072000,33079090 | launch=28 nov17=18
33074100 | launch=5
3401 | launch=18
34011190 | launch=18 sep25=5
340130 | launch=28 nov17=18
3402 | launch=28 nov17=18
34060010 | launch=12 sep25=5
36050010 | launch=18 apr20=12 sep25=5
3808 | launch=18
39232990 | launch=18
4818 | launch=18
59080010 | launch=12 sep25=5
73231000 | launch=12 sep25=5
7607 | launch=18
8212,8305 | launch=18
8506 | launch=28 nov17=18
85395200 | launch=12 jul22=18
96031000 | launch=5 jul18=0
96032100 | launch=18 sep25=5
96190010 | launch=12 jul18=0
96190030 | launch=12 sep25=5
9968 | launch=18
"""


def rate_rows():
    """Rows (hsn, rate, cess, valid_from, source) in order of code and date."""
    rows = []
    for line in TABLE.strip().splitlines():
        prefixes, history = (part.strip() for part in line.split("|"))
        for prefix in prefixes.split(","):
            rows.extend(_row(prefix, entry) for entry in history.split())
    return sorted(rows, key=lambda row: (row[0], row[3]))


def _row(prefix, entry):
    name, value = entry.split("=")
    rate, _, cess = value.partition("+")
    source = SOURCES[name][rate == "0"]
    return prefix, rate, cess or "0", DATES[name], source
