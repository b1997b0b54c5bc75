"""Writes Parquet and Arrow files of every type, encoding and compression: write_columnar.py FOLDER

Prints how many files there are.
"""

import datetime
import decimal
import os
import random
import sys
import uuid

import duckdb
import polars
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq

FOLDER = sys.argv[1]
ROWS = 300
random.seed(7)
written = []


def path(name):
    file = os.path.join(FOLDER, name)
    written.append(file)
    return file


def some(values, nulls=True):
    """Rows that take the values in turn; every seventh is missing."""
    return [None if nulls and row % 7 == 3 else values[row % len(values)] for row in range(ROWS)]


TEXTS = ["a", "", "Ünïcödé, 日本語", "long " * 40, "b", "a", "line\nfeed"]
WHOLE = {"int8": 8, "int16": 16, "int32": 32, "int64": 64}


def integers(bits, signed):
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    return [low, high, 0, 1, 7, high - 1, 42]


def scalars():
    columns = {"boolean": (pa.bool_(), [True, False, False])}
    for name, bits in WHOLE.items():
        columns[name] = (getattr(pa, name)(), integers(bits, True))
        columns[f"u{name}"] = (getattr(pa, f"u{name}")(), integers(bits, False))
    columns |= {
        "float16": (pa.float16(), [0.5, -0.0, float("inf"), float("nan"), 65504.0]),
        "float32": (pa.float32(), [0.5, -0.0, float("-inf"), float("nan"), 3.5e38]),
        "float64": (pa.float64(), [0.1, -0.0, float("inf"), float("nan"), 5e-324]),
        "date32": (pa.date32(), [0, -1, 20_000, -700_000]),
        "date64": (pa.date64(), [0, -86_400_000, 86_400_000 * 20_000]),
        "time_s": (pa.time32("s"), [0, 86_399]),
        "time_ms": (pa.time32("ms"), [0, 86_399_999]),
        "time_us": (pa.time64("us"), [0, 86_399_999_999]),
        "time_ns": (pa.time64("ns"), [0, 86_399_999_999_999]),
        "text": (pa.string(), TEXTS),
        "large_text": (pa.large_string(), TEXTS),
        "text_view": (pa.string_view(), TEXTS),
        "bytes": (pa.binary(), [b"", b"\0\xff", b"x" * 300]),
        "large_bytes": (pa.large_binary(), [b"", b"\0\xff", b"x" * 300]),
        "bytes_view": (pa.binary_view(), [b"", b"\0\xff", b"x" * 300]),
        "fixed": (pa.binary(5), [b"12345", b"\0\0\0\0\0"]),
        "nothing": (pa.null(), [None]),
    }
    for unit in ["s", "ms", "us", "ns"]:
        times = [0, -1, 1_700_000_000, -2_208_988_800]
        columns[f"local_{unit}"] = (pa.timestamp(unit), times)
        columns[f"utc_{unit}"] = (pa.timestamp(unit, "UTC"), times)
        columns[f"zoned_{unit}"] = (pa.timestamp(unit, "Asia/Kathmandu"), times)
        columns[f"duration_{unit}"] = (pa.duration(unit), times)
    for digits in [1, 9, 10, 18, 19, 38]:
        number = decimal.Decimal(f"{10**digits - 1}e-{min(digits, 4)}")
        columns[f"decimal_{digits}"] = (pa.decimal128(digits, min(digits, 4)), [number, number.copy_negate(), decimal.Decimal(0)])
    columns["decimal32"] = (pa.decimal32(9, 2), [decimal.Decimal("1234567.89"), decimal.Decimal("-0.01")])
    columns["decimal64"] = (pa.decimal64(18, 2), [decimal.Decimal("1234567.89"), decimal.Decimal("-0.01")])
    columns["decimal256"] = (pa.decimal256(38, 2), [decimal.Decimal("1234567.89"), decimal.Decimal("-0.01")])
    return {name: pa.array(some(values), kind) for name, (kind, values) in columns.items()}


