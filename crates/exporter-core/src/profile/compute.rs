//! Answering a request: what is known already, then one scan per table over the columns that remain.
//!
//! Each batch is looked at by one thread, for all columns; the findings are joined in the order of the batches. Every
//! fact is the same however the rows are cut; for statistics, whose sums round, batches are re-cut to a fixed size
//! first. So no fact depends on the number of threads or on how the source cuts its rows.

mod column;
mod kernels;
mod known;
mod lacking;
mod order;
mod outside;
mod statistics;

pub use outside::column_numbers;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow_array::cast::AsArray;
use arrow_array::types::UInt8Type;
use arrow_array::{ArrayRef, RecordBatch, UInt8Array};
use encoding_rs::Encoding;

use super::request::TableRequest;
use super::{Facts, Lacking, Outside, Profile, ProfileRequest, SortOrder, Statistics, TableProfile};
use crate::codebook::Table;
use crate::context::{Context, stage};
use crate::dataset::{Dataset, Scan, TableId, columns_with_reasons, table_of};
use crate::error::Result;
use crate::parallel;

use crate::missing::{Span, spans};
use column::ColumnFindings;
use order::{KeptOrder, OrderFindings};
use statistics::OpenStatistics;

/// Computes the facts that are asked for; facts that the codebook declares, the source knows or the kind implies
/// are taken as they are. Nothing open = no scan. The result does not depend on threads or batches.
///
/// # Errors
/// When a table cannot be read or the export is cancelled.
pub fn profile(data: &dyn Dataset, request: &ProfileRequest, context: &Context) -> Result<Profile> {
    let mut profile = Profile::default();
    for (table, wanted) in &request.tables {
        let description = table_of(data.codebook(), *table)?;
        let mut facts = data.facts(*table).unwrap_or_default();
        facts.rows = facts.rows.or(data.rows(*table));
        let kept = wanted.orders.iter().filter(|(_, order)| keeps(&facts, &***order));
        facts.orders = kept.map(|(id, _)| (id.clone(), Vec::new())).collect();
        facts.columns.retain(|column, _| wanted.columns.contains_key(column));
        facts.outside.clear();
        facts.lacking.clear();
        facts.statistics.clear();
        let open = Open::of(description, wanted, &mut facts);
        if !open.columns.is_empty() || (wanted.rows && facts.rows.is_none()) {
            scan_table(data, *table, &open, &mut facts, context)?;
        }
        profile.insert(*table, facts);
    }
    Ok(profile)
}

/// Whether the source knows that all rows keep an order.
fn keeps(facts: &TableProfile, order: &dyn SortOrder) -> bool {
    let ends = |column| facts.columns.get(column).and_then(|facts| facts.range).flatten();
    let mut keys = order.columns().iter().enumerate();
    facts.ascending.starts_with(order.columns())
        && keys.all(|(key, column)| order.is_by_size(key, ends(column)))
}

