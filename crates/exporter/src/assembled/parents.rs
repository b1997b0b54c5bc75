//! Links to parents that files name and that other files hold.

use exporter_core::LossReport;
use exporter_core::codebook::{Codebook, Parent};
use exporter_core::dataset::table_of;
use exporter_core::embedded::parent_not_open;

use super::TablePart;

/// The parents that the files of a study's tables name, by table.
#[derive(Default)]
pub(super) struct Parents(Vec<Named>);

struct Named {
    /// Name of the table in its file, by which other files know it.
    table: String,
    file: String,
    parent: Option<Parent>,
    /// Whether the file says itself that it has no such table.
    is_elsewhere: bool,
}

impl Parents {
    /// Adds what the file of the next table names.
    pub(super) fn add(&mut self, part: &TablePart) {
        let elsewhere = part.dataset.parent(part.table);
        let table = table_of(part.dataset.codebook(), part.table).ok();
        let parent = elsewhere.or_else(|| table?.parent.as_ref()).cloned();
        self.0.push(Named {
            table: table.map(|table| table.name.clone()).unwrap_or_default(),
            file: part.file.clone(),
            parent,
            is_elsewhere: elsewhere.is_some(),
        });
    }

    /// Gives the tables without a declared parent the one that their file names, if it is open and has the variables; the
    /// loss of others is told, here or by their file.
    pub(super) fn link(self, codebook: &mut Codebook, losses: &mut LossReport) {
        for (at, named) in self.0.iter().enumerate() {
            let Some(parent) = named.parent.as_ref() else { continue };
            if codebook.tables.get(at).is_none_or(|table| table.parent.is_some()) {
                continue;
            }
            let is_linked =
                self.names(named, parent, codebook).is_some_and(|name| linked(codebook, at, parent, name));
            if let (false, false, Some(table)) = (is_linked, named.is_elsewhere, codebook.tables.get(at)) {
                losses.add(parent_not_open(parent).table(&table.name));
            }
        }
    }

    /// The name that the parent of a table has in the study; one of the same file goes before others.
    fn names(&self, of: &Named, parent: &Parent, codebook: &Codebook) -> Option<String> {
        let mut all = self.0.iter().enumerate().filter(|(_, other)| other.table == parent.table);
        let first = all.clone().next();
        let (place, _) = all.find(|(_, other)| other.file == of.file).or(first)?;
        codebook.tables.get(place).map(|table| table.name.clone())
    }
}

/// Links a table to its parent, unless that makes the codebook a wrong one: a table of the same name need not be the parent.
fn linked(codebook: &mut Codebook, table: usize, parent: &Parent, name: String) -> bool {
    let before = codebook.problems().len();
    let link = Parent::new(name, parent.variables.clone());
    let mut set = |parent| codebook.tables.get_mut(table).map(|table| table.parent = parent);
    set(Some(link));
    if codebook.problems().len() == before {
        return true;
    }
    if let Some(table) = codebook.tables.get_mut(table) {
        table.parent = None;
    }
    false
}
