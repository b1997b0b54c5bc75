//! Kinds found in files as other programs write them.

use arrow_schema::{DataType, TimeUnit};
use exporter_tab::*;

fn layout(text: &str) -> Layout {
    read_text(text.as_bytes(), &ReadOptions::default()).unwrap_or_else(|error| panic!("{error}")).0
}

fn kinds(text: &str) -> Vec<DataType> {
    layout(text).columns.iter().map(|column| column.kind.data_type()).collect()
}

#[test]
fn r_write_csv() {
    let text = "\"\",\"country\",\"score\",\"ok\"\n\"1\",\"NA\",1.5,TRUE\n\"2\",NA,NA,FALSE\n";
    let (layout, batches) = read_text(text.as_bytes(), &ReadOptions::default()).unwrap();
    assert_eq!(layout.columns[0].name, "column_1");
    assert_eq!(kinds(text), [DataType::Int64, DataType::Utf8, DataType::Float64, DataType::Boolean]);
    let nulls: Vec<usize> = batches[0].columns().iter().map(|column| column.null_count()).collect();
    assert_eq!(nulls, [0, 1, 1, 0], "the quoted NA is Namibia, the bare one is missing");
}

#[test]
fn pandas_to_csv() {
    let text = ",when,n\n0,2024-01-01 00:00:00.250,1.0\n1,2024-01-02,\n";
    let millis = DataType::Timestamp(TimeUnit::Millisecond, None);
    assert_eq!(kinds(text), [DataType::Int64, millis, DataType::Float64]);
}

#[test]
fn excel_in_a_country_with_decimal_commas() {
    let mut options = ReadOptions::default();
    options.encoding = Encoding::WINDOWS_1252;
    options.decimal_mark = Some(DecimalMark::Comma);
    let (layout, _) = read_text(b"ville;taux\r\nBesan\xe7on;1,5\r\nMetz;2\r\n", &options).unwrap();
    assert_eq!(layout.delimiter, Delimiter::SEMICOLON);
    assert_eq!(layout.columns[1].kind, CellKind::Data(DataType::Float64));
}

#[test]
fn excel_unicode_text() {
    let text: Vec<u8> = "\u{feff}a\tb\r\n1\té\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (layout, batches) = read_text(&text, &ReadOptions::default()).unwrap();
    assert_eq!((layout.delimiter, layout.rows), (Delimiter::TAB, Some(1)));
    assert_eq!(batches[0].num_rows(), 1);
}

#[test]
fn declared_kinds_win_and_a_bad_cell_is_named() {
    let text = "id,code\n1,007\n2,\"x\ny\"\n3,010\n";
    let declare = |name: &str, data| DeclaredColumn::new(name, CellKind::Data(data));
    let options = ReadOptions::default();
    let declared = [declare("code", DataType::Int16)];
    let layout = Layout::read(text.as_bytes(), &options, &declared).unwrap();
    assert!(layout.columns[0].inferred && !layout.columns[1].inferred);
    let mut reader = TabReader::new(text.as_bytes(), &layout, &options, None).unwrap();
    let message = reader.next().unwrap().unwrap_err().to_string();
    assert_eq!(message, "code, record 2 (line 3): \"x\\ny\" is not a whole number from -32768 to 32767");
    assert!(reader.next().is_none());
    let unknown = Layout::read(text.as_bytes(), &options, &[declare("nowhere", DataType::Utf8)]);
    assert!(matches!(unknown, Err(TabError::UnknownColumn { name, .. }) if name == "nowhere"));
}

#[test]
fn only_the_header_is_read_when_all_is_declared() {
    let declared = [DeclaredColumn::new("a", CellKind::Data(DataType::Int8))];
    let layout = Layout::read(&b"a\n1\n\"open"[..], &ReadOptions::default(), &declared).unwrap();
    assert_eq!(layout.rows, None);
}

#[test]
fn columns_can_be_chosen_and_reordered() {
    let text = b"a,b,c\n1,2,3\n";
    let options = ReadOptions::default();
    let layout = Layout::read(&text[..], &options, &[]).unwrap();
    let mut reader = TabReader::new(&text[..], &layout, &options, Some(&[2, 0])).unwrap();
    let batch = reader.next().unwrap().unwrap();
    let names: Vec<String> = batch.schema().fields().iter().map(|field| field.name().clone()).collect();
    assert_eq!(names, ["c", "a"]);
    let mut none = TabReader::new(&text[..], &layout, &options, Some(&[])).unwrap();
    assert_eq!(none.next().unwrap().unwrap().num_rows(), 1);
    assert!(TabReader::new(&text[..], &layout, &options, Some(&[3])).is_err());
}

#[test]
fn labels_under_the_names() {
    let mut options = ReadOptions::default();
    options.header = ReadHeader::Both;
    let (layout, batches) = read_text(b"a,b\nAge,\n3,4\n", &options).unwrap();
    assert_eq!(layout.columns[0].label.as_deref(), Some("Age"));
    assert_eq!(layout.columns[1].label, None);
    assert_eq!(batches[0].num_rows(), 1);
}

#[test]
fn without_a_header_the_first_record_is_a_row() {
    let mut options = ReadOptions::default();
    options.header = ReadHeader::None;
    let (layout, batches) = read_text(b"1,2\n3,4\n", &options).unwrap();
    assert_eq!((layout.columns[1].name.as_str(), layout.rows), ("column_2", Some(2)));
    assert_eq!(batches[0].num_rows(), 2);
}

#[test]
fn duplicate_names() {
    let text = b"a,b,a,a_2,a\n1,2,3,4,5\n";
    let mut options = ReadOptions::default();
    options.duplicates = Duplicates::Error;
    let error = read_text(text, &options).unwrap_err().to_string();
    assert_eq!(error, "columns 1 and 3 are both named \"a\"");
    let (layout, _) = read_text(text, &ReadOptions::default()).unwrap();
    let names: Vec<&str> = layout.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["a", "b", "a_3", "a_2", "a_4"]);
}
