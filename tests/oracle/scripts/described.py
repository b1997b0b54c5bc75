"""What readers of DDI find, for the scripts beside: the rows they read against the cells of a csv."""

import csv

import pandas


def rows_that_differ(frame, file):
    """The first cells that a frame has otherwise than the csv, and its number of rows."""
    with open(file, encoding="utf-8", newline="") as stream:
        names, *rows = csv.reader(stream)
    if list(frame.columns) != names or len(frame) != len(rows):
        return [f"{list(frame.columns)} × {len(frame)} instead of {names} × {len(rows)}"]
    found = []
    for at, name in enumerate(names):
        for row, value in enumerate(frame[name].tolist()):
            if not same(value, rows[row][at]):
                found.append(f"{name}, row {row}: {value!r} instead of {rows[row][at]!r}")
    return found[:5]


def same(value, text):
    if pandas.isna(value):
        return text == ""
    if isinstance(value, str):
        return value == text
    try:
        return float(value) == float(text)
    except ValueError:
        return False
