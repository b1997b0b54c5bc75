//! Texts longer than SPSS holds, continued in further variables: `long-text=split`.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions, StringArray};
use arrow_schema::{DataType, Field, Schema};
use exporter_core::codebook::{Kind, Table, Text, Variable};
use exporter_core::truncate::to_bytes;
use exporter_core::{Loss, LossCode, Result, TableProfile};
use exporter_spss::limits::MAX_TEXT_BYTES;
use exporter_spss::{Choices, folded, growth, longest_text};

/// A piece ends before a character that would stand across its border.
const LONGEST_CHARACTER: u64 = 4;

/// A table whose long texts are several variables.
pub(super) struct Split {
    pub(super) table: Table,
    pub(super) facts: TableProfile,
    pub(super) pieces: Pieces,
    /// The variables that continue others, by the position of the first of them.
    continued: Vec<(String, Range<usize>)>,
}

/// Variables that each column becomes, and bytes of all but the last of them; empty where all stay as they are.
#[derive(Default)]
pub(super) struct Pieces(Vec<(usize, usize)>);

impl Split {
    /// Divides the texts of a table that are too long; `None` where none is.
    pub(super) fn of(table: &Table, facts: &TableProfile, choices: &Choices) -> Option<Self> {
        // Texts are divided before they are encoded.
        let growth_of = |variable: &Variable| if variable.kind == Kind::Binary { 1 } else { growth(choices) };
        let longest = |(column, variable): (usize, &Variable)| {
            let facts = facts.columns.get(&column).cloned().unwrap_or_default();
            let longest = longest_text(variable, &facts, choices).filter(|longest| *longest > MAX_TEXT_BYTES);
            longest.map(|longest| longest / growth_of(variable))
        };
        let long: Vec<Option<u64>> = table.variables.iter().enumerate().map(longest).collect();
        if long.iter().all(Option::is_none) {
            return None;
        }
        let mut names: HashSet<String> =
            table.variables.iter().map(|variable| folded(&variable.name).into_owned()).collect();
        let mut split = Self {
            table: table.clone(),
            facts: facts.clone(),
            pieces: Pieces::default(),
            continued: Vec::new(),
        };
        split.table.variables.clear();
        split.facts.columns.clear();
        for ((column, variable), longest) in table.variables.iter().enumerate().zip(long) {
            let known = facts.columns.get(&column).cloned();
            let (bytes, least) = piece_bytes(&variable.kind, growth_of(variable));
            let pieces = longest.map_or(1, |longest| longest.div_ceil(least) as usize);
            split.pieces.0.push((pieces, bytes as usize));
            let mut first = variable.clone();
            let mut known = known.unwrap_or_default();
            // Base64 has four characters for three bytes.
            let own = |bytes: u64| if variable.kind == Kind::Binary { bytes / 4 * 3 } else { bytes };
            if longest.is_some() {
                first.facts = Default::default();
                known.max_bytes = Some(own(bytes));
            }
            split.push(first, known.clone());
            let next = split.table.variables.len();
            for piece in 2..=pieces {
                let mut name = format!("{}_{piece}", variable.name);
                while !names.insert(folded(&name).into_owned()) {
                    name.push('_');
                }
                // What is JSON in pieces is text.
                let is_binary = variable.kind == Kind::Binary;
                let mut continued = Variable::new(name, if is_binary { Kind::Binary } else { Kind::Text });
                continued.label = numbered(&variable.label, piece);
                let before = (piece as u64 - 1) * least;
                known.max_bytes = Some(own(bytes.min(longest.unwrap_or_default().saturating_sub(before))));
                split.push(continued, known.clone());
            }
            if pieces > 1 {
                split.continued.push((variable.name.clone(), next..split.table.variables.len()));
            }
        }
        Some(split)
    }

    /// What is divided, as losses; `names` are those of the variables in the file.
    pub(super) fn losses(&self, names: &[&str]) -> impl Iterator<Item = Loss> {
        self.continued.iter().map(|(variable, next)| {
            let next = names.get(next.clone()).unwrap_or_default().join(", ");
            let action = format!("texts beyond {MAX_TEXT_BYTES} bytes continue in {next}");
            Loss::new(LossCode::STRUCTURE_FLATTENED, action).table(&self.table.name).variable(variable)
        })
    }

    fn push(&mut self, variable: Variable, known: exporter_core::ColumnFacts) {
        self.facts.columns.insert(self.table.variables.len(), known);
        self.table.variables.push(variable);
    }
}

/// Most and fewest bytes of a piece that another follows: groups of four characters of base64 stay whole, and a character
/// that would stand across the border goes into the next.
fn piece_bytes(kind: &Kind, growth: u64) -> (u64, u64) {
    match kind {
        Kind::Binary => (MAX_TEXT_BYTES / 4 * 4, MAX_TEXT_BYTES / 4 * 4),
        _ => (MAX_TEXT_BYTES / growth, MAX_TEXT_BYTES / growth - LONGEST_CHARACTER + 1),
    }
}

/// A label in all its languages with the number of a piece.
fn numbered(label: &Text, piece: usize) -> Text {
    let text = |text: &str| format!("{text} ({piece})");
    let untagged = label.untagged().map_or_else(Text::default, |label| Text::new(text(label)));
    label.tagged().fold(untagged, |all, (tag, label)| all.with(tag, text(label)))
}

impl Pieces {
    /// The column of the table that a variable of the file is of.
    pub(super) fn column_of(&self, variable: usize) -> usize {
        let mut before = 0;
        let columns = self.0.iter().take_while(|(pieces, _)| {
            before += pieces;
            before <= variable
        });
        if self.0.is_empty() { variable } else { columns.count() }
    }

    /// The columns of a batch with those of texts divided; columns of reasons behind them stay.
    pub(super) fn of(&self, batch: RecordBatch) -> Result<RecordBatch> {
        if self.0.is_empty() {
            return Ok(batch);
        }
        let (rows, names) = (batch.num_rows(), batch.schema());
        let mut fields = Vec::with_capacity(names.fields().len());
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(names.fields().len());
        for (position, (field, column)) in names.fields().iter().zip(batch.columns()).enumerate() {
            let (pieces, bytes) = self.0.get(position).copied().unwrap_or((1, 0));
            match column.as_string_opt::<i32>().filter(|_| pieces > 1) {
                Some(texts) => columns.extend(divided(texts, pieces, bytes)),
                None => columns.push(Arc::clone(column)),
            }
            while fields.len() < columns.len() {
                let kind =
                    columns.get(fields.len()).map_or(DataType::Null, |column| column.data_type().clone());
                fields.push(Field::new(field.name(), kind, true));
            }
        }
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        Ok(RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), columns, &options)?)
    }
}

/// The pieces of texts, none but the last longer than `bytes`.
fn divided(texts: &StringArray, pieces: usize, bytes: usize) -> Vec<ArrayRef> {
    let mut rests: Vec<Option<&str>> = texts.iter().collect();
    let mut columns: Vec<ArrayRef> = Vec::with_capacity(pieces);
    for piece in 1..=pieces {
        let heads = rests.iter_mut().map(|rest| {
            let text = (*rest)?;
            let head = if piece == pieces { text } else { to_bytes(text, bytes) };
            *rest = Some(text.get(head.len()..).unwrap_or_default());
            Some(head)
        });
        columns.push(Arc::new(heads.collect::<StringArray>()));
    }
    columns
}
