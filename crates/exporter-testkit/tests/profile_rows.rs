//! Sort orders and values outside a span agree with a row-by-row reading, whatever the threads and batches.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray, UInt8Array};
use exporter_core::codebook::{Codebook, Kind, Missing, Table, Variable};
use exporter_core::dataset::arrow_schema;
use exporter_core::missing::Span;
use exporter_core::profile::{Facts, Number, SortOrder, SortValue, SortValues, profile};
use exporter_core::{MemoryDataset, ProfileRequest, Result, TableId};
use exporter_testkit::{Watched, conformance};
use proptest::prelude::*;

type Row = (Option<i64>, Option<&'static str>, i64);

/// Nulls after numbers, texts by their bytes, the third column last.
#[derive(Debug)]
struct NullsLast;

impl SortOrder for NullsLast {
    fn id(&self) -> String {
        "nulls last".to_owned()
    }

    fn columns(&self) -> &[usize] {
        &[0, 2, 1]
    }

    fn values<'a>(&self, key: usize, column: &'a ArrayRef, _: Option<&UInt8Array>) -> Result<SortValues<'a>> {
        Ok(if key == 2 {
            let texts = column.as_string::<i32>().iter();
            SortValues::Texts(texts.map(|text| text.unwrap_or_default().as_bytes().into()).collect())
        } else {
            let numbers = column.as_primitive::<Int64Type>().iter();
            SortValues::Numbers(numbers.map(|n| n.map_or((1, 0.0), |n| (0, n as f64))).collect())
        })
    }
}

fn data(rows: &[Row]) -> MemoryDataset {
    let integer = Kind::Integer { bits: 64, signed: true };
    let third = Variable::new("c", integer.clone()).with_missing(Missing::value(9));
    let variables = vec![Variable::new("a", integer), Variable::new("b", Kind::Text), third];
    let table = Table::new("t", variables);
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from_iter(rows.iter().map(|row| row.0))),
        Arc::new(StringArray::from_iter(rows.iter().map(|row| row.1))),
        Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.2))),
    ];
    let batch = RecordBatch::try_new(arrow_schema(&table, &[0, 1, 2]), columns).unwrap();
    MemoryDataset::new(Codebook::new("s").with_table(table), vec![vec![batch]]).unwrap()
}

fn keys(row: &Row) -> [SortValue; 3] {
    let number = row.0.map_or(SortValue::Number(1, 0.0), |number| SortValue::Number(0, number as f64));
    let text = SortValue::Text(row.1.unwrap_or_default().as_bytes().to_vec());
    [number, SortValue::Number(0, row.2 as f64), text]
}

/// Key, row from 1 and value of each break, found row by row.
fn naive_breaks(rows: &[Row]) -> Vec<(usize, u64, SortValue)> {
    let mut kept = 3;
    let mut breaks = Vec::new();
    for (row, pair) in rows.windows(2).enumerate() {
        let (before, now) = (keys(&pair[0]), keys(&pair[1]));
        let different = (0..kept).find(|key| before[*key] != now[*key]);
        if let Some(key) = different.filter(|key| before[*key] > now[*key]) {
            kept = key;
            breaks.push((key, row as u64 + 2, now[key].clone()));
        }
    }
    breaks
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let number = prop_oneof![4 => (0..3i64).prop_map(Some), 1 => Just(None)];
    let text = prop_oneof![Just(None), Just(Some("a")), Just(Some("b")), Just(Some("é"))];
    let rows = prop::collection::vec((number, text, prop_oneof![4 => 0..4i64, 1 => 8..11i64]), 0..40);
    // Most random rows break the first key at once; sorted ones with a few rows exchanged break later ones.
    (rows, 0..4usize, any::<prop::sample::Index>()).prop_map(|(mut rows, sorted, at)| {
        if sorted > 0 {
            rows.sort_by(|a, b| keys(a).partial_cmp(&keys(b)).unwrap());
        }
        if sorted > 1 && rows.len() > 1 {
            let at = at.index(rows.len() - 1);
            rows.swap(at, at + 1);
        }
        rows
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: exporter_testkit::soaked(200), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn breaks_and_values_outside_are_those_of_a_reading_row_by_row(rows in rows()) {
        let data = data(&rows);
        let span = Span::new(Number::Integer(0), Number::Integer(2));
        let outside = |(_, row): &(usize, &Row)| row.2 != 9 && !(0..=2).contains(&row.2);
        let first = rows.iter().enumerate().find(outside).map(|(at, row)| (at as u64 + 1, row.2.to_string()));
        let count = rows.iter().enumerate().filter(outside).count() as u64;
        // With the range of valid values, batches that lie within the span are passed over.
        for facts in [Facts::NONE, Facts::VALID_RANGE] {
            let mut request = ProfileRequest::new();
            request.sorted(TableId(0), Arc::new(NullsLast)).outside(TableId(0), 2, span);
            request.column(TableId(0), 2, facts);
            for (threads, cut) in [(1, 4096), (1, 1), (2, 3), (8, 7)] {
                let context = conformance::context().with_threads(threads);
                let profile = profile(&Watched::new(&data).recut(cut), &request, &context).unwrap();
                let breaks = profile.breaks(TableId(0), &NullsLast).unwrap();
                let breaks: Vec<_> = breaks.iter().map(|b| (b.key, b.row, b.value.clone())).collect();
                prop_assert_eq!(breaks, naive_breaks(&rows), "batches of {}", cut);
                let found = profile.outside(TableId(0), 2, span).unwrap();
                prop_assert_eq!((found.count, &found.first), (count, &first), "batches of {}", cut);
            }
        }
    }
}

#[test]
fn what_was_not_asked_for_has_no_answer() {
    let data = data(&[(Some(1), None, 1)]);
    let profile = profile(&data, &ProfileRequest::new(), &conformance::context()).unwrap();
    assert!(profile.breaks(TableId(0), &NullsLast).is_none());
    assert!(profile.outside(TableId(0), 2, Span::new(Number::Integer(0), Number::Integer(2))).is_none());
}
