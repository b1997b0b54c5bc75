//! Reasons of a file that a codebook declares otherwise than the file does.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::UInt8Type;
use arrow_array::{
    Array, ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, RecordBatchOptions, Scalar,
};
use arrow_array::{StringArray, UInt8Array};
use arrow_cast::cast;
use arrow_select::zip::zip;

use super::reasons::no_reasons;
use super::{
    Batches, Dataset, Note, Scan, TableId, columns_with_reasons, scan_schema, select_from, table_of,
};
use crate::codebook::{Codebook, Kind, Missing, MissingValues, Parent, Table, Value, Variable};
use crate::error::Result;
use crate::loss::LossReport;
use crate::profile::TableProfile;

/// What a reason of the file is in the declared variable.
#[derive(Clone, Debug, PartialEq)]
enum Became {
    /// The reason at this position.
    Reason(u8),
    /// A value that is declared missing with the reason's letter.
    Value(Value),
}

/// A dataset in one table of which the reasons are those that a codebook declares: matched by letter, without one by label.
///
/// A declared value with the letter of a reason (`9` with the letter `d`) stands in the rows that have that reason.
pub struct DeclaredReasons<D> {
    inner: D,
    table: TableId,
    /// That of the dataset, with the declared missing values.
    codebook: Codebook,
    /// By variable, what its reasons in the file became.
    became: BTreeMap<usize, Vec<Option<Became>>>,
}

/// The declared missing values of a variable, and the reasons of its file that they do not have: these stay what they are.
pub fn with_reasons_of(declared: &[Missing], file: &Variable) -> Vec<Missing> {
    if declared.is_empty() {
        return file.missing.clone();
    }
    let mut missing = declared.to_vec();
    for reason in file.missing.iter().filter(|missing| missing.is_reason()) {
        if became(reason, &missing, &file.kind).is_none() {
            missing.push(reason.clone());
        }
    }
    missing
}

/// What a reason is among declared missing values.
fn became(reason: &Missing, declared: &[Missing], kind: &Kind) -> Option<Became> {
    let position = declared.iter().position(|missing| match (reason.letter, missing.letter) {
        (Some(letter), Some(known)) => letter == known,
        (None, None) => missing.is_reason() && missing.label == reason.label,
        _ => false,
    })?;
    let is_plain = matches!(kind, Kind::Integer { .. } | Kind::Float { .. } | Kind::Text);
    match &declared.get(position)?.values {
        MissingValues::Reason => Some(Became::Reason(u8::try_from(position).ok()?)),
        MissingValues::One(value) if is_plain => Some(Became::Value(value.clone())),
        _ => None,
    }
}

impl<D: Dataset> DeclaredReasons<D> {
    /// A dataset whose table has the missing values of a declared table, as [`with_reasons_of`] gives them. Texts of that
    /// which have no tag are in this language.
    ///
    /// # Errors
    /// Gives the dataset back when its reasons are the declared ones already.
    pub fn new(
        inner: D,
        table: TableId,
        declared: &Table,
        language: Option<&str>,
    ) -> std::result::Result<Self, D> {
        let mut codebook = inner.codebook().for_default_language(language).into_owned();
        let mut all = BTreeMap::new();
        let own = codebook.tables.get_mut(table.0);
        let known = declared.columns_by_name();
        for (column, variable) in own.into_iter().flat_map(|table| &mut table.variables).enumerate() {
            let declared =
                known.get(variable.name.as_str()).and_then(|column| declared.variables.get(*column));
            let Some(declared) = declared else { continue };
            if !variable.has_reasons() || variable.missing == declared.missing {
                continue;
            }
            let of = |missing: &Missing| {
                missing.is_reason().then(|| became(missing, &declared.missing, &variable.kind)).flatten()
            };
            all.insert(column, variable.missing.iter().map(of).collect());
            variable.missing.clone_from(&declared.missing);
        }
        if all.is_empty() { Err(inner) } else { Ok(Self { inner, table, codebook, became: all }) }
    }

