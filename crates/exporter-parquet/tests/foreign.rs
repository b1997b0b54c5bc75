//! What other programs write and we do not: columns that no kind holds, names a table cannot have, UUIDs, enumerations,
//! row groups without rows, every codec.

use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, Int32Type};
use arrow_array::{
    Array, ArrayRef, Decimal128Array, Decimal256Array, DictionaryArray, FixedSizeBinaryArray, Int32Array,
    IntervalMonthDayNanoArray, ListArray, MapArray, RecordBatch, StringArray, StructArray,
};
use arrow_buffer::{IntervalMonthDayNano, OffsetBuffer, i256};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use exporter_core::codebook::Kind;
use exporter_core::dataset::{Comparison, Filter};
use exporter_core::{Context, Dataset, LossCode, Scan, TableId};
use exporter_testkit::{Cell, cells_of};
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::arrow::{ARROW_SCHEMA_META_KEY, ArrowWriter, encode_arrow_schema};
use parquet::basic::{BrotliLevel, Compression, Encoding, GzipLevel, ZstdLevel};
use parquet::data_type::{
    ByteArray, ByteArrayType, FixedLenByteArray, FixedLenByteArrayType, Int96, Int96Type,
};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use crate::support::open;

/// Bytes 0 to 15, and how they are written.
const UUID: [u8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
const UUID_TEXT: &str = "00010203-0405-0607-0809-0a0b0c0d0e0f";

fn parquet(path: &Path, batch: &RecordBatch, compression: Compression) {
    let properties = WriterProperties::builder().set_compression(compression).build();
    let file = std::fs::File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
}

fn arrow(path: &Path, batch: &RecordBatch) {
    let file = std::fs::File::create(path).unwrap();
    let mut writer = arrow_ipc::writer::FileWriter::try_new(file, &batch.schema()).unwrap();
    writer.write(batch).unwrap();
    writer.finish().unwrap();
}

fn read(data: &dyn Dataset) -> RecordBatch {
    let batches = Context::default().scan(data, TableId(0), &Scan::all()).unwrap();
    let schema = batches.schema().clone();
    let batches: Vec<RecordBatch> = batches.map(Result::unwrap).collect();
    arrow_select::concat::concat_batches(&schema, &batches).unwrap()
}

fn names(data: &dyn Dataset) -> Vec<String> {
    data.codebook().tables[0].variables.iter().map(|variable| variable.name.clone()).collect()
}

fn losses(data: &dyn Dataset, code: &LossCode) -> Vec<String> {
    data.losses().iter().filter(|loss| &loss.code == code).map(ToString::to_string).collect()
}

/// A schema with a number, an interval, an interval in a list, and a text.
fn intervals() -> RecordBatch {
    let interval = IntervalMonthDayNano::new(1, 2, 0);
    let intervals: ArrayRef = Arc::new(IntervalMonthDayNanoArray::from(vec![interval, interval]));
    let item = Arc::new(Field::new("item", intervals.data_type().clone(), true));
    let offsets = OffsetBuffer::new(vec![0, 1, 2].into());
    let list: ArrayRef = Arc::new(ListArray::new(item, offsets, intervals.clone(), None));
    let number: ArrayRef = Arc::new(Int32Array::from(vec![7, 8]));
    let text: ArrayRef = Arc::new(StringArray::from(vec!["a", "b"]));
    RecordBatch::try_from_iter([("number", number), ("for", intervals), ("all", list), ("text", text)])
        .unwrap()
}

#[test]
fn dictionaries_of_what_is_no_text_are_an_encoding() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("d.parquet");
    let values = Decimal128Array::from(vec![15, 25]).with_precision_and_scale(3, 1).unwrap();
    let keys = Int32Array::from(vec![Some(1), None, Some(0)]);
    let column: ArrayRef = Arc::new(DictionaryArray::new(keys, Arc::new(values)));
    parquet(&path, &RecordBatch::try_from_iter([("d", column)]).unwrap(), Compression::UNCOMPRESSED);
    let data = open(&path).unwrap();
    let read = read(&*data);
    let column = read.column(0).as_primitive::<Decimal128Type>();
    assert_eq!(column.iter().collect::<Vec<_>>(), [Some(25), None, Some(15)]);
}

#[test]
fn columns_of_types_without_a_kind_are_named_and_the_others_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("intervals.arrow");
    arrow(&path, &intervals());
    let data = open(&path).unwrap();
    assert_eq!(names(&*data), ["number", "text"]);
    let said = losses(&*data, &LossCode::NOT_READ);
    assert_eq!(said.len(), 2);
    assert!(said.iter().all(|said| said.contains("Interval(MonthDayNano)")), "{said:?}");
    assert_eq!(cells_of(read(&*data).column(1)), [Cell::Text("a".into()), Cell::Text("b".into())]);

    let path = folder.path().join("interval.parquet");
    let schema = "message m { required binary first (STRING); \
                  required group all (LIST) { repeated group list { \
                  optional fixed_len_byte_array(12) item (INTERVAL); } } \
                  required fixed_len_byte_array(12) length (INTERVAL); required binary last (STRING); }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let file = std::fs::File::create(&path).unwrap();
    let mut writer = SerializedFileWriter::new(file, schema, Arc::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let texts = |text: &str| [ByteArray::from(text)];
    let interval = [FixedLenByteArray::from(vec![1; 12])];
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<ByteArrayType>().write_batch(&texts("x"), None, None).unwrap();
    column.close().unwrap();
    for levels in [Some(&[2i16][..]), None] {
        let mut column = group.next_column().unwrap().unwrap();
        let typed = column.typed::<FixedLenByteArrayType>();
        typed.write_batch(&interval, levels, levels.map(|_| &[0i16][..])).unwrap();
        column.close().unwrap();
    }
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<ByteArrayType>().write_batch(&texts("y"), None, None).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    writer.close().unwrap();
    let data = open(&path).unwrap();
    assert_eq!(names(&*data), ["first", "last"]);
    let said = losses(&*data, &LossCode::NOT_READ);
    assert!(said.len() == 2 && said.iter().all(|said| said.contains("(INTERVAL)")), "{said:?}");
    assert!(said[1].starts_with("parquet: not-read interval.length:"), "{said:?}");
    // The leaves behind the columns that are left out are still those of their names.
    assert_eq!(cells_of(read(&*data).column(1)), [Cell::Text("y".into())]);
    assert_eq!(data.facts(TableId(0)).unwrap().columns[&1].nulls, Some(0));
}

