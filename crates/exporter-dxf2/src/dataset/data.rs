//! A file of DHIS2 as a dataset, which is read anew by every scan and presumed not to change.

use std::fmt;
use std::io::{BufReader, ErrorKind};
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use exporter_core::codebook::{Attribute, Codebook, Table, Variable};
use exporter_core::dataset::{arrow_schema, select_from, table_of};
use exporter_core::{
    Batches, Cancel, Context, Dataset, Error, FETCH_AGAIN, Loss, LossCode, LossReport, Note, Projection,
    Result, Sample, Scan, Source, TableId,
};

use super::cells::Cells;
use super::dictionary::Dictionary;
use super::options::{Dxf2InputOptions, Values};
use super::row::Row;
use super::rows::{Reading, Rows};
use super::seen::told;
use super::tables::{Planned, PlannedColumn, Tables};
use crate::fault::Fault;
use crate::mode::Mode;
use crate::recognition::ExchangeKind;
use crate::target::Target;
use crate::tracker::Kind;
use crate::value::{Object, Value};

/// Rows of a batch, where the scan asks for no other number.
const BATCH_ROWS: usize = 8192;
/// Bytes that the values of a batch have about.
const BATCH_BYTES: usize = 4 << 20;
/// Rows between two looks at whether the work is cancelled.
const ROWS_BETWEEN: u64 = 1024;

/// A file of DHIS2 as tables.
pub struct Dxf2Dataset {
    source: Source<'static>,
    reading: Reading,
    cancel: Cancel,
    /// What the file says besides its objects.
    header: Object,
    codebook: Codebook,
    tables: Vec<Planned>,
    losses: LossReport,
    notes: Vec<Note>,
    projection: Projection,
}

impl fmt::Debug for Dxf2Dataset {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Dxf2Dataset").field("source", &self.source.name).finish_non_exhaustive()
    }
}

impl Dxf2Dataset {
    /// Opens a file and reads it once: which tables and columns there are, and of what kinds.
    ///
    /// # Errors
    /// When the bytes cannot be read or are no file of DHIS2; in strict mode, when it is damaged or a server would refuse it.
    pub fn open(source: &Source<'_>, options: &Dxf2InputOptions, context: &Context) -> Result<Self> {
        let mode = options.mode.into();
        let target = match options.target.as_str() {
            "" => Target::default(),
            text => text.parse().map_err(|error: crate::UnknownTarget| Error::usage(error.to_string()))?,
        };
        let head = source.head(Sample::BYTES)?;
        let (kind, form) = ExchangeKind::of(BufReader::new(source.cursor()), &head).map_err(|what| {
            Error::unsupported(format!("it is no file of DHIS2: {what}"))
                .with_hint("give data values, events or metadata of DHIS2 as JSON, XML or CSV")
        })?;
        if kind == ExchangeKind::Geometry {
            return Err(Error::unsupported("a collection of features has no tables")
                .with_hint("put the geometries into the metadata of organisation units first"));
        }
        let (events, values) = (options.events, options.values);
        let reading = Reading { kind, form, mode, target, events, values };
        let mut opening = Opening::new(source, reading, context)?;
        opening.read(context.cancel())?;
        opening.opened(source, context)
    }

    fn rows(&self) -> Result<Rows> {
        Rows::new(bytes(&self.source), self.reading).map_err(|fault| error_of(fault, &self.source.name))
    }
}

fn bytes(source: &Source<'_>) -> BufReader<exporter_core::source::Cursor> {
    BufReader::with_capacity(256 << 10, source.cursor())
}

/// The first reading of a file.
struct Opening<'d> {
    rows: Rows,
    tables: Tables<'d>,
    reading: Reading,
    name: String,
    losses: LossReport,
}

impl<'d> Opening<'d> {
    fn new(source: &Source<'d>, reading: Reading, _: &Context) -> Result<Self> {
        let rows = Rows::new(bytes(source), reading).map_err(|fault| error_of(fault, &source.name))?;
        let tables = Tables::new(reading.kind, source.dictionary)?;
        Ok(Self { rows, tables, reading, name: source.name.clone(), losses: LossReport::default() })
    }

    fn read(&mut self, cancel: &Cancel) -> Result<()> {
        let mut count = 0_u64;
        loop {
            match self.rows.next(None) {
                Ok(Some(row)) => self.tables.see(&row).map_err(|error| error.entry(&self.name))?,
                Ok(None) => break,
                Err(fault) => {
                    if is_io(&fault) || count == 0 {
                        return Err(error_of(fault, &self.name));
                    }
                    if self.reading.mode == Mode::Strict {
                        let message =
                            format!("{}, {}: {}", fault.position, self.rows.behind(), fault.message);
                        let hint = "with --from dxf2:mode=lenient all before it is read";
                        return Err(Error::invalid(message).with_hint(hint));
                    }
                    let action = format!(
                        "the file is damaged at {}, {}, and what follows is not read: {}",
                        fault.position,
                        self.rows.behind(),
                        fault.message
                    );
                    self.losses.add(Loss::new(LossCode::NOT_READ, action).counting("places"));
                    break;
                }
            }
            count += 1;
            if count.is_multiple_of(ROWS_BETWEEN) {
                cancel.check()?;
            }
        }
        cancel.check()
    }

