//! A claimed order of rows, compared as a format compares them.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt::Debug;

use arrow_array::{ArrayRef, UInt8Array};

use super::Number;
use crate::error::Result;

/// How a format compares the rows of one table by claimed sort keys.
pub trait SortOrder: Debug + Send + Sync {
    /// Identifies the comparison: two orders with the same identifier for the same table compare all rows alike.
    fn id(&self) -> String;

    /// Positions of the keys' columns, the first key first.
    fn columns(&self) -> &[usize];

    /// Whether values of a key compare by size alone, texts by their bytes, so that rows which a source knows to ascend keep
    /// the order. `ends` are the smallest and the largest of them, none for texts; there is no null and no NaN.
    fn is_by_size(&self, key: usize, ends: Option<(Number, Number)>) -> bool {
        let _ = (key, ends);
        false
    }

    /// The values of a key in one batch, one for each row; `reasons` tells those of its nulls, by the position of their
    /// declaration, where the variable declares any.
    ///
    /// # Errors
    /// When the column cannot be compared.
    fn values<'a>(
        &self,
        key: usize,
        column: &'a ArrayRef,
        reasons: Option<&UInt8Array>,
    ) -> Result<SortValues<'a>>;
}

/// Orders are equal when they compare alike.
impl PartialEq for dyn SortOrder {
    fn eq(&self, other: &Self) -> bool {
        self.id() == other.id() && self.columns() == other.columns()
    }
}

/// Values of one key as they are compared.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum SortValues<'a> {
    /// Compared by rank, then by number: missing values with a rank of their own follow all numbers.
    Numbers(Vec<(u8, f64)>),
    /// Compared byte by byte.
    Texts(Vec<Cow<'a, [u8]>>),
}

/// One of the [`SortValues`].
#[derive(Clone, Debug, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum SortValue {
    /// Rank and number.
    Number(u8, f64),
    /// Bytes of a text.
    Text(Vec<u8>),
}

/// A row that breaks a claimed order: of the keys before `key` it has the values of the row before, and less in `key`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SortBreak {
    /// Position of the first key that no longer holds.
    pub key: usize,
    /// The row, from 1.
    pub row: u64,
    /// Its value of the key.
    pub value: SortValue,
}

impl SortBreak {
    /// A break of a key in a row.
    pub(super) fn new(key: usize, row: u64, value: SortValue) -> Self {
        Self { key, row, value }
    }
}

impl SortValues<'_> {
    /// How the value of a row compares with that of the row before; `None` where a number is NaN.
    pub(super) fn compare_with_previous(&self, row: usize) -> Option<Ordering> {
        let before = row.checked_sub(1)?;
        match self {
            Self::Numbers(values) => values.get(before)?.partial_cmp(values.get(row)?),
            Self::Texts(values) => Some(values.get(before)?.cmp(values.get(row)?)),
        }
    }

    /// The value of a row.
    pub(super) fn get(&self, row: usize) -> Option<SortValue> {
        match self {
            Self::Numbers(values) => values.get(row).map(|(rank, number)| SortValue::Number(*rank, *number)),
            Self::Texts(values) => values.get(row).map(|text| SortValue::Text(text.to_vec())),
        }
    }
}
