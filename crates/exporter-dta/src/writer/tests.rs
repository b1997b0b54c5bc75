//! Bytes by hand, any slicing and any number of threads, every limit of the types, what cannot be stored.

mod properties;
mod strl_places;

use std::io::Cursor;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, UInt8Type};
use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Decimal128Array, DictionaryArray, Float32Array, Float64Array,
    Int8Array, Int32Array, Int64Array, LargeStringArray, RecordBatch, StringArray, StringViewArray,
    UInt8Array, UInt64Array,
};
use arrow_cast::cast;
use arrow_schema::DataType;
use exporter_core::profile::Number;
use proptest::prelude::*;

use super::{CellChange, DtaWriter, LongText, OutOfRange, WriterOptions, WriterSummary, strl_bytes};
use crate::check::{check, rule};
use crate::error::{DtaError, Result};
use crate::metadata::{Characteristic, Conversion, DtaMetadata, DtaVariable, MissingRule, ValueLabelSet};
use crate::reader::tests::test_file::memory;
use crate::reader::{DtaReader, Selection};
use crate::spec::Release;
use crate::spec_storage::StorageType;
use exporter_stata::Missing;

fn options() -> WriterOptions {
    WriterOptions::new(Box::new(tempfile::tempfile))
}

fn batch(columns: Vec<ArrayRef>) -> RecordBatch {
    let named = columns.into_iter().enumerate().map(|(i, array)| (format!("c{i}"), array, true));
    RecordBatch::try_from_iter_with_nullable(named).unwrap()
}

fn metadata(release: Release, variables: Vec<DtaVariable>) -> DtaMetadata {
    DtaMetadata { variables, ..DtaMetadata::new(release) }
}

fn variable(name: &str, storage: StorageType) -> DtaVariable {
    DtaVariable::new(name, storage)
}

fn write_with(
    metadata: &DtaMetadata,
    batches: Vec<RecordBatch>,
    options: WriterOptions,
) -> Result<(Vec<u8>, WriterSummary)> {
    let mut writer = DtaWriter::new(Vec::new(), metadata.clone(), options)?;
    writer.write_batches(batches.into_iter().map(Ok))?;
    let (bytes, summary) = writer.finish()?;
    assert_eq!(summary.bytes, bytes.len() as u64);
    Ok((bytes, summary))
}

fn write(metadata: &DtaMetadata, columns: Vec<ArrayRef>) -> Result<(Vec<u8>, WriterSummary)> {
    write_with(metadata, vec![batch(columns)], options())
}

/// Findings of the checker, but for the warning that smaller editions refuse release 119.
fn serious(bytes: &[u8]) -> Vec<exporter_core::check::Finding> {
    check(memory(bytes))
        .unwrap()
        .listed()
        .iter()
        .filter(|finding| finding.rule != rule::EDITION)
        .cloned()
        .collect()
}

/// Cells of the only variable.
fn cells<const W: usize>(
    storage: StorageType,
    change: impl FnOnce(&mut DtaVariable),
    column: ArrayRef,
) -> Vec<[u8; W]> {
    let mut one = variable("x", storage);
    change(&mut one);
    let bytes = write(&metadata(Release::V118, vec![one]), vec![column]).unwrap().0;
    assert_eq!(serious(&bytes), vec![]);
    let start = bytes.windows(6).position(|window| window == b"<data>").unwrap() + 6;
    let end = bytes.windows(7).position(|window| window == b"</data>").unwrap();
    bytes[start..end].chunks(W).map(|cell| cell.try_into().unwrap()).collect()
}

#[test]
fn the_smallest_file_is_the_one_of_the_fact_sheet() {
    let mut x = variable("x", StorageType::Byte);
    x.label = "X".to_owned();
    let (bytes, _) =
        write(&metadata(Release::V118, vec![x]), vec![Arc::new(Int8Array::from(vec![7]))]).unwrap();
    assert_eq!((bytes.len(), bytes[1115]), (1179, 7));
    let map: Vec<u64> =
        bytes[146..146 + 112].chunks(8).map(|entry| u64::from_le_bytes(entry.try_into().unwrap())).collect();
    assert_eq!(map, [0, 141, 264, 299, 449, 474, 550, 718, 1074, 1109, 1123, 1138, 1167, 1179]);
    for (position, tag) in [(264, "<variable_types>"), (1123, "<strls>"), (1167, "</stata_dta>")] {
        assert!(bytes[position..].starts_with(tag.as_bytes()), "{tag}");
    }
}

