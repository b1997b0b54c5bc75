"""Reads a Parquet or Arrow file: read_columnar.py TOOL FILE [types]

Prints the rows canonically, or with `types` one JSON object: the tool's name of each column's type. Lengths of time and
whatever counts nanoseconds, which Python's own types do not hold, are printed as the count that is stored.
"""

import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import canonical


def with_pyarrow(file):
    import pyarrow.feather
    import pyarrow.parquet

    if file.endswith(".parquet"):
        table = pyarrow.parquet.read_table(file)
    elif file.endswith(".arrows"):
        table = pyarrow.ipc.open_stream(file).read_all()
    else:
        table = pyarrow.ipc.open_file(file).read_all()

    def values(column):
        counted = pyarrow.types.is_duration(column.type) or str(column.type).split("[")[-1].startswith("ns")
        return (column.cast(pyarrow.int64()) if counted else column).to_pylist()

    types = {field.name: str(field.type) for field in table.schema}
    return types, [values(column) for column in table.columns]


def with_polars(file):
    import polars

    if file.endswith(".parquet"):
        frame = polars.read_parquet(file)
    elif file.endswith(".arrows"):
        frame = polars.read_ipc_stream(file)
    else:
        frame = polars.read_ipc(file)

    def values(column):
        if column.name == "duration_s":
            # It counts milliseconds at least.
            assert str(column.dtype) == "Duration(time_unit='ms')", column.dtype
            return [None if count is None else count // 1_000 for count in column.to_physical()]
        # A time of day always counts nanoseconds here, so the name tells what was written.
        counted = isinstance(column.dtype, polars.Duration) or column.name.endswith("_ns")
        return (column.to_physical() if counted else column).to_list()

    types = {name: str(kind) for name, kind in frame.schema.items()}
    return types, [values(column) for column in frame.get_columns()]


def with_duckdb(file):
    import duckdb

    relation = duckdb.read_parquet(file)
    types = dict(zip(relation.columns, map(str, relation.types), strict=True))

    def expression(name, kind):
        if kind == "TIMESTAMP WITH TIME ZONE":
            return f'make_timestamp(epoch_us("{name}"))'
        if kind in ("TIMESTAMP_NS", "TIMESTAMPTZ_NS", "TIME_NS"):
            return f'epoch_ns("{name}")'
        return f'"{name}"'

    rows = relation.select(", ".join(expression(name, kind) for name, kind in types.items())).fetchall()
    return types, [list(column) for column in zip(*rows)]


def with_pandas(file):
    import pandas
    import pyarrow.ipc

    if file.endswith(".parquet"):
        frame = pandas.read_parquet(file)
    elif file.endswith(".arrows"):
        frame = pyarrow.ipc.open_stream(file).read_all().to_pandas()
    else:
        frame = pandas.read_feather(file)

    def values(column):
        # Missing numbers make a column of floats.
        kept = column.astype("object").where(column.notna(), None)
        return [int(value) if isinstance(value, float) and value.is_integer() else value for value in kept]

    types = {name: str(kind) for name, kind in frame.dtypes.items()}
    return types, [values(frame[name]) for name in frame.columns]


def main():
    tool, file, *what = sys.argv[1:]
    readers = {"pyarrow": with_pyarrow, "polars": with_polars, "duckdb": with_duckdb, "pandas": with_pandas}
    types, columns = readers[tool](file)
    if what == ["types"]:
        print(json.dumps(types))
    else:
        canonical.show(columns)


main()
