"""Reads a Parquet or Arrow file and prints it canonically: read_columnar.py TOOL FILE"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import canonical


def with_pyarrow(file):
    import pyarrow.feather
    import pyarrow.parquet

    if file.endswith(".parquet"):
        table = pyarrow.parquet.read_table(file)
    else:
        table = pyarrow.ipc.open_file(file).read_all()
    return [column.to_pylist() for column in table.columns]


def with_polars(file):
    import polars

    frame = polars.read_parquet(file) if file.endswith(".parquet") else polars.read_ipc(file)
    return [column.to_list() for column in frame.get_columns()]


def with_duckdb(file):
    import duckdb

    rows = duckdb.read_parquet(file).fetchall()
    return [list(column) for column in zip(*rows)]


def main():
    tool, file = sys.argv[1:]
    canonical.show({"pyarrow": with_pyarrow, "polars": with_polars, "duckdb": with_duckdb}[tool](file))


main()
