//! Reads small files of every release, and damaged ones.

mod cell_store;
pub(crate) mod test_file;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Float64Type, Int8Type, TimestampMillisecondType, UInt8Type};
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;

use super::{Dates, DtaReader, ReadOptions, Selection, TextEncoding};
use crate::error::DtaError;
use crate::spec::{ByteOrder, Release};
use crate::spec_storage::StorageType;
use exporter_stata::Missing;
use test_file::{Cell, TestFile, behind, memory};

fn open(file: &TestFile) -> DtaReader {
    DtaReader::open(memory(file.bytes())).unwrap()
}

fn all(reader: &mut DtaReader) -> RecordBatch {
    reader.batches(&Selection::all()).unwrap().next().unwrap().unwrap()
}

#[test]
fn every_release_and_byte_order_reads_alike() {
    for number in [113, 114, 115, 117, 118, 119, 120, 121] {
        for order in [ByteOrder::Little, ByteOrder::Big] {
            let release = Release::from_number(number).unwrap();
            let mut reader = open(&TestFile::sample(release, order));
            let d = reader.dictionary();
            assert_eq!((d.release, d.byte_order, d.rows, d.label.as_str()), (release, order, 2, "A label"));
            assert_eq!(d.timestamp, "21 Nov 2026 02:00");
            assert_eq!(d.sort, [0, 2]);
            assert_eq!(d.notes("_dta"), ["A note"]);
            assert_eq!(d.characteristic("b", "source"), Some("form 7"));
            let labels: Vec<_> = d.value_labels("yesno").unwrap().iter().collect();
            assert_eq!(labels, [(0, "no"), (1, "yes"), (2_147_483_622, "refused")]);
            let batch = all(&mut reader);
            let codes = batch.column(0).as_primitive::<Int8Type>();
            assert_eq!((codes.value(0), codes.is_null(1)), (1, true));
            let days = batch.column(1).as_primitive::<Date32Type>();
            assert_eq!((days.value(0), days.is_null(1)), (-3_653, true));
            assert_eq!(batch.column(2).as_primitive::<Float64Type>().values(), &[1.5, -2.0]);
            let texts: Vec<_> = batch.column(3).as_string::<i32>().iter().flatten().collect();
            assert_eq!(texts, ["abc", ""]);
            let long: Vec<_> = batch.column(4).as_string::<i32>().iter().flatten().collect();
            assert_eq!(long, if release.has_strl() { ["long text", "bin\0ary"] } else { ["text", "text"] });
        }
    }
}

/// A file of release 105, by hand: 9-byte names, 32-byte labels, letters as types, short value labels.
#[test]
fn a_file_of_release_105_is_read() {
    let mut file = vec![105, 1, 1, 0, 0, 2, 0, 0, 0, 2];
    let field = |file: &mut Vec<u8>, text: &[u8], width: usize| {
        file.extend(text);
        file.resize(file.len() + width - text.len(), 0);
    };
    field(&mut file, b"Old", 32);
    field(&mut file, b"01 Jan 1998 10:00", 18);
    file.extend(b"d\x82"); // double, str3
    field(&mut file, b"x", 9);
    field(&mut file, b"s", 9);
    file.extend([0; 6]); // not sorted
    field(&mut file, b"%9.0g", 12);
    field(&mut file, b"%9s", 12);
    field(&mut file, b"lab", 9);
    field(&mut file, b"", 9);
    field(&mut file, b"Number", 32);
    field(&mut file, b"", 32);
    file.extend([0; 3]); // end of the expansion fields, 16-bit length
    file.extend(2.5_f64.to_be_bytes());
    file.extend(b"abc");
    file.extend(2_f64.powi(333).to_be_bytes());
    file.extend(b"\xE9\0\0");
    file.extend([0, 2]); // two labels
    field(&mut file, b"lab", 10);
    file.extend([0, 1, 0, 2]);
    field(&mut file, b"one", 8);
    field(&mut file, b"eightlet", 8);
    let mut reader = DtaReader::open(memory(file)).unwrap();
    let d = reader.dictionary();
    assert_eq!((d.variables[0].label.as_str(), d.variables[1].storage), ("Number", StorageType::Str(3)));
    let labels: Vec<_> = d.value_labels("lab").unwrap().iter().collect();
    assert_eq!(labels, [(1, "one"), (2, "eightlet")]);
    let batch = all(&mut reader);
    assert_eq!(
        (batch.column(0).null_count(), batch.column(0).as_primitive::<Float64Type>().value(0)),
        (1, 2.5)
    );
    assert_eq!(batch.column(1).as_string::<i32>().value(1), "é");
}

