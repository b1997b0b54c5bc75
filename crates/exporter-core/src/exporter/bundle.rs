//! Several exporters as one: data, codebook, documents side by side in one sink.

use std::collections::HashSet;

use super::drive::needs_of;
use super::{Changes, Exporter, Plan, Planning, Summary, held, plan_of};
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
        self.parts.push(exporter);
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

    fn entries(&self, codebook: &Codebook) -> Vec<EntrySpec> {
        self.parts.iter().flat_map(|part| part.entries(codebook)).collect()
    }

    fn plan<'a>(
        &'a self,
        data: &'a dyn Dataset,
        with: &Planning<'_>,
        context: &Context,
    ) -> Result<Box<dyn Plan + 'a>> {
        let entries: Vec<Vec<EntrySpec>> =
            self.parts.iter().map(|part| part.entries(data.codebook())).collect();
        let mut plans = Plans::default();
        for (index, part) in self.parts.iter().enumerate() {
            let others = entries.iter().enumerate().filter(|(other, _)| *other != index);
            let siblings = with.siblings.iter().chain(others.flat_map(|(_, entries)| entries));
            let siblings: Vec<EntrySpec> = siblings.cloned().collect();
            plans.push(plan_of(&**part, data, &Planning::new(with.profile, &siblings), context)?);
        }
        let exporters = self.parts.iter().map(|part| &**part);
        plans.changes.losses = held::losses(exporters, &plans.parts, data.codebook());
        if let Some(path) = first_repeat(&plans.entries) {
            return Err(Error::invalid(format!("two formats of the export write {path:?}"))
                .with_hint("name each format once, or make an export of each"));
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

    fn write(self: Box<Self>, sink: &dyn Sink, context: &Context) -> Result<Summary> {
        let mut summary = Summary::default();
        for part in self.parts {
            context.cancel().check()?;
            summary.merge(part.write(sink, context)?);
        }
        Ok(summary)
    }
}