def nested():
    item = pa.struct([("x", pa.int32()), ("y", pa.list_(pa.string()))])
    items = [{"x": 1, "y": ["a", None, ""]}, None, {"x": None, "y": None}, {"x": 3, "y": []}]
    columns = {
        "list": (pa.list_(pa.int64()), [[1, None, 3], [], [7]]),
        "large_list": (pa.large_list(pa.string()), [["a", None], []]),
        "fixed_list": (pa.list_(pa.float64(), 2), [[0.5, None], [1.0, 2.0]]),
        "list_of_lists": (pa.list_(pa.list_(pa.int8())), [[[1], None, []], [], [[2, 3], [4]]]),
        "structure": (item, items),
        "list_of_structures": (pa.list_(item), [items, [], items[1:2]]),
        "map": (pa.map_(pa.string(), pa.int32()), [[("a", 1), ("b", None)], []]),
        "map_of_lists": (pa.map_(pa.int32(), pa.list_(pa.date32())), [[(1, [0, None])], []]),
        "list_of_maps": (pa.list_(pa.map_(pa.string(), item)), [[[("k", items[0])], None], []]),
        "list_of_decimals": (pa.list_(pa.decimal128(20, 3)), [[decimal.Decimal("1.234")], []]),
    }
    return {name: pa.array(some(values), kind) for name, (kind, values) in columns.items()}


def extensions():
    storage = pa.array(some([uuid.UUID(int=0).bytes, uuid.UUID(int=2**128 - 7).bytes]), pa.binary(16))
    uuids = pa.ExtensionArray.from_storage(pa.uuid(), storage)
    return {
        "uuid": uuids,
        "json": pa.ExtensionArray.from_storage(pa.json_(), pa.array(some(['{"a": 1}', "[]"]))),
        "list_of_uuids": pa.ListArray.from_arrays(pa.array(range(0, ROWS + 1, 1), pa.int32()), uuids),
        "structure_of_uuid": pa.StructArray.from_arrays([uuids, storage], ["u", "b"]),
    }


def dictionaries():
    texts = pa.array(some(TEXTS)).dictionary_encode()
    return {
        "texts": texts,
        "numbers": pa.array(some([1, 2, 5])).dictionary_encode(),
        "few": texts.cast(pa.dictionary(pa.int8(), pa.string())),
        "ordered": pa.DictionaryArray.from_arrays(texts.indices, texts.dictionary, ordered=True),
        "bytes": pa.array(some([b"a", b"\xff"])).dictionary_encode(),
    }


def parquet(name, columns, **options):
    options.setdefault("row_group_size", 120)
    pq.write_table(pa.table(columns), path(f"{name}.parquet"), **options)


def required(columns):
    """The same columns, which may not be null."""
    # Rows 4 to 9 have no missing value.
    whole = {name: column.slice(4, 6) for name, column in columns.items() if name != "nothing"}
    schema = pa.schema([pa.field(name, column.type, nullable=False) for name, column in whole.items()])
    return pa.table(list(whole.values()), schema=schema)


