//! Dictionaries of texts are categories: labelled numbers from 1 in their order, unused ones among them.

use std::sync::Arc;

use arrow_array::types::{Int8Type, Int16Type};
use arrow_array::{Array, ArrayRef, DictionaryArray, Int32Array, Int64Array, RecordBatch, StringArray};
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{DataType, Field, Schema};
use exporter_core::codebook::{Codebook, Kind, Measure, Missing, Table, ValueLabels, Variable};
use exporter_core::sink::MemorySink;
use exporter_core::{Context, Dataset, LossCode, MemoryDataset, Scan, Source, TableId, export};
use exporter_testkit::{Cell, cells_of};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;
use serde_json::{Value as Json, json};

use crate::support::{bytes, registry};

fn open_as(bytes: Vec<u8>, options: Json) -> Box<dyn Dataset> {
    registry().open(&Source::memory("t", bytes), options, &Context::default()).unwrap()
}

fn cells(data: &dyn Dataset, column: usize) -> Vec<Cell> {
    let batches = Context::default().scan(data, TableId(0), &Scan::all().columns([column])).unwrap();
    batches.flat_map(|batch| cells_of(batch.unwrap().column(0))).collect()
}

fn numbers(values: &[Option<i64>]) -> Vec<Cell> {
    values.iter().map(|value| value.map_or(Cell::Null, |value| Cell::Integer(value.into()))).collect()
}

fn variable(data: &dyn Dataset) -> Variable {
    data.codebook().tables[0].variables[0].clone()
}

/// Categories low, mid, high, of which no row has `mid`, and sizes in no order.
fn study() -> MemoryDataset {
    let mut codebook = Codebook::new("t");
    let level = Variable::new("level", Kind::Text);
    let level = level.with_categories(["low", "mid", "high"], true, &mut codebook.value_labels);
    let place = Variable::new("place", Kind::Text);
    let place = place.with_categories(["south", "north"], false, &mut codebook.value_labels);
    let codebook = codebook.with_table(Table::new("t", vec![level, place]));
    let column = |values: Vec<Option<i32>>| -> ArrayRef { Arc::new(Int32Array::from(values)) };
    let batch = RecordBatch::try_from_iter([
        ("level", column(vec![Some(3), None, Some(1), Some(1)])),
        ("place", column(vec![Some(2), Some(1), Some(2), None])),
    ]);
    MemoryDataset::new(codebook, vec![vec![batch.unwrap()]]).unwrap()
}

/// A table of one column with a dictionary.
fn batch(dictionary: DictionaryArray<Int16Type>, ordered: bool) -> RecordBatch {
    let field = Field::new("x", dictionary.data_type().clone(), true).with_dict_is_ordered(ordered);
    RecordBatch::try_new(Arc::new(Schema::new(vec![field])), vec![Arc::new(dictionary)]).unwrap()
}

fn of_texts(keys: &[Option<i16>], texts: &[&str]) -> DictionaryArray<Int16Type> {
    DictionaryArray::new(keys.iter().copied().collect(), Arc::new(StringArray::from(texts.to_vec())))
}

fn stream(batches: &[RecordBatch]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = StreamWriter::try_new(&mut bytes, &batches[0].schema()).unwrap();
    batches.iter().for_each(|batch| writer.write(batch).unwrap());
    writer.finish().unwrap();
    bytes
}

fn parquet(batches: &[RecordBatch], properties: WriterProperties) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batches[0].schema(), Some(properties)).unwrap();
    for batch in batches {
        writer.write(batch).unwrap();
        writer.flush().unwrap();
    }
    writer.close().unwrap();
    bytes
}

#[test]
fn categories_come_back_in_every_format() {
    let data = study();
    for format in ["parquet", "arrow", "arrows"] {
        for options in [json!({}), json!({"codebook": false})] {
            let written = bytes(&data, format, options.clone(), &Context::default());
            let read = open_as(written.clone(), json!({}));
            assert_eq!(read.codebook(), data.codebook(), "{format} {options}");
            assert!(read.losses().is_empty());
            assert_eq!(cells(&*read, 0), numbers(&[Some(3), None, Some(1), Some(1)]));
            assert_eq!(cells(&*read, 1), numbers(&[Some(2), Some(1), Some(2), None]));
            let again = bytes(&*read, format, options.clone(), &Context::default());
            assert!(again == written, "{format} {options}");
        }
    }
}