#[test]
fn columns_without_a_name_of_their_own_get_one() {
    let column = |value: i32| -> ArrayRef { Arc::new(Int32Array::from(vec![value])) };
    let fields = ["", "a", "a", "a_2", "column_1"].map(|name| Field::new(name, DataType::Int32, true));
    let batch =
        RecordBatch::try_new(Arc::new(Schema::new(fields.to_vec())), (0..5).map(column).collect()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("names.parquet"), folder.path().join("names.arrow"));
    parquet(&first, &batch, Compression::UNCOMPRESSED);
    arrow(&second, &batch);
    for (format, path) in [("parquet", first), ("arrow", second)] {
        let data = open(&path).unwrap();
        assert_eq!(names(&*data), ["column_1_2", "a", "a_3", "a_2", "column_1"]);
        let said = losses(&*data, &LossCode::NAME_CHANGED);
        assert_eq!(
            said,
            [
                format!(
                    "{format}: name-changed names.a_3: column 3 of the file has the name of another, read as a_3"
                ),
                format!(
                    "{format}: name-changed names.column_1_2: column 1 of the file has no name, read as column_1_2"
                ),
            ]
        );
        let read = read(&*data);
        let values: Vec<i32> =
            read.columns().iter().map(|column| column.as_primitive::<Int32Type>().value(0)).collect();
        assert_eq!(values, [0, 1, 2, 3, 4]);
    }
}

#[test]
fn uuids_are_texts_wherever_they_stand() {
    let bytes =
        FixedSizeBinaryArray::try_from_sparse_iter_with_size([Some(UUID), None].into_iter(), 16).unwrap();
    let uuid = Field::new("uuid", DataType::FixedSizeBinary(16), true)
        .with_metadata([("ARROW:extension:name".to_owned(), "arrow.uuid".to_owned())].into());
    let other = Field::new("bytes", DataType::FixedSizeBinary(16), true);
    let parts = StructArray::new(
        vec![uuid.clone(), other].into(),
        vec![Arc::new(bytes.clone()), Arc::new(bytes.clone())],
        None,
    );
    let offsets = OffsetBuffer::new(vec![0, 2, 2].into());
    let list =
        ListArray::new(Arc::new(uuid.clone().with_name("item")), offsets, Arc::new(bytes.clone()), None);
    let schema = Schema::new(vec![
        uuid,
        Field::new("parts", parts.data_type().clone(), true),
        Field::new("list", list.data_type().clone(), true),
    ]);
    let columns: Vec<ArrayRef> = vec![Arc::new(bytes), Arc::new(parts), Arc::new(list)];
    let batch = RecordBatch::try_new(Arc::new(schema), columns).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("u.parquet"), folder.path().join("u.arrow"));
    parquet(&first, &batch, Compression::SNAPPY);
    arrow(&second, &batch);
    let text = || Cell::Text(UUID_TEXT.into());
    let binary = || Cell::Binary(UUID.to_vec());
    for path in [first, second] {
        let data = open(&path).unwrap();
        assert_eq!(data.codebook().tables[0].variables[0].kind, Kind::Text);
        let read = read(&*data);
        assert_eq!(cells_of(read.column(0)), [text(), Cell::Null]);
        assert_eq!(cells_of(read.column(1))[0], Cell::Structure(vec![text(), binary()]));
        assert_eq!(cells_of(read.column(2)), [Cell::List(vec![text(), Cell::Null]), Cell::List(vec![])]);
    }
}

/// The logical types alone tell, without an Arrow schema beside them.
#[test]
fn uuids_and_enumerations_are_told_by_the_format_itself() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("logical.parquet");
    let schema = "message m { required fixed_len_byte_array(16) u (UUID); required binary e (ENUM); \
                  required fixed_len_byte_array(16) b; }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let file = std::fs::File::create(&path).unwrap();
    let mut writer = SerializedFileWriter::new(file, schema, Arc::default()).unwrap();
    // The first row group has no rows.
    for rows in [0, 1] {
        let mut group = writer.next_row_group().unwrap();
        for column in 0..3 {
            let mut writer = group.next_column().unwrap().unwrap();
            let bytes = ByteArray::from(if column == 1 { b"low".to_vec() } else { UUID.to_vec() });
            if column == 1 {
                writer.typed::<ByteArrayType>().write_batch(&vec![bytes; rows], None, None).unwrap();
            } else {
                let bytes = vec![FixedLenByteArray::from(bytes); rows];
                writer.typed::<FixedLenByteArrayType>().write_batch(&bytes, None, None).unwrap();
            }
            writer.close().unwrap();
        }
        group.close().unwrap();
    }
    writer.close().unwrap();
    let read = read(&*open(&path).unwrap());
    let cells: Vec<Cell> = read.columns().iter().flat_map(|column| cells_of(column)).collect();
    let expected = [Cell::Text(UUID_TEXT.into()), Cell::Text("low".into()), Cell::Binary(UUID.to_vec())];
    assert_eq!(cells, expected);
}

