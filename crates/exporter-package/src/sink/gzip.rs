//! Every entry compressed on its own.

use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::Path;

use exporter_core::sink::{Entry, EntryReceipt, EntrySpec, RandomEntry, Receipt, Sink, SpooledEntry};
use exporter_core::{Error, Result};

use crate::gzip::{GzipOptions, GzipWriter};

/// Media type of a gzip stream (RFC 6713).
pub(super) const MEDIA_TYPE: &str = "application/gzip";

/// The entry that holds another one compressed.
pub(super) fn gzipped(spec: &EntrySpec) -> EntrySpec {
    let mut packed = EntrySpec::new(gzipped_path(&spec.path), MEDIA_TYPE);
    packed.table = spec.table;
    packed.rows = spec.rows;
    packed
}

/// The path of the entry that holds another one compressed.
pub(super) fn gzipped_path(path: &str) -> String {
    format!("{path}.gz")
}

/// Compresses each entry of another sink as gzip and appends `.gz` to its path.
pub struct GzipSink<S> {
    inner: S,
    options: GzipOptions,
    threads: NonZeroUsize,
}

impl<S: Sink> GzipSink<S> {
    /// Compresses what goes to `inner`, each entry with this many threads.
    pub fn new(inner: S, options: GzipOptions, threads: NonZeroUsize) -> Self {
        Self { inner, options, threads }
    }
}

#[deny(clippy::missing_trait_methods, reason = "what a wrapper leaves out is lost")]
impl<S: Sink> Sink for GzipSink<S> {
    fn create<'s>(&'s self, spec: &EntrySpec) -> Result<Box<dyn Entry + 's>> {
        spec.check_path()?;
        let packed = gzipped(spec);
        let name = spec.path.rsplit('/').next().unwrap_or(&spec.path);
        let inner = self.inner.create(&packed)?;
        let stream = GzipWriter::new(inner, self.options.clone().name(name), self.threads);
        Ok(Box::new(GzipEntry { path: packed.path, stream }))
    }

    /// The bytes are compressed in their order: an entry that is rewritten is spooled.
    fn create_random<'s>(&'s self, spec: &EntrySpec, temp: &Path) -> Result<Box<dyn RandomEntry + 's>> {
        SpooledEntry::over(self.create(spec)?, temp)
    }

    fn is_seekable(&self) -> bool {
        false
    }

    fn shows_at_once(&self) -> bool {
        self.inner.shows_at_once()
    }

    fn finish(self: Box<Self>) -> Result<Receipt> {
        Box::new(self.inner).finish()
    }
}

struct GzipEntry<'s> {
    path: String,
    stream: GzipWriter<Box<dyn Entry + 's>>,
}

impl Write for GzipEntry<'_> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.stream.write(data)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

impl Entry for GzipEntry<'_> {
    fn commit(self: Box<Self>) -> Result<EntryReceipt> {
        let Self { path, stream } = *self;
        stream
            .finish()
            .map_err(|source| Error::io("cannot complete the gzip stream", source).entry(path))?
            .commit()
    }
}