#[test]
fn columns_rows_and_batch_sizes_choose_the_same_cells() {
    let mut file = TestFile::sample(Release::V118, ByteOrder::Little);
    file.rows = (0..100)
        .map(|row| {
            vec![
                Cell::Byte(row as i8),
                Cell::Long(row),
                Cell::Double(f64::from(row)),
                Cell::Text(b"x"),
                Cell::StrL(5, 1 + u64::from(row > 0)),
            ]
        })
        .collect();
    let mut reader = open(&file);
    let selection = Selection::all().columns([2, 0]).rows(10..90).batch_rows(7);
    let batches: Vec<_> = reader.batches(&selection).unwrap().map(Result::unwrap).collect();
    assert_eq!(batches.len(), 12);
    let numbers: Vec<f64> =
        batches.iter().flat_map(|b| b.column(0).as_primitive::<Float64Type>().values().to_vec()).collect();
    assert_eq!(numbers, (10..90).map(f64::from).collect::<Vec<_>>());
    let parallel = reader.parallel_batches(&selection, 3).unwrap();
    assert_eq!(parallel.map(Result::unwrap).collect::<Vec<_>>(), batches);
    assert!(reader.batches(&Selection::all().columns([9])).is_err());
    assert_eq!(reader.batches(&Selection::all().rows(100..200)).unwrap().count(), 0);
}

/// Rows so wide that only the chosen cells are read.
#[test]
fn cells_of_very_wide_rows_are_read_alone() {
    let mut file = TestFile::sample(Release::V118, ByteOrder::Big);
    file.variables = (0..12).map(|_| ("w", StorageType::Str(2045), "%9s", "", Vec::new())).collect();
    file.variables[5] = ("x", StorageType::Int, "%8.0g", "", Vec::new());
    file.rows = (0..70_i16)
        .map(|row| (0..12).map(|v| if v == 5 { Cell::Int(row) } else { Cell::Text(b"wide") }).collect())
        .collect();
    file.strls.clear();
    let mut reader = open(&file);
    assert!(reader.dictionary().row_bytes > exporter_rows::RowTiles::SEEK_WORTH);
    let batch = reader.batches(&Selection::all().columns([5])).unwrap().next().unwrap().unwrap();
    let values = batch.column(0).as_primitive::<arrow_array::types::Int16Type>().values().to_vec();
    assert_eq!(values, (0..70).collect::<Vec<_>>());
}

#[test]
fn letters_are_null_and_told_apart() {
    let mut file = TestFile::sample(Release::V118, ByteOrder::Little);
    let letter = |letter| Missing::from_letter(letter).unwrap();
    file.variables[4] = ("m", StorageType::Int, "%tm", "", Vec::new());
    file.strls.clear();
    file.rows[0] = vec![
        Cell::Byte(127),
        Cell::Long(letter('b').long()),
        Cell::Double(letter('c').double()),
        Cell::Text(b""),
        Cell::Int(letter('d').int()),
    ];
    file.rows[1] = vec![
        Cell::Byte(101),
        Cell::Long(10),
        Cell::Double(Missing::SYSTEM.double()),
        Cell::Text(b""),
        Cell::Int(7),
    ];
    let mut reader = open(&file);
    let facts = reader.facts(&[0, 1, 2, 4], 1).unwrap();
    let letters: String = facts.iter().flatten().flat_map(|f| f.letters()).map(|m| m.to_string()).collect();
    assert_eq!(letters, ".z.b.c.d");
    for threads in [2, 3, 8] {
        assert_eq!(open(&file).facts(&[0, 1, 2, 4], threads).unwrap(), facts, "{threads} threads");
    }
    let told = Selection::all().letters([4, 0, 1, 2, 3]);
    let batch = reader.batches(&told).unwrap().next().unwrap().unwrap();
    assert_eq!(batch.schema().field(5).name(), "m (letter)");
    assert_eq!([0, 1, 2, 4].map(|column| batch.column(column).null_count()), [2, 1, 2, 1]);
    let numbers = |column: usize| batch.column(column).as_primitive::<UInt8Type>().iter().collect::<Vec<_>>();
    assert_eq!(numbers(5), [Some(4), None]);
    assert_eq!(numbers(6), [Some(26), None]);
    assert_eq!(numbers(7), [Some(2), None]);
    assert_eq!(numbers(8), [Some(3), None]);
    assert_eq!(numbers(9), [None, None]);
    let parallel = reader.parallel_batches(&told, 2).unwrap();
    assert_eq!(parallel.map(Result::unwrap).collect::<Vec<_>>(), std::slice::from_ref(&batch));
    let chosen = Selection::all().columns([2, 4]).letters([4]);
    let chosen = reader.batches(&chosen).unwrap().next().unwrap().unwrap();
    assert_eq!((chosen.num_columns(), chosen.column(2)), (3, batch.column(5)));
    assert!(reader.batches(&Selection::all().columns([2]).letters([4])).is_err());
    let options = ReadOptions { dates: Dates::Numbers, ..ReadOptions::default() };
    let mut reader = DtaReader::with_options(memory(file.bytes()), options).unwrap();
    assert_eq!(all(&mut reader).column(1).data_type(), &DataType::Int32);
}

