//! The smallest exporter, input and check that pass their conformance suites: a model for format crates and a fixture for
//! tests of the engine itself.
//!
//! Entries are `{table}.plain`: a line `#plain`, the names, then one line per row, cells between separators and
//! `\N` for null.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, ErrorKind, Write as _};
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use arrow_schema::Schema;
use exporter_core::check::{BY_READING, Check, Checked, Checking, Findings, Rule, by_reading};
use exporter_core::codebook::{Codebook, Kind, Table, Variable};
use exporter_core::dataset::{infer_table, select, table_of};
use exporter_core::source::Cursor;
use exporter_core::{
    Batches, Carry, Context, Dataset, EntrySpec, Error, Exporter, Format, FormatInfo, Input, Loss, LossCode,
    LossReport, OptionInfo, Output, Part, Plan, Planning, ProfileRequest, ReadAt, Recognition, Result,
    Sample, Scan, Source, TableId, TableRows, TableWriter, TablesPlan, Written, parallel,
};
use serde::Deserialize;

use crate::{Cell, cells_of};

/// First line of every entry.
const SIGNATURE: &str = "#plain";

const OPTIONS: &[OptionInfo] = &[
    OptionInfo::choice("separator", &["tab", "comma"], "What stands between cells.").default("tab"),
    OptionInfo::boolean("end-mark", "Whether a last line says how many rows there are.").default("false"),
];

static INFO: FormatInfo = FormatInfo::new("plain", "Plain lines")
    .aliases(&["lines"])
    .extensions(&["plain"])
    .media_type("text/plain")
    .options(OPTIONS)
    .read_options(OPTIONS)
    .losses(&[LossCode::VALUE_LABELS_DROPPED, LossCode::TEXT_REPLACED])
    .notes("For tests only.");

/// What stands between cells.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Separator {
    /// A tab.
    #[default]
    Tab,
    /// A comma.
    Comma,
}

impl Separator {
    fn character(self) -> char {
        match self {
            Separator::Tab => '\t',
            Separator::Comma => ',',
        }
    }
}

/// Options of [`Plain`].
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct PlainOptions {
    /// What stands between cells.
    pub separator: Separator,
    /// Whether a last line says how many rows there are.
    pub end_mark: bool,
}

/// The format, for registries.
#[derive(Clone, Copy, Debug)]
pub struct Plain;

impl Format for Plain {
    const INFO: &'static FormatInfo = &INFO;
    type Options = PlainOptions;
    type Exporter = PlainExporter;

    fn exporter(options: PlainOptions) -> Result<PlainExporter> {
        Ok(PlainExporter { options })
    }
}

/// Writes one entry per table.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlainExporter {
    options: PlainOptions,
}

fn specs(codebook: &Codebook) -> Vec<EntrySpec> {
    let tables = codebook.tables.iter().enumerate();
    tables
        .map(|(index, table)| {
            EntrySpec::new(format!("{}.plain", table.name), INFO.media_type).table(TableId(index))
        })
        .collect()
}

impl Exporter for PlainExporter {
    fn format(&self) -> &'static FormatInfo {
        &INFO
    }

    fn needs(&self, data: &dyn Dataset, _: &Context) -> Result<ProfileRequest> {
        let mut request = ProfileRequest::new();
        (0..data.codebook().tables.len()).for_each(|table| {
            request.rows(TableId(table));
        });
        Ok(request)
    }

    fn entries(&self, codebook: &Codebook) -> Vec<EntrySpec> {
        specs(codebook)
    }

    /// Only value labels are missed: tests of losses need few.
    fn carries(&self, part: Part) -> Carry {
        match part {
            Part::ValueLabels => Carry::Dropped("codes are written without labels"),
            _ => Carry::Limited,
        }
    }

    fn plan<'a>(
        &'a self,
        data: &'a dyn Dataset,
        with: &Planning<'_>,
        _: &Context,
    ) -> Result<Box<dyn Plan + 'a>> {
        let codebook = data.codebook();
        let mut plan = TablesPlan::new(data, with.losses(self, codebook));
        for (index, entry) in specs(codebook).into_iter().enumerate() {
            let rows = with.profile.rows(TableId(index));
            let entry = rows.into_iter().fold(entry, EntrySpec::rows);
            plan.push(TableId(index), entry, PlainTable { options: self.options });
        }
        Ok(Box::new(plan))
    }
}

struct PlainTable {
    options: PlainOptions,
}

/// Lines of one batch and what was replaced in them.
#[derive(Default)]
struct Lines {
    text: String,
    rows: u64,
    losses: LossReport,
}

impl TableWriter for PlainTable {
    fn write(self: Box<Self>, rows: &TableRows<'_>, output: &mut Output<'_>) -> Result<Written> {
        let table = rows.table();
        let separator = self.options.separator.character();
        let failed = |source| Error::io("cannot write", source);
        let names: Vec<&str> = table.variables.iter().map(|variable| variable.name.as_str()).collect();
        writeln!(output, "{SIGNATURE}\n{}", names.join(&separator.to_string())).map_err(failed)?;
        let mut next_row = 0u64;
        let batches = rows.scan(&Scan::all())?.map(|batch| {
            let batch = batch?;
            let first_row = next_row;
            next_row += batch.num_rows() as u64;
            Ok((first_row, batch))
        });
        let mut written = Written::default();
        parallel::ordered(
            rows.context().threads(),
            batches,
            |(first_row, batch), lines: &mut Lines| {
                encode(table, separator, first_row, &batch, lines);
                Ok::<_, Error>(())
            },
            |lines| {
                output.write_all(lines.text.as_bytes()).map_err(failed)?;
                written.rows += lines.rows;
                written.losses.merge(std::mem::take(&mut lines.losses));
                Ok(())
            },
        )?;
        if self.options.end_mark {
            writeln!(output, "#rows {}", written.rows).map_err(failed)?;
        }
        Ok(written)
    }
}

