//! A data file of another format: its columns are those of the document, found by name.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions, new_null_array};
use arrow_schema::DataType;
use exporter_core::codebook::{Codebook, Kind, Language, Study, Table, Variable};
use exporter_core::dataset::{
    DeclaredReasons, FoldedReasons, Labelled, ReasonColumn, adopt_labels, as_described, columns_with_reasons,
    completed_table, completed_variable, fit_to_kind, replaced_in_table, replaced_in_variable, scan_schema,
    table_of, unheld_kind,
};
use exporter_core::{
    Batches, Context, Dataset, Error, Loss, LossCode, Projection, Result, Scan, Source, TableId, suggest,
};
use serde_json::{Map, Value as Json};

use crate::mapping::tables::file_name;
use crate::reader::{Column, TableFile};

/// The one table of a data file.
const TABLE: TableId = TableId(0);
/// What helps when a column of reasons holds something else.
const HINT: &str = "describe the column as a variable of its own in the document to read it as it is";

/// The rows of a table in a file of another format.
pub(super) struct OtherRows {
    pub(super) data: Box<dyn Dataset>,
    /// By variable, the column.
    columns: Vec<usize>,
}

impl std::fmt::Debug for OtherRows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OtherRows").field("columns", &self.columns).finish_non_exhaustive()
    }
}

/// Opens a file with whatever format knows it, as the document describes it. Of a file that says itself of what kinds its
/// columns are, these hold.
///
/// # Errors
/// When it cannot be read, or lacks a column that is described.
pub(super) fn open(
    source: Source<'static>,
    opened_by: &Source<'_>,
    codebook: &mut Codebook,
    (at, file): (usize, &TableFile),
    losses: &mut Vec<Loss>,
    context: &Context,
) -> Result<OtherRows> {
    let name = source.name.clone();
    // The table as the file has it: its columns are called as the document says.
    let mut declared = codebook.tables.get(at).cloned().unwrap_or_default();
    for (variable, column) in declared.variables.iter_mut().zip(&file.columns) {
        if !column.name.is_empty() {
            variable.name.clone_from(&column.name);
        }
    }
    let reasons = ReasonColumn::of_table(&declared, Language::default());
    let projection = projection(codebook, &declared, at, &reasons, &opened_by.projection);
    let source = source.projection(projection);
    let how = How { opened_by, options: options_of(file, &name) };
    let mut data = opened(&source, &how, codebook, &declared, &guessed_kinds(&declared, file), context)?;
    let found = table_of(data.codebook(), TABLE)?.columns_by_name();
    let kinds = &table_of(data.codebook(), TABLE)?.variables;
    let is_other = |name: &String| {
        let column = found.get(name.as_str()).and_then(|column| kinds.get(*column));
        column.is_some_and(|own| !own.kind.is_numeric() && source.projection.has(name))
    };
    // Codes such as 007 are numbers, as the document says, if not all are.
    let (texts, open): (Vec<String>, Vec<String>) =
        guessed_kinds(&declared, file).into_iter().partition(|name| is_other(name));
    if !texts.is_empty() {
        data = opened(&source, &how, codebook, &declared, &open, context)?;
    }
    let own = table_of(data.codebook(), TABLE)?;
    let folded = reason_columns(&reasons, &declared, own);
    let data = FoldedReasons::new(data, &[folded], HINT);
    let language = codebook.default_language().map(str::to_owned);
    let own_codebook = data.codebook().for_default_language(language.as_deref());
    let own = table_of(&own_codebook, TABLE)?;
    complete_study(&mut codebook.study, &own_codebook.study);
    let guessed: HashSet<String> = guessed_kinds(&declared, file).into_iter().collect();
    let Codebook { tables, value_labels, .. } = codebook;
    let Some(table) = tables.get_mut(at) else { return Err(Error::not_found("the table is gone")) };
    let columns = columns(own, &declared, table, &name)?;
    left_out(own, &columns, &table.name, losses);
    let names = table.variables.iter().map(|variable| variable.name.as_str());
    let described = as_described(own, names.zip(columns.iter().copied()));
    for ((variable, declared), (column, mut described)) in table
        .variables
        .iter_mut()
        .zip(&mut declared.variables)
        .zip(columns.iter().zip(described.variables.iter().cloned()))
    {
        // Of columns that are not read a file may say what costs nothing alone.
        let is_read = opened_by.projection.has(&variable.name);
        if let Some(own) = own.variables.get(*column).filter(|_| is_read) {
            let is_said = !guessed.contains(&declared.name);
            losses.extend(unheld_kind(variable, &own.kind, &table.name).filter(|_| is_said));
            let unfit = fit_to_kind(variable, &own.kind, value_labels, &table.name);
            losses.extend(unfit.losses(variable, &table.name));
            let known = Labelled::of(variable, value_labels);
            let found = Labelled::of(&described, &own_codebook.value_labels);
            losses.extend(replaced_in_variable(known, found, &table.name));
            if variable.labels.is_none() {
                let set = described.labels.take();
                described.labels = set.and_then(|set| {
                    adopt_labels(value_labels, &own_codebook.value_labels, &table.name, &set)
                });
            }
            *variable = completed_variable(variable, &described, true);
            declared.name.clone_from(&own.name);
            declared.missing.clone_from(&variable.missing);
        }
    }
    losses.extend(replaced_in_table(table, &described));
    *table = completed_table(std::mem::take(table), &described);
    let languages = own_codebook.study.languages.clone();
    codebook.list_languages(&languages);
    let data: Box<dyn Dataset> = match DeclaredReasons::new(data, TABLE, &declared, language.as_deref()) {
        Ok(matched) => Box::new(matched),
        Err(data) => Box::new(data),
    };
    Ok(OtherRows { data, columns })
}

