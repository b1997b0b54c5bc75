//! A part of a dataset: some variables and some rows of its tables.

use std::io::Read;

use super::{Batches, Dataset, Filter, Note, Scan, TableId, select, table_of};
use crate::carry::Part;
use crate::codebook::{Codebook, Group, GroupKind, Parent, Table, Variable};
use crate::error::{Error, Result};
use crate::loss::{Loss, LossCode, LossReport};
use crate::profile::TableProfile;

/// A dataset of which only some variables and rows are seen.
///
/// The codebook describes what is left. Filters and projections go down to the source, so that a source that can skip
/// rows or columns does.
///
/// ```
/// # use std::sync::Arc;
/// # use arrow_array::{ArrayRef, Int8Array, RecordBatch};
/// use exporter_core::codebook::{Codebook, Kind, Table, Variable};
/// use exporter_core::dataset::{Comparison, ExcerptDataset, Filter, MemoryDataset};
/// use exporter_core::{Dataset, Scan};
///
/// # fn main() -> exporter_core::Result<()> {
/// # let ages: ArrayRef = Arc::new(Int8Array::from(vec![17, 18, 19]));
/// # let batch = RecordBatch::try_from_iter([("age", ages)])?;
/// let table = Table::new("people", vec![Variable::new("age", Kind::Integer { bits: 8, signed: true })]);
/// let people = MemoryDataset::new(Codebook::new("study").with_table(table), vec![vec![batch]])?;
/// let adults = Scan::all().filter(Filter::compare("age", Comparison::AtLeast, 18));
/// let excerpt = ExcerptDataset::new(people, vec![adults])?;
/// assert_eq!(excerpt.codebook().tables[0].name, "people");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct ExcerptDataset<D> {
    inner: D,
    /// What is seen; none where it is what the inner dataset says, since copies of wide tables take much memory.
    codebook: Option<Codebook>,
    /// What is seen of each table.
    parts: Vec<Scan>,
}

impl<D: Dataset> ExcerptDataset<D> {
    /// Sees of each table what its scan delivers; tables beyond the list are seen whole.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] when a scan names a variable or table that does not exist,
    /// [`crate::ErrorKind::Invalid`] when a variable stands twice, a filter's value does not suit its variable or a
    /// table is left without variables.
    pub fn new(inner: D, mut parts: Vec<Scan>) -> Result<Self> {
        let whole = inner.codebook();
        if parts.len() > whole.tables.len() {
            return Err(Error::not_found(format!("table {} does not exist", whole.tables.len() + 1)));
        }
        parts.resize(whole.tables.len(), Scan::all());
        if parts.iter().all(|part| part.columns.is_none() && part.filter.is_none() && part.limit.is_none()) {
            whole.validate()?;
            return Ok(Self { inner, codebook: None, parts });
        }
        let mut codebook = whole.clone();
        for ((part, table), seen) in parts.iter().zip(&whole.tables).zip(&mut codebook.tables) {
            if let Some(filter) = &part.filter {
                filter.check(table)?;
            }
            if part.columns.is_some() {
                *seen = table.with_columns(&part.projection(table)?);
            }
            if seen.variables.is_empty() && !table.variables.is_empty() {
                return Err(Error::invalid("no variable of the table is left").table(&table.name));
            }
            if part.filter.is_some() || part.limit.is_some() {
                seen.rows = None;
            }
        }
        codebook.drop_unused(whole);
        codebook.validate()?;
        Ok(Self { inner, codebook: Some(codebook), parts })
    }

    /// The dataset of which this is a part.
    pub fn inner(&self) -> &D {
        &self.inner
    }

    fn part(&self, table: TableId) -> Result<&Scan> {
        table_of(self.codebook(), table)?;
        self.parts
            .get(table.0)
            .ok_or_else(|| Error::not_found(format!("table {} does not exist", table.0 + 1)))
    }
}

#[deny(clippy::missing_trait_methods, reason = "what a wrapper leaves out is lost")]
impl<D: Dataset> Dataset for ExcerptDataset<D> {
    fn codebook(&self) -> &Codebook {
        self.codebook.as_ref().unwrap_or_else(|| self.inner.codebook())
    }

    fn rows(&self, table: TableId) -> Option<u64> {
        let part = self.part(table).ok()?;
        if part.filter.is_some() {
            return None;
        }
        let rows = self.inner.rows(table)?;
        Some(part.limit.map_or(rows, |limit| limit.min(rows)))
    }

