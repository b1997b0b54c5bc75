"""Compares Parquet and Arrow files of other programs with what was read of them: compare_columnar.py < pairs

A line of standard input has the path of a file, a tab, and the path of an Arrow file with what was read, or nothing where
it was refused. For each line one JSON object is printed:

    tool      the program that reads the file, pyarrow or else DuckDB; null when none does
    error     why none does
    rows      how many rows it finds
    wrong     what differs, in words
    left_out  columns that only the program reads, with their types

Values are compared as Python has them, whatever types hold them; times of all kinds as counts of nanoseconds.
"""

import decimal
import json
import math
import sys

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet

DAY = 86_400_000_000_000
UNITS = {"s": 1_000_000_000, "ms": 1_000_000, "us": 1_000, "ns": 1}


def counts(array, integer, factor):
    """The integers that an array of times stores, in nanoseconds."""
    return [None if count is None else count * factor for count in array.cast(integer).to_pylist()]


def rows_of(array, starts, ends, items):
    return [items[a:b] if valid else None for a, b, valid in zip(starts, ends, array.is_valid().to_pylist(), strict=True)]


def values(array):
    """The values of an array in plain Python."""
    kind = array.type
    if isinstance(array, pa.ExtensionArray):
        if kind.extension_name == "arrow.uuid":
            return [value and str(value) for value in array.to_pylist()]
        return values(array.storage)
    if pa.types.is_dictionary(kind):
        entries = values(array.dictionary)
        return [None if key is None else entries[key] for key in array.indices.to_pylist()]
    if pa.types.is_run_end_encoded(kind):
        return values(pa.compute.run_end_decode(array))
    if pa.types.is_timestamp(kind):
        return counts(array, pa.int64(), UNITS[kind.unit])
    if pa.types.is_duration(kind):
        return counts(array, pa.int64(), UNITS[kind.unit])
    if pa.types.is_time32(kind):
        return counts(array, pa.int32(), UNITS[kind.unit])
    if pa.types.is_time64(kind):
        return counts(array, pa.int64(), UNITS[kind.unit])
    if pa.types.is_date32(kind):
        return counts(array, pa.int32(), DAY)
    if pa.types.is_date64(kind):
        return counts(array, pa.int64(), UNITS["ms"])
    if pa.types.is_map(kind):
        offsets = array.offsets.to_pylist()
        entries = list(zip(values(array.keys), values(array.items), strict=True))
        return rows_of(array, offsets[:-1], offsets[1:], entries)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        offsets = array.offsets.to_pylist()
        return rows_of(array, offsets[:-1], offsets[1:], values(array.values))
    if pa.types.is_fixed_size_list(kind):
        starts = [(row + array.offset) * kind.list_size for row in range(len(array))]
        return rows_of(array, starts, [start + kind.list_size for start in starts], values(array.values))
    if pa.types.is_list_view(kind) or pa.types.is_large_list_view(kind):
        starts, sizes = array.offsets.to_pylist(), array.sizes.to_pylist()
        return rows_of(array, starts, [a + b for a, b in zip(starts, sizes, strict=True)], values(array.values))
    if pa.types.is_struct(kind):
        parts = [values(part) for part in array.flatten()]
        names = [field.name for field in kind]
        rows = zip(*parts, strict=True) if parts else [()] * len(array)
        valid = array.is_valid().to_pylist()
        return [list(zip(names, row)) if there else None for row, there in zip(rows, valid, strict=True)]
    return array.to_pylist()


def same(ours, theirs):
    if isinstance(ours, float) and isinstance(theirs, float):
        return ours == theirs or (math.isnan(ours) and math.isnan(theirs))
    if isinstance(ours, list | tuple) and isinstance(theirs, list | tuple):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    if isinstance(ours, decimal.Decimal) or isinstance(theirs, decimal.Decimal):
        return ours is not None and theirs is not None and decimal.Decimal(ours) == decimal.Decimal(theirs)
    if isinstance(ours, str) and isinstance(theirs, bytes):
        # An enumeration is text by the format's rules.
        return ours.encode() == theirs
    return type(ours) is type(theirs) and ours == theirs


def with_pyarrow(file):
    if file.endswith(".arrows"):
        return pa.ipc.open_stream(file).read_all()
    if file.endswith(".arrow"):
        return pa.ipc.open_file(file).read_all()
    # In nanoseconds it lets INT96 overflow.
    return pa.parquet.ParquetFile(file, coerce_int96_timestamp_unit="us").read()


def with_duckdb(file):
    import duckdb

    return duckdb.connect().execute("select * from read_parquet(?)", [file]).to_arrow_table()


def theirs(file):
    errors = []
    tools = [("pyarrow", with_pyarrow)]
    if ".arrow" not in file:
        tools.append(("duckdb", with_duckdb))
    for tool, read in tools:
        try:
            return tool, read(file), None
        except Exception as error:  # noqa: BLE001
            errors.append(f"{tool}: {error}".splitlines()[0])
    return None, None, "; ".join(errors)


def names_of(columns):
    """The names as a table has them, each once."""
    taken = set()
    for place, name in enumerate(columns):
        name = name or f"column_{place + 1}"
        number, free = 2, name
        while free in taken or (free != name and free in columns):
            free, number = f"{name}_{number}", number + 1
        taken.add(free)
        yield free


def compared(file, read):
    tool, table, error = theirs(file)
    report = {"tool": tool, "error": error, "rows": None, "wrong": [], "left_out": []}
    if table is None:
        return report
    report["rows"] = table.num_rows
    if not read:
        return report
    ours = with_pyarrow(read)
    if ours.num_rows != table.num_rows:
        report["wrong"].append(f"{ours.num_rows} rows were read of {table.num_rows}")
        return report
    for name, field, column in zip(names_of(table.column_names), table.schema, table.columns, strict=True):
        if name not in ours.column_names:
            report["left_out"].append(f"{name}: {field.type}")
            continue
        pairs = zip(*([row for chunk in one.chunks for row in values(chunk)] for one in (ours[name], column)), strict=True)
        wrong = [(row, mine, their) for row, (mine, their) in enumerate(pairs, 1) if not same(mine, their)]
        if wrong:
            row, mine, their = wrong[0]
            kinds = f"{ours[name].type} for {field.type}"
            report["wrong"].append(f"{name} ({kinds}): {len(wrong)} values, first in row {row}: {mine!r:.100} for {their!r:.100}")
    return report


def main():
    for line in sys.stdin:
        file, read = line.rstrip("\n").split("\t")
        print(json.dumps(compared(file, read)), flush=True)


main()
