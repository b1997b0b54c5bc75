//! Where a file of DHIS2 goes: plain, as gzip or in a zip, by the name of the target. It is put in place when it is whole.

use std::io::{BufWriter, Write};
use std::num::NonZeroUsize;
use std::path::Path;

use exporter_core::sink::{Entry, EntrySpec, FileSink, FolderOptions, Sink};
use exporter_core::{Context, Error, Result};
use exporter_dxf2::data_values::Form;
use exporter_package::{GzipOptions, GzipSink, ZipOptions, ZipSink};

/// How a file is written.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct OutputOptions {
    /// Whether a file that is there is replaced.
    pub overwrite: bool,
}

impl OutputOptions {
    /// Whether a file that is there is replaced.
    #[must_use]
    pub fn overwrite(mut self, overwrite: bool) -> Self {
        self.overwrite = overwrite;
        self
    }
}

/// The name of the form that a target has, before `.gz` or `.zip`.
pub(super) fn form_of(path: &Path) -> Option<Form> {
    let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
    let name = name.strip_suffix(".gz").or(name.strip_suffix(".zip")).unwrap_or(&name);
    if name.ends_with(".adx.xml") || name.ends_with(".adx") {
        return Some(Form::Adx);
    }
    match name.rsplit_once('.')?.1 {
        "json" => Some(Form::Json),
        "xml" => Some(Form::Xml),
        "csv" => Some(Form::Csv),
        _ => None,
    }
}

/// Writes a file: all of it, or none.
pub(super) fn write<T>(
    path: &Path,
    options: OutputOptions,
    context: &Context,
    fill: impl FnOnce(&mut dyn Write) -> Result<T>,
) -> Result<T> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let lower = name.to_ascii_lowercase();
    let file = FileSink::create(path, FolderOptions::default().overwrite(options.overwrite))?;
    if lower.ends_with(".zip") {
        let spec = EntrySpec::new(name.clone(), "application/zip");
        let inner = EntrySpec::new(entry_name(&name), "application/octet-stream");
        let zip = ZipSink::new(file.create(&spec)?, ZipOptions::default(), context.temp())?;
        let filled = fill_entry(zip.create(&inner)?, fill)?;
        let (entry, _) = zip.close()?;
        entry.commit()?;
        Box::new(file).finish()?;
        return Ok(filled);
    }
    if lower.ends_with(".gz") {
        let threads = NonZeroUsize::new(context.threads()).unwrap_or(NonZeroUsize::MIN);
        let inner = EntrySpec::new(entry_name(&name), "application/octet-stream");
        let gzip = GzipSink::new(file, GzipOptions::default(), threads);
        let filled = fill_entry(gzip.create(&inner)?, fill)?;
        Box::new(gzip).finish()?;
        return Ok(filled);
    }
    let filled = fill_entry(file.create(&EntrySpec::new(name, "application/octet-stream"))?, fill)?;
    Box::new(file).finish()?;
    Ok(filled)
}

/// The name without `.gz` or `.zip`.
fn entry_name(name: &str) -> String {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned()
}

fn fill_entry<T>(entry: Box<dyn Entry + '_>, fill: impl FnOnce(&mut dyn Write) -> Result<T>) -> Result<T> {
    let mut buffer = BufWriter::with_capacity(256 << 10, entry);
    let filled = fill(&mut buffer)?;
    let entry = buffer.into_inner().map_err(|error| Error::io("cannot write", error.into_error()))?;
    entry.commit()?;
    Ok(filled)
}