fn encode(table: &Table, separator: char, first_row: u64, batch: &RecordBatch, lines: &mut Lines) {
    lines.text.clear();
    lines.rows = batch.num_rows() as u64;
    let columns: Vec<Vec<Cell>> = batch.columns().iter().map(|column| cells_of(column)).collect();
    for row in 0..batch.num_rows() {
        for (index, (column, variable)) in columns.iter().zip(&table.variables).enumerate() {
            if index > 0 {
                lines.text.push(separator);
            }
            let text = match &column[row] {
                Cell::Null => "\\N".to_owned(),
                Cell::Boolean(value) => value.to_string(),
                Cell::Integer(value) => value.to_string(),
                Cell::Float(value) => value.to_string(),
                Cell::Text(value) => value.clone(),
                nested => format!("{nested:?}"),
            };
            if text.contains([separator, '\n', '\r']) {
                let loss = Loss::new(LossCode::TEXT_REPLACED, "separators and line ends become blanks")
                    .table(&table.name)
                    .variable(&variable.name)
                    .first(Some(first_row + row as u64 + 1), text.as_str());
                lines.losses.add(loss);
            }
            let _ = write!(lines.text, "{}", text.replace([separator, '\n', '\r'], " "));
        }
        lines.text.push('\n');
    }
}

impl Input for Plain {
    const INFO: &'static FormatInfo = &INFO;
    type Options = PlainOptions;

    fn recognise(sample: &Sample<'_>) -> Recognition {
        if sample.head.starts_with(SIGNATURE.as_bytes()) { Recognition::Yes } else { Recognition::No }
    }

    fn open(source: &Source<'_>, options: PlainOptions, _: &Context) -> Result<Box<dyn Dataset>> {
        let mut file = PlainFile {
            bytes: Arc::clone(&source.bytes),
            separator: options.separator.character(),
            codebook: Codebook::new(source.stem()),
        };
        let mut lines = file.lines();
        if lines.next().transpose()?.as_deref() != Some(SIGNATURE) {
            return Err(Error::invalid("the file does not begin with #plain"));
        }
        let header = lines.next().transpose()?.ok_or_else(|| Error::invalid("the file has no names"))?;
        let mut table = infer_table(source.stem(), &Schema::empty())?;
        table.variables =
            header.split(file.separator).map(|variable| Variable::new(variable, Kind::Text)).collect();
        file.codebook.tables.push(table);
        Ok(Box::new(file))
    }
}

impl Check for Plain {
    const INFO: &'static FormatInfo = &INFO;
    const RULES: &'static [Rule] = BY_READING;

    fn recognise(sample: &Sample<'_>) -> Recognition {
        <Self as Input>::recognise(sample)
    }

    fn check(
        source: &Source<'_>,
        _: &Checking<'_>,
        findings: &mut Findings,
        context: &Context,
    ) -> Result<Checked> {
        by_reading::<Self>(source, findings, context)
    }
}

struct PlainFile {
    bytes: Arc<dyn ReadAt>,
    separator: char,
    codebook: Codebook,
}

impl PlainFile {
    fn lines(&self) -> impl Iterator<Item = Result<String>> + Send + use<> {
        BufReader::new(Cursor::new(Arc::clone(&self.bytes))).lines().map(|line| {
            line.map_err(|source| match source.kind() {
                ErrorKind::InvalidData => Error::invalid("the file is not UTF-8 text").with_source(source),
                _ => Error::io("cannot read the file", source),
            })
        })
    }
}

impl Dataset for PlainFile {
    fn codebook(&self) -> &Codebook {
        &self.codebook
    }

    fn rows(&self, _: TableId) -> Option<u64> {
        None
    }

    fn scan(&self, table: TableId, scan: &Scan) -> Result<Batches<'_>> {
        let description = table_of(&self.codebook, table)?;
        let columns: Vec<usize> = (0..description.variables.len()).collect();
        let schema = exporter_core::dataset::arrow_schema(description, &columns);
        let size = scan.batch_rows.unwrap_or(1024).max(1);
        let mut lines = self.lines().skip(2);
        let mut first_row = 0;
        let batches = std::iter::from_fn(move || {
            let lines: Result<Vec<String>> = lines.by_ref().take(size).collect();
            let lines = match lines {
                Err(error) => return Some(Err(error)),
                Ok(lines) if lines.is_empty() => return None,
                Ok(lines) => lines,
            };
            let rows: Vec<Vec<&str>> =
                lines.iter().map(|line| line.split(self.separator).collect()).collect();
            if let Some(ragged) = rows.iter().position(|cells| cells.len() != columns.len()) {
                let message = format!("a row has {} cells instead of {}", rows[ragged].len(), columns.len());
                return Some(Err(Error::invalid(message).row(first_row + ragged as u64 + 1)));
            }
            first_row += rows.len() as u64;
            let arrays = columns.iter().map(|column| {
                let texts = rows.iter().map(|cells| Some(cells[*column]).filter(|text| *text != "\\N"));
                Arc::new(texts.collect::<StringArray>()) as ArrayRef
            });
            Some(RecordBatch::try_new(schema.clone(), arrays.collect()).map_err(Error::from))
        });
        select(description, scan, batches)
    }
}
