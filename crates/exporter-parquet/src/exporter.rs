//! Parquet and Arrow IPC as formats of the engine, one entry a table: what they share, which is the codebook in the file's
//! metadata, the columns, and the way a table's rows are cut.

pub(crate) mod arrow;
pub(crate) mod parquet;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufWriter, Write};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{DataType, Field, FieldRef, Schema, SchemaRef};
use exporter_core::carry::{Carry, Part};
use exporter_core::codebook::{Document, Kind, Measure, Period, Table, Variable};
use exporter_core::dataset::{ReasonColumn, arrow_schema, with_reason_texts};
use exporter_core::profile::Number;
use exporter_core::sink::EntrySpec;
use exporter_core::{
    Codebook, Dataset, Error, Exporter, Facts, FormatInfo, Loss, LossCode, Output, Planning, ProfileRequest,
    Result, Scan, TableId, TableProfile, TableRows, TableWriter, TablesPlan, Written,
};

use crate::ParquetError;
use crate::categories::{self, WrittenCategories};
use crate::layout::codebook::{self, CODEBOOK_KEY, Stored, TABLE_KEY};
use crate::layout::cutting::chunk_rows;
use crate::layout::periods;
use crate::layout::reasons::marked;
use crate::options::{ReasonsAs, WriteCategoriesAs};

pub use self::arrow::{ArrowExporter, ArrowFile, ArrowStream, ArrowStreamExporter};
pub use self::parquet::{Parquet, ParquetExporter};

/// Buffer before the sink, in bytes.
const OUTPUT_BUFFER: usize = 1 << 18;

/// Writes the rows of a table to an output.
trait RowWriter: Copy + Send {
    /// The columns as the file stores them.
    fn stored(&self, schema: &SchemaRef) -> SchemaRef;

    /// Writes and returns the number of rows; `metadata` are the file's keys and values.
    fn write(
        self,
        output: &mut (dyn Write + Send),
        columns: &Columns,
        metadata: Vec<(String, String)>,
        rows: &TableRows<'_>,
    ) -> Result<u64, ParquetError>;
}

/// The columns of a table's file.
struct Columns {
    /// The variables, and behind them the columns of reasons.
    schema: SchemaRef,
    reasons: Vec<ReasonColumn>,
    /// What is written of variables that are not written as they are.
    written: Vec<(usize, WrittenAs)>,
}

/// How a variable is written for which Arrow has no type of its own.
enum WrittenAs {
    Categories(WrittenCategories),
    Periods(Period),
}

/// What the options of all formats choose.
#[derive(Clone, Copy)]
struct Choices {
    codebook: bool,
    reasons: ReasonsAs,
    categories: WriteCategoriesAs,
}

impl Choices {
    fn categories_of(self, codebook: &Codebook, variable: &Variable) -> Option<WrittenCategories> {
        match self.categories {
            WriteCategoriesAs::Dictionary => WrittenCategories::of(codebook, variable),
            WriteCategoriesAs::Codes => None,
        }
    }

    /// Why a variable that had categories is written without: another program has described it otherwise since.
    fn no_categories(self, codebook: &Codebook, variable: &Variable) -> Option<&'static str> {
        let is_wanted = variable.categorical && matches!(self.categories, WriteCategoriesAs::Dictionary);
        if !is_wanted || self.categories_of(codebook, variable).is_some() {
            return None;
        }
        Some(match variable.kind {
            _ if codebook.categories_of(variable).is_some() => "they are too many",
            Kind::Integer { .. } if variable.missing.is_empty() => {
                "the labelled values are not 1, 2, 3 and so on, each with a text of its own"
            }
            Kind::Integer { .. } => "values are declared missing",
            _ => "they are no whole numbers",
        })
    }

    /// Asks whether all values of categorical variables are positions of their categories.
    fn needs(self, codebook: &Codebook) -> ProfileRequest {
        let mut request = ProfileRequest::new();
        for (index, table) in codebook.tables.iter().enumerate() {
            for (column, variable) in table.variables.iter().enumerate() {
                if self.categories_of(codebook, variable).is_some() {
                    request.column(TableId(index), column, Facts::RANGE);
                }
            }
        }
        request
    }

    /// A value that is none of its variable's categories, by column.
    fn outside(
        self,
        codebook: &Codebook,
        table: &Table,
        facts: Option<&TableProfile>,
    ) -> BTreeMap<usize, i128> {
        let outside = |(column, variable): (usize, &Variable)| {
            let (Number::Integer(low), Number::Integer(high)) =
                facts?.columns.get(&column)?.range.flatten()?
            else {
                return None;
            };
            let most = self.categories_of(codebook, variable)?.len() as i128;
            [low, high].into_iter().find(|value| !(1..=most).contains(value)).map(|value| (column, value))
        };
        table.variables.iter().enumerate().filter_map(outside).collect()
    }
}

