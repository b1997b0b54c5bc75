//! Profiles agree with a naive reading of the cells, whatever the threads and batches; known facts spare the scan.

use exporter_core::codebook::{Codebook, Kind, Missing, Table, Value, Variable};
use exporter_core::dataset::arrow_schema;
use exporter_core::profile::{ColumnFacts, Facts, Number, TableProfile, Totals, profile};
use exporter_core::{Dataset, ErrorKind, MemoryDataset, Profile, ProfileRequest, Result, Scan, TableId};
use exporter_testkit::{Cell, GeneratedDataset, Watched, cells_of, column_of, conformance, tables};
use proptest::prelude::*;

const EVERYTHING: Facts = Facts::ALL;

fn ask(data: &dyn Dataset, facts: Facts) -> ProfileRequest {
    let mut request = ProfileRequest::new();
    request.rows(TableId(0));
    (0..data.codebook().tables[0].variables.len()).for_each(|column| {
        request.column(TableId(0), column, facts);
    });
    request
}

/// Whether a decimal is a double, or what a program shows of one up to 2^53.
fn is_held(digits: i128, scale: i8) -> bool {
    let plain = |text: String| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    };
    let places = usize::try_from(scale).unwrap();
    let unsigned = format!("{:0>width$}", digits.unsigned_abs(), width = places + 1);
    let (whole, fraction) = unsigned.split_at(unsigned.len() - places);
    let own = plain(format!("{}{whole}.{fraction}", if digits < 0 { "-" } else { "" }));
    let number: f64 = own.parse().unwrap();
    number.abs() <= 9_007_199_254_740_992.0 && number.to_string() == own
        || plain(format!("{number:.1100}")) == own
}

/// The facts of cells by the plainest means.
fn naive(kind: &Kind, cells: &[Cell]) -> ColumnFacts {
    let number = |cell: &Cell| match cell {
        Cell::Integer(number) => Some(Number::Integer(*number)),
        Cell::Boolean(truth) => Some(Number::Integer((*truth).into())),
        Cell::Float(number) => Some(Number::Float(*number)),
        _ => None,
    };
    let numbers: Vec<Number> = cells.iter().filter_map(number).collect();
    let real: Vec<Number> = numbers.iter().copied().filter(|number| !number.as_f64().is_nan()).collect();
    let measured = kind.is_numeric() || kind.is_temporal() || *kind == Kind::Boolean;
    let mut facts = ColumnFacts::default();
    facts.nulls = Some(cells.iter().filter(|cell| cell.is_null()).count() as u64);
    let bytes = cells.iter().map(|cell| match cell {
        Cell::Text(text) => text.len() as u64,
        Cell::Binary(bytes) => bytes.len() as u64,
        _ => 0,
    });
    let with_nul = cells.iter().filter(|cell| matches!(cell, Cell::Text(text) if text.contains('\0')));
    facts.with_nul = Some(with_nul.count() as u64);
    facts.rounded = Some(match kind {
        Kind::Decimal { scale, .. } => {
            let is_rounded =
                |number: &&Number| matches!(number, Number::Integer(digits) if !is_held(*digits, *scale));
            numbers.iter().filter(is_rounded).count() as u64
        }
        _ => 0,
    });
    facts.max_bytes = Some(bytes.clone().max().unwrap_or(0));
    facts.totals = Some(Totals::new(bytes.clone().filter(|bytes| *bytes > 0).count() as u64, bytes.sum()));
    if measured {
        let less = |a: &Number, b: &Number| a.partial_cmp(b).unwrap();
        facts.range = Some(real.iter().copied().min_by(less).zip(real.iter().copied().max_by(less)));
        facts.valid_range = facts.range;
        facts.integral = Some(match kind {
            Kind::Float { .. } => numbers.iter().all(|number| number.as_f64().fract() == 0.0),
            Kind::Decimal { scale, .. } => real.iter().all(
                |number| matches!(number, Number::Integer(digits) if digits % 10i128.pow(*scale as u32) == 0),
            ),
            _ => true,
        });
        facts.nans = Some((numbers.len() - real.len()) as u64);
        facts.infinities = Some(real.iter().filter(|number| number.as_f64().is_infinite()).count() as u64);
    }
    facts
}

