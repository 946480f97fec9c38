#!/usr/bin/env python3
"""Checks the built demo data. Usage: check.py [FOLDER]"""

import csv
import gzip
import re
import sys
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import places
from build import HEADER, ean13, pack_size

MAX_FIELD, MAX_ROW = 700, 2000
DIETARY = {"VEG", "NON_VEG", "EGG", "VEGAN", ""}
PRODUCT_COLUMNS = HEADER[:12] + HEADER[16:17] + HEADER[18:]
# Sane prices in rupees per kilogram, litre or piece, by root category.
PRICE_BOUNDS = {
    "Fruits & Vegetables": (4, 3000), "Staples": (20, 2800), "Dairy & Eggs": (5, 1500), "Bakery": (3, 800),
    "Snacks & Namkeen": (90, 1700), "Beverages": (3, 5500), "Spices & Masalas": (20, 600_000), "Oils & Ghee": (100, 2200),
    "Meat & Fish": (250, 1800), "Frozen": (10, 900), "Breakfast & Instant Foods": (60, 1700), "Sweets & Mithai": (150, 2800),
    "Baby Care": (1, 2200), "Personal Care": (2, 6000), "Household": (0, 3000),
}


class Checks:
    def __init__(self):
        self.failures = []

    def expect(self, condition, message):
        if not condition:
            self.failures.append(message)


def read(path: Path):
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        return list(reader), tuple(reader.fieldnames)


def check_catalogue(checks, rows, header, hsn_codes):
    checks.expect(header == HEADER, "catalogue header")
    for column in ("sku", "barcode"):
        doubles = [value for value, count in Counter(row[column] for row in rows).items() if count > 1]
        checks.expect(not doubles, f"{column} not unique: {doubles[:5]}")
    for row in rows:
        check_row(checks, row, hsn_codes)
    check_products(checks, rows)
    check_shape(checks, rows)


def check_row(checks, row, hsn_codes):
    where = row["sku"]
    checks.expect(re.fullmatch(r"FV-[A-Z]{3,5}-\d{6}", where), f"sku {where}")
    checks.expect(re.fullmatch(r"\d{13}", row["barcode"]) and ean13(row["barcode"][:12]) == row["barcode"], f"{where}: barcode")
    checks.expect(row["barcode"][:3] == "890" or row["barcode"][:2] == "20", f"{where}: barcode range")
    checks.expect(row["hsn"] in hsn_codes and 4 <= len(row["hsn"]) <= 8, f"{where}: hsn {row['hsn']}")
    checks.expect(row["dietary"] in DIETARY, f"{where}: dietary")
    checks.expect(bool(row["fssai"]) == bool(row["dietary"]) and re.fullmatch(r"(\d{14})?", row["fssai"]), f"{where}: fssai")
    checks.expect(row["status"] in ("active", "draft", "archived"), f"{where}: status")
    checks.expect(re.fullmatch(r"[^>]+( > [^>]+){2}", row["category"]), f"{where}: category")
    checks.expect(re.fullmatch(r"\d+\.\d\d", row["mrp"]), f"{where}: mrp")
    checks.expect(row["shelf_life_days"].isdigit(), f"{where}: shelf life")
    checks.expect(re.fullmatch(r"(https://static\.openfoodfacts\.org/\S+)?", row["image"]), f"{where}: image")
    for column in ("product_key", "name", "description", "country_of_origin", "tags", "pack"):
        checks.expect(row[column], f"{where}: empty {column}")
    checks.expect(not row["name"].isupper(), f"{where}: shouting name")
    checks.expect(1 <= row["description"].count(". ") + row["description"].endswith(".") <= 3, f"{where}: sentences: {row['description']}")
    for column, value in row.items():
        checks.expect(value == value.strip() and not re.search(r"[\x00-\x1f]|^[=+\-@]", value), f"{where}: {column} {value[:40]!r}")
        checks.expect(len(value) <= MAX_FIELD, f"{where}: long {column}")
    checks.expect(sum(map(len, row.values())) <= MAX_ROW, f"{where}: long row")
    check_price(checks, row)


def check_price(checks, row):
    try:
        dimension, size = pack_size(row["pack"])
    except (KeyError, ValueError):
        checks.expect(False, f"{row['sku']}: pack {row['pack']}")
        return
    per_unit = float(row["mrp"]) / size * (1 if dimension == "count" else 1000)
    low, high = PRICE_BOUNDS[row["category"].split(" > ")[0]]
    checks.expect(low <= per_unit <= high, f"{row['sku']} {row['name']} {row['pack']}: {per_unit:.0f} per unit")


