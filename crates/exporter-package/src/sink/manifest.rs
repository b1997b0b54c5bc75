//! A list of what was delivered, with sizes and checksums.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use exporter_core::sink::{Entry, EntryReceipt, EntrySpec, RandomEntry, Receipt, Sink, SpooledEntry};
use exporter_core::{Error, Result, Summary};
use sha2::{Digest as _, Sha256};

use crate::manifest::{MANIFEST, MANIFEST_VERSION, Manifest, ManifestLine, hex};

/// Passes entries on to another sink and adds [`MANIFEST`] at the end: path, bytes, rows, SHA-256, media type and
/// attributes of every entry, by path.
pub struct ManifestSink<S> {
    inner: S,
    lines: Mutex<BTreeMap<String, ManifestLine>>,
}

impl<S: Sink> ManifestSink<S> {
    /// Lists what goes to `inner`.
    pub fn new(inner: S) -> Self {
        Self { inner, lines: Mutex::default() }
    }

    /// Takes over the rows of entries whose number was not known before they were written.
    pub fn written(&self, summary: &Summary) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        for entry in &summary.entries {
            if let Some(line) = lines.get_mut(&entry.path) {
                line.rows = line.rows.or(entry.rows);
            }
        }
    }

    /// Writes the manifest and gives the inner sink back unfinished.
    ///
    /// # Errors
    /// When the inner sink refuses the manifest.
    pub fn close(self) -> Result<S> {
        let lines = self.lines.into_inner().unwrap_or_else(PoisonError::into_inner);
        let manifest = Manifest { manifest: MANIFEST_VERSION, entries: lines.into_values().collect() };
        let mut json = serde_json::to_string_pretty(&manifest)
            .map_err(|source| Error::invalid(format!("cannot write the manifest: {source}")))?;
        json.push('\n');
        let spec = EntrySpec::new(MANIFEST, "application/json").bytes(json.len() as u64);
        {
            let mut entry = self.inner.create(&spec)?;
            entry
                .write_all(json.as_bytes())
                .map_err(|source| Error::io("cannot write the manifest", source).entry(MANIFEST))?;
            entry.commit()?;
        }
        Ok(self.inner)
    }
}

#[deny(clippy::missing_trait_methods, reason = "what a wrapper leaves out is lost")]
impl<S: Sink> Sink for ManifestSink<S> {
    fn create<'s>(&'s self, spec: &EntrySpec) -> Result<Box<dyn Entry + 's>> {
        let inner = self.inner.create(spec)?;
        let line = ManifestLine {
            path: spec.path.clone(),
            bytes: 0,
            rows: spec.rows,
            sha256: String::new(),
            media_type: spec.media_type.clone(),
            attributes: spec.attributes.clone(),
        };
        Ok(Box::new(ManifestEntry { lines: &self.lines, inner, line, hash: Sha256::new() }))
    }

    /// The bytes are hashed in their order: an entry that is rewritten is spooled.
    fn create_random<'s>(&'s self, spec: &EntrySpec, temp: &Path) -> Result<Box<dyn RandomEntry + 's>> {
        SpooledEntry::over(self.create(spec)?, temp)
    }

    fn is_seekable(&self) -> bool {
        false
    }

    fn finish(self: Box<Self>) -> Result<Receipt> {
        Box::new(self.close()?).finish()
    }
}

struct ManifestEntry<'s> {
    lines: &'s Mutex<BTreeMap<String, ManifestLine>>,
    inner: Box<dyn Entry + 's>,
    line: ManifestLine,
    hash: Sha256,
}

impl Write for ManifestEntry<'_> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(data)?;
        self.hash.update(data.get(..written).unwrap_or(data));
        self.line.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl Entry for ManifestEntry<'_> {
    fn commit(self: Box<Self>) -> Result<EntryReceipt> {
        let Self { lines, inner, mut line, hash } = *self;
        let receipt = inner.commit()?;
        line.sha256 = hex(&hash.finalize());
        lines.lock().unwrap_or_else(PoisonError::into_inner).insert(line.path.clone(), line);
        Ok(receipt)
    }
}