    /// Delivers these columns of all rows, or of as many as the scan wants if it has no filter.
    fn batches(&self, columns: Vec<usize>, scan: &Scan) -> Result<Batches<'_>> {
        let (own, declared) =
            (table_of(self.inner.codebook(), self.table)?, table_of(&self.codebook, self.table)?);
        let mut inner = scan.clone().columns(columns.clone()).with_reasons();
        if inner.filter.take().is_some() {
            inner.limit = None;
        }
        let batches = self.inner.scan(self.table, &inner)?;
        let schema = scan_schema(declared, &columns, scan.reasons);
        let held = columns_with_reasons(own, &columns);
        let told = if scan.reasons { columns_with_reasons(declared, &columns) } else { Vec::new() };
        let output = Arc::clone(&schema);
        let matched = batches.map(move |batch| {
            let batch = batch?;
            let mut arrays: Vec<ArrayRef> = batch.columns().iter().take(columns.len()).cloned().collect();
            let mut reasons: BTreeMap<usize, ArrayRef> = BTreeMap::new();
            for (place, column) in held.iter().enumerate() {
                let Some(found) = batch.columns().get(columns.len() + place) else { continue };
                let Some(became) = self.became.get(column) else {
                    reasons.insert(*column, Arc::clone(found));
                    continue;
                };
                let found = found.as_primitive::<UInt8Type>();
                let of = |at: u8| became.get(usize::from(at)).and_then(Option::as_ref);
                let new = found.iter().map(|at| match of(at?)? {
                    Became::Reason(position) => Some(*position),
                    Became::Value(_) => None,
                });
                reasons.insert(*column, Arc::new(new.collect::<UInt8Array>()));
                for (at, became) in became.iter().enumerate() {
                    let Some(Became::Value(value)) = became else { continue };
                    let rows: BooleanArray = found
                        .iter()
                        .map(|found| Some(found.is_some_and(|found| usize::from(found) == at)))
                        .collect();
                    for (array, _) in arrays.iter_mut().zip(&columns).filter(|(_, known)| *known == column) {
                        *array = filled(array, &rows, value)?;
                    }
                }
            }
            let told = told.iter().map(|column| match reasons.get(column) {
                Some(reasons) => Arc::clone(reasons),
                None => no_reasons(batch.num_rows()),
            });
            arrays.extend(told);
            let fields = arrays.iter().zip(output.fields()).map(|(array, field)| {
                Arc::new(field.as_ref().clone().with_data_type(array.data_type().clone()))
            });
            let schema = Arc::new(arrow_schema::Schema::new(fields.collect::<Vec<_>>()));
            let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
            Ok(RecordBatch::try_new_with_options(schema, arrays, &options)?)
        });
        Ok(Batches::new(schema, matched))
    }
}

/// The column with a value in these rows.
fn filled(column: &ArrayRef, rows: &BooleanArray, value: &Value) -> Result<ArrayRef> {
    if rows.true_count() == 0 {
        return Ok(Arc::clone(column));
    }
    let value: ArrayRef = match (value.as_i64(), value.as_f64(), value.as_text()) {
        (Some(number), ..) => Arc::new(Int64Array::from(vec![number])),
        (_, Some(number), _) => Arc::new(Float64Array::from(vec![number])),
        (.., text) => Arc::new(StringArray::from(vec![text.unwrap_or_default()])),
    };
    Ok(zip(rows, &Scalar::new(cast(&value, column.data_type())?), column)?)
}

#[deny(clippy::missing_trait_methods, reason = "what a wrapper leaves out is lost")]
impl<D: Dataset> Dataset for DeclaredReasons<D> {
    fn codebook(&self) -> &Codebook {
        &self.codebook
    }

    fn rows(&self, table: TableId) -> Option<u64> {
        self.inner.rows(table)
    }

    fn scan(&self, table: TableId, scan: &Scan) -> Result<Batches<'_>> {
        let description = table_of(&self.codebook, table)?;
        let needed = scan.needed(description)?;
        if table != self.table || !needed.iter().any(|column| self.became.contains_key(column)) {
            return self.inner.scan(table, scan);
        }
        let batches = self.batches(needed.clone(), scan)?;
        select_from(description, &needed, scan, batches)
    }

    fn document(&self, position: usize) -> Result<Option<Box<dyn Read + Send + '_>>> {
        self.inner.document(position)
    }

    /// Of variables whose reasons are matched nothing is known.
    fn facts(&self, table: TableId) -> Option<TableProfile> {
        let mut facts = self.inner.facts(table)?;
        if table == self.table {
            facts.columns.retain(|column, _| !self.became.contains_key(column));
            let ascending =
                facts.ascending.iter().take_while(|column| !self.became.contains_key(column)).count();
            facts.ascending.truncate(ascending);
        }
        Some(facts)
    }

    fn parent(&self, table: TableId) -> Option<&Parent> {
        self.inner.parent(table)
    }

    fn holds_reasons(&self, table: TableId) -> bool {
        self.inner.holds_reasons(table)
    }

    fn losses(&self) -> LossReport {
        self.inner.losses()
    }

    fn notes(&self) -> Vec<Note> {
        self.inner.notes()
    }
}
