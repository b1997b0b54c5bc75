//! Several exporters as one: data, codebook, documents side by side in one sink.

use std::collections::HashSet;

use super::drive::needs_of;
use super::{Changes, Committed, Exporter, Plan, Planning, Sibling, Summary, held, plan_of};
use crate::carry::{Carry, Part};
use crate::codebook::Codebook;
use crate::context::Context;
use crate::dataset::Dataset;
use crate::error::{Error, Result};
use crate::format::FormatInfo;
use crate::profile::ProfileRequest;
use crate::sink::{EntrySpec, Sink};

static BUNDLE: FormatInfo = FormatInfo::new("bundle", "Bundle of formats")
    .notes("Writes several formats into one sink; the dataset is profiled once for all of them.");

/// Several exporters that write into one sink and share one profile.
///
/// They are planned and written in the order in which they were added, companions after all others: first those that need
/// no digests, then those that do. A companion sees the changes of all before it, so a list of everything is added last.
#[derive(Default)]
pub struct Bundle {
    parts: Vec<Box<dyn Exporter>>,
}

impl Bundle {
    /// An empty bundle.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an exporter.
    #[must_use]
    pub fn with(mut self, exporter: Box<dyn Exporter>) -> Self {
        let turn = |part: &dyn Exporter| (part.is_companion(), part.is_companion() && part.needs_digests());
        let at = self.parts.partition_point(|part| turn(&**part) <= turn(&*exporter));
        self.parts.insert(at, exporter);
        self
    }
}

#[deny(clippy::missing_trait_methods, reason = "what a wrapper leaves out is lost")]
impl Exporter for Bundle {
    fn format(&self) -> &'static FormatInfo {
        &BUNDLE
    }

    /// A bundle carries what one of its parts carries.
    fn carries(&self, part: Part) -> Carry {
        let carried = self.parts.iter().map(|exporter| exporter.carries(part));
        let rank = |carry: &Carry| match carry {
            Carry::Whole => 0,
            Carry::Limited => 1,
            Carry::Changed(..) => 2,
            Carry::Dropped(_) => 3,
        };
        carried.min_by_key(rank).unwrap_or(Carry::Dropped("the bundle is empty"))
    }

    fn needs(&self, data: &dyn Dataset, context: &Context) -> Result<ProfileRequest> {
        let mut all = ProfileRequest::new();
        for part in &self.parts {
            all.merge(needs_of(&**part, data, context)?);
        }
        Ok(all)
    }

    fn is_companion(&self) -> bool {
        !self.parts.is_empty() && self.parts.iter().all(|part| part.is_companion())
    }

    fn needs_digests(&self) -> bool {
        self.parts.iter().any(|part| part.needs_digests())
    }

    fn entries(&self, codebook: &Codebook) -> Vec<EntrySpec> {
        self.parts.iter().flat_map(|part| part.entries(codebook)).collect()
    }

    fn plan<'a>(
        &'a self,
        data: &'a dyn Dataset,
        with: &Planning<'_>,
        context: &Context,
    ) -> Result<Box<dyn Plan + 'a>> {
        let bare = |part: &dyn Exporter| -> Vec<Sibling> {
            part.entries(data.codebook()).into_iter().map(Sibling::new).collect()
        };
        let bare: Vec<Vec<Sibling>> = self.parts.iter().map(|part| bare(&**part)).collect();
        let (mut plans, mut planned) = (Plans::default(), Vec::new());
        for (index, part) in self.parts.iter().enumerate() {
            let before = bare.get(..index).unwrap_or_default();
            let before = if part.is_companion() { planned.as_slice() } else { before };
            let after = bare.get(index + 1..).unwrap_or_default();
            let siblings: Vec<Sibling> = with
                .siblings
                .iter()
                .chain([before, after].into_iter().flatten().flatten())
                .cloned()
                .collect();
            let plan = plan_of(&**part, data, &Planning::new(with.profile, &siblings), context)?;
            planned.push(Sibling::planned(&*plan).collect());
            plans.push(plan);
        }
        let exporters = self.parts.iter().map(|part| &**part);
        plans.changes.losses = held::losses(exporters, &plans.parts, data.codebook());
        if let Some(path) = first_repeat(&plans.entries) {
            return Err(Error::invalid(format!("two formats of the export write {path:?}"))
                .with_hint("name each format once, or put one below a folder with folder=NAME"));
        }
        Ok(Box::new(plans))
    }
}

fn first_repeat(entries: &[EntrySpec]) -> Option<&str> {
    let mut seen = HashSet::new();
    entries.iter().find(|entry| !seen.insert(entry.path.to_lowercase())).map(|entry| entry.path.as_str())
}

/// The plans of a bundle's parts, written one after the other.
#[derive(Default)]
struct Plans<'a> {
    parts: Vec<Box<dyn Plan + 'a>>,
    entries: Vec<EntrySpec>,
    changes: Changes,
    /// What was committed before them.
    before: Vec<Committed>,
}

impl<'a> Plans<'a> {
    fn push(&mut self, plan: Box<dyn Plan + 'a>) {
        self.entries.extend_from_slice(plan.entries());
        self.changes.merge(plan.changes().clone());
        self.parts.push(plan);
    }
}

#[deny(clippy::missing_trait_methods, reason = "what a wrapper leaves out is lost")]
impl Plan for Plans<'_> {
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
        let Self { parts, mut before, .. } = *self;
        let mut summary = Summary::default();
        for mut part in parts {
            context.cancel().check()?;
            part.after(&before);
            let entries = part.entries().to_vec();
            let written = part.write(sink, context)?;
            let committed = entries.into_iter().zip(&written.entries);
            before.extend(committed.map(|(entry, report)| Committed::new(entry, report.clone())));
            summary.merge(written);
        }
        Ok(summary)
    }
}