#[test]
fn a_binary_file_begins_and_ends_without_tags() {
    let mut about = metadata(Release::V114, vec![variable("x", StorageType::Int)]);
    about.label = "né".to_owned();
    about.timestamp = "21 Nov 2026 02:00".to_owned();
    about.value_labels.push(ValueLabelSet::new("l", vec![(2, "b".into()), (1, "a".into())]));
    let (bytes, _) = write(&about, vec![Arc::new(Int32Array::from(vec![Some(-5), None]))]).unwrap();
    assert_eq!(&bytes[..14], b"\x72\x02\x01\0\x01\0\x02\0\0\0n\xE9\0\0");
    let rows = 109 + 1 + 33 + 4 + 49 + 33 + 81 + 5;
    assert_eq!(&bytes[rows..rows + 4], &[0xFB, 0xFF, 0xE5, 0x7F]);
    assert_eq!(&bytes[rows + 4..rows + 8], &[28, 0, 0, 0]);
    assert!(bytes.ends_with(b"\x01\0\0\0\x02\0\0\0a\0b\0"));
    assert_eq!(serious(&bytes), vec![]);
}

#[test]
fn a_string_of_eight_bytes_is_no_strl() {
    let text: ArrayRef = Arc::new(StringArray::from(vec!["8 bytes.", "x"]));
    let about = metadata(Release::V114, vec![variable("x", StorageType::Str(8))]);
    let (bytes, _) = write(&about, vec![text]).unwrap();
    assert!(bytes.ends_with(b"8 bytes.x\0\0\0\0\0\0\0"));
}

