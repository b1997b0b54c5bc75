//! A system file as a [`Dataset`]: one table, described by everything the file says.
//!
//! | in the file | in the codebook |
//! |---|---|
//! | print format | kind, refined by the values; the format itself under `format.native["spss"]` |
//! | system-missing | null |
//! | user-missing values | declared missing values, which stay in the rows |
//! | multiple response sets, variable sets | groups |
//! | documents | a note of the table |
//! | custom attributes, `$@Role` | attributes, role |
//!
//! Which numbers are whole, days or milliseconds is found in one pass over the numeric variables when the file is opened.
//! What a file of our writer says beside this (kinds, questions, original names, reasons) is taken back as far as it still
//! describes the file; the rest is a loss of reading.

mod delivery;
mod embedded;
mod facts;
mod input;
mod kinds;
mod plain;
#[cfg(test)]
mod tests;
mod values;

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::DataType;
use exporter_core::codebook::{Codebook, Kind, Missing, MissingValues, Parent, Period, Variable};
use exporter_core::dataset::{Note, arrow_type, scan_schema, select_from, table_of};
use exporter_core::embedded::{ReasonCodes, Restored, detach_foreign_labels};
use exporter_core::profile::Number;
use exporter_core::{
    Batches, ColumnFacts, Dataset, Loss, LossCode, LossReport, Projection, Result, Scan, Source, TableId,
    TableProfile,
};
use exporter_rows::{fits_by_range, is_calendar, only_values_tell};

use crate::error::SavError;
use crate::reader::{ReadOptions, SavReader, Selection};
use delivery::Delivery;
use embedded::{restored, stored};
use facts::{Looked, NumberFacts, Seen, look};
pub(crate) use input::READ_OPTIONS;
pub use input::{SavInput, SavInputOptions};
use kinds::{fits, kinds_of, refined};
pub(crate) use plain::plain;
use plain::plain_of;

/// An open system file, which is presumed not to change.
#[derive(Debug)]
pub struct SavDataset {
    /// Name of the source, for errors.
    name: String,
    projection: Projection,
    reader: SavReader,
    codebook: Codebook,
    /// The parent of the table, which is in another file.
    parent: Option<Parent>,
    /// What of the stored codebook is not used; no table is named.
    not_used: Vec<Loss>,
    columns: Vec<Delivery>,
    facts: TableProfile,
    threads: usize,
}

