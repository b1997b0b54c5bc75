"""Validates documents with the Python package xmlschema: validate_ddi.py SCHEMA FILE…

Prints one JSON list of problems a document, in the order of the files.
"""

import json
import sys

import xmlschema
from xmlschema.exceptions import XMLResourceParseError

schema, *files = sys.argv[1:]
rules = xmlschema.XMLSchema(schema, allow="local")
for file in files:
    try:
        found = [f"{error.path}: {error.reason}"[:300] for error in rules.iter_errors(file)]
    except XMLResourceParseError as error:
        found = [str(error)[:300]]
    print(json.dumps(found))
