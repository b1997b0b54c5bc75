//! The place that `--report` names: opened before any work; a file is visible when it is whole.

use std::io::Write as _;
use std::path::PathBuf;

use exporter::sink::{EntrySpec, FileSink, FolderOptions};
use exporter::{Error, Result, Sink as _};

use crate::apart::whole;
use crate::args::WorkArgs;
use crate::place;
use crate::target::Target;
use crate::terminal::print;

/// Where a report goes, if one is asked for.
pub(crate) enum ReportFile {
    None,
    /// Standard output.
    Output,
    File(PathBuf, Box<FileSink>),
}

impl ReportFile {
    /// Opens the report, so that an export is not carried out whose report cannot be written.
    ///
    /// # Errors
    /// When the file exists and `--overwrite` is not given, or when nothing can be written there; only a folder that the
    /// export makes may be one that does not exist.
    pub(crate) fn create(work: &WorkArgs, target: &Target) -> Result<Self> {
        let Some(path) = &work.report else { return Ok(Self::None) };
        place::writable(path, |name| format!("--report {}", name.trim_end_matches('/')))?;
        if path.as_os_str() == "-" {
            return match target {
                Target::Output => Err(Error::usage("standard output is the target of the export already")
                    .with_hint("write the report to a file, such as --report report.json")),
                _ => Ok(Self::Output),
            };
        }
        if place::is_special(path) {
            return Err(Error::usage(format!("{} is no ordinary file", path.display()))
                .with_hint("print the report with --report -, or name a file"));
        }
        if let (Some(folder), Some(name)) = (path.parent(), path.file_name())
            && !folder.as_os_str().is_empty()
            && !folder.is_dir()
            && !target.folder().is_some_and(|target| whole(folder).starts_with(whole(target)))
        {
            return Err(Error::not_found(format!("there is no folder {} for the report", folder.display()))
                .with_hint(format!("make the folder, or write it here: --report {}", name.display())));
        }
        let options = FolderOptions::default().overwrite(work.overwrite).sync(work.sync);
        Ok(Self::File(path.clone(), Box::new(FileSink::create(path, options)?)))
    }

    /// Writes the report.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn write(self, report: &serde_json::Value) -> Result<()> {
        let text = || {
            let text = serde_json::to_string_pretty(report);
            text.map_err(|source| Error::invalid(format!("cannot write the report: {source}")))
        };
        match self {
            Self::None => Ok(()),
            Self::Output => print(&(text()? + "\n")),
            Self::File(path, sink) => {
                let mut entry = sink.create(&EntrySpec::new("report.json", "application/json"))?;
                let failed = |source| Error::io(format!("cannot write {}", path.display()), source);
                writeln!(entry, "{}", text()?).map_err(failed)?;
                entry.commit()?;
                sink.finish().map(drop)
            }
        }
    }
}