    fn scan(&self, table: TableId, scan: &Scan) -> Result<Batches<'_>> {
        let part = self.part(table)?;
        let seen = table_of(self.codebook(), table)?;
        let wanted = scan.projection(seen)?;
        if let Some(filter) = &scan.filter {
            filter.check(seen)?;
        }
        let mut below = scan.clone();
        if part.limit.is_some() && scan.filter.is_some() {
            // The scan's filter picks among the rows within the limit.
            let mut rows = part.clone();
            rows.batch_rows = scan.batch_rows;
            rows.reasons = scan.reasons;
            return select(seen, scan, self.inner.scan(table, &rows)?);
        }
        below.columns = match (&part.columns, &scan.columns) {
            (None, None) => None,
            (None, Some(_)) => Some(wanted),
            (Some(columns), _) => {
                Some(wanted.iter().filter_map(|column| columns.get(*column).copied()).collect())
            }
        };
        below.filter = match (&part.filter, &scan.filter) {
            (Some(own), Some(more)) => Some(Filter::All(vec![own.clone(), more.clone()])),
            (own, more) => own.clone().or_else(|| more.clone()),
        };
        below.limit = part.limit.into_iter().chain(scan.limit).min();
        self.inner.scan(table, &below)
    }

    fn document(&self, position: usize) -> Result<Option<Box<dyn Read + Send + '_>>> {
        self.inner.document(position)
    }

    /// The facts of the source are true of all its rows, not of some.
    fn facts(&self, table: TableId) -> Option<TableProfile> {
        let part = self.part(table).ok()?;
        if part.filter.is_some() || part.limit.is_some() {
            return None;
        }
        let facts = self.inner.facts(table)?;
        Some(match &part.columns {
            Some(columns) => facts.projected(columns),
            None => facts,
        })
    }

    fn parent(&self, table: TableId) -> Option<&Parent> {
        self.inner.parent(table)
    }

    fn holds_reasons(&self, table: TableId) -> bool {
        self.inner.holds_reasons(table)
    }

    fn losses(&self) -> LossReport {
        let mut losses = self.inner.losses();
        for (whole, seen) in self.inner.codebook().tables.iter().zip(&self.codebook().tables) {
            for name in whole.attributes.keys().filter(|name| !seen.attributes.contains_key(*name)) {
                let action =
                    format!("the attribute {name} belongs to a setting with a variable that is left out");
                losses.add(Loss::new(LossCode::METADATA_DROPPED, action).table(&whole.name));
            }
            left_out(whole, seen).into_iter().for_each(|loss| losses.add(loss.table(&whole.name)));
        }
        losses
    }

    fn notes(&self) -> Vec<Note> {
        self.inner.notes()
    }
}

