//! The columns of a delimited file: names from the header, kinds declared or found in the cells.

use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::sync::Arc;

use arrow_schema::DataType;
use exporter_core::Cancel;
use exporter_core::codebook::Period;

use super::form::Form;
use super::guess::Guess;
use super::header::{self, Renamed};
use super::infer::{Findings, Inference, Seen};
use super::options::{ReadHeader, ReadOptions};
use super::pieces::Pieces;
use super::records::{KeptColumns, Records};
use super::sniff::{Doubt, Sniffed};
use super::style::CellStyle;
use crate::pattern::{Pattern, suggestion};
use crate::{Delimiter, TabError};

/// Doubts that are told at most.
pub(crate) const MOST_DOUBTS: usize = 5;

/// What the cells of a column hold.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CellKind {
    /// Values of an Arrow type.
    Data(DataType),
    /// Calendar periods, as 32-bit integers.
    Period(Period),
}

impl CellKind {
    /// The Arrow type of the column.
    pub fn data_type(&self) -> DataType {
        match self {
            Self::Data(data) => data.clone(),
            Self::Period(_) => DataType::Int32,
        }
    }

    /// The argument with which a cell that is no value of this kind is read.
    pub(super) fn suggestion(&self, cell: &[u8]) -> Option<String> {
        match self {
            Self::Data(kind @ (DataType::Date32 | DataType::Timestamp(..))) => {
                suggestion(cell, *kind == DataType::Date32)
            }
            _ => None,
        }
    }

    /// What a value of this kind is called in a message.
    pub(super) fn describe(&self, style: &CellStyle) -> String {
        let patterned = match self {
            Self::Data(DataType::Date32) => {
                style.date_pattern.as_ref().and_then(Pattern::example).map(|text| ("a date", text))
            }
            Self::Data(DataType::Timestamp(..)) => style
                .date_time_pattern
                .as_ref()
                .and_then(Pattern::date_time_example)
                .map(|text| ("a date-time", text)),
            _ => None,
        };
        if let Some((what, example)) = patterned {
            return format!("{what} such as {example}");
        }
        let name = match self {
            Self::Period(unit) => unit.example(),
            Self::Data(data) => match data {
                DataType::Boolean => "true or false",
                DataType::Float32 | DataType::Float64 => "a number",
                DataType::Date32 => "a date such as 2024-02-29",
                DataType::Time64(_) => "a time such as 23:59:59, or it is finer than the unit",
                DataType::Timestamp(_, None) => {
                    "a date-time without zone such as 2024-02-29T23:59:59, or it is finer than the unit"
                }
                DataType::Timestamp(..) => {
                    "a date-time such as 2024-02-29T23:59:59Z, or it is finer than the unit"
                }
                DataType::Binary => "bytes in base64 or hexadecimal digits, whichever is set",
                DataType::Int8 => "a whole number from -128 to 127",
                DataType::Int16 => "a whole number from -32768 to 32767",
                DataType::Int32 => "a whole number from -2147483648 to 2147483647",
                DataType::Int64 | DataType::Duration(_) => "a whole number of 64 bits",
                DataType::UInt8 => "a whole number from 0 to 255",
                DataType::UInt16 => "a whole number from 0 to 65535",
                DataType::UInt32 => "a whole number from 0 to 4294967295",
                DataType::UInt64 => "a whole number of 64 bits from 0",
                other => return format!("a value of {other}"),
            },
        };
        name.into()
    }
}

/// A column whose kind is known before the file is read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeclaredColumn {
    /// Its name in the header.
    pub name: String,
    /// What its cells hold.
    pub kind: CellKind,
    /// See [`LayoutColumn::reasons`].
    pub reasons: Option<Reasons>,
    /// The label of its variable, in each language.
    pub labels: Vec<String>,
}

/// Which missing reason each text stands for; none where it stands for two.
pub type Reasons = HashMap<String, Option<u8>>;

impl DeclaredColumn {
    /// The column of this name holds cells of this kind.
    pub fn new(name: impl Into<String>, kind: CellKind) -> Self {
        Self { name: name.into(), kind, reasons: None, labels: Vec::new() }
    }