impl SavDataset {
    /// Opens a source; scans use up to `threads` threads. The projection is by the names of the codebook or of the file; the
    /// codebook describes other variables without their values, and scans of them are refused.
    ///
    /// # Errors
    /// [`exporter_core::ErrorKind::Io`], or [`exporter_core::ErrorKind::Invalid`] with the offset of what is damaged.
    pub fn open(source: &Source<'_>, options: ReadOptions, threads: usize) -> Result<Self> {
        let place = |error: SavError| exporter_core::Error::from(error).entry(&source.name);
        let reader = SavReader::with_options(Arc::clone(&source.bytes), options).map_err(place)?;
        let metadata = reader.metadata();
        let by_format = kinds_of(metadata);
        let unread = plain_of(metadata, source.stem(), &by_format);
        let mut not_used = Vec::new();
        let stored = stored(metadata, &mut not_used);
        let claimed = stored.as_ref().map(|stored| restored(stored, unread.clone(), &|_, _| true));
        let claimed_variables = claimed.as_ref().and_then(|claimed| claimed.codebook.tables.first());
        let claimed_variables = claimed_variables.map_or(&[][..], |table| &table.variables);
        let codes_of = |restored: &Restored, position: usize| -> ReasonCodes {
            restored.codes.get(position).cloned().unwrap_or_default()
        };
        let is_projected = |position: usize, stored: &str| {
            let described = claimed_variables.get(position).map_or(stored, |variable| variable.name.as_str());
            source.projection.has(stored) || source.projection.has(described)
        };
        let mut looked = Vec::new();
        for (position, variable) in metadata.variables.iter().enumerate() {
            let natural = if variable.width.is_some() { DataType::Utf8 } else { DataType::Float64 };
            let target = claimed_variables.get(position).map(|claimed| arrow_type(&claimed.kind));
            let tells = |target: &DataType| {
                only_values_tell(&natural, target) && !is_calendar(target)
                    || (&natural, target) == (&DataType::Utf8, &DataType::Binary)
            };
            let claim = target.filter(tells);
            let period = match by_format.get(position) {
                Some(Kind::Period(period)) if *period != Period::Year => Some(*period),
                _ => None,
            };
            if is_projected(position, &variable.name) && (variable.width.is_none() || claim.is_some()) {
                let codes = claimed.as_ref().map(|claimed| codes_of(claimed, position));
                let codes = codes.into_iter().flatten().flatten().collect();
                looked.push(Looked { variable: position, period, codes, claim });
            }
        }
        let threads = threads.max(1);
        let seen =
            if looked.is_empty() { None } else { Some(look(&reader, &looked, threads).map_err(place)?) };
        let found = |position: usize| seen.as_ref().and_then(|seen| seen.variables.get(&position));
        let fits_rows = |position: usize, kind: &Kind| {
            let text = metadata.variables.get(position).is_some_and(|variable| variable.width.is_some());
            // The clock of a number is known only where it is recorded.
            let zoned = matches!(kind, Kind::DateTime { zone: Some(_), .. });
            let in_utc = || {
                let written =
                    claimed.as_ref().and_then(|claimed| claimed.written_names.get(position)?.as_ref());
                written.zip(stored.as_ref()).is_some_and(|(name, stored)| stored.cells.utc.contains(name))
            };
            (!zoned || in_utc()) && delivers(text, kind, found(position))
        };
        let (mut codebook, parent, recorded) = match &stored {
            Some(stored) => {
                let Restored { codebook, parent, losses, codes, .. } = restored(stored, unread, &fits_rows);
                not_used.extend(losses);
                (codebook, parent, codes)
            }
            None => {
                let kind = |(position, kind): (usize, &Kind)| match found(position) {
                    Some(facts) => refined(kind.clone(), facts),
                    None => kind.clone(),
                };
                let kinds: Vec<Kind> = by_format.iter().enumerate().map(kind).collect();
                (plain_of(metadata, source.stem(), &kinds), None, Vec::new())
            }
        };
        let mut columns = Vec::with_capacity(metadata.variables.len());
        for (position, variable) in
            codebook.tables.iter_mut().flat_map(|table| &mut table.variables).enumerate()
        {
            let mut codes = recorded.get(position).cloned().unwrap_or_default();
            if let Some(facts) = found(position)
                && !fits_rows(position, &variable.kind)
            {
                let text = metadata.variables.get(position).is_some_and(|variable| variable.width.is_some());
                let mut kind = variable.kind.clone();
                if let Kind::DateTime { zone, .. } = &mut kind {
                    *zone = None;
                }
                variable.kind = if text { Kind::Text } else { refined(kind, facts) };
                not_used.extend(without_other_values(variable, &mut codes));
            }
            complete(variable, metadata.variables.get(position));
            let was_time = by_format.get(position).is_some_and(Kind::is_temporal);
            if was_time && matches!(variable.kind, Kind::Float { .. }) && stored.is_none() {
                let action =
                    "dates or times of which some are none that a calendar has read as numbers of seconds";
                not_used.push(Loss::new(LossCode::KIND_CHANGED, action).variable(&variable.name));
            }
            columns.push(Delivery::new(position, variable, &codes));
        }
        not_used.extend(detach_foreign_labels(&mut codebook));
        let facts = known(&codebook, seen.as_ref(), &reader);
        let name = source.name.clone();
        let projection = source.projection.clone();
        Ok(Self { name, projection, reader, codebook, parent, not_used, columns, facts, threads })
    }

