//! A delimited file as a dataset of one table.

use std::collections::HashMap;
use std::sync::Arc;

use exporter_core::codebook::{Codebook, Kind, Language, SortKey, Table, Text, Variable};
use exporter_core::dataset::{arrow_type, infer_kind, reasons_by_text, select_from, table_of};
use exporter_core::profile::TableProfile;
use exporter_core::source::Cursor;
use exporter_core::{
    Batches, Cancel, Context, Dataset, Error, Projection, ReadAt, Result, Scan, Source, TableId, parallel,
};

use crate::TabError;
use crate::read_ahead::ReadAhead;
use crate::reader::{CellKind, DeclaredColumn, Layout, Opened, Piece, ReadOptions, Seen, TabReader};

/// Delimited text that is read anew by every scan and presumed not to change.
#[derive(Debug)]
pub struct TabDataset {
    bytes: Arc<dyn ReadAt>,
    projection: Projection,
    options: ReadOptions,
    layout: Layout,
    codebook: Codebook,
    /// What the inference saw.
    facts: Option<TableProfile>,
    threads: usize,
    cancel: Cancel,
}

impl TabDataset {
    /// Reads the header and infers the kinds of projected columns that are not declared, which reads the whole source once.
    /// This and every scan use the threads and the cancel flag of the context; memory is bounded by a few pieces of the
    /// text a thread. The projection is by the names of the header: other columns that are not declared are described as
    /// text, and scans of them are refused.
    ///
    /// # Errors
    /// When the bytes cannot be read, are no well-formed delimited text, or lack a declared column.
    pub fn open(source: &Source<'_>, mut options: ReadOptions, context: &Context) -> Result<Self> {
        options.piece_bytes = context.share(options.piece_bytes);
        let declared = source.declared;
        let kinds = match declared {
            Some(declared) => {
                let language = declared.codebook.language(None);
                let cell = |variable| declared_cell(variable, language);
                declared.table.variables.iter().map(cell).collect::<Result<Vec<_>>>()?
            }
            None => Vec::new(),
        };
        let sort = declared.iter().flat_map(|declared| &declared.table.sort);
        let keys: Vec<&str> = sort.map(SortKey::variable).collect();
        let (layout, facts) = layout(source, &options, &kinds, &keys, context)?;
        let file = source.file_name();
        let stem = file.split_once('.').map_or(file, |(stem, _)| stem);
        let name = declared.map_or(stem, |declared| &declared.table.name);
        let mut table = Table::new(name, Vec::new());
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
        let mut codebook = Codebook::new(name).with_table(table);
        if let Some(declared) = declared {
            codebook.value_labels.clone_from(&declared.codebook.value_labels);
            codebook.study.languages.clone_from(&declared.codebook.study.languages);
        }
        let (threads, cancel) = (context.threads(), context.cancel().clone());
        let (bytes, projection) = (Arc::clone(&source.bytes), source.projection.clone());
        Ok(Self { bytes, projection, options, layout, codebook, facts, threads, cancel })
    }
}

impl Dataset for TabDataset {
    fn codebook(&self) -> &Codebook {
        &self.codebook
    }

    fn rows(&self, table: TableId) -> Option<u64> {
        if table.0 == 0 { self.layout.rows } else { None }
    }

    fn holds_reasons(&self, _: TableId) -> bool {
        false
    }

    fn scan(&self, table: TableId, scan: &Scan) -> Result<Batches<'_>> {
        let description = table_of(&self.codebook, table)?;
        let needed = scan.needed(description)?;
        self.projection.check(description, &needed)?;
        let mut options = self.options.clone();
        options.batch_rows = scan.batch_rows.unwrap_or(options.batch_rows);
        let cursor = Cursor::new(Arc::clone(&self.bytes));
        if self.threads == 1 {
            let reader = TabReader::new(cursor, &self.layout, &options, Some(&needed)).map_err(error)?;
            return select_from(description, &needed, scan, reader.map(|batch| batch.map_err(error)));
        }
        let ahead =
            ReadAhead::start(cursor, &self.layout, &options, &needed, self.threads, self.cancel.clone())?;
        select_from(description, &needed, scan, ahead)
    }

    fn facts(&self, table: TableId) -> Option<TableProfile> {
        self.facts.clone().filter(|_| table.0 == 0)
    }
}

/// [`Layout::read`] on all threads, and what was seen of the cells.
fn layout(
    source: &Source<'_>,
    options: &ReadOptions,
    declared: &[DeclaredColumn],
    keys: &[&str],
    context: &Context,
) -> Result<(Layout, Option<TableProfile>)> {
    let Opened { mut layout, inference, pieces } =
        Layout::open(source.cursor(), options, declared, |name| source.projection.has(name), keys)
            .map_err(error)?;
    let mut facts = None;
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
        layout.settle(&findings);
        facts = Some(findings.facts(&layout, options));
    }
    Ok((layout, facts))
}

fn declared_cell(variable: &Variable, language: Language<'_>) -> Result<DeclaredColumn> {
    let kind = match &variable.kind {
        Kind::Period(period) => CellKind::Period(*period),
        kind if kind.is_nested() => {
            return Err(Error::unsupported(format!("the kind {kind} cannot be read from delimited text"))
                .variable(&variable.name)
                .with_hint("declare it as text"));
        }
        kind => CellKind::Data(arrow_type(kind)),
    };
    let column = DeclaredColumn::new(&variable.name, kind);
    Ok(match variable.has_reasons() {
        true => column.reasons(reasons_by_text(variable, language)),
        false => column,
    })
}

fn kind_of(cell: &CellKind) -> Result<Kind> {
    Ok(match cell {
        CellKind::Data(data) => infer_kind(data)?,
        CellKind::Period(unit) => Kind::Period(*unit),
    })
}

/// The codec's error as the engine's, with its place.
pub(crate) fn error(source: TabError) -> Error {
    let message = source.to_string();
    match source {
        TabError::Io(source) => Error::io("cannot read the file", source),
        TabError::Option { .. } => Error::usage(message),
        TabError::UnknownColumn { .. } => Error::not_found(message)
            .with_hint("correct the name in the codebook, or in the header of the file"),
        TabError::TooManyColumns { .. } | TabError::RecordTooLong { .. } => Error::limit(message),
        TabError::Ragged { record, .. } => Error::invalid(message).row(record),
        TabError::Value { column, record, suggestion, .. } => {
            let hint = match suggestion {
                Some(suggestion) => format!("read it {suggestion}"),
                None => "correct the cell, or declare the variable as text".to_owned(),
            };
            Error::invalid(message).variable(column).row(record).with_hint(hint)
        }
        TabError::Encoding { record, encoding, .. } => {
            let error = Error::invalid(message);
            // The header is no row.
            let error = if record == 0 { error } else { error.row(record) };
            let other = if encoding == "UTF-8" { "windows-1252" } else { "utf-8" };
            error
                .with_hint(format!("name another encoding, such as {other}: read it as csv:encoding={other}"))
        }
        TabError::NulInHeader => {
            Error::invalid(message).with_hint("if it is UTF-16, read it as csv:encoding=utf-16le")
        }
        TabError::DuplicateName { .. } => Error::invalid(message)
            .with_hint("rename one, or have them numbered: read it as csv:duplicates=rename"),
        _ => Error::invalid(message),
    }
}
