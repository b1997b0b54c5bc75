//! Reasons that stand in text columns of their own, as reasons again.

use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::sync::Arc;

use arrow_array::builder::UInt8Builder;
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchOptions, UInt8Array};
use arrow_schema::Schema;

use super::reason_columns::reasons_by_text;
use super::reasons::{no_reasons, reason_field};
use super::{Batches, Dataset, Note, Scan, TableId, columns_with_reasons, normalise, table_of};
use crate::codebook::{Codebook, Kind, Parent, Table, Variable};
use crate::error::{Error, Result};
use crate::loss::{LossCode, LossReport, Tallied, Tally};
use crate::profile::TableProfile;

/// A dataset without its columns of reasons ([`ReasonColumn`](super::ReasonColumn)): their texts are what
/// [`Scan::with_reasons`] delivers.
#[derive(Debug)]
pub struct FoldedReasons<D> {
    inner: D,
    /// What is seen; none where it is what the inner dataset says, since copies of wide tables take much memory.
    codebook: Option<Codebook>,
    tables: Vec<Folding>,
    hint: &'static str,
}

/// What becomes of the columns of a table.
#[derive(Debug)]
struct Folding {
    /// Position of each variable in the table below.
    below: Vec<usize>,
    /// By variable, the column below that holds its reasons.
    reasons: HashMap<usize, ReasonTexts>,
    /// Reasons beside values, which another program has filled in.
    beside_values: Tally,
}

/// A column of reasons.
#[derive(Debug, Clone)]
struct ReasonTexts {
    column: usize,
    /// The column as a variable, for errors and normalisation.
    described: Variable,
    of: String,
    positions: HashMap<String, Option<u8>>,
}

impl<D: Dataset> FoldedReasons<D> {
    /// Folds columns, which are given by table as the positions of a variable and of the column with its reasons. A column
    /// that holds no text, or whose variable declares no reasons, stays as it is. `hint` says what helps when a text is no
    /// declared reason.
    pub fn new(inner: D, columns: &[Vec<(usize, usize)>], hint: &'static str) -> Self {
        let mut codebook: Option<Codebook> = None;
        let mut tables = Vec::new();
        for (id, table) in inner.codebook().tables.iter().enumerate() {
            let of_table = columns.get(id).into_iter().flatten();
            let folded: HashMap<usize, ReasonTexts> = of_table
                .filter_map(|(variable, column)| {
                    Some((*variable, ReasonTexts::new(inner.codebook(), table, *variable, *column)?))
                })
                .collect();
            let hidden: HashSet<usize> = folded.values().map(|texts| texts.column).collect();
            let below: Vec<usize> =
                (0..table.variables.len()).filter(|column| !hidden.contains(column)).collect();
            if !hidden.is_empty() {
                let codebook = codebook.get_or_insert_with(|| inner.codebook().clone());
                codebook.tables.get_mut(id).into_iter().for_each(|seen| *seen = table.with_columns(&below));
            }
            let above = below.iter().enumerate();
            let reasons = above.filter_map(|(variable, below)| Some((variable, folded.get(below)?.clone())));
            tables.push(Folding { reasons: reasons.collect(), below, beside_values: Tally::default() });
        }
        Self { inner, codebook, tables, hint }
    }
}

#[deny(clippy::missing_trait_methods, reason = "what a wrapper leaves out is lost")]
impl<D: Dataset> Dataset for FoldedReasons<D> {
    fn codebook(&self) -> &Codebook {
        self.codebook.as_ref().unwrap_or_else(|| self.inner.codebook())
    }

    fn rows(&self, table: TableId) -> Option<u64> {
        self.inner.rows(table)
    }

