//! An exporter of some tables of a study.

use super::placed_sink::PlacedSink;
use super::{Changes, Committed, Exporter, Plan, Planning, Sibling, Summary, drive, plan_of};
use crate::carry::{Carry, Part};
use crate::codebook::Codebook;
use crate::context::Context;
use crate::dataset::{Dataset, TableId, TablesOf, tables_of};
use crate::error::Result;
use crate::format::FormatInfo;
use crate::profile::{Profile, ProfileRequest};
use crate::sink::{EntrySpec, Sink};

/// Another exporter that sees only some tables of a study, in this order. Whoever runs it sees the tables of the whole study.
pub struct OfTables<E> {
    inner: E,
    names: Vec<String>,
}

impl<E: Exporter> OfTables<E> {
    /// Shows `inner` the tables of these names. A name that the study does not have is an error of
    /// [`needs`](Exporter::needs) and of the plan.
    pub fn new(inner: E, names: Vec<String>) -> Self {
        Self { inner, names }
    }
}

/// The entry as the whole study has it; one without a table is about all tables that were seen.
fn of_whole(entry: &EntrySpec, tables: &[TableId]) -> EntrySpec {
    let table = entry.table.and_then(|table| tables.get(table.0).copied());
    let describes = if entry.table.is_none() { Some(tables.to_vec()) } else { None };
    EntrySpec { table, describes, ..entry.clone() }
}

/// The entry as an exporter of some tables sees it: an entry of another table has no table.
fn of_part(entry: &EntrySpec, tables: &[TableId]) -> EntrySpec {
    let table = entry.table.and_then(|table| tables.iter().position(|seen| *seen == table));
    EntrySpec { table: table.map(TableId), ..entry.clone() }
}

#[deny(clippy::missing_trait_methods, reason = "what a wrapper leaves out is lost")]
impl<E: Exporter> Exporter for OfTables<E> {
    fn format(&self) -> &'static FormatInfo {
        self.inner.format()
    }

    fn needs(&self, data: &dyn Dataset, context: &Context) -> Result<ProfileRequest> {
        let part = TablesOf::new(data, &self.names)?;
        let needs = drive::needs_of(&self.inner, &part, context)?;
        Ok(needs.with_tables(|table| part.tables().get(table.0).copied()))
    }

    fn is_companion(&self) -> bool {
        self.inner.is_companion()
    }

    fn needs_digests(&self) -> bool {
        self.inner.needs_digests()
    }

    fn carries(&self, part: Part) -> Carry {
        self.inner.carries(part)
    }

    fn entries(&self, codebook: &Codebook) -> Vec<EntrySpec> {
        // Planning reports names that do not exist.
        let Ok((part, tables)) = tables_of(codebook, &self.names) else { return Vec::new() };
        self.inner.entries(&part).iter().map(|entry| of_whole(entry, &tables)).collect()
    }

    fn plan<'a>(
        &'a self,
        data: &'a dyn Dataset,
        with: &Planning<'_>,
        context: &Context,
    ) -> Result<Box<dyn Plan + 'a>> {
        let part = TablesOf::new(data, &self.names)?;
        let tables = part.tables();
        let mut profile = Profile::default();
        for (seen, table) in tables.iter().enumerate() {
            with.profile
                .table(*table)
                .into_iter()
                .for_each(|facts| profile.insert(TableId(seen), facts.clone()));
        }
        let seen = |sibling: &Sibling| Sibling { entry: of_part(&sibling.entry, tables), ..sibling.clone() };
        let siblings: Vec<Sibling> = with.siblings.iter().map(seen).collect();
        let plan = plan_of(&self.inner, &part, &Planning::new(&profile, &siblings), context)?;
        let entries = plan.entries().iter().map(|entry| of_whole(entry, tables)).collect();
        let changes = plan.changes().clone();
        let before = Vec::new();
        Ok(Box::new(PlanOfTables { exporter: self, data, profile, siblings, entries, changes, before }))
    }
}

/// What was planned. The plan itself borrows the part of the data that it was made for, so it is made again when it is written:
/// planning reads no rows.
struct PlanOfTables<'a, E> {
    exporter: &'a OfTables<E>,
    data: &'a dyn Dataset,
    profile: Profile,
    siblings: Vec<Sibling>,
    entries: Vec<EntrySpec>,
    changes: Changes,
    before: Vec<Committed>,
}

#[deny(clippy::missing_trait_methods, reason = "what a wrapper leaves out is lost")]
impl<E: Exporter> Plan for PlanOfTables<'_, E> {
    fn entries(&self) -> &[EntrySpec] {
        &self.entries
    }

    fn changes(&self) -> &Changes {
        &self.changes
    }

    fn after(&mut self, siblings: &[Committed]) {
        self.before.extend_from_slice(siblings);
    }

    fn write(self: Box<Self>, sink: &dyn Sink, context: &Context) -> Result<Summary> {
        let Self { exporter, data, profile, siblings, mut before, .. } = *self;
        let part = TablesOf::new(data, &exporter.names)?;
        let tables = part.tables();
        let mut plan = plan_of(&exporter.inner, &part, &Planning::new(&profile, &siblings), context)?;
        for committed in &mut before {
            committed.entry = of_part(&committed.entry, tables);
            committed.report.table = committed.entry.table;
        }
        plan.after(&before);
        let mut summary = plan.write(&PlacedSink::new(sink, &|entry| of_whole(entry, tables)), context)?;
        for report in &mut summary.entries {
            report.table = report.table.and_then(|table| tables.get(table.0).copied());
        }
        Ok(summary)
    }
}