def by_pyarrow():
    flat, deep = scalars(), nested()
    compressions = ["none", "snappy", "gzip", "brotli", "zstd", "lz4"]
    for compression in compressions:
        for pages in ["1.0", "2.0"]:
            parquet(f"arrow-{compression}-{pages}", flat | deep, compression=compression, data_page_version=pages)
    coarse = {name: column for name, column in flat.items() if not name.endswith("_ns")}
    for version in ["1.0", "2.4", "2.6"]:
        parquet(f"arrow-version-{version}", coarse, version=version)
    parquet("arrow-no-schema", flat | deep | extensions() | dictionaries(), store_schema=False)
    parquet("arrow-legacy-lists", deep, use_compliant_nested_type=False, store_schema=False)
    parquet("arrow-decimals-as-integers", flat, store_decimal_as_integer=True)
    parquet("arrow-plain", flat | deep, use_dictionary=False)
    parquet("arrow-tiny-pages", flat | deep, data_page_size=100, write_batch_size=10, write_page_index=True)
    parquet("arrow-tiny-dictionary", flat, dictionary_pagesize_limit=200, data_page_size=100)
    parquet("arrow-checksums", flat, write_page_checksum=True)
    parquet("arrow-extensions", extensions())
    parquet("arrow-dictionaries", dictionaries())
    parquet("arrow-int96", {"at": flat["local_us"], "x": flat["int8"]}, use_deprecated_int96_timestamps=True)
    parquet("arrow-one-group-a-row", {"x": flat["int64"].slice(0, 20)}, row_group_size=1)
    parquet("arrow-no-rows", {name: column.slice(0, 0) for name, column in (flat | deep).items()})
    pq.write_table(pa.table([flat["int8"]] * 4, names=["", "a", "a", "a_2"]), path("arrow-names.parquet"))
    pq.write_table(required(flat | deep), path("arrow-required.parquet"))
    encodings = {
        "DELTA_BINARY_PACKED": ["int8", "uint16", "int32", "int64", "uint64", "date32", "local_us", "time_ms"],
        "DELTA_LENGTH_BYTE_ARRAY": ["text", "large_text", "bytes", "bytes_view"],
        "DELTA_BYTE_ARRAY": ["text", "large_text", "bytes", "fixed", "text_view", "decimal_38"],
        "BYTE_STREAM_SPLIT": ["float16", "float32", "float64", "int32", "int64", "fixed", "decimal_38"],
        "PLAIN": ["int8", "text", "bytes", "boolean", "float64"],
        "RLE": ["boolean"],
    }
    for encoding, names in encodings.items():
        for pages in ["1.0", "2.0"]:
            columns = {name: flat[name] for name in names}
            how = {"column_encoding": dict.fromkeys(columns, encoding), "use_dictionary": False}
            name = f"arrow-{encoding.lower()}-{pages}"
            parquet(name, columns, data_page_version=pages, **how)
            pq.write_table(required(columns), path(f"{name}-required.parquet"), data_page_version=pages, **how)
            parquet(f"{name}-pages", columns, data_page_version=pages, data_page_size=64, write_batch_size=16, **how)
    strange = {
        "interval": pa.array(some([(1, 2, 3), (0, -1, 0)]), pa.month_day_nano_interval()),
        "long_decimal": pa.array(some([decimal.Decimal(10**60)]), pa.decimal256(76, 0)),
    }
    parquet("arrow-long-decimal", {"x": flat["int8"], "d": strange["long_decimal"], "y": flat["text"]})
    views = {
        "list_view": pa.array(some([[1, None], []]), pa.list_view(pa.int32())),
        "large_list_view": pa.array(some([["a", None], []]), pa.large_list_view(pa.string())),
        "runs": pa.array(sorted(some(["a", "b"], nulls=False))),
    }
    views["runs"] = pa.compute.run_end_encode(views["runs"])
    union = pa.UnionArray.from_sparse(
        pa.array([row % 2 for row in range(ROWS)], pa.int8()), [pa.array(range(ROWS)), pa.array(["u"] * ROWS)]
    )
    everything = flat | deep | extensions() | dictionaries() | views
    for compression in [None, "lz4", "zstd"]:
        table = pa.table(everything | strange | {"union": union, "last": flat["int16"]})
        options = pa.ipc.IpcWriteOptions(compression=compression)
        with pa.ipc.new_file(path(f"arrow-{compression}.arrow"), table.schema, options=options) as file:
            file.write_table(table, max_chunksize=128)
        with pa.ipc.new_stream(path(f"arrow-{compression}.arrows"), table.schema, options=options) as file:
            file.write_table(table, max_chunksize=128)


