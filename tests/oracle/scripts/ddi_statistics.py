"""Counts and moments of a document against those that pandas computes of the data: ddi_statistics.py DDI FOLDER

FOLDER holds the csv files that the document names. Prints a JSON object: how many statistics of each type were compared, and those
that differ.
"""

import collections
import json
import math
import os
import sys
from xml.etree import ElementTree

import pandas

NS = "{ddi:codebook:2_5}"
compared, differences = collections.Counter(), []


def compare(name, kind, stated, computed):
    compared[kind] += 1
    if isinstance(computed, str):
        holds = stated == computed
    else:
        holds = math.isclose(float(stated), float(computed), rel_tol=1e-9, abs_tol=1e-9)
    if not holds:
        differences.append(f"{name}: {kind} is {stated}, pandas computes {computed}")


def key(value, is_number):
    return float(value) if is_number and value != "" else value


def declared_missing(var, values, is_number):
    """Which values are declared missing: categories that say so, items, and ranges with both ends."""
    codes = {category.findtext(NS + "catValu") for category in var.iter(NS + "catgry") if category.get("missing") == "Y"}
    codes |= {item.get("VALUE") for item in var.iter(NS + "item")}
    codes = {key(code, is_number) for code in codes if code}
    missing = values.isin(codes)
    for one in var.iter(NS + "range"):
        low, high = (key(one.get(end) or fallback, is_number) for end, fallback in (("min", "-inf"), ("max", "inf")))
        missing |= values.between(low, high)
    return missing


def look_at(var, rows, names):
    name = var.get("name")
    is_number = var.find(NS + "varFormat").get("type") == "numeric"
    values = pandas.to_numeric(rows[name].replace("", None)) if is_number else rows[name].replace("", None)
    is_null = values.isna()
    is_valid = ~is_null & ~declared_missing(var, values, is_number)
    valid, weights = values[is_valid], None
    if var.get("wgt-var"):
        weights = pandas.to_numeric(rows[names[var.get("wgt-var")]].replace("", None)).fillna(0).clip(lower=0)
    computed = {"vald": lambda: is_valid.sum(), "invd": lambda: (~is_valid).sum(), "min": lambda: valid.min(), "max": lambda: valid.max()}
    computed |= {"mean": lambda: valid.mean(), "stdev": lambda: valid.std()}
    if weights is not None:
        own = weights[is_valid]
        mean = (valid * own).sum() / own.sum() if is_number else None
        computed["weighted mean"] = lambda: mean
        computed["weighted stdev"] = lambda: math.sqrt((own * (valid - mean) ** 2).sum() / (own.sum() - 1))
    for stat in var.iter(NS + "sumStat"):
        kind = ("weighted " if stat.get("wgtd") == "wgtd" else "") + stat.get("type")
        compare(name, kind, stat.text, computed[kind]())
    for category in var.iter(NS + "catgry"):
        value = category.findtext(NS + "catValu")
        for stat in category.iter(NS + "catStat"):
            is_it = values == key(value, is_number)
            is_weighted = stat.get("wgtd") == "wgtd"
            count = weights[is_it].sum() if is_weighted else is_it.sum()
            compare(f"{name} = {value}", "weighted freq" if is_weighted else "freq", stat.text, count)


document, folder = sys.argv[1:]
root = ElementTree.parse(document).getroot()
files = {one.get("ID"): one.findtext(f"{NS}fileTxt/{NS}fileName") for one in root.iter(NS + "fileDscr")}
tables = {
    identifier: pandas.read_csv(os.path.join(folder, file), dtype=str, keep_default_na=False)
    for identifier, file in files.items()
}
names = {var.get("ID"): var.get("name") for var in root.iter(NS + "var")}
for one in root.iter(NS + "fileDscr"):
    compare(files[one.get("ID")], "rows", one.findtext(f"{NS}fileTxt/{NS}dimensns/{NS}caseQnty"), len(tables[one.get("ID")]))
for var in root.iter(NS + "var"):
    look_at(var, tables[var.get("files")], names)
print(json.dumps({"compared": compared, "differences": differences[:20]}))