/// What pandas had to name gets the name that `reset_index` gives.
#[test]
fn the_index_of_a_data_frame_has_its_name() {
    let column = |value: i32| -> ArrayRef { Arc::new(Int32Array::from(vec![value])) };
    let read_names = |stored: &[&str], pandas: &str| {
        let fields: Vec<Field> = stored.iter().map(|name| Field::new(*name, DataType::Int32, true)).collect();
        let keys = [("pandas".to_owned(), pandas.to_owned())].into();
        let schema = Arc::new(Schema::new_with_metadata(fields, keys));
        let batch = RecordBatch::try_new(schema, (0..).map(column).take(stored.len()).collect()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (folder.path().join("i.parquet"), folder.path().join("i.arrow"));
        parquet(&first, &batch, Compression::UNCOMPRESSED);
        arrow(&second, &batch);
        let [first, second] = [first, second].map(|path| open(&path).unwrap());
        assert_eq!(names(&*first), names(&*second));
        (names(&*first), losses(&*first, &LossCode::NAME_CHANGED))
    };
    let one = r#"{"index_columns": ["__index_level_0__"], "columns": []}"#;
    let (found, said) = read_names(&["x", "__index_level_0__"], one);
    assert_eq!(found, ["x", "index"]);
    assert_eq!(
        said,
        [
            "parquet: name-changed i.index: column 2 of the file is the index of a data frame (__index_level_0__), read as index"
        ]
    );
    assert_eq!(read_names(&["index", "__index_level_0__"], one).0, ["index", "index_2"]);
    let two = r#"{"index_columns": ["id", "__index_level_1__"], "columns": []}"#;
    assert_eq!(read_names(&["id", "__index_level_1__"], two).0, ["id", "level_1"]);
    let named = r#"{"index_columns": ["__index_level_0__"],
        "columns": [{"name": "x", "field_name": "__index_level_0__"}, {"name": "y", "field_name": "x"}]}"#;
    assert_eq!(read_names(&["__index_level_0__"], named).0, ["x"]);
    let range = r#"{"index_columns": [{"kind": "range", "name": null}], "columns": []}"#;
    for other in [range, "{", "[]", r#"{"index_columns": 3}"#] {
        let (found, said) = read_names(&["x", "__index_level_0__"], other);
        assert_eq!((found, said.len()), (vec!["x".into(), "__index_level_0__".into()], 0), "{other}");
    }
}

/// Numbers that a decimal of 38 digits holds are one; a longer one makes the column texts.
#[test]
fn decimals_of_many_digits_are_decimals_or_texts() {
    let wide = |texts: &[&str], scale: i8| -> ArrayRef {
        let numbers = texts.iter().map(|text| i256::from_string(text)).collect::<Decimal256Array>();
        Arc::new(numbers.with_precision_and_scale(76, scale).unwrap())
    };
    let most = "9".repeat(38);
    let more = format!("1{}", "0".repeat(38));
    let batch = RecordBatch::try_from_iter([
        ("fits", wide(&["-150", &most], 2)),
        ("long", wide(&["-150", &more], 2)),
        ("fine", wide(&["1", "2"], 50)),
    ]);
    let batch = batch.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("d.parquet"), folder.path().join("d.arrow"));
    parquet(&first, &batch, Compression::SNAPPY);
    arrow(&second, &batch);
    for path in [first, second] {
        let data = open(&path).unwrap();
        let kinds: Vec<Kind> = data.codebook().tables[0].variables.iter().map(|v| v.kind.clone()).collect();
        assert_eq!(kinds, [Kind::Decimal { precision: 38, scale: 2 }, Kind::Text, Kind::Text]);
        assert!(data.losses().is_empty());
        let read = read(&*data);
        assert_eq!(read.column(0).as_primitive::<Decimal128Type>().values(), &[-150, 10i128.pow(38) - 1]);
        let texts: Vec<&str> = read.column(1).as_string::<i32>().iter().flatten().collect();
        assert_eq!(texts, ["-1.50", &format!("1{}.00", "0".repeat(36))]);
        assert_eq!(read.column(2).as_string::<i32>().value(0), format!("0.{}1", "0".repeat(49)));
    }
}

/// Spark's times reach far beyond what nanoseconds count; Impala's are finer than microseconds.
#[test]
fn int96_is_read_in_microseconds() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("int96.parquet");
    let schema = "message m { optional int96 t; optional group l (LIST) { repeated group list { optional int96 item; } } }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let file = std::fs::File::create(&path).unwrap();
    let mut writer = SerializedFileWriter::new(file, schema, Arc::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    // 1970-01-01 00:00:00.000001, 9999-12-31, and 1969-12-31 23:59:59.999999999.
    let values = [(1000u64, 2_440_588u32), (0, 5_373_484), (86_399_999_999_999, 2_440_587)]
        .map(|(time, day)| Int96::from(vec![time as u32, (time >> 32) as u32, day]));
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<Int96Type>().write_batch(&values, Some(&[1, 1, 0, 1]), None).unwrap();
    column.close().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    let typed = column.typed::<Int96Type>();
    typed.write_batch(&values, Some(&[3, 3, 0, 1, 3]), Some(&[0, 1, 0, 0, 0])).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    writer.close().unwrap();
    let data = open(&path).unwrap();
    assert_eq!(data.losses().len(), 0);
    let kind = Kind::DateTime { unit: exporter_core::codebook::TimeUnit::Microsecond, zone: None };
    assert_eq!(data.codebook().tables[0].variables[0].kind, kind);
    let numbers = [1, 253_402_214_400_000_000, -1].map(Cell::Integer);
    for _ in 0..2 {
        let read = read(&*data);
        let [first, second, third] = numbers.clone();
        assert_eq!(cells_of(read.column(0)), [first.clone(), second.clone(), Cell::Null, third.clone()]);
        let lists =
            [Cell::List(vec![first, second]), Cell::Null, Cell::List(vec![]), Cell::List(vec![third])];
        assert_eq!(cells_of(read.column(1)), lists);
        assert_eq!(
            losses(&*data, &LossCode::TIME_PRECISION),
            [
                "parquet: time-precision int96.l: INT96 times finer than microseconds are cut, first: \"-1 ns since 1970\"",
                "parquet: time-precision int96.t: INT96 times finer than microseconds are cut, first at row 4: \"-1 ns since 1970\""
            ]
        );
    }
}

