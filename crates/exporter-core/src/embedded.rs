//! The codebook inside a file: stored where the file alone would say less, and brought back.
//!
//! What is stored is the JSON of the codebook with one field more, `plain`: a fingerprint of what the reader of the format
//! says of the file without it, and the names that the variables have there. A file with the same fingerprint is as it was
//! written, and its codebook is the stored one. A digest of the JSON itself stands before it, so that one damaged byte is no
//! other codebook. Another program has changed any other file: what the file says holds then,
//! and of the stored codebook only what the file cannot say is added. What of a stored codebook cannot be used, because it
//! is damaged or does not fit the file, is a loss of reading; the file stays readable.

mod by_letter;
mod by_value;
mod cells;
mod digest;
mod labels;
mod matched;
mod merge;
mod seal;
mod texts;

use std::collections::HashSet;
use std::fmt::Display;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

pub use by_letter::LetterValues;
pub use by_value::{ReasonCodes, StoredNumbers};
pub use cells::CellRecord;
use digest::Digest;

use crate::carry::Part;
use crate::codebook::{Codebook, Kind, Missing, MissingValues, Parent, Table, Variable};
use crate::dataset::{TableId, table_of};
use crate::error::{Error, Result};
use crate::loss::{Loss, LossCode};

/// Field of the JSON beside those of the codebook.
const PLAIN: &str = "plain";
/// Field of the JSON for what is recorded of the cells.
const CELLS: &str = "format";

/// A codebook as it is stored in a file.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Embedded {
    /// The codebook as it was written, with other tables of the study where the format stores them.
    pub codebook: Codebook,
    /// What must be known beside it to bring the rows back.
    pub cells: CellRecord,
    /// How the file says what is missing; not in the JSON, the format's reader knows it.
    pub missing: MissingForm,
    /// What the file said without it; files of earlier versions do not tell.
    plain: Option<Plain>,
}

/// How files of a format say which values are missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum MissingForm {
    /// By letters in the cells.
    #[default]
    Letters,
    /// By declaring values.
    Values,
}

/// What a file says without its stored codebook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Plain {
    fingerprint: String,
    /// Names of the variables in the file, in their order; empty where they are those of the codebook.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    names: Vec<String>,
    /// Names of the table's attributes in the file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    attributes: Vec<String>,
    /// Languages of its texts, where it says so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    languages: Vec<String>,
    /// Language of its texts, or of the first of its languages, where it does not say so itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    /// Of the table; files of earlier versions have none.
    #[serde(default)]
    table: Digest,
    /// Of the variables, in their order.
    #[serde(default)]
    variables: Vec<Digest>,
}

/// The JSON that is stored.
#[derive(Serialize)]
struct Stored<'a> {
    #[serde(flatten)]
    codebook: &'a Codebook,
    /// As [`PLAIN`].
    #[serde(skip_serializing_if = "Option::is_none")]
    plain: Option<&'a Plain>,
    /// As [`CELLS`].
    #[serde(rename = "format", skip_serializing_if = "CellRecord::is_empty")]
    cells: &'a CellRecord,
}

/// What a file says about its study.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Restored {
    /// The study with the one table that the file holds.
    pub codebook: Codebook,
    /// The parent of the table, which is in another file.
    pub parent: Option<Parent>,
    /// What of the stored codebook is not used, because it did not fit the file, and the parent: losses of reading, of no
    /// table yet.
    pub losses: Vec<Loss>,
    /// By column of the file, the name that it had when it was written: another program may have renamed it. None of new
    /// columns; empty where nothing is stored.
    pub written_names: Vec<Option<String>>,
    /// By column of the file, the numbers that stand for the reasons of its variable in the codebook; empty where there are
    /// none, and where files have letters.
    pub codes: Vec<ReasonCodes>,
}

/// The codebook to store in the file of a table, or nothing where the file says all of it; `plain` is what the format's
/// reader says of the file without it, called as it would be: one table with the same variables in the same order, whatever
/// their names.
///
/// # Errors
/// [`crate::ErrorKind::NotFound`] when the codebook has no such table.
pub fn embed(codebook: &Codebook, table: TableId, plain: Codebook) -> Result<Option<Embedded>> {
    match says_all(&plain, codebook) {
        true => Ok(None),
        false => Embedded::new(codebook.clone(), table, plain).map(Some),
    }
}