impl Columns {
    /// `outside` are the columns of categories that have other values.
    fn new(codebook: &Codebook, table: &Table, choices: Choices, outside: &BTreeMap<usize, i128>) -> Self {
        let variables: Vec<usize> = (0..table.variables.len()).collect();
        let reasons = match choices.reasons {
            ReasonsAs::Empty => Vec::new(),
            ReasonsAs::Column => ReasonColumn::of_table(table, codebook.language(None)),
        };
        let schema = arrow_schema(table, &variables);
        let mut fields: Vec<FieldRef> = schema.fields().iter().cloned().collect();
        let mut written = Vec::new();
        for (column, (variable, field)) in table.variables.iter().zip(&mut fields).enumerate() {
            let is_outside = outside.contains_key(&column);
            let categories = choices.categories_of(codebook, variable).filter(|_| !is_outside);
            let (data_type, how) = match (categories, periods::as_text(&variable.kind)) {
                (Some(categories), _) => (categories::stored_type(), WrittenAs::Categories(categories)),
                (None, Some(period)) => (DataType::Utf8, WrittenAs::Periods(period)),
                (None, None) => continue,
            };
            let is_ordered = variable.measure == Some(Measure::Ordinal);
            let changed = Field::clone(field).with_data_type(data_type).with_dict_is_ordered(is_ordered);
            *field = Arc::new(changed);
            written.push((column, how));
        }
        fields.extend(reasons.iter().filter_map(|column| {
            let variable = table.variables.get(column.variable())?;
            Some(Arc::new(marked(column.field(), &variable.name)))
        }));
        Self { schema: Arc::new(Schema::new(fields)), reasons, written }
    }

    /// The rows of the table, cut into chunks that do not depend on how the source cut them.
    fn chunks(
        &self,
        rows: &TableRows<'_>,
    ) -> Result<impl Iterator<Item = Result<RecordBatch, ParquetError>> + Send, ParquetError> {
        let count = chunk_rows(self.schema.fields().len(), rows.context().memory());
        let mut scan = Scan::all().batch_rows(count);
        scan.reasons = !self.reasons.is_empty();
        let batches = rows.scan(&scan).map_err(ParquetError::Rows)?;
        let is_plain = self.reasons.is_empty() && self.written.is_empty();
        Ok(batches.rechunk(count).map(move |batch| {
            let batch = batch.map_err(ParquetError::Rows)?;
            if is_plain { Ok(batch) } else { self.as_written(&batch) }
        }))
    }

    fn as_written(&self, batch: &RecordBatch) -> Result<RecordBatch, ParquetError> {
        let mut columns = with_reason_texts(batch, &self.reasons).map_err(ParquetError::Rows)?;
        for (column, how) in &self.written {
            let (Some(values), name) = (columns.get_mut(*column), self.schema.field(*column).name()) else {
                continue;
            };
            *values = match how {
                WrittenAs::Categories(categories) => categories.keys(values, name)?,
                WrittenAs::Periods(period) => periods::texts_of(values, *period),
            };
        }
        Ok(RecordBatch::try_new(Arc::clone(&self.schema), columns)?)
    }
}

/// The entries of a codebook's tables.
fn entries(info: &FormatInfo, codebook: &Codebook) -> Vec<EntrySpec> {
    let extension = info.extensions.first().copied().unwrap_or(info.id);
    exporter_core::table_entries(codebook, extension, info.media_type)
}

/// The codebook goes into the file, or nothing but names and types does.
fn carries(part: Part, with_codebook: bool, reasons: ReasonsAs) -> Carry {
    match part {
        Part::MissingReasons => match reasons {
            ReasonsAs::Empty => Carry::Dropped("written like nulls; reasons=column keeps them"),
            ReasonsAs::Column if with_codebook => Carry::Whole,
            // Without the codebook the columns are texts like any other.
            ReasonsAs::Column => Carry::Limited,
        },
        Part::StudyTitle
        | Part::StudyDescription
        | Part::Languages
        | Part::Documents
        | Part::DocumentDescription
        | Part::TableLabel
        | Part::TableNotes
        | Part::Groups
        | Part::Keys
        | Part::SortOrder
        | Part::VariableLabel
        | Part::ValueLabels
        | Part::MissingValues
        | Part::DisplayFormat
        | Part::ReasonLabels
        | Part::UnusedValueLabels
        | Part::Measure
        | Part::Alignment
        | Part::Weight
        | Part::Question
        | Part::QuestionLogic
        | Part::VariableNotes
        | Part::VariableDescription
        | Part::Attributes => match with_codebook {
            true => Carry::Whole,
            false => Carry::Dropped("left out because of codebook=false"),
        },
    }
}

