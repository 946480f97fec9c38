#!/usr/bin/env python3
"""Builds the demo data of the shop from the folder with the source data sets.

Usage: build.py SOURCE_FOLDER [OUTPUT_FOLDER]

The same input always gives the same bytes: choices are taken from hashes of
names, never from a random generator, a clock or the order of a folder.
"""

import csv
import gzip
import hashlib
import html
import io
import re
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from statistics import median

import gst
import off_rules
import places
import produce
import shelves

HEADER = (
    "product_key", "name", "brand", "category", "description", "hsn", "dietary", "fssai", "ingredients",
    "country_of_origin", "shelf_life_days", "tags", "sku", "barcode", "pack", "mrp", "status", "image",
    "attr:grade", "attr:organic", "attr:flavour", "attr:storage",
)
MANDI_FILES = ("mandi_prices_2024-09-30.csv.gz", "mandi_prices_2024-09-15.csv.gz")
UNIT_SIZES = {"g": ("mass", 1), "kg": ("mass", 1000), "ml": ("volume", 1), "l": ("volume", 1000), "pc": ("count", 1)}
SIZE_EXPONENT = 0.94  # a pack twice as large costs a little less than twice
DRAFT_PER_MILLE, ARCHIVED_PER_MILLE = 20, 40
MAX_INGREDIENTS = 400
MAX_BRANDS = 3
NAME_QUALIFIERS = ("Classic", "Special", "Traditional", "Homestyle", "Signature", "Reserve", "Heritage", "Original", "Fine", "Grand", "Royal")
STOP_TAGS = {"with", "and", "in", "the", "of", "ready", "without", "cut", "fresh", "for", "from", "size", "pack"}


# ---------------------------------------------------------------- small tools

def stable(text: str, modulus: int) -> int:
    """A number below modulus that depends on the text only."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % modulus


def ean13(body: str) -> str:
    """Appends the check digit to twelve digits."""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
    return body + str(-total % 10)


def slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def pack_size(pack: str) -> tuple[str, float]:
    """Dimension and size of a pack in grams, millilitres or pieces."""
    number, unit = pack.split(" ")
    dimension, factor = UNIT_SIZES[unit]
    return dimension, float(number) * factor


def shelf_price(raw: float) -> Decimal:
    """Rounds to a price as printed on packs: whole rupees, fives above 200."""
    step = 1 if raw < 200 else 5
    return Decimal(max(step, round(raw / step) * step)).quantize(Decimal("0.01"))


def pack_prices(first_price: float, packs: list[str]) -> list[Decimal]:
    """Prices of all packs, never dearer per unit than the pack before."""
    sizes = [pack_size(pack)[1] for pack in packs]
    prices = [shelf_price(first_price)]
    for size, previous in zip(sizes[1:], sizes):
        price = shelf_price(first_price * (size / sizes[0]) ** SIZE_EXPONENT)
        ceiling = prices[-1] * Decimal(size / previous)
        while price > ceiling:
            price -= 1
        prices.append(price.quantize(Decimal("0.01")))
    return prices


def licence(owner: str) -> str:
    """A plausible 14-digit food licence number for a made-up demo."""
    state = places.STATES[stable(owner + "/state", len(places.STATES))][0]
    year = 15 + stable(owner + "/year", 10)
    return f"1{state}{year}{stable(owner + '/office', 1000):03d}{stable(owner + '/serial', 1_000_000):06d}"


def tags_of(*texts: str) -> str:
    """Search words of name, alternative names and category leaf."""
    words = (word for text in texts for word in re.findall(r"[a-z]{3,}", text.lower()))
    return "|".join(list(dict.fromkeys(word for word in words if word not in STOP_TAGS))[:10])


# ---------------------------------------------------------------- products

@dataclass
class Variant:
    pack: str
    mrp: Decimal
    barcode: str = ""
    image: str = ""


@dataclass
class Product:
    name: str
    brand: str
    category: str
    code: str
    description: str
    hsn: str
    dietary: str
    ingredients: str
    origin: str
    days: int
    storage: str
    variants: list[Variant]
    grade: str = ""
    organic: str = ""
    flavour: str = ""
    fssai: str = ""
    status: str = ""
    key: str = field(default="")

    def sort_key(self):
        return self.category, self.name


def options_of(text: str) -> dict[str, str]:
    return dict(part.strip().split("=", 1) for part in text.split(";") if part.strip())


def brands_for(item: str, pool: tuple[str, ...], count: int) -> list[str]:
    """Consecutive brands of the pool, starting at a place given by the item."""
    start = stable(item, len(pool))
    return [pool[(start + step) % len(pool)] for step in range(min(count, MAX_BRANDS))]


def describe(note: str, closings: tuple[str, ...], name: str, brand: str = "") -> str:
    sentences = [note, closings[stable(name, len(closings))]]
    if brand and stable(name + "/brand", 2):
        sentences[1:] = [shelves.BRANDS[brand].sentence]
    return " ".join(sentences)


def house_products():
    """The shop's own range from the shelf tables."""
    for shelf in shelves.SHELVES:
        for line in shelf.items.strip().splitlines():
            name, price, note, *rest = (part.strip() for part in line.split("|"))
            options = options_of(rest[0]) if rest else {}
            count = int(options.get("n", shelf.carried_by))
            for place, brand in enumerate(brands_for(name, shelves.POOLS[shelf.brands], count)):
                packs = options.get("packs", shelf.packs).split(",")
                yield house_product(shelf, name, float(price), note, options, brand, packs if place == 0 else packs[:3 - place])