/// The codebook of one table as a file stores it: without what the file says itself of its rows and its types, and without
/// value-label sets that only other tables use. The types that variables had in files of the programs `kept` stay.
pub fn of_table(codebook: &Codebook, table: &Table, kept: &[&str]) -> Codebook {
    let mut own = table.clone();
    own.rows = None;
    for variable in &mut own.variables {
        let facts = &mut variable.facts;
        facts.storage.retain(|program, _| kept.contains(&program.as_str()));
        facts.name_in_file = None;
    }
    let names = |table: &Table| -> HashSet<String> {
        table.variables.iter().filter_map(|variable| variable.labels.clone()).collect()
    };
    let (used, all) = (names(table), codebook.tables.iter().flat_map(names).collect::<HashSet<_>>());
    let mut embedded = Codebook::new("").with_table(own);
    embedded.study = codebook.study.clone();
    let sets = codebook.value_labels.iter();
    let sets = sets.filter(|(name, _)| used.contains(*name) || !all.contains(*name));
    embedded.value_labels = sets.map(|(name, labels)| (name.clone(), labels.clone())).collect();
    embedded
}

/// The codebook of a file: of what is stored in it (`embedded`, with a table of the same name) and what it says without
/// (`plain`, of one table). `fits` tells whether the rows of a variable, by its position in the file, can be delivered as a
/// kind.
pub fn restore(embedded: Option<Embedded>, plain: Codebook, fits: &dyn Fn(usize, &Kind) -> bool) -> Restored {
    restored(embedded, plain, fits, None)
}

/// As [`restore`], of a file in which days and times are `numbers`.
pub fn restore_numbers(
    embedded: Embedded,
    plain: Codebook,
    fits: &dyn Fn(usize, &Kind) -> bool,
    numbers: &dyn StoredNumbers,
) -> Restored {
    restored(Some(embedded), plain, fits, Some(numbers))
}

fn restored(
    embedded: Option<Embedded>,
    plain: Codebook,
    fits: &dyn Fn(usize, &Kind) -> bool,
    numbers: Option<&dyn StoredNumbers>,
) -> Restored {
    let Some(Embedded { codebook: whole, plain: written, cells, missing }) = embedded else {
        let (losses, written_names, codes) = Default::default();
        return Restored { codebook: plain, parent: None, losses, written_names, codes };
    };
    let is_as_written =
        |written: &Plain| fingerprint(plain.clone()).is_ok_and(|found| found == written.fingerprint);
    let same = written.as_ref().is_some_and(is_as_written);
    let mut losses = Vec::new();
    let changes = merge::Changes { same, written: written.as_ref(), fits, missing, cells: &cells, numbers };
    let described = numbers.map(StoredNumbers::described);
    let seen = described.as_ref().unwrap_or(&plain);
    let merge::Merged { mut codebook, written_names, mut codes } =
        merge::merged(&whole, &plain, seen, &changes, &mut losses);
    let names = plain.tables.iter().flat_map(|table| &table.variables).map(|own| own.name.as_str());
    losses.extend(cells.without_column(
        &written_names,
        &names.collect::<Vec<_>>(),
        missing == MissingForm::Values,
    ));
    // A link to a table that is not there would make the codebook a wrong one.
    let mut parent = codebook.tables.first_mut().and_then(|table| table.parent.take());
    losses.extend(detach_foreign_labels(&mut codebook));
    // The labels that the file shows are the main ones of what is made of it.
    let shown = written.as_ref().and_then(|written| written.language.as_deref());
    if let Some(shown) = shown.or(plain.default_language()) {
        codebook.set_default_language(shown);
    }
    if let Err(problem) = codebook.validate() {
        losses.push(not_used(problem));
        codes = changes.all_own_codes(seen);
        codebook = described.unwrap_or(plain);
        codebook.study = whole.study.clone();
        parent = None;
    }
    losses.extend(parent.as_ref().map(parent_not_open));
    Restored { codebook, parent, losses, written_names, codes }
}

/// Detaches value-label sets with values that are none of their variable's kind, as programs label the numbers behind dates
/// and texts; the losses of reading that this is, of no table yet.
pub fn detach_foreign_labels(codebook: &mut Codebook) -> Vec<Loss> {
    let mut losses = Vec::new();
    let sets = &codebook.value_labels;
    for variable in codebook.tables.iter_mut().flat_map(|table| &mut table.variables) {
        let Some(set) = variable.labels.as_ref().and_then(|name| sets.get(name)) else { continue };
        if set.entries.iter().all(|entry| variable.kind.holds(&entry.value)) {
            continue;
        }
        let action = format!("labels of numbers in the file are not used, the values are {}", variable.kind);
        let loss = Loss::new(LossCode::VALUE_LABELS_DROPPED, action).variable(&variable.name);
        losses.push(loss.count(set.len() as u64));
        variable.labels = None;
    }
    losses
}

