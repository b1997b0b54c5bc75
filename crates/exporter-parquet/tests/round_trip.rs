//! What is written comes back: rows of every kind, and the whole codebook.

use arrow_array::RecordBatch;
use exporter_core::codebook::{
    Attribute, Codebook, Kind, Period, Question, Table, Text, ValueLabels, Variable,
};
use exporter_core::dataset::{MemoryDataset, TableId};
use exporter_core::sink::MemorySink;
use exporter_core::{Context, Dataset, LossCode, Part, Scan, Source, export};
use exporter_parquet::{ParquetDataset, ReadOptions};
use exporter_testkit::{Cell, cells_of, sample, tables};
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

#[test]
fn the_whole_codebook_is_in_every_file() {
    let folder = tempfile::tempdir().unwrap();
    for path in write(&sample::study(), "parquet", json!({}), folder.path()) {
        let source = Source::open(&path, &Context::default()).unwrap();
        let dataset = ParquetDataset::open(&source, &ReadOptions::default()).unwrap();
        assert_eq!(dataset.stored_codebook(), Some(sample::study().codebook()));
        // A member's household is in another file.
        let lost = dataset.losses().iter().all(|loss| loss.part == Some(Part::Keys));
        assert!(lost, "{:?}", dataset.losses());
        let name = path.file_stem().unwrap().to_str().unwrap();
        assert_eq!(dataset.codebook().tables[0].name, name);
        let mut without = ReadOptions::default();
        without.codebook = false;
        let plain = ParquetDataset::open(&source, &without).unwrap();
        assert_eq!(plain.stored_codebook(), None);
        assert!(plain.codebook().tables[0].label.is_empty());
    }
}

#[test]
fn periods_are_told_because_other_programs_show_numbers() {
    let periods = [Period::Year, Period::Half, Period::Quarter, Period::Month, Period::Week];
    let variables =
        periods.map(|period| Variable::new(Kind::Period(period).to_string(), Kind::Period(period)));
    let months = Variable::new("list", Kind::List(Box::new(Kind::Period(Period::Month))));
    let variables = variables.into_iter().chain([months]).collect();
    let codebook = Codebook::new("s").with_table(Table::new("t", variables));
    let data = MemoryDataset::new(codebook, vec![Vec::new()]).unwrap();
    for format in ["parquet", "arrow", "arrows"] {
        let exporter = registry().exporter(format, json!({})).unwrap();
        let report = export(&*exporter, &data, Box::new(MemorySink::new()), &Context::default()).unwrap();
        let told: Vec<(&str, &str)> = report
            .changes
            .losses
            .iter()
            .filter(|loss| loss.code == LossCode::KIND_CHANGED)
            .map(|loss| (loss.variable.as_deref().unwrap(), loss.action.as_str()))
            .collect();
        let expected = [
            ("list", "months since 1960-01 are written as whole numbers"),
            ("period(half)", "half-years since 1960h1 are written as whole numbers"),
            ("period(month)", "months since 1960-01 are written as whole numbers"),
            ("period(quarter)", "quarters since 1960q1 are written as whole numbers"),
            ("period(week)", "weeks since 1960w1 are written as whole numbers"),
        ];
        assert_eq!(told, expected, "{format}");
    }
}