/// Opens a file with whatever format knows it. The kinds of some columns are left to it.
fn opened(
    source: &Source<'static>,
    how: &How<'_, '_>,
    codebook: &Codebook,
    declared: &Table,
    open: &[String],
    context: &Context,
) -> Result<Box<dyn Dataset>> {
    let mut closed = declared.clone();
    closed.variables.retain(|variable| !open.contains(&variable.name));
    how.opened_by.open_other_with(&source.clone().declared(codebook, &closed), how.options.clone(), context)
}

/// How a file is opened.
struct How<'h, 's> {
    opened_by: &'h Source<'s>,
    /// Options of its format.
    options: Json,
}

/// The options that the document has for the reader of a file.
fn options_of(file: &TableFile, found: &str) -> Json {
    let of_name = |name: &&(String, Json)| file_name(&name.0) == file_name(found);
    file.readings.iter().find(of_name).map_or(Json::Null, |(_, options)| options.clone())
}

/// The columns of whole numbers of which the document does not say that nothing is behind the point, as it lists whole numbers
/// alone, and those of which it says nothing.
pub(crate) fn guessed_kinds(declared: &Table, file: &TableFile) -> Vec<String> {
    let columns = declared.variables.iter().zip(&file.columns);
    let is_open = |(variable, column): &(&Variable, &Column)| {
        let is_open = match variable.kind {
            Kind::Integer { .. } => column.decimals.is_none(),
            Kind::Text | Kind::Float { .. } => !column.says_kind,
            _ => false,
        };
        is_open && !variable.has_reasons()
    };
    columns.filter(is_open).map(|(variable, _)| variable.name.clone()).collect()
}

/// The described columns of those that are wanted, and their reasons.
fn projection(
    codebook: &Codebook,
    declared: &Table,
    at: usize,
    reasons: &[ReasonColumn],
    wanted: &Projection,
) -> Projection {
    let variables = codebook.tables.get(at).map(|table| table.variables.as_slice()).unwrap_or_default();
    let is_wanted =
        |position: usize| variables.get(position).is_none_or(|variable| wanted.has(&variable.name));
    let of_file = declared.variables.iter().enumerate().filter(|(position, _)| is_wanted(*position));
    // A file that brings back its own codebook has the names of that.
    let names = of_file.flat_map(|(position, column)| {
        [Some(column.name.clone()), variables.get(position).map(|variable| variable.name.clone())]
    });
    let told = reasons.iter().filter(|column| is_wanted(column.variable()));
    Projection::only(names.flatten()).and(told.map(ReasonColumn::name))
}

/// The columns of a file that tell reasons of variables and are not described themselves.
fn reason_columns(reasons: &[ReasonColumn], declared: &Table, own: &Table) -> Vec<(usize, usize)> {
    let known = own.columns_by_name();
    let of = |column: &ReasonColumn| {
        let variable = declared.variables.get(column.variable())?;
        Some((*known.get(variable.name.as_str())?, *known.get(column.name())?))
    };
    reasons.iter().filter_map(of).collect()
}

