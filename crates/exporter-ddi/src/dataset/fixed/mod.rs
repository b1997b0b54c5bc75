//! Fixed columns: records of characters at places that the document gives, all of one type or of several.
//!
//! A file is read through when it is opened: it is known then how many records of each type there are and which do not
//! fit. Scans decode it in pieces, on all threads.

mod cells;
mod count;
mod records;

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{Array, RecordBatch, RecordBatchOptions};
use exporter_core::codebook::{Codebook, Kind, Language, MissingValues, Table, Variable};
use exporter_core::dataset::{at_most, normalise, reasons_by_text, scan_schema};
use exporter_core::{
    BATCH_ROWS, Batches, Cancel, Context, Error, Loss, LossCode, ReadAt, Result, Scan, Source, parallel,
};

use crate::reader::TableFile;
use cells::{FixedColumn, Misfit, Values, is_read};
use count::{Counting, type_of};
use records::{Charset, Pieces, Record, is_empty, lines};

/// Bytes that a thread decodes at a time.
const PIECE: usize = 256 << 10;

/// The rows of a table in a file of fixed columns.
#[derive(Debug)]
pub(super) struct FixedRows {
    bytes: Arc<dyn ReadAt>,
    name: String,
    charset: Charset,
    /// Where the type of record stands, and the one of the table.
    record: Option<((u32, u32), String)>,
    columns: Vec<FixedColumn>,
    pub(super) rows: u64,
    piece: usize,
    threads: usize,
    cancel: Cancel,
}

/// What is found out of a file when it is opened.
pub(super) struct Opened {
    /// By table.
    pub(super) rows: Vec<FixedRows>,
    pub(super) losses: Vec<Loss>,
}

/// Whether a document says of a file where in its records the columns stand.
pub(super) fn states_characters(file: &TableFile) -> bool {
    file.record.is_some() || file.columns.iter().any(|column| column.characters.is_some())
}

