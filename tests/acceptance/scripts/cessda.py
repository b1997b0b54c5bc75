"""Looks for what a profile of CESSDA asks of documents: cessda.py PROFILE FILE…

Prints one JSON list of paths a document: of those that are required, and of those that are where their parent is, the ones that
the document lacks. An attribute is asked of every element that its path leads to.
"""

import json
import sys
from xml.etree import ElementTree

import elementpath

PR = "{ddi:ddiprofile:3_2}"


def asked(profile):
    """The paths, each with whether it is required of every document, and the prefixes in them."""
    root = ElementTree.parse(profile).getroot()
    maps = root.iter(f"{PR}XMLPrefixMap")
    prefixes = {one.findtext(f"{PR}XMLPrefix"): one.findtext(f"{PR}XMLNamespace") for one in maps}
    prefixes["xml"] = "http://www.w3.org/XML/1998/namespace"
    paths = []
    for used in root.iter(f"{PR}Used"):
        is_required = used.get("isRequired") == "true"
        if is_required or "MandatoryNodeIfParentPresentConstraint" in "".join(used.itertext()):
            paths.append((used.get("xpath"), is_required))
    return paths, prefixes


def says_something(node):
    text = "".join(node.itertext()) if hasattr(node, "itertext") else str(node)
    return text.strip() != ""


def lacks(document, path, is_required, prefixes):
    def select(root, path):
        return elementpath.select(root, path, namespaces=prefixes, parser=elementpath.XPath1Parser)

    parent, _, last = path.rpartition("/")
    parents = select(document, parent)
    if not parents:
        return is_required
    have = [any(says_something(node) for node in select(one, last)) for one in parents]
    return not (all(have) if last.startswith("@") else any(have))


profile, *files = sys.argv[1:]
paths, prefixes = asked(profile)
assert len(paths) >= 10, paths
for file in files:
    document = ElementTree.parse(file)
    print(json.dumps([path for path, required in paths if lacks(document, path, required, prefixes)]))
