//! Packaging as exporters: what another exporter writes as one zip or as gzip streams.

use std::num::NonZeroUsize;

use exporter_core::carry::{Carry, Part};
use exporter_core::codebook::Codebook;
use exporter_core::sink::{EntryReceipt, EntrySpec, HashingSink, Sink};
use exporter_core::{
    Changes, Committed, Context, Dataset, EntryReport, Exporter, FormatInfo, LossCode, Plan, Planning,
    ProfileRequest, Result, Summary, plan_of, stage,
};

use super::gzip::{gzipped, gzipped_path};
use super::{GzipSink, ZipSink};
use crate::gzip::GzipOptions;
use crate::zip::{EntryTime, ZipOptions};

pub(crate) static ZIP: FormatInfo = FormatInfo::new("zip", "Zip archive round another format")
    .extensions(&["zip"])
    .media_type("application/zip")
    .losses(LossCode::ALL)
    .notes(
        "Deflate, zip64 when needed, AES-256 with a password. 7-Zip opens everything; Info-ZIP unzip \
         everything but AES.",
    );

pub(crate) static GZIP: FormatInfo = FormatInfo::new("gzip", "Gzip streams round another format")
    .extensions(&["gz"])
    .media_type(super::gzip::MEDIA_TYPE)
    .losses(LossCode::ALL)
    .notes("One member each (RFC 1952), which every gzip opens.");

/// Writes what another exporter (one type, or a `Box<dyn Exporter>`) writes as the entries of one zip.
pub struct Zipped<E> {
    inner: E,
    path: String,
    options: ZipOptions,
}

impl<E: Exporter> Zipped<E> {
    /// Packages the entries of `inner` as the zip `path`. The time of the entries and the number of threads come from
    /// the context.
    pub fn zip(inner: E, path: impl Into<String>, options: ZipOptions) -> Self {
        Self { inner, path: path.into(), options }
    }
}

impl<E: Exporter> Packaging for Zipped<E> {
    fn info(&self) -> &'static FormatInfo {
        &ZIP
    }

    /// What is inside is hashed inside.
    fn needs_digests(&self) -> bool {
        false
    }

    fn named(&self, changes: Changes) -> Changes {
        changes
    }

    fn packaged(&self, _: Vec<EntrySpec>) -> Vec<EntrySpec> {
        vec![EntrySpec::new(&self.path, ZIP.media_type)]
    }

    fn write(&self, inner: Box<dyn Plan + '_>, sink: &dyn Sink, context: &Context) -> Result<Summary> {
        let spec = EntrySpec::new(&self.path, ZIP.media_type);
        let modified = EntryTime::from_unix(context.clock().unix_seconds());
        let options = self.options.clone().threads(threads(context)).modified(modified);
        let order: Vec<String> = inner.entries().iter().map(|entry| entry.path.clone()).collect();
        let zip = ZipSink::new(sink.create(&spec)?, options, context.temp())?
            .in_order(order.iter().map(String::as_str));
        // Companions inside see what is inside.
        let inside = match self.inner.needs_digests() {
            true => inner.write(&HashingSink::new(&zip), context)?,
            false => inner.write(&zip, context)?,
        };
        context.progress().stage(stage::PACKAGE, None);
        let (entry, _) = zip.close()?;
        Ok(report(inside, &spec, entry.commit()?))
    }
}

/// The summary names the archive, and in it what is inside.
fn report(inside: Summary, spec: &EntrySpec, receipt: EntryReceipt) -> Summary {
    let mut summary = Summary::default();
    let holds_rows = inside.entries.iter().any(|entry| entry.rows.is_some());
    let rows = holds_rows.then(|| inside.rows());
    let mut archive = EntryReport::new(spec, receipt, rows);
    archive.holds = inside.entries;
    summary.entries.push(archive);
    summary.remarks = inside.remarks;
    summary.missing_rows = inside.missing_rows;
    summary.changes = inside.changes;
    summary
}

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