def house_product(shelf, item, price, note, options, brand_name, packs) -> Product:
    brand = shelves.BRANDS[brand_name]
    name = f"{brand_name} {item}"
    dietary = options.get("diet", shelf.diet)
    base = re.sub(r"\s*\(.*?\)", "", item)
    food = bool(dietary)
    return Product(
        name=name, brand=brand_name, category=shelf.path, code=shelf.code,
        description=describe(note, shelf.closing, name, brand_name),
        hsn=options.get("hsn", shelf.hsn), dietary=dietary,
        ingredients=options.get("ing", shelf.ingredients).format(base=base) if food else "",
        origin=options.get("origin", "India"), days=int(options.get("days", shelf.days)), storage=shelf.storage,
        variants=[Variant(*pair) for pair in zip(packs, pack_prices(price * brand.factor, packs))],
        grade=options.get("grade", ""), organic=("yes" if brand.organic else "no") if food else "",
        flavour=options.get("fl", ""), fssai=licence(brand_name) if food else "",
    )


# ---------------------------------------------------------------- market goods

def read_gzip(path: Path):
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def market_rows(catalogue: Path):
    """Per (commodity, variety), and per commodity: wholesale prices and grades."""
    prices, grades = defaultdict(list), defaultdict(Counter)
    for name in MANDI_FILES:
        for row in read_gzip(catalogue / name):
            for variety in (row["Variety"], "*"):
                prices[row["Commodity"], variety].append(float(row["Modal_Price"]))
                grades[row["Commodity"], variety][row["Grade"]] += 1
    return prices, grades


def market_products(catalogue: Path):
    prices, grades = market_rows(catalogue)
    for (path, code, days), table in produce.PRODUCE.items():
        for line in table.strip().splitlines():
            commodity, variety, *rest = (part.strip() for part in line.split("|"))
            found = commodity, variety
            grade = min(grades[found].items(), key=lambda pair: (-pair[1], pair[0]))[0]
            yield market_product(path, code, days, rest, median(prices[found]), grade)


