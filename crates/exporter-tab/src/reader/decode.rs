//! Pieces of a file with a known layout as record batches.

use std::io::Read;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{DataType, Field, Schema, SchemaRef};

use super::ReadOptions;
use super::column::ColumnDecoder;
use super::guess::Guess;
use super::header;
use super::layout::{CellKind, Layout, LayoutColumn};
use super::left_out::{self, LeftOut, Parts};
use super::pieces::{Piece, Pieces};
use super::presumed::{Presumed, Texts};
use super::records::{KeptColumns, Left, Records, excerpt};
use super::split::Dialect;
use super::style::{CellStyle, MissingTexts};
use super::values::Misfit;
use crate::TabError;

/// What it takes to decode a piece; shared between threads.
#[derive(Debug)]
pub(crate) struct Decoding {
    dialect: Dialect,
    style: CellStyle,
    /// Columns of the file.
    width: usize,
    kept: KeptColumns,
    columns: Vec<(ColumnDecoder, LayoutColumn, usize)>,
    /// Whether the columns are taken for what the beginning shows.
    presumes: bool,
    /// Whether cells are looked for of which a declared kind keeps less than they say.
    looks_for_cut: bool,
    schema: SchemaRef,
    encoding: &'static str,
}

/// A decoded piece, or what is wrong with it, counted from its own start.
#[derive(Debug, Default)]
pub(crate) struct Decoded {
    records: Records,
    batch: Option<RecordBatch>,
    /// What the texts of presumed columns show, by their positions in the file.
    texts: Vec<(usize, Guess)>,
    fault: Option<TabError>,
    /// Cells of which the declared kind of a column, by its position, keeps less than they say.
    cut: Vec<(usize, Left)>,
}

/// How much of a file lies before a piece.
#[derive(Debug, Default, Clone)]
pub(crate) struct Position {
    /// Rows.
    pub(crate) rows: u64,
    /// Lines.
    pub(crate) lines: u64,
    parts: Parts,
    left_out: Arc<LeftOut>,
    /// What the texts of presumed columns have shown so far.
    texts: Arc<Texts>,
}

impl Decoding {
    /// Reads past the header: what decodes the pieces that follow, the pieces, and where they start. `columns` are
    /// positions in the layout, in the order wanted, none = all.
    ///
    /// # Errors
    /// When the input fails, a column has an Arrow type that text cannot hold, or a position does not exist.
    pub(crate) fn open<R: Read>(
        input: R,
        layout: &Layout,
        options: &ReadOptions,
        columns: Option<&[usize]>,
    ) -> Result<(Self, Pieces<R>, Position), TabError> {
        let (mut head, _) = header::open(input, options, Some(&layout.form), true)?;
        let options = &layout.form.options(options);
        for _ in 0..layout.header_records {
            let limit = options.max_columns;
            head.advance(limit, |line| TabError::TooManyColumns { line, limit })?;
        }
        let width = layout.columns.len();
        let positions: Vec<usize> = columns.map_or_else(|| (0..width).collect(), <[usize]>::to_vec);
        let kept = KeptColumns::of(positions.clone(), width);
        let mut missing = MissingTexts::new(options);
        if options.quoted_empty_is_missing(width) {
            missing = missing.and_quoted_empty();
        }
        let mut fields = Vec::new();
        let mut decoders = Vec::new();
        for position in positions {
            let unknown = || TabError::UnknownColumn {
                name: format!("column {} of {width}", position.saturating_add(1)),
                others: Vec::new(),
            };
            let column = layout.columns.get(position).ok_or_else(unknown)?;
            let missing = missing.clone();
            let missing = if column.na_is_missing { missing.and("NA") } else { missing };
            let number = kept.number(position).ok_or_else(unknown)?;
            let decoder = ColumnDecoder::new(column, missing, number)?;
            fields.push(Field::new(&column.name, column.kind.data_type(), true));
            decoders.push((decoder, column.clone(), position));
        }
        let with_reasons = decoders.iter().filter(|(_, column, _)| column.reasons.is_some());
        fields
            .extend(with_reasons.map(|(_, column, _)| {
                Field::new(format!("{} (reason)", column.name), DataType::UInt8, true)
            }));
        let decoding = Self {
            dialect: head.dialect,
            style: CellStyle::new(options, head.dialect.marks)?,
            width,
            kept,
            columns: decoders,
            presumes: false,
            looks_for_cut: true,
            schema: Arc::new(Schema::new(fields)),
            encoding: head.encoding(),
        };
        let (pieces, position) = head.into_pieces(options.piece_bytes);
        Ok((decoding, pieces, position))
    }

    /// Takes the columns for what the beginning of the file shows; a cell that shows otherwise is a fault.
    pub(crate) fn presuming(mut self, presumed: &Presumed) -> Self {
        for (decoder, _, position) in &mut self.columns {
            decoder.presumed = presumed.guess(*position).cloned();
        }
        self.presumes = true;
        self
    }

    /// Does not look for cells of which a declared kind keeps less than they say: they are known.
    pub(crate) fn knowing_cut(self) -> Self {
        Self { looks_for_cut: false, ..self }
    }

