"""Reads an archive of the Open Data Format with its own package: read_odf.py ODF CSV

Prints a JSON object: what the package says of the data set and of each variable, its rows, and cells that the csv has otherwise.
"""

import json
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import opendataformat
from opendataformat.read_odf import make_variables_dic

sys.path.insert(0, str(Path(__file__).parent))
import described

file, csv = sys.argv[1:]
frame = opendataformat.read_odf(file)
# The package hangs what it read on columns, which pandas 3 copies: there it is lost, so it is asked again.
with zipfile.ZipFile(file) as archive:
    root = ElementTree.fromstring(archive.read("metadata.xml"))
for element in root.iter():
    element.tag = element.tag.split("}")[-1]
variables = make_variables_dic(root, variables=list(frame.columns))
differences = described.rows_that_differ(frame, csv)
print(json.dumps({"dataset": frame.attrs, "variables": variables, "rows": len(frame), "differences": differences}))