    fn opened(mut self, source: &Source<'_>, context: &Context) -> Result<Dxf2Dataset> {
        let header = self.rows.header();
        for (name, _) in header.iter() {
            // A list of none is a table without rows.
            if let Some(kind) = Kind::of_list(name).filter(|_| self.reading.kind == ExchangeKind::Tracker) {
                self.tables.add_empty(kind)?;
            }
        }
        let (mut tables, mut tables_told) = self.tables.planned();
        let dictionary =
            source.dictionary.map(|codebook| Dictionary::new(codebook, &header, context.language()));
        if self.reading.values == Values::Names {
            let dictionary = dictionary.as_ref().ok_or_else(|| {
                Error::unsupported("values=names needs the names of metadata, and none is given")
                    .with_hint("give the metadata of the system: --codebook metadata.json")
            })?;
            tables.iter_mut().for_each(|table| table.add_names(dictionary));
        }
        let mut notes = Vec::new();
        for remark in self.rows.remarks().into_iter().flat_map(|remarks| remarks.iter()) {
            if remark.is_loss {
                let loss = Loss::new(LossCode::NOT_READ, format!("{}: {}", remark.position, remark.message));
                self.losses.add(loss.count(remark.count));
            } else {
                notes.push(Note::new(remark.to_string()));
            }
        }
        let stem = source.file_name().split_once('.').map_or(source.file_name(), |(stem, _)| stem);
        let mut codebook = Codebook::new(stem);
        if let Some(dictionary) = source.dictionary {
            codebook.study.languages.clone_from(&dictionary.study.languages);
        }
        for planned in &tables {
            let mut variables = Vec::with_capacity(planned.columns.len());
            for column in &planned.columns {
                let mut variable = Variable::new(&column.name, column.cells.kind());
                let labels = &self.rows.tracked.labels;
                let label = labels.iter().find(|((table, of), _)| *table == planned.key && *of == column.key);
                if let Some((_, label)) = label.filter(|_| column.is_open) {
                    variable = variable.with_label(label.as_str());
                }
                variables.push(match &dictionary {
                    Some(dictionary) if column.names.is_none() => {
                        let place = (planned.key.as_str(), column.key.as_str());
                        let sets = &mut codebook.value_labels;
                        dictionary.describe(place, &column.cells, variable, sets, &mut tables_told)
                    }
                    _ => variable,
                });
            }
            let mut table = Table::new(&planned.name, variables);
            table.rows = Some(planned.rows);
            codebook.tables.push(table);
        }
        let all = [&tables_told, &self.rows.told, &self.rows.tracked.told];
        all.into_iter().flat_map(|told| told.losses()).for_each(|loss| self.losses.add(loss));
        if let Some(table) = codebook.tables.first_mut() {
            let said = header.iter().filter(|(_, value)| !is_nothing(value));
            table.attributes =
                said.map(|(name, value)| (name.to_owned(), Attribute::One(told(value)))).collect();
        }
        let (reading, cancel) = (self.reading, context.cancel().clone());
        let (losses, projection) = (self.losses, source.projection.clone());
        Ok(Dxf2Dataset {
            source: source.detached(),
            reading,
            cancel,
            header,
            codebook,
            tables,
            losses,
            notes,
            projection,
        })
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::List(values) => values.is_empty(),
        _ => false,
    }
}

/// Whether the bytes could not be had.
pub(super) fn is_io(fault: &Fault) -> bool {
    fault.source.as_ref().is_some_and(|source| source.kind() != ErrorKind::FileTooLarge)
}

pub(super) fn error_of(fault: Fault, name: &str) -> Error {
    match fault.source {
        Some(source) if source.kind() != ErrorKind::FileTooLarge => {
            Error::io(format!("cannot read {name} at {}", fault.position), source)
        }
        Some(source) => Error::limit(format!("{}: {source}", fault.position)),
        None => {
            let error = Error::invalid(format!("{}: {}", fault.position, fault.message));
            if fault.is_cut { error.with_hint(FETCH_AGAIN) } else { error }
        }
    }
}

impl Dataset for Dxf2Dataset {
    fn codebook(&self) -> &Codebook {
        &self.codebook
    }

    fn rows(&self, table: TableId) -> Option<u64> {
        self.tables.get(table.0).map(|table| table.rows)
    }