def by_duckdb():
    select = """
        select i as id, i::tinyint % 100 as t, i::utinyint as ut, (i * 100)::smallint as s, i::hugeint as h, i::double / 3 as d,
            i::float as f, i % 2 = 0 as b, 'text ' || (i % 9) as text, ('b' || i)::blob as bytes, ('2020-01-01'::date + i::int) as day,
            make_time(i % 24, 59, 3.25) as at, ('2020-01-01 00:00:00'::timestamp + to_seconds(i)) as stamp,
            ('2020-01-01 00:00:00'::timestamptz + to_seconds(i)) as zoned, '2020-01-01 00:00:00.123456789'::timestamp_ns as nano,
            '2020-01-01 00:00:00'::timestamp_s as seconds, '2020-01-01 00:00:00.5'::timestamp_ms as millis,
            (i / 7)::decimal(4, 2) as dec4, (i / 7)::decimal(18, 6) as dec18, (i / 7)::decimal(38, 10) as dec38,
            (case when i % 3 = 0 then 'low' else 'high' end)::enum('low', 'high') as e, md5(i::text)::uuid as u,
            [i, null, 3] as list, {'a': i, 'b': 'x'} as structure, map {'k' || i: i} as m, [[i], []] as lists,
            [{'u': md5(i::text)::uuid}] as nested, [1.5, i]::double[2] as pair, ('{"a": ' || i || '}')::json as j,
            INTERVALS case when i % 5 = 0 then null else i end as n
        from range(500) r(j0), lateral (select (j0 % 100)::int as i)
    """.replace("j0", "k")
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    for version in ["v1", "v2"]:
        for codec in ["uncompressed", "snappy", "gzip", "zstd", "brotli", "lz4_raw"]:
            how = f"format parquet, compression {codec}, parquet_version {version}, row_group_size 200"
            query = select.replace("INTERVALS", "")
            connection.execute(f"copy ({query}) to '{path(f'duckdb-{version}-{codec}.parquet')}' ({how})")
    query = select.replace("INTERVALS", "to_days(i) as length, [to_days(i)] as lengths,")
    connection.execute(f"copy ({query}) to '{path('duckdb-interval.parquet')}' (format parquet)")


def by_polars():
    day = datetime.date(2020, 1, 1)
    frame = polars.DataFrame(
        {
            "int": polars.Series(some([1, -1, 2**62])),
            "small": polars.Series(some([1, -1, 127]), dtype=polars.Int8),
            "unsigned": polars.Series(some([0, 2**64 - 1]), dtype=polars.UInt64),
            "float": polars.Series(some([0.1, float("nan")])),
            "single": polars.Series(some([0.5, -0.0]), dtype=polars.Float32),
            "text": polars.Series(some(TEXTS)),
            "category": polars.Series(some(["x", "y"]), dtype=polars.Categorical),
            "enum": polars.Series(some(["x", "y"]), dtype=polars.Enum(["y", "x"])),
            "bytes": polars.Series(some([b"", b"\xff"])),
            "day": polars.Series(some([day, datetime.date(1800, 2, 3)])),
            "time": polars.Series(some([datetime.time(1, 2, 3, 4), datetime.time(0)])),
            "us": polars.Series(some([datetime.datetime(2020, 1, 1), datetime.datetime(1900, 1, 1, 0, 0, 0, 1)])),
            "zoned": polars.Series(some([1, 2**50]), dtype=polars.Datetime("ns", "Europe/Paris")),
            "ms": polars.Series(some([1, -1]), dtype=polars.Datetime("ms")),
            "duration": polars.Series(some([datetime.timedelta(seconds=1), datetime.timedelta(days=-9)])),
            "decimal": polars.Series(some([decimal.Decimal("1.23"), decimal.Decimal("-9.99")]), dtype=polars.Decimal(20, 2)),
            "boolean": polars.Series(some([True, False])),
            "list": polars.Series(some([[1, None], []]), dtype=polars.List(polars.Int64)),
            "array": polars.Series(some([[1.0, 2.0], [3.0, None]]), dtype=polars.Array(polars.Float64, 2)),
            "structure": polars.Series(some([{"a": 1, "b": ["x"]}, {"a": None, "b": []}])),
            "lists": polars.Series(some([[["x"], None], []]), dtype=polars.List(polars.List(polars.String))),
            "nothing": polars.Series([None] * ROWS, dtype=polars.Null),
        }
    )
    for compression in ["uncompressed", "snappy", "gzip", "brotli", "zstd", "lz4"]:
        frame.write_parquet(path(f"polars-{compression}.parquet"), compression=compression, row_group_size=100)
    frame.write_parquet(path("polars-pages.parquet"), data_page_size=64, statistics=False)
    frame.head(0).write_parquet(path("polars-no-rows.parquet"))
    for compression in ["uncompressed", "lz4", "zstd"]:
        frame.write_ipc(path(f"polars-{compression}.arrow"), compression=compression)
        frame.write_ipc_stream(path(f"polars-{compression}.arrows"), compression=compression)


by_pyarrow()
by_duckdb()
by_polars()
print(len(written))