/// Opens a file that holds these tables of a codebook; kinds of variables that fixed columns do not hold become texts.
///
/// # Errors
/// When it cannot be read, or the document does not say where a column stands.
pub(super) fn open(
    source: &Source<'_>,
    codebook: &mut Codebook,
    files: &[(usize, &TableFile)],
    context: &Context,
) -> Result<Opened> {
    let mut losses = Vec::new();
    let default = codebook.study.languages.first().cloned();
    let mut language = Language::default();
    language.default = default.as_deref();
    let Some((_, first)) = files.first() else { return Ok(Opened { rows: Vec::new(), losses }) };
    let charset = Charset::named(first.charset.as_deref());
    let (mut rows, mut types, mut lengths, mut names) = (Vec::new(), None, Vec::new(), Vec::new());
    let mut guessed: Vec<Vec<(usize, FixedColumn)>> = Vec::new();
    for (position, (at, file)) in files.iter().enumerate() {
        let Some(table) = codebook.tables.get_mut(*at) else { continue };
        names.push(table.name.clone());
        let record = match &file.record {
            Some((column, own)) => {
                let place = column.characters.ok_or_else(|| no_type(&table.name))?;
                let (_, tables) = types.get_or_insert_with(|| (place, HashMap::new()));
                tables.entry(own.trim().to_owned()).or_insert(position);
                Some((place, own.trim().to_owned()))
            }
            None => None,
        };
        let columns = columns(table, file, language, &mut losses)?;
        lengths.push(columns.iter().map(|column| column.characters.1).max().unwrap_or_default());
        let of_table = columns.iter().enumerate().filter(|(_, column)| column.is_guessed);
        guessed.push(of_table.map(|(at, column)| (at, column.clone())).collect());
        rows.push(FixedRows {
            bytes: Arc::clone(&source.bytes),
            name: source.name.clone(),
            charset,
            record,
            columns,
            rows: 0,
            piece: context.share(PIECE),
            threads: context.threads(),
            cancel: context.cancel().clone(),
        });
    }
    let counting = Counting { charset, types, lengths, guessed };
    let (piece, threads) = (context.share(PIECE), context.threads());
    let counted = counting.count(&source.bytes, &source.name, piece, threads, context.cancel())?;
    rows.iter_mut().zip(&counted.rows).for_each(|(rows, counted)| rows.rows = *counted);
    for (position, column) in &counted.fractions {
        let table = files.get(*position).and_then(|(at, _)| codebook.tables.get_mut(*at));
        let variable = table.and_then(|table| table.variables.get_mut(*column));
        variable.into_iter().for_each(|variable| variable.kind = Kind::FLOAT);
        let cells = rows.get_mut(*position).and_then(|rows| rows.columns.get_mut(*column));
        cells.into_iter().for_each(|cells| cells.kind = Kind::FLOAT);
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    losses.extend(counted.losses(&names));
    Ok(Opened { rows, losses })
}

/// Characters of numbers of which it is taken for granted that they are whole where no decimals are stated.
const WIDEST_WHOLE: u32 = 10;

/// The columns of a table.
fn columns(
    table: &mut Table,
    file: &TableFile,
    language: Language<'_>,
    losses: &mut Vec<Loss>,
) -> Result<Vec<FixedColumn>> {
    let mut columns = Vec::new();
    for (variable, column) in table.variables.iter_mut().zip(&file.columns) {
        let characters = column.characters.ok_or_else(|| nowhere(&variable.name, &table.name))?;
        if !is_read(&variable.kind) {
            let action = format!("read as text: fixed columns hold no {}", variable.kind);
            losses
                .push(Loss::new(LossCode::KIND_CHANGED, action).variable(&variable.name).table(&table.name));
            as_text(variable);
        }
        let reasons =
            if variable.has_reasons() { reasons_by_text(variable, language) } else { HashMap::new() };
        let (kind, decimals) = (variable.kind.clone(), column.decimals.unwrap_or_default());
        // Some extracts have weights with a point in columns that are said to have no decimals.
        let is_wide = characters.1 - characters.0 >= WIDEST_WHOLE && variable.labels.is_none();
        let is_guessed =
            matches!(kind, Kind::Integer { .. }) && (column.decimals.is_none() || decimals == 0 && is_wide);
        columns.push(FixedColumn { kind, characters, decimals, is_guessed, reasons });
    }
    Ok(columns)
}

/// Makes a variable one of texts, of which nothing else is said that is of its kind.
fn as_text(variable: &mut Variable) {
    variable.kind = Kind::Text;
    variable.labels = None;
    variable.missing.retain(|missing| matches!(missing.values, MissingValues::Reason));
}

fn no_type(table: &str) -> Error {
    Error::invalid("the document does not say which column holds the type of a record, or where it stands")
        .table(table)
        .with_hint(
            "name it by recidvar of recGrp, and give that variable a location with StartPos and EndPos",
        )
}

fn nowhere(variable: &str, table: &str) -> Error {
    let error = Error::invalid("the document does not say where in the fixed columns of its file it stands");
    error.table(table).variable(variable).with_hint("give it a location with StartPos and EndPos")
}

/// Decoded records.
#[derive(Default)]
struct Decoded {
    values: Vec<Values>,
    rows: usize,
    /// The column of the first cell that does not fit, and the cell.
    misfit: Option<(usize, Misfit)>,
}

impl FixedRows {
    /// These columns of all rows; `table` describes them.
    ///
    /// # Errors
    /// When a thread cannot be started. The batches end with the first cell that is no value of its kind.
    pub(super) fn batches<'a>(&self, table: &'a Table, wanted: &[usize], scan: &Scan) -> Result<Batches<'a>> {
        let columns: Vec<FixedColumn> =
            wanted.iter().filter_map(|column| self.columns.get(*column)).cloned().collect();
        let (charset, record) = (self.charset, self.record.clone());
        let decode = move |piece: Vec<u8>, decoded: &mut Decoded| {
            let records = lines(&piece).filter(|line| !is_empty(line)).map(|line| Record::new(line, charset));
            let is_own = |record_: &Record<'_>| {
                record.as_ref().is_none_or(|(place, own)| type_of(record_, *place) == *own)
            };
            let records: Vec<Record<'_>> = records.filter(is_own).collect();
            *decoded = decoded_of(&columns, &records);
            Ok(())
        };
        let pieces = Pieces::new(&self.bytes, &self.name, self.piece, &self.cancel);
        let mut decoded: Box<dyn Iterator<Item = Result<Decoded>> + Send> = if self.threads == 1 {
            Box::new(pieces.map(move |piece| {
                let mut decoded = Decoded::default();
                decode(piece?, &mut decoded).map(|()| decoded)
            }))
        } else {
            let take = |decoded: &mut Decoded| Ok(Some(std::mem::take(decoded)));
            let ahead = parallel::read_ahead("read fixed columns", self.threads, pieces, decode, take);
            Box::new(ahead.map_err(|source| Error::io("cannot start a thread", source))?)
        };
        let schema = scan_schema(table, wanted, scan.reasons);
        let (output, wanted, name) = (Arc::clone(&schema), wanted.to_vec(), self.name.clone());
        let with_reasons = scan.reasons;
        let mut first = 0_u64;
        let batches = std::iter::from_fn(move || {
            let decoded = decoded.next()?;
            let batch = decoded.and_then(|decoded| {
                if let Some((column, (row, value))) = decoded.misfit {
                    return Err(
                        misfit(table, wanted.get(column), first + row as u64 + 1, &value).entry(&name)
                    );
                }
                let (mut arrays, mut told) = (Vec::with_capacity(wanted.len()), Vec::new());
                for ((values, reasons), column) in decoded.values.iter().zip(&wanted) {
                    let Some(variable) = table.variables.get(*column) else { continue };
                    let values = normalise(variable, values, first);
                    arrays.push(values.map_err(|error| error.table(&table.name).entry(&name))?);
                    told.extend(reasons.as_ref().filter(|_| with_reasons).map(Arc::<dyn Array>::clone));
                }
                arrays.extend(told);
                first += decoded.rows as u64;
                let options = RecordBatchOptions::new().with_row_count(Some(decoded.rows));
                Ok(RecordBatch::try_new_with_options(Arc::clone(&output), arrays, &options)?)
            });
            Some(batch)
        });
        let batches = batches.filter(|batch| batch.as_ref().map_or(true, |batch| batch.num_rows() > 0));
        Ok(Batches::new(schema, at_most(batches, scan.batch_rows.unwrap_or(BATCH_ROWS).max(1))))
    }
}

/// The values of these columns in some records.
fn decoded_of(columns: &[FixedColumn], records: &[Record<'_>]) -> Decoded {
    let mut decoded = Decoded { rows: records.len(), ..Decoded::default() };
    for (at, column) in columns.iter().enumerate() {
        match column.values(records) {
            Ok(values) => decoded.values.push(values),
            // Of all cells that do not fit the one in the first row is told.
            Err((row, _)) if decoded.misfit.as_ref().is_some_and(|(_, (before, _))| *before <= row) => {}
            Err(misfit) => decoded.misfit = Some((at, misfit)),
        }
    }
    decoded
}

fn misfit(table: &Table, column: Option<&usize>, row: u64, value: &str) -> Error {
    let variable = column.and_then(|column| table.variables.get(*column));
    let kind = variable.map_or_else(String::new, |variable| variable.kind.to_string());
    let error = Error::invalid(format!("{value:?} is no {kind}")).table(&table.name).row(row);
    let error = match variable {
        Some(variable) => error.variable(&variable.name),
        None => error,
    };
    error.with_hint("correct the cell, or what the document says of the column: location, dcml and varFormat")
}
