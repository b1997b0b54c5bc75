//! Reads every release of `.dta`, 102 to 121, in both byte orders.
//!
//! [`DtaReader::open`] reads the sections in order (the map of a tagged file is only a hint) and decodes the
//! descriptions; rows are read by [`DtaReader::batches`], only the chosen ones, tile by tile into Arrow arrays.
//!
//! ```
//! use exporter_core::Source;
//! use exporter_dta::{DtaReader, Selection};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // Release 113, little-endian, one `byte` called x, two rows: 7 and missing.
//! let mut file = vec![113, 2, 1, 0, 1, 0, 2, 0, 0, 0];
//! file.resize(109, 0); // no dataset label, no timestamp
//! file.push(251); // byte
//! file.extend(b"x".iter().chain(&[0; 32])); // name
//! file.extend([0; 4]); // not sorted
//! file.extend(b"%8.0g\0\0\0\0\0\0\0"); // display format
//! file.extend([0; 33 + 81 + 5]); // no value labels, no label, no characteristics
//! file.extend([7, 101]);
//!
//! let mut reader = DtaReader::open(Source::memory("x.dta", file).bytes)?;
//! assert_eq!(reader.dictionary().variables[0].name, "x");
//! let batch = reader.batches(&Selection::all())?.next().ok_or("no rows")??;
//! assert_eq!((batch.num_rows(), batch.column(0).null_count()), (2, 1));
//! # Ok(())
//! # }
//! ```

mod array;
mod batches;
mod cell_store;
mod column;
pub(crate) mod dictionary;
pub(crate) mod facts;
mod facts_pass;
mod gather;
mod label_section;
mod opened;
mod ordinary;
mod parallel;
mod sections;
pub(crate) mod selection;
mod strls;
#[cfg(test)]
pub(crate) mod tests;
mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use exporter_core::ReadAt;

pub use batches::Batches;
pub use column::ColumnType;

use column::Inexact;
pub use dictionary::{Dictionary, ValueLabels, Variable};
pub use facts::ValueFacts;
pub use opened::{Dates, ReadOptions};
pub use parallel::ParallelBatches;
pub use sections::Damage;
pub use selection::Selection;
pub use text::TextEncoding;

pub(crate) use exporter_core::source::{
    BinaryCursor as Cursor, BinaryFile as DtaBytes, to_usize, unsigned, until_nul,
};

use crate::error::{DtaError, Result};
use crate::spec_storage::StorageType;
use array::Assembly;
use cell_store::CellStore;
use facts_pass::Looked;
use gather::Cells;
use opened::OpenFile;
use selection::ReadColumn;

/// Row bytes that are looked at to find the encoding of a file with plain descriptions.
const SAMPLE: u64 = 1024 * 1024;
/// Most rows in a batch, unless the selection says otherwise.
const BATCH_ROWS: usize = 65_536;
/// Most bytes of one fixed-string column in a batch, below the 2 GiB that its offsets can count.
const COLUMN_BYTES: usize = 1 << 30;

/// An open `.dta` file, which is presumed not to change: what was once found in it is not looked for again.
///
/// A clone reads the same bytes and shares description and indexes.
#[derive(Clone, Debug)]
pub struct DtaReader {
    bytes: DtaBytes,
    opened: Arc<OpenFile>,
    facts: Vec<Option<ValueFacts>>,
    /// How many of the variables by which the file says that it is sorted ascend in it, as they are stored.
    ascending: usize,
    /// Cells that the passes for `facts` have kept.
    kept: Arc<CellStore>,
    /// Variables whose binary strL contents are text.
    texts: Arc<BTreeSet<usize>>,
    /// Variables of dates, times and periods that are read as such although they hold other numbers.
    inexact: Arc<BTreeMap<usize, Inexact>>,
}

impl DtaReader {
    /// Opens a file with the default options.
    ///
    /// # Errors
    ///
    /// [`DtaError::Damaged`] with the offset, [`DtaError::Unsupported`] for what is no `.dta`, [`DtaError::Io`].
    pub fn open(bytes: Arc<dyn ReadAt>) -> Result<Self> {
        Self::with_options(bytes, ReadOptions::default())
    }

