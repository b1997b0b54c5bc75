//! A `.dta` file as a [`Dataset`]: one table, described by everything the file says.
//!
//! | in the file | in the codebook |
//! |---|---|
//! | storage and display format | kind; the format itself under `format.native["stata"]` |
//! | `.` | null |
//! | `.a` to `.z` | null and a missing reason with this letter, or the value that our writer recorded for it |
//! | labels on `.a` to `.z` | labels of these reasons and values |
//! | label languages | translations |
//! | notes, other characteristics | notes, attributes |
//! | alias variables | left out, with a note on the table |
//!
//! What a file of our writer says beside this (kinds, questions, groups, original names) is taken back as far as it still
//! describes the file; the rest is a loss of reading. Whole numbers, decimals and durations that were stored as text come back as numbers when every
//! text spells one; so do decimals, small floats and date-times in other units when every value is one. That takes a pass
//! over these columns.
//!
//! Which letters occur is found in one pass over the numeric variables when the file is opened
//! ([`Letters::Seen`]); letters that a value label names are declared as well. With a projection, opening reads only the
//! projected variables. Others are described by storage and display format and by what our writer recorded, unverified.

mod delivery;
mod dropped;
mod embedded;
mod input;
mod kinds;
mod labels;
mod legacy;
mod letters;
mod opening;
mod owners;
mod plain;
mod profile;
mod scan;
mod tally;
#[cfg(test)]
mod tests;
mod variable;
mod verify;

use std::collections::HashMap;
use std::sync::Arc;

use exporter_core::codebook::{Attribute, Codebook, Kind, Parent, Table, Variable};
use exporter_core::dataset::{select_from, table_of};
use exporter_core::embedded::{Restored, detach_foreign_labels, restore};
use exporter_core::{
    Batches, CHARACTERS, Dataset, Loss, LossCode, LossReport, Projection, Result, Scan, Source, TableId,
    TableProfile, Tally, doubles,
};

use crate::characteristics::LANGUAGE_SET;
use crate::error::DtaError;
use crate::reader::facts::Noted;
use crate::reader::{DtaReader, ReadOptions, ValueLabels};
use crate::spec_storage::StorageType;
use delivery::Delivery;
use embedded::stored;
use exporter_stata::Missing;
pub(crate) use input::READ_OPTIONS;
pub use input::{DtaInput, DtaInputOptions, Letters};
use opening::{Opening, sort_order};
pub(crate) use plain::plain;

/// What becomes of numbers that are neither values nor one of the 27 missing values.
const READ_AS_SYSTEM_MISSING: &str =
    "numbers that Stata does not have, such as infinity, read as system missing values";

/// An open `.dta` file, which is presumed not to change.
///
/// A scan reads the file anew, but for numbers that the opening pass has read and could keep: at most 16 MiB of all
/// variables together, see [`DtaReader::facts`].
#[derive(Debug)]
pub struct DtaDataset {
    /// Name of the source, for errors.
    name: String,
    projection: Projection,
    reader: DtaReader,
    codebook: Codebook,
    /// The parent of the table, which is in another file.
    parent: Option<Parent>,
    /// What of the stored codebook is not used; no table is named.
    not_used: Vec<Loss>,
    /// How each variable of the codebook is delivered.
    columns: Vec<Delivery>,
    /// What opening has found about the rows.
    facts: TableProfile,
    threads: usize,
    in_descriptions: InDescriptions,
    /// Characters of the rows that could not be read.
    replaced: Tally,
    /// Texts of the rows in an encoding that is a guess.
    guessed: Tally,
    /// Whether letters are read as null, and how many were.
    drops_letters: bool,
    reasons: Tally,
    /// Numbers that only scans have found to be neither values nor missing values.
    foreign: Tally,
}

/// What of names, labels and other descriptions was not plainly read.
#[derive(Clone, Copy, Debug)]
struct InDescriptions {
    /// Characters that could not be read.
    replaced: u64,
    /// Texts in an encoding that is a guess.
    guessed: u64,
}

