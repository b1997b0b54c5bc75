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
mod groups;
mod input;
mod kinds;
mod opening;
mod plain;
mod profile;
#[cfg(test)]
mod tests;
mod values;

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use encoding_rs::Encoding;
use exporter_core::codebook::{Codebook, Parent, Table, Variable};
use exporter_core::dataset::{Note, scan_schema, select_from, table_of};
use exporter_core::{
    Batches, CHARACTERS, Dataset, LOST_ROWS, Loss, LossCode, LossReport, Projection, Result, Scan, Source,
    TableId, TableProfile,
};

use crate::error::SavError;
use crate::reader::{EncodingSource, Header, ReadOptions, SavReader, Selection};
use delivery::Delivery;
use facts::look;
pub(crate) use input::READ_OPTIONS;
pub use input::{SavInput, SavInputOptions};
use opening::{Opened, Opening};
pub(crate) use plain::plain;
use profile::known;
pub(crate) use values::described;

/// An open system file, which is presumed not to change.
#[derive(Debug)]
pub struct SavDataset {
    /// Name of the source, for errors.
    name: String,
    projection: Projection,
    reader: SavReader,
    is_lenient: bool,
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
        let reader = SavReader::with_options(Arc::clone(&source.bytes), options)
            .map_err(|error| error.in_descriptions().entry(&source.name))?;
        let is_lenient = options.lenient;
        let place = |(error, rows): (SavError, u64)| error.in_cases(is_lenient, rows).entry(&source.name);
        let threads = threads.max(1);
        let opening = Opening::new(reader.metadata(), source.stem());
        let looked = opening.looked(&source.projection);
        let seen =
            if looked.is_empty() { None } else { Some(look(&reader, &looked, threads).map_err(place)?) };
        let Opened { codebook, parent, columns, not_used } = opening.finish(seen.as_ref());
        let facts = known(&codebook, seen.as_ref(), &reader);
        let (name, projection) = (source.name.clone(), source.projection.clone());
        Ok(Self { name, projection, reader, is_lenient, codebook, parent, not_used, columns, facts, threads })
    }

    /// Delivers these columns of all rows.
    fn batches(&self, table: &Table, wanted: &[usize], scan: &Scan) -> Result<Batches<'_>> {
        let columns: Vec<&Delivery> = wanted.iter().filter_map(|column| self.columns.get(*column)).collect();
        let selection = Selection {
            columns: Some(columns.iter().map(|column| column.variable).collect()),
            batch_rows: scan.batch_rows,
        };
        let place = |error: SavError, rows| error.in_cases(self.is_lenient, rows).entry(&self.name);
        let schema = scan_schema(table, wanted, scan.reasons);
        let with_reasons: Vec<bool> = wanted
            .iter()
            .map(|column| scan.reasons && table.variables.get(*column).is_some_and(Variable::has_reasons))
            .collect();
        let output = schema.clone();
        let mut first = 0_u64;
        let batches = self.reader.batches(&selection, self.threads).map_err(|error| place(error, 0))?;
        let batches = batches.map(move |batch| {
            let batch = batch.map_err(|error| place(error, first))?;
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

/// What becomes of characters outside the encoding, and what else to try.
fn replaced(header: &Header) -> String {
    let is_asked = header.encoding_source == EncodingSource::Option;
    let advice = match header.declared_encoding.map(Encoding::name) {
        Some(declared) if is_asked => {
            format!("leave encoding out: the file declares {}", declared.to_lowercase())
        }
        None if is_asked => "leave encoding out, or name another one".to_owned(),
        // A declaration of UTF-8 that is wrong is of a file that a program has mixed up.
        Some("UTF-8") => {
            "the file declares utf-8; try --from sav:encoding=windows-1252 or another one".to_owned()
        }
        Some(declared) => {
            format!(
                "the file declares {}, and --from sav:encoding=NAME reads another one",
                declared.to_lowercase()
            )
        }
        None => "try --from sav:encoding=windows-1252".to_owned(),
    };
    let whose = if is_asked { "that was named" } else { "of the file" };
    format!("characters outside the encoding {whose} read as U+FFFD; {advice}")
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
        let action = &replaced(self.reader.header());
        for (column, count, row) in self.reader.replaced() {
            let loss = Loss::new(LossCode::TEXT_REPLACED, action.as_str()).variable(name(column));
            let loss = loss.count(count).counting(CHARACTERS);
            losses.push(loss.first(Some(row), "\u{FFFD}"));
        }
        for (column, count, row) in self.reader.not_finite() {
            let action = "numbers that SPSS does not have, such as infinity, read as system-missing";
            let loss = Loss::new(LossCode::RANGE, action).variable(name(column)).count(count);
            losses.push(loss.first(Some(row), "inf or NaN"));
        }
        for (column, count, row) in self.reader.displaced() {
            let action = "packed cells are none of the variable's: the file is damaged there or before, and what follows may be wrong";
            let loss = Loss::new(LossCode::NOT_READ, action).variable(name(column)).counting("cells");
            let is_text = self.reader.metadata().variables.get(column).is_some_and(|it| it.width.is_some());
            let loss = loss.count(count).first(Some(row), if is_text { "a number" } else { "blanks" });
            // Who reads leniently wants them.
            losses.push(if self.is_lenient { loss } else { loss.wrong() });
        }
        for remark in self.reader.remarks().iter().filter(|remark| remark.changes_values) {
            let loss = Loss::new(LossCode::NOT_READ, remark.message.clone()).count(remark.count);
            let loss = if remark.counts_rows { loss.counting(LOST_ROWS) } else { loss };
            losses.push(match remark.first.as_str() {
                "" => loss,
                first => loss.first(None, first),
            });
        }
        let mut report = LossReport::default();
        losses.into_iter().for_each(|loss| report.add(loss.table(&table.name)));
        report
    }
}
