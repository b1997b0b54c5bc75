//! Small Parquet files that claim to hold much: pages made by hand, behind a footer that agrees with them.

use std::io::Write;
use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::{ARROW_SCHEMA_META_KEY, encode_arrow_schema};
use parquet::basic::Compression;
use parquet::file::metadata::{
    ColumnChunkMetaData, FileMetaData, KeyValue, ParquetMetaData, ParquetMetaDataWriter, RowGroupMetaData,
};
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::SchemaDescriptor;

/// As many as 32 bits hold.
const MANY: i32 = i32::MAX;

/// Numbers of encodings and kinds of pages (parquet.thrift).
const PLAIN: i32 = 0;
const RLE: i32 = 3;
const DELTA_LENGTH_BYTE_ARRAY: i32 = 6;
const DELTA_BYTE_ARRAY: i32 = 7;
const RLE_DICTIONARY: i32 = 8;
const DATA: i32 = 0;
const DICTIONARY: i32 = 2;

/// A page of `bytes` that claims to unpack to `unpacked`.
fn page(kind: i32, unpacked: i32, values: i32, encoding: i32, bytes: &[u8]) -> Vec<u8> {
    let mut page = Vec::new();
    let stored = i32::try_from(bytes.len()).unwrap();
    for number in [kind, unpacked, stored] {
        integer(&mut page, number);
    }
    // The description of a dictionary is field 7, of data field 5, with the encodings of levels besides.
    page.push(if kind == DICTIONARY { 0x4c } else { 0x2c });
    integer(&mut page, values);
    integer(&mut page, encoding);
    if kind == DATA {
        integer(&mut page, RLE);
        integer(&mut page, RLE);
    }
    page.extend([0, 0]);
    page.extend(bytes);
    page
}

/// The next field, of type i32.
fn integer(page: &mut Vec<u8>, number: i32) {
    page.push(0x15);
    page.extend(varint(((number << 1) ^ (number >> 31)) as u32 as u64));
}