impl DtaDataset {
    /// Opens a source; scans use up to `threads` threads. What becomes of `.a` to `.z` is for `letters` to say, not for
    /// `options`. The projection is by the names of the codebook or of the file; the codebook describes other variables
    /// without their values, and scans of them are refused.
    ///
    /// # Errors
    ///
    /// [`exporter_core::ErrorKind::Io`], or [`exporter_core::ErrorKind::Invalid`] with the offset of what is damaged.
    pub fn open(source: &Source<'_>, options: ReadOptions, letters: Letters, threads: usize) -> Result<Self> {
        let place = |error: DtaError| error.in_reading(|| salvages(source, options)).entry(&source.name);
        let mut reader = DtaReader::with_options(Arc::clone(&source.bytes), options).map_err(place)?;
        let in_descriptions =
            InDescriptions { replaced: reader.replaced_characters(), guessed: reader.guessed_texts().0 };
        let plain = plain(reader.dictionary(), source.stem());
        let mut not_used = Vec::new();
        let stored = stored(reader.dictionary(), &plain, &mut not_used);
        // What is recorded of the values is verified below.
        let Restored { codebook: claimed, written_names, .. } =
            restore(stored.clone(), plain.clone(), &|_, _| true);
        let written_names = written_names.as_slice();
        let opening = Opening { stored: stored.as_ref(), written_names, claimed: &claimed, letters };
        let seen = opening.look_at(&mut reader, &source.projection, threads.max(1)).map_err(place)?;
        let found = opening.found(&reader, &seen);
        let fits = |position: usize, kind: &Kind| found.get(position).is_some_and(|found| found.fits(kind));
        let Restored { mut codebook, parent, losses, .. } = restore(stored.clone(), plain.clone(), &fits);
        not_used.extend(losses);
        let mut columns = Vec::with_capacity(found.len());
        for table in &mut codebook.tables {
            for (found, variable) in found.iter().zip(&mut table.variables) {
                columns.push(found.complete(variable, stored.is_some(), letters, &mut not_used)?);
            }
            table.sort = sort_order(reader.dictionary(), &table.variables);
        }
        keep_sets_of_dates(&mut codebook, reader.dictionary().current_language());
        not_used.extend(detach_foreign_labels(&mut codebook));
        let described = codebook.tables.iter().flat_map(|table| &table.variables);
        let delivered = found.iter().zip(described).zip(&columns);
        let facts = profile::known(
            &reader,
            delivered.map(|((found, variable), delivery)| (found, &variable.kind, delivery)),
        )?;
        drop(found);
        let drops_letters = letters == Letters::Null && reader.dictionary().release.has_extended_missing();
        Ok(Self {
            name: source.name.clone(),
            projection: source.projection.clone(),
            reader,
            codebook,
            parent,
            not_used,
            columns,
            facts,
            threads: threads.max(1),
            in_descriptions,
            replaced: Tally::default(),
            guessed: Tally::default(),
            drops_letters,
            reasons: Tally::default(),
            foreign: Tally::default(),
        })
    }

    /// The reader beneath: dictionary, damages passed over, replaced characters.
    pub fn reader(&self) -> &DtaReader {
        &self.reader
    }

    /// What of the stored codebook is not used, because it is damaged or does not fit the file.
    pub(crate) fn not_used(&self) -> &[Loss] {
        &self.not_used
    }

    /// What the pass over the numbers has found that is not read as it stands.
    fn numbers_read_otherwise<'t>(&'t self, table: &'t Table) -> impl Iterator<Item = Loss> + 't {
        let told = |(variable, column): (&'t Variable, &'t Delivery)| {
            let facts = self.reader.known_facts(column.variable())?;
            let loss = |code: LossCode, action: &str, noted: Noted| {
                let (row, number) = noted.first?;
                let loss = Loss::new(code, action).variable(&variable.name).count(noted.count);
                Some(loss.first(Some(row), doubles::shown(number)))
            };
            let foreign = loss(LossCode::RANGE, READ_AS_SYSTEM_MISSING, facts.foreign());
            let action = "numbers with a fraction read as what Stata shows, without it; --from dta:dates=false reads all as numbers";
            let is_counted = column.is_counted();
            let cut = Some(facts.fractions()).filter(|_| is_counted);
            let cut = cut.and_then(|cut| loss(LossCode::TIME_PRECISION, action, cut));
            let beyond = Some(facts.beyond()).filter(|_| is_counted);
            let action = "numbers that are no dates of the years 100 to 9999 read as null; --from dta:dates=false reads all as numbers";
            let cut = cut.into_iter().chain(beyond.and_then(|beyond| loss(LossCode::RANGE, action, beyond)));
            Some(foreign.into_iter().chain(cut))
        };
        table.variables.iter().zip(&self.columns).filter_map(told).flatten()
    }

    /// Labels of letters, where these are read as null.
    fn labels_of_dropped_letters<'t>(&'t self, table: &'t Table) -> impl Iterator<Item = Loss> + 't {
        let dictionary = self.reader.dictionary();
        let letters = |set: &ValueLabels| {
            set.iter().filter(|(value, _)| Missing::from_long(*value).is_some()).count() as u64
        };
        // Of several sets of one name the first counts.
        let sets = dictionary.value_labels.iter().rev().filter(|_| self.drops_letters);
        let counts: HashMap<&str, u64> = sets.map(|set| (set.name.as_str(), letters(set))).collect();
        let all = table.variables.iter().zip(&self.columns);
        let projected = all.filter(|(variable, _)| self.projection.has(&variable.name));
        projected.filter_map(move |(variable, column)| {
            let set = &dictionary.variables.get(column.variable())?.value_labels;
            let count = counts.get(set.as_str()).copied().filter(|count| *count > 0)?;
            let action = "labels of .a to .z dropped because of letters=null";
            let loss = Loss::new(LossCode::MISSING_DROPPED, action).variable(&variable.name);
            Some(loss.count(count).counting("labels"))
        })
    }
}