impl<E: Exporter> Packaging for Gzipped<E> {
    fn info(&self) -> &'static FormatInfo {
        &GZIP
    }

    fn needs_digests(&self) -> bool {
        self.inner.needs_digests()
    }

    fn named(&self, changes: Changes) -> Changes {
        changes.with_entries(gzipped_path)
    }

    fn packaged(&self, inner: Vec<EntrySpec>) -> Vec<EntrySpec> {
        inner.iter().map(gzipped).collect()
    }

    fn write(&self, inner: Box<dyn Plan + '_>, sink: &dyn Sink, context: &Context) -> Result<Summary> {
        let options = self.options.clone().modified(context.clock().unix_seconds());
        let mut summary = inner.write(&GzipSink::new(sink, options, threads(context)), context)?;
        // Paths and bytes come from the receipts, which are those of the streams; the media type is the plan's.
        for entry in &mut summary.entries {
            entry.media_type = GZIP.media_type.into();
        }
        summary.changes = self.named(summary.changes);
        Ok(summary)
    }
}

/// What an exporter does with the entries of another one.
trait Packaging: Sync {
    fn info(&self) -> &'static FormatInfo;

    /// Whether what the sink is given must be hashed.
    fn needs_digests(&self) -> bool;

    /// What the entries become.
    fn packaged(&self, inner: Vec<EntrySpec>) -> Vec<EntrySpec>;

    /// The changes by the entries in which they are found.
    fn named(&self, changes: Changes) -> Changes;

    /// Writes the entries of a plan as what they become.
    fn write(&self, inner: Box<dyn Plan + '_>, sink: &dyn Sink, context: &Context) -> Result<Summary>;
}

macro_rules! exporters {
    ($($packaging:ident),*) => {$(
        #[deny(clippy::missing_trait_methods, reason = "what a wrapper leaves out is lost")]
        impl<E: Exporter> Exporter for $packaging<E> {
            fn format(&self) -> &'static FormatInfo {
                self.info()
            }

            fn carries(&self, part: Part) -> Carry {
                self.inner.carries(part)
            }

            fn needs(&self, data: &dyn Dataset, context: &Context) -> Result<ProfileRequest> {
                self.inner.needs(data, context)
            }

            fn is_companion(&self) -> bool {
                self.inner.is_companion()
            }

            fn needs_digests(&self) -> bool {
                Packaging::needs_digests(self)
            }

            fn entries(&self, codebook: &Codebook) -> Vec<EntrySpec> {
                self.packaged(self.inner.entries(codebook))
            }

            fn plan<'a>(
                &'a self,
                data: &'a dyn Dataset,
                with: &Planning<'_>,
                context: &Context,
            ) -> Result<Box<dyn Plan + 'a>> {
                let inner = plan_of(&self.inner, data, with, context)?;
                let entries = self.packaged(inner.entries().to_vec());
                let changes = self.named(inner.changes().clone());
                Ok(Box::new(PackagedPlan { packaging: self, entries, changes, inner }))
            }
        }
    )*};
}

exporters!(Zipped, Gzipped);

struct PackagedPlan<'a> {
    packaging: &'a dyn Packaging,
    entries: Vec<EntrySpec>,
    changes: Changes,
    inner: Box<dyn Plan + 'a>,
}

#[deny(clippy::missing_trait_methods, reason = "what a wrapper leaves out is lost")]
impl Plan for PackagedPlan<'_> {
    fn entries(&self) -> &[EntrySpec] {
        &self.entries
    }

    fn changes(&self) -> &Changes {
        &self.changes
    }

    fn after(&mut self, siblings: &[Committed]) {
        self.inner.after(siblings);
    }

    fn write(self: Box<Self>, sink: &dyn Sink, context: &Context) -> Result<Summary> {
        self.packaging.write(self.inner, sink, context)
    }
}

fn threads(context: &Context) -> NonZeroUsize {
    NonZeroUsize::new(context.threads()).unwrap_or(NonZeroUsize::MIN)
}