/// What is still open about a table.
#[derive(Default)]
struct Open {
    /// Columns to scan, in ascending order.
    columns: Vec<usize>,
    /// Those whose reasons are read, for an order that compares them.
    with_reasons: Vec<usize>,
    facts: Vec<OpenColumn>,
    orders: Vec<OpenOrder>,
    outside: Vec<OpenSpan>,
    /// Columns of texts, each with an encoding that they are written in.
    encodings: Vec<(usize, &'static Encoding)>,
    statistics: Vec<OpenStatistics>,
}

/// A column about which facts are still open.
struct OpenColumn {
    column: usize,
    asked: Facts,
    /// What its variable declares missing, where it matters.
    missing: Vec<Span>,
}

/// A claimed order.
struct OpenOrder {
    order: Arc<dyn SortOrder>,
    /// How many leading keys hold so far; later batches need not compare the others.
    kept: AtomicUsize,
}

/// A span outside of which values may lie.
struct OpenSpan {
    column: usize,
    span: Span,
    missing: Vec<Span>,
}

/// What a variable declares missing.
fn declared(table: &Table, column: usize) -> Vec<Span> {
    let variable = table.variables.get(column);
    variable.map(|variable| spans(variable).into_iter().flatten().collect()).unwrap_or_default()
}

impl Open {
    /// What is asked for and neither declared nor known to the source; fills in what is.
    fn of(description: &Table, wanted: &TableRequest, facts: &mut TableProfile) -> Self {
        let mut open = Self::default();
        let declared = |column: usize| declared(description, column);
        for (column, asked) in &wanted.columns {
            let known = facts.columns.entry(*column).or_default();
            let missing = if asked.any(Facts::VALID_RANGE) { declared(*column) } else { Vec::new() };
            let asked = match description.variables.get(*column) {
                Some(variable) => known::take(known, variable, &missing, *asked),
                None => *asked,
            };
            let asked = known::still_open(known, asked);
            if !asked.is_none() {
                open.facts.push(OpenColumn { column: *column, asked, missing });
            }
        }
        for (column, spans) in &wanted.outside {
            let asked = wanted.columns.get(column).is_some_and(|asked| asked.any(Facts::VALID_RANGE));
            let known = facts.columns.get(column).and_then(|facts| facts.valid_range).filter(|_| asked);
            for span in spans {
                let inside = |(low, high)| span.contains(low) && span.contains(high);
                if known.is_some_and(|range| range.is_none_or(inside)) {
                    facts.outside.entry(*column).or_default().push(Outside::none(*span));
                } else {
                    open.outside.push(OpenSpan { column: *column, span: *span, missing: declared(*column) });
                }
            }
        }
        for (column, encodings) in &wanted.encodings {
            open.encodings.extend(encodings.iter().map(|encoding| (*column, *encoding)));
        }
        for (column, requests) in &wanted.statistics {
            let requests = requests.iter().map(|request| OpenStatistics::of(description, *column, request));
            open.statistics.extend(requests);
        }
        for (id, order) in &wanted.orders {
            if !facts.orders.contains_key(id) {
                let kept = AtomicUsize::new(order.columns().len());
                open.orders.push(OpenOrder { order: order.clone(), kept });
            }
        }
        let ordered = || open.orders.iter().flat_map(|open| open.order.columns().iter().copied());
        let mut asks_reasons = open.facts.iter().any(|open| open.asked.any(Facts::REASONS));
        asks_reasons |= !columns_with_reasons(description, &ordered().collect::<Vec<_>>()).is_empty();
        let columns = open.facts.iter().map(|open| open.column);
        let columns = columns.chain(open.outside.iter().map(|open| open.column));
        let columns = columns.chain(open.encodings.iter().map(|(column, _)| *column));
        let columns = columns.chain(open.statistics.iter().map(|open| open.column));
        let columns = columns.chain(open.statistics.iter().filter_map(|open| open.request.weight));
        let columns = columns.chain(ordered());
        open.columns = columns.collect::<BTreeSet<_>>().into_iter().collect();
        if asks_reasons {
            open.with_reasons = columns_with_reasons(description, &open.columns);
        }
        open
    }

    /// A column of a batch by its position in the table.
    fn column<'b>(&self, batch: &'b RecordBatch, column: usize) -> Option<&'b ArrayRef> {
        self.columns.binary_search(&column).ok().and_then(|place| batch.columns().get(place))
    }

    /// The reasons of a column of a batch, where they were read.
    fn reasons<'b>(&self, batch: &'b RecordBatch, column: usize) -> Option<&'b UInt8Array> {
        let place = self.with_reasons.binary_search(&column).ok()?;
        batch.columns().get(self.columns.len() + place)?.as_primitive_opt::<UInt8Type>()
    }
}

/// How many rows have each reason.
fn counts(reasons: &UInt8Array) -> BTreeMap<u8, u64> {
    let mut rows = [0; 256];
    for reason in reasons.iter().flatten() {
        rows[usize::from(reason)] += 1;
    }
    (0..=u8::MAX).zip(rows).filter(|(_, rows)| *rows > 0).collect()
}

/// What one batch says, in the order of what is open.
#[derive(Default)]
struct Findings {
    rows: u64,
    facts: Vec<ColumnFindings>,
    orders: Vec<OrderFindings>,
    outside: Vec<Outside>,
    lacking: Vec<Lacking>,
    statistics: Vec<Statistics>,
}

