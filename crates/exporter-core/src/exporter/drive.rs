//! Profile, plan, policy, write, finish.

use std::time::Instant;

use super::{Changes, Exporter, Plan, Planning, Rename, Summary, plan_of};
use crate::carry;
use crate::context::{Context, stage};
use crate::dataset::Dataset;
use crate::error::{Error, Result};
use crate::presumption::Presumption;
use crate::profile::{Profile, ProfileRequest, profile};
use crate::sink::{HashingSink, Sink};

/// Exports a dataset: computes the facts that the format needs, plans, applies the loss policy, writes and finishes the sink.
/// The policy and the summary take in the losses of reading ([`Dataset::losses`]) beside those of writing.
///
/// Everything becomes visible at once when it returns `Ok`; on error or cancel the sink keeps nothing.
/// The call is synchronous; run it in `spawn_blocking` from an async program.
///
/// # Errors
/// Any [`crate::Error`]; [`crate::ErrorKind::Loss`] with [all changes](crate::Error::changes) when the policy refuses a loss.
pub fn export(
    exporter: &dyn Exporter,
    data: &dyn Dataset,
    sink: Box<dyn Sink + '_>,
    context: &Context,
) -> Result<Summary> {
    let start = Instant::now();
    plan(exporter, data, context, |plan| {
        let entries: Vec<String> = plan.entries().iter().map(|entry| entry.path.clone()).collect();
        let mut changes = plan.changes().clone();
        let mut known = changes.clone();
        known.losses.merge(data.losses());
        let known = accepted(known, context)?;
        context.cancel().check()?;
        if sink.shows_at_once() {
            settled(context)?;
        }
        context.progress().stage(stage::WRITE, rows_to_write(&*plan, data));
        let mut summary = match exporter.needs_digests() {
            true => plan.write(&HashingSink::new(&*sink), context),
            false => plan.write(&*sink, context),
        }
        .map_err(|error| refused(error, known))?;
        changes.losses.merge_written(std::mem::take(&mut summary.changes.losses));
        changes.merge(summary.changes);
        changes.losses.merge(data.losses());
        // A sink of a single file gives its entry a name of its own.
        if let ([planned], [written]) = (entries.as_slice(), summary.entries.as_slice())
            && *planned != written.path
        {
            let renamed = |entry: &str| if entry == planned { &written.path } else { entry }.to_owned();
            changes = changes.with_entries(renamed);
        }
        // Losses that only the data showed come under the same policy before anything is made visible.
        summary.changes = accepted(changes, context)?;
        context.cancel().check()?;
        settled(context)?;
        Ok(summary)
    })
    .and_then(|mut summary| {
        context.progress().stage(stage::PUBLISH, None);
        sink.finish()?;
        summary.seconds = start.elapsed().as_secs_f64();
        Ok(summary)
    })
}

/// Refuses an export that rests on what is only presumed.
fn settled(context: &Context) -> Result<()> {
    context.presumption().map_or(Ok(()), Presumption::settled)
}

/// The changes, where the policy accepts their losses.
fn accepted(changes: Changes, context: &Context) -> Result<Changes> {
    match context.policy().check(&changes.losses) {
        Ok(()) => Ok(changes),
        Err(error) => Err(error.with_changes(changes)),
    }
}

/// The error of writing; where it is a value that is refused because of a loss, with all that is known beside.
fn refused(error: Error, mut known: Changes) -> Error {
    let Some(refused) = error.changes() else { return error };
    let place = error.place();
    for loss in refused.losses.iter() {
        let mut loss = loss.clone();
        (loss.table, loss.entry) = (place.table.clone(), place.entry.clone());
        // Writers know variables by the names that are written.
        let is_of = |rename: &&Rename| {
            Some(&rename.table) == loss.table.as_ref() && Some(&rename.written) == loss.variable.as_ref()
        };
        let own = known.renames.iter().find(is_of).and_then(|rename| rename.variable.clone());
        loss.variable = own.or(loss.variable);
        known.losses.add(loss);
    }
    error.with_changes(known)
}

/// Plans an export and hands the plan to `then`: a dry run looks at it, an export writes it.
///
/// # Errors
/// Whatever profiling, planning or `then` fail with.
pub fn plan<T>(
    exporter: &dyn Exporter,
    data: &dyn Dataset,
    context: &Context,
    then: impl FnOnce(Box<dyn Plan + '_>) -> Result<T>,
) -> Result<T> {
    data.codebook().validate()?;
    let needs = needs_of(exporter, data, context)?;
    let facts: Profile = profile(data, &needs, context)?;
    then(plan_of(exporter, data, &Planning::new(&facts, &[]), context)?)
}

/// The facts that an exporter asks for, and those by which its losses are counted.
pub(super) fn needs_of(
    exporter: &dyn Exporter,
    data: &dyn Dataset,
    context: &Context,
) -> Result<ProfileRequest> {
    let mut needs = exporter.needs(data, context)?;
    carry::needs(exporter, data, &mut needs);
    Ok(needs)
}

/// Rows of all entries that hold a table, when each is known.
fn rows_to_write(plan: &dyn Plan, data: &dyn Dataset) -> Option<u64> {
    let tables = plan.entries().iter().filter_map(|entry| Some((entry, entry.table?)));
    tables.map(|(entry, table)| entry.rows.or_else(|| data.rows(table))).sum()
}
