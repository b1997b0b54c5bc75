//! A file of DHIS2, unpacked, and what it holds.

use std::io::BufReader;
use std::path::Path;

use exporter_core::source::Cursor;
use exporter_core::{Container as _, Context, Error, Result, Source};
use exporter_dxf2::data_values::Form;
use exporter_dxf2::{ExchangeKind, Fault};
use exporter_package::input::{GzipInput, ZipInput};

use crate::input::source_of;

/// Archives in archives that are opened.
const DEEPEST: usize = 2;
/// Bytes by which a file is recognised.
const HEAD: usize = 4096;

/// A file of DHIS2.
#[derive(Debug)]
pub struct ExchangeFile {
    source: Source<'static>,
    kind: ExchangeKind,
    form: Form,
}

impl ExchangeFile {
    /// Opens a file, also one in a gzip stream or a zip, of which the first JSON, XML or CSV counts.
    ///
    /// # Errors
    /// There is no such file, it cannot be read or unpacked, or is no file of DHIS2.
    pub fn open(path: &Path, context: &Context) -> Result<Self> {
        let mut source = source_of(path, context)?;
        for _ in 0..DEEPEST {
            let head = source.head(4)?;
            let files = match head.as_slice() {
                [0x1F, 0x8B, ..] => GzipInput::files(&source, None, context)?,
                [b'P', b'K', 3 | 5, _] => ZipInput::files(&source, None, context)?,
                _ => break,
            };
            let paths = files.paths(context)?;
            let is_named = |path: &&String| {
                let name = path.to_ascii_lowercase();
                [".json", ".xml", ".csv"].iter().any(|extension| name.ends_with(extension))
            };
            let chosen = paths.iter().find(is_named).or(paths.iter().find(|path| !path.ends_with('/')));
            let chosen = chosen.ok_or_else(|| {
                Error::invalid(format!("there is no file in the archive {}", path.display()))
            })?;
            let bytes = files.open(chosen, context)?.ok_or_else(|| {
                Error::invalid(format!("{chosen} cannot be taken out of {}", path.display()))
            })?;
            source = Source::new(format!("{}/{chosen}", path.display()), bytes);
        }
        let (kind, form) = recognised(&source)?;
        Ok(Self { source, kind, form })
    }

    /// What it holds.
    pub fn kind(&self) -> ExchangeKind {
        self.kind
    }

    /// Its form.
    pub fn form(&self) -> Form {
        self.form
    }

    /// Its bytes from the beginning.
    pub fn reader(&self) -> BufReader<Cursor> {
        BufReader::with_capacity(256 << 10, self.source.cursor())
    }

    /// An error of reading it, with its name.
    pub(super) fn error(&self, fault: Fault) -> Error {
        let name = self.source.file_name();
        match fault.source {
            Some(source) => Error::io(format!("cannot read {name} at {}", fault.position), source),
            None => Error::invalid(format!("{name}: {fault}")),
        }
    }
}

fn recognised(source: &Source<'_>) -> Result<(ExchangeKind, Form)> {
    let head = source.head(HEAD)?;
    ExchangeKind::of(BufReader::new(source.cursor()), &head).map_err(|what| {
        Error::unsupported(format!("{} is no file of DHIS2: {what}", source.file_name())).with_hint(
            "give metadata or data values of DHIS2 as JSON, XML or CSV, plain, as gzip or in a zip",
        )
    })
}