    /// Its variable has a label, which may stand in a record below the names.
    #[must_use]
    pub fn labels(mut self, labels: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.labels = labels.into_iter().map(Into::into).collect();
        self
    }

    /// Its variable declares missing reasons, which stand in the cells as these texts.
    #[must_use]
    pub fn reasons(mut self, reasons: Reasons) -> Self {
        self.reasons = Some(reasons);
        self
    }
}

/// A column of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LayoutColumn {
    /// Its name.
    pub name: String,
    /// Its label, when the header has labels.
    pub label: Option<String>,
    /// What its cells hold.
    pub kind: CellKind,
    /// Whether the kind was found in the cells.
    pub inferred: bool,
    /// Whether a bare `NA` is a missing value in it.
    pub na_is_missing: bool,
    /// The missing reasons that its variable declares, if any: a cell that is no value but one of these texts is a null, and
    /// a reason column behind all columns has the number. The cells of texts and bytes are never reasons.
    pub reasons: Option<Reasons>,
}

impl LayoutColumn {
    fn is_inferred_text(&self) -> bool {
        self.inferred && self.kind == CellKind::Data(DataType::Utf8)
    }
}

/// The columns of a file and, when it was read to its end, its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Layout {
    /// The columns in order.
    pub columns: Vec<LayoutColumn>,
    /// Rows of the file; none when all kinds were declared, as then only the header was read.
    pub rows: Option<u64>,
    /// The byte between cells.
    pub delimiter: Delimiter,
    /// How the text is cut.
    pub(super) form: Form,
    /// Lines above the header that are skipped although no option says so, and the first text of them.
    pub(crate) preamble: Option<(u64, String)>,
    /// What else the cells may mean.
    pub(crate) doubts: Vec<Doubt>,
    /// Columns that are called otherwise than in the file.
    pub(crate) renamed: Vec<Renamed>,
    /// Records above the rows.
    pub(super) header_records: u64,
}

/// A file whose header was read.
pub(crate) struct Opened<R> {
    /// Its columns; those to be inferred are taken for text.
    pub(crate) layout: Layout,
    /// What finds the kinds to be inferred; none when there are none.
    pub(crate) inference: Option<Inference>,
    /// The rows.
    pub(crate) pieces: Pieces<R>,
    /// Lines above them.
    lines_above: u64,
}

impl<R: Read> Opened<R> {
    /// Splits all records within so many bytes, as UTF-8, and counts the cells with a value that are left out.
    pub(crate) fn try_out(self, options: &ReadOptions, bytes: u64, cancel: &Cancel) -> Result<u64, TabError> {
        let dialect = self.layout.form.dialect(options);
        let (width, kept) = (self.layout.columns.len(), KeptColumns::of(Vec::new(), usize::MAX));
        let (mut records, mut seen, mut lost) = (Records::default(), 0, 0);
        let (mut rows, mut lines) = (0, self.lines_above);
        let encoding = self.pieces.encoding();
        for piece in self.pieces {
            let piece = piece?;
            seen += piece.bytes.len() as u64;
            if let Some(fault) = records.split(&piece, &dialect, width, &kept) {
                return Err(fault.after(rows, lines));
            }
            lost += records.surplus.count;
            (rows, lines) = (rows + records.rows() as u64, lines + records.line_count);
            cancel.check().map_err(std::io::Error::other)?;
            if simdutf8::basic::from_utf8(&piece.bytes).is_err() {
                return Err(TabError::Encoding { record: 0, line: 0, column: 0, encoding });
            }
            if seen > bytes {
                break;
            }
        }
        Ok(lost)
    }
}

/// Whether the cells below the names are the labels of the declared columns, as they stand there when a header has both; a column
/// without a label has its name.
fn are_labels<'n>(
    cells: &[Vec<u8>],
    names: impl ExactSizeIterator<Item = &'n String>,
    declared: &HashMap<&str, &DeclaredColumn>,
) -> bool {
    let is_whole = cells.len() == names.len();
    let says = |(cell, name): (&Vec<u8>, &String)| {
        let Some(column) = declared.get(name.as_str()) else { return true };
        let mut labels = column.labels.iter().filter(|label| !label.is_empty()).peekable();
        if labels.peek().is_none() {
            cell == name.as_bytes()
        } else {
            labels.any(|label| cell == label.as_bytes())
        }
    };
    is_whole && cells.iter().zip(names).all(says)
}