    /// Opens a file.
    ///
    /// # Errors
    ///
    /// As [`DtaReader::open`]; with [`ReadOptions::lenient`] only where the descriptions of the variables are damaged.
    pub fn with_options(bytes: Arc<dyn ReadAt>, options: ReadOptions) -> Result<Self> {
        let bytes = DtaBytes::new(bytes);
        let raw = sections::locate(&bytes, options.lenient)?;
        let row_bytes = raw.row_bytes as u64;
        let sample = || {
            let rows = raw.rows.min(SAMPLE.checked_div(row_bytes).unwrap_or(0));
            Ok(bytes.block_at(raw.data, rows * row_bytes)?)
        };
        let text = dictionary::decoder(&raw, options.encoding, sample)?;
        let dictionary = Dictionary::decode(raw, &text, options.lenient)?;
        let facts = vec![None; dictionary.variables.len()];
        let opened = Arc::new(OpenFile::new(dictionary, text, options));
        let (kept, texts, inexact) = Default::default();
        Ok(Self { bytes, opened, facts, ascending: 0, kept, texts, inexact })
    }

    /// Takes binary strL contents of these variables for text in the encoding of the file, as they are where a text holds
    /// a NUL; else they are bytes unless all of a variable are UTF-8.
    pub fn take_for_text(&mut self, variables: impl IntoIterator<Item = usize>) {
        self.texts = Arc::new(variables.into_iter().collect());
    }

    /// Cuts fractions of days, milliseconds and periods of these variables, as Stata shows them, and with `nulls` reads numbers
    /// that are none as null where most are; a variable with a value of that sort is else read as numbers.
    pub fn cut_fractions(&mut self, variables: impl IntoIterator<Item = usize>, nulls: bool) {
        let inexact = if nulls { Inexact::CutOrNull } else { Inexact::Cut };
        self.inexact = Arc::new(variables.into_iter().map(|variable| (variable, inexact)).collect());
    }

    /// Whether it reads damaged files.
    pub(crate) fn is_lenient(&self) -> bool {
        self.opened.options.lenient
    }

    /// The description of the rows.
    pub fn dictionary(&self) -> &Dictionary {
        &self.opened.dictionary
    }

    /// Characters that could not be decoded so far and were replaced by U+FFFD.
    pub fn replaced_characters(&self) -> u64 {
        self.opened.text.replaced()
    }

    /// Texts so far whose encoding is a guess, as the file names none or they are not in the one of its release, and the
    /// first of them.
    pub fn guessed_texts(&self) -> (u64, Option<&str>) {
        self.opened.text.guessed()
    }

    /// Whether every text beyond ASCII is in an encoding that is a guess.
    pub(crate) fn guesses_all_texts(&self) -> bool {
        self.opened.text.is_all_guess()
    }

    /// Whether a text is, or is the same as, one whose encoding is a guess.
    pub(crate) fn was_guessed(&self, text: &str) -> bool {
        self.opened.text.was_guessed(text)
    }

    /// Facts about the numbers of `variables`; one pass over the rows, with `threads` threads, for those not asked for before,
    /// strings give none.
    ///
    /// The numbers that a pass has read stay in memory when they are few, at most 16 MiB of all variables together, and
    /// batches of these variables are made of them: for few columns the file is read once.
    ///
    /// # Errors
    ///
    /// [`DtaError::Invalid`] for a variable that does not exist, or when the rows cannot be read.
    pub fn facts(&mut self, variables: &[usize], threads: usize) -> Result<Vec<Option<ValueFacts>>> {
        self.check_variables(variables)?;
        let opened = Arc::clone(&self.opened);
        let mut columns = Vec::new();
        for index in variables.iter().copied().collect::<BTreeSet<usize>>() {
            let (Some(variable), Some(None)) =
                (opened.dictionary.variables.get(index), self.facts.get(index))
            else {
                continue;
            };
            // Looking at texts costs more than all the rest, and few callers need to know of them.
            if !matches!(variable.storage, StorageType::Str(_) | StorageType::StrL | StorageType::Alias) {
                columns.push(ReadColumn { variable: index, kind: ColumnType::suggested(variable) });
            }
        }
        if !columns.is_empty() {
            let keep = self.kept.has_room(&opened.dictionary, &columns, opened.options.kept_bytes as u64);
            let looked = Looked { numbers: &columns, keep };
            let found = facts_pass::gather(&self.bytes, threads, &opened, looked)?;
            self.ascending = self.ascending.max(found.order.keys());
            let kept = Arc::make_mut(&mut self.kept);
            for (column, found) in columns.iter().zip(found.numbers) {
                if let Some(place) = self.facts.get_mut(column.variable) {
                    *place = Some(found.facts);
                }
                if let Some(cells) = found.cells {
                    kept.keep(&opened.dictionary, *column, cells);
                }
            }
        }
        Ok(variables.iter().map(|index| self.facts.get(*index).copied().flatten()).collect())
    }