fn facts_of(data: &dyn Dataset, threads: usize) -> Profile {
    profile(data, &ask(data, EVERYTHING), &conformance::context().with_threads(threads)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: exporter_testkit::soaked(300), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn facts_are_those_of_a_naive_reading(data in tables::nested_dataset()) {
        let found = facts_of(&data, 1);
        let batches: Vec<_> = data.scan(TableId(0), &Scan::all()).unwrap().map(Result::unwrap).collect();
        for (column, variable) in data.codebook().tables[0].variables.iter().enumerate() {
            let cells: Vec<Cell> = batches.iter().flat_map(|batch| cells_of(batch.column(column))).collect();
            let wanted = naive(&variable.kind, &cells);
            let got = found.column(TableId(0), column).unwrap();
            prop_assert_eq!(got, &wanted, "{} {:?}", &variable.kind, cells);
        }
        for (threads, rows) in [(1, 1), (2, 3), (8, 7)] {
            prop_assert_eq!(&facts_of(&Watched::new(&data).recut(rows), threads), &found);
        }
    }
}

/// Whole numbers and floats close together, so that declarations hide ends and what lies between.
fn small_numbers() -> impl Strategy<Value = (Kind, Vec<Cell>)> {
    let whole = (0..12i128).prop_map(Cell::Integer);
    let float = (0..24i32).prop_map(|halves| Cell::Float(f64::from(halves) / 2.0));
    let kinds = [8, 64].map(|bits| Kind::Integer { bits, signed: true });
    let null = || Just(Cell::Null);
    prop_oneof![
        (
            prop::sample::select(kinds.to_vec()),
            prop::collection::vec(prop_oneof![9 => whole, 1 => null()], 0..30)
        ),
        (Just(Kind::FLOAT), prop::collection::vec(prop_oneof![9 => float, 1 => null()], 0..30)),
    ]
}

proptest! {
    #[test]
    fn valid_values_are_those_that_no_declaration_holds(
        (kind, cells) in small_numbers(),
        declared in prop::collection::vec((0..12i64, 0..4i64), 0..3),
    ) {
        let missing = declared.iter().map(|(low, length)| match length {
            0 => Missing::value(*low),
            3 => Missing::range(Some((*low).into()), None),
            _ => Missing::range(Some((*low).into()), Some((low + length).into())),
        });
        let missing: Vec<Missing> = missing.collect();
        let variable = missing.iter().cloned().fold(Variable::new("x", kind.clone()), Variable::with_missing);
        let table = Table::new("t", vec![variable]);
        let columns = vec![column_of(&kind, &cells)];
        let batch = arrow_array::RecordBatch::try_new(arrow_schema(&table, &[0]), columns).unwrap();
        let data = MemoryDataset::new(Codebook::new("s").with_table(table), vec![vec![batch]]).unwrap();
        let number = |cell: &Cell| match cell {
            Cell::Integer(number) => Some((Value::Integer(*number as i64), Number::Integer(*number))),
            Cell::Float(number) => Some((Value::Float(*number), Number::Float(*number))),
            _ => None,
        };
        let valid = |(value, number): (Value, Number)| {
            missing.iter().all(|missing| !missing.contains(&value)).then_some(number)
        };
        let numbers: Vec<Number> = cells.iter().filter_map(number).filter_map(valid).collect();
        let less = |a: &Number, b: &Number| a.partial_cmp(b).unwrap();
        let wanted = numbers.iter().copied().min_by(less).zip(numbers.iter().copied().max_by(less));
        let asked = ask(&data, Facts::VALID_RANGE);
        for rows in [3, 40] {
            let found = profile(&Watched::new(&data).recut(rows), &asked, &conformance::context()).unwrap();
            prop_assert_eq!(found.column(TableId(0), 0).unwrap().valid_range, Some(wanted));
        }
    }
}

fn columns_read(data: &Watched<'_>) -> Vec<Option<Vec<usize>>> {
    data.scans().into_iter().map(|scan| scan.columns).collect()
}

fn two_columns() -> MemoryDataset {
    two_columns_with(Vec::new())
}

fn two_columns_with(missing: Vec<Missing>) -> MemoryDataset {
    let mut number = Variable::new("number", Kind::Decimal { precision: 6, scale: 2 });
    number.missing = missing;
    number.facts.min = Some(Value::Float(0.5));
    number.facts.max = Some(Value::Integer(99));
    let mut text = Variable::new("text", Kind::Text);
    text.facts.max_bytes = Some(40);
    let table = Table::new("t", vec![number, text]);
    let schema = exporter_core::dataset::arrow_schema(&table, &[0, 1]);
    let columns = vec![
        column_of(&table.variables[0].kind, &[Cell::Integer(150), Cell::Null]),
        column_of(&Kind::Text, &[Cell::Text("seven77".into()), Cell::Text("é".into())]),
    ];
    let batch = arrow_array::RecordBatch::try_new(schema, columns).unwrap();
    MemoryDataset::new(Codebook::new("s").with_table(table), vec![vec![batch]]).unwrap()
}

#[test]
fn what_is_declared_or_implied_or_vouched_for_is_not_scanned() {
    let data = Watched::new(two_columns());
    let mut request = ProfileRequest::new();
    request
        .rows(TableId(0))
        .column(TableId(0), 0, Facts::RANGE)
        .column(TableId(0), 1, Facts::MAX_BYTES)
        // A text has no range, a number no bytes: nothing to look for.
        .column(TableId(0), 1, Facts::RANGE | Facts::INTEGRAL)
        .column(TableId(0), 0, Facts::MAX_BYTES);
    let context = conformance::context();
    let facts = profile(&data, &request, &context).unwrap();
    assert_eq!(data.scans().len(), 0);
    let number = facts.column(TableId(0), 0).unwrap();
    assert_eq!(number.range, Some(Some((Number::Integer(50), Number::Integer(9900)))));
    assert_eq!(number.max_bytes, Some(0));
    let text = facts.column(TableId(0), 1).unwrap();
    assert_eq!((text.max_bytes, text.range, text.integral), (Some(40), None, None));
    assert_eq!(facts.rows(TableId(0)), Some(2));
    // One more fact, and only its column is read, once.
    request.column(TableId(0), 1, Facts::NULLS);
    profile(&data, &request, &context).unwrap();
    assert_eq!(columns_read(&data), [Some(vec![1])]);
    // Unless the source knows it.
    let mut known = TableProfile::default();
    known.rows = Some(2);
    known.columns.entry(1).or_default().nulls = Some(7);
    let data = Watched::new(two_columns()).claiming(known);
    let facts = profile(&data, &request, &context).unwrap();
    assert_eq!(facts.column(TableId(0), 1).unwrap().nulls, Some(7));
    assert_eq!(data.scans().len(), 0);
}

#[test]
fn a_declared_end_that_is_missing_says_nothing_about_the_valid_values() {
    let valid = |missing: Vec<Missing>| {
        let data = Watched::new(two_columns_with(missing));
        let mut request = ProfileRequest::new();
        request.column(TableId(0), 0, Facts::VALID_RANGE);
        let facts = profile(&data, &request, &conformance::context()).unwrap();
        let range = facts.column(TableId(0), 0).unwrap().valid_range.unwrap().unwrap();
        ((range.0.as_f64(), range.1.as_f64()), data.scans().len())
    };
    assert_eq!(valid(Vec::new()), ((50.0, 9900.0), 0));
    assert_eq!(valid(vec![Missing::value(7)]), ((50.0, 9900.0), 0));
    assert_eq!(valid(vec![Missing::value(99)]), ((150.0, 150.0), 1));
}

#[test]
fn unknown_rows_are_counted_without_reading_a_column() {
    let data = Watched::new(GeneratedDataset::new(20_001)).claiming(TableProfile::default());
    let mut request = ProfileRequest::new();
    request.rows(TableId(0));
    let facts = profile(&data, &request, &conformance::context()).unwrap();
    assert_eq!(facts.rows(TableId(0)), Some(20_001));
    assert_eq!(columns_read(&data), [Some(vec![])]);
    assert!(ProfileRequest::new().is_empty());
    profile(&data, &ProfileRequest::new(), &conformance::context()).unwrap();
    assert_eq!(data.scans().len(), 1);
}

#[test]
fn a_broken_source_or_a_cancel_ends_the_profile() {
    let data = GeneratedDataset::new(50_000);
    for threads in [1, 4] {
        let context = conformance::context().with_threads(threads);
        let broken = Watched::new(&data).failing_after(3);
        let error = profile(&broken, &ask(&data, EVERYTHING), &context).unwrap_err();
        assert!(Watched::is_own(&error), "{error:?}");
        assert_eq!(error.place().table.as_deref(), Some("events"));
        context.cancel().cancel();
        let error = profile(&data, &ask(&data, EVERYTHING), &context).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Cancelled);
    }
}