#[test]
fn every_codec_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let numbers: ArrayRef = Arc::new(Int32Array::from_iter_values((0..5000).map(|row| row % 100)));
    let batch = RecordBatch::try_from_iter([("x", numbers)]).unwrap();
    for compression in [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::GZIP(GzipLevel::default()),
        Compression::BROTLI(BrotliLevel::default()),
        Compression::LZ4,
        Compression::LZ4_RAW,
        Compression::ZSTD(ZstdLevel::default()),
    ] {
        let path = folder.path().join("codec.parquet");
        parquet(&path, &batch, compression);
        let read = read(&*open(&path).unwrap());
        assert_eq!(read.column(0), batch.column(0), "{compression}");
    }
}

#[test]
fn a_decimal_that_no_type_holds_is_named_and_the_others_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.parquet");
    let schema =
        "message m { required fixed_len_byte_array(33) d (DECIMAL(77, 0)); required binary t (STRING); }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let file = std::fs::File::create(&path).unwrap();
    let mut writer = SerializedFileWriter::new(file, schema, Arc::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    let number = [FixedLenByteArray::from(vec![0; 33])];
    column.typed::<FixedLenByteArrayType>().write_batch(&number, None, None).unwrap();
    column.close().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<ByteArrayType>().write_batch(&[ByteArray::from("x")], None, None).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    writer.close().unwrap();
    let data = open(&path).unwrap();
    assert_eq!(names(&*data), ["t"]);
    let said = losses(&*data, &LossCode::NOT_READ);
    assert!(said.len() == 1 && said[0].contains("DECIMAL(77,0)"), "{said:?}");
    assert_eq!(cells_of(read(&*data).column(0)), [Cell::Text("x".into())]);
}

/// The file of one row, 7, of the required column `x`, with a key; `kind` is what the column is converted from.
fn plain_file(kind: &str) -> Vec<u8> {
    let message = format!("message m {{ required int32 x {kind}; }}");
    let schema = Arc::new(parse_message_type(&message).unwrap());
    let keys = vec![KeyValue::new("key".to_owned(), "1".to_owned())];
    let properties = WriterProperties::builder().set_key_value_metadata(Some(keys)).build();
    let mut bytes = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut bytes, schema, Arc::new(properties)).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<parquet::data_type::Int32Type>().write_batch(&[7], None, None).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    writer.close().unwrap();
    bytes
}

/// Writes other bytes in the place of some in the footer.
fn in_footer(bytes: &mut Vec<u8>, from: &[u8], to: &[u8]) {
    let at = bytes.windows(from.len()).rposition(|window| window == from).unwrap();
    bytes.splice(at..at + from.len(), to.iter().copied());
    let size = bytes.len() - 8;
    let length = u32::from_le_bytes(bytes[size..size + 4].try_into().unwrap());
    let length = length as usize + to.len() - from.len();
    bytes[size..size + 4].copy_from_slice(&u32::try_from(length).unwrap().to_le_bytes());
}

/// hyparquet leaves out of a column that it is required, fastparquet writes numbers and truth values as values of keys.
#[test]
fn footers_that_other_readers_do_not_mind_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("footer.parquet");
    let changes: [(&[u8], &[u8]); 3] = [
        (&[0x25, 0, 0x18, 1, b'x'], &[0x38, 1, b'x']),
        (&[0x18, 3, b'k', b'e', b'y', 0x18, 1, b'1', 0], &[0x18, 3, b'k', b'e', b'y', 0x16, 2, 0]),
        (&[0x18, 3, b'k', b'e', b'y', 0x18, 1, b'1', 0], &[0x18, 3, b'k', b'e', b'y', 0x11, 0]),
    ];
    for (from, to) in changes {
        let mut bytes = plain_file("");
        in_footer(&mut bytes, from, to);
        std::fs::write(&path, bytes).unwrap();
        let data = open(&path).unwrap();
        assert_eq!(cells_of(read(&*data).column(0)), [Cell::Integer(7)], "{to:?}");
    }
}

/// fastparquet writes data frames without columns, whose empty lists do not say of what they are.
#[test]
fn a_file_without_columns_has_its_rows() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("empty.parquet");
    for of_what in [0x0c, 0] {
        let mut footer = vec![0x15, 2, 0x19, 0x1c, 0x48, 1, b'm', 0x15, 0, 0, 0x16, 4, 0x19, 0x1c];
        footer.extend([0x19, of_what, 0x16, 0, 0x16, 4, 0, 0]);
        let size = u32::try_from(footer.len()).unwrap().to_le_bytes();
        std::fs::write(&path, [b"PAR1".as_slice(), &footer, &size, b"PAR1"].concat()).unwrap();
        let data = open(&path).unwrap();
        assert_eq!((data.rows(TableId(0)), names(&*data).len()), (Some(2), 0));
        assert_eq!(read(&*data).num_rows(), 2);
    }
}

