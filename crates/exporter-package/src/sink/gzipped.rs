//! Gzip as an exporter: every entry of the inner exporter becomes a gzip stream.

use std::num::NonZeroUsize;

use exporter_core::carry::{Carry, Part};
use exporter_core::codebook::Codebook;
use exporter_core::sink::{EntrySpec, Sink};
use exporter_core::{
    Changes, Context, Dataset, Exporter, FormatInfo, LossCode, Plan, Planning, ProfileRequest, Result,
    Summary, plan_of,
};

use super::GzipSink;
use super::gzip::gzipped;
use crate::gzip::GzipOptions;

pub(crate) static GZIP: FormatInfo = FormatInfo::new("gzip", "Gzip streams round another format")
    .extensions(&["gz"])
    .media_type(super::gzip::MEDIA_TYPE)
    .losses(LossCode::ALL)
    .notes("One member each (RFC 1952), which every gzip opens.");

/// Writes what another exporter (one type, or a `Box<dyn Exporter>`) writes as gzip streams: an exporter of one entry
/// gives one `.gz`, another one `.gz` an entry.
pub struct Gzipped<E> {
    inner: E,
    options: GzipOptions,
}

impl<E: Exporter> Gzipped<E> {
    /// Compresses the entries of `inner`. Their time and the number of threads come from the context.
    pub fn new(inner: E, options: GzipOptions) -> Self {
        Self { inner, options }
    }
}

#[deny(clippy::missing_trait_methods, reason = "what a wrapper leaves out is lost")]
impl<E: Exporter> Exporter for Gzipped<E> {
    fn format(&self) -> &'static FormatInfo {
        &GZIP
    }

    fn carries(&self, part: Part) -> Carry {
        self.inner.carries(part)
    }

    fn needs(&self, data: &dyn Dataset, context: &Context) -> Result<ProfileRequest> {
        self.inner.needs(data, context)
    }

    fn entries(&self, codebook: &Codebook) -> Vec<EntrySpec> {
        self.inner.entries(codebook).iter().map(gzipped).collect()
    }

    fn plan<'a>(
        &'a self,
        data: &'a dyn Dataset,
        with: &Planning<'_>,
        context: &Context,
    ) -> Result<Box<dyn Plan + 'a>> {
        let inner = plan_of(&self.inner, data, with, context)?;
        let entries = inner.entries().iter().map(gzipped).collect();
        Ok(Box::new(GzippedPlan { options: &self.options, entries, inner }))
    }
}

struct GzippedPlan<'a> {
    options: &'a GzipOptions,
    entries: Vec<EntrySpec>,
    inner: Box<dyn Plan + 'a>,
}

#[deny(clippy::missing_trait_methods, reason = "what a wrapper leaves out is lost")]
impl Plan for GzippedPlan<'_> {
    fn entries(&self) -> &[EntrySpec] {
        &self.entries
    }

    fn changes(&self) -> &Changes {
        self.inner.changes()
    }

    fn write(self: Box<Self>, sink: &dyn Sink, context: &Context) -> Result<Summary> {
        let threads = NonZeroUsize::new(context.threads()).unwrap_or(NonZeroUsize::MIN);
        let options = self.options.clone().modified(context.clock().unix_seconds());
        let sink = GzipSink::new(sink, options, threads);
        let mut summary = self.inner.write(&sink, context)?;
        // Paths and bytes come from the receipts, which are those of the streams; the media type is the plan's.
        for entry in &mut summary.entries {
            entry.media_type = GZIP.media_type.into();
        }
        Ok(summary)
    }
}