def market_product(path, code, days, fields, quintal_price, grade) -> Product:
    name, hsn, packs, bounds, note = fields
    low, high = (float(bound) for bound in bounds.split("-"))
    packs = packs.split(",")
    unit_price = min(high, max(low, quintal_price / 100 * produce.RETAIL_MARGIN))
    dimension, size = pack_size(packs[0])
    first_price = unit_price * size / (1 if dimension == "count" else 1000)
    fresh = path.startswith("Fruits & Vegetables")
    closings = ("Sourced fresh from the mandi every morning.", "Sorted and packed at our collection centre.") if fresh else (
        "Cleaned and packed from mandi lots.", "Bought directly at the regulated market.")
    return Product(
        name=name, brand="Gaon Fresh", category=path, code=code, description=describe(note, closings, name),
        hsn=hsn, dietary="VEGAN", ingredients=re.sub(r"\s*\(.*?\)", "", name), origin="India", days=days,
        storage=shelves.FRESH if fresh else shelves.DRY,
        variants=[Variant(*pair) for pair in zip(packs, pack_prices(first_price, packs))],
        grade=grade, organic="no", fssai=licence("Gaon Fresh"),
    )


# ---------------------------------------------------------------- Open Food Facts

PACK_IN_NAME = re.compile(r"[-, ]*\(?\b(\d+)\s?(g|gm|gms|gr|kg|ml|l|k)\b\)?[ -]*$", re.IGNORECASE)
UNIT_SPELLING = {"gm": "g", "gms": "g", "gr": "g", "k": "kg"}
SMALL_WORDS = {"and", "of", "with", "the", "in", "des", "without"}
DAIRY_WORDS = re.compile(r"\b(milk|butter|ghee|cheese|cream|yogh?urt|curd|whey|paneer|lactose|honey)\b", re.IGNORECASE)
PLANT_ONLY = {"RICE", "RGRC", "ATTA", "SUGR", "TEA", "GTEA", "COFF", "JUIC", "SODA", "ROIL", "COIL", "GSPC"}
NOT_MAIN = {"inner layer", "muffin mix", "noodles", "real sugarcane"}
EGG_WORDS = re.compile(r"\beggs?\b", re.IGNORECASE)
FLAVOURS = ("mango", "orange", "strawberry", "vanilla", "chocolate", "choco", "cashew", "cardamom", "elaichi", "masala",
            "lemon", "guava", "apple", "mixed fruit", "cherry", "jeera", "ginger", "badam", "tomato", "garlic", "cheese")


def tidy_case(name: str) -> str:
    """Words that shout or whisper become capitalised, short marks stay."""
    def fix(place, word):
        if word.lower() in SMALL_WORDS and place:
            return word.lower()
        if word.isupper() and len(word.strip("!.")) > 3 or word.islower():
            return word[:1].upper() + word[1:].lower()
        return word
    return " ".join(fix(place, word) for place, word in enumerate(name.split()))


def split_pack(name: str) -> tuple[str, str]:
    """Name without a trailing pack size, and that size or nothing."""
    match = PACK_IN_NAME.search(name)
    if not match:
        return name, ""
    unit = match[2].lower()
    return name[: match.start()].strip(" -,"), f"{match[1]} {UNIT_SPELLING.get(unit, unit)}"


def clean_ingredients(row) -> str:
    if row["barcode"] in off_rules.BAD_INGREDIENTS:
        return ""
    text = html.unescape(html.unescape(row["ingredients"])).replace("_", "").replace("&", "and")
    text = re.sub(r"^.{0,60}?\bi?ngredients?\W+", "", text.strip(), flags=re.IGNORECASE)
    text = re.sub(r"[\s]+", " ", re.sub(r"[*~•]", "", text)).strip(" ,;:-=+@")
    if len(text) > MAX_INGREDIENTS:
        text = text[:MAX_INGREDIENTS].rsplit(",", 1)[0]
    letters = [char for char in text if char.isalpha()]
    shouting = letters and sum(char.isupper() for char in letters) > 0.6 * len(letters)
    return text.capitalize() if shouting else text


def brand_of(barcode: str, name: str) -> str:
    prefixes = [prefix for prefix in off_rules.BRANDS if barcode.startswith(prefix)]
    brand = off_rules.BRANDS[max(prefixes, key=len)] if prefixes else ""
    if brand:
        return brand
    known = sorted({*off_rules.BRANDS.values(), *off_rules.NAMED_BRANDS} - {""}, key=lambda value: (-len(value), value))
    return next((value for value in known if re.search(rf"\b{re.escape(value)}(?!\w)", name, re.IGNORECASE)), "")


