//! What is written comes back: rows of every kind, and the whole codebook.

use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, Int32Array, RecordBatch};
use arrow_schema::Schema;
use exporter_core::codebook::{
    Attribute, Codebook, Kind, Period, Question, Table, Text, ValueLabels, Variable,
};
use exporter_core::dataset::{MemoryDataset, TableId};
use exporter_core::embedded::Embedded;
use exporter_core::sink::MemorySink;
use exporter_core::{Context, Dataset, LossCode, Part, Scan, Source, export};
use exporter_parquet::{CODEBOOK_KEY, ParquetDataset, ReadOptions};
use exporter_testkit::{Cell, cells_of, sample, tables};
use parquet::arrow::ArrowWriter;
use parquet::file::reader::{FileReader, SerializedFileReader};
use proptest::prelude::*;
use serde_json::json;

use crate::support::{open, registry, write};

fn rows(data: &dyn Dataset) -> Vec<Vec<Cell>> {
    let context = Context::default();
    let batches = context.scan(data, TableId(0), &Scan::all()).unwrap();
    let batches: Vec<RecordBatch> = batches.map(Result::unwrap).collect();
    let columns = data.codebook().tables[0].variables.len();
    (0..columns)
        .map(|column| batches.iter().flat_map(|batch| cells_of(batch.column(column))).collect())
        .collect()
}

