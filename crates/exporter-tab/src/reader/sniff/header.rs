//! Whether the first record names the columns.

use std::collections::HashSet;

use arrow_schema::DataType;

use super::candidate::Record;
use crate::reader::ReadOptions;
use crate::reader::guess::Guess;
use crate::reader::split::Marks;
use crate::reader::style::{CellStyle, MissingTexts};

/// Rows that are looked at.
const ROWS: usize = 200;

/// What the cells of columns hold.
struct Kinds {
    style: CellStyle,
    missing: MissingTexts,
}

impl Kinds {
    fn new(options: &ReadOptions) -> Option<Self> {
        // Cells with quotes inside are texts whatever the signs are.
        let marks = Marks { delimiter: b',', quote: None, escape: None };
        Some(Self { style: CellStyle::new(options, marks).ok()?, missing: MissingTexts::new(options) })
    }

    /// What the cells of a column have in common.
    fn of<'r>(&self, sample: &[u8], records: impl Iterator<Item = &'r Record>, column: usize) -> Guess {
        let mut guess = Guess::default();
        for cell in records.filter_map(|record| record.cells.get(column)) {
            let raw = cell.raw(sample);
            if !self.missing.has(raw, cell.is_quoted()) {
                guess.see(raw, cell.is_quoted(), &self.style);
            }
        }
        guess
    }
}

/// Whether the cells of a record may be names: texts that all differ.
pub(super) fn are_names(sample: &[u8], record: &Record) -> bool {
    let mut seen = HashSet::new();
    record.cells.iter().all(|cell| {
        let raw = cell.raw(sample).trim_ascii();
        let is_number = !raw.iter().any(|byte| byte.is_ascii_alphabetic() || !byte.is_ascii());
        !raw.is_empty() && !is_number && seen.insert(raw)
    })
}

/// The share of columns that hold other kinds than texts in all records but the first.
pub(super) fn typed_share(sample: &[u8], records: &[Record], options: &ReadOptions) -> f64 {
    let (Some(kinds), Some((first, rows))) = (Kinds::new(options), records.split_first()) else {
        return 0.0;
    };
    let width = first.cells.len();
    let is_typed = |column: &usize| {
        let body = kinds.of(sample, rows.iter().take(ROWS), *column);
        body.has_values() && body.kind() != DataType::Utf8
    };
    (0..width).filter(is_typed).count() as f64 / width.max(1) as f64
}

/// Whether the first of these records names the columns. Where nothing says that it does not, it does.
pub(super) fn is_header(sample: &[u8], records: &[Record], options: &ReadOptions) -> bool {
    let (Some(kinds), Some((first, rows))) = (Kinds::new(options), records.split_first()) else {
        return true;
    };
    let rows = rows.get(..ROWS).unwrap_or(rows);
    let width = first.cells.len();
    // Columns whose cells, the first included, are alike and no mere texts, those of texts, and how sure that is.
    let (mut alike, mut texts, mut within, mut is_sure) = (0, 0, 0, false);
    for (column, cell) in first.cells.iter().enumerate() {
        let raw = cell.raw(sample);
        let top = kinds.of(sample, std::iter::once(first), column);
        if !top.has_values() {
            continue;
        }
        let mut body = kinds.of(sample, rows.iter(), column);
        let kind = if body.has_values() { body.kind() } else { top.kind() };
        let has_their_shape = has_shape_of(raw, sample, rows, column);
        if kind == DataType::Utf8 {
            let is_coded = width > 1 && has_their_shape && raw.first().is_some_and(u8::is_ascii_digit);
            (alike, texts) = if is_coded { (alike + 1, texts) } else { (alike, texts + 1) };
            is_sure |= has_their_shape || is_among(raw, sample, rows, column);
            continue;
        }
        let range = body.short_range();
        body.merge(&top);
        if body.kind() == DataType::Utf8 {
            // A text above numbers is their name.
            return true;
        }
        alike += 1;
        let number = integer(sample, first, column);
        within +=
            u64::from(range.zip(number).is_some_and(|((low, high), number)| (low..=high).contains(&number)));
        is_sure |= match kind {
            DataType::Int64 | DataType::UInt64 => counts_up(sample, records, column),
            DataType::Float64 => is_measured(raw),
            _ => true,
        };
    }
    let mut seen = HashSet::new();
    let is_twice = first.cells.iter().any(|cell| cell.len() > 0 && !seen.insert(cell.raw(sample)));
    if alike == 0 {
        return true;
    }
    is_sure |= is_twice || (alike > 1 && within > 0 && !are_numbered(sample, first));
    match (texts > 0, rows.first()) {
        (true, _) => !is_sure,
        (false, None) => false,
        (false, Some(row)) => are_numbered(sample, first) && !are_numbered(sample, row),
    }
}

