"""Opens zip archives with Python's modules.

unzip.py zipfile|pyzipper ARCHIVE FOLDER PASSWORD   unpacks everything
unzip.py list ARCHIVE                               prints name, size and whether an entry is encrypted
"""

import sys
import zipfile

import pyzipper


def main():
    tool, archive, *rest = sys.argv[1:]
    if tool == "list":
        sys.stdout.reconfigure(encoding="utf-8")
        with zipfile.ZipFile(archive) as opened:
            for entry in opened.infolist():
                print(entry.filename, entry.file_size, "encrypted" if entry.flag_bits & 1 else "plain")
        return
    folder, password = rest
    opener = {"zipfile": zipfile.ZipFile, "pyzipper": pyzipper.AESZipFile}[tool]
    with opener(archive) as opened:
        opened.extractall(folder, pwd=password.encode())


main()