/// Arrow C++ before version 3 said of the compressed pages of version 2 that they were not (ARROW-17100); of other writers'
/// pages that is believed.
#[test]
fn pages_of_old_arrow_are_compressed_whatever_they_say() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.parquet");
    let texts: ArrayRef =
        Arc::new(StringArray::from_iter_values((0..500).map(|row| format!("text {}", row / 9))));
    let batch = RecordBatch::try_from_iter([("text", texts.clone())]).unwrap();
    let writers = [("parquet-cpp version 1.5.1-SNAPSHOT", true), ("parquet-cpp-arrow version 3.0.0", false)];
    for (writer, is_wrong) in writers {
        let properties = WriterProperties::builder()
            .set_writer_version(WriterVersion::PARQUET_2_0)
            .set_compression(Compression::SNAPPY)
            .set_dictionary_enabled(false)
            .set_encoding(Encoding::PLAIN)
            .set_statistics_enabled(EnabledStatistics::None)
            .set_data_page_row_count_limit(200)
            .set_write_batch_size(100)
            .set_created_by(writer.to_owned())
            .build();
        let mut bytes = Vec::new();
        let mut file = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
        file.write(&batch).unwrap();
        file.close().unwrap();
        // Field 6 is the length of the repetition levels, 0, field 7 that the page is compressed; two structures end.
        let compressed = [0x15, 0, 0x11, 0, 0];
        let pages: Vec<usize> = bytes
            .windows(compressed.len())
            .enumerate()
            .filter(|(_, window)| *window == compressed)
            .map(|(at, _)| at)
            .collect();
        assert_eq!(pages.len(), 3);
        pages.iter().for_each(|at| bytes[at + 2] = 0x12);
        std::fs::write(&path, &bytes).unwrap();
        let data = open(&path).unwrap();
        if is_wrong {
            assert_eq!(cells_of(read(&*data).column(0)), cells_of(&texts));
        } else {
            let mut rows = Context::default().scan(&*data, TableId(0), &Scan::all()).unwrap();
            let error = rows.find_map(Result::err).unwrap().to_string();
            assert!(error.contains("that are not compressed are said to be"), "{error}");
        }
    }
}

/// Old writers have types of columns that the format does not know, such as 24 for nulls.
#[test]
fn a_converted_type_that_does_not_exist_is_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("converted.parquet");
    let mut bytes = plain_file("(UINT_8)");
    // Field 4 is the name, field 6 the type: 11, written as 22.
    let element = [0x18, 1, b'x', 0x25, 22];
    let at = bytes.windows(element.len()).rposition(|window| window == element).unwrap();
    bytes[at + 4] = 48;
    std::fs::write(&path, bytes).unwrap();
    let data = open(&path).unwrap();
    assert_eq!(cells_of(read(&*data).column(0)), [Cell::Integer(7)]);
}

