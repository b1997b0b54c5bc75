//! Everything that an exporter writes, below a folder.

use super::placed_sink::PlacedSink;
use super::{Changes, Committed, Exporter, Plan, Planning, Sibling, Summary, plan_of};
use crate::carry::{Carry, Part};
use crate::codebook::Codebook;
use crate::context::Context;
use crate::dataset::Dataset;
use crate::error::Result;
use crate::format::FormatInfo;
use crate::profile::ProfileRequest;
use crate::sink::{EntrySpec, Sink};

/// Another exporter whose entries all stand below a folder. It sees its siblings from there (`../people.csv`), so that paths in
/// what it writes are relative to the folder.
pub struct InFolder<E> {
    inner: E,
    folder: String,
}

impl<E: Exporter> InFolder<E> {
    /// Puts the entries of `inner` below a folder, parts joined by `/`.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Invalid`] for a path that could leave the target ([`EntrySpec::check_path`]).
    pub fn new(inner: E, folder: impl Into<String>) -> Result<Self> {
        let folder = folder.into();
        EntrySpec::new(&folder, "").check_path()?;
        Ok(Self { inner, folder })
    }

    fn path(&self, path: &str) -> String {
        format!("{}/{path}", self.folder)
    }

    fn placed(&self, spec: &EntrySpec) -> EntrySpec {
        EntrySpec { path: self.path(&spec.path), ..spec.clone() }
    }

    fn seen(&self, spec: &EntrySpec) -> EntrySpec {
        EntrySpec { path: relative(&self.folder, &spec.path), ..spec.clone() }
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
impl<E: Exporter> Exporter for InFolder<E> {
    fn format(&self) -> &'static FormatInfo {
        self.inner.format()
    }

    fn needs(&self, data: &dyn Dataset, context: &Context) -> Result<ProfileRequest> {
        self.inner.needs(data, context)
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
        self.inner.entries(codebook).iter().map(|spec| self.placed(spec)).collect()
    }

    fn plan<'a>(
        &'a self,
        data: &'a dyn Dataset,
        with: &Planning<'_>,
        context: &Context,
    ) -> Result<Box<dyn Plan + 'a>> {
        let seen = |sibling: &Sibling| Sibling { entry: self.seen(&sibling.entry), ..sibling.clone() };
        let siblings: Vec<Sibling> = with.siblings.iter().map(seen).collect();
        let plan = plan_of(&self.inner, data, &Planning::new(with.profile, &siblings), context)?;
        let entries = plan.entries().iter().map(|spec| self.placed(spec)).collect();
        let changes = plan.changes().clone().with_entries(|path| self.path(path));
        Ok(Box::new(PlanInFolder { exporter: self, plan, entries, changes }))
    }
}

struct PlanInFolder<'a, E> {
    exporter: &'a InFolder<E>,
    plan: Box<dyn Plan + 'a>,
    entries: Vec<EntrySpec>,
    changes: Changes,
}

#[deny(clippy::missing_trait_methods, reason = "what a wrapper leaves out is lost")]
impl<E: Exporter> Plan for PlanInFolder<'_, E> {
    fn entries(&self) -> &[EntrySpec] {
        &self.entries
    }

    fn changes(&self) -> &Changes {
        &self.changes
    }

    fn after(&mut self, siblings: &[Committed]) {
        let seen = |committed: &Committed| {
            let mut seen = committed.clone();
            seen.entry = self.exporter.seen(&committed.entry);
            seen.report.path = relative(&self.exporter.folder, &committed.report.path);
            seen
        };
        self.plan.after(&siblings.iter().map(seen).collect::<Vec<_>>());
    }

    fn write(self: Box<Self>, sink: &dyn Sink, context: &Context) -> Result<Summary> {
        let Self { exporter, plan, .. } = *self;
        let mut summary = plan.write(&PlacedSink::new(sink, &|spec| exporter.placed(spec)), context)?;
        summary.changes = summary.changes.with_entries(|path| exporter.path(path));
        Ok(summary)
    }
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
