//! Which rows and columns to read.

use std::ops::Range;

use crate::reader::column::ColumnType;

/// What to read: everything by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Selection {
    /// Variables by position from 0, in the order of the columns; `None` = all.
    pub columns: Option<Vec<usize>>,
    /// Rows counted from 0; `None` = all.
    pub rows: Option<Range<u64>>,
    /// Most rows in a batch; `None` = as many as make about 32 MiB, at most 65,536.
    pub batch_rows: Option<usize>,
    /// Variables, out of the columns, whose missing values are distinguished, see [`Selection::letters`].
    pub letters: Vec<usize>,
    /// Whether [`FOREIGN`] is told as a letter.
    pub(crate) foreign: bool,
}

/// What stands beside the letters for a number that is neither a value nor a missing value, where it is told.
pub(crate) const FOREIGN: u8 = 27;

impl Selection {
    /// Selects everything.
    pub fn all() -> Self {
        Self::default()
    }

    /// Selects these variables, in this order.
    #[must_use]
    pub fn columns(mut self, columns: impl Into<Vec<usize>>) -> Self {
        self.columns = Some(columns.into());
        self
    }

    /// Selects these rows, counted from 0; what lies beyond the last row is left out.
    #[must_use]
    pub fn rows(mut self, rows: Range<u64>) -> Self {
        self.rows = Some(rows);
        self
    }

    /// Limits the rows of a batch.
    #[must_use]
    pub fn batch_rows(mut self, rows: usize) -> Self {
        self.batch_rows = Some(rows);
        self
    }

    /// Tells which missing value each null of these variables is: behind the columns comes one `UInt8` column for each of
    /// them, in this order, with 1 for `.a` to 26 for `.z` and null for everything else.
    #[must_use]
    pub fn letters(mut self, variables: impl Into<Vec<usize>>) -> Self {
        self.letters = variables.into();
        self
    }
}

/// A variable and how it is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ReadColumn {
    pub(crate) variable: usize,
    pub(crate) kind: ColumnType,
}