#[test]
fn indices_and_periods_of_pandas_are_read_or_told() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("frame.parquet");
    let periods = |frequency: &str| {
        let metadata = [
            ("ARROW:extension:name".to_owned(), "pandas.period".to_owned()),
            ("ARROW:extension:metadata".to_owned(), format!("{{\"freq\": \"{frequency}\"}}")),
        ];
        Field::new(frequency, DataType::Int64, true).with_metadata(metadata.into())
    };
    let frame = |range: &str| {
        let pandas = format!("{{\"index_columns\": [{{\"kind\": \"range\", {range}}}], \"columns\": []}}");
        let schema = Schema::new_with_metadata(
            vec![periods("M"), periods("B")],
            [("pandas".to_owned(), pandas)].into(),
        );
        let numbers: ArrayRef = Arc::new(arrow_array::Int64Array::from(vec![648]));
        RecordBatch::try_new(Arc::new(schema), vec![numbers.clone(), numbers]).unwrap()
    };
    for (range, is_told) in [
        (r#""name": null, "start": 0, "stop": 1, "step": 1"#, false),
        (r#""name": "id", "start": 0, "stop": 1, "step": 1"#, true),
        (r#""name": null, "start": 5, "stop": 7, "step": 2"#, true),
    ] {
        parquet(&path, &frame(range), Compression::UNCOMPRESSED);
        let data = open(&path).unwrap();
        let kinds = data.codebook().tables[0].variables.iter().map(|variable| variable.kind.clone());
        assert_eq!(kinds.collect::<Vec<_>>(), [Kind::Text, Kind::INTEGER]);
        assert_eq!(cells_of(read(&*data).column(0)), [Cell::Text("2024-01".into())]);
        assert_eq!(losses(&*data, &LossCode::NOT_READ).len(), usize::from(is_told), "{range}");
        let numbers = losses(&*data, &LossCode::KIND_CHANGED);
        assert!(numbers.len() == 1 && numbers[0].contains("frequency B"), "{numbers:?}");
    }
}

#[test]
fn files_of_forms_that_are_not_read_are_named_with_a_way_out() {
    use exporter_core::{Input, Recognition, Sample, Source};
    let old = b"FEA1\0\0\0\0 and more";
    assert_eq!(exporter_parquet::ArrowFile::recognise(&Sample::of(old)), Recognition::Yes);
    let source = Source::memory("old.feather", old.to_vec());
    let error =
        exporter_parquet::ArrowFile::open(&source, Default::default(), &Context::default()).err().unwrap();
    assert!(error.message().contains("Feather file of version 1"), "{error}");
    assert!(error.hint().is_some_and(|hint| hint.contains("to_feather")), "{error:?}");
}

/// A stream whose one batch has metadata of this key.
fn stream_with_metadata(key: &str) -> Vec<u8> {
    use arrow_ipc::{Buffer, FieldNode, MessageBuilder, MessageHeader, MetadataVersion, RecordBatchBuilder};
    let schema = Schema::new(vec![Field::new("n", DataType::Int64, true)]);
    let mut bytes = Vec::new();
    drop(arrow_ipc::writer::StreamWriter::try_new(&mut bytes, &schema).unwrap());
    let mut builder = flatbuffers::FlatBufferBuilder::new();
    let metadata = [(key.to_owned(), "lz4".to_owned())].into();
    let metadata = arrow_ipc::convert::metadata_to_fb(&mut builder, &metadata);
    let nodes = builder.create_vector(&[FieldNode::new(2, 0)]);
    let buffers = builder.create_vector(&[Buffer::new(0, 0), Buffer::new(0, 16)]);
    let mut batch = RecordBatchBuilder::new(&mut builder);
    batch.add_length(2);
    batch.add_nodes(nodes);
    batch.add_buffers(buffers);
    let batch = batch.finish().as_union_value();
    let mut message = MessageBuilder::new(&mut builder);
    message.add_version(MetadataVersion::V5);
    message.add_header_type(MessageHeader::RecordBatch);
    message.add_header(batch);
    message.add_bodyLength(16);
    message.add_custom_metadata(metadata);
    let message = message.finish();
    builder.finish(message, None);
    let head = builder.finished_data();
    let length = head.len().next_multiple_of(8);
    bytes.extend([0xff; 4]);
    bytes.extend((length as u32).to_le_bytes());
    bytes.extend(head);
    bytes.resize(bytes.len() + length - head.len(), 0);
    bytes.extend([7i64, 8].iter().flat_map(|number| number.to_le_bytes()));
    bytes.extend([255, 255, 255, 255, 0, 0, 0, 0]);
    bytes
}

#[test]
fn what_arrow_compressed_before_the_format_said_how_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("old.arrows");
    std::fs::write(&path, stream_with_metadata("of.somebody")).unwrap();
    assert_eq!(cells_of(read(&*open(&path).unwrap()).column(0)), [Cell::Integer(7), Cell::Integer(8)]);
    // These bytes stand for others: as they lie there, they are wrong values.
    std::fs::write(&path, stream_with_metadata("ARROW:experimental_compression")).unwrap();
    let error = open(&path).err().unwrap();
    assert!(error.message().contains("Arrow 0.17"), "{error}");
    assert!(error.hint().is_some_and(|hint| hint.contains("write_feather")), "{error:?}");
}

/// Rows that a filter keeps.
fn kept(data: &dyn Dataset, filter: Filter) -> usize {
    let scan = Scan::all().filter(filter);
    Context::default().scan(data, TableId(0), &scan).unwrap().map(|batch| batch.unwrap().num_rows()).sum()
}

#[test]
fn years_and_durations_are_compared_as_they_are_shown() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("frame.parquet");
    let years = Field::new("year", DataType::Int64, true).with_metadata(
        [
            ("ARROW:extension:name".to_owned(), "pandas.period".to_owned()),
            ("ARROW:extension:metadata".to_owned(), r#"{"freq": "Y-DEC"}"#.to_owned()),
        ]
        .into(),
    );
    let seconds = Field::new("lasts", DataType::Duration(TimeUnit::Second), true);
    let numbers: ArrayRef = Arc::new(arrow_array::Int64Array::from(vec![45, 46, 47]));
    let durations: ArrayRef = Arc::new(arrow_array::DurationSecondArray::from(vec![1, 2, 3]));
    let schema = Arc::new(Schema::new(vec![years, seconds]));
    parquet(
        &path,
        &RecordBatch::try_new(schema, vec![numbers, durations]).unwrap(),
        Compression::UNCOMPRESSED,
    );
    let data = open(&path).unwrap();
    assert_eq!(kept(&*data, Filter::compare("year", Comparison::AtLeast, 2016)), 2);
    assert_eq!(kept(&*data, Filter::compare("year", Comparison::Equal, 46)), 0);
    assert_eq!(kept(&*data, Filter::compare("lasts", Comparison::AtLeast, 2)), 2);
    // Statistics count years from 1970.
    let range = data.facts(TableId(0)).and_then(|facts| facts.columns.get(&0).and_then(|facts| facts.range));
    assert_eq!(range, None);
}

#[test]
fn times_in_seconds_keep_their_zone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("times.parquet");
    let schema = |unit| {
        let zoned = DataType::Timestamp(
            unit,
            Some(if unit == TimeUnit::Second { "Europe/Berlin" } else { "UTC" }.into()),
        );
        let fields = [("zoned", zoned), ("local", DataType::Timestamp(unit, None))];
        Schema::new(fields.map(|(name, kind)| Field::new(name, kind, true)).to_vec())
    };
    let millis = arrow_array::TimestampMillisecondArray::from(vec![1_719_820_800_000]);
    let columns: Vec<ArrayRef> = vec![Arc::new(millis.clone().with_timezone("UTC")), Arc::new(millis)];
    let batch = RecordBatch::try_new(Arc::new(schema(TimeUnit::Millisecond)), columns).unwrap();
    // As pyarrow does: it stores milliseconds and remembers seconds.
    let known = KeyValue::new(ARROW_SCHEMA_META_KEY.into(), encode_arrow_schema(&schema(TimeUnit::Second)));
    let properties = WriterProperties::builder().set_key_value_metadata(Some(vec![known])).build();
    let options = ArrowWriterOptions::new().with_skip_arrow_metadata(true).with_properties(properties);
    let file = std::fs::File::create(&path).unwrap();
    let mut writer = ArrowWriter::try_new_with_options(file, batch.schema(), options).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let read = read(&*open(&path).unwrap());
    let kinds: Vec<_> = read.schema().fields().iter().map(|field| field.data_type().clone()).collect();
    let millis = |zone: Option<&str>| DataType::Timestamp(TimeUnit::Millisecond, zone.map(Into::into));
    assert_eq!(kinds, [millis(Some("Europe/Berlin")), millis(None)]);
}

#[test]
fn dates_in_milliseconds_are_dates() {
    let dir = tempfile::tempdir().unwrap();
    let day = 86_400_000;
    let dates: ArrayRef =
        Arc::new(arrow_array::Date64Array::from(vec![Some(day), None, Some(-day), Some(day + 1)]));
    let path = dir.path().join("dates.arrow");
    arrow(&path, &RecordBatch::try_from_iter_with_nullable([("d", dates, true)]).unwrap());
    let data = open(&path).unwrap();
    assert_eq!(data.codebook().tables[0].variables[0].kind, Kind::Date);
    let read = read(&*data);
    let days = read.column(0).as_primitive::<arrow_array::types::Date32Type>();
    assert_eq!(days.iter().collect::<Vec<_>>(), [Some(1), None, Some(-1), Some(1)]);
    let cut = losses(&*data, &LossCode::TIME_PRECISION);
    assert!(cut.len() == 1 && cut[0].contains("time of day"), "{cut:?}");
}

