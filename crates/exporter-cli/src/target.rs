//! Where an export goes: a folder, a file or standard output, packaged or not.

use std::path::{Path, PathBuf};

use exporter::core::sink::{FileSink, FolderOptions, FolderSink, StreamSink};
use exporter::{Bundle, Context, Dataset, Error, Exporter, Result, Sink};

use crate::args::ExportArgs;
use crate::commands::carry_out;

/// What the entries are put into.
pub(crate) enum Packaging {
    /// Nothing.
    None,
}

/// The place that becomes visible at once.
pub(crate) enum Target {
    /// Entries as files below a folder.
    Folder(PathBuf),
    /// A single file.
    File(PathBuf),
    /// Standard output.
    Output,
}

impl Packaging {
    /// What the command line asks for.
    pub(crate) fn of(_args: &ExportArgs) -> Result<Self> {
        Ok(Packaging::None)
    }
}

impl Target {
    /// The target that `--out` names for these formats.
    pub(crate) fn of(args: &ExportArgs, exporters: &[Box<dyn Exporter>]) -> Result<Self> {
        if args.out.as_os_str() == "-" {
            return Ok(Target::Output);
        }
        let single = match exporters {
            [one] => names_format(&args.out, &**one),
            _ => false,
        };
        Ok(if single { Target::File(args.out.clone()) } else { Target::Folder(args.out.clone()) })
    }

    /// Whether more than one entry fits.
    pub(crate) fn holds_many(&self) -> bool {
        matches!(self, Target::Folder(_))
    }

    /// Exports into the target.
    pub(crate) fn export(
        self,
        bundle: Bundle,
        data: &dyn Dataset,
        _packaging: Packaging,
        args: &ExportArgs,
        context: &Context,
    ) -> Result<()> {
        let options = FolderOptions::default().overwrite(args.work.overwrite).sync(args.work.sync);
        let sink = || -> Result<Box<dyn Sink>> {
            Ok(match &self {
                Target::Folder(folder) => Box::new(FolderSink::create(folder, options)?),
                Target::File(file) => Box::new(FileSink::create(file, options)?),
                Target::Output => Box::new(StreamSink::new(std::io::stdout())),
            })
        };
        carry_out(&bundle, data, sink, &args.work, context)
    }
}

/// Whether a file name ends with one of the format's extensions.
fn names_format(path: &Path, exporter: &dyn Exporter) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    exporter.format().extensions.iter().any(|extension| name.ends_with(&format!(".{extension}")))
}
