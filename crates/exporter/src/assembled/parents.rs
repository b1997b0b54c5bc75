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
        let open = |at: usize| codebook.tables.get(at).is_some_and(|table| table.parent.is_none());
        let of = |(at, named): (usize, &Named)| {
            let parent = named.parent.as_ref().filter(|_| open(at))?;
            let link = |name| Parent::new(name, parent.variables.clone());
            Some((at, self.names(named, parent, codebook).map(link)))
        };
        let links: Vec<(usize, Option<Parent>)> = self.0.iter().enumerate().filter_map(of).collect();
        let before = codebook.problems().len();
        let set = |codebook: &mut Codebook, at: usize, parent: Option<Parent>| {
            codebook.tables.get_mut(at).into_iter().for_each(|table| table.parent.clone_from(&parent));
        };
        links.iter().for_each(|(at, link)| set(codebook, *at, link.clone()));
        if codebook.problems().len() != before {
            // One of them is wrong: a table of the same name need not be the parent. Only one by one that is seen.
            links.iter().for_each(|(at, _)| set(codebook, *at, None));
            for (at, link) in &links {
                set(codebook, *at, link.clone());
                if codebook.problems().len() != before {
                    set(codebook, *at, None);
                }
            }
        }
        for (named, table) in links.iter().filter_map(|(at, _)| self.0.get(*at).zip(codebook.tables.get(*at)))
        {
            if let (None, false, Some(parent)) = (&table.parent, named.is_elsewhere, &named.parent) {
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
