//! A delimited file as a dataset of one table.

mod opening;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use exporter_core::codebook::{Codebook, Kind, Language, Table, Text, Variable};
use exporter_core::dataset::{arrow_type, infer_kind, reasons_by_text, select_from, table_of};
use exporter_core::profile::TableProfile;
use exporter_core::{
    Batches, Context, Dataset, Error, Loss, LossCode, LossReport, Note, Result, Scan, Source, TableId,
};

use crate::advice::Advice;
use crate::read_ahead::ReadAhead;
use crate::reader::{
    CellKind, DeclaredColumn, Decoding, Layout, MOST_DOUBTS, Parts, Presumed, ReadOptions, Renamed,
    TabReader, loss_of,
};
use crate::{Mark, words};
use opening::{Found, Opening};

/// Delimited text that is read anew by every scan and presumed not to change.
#[derive(Debug)]
pub struct TabDataset {
    opening: Opening,
    /// The options, and what was found in the text where they leave something open.
    used: ReadOptions,
    codebook: Codebook,
    layout: Layout,
    /// What the inference saw; nothing while the columns are presumed.
    facts: Option<TableProfile>,
    /// What the kinds do not keep of the cells.
    lost: Vec<Loss>,
    presumed: Option<Arc<Presumed>>,
    /// What all cells show where the columns are presumed and facts were asked for, if they agree.
    looked: OnceLock<Option<Found>>,
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
        let keys = declared.iter().flat_map(|declared| &declared.table.sort);
        let opening = Opening {
            advice: Arc::new(Advice {
                bytes: Arc::clone(&source.bytes),
                options,
                declared: kinds,
                cancel: context.cancel().clone(),
            }),
            projection: source.projection.clone(),
            keys: keys.map(|key| key.variable().to_owned()).collect(),
            left_out: Arc::default(),
            threads: context.threads(),
        };
        let presumption = context.presumption().filter(|_| declared.is_none());
        let presumed = presumption.map(|presumption| opening.presume(presumption)).transpose()?.flatten();
        let (found, presumed) = match presumed {
            None => (opening.find()?, None),
            Some((layout, presumed)) => {
                (Found { layout, facts: None, lost: Vec::new() }, Some(Arc::new(presumed)))
            }
        };
        let Found { layout, facts, lost } = found;
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
        let used = layout.options(&opening.advice.options);
        Ok(Self { opening, used, codebook, layout, facts, lost, presumed, looked: OnceLock::new() })
    }

    /// What all cells show where the columns are presumed.
    fn look(&self, presumed: &Presumed) -> Option<&Found> {
        let look = || match self.opening.find() {
            Ok(found) if self.layout.agrees(&found.layout) => {
                presumed.hold();
                Some(found)
            }
            // What is wrong is told by a reading that presumes nothing.
            _ => {
                presumed.refute();
                None
            }
        };
        self.looked.get_or_init(look).as_ref()
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
        self.opening.projection.check(description, &needed)?;
        let Opening { advice, left_out, threads, .. } = &self.opening;
        let mut options = advice.options.clone();
        options.batch_rows = scan.batch_rows.unwrap_or(options.batch_rows);
        let opened = Decoding::open(self.opening.cursor(), &self.layout, &options, Some(&needed));
        let (mut decoding, pieces, position) = opened.map_err(|source| advice.error(source))?;
        let position = position.noting_in(Arc::clone(left_out));
        if self.facts.is_some() {
            decoding = decoding.knowing_cut();
        }
        let presumed = self.presumed.clone();
        if let Some(presumed) = &presumed {
            if presumed.is_refuted() {
                return Err(refuted());
            }
            decoding = decoding.presuming(presumed);
        }
        let (ending, texts, read) = (presumed.clone(), position.texts(), needed.clone());
        let end = std::iter::from_fn(move || {
            ending.iter().for_each(|presumed| presumed.agrees(&read, &texts));
            None
        });
        let advice = Arc::clone(advice);
        let error = move |source| match &presumed {
            None => advice.error(source),
            // Whatever is wrong is told by a reading that presumes nothing.
            Some(presumed) => {
                presumed.refute();
                refuted()
            }
        };
        if *threads == 1 {
            let reader = TabReader::from_parts(decoding, pieces, position, options.batch_rows);
            let batches = reader.map(move |batch| batch.map_err(&error));
            return select_from(description, &needed, scan, batches.chain(end));
        }
        let cancel = self.opening.advice.cancel.clone();
        let ahead =
            ReadAhead::start(decoding, pieces, position, options.batch_rows, *threads, cancel, error)?;
        select_from(description, &needed, scan, ahead.chain(end))
    }

    fn facts(&self, table: TableId) -> Option<TableProfile> {
        let facts = match &self.presumed {
            None => self.facts.as_ref(),
            Some(presumed) if table.0 == 0 => self.look(presumed)?.facts.as_ref(),
            Some(_) => None,
        };
        facts.filter(|_| table.0 == 0).cloned()
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
        let Parts { comments, surplus, cells } = self.opening.left_out.so_far();
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
        let comment =
            self.used.comment.filter(|_| self.opening.advice.options.comment.is_none()).and_then(Mark::byte);
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
        let (asked, used) = (&self.opening.advice.options, &self.used);
        let text = format!("read as {}", words::read_as(asked, used));
        let is_usual = words::is_usual(asked, used);
        let mut notes = vec![if is_usual { Note::usual(text) } else { Note::new(text) }];
        let twice = self.layout.renamed.iter().filter(|renamed| renamed.is_twice).take(MOST_DOUBTS);
        notes.extend(
            twice.map(|Renamed { name, why, .. }| {
                Note::new(format!("{why}: the later one is read as {name}"))
            }),
        );
        let doubts = match (&self.presumed, self.looked.get()) {
            (_, Some(Some(looked))) => looked.layout.doubts.clone(),
            (Some(presumed), _) => {
                self.layout.doubts.iter().cloned().chain(presumed.doubts(&self.layout)).collect()
            }
            (None, _) => self.layout.doubts.clone(),
        };
        notes.extend(doubts.iter().map(|doubt| Note::new(words::doubt(doubt, asked, used))));
        notes
    }
}

/// What nobody reads: an export whose presumption is refuted begins anew.
fn refuted() -> Error {
    Error::invalid("the file is not what its beginning shows")
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
    let tagged = variable.label.tagged().map(|(_, label)| label);
    let column =
        DeclaredColumn::new(&variable.name, kind).labels(variable.label.untagged().into_iter().chain(tagged));
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