/// What the variables that are seen no longer say: that rows are weighted, and who chose what of several answers.
fn left_out(whole: &Table, seen: &Table) -> Vec<Loss> {
    let is_seen = |name: &str| seen.variable(name).is_some();
    let weights = whole.variables.iter().filter(|variable| variable.weight && !is_seen(&variable.name));
    let weight = |variable: &Variable| {
        let action = "the weight is left out, so that the rows are not weighted";
        Loss::new(LossCode::METADATA_DROPPED, action).part(Part::Weight).variable(&variable.name)
    };
    let mut losses: Vec<Loss> = weights.map(weight).collect();
    let is_set = |group: &&Group| {
        matches!(group.kind, GroupKind::MultipleDichotomy { .. } | GroupKind::MultipleCategory)
    };
    let members = |group: &Group| group.members.iter().filter(|name| whole.variable(name).is_some()).count();
    let left = |name: &str| seen.groups.iter().find(|group| group.name == name).map_or(0, members);
    let reduced = whole.groups.iter().filter(is_set).filter(|group| left(&group.name) < members(group));
    for group in reduced {
        let action = format!(
            "of the multiple response set {}, {} of {} variables are left",
            group.name,
            left(&group.name),
            members(group)
        );
        losses.push(Loss::new(LossCode::GROUP_DROPPED, action));
    }
    losses
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::cast::AsArray;
    use arrow_array::types::Int8Type;
    use arrow_array::{ArrayRef, Int8Array, RecordBatch, StringArray};

    use super::*;
    use crate::codebook::{Kind, Value, ValueLabels};
    use crate::dataset::{Comparison, MemoryDataset};

    fn people() -> MemoryDataset {
        let number = |name: &str| Variable::new(name, Kind::Integer { bits: 8, signed: true });
        let table = Table::new(
            "people",
            vec![number("id"), Variable::new("name", Kind::Text), number("sex").with_labels("sex")],
        )
        .with_key(["id"]);
        let codebook = Codebook::new("study")
            .with_value_labels("sex", ValueLabels::new().with(1, "man"))
            .with_table(table);
        let ids: ArrayRef = Arc::new(Int8Array::from_iter_values(0..10));
        let names: ArrayRef = Arc::new(StringArray::from_iter_values((0..10).map(|id| format!("p{id}"))));
        let sexes: ArrayRef = Arc::new(Int8Array::from_iter_values((0..10).map(|id| id % 2)));
        let batch = RecordBatch::try_from_iter([("id", ids), ("name", names), ("sex", sexes)]).unwrap();
        MemoryDataset::new(codebook, vec![vec![batch.slice(0, 4), batch.slice(4, 6)]]).unwrap()
    }

    #[test]
    fn a_weight_and_answers_that_are_left_out_are_told() {
        let variable = |name: &str| Variable::new(name, Kind::INTEGER);
        let mut weight = Variable::new("w", Kind::FLOAT);
        weight.weight = true;
        let mut table = Table::new("t", vec![variable("a"), variable("b"), variable("c"), weight]);
        let counted = GroupKind::MultipleDichotomy { counted: Value::Integer(1) };
        table.groups = vec![
            Group::new("$both", counted, ["a", "b"]),
            Group::new("$first", GroupKind::MultipleCategory, ["a"]),
            Group::new("section", GroupKind::Section, ["a", "b", "c"]),
        ];
        let data = || MemoryDataset::new(Codebook::new("s").with_table(table.clone()), vec![vec![]]).unwrap();
        let told = |columns: Vec<usize>| -> Vec<String> {
            let excerpt = ExcerptDataset::new(data(), vec![Scan::all().columns(columns)]).unwrap();
            excerpt.losses().iter().map(|loss| loss.action.clone()).collect()
        };
        assert_eq!(
            told(vec![0, 2]),
            [
                "of the multiple response set $both, 1 of 2 variables are left",
                "the weight is left out, so that the rows are not weighted"
            ]
        );
        assert!(told(vec![0, 1, 3]).is_empty());
    }

    fn men() -> Filter {
        Filter::compare("sex", Comparison::Equal, 1)
    }

    /// The ids that a scan of the excerpt delivers.
    fn ids(data: &dyn Dataset, scan: &Scan) -> Vec<i8> {
        let batches = data.scan(TableId(0), scan).unwrap();
        batches
            .flat_map(|batch| {
                let batch = batch.unwrap();
                batch.column_by_name("id").unwrap().as_primitive::<Int8Type>().values().to_vec()
            })
            .collect()
    }

    #[test]
    fn filter_limit_and_projection_compose_with_those_of_a_scan() {
        let part = Scan::all().columns([1, 0]).filter(men()).limit(3);
        let data = ExcerptDataset::new(people(), vec![part]).unwrap();
        assert_eq!(ids(&data, &Scan::all()), [1, 3, 5]);
        assert_eq!(ids(&data, &Scan::all().columns([1]).limit(2)), [1, 3]);
        let above = |id: i64| Filter::compare("id", Comparison::Greater, id);
        assert_eq!(ids(&data, &Scan::all().filter(above(1))), [3, 5], "among the first three");
        assert!(data.scan(TableId(0), &Scan::all().filter(men())).is_err(), "sex is not seen");
        let unlimited = ExcerptDataset::new(people(), vec![Scan::all().filter(men())]).unwrap();
        assert_eq!(ids(&unlimited, &Scan::all().filter(above(5))), [7, 9]);
        assert_eq!((data.rows(TableId(0)), unlimited.rows(TableId(0))), (None, None));
        let first = ExcerptDataset::new(people(), vec![Scan::all().limit(3)]).unwrap();
        assert_eq!((first.rows(TableId(0)), ids(&first, &Scan::all())), (Some(3), vec![0, 1, 2]));
        let all = ExcerptDataset::new(people(), vec![Scan::all().limit(30)]).unwrap();
        assert_eq!(all.rows(TableId(0)), Some(10));
    }

    #[test]
    fn the_codebook_describes_what_is_left() {
        let data = ExcerptDataset::new(people(), vec![Scan::all().columns([1])]).unwrap();
        let table = &data.codebook().tables[0];
        assert_eq!((table.variables.len(), table.key.len()), (1, 0));
        assert!(data.codebook().value_labels.is_empty());
        let whole = ExcerptDataset::new(people(), vec![]).unwrap();
        assert_eq!(whole.codebook(), people().codebook());
    }

    #[test]
    fn what_does_not_fit_is_refused_at_once() {
        let refused = |part: Scan| ExcerptDataset::new(people(), vec![part]).unwrap_err().to_string();
        assert!(refused(Scan::all().columns([3])).contains("does not exist"));
        assert!(refused(Scan::all().columns([])).contains("no variable"));
        assert!(refused(Scan::all().columns([0, 0])).contains("\"id\""));
        assert!(refused(Scan::all().filter(Filter::IsNull("nobody".into()))).contains("nobody"));
        assert!(
            refused(Scan::all().filter(Filter::compare("id", Comparison::Equal, "x"))).contains("number")
        );
        assert!(ExcerptDataset::new(people(), vec![Scan::all(), Scan::all()]).is_err());
    }
}
