//! Where an export goes: a folder, a file or standard output.

use std::path::{Path, PathBuf};

use exporter::request::{Packaging, Request};
use exporter::sink::{FileSink, FolderOptions, FolderSink, StreamSink};
use exporter::{Registry, Result, Sink};

use crate::args::WorkArgs;
use crate::request::packaging_of_target;

/// The place that becomes visible at once.
pub(crate) enum Target {
    /// Entries as files below a folder.
    Folder(PathBuf),
    /// A single file.
    File(PathBuf),
    /// Standard output.
    Output,
}

impl Target {
    /// The target of this name for what a request writes. Its name decides what the request leaves open: the packaging,
    /// and how a zip is called; where a single entry goes there are no codebook and no documents beside.
    pub(crate) fn of(out: &Path, request: &mut Request, registry: &Registry) -> Self {
        request.packaging = request.packaging.take().or_else(|| packaging_of_target(out));
        let is_single = match (&request.packaging, request.formats.as_slice()) {
            (Some(Packaging::Zip(_)), _) => has_extension(out, &["zip"]),
            (Some(Packaging::Gzip(_)), _) => has_extension(out, &["gz"]),
            (None, [one]) => {
                registry.format(&one.format).is_ok_and(|format| has_extension(out, format.extensions))
            }
            _ => false,
        };
        let target = if out.as_os_str() == "-" {
            Target::Output
        } else if is_single {
            Target::File(out.to_owned())
        } else {
            Target::Folder(out.to_owned())
        };
        match &mut request.packaging {
            Some(Packaging::Zip(zip)) if is_single => {
                zip.name = out.file_name().map(|name| name.to_string_lossy().into_owned());
            }
            Some(Packaging::Zip(_)) => {}
            _ => {
                request.codebook &= target.holds_many();
                request.documents &= target.holds_many();
            }
        }
        target
    }

    /// The file, where it is a single one.
    pub(crate) fn file(&self) -> Option<&Path> {
        match self {
            Target::File(file) => Some(file),
            Target::Folder(_) | Target::Output => None,
        }
    }

    /// Whether several entries fit.
    pub(crate) fn holds_many(&self) -> bool {
        matches!(self, Target::Folder(_))
    }

    /// Opens the sink.
    pub(crate) fn open(&self, work: &WorkArgs) -> Result<Box<dyn Sink>> {
        let options = FolderOptions::default().overwrite(work.overwrite).sync(work.sync);
        Ok(match self {
            Target::Folder(folder) => Box::new(FolderSink::create(folder, options)?),
            Target::File(file) => Box::new(FileSink::create(file, options)?),
            Target::Output => Box::new(StreamSink::new(std::io::stdout())),
        })
    }
}

/// Whether a file name ends with one of the extensions.
pub(crate) fn has_extension(path: &Path, extensions: &[&str]) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    extensions.iter().any(|extension| name.ends_with(&format!(".{}", extension.to_lowercase())))
}