fn varint(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number > 0x7f {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

/// Levels with their length in front.
fn levels(runs: &[(u64, u8)]) -> Vec<u8> {
    let runs: Vec<u8> =
        runs.iter().flat_map(|(times, level)| [varint(times << 1), vec![*level]].concat()).collect();
    [&u32::try_from(runs.len()).unwrap().to_le_bytes()[..], &runs].concat()
}

/// A file of one column.
struct OneColumn {
    schema: &'static str,
    codec: Compression,
    rows: i64,
    values: i64,
    arrow: Option<DataType>,
    pages: Vec<u8>,
}

impl OneColumn {
    fn of(column: &'static str, pages: Vec<u8>) -> Self {
        Self { schema: column, codec: Compression::UNCOMPRESSED, rows: 1, values: 1, arrow: None, pages }
    }

    fn bytes(self) -> Vec<u8> {
        let schema = Arc::new(parse_message_type(&format!("message m {{ {} }}", self.schema)).unwrap());
        let schema = Arc::new(SchemaDescriptor::new(schema));
        let length = self.pages.len() as i64;
        let chunk = ColumnChunkMetaData::builder(schema.column(0))
            .set_compression(self.codec)
            .set_num_values(self.values)
            .set_total_compressed_size(length)
            .set_total_uncompressed_size(length)
            .set_data_page_offset(4);
        let group = RowGroupMetaData::builder(schema.clone())
            .set_num_rows(self.rows)
            .set_total_byte_size(length)
            .set_column_metadata(vec![chunk.build().unwrap()])
            .build()
            .unwrap();
        let keys = self.arrow.map(|data_type| {
            let arrow = encode_arrow_schema(&Schema::new(vec![Field::new("x", data_type, true)]));
            vec![KeyValue::new(ARROW_SCHEMA_META_KEY.to_owned(), arrow)]
        });
        let file = FileMetaData::new(2, self.rows, None, keys, schema, None);
        let mut bytes = b"PAR1".to_vec();
        bytes.write_all(&self.pages).unwrap();
        ParquetMetaDataWriter::new(&mut bytes, &ParquetMetaData::new(file, vec![group])).finish().unwrap();
        bytes
    }
}

/// Names, files and what is said of each; what is said of columns that are left out is a loss.
pub(crate) fn all() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let zeros = [0u8; 40];
    let huge = |codec| {
        let pages = page(DATA, MANY, 1, PLAIN, &zeros);
        OneColumn { codec, ..OneColumn::of("required int64 x;", pages) }.bytes()
    };
    let blocks = |count: u64| [varint(128), varint(4), varint(count), varint(0)].concat();
    let texts = |encoding, bytes: &[u8]| {
        OneColumn::of("required binary x (STRING);", page(DATA, 0, 1, encoding, bytes)).bytes()
    };
    let nulls = |column| OneColumn::of(column, page(DATA, 0, 1, PLAIN, &levels(&[(1, 0)])));
    let list = "optional group x (LIST) { repeated group list { optional int32 item; } }";
    let many = MANY as u64;
    // One row of a list whose items are one entry of a dictionary.
    let items = [levels(&[(1, 0), (many - 1, 1)]), levels(&[(many, 3)]), vec![1], varint(many << 1), vec![0]]
        .concat();
    let items =
        [page(DICTIONARY, 0, 1, PLAIN, &[7; 4]), page(DATA, 0, MANY, RLE_DICTIONARY, &items)].concat();
    let item = Arc::new(Field::new("item", DataType::Int32, true));
    vec![
        ("snappy", huge(Compression::SNAPPY), "40 bytes are said to unpack to 2147483647"),
        ("zstd", huge(Compression::ZSTD(Default::default())), "40 bytes are said to unpack to 2147483647"),
        ("gzip", huge(Compression::GZIP(Default::default())), "40 bytes are said to unpack to 2147483647"),
        ("lz4", huge(Compression::LZ4_RAW), "40 bytes are said to unpack to 2147483647"),
        ("brotli", bomb(), "unpacks to more than the 1000 bytes it claims"),
        (
            "dictionary",
            OneColumn::of("required int64 x;", page(DICTIONARY, 0, MANY, PLAIN, &[0; 8])).bytes(),
            "a dictionary of 2147483647 entries is claimed in 8 bytes",
        ),
        (
            "lengths",
            texts(DELTA_LENGTH_BYTE_ARRAY, &blocks(1 << 40)),
            "1099511627776 lengths are claimed where 1 values are",
        ),
        (
            "shared lengths",
            texts(DELTA_BYTE_ARRAY, &[blocks(1), blocks(1 << 40)].concat()),
            "1099511627776 lengths are claimed where 1 values are",
        ),
        (
            "list",
            OneColumn { values: MANY.into(), ..OneColumn::of(list, items) }.bytes(),
            "are read at a time",
        ),
        (
            "wide",
            nulls("optional fixed_len_byte_array(2000000000) x;").bytes(),
            "a value has 2000000000 bytes",
        ),
        (
            "wide list",
            OneColumn { arrow: Some(DataType::FixedSizeList(item, MANY)), ..nulls(list) }.bytes(),
            "a value has 8589934588 bytes",
        ),
    ]
}

/// 32 MiB of zeros in a page that says it holds a thousand bytes.
fn bomb() -> Vec<u8> {
    let mut packed = Vec::new();
    let mut zeros = std::io::Read::take(std::io::repeat(0), 32 << 20);
    let mut writer = brotli::CompressorWriter::new(&mut packed, 4096, 5, 22);
    std::io::copy(&mut zeros, &mut writer).unwrap();
    drop(writer);
    let pages = page(DATA, 1000, 1, PLAIN, &packed);
    OneColumn { codec: Compression::BROTLI(Default::default()), ..OneColumn::of("required int64 x;", pages) }
        .bytes()
}