fn comes_back(data: &MemoryDataset) {
    let variants = [
        ("parquet", json!({})),
        ("parquet", json!({"compression": "snappy", "row-group-rows": 3, "dictionary": false})),
        ("parquet", json!({"compression": "none", "statistics": "none"})),
        ("arrow", json!({})),
        ("arrow", json!({"compression": "zstd"})),
        ("arrows", json!({"compression": "lz4"})),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (format, options) in variants {
        let path = &write(data, format, options.clone(), folder.path())[0];
        let back = open(path).unwrap();
        assert_eq!(back.codebook(), data.codebook(), "{format} {options}");
        // As text, so that NaN equals itself.
        assert_eq!(format!("{:?}", rows(&*back)), format!("{:?}", rows(data)), "{format} {options}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: exporter_testkit::soaked(24), ..ProptestConfig::default() })]

    #[test]
    fn every_scalar_kind_comes_back(data in tables::dataset()) {
        comes_back(&data);
    }

    #[test]
    fn every_nested_kind_comes_back(data in tables::nested_dataset()) {
        comes_back(&data);
    }

    #[test]
    fn any_texts_of_the_codebook_come_back(
        texts in prop::collection::vec(tables::text(), 12),
        number in any::<i64>(),
    ) {
        let text = |index: usize| Text::new(format!("x{}", texts[index])).with("fr", texts[index + 1].clone());
        let mut variable = Variable::new("v", Kind::INTEGER)
            .with_label(text(0))
            .with_labels("set")
            .with_question(Question::new(text(1)))
            .with_note(text(2))
            .with_attribute(texts[3].clone(), texts[4].clone());
        variable.concept = text(5);
        variable.attributes.insert("many".into(), Attribute::Many(texts.clone()));
        let mut codebook = Codebook::new(texts[6].clone())
            .with_languages(["en", "fr"])
            .with_title(text(7))
            .with_table(Table::new("t", vec![variable]).with_label(text(8)).with_note(text(9)))
            .with_value_labels("set", ValueLabels::new().with(number, text(10)));
        codebook.study.citation = text(4);
        prop_assume!(codebook.validate().is_ok());
        comes_back(&MemoryDataset::new(codebook, vec![Vec::new()]).unwrap());
    }
}

/// The codebook in the metadata of a Parquet file.
fn stored_codebook(path: &Path) -> Codebook {
    let file = SerializedFileReader::new(std::fs::File::open(path).unwrap()).unwrap();
    let pairs = file.metadata().file_metadata().key_value_metadata().unwrap();
    let pair = pairs.iter().find(|pair| pair.key == CODEBOOK_KEY).unwrap();
    Embedded::from_json(pair.value.as_ref().unwrap()).unwrap().codebook
}

#[test]
fn the_whole_codebook_is_in_every_file() {
    let folder = tempfile::tempdir().unwrap();
    for path in write(&sample::study(), "parquet", json!({}), folder.path()) {
        let source = Source::open(&path, &Context::default()).unwrap();
        let dataset = ParquetDataset::open(&source, &ReadOptions::default(), &Context::default()).unwrap();
        assert_eq!(stored_codebook(&path), *sample::study().codebook());
        // A member's household is in another file.
        let lost = dataset.losses().iter().all(|loss| loss.part == Some(Part::Keys));
        assert!(lost, "{:?}", dataset.losses());
        let name = path.file_stem().unwrap().to_str().unwrap();
        assert_eq!(dataset.codebook().tables[0].name, name);
        let mut without = ReadOptions::default();
        without.codebook = false;
        let plain = ParquetDataset::open(&source, &without, &Context::default()).unwrap();
        assert!(plain.codebook().tables[0].label.is_empty());
    }
}

/// Other programs see texts; before, they saw whole numbers, which only the codebook explained.
#[test]
fn periods_are_texts_and_come_back() {
    let periods = [Period::Half, Period::Quarter, Period::Month, Period::Week];
    let variables =
        periods.map(|period| Variable::new(Kind::Period(period).to_string(), Kind::Period(period)));
    let counts: ArrayRef = Arc::new(Int32Array::from(vec![Some(-1), None, Some(i32::MIN), Some(i32::MAX)]));
    let columns = variables.iter().map(|variable| (variable.name.clone(), counts.clone()));
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let codebook = Codebook::new("s").with_table(Table::new("t", variables.to_vec()));
    let data = MemoryDataset::new(codebook, vec![vec![batch]]).unwrap();
    comes_back(&data);
    let folder = tempfile::tempdir().unwrap();
    for format in ["parquet", "arrow", "arrows"] {
        let plain = open(&write(&data, format, json!({"codebook": false}), folder.path())[0]).unwrap();
        let first: Vec<Cell> = rows(&*plain).into_iter().map(|cells| cells[0].clone()).collect();
        let texts = ["1959-H2", "1959-Q4", "1959-12", "1959-W52"].map(|text| Cell::Text(text.into()));
        assert_eq!(first, texts, "{format}");
    }
}

/// Files of earlier versions have them as whole numbers.
#[test]
fn periods_that_are_whole_numbers_are_read() {
    let counts: ArrayRef = Arc::new(Int32Array::from(vec![Some(770), None]));
    let batch = RecordBatch::try_from_iter([("m", counts.clone())]).unwrap();
    let number =
        Codebook::new("s").with_table(Table::new("t", vec![Variable::new("m", "int32".parse().unwrap())]));
    let mut table = number.tables[0].clone();
    table.variables[0].kind = Kind::Period(Period::Month);
    let stored = Codebook::new("s").with_table(table);
    let bytes = {
        let keys = [(CODEBOOK_KEY.to_owned(), stored.to_json().unwrap())].into();
        let schema = Schema::new_with_metadata(batch.schema().fields().clone(), keys);
        let mut bytes = Vec::new();
        let mut writer = ArrowWriter::try_new(&mut bytes, Arc::new(schema), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        bytes
    };
    let source = Source::memory("t.parquet", bytes);
    let data = registry().open(&source, serde_json::Value::Null, &Context::default()).unwrap();
    assert_eq!(data.codebook().tables[0].variables[0].kind, Kind::Period(Period::Month));
    assert_eq!(rows(&*data), [[Cell::Integer(770), Cell::Null]]);
}

#[test]
fn what_periods_become_is_told_where_nothing_else_says_it() {
    let periods = [Period::Year, Period::Half, Period::Quarter, Period::Month, Period::Week];
    let variables =
        periods.map(|period| Variable::new(Kind::Period(period).to_string(), Kind::Period(period)));
    let months = Variable::new("list", Kind::List(Box::new(Kind::Period(Period::Month))));
    let variables = variables.into_iter().chain([months]).collect();
    let codebook = Codebook::new("s").with_table(Table::new("t", variables));
    let data = MemoryDataset::new(codebook, vec![Vec::new()]).unwrap();
    for format in ["parquet", "arrow", "arrows"] {
        for with_codebook in [true, false] {
            let exporter = registry().exporter(format, json!({ "codebook": with_codebook })).unwrap();
            let report = export(&*exporter, &data, Box::new(MemorySink::new()), &Context::default()).unwrap();
            let told: Vec<(&str, &str)> = report
                .changes
                .losses
                .iter()
                .filter(|loss| loss.code == LossCode::KIND_CHANGED)
                .map(|loss| (loss.variable.as_deref().unwrap(), loss.action.as_str()))
                .collect();
            let mut expected = vec![("list", "months since 1960-01 are written as whole numbers")];
            if !with_codebook {
                expected.extend([
                    ("period(half)", "written as texts such as 1960-H1"),
                    ("period(month)", "written as texts such as 1960-01"),
                    ("period(quarter)", "written as texts such as 1960-Q1"),
                    ("period(week)", "written as texts such as 1960-W01"),
                ]);
            }
            assert_eq!(told, expected, "{format}");
        }
    }
}