    /// Facts that are known already.
    pub(crate) fn known_facts(&self, variable: usize) -> Option<&ValueFacts> {
        self.facts.get(variable)?.as_ref()
    }

    /// The leading variables of the sort order that ascend in the rows as they are stored, missing values last, as far as a
    /// pass has found.
    pub(crate) fn ascending(&self) -> &[usize] {
        let sort = &self.opened.dictionary.sort;
        sort.get(..self.ascending).unwrap_or(sort)
    }

    /// The smallest and the largest value of a variable, as batches have them.
    pub(crate) fn ends(&self, variable: usize, kind: ColumnType) -> Result<Option<ArrayRef>> {
        let opened = &self.opened;
        let Some((stored, facts)) = opened.dictionary.variables.get(variable).zip(self.known_facts(variable))
        else {
            return Ok(None);
        };
        let assembly = Assembly { ordinary: opened.ordinary, text: &opened.text };
        assembly.array(facts.ends(stored.storage, kind), kind).map(Some)
    }

    /// How each of `variables` is read. Values are looked at only where a date format meets a storage that can hold
    /// other numbers, strL records only where a strL is asked for.
    ///
    /// # Errors
    ///
    /// [`DtaError::Invalid`] for a variable that does not exist, or when the file cannot be read.
    pub fn column_types(&mut self, variables: &[usize]) -> Result<Vec<ColumnType>> {
        self.check_variables(variables)?;
        let opened = Arc::clone(&self.opened);
        let all = &opened.dictionary.variables;
        if opened.options.dates == Dates::Typed {
            let unsettled = |index: &usize| all.get(*index).is_some_and(ColumnType::needs_facts);
            let unsettled: Vec<usize> = variables.iter().copied().filter(|index| unsettled(index)).collect();
            self.facts(&unsettled, 1)?;
        }
        let mut types = Vec::with_capacity(variables.len());
        for index in variables {
            let Some(variable) = all.get(*index) else { continue };
            types.push(match variable.storage {
                StorageType::StrL => {
                    let strls = opened.index_strls(&self.bytes)?;
                    let bytes = strls.holds_bytes(*index as u32 + 1) && !self.texts.contains(index);
                    if bytes { ColumnType::Binary } else { ColumnType::Text }
                }
                _ => {
                    let facts = self.facts.get(*index).and_then(Option::as_ref);
                    self.type_known_by(facts, variable, self.inexact.get(index).copied())
                }
            });
        }
        Ok(types)
    }

    /// How `variable` is read when no more than these facts is known.
    pub(crate) fn type_known_by(
        &self,
        facts: Option<&ValueFacts>,
        variable: &Variable,
        inexact: Option<Inexact>,
    ) -> ColumnType {
        let text = variable.storage.is_string() || variable.storage == StorageType::Alias;
        match self.opened.options.dates {
            _ if text => ColumnType::suggested(variable),
            Dates::Numbers => ColumnType::Number,
            Dates::Typed => ColumnType::checked(variable, facts, inexact),
        }
    }

    /// Streams the chosen rows and columns.
    ///
    /// # Errors
    ///
    /// [`DtaError::Invalid`] for a variable that does not exist, or when the file cannot be read; the stream itself
    /// ends at its first error.
    pub fn batches(&mut self, selection: &Selection) -> Result<Batches> {
        let prepared = self.prepare(selection)?;
        Ok(prepared.start(&self.bytes, &self.opened))
    }

    /// Streams the chosen rows and columns with `threads` threads; rows come in their order and are those of
    /// [`DtaReader::batches`], in batches that may be cut elsewhere.
    ///
    /// # Errors
    ///
    /// As [`DtaReader::batches`], and [`DtaError::Io`] when a thread cannot be had.
    pub fn parallel_batches(&mut self, selection: &Selection, threads: usize) -> Result<ParallelBatches> {
        let prepared = self.prepare(selection)?;
        let block = self.block_rows(&prepared);
        let (schema, rows) = (Arc::clone(&prepared.schema), prepared.rows.clone());
        let threads = rows.end.saturating_sub(rows.start).div_ceil(block as u64).min(threads as u64);
        let (bytes, opened) = (self.bytes.clone(), Arc::clone(&self.opened));
        let reader = move || prepared.start(&bytes, &opened);
        Ok(ParallelBatches::start(threads as usize, reader, schema, rows, block)?)
    }

