"""Reads an extract with the package ipumspy: read_ipums.py DDI CSV

Prints a JSON object: what the package says of the file and of each variable, its rows, their types in pandas, and cells that the
csv has otherwise.
"""

import json
import sys
import warnings
from pathlib import Path

from ipumspy import readers

sys.path.insert(0, str(Path(__file__).parent))
import described

document, csv = sys.argv[1:]
with warnings.catch_warnings():
    warnings.simplefilter("ignore", readers.CitationWarning)
    ddi = readers.read_ipums_ddi(document)
frame = readers.read_microdata(ddi, csv)
variables = [
    {
        "name": variable.name,
        "type": variable.vartype,
        "label": variable.label,
        "codes": variable.codes,
        "description": variable.description,
        "decimals": variable.shift,
        "pandas": str(frame[variable.name].dtype),
    }
    for variable in ddi.data_description
]
found = {
    "file": ddi.file_description.filename,
    "structure": ddi.file_description.structure,
    "citation": ddi.ipums_citation,
    "variables": variables,
    "rows": len(frame),
    "differences": described.rows_that_differ(frame, csv),
}
print(json.dumps(found))
