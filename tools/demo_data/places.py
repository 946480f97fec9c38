"""States and union territories with their GST codes and spellings."""

# gst_code, alpha, name, union territory, has a legislature, retired, aliases
STATES = (
    ("01", "JK", "Jammu and Kashmir", True, True, False, "Jammu & Kashmir"),
    ("02", "HP", "Himachal Pradesh", False, True, False, ""),
    ("03", "PB", "Punjab", False, True, False, ""),
    ("04", "CH", "Chandigarh", True, False, False, ""),
    ("05", "UK", "Uttarakhand", False, True, False, "Uttaranchal|UA"),
    ("06", "HR", "Haryana", False, True, False, ""),
    ("07", "DL", "Delhi", True, True, False, "NCT of Delhi|New Delhi"),
    ("08", "RJ", "Rajasthan", False, True, False, ""),
    ("09", "UP", "Uttar Pradesh", False, True, False, ""),
    ("10", "BR", "Bihar", False, True, False, ""),
    ("11", "SK", "Sikkim", False, True, False, ""),
    ("12", "AR", "Arunachal Pradesh", False, True, False, ""),
    ("13", "NL", "Nagaland", False, True, False, ""),
    ("14", "MN", "Manipur", False, True, False, ""),
    ("15", "MZ", "Mizoram", False, True, False, ""),
    ("16", "TR", "Tripura", False, True, False, ""),
    ("17", "ML", "Meghalaya", False, True, False, ""),
    ("18", "AS", "Assam", False, True, False, ""),
    ("19", "WB", "West Bengal", False, True, False, ""),
    ("20", "JH", "Jharkhand", False, True, False, ""),
    ("21", "OD", "Odisha", False, True, False, "Orissa|OR"),
    ("22", "CG", "Chhattisgarh", False, True, False, "Chattisgarh|CT"),
    ("23", "MP", "Madhya Pradesh", False, True, False, ""),
    ("24", "GJ", "Gujarat", False, True, False, ""),
    ("25", "DD", "Daman and Diu", True, False, True, ""),
    ("26", "DN", "Dadra and Nagar Haveli and Daman and Diu", True, False, False,
     "Dadra & Nagar Haveli and Daman & Diu|Dadra and Nagar Haveli|DNHDD"),
    ("27", "MH", "Maharashtra", False, True, False, ""),
    ("28", "AP", "Andhra Pradesh (before 2014)", False, True, True, ""),
    ("29", "KA", "Karnataka", False, True, False, ""),
    ("30", "GA", "Goa", False, True, False, ""),
    ("31", "LD", "Lakshadweep", True, False, False, "Lakshadweep Islands"),
    ("32", "KL", "Kerala", False, True, False, ""),
    ("33", "TN", "Tamil Nadu", False, True, False, "Tamilnadu"),
    ("34", "PY", "Puducherry", True, True, False, "Pondicherry"),
    ("35", "AN", "Andaman and Nicobar Islands", True, False, False, "Andaman & Nicobar Islands|Andaman and Nicobar"),
    ("36", "TS", "Telangana", False, True, False, "TG"),
    ("37", "AP", "Andhra Pradesh", False, True, False, "Andhra Pradesh (New)|AD"),
    ("38", "LA", "Ladakh", True, False, False, ""),
)

STATE_HEADER = ("gst_code", "alpha", "name", "is_union_territory", "has_legislature", "retired", "aliases")


def state_rows():
    return [tuple(_text(value) for value in state) for state in STATES]


def resolve(spelling):
    """Current states whose name or alias is the given spelling."""
    wanted = spelling.casefold()
    return [s[0] for s in STATES if not s[5] and wanted in (n.casefold() for n in (s[2], *s[6].split("|")))]


def _text(value):
    return str(value).lower() if isinstance(value, bool) else value