    /// Rows that a thread reads at once: those of a batch, or fewer whose strL contents fit one on average.
    fn block_rows(&self, prepared: &Prepared) -> usize {
        let all = &self.opened.dictionary.variables;
        let is_strl = |variable: &usize| all.get(*variable).is_some_and(|v| v.storage == StorageType::StrL);
        let strls: BTreeSet<usize> =
            prepared.columns.iter().map(|column| column.variable).filter(is_strl).collect();
        if strls.is_empty() {
            return prepared.batch_rows;
        }
        let bytes = self.opened.strls().bytes(&strls) / self.opened.dictionary.rows.max(1);
        let rows = (self.opened.options.strl_bytes() / 2).checked_div(bytes).unwrap_or(u64::MAX);
        usize::try_from(rows).unwrap_or(usize::MAX).clamp(1, prepared.batch_rows)
    }

    fn prepare(&mut self, selection: &Selection) -> Result<Prepared> {
        let dictionary = &self.opened.dictionary;
        let all = 0..dictionary.variables.len();
        let variables = selection.columns.clone().unwrap_or_else(|| all.collect());
        let rows = selection.rows.clone().unwrap_or(0..dictionary.rows);
        let rows = rows.start.min(dictionary.rows)..rows.end.min(dictionary.rows);
        let kinds = self.column_types(&variables)?;
        let dictionary = &self.opened.dictionary;
        let columns: Vec<ReadColumn> = variables
            .iter()
            .zip(kinds)
            .map(|(variable, kind)| ReadColumn { variable: *variable, kind })
            .collect();
        let chosen = |index: &usize| variables.iter().position(|variable| variable == index);
        let letters: Option<Vec<usize>> = selection.letters.iter().map(chosen).collect();
        let letters = letters.ok_or_else(|| DtaError::Invalid {
            place: "selection".to_owned(),
            message: "letters are read only of variables among the columns".to_owned(),
        })?;
        let mut fields = Vec::with_capacity(columns.len());
        let (mut widest, mut width) = (1, 1);
        for column in &columns {
            let Some(variable) = dictionary.variables.get(column.variable) else { continue };
            widest = widest.max(variable.storage.width());
            width += variable.storage.width();
            fields.push(Field::new(&variable.name, column.kind.arrow(variable.storage), true));
        }
        let names = selection.letters.iter().filter_map(|index| dictionary.variables.get(*index));
        fields.extend(names.map(|v| Field::new(format!("{} (letter)", v.name), DataType::UInt8, true)));
        let bytes = self.opened.options.batch_bytes;
        let usual = (bytes / dictionary.row_bytes.max(1)).clamp(1, BATCH_ROWS);
        let most = (bytes / width).min(COLUMN_BYTES / widest);
        let batch_rows = selection.batch_rows.unwrap_or(usual).clamp(1, most.max(1));
        let kept = columns.iter().map(|column| self.kept.cells(column.variable)).collect();
        let (schema, foreign) = (Arc::new(Schema::new(fields)), selection.foreign);
        Ok(Prepared { columns, letters, foreign, kept, schema, rows, batch_rows })
    }

    /// Whether batches of a variable are made of kept cells.
    #[cfg(test)]
    pub(crate) fn has_cells_of(&self, variable: usize) -> bool {
        self.kept.cells(variable).is_some()
    }

    fn check_variables(&self, variables: &[usize]) -> Result<()> {
        let count = self.opened.dictionary.variables.len();
        match variables.iter().find(|index| **index >= count) {
            Some(index) => Err(DtaError::Invalid {
                place: format!("variable {}", index + 1),
                message: format!("the file has {count} variables"),
            }),
            None => Ok(()),
        }
    }
}

/// Everything decided about a stream before its first row.
#[derive(Clone)]
struct Prepared {
    columns: Vec<ReadColumn>,
    /// Columns, by position, whose letters are delivered behind them.
    letters: Vec<usize>,
    foreign: bool,
    /// The cells of each column, where they are kept.
    kept: Vec<Option<Arc<Cells>>>,
    schema: SchemaRef,
    rows: Range<u64>,
    batch_rows: usize,
}

impl Prepared {
    fn start(&self, bytes: &DtaBytes, opened: &Arc<OpenFile>) -> Batches {
        Batches::new(bytes.clone(), Arc::clone(opened), self)
    }
}
