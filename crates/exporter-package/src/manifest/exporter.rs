//! The manifest as a companion: it lists what was written before it.

use std::collections::BTreeMap;
use std::io::Write as _;

use exporter_core::codebook::Codebook;
use exporter_core::{
    Carry, Changes, Committed, Context, Dataset, EntryReport, EntrySpec, Error, Exporter, FormatInfo, Part,
    Plan, Planning, ProfileRequest, Result, Sink, Summary,
};

use super::{MANIFEST, MANIFEST_VERSION, Manifest, ManifestLine};

static INFO: FormatInfo = FormatInfo::new("manifest", "List of entries with SHA-256")
    .media_type("application/json")
    .notes("Path, bytes, rows, SHA-256, media type and attributes of every entry of the same export.");

/// Writes `MANIFEST.json` behind everything else of a [`exporter_core::Bundle`]: path, bytes, rows, SHA-256, media type and
/// attributes of every entry before it, by path. Add it as the last part.
#[derive(Clone, Copy, Debug, Default)]
pub struct ManifestExporter;

impl ManifestExporter {
    fn spec() -> EntrySpec {
        EntrySpec::new(MANIFEST, INFO.media_type)
    }
}

impl Exporter for ManifestExporter {
    fn format(&self) -> &'static FormatInfo {
        &INFO
    }

    fn needs(&self, _: &dyn Dataset, _: &Context) -> Result<ProfileRequest> {
        Ok(ProfileRequest::new())
    }

    fn is_companion(&self) -> bool {
        true
    }

    fn needs_digests(&self) -> bool {
        true
    }

    /// It is about files, not about the study: nothing of a codebook is lost in it, and nothing held.
    fn carries(&self, _: Part) -> Carry {
        Carry::Limited
    }

    fn entries(&self, _: &Codebook) -> Vec<EntrySpec> {
        vec![Self::spec()]
    }

    fn plan<'a>(&'a self, _: &'a dyn Dataset, _: &Planning<'_>, _: &Context) -> Result<Box<dyn Plan + 'a>> {
        Ok(Box::new(ManifestPlan {
            entries: [Self::spec()],
            changes: Changes::default(),
            lines: BTreeMap::new(),
        }))
    }
}

struct ManifestPlan {
    entries: [EntrySpec; 1],
    changes: Changes,
    lines: BTreeMap<String, ManifestLine>,
}

impl Plan for ManifestPlan {
    fn entries(&self) -> &[EntrySpec] {
        &self.entries
    }

    fn changes(&self) -> &Changes {
        &self.changes
    }

    fn after(&mut self, siblings: &[Committed]) {
        self.lines.extend(siblings.iter().map(|Committed { entry, report, .. }| {
            let line = ManifestLine {
                path: report.path.clone(),
                bytes: report.bytes,
                rows: entry.rows.or(report.rows),
                sha256: report.sha256.clone().unwrap_or_default(),
                media_type: entry.media_type.clone(),
                attributes: entry.attributes.clone(),
            };
            (line.path.clone(), line)
        }));
    }

    fn write(self: Box<Self>, sink: &dyn Sink, context: &Context) -> Result<Summary> {
        let Self { entries: [spec], lines, .. } = *self;
        let manifest = Manifest { manifest: MANIFEST_VERSION, entries: lines.into_values().collect() };
        let mut json = serde_json::to_string_pretty(&manifest)
            .map_err(|source| Error::invalid(format!("cannot write the manifest: {source}")))?;
        json.push('\n');
        let mut entry = sink.create(&spec)?;
        entry
            .write_all(json.as_bytes())
            .map_err(|source| Error::io("cannot write the manifest", source).entry(MANIFEST))?;
        context.progress().bytes(json.len() as u64);
        let mut summary = Summary::default();
        summary.entries.push(EntryReport::new(&spec, entry.commit()?, None));
        Ok(summary)
    }
}

/// Writes these entries and their manifest.
#[cfg(test)]
pub(crate) fn write_listed(
    entries: impl IntoIterator<Item = (EntrySpec, Vec<u8>)>,
    sink: Box<dyn Sink + '_>,
) {
    exporter_testkit::write_with(ManifestExporter, entries, sink);
}