/// By variable, its column in the file. A file that brings back its codebook may call it otherwise than its column is called.
fn columns(own: &Table, declared: &Table, table: &Table, file: &str) -> Result<Vec<usize>> {
    let known = own.columns_by_name();
    let in_file = own.variables.iter().enumerate();
    let in_file = in_file.filter_map(|(at, own)| Some((own.facts.name_in_file.as_deref()?, at)));
    let in_file: HashMap<&str, usize> = in_file.collect();
    let column = |(declared, variable): (&Variable, &Variable)| {
        let found = in_file.get(declared.name.as_str()).or_else(|| known.get(declared.name.as_str()));
        found.or_else(|| known.get(variable.name.as_str())).copied()
    };
    let found: Vec<Option<usize>> = declared.variables.iter().zip(&table.variables).map(column).collect();
    let missing = declared.variables.iter().zip(&found).filter(|(_, found)| found.is_none());
    let missing: Vec<&str> = missing.map(|(declared, _)| declared.name.as_str()).collect();
    let names = own.variables.iter().map(|own| own.name.as_str());
    if let Some(error) = suggest::without_columns(&missing, file, names) {
        let hint = format!("without the document the file is read as it is: name {file} as the input");
        return Err(error.table(&table.name).with_further_hint(hint));
    }
    Ok(found.into_iter().flatten().collect())
}

/// Columns that the document does not describe.
fn left_out(own: &Table, columns: &[usize], table: &str, losses: &mut Vec<Loss>) {
    let described: HashSet<usize> = columns.iter().copied().collect();
    let mut others = own.variables.iter().enumerate().filter(|(at, _)| !described.contains(at));
    if let Some((_, first)) = others.next() {
        let loss = Loss::new(LossCode::NOT_READ, "columns that the document does not describe are left out");
        losses.push(loss.count(1 + others.count() as u64).first(None, first.name.as_str()).table(table));
    }
}

/// What the document does not say of the study is as the file says, but for its number: that of a file is its name.
fn complete_study(study: &mut Study, own: &Study) {
    let fields = |study: &Study| match serde_json::to_value(study) {
        Ok(Json::Object(fields)) => fields,
        _ => Map::new(),
    };
    let mut whole = fields(own);
    whole.extend(fields(study));
    if let Ok(whole) = serde_json::from_value(whole.into()) {
        *study = whole;
    }
}

impl OtherRows {
    /// These columns of all rows; `table` describes them.
    ///
    /// # Errors
    /// As those of the file.
    pub(super) fn batches<'a>(
        &'a self,
        table: &'a Table,
        wanted: &[usize],
        scan: &Scan,
    ) -> Result<Batches<'a>> {
        let own = table_of(self.data.codebook(), TABLE)?;
        let below: Vec<usize> =
            wanted.iter().filter_map(|column| self.columns.get(*column)).copied().collect();
        let mut inner = scan.clone().columns(below.clone());
        if inner.filter.take().is_some() {
            inner.limit = None;
        }
        let batches = self.data.scan(TABLE, &inner)?;
        let held = columns_with_reasons(own, &below);
        // By reason column of the table its place in the batches, if the file has it.
        let told: Vec<Option<usize>> = match scan.reasons {
            true => columns_with_reasons(table, wanted)
                .iter()
                .map(|column| {
                    let below = self.columns.get(*column)?;
                    Some(wanted.len() + held.iter().position(|held| held == below)?)
                })
                .collect(),
            false => Vec::new(),
        };
        let schema = scan_schema(table, wanted, scan.reasons);
        let (output, width) = (Arc::clone(&schema), wanted.len());
        let batches = batches.map(move |batch| {
            let batch = batch?;
            let mut arrays: Vec<ArrayRef> = batch.columns().iter().take(width).cloned().collect();
            arrays.extend(told.iter().map(|place| {
                let column = place.and_then(|place| batch.columns().get(place));
                column.cloned().unwrap_or_else(|| new_null_array(&DataType::UInt8, batch.num_rows()))
            }));
            let fields = batch.schema();
            let values = fields.fields().iter().take(width).cloned();
            let fields: Vec<_> = values.chain(output.fields().iter().skip(width).cloned()).collect();
            let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
            let schema = Arc::new(arrow_schema::Schema::new(fields));
            Ok(RecordBatch::try_new_with_options(schema, arrays, &options)?)
        });
        Ok(Batches::new(schema, batches))
    }
}