def dietary_of(kind, ingredients: str) -> str:
    if not kind.diet or kind.diet == "NON_VEG":
        return kind.diet
    if EGG_WORDS.search(ingredients):
        return "EGG"
    unknown = not ingredients and kind.code not in PLANT_ONLY
    return "VEG" if kind.diet == "VEGAN" and (unknown or DAIRY_WORDS.search(ingredients)) else kind.diet


def packs_for(name: str, stated: list[str], kind) -> list[str]:
    """One distinct pack per barcode: the stated ones, then the usual sizes."""
    usual = kind.packs.split(",")
    if len(stated) == 1:
        usual = [usual[stable(name + "/pack", len(usual))]]
    number, unit = usual[-1].split(" ")
    spare = iter(usual + [f"{int(number) * factor} {unit}" for factor in (2, 3, 4, 5, 6)])
    chosen = []
    for pack in stated:
        while not pack or pack in chosen:
            pack = next(spare)
        chosen.append(pack)
    return chosen


def off_groups(rows):
    """Rows of one name and one company are the packs of one product."""
    groups = defaultdict(list)
    for row in rows:
        raw = off_rules.NAMES.get(row["barcode"], html.unescape(row["product_name"]))
        name, pack = split_pack(re.sub(r"\s+", " ", raw).strip(" -,;"))
        name = tidy_case(name)
        brand = brand_of(row["barcode"], name)
        if brand and brand.split()[0].rstrip("'s").lower() not in name.lower():
            name = f"{brand} {name}"
        groups[name, brand or row["barcode"][:8]].append((row, pack, brand))
    return groups


def off_products(catalogue: Path):
    with open(catalogue / "off_india_dev.csv", encoding="utf-8", newline="") as stream:
        rows = sorted(csv.DictReader(stream), key=lambda row: row["barcode"])
    taken = set()
    for (name, _), members in off_groups(row for row in rows if row["barcode"] not in off_rules.NOT_SOLD).items():
        yield off_product(unused_name(name, taken), members)


def unused_name(name: str, taken: set[str]) -> str:
    """The name, qualified if another company already sells one so called."""
    candidates = (name, *(f"{name} {qualifier}" for qualifier in NAME_QUALIFIERS))
    chosen = next(candidate for candidate in candidates if candidate.casefold() not in taken)
    taken.add(chosen.casefold())
    return chosen


def off_product(name: str, members) -> Product:
    kind = off_rules.kind_of(name)
    if kind is None:
        raise SystemExit(f"no kind for {name}")
    ingredients = max((clean_ingredients(row) for row, _, _ in members), key=len)
    if not kind.diet:
        ingredients = ""
    packs = packs_for(name, [pack for _, pack, _ in members], kind)
    order = sorted(range(len(packs)), key=lambda index: pack_size(packs[index]))
    dimension, first_size = pack_size(packs[order[0]])
    spread = 0.88 + stable(name, 25) / 100
    first_price = kind.price * spread * first_size / (1 if dimension == "count" else 100)
    prices = pack_prices(first_price, [packs[index] for index in order])
    variants = [
        Variant(packs[index], price, members[index][0]["barcode"], members[index][0]["product_image"].strip())
        for index, price in zip(order, prices)
    ]
    organic = "organic" in name.lower() or "organic" in ingredients.lower()
    company = members[0][0]["barcode"][:8]
    return Product(
        name=name, brand=members[0][2], category=kind.path, code=kind.code, description=off_description(name, kind, ingredients),
        hsn=kind.hsn, dietary=dietary_of(kind, ingredients), ingredients=ingredients, origin="India", days=kind.days,
        storage=kind.storage, variants=variants, organic=("yes" if organic else "no") if kind.diet else "",
        flavour=next((flavour.capitalize() for flavour in FLAVOURS if flavour in name.lower()), ""),
        fssai=licence(company) if kind.diet else "",
    )


