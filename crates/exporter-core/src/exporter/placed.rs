//! An exporter whose entries stand elsewhere, and that sees only some tables of a study.

use std::borrow::Cow;

use super::placed_sink::PlacedSink;
use super::{Changes, Committed, EntryReport, Exporter, Plan, Planning, Sibling, Summary, drive, plan_of};
use crate::carry::{Carry, Part};
use crate::codebook::Codebook;
use crate::context::Context;
use crate::dataset::{Dataset, TableId, TablesOf, tables_of};
use crate::error::Result;
use crate::format::FormatInfo;
use crate::profile::{Profile, ProfileRequest};
use crate::sink::{EntrySpec, Sink};

/// Another exporter with its entries below a folder or, if it has a single one, at another path, and of some tables.
///
/// Below a folder it sees its siblings from there (`../people.csv`), so that paths in what it writes are relative to the folder.
/// Of some tables it sees a study that has no others, in the order in which they are named. Whoever runs it sees the tables of
/// the whole study and the paths of the whole target.
#[derive(Clone, Debug)]
pub struct Placed<E> {
    inner: E,
    place: Place,
    names: Vec<String>,
}

#[derive(Clone, Debug)]
enum Place {
    AsItIs,
    Folder(String),
    Path(String),
}

impl<E: Exporter> Placed<E> {
    /// Shows `inner` the tables of these names, or all when none is named. A name that the study does not have is an error of
    /// [`needs`](Exporter::needs) and of the plan.
    pub fn of_tables(inner: E, names: Vec<String>) -> Self {
        Self { inner, place: Place::AsItIs, names }
    }

    /// Puts the entries below a folder, parts joined by `/`.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Invalid`] for a path that could leave the target ([`EntrySpec::check_path`]).
    pub fn below(self, folder: impl Into<String>) -> Result<Self> {
        self.placed_at(Place::Folder(folder.into()))
    }

    /// Puts the only entry at a path.
    ///
    /// # Errors
    /// As [`below`](Self::below).
    pub fn at(self, path: impl Into<String>) -> Result<Self> {
        self.placed_at(Place::Path(path.into()))
    }

    fn placed_at(self, place: Place) -> Result<Self> {
        if let Place::Folder(path) | Place::Path(path) = &place {
            EntrySpec::new(path, "").check_path()?;
        }
        Ok(Self { place, ..self })
    }

    /// The path of an entry in the target.
    fn path(&self, path: &str) -> String {
        match &self.place {
            Place::AsItIs => path.to_owned(),
            Place::Folder(folder) => format!("{folder}/{path}"),
            Place::Path(path) => path.clone(),
        }
    }

    /// The path of an entry as it is seen from where these stand.
    fn seen_path(&self, path: &str) -> String {
        match &self.place {
            Place::Folder(folder) => relative(folder, path),
            Place::AsItIs | Place::Path(_) => path.to_owned(),
        }
    }

    /// The entry as the whole study has it; one without a table is about all tables that were seen.
    fn placed(&self, entry: &EntrySpec, tables: &[TableId]) -> EntrySpec {
        let is_about_all = entry.table.is_none() && !self.names.is_empty();
        EntrySpec {
            path: self.path(&entry.path),
            table: entry.table.and_then(|table| tables.get(table.0).copied()),
            describes: if is_about_all { Some(tables.to_vec()) } else { entry.describes.clone() },
            ..entry.clone()
        }
    }

    /// The entry of another exporter as this one sees it: an entry of a table that is not seen has none.
    fn seen(&self, entry: &EntrySpec, tables: &[TableId]) -> EntrySpec {
        EntrySpec {
            path: self.seen_path(&entry.path),
            table: entry.table.and_then(|table| tables.iter().position(|seen| *seen == table)).map(TableId),
            ..entry.clone()
        }
    }

    fn seen_after(&self, committed: &Committed, tables: &[TableId]) -> Committed {
        let mut seen = committed.clone();
        seen.entry = self.seen(&committed.entry, tables);
        seen.report.path = self.seen_path(&committed.report.path);
        seen.report.table = seen.entry.table;
        seen
    }

    /// The codebook of the tables that are seen, and where these are in the study.
    fn part<'c>(&self, codebook: &'c Codebook) -> Result<(Cow<'c, Codebook>, Vec<TableId>)> {
        if self.names.is_empty() {
            return Ok((Cow::Borrowed(codebook), (0..codebook.tables.len()).map(TableId).collect()));
        }
        tables_of(codebook, &self.names).map(|(part, tables)| (Cow::Owned(part), tables))
    }
}

/// A path as it is seen from a folder.
fn relative(folder: &str, path: &str) -> String {
    let (mut folder, mut path): (Vec<&str>, Vec<&str>) =
        (folder.split('/').collect(), path.split('/').collect());
    let is_shared = |(one, other): &(&&str, &&str)| one == other;
    let shared = folder.iter().zip(path.iter().take(path.len() - 1)).take_while(is_shared).count();
    folder.drain(..shared);
    path.drain(..shared);
    folder.iter().map(|_| "..").chain(path).collect::<Vec<_>>().join("/")
}