    fn scan(&self, table: TableId, scan: &Scan) -> Result<Batches<'_>> {
        let description = table_of(self.codebook(), table)?;
        let wanted = scan.projection(description)?;
        if let Some(filter) = &scan.filter {
            filter.check(description)?;
        }
        let folding = self.tables.get(table.0);
        let below = |column: &usize| folding.and_then(|folding| folding.below.get(*column)).copied();
        let mut columns: Vec<usize> = wanted.iter().filter_map(below).collect();
        let mut told = Vec::new();
        if let Some(folding) = folding.filter(|folding| scan.reasons && !folding.reasons.is_empty()) {
            for variable in columns_with_reasons(description, &wanted) {
                let texts = folding.reasons.get(&variable);
                columns.extend(texts.map(|texts| texts.column));
                let values = wanted.iter().position(|column| *column == variable).unwrap_or_default();
                told.push(Told { variable, values, texts, beside_values: Tallied::default() });
            }
        }
        let mut inner = scan.clone().columns(columns);
        // Without columns of texts the reasons are those of the dataset below.
        inner.reasons &= told.is_empty();
        let batches = self.inner.scan(table, &inner)?;
        if told.is_empty() {
            return Ok(batches);
        }
        let schema = Arc::clone(batches.schema());
        let reasons =
            told.iter().filter_map(|told| description.variables.get(told.variable)).map(reason_field);
        let fields = schema.fields().iter().take(wanted.len()).cloned().chain(reasons);
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let output = Arc::clone(&schema);
        // A filter passes over rows without counting them.
        let mut row = scan.filter.is_none().then_some(0u64);
        let folded = batches.map(move |batch| {
            let batch = batch?;
            let mut texts = batch.columns().iter().skip(wanted.len());
            let mut arrays: Vec<ArrayRef> = batch.columns().iter().take(wanted.len()).cloned().collect();
            for told in &mut told {
                let values = batch.columns().get(told.values);
                let reasons = match (told.texts, values) {
                    (Some(of), Some(values)) => {
                        let column =
                            texts.next().ok_or_else(|| Error::invalid("a column of reasons is missing"))?;
                        let folded = of.positions(column, values, row, &mut told.beside_values);
                        let variable = told.variable;
                        folding.iter().for_each(|all| all.beside_values.note(variable, &told.beside_values));
                        Arc::new(folded.map_err(|error| error.table(&description.name).with_hint(self.hint))?)
                    }
                    _ => no_reasons(batch.num_rows()),
                };
                arrays.push(reasons);
            }
            row = row.map(|row| row + batch.num_rows() as u64);
            let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
            Ok(RecordBatch::try_new_with_options(Arc::clone(&output), arrays, &options)?)
        });
        Ok(Batches::new(schema, folded))
    }

    fn document(&self, position: usize) -> Result<Option<Box<dyn Read + Send + '_>>> {
        self.inner.document(position)
    }

    fn facts(&self, table: TableId) -> Option<TableProfile> {
        Some(self.inner.facts(table)?.projected(&self.tables.get(table.0)?.below))
    }

    fn parent(&self, table: TableId) -> Option<&Parent> {
        self.inner.parent(table)
    }

    fn holds_reasons(&self, table: TableId) -> bool {
        self.tables.get(table.0).is_some_and(|table| !table.reasons.is_empty())
            || self.inner.holds_reasons(table)
    }

    fn losses(&self) -> LossReport {
        let mut losses = self.inner.losses();
        for (table, folding) in self.codebook().tables.iter().zip(&self.tables) {
            let name = |at: usize| table.variables.get(at).map_or_else(String::new, |at| at.name.clone());
            let action = "reasons beside values are not used: the values hold";
            let own = folding.beside_values.losses(&LossCode::NOT_READ, action, name);
            own.into_iter().for_each(|loss| losses.add(loss.table(&table.name)));
        }
        losses
    }

    fn notes(&self) -> Vec<Note> {
        self.inner.notes()
    }
}

/// A variable of a scan that declares reasons.
struct Told<'d> {
    variable: usize,
    /// Position of its values among the delivered columns.
    values: usize,
    /// The column of texts, in the order of the variables; none where the table has none for it.
    texts: Option<&'d ReasonTexts>,
    beside_values: Tallied,
}

impl ReasonTexts {
    /// Where there is something to fold.
    fn new(codebook: &Codebook, table: &Table, variable: usize, column: usize) -> Option<Self> {
        let (variable, described) = (table.variables.get(variable)?, table.variables.get(column)?);
        let fits = variable.has_reasons() && described.kind == Kind::Text && !described.has_reasons();
        let positions = reasons_by_text(variable, codebook.language(None));
        let texts = Self { column, described: described.clone(), of: variable.name.clone(), positions };
        fits.then_some(texts)
    }

    /// The reasons of rows whose values are null, and how many stand `beside` values.
    fn positions(
        &self,
        texts: &ArrayRef,
        values: &ArrayRef,
        first_row: Option<u64>,
        beside: &mut Tallied,
    ) -> Result<UInt8Array> {
        let texts = normalise(&self.described, texts, first_row.unwrap_or_default())?;
        let nulls = values.logical_nulls();
        let is_null = |row: usize| nulls.as_ref().is_some_and(|nulls| nulls.is_null(row));
        let mut positions = UInt8Builder::with_capacity(texts.len());
        for (row, text) in texts.as_string::<i32>().iter().enumerate() {
            let Some(text) = text else {
                positions.append_null();
                continue;
            };
            let position = match self.positions.get(text) {
                Some(_) if !is_null(row) => {
                    beside.add(1, first_row.unwrap_or_default() + row as u64, || text.to_owned());
                    positions.append_null();
                    continue;
                }
                Some(Some(position)) => Ok(*position),
                Some(None) => {
                    Err(format!("{text:?} names two missing reasons of {:?} in two languages", self.of))
                }
                None => Err(format!("{text:?} is no declared missing reason of {:?}", self.of)),
            };
            positions.append_value(position.map_err(|what| {
                let error = Error::invalid(what).variable(&self.described.name);
                match first_row {
                    Some(first) => error.row(first + row as u64 + 1),
                    None => error,
                }
            })?);
        }
        Ok(positions.finish())
    }
}