def check_products(checks, rows):
    products = defaultdict(list)
    for row in rows:
        products[row["product_key"]].append(row)
    names = Counter(variants[0]["name"].casefold() for variants in products.values())
    checks.expect(max(names.values()) == 1, f"names twice: {[n for n, c in names.items() if c > 1]}")
    for key, variants in products.items():
        for column in PRODUCT_COLUMNS:
            checks.expect(len({row[column] for row in variants}) == 1, f"{key}: {column} differs")
        packs = [pack_size(row["pack"]) for row in variants]
        checks.expect(len(set(packs)) == len(packs), f"{key}: pack twice")
        per_unit = [Decimal(row["mrp"]) / Decimal(size) for row, (_, size) in zip(variants, packs)]
        checks.expect(packs == sorted(packs) and per_unit == sorted(per_unit, reverse=True), f"{key}: larger pack dearer")
    states = Counter(variants[0]["status"] for variants in products.values())
    checks.expect(states["active"] > 0.93 * len(products) and min(states["draft"], states["archived"]) >= 10, f"states {states}")
    checks.expect(len(products) >= 1200 and 1800 <= len(rows) <= 2600, f"{len(products)} products, {len(rows)} rows")


def check_shape(checks, rows):
    leaves = Counter()
    seen = set()
    for row in rows:
        if row["product_key"] not in seen:
            seen.add(row["product_key"])
            leaves[row["category"]] += 1
    nodes = {" > ".join(leaf.split(" > ")[:depth]) for leaf in leaves for depth in (1, 2, 3)}
    roots = {leaf.split(" > ")[0] for leaf in leaves}
    checks.expect(12 <= len(roots) <= 15 and 80 <= len(nodes) <= 120, f"{len(roots)} roots, {len(nodes)} categories")
    checks.expect(min(leaves.values()) >= 3, f"thin categories: {[l for l, c in leaves.items() if c < 3]}")
    print(f"{len(seen)} products, {len(rows)} variants, {len(roots)} roots, {len(leaves)} leaves, {len(nodes)} categories")


def check_rates(checks, rates, rows):
    prefixes = {rate["hsn"] for rate in rates}
    today = {}
    for rate in sorted(rates, key=lambda rate: rate["valid_from"]):
        date.fromisoformat(rate["valid_from"])
        checks.expect(0 <= Decimal(rate["rate_percent"]) <= 40 and Decimal(rate["cess_percent"]) >= 0 and rate["source"], f"rate {rate}")
        today[rate["hsn"]] = rate["rate_percent"]
    checks.expect(len({(rate["hsn"], rate["valid_from"]) for rate in rates}) == len(rates), "rate twice for one date")
    checks.expect(set(today.values()) <= {"0", "5", "18", "40"}, f"slabs today: {set(today.values())}")
    used = Counter()
    for hsn in {row["hsn"] for row in rows}:
        match = next((hsn[:size] for size in range(len(hsn), 1, -1) if hsn[:size] in prefixes), None)
        checks.expect(match, f"no rate for {hsn}")
        used[today.get(match)] += 1
    unused = prefixes - {hsn[:size] for hsn in (row["hsn"] for row in rows) for size in range(2, 9)}
    print(f"{len(rates)} rate rows, {len(prefixes)} prefixes, codes used per rate now: {dict(used)}, prefixes without products: {sorted(unused)}")


def check_places(checks, states, pincodes):
    checks.expect({state["gst_code"] for state in states} == {f"{code:02d}" for code in range(1, 39)}, "state codes")
    current = [state["alpha"] for state in states if state["retired"] == "false"]
    checks.expect(len(current) == len(set(current)) == 36, "36 current states with their own alpha code")
    spellings = [name.casefold() for state in states if state["retired"] == "false"
                 for name in {state["name"], state["alpha"], *state["aliases"].split("|")} - {""}]
    checks.expect(len(spellings) == len(set(spellings)), "one spelling for two states")
    for spelling in sorted({row["state"] for row in pincodes}):
        checks.expect(len(places.resolve(spelling)) == 1, f"state {spelling}: {places.resolve(spelling)}")
    checks.expect(all(re.fullmatch(r"[1-9]\d{5}", row["pincode"]) for row in pincodes), "pincode form")
    print(f"{len(pincodes)} pincode rows, {len({row['pincode'] for row in pincodes})} pincodes, {len(states)} states")


def check_accounts(checks, accounts):
    checks.expect(len({row["email"] for row in accounts}) == len(accounts) == 9, "nine accounts with their own address")
    checks.expect(all(row["email"].endswith("@demo.freshvilla.example") for row in accounts), "reserved mail domain")


def main(arguments):
    folder = Path(arguments[0]) if arguments else Path(__file__).resolve().parents[2] / "demo"
    checks = Checks()
    hsn, _ = read(folder / "hsn.csv.gz")
    rows, header = read(folder / "catalogue.csv")
    codes = [row["hsn_sac"] for row in hsn]
    checks.expect(len(codes) == len(set(codes)), "hsn code twice")
    check_catalogue(checks, rows, header, set(codes))
    check_rates(checks, read(folder / "gst_rates.csv")[0], rows)
    check_places(checks, read(folder / "states.csv")[0], read(folder / "pincodes.csv.gz")[0])
    check_accounts(checks, read(folder / "accounts.csv")[0])
    for failure in checks.failures:
        print("FAIL", failure)
    print(f"{len(checks.failures)} failures")
    return bool(checks.failures)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
