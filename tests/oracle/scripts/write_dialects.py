"""Writes one table in every dialect that Python's csv and pandas write, and says what is in each file.

write_dialects.py FOLDER writes FOLDER/*.csv and prints one JSON array a file: its name, the options to read it with where
they cannot be found in it, the names of its columns (null where there is no header), and its rows as texts, numbers, nulls.
"""

import csv
import io
import itertools
import json
import sys
from pathlib import Path

import pandas

FOLDER = Path(sys.argv[1])
NAMES = ["id", "name", "amount", "note"]
ROWS = [
    [1, "Ana, Maria; Bea|Cea\tDea", 1.5, "plain"],
    [2, 'O"Neil said "hi"', -2.25, "it's, well"],
    [3, "two\nlines", 1000000.125, ""],
    [4, "it's", 0.1, 'a "quoted" word'],
    [5, "C:\\new\\table", 1e-7, "'single', 'words'"],
    [7, "naïve", 12345.678, "-"],
]


def told(name, names, rows, options=None):
    rows = [[None if cell == "" or cell != cell else cell for cell in row] for row in rows]
    print(json.dumps([name, options or {}, names, rows]))


def of_csv():
    for number, (delimiter, quote, quoting, doubled, end, header) in enumerate(
        itertools.product(
            ",;\t|",
            "\"'",
            [csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC],
            [True, False],
            ["\n", "\r\n"],
            [True, False],
        )
    ):
        dialect = {
            "delimiter": delimiter,
            "quotechar": quote,
            "doublequote": doubled,
            "escapechar": None if doubled else "\\",
        }
        text = io.StringIO(newline="")
        writer = csv.writer(text, quoting=quoting, lineterminator=end, **dialect)
        writer.writerows(([NAMES] if header else []) + ROWS)
        # Older versions do not escape the escape itself, so that their files hold something else.
        back = list(csv.reader(io.StringIO(text.getvalue(), newline=""), **dialect))
        if back[int(header) :] != [[str(cell) for cell in row] for row in ROWS]:
            continue
        name = f"csv-{number}.csv"
        (FOLDER / name).write_bytes(text.getvalue().encode())
        told(name, NAMES if header else None, ROWS)


def of_pandas():
    frame = pandas.DataFrame(ROWS, columns=NAMES)
    for number, (sep, decimal, quote, na, index) in enumerate(
        itertools.product(",;\t|", ".,", "\"'", ["", "NA", "n/a"], [True, False])
    ):
        if sep == decimal:
            continue
        holes = frame.copy()
        holes.loc[[1, 3], "amount"] = float("nan")
        holes.loc[2, "note"] = None
        name = f"pandas-{number}.csv"
        holes.to_csv(FOLDER / name, sep=sep, decimal=decimal, quotechar=quote, na_rep=na, index=index)
        rows = holes.astype(object).values.tolist()
        if na == "NA":
            # Among other bare texts it may be a name; pandas reads none.
            rows = [[*row[:3], "NA" if pandas.isna(row[3]) else row[3]] for row in rows]
        if index:
            rows = [[at, *row] for at, row in enumerate(rows)]
        options = {"null": na} if na == "n/a" else {}
        told(name, (["column_1"] if index else []) + NAMES, rows, options)


def of_numbers():
    numbers = [1.5, -1234.25, 1234567.125, 999.0, 1000.5]
    spaced = {"comma": ",", "point": ".", "space": " ", "apostrophe": "'"}
    for (thousands, sign), mark in itertools.product(spaced.items(), ".,"):
        if sign == mark:
            continue
        text = [f"{number:,}".replace(",", "\0").replace(".", mark).replace("\0", sign) for number in numbers]
        name = f"numbers-{thousands}-{ord(mark)}.csv"
        rows = [[at, cell] for at, cell in enumerate(text)]
        with (FOLDER / name).open("w", newline="") as file:
            csv.writer(file, delimiter=";").writerows([["id", "x"], *rows])
        decimal = "point" if mark == "." else "comma"
        told(name, ["id", "x"], list(map(list, enumerate(numbers))), {"thousands": thousands, "decimal": decimal})


of_csv()
of_pandas()
of_numbers()