#[test]
fn date_formats_decide_only_where_every_value_is_one() {
    let mut file = TestFile::sample(Release::V118, ByteOrder::Little);
    file.variables[2].2 = "%tc";
    file.rows[0][2] = Cell::Double(315_619_200_000.0);
    file.rows[1][2] = Cell::Double(Missing::from_letter('a').unwrap().double());
    let batch = all(&mut open(&file));
    let times = batch.column(2).as_primitive::<TimestampMillisecondType>();
    assert_eq!((times.value(0), times.is_null(1)), (0, true));
    file.rows[0][2] = Cell::Double(0.5);
    assert_eq!(all(&mut open(&file)).column(2).data_type(), &DataType::Float64);
    file.rows[0][2] = Cell::Double(1e300);
    assert_eq!(all(&mut open(&file)).column(2).data_type(), &DataType::Float64);
    file.rows[0][1] = Cell::Long(2_147_483_620);
    assert_eq!(all(&mut open(&file)).column(1).data_type(), &DataType::Int32);
    file.variables[2].2 = "%tC";
    file.rows[0][2] = Cell::Double(315_619_200_000.0 + 912.0 * 86_400_000.0 + 500.0);
    assert_eq!(all(&mut open(&file)).column(2).data_type(), &DataType::Float64);
    file.rows[0][2] = Cell::Double(315_619_200_000.0 + 912.0 * 86_400_000.0 + 1_500.0);
    let batch = all(&mut open(&file));
    assert_eq!(batch.column(2).as_primitive::<TimestampMillisecondType>().value(0), 912 * 86_400_000 + 500);
}

#[test]
fn text_of_old_releases_follows_the_encoding() {
    let mut file = TestFile::sample(Release::V117, ByteOrder::Little);
    file.variables[0].4 = b"caf\x8E".to_vec();
    let read = |encoding| {
        let options = ReadOptions { encoding, ..ReadOptions::default() };
        let reader = DtaReader::with_options(memory(file.bytes()), options).unwrap();
        (reader.dictionary().variables[0].label.clone(), reader.dictionary().encoding)
    };
    assert_eq!(read(TextEncoding::Detect), ("cafŽ".to_owned(), "windows-1252"));
    assert_eq!(read(TextEncoding::from_label("macintosh").unwrap()), ("café".to_owned(), "macintosh"));
    // Plain descriptions: the rows decide.
    file.variables[0].4 = b"plain".to_vec();
    file.rows[0][3] = Cell::Text("\u{e9}".as_bytes());
    let mut reader = open(&file);
    assert!(reader.dictionary().is_utf8_first);
    assert_eq!(all(&mut reader).column(3).as_string::<i32>().value(0), "é");
}

#[test]
fn text_that_is_not_utf_8_is_replaced_and_counted() {
    let mut file = TestFile::sample(Release::V118, ByteOrder::Little);
    file.rows[0][3] = Cell::Text(b"a\xE9");
    let encoding = TextEncoding::from_label("utf-8").unwrap();
    let options = ReadOptions { encoding, ..ReadOptions::default() };
    let mut reader = DtaReader::with_options(memory(file.bytes()), options).unwrap();
    assert_eq!(all(&mut reader).column(3).as_string::<i32>().value(0), "a\u{FFFD}");
    assert_eq!(reader.replaced_characters(), 1);
    let mut reader = open(&file);
    assert_eq!(all(&mut reader).column(3).as_string::<i32>().value(0), "aé");
    assert_eq!((reader.replaced_characters(), reader.guessed_texts()), (0, (1, Some("aé"))));
}

