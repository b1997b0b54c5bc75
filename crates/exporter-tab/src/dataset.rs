//! A delimited file as a dataset of one table.

mod opening;

use std::collections::HashMap;
use std::sync::Arc;

use exporter_core::codebook::{Codebook, Kind, Language, SortKey, Table, Text, Variable};
use exporter_core::dataset::{arrow_type, infer_kind, reasons_by_text, select_from, table_of};
use exporter_core::profile::TableProfile;
use exporter_core::source::Cursor;
use exporter_core::{
    Batches, Context, Dataset, Error, Loss, LossCode, LossReport, Note, Presumption, Projection, ReadAt,
    Result, Scan, Source, TableId,
};

use crate::advice::Advice;
use crate::read_ahead::ReadAhead;
use crate::reader::{
    CellKind, DeclaredColumn, Decoding, Layout, LeftOut, MOST_DOUBTS, Parts, Presumed, ReadOptions, Renamed,
    TabReader, loss_of,
};
use crate::{Mark, words};
use opening::{Found, Opening};

/// Delimited text that is read anew by every scan and presumed not to change.
#[derive(Debug)]
pub struct TabDataset {
    bytes: Arc<dyn ReadAt>,
    projection: Projection,
    options: ReadOptions,
    /// The options, and what was found in the text where they leave something open.
    used: ReadOptions,
    layout: Layout,
    codebook: Codebook,
    /// What the inference saw.
    facts: Option<TableProfile>,
    /// What the kinds do not keep of the cells.
    lost: Vec<Loss>,
    /// What is left out of the text.
    left_out: Arc<LeftOut>,
    /// What the columns are taken for, and where it is said that they are not.
    presumed: Option<(Arc<Presumed>, Presumption)>,
    advice: Arc<Advice>,
    threads: usize,
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
        let advice = Arc::new(Advice {
            bytes: Arc::clone(&source.bytes),
            options: options.clone(),
            declared: kinds,
            cancel: context.cancel().clone(),
        });
        let left_out = Arc::default();
        let opening = Opening { source, advice: &advice, keys: &keys, left_out: &left_out, context };
        let Found { layout, facts, lost, presumed } = opening.find()?;
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
        let threads = context.threads();
        let (bytes, projection) = (Arc::clone(&source.bytes), source.projection.clone());
        let used = layout.options(&options);
        Ok(Self {
            bytes,
            projection,
            options,
            used,
            layout,
            codebook,
            facts,
            lost,
            left_out,
            presumed,
            advice,
            threads,
        })
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
        let advice = Arc::clone(&self.advice);
        let decoding = Decoding::open(cursor, &self.layout, &options, Some(&needed));
        let (mut decoding, pieces, mut position) = decoding.map_err(|source| advice.error(source))?;
        position = position.noting_in(Arc::clone(&self.left_out));
        let mut presumption = None;
        if let Some((presumed, whose)) = &self.presumed {
            presumed.begin();
            (decoding, position) = (decoding.presuming(presumed), position.presuming(presumed));
            presumption = Some(whose.clone());
        }
        let error = move |source| match &presumption {
            None => advice.error(source),
            // Whatever is wrong is told by a reading that presumes nothing.
            Some(presumption) => {
                presumption.refute();
                Error::invalid("the file is not what its beginning shows")
            }
        };
        if self.threads == 1 {
            let reader = TabReader::from_parts(decoding, pieces, position, options.batch_rows);
            return select_from(description, &needed, scan, reader.map(move |batch| batch.map_err(&error)));
        }
        let cancel = self.advice.cancel.clone();
        let ahead =
            ReadAhead::start(decoding, pieces, position, options.batch_rows, self.threads, cancel, error)?;
        select_from(description, &needed, scan, ahead)
    }

    fn facts(&self, table: TableId) -> Option<TableProfile> {
        self.facts.clone().filter(|_| table.0 == 0)
    }

    fn losses(&self) -> LossReport {
        let table = self.codebook.tables.first().map_or("", |table| table.name.as_str());
        let mut losses = self.lost.clone();
        if let Some((lines, first)) = &self.layout.preamble {
            let action = "lines above the header are not read";
            losses.push(Loss::new(LossCode::LINE_SKIPPED, action).count(*lines).first(None, first.clone()));
        }
        for Renamed { name, why, .. } in &self.layout.renamed {
            losses.push(Loss::new(LossCode::NAME_CHANGED, format!("{why}, read as {name}")).variable(name));
        }
        let Parts { comments, surplus, cells } = self.left_out.so_far();
        // The inference tells it of declared columns too.
        for (column, left) in cells.iter().filter(|_| self.facts.is_none()) {
            if let (Some(column), Some((row, first))) = (self.layout.columns.get(*column), &left.first)
                && let CellKind::Data(kind) = &column.kind
                && let Some((code, action)) = loss_of(kind)
            {
                let loss = Loss::new(code, action).variable(&column.name).count(left.count);
                losses.push(loss.first(Some(row + 1), first));
            }
        }
        let comment = self.used.comment.filter(|_| self.options.comment.is_none()).and_then(Mark::byte);
        if let (Some(sign), Some((_, first))) = (comment, comments.first) {
            let action = format!("lines that start with {} are not read", char::from(sign));
            losses.push(Loss::new(LossCode::LINE_SKIPPED, action).count(comments.count).first(None, first));
        }
        if let Some((row, first)) = surplus.first {
            let loss = Loss::new(LossCode::CELL_DROPPED, "cells beyond the last column are left out");
            losses.push(loss.count(surplus.count).first(Some(row + 1), first));
        }
        losses.into_iter().map(|loss| loss.table(table)).collect()
    }

    fn notes(&self) -> Vec<Note> {
        let (asked, used) = (&self.options, &self.used);
        let text = format!("read as {}", words::read_as(asked, used));
        let is_usual = words::is_usual(asked, used);
        let mut notes = vec![if is_usual { Note::usual(text) } else { Note::new(text) }];
        let twice = self.layout.renamed.iter().filter(|renamed| renamed.is_twice).take(MOST_DOUBTS);
        notes.extend(
            twice.map(|Renamed { name, why, .. }| {
                Note::new(format!("{why}: the later one is read as {name}"))
            }),
        );
        let more = self.presumed.iter().flat_map(|(presumed, _)| presumed.doubts(&self.layout));
        let doubts = self.layout.doubts.iter().cloned().chain(more);
        notes.extend(doubts.map(|doubt| Note::new(words::doubt(&doubt, asked, used))));
        notes
    }
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
