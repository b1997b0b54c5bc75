//! Conditions on days and moments of SPSS files, which are numbers of seconds there.

use exporter::codebook::{Codebook, Kind, Missing, Table, TimeUnit, ValueLabels, Variable};
use exporter::dataset::display_rows;
use exporter::sink::MemorySink;
use exporter::{Context, Excerpt, InputOptions, MemoryDataset, Scan, Source, TableId};

use std::sync::Arc;

use arrow_array::{ArrayRef, Date32Array, DurationMillisecondArray, RecordBatch, TimestampMillisecondArray};

/// The file of days and moments around the second of January 2020, without a stored codebook.
fn file() -> Vec<u8> {
    let moment = Kind::DateTime { unit: TimeUnit::Millisecond, zone: None };
    let variables = vec![Variable::new("day", Kind::Date), Variable::new("seen", moment)];
    let codebook = Codebook::new("s").with_table(Table::new("t", variables));
    let days = [Some(18_262), Some(18_263), Some(18_264), None];
    let midnight = 18_263 * 86_400_000_i64;
    let moments = [Some(midnight - 1), Some(midnight), Some(midnight + 36_000_000), None];
    let columns: [(&str, ArrayRef); 2] = [
        ("day", Arc::new(Date32Array::from(days.to_vec()))),
        ("seen", Arc::new(TimestampMillisecondArray::from(moments.to_vec()))),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let data = MemoryDataset::new(codebook, vec![vec![batch]]).unwrap();
    let exporter = exporter::registry().exporter("sav", serde_json::json!({"codebook": false})).unwrap();
    let sink = MemorySink::new();
    exporter::export(&*exporter, &data, Box::new(sink.clone()), &Context::default()).unwrap();
    sink.entries().into_values().next().unwrap().to_vec()
}

#[test]
fn days_and_moments_are_compared_as_they_are_written() {
    let context = Context::default();
    let bytes = file();
    let days = |condition: &str| -> Vec<String> {
        let source = [Source::memory("t.sav", bytes.clone())];
        let data = exporter::open_sources(&source, &InputOptions::default(), &exporter::registry(), &context);
        let part = Excerpt::default().with_condition(condition).of(data.unwrap(), &context).unwrap();
        let batches = context.scan(&part, TableId(0), &Scan::all()).unwrap();
        let rows = batches.flat_map(|batch| display_rows(&batch.unwrap()).unwrap());
        rows.map(|row| row[0].clone().unwrap_or_else(|| ".".to_owned())).collect()
    };
    let [first, second, third] = ["2020-01-01", "2020-01-02", "2020-01-03"];
    assert_eq!(days("day >= '2020-01-02'"), [second, third]);
    assert_eq!(days("day = 2020-01-02"), [second]);
    assert_eq!(days("day in 2020-01-01, 2020-01-03"), [first, third]);
    assert_eq!(days("day missing"), ["."]);
    // A day is its midnight.
    assert_eq!(days("seen >= '2020-01-02'"), [second, third]);
    assert_eq!(days("seen < 2020-01-02"), [first]);
    assert_eq!(days("seen > 2020-01-02T00:00:00"), [third]);
    assert_eq!(days("seen <= '2020-01-02 10:00:00'"), [first, second, third]);
}

#[test]
fn labels_of_days_and_lengths_of_time_are_values_and_reasons_are_none() {
    let mut day = Variable::new("day", Kind::Date).with_labels("days");
    day.missing = vec![Missing::reason().label("Unknown")];
    day.facts.reason_numbers = vec![99.0];
    let length = Variable::new("length", Kind::Duration(TimeUnit::Millisecond));
    let set = ValueLabels::new().with("2020-01-02", "Second");
    let codebook =
        Codebook::new("s").with_table(Table::new("t", vec![day, length])).with_value_labels("days", set);
    let columns: [(&str, ArrayRef); 2] = [
        ("day", Arc::new(Date32Array::from(vec![18_262, 18_263, 18_264]))),
        ("length", Arc::new(DurationMillisecondArray::from(vec![-300_000, 36_672_500, 108_000_000]))),
    ];
    let rows = |condition: &str| -> exporter::Result<Vec<String>> {
        let batch = RecordBatch::try_from_iter(columns.clone()).unwrap();
        let data = MemoryDataset::new(codebook.clone(), vec![vec![batch]]).unwrap();
        let context = Context::default();
        let part = Excerpt::default().with_condition(condition).of(Box::new(data), &context)?;
        let batches = context.scan(&part, TableId(0), &Scan::all()).unwrap();
        let rows = batches.flat_map(|batch| display_rows(&batch.unwrap()).unwrap());
        Ok(rows.map(|row| row[0].clone().unwrap_or_default()).collect())
    };
    let [first, second, third] = ["2020-01-01", "2020-01-02", "2020-01-03"];
    assert_eq!(rows("day = Second").unwrap(), [second]);
    assert_eq!(rows("day > Second").unwrap(), [third]);
    for reason in ["day = 99", "day = Unknown", "day in 2020-01-01, 99"] {
        let error = rows(reason).unwrap_err();
        assert!(error.to_string().contains("is a missing reason"), "{error}");
        assert_eq!(error.hint(), Some("select all rows without a value: --where 'day missing'"));
    }
    assert_eq!(rows("length >= 10:11:12.5").unwrap(), [second, third]);
    assert_eq!(rows("length = 30:00").unwrap(), [third]);
    assert_eq!(rows("length <= -0:05:00").unwrap(), [first]);
    for wrong in ["10:60:00", "10:00:00.0001", "1:2:3:4", ":00"] {
        assert!(rows(&format!("length = {wrong}")).is_err(), "{wrong}");
    }
}
