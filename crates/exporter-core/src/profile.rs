//! Facts about a table's columns, computed once and shared by every plan.

mod compute;
mod order;
mod request;
mod statistics;

use std::collections::BTreeMap;

use encoding_rs::Encoding;

pub use compute::{column_numbers, profile};
pub use order::{SortBreak, SortOrder, SortValue, SortValues};
pub use request::{Facts, ProfileRequest};
pub use statistics::{Moments, Statistics, StatisticsRequest, ValueCount};

use crate::codebook::Table;
use crate::dataset::TableId;
use crate::loss::{CHARACTERS, Loss, LossCode};
use crate::missing::Span;

/// Facts about the tables of a dataset.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profile {
    tables: BTreeMap<TableId, TableProfile>,
}

/// Facts about one table.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct TableProfile {
    /// Exact number of rows.
    pub rows: Option<u64>,
    /// Facts by column; a column without an entry was not asked for.
    pub columns: BTreeMap<usize, ColumnFacts>,
    /// Columns by which the rows ascend: numbers by size, texts by their bytes, equal ones by the column that follows. None
    /// of their values is null or NaN. What a source knows of a claimed order, which need not be compared then.
    pub ascending: Vec<usize>,
    /// Rows that break a claimed order, by the identifier of the order, each of an earlier key than the one before: the
    /// order holds as far as the key of the last. Only profiles know them.
    pub orders: BTreeMap<String, Vec<SortBreak>>,
    /// Values outside spans that were asked for, by column. Only profiles know them.
    pub outside: BTreeMap<usize, Vec<Outside>>,
    /// Characters that encodings lack, by column. Only profiles know them.
    pub lacking: BTreeMap<usize, Vec<Lacking>>,
    /// Statistics that were asked for, by column. Only profiles know them.
    pub statistics: BTreeMap<usize, Vec<Statistics>>,
}

/// Values of a column outside a span, without those that the codebook declares missing.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Outside {
    /// The span asked for, in the numbers of the column.
    pub span: Span,
    /// How many values lie outside.
    pub count: u64,
    /// Row of the first one, from 1, and the value.
    pub first: Option<(u64, String)>,
}

impl Outside {
    /// No value outside.
    pub(crate) fn none(span: Span) -> Self {
        Self { span, count: 0, first: None }
    }
}

/// Characters of the texts of a column that an encoding lacks.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Lacking {
    /// The encoding asked for.
    pub encoding: &'static Encoding,
    /// How many characters it lacks.
    pub count: u64,
    /// Row of the first text with one, from 1, and the text.
    pub first: Option<(u64, String)>,
}

impl Lacking {
    /// No character so far.
    pub(crate) fn none(encoding: &'static Encoding) -> Self {
        Self { encoding, count: 0, first: None }
    }
}

/// Facts about one column; `None` = not asked for or not known.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ColumnFacts {
    /// How many values are null.
    pub nulls: Option<u64>,
    /// Bytes of the longest text or binary value; 0 when there is none.
    pub max_bytes: Option<u64>,
    /// How many texts or binary values are not empty, and their bytes together.
    pub totals: Option<Totals>,
    /// Smallest and largest value; the inner `None` means that there is no value (only nulls, NaN left out). Declared
    /// ends may lie further out. Not known for texts and nested values.
    pub range: Option<Option<(Number, Number)>>,
    /// Smallest and largest value that the codebook does not declare missing; otherwise like `range`.
    pub valid_range: Option<Option<(Number, Number)>>,
    /// How many texts hold a NUL; 0 for every other kind.
    pub with_nul: Option<u64>,
    /// Whether every value is a whole number (NaN and infinities are not); not known for texts and nested values.
    pub integral: Option<bool>,
    /// How many values are NaN.
    pub nans: Option<u64>,
    /// How many values are infinite.
    pub infinities: Option<u64>,
    /// How many decimals a double does not hold; 0 for every other kind.
    pub rounded: Option<u64>,
    /// In how many rows each missing reason that occurs does, by the position of its declaration.
    pub reasons: Option<BTreeMap<u8, u64>>,
}