    /// Delivers these columns of all rows.
    fn batches(
        &self,
        table: &exporter_core::codebook::Table,
        wanted: &[usize],
        scan: &Scan,
    ) -> Result<Batches<'_>> {
        let columns: Vec<&Delivery> = wanted.iter().filter_map(|column| self.columns.get(*column)).collect();
        let selection = Selection {
            columns: Some(columns.iter().map(|column| column.variable).collect()),
            batch_rows: scan.batch_rows,
        };
        let place = |error: SavError| exporter_core::Error::from(error).entry(&self.name);
        let schema = scan_schema(table, wanted, scan.reasons);
        let with_reasons: Vec<bool> = wanted
            .iter()
            .map(|column| scan.reasons && table.variables.get(*column).is_some_and(Variable::has_reasons))
            .collect();
        let output = schema.clone();
        let mut first = 0_u64;
        let batches = self.reader.batches(&selection, self.threads).map_err(place)?;
        let batches = batches.map(move |batch| {
            let batch = batch.map_err(place)?;
            let mut arrays = Vec::with_capacity(columns.len());
            let mut told: Vec<ArrayRef> = Vec::new();
            for ((column, array), with_reasons) in columns.iter().zip(batch.columns()).zip(&with_reasons) {
                let (values, reasons) = column.reasons(array);
                arrays.push(column.array(&values, first)?);
                if *with_reasons {
                    told.push(Arc::new(reasons));
                }
            }
            arrays.extend(told);
            first += batch.num_rows() as u64;
            let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
            Ok(RecordBatch::try_new_with_options(output.clone(), arrays, &options)?)
        });
        Ok(Batches::new(schema, batches))
    }
}

/// Whether the rows of a variable can be delivered as a kind.
fn delivers(text: bool, kind: &Kind, facts: Option<&NumberFacts>) -> bool {
    let target = arrow_type(kind);
    if text {
        return target == DataType::Utf8
            || match facts {
                Some(facts) => facts.claim,
                None => fits_by_range(&DataType::Utf8, &target, true, None),
            };
    }
    let Some(facts) = facts else { return true };
    let is_numeric = !matches!(kind, Kind::Text | Kind::Binary) && !kind.is_nested();
    is_numeric
        && match kind {
            Kind::Decimal { .. } | Kind::Float { bits: 32 } => facts.claim,
            kind => fits(kind, facts),
        }
}

/// Takes declared values that are none of a variable's kind out, and their numbers out of `codes`; the loss of reading that
/// this is.
fn without_other_values(variable: &mut Variable, codes: &mut Vec<Option<f64>>) -> Option<Loss> {
    codes.resize(variable.missing.len(), None);
    let kind = variable.kind.clone();
    let all = std::mem::take(&mut variable.missing).into_iter().zip(std::mem::take(codes));
    let count = all.len();
    (variable.missing, *codes) = all.filter(|(missing, _)| is_of(missing, &kind)).unzip();
    let dropped = count - variable.missing.len();
    let action = format!("missing values that the stored codebook declares are none of the kind {kind}");
    let loss = Loss::new(LossCode::MISSING_DROPPED, action).variable(&variable.name);
    (dropped > 0).then(|| loss.count(dropped as u64))
}

/// Whether a declared value is one of the kind's.
fn is_of(missing: &Missing, kind: &Kind) -> bool {
    let holds =
        |value: &Option<exporter_core::codebook::Value>| value.as_ref().is_none_or(|value| kind.holds(value));
    match &missing.values {
        MissingValues::One(value) => kind.holds(value),
        MissingValues::Range { low, high } => holds(low) && holds(high),
        MissingValues::Reason => true,
    }
}

/// What the file says of a variable beside what was restored.
fn complete(variable: &mut Variable, stored: Option<&crate::metadata::SavVariable>) {
    variable.facts = Default::default();
    if let Some(width) = stored.and_then(|stored| stored.width) {
        variable.facts.storage.insert("spss".to_owned(), format!("A{width}"));
    }
}