impl Layout {
    /// Reads the header and, when a column is not declared, all cells.
    ///
    /// A column that is not declared holds booleans, integers, floats, dates, date-times or times when all its
    /// cells do, else text. A code with a leading zero is text.
    ///
    /// # Errors
    /// When the input is no well-formed delimited text within the limits, two columns share a name, or a
    /// declared one is not there; see [`TabError`].
    pub fn read<R: Read>(
        input: R,
        options: &ReadOptions,
        declared: &[DeclaredColumn],
    ) -> Result<Self, TabError> {
        let Opened { mut layout, inference, pieces, .. } =
            Self::open(input, options, declared, |_| true, &[])?;
        if let Some(inference) = inference {
            let mut findings = inference.nothing_yet(Arc::default());
            let mut seen = Seen::default();
            for piece in pieces {
                inference.see(&piece?, &mut seen);
                findings.add(&mut seen)?;
            }
            layout.settle(&inference, &findings);
        }
        Ok(layout)
    }

    /// Reads the header only. Kinds that are not declared are to be inferred where `projected` says so of the name, else
    /// they are text. Only together with them the cells of declared columns are looked at, and the order by `keys`.
    pub(crate) fn open<R: Read>(
        input: R,
        options: &ReadOptions,
        declared: &[DeclaredColumn],
        projected: impl Fn(&str) -> bool,
        keys: &[&str],
    ) -> Result<Opened<R>, TabError> {
        let (mut head, Sniffed { mut form, preamble, doubts }) =
            header::open(input, options, None, !declared.is_empty())?;
        let limit = options.max_columns;
        let is_empty = !head.advance(limit, |line| TabError::TooManyColumns { line, limit })?;
        let mut renamed = Vec::new();
        let (names, mut header_records) = match form.header {
            // The first record, which gives the number of columns, is a row.
            // Lines of nothing but their ends are missing values of one column.
            ReadHeader::None if head.has_passed_lines() || !is_empty => {
                let width = head.contents().len().max(1) + usize::from(form.row_names);
                ((1..=width).map(|at| format!("column_{at}")).collect(), 0)
            }
            _ if is_empty => return Err(TabError::Empty),
            ReadHeader::Both => (head.names(options.duplicates, form.row_names, &mut renamed)?, 2),
            _ => (head.names(options.duplicates, form.row_names, &mut renamed)?, 1),
        };
        let width = names.len();
        let known: HashSet<&str> = names.iter().map(String::as_str).collect();
        let mut unknown =
            declared.iter().map(|column| &column.name).filter(|name| !known.contains(name.as_str()));
        if let Some(name) = unknown.next() {
            return Err(TabError::UnknownColumn { name: name.clone(), others: unknown.cloned().collect() });
        }
        let known: HashMap<&str, &DeclaredColumn> =
            declared.iter().map(|column| (column.name.as_str(), column)).collect();
        let mut labels = vec![None; width];
        let at_labels = labels.iter_mut().zip(&names).skip(usize::from(form.row_names));
        if header_records == 0 {
            head.back();
        } else if header_records == 2 {
            let ragged = |line, found| TabError::Ragged { record: 0, line, expected: width, found };
            if !head.advance(width + usize::from(form.trailing), |line| ragged(line, width + 1))? {
                return Err(TabError::Empty);
            }
            for (at, (cell, (label, _))) in head.contents().into_iter().zip(at_labels).enumerate() {
                let text = head.text(at, cell)?;
                *label = (!text.is_empty()).then_some(text);
            }
        } else if options.header == ReadHeader::Auto
            && declared.iter().any(|column| !column.labels.is_empty())
        {
            // What cannot be cut into cells is told with its row when rows are read.
            let is_record = match head.advance(limit, |line| TabError::TooManyColumns { line, limit }) {
                Err(error @ TabError::Io(_)) => return Err(error),
                cut => cut.unwrap_or(false),
            };
            let cells = if is_record { head.contents() } else { Vec::new() };
            if are_labels(&cells, names.iter().skip(usize::from(form.row_names)), &known) {
                (header_records, form.header) = (2, ReadHeader::Both);
            } else {
                head.back();
            }
        }
        let columns: Vec<LayoutColumn> = names
            .iter()
            .zip(labels)
            .map(|(name, label)| {
                let declared = known.get(name.as_str());
                LayoutColumn {
                    name: name.clone(),
                    label,
                    kind: declared.map_or(CellKind::Data(DataType::Utf8), |column| column.kind.clone()),
                    inferred: declared.is_none() && projected(name),
                    na_is_missing: false,
                    reasons: declared.and_then(|column| column.reasons.clone()),
                }
            })
            .collect();
        let projected_columns = || columns.iter().enumerate().filter(|(_, column)| projected(&column.name));
        let position =
            |key: &&str| projected_columns().find(|(_, column)| column.name == *key).map(|(at, _)| at);
        let keys: Vec<usize> = keys.iter().map_while(position).collect();
        let looked_at = projected_columns().map(|(at, _)| at).collect();
        let unknown = columns.iter().any(|column| column.inferred);
        let dialect = head.dialect;
        let (pieces, first) = head.into_pieces(options.piece_bytes);
        let lines_above = first.lines;
        let inference = unknown
            .then(|| Inference::new(dialect, width, looked_at, &keys, &form.options(options), first))
            .transpose()?;
        let delimiter = form.delimiter;
        let layout = Self { columns, rows: None, delimiter, form, preamble, doubts, renamed, header_records };
        Ok(Opened { layout, inference, pieces, lines_above })
    }

