"""Reads delimited text and prints it canonically: read_delimited.py TOOL FILE DELIMITER NAME:KIND…

The kinds are what a person who knows the codebook would declare; names must be those of the header.
"""

import csv
import datetime
import decimal
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import canonical


def with_pandas(file, delimiter, kinds):
    import pandas

    types = {
        "boolean": "boolean", "integer": "Int64", "unsigned": "UInt64", "float": "float64", "decimal": "string",
        "text": "string", "date": "string", "time": "string", "datetime": "string",
    }
    frame = pandas.read_csv(
        file, sep=delimiter, dtype={name: types[kind] for name, kind in kinds.items()},
        keep_default_na=False, na_values=[""], float_precision="round_trip",
    )
    assert list(frame.columns) == list(kinds), list(frame.columns)

    def values(name, kind):
        found = [None if canonical.missing(value) else value for value in frame[name]]
        convert = {
            "boolean": bool, "integer": int, "unsigned": int, "float": float, "decimal": decimal.Decimal, "text": str,
            "date": datetime.date.fromisoformat, "time": datetime.time.fromisoformat,
            # The years of the sample exceed nanoseconds in 64 bits; microseconds hold them.
            "datetime": lambda text: pandas.Timestamp(text).as_unit("us").to_pydatetime(),
        }[kind]
        return [None if value is None else convert(value) for value in found]

    return [values(name, kind) for name, kind in kinds.items()]


def with_polars(file, delimiter, kinds):
    import polars

    types = {
        "boolean": polars.Boolean, "integer": polars.Int64, "unsigned": polars.UInt64, "float": polars.Float64,
        "decimal": polars.Decimal(20, 4), "text": polars.String, "date": polars.Date, "time": polars.Time,
        "datetime": polars.Datetime("us"),
    }
    schema = {name: types[kind] for name, kind in kinds.items()}
    frame = polars.read_csv(file, separator=delimiter, schema=schema)
    assert frame.columns == list(kinds), frame.columns
    return [frame[name].to_list() for name in kinds]


def with_pyarrow(file, delimiter, kinds):
    import pyarrow
    import pyarrow.csv

    types = {
        "boolean": pyarrow.bool_(), "integer": pyarrow.int64(), "unsigned": pyarrow.uint64(), "float": pyarrow.float64(),
        "decimal": pyarrow.decimal128(20, 4), "text": pyarrow.string(), "date": pyarrow.date32(),
        "time": pyarrow.string(), "datetime": pyarrow.timestamp("us"),
    }
    table = pyarrow.csv.read_csv(
        file,
        parse_options=pyarrow.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types={name: types[kind] for name, kind in kinds.items()},
            null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False,
        ),
    )
    assert table.column_names == list(kinds), table.column_names

    def values(name, kind):
        found = table[name].to_pylist()
        if kind == "time":
            return [None if value is None else datetime.time.fromisoformat(value) for value in found]
        return found

    return [values(name, kind) for name, kind in kinds.items()]


def with_duckdb(file, delimiter, kinds):
    import duckdb

    types = {
        "boolean": "BOOLEAN", "integer": "BIGINT", "unsigned": "UBIGINT", "float": "DOUBLE", "decimal": "DECIMAL(20, 4)",
        "text": "VARCHAR", "date": "DATE", "time": "TIME", "datetime": "TIMESTAMP",
    }
    relation = duckdb.read_csv(
        file, sep=delimiter, header=True, quotechar='"', escapechar='"', allow_quoted_nulls=False,
        columns={name: types[kind] for name, kind in kinds.items()}, auto_detect=False, parallel=False,
    )
    assert relation.columns == list(kinds), relation.columns
    rows = relation.fetchall()
    return [list(column) for column in zip(*rows)]


def with_csv(file, delimiter, kinds):
    with open(file, encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream, delimiter=delimiter, strict=True))
    assert rows[0] == list(kinds), rows[0]
    convert = {
        "boolean": lambda text: {"true": True, "false": False}[text], "integer": int, "unsigned": int, "float": float,
        "decimal": decimal.Decimal, "text": str, "date": datetime.date.fromisoformat,
        "time": datetime.time.fromisoformat, "datetime": datetime.datetime.fromisoformat,
    }
    columns = zip(*rows[1:], strict=True)
    return [
        [None if value == "" else convert[kind](value) for value in column]
        for column, kind in zip(columns, kinds.values(), strict=True)
    ]


def main():
    tool, file, delimiter, *columns = sys.argv[1:]
    kinds = dict(column.rsplit(":", 1) for column in columns)
    readers = {
        "pandas": with_pandas, "polars": with_polars, "pyarrow": with_pyarrow, "duckdb": with_duckdb, "csv": with_csv,
    }
    canonical.show(readers[tool](file, delimiter, kinds))


main()