#[test]
fn categories_are_texts_by_option() {
    for format in ["parquet", "arrow", "arrows"] {
        let written = bytes(&study(), format, json!({"codebook": false}), &Context::default());
        let read = open_as(written, json!({"categories": "text"}));
        assert_eq!((variable(&*read).kind, variable(&*read).labels), (Kind::Text, None));
        let text = |text: &str| Cell::Text(text.into());
        assert_eq!(cells(&*read, 0), [text("high"), Cell::Null, text("low"), text("low")]);
    }
}

#[test]
fn categories_are_numbers_in_the_file_by_option() {
    let (data, context) = (study(), Context::default());
    let written = bytes(&data, "parquet", json!({"categories": "codes"}), &context);
    assert_eq!(open_as(written.clone(), json!({})).codebook(), data.codebook());
    let read = open_as(written, json!({"codebook": false}));
    assert_eq!(variable(&*read).labels, None);
    assert_eq!(cells(&*read, 0), numbers(&[Some(3), None, Some(1), Some(1)]));
}

#[test]
fn a_file_without_rows_keeps_its_categories() {
    let data = MemoryDataset::new(study().codebook().clone(), vec![Vec::new()]).unwrap();
    for format in ["parquet", "arrow", "arrows"] {
        let read = open_as(bytes(&data, format, json!({}), &Context::default()), json!({}));
        assert_eq!(read.codebook(), data.codebook(), "{format}");
        assert!(read.losses().is_empty());
    }
}

/// Numbers that were relabelled since, and labels that are no categories, are written as numbers, which is told.
#[test]
fn other_labels_are_no_categories() {
    let mut codebook = study().codebook().clone();
    codebook.value_labels.insert("level".into(), ValueLabels::new().with(0, "low").with(3, "high"));
    codebook.tables[0].variables[1].missing.push(Missing::value(2));
    let context = Context::default();
    let scan = context.scan(&study(), TableId(0), &Scan::all()).unwrap().map(Result::unwrap).collect();
    let data = MemoryDataset::new(codebook, vec![scan]).unwrap();
    let read = open_as(bytes(&data, "parquet", json!({}), &context), json!({}));
    assert_eq!(read.codebook(), data.codebook());
    let told = |options: Json| -> Vec<String> {
        let exporter = registry().exporter("parquet", options).unwrap();
        let done = export(&*exporter, &data, Box::new(MemorySink::new()), &context).unwrap();
        done.changes.losses.iter().map(|loss| loss.action.clone()).collect()
    };
    let number = "written as numbers, not as categories";
    let why = [
        "the labelled values are not 1, 2, 3 and so on, each with a text of its own",
        "values are declared missing",
    ];
    assert_eq!(told(json!({})), why.map(|why| format!("{number}: {why}")));
    assert_eq!(told(json!({"categories": "codes"})), Vec::<String>::new());
    let plain = open_as(bytes(&data, "parquet", json!({"codebook": false}), &context), json!({}));
    assert_eq!(variable(&*plain).labels, None);
}

/// The numbers stay, with their labels in the codebook, and the loss names the value.
#[test]
fn a_variable_with_a_value_without_a_category_is_written_as_numbers() {
    let column = |values: [Option<i32>; 3]| -> ArrayRef { Arc::new(Int32Array::from(values.to_vec())) };
    let level = column([Some(4), Some(1), None]);
    let batch = RecordBatch::try_from_iter([("level", level), ("place", column([Some(1), Some(2), None]))]);
    let data = MemoryDataset::new(study().codebook().clone(), vec![vec![batch.unwrap()]]).unwrap();
    for format in ["parquet", "arrow", "arrows"] {
        let exporter = registry().exporter(format, json!({})).unwrap();
        let done = export(&*exporter, &data, Box::new(MemorySink::new()), &Context::default()).unwrap();
        let told = done.changes.losses.iter().map(|loss| (&loss.code, loss.variable.as_deref()));
        assert_eq!(told.collect::<Vec<_>>(), [(&LossCode::KIND_CHANGED, Some("level"))], "{format}");
        let read = open_as(bytes(&data, format, json!({}), &Context::default()), json!({}));
        assert_eq!(read.codebook(), data.codebook());
        assert_eq!(cells(&*read, 0), numbers(&[Some(4), Some(1), None]));
        // The other has its categories still.
        let plain = open_as(bytes(&data, format, json!({"codebook": false}), &Context::default()), json!({}));
        let labels = plain.codebook().tables[0].variables.iter().map(|variable| variable.labels.is_some());
        assert_eq!(labels.collect::<Vec<_>>(), [false, true], "{format}");
    }
}

