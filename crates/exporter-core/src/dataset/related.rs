//! A dataset without orphans: the rows of a table whose parent row is left out are left out too.

use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::RecordBatch;

use super::key_set::KeySet;
use super::select::{Rows, select_rows};
use super::{Batches, Dataset, Note, Scan, TableId, table_of};
use crate::codebook::{Codebook, Parent};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::loss::LossReport;
use crate::profile::TableProfile;

/// A dataset some of whose tables have lost rows, with only those rows of their children (and of the children of
/// these) whose parent row is still there.
///
/// A table names its parent by [`crate::codebook::Parent`]. Rows whose link is null or leads nowhere are left out. The
/// keys of a parent are gathered when a child is read first, and kept.
#[derive(Debug)]
pub struct RelatedDataset<D> {
    inner: D,
    /// What is seen; none where it is what the inner dataset says, since copies of wide tables take much memory.
    codebook: Option<Codebook>,
    /// By table: how it follows its parent, if it does.
    links: Vec<Option<Link>>,
    context: Context,
}

/// How the rows of a table follow those of its parent.
#[derive(Debug)]
struct Link {
    parent: TableId,
    /// Columns of the table, and those of the parent that they equal.
    own: Vec<usize>,
    theirs: Vec<usize>,
    /// Rows of the parent that count.
    limit: Option<u64>,
    keys: Mutex<Option<Arc<KeySet>>>,
}

impl<D: Dataset> RelatedDataset<D> {
    /// Lets the children of the tables `reduced`, of which `inner` delivers some rows only, follow them. With `rows`,
    /// only so many rows of each table will be taken, so that all that have more are reduced.
    ///
    /// Keys are read with `context` and take up to its memory.
    pub fn new(inner: D, reduced: &[TableId], rows: Option<u64>, context: &Context) -> Self {
        let whole = inner.codebook();
        let mut codebook: Option<Codebook> = None;
        let is_limited = |table| rows.is_some_and(|most| inner.rows(table).is_none_or(|rows| rows > most));
        let count = whole.tables.len();
        let mut reduced: Vec<bool> =
            (0..count).map(|table| reduced.contains(&TableId(table)) || is_limited(TableId(table))).collect();
        let mut links: Vec<Option<Link>> = Vec::new();
        links.resize_with(count, || None);
        // A child may stand before its parent; every round reaches at least one generation more.
        loop {
            let follows = |table: &usize| {
                let link = link(whole, *table, rows)?;
                reduced.get(link.parent.0).copied().unwrap_or(false).then_some(link)
            };
            let new: Vec<(usize, Link)> = (0..count)
                .filter(|table| links.get(*table).is_some_and(Option::is_none))
                .filter_map(|table| Some((table, follows(&table)?)))
                .collect();
            if new.is_empty() {
                break;
            }
            let codebook = codebook.get_or_insert_with(|| whole.clone());
            for (table, link) in new {
                if let (Some(reduced), Some(slot), Some(table)) =
                    (reduced.get_mut(table), links.get_mut(table), codebook.tables.get_mut(table))
                {
                    (*reduced, *slot) = (true, Some(link));
                    table.rows = None;
                }
            }
        }
        Self { inner, codebook, links, context: context.clone() }
    }

    /// The tables that follow their parent, and their parents, by name.
    pub fn followers(&self) -> impl Iterator<Item = (&str, &str)> {
        let name = |table: usize| self.codebook().tables.get(table).map(|table| table.name.as_str());
        let links = self.links.iter().enumerate();
        links.filter_map(move |(table, link)| Some((name(table)?, name(link.as_ref()?.parent.0)?)))
    }

    fn link(&self, table: TableId) -> Option<&Link> {
        self.links.get(table.0)?.as_ref()
    }

    /// The keys of the parent's rows.
    fn keys(&self, link: &Link) -> Result<Arc<KeySet>> {
        // Held while they are gathered, so that they are gathered once; a parent's own are another lock.
        let mut known = link.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(keys) = &*known {
            return Ok(Arc::clone(keys));
        }
        let parent = &table_of(self.codebook(), link.parent)?.name;
        let mut scan = Scan::all().columns(link.theirs.clone());
        scan.limit = link.limit;
        let mut keys = KeySet::default();
        for batch in self.context.scan(self, link.parent, &scan)? {
            keys.extend(batch?.columns()).map_err(|error| error.table(parent))?;
            if keys.bytes() > self.context.memory() {
                return Err(Error::limit(format!(
                    "the keys of the rows that are kept take more than {} bytes, and their children follow them",
                    self.context.memory()
                ))
                .table(parent)
                .with_hint("keep fewer rows of the table, or keep orphans"));
            }
        }
        let keys = Arc::new(keys);
        *known = Some(Arc::clone(&keys));
        Ok(keys)
    }
}