def off_description(name: str, kind, ingredients: str) -> str:
    leaf = kind.path.rsplit(" > ", 1)[1].lower()
    parts = [part.strip(" .()[]").lower() for part in re.split(r"[,(;:.\[]", ingredients)]
    main = [part for part in parts if re.fullmatch(r"[a-z -]{3,28}", part) and part not in NOT_MAIN][:2]
    sentences = [f"{name} from our {leaf} shelf."]
    if len(main) == 2 and main[0] != main[1]:
        sentences.append(f"Made with {main[0]} and {main[1]}.")
    sentences.append(("A familiar favourite in Indian kitchens.", "Sealed at source for freshness.", "A handy choice for the weekly basket.",
                      "Check the pack for allergens and the best-before date.")[stable(name, 4)])
    return " ".join(sentences)


# ---------------------------------------------------------------- catalogue

def all_products(catalogue: Path) -> list[Product]:
    products = [*house_products(), *market_products(catalogue), *off_products(catalogue)]
    products.sort(key=Product.sort_key)
    for product in products:
        product.key = slug(product.name)
        product.status = status_of(product.key)
    return products


def status_of(key: str) -> str:
    draw = stable(key + "/status", 1000)
    if draw < DRAFT_PER_MILLE:
        return "draft"
    return "archived" if draw < ARCHIVED_PER_MILLE else "active"


def catalogue_rows(products: list[Product]):
    """One row per variant, numbering SKUs per code and in-house barcodes."""
    per_code, house_number = Counter(), 0
    for product in products:
        tags = tags_of(product.name.removeprefix(product.brand), product.category.rsplit(" > ", 1)[1], "organic" if product.organic == "yes" else "")
        for variant in product.variants:
            per_code[product.code] += 1
            if not variant.barcode:
                house_number += 1
            yield (
                product.key, product.name, product.brand, product.category, product.description, product.hsn,
                product.dietary, product.fssai, product.ingredients, product.origin, product.days, tags,
                f"FV-{product.code}-{per_code[product.code]:06d}", variant.barcode or ean13(f"20{house_number:010d}"),
                variant.pack, variant.mrp, product.status, variant.image,
                product.grade, product.organic, product.flavour, product.storage,
            )


# ---------------------------------------------------------------- other files

def hsn_rows(source: Path):
    """Goods of chapters 01-98 and service codes 99, each code once.

    Left out: codes that lost a leading zero in the portal's spreadsheet (odd
    lengths, headings that no longer code belongs to).
    """
    codes = {}
    for row in read_gzip(source / "tax" / "hsn_sac_master.csv.gz"):
        code = row["hsn_sac"].replace(" ", "")
        if code.isdigit() and len(code) in (2, 4, 6, 8):
            codes.setdefault(code, row["description"])
    parents = {code[:4] for code in codes if len(code) > 4}
    for code, description in codes.items():
        if len(code) != 4 or code in parents:
            yield code, re.sub(r"\s+", " ", description.replace("_x000D_", " ")).strip().lstrip("=+-@ ")


def pincode_rows(source: Path):
    """The first place of every (pincode, district, state)."""
    seen = set()
    for row in read_gzip(source / "geo" / "pincodes_geonames.csv.gz"):
        state = "Ladakh" if row["pincode"].startswith("194") else row["state"]
        key = row["pincode"], row["district"], state
        if key not in seen:
            seen.add(key)
            yield row["pincode"], row["place"], row["taluk"], row["district"], state


ACCOUNTS = (
    ("employee", "asha@demo.freshvilla.example", "Asha Menon", "9810000001", "super_admin", "Owns the platform and may do everything"),
    ("employee", "vikram@demo.freshvilla.example", "Vikram Rao", "9810000002", "admin", "Runs the back office"),
    ("employee", "neha@demo.freshvilla.example", "Neha Kulkarni", "9810000003", "catalogue_manager", "Maintains products, prices and tax codes"),
    ("employee", "imran@demo.freshvilla.example", "Imran Sheikh", "9810000004", "support_agent", "Answers customers and tickets"),
    ("employee", "suresh@demo.freshvilla.example", "Suresh Yadav", "9810000005", "warehouse_staff", "Receives, picks and packs stock"),
    ("employee", "lakshmi@demo.freshvilla.example", "Lakshmi Nair", "9810000006", "store_manager", "Runs one store"),
    ("distributor", "harpreet@demo.freshvilla.example", "Harpreet Singh", "9810000007", "owner", "Owner of a distributor"),
    ("customer", "priya@demo.freshvilla.example", "Priya Sharma", "9810000008", "customer", "Regular customer in Delhi"),
    ("customer", "arjun@demo.freshvilla.example", "Arjun Reddy", "9810000009", "customer", "New customer in Hyderabad"),
)