    /// The options with which this file is read, nothing left open.
    pub fn options(&self, options: &ReadOptions) -> ReadOptions {
        self.form.options(options)
    }

    /// Whether a record above the rows names the columns with words.
    pub(crate) fn has_names(&self) -> bool {
        let is_word = |name: &str| name.chars().any(char::is_alphabetic);
        self.header_records > 0
            && self.renamed.is_empty()
            && self.columns.iter().all(|column| is_word(&column.name))
    }

    /// Takes over what was found in all cells.
    pub(crate) fn settle(&mut self, inference: &Inference, findings: &Findings) {
        self.rows = Some(findings.rows());
        self.settle_kinds(findings);
        let is_date =
            |column: &LayoutColumn| column.inferred && column.kind == CellKind::Data(DataType::Date32);
        if inference.looks_for_dates() && !self.columns.iter().any(is_date) {
            self.doubts.push(Doubt::NoDates);
        }
        self.doubts.extend(self.more_doubts(inference, findings.guesses()));
    }

    /// Takes over the kinds that were found.
    pub(super) fn settle_kinds(&mut self, findings: &Findings) {
        for (position, guess) in findings.guesses() {
            if let Some(column) = self.columns.get_mut(position).filter(|column| column.inferred) {
                column.kind = CellKind::Data(guess.kind());
                column.na_is_missing = guess.na_is_missing();
            }
        }
    }

    /// Whether another look at the cells gives the same columns.
    pub(crate) fn agrees(&self, other: &Self) -> bool {
        let same = |(one, other): (&LayoutColumn, &LayoutColumn)| {
            let is_text = one.kind == CellKind::Data(DataType::Utf8);
            one.kind == other.kind && (!is_text || one.na_is_missing == other.na_is_missing)
        };
        self.columns.len() == other.columns.len() && self.columns.iter().zip(&other.columns).all(same)
    }

    /// What else the texts among these columns may mean.
    pub(super) fn more_doubts<'a>(
        &self,
        inference: &Inference,
        guesses: impl Iterator<Item = (usize, &'a Guess)>,
    ) -> Vec<Doubt> {
        let room = MOST_DOUBTS.saturating_sub(self.doubts.len());
        let (mut doubts, mut more) = (Vec::new(), 0);
        for (position, guess) in guesses {
            let column = self.columns.get(position).filter(|column| column.is_inferred_text());
            let Some(column) = column else { continue };
            let mut found = inference.doubts(&column.name, guess).peekable();
            match found.peek() {
                Some(_) if doubts.len() < room => doubts.extend(found),
                Some(_) => more += 1,
                None => {}
            }
        }
        doubts.extend((more > 0).then_some(Doubt::More(more)));
        doubts
    }
}
