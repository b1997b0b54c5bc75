//! What every dataset must pass: scans of a part are parts of a full scan.

use std::io::Read as _;

use arrow_array::{Array, RecordBatch};
use arrow_select::concat::concat_batches;
use arrow_select::filter::filter_record_batch;
use exporter_core::codebook::{Kind, Value};
use exporter_core::dataset::{Comparison, Filter, arrow_schema, table_of};
use exporter_core::profile::{Facts, TableProfile, profile};
use exporter_core::{Dataset, ErrorKind, ProfileRequest, Scan, TableId};

use super::{BATCH_ROWS, context};
use crate::{Cell, Watched, cells_of};

/// Holds a dataset to the contract, for each of its tables (small ones: some hundred rows).
///
/// - a full scan can be repeated and does not depend on the batch size asked for;
/// - projections (each column, all reversed, none), limits and filters give the part of the full scan that they say,
///   alone and together;
/// - [`Dataset::rows`] and [`Dataset::facts`], where given, are what a scan finds;
/// - documents whose bytes the codebook holds have these bytes;
/// - tables, columns and documents that do not exist are an error, not a panic.
#[track_caller]
pub fn dataset(data: &dyn Dataset) {
    data.codebook().validate().unwrap_or_else(|error| panic!("the codebook is not valid: {error:?}"));
    for table in 0..data.codebook().tables.len() {
        the_table_is_sound(data, TableId(table));
    }
    let beyond = TableId(data.codebook().tables.len());
    let error =
        data.scan(beyond, &Scan::all()).map(drop).expect_err("a table that does not exist is scanned");
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error:?}");
    assert_eq!(data.rows(beyond), None, "rows of a table that does not exist");
    the_documents_are_sound(data);
}

#[track_caller]
fn the_documents_are_sound(data: &dyn Dataset) {
    let documents = &data.codebook().documents;
    for (position, document) in documents.iter().enumerate().filter(|(_, document)| document.bytes.is_some())
    {
        let mut bytes = Vec::new();
        let read =
            data.document(position).map(|contents| contents.map(|mut from| from.read_to_end(&mut bytes)));
        assert!(matches!(read, Ok(Some(Ok(_)))), "document {:?}: {:?}", document.name, read.map(drop));
        assert_eq!(Some(&bytes), document.bytes.as_ref(), "document {:?}", document.name);
    }
    let error = data.document(documents.len()).map(drop).expect_err("a document that does not exist is read");
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error:?}");
}

#[track_caller]
fn read(data: &dyn Dataset, table: TableId, scan: &Scan) -> RecordBatch {
    let read = || {
        let batches = context().scan(data, table, scan)?;
        let schema = batches.schema().clone();
        let batches = batches.collect::<exporter_core::Result<Vec<_>>>()?;
        let rows = batches.iter().map(RecordBatch::num_rows).sum();
        if schema.fields().is_empty() {
            let options = arrow_array::RecordBatchOptions::new().with_row_count(Some(rows));
            return Ok(RecordBatch::try_new_with_options(schema, Vec::new(), &options)?);
        }
        Ok::<_, exporter_core::Error>(concat_batches(&schema, &batches)?)
    };
    read().unwrap_or_else(|error| panic!("table {}: {scan:?} fails: {error:?}", table.0 + 1))
}

#[track_caller]
fn the_table_is_sound(data: &dyn Dataset, table: TableId) {
    let description = table_of(data.codebook(), table).expect("the table exists");
    let name = &description.name;
    let count = description.variables.len();
    let all: Vec<usize> = (0..count).collect();
    let full = read(data, table, &Scan::all());
    let rows = full.num_rows();
    assert_eq!(full.schema(), arrow_schema(description, &all), "{name}: schema of a full scan");
    if let Some(exact) = data.rows(table) {
        assert_eq!(exact, rows as u64, "{name}: rows()");
    }
    let expect = |scan: &Scan, wanted: &RecordBatch| {
        let got = read(data, table, scan);
        assert_eq!(got.num_rows(), wanted.num_rows(), "{name}: rows of {scan:?}");
        assert_same(&got, wanted, &format!("{name}: {scan:?}"));
    };
    expect(&Scan::all(), &full);
    for size in BATCH_ROWS {
        expect(&Scan::all().batch_rows(size), &full);
    }
    let part = |columns: &[usize]| full.project(columns).expect("the columns exist");
    for column in &all {
        expect(&Scan::all().columns([*column]), &part(&[*column]));
    }
    let reversed: Vec<usize> = all.iter().rev().copied().collect();
    expect(&Scan::all().columns(reversed.clone()), &part(&reversed));
    expect(&Scan::all().columns([]), &part(&[]));
    for limit in [0, 1, rows / 2, rows.saturating_sub(1), rows, rows + 5] {
        let wanted = full.slice(0, limit.min(rows));
        expect(&Scan::all().limit(limit as u64), &wanted);
        expect(&Scan::all().limit(limit as u64).batch_rows(3), &wanted);
    }
    for filter in filters(data, table, &full) {
        let mask = filter.mask(&full).unwrap_or_else(|error| panic!("{name}: {filter:?}: {error:?}"));
        let wanted = filter_record_batch(&full, &mask).expect("a mask of the batch's length");
        expect(&Scan::all().filter(filter.clone()), &wanted);
        expect(&Scan::all().filter(filter.clone()).batch_rows(2), &wanted);
        let one = wanted.project(&all[..1]).expect("the first column exists");
        expect(&Scan::all().filter(filter.clone()).columns([0]), &one);
        let last = wanted.project(&all[count - 1..]).expect("the last column exists");
        expect(
            &Scan::all().filter(filter).columns([count - 1]).limit(1),
            &last.slice(0, last.num_rows().min(1)),
        );
    }
    let beyond = data.scan(table, &Scan::all().columns([count])).map(drop);
    let error = beyond.expect_err("a column that does not exist is scanned");
    assert_eq!(error.kind(), ErrorKind::NotFound, "{name}: {error:?}");
    let stranger = Filter::IsNull("no such variable".into());
    let strange = data.scan(table, &Scan::all().filter(stranger));
    let strange = strange.and_then(|mut batches| batches.try_for_each(|batch| batch.map(drop)));
    assert!(strange.is_err() || count == 0, "{name}: a filter on no variable is accepted");
    facts_are_true(data, table);
}