ATTRIBUTION = """# Sources and licences of the demo data

| File | Built from | Source | Licence |
|---|---|---|---|
| catalogue.csv (rows with a barcode starting 890) | real products: barcodes, names, ingredients, image addresses | Open Food Facts, https://openfoodfacts.org, snapshot of June 2019 via the Lifyzer database | Database: Open Database License (ODbL) 1.0; contents: Database Contents License; images: CC BY-SA 3.0 |
| catalogue.csv (fresh produce and market goods) | commodities, varieties, grades and wholesale prices of September 2024 | data.gov.in, "Current daily price of various commodities from various markets (Mandi)", Ministry of Agriculture and Farmers Welfare | Government Open Data License - India (GODL-India) |
| catalogue.csv (all other rows) | made-up house brands | this project | as this project |
| hsn.csv.gz | HSN and SAC codes with descriptions | GST portal of India (HSN_SAC list) | Government open data, attribution |
| gst_rates.csv | rate notifications | CBIC rate notifications 2017-2025 and press release of the 56th GST Council meeting; facts compiled by hand | facts |
| pincodes.csv.gz | Indian postal codes with places | GeoNames, https://www.geonames.org | CC BY 4.0 |
| states.csv | GST state codes | GST portal of India; facts compiled by hand | facts |
| accounts.csv | made-up persons | this project | as this project |

Contains information from Open Food Facts, which is made available under the Open Database License (ODbL) 1.0,
https://opendatacommons.org/licenses/odbl/1-0/. The catalogue rows derived from it remain under the ODbL.
Contains data of GeoNames, CC BY 4.0, reduced to one place per postal code and district; postal codes of
Ladakh (194...) carry the name of that territory instead of Jammu & Kashmir.
Contains public sector information of the Government of India under GODL-India,
https://data.gov.in/government-open-data-license-india.

Prices, packs, tax codes, shelf lives, food licence numbers and descriptions of the real products were made up
for the demo and say nothing about the goods on sale. Product and company names belong to their owners.
"""


# ---------------------------------------------------------------- writing

def csv_text(header, rows) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return buffer.getvalue().encode()


def gzip_bytes(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, compresslevel=9, mtime=0) as stream:
        stream.write(content)
    return buffer.getvalue()


def build(source: Path) -> dict[str, bytes]:
    """Every output file by name."""
    catalogue = csv_text(HEADER, catalogue_rows(all_products(source / "catalogue")))
    return {
        "catalogue.csv": catalogue,
        "gst_rates.csv": csv_text(("hsn", "rate_percent", "cess_percent", "valid_from", "source"), gst.rate_rows()),
        "hsn.csv.gz": gzip_bytes(csv_text(("hsn_sac", "description"), hsn_rows(source))),
        "pincodes.csv.gz": gzip_bytes(csv_text(("pincode", "place", "taluk", "district", "state"), pincode_rows(source))),
        "states.csv": csv_text(places.STATE_HEADER, places.state_rows()),
        "accounts.csv": csv_text(("kind", "email", "name", "phone", "role", "note"), ACCOUNTS),
        "ATTRIBUTION.md": ATTRIBUTION.encode(),
    }


def main(arguments: list[str]) -> None:
    if len(arguments) not in (1, 2):
        raise SystemExit(__doc__)
    default = Path(__file__).resolve().parents[2] / "demo"
    target = Path(arguments[1]) if len(arguments) == 2 else default
    target.mkdir(parents=True, exist_ok=True)
    for name, content in build(Path(arguments[0])).items():
        (target / name).write_bytes(content)
        print(f"{name}: {len(content)} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