#[test]
fn years_that_begin_in_april_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("years.parquet");
    for (frequency, told) in [("Y-DEC", 0), ("Y-MAR", 1), ("Q-DEC", 0), ("Q-NOV", 1), ("M", 0)] {
        let metadata = [
            ("ARROW:extension:name".to_owned(), "pandas.period".to_owned()),
            ("ARROW:extension:metadata".to_owned(), format!("{{\"freq\": \"{frequency}\"}}")),
        ];
        let field = Field::new("p", DataType::Int64, true).with_metadata(metadata.into());
        let numbers: ArrayRef = Arc::new(arrow_array::Int64Array::from(vec![54]));
        let batch = RecordBatch::try_new(Arc::new(Schema::new(vec![field])), vec![numbers]).unwrap();
        parquet(&path, &batch, Compression::UNCOMPRESSED);
        let data = open(&path).unwrap();
        assert_eq!(losses(&*data, &LossCode::KIND_CHANGED).len(), told, "{frequency}");
    }
}

/// The schema message of a stream with a list of integers of 128 bits, as polars has them, and a text.
fn schema_with_long_integers(in_map: bool) -> Vec<u8> {
    use arrow_ipc::{
        FieldBuilder, IntBuilder, LargeListBuilder, MapBuilder, MessageBuilder, MessageHeader,
        MetadataVersion, SchemaBuilder, Struct_Builder, Type, Utf8Builder,
    };
    let mut builder = flatbuffers::FlatBufferBuilder::new();
    let mut field = |name: &str, data_type: Type, children: &[_]| {
        let (name, children) = (builder.create_string(name), builder.create_vector(children));
        let described = match data_type {
            Type::Int => {
                let mut int = IntBuilder::new(&mut builder);
                int.add_bitWidth(128);
                int.add_is_signed(true);
                int.finish().as_union_value()
            }
            Type::LargeList => LargeListBuilder::new(&mut builder).finish().as_union_value(),
            Type::Map => MapBuilder::new(&mut builder).finish().as_union_value(),
            Type::Struct_ => Struct_Builder::new(&mut builder).finish().as_union_value(),
            _ => Utf8Builder::new(&mut builder).finish().as_union_value(),
        };
        let mut field = FieldBuilder::new(&mut builder);
        field.add_name(name);
        field.add_nullable(true);
        field.add_type_type(data_type);
        field.add_type_(described);
        field.add_children(children);
        field.finish()
    };
    let item = field("item", Type::Int, &[]);
    let big = if in_map {
        let key = field("key", Type::Utf8, &[]);
        let entries = field("entries", Type::Struct_, &[key, item]);
        field("big", Type::Map, &[entries])
    } else {
        field("big", Type::LargeList, &[item])
    };
    let fields = [big, field("t", Type::Utf8, &[])];
    let fields = builder.create_vector(&fields);
    let mut schema = SchemaBuilder::new(&mut builder);
    schema.add_fields(fields);
    let schema = schema.finish().as_union_value();
    let mut message = MessageBuilder::new(&mut builder);
    message.add_version(MetadataVersion::V5);
    message.add_header_type(MessageHeader::Schema);
    message.add_header(schema);
    let message = message.finish();
    builder.finish(message, None);
    let head = builder.finished_data();
    let length = head.len().next_multiple_of(8);
    let mut bytes = [[0xff; 4], (length as u32).to_le_bytes()].concat();
    bytes.extend(head);
    bytes.resize(8 + length, 0);
    bytes
}

/// The cells of a column whose integers of 128 bits are described here as decimals of the same bytes, read from a stream that
/// says what they are.
fn cells_of_long_integers(big: ArrayRef, in_map: bool) -> Vec<Cell> {
    let texts: ArrayRef = Arc::new(StringArray::from(vec!["x", "y"]));
    let batch = RecordBatch::try_from_iter([("big", big), ("t", texts)]).unwrap();
    let stream = |batch: Option<&RecordBatch>, schema: &Schema| {
        let mut bytes = Vec::new();
        let mut writer = arrow_ipc::writer::StreamWriter::try_new(&mut bytes, schema).unwrap();
        batch.into_iter().for_each(|batch| writer.write(batch).unwrap());
        writer.finish().unwrap();
        bytes
    };
    // What follows the schema, which ends where a stream without rows has its mark.
    let (empty, whole) = (stream(None, &batch.schema()), stream(Some(&batch), &batch.schema()));
    let bytes = [&schema_with_long_integers(in_map), &whole[empty.len() - 8..]].concat();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.arrows");
    std::fs::write(&path, bytes).unwrap();
    let data = open(&path).unwrap();
    assert_eq!(names(&*data), ["big", "t"]);
    let rows = read(&*data);
    assert_eq!(cells_of(rows.column(1)), [Cell::Text("x".into()), Cell::Text("y".into())]);
    cells_of(rows.column(0))
}

fn long_integers() -> ArrayRef {
    Arc::new(Decimal128Array::from(vec![1, i128::MAX]).with_data_type(DataType::Decimal128(38, 0)))
}

#[test]
fn lists_of_integers_of_128_bits_are_read() {
    let item = Arc::new(Field::new("item", DataType::Decimal128(38, 0), true));
    let offsets = OffsetBuffer::<i64>::from_lengths([2, 0]);
    let lists = arrow_array::LargeListArray::new(item, offsets, long_integers(), None);
    let numbers = [Cell::Text("1".into()), Cell::Text(i128::MAX.to_string())];
    let read = cells_of_long_integers(Arc::new(lists), false);
    assert_eq!(read, [Cell::List(numbers.into()), Cell::List(vec![])]);
}

