//! A delimited file as a dataset of one table.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use exporter_core::Projection;
use exporter_core::codebook::{Codebook, Kind, Table, Text, Variable};
use exporter_core::context::Cancel;
use exporter_core::dataset::{arrow_type, infer_kind, select_from, table_of};
use exporter_core::format::Declared as DeclaredTable;
use exporter_core::{Batches, Context, Dataset, Error, Result, Scan, TableId, parallel};

use crate::exporter::period_unit;
use crate::read_ahead::ReadAhead;
use crate::reader::{CellKind, Declared, Layout, Opened, Piece, ReadOptions, Seen, TabReader};
use crate::{PeriodUnit, TabError};

/// A file that is read anew by every scan and presumed not to change.
#[derive(Debug)]
pub struct TabDataset {
    path: PathBuf,
    projection: Projection,
    options: ReadOptions,
    layout: Layout,
    codebook: Codebook,
    threads: usize,
    cancel: Cancel,
}

impl TabDataset {
    /// Reads the header and infers the kinds of columns that are not declared, which reads the whole file once. This
    /// and every scan use the threads and the cancel flag of the context; memory is bounded by a few pieces of the
    /// file a thread.
    ///
    /// # Errors
    /// When the file cannot be read, is no well-formed delimited text, or lacks a declared column.
    pub fn open(
        path: &Path,
        options: ReadOptions,
        declared: Option<DeclaredTable<'_>>,
        context: &Context,
    ) -> Result<Self> {
        Self::open_for(&Projection::all(), path, options, declared, context)
    }

    /// Opens a file with a projection, whose names are those of the header: kinds are inferred for the projected columns
    /// only. Other columns that are not declared are described as text, and scans of them are refused.
    ///
    /// # Errors
    /// As [`TabDataset::open`].
    pub fn open_for(
        projection: &Projection,
        path: &Path,
        options: ReadOptions,
        declared: Option<DeclaredTable<'_>>,
        context: &Context,
    ) -> Result<Self> {
        let kinds = match declared {
            Some(declared) => {
                declared.table.variables.iter().map(declared_cell).collect::<Result<Vec<_>>>()?
            }
            None => Vec::new(),
        };
        let layout = layout(open(path)?, &options, &kinds, projection, context)?;
        let stem = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let stem = stem.split_once('.').map_or(stem.as_str(), |(stem, _)| stem).to_owned();
        let name = declared.map_or(stem, |declared| declared.table.name.clone());
        let mut table = Table::new(&name, Vec::new());
        // By name once: looking through thousands of variables for each of thousands of columns takes seconds.
        let variables = declared.iter().flat_map(|declared| &declared.table.variables);
        let known: HashMap<&str, &Variable> =
            variables.map(|variable| (variable.name.as_str(), variable)).collect();
        for column in &layout.columns {
            let mut variable = match known.get(column.name.as_str()) {
                Some(variable) => (*variable).clone(),
                None => Variable::new(&column.name, kind_of(&column.kind)?),
            };
            if variable.label.is_empty() {
                variable.label = column.label.as_deref().map(Text::from).unwrap_or_default();
            }
            table.variables.push(variable);
        }
        let mut codebook = Codebook::new(&name).with_table(table);
        if let Some(declared) = declared {
            codebook.value_labels.clone_from(&declared.codebook.value_labels);
            codebook.study.languages.clone_from(&declared.codebook.study.languages);
        }
        let (threads, cancel) = (context.threads(), context.cancel().clone());
        let projection = projection.clone();
        Ok(Self { path: path.to_owned(), projection, options, layout, codebook, threads, cancel })
    }
}

impl Dataset for TabDataset {
    fn codebook(&self) -> &Codebook {
        &self.codebook
    }

    fn rows(&self, table: TableId) -> Option<u64> {
        if table.0 == 0 { self.layout.rows } else { None }
    }

    fn scan(&self, table: TableId, scan: &Scan) -> Result<Batches<'_>> {
        let description = table_of(&self.codebook, table)?;
        let needed = scan.needed(description)?;
        self.projection.check(description, &needed)?;
        let mut options = self.options.clone();
        options.batch_rows = scan.batch_rows.unwrap_or(options.batch_rows);
        let file = open(&self.path)?;
        if self.threads == 1 {
            let reader = TabReader::new(file, &self.layout, &options, Some(&needed)).map_err(error)?;
            return select_from(description, &needed, scan, reader.map(|batch| batch.map_err(error)));
        }
        let ahead =
            ReadAhead::start(file, &self.layout, &options, &needed, self.threads, self.cancel.clone())?;
        select_from(description, &needed, scan, ahead)
    }
}

/// [`Layout::read`] on all threads.
fn layout(
    file: File,
    options: &ReadOptions,
    declared: &[Declared],
    projection: &Projection,
    context: &Context,
) -> Result<Layout> {
    let Opened { mut layout, inference, pieces } =
        Layout::open(file, options, declared, |name| projection.has(name)).map_err(error)?;
    if let Some(inference) = inference {
        let mut findings = inference.nothing_yet();
        let work = |piece: Piece, seen: &mut Seen| {
            inference.see(&piece, seen);
            Ok(())
        };
        let pieces = pieces.map(|piece| {
            context.cancel().check()?;
            piece.map_err(error)
        });
        parallel::ordered(context.threads(), pieces, work, |seen| findings.add(seen).map_err(error))?;
        layout.settle(findings);
    }
    Ok(layout)
}

fn open(path: &Path) -> Result<File> {
    File::open(path).map_err(|source| Error::io(format!("cannot read {}", path.display()), source))
}

fn declared_cell(variable: &Variable) -> Result<Declared> {
    let kind = match &variable.kind {
        Kind::Period(period) => CellKind::Period(period_unit(*period)),
        kind if kind.is_nested() => {
            return Err(Error::unsupported(format!("the kind {kind} cannot be read from delimited text"))
                .variable(&variable.name)
                .hint("declare it as text"));
        }
        kind => CellKind::Data(arrow_type(kind)),
    };
    Ok(Declared { name: variable.name.clone(), kind })
}

fn kind_of(cell: &CellKind) -> Result<Kind> {
    use exporter_core::codebook::Period;
    Ok(match cell {
        CellKind::Data(data) => infer_kind(data)?,
        CellKind::Period(unit) => Kind::Period(match unit {
            PeriodUnit::Year => Period::Year,
            PeriodUnit::Half => Period::Half,
            PeriodUnit::Quarter => Period::Quarter,
            PeriodUnit::Month => Period::Month,
            PeriodUnit::Week => Period::Week,
        }),
    })
}

/// The codec's error as the engine's, with its place.
pub(crate) fn error(source: TabError) -> Error {
    let message = source.to_string();
    match source {
        TabError::Io(source) => Error::io("cannot read the file", source),
        TabError::Option { .. } => Error::usage(message),
        TabError::UnknownColumn { .. } => {
            Error::not_found(message).hint("correct the name in the codebook, or in the header of the file")
        }
        TabError::TooManyColumns { .. } | TabError::RecordTooLong { .. } => Error::limit(message),
        TabError::Ragged { record, .. } => Error::invalid(message).row(record),
        TabError::Value { column, record, .. } => Error::invalid(message)
            .variable(column)
            .row(record)
            .hint("correct the cell, or declare the variable as text"),
        TabError::Encoding { record, .. } => {
            Error::invalid(message).row(record).hint("name the encoding, such as windows-1252")
        }
        _ => Error::invalid(message),
    }
}
