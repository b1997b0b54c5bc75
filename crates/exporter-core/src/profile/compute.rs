//! Answering a request: what is known already, then one scan per table over the columns that remain.
//!
//! Each batch is looked at by one thread, for all columns; the findings are joined in the order of the batches. Every
//! fact but the moments is the same however the rows are cut; for moments, whose sums round, batches are re-cut to a
//! fixed size first. So no fact depends on the number of threads or on how the source cuts its rows.

mod column;
mod distinct;
mod kernels;
mod known;

use std::sync::atomic::{AtomicBool, Ordering};

use super::{Facts, Profile, ProfileRequest, TableProfile};
use crate::context::Context;
use crate::dataset::{Dataset, Scan, TableId, table_of};
use crate::error::Result;
use crate::parallel;

use crate::missing::{Span, spans};
use column::{ColumnFindings, look_at};

/// Rows over which moments are summed before sums are joined; part of the result's definition.
const MOMENT_ROWS: usize = 8192;

/// Computes the facts that are asked for; facts that the codebook declares, the source vouches for or the kind implies
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
        facts.columns.retain(|column, _| wanted.columns.contains_key(column));
        let mut open = Vec::new();
        for (column, asked) in &wanted.columns {
            let known = facts.columns.entry(*column).or_default();
            let variable = description.variables.get(*column);
            let missing: Vec<Span> = match variable {
                Some(variable) if asked.valid_range => spans(variable).into_iter().flatten().collect(),
                _ => Vec::new(),
            };
            let asked = match variable {
                Some(variable) => known::take(known, variable, &missing, *asked),
                None => *asked,
            };
            let asked = known::still_open(known, asked);
            if !asked.is_none() {
                open.push(Open { column: *column, asked, missing });
            }
        }
        if !open.is_empty() || (wanted.rows && facts.rows.is_none()) {
            scan_table(data, *table, &open, &mut facts, context)?;
        }
        profile.insert(*table, facts);
    }
    Ok(profile)
}

/// A column about which facts are still open.
struct Open {
    column: usize,
    asked: Facts,
    /// What its variable declares missing, where it matters.
    missing: Vec<Span>,
}

fn scan_table(
    data: &dyn Dataset,
    table: TableId,
    open: &[Open],
    facts: &mut TableProfile,
    context: &Context,
) -> Result<()> {
    let columns: Vec<usize> = open.iter().map(|open| open.column).collect();
    context.progress().stage("profile", facts.rows);
    let mut batches = context.scan(data, table, &Scan::all().columns(columns))?;
    if open.iter().any(|open| open.asked.moments) {
        batches = batches.rechunk(MOMENT_ROWS);
    }
    let mut rows = 0u64;
    let mut joined: Vec<ColumnFindings> = open.iter().map(|_| ColumnFindings::default()).collect();
    // Once a column has too many distinct values, later batches need not count them.
    let too_many: Vec<AtomicBool> = open.iter().map(|_| AtomicBool::new(false)).collect();
    let threads = if open.is_empty() { 1 } else { context.threads() };
    parallel::ordered(
        threads,
        batches,
        |batch, found: &mut (u64, Vec<ColumnFindings>)| {
            found.0 = batch.num_rows() as u64;
            found.1.clear();
            found.1.extend(open.iter().zip(&too_many).zip(batch.columns()).map(
                |((open, too_many), column)| {
                    let count = !too_many.load(Ordering::Relaxed);
                    let distinct = open.asked.distinct.filter(|_| count);
                    look_at(column, Facts { distinct, ..open.asked }, &open.missing)
                },
            ));
            Ok(())
        },
        |(more, found)| {
            rows += *more;
            for (index, found) in found.drain(..).enumerate() {
                if let (Some(joined), Some(open)) = (joined.get_mut(index), open.get(index)) {
                    joined.join(found, open.asked);
                    if let Some(too_many) = too_many.get(index).filter(|_| joined.distinct.is_too_many()) {
                        too_many.store(true, Ordering::Relaxed);
                    }
                }
            }
            Ok(())
        },
    )?;
    facts.rows = Some(rows);
    for (open, found) in open.iter().zip(joined) {
        found.tell(open.asked, facts.columns.entry(open.column).or_default());
    }
    Ok(())
}