/// The loss of a parent whose file is not open.
pub fn parent_not_open(parent: &Parent) -> Loss {
    let action = format!("the link to the parent {} is left out: its table is not open", parent.table);
    Loss::new(LossCode::KEY_DROPPED, action).part(Part::Keys)
}

/// The loss of a stored codebook that cannot be used; the file itself describes its table then.
pub fn not_used(problem: impl Display) -> Loss {
    Loss::new(LossCode::NOT_READ, format!("the codebook stored in the file is not used: {problem}"))
}

/// JSON with every character outside ASCII escaped, for files in other encodings.
///
/// ```
/// assert_eq!(exporter_core::embedded::ascii(r#"{"a":"Â😀"}"#), r#"{"a":"\u00c2\ud83d\ude00"}"#);
/// ```
pub fn ascii(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    let mut units = [0; 2];
    for character in json.chars() {
        if character.is_ascii() {
            escaped.push(character);
        } else {
            for unit in character.encode_utf16(&mut units) {
                escaped.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    escaped
}

impl Embedded {
    /// The codebook to store whether or not the file says all of it, see [`embed`].
    ///
    /// # Errors
    /// As [`embed`].
    pub fn new(mut codebook: Codebook, table: TableId, plain: Codebook) -> Result<Self> {
        without_facts(&mut codebook);
        fn names(table: &Table) -> impl Iterator<Item = &String> {
            table.variables.iter().map(|variable| &variable.name)
        }
        let (own, file) = (table_of(&codebook, table)?, plain.tables.first());
        let file = file.filter(|file| !names(file).eq(names(own)));
        let names = file.map(|file| names(file).cloned().collect()).unwrap_or_default();
        let of_table = |table: &Table| -> (Digest, Vec<Digest>) {
            let variables = table.variables.iter().map(|variable| Digest::of_variable(&plain, variable));
            (Digest::of_table(table), variables.collect())
        };
        let attributes = plain.tables.iter().flat_map(|table| table.attributes.keys().cloned()).collect();
        let (table, variables) = plain.tables.first().map(of_table).unwrap_or_default();
        let (language, languages) = (None, plain.study.languages.clone());
        let fingerprint = fingerprint(plain)?;
        let plain = Plain { fingerprint, names, attributes, languages, language, table, variables };
        let (cells, missing) = Default::default();
        Ok(Self { codebook, cells, missing, plain: Some(plain) })
    }

    /// Records the language of the texts of a file that does not say so itself: what it says later is compared with the
    /// texts in this language alone.
    #[must_use]
    pub fn in_language(mut self, language: &str) -> Self {
        if let Some(plain) = &mut self.plain {
            plain.language = Some(language.to_owned());
        }
        self
    }

    /// The language of the texts of the file when it was written, where that was recorded.
    pub fn language(&self) -> Option<&str> {
        self.plain.as_ref()?.language.as_deref()
    }

    /// The JSON to store.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Invalid`] when the codebook has no JSON form.
    pub fn to_json(&self) -> Result<String> {
        let form =
            |problem: serde_json::Error| Error::invalid(format!("codebook: {problem}")).with_source(problem);
        let stored = Stored { codebook: &self.codebook, plain: self.plain.as_ref(), cells: &self.cells };
        let json = serde_json::to_string(&stored).map_err(form)?;
        // It stays in memory while the rows are written, so nothing of it is there twice.
        Ok(seal::sealed(json))
    }

    /// Reads stored JSON.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn from_json(json: &str) -> std::result::Result<Self, serde_json::Error> {
        let (embedded, cells) = Self::parse(json)?;
        cells.map(|cells| Self { cells, ..embedded })
    }

    /// Reads stored JSON, and the record of cells in it, which is of use or not.
    fn parse(
        json: &str,
    ) -> std::result::Result<(Self, std::result::Result<CellRecord, serde_json::Error>), serde_json::Error>
    {
        let is_whole = seal::is_whole(json);
        let mut json: Json = serde_json::from_str(json)?;
        let mut take = |name: &str| json.as_object_mut().and_then(|fields| fields.remove(name));
        if take(seal::FIELD).is_some() && !is_whole {
            return Err(serde::de::Error::custom(seal::PROBLEM));
        }
        let cells = take(CELLS).map(serde_json::from_value).transpose().map(Option::unwrap_or_default);
        let plain = take(PLAIN).map(serde_json::from_value).transpose()?;
        let mut codebook = serde_json::from_value(json)?;
        without_facts(&mut codebook);
        let missing = MissingForm::default();
        Ok((Self { codebook, cells: CellRecord::default(), missing, plain }, cells))
    }

    /// Reads stored JSON of at most so many bytes; one that is damaged counts as absent, which is a loss.
    pub fn read(json: &str, most: usize, losses: &mut Vec<Loss>) -> Option<Self> {
        let read = match json.len() > most {
            true => Err(not_used(format!("it has {} bytes, at most {most} are read", json.len()))),
            false => Self::parse(json).map_err(not_used),
        };
        let (mut embedded, cells) = read.map_err(|loss| losses.push(loss)).ok()?;
        match cells {
            Ok(cells) => embedded.cells = cells,
            Err(problem) => losses.push(cells::lost(&format!("is not used ({problem})"))),
        }
        Some(embedded)
    }
}

/// Whether a file says all of a codebook. Variables are compared one by one, as a copy of a wide table may take more memory
/// than its rows.
pub fn says_all(plain: &Codebook, codebook: &Codebook) -> bool {
    let (Some((own, own_rest)), Some((file, file_rest))) = (divided(codebook), divided(plain)) else {
        return false;
    };
    let mut pairs = own.iter().zip(file);
    own_rest == file_rest
        && own.len() == file.len()
        && pairs.all(|(own, file)| normal(completed(own.clone(), file)) == normal(file.clone()))
}

/// The variables of a codebook of one table, and all else that it says.
fn divided(codebook: &Codebook) -> Option<(&[Variable], impl PartialEq)> {
    let Codebook { version, study, tables, value_labels, documents } = codebook;
    let [
        Table { name, label, kind, variables, groups, key, parent, roster, sort, notes, rows: _, attributes },
    ] = tables.as_slice()
    else {
        return None;
    };
    let table = (name, label, kind, groups, key, parent, roster, sort, notes, attributes);
    Some((variables, ((version, study, value_labels, documents), table)))
}

/// A variable with what its codebook leaves open as a file has it: the width of numbers that are as wide as can be, the
/// display format and the alignment.
fn completed(mut variable: Variable, file: &Variable) -> Variable {
    let is_open = match (&variable.kind, &file.kind) {
        (own, Kind::Integer { .. }) => *own == Kind::INTEGER,
        (own, Kind::Float { .. }) => *own == Kind::FLOAT,
        _ => false,
    };
    if is_open {
        variable.kind = file.kind.clone();
    }
    variable.format = variable.format.or_else(|| file.format.clone());
    variable.alignment = variable.alignment.or(file.alignment);
    variable
}

/// A variable without what the rows of its file tell: facts, and reasons without a label, which are declared because they
/// occur.
fn normal(mut variable: Variable) -> Variable {
    variable.facts = Default::default();
    let is_told = |missing: &Missing| missing.values != MissingValues::Reason || !missing.label.is_empty();
    variable.missing.retain(is_told);
    variable
}

/// 64 bits of FNV-1a, in hexadecimal digits, over the JSON of what a codebook of one table says apart from what the name and
/// the rows of its file tell.
fn fingerprint(mut plain: Codebook) -> Result<String> {
    plain.study.id.clear();
    for table in &mut plain.tables {
        table.name.clear();
        table.rows = None;
        for variable in &mut table.variables {
            *variable = normal(std::mem::take(variable));
        }
    }
    let mut hash = Fnv::default();
    serde_json::to_writer(&mut hash, &plain)
        .map_err(|problem| Error::invalid(format!("codebook: {problem}")).with_source(problem))?;
    Ok(format!("{:016x}", hash.0))
}

/// Takes away what was found in the rows, but for what files had: whoever changes them need not know of it.
pub(crate) fn without_facts(codebook: &mut Codebook) {
    for variable in codebook.tables.iter_mut().flat_map(|table| &mut table.variables) {
        variable.facts = variable.facts.of_files();
    }
}

/// FNV-1a of the bytes that are written to it.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xCBF2_9CE4_8422_2325)
    }
}

impl std::io::Write for Fnv {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3);
        self.0 = bytes.iter().fold(self.0, step);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
