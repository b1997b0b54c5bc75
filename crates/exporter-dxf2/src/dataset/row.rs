//! Rows of tables, as they are made of the objects of a file.

use std::borrow::Cow;

use crate::value::Value;

/// A row of a table.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// The name of the table.
    pub(super) table: Cow<'static, str>,
    pub(super) cells: Vec<Cell>,
}

/// A value of a row.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    /// The name of the property, or of a data element or attribute.
    pub(super) name: Cow<'static, str>,
    pub(super) wanted: Wanted,
    pub(super) value: Value,
}

/// What is wanted of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Texts, whatever they look like.
    Text,
    Truth,
    Number,
    /// A date or moment.
    Moment,
    /// What the values of a data element or attribute are, which files have as texts.
    Open,
    /// What the values are, nested ones too, of an object of this name in the table of properties.
    Nested(&'static str),
    /// The same of an object whose properties are keys.
    Map(&'static str),
    /// What the values are; of nested ones the JSON.
    Unknown(&'static str),
}

impl Row {
    pub(super) fn new(table: impl Into<Cow<'static, str>>) -> Self {
        Self { table: table.into(), cells: Vec::new() }
    }

    pub(super) fn push(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        wanted: Wanted,
        value: impl Into<Value>,
    ) {
        self.cells.push(Cell { name: name.into(), wanted, value: value.into() });
    }

    /// Whether it has a value of a property.
    pub(super) fn has(&self, name: &str) -> bool {
        self.cells.iter().any(|cell| cell.name == name && cell.wanted != Wanted::Open)
    }
}

/// Whether a property of this name says when something was.
pub(super) fn is_moment(name: &str) -> bool {
    matches!(name, "created" | "lastUpdated" | "storedDate")
        || ["At", "AtClient"].iter().any(|end| name.ends_with(end) && name.len() > end.len())
}
