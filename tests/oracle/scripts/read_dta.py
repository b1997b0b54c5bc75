"""Reads Stata files and prints what they say, one JSON object a file: read_dta.py TOOL stored|dates FILE…

Numbers are printed so that they read back exactly, `.` as null, `.a` to `.z` as such, bytes in hexadecimal behind
`hex:`; with `dates` in the types of the tool, as ISO 8601. A file that the tool refuses gives its error.
"""

import datetime
import json
import math
import sys
import warnings

EPOCH = datetime.datetime(1960, 1, 1)


def number(value):
    return None if math.isnan(value) else repr(float(value))


def iso(value):
    """Dates and times; years below 1000 keep four digits."""
    if isinstance(value, datetime.datetime):
        return value.replace(tzinfo=None).isoformat(timespec="milliseconds")
    return value.isoformat()


def cell(value):
    if value is None:
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, (bytes, bytearray)):
        return "hex:" + bytes(value).hex()
    if isinstance(value, (datetime.datetime, datetime.date)):
        return iso(value)
    return number(value)


def codes(labels):
    """Labels by the printed code; letters come as `a`, `MISSING_a` or the number behind them."""
    def code(value):
        if isinstance(value, str) and value.removeprefix("MISSING_").isalpha():
            return "." + value.removeprefix("MISSING_")
        value = int(float(value))
        letter = value - 2_147_483_621
        return "." + chr(ord("a") + letter - 1) if 1 <= letter <= 26 else str(value)

    return {code(value): text for value, text in labels.items()}


def with_pandas(file, dates):
    import pandas
    from pandas.io.stata import StataMissingValue

    with pandas.io.stata.StataReader(
        file, convert_dates=dates, convert_categoricals=False, convert_missing=not dates, order_categoricals=False
    ) as reader:
        frame = reader.read()
        sets = reader.value_labels()

        def value(found):
            if isinstance(found, StataMissingValue):
                return None if found.string == "." else found.string
            if found is pandas.NaT:
                return None
            if isinstance(found, pandas.Timestamp):
                return iso(found.to_pydatetime())
            return cell(found)

        return {
            "names": list(frame.columns),
            "labels": list(reader.variable_labels().values()),
            "formats": list(reader._fmtlist),
            "value_labels": {
                name: codes(sets[of]) for name, of in zip(frame.columns, reader._lbllist) if of in sets
            },
            "dataset_label": reader.data_label,
            "timestamp": reader.time_stamp,
            "columns": [[value(found) for found in column] for _, column in frame.items()],
        }


def with_pyreadstat(file, dates):
    import pyreadstat

    columns, meta = pyreadstat.read_dta(
        file, user_missing=not dates, disable_datetime_conversion=not dates, output_format="dict",
    )

    def values(name):
        numeric = meta.readstat_variable_types[name] != "string"
        letters = set(meta.missing_user_values.get(name, ())) if numeric else ()
        return ["." + found if found.__class__ is str and found in letters else cell(found) for found in columns[name]]

    return {
        "names": meta.column_names,
        "labels": [label or "" for label in meta.column_labels],
        "formats": [meta.original_variable_types[name] for name in meta.column_names],
        "value_labels": {name: codes(labels) for name, labels in meta.variable_value_labels.items()},
        "dataset_label": meta.file_label or "",
        "notes": [note for note in meta.notes],
        "columns": [values(name) for name in meta.column_names],
    }


def with_polars(file, dates):
    import polars_readstat

    reader = polars_readstat.ScanReadstat(file)
    metadata = reader.metadata
    names = [variable["name"] for variable in metadata["variables"]]
    if dates:
        frame = polars_readstat.read_readstat(file, preserve_order=True)
        columns = [[cell(found) for found in frame[name]] for name in names]
    else:
        options = {"mode": "separate_column", "suffix": " missing", "use_value_labels": False}
        frame = polars_readstat.read_readstat(file, preserve_order=True, informative_nulls=options)

        def stored(found):
            if isinstance(found, datetime.datetime):
                return number((found.replace(tzinfo=None) - EPOCH) // datetime.timedelta(milliseconds=1))
            if isinstance(found, datetime.date):
                return number((found - EPOCH.date()).days)
            if isinstance(found, datetime.time):
                since = datetime.datetime.combine(EPOCH, found) - EPOCH
                return number(since // datetime.timedelta(milliseconds=1))
            return cell(found)

        read = frame.to_dict(as_series=False)

        def values(name):
            found = read[name]
            letters = read.get(name + " missing", [None] * len(found))
            return [letter if letter not in (None, ".") else stored(value) for value, letter in zip(found, letters)]

        columns = [values(name) for name in names]
    labels = {variable["name"]: variable.get("value_labels") for variable in metadata["variables"]}
    return {
        "names": names,
        "labels": [variable.get("label") or "" for variable in metadata["variables"]],
        "formats": [variable.get("format") or "" for variable in metadata["variables"]],
        "value_labels": {name: codes(found) for name, found in labels.items() if found},
        "dataset_label": metadata["data_label"] or "",
        "timestamp": metadata["timestamp"] or "",
        "columns": columns,
    }


def main():
    tool, mode, *files = sys.argv[1:]
    read = {"pandas": with_pandas, "pyreadstat": with_pyreadstat, "polars": with_polars}[tool]
    warnings.simplefilter("ignore")
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    for file in files:
        try:
            said = read(file, mode == "dates")
        except Exception as error:
            said = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(said))


main()
