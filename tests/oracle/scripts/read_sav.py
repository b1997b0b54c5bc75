"""Reads SPSS files and prints what they say, one JSON object a file: read_sav.py TOOL FILE…

Numbers are printed so that they read back exactly and system-missing as null, dates as the numbers that are stored.
A file that the tool refuses gives its error.
"""

import json
import math
import sys
import warnings


def number(value):
    return None if value is None or math.isnan(value) else repr(float(value))


def cell(value):
    return value if isinstance(value, str) else number(value)


def key(value):
    return value.rstrip(" ") if isinstance(value, str) else number(value)


def with_pyreadstat(file):
    import pyreadstat

    read = pyreadstat.read_sav
    columns, meta = read(file, user_missing=True, disable_datetime_conversion=True, output_format="dict")
    names = meta.column_names
    sets = meta.variable_value_labels

    def missing(name):
        ranges = meta.missing_ranges.get(name, [])
        return [[key(found["lo"]), key(found["hi"])] for found in ranges]

    return {
        "names": names,
        "labels": [label or "" for label in meta.column_labels],
        "formats": [meta.original_variable_types[name] for name in names],
        "measures": [meta.variable_measure[name] for name in names],
        "widths": [meta.variable_display_width[name] for name in names],
        "value_labels": {name: [[key(value), text] for value, text in sets[name].items()] for name in sets},
        "missing": {name: missing(name) for name in names if missing(name)},
        "file_label": meta.file_label or "",
        "notes": list(meta.notes),
        "columns": [[cell(value) for value in columns[name]] for name in names],
    }


def with_polars(file):
    import polars_readstat

    frame = polars_readstat.read_readstat(file, preserve_order=True)
    return {"names": frame.columns, "rows": frame.height, "texts": {
        name: frame[name].to_list() for name, kind in frame.schema.items() if str(kind) == "String"
    }}


def main():
    tool, *files = sys.argv[1:]
    read = {"pyreadstat": with_pyreadstat, "polars": with_polars}[tool]
    warnings.simplefilter("ignore")
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    for file in files:
        try:
            said = read(file)
        except Exception as error:
            said = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(said))


main()