impl Findings {
    /// Looks at one batch.
    fn look_at(&mut self, batch: &RecordBatch, open: &Open) -> Result<()> {
        self.rows = batch.num_rows() as u64;
        self.facts.clear();
        for column in &open.facts {
            let asked = column.asked;
            let values = open.column(batch, column.column);
            let reasons = open.reasons(batch, column.column).filter(|_| asked.any(Facts::REASONS));
            self.facts.extend(values.map(|values| {
                let mut found = column::look_at(values, asked, &column.missing);
                found.reasons = reasons.map(counts).unwrap_or_default();
                found
            }));
        }
        self.outside.clear();
        for outside in &open.outside {
            let mut found = Outside::none(outside.span);
            if let Some(values) = open.column(batch, outside.column).filter(|_| !self.inside(outside, open)) {
                outside::look_at(values, &outside.missing, &mut found)?;
            }
            self.outside.push(found);
        }
        self.lacking.clear();
        for (column, encoding) in &open.encodings {
            let mut found = Lacking::none(encoding);
            if let Some(values) = open.column(batch, *column) {
                lacking::look_at(values, &mut found)?;
            }
            self.lacking.push(found);
        }
        self.statistics.clear();
        for wanted in &open.statistics {
            let weights = wanted.request.weight.and_then(|weight| open.column(batch, weight));
            let values = open.column(batch, wanted.column);
            self.statistics.push(match values {
                Some(values) => wanted.look_at(values, weights)?,
                None => wanted.none(),
            });
        }
        self.orders.clear();
        for open_order in &open.orders {
            let order = &*open_order.order;
            let column = |column: &usize| Some((open.column(batch, *column)?, open.reasons(batch, *column)));
            let columns: Vec<_> = order.columns().iter().filter_map(column).collect();
            let kept = open_order.kept.load(Ordering::Relaxed);
            self.orders.push(order::look_at(order, &columns, kept, batch.num_rows())?);
        }
        Ok(())
    }

    /// Whether the range of the batch, where it was asked for, says already that no value lies outside.
    fn inside(&self, outside: &OpenSpan, open: &Open) -> bool {
        let column = open.facts.iter().zip(&self.facts).find(|(facts, _)| facts.column == outside.column);
        let range = column
            .filter(|(facts, _)| facts.asked.any(Facts::VALID_RANGE))
            .map(|(_, found)| found.valid_range);
        let within = |(low, high)| outside.span.contains(low) && outside.span.contains(high);
        range.is_some_and(|range| range.is_none_or(within))
    }
}

fn scan_table(
    data: &dyn Dataset,
    table: TableId,
    open: &Open,
    facts: &mut TableProfile,
    context: &Context,
) -> Result<()> {
    context.progress().stage(stage::PROFILE, facts.rows);
    let mut scan = Scan::all().columns(open.columns.clone());
    scan.reasons = !open.with_reasons.is_empty();
    let mut batches = context.scan(data, table, &scan)?;
    if !open.statistics.is_empty() {
        batches = batches.rechunk(statistics::ROWS);
    }
    let mut rows = 0u64;
    let mut joined: Vec<ColumnFindings> = open.facts.iter().map(|_| ColumnFindings::default()).collect();
    let mut outside: Vec<Outside> = open.outside.iter().map(|open| Outside::none(open.span)).collect();
    let mut lacking: Vec<Lacking> =
        open.encodings.iter().map(|(_, encoding)| Lacking::none(encoding)).collect();
    let mut statistics: Vec<Statistics> = open.statistics.iter().map(OpenStatistics::none).collect();
    let mut orders: Vec<KeptOrder> =
        open.orders.iter().map(|open| KeptOrder::of(open.order.columns().len())).collect();
    let threads = if open.columns.is_empty() { 1 } else { context.threads() };
    parallel::ordered(
        threads,
        batches,
        |batch, found: &mut Findings| found.look_at(&batch, open),
        |found| {
            for (found, joined) in found.facts.drain(..).zip(&mut joined) {
                joined.join(found);
            }
            for (found, joined) in found.statistics.iter().zip(&mut statistics) {
                joined.join(found);
            }
            for (found, joined) in found.outside.drain(..).zip(&mut outside) {
                joined.count += found.count;
                let first = found.first.map(|(row, value)| (rows + row, value));
                joined.first = joined.first.take().or(first);
            }
            for (found, joined) in found.lacking.drain(..).zip(&mut lacking) {
                joined.count += found.count;
                let first = found.first.map(|(row, text)| (rows + row, text));
                joined.first = joined.first.take().or(first);
            }
            for (next, (joined, open)) in found.orders.drain(..).zip(orders.iter_mut().zip(&open.orders)) {
                joined.join(next, found.rows);
                open.kept.store(joined.keys, Ordering::Relaxed);
            }
            rows += found.rows;
            Ok(())
        },
    )?;
    facts.rows = Some(rows);
    for (open, found) in open.facts.iter().zip(joined) {
        found.tell(open.asked, facts.columns.entry(open.column).or_default());
    }
    for (open, found) in open.outside.iter().zip(outside) {
        facts.outside.entry(open.column).or_default().push(found);
    }
    for ((column, _), found) in open.encodings.iter().zip(lacking) {
        facts.lacking.entry(*column).or_default().push(found);
    }
    for (open, found) in open.statistics.iter().zip(statistics) {
        facts.statistics.entry(open.column).or_default().push(found);
    }
    for (open, kept) in open.orders.iter().zip(orders) {
        facts.orders.insert(open.order.id(), kept.tell());
    }
    Ok(())
}