/// Size of the texts or binary values of a column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Totals {
    /// Values of at least one byte.
    pub filled: u64,
    /// Bytes of all values.
    pub bytes: u64,
}

/// A number of a column's own kind: whole numbers (also days, ticks, truth values, a decimal's unscaled digits) or
/// floats.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub enum Number {
    /// Whole number; wide enough for unsigned 64 bits and unscaled decimals.
    Integer(i128),
    /// Floating-point number.
    Float(f64),
}

impl Number {
    /// The number as a float.
    pub fn as_f64(self) -> f64 {
        match self {
            Number::Integer(number) => number as f64,
            Number::Float(number) => number,
        }
    }
}

impl TableProfile {
    /// The same facts of a table that has these of its columns, in this order.
    #[must_use]
    pub fn projected(mut self, columns: &[usize]) -> Self {
        let place = |column: &usize| columns.iter().position(|projected| projected == column);
        let known = std::mem::take(&mut self.columns);
        let facts = columns.iter().enumerate();
        let facts = facts.filter_map(|(place, column)| Some((place, known.get(column)?.clone())));
        self.columns = facts.collect();
        self.ascending = self.ascending.iter().map_while(place).collect();
        self
    }
}

impl Totals {
    /// So many values of at least one byte, and the bytes of all values.
    pub fn new(filled: u64, bytes: u64) -> Self {
        Self { filled, bytes }
    }
}

impl Profile {
    /// The facts of a table; empty when nothing was asked.
    pub fn table(&self, table: TableId) -> Option<&TableProfile> {
        self.tables.get(&table)
    }

    /// The facts of a column.
    pub fn column(&self, table: TableId, column: usize) -> Option<&ColumnFacts> {
        self.tables.get(&table)?.columns.get(&column)
    }

    /// What lies outside a span of a column, when it was asked for.
    pub fn outside(&self, table: TableId, column: usize, span: Span) -> Option<&Outside> {
        self.tables.get(&table)?.outside.get(&column)?.iter().find(|outside| outside.span == span)
    }

    /// The losses of the characters that an encoding lacks, by variable of a table, which `id` names, when they were asked for.
    pub fn replaced(
        &self,
        id: TableId,
        table: &Table,
        encoding: &'static Encoding,
        action: &'static str,
    ) -> impl Iterator<Item = Loss> {
        let columns = self.tables.get(&id).into_iter().flat_map(|facts| &facts.lacking);
        columns.filter_map(move |(column, lacking)| {
            let found = lacking.iter().find(|lacking| lacking.encoding == encoding && lacking.count > 0)?;
            let loss = Loss::new(LossCode::TEXT_REPLACED, action).count(found.count).counting(CHARACTERS);
            let loss = loss.table(&table.name).variable(&table.variables.get(*column)?.name);
            Some(found.first.iter().fold(loss, |loss, (row, text)| loss.first(Some(*row), text)))
        })
    }

    /// Statistics of a column, when they were asked for.
    pub fn statistics(
        &self,
        table: TableId,
        column: usize,
        request: &StatisticsRequest,
    ) -> Option<&Statistics> {
        self.tables.get(&table)?.statistics.get(&column)?.iter().find(|found| found.request == *request)
    }

    /// The rows that break a claimed order, when it was asked for.
    pub fn breaks(&self, table: TableId, order: &dyn SortOrder) -> Option<&[SortBreak]> {
        self.tables.get(&table)?.orders.get(&order.id()).map(Vec::as_slice)
    }

    /// The exact number of rows, if it was asked for or known.
    pub fn rows(&self, table: TableId) -> Option<u64> {
        self.tables.get(&table)?.rows
    }

    /// Adds or replaces the facts of a table.
    pub fn insert(&mut self, table: TableId, facts: TableProfile) {
        self.tables.insert(table, facts);
    }
}
