"""Unpacks a gzip file with Python's own module: gunzip.py FILE"""

import gzip
import shutil
import sys

with gzip.open(sys.argv[1]) as stream:
    shutil.copyfileobj(stream, sys.stdout.buffer)