/// Whether a text occurs in the column again.
fn is_among(raw: &[u8], sample: &[u8], rows: &[Record], column: usize) -> bool {
    rows.iter().any(|row| row.cells.get(column).is_some_and(|cell| cell.raw(sample) == raw))
}

/// Whether all cells of a column are built like this text, and not of letters alone: `XYZ2786` and `XYZ12`.
fn has_shape_of(raw: &[u8], sample: &[u8], rows: &[Record], column: usize) -> bool {
    let wanted = shape(raw);
    let mut filled = 0;
    let are_alike =
        rows.iter().filter_map(|row| row.cells.get(column)).filter(|cell| cell.len() > 0).all(|cell| {
            filled += 1;
            shape(cell.raw(sample)) == wanted
        });
    are_alike && filled > 1 && wanted.contains(&b'9')
}

/// A text with one sign for each run of digits, capitals and small letters.
fn shape(text: &[u8]) -> Vec<u8> {
    let sign = |byte: &u8| match byte {
        b'0'..=b'9' => b'9',
        b'A'..=b'Z' => b'A',
        b'a'..=b'z' | 128.. => b'a',
        byte => *byte,
    };
    let mut shape: Vec<u8> = text.iter().map(sign).collect();
    shape.dedup();
    shape
}

fn integer(sample: &[u8], record: &Record, column: usize) -> Option<i64> {
    let cell = record.cells.get(column)?;
    std::str::from_utf8(cell.raw(sample)).ok()?.trim().parse().ok()
}

/// Whether a column numbers the first rows.
fn counts_up(sample: &[u8], records: &[Record], column: usize) -> bool {
    let numbers = || records.iter().take(3).map(|record| integer(sample, record, column));
    let is_next = |(now, next): (Option<i64>, Option<i64>)| {
        now.and_then(|now| now.checked_add(1)) == next && next.is_some()
    };
    records.len() > 1 && numbers().zip(numbers().skip(1)).all(is_next)
}

/// Whether a number is none that a column would have for a name, such as a quantile.
fn is_measured(raw: &[u8]) -> bool {
    let text = std::str::from_utf8(raw).unwrap_or_default().trim();
    text.contains(['.', ',']) && !text.trim_start_matches('-').starts_with(['0', '.', ','])
}

/// Whether the whole numbers among the cells number the columns, or are years.
fn are_numbered(sample: &[u8], record: &Record) -> bool {
    let numbers = (0..record.cells.len()).filter_map(|column| integer(sample, record, column));
    let numbers: Vec<i64> = numbers.collect();
    let climbs =
        numbers.iter().zip(numbers.iter().skip(1)).all(|(now, next)| now.checked_add(1) == Some(*next));
    let years = numbers.iter().all(|number| (1900..2100).contains(number));
    let is_distinct = numbers.iter().collect::<HashSet<_>>().len() == numbers.len();
    (numbers.len() > 2 && climbs) || (numbers.len() > 1 && years && is_distinct)
}
