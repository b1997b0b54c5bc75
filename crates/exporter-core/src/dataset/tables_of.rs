//! Some tables of a study.

use std::io::Read;

use super::{Batches, Dataset, Note, Scan, TableId};
use crate::codebook::{Codebook, Parent};
use crate::error::{Error, Result};
use crate::loss::LossReport;
use crate::profile::TableProfile;
use crate::suggest;

/// A study of which only some tables are seen.
#[derive(Debug)]
pub struct TablesOf<D> {
    inner: D,
    /// What is seen; none where it is what the inner dataset says, since copies of wide tables take much memory.
    codebook: Option<Codebook>,
    /// For each table that is seen the one of the whole study.
    tables: Vec<TableId>,
}

impl<D: Dataset> TablesOf<D> {
    /// Sees the tables of these names, in this order; all when none is named. Tables whose parent is left out have none, and
    /// value-label sets of tables that are left out go with them.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Usage`] when a table does not exist, listing those that do, or is named twice.
    pub fn new(inner: D, names: &[String]) -> Result<Self> {
        if names.is_empty() {
            let tables = (0..inner.codebook().tables.len()).map(TableId).collect();
            return Ok(Self { inner, codebook: None, tables });
        }
        let (codebook, tables) = tables_of(inner.codebook(), names)?;
        Ok(Self { inner, codebook: Some(codebook), tables })
    }

    /// For each table that is seen the one of the whole study.
    pub fn tables(&self) -> &[TableId] {
        &self.tables
    }

    fn of_inner(&self, table: TableId) -> Option<TableId> {
        self.tables.get(table.0).copied()
    }
}

/// The codebook of the tables of these names, in this order, and where each is in the whole one; all when none is named.
pub(crate) fn tables_of(whole: &Codebook, names: &[String]) -> Result<(Codebook, Vec<TableId>)> {
    let mut codebook = whole.clone();
    if names.is_empty() {
        return Ok((codebook, (0..whole.tables.len()).map(TableId).collect()));
    }
    let mut tables = Vec::new();
    codebook.tables.clear();
    for (at, name) in names.iter().enumerate() {
        let place = format!("tables[{at}]");
        let Some((position, table)) = whole.table(name) else {
            let known = whole.tables.iter().map(|table| table.name.as_str());
            return Err(Error::usage(format!("the table {name:?} does not exist"))
                .with_hint(suggest::suggestion(name, "tables", known))
                .field(place));
        };
        if tables.contains(&TableId(position)) {
            return Err(Error::usage(format!("the table {name:?} is named twice")).field(place));
        }
        tables.push(TableId(position));
        codebook.tables.push(table.clone());
    }
    codebook.drop_unused(whole);
    Ok((codebook, tables))
}

#[deny(clippy::missing_trait_methods, reason = "what a wrapper leaves out is lost")]
impl<D: Dataset> Dataset for TablesOf<D> {
    fn codebook(&self) -> &Codebook {
        self.codebook.as_ref().unwrap_or_else(|| self.inner.codebook())
    }

    fn rows(&self, table: TableId) -> Option<u64> {
        self.inner.rows(self.of_inner(table)?)
    }

    fn scan(&self, table: TableId, scan: &Scan) -> Result<Batches<'_>> {
        match self.of_inner(table) {
            Some(inner) => self.inner.scan(inner, scan),
            None => Err(Error::not_found(format!("table {} does not exist", table.0 + 1))),
        }
    }

    fn document(&self, position: usize) -> Result<Option<Box<dyn Read + Send + '_>>> {
        self.inner.document(position)
    }

    fn facts(&self, table: TableId) -> Option<TableProfile> {
        self.inner.facts(self.of_inner(table)?)
    }

    fn parent(&self, table: TableId) -> Option<&Parent> {
        self.inner.parent(self.of_inner(table)?)
    }

    fn holds_reasons(&self, table: TableId) -> bool {
        self.of_inner(table).is_some_and(|table| self.inner.holds_reasons(table))
    }

    fn losses(&self) -> LossReport {
        let losses = self.inner.losses();
        let seen = |name: &String| self.codebook().table(name).is_some();
        losses.iter().filter(|loss| loss.table.as_ref().is_none_or(seen)).cloned().collect()
    }

    fn notes(&self) -> Vec<Note> {
        self.inner.notes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codebook::{Kind, Table, Variable};
    use crate::dataset::MemoryDataset;
    use crate::error::ErrorKind;

    fn of(names: &[&str]) -> Result<TablesOf<MemoryDataset>> {
        let people = Table::new("people", vec![Variable::new("house", Kind::Text)])
            .with_parent("houses", vec![("house".into(), "id".into())]);
        let codebook = Codebook::new("study")
            .with_table(Table::new("houses", vec![Variable::new("id", Kind::Text)]))
            .with_table(people);
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        TablesOf::new(MemoryDataset::new(codebook, vec![vec![], vec![]]).unwrap(), &names)
    }

    #[test]
    fn tables_come_in_the_order_asked_for_and_lose_parents_that_are_left_out() {
        let both = of(&["people", "houses"]).unwrap();
        let names: Vec<&str> = both.codebook().tables.iter().map(|table| table.name.as_str()).collect();
        assert_eq!(
            (names, both.tables.as_slice()),
            (vec!["people", "houses"], &[TableId(1), TableId(0)][..])
        );
        assert!(both.codebook().tables[0].parent.is_some());
        let alone = of(&["people"]).unwrap();
        assert_eq!((alone.codebook().tables.len(), &alone.codebook().tables[0].parent), (1, &None));
        assert_eq!((alone.rows(TableId(0)), alone.rows(TableId(1))), (Some(0), None));
        assert_eq!(of(&[]).unwrap().codebook().tables.len(), 2);
    }

    #[test]
    fn unknown_and_repeated_tables_are_refused() {
        let unknown = of(&["houses", "poeple"]).unwrap_err();
        assert_eq!((unknown.kind(), unknown.place().field.as_deref()), (ErrorKind::Usage, Some("tables[1]")));
        assert!(unknown.hint().unwrap().contains("people"));
        assert_eq!(of(&["people", "people"]).unwrap_err().kind(), ErrorKind::Usage);
    }
}
