//! Row filters: predicates on the columns of a table.

use arrow_array::{BooleanArray, RecordBatch};
use serde::{Deserialize, Serialize};

use crate::codebook::{Table, Value};
use crate::error::{Error, Result};

/// A predicate on the variables of a table; a row passes when it is true (null comparisons are not).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Filter {
    /// A variable compared with a value; dates and times are given in ISO 8601.
    Compare {
        /// Name of the variable.
        variable: String,
        /// How to compare.
        is: Comparison,
        /// With what.
        value: Value,
    },
    /// A variable equals one of several values.
    OneOf {
        /// Name of the variable.
        variable: String,
        /// The values.
        values: Vec<Value>,
    },
    /// A variable is null (system missing).
    IsNull(String),
    /// All of these hold.
    All(Vec<Filter>),
    /// Any of these holds.
    Any(Vec<Filter>),
    /// This does not hold.
    Not(Box<Filter>),
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Comparison {
    /// Equal.
    Equal,
    /// Not equal.
    NotEqual,
    /// Less.
    Less,
    /// Less or equal.
    AtMost,
    /// Greater.
    Greater,
    /// Greater or equal.
    AtLeast,
}

impl Filter {
    /// A comparison of a variable with a value.
    pub fn compare(variable: impl Into<String>, is: Comparison, value: impl Into<Value>) -> Self {
        Filter::Compare { variable: variable.into(), is, value: value.into() }
    }

    /// The variables it looks at, as positions in the table, ascending without repeats.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] when a variable does not exist.
    pub fn columns(&self, table: &Table) -> Result<Vec<usize>> {
        let mut names = Vec::new();
        self.names(&mut names);
        let mut columns = names
            .into_iter()
            .map(|name| {
                table.variable(name).map(|(column, _)| column).ok_or_else(|| {
                    Error::not_found(format!("the filter names the variable {name:?}, which does not exist"))
                        .table(&table.name)
                })
            })
            .collect::<Result<Vec<_>>>()?;
        columns.sort_unstable();
        columns.dedup();
        Ok(columns)
    }

    fn names<'a>(&'a self, names: &mut Vec<&'a str>) {
        match self {
            Filter::Compare { variable, .. } | Filter::OneOf { variable, .. } | Filter::IsNull(variable) => {
                names.push(variable);
            }
            Filter::All(parts) | Filter::Any(parts) => parts.iter().for_each(|part| part.names(names)),
            Filter::Not(part) => part.names(names),
        }
    }

    /// Whether the filter suits a table: its variables exist and its values can be compared with theirs.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] or [`crate::ErrorKind::Invalid`] with the variable, before any row is read.
    pub fn check(&self, table: &Table) -> Result<()> {
        let columns = self.columns(table)?;
        let schema = super::arrow_schema(table, &columns);
        self.mask(&RecordBatch::new_empty(schema)).map(|_| ()).map_err(|error| error.table(&table.name))
    }

    /// Which rows of a batch (normalised; columns found by name) pass.
    ///
    /// # Errors
    /// When a variable is absent or a value cannot be compared with it.
    pub fn mask(&self, batch: &RecordBatch) -> Result<BooleanArray> {
        super::filter_mask::mask(self, batch)
    }
}