#[test]
fn integers_keep_their_limits_and_missings() {
    let ends = Arc::new(Int64Array::from(vec![Some(-127), Some(100), None]));
    assert_eq!(cells::<1>(StorageType::Byte, |_| (), ends), [[0x81], [100], [101]]);
    let rules = |x: &mut DtaVariable| {
        x.missing = (1..=26)
            .map(|number| {
                let code = Number::Integer(1_000 + i128::from(number));
                MissingRule::new(code, code, Missing::from_number(number).unwrap())
            })
            .collect();
    };
    let codes: ArrayRef = Arc::new(Int64Array::from((1_001..=1_026).collect::<Vec<_>>()));
    for (i, cell) in cells::<1>(StorageType::Byte, rules, codes.clone()).iter().enumerate() {
        assert_eq!(usize::from(cell[0]), 102 + i);
    }
    for (i, cell) in cells::<8>(StorageType::Double, rules, codes).iter().enumerate() {
        assert_eq!(u64::from_le_bytes(*cell), 0x7FE0_0000_0000_0000 + ((i as u64 + 1) << 40));
    }
    let large = Arc::new(UInt64Array::from(vec![101]));
    let byte = metadata(Release::V118, vec![variable("x", StorageType::Byte)]);
    let error = write(&byte, vec![large]).unwrap_err();
    let expected = "dta: 101 does not fit byte (x, row 1); declare or profile the range of the variable, or choose a wider type";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn what_lies_under_a_null_does_not_count() {
    let nulls = arrow_buffer::NullBuffer::from(vec![true, false, true]);
    let values: ArrayRef = Arc::new(Int32Array::new(vec![1, 1_000_000, 2].into(), Some(nulls)));
    assert_eq!(cells::<1>(StorageType::Byte, |_| (), values), [[1], [101], [2]]);
    let bools: ArrayRef = Arc::new(BooleanArray::from(vec![Some(true), None, Some(false)]));
    assert_eq!(cells::<1>(StorageType::Byte, |_| (), bools), [[1], [101], [0]]);
}

#[test]
fn floats_refuse_or_count_what_they_cannot_hold() {
    let values: ArrayRef =
        Arc::new(Float64Array::from(vec![f64::NAN, 1e308, f64::MIN, f64::from_bits(0x7FDF_FFFF_FFFF_FFFF)]));
    let double = metadata(Release::V118, vec![variable("x", StorageType::Double)]);
    let refused = write(&double, vec![values.clone()]).unwrap_err();
    assert!(matches!(refused, DtaError::Value { row: 2, ref value, .. } if value == "1e308"), "{refused:?}");
    let missing = WriterOptions { out_of_range: OutOfRange::Missing, ..options() };
    let (_, summary) = write_with(&double, vec![batch(vec![values])], missing).unwrap();
    let found: Vec<_> =
        summary.changes.iter().map(|change| (change.change, change.count, change.first_row)).collect();
    assert_eq!(found, [(CellChange::NotANumber, 1, 1), (CellChange::OutOfRange, 1, 2)]);
    let largest: ArrayRef =
        Arc::new(Float32Array::from(vec![f32::from_bits(0x7EFF_FFFF), -f32::from_bits(0x7EFF_FFFF)]));
    assert_eq!(cells::<4>(StorageType::Float, |_| (), largest)[1], 0xFEFF_FFFF_u32.to_le_bytes());
    let rounded: ArrayRef = Arc::new(Int64Array::from(vec![(1 << 53) + 1, 1 << 53, 1 << 60]));
    let (_, summary) = write(&double, vec![rounded]).unwrap();
    assert_eq!((summary.changes[0].change, summary.changes[0].count), (CellChange::Rounded, 1));
}

#[test]
fn decimals_are_the_nearest_doubles_or_their_text() {
    let decimals =
        Decimal128Array::from(vec![Some(110), None, Some(-5)]).with_precision_and_scale(10, 2).unwrap();
    let decimals: ArrayRef = Arc::new(decimals);
    let doubles = cells::<8>(StorageType::Double, |_| (), decimals.clone());
    assert_eq!([f64::from_le_bytes(doubles[0]), f64::from_le_bytes(doubles[2])], [1.1, -0.05]);
    let text = |x: &mut DtaVariable| x.conversion = Conversion::DecimalText;
    assert_eq!(cells::<5>(StorageType::Str(5), text, decimals), [*b"1.10\0", [0; 5], *b"-0.05"]);
}

#[test]
fn reasons_stand_in_the_cells_of_nulls() {
    let letters = [Missing::from_letter('a'), None, Missing::from_letter('z')];
    let values: ArrayRef = Arc::new(Int8Array::from(vec![Some(5), None, None, None, None, Some(-9)]));
    let told = |reasons: Vec<Option<u8>>| -> ArrayRef { Arc::new(UInt8Array::from(reasons)) };
    let reasons = told(vec![Some(0), Some(0), Some(1), Some(2), None, None]);
    let with = |storage| {
        let mut x = variable("x", storage);
        x.reasons = letters.to_vec();
        let code = Number::Integer(-9);
        x.missing.push(MissingRule::new(code, code, Missing::from_letter('b').unwrap()));
        let about = metadata(Release::V118, vec![variable("before", StorageType::Byte), x.clone()]);
        let (bytes, _) = write(&about, vec![values.clone(), values.clone(), reasons.clone()]).unwrap();
        assert_eq!(serious(&bytes), vec![]);
        let mut reader = DtaReader::open(memory(bytes)).unwrap();
        let batch = reader.batches(&Selection::all().letters([1])).unwrap().next().unwrap().unwrap();
        assert_eq!(batch.column(1).null_count(), 5);
        let letters = batch.column(2).as_primitive::<UInt8Type>().iter();
        let letters = letters.map(|number| number.and_then(Missing::from_number)?.letter());
        (letters.collect::<Vec<_>>(), about)
    };
    for storage in
        [StorageType::Byte, StorageType::Int, StorageType::Long, StorageType::Float, StorageType::Double]
    {
        let (read, about) = with(storage);
        assert_eq!(read, [None, Some('a'), None, Some('z'), None, Some('b')], "{storage:?}");
        // Without reasons nulls are `.`; others than the variables' are refused.
        let plain = write(&about, vec![values.clone(), values.clone()]).unwrap().0;
        let mut bare = about.clone();
        bare.variables[1].reasons.clear();
        assert_eq!(plain, write(&bare, vec![values.clone(), values.clone()]).unwrap().0);
        let many = write(&about, vec![values.clone(), values.clone(), reasons.clone(), reasons.clone()]);
        assert!(
            many.unwrap_err().to_string().contains("4 columns came for 2 variables, of which 1 have reasons")
        );
        let wrong = write(&about, vec![values.clone(), values.clone(), values.clone()]);
        assert!(matches!(wrong, Err(DtaError::ColumnType { .. })));
    }
}

#[test]
fn the_first_value_that_does_not_fit_is_the_error_at_any_number_of_threads() {
    let wide = vec![variable("x", StorageType::Byte), variable("t", StorageType::Str(2000))];
    let about = metadata(Release::V118, wide);
    let batches = |bad: [i32; 2]| {
        (0..40_i32).map(move |part| {
            let numbers = (part * 100..part * 100 + 100).map(|row| if bad.contains(&row) { 101 } else { 1 });
            let texts = (0..100).map(|_| Some("x"));
            batch(vec![
                Arc::new(Int32Array::from_iter_values(numbers)),
                Arc::new(texts.collect::<StringArray>()),
            ])
        })
    };
    for threads in [1, 2, 5] {
        for bad in [[40, 41], [3_999, 1_234], [3_999, 4_000]] {
            let options = WriterOptions { threads, ..options() };
            let error = write_with(&about, batches(bad).collect(), options).unwrap_err();
            let first = bad.iter().min().unwrap() + 1;
            assert!(error.to_string().contains(&format!("(x, row {first})")), "{threads} threads: {error}");
        }
    }
}

#[test]
fn texts_are_cut_only_when_asked_and_layouts_that_no_kind_has_are_refused() {
    let texts = vec![Some("né"), None, Some("abcd")];
    let layout: ArrayRef = Arc::new(StringArray::from(texts.clone()));
    let expected = [*b"n\xC3\xA9\0", [0; 4], *b"abcd"];
    assert_eq!(cells::<4>(StorageType::Str(4), |_| (), layout), expected);
    let dictionary: DictionaryArray<Int32Type> = texts.iter().copied().collect();
    let layouts: [ArrayRef; 3] = [
        Arc::new(LargeStringArray::from(texts.clone())),
        Arc::new(StringViewArray::from(texts.clone())),
        Arc::new(dictionary),
    ];
    for layout in layouts {
        for storage in [StorageType::Str(4), StorageType::StrL, StorageType::Double] {
            let about = metadata(Release::V118, vec![variable("x", storage)]);
            assert!(matches!(write(&about, vec![layout.clone()]), Err(DtaError::ColumnType { .. })));
        }
    }
    let three = metadata(Release::V118, vec![variable("x", StorageType::Str(2))]);
    let column: ArrayRef = Arc::new(StringArray::from(texts));
    assert!(matches!(write(&three, vec![column.clone()]), Err(DtaError::Value { row: 1, .. })));
    let cut = WriterOptions { long_text: LongText::Cut, ..options() };
    let (bytes, summary) = write_with(&three, vec![batch(vec![column])], cut).unwrap();
    assert!(bytes.windows(13).any(|window| window == b"<data>n\0\0\0ab<"));
    assert_eq!((summary.changes[0].change, summary.changes[0].count), (CellChange::Cut, 2));
    let nul: ArrayRef = Arc::new(StringArray::from(vec!["a\0"]));
    assert!(matches!(write(&three, vec![nul]), Err(DtaError::Value { .. })));
}

#[test]
fn strl_refers_to_itself_or_to_equal_contents_before() {
    let about =
        metadata(Release::V118, vec![variable("a", StorageType::StrL), variable("b", StorageType::StrL)]);
    let a: ArrayRef = Arc::new(StringArray::from(vec!["same", "", "x\0y"]));
    let b: ArrayRef = Arc::new(BinaryArray::from_vec(vec![b"other", b"same", b""]));
    let columns = || vec![a.clone(), b.clone()];
    let (bytes, _) = write(&about, columns()).unwrap();
    assert_eq!(serious(&bytes), vec![]);
    let counted: u64 = [&a, &b].iter().map(|array| strl_bytes(array, Release::V118).unwrap()).sum();
    let known = WriterOptions { rows: Some(3), strl_bytes: Some(counted), ..options() };
    assert_eq!(write_with(&about, vec![batch(columns())], known).unwrap().0, bytes);
    let cell = |bytes: &[u8], at: usize| {
        let data = bytes.windows(6).position(|window| window == b"<data>").unwrap() + 6;
        u64::from_le_bytes(bytes[data + 8 * at..][..8].try_into().unwrap())
    };
    let cells: Vec<u64> = (0..6).map(|at| cell(&bytes, at)).collect();
    assert_eq!(cells, [1 | 1 << 16, 2 | 1 << 16, 0, 2 | 2 << 16, 1 | 3 << 16, 0]);
    let share = WriterOptions { share_strl: true, ..options() };
    let (shared, _) = write_with(&about, vec![batch(columns())], share).unwrap();
    assert_eq!(cell(&shared, 3), 1 | 1 << 16);
    assert_eq!(bytes.len() - shared.len(), 20 + 5);
}

#[test]
fn limits_are_errors_before_the_first_byte() {
    let refused = |about: &DtaMetadata| match DtaWriter::new(Vec::new(), about.clone(), options()) {
        Err(error) => error.to_string(),
        Ok(_) => String::new(),
    };
    let many = |count: usize| (0..count).map(|i| variable(&format!("v{i}"), StorageType::Byte)).collect();
    assert!(
        refused(&metadata(Release::V118, many(32_768))).contains("32768 variables, release 118 holds 32767")
    );
    assert_eq!(refused(&metadata(Release::V119, many(32_768))), "");
    let twice =
        metadata(Release::V118, vec![variable("a", StorageType::Byte), variable("a", StorageType::Byte)]);
    assert!(refused(&twice).contains("two variables have this name"));
    assert!(
        refused(&metadata(Release::V118, vec![variable("if", StorageType::Byte)]))
            .contains("not a valid name")
    );
    assert!(
        refused(&metadata(Release::V115, vec![variable("x", StorageType::StrL)])).contains("has no strL")
    );
    assert!(
        refused(&metadata(Release::V115, vec![variable("x", StorageType::Str(245))])).contains("no str245")
    );
    let wide = (0..600).map(|i| variable(&format!("v{i}"), StorageType::Str(2045))).collect();
    assert!(refused(&metadata(Release::V118, wide)).contains("at most 1048576"));
    let mut about = metadata(Release::V118, vec![variable("x", StorageType::Byte)]);
    let contents = "x".repeat(67_784);
    about.characteristics.push(Characteristic { owner: "_dta".into(), name: "c".into(), contents });
    assert!(refused(&about).contains("67785, at most 67784"));
    let mut about = metadata(Release::V118, vec![variable("x", StorageType::Byte)]);
    let labels = (0..65_537).map(|key| (key, String::new())).collect();
    about.value_labels.push(ValueLabelSet::new("l", labels));
    assert!(refused(&about).contains("65537, at most 65536"));
}

#[test]
fn announced_rows_must_come() {
    let about = metadata(Release::V118, vec![variable("x", StorageType::Byte)]);
    let column = || batch(vec![Arc::new(Int8Array::from(vec![1, 2]))]);
    for announced in [1, 3] {
        let known = WriterOptions { rows: Some(announced), ..options() };
        assert!(matches!(
            write_with(&about, vec![column()], known),
            Err(DtaError::RowCount { found: 2, .. })
        ));
    }
}