/// Plans every table with the same writer.
fn plan<'a>(
    exporter: &'a dyn Exporter,
    writer: impl RowWriter + 'a,
    choices: Choices,
    data: &'a dyn Dataset,
    with: &Planning<'_>,
) -> Result<TablesPlan<'a>> {
    let codebook = data.codebook();
    let mut plan = TablesPlan::new(data, with.losses(exporter, codebook));
    let is_large = choices.codebook && codebook::may_be_too_large(codebook)?;
    for (index, (table, entry)) in codebook.tables.iter().zip(exporter.entries(codebook)).enumerate() {
        let id = TableId(index);
        let outside = choices.outside(codebook, table, with.profile.table(id));
        for (column, variable) in table.variables.iter().enumerate() {
            let outside = outside.get(&column);
            let why = match outside {
                Some(_) => Some("a value is none of these"),
                None => choices.no_categories(codebook, variable),
            };
            let Some(why) = why else { continue };
            let action = format!("written as numbers, not as categories: {why}");
            let loss = Loss::new(LossCode::KIND_CHANGED, action).table(&table.name).variable(&variable.name);
            plan.changes.losses.add(match outside {
                Some(value) => loss.first(None, value.to_string()),
                None => loss,
            });
        }
        let columns = Columns::new(codebook, table, choices, &outside);
        let file = TableFile { writer, columns, codebook: choices.codebook.then_some((codebook, id)) };
        for variable in &table.variables {
            let action = match periods::as_text(&variable.kind) {
                // The codebook tells it.
                Some(_) if choices.codebook => continue,
                Some(period) => vec![format!("written as texts such as {}", period.iso_text(0))],
                None => {
                    let counted = counted_periods(&variable.kind).into_iter();
                    counted.map(|counted| format!("{counted} are written as whole numbers")).collect()
                }
            };
            for action in action {
                let loss =
                    Loss::new(LossCode::KIND_CHANGED, action).table(&table.name).variable(&variable.name);
                plan.changes.losses.add(loss.first(None, variable.kind.to_string()));
            }
        }
        let stored = if is_large { file.stored()? } else { None };
        let dropped = stored.into_iter().flat_map(|stored| stored.dropped);
        for name in dropped.filter(|name| with.document(name).is_none()) {
            let action = "stored without its bytes, which are too many";
            let loss = Loss::new(LossCode::DOCUMENT_DROPPED, action).table(&table.name);
            plan.changes.losses.add(loss.first(None, name));
        }
        plan.push(id, entry, file);
    }
    let is_outside = |document: &&Document| {
        let is_file = document.bytes.is_none() && document.path.is_some();
        choices.codebook && is_file && with.document(&document.name).is_none()
    };
    for document in codebook.documents.iter().filter(is_outside) {
        let loss = Loss::new(LossCode::DOCUMENT_DROPPED, "its path is stored, its contents are not");
        plan.changes.losses.add(loss.first(None, document.name.as_str()));
    }
    Ok(plan)
}

/// What the periods of a kind count, for which Arrow has no type.
fn counted_periods(kind: &Kind) -> BTreeSet<&'static str> {
    match kind {
        Kind::Period(period) => period.count().into_iter().collect(),
        Kind::List(item) => counted_periods(item),
        Kind::Map { key, value } => counted_periods(key).into_iter().chain(counted_periods(value)).collect(),
        Kind::Structure(fields) => fields.iter().flat_map(|field| counted_periods(&field.kind)).collect(),
        _ => BTreeSet::new(),
    }
}

struct TableFile<'a, W> {
    writer: W,
    columns: Columns,
    /// The codebook that is stored, if any. Its JSON is made when the file is written: each file has the whole study, and the
    /// plan has all files.
    codebook: Option<(&'a Codebook, TableId)>,
}

impl<W: RowWriter> TableFile<'_, W> {
    fn stored(&self) -> Result<Option<Stored>> {
        let schema = || self.writer.stored(&self.columns.schema);
        self.codebook.map_or(Ok(None), |(codebook, table)| codebook::store(codebook, table, &schema()))
    }
}

impl<W: RowWriter> TableWriter for TableFile<'_, W> {
    fn write(self: Box<Self>, rows: &TableRows<'_>, output: &mut Output<'_>) -> Result<Written> {
        let table = rows.table();
        let mut metadata = vec![(TABLE_KEY.to_owned(), table.name.clone())];
        metadata.extend(self.stored()?.map(|stored| (CODEBOOK_KEY.to_owned(), stored.json)));
        let mut output = BufWriter::with_capacity(OUTPUT_BUFFER, output);
        let written = self.writer.write(&mut output, &self.columns, metadata, rows)?;
        output.flush().map_err(|source| Error::io("cannot write the entry", source))?;
        Ok(Written::new(written))
    }
}

/// A schema with the file's metadata.
fn with_metadata(schema: &SchemaRef, metadata: Vec<(String, String)>) -> Schema {
    Schema::new_with_metadata(schema.fields().clone(), metadata.into_iter().collect())
}
