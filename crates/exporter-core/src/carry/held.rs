//! What the other entries of an export hold.

use super::{Carry, Part};
use crate::codebook::Codebook;
use crate::dataset::TableId;
use crate::exporter::Exporter;
use crate::sink::EntrySpec;

/// What the siblings of an entry hold.
#[derive(Clone, Debug, Default)]
pub struct Held(Vec<Holder>);

/// One exporter of a bundle: its entries and the parts that they hold whole.
#[derive(Clone, Debug)]
pub struct Holder {
    parts: Vec<Part>,
    /// Parts that they hold within limits.
    limited: Vec<Part>,
    entries: Vec<EntrySpec>,
}

impl Holder {
    /// What an exporter will hold of a codebook.
    pub fn of(exporter: &dyn Exporter, codebook: &Codebook) -> Self {
        let carried =
            |carry: Carry| Part::ALL.into_iter().filter(|part| exporter.carries(*part) == carry).collect();
        let (parts, limited) = (carried(Carry::Whole), carried(Carry::Limited));
        Self { parts, limited, entries: exporter.entries(codebook) }
    }

    /// The entries.
    pub fn entries(&self) -> &[EntrySpec] {
        &self.entries
    }

    fn entry(&self, part: Part, table: Option<TableId>) -> Option<&EntrySpec> {
        let of_table = |entry: &&EntrySpec| entry.table == table || entry.table.is_none() || table.is_none();
        self.entries.iter().filter(|_| self.parts.contains(&part)).find(of_table)
    }

    /// The entry of a table that holds a part within limits.
    pub(crate) fn limited_entry(&self, part: Part, table: TableId) -> Option<&EntrySpec> {
        self.entries.iter().find(|entry| self.limited.contains(&part) && entry.table == Some(table))
    }
}

impl FromIterator<Holder> for Held {
    fn from_iter<I: IntoIterator<Item = Holder>>(holders: I) -> Self {
        Self(holders.into_iter().collect())
    }
}

impl Held {
    /// Adds what others hold.
    #[must_use]
    pub fn and(mut self, others: &Held) -> Self {
        self.0.extend(others.0.iter().cloned());
        self
    }

    /// The path of an entry that holds a part, of a table where it is a table's. An entry of the description alone goes
    /// before one of rows.
    pub fn by(&self, part: Part, table: Option<TableId>) -> Option<&str> {
        let entries: Vec<&EntrySpec> = self.0.iter().filter_map(|holder| holder.entry(part, table)).collect();
        let description = entries.iter().find(|entry| entry.table.is_none());
        description.or(entries.first()).map(|entry| entry.path.as_str())
    }
}