/// What the pass at opening has found about the rows, in the terms of a profile.
fn known(codebook: &Codebook, seen: Option<&Seen>, reader: &SavReader) -> TableProfile {
    let mut profile = TableProfile::default();
    profile.rows = seen.map(|seen| seen.rows).or_else(|| reader.cases());
    let variables = codebook.tables.iter().flat_map(|table| &table.variables);
    for (position, variable) in variables.enumerate() {
        let mut facts = ColumnFacts::default();
        if let Kind::Text = variable.kind {
            facts.nulls = Some(0);
            profile.columns.insert(position, facts);
            continue;
        }
        let Some(found) = seen.and_then(|seen| seen.variables.get(&position)) else { continue };
        if reader.metadata().variables.get(position).is_some_and(|variable| variable.width.is_some()) {
            // Of texts that are delivered as numbers the pass counts nothing.
            continue;
        }
        facts.nulls = Some(found.nulls);
        match variable.kind {
            Kind::Integer { .. } => {
                let ends = |(low, high)| (Number::Integer(low as i128), Number::Integer(high as i128));
                facts.range = Some(found.range.map(ends));
            }
            Kind::Float { bits: 64 } => {
                facts.range = Some(found.range.map(|(low, high)| (Number::Float(low), Number::Float(high))));
                facts.integral = Some(found.whole);
                (facts.nans, facts.infinities) = (Some(0), Some(0));
            }
            _ => {}
        }
        // Reasons are among the numbers of the file.
        if !variable.missing.iter().any(|missing| !missing.is_reason()) {
            facts.valid_range = facts.range;
        }
        profile.columns.insert(position, facts);
    }
    profile
}

impl Dataset for SavDataset {
    fn codebook(&self) -> &Codebook {
        &self.codebook
    }

    fn rows(&self, table: TableId) -> Option<u64> {
        self.facts.rows.filter(|_| table.0 == 0)
    }

    fn scan(&self, table: TableId, scan: &Scan) -> Result<Batches<'_>> {
        let description = table_of(&self.codebook, table)?;
        let held = scan.needed(description)?;
        self.projection.check(description, &held)?;
        // Limits and filters are for the one that selects.
        select_from(description, &held, scan, self.batches(description, &held, scan)?)
    }

    fn facts(&self, table: TableId) -> Option<TableProfile> {
        (table.0 == 0).then(|| self.facts.clone())
    }

    fn parent(&self, table: TableId) -> Option<&Parent> {
        self.parent.as_ref().filter(|_| table.0 == 0)
    }

    fn notes(&self) -> Vec<Note> {
        let odd = self.reader.remarks().iter().filter(|remark| !remark.changes_values);
        odd.map(|remark| {
            let times = if remark.count > 1 { format!(" ({} times)", remark.count) } else { String::new() };
            let first = if remark.first.is_empty() { String::new() } else { format!(": {}", remark.first) };
            Note::new(format!("{}{times}{first}", remark.message))
        })
        .collect()
    }

    fn losses(&self) -> LossReport {
        let Some(table) = self.codebook.tables.first() else { return LossReport::default() };
        let name = |column: usize| table.variables.get(column).map(|v| v.name.clone()).unwrap_or_default();
        let mut losses = self.not_used.clone();
        let action = "characters outside the encoding of the file read as U+FFFD";
        for (column, count, row) in self.reader.replaced() {
            let loss = Loss::new(LossCode::TEXT_REPLACED, action).variable(name(column)).count(count);
            losses.push(loss.first(Some(row), "\u{FFFD}"));
        }
        for (column, count, row) in self.reader.not_finite() {
            let action = "numbers that SPSS does not have, such as infinity, read as system-missing";
            let loss = Loss::new(LossCode::RANGE, action).variable(name(column)).count(count);
            losses.push(loss.first(Some(row), "inf or NaN"));
        }
        for remark in self.reader.remarks().iter().filter(|remark| remark.changes_values) {
            let loss = Loss::new(LossCode::NOT_READ, remark.message.clone()).count(remark.count);
            losses.push(loss.first(None, remark.first.clone()));
        }
        let mut report = LossReport::default();
        losses.into_iter().for_each(|loss| report.add(loss.table(&table.name)));
        report
    }
}
