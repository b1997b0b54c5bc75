"""The canonical form of values that the comparison expects: one JSON array of texts and nulls a row."""

import datetime
import decimal
import json
import math
import sys


def text(value):
    """One value as canonical text, or None when it is missing."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, datetime.datetime):
        if value.tzinfo is not None:
            value = value.astimezone(datetime.timezone.utc)
        return value.strftime("%Y-%m-%dT%H:%M:%S.%f").rjust(26, "0")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, datetime.time):
        return value.strftime("%H:%M:%S.%f")
    if isinstance(value, (bytes, bytearray)):
        return value.hex()
    if isinstance(value, (list, dict)):
        return json.dumps(value, separators=(",", ":"))
    return str(value)


def missing(value):
    """Whether a value of pandas means that there is none."""
    import pandas

    return value is None or value is pandas.NA or value is pandas.NaT or (isinstance(value, float) and math.isnan(value))


def show(columns):
    """Prints columns of Python values, row by row."""
    out = sys.stdout
    out.reconfigure(encoding="utf-8", newline="\n")
    for row in zip(*columns, strict=True):
        out.write(json.dumps([text(value) for value in row]))
        out.write("\n")