/// Row groups have dictionaries of their own, and pages behind one that grew too large have none.
#[test]
fn dictionaries_of_all_row_groups_and_values_outside_them_are_found() {
    let texts: Vec<String> = (0..500).map(|number| format!("category {number:03}")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let keys: Vec<Option<i16>> = (0..500).map(|row| (row % 7 > 0).then_some(row)).collect();
    let groups = [
        batch(of_texts(&[Some(1), Some(0), None], &["late", "category 100"]), false),
        batch(of_texts(&keys, &texts), false),
    ];
    let small = WriterProperties::builder()
        .set_dictionary_page_size_limit(100)
        .set_write_batch_size(10)
        .set_data_page_size_limit(100);
    for properties in [WriterProperties::default(), small.build()] {
        let read = open_as(parquet(&groups, properties), json!({}));
        let variable = variable(&*read);
        assert_eq!((variable.measure, variable.categorical), (Some(Measure::Nominal), true));
        let found = read.codebook().categories_of(&variable).unwrap();
        // The crate that wrote the file has only values that occur, in their order.
        assert_eq!(found[..4], ["category 100", "late", "category 001", "category 002"]);
        assert_eq!(found.len(), 428 + 1);
        let cells = cells(&*read, 0);
        assert_eq!(cells[..3], numbers(&[Some(1), Some(2), None]));
        for (cell, key) in cells[3..].iter().zip(&keys) {
            let text = match cell {
                Cell::Integer(position) => Some(found[usize::try_from(*position).unwrap() - 1]),
                _ => None,
            };
            assert_eq!(text, key.map(|key| texts[key as usize]));
        }
    }
}

#[test]
fn dictionaries_that_are_no_categories_are_texts_which_is_told() {
    let many: Vec<String> = (0..10_001).map(|number| number.to_string()).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let cases = [
        (vec![batch(of_texts(&[Some(0)], &many), false)], "it has more than 10000 categories"),
        (vec![batch(of_texts(&[Some(0)], &["a", ""]), false)], "one of its categories is empty"),
        (
            vec![
                batch(of_texts(&[Some(0)], &["a", "b"]), true),
                batch(of_texts(&[Some(0)], &["b", "a"]), true),
            ],
            "its dictionaries have different orders",
        ),
    ];
    for (batches, why) in cases {
        let read = open_as(stream(&batches), json!({}));
        assert_eq!((variable(&*read).kind, variable(&*read).labels), (Kind::Text, None));
        let losses = read.losses();
        let said: Vec<_> = losses.iter().map(|loss| (loss.code.clone(), loss.action.as_str())).collect();
        assert_eq!(said, [(LossCode::VALUE_LABELS_DROPPED, format!("read as text: {why}").as_str())]);
        assert!(matches!(cells(&*read, 0)[0], Cell::Text(_)));
    }
    // Without an order there is none to contradict.
    let unordered =
        [batch(of_texts(&[Some(0)], &["a", "b"]), false), batch(of_texts(&[Some(0)], &["c", "a"]), false)];
    let read = open_as(stream(&unordered), json!({}));
    assert_eq!(cells(&*read, 0), numbers(&[Some(1), Some(3)]));
}

#[test]
fn nulls_in_a_dictionary_are_nulls_and_dictionaries_of_numbers_are_numbers() {
    let texts: ArrayRef = Arc::new(StringArray::from(vec![None, Some("b"), Some("b")]));
    let texts =
        DictionaryArray::<Int8Type>::new([Some(0), Some(1), None, Some(2)].into_iter().collect(), texts);
    let counts: ArrayRef = Arc::new(Int64Array::from(vec![70, 80]));
    let counts = DictionaryArray::<Int8Type>::new([1, 0, 0, 1].into_iter().map(Some).collect(), counts);
    let columns: [(&str, ArrayRef, bool); 2] = [("x", Arc::new(texts), true), ("n", Arc::new(counts), true)];
    let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
    let read = open_as(stream(&[batch]), json!({}));
    assert_eq!(cells(&*read, 0), numbers(&[None, Some(1), None, Some(1)]));
    assert_eq!(cells(&*read, 1), numbers(&[Some(80), Some(70), Some(70), Some(80)]));
    assert_eq!(
        DataType::Int64,
        exporter_core::dataset::arrow_type(&read.codebook().tables[0].variables[1].kind)
    );
}