#[deny(clippy::missing_trait_methods, reason = "what a wrapper leaves out is lost")]
impl<E: Exporter> Exporter for Placed<E> {
    fn format(&self) -> &'static FormatInfo {
        self.inner.format()
    }

    fn needs(&self, data: &dyn Dataset, context: &Context) -> Result<ProfileRequest> {
        if self.names.is_empty() {
            return self.inner.needs(data, context);
        }
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
        let Ok((part, tables)) = self.part(codebook) else { return Vec::new() };
        self.inner.entries(&part).iter().map(|entry| self.placed(entry, &tables)).collect()
    }

    fn plan<'a>(
        &'a self,
        data: &'a dyn Dataset,
        with: &Planning<'_>,
        context: &Context,
    ) -> Result<Box<dyn Plan + 'a>> {
        let (_, tables) = self.part(data.codebook())?;
        let seen =
            |sibling: &Sibling| Sibling { entry: self.seen(&sibling.entry, &tables), ..sibling.clone() };
        let siblings: Vec<Sibling> = with.siblings.iter().map(seen).collect();
        let placed = |plan: &dyn Plan| -> (Vec<EntrySpec>, Changes) {
            let entries = plan.entries().iter().map(|entry| self.placed(entry, &tables)).collect();
            (entries, plan.changes().clone().with_entries(|path| self.path(path)))
        };
        let (entries, changes, made) = if self.names.is_empty() {
            let plan = plan_of(&self.inner, data, &Planning::new(with.profile, &siblings), context)?;
            let (entries, changes) = placed(&*plan);
            (entries, changes, Made::Whole(plan))
        } else {
            let part = TablesOf::new(data, &self.names)?;
            let mut profile = Profile::default();
            for (seen, table) in tables.iter().enumerate() {
                let facts = with.profile.table(*table).into_iter();
                facts.for_each(|facts| profile.insert(TableId(seen), facts.clone()));
            }
            let plan = plan_of(&self.inner, &part, &Planning::new(&profile, &siblings), context)?;
            let (entries, changes) = placed(&*plan);
            drop(plan);
            (entries, changes, Made::Part { data, profile, siblings, before: Vec::new() })
        };
        Ok(Box::new(PlacedPlan { exporter: self, tables, made, entries, changes }))
    }
}

struct PlacedPlan<'a, E> {
    exporter: &'a Placed<E>,
    tables: Vec<TableId>,
    made: Made<'a>,
    entries: Vec<EntrySpec>,
    changes: Changes,
}

/// What was planned.
enum Made<'a> {
    /// The plan for the whole study.
    Whole(Box<dyn Plan + 'a>),
    /// What a plan for a part is made of. It borrows the part, so it is made again when it is written: planning reads no rows.
    Part { data: &'a dyn Dataset, profile: Profile, siblings: Vec<Sibling>, before: Vec<Committed> },
}

#[deny(clippy::missing_trait_methods, reason = "what a wrapper leaves out is lost")]
impl<E: Exporter> Plan for PlacedPlan<'_, E> {
    fn entries(&self) -> &[EntrySpec] {
        &self.entries
    }

    fn changes(&self) -> &Changes {
        &self.changes
    }

    fn after(&mut self, siblings: &[Committed]) {
        let seen = siblings.iter().map(|committed| self.exporter.seen_after(committed, &self.tables));
        let seen: Vec<Committed> = seen.collect();
        match &mut self.made {
            Made::Whole(plan) => plan.after(&seen),
            Made::Part { before, .. } => before.extend(seen),
        }
    }

    fn write(self: Box<Self>, sink: &dyn Sink, context: &Context) -> Result<Summary> {
        let Self { exporter, tables, made, .. } = *self;
        let placed = |entry: &EntrySpec| exporter.placed(entry, &tables);
        let sink = PlacedSink::new(sink, &placed);
        let mut summary = match made {
            Made::Whole(plan) => plan.write(&sink, context)?,
            Made::Part { data, profile, siblings, before } => {
                let part = TablesOf::new(data, &exporter.names)?;
                let with = Planning::new(&profile, &siblings);
                let mut plan = plan_of(&exporter.inner, &part, &with, context)?;
                plan.after(&before);
                plan.write(&sink, context)?
            }
        };
        summary.changes = summary.changes.with_entries(|path| exporter.path(path));
        summary.entries.iter_mut().for_each(|report| in_study(report, &tables));
        Ok(summary)
    }
}

/// Tables of what was written, and of what is in it, as the study counts them.
fn in_study(report: &mut EntryReport, tables: &[TableId]) {
    report.table = report.table.and_then(|table| tables.get(table.0).copied());
    report.holds.iter_mut().for_each(|held| in_study(held, tables));
}

#[cfg(test)]
mod tests {
    use super::relative;

    #[test]
    fn paths_are_seen_from_the_folder() {
        for (folder, path, seen) in [
            ("a", "x.csv", "../x.csv"),
            ("a", "a/x.csv", "x.csv"),
            ("a", "a", "../a"),
            ("a/b", "a/c/x.csv", "../c/x.csv"),
            ("a/b", "a/b/c/x.csv", "c/x.csv"),
            ("a/b", "b/x.csv", "../../b/x.csv"),
        ] {
            assert_eq!(relative(folder, path), seen, "{path} from {folder}");
        }
    }
}