    /// The schema of every batch.
    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Decodes a piece into what was used for another.
    pub(crate) fn decode(&self, piece: &Piece, to: &mut Decoded) {
        let fault = to.records.split(piece, &self.dialect, self.width, &self.kept);
        (to.batch, to.fault) = match self.batch(piece, &to.records) {
            Ok(batch) => (batch, fault),
            // A value that is wrong comes before the record that cannot be split.
            Err(fault) => (None, Some(fault)),
        };
        to.texts.clear();
        if self.presumes {
            let shown = self.columns.iter().filter_map(|(decoder, _, position)| {
                Some((*position, decoder.shown(&piece.bytes, &to.records, &self.style)?))
            });
            to.texts.extend(shown);
        }
        to.cut.clear();
        if self.looks_for_cut {
            self.cut_cells(piece, to);
        }
    }

    /// Looks for cells of which a declared kind keeps less than they say; a kind that was found in the cells keeps all, or
    /// that was told.
    fn cut_cells(&self, piece: &Piece, to: &mut Decoded) {
        for (_, column, position) in self.columns.iter().filter(|(_, column, _)| !column.inferred) {
            if let CellKind::Data(kind) = &column.kind
                && left_out::loss_of(kind).is_some()
                && let Some(number) = self.kept.number(*position)
            {
                let cells = to.records.column(number);
                let cut = left_out::not_kept(kind, cells, &piece.bytes, &self.style);
                to.cut.extend((cut.count > 0).then_some((*position, cut)));
            }
        }
    }

    fn batch(&self, piece: &Piece, records: &Records) -> Result<Option<RecordBatch>, TabError> {
        if records.rows() == 0 {
            return Ok(None);
        }
        // One fast look over the piece instead of one over each column of texts.
        let texts = self.columns.iter().any(|(decoder, ..)| decoder.is_text());
        let whole = if texts { simdutf8::basic::from_utf8(&piece.bytes).ok() } else { None };
        let mut arrays: Vec<ArrayRef> = Vec::with_capacity(self.schema.fields().len());
        let mut first: Option<(usize, TabError)> = None;
        for (decoder, column, position) in &self.columns {
            match decoder.decode(&piece.bytes, whole, records, &self.style) {
                Ok(array) => arrays.push(array),
                // Of all wrong values the one in the first row is reported.
                Err((row, _)) if first.as_ref().is_some_and(|(before, _)| *before <= row) => {}
                Err((row, misfit)) => {
                    let (record, line) = (row as u64 + 1, records.line(row));
                    let error = match misfit {
                        Misfit::Kind => {
                            let content = decoder.content(&piece.bytes, records, row, &self.style);
                            TabError::Value {
                                column: column.name.clone(),
                                record,
                                line,
                                value: excerpt(&content),
                                kind: column.kind.describe(&self.style),
                                suggestion: column.kind.suggestion(&content),
                            }
                        }
                        Misfit::Encoding => {
                            TabError::Encoding { record, line, column: position + 1, encoding: self.encoding }
                        }
                    };
                    first = Some((row, error));
                }
            }
        }
        if let Some((_, error)) = first {
            return Err(error);
        }
        let reasons = self.columns.iter().zip(&arrays);
        let reasons = reasons.filter_map(|((decoder, ..), values)| {
            decoder.reasons(&piece.bytes, records, &self.style, values)
        });
        let reasons: Vec<ArrayRef> = reasons.collect();
        arrays.extend(reasons);
        let options = RecordBatchOptions::new().with_row_count(Some(records.rows()));
        Ok(Some(RecordBatch::try_new_with_options(Arc::clone(&self.schema), arrays, &options)?))
    }
}

impl Position {
    /// At the first row, behind so many lines, of which these are comments.
    pub(super) fn first(lines: u64, comments: Left) -> Self {
        Self { lines, parts: Parts { comments, ..Parts::default() }, ..Self::default() }
    }

    /// Notes there what is left out.
    pub(crate) fn noting_in(self, left_out: Arc<LeftOut>) -> Self {
        Self { left_out, ..self }
    }

    /// What the texts of presumed columns have shown so far.
    pub(crate) fn texts(&self) -> Arc<Texts> {
        Arc::clone(&self.texts)
    }

    /// Moves past a decoded piece and gives its rows.
    pub(crate) fn pass(&mut self, decoded: &mut Decoded) -> Result<Option<RecordBatch>, TabError> {
        let lines = self.lines;
        self.pass_records(&decoded.records, &mut decoded.fault, &decoded.cut)?;
        decoded.texts.iter_mut().for_each(|(_, texts)| texts.odd.move_down(lines));
        self.texts.merge(&decoded.texts);
        Ok(decoded.batch.take())
    }

    /// Moves past records, or gives the place in the whole file of what is wrong with them.
    pub(super) fn pass_records(
        &mut self,
        records: &Records,
        fault: &mut Option<TabError>,
        cut: &[(usize, Left)],
    ) -> Result<(), TabError> {
        if let Some(fault) = fault.take() {
            return Err(fault.after(self.rows, self.lines));
        }
        self.parts.append(&records.comments, &records.surplus, cut, self.rows);
        self.left_out.note(&self.parts);
        self.rows += records.rows() as u64;
        self.lines += records.line_count;
        Ok(())
    }
}