#[test]
fn maps_to_integers_of_128_bits_are_read() {
    let keys: ArrayRef = Arc::new(StringArray::from(vec!["a", "b"]));
    let fields = [("key", DataType::Utf8, false), ("item", DataType::Decimal128(38, 0), true)];
    let fields = fields.map(|(name, data_type, nullable)| Field::new(name, data_type, nullable));
    let entries = StructArray::new(fields.to_vec().into(), vec![keys, long_integers()], None);
    let field = Arc::new(Field::new("entries", entries.data_type().clone(), false));
    let maps = MapArray::new(field, OffsetBuffer::from_lengths([2, 0]), entries, None, false);
    let read = cells_of_long_integers(Arc::new(maps), true);
    let text = |text: &str| Cell::Text(text.to_owned());
    let pairs = vec![(text("a"), text("1")), (text("b"), text(&i128::MAX.to_string()))];
    assert_eq!(read, [Cell::Map(pairs), Cell::Map(vec![])]);
}

/// The types that only the Arrow schema knows are those of the other columns.
#[test]
fn integers_of_128_bits_in_parquet_are_named_and_the_others_read_as_described() {
    use base64::Engine as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.parquet");
    let zone =
        Field::new("at", DataType::Timestamp(TimeUnit::Millisecond, Some("Europe/Berlin".into())), true);
    let bytes: ArrayRef = Arc::new(FixedSizeBinaryArray::try_from_iter([UUID].into_iter()).unwrap());
    let times = arrow_array::TimestampMillisecondArray::from(vec![1]).with_timezone("Europe/Berlin");
    let stored = [Field::new("big", DataType::FixedSizeBinary(16), true), zone];
    let batch =
        RecordBatch::try_new(Arc::new(Schema::new(stored.to_vec())), vec![bytes, Arc::new(times)]).unwrap();
    // A schema that says of `big` that it has 128 bits: the 64 of another, changed where they stand.
    let [_, zone] = stored;
    let said = Schema::new(vec![Field::new("big", DataType::Int64, true), zone]);
    let code = base64::engine::general_purpose::STANDARD;
    let mut said = code.decode(encode_arrow_schema(&said)).unwrap();
    let width = |bytes: &[u8]| {
        let message = arrow_ipc::root_as_message(&bytes[8..]).unwrap();
        message.header_as_schema().unwrap().fields().unwrap().get(0).type_as_int().unwrap().bitWidth()
    };
    assert_eq!(width(&said), 64);
    let places = (8..said.len() - 4).filter(|at| said[*at..at + 4] == [64, 0, 0, 0]).collect::<Vec<_>>();
    let [at] = places[..] else { panic!("{places:?}") };
    said[at] = 128;
    assert_eq!(width(&said), 128);
    let pair = KeyValue::new(ARROW_SCHEMA_META_KEY.to_owned(), code.encode(said));
    let properties = WriterProperties::builder().set_key_value_metadata(Some(vec![pair])).build();
    let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
    let file = std::fs::File::create(&path).unwrap();
    let mut writer = ArrowWriter::try_new_with_options(file, batch.schema(), options).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let data = open(&path).unwrap();
    assert_eq!(names(&*data), ["at"]);
    let kind = &data.codebook().tables[0].variables[0].kind;
    assert!(
        matches!(kind, Kind::DateTime { zone: Some(zone), .. } if &**zone == "Europe/Berlin"),
        "{kind:?}"
    );
    let said = losses(&*data, &LossCode::NOT_READ);
    assert!(said.len() == 1 && said[0].contains("whole numbers of 128 bits"), "{said:?}");
}

#[test]
fn a_file_none_of_whose_columns_is_read_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let span: ArrayRef = Arc::new(IntervalMonthDayNanoArray::from(vec![IntervalMonthDayNano::new(1, 2, 3)]));
    let batch = RecordBatch::try_from_iter([("span", span)]).unwrap();
    let path = folder.path().join("spans.arrow");
    arrow(&path, &batch);
    let error = open(&path).err().unwrap();
    assert!(error.message().contains("\"span\"") && error.message().contains("Interval"), "{error}");
    assert!(error.hint().is_some_and(|hint| hint.contains("cast")), "{error:?}");
}

/// Versions before 5 and messages without a mark in front, as Arrow before 0.15 wrote them.
#[test]
fn old_files_and_streams_are_recognised_and_read() {
    use arrow_ipc::MetadataVersion;
    use arrow_ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
    let folder = tempfile::tempdir().unwrap();
    let texts: DictionaryArray<Int32Type> = ["b", "a", "b"].into_iter().collect();
    let numbers: ArrayRef = Arc::new(Int32Array::from(vec![Some(1), None, Some(3)]));
    for columns in [1, 200] {
        let numbers = (0..columns).map(|at| (format!("n{at}"), numbers.clone()));
        let batch = numbers.chain([("c".to_owned(), Arc::new(texts.clone()) as ArrayRef)]);
        let batch = RecordBatch::try_from_iter(batch).unwrap();
        for (is_file, is_old) in [(false, false), (false, true), (true, false), (true, true)] {
            let options = IpcWriteOptions::try_new(8, is_old, MetadataVersion::V4).unwrap();
            let mut bytes = Vec::new();
            if is_file {
                let writer = FileWriter::try_new_with_options(&mut bytes, &batch.schema(), options);
                let mut writer = writer.unwrap();
                writer.write(&batch).unwrap();
                writer.finish().unwrap();
            } else {
                let writer = StreamWriter::try_new_with_options(&mut bytes, &batch.schema(), options);
                let mut writer = writer.unwrap();
                writer.write(&batch).unwrap();
                writer.finish().unwrap();
            }
            // Bytes are known whatever the file is called.
            let path = folder.path().join("old.bin");
            std::fs::write(&path, bytes).unwrap();
            let data = open(&path).unwrap_or_else(|error| panic!("{columns} {is_file} {is_old}: {error}"));
            assert_eq!(losses(&*data, &LossCode::NOT_READ), [""; 0]);
            let rows = read(&*data);
            assert_eq!(rows.num_columns(), columns + 1);
            assert_eq!(cells_of(rows.column(0)), [Cell::Integer(1), Cell::Null, Cell::Integer(3)]);
            let codes = cells_of(rows.column(columns));
            assert_eq!(codes, [Cell::Integer(1), Cell::Integer(2), Cell::Integer(1)]);
        }
    }
}