#[test]
fn shared_and_binary_strls_are_read() {
    let mut file = TestFile::sample(Release::V119, ByteOrder::Big);
    file.rows[1][4] = Cell::StrL(5, 1);
    file.strls = vec![(5, 1, 129, b"\xFF\0\xFE")];
    let batch = all(&mut open(&file));
    let values: Vec<_> = batch.column(4).as_binary::<i32>().iter().flatten().collect();
    assert_eq!(values, [b"\xFF\0\xFE", b"\xFF\0\xFE"]);
    file.strls.clear();
    let mut reader = open(&file);
    let error = reader.batches(&Selection::all()).unwrap().next().unwrap().unwrap_err();
    assert!(error.to_string().contains("t, row 1"), "{error}");
    let lenient = ReadOptions { lenient: true, ..ReadOptions::default() };
    let mut reader = DtaReader::with_options(memory(file.bytes()), lenient).unwrap();
    assert_eq!(all(&mut reader).column(4).null_count(), 2);
}

#[test]
fn alias_variables_are_unavailable() {
    let mut file = TestFile::sample(Release::V120, ByteOrder::Little);
    file.variables.insert(1, ("away", StorageType::Alias, "%9.0g", "", Vec::new()));
    file.rows.iter_mut().for_each(|row| row.insert(1, Cell::Text(b"")));
    file.rows.iter_mut().zip(1..).for_each(|(row, o)| row[5] = Cell::StrL(6, o));
    file.strls = vec![(6, 1, 130, b"one\0"), (6, 2, 130, b"two\0")];
    let mut reader = open(&file);
    let batch = all(&mut reader);
    assert_eq!((batch.column(1).data_type(), batch.column(1).len()), (&DataType::Null, 2));
    assert_eq!(batch.column(5).as_string::<i32>().value(1), "two");
}

#[test]
fn a_wrong_map_does_not_matter() {
    let mut bytes = TestFile::sample(Release::V118, ByteOrder::Little).bytes();
    let map = behind(&bytes, "<map>");
    bytes[map..map + 112].fill(0xAB);
    let mut reader = DtaReader::open(memory(bytes)).unwrap();
    assert_eq!(all(&mut reader).num_rows(), 2);
    assert_eq!(reader.dictionary().value_labels.len(), 1);
}

/// Everything that a reader can be asked for; errors are fine, panics are not.
fn exhaust(bytes: &[u8], lenient: bool) -> Result<u64, DtaError> {
    let options = ReadOptions { lenient, ..ReadOptions::default() };
    let mut reader = DtaReader::with_options(memory(bytes), options)?;
    let variables: Vec<usize> = (0..reader.dictionary().variables.len()).collect();
    reader.facts(&variables, 1)?;
    let mut rows = 0;
    for batch in reader.batches(&Selection::all())? {
        rows += batch?.num_rows() as u64;
    }
    Ok(rows)
}

#[test]
fn truncation_at_every_byte_is_an_error_or_salvage() {
    for release in (102..=119).filter_map(Release::from_number) {
        let bytes = TestFile::sample(release, ByteOrder::Little).bytes();
        let data = {
            let reader = DtaReader::open(memory(bytes.clone())).unwrap();
            (reader.dictionary().data_offset as usize, reader.dictionary().row_bytes)
        };
        for end in 0..bytes.len() {
            let strict = exhaust(&bytes[..end], false);
            if release.is_tagged() {
                assert!(strict.is_err(), "{release:?} cut at {end} of {} read", bytes.len());
            }
            match exhaust(&bytes[..end], true) {
                Ok(rows) => {
                    assert_eq!(rows as usize, end.saturating_sub(data.0).min(2 * data.1) / data.1, "{end}")
                }
                Err(error) => assert!(end < data.0, "{release:?} cut at {end}: {error}"),
            }
        }
    }
}

#[test]
fn changed_bytes_never_panic() {
    for release in [Release::V114, Release::V117, Release::V118, Release::V121] {
        let bytes = TestFile::sample(release, ByteOrder::Little).bytes();
        for at in 0..bytes.len() {
            for by in [0x00, 0x01, 0x7F, 0xFF] {
                let mut changed = bytes.clone();
                changed[at] = by;
                let _ = exhaust(&changed, false);
                let _ = exhaust(&changed, true);
            }
        }
    }
}
