"""Categories of other programs: categories.py write FOLDER, or categories.py read FILE…

`write` makes files with the columns `level`, which is ordered, and `place`, both with a category that no row has; `read` prints
for each file a JSON object with the categories, the order and the values that pandas sees, and what polars makes of them.
"""

import json
import os
import sys

import pandas
import polars
import pyarrow.feather
import pyarrow.parquet

ROWS = 200
LEVELS, PLACES = ["low", "mid", "unused", "high"], ["south", "Ünïcödé, 日本", "nowhere", "east"]
levels = [None if row % 7 == 3 else ["high", "low", "mid"][row % 3] for row in range(ROWS)]
places = [["east", "south", "Ünïcödé, 日本"][row * row % 3] for row in range(ROWS)]


def write(folder):
    def at(name):
        return os.path.join(folder, name)

    frame = pandas.DataFrame(
        {
            "level": pandas.Categorical(levels, categories=LEVELS, ordered=True),
            "place": pandas.Categorical(places, categories=PLACES),
        }
    )
    frame.to_parquet(at("pandas.parquet"))
    frame.to_parquet(at("pandas-groups.parquet"), row_group_size=30, compression="gzip")
    frame.to_parquet(at("pandas-fallback.parquet"), dictionary_pagesize_limit=1, data_page_size=10)
    frame.to_feather(at("pandas.feather"))
    frame.to_feather(at("pandas-chunks.feather"), chunksize=30, compression="zstd")
    enums = {"level": polars.Enum(LEVELS), "place": polars.Enum(PLACES)}
    frame = polars.DataFrame({"level": levels, "place": places}, schema=enums)
    frame.write_parquet(at("polars.parquet"))
    frame.write_ipc(at("polars.arrow"))
    frame.write_ipc(at("polars-old.arrow"), compat_level=polars.CompatLevel.oldest())


def read(file):
    is_parquet = file.endswith(".parquet")
    table = pyarrow.parquet.read_table(file) if is_parquet else pyarrow.feather.read_table(file, memory_map=False)
    seen = {}
    for name, column in table.to_pandas().items():
        values = [None if pandas.isna(value) else value for value in column]
        seen[name] = [list(column.cat.categories), bool(column.cat.ordered), values]
    # Under a null pandas has the key -1, which polars refuses.
    if not file.endswith(".feather"):
        check(polars.read_parquet(file) if is_parquet else polars.read_ipc(file), seen)
    print(json.dumps(seen))


def check(frame, seen):
    for name in frame.columns:
        if frame[name].cast(polars.String).to_list() != seen[name][2]:
            seen[name].append("polars reads other values")


if sys.argv[1] == "write":
    write(sys.argv[2])
else:
    for file in sys.argv[2:]:
        read(file)
