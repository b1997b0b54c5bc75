//! Answering a request: what is known already, then one scan per table over the columns that remain.

mod column;

use super::{ColumnFacts, Facts, Profile, ProfileRequest, TableProfile};
use crate::codebook::Variable;
use crate::context::Context;
use crate::dataset::{Dataset, Scan, TableId, table_of};
use crate::error::Result;

use column::ColumnProfiler;

/// Computes the facts that are asked for; facts that the codebook declares or the source vouches for are taken as they
/// are. Nothing asked = no scan.
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
            if let Some(variable) = description.variables.get(*column) {
                take_declared(known, variable);
            }
            let rest = still_open(known, *asked);
            if !rest.is_none() {
                open.push((*column, rest));
            }
        }
        if !open.is_empty() || (wanted.rows && facts.rows.is_none()) {
            scan_table(data, *table, &open, &mut facts, context)?;
        }
        profile.insert(*table, facts);
    }
    Ok(profile)
}

fn take_declared(known: &mut ColumnFacts, variable: &Variable) {
    let declared = &variable.facts;
    known.max_bytes = known.max_bytes.or(declared.max_bytes);
    if known.range.is_none()
        && let (Some(low), Some(high)) =
            (column::number(declared.min.as_ref()), column::number(declared.max.as_ref()))
    {
        known.range = Some(Some((low, high)));
    }
}

fn still_open(known: &ColumnFacts, asked: Facts) -> Facts {
    Facts {
        nulls: asked.nulls && known.nulls.is_none(),
        max_bytes: asked.max_bytes && known.max_bytes.is_none(),
        range: asked.range && known.range.is_none(),
        integral: asked.integral && known.integral.is_none(),
        distinct: asked.distinct.filter(|_| known.distinct.is_none()),
        moments: asked.moments && known.moments.is_none(),
    }
}

fn scan_table(
    data: &dyn Dataset,
    table: TableId,
    open: &[(usize, Facts)],
    facts: &mut TableProfile,
    context: &Context,
) -> Result<()> {
    let columns: Vec<usize> = open.iter().map(|(column, _)| *column).collect();
    let variables = &table_of(data.codebook(), table)?.variables;
    let mut profilers: Vec<ColumnProfiler> = open
        .iter()
        .map(|(column, asked)| {
            ColumnProfiler::new(*asked, variables.get(*column).map(|variable| &variable.kind))
        })
        .collect();
    context.progress().stage("profile", facts.rows);
    let mut rows = 0;
    for batch in context.scan(data, table, &Scan::all().columns(columns))? {
        let batch = batch?;
        rows += batch.num_rows() as u64;
        for (profiler, column) in profilers.iter_mut().zip(batch.columns()) {
            profiler.add(column)?;
        }
    }
    facts.rows = Some(rows);
    for ((column, _), profiler) in open.iter().zip(profilers) {
        profiler.finish(facts.columns.entry(*column).or_default());
    }
    Ok(())
}
