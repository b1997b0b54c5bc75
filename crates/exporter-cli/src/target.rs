//! Where an export goes: a folder, a file or standard output, packaged or not.

use std::path::{Path, PathBuf};

use exporter::core::sink::{FileSink, FolderOptions, FolderSink, StreamSink};
use exporter::package::{GzipOptions, Gzipped, Listed, Packaged};
use exporter::{Bundle, Context, Dataset, Error, Exporter, Result, Sink};

use crate::args::ExportArgs;
use crate::commands::carry_out;
use crate::packaging::Packaging;

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
    /// The target that `--out` names for these formats.
    pub(crate) fn of(args: &ExportArgs, exporters: &[Box<dyn Exporter>], packaging: &Packaging) -> Self {
        let single = match (packaging, exporters) {
            (Packaging::Zip(_), _) => has_extension(&args.out, &["zip"]),
            (Packaging::Gzip(_), _) => has_extension(&args.out, &["gz"]),
            (Packaging::None, [one]) => has_extension(&args.out, one.format().extensions),
            (Packaging::None, _) => false,
        };
        if args.out.as_os_str() == "-" {
            Target::Output
        } else if single {
            Target::File(args.out.clone())
        } else {
            Target::Folder(args.out.clone())
        }
    }

    /// Whether the codebook fits beside the data.
    pub(crate) fn holds_many(&self, packaging: &Packaging) -> bool {
        matches!(self, Target::Folder(_)) || matches!(packaging, Packaging::Zip(_))
    }

    /// Exports into the target.
    pub(crate) fn export(
        self,
        bundle: Bundle,
        data: &dyn Dataset,
        packaging: Packaging,
        args: &ExportArgs,
        context: &Context,
    ) -> Result<()> {
        let several = bundle.entries(data.codebook()).len();
        if several > 1 && !self.holds_many(&packaging) {
            return Err(Error::invalid(format!(
                "{} holds a single entry, and this export has {several}",
                args.out.display()
            ))
            .hint("export to a folder, or to a file name ending in .zip"));
        }
        match packaging {
            Packaging::None => {
                let exporter = listed(bundle, args.manifest);
                carry_out(&*exporter, data, || self.open(args), &args.work, context)
            }
            Packaging::Gzip(level) => {
                let options = GzipOptions::default().level(level);
                let exporter = listed(Gzipped::new(bundle, options), args.manifest);
                carry_out(&*exporter, data, || self.open(args), &args.work, context)
            }
            Packaging::Zip(options) => {
                let name = self.zip_name(data);
                let packaged = Packaged::zip(bundle, name, options).manifest(args.manifest);
                carry_out(&packaged, data, || self.open(args), &args.work, context)
            }
        }
    }

    fn open(&self, args: &ExportArgs) -> Result<Box<dyn Sink>> {
        let options = FolderOptions::default().overwrite(args.work.overwrite).sync(args.work.sync);
        Ok(match self {
            Target::Folder(folder) => Box::new(FolderSink::create(folder, options)?),
            Target::File(file) => Box::new(FileSink::create(file, options)?),
            Target::Output => Box::new(StreamSink::new(std::io::stdout())),
        })
    }

    /// A zip in a folder is named after the study.
    fn zip_name(&self, data: &dyn Dataset) -> String {
        let file = match self {
            Target::File(file) => file.file_name().map(|name| name.to_string_lossy().into_owned()),
            Target::Folder(_) | Target::Output => None,
        };
        let study = &data.codebook().study.id;
        file.unwrap_or_else(|| format!("{}.zip", if study.is_empty() { "study" } else { study }))
    }
}

fn listed(exporter: impl Exporter + 'static, manifest: bool) -> Box<dyn Exporter> {
    if manifest { Box::new(Listed::new(exporter)) } else { Box::new(exporter) }
}

/// Whether a file name ends with one of the extensions.
pub(crate) fn has_extension(path: &Path, extensions: &[&str]) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    extensions.iter().any(|extension| name.ends_with(&format!(".{}", extension.to_lowercase())))
}
