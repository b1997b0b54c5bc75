//! Rows of old files: an element of flat elements, with the place where it begins.

use std::collections::HashMap;
use std::io::BufRead;

use exporter_xml::{Element, Position, Tag, XmlReader};

use crate::fault::Fault;

/// Bytes that one row takes.
const MOST_BYTES: usize = 4 << 20;

/// A row.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) position: Position,
    pub(super) element: Element,
}

impl Row {
    /// Reads the row that begins with a tag.
    pub(super) fn read<R: BufRead>(xml: &mut XmlReader<R>, tag: Tag) -> Result<Self, Fault> {
        let position = xml.position();
        Ok(Self { position, element: xml.element(tag, MOST_BYTES)? })
    }

    /// The text of a column; `None` where it is empty.
    pub(super) fn text(&self, column: &str) -> Option<String> {
        text_of(self.element.first(column)?)
    }
}

/// The text of an element without blanks around; `None` where it is empty.
pub(super) fn text_of(element: &Element) -> Option<String> {
    whole_text_of(element).map(|text| text.trim().to_owned())
}

/// The text of an element as it is, with blanks around that someone may look for; `None` where there are only blanks.
pub(super) fn whole_text_of(element: &Element) -> Option<String> {
    let text = element.own_text();
    (!text.trim().is_empty()).then(|| text.into_owned())
}

/// Rows by the name of their element.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    rows: HashMap<String, Vec<Row>>,
    /// Names in the order in which they came first.
    names: Vec<String>,
}

impl Rows {
    pub(super) fn add(&mut self, row: Row) {
        let name = row.element.name.to_string();
        if !self.rows.contains_key(&name) {
            self.names.push(name.clone());
        }
        self.rows.entry(name).or_default().push(row);
    }

    /// The rows of a name.
    pub(super) fn of(&self, name: &str) -> &[Row] {
        self.rows.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// All rows, those of a name together.
    pub(super) fn into_rows(mut self) -> impl Iterator<Item = Row> {
        self.names.into_iter().filter_map(move |name| self.rows.remove(&name)).flatten()
    }
}
