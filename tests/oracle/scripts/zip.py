"""Makes archives: zip.py KIND ARCHIVE PASSWORD FILE..., the files by their names in the current folder."""
import bz2
import gzip
import sys
import zipfile

import pyzipper

kind, archive, password, *files = sys.argv[1:]

METHODS = {"stored": zipfile.ZIP_STORED, "deflated": zipfile.ZIP_DEFLATED, "bzip2": zipfile.ZIP_BZIP2}

if kind in METHODS:
    with zipfile.ZipFile(archive, "w", METHODS[kind]) as target:
        for file in files:
            target.write(file)
elif kind == "unseekable":
    # Sizes follow the data of each entry.
    class Pipe:
        def __init__(self, target):
            self.target = target

        def write(self, data):
            return self.target.write(data)

        def flush(self):
            self.target.flush()

    with open(archive, "wb") as target, zipfile.ZipFile(Pipe(target), "w", zipfile.ZIP_DEFLATED) as pipe:
        for file in files:
            pipe.write(file)
elif kind == "zip64":
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for file in files:
            with target.open(file, "w", force_zip64=True) as entry, open(file, "rb") as source:
                entry.write(source.read())
elif kind.startswith("aes"):
    with pyzipper.AESZipFile(archive, "w", compression=pyzipper.ZIP_DEFLATED) as target:
        target.setpassword(password.encode())
        target.setencryption(pyzipper.WZ_AES, nbits=int(kind[3:]))
        for file in files:
            target.write(file)
elif kind == "gzip":
    with open(archive, "wb") as target:
        for file in files:
            with open(file, "rb") as source:
                target.write(gzip.compress(source.read()))
elif kind == "bz2":
    with open(archive, "wb") as target:
        for file in files:
            with open(file, "rb") as source:
                target.write(bz2.compress(source.read()))
else:
    sys.exit(f"unknown kind {kind}")
