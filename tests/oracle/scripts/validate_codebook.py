"""Checks codebooks against the committed schema: validate_codebook.py SCHEMA FILE…

A file is a codebook, a study file (`.toml`, whose `data` is no part of the codebook), or one codebook a line (`.jsonl`).
Prints one JSON list of problems a codebook, in the order of files and lines.
"""

import json
import sys
import tomllib

import jsonschema


def codebooks(file):
    if file.endswith(".toml"):
        with open(file, "rb") as stream:
            study = tomllib.load(stream)
        study.pop("data")
        yield study
        return
    with open(file, encoding="utf-8", newline="\n") as stream:
        if file.endswith(".jsonl"):
            # Only a line feed ends a line: texts hold other separators.
            yield from map(json.loads, stream.read().removesuffix("\n").split("\n"))
        else:
            yield json.load(stream)


def main():
    schema, *files = sys.argv[1:]
    with open(schema, encoding="utf-8") as stream:
        rules = json.load(stream)
    jsonschema.Draft202012Validator.check_schema(rules)
    validator = jsonschema.Draft202012Validator(rules)
    for file in files:
        for codebook in codebooks(file):
            print(json.dumps([f"{error.json_path}: {error.message}"[:300] for error in validator.iter_errors(codebook)]))


main()
