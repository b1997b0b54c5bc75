//! A manifest as an exporter: whatever the inner exporter writes, and the list of it.

use exporter_core::carry::{Carry, Part};
use exporter_core::codebook::Codebook;
use exporter_core::sink::{EntrySpec, Sink};
use exporter_core::{
    Changes, Context, Dataset, Exporter, FormatInfo, Plan, Planning, ProfileRequest, Result, Summary, plan_of,
};

use super::ManifestSink;

/// Writes what another exporter (one type, or a `Box<dyn Exporter>`) writes, and `MANIFEST.json` beside it.
///
/// Unlike a [`ManifestSink`] alone it adds the rows written where their number was not known before.
pub struct WithManifest<E> {
    inner: E,
}

impl<E: Exporter> WithManifest<E> {
    /// Lists the entries of `inner`.
    pub fn new(inner: E) -> Self {
        Self { inner }
    }
}

#[deny(clippy::missing_trait_methods, reason = "what a wrapper leaves out is lost")]
impl<E: Exporter> Exporter for WithManifest<E> {
    fn format(&self) -> &'static FormatInfo {
        self.inner.format()
    }

    fn carries(&self, part: Part) -> Carry {
        self.inner.carries(part)
    }

    fn needs(&self, data: &dyn Dataset, context: &Context) -> Result<ProfileRequest> {
        self.inner.needs(data, context)
    }

    fn entries(&self, codebook: &Codebook) -> Vec<EntrySpec> {
        self.inner.entries(codebook)
    }

    fn plan<'a>(
        &'a self,
        data: &'a dyn Dataset,
        with: &Planning<'_>,
        context: &Context,
    ) -> Result<Box<dyn Plan + 'a>> {
        Ok(Box::new(PlanWithManifest { inner: plan_of(&self.inner, data, with, context)? }))
    }
}

struct PlanWithManifest<'a> {
    inner: Box<dyn Plan + 'a>,
}

#[deny(clippy::missing_trait_methods, reason = "what a wrapper leaves out is lost")]
impl Plan for PlanWithManifest<'_> {
    fn entries(&self) -> &[EntrySpec] {
        self.inner.entries()
    }

    fn changes(&self) -> &Changes {
        self.inner.changes()
    }

    fn write(self: Box<Self>, sink: &dyn Sink, context: &Context) -> Result<Summary> {
        let listed = ManifestSink::new(sink);
        let summary = self.inner.write(&listed, context)?;
        listed.written(&summary);
        listed.close()?;
        Ok(summary)
    }
}