/// Whether a lenient reader opens a file that this one refuses.
fn salvages(source: &Source<'_>, mut options: ReadOptions) -> bool {
    let is_strict = !std::mem::replace(&mut options.lenient, true);
    is_strict && DtaReader::with_options(Arc::clone(&source.bytes), options).is_ok()
}

/// Detaches sets of numbers behind dates: the codebook labels values of the kind only. An attribute names the set, so that a
/// file of Stata has it again; formats without attributes tell that they drop it.
fn keep_sets_of_dates(codebook: &mut Codebook, language: &str) {
    let sets = &codebook.value_labels;
    for variable in codebook.tables.iter_mut().flat_map(|table| &mut table.variables) {
        let Some(set) = variable.labels.as_ref().and_then(|name| sets.get(name)) else { continue };
        let is_foreign = !set.entries.iter().all(|entry| variable.kind.holds(&entry.value));
        if variable.kind.is_temporal() && is_foreign {
            let name = variable.labels.take().unwrap_or_default();
            variable.attributes.entry(format!("{LANGUAGE_SET}{language}")).or_insert(Attribute::One(name));
        }
    }
}

impl Dataset for DtaDataset {
    fn codebook(&self) -> &Codebook {
        &self.codebook
    }

    fn rows(&self, table: TableId) -> Option<u64> {
        (table.0 == 0).then(|| self.reader.dictionary().rows)
    }

    fn scan(&self, table: TableId, scan: &Scan) -> Result<Batches<'_>> {
        let description = table_of(&self.codebook, table)?;
        let held = scan.needed(description)?;
        self.projection.check(description, &held)?;
        if scan.filter.is_none() {
            return self.batches(description, &scan.projection(description)?, scan);
        }
        select_from(description, &held, scan, self.batches(description, &held, scan)?)
    }

    fn facts(&self, table: TableId) -> Option<TableProfile> {
        (table.0 == 0).then(|| self.facts.clone())
    }

    fn parent(&self, table: TableId) -> Option<&Parent> {
        self.parent.as_ref().filter(|_| table.0 == 0)
    }

    fn losses(&self) -> LossReport {
        let dictionary = self.reader.dictionary();
        let Some(table) = self.codebook.tables.first() else { return LossReport::default() };
        let name = |column: usize| table.variables.get(column).map(|v| v.name.clone()).unwrap_or_default();
        let action = "characters outside the encoding of the file read as U+FFFD; try --from dta:encoding=windows-1252";
        let replaced = self.replaced.losses(&LossCode::TEXT_REPLACED, action, name);
        let mut losses: Vec<Loss> = replaced.into_iter().map(|loss| loss.counting(CHARACTERS)).collect();
        let action = "missing values .a to .z read as null because of letters=null";
        losses.extend(self.reasons.losses(&LossCode::MISSING_REASON_MERGED, action, name));
        losses.extend(self.foreign.losses(&LossCode::RANGE, READ_AS_SYSTEM_MISSING, name));
        losses.extend(self.numbers_read_otherwise(table));
        losses.extend(self.labels_of_dropped_letters(table));
        losses.extend(self.not_used.iter().cloned());
        let InDescriptions { replaced, guessed } = self.in_descriptions;
        if replaced > 0 {
            let action = "characters of names and labels outside the encoding of the file read as U+FFFD";
            let loss = Loss::new(LossCode::TEXT_REPLACED, action).count(replaced);
            losses.push(loss.counting(CHARACTERS));
        }
        let guess = |what: &str| {
            let (encoding, named) = match (dictionary.release.is_utf8(), dictionary.is_utf8_first) {
                (true, _) => ("windows-1252", "they are not UTF-8"),
                (false, true) => ("UTF-8, or windows-1252 where they are not", "the file names no encoding"),
                (false, false) => ("windows-1252", "the file names no encoding"),
            };
            format!("{what} read as {encoding}, a guess as {named}: --from dta:encoding=… names another")
        };
        losses.extend(self.guessed.losses(&LossCode::TEXT_GUESSED, &guess("texts"), name));
        if guessed > 0 {
            let loss = Loss::new(LossCode::TEXT_GUESSED, guess("names and labels"));
            let loss = loss.count(guessed).counting("texts");
            losses.push(match self.reader.guessed_texts().1 {
                Some(first) => loss.first(None, first),
                None => loss,
            });
        }
        for alias in dictionary.variables.iter().filter(|variable| variable.storage == StorageType::Alias) {
            let link = dictionary.characteristic(&alias.name, "fralias_from").unwrap_or("an unknown link");
            let action =
                format!("an alias variable is left out: its values are in another frame, through {link}");
            losses.push(Loss::new(LossCode::NOT_READ, action).variable(&alias.name));
        }
        losses.extend(dropped::losses(dictionary));
        for damage in &dictionary.damages {
            let place = format!("offset {}: {}", damage.offset, damage.message);
            let action =
                "damage passed over because of lenient=true; rows and labels behind it may be missing";
            losses.push(Loss::new(LossCode::NOT_READ, action).first(None, place));
        }
        losses.into_iter().map(|loss| loss.table(&table.name)).collect()
    }
}
