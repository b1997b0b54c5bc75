//! Packaging as an exporter: whatever the inner exporter writes becomes one zip.

use std::num::NonZeroUsize;

use exporter_core::carry::{Carry, Part};
use exporter_core::codebook::Codebook;
use exporter_core::sink::{EntryReceipt, EntrySpec, Sink};
use exporter_core::{
    Changes, Context, Dataset, EntryReport, Exporter, FormatInfo, LossCode, Plan, Planning, ProfileRequest,
    Result, Summary, grouped, plan_of,
};

use super::{ManifestSink, ZipSink};
use crate::zip::{EntryTime, ZipOptions};

pub(crate) static ZIP: FormatInfo = FormatInfo::new("zip", "Zip archive round another format")
    .extensions(&["zip"])
    .media_type("application/zip")
    .losses(LossCode::ALL)
    .notes(
        "Deflate, zip64 when needed, AES-256 with a password. 7-Zip opens everything; Info-ZIP unzip \
         everything but AES.",
    );

/// Writes what another exporter (one type, or a `Box<dyn Exporter>`) writes as the entries of one zip.
pub struct Zipped<E> {
    inner: E,
    path: String,
    options: ZipOptions,
    manifest: bool,
}

impl<E: Exporter> Zipped<E> {
    /// Packages the entries of `inner` as the zip `path`. The time of the entries and the number of threads come from
    /// the context.
    pub fn zip(inner: E, path: impl Into<String>, options: ZipOptions) -> Self {
        Self { inner, path: path.into(), options, manifest: false }
    }

    /// Adds `MANIFEST.json`.
    #[must_use]
    pub fn manifest(mut self, manifest: bool) -> Self {
        self.manifest = manifest;
        self
    }

    fn spec(&self) -> EntrySpec {
        EntrySpec::new(&self.path, ZIP.media_type)
    }
}

#[deny(clippy::missing_trait_methods, reason = "what a wrapper leaves out is lost")]
impl<E: Exporter> Exporter for Zipped<E> {
    fn format(&self) -> &'static FormatInfo {
        &ZIP
    }

    fn carries(&self, part: Part) -> Carry {
        self.inner.carries(part)
    }

    fn needs(&self, data: &dyn Dataset, context: &Context) -> Result<ProfileRequest> {
        self.inner.needs(data, context)
    }

    fn entries(&self, _: &Codebook) -> Vec<EntrySpec> {
        vec![self.spec()]
    }

    fn plan<'a>(
        &'a self,
        data: &'a dyn Dataset,
        with: &Planning<'_>,
        context: &Context,
    ) -> Result<Box<dyn Plan + 'a>> {
        let inner = plan_of(&self.inner, data, with, context)?;
        let Self { options, manifest, .. } = self;
        Ok(Box::new(ZippedPlan { options, manifest: *manifest, entries: [self.spec()], inner }))
    }
}

struct ZippedPlan<'a> {
    options: &'a ZipOptions,
    manifest: bool,
    entries: [EntrySpec; 1],
    inner: Box<dyn Plan + 'a>,
}

#[deny(clippy::missing_trait_methods, reason = "what a wrapper leaves out is lost")]
impl Plan for ZippedPlan<'_> {
    fn entries(&self) -> &[EntrySpec] {
        &self.entries
    }

    fn changes(&self) -> &Changes {
        self.inner.changes()
    }

    fn write(self: Box<Self>, sink: &dyn Sink, context: &Context) -> Result<Summary> {
        let Self { options, manifest, entries: [spec], inner } = *self;
        let threads = NonZeroUsize::new(context.threads()).unwrap_or(NonZeroUsize::MIN);
        let modified = EntryTime::from_unix(context.clock().unix_seconds());
        let options = options.clone().threads(threads).modified(modified);
        let order: Vec<String> = inner.entries().iter().map(|entry| entry.path.clone()).collect();
        let zip = ZipSink::new(sink.create(&spec)?, options, context.temp())?
            .in_order(order.iter().map(String::as_str));
        let (inside, zip) = write_inside(inner, zip, manifest, context)?;
        let (entry, _) = zip.close()?;
        Ok(report(inside, &spec, entry.commit()?))
    }
}

fn write_inside<W: std::io::Write + Send>(
    inner: Box<dyn Plan + '_>,
    zip: ZipSink<W>,
    manifest: bool,
    context: &Context,
) -> Result<(Summary, ZipSink<W>)> {
    if !manifest {
        let summary = inner.write(&zip, context)?;
        return Ok((summary, zip));
    }
    let listed = ManifestSink::new(zip);
    let summary = inner.write(&listed, context)?;
    listed.written(&summary);
    Ok((summary, listed.close()?))
}

/// The summary names the archive; what is inside becomes remarks.
fn report(inside: Summary, spec: &EntrySpec, receipt: EntryReceipt) -> Summary {
    let mut summary = Summary::default();
    let rows: Vec<u64> = inside.entries.iter().filter_map(|entry| entry.rows).collect();
    summary.remarks = inside
        .entries
        .iter()
        .map(|entry| {
            let noun = |count: u64| if count == 1 { "row" } else { "rows" };
            let rows = entry.rows.map(|rows| format!("{} {}, ", grouped(rows), noun(rows)));
            let rows = rows.unwrap_or_default();
            format!("{} holds {}: {rows}{} bytes", receipt.path, entry.path, grouped(entry.bytes))
        })
        .collect();
    summary.remarks.extend(inside.remarks);
    summary.changes.losses = inside.changes.losses;
    let rows = (!rows.is_empty()).then(|| rows.iter().sum());
    summary.entries.push(EntryReport::new(spec, receipt, rows));
    summary
}