    fn scan(&self, table: TableId, scan: &Scan) -> Result<Batches<'_>> {
        let description = table_of(&self.codebook, table)?;
        let held = scan.needed(description)?;
        self.projection.check(description, &held)?;
        let Some(planned) = self.tables.get(table.0) else {
            return Err(Error::not_found("the table does not exist"));
        };
        let rows = Self::rows(self)?;
        let batch_rows = scan.batch_rows.unwrap_or(BATCH_ROWS).clamp(1, BATCH_ROWS);
        let mut slots = vec![None; planned.columns.len()];
        for (slot, column) in held.iter().enumerate() {
            if let Some(place) = slots.get_mut(*column) {
                *place = Some(slot);
            }
        }
        let cells = held.iter().filter_map(|column| Some(&planned.columns.get(*column)?.cells)).collect();
        let schema = arrow_schema(description, &held);
        let left = planned.rows;
        let scanning = Scanning { data: self, planned, rows, slots, cells, schema, batch_rows, left };
        select_from(description, &held, scan, scanning)
    }

    fn losses(&self) -> LossReport {
        self.losses.clone()
    }

    fn notes(&self) -> Vec<Note> {
        self.notes.clone()
    }
}

/// A scan of a table.
struct Scanning<'d> {
    data: &'d Dxf2Dataset,
    planned: &'d Planned,
    rows: Rows,
    /// By column where it is among those that are held.
    slots: Vec<Option<usize>>,
    cells: Vec<&'d Cells>,
    schema: arrow_schema::SchemaRef,
    batch_rows: usize,
    left: u64,
}

impl Scanning<'_> {
    fn batch(&mut self) -> Result<Option<RecordBatch>> {
        let mut columns: Vec<Vec<Option<Value>>> = self.cells.iter().map(|_| Vec::new()).collect();
        let (mut count, mut bytes) = (0, 0);
        while self.left > 0 && count < self.batch_rows && bytes < BATCH_BYTES {
            let row = match self.rows.next(Some(&self.data.header)) {
                Ok(Some(row)) if row.table == self.planned.key => row,
                Ok(Some(_)) => continue,
                // All of it was there when it was opened.
                Ok(None) => return Err(super::cells::changed()),
                Err(fault) if is_io(&fault) => return Err(error_of(fault, &self.data.source.name)),
                Err(_) => return Err(super::cells::changed()),
            };
            self.left -= 1;
            count += 1;
            columns.iter_mut().for_each(|column| column.push(None));
            bytes += columns.len() * size_of::<Option<Value>>();
            self.put(row, &mut columns, &mut bytes);
        }
        self.data.cancel.check()?;
        if count == 0 {
            return Ok(None);
        }
        let arrays = self.cells.iter().zip(&columns).map(|(cells, column)| {
            let values: Vec<Option<&Value>> = column.iter().map(Option::as_ref).collect();
            cells.array(&values)
        });
        let arrays = arrays.collect::<Result<Vec<ArrayRef>>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(count));
        Ok(Some(RecordBatch::try_new_with_options(Arc::clone(&self.schema), arrays, &options)?))
    }

    fn put(&self, row: Row, columns: &mut [Vec<Option<Value>>], bytes: &mut usize) {
        for cell in row.cells {
            let place = self.planned.places.get(&cell.name, cell.wanted);
            // A column of names stands right behind that of the identifiers.
            let behind = place.and_then(|place| Some((place + 1, self.planned.columns.get(place + 1)?)));
            if let Some((place, PlannedColumn { names: Some(names), .. })) = behind
                && let Some(slot) = self.slots.get(place).copied().flatten()
                && let Some(last) = columns.get_mut(slot).and_then(|column| column.last_mut())
            {
                let name = cell.value.as_text().and_then(|id| names.get(id));
                *bytes += name.map_or(0, String::len);
                *last = name.map(|name| Value::from(name.as_str()));
            }
            let slot = place.and_then(|place| self.slots.get(place).copied().flatten());
            let last = slot.and_then(|slot| columns.get_mut(slot)).and_then(|column| column.last_mut());
            if let Some(last) = last {
                *bytes += size_of_value(&cell.value);
                *last = Some(cell.value);
            }
        }
    }
}

/// The bytes of a value beside its place, about.
fn size_of_value(value: &Value) -> usize {
    match value {
        Value::Text(text) | Value::Number(text) => text.len(),
        Value::List(values) => values.iter().map(|value| size_of::<Value>() + size_of_value(value)).sum(),
        Value::Object(object) => {
            let size = |(name, value): (&str, &Value)| name.len() + size_of::<Value>() + size_of_value(value);
            object.iter().map(size).sum()
        }
        Value::Null | Value::Boolean(_) => 0,
    }
}

impl Iterator for Scanning<'_> {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        let found = self.batch().transpose();
        if !matches!(found, Some(Ok(_))) {
            self.left = 0;
        }
        found
    }
}
