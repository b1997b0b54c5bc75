"""Writes one table as Stata files: write_dta.py TOOL FOLDER, the table as JSON on standard input; prints the names.

A column is an object with `name`, `label`, `kind`, `values` and, where it has them, `labels`: label by code.
"""

import datetime
import json
import pathlib
import sys
import warnings


def date(text):
    return None if text is None else datetime.date.fromisoformat(text)


def moment(text):
    return None if text is None else datetime.datetime.fromisoformat(text)


def labels_of(table):
    return {
        column["name"]: {int(code): label for code, label in column["labels"].items()}
        for column in table["columns"] if column["labels"]
    }


def with_pandas(table, folder):
    import pandas

    types = {"byte": "Int8", "int": "Int16", "long": "Int32", "float": "float32", "double": "float64"}

    def series(column):
        values = column["values"]
        if column["kind"] in types:
            return pandas.Series(values, dtype=types[column["kind"]])
        if column["kind"] == "date":
            return pandas.Series([moment(value) for value in values], dtype="datetime64[ms]")
        if column["kind"] == "datetime":
            return pandas.Series([moment(value) for value in values], dtype="datetime64[ms]")
        return pandas.Series(values, dtype=object)

    def writable(column, version):
        return version >= 117 or column["kind"] != "strl"

    for version in (114, 117, 118, 119):
        columns = [column for column in table["columns"] if writable(column, version)]
        more = {} if version == 114 else {"convert_strl": [c["name"] for c in columns if c["kind"] == "strl"]}
        formats = {"date": "td", "datetime": "tc"}
        for order, end in (("<", ""), (">", "_big")):
            # The writer puts dates in the place of the frame's own, so each file has a frame of its own.
            frame = pandas.DataFrame({column["name"]: series(column) for column in columns})
            path = folder / f"pandas_{version}{end}.dta"
            frame.to_stata(
                path, version=version, byteorder=order, write_index=False, data_label=table["label"],
                variable_labels={column["name"]: column["label"] for column in columns},
                value_labels=labels_of({"columns": columns}),
                convert_dates={c["name"]: formats[c["kind"]] for c in columns if c["kind"] in formats},
                **more,
            )
            print(path.name)


def with_pyreadstat(table, folder):
    import pandas
    import pyreadstat

    types = {"byte": "Int8", "int": "Int16", "long": "Int32", "float": "float32", "double": "float64"}
    for version in (8, 10, 12, 13, 14, 15):
        columns = {}
        for column in table["columns"]:
            values = column["values"]
            if column["kind"] == "strl" and version < 13:
                continue
            if column["kind"] in types:
                columns[column["name"]] = pandas.Series(values, dtype=types[column["kind"]])
            elif column["kind"] == "date":
                columns[column["name"]] = pandas.Series([date(value) for value in values], dtype=object)
            elif column["kind"] == "datetime":
                columns[column["name"]] = pandas.Series([moment(value) for value in values], dtype="datetime64[ms]")
            elif column["kind"] == "leap":
                columns[column["name"]] = pandas.Series(values, dtype="float64")
            elif column["kind"] == "letters":
                # The library takes the letter alone.
                letters = [value.removeprefix(".") if isinstance(value, str) else value for value in values]
                columns[column["name"]] = pandas.Series(letters, dtype=object)
            else:
                columns[column["name"]] = pandas.Series(values, dtype=object)
        path = folder / f"pyreadstat_{version}.dta"
        pyreadstat.write_dta(
            pandas.DataFrame(columns), str(path), version=version, file_label=table["label"],
            column_labels={column["name"]: column["label"] for column in table["columns"]},
            variable_value_labels=labels_of(table),
            missing_user_values={c["name"]: ["a", "z"] for c in table["columns"] if c["kind"] == "letters"},
            variable_format={c["name"]: "%tC" for c in table["columns"] if c["kind"] == "leap"},
        )
        print(path.name)


def with_polars(table, folder):
    import polars
    import polars_readstat

    types = {
        "byte": polars.Int8, "int": polars.Int16, "long": polars.Int32, "float": polars.Float32, "double": polars.Float64,
        "text": polars.String, "strl": polars.String, "date": polars.Date, "datetime": polars.Datetime("ms"),
    }
    convert = {"date": date, "datetime": moment}

    def series(column):
        values = [convert.get(column["kind"], lambda value: value)(value) for value in column["values"]]
        return polars.Series(column["name"], values, dtype=types[column["kind"]])

    path = folder / "polars.dta"
    polars_readstat.write_readstat(
        polars.DataFrame([series(column) for column in table["columns"]]), path,
        value_labels=labels_of(table),
        variable_labels={column["name"]: column["label"] for column in table["columns"]},
    )
    print(path.name)


def main():
    tool, folder = sys.argv[1:]
    warnings.simplefilter("ignore")
    table = json.load(sys.stdin)
    {"pandas": with_pandas, "pyreadstat": with_pyreadstat, "polars": with_polars}[tool](table, pathlib.Path(folder))


main()