/// Compares cell by cell, so that NaN equals itself and slices equal whole arrays.
#[track_caller]
fn assert_same(got: &RecordBatch, wanted: &RecordBatch, what: &str) {
    assert_eq!(got.schema().fields(), wanted.schema().fields(), "{what}: fields");
    for (field, (left, right)) in got.schema().fields().iter().zip(got.columns().iter().zip(wanted.columns()))
    {
        let (left, right) = (cells_of(left), cells_of(right));
        let differs =
            left.iter().zip(&right).position(|(a, b)| a != b && format!("{a:?}") != format!("{b:?}"));
        if let Some(row) = differs {
            panic!(
                "{what}: {} in row {}: {:?} instead of {:?}",
                field.name(),
                row + 1,
                left[row],
                right[row]
            );
        }
    }
}

/// A filter on nulls and one on a value that occurs, for each variable, and some of them combined.
fn filters(data: &dyn Dataset, table: TableId, full: &RecordBatch) -> Vec<Filter> {
    let Ok(description) = table_of(data.codebook(), table) else { return Vec::new() };
    let mut filters = Vec::new();
    for (variable, column) in description.variables.iter().zip(full.columns()) {
        filters.push(Filter::IsNull(variable.name.clone()));
        let first = cells_of(&column.slice(0, column.len().min(50))).into_iter().find(|cell| !cell.is_null());
        let value = match (first, &variable.kind) {
            (Some(Cell::Boolean(value)), _) => Value::Boolean(value),
            (Some(Cell::Integer(value)), Kind::Integer { .. }) => match i64::try_from(value) {
                Ok(value) => Value::Integer(value),
                Err(_) => continue,
            },
            (Some(Cell::Float(value)), _) if value.is_finite() => Value::Float(value),
            (Some(Cell::Text(value)), _) => Value::Text(value),
            _ => continue,
        };
        filters.push(Filter::compare(&variable.name, Comparison::Equal, value.clone()));
        if !matches!(value, Value::Boolean(_)) {
            filters.push(Filter::compare(&variable.name, Comparison::Greater, value));
        }
    }
    if let [first, .., last] = filters.as_slice() {
        let (first, last) = (first.clone(), last.clone());
        filters.push(Filter::Any(vec![first.clone(), last.clone()]));
        filters.push(Filter::All(vec![Filter::Not(Box::new(first)), last]));
    }
    filters
}

#[track_caller]
fn facts_are_true(data: &dyn Dataset, table: TableId) {
    let Some(claimed) = data.facts(table) else { return };
    let description = table_of(data.codebook(), table).expect("the table exists");
    let everything = Facts::ALL;
    let mut request = ProfileRequest::new();
    request.rows(table);
    for column in 0..description.variables.len() {
        request.column(table, column, everything);
    }
    // A view that hides what the source claims.
    let found = profile(&Watched::new(data).claiming(TableProfile::default()), &request, &context())
        .unwrap_or_else(|error| panic!("{}: profiling fails: {error:?}", description.name));
    let found = found.table(table).expect("the table was asked for");
    let name = &description.name;
    assert!(claimed.rows.is_none() || claimed.rows == found.rows, "{name}: rows claimed by the source");
    for (column, claim) in &claimed.columns {
        let (Some(variable), Some(fact)) = (description.variables.get(*column), found.columns.get(column))
        else {
            panic!("{name}: facts of column {column}, which does not exist");
        };
        let what = format!("{name}.{}: a fact of the source", variable.name);
        assert!(
            claim.nulls.is_none() || claim.nulls == fact.nulls,
            "{what}: nulls {claim:?}, found {fact:?}"
        );
        assert!(
            claim.max_bytes.is_none() || claim.max_bytes == fact.max_bytes,
            "{what}: {claim:?}, found {fact:?}"
        );
        assert!(claim.totals.is_none() || claim.totals == fact.totals, "{what}: {claim:?}, found {fact:?}");
        assert!(claim.range.is_none() || claim.range == fact.range, "{what}: {claim:?}, found {fact:?}");
        assert!(
            claim.with_nul.is_none() || claim.with_nul == fact.with_nul,
            "{what}: {claim:?}, found {fact:?}"
        );
        assert!(
            claim.integral.is_none() || claim.integral == fact.integral,
            "{what}: {claim:?}, found {fact:?}"
        );
    }
}