/// How a table would follow its parent.
fn link(codebook: &Codebook, table: usize, limit: Option<u64>) -> Option<Link> {
    let table = codebook.tables.get(table)?;
    let parent = table.parent.as_ref().filter(|parent| !parent.variables.is_empty())?;
    let place = codebook.tables.iter().position(|other| other.name == parent.table)?;
    let there = codebook.tables.get(place)?;
    let own = parent.variables.iter().map(|(own, _)| Some(table.variable(own)?.0)).collect::<Option<_>>()?;
    let theirs =
        parent.variables.iter().map(|(_, theirs)| Some(there.variable(theirs)?.0)).collect::<Option<_>>()?;
    Some(Link { parent: TableId(place), own, theirs, limit, keys: Mutex::default() })
}

#[deny(clippy::missing_trait_methods, reason = "what a wrapper leaves out is lost")]
impl<D: Dataset> Dataset for RelatedDataset<D> {
    fn codebook(&self) -> &Codebook {
        self.codebook.as_ref().unwrap_or_else(|| self.inner.codebook())
    }

    fn rows(&self, table: TableId) -> Option<u64> {
        if self.link(table).is_some() { None } else { self.inner.rows(table) }
    }

    fn scan(&self, table: TableId, scan: &Scan) -> Result<Batches<'_>> {
        let Some(link) = self.link(table) else { return self.inner.scan(table, scan) };
        let description = table_of(self.codebook(), table)?;
        let keys = self.keys(link)?;
        let mut held = scan.projection(description)?;
        held.extend(&link.own);
        held.sort_unstable();
        held.dedup();
        let mut below = scan.clone().columns(held.clone());
        below.limit = None;
        let pass =
            move |own: &RecordBatch| keys.mask(own.columns()).map_err(|error| error.table(&description.name));
        let rows = Rows { columns: link.own.clone(), pass: Box::new(pass) };
        select_rows(description, &held, scan, Some(rows), self.inner.scan(table, &below)?)
    }

    /// The facts of the source are true of all its rows, not of some.
    fn document(&self, position: usize) -> Result<Option<Box<dyn Read + Send + '_>>> {
        self.inner.document(position)
    }

    fn facts(&self, table: TableId) -> Option<TableProfile> {
        match self.link(table) {
            Some(_) => None,
            None => self.inner.facts(table),
        }
    }

    fn parent(&self, table: TableId) -> Option<&Parent> {
        self.inner.parent(table)
    }

    fn holds_reasons(&self, table: TableId) -> bool {
        self.inner.holds_reasons(table)
    }

    fn losses(&self) -> LossReport {
        self.inner.losses()
    }

    fn notes(&self) -> Vec<Note> {
        self.inner.notes()
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::cast::AsArray;
    use arrow_array::types::Int64Type;
    use arrow_array::{ArrayRef, Int64Array, StringArray};

    use super::*;
    use crate::codebook::{Kind, Parent, Table, Variable};
    use crate::dataset::{Comparison, ExcerptDataset, Filter, MemoryDataset};

    fn number(name: &str) -> Variable {
        Variable::new(name, Kind::INTEGER)
    }

    fn child_of(mut table: Table, parent: &str, variables: &[(&str, &str)]) -> Table {
        let variables = variables.iter().map(|(own, theirs)| ((*own).into(), (*theirs).into())).collect();
        table.parent = Some(Parent { table: parent.into(), variables });
        table
    }

    fn batch(columns: Vec<(&str, Vec<Option<i64>>)>) -> RecordBatch {
        let array = |values| Arc::new(Int64Array::from(values)) as ArrayRef;
        RecordBatch::try_from_iter(columns.into_iter().map(|(name, values)| (name, array(values)))).unwrap()
    }

    /// Visits of members of houses; children stand before their parents.
    fn study() -> MemoryDataset {
        let some = |values: &[i64]| values.iter().map(|value| Some(*value)).collect::<Vec<_>>();
        let visits = Table::new("visits", vec![number("visit"), number("house"), number("member")]);
        let members = Table::new("members", vec![number("hh"), number("no"), number("age")]);
        let houses = Table::new("houses", vec![number("id"), Variable::new("region", Kind::Text)]);
        let codebook = Codebook::new("s")
            .with_table(child_of(visits, "members", &[("house", "hh"), ("member", "no")]))
            .with_table(child_of(members, "houses", &[("hh", "id")]))
            .with_table(houses);
        let regions: ArrayRef = Arc::new(StringArray::from(vec!["north", "south", "north"]));
        let ids: ArrayRef = Arc::new(Int64Array::from(vec![1, 2, 3]));
        let visits = batch(vec![
            ("visit", some(&[1, 2, 3, 4, 5])),
            ("house", some(&[3, 1, 2, 1, 1])),
            ("member", some(&[1, 1, 1, 2, 9])),
        ]);
        let members = batch(vec![
            ("hh", vec![Some(1), Some(1), Some(2), Some(3), None, Some(7)]),
            ("no", some(&[1, 2, 1, 1, 1, 1])),
            ("age", some(&[30, 40, 50, 60, 70, 80])),
        ]);
        let houses = RecordBatch::try_from_iter([("id", ids), ("region", regions)]).unwrap();
        MemoryDataset::new(codebook, vec![vec![visits], vec![members], vec![houses]]).unwrap()
    }

    fn northern(context: &Context) -> RelatedDataset<ExcerptDataset<MemoryDataset>> {
        let north = Scan::all().filter(Filter::compare("region", Comparison::Equal, "north"));
        let some = ExcerptDataset::new(study(), vec![Scan::all(), Scan::all(), north]).unwrap();
        RelatedDataset::new(some, &[TableId(2)], None, context)
    }

    fn column(data: &dyn Dataset, table: usize, scan: Scan) -> Vec<i64> {
        let batches = Context::default().scan(data, TableId(table), &scan).unwrap();
        let values =
            |batch: Result<RecordBatch>| batch.unwrap().column(0).as_primitive::<Int64Type>().clone();
        batches.flat_map(|batch| values(batch).values().to_vec()).collect()
    }

    #[test]
    fn children_follow_their_parents_through_generations() {
        let data = northern(&Context::default());
        assert_eq!(column(&data, 1, Scan::all().columns([2])), [30, 40, 60]);
        assert_eq!(column(&data, 0, Scan::all()), [1, 2, 4]);
        let old = Filter::compare("age", Comparison::Greater, 35);
        assert_eq!(column(&data, 1, Scan::all().columns([2, 0]).filter(old.clone())), [40, 60]);
        assert_eq!(column(&data, 1, Scan::all().columns([2]).filter(old).limit(1)), [40]);
        assert_eq!((data.rows(TableId(0)), data.rows(TableId(1))), (None, None));
        assert_eq!(data.followers().collect::<Vec<_>>(), [("visits", "members"), ("members", "houses")]);
    }

    #[test]
    fn tables_without_a_reduced_parent_are_whole() {
        let data = RelatedDataset::new(study(), &[], None, &Context::default());
        assert_eq!((data.followers().count(), data.rows(TableId(1))), (0, Some(6)));
        assert_eq!(column(&data, 1, Scan::all().columns([2])).len(), 6);
        let members = RelatedDataset::new(study(), &[TableId(1)], None, &Context::default());
        assert_eq!(members.followers().collect::<Vec<_>>(), [("visits", "members")]);
    }

    #[test]
    fn a_number_of_rows_leaves_out_children_too() {
        let data = RelatedDataset::new(study(), &[], Some(1), &Context::default());
        assert_eq!(column(&data, 1, Scan::all().columns([2])), [30, 40]);
        // Only the first of these two members is taken.
        assert_eq!(column(&data, 0, Scan::all()), [2]);
    }

    #[test]
    fn keys_beyond_the_memory_are_an_error_that_says_so() {
        let data = northern(&Context::default().with_memory(40));
        let error = data.scan(TableId(1), &Scan::all()).err().unwrap();
        assert_eq!(error.kind(), crate::ErrorKind::Limit);
        assert!(error.to_string().contains("40 bytes") && error.hint().is_some(), "{error}");
        let cancelled = Context::default();
        cancelled.cancel().cancel();
        let error = northern(&cancelled).scan(TableId(1), &Scan::all()).err().unwrap();
        assert_eq!(error.kind(), crate::ErrorKind::Cancelled);
    }
}
