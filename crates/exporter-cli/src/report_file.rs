//! The file that `--report` names: prepared before any work, visible when it is whole.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use exporter::sink::{EntrySpec, FileSink, FolderOptions};
use exporter::{Error, Result, Sink as _};

use crate::args::WorkArgs;
use crate::target::Target;

/// Where a report goes, if one is asked for.
pub(crate) struct ReportFile(Option<(PathBuf, FileSink)>);

impl ReportFile {
    /// Prepares the report, so that an export is not carried out whose report cannot be written.
    ///
    /// # Errors
    /// When the file exists and `--overwrite` is not given, when it is the target of the export, or when nothing can be
    /// written there.
    pub(crate) fn create(work: &WorkArgs, target: &Target) -> Result<Self> {
        let Some(path) = &work.report else { return Ok(Self(None)) };
        if target.file().is_some_and(|target| is_same(target, path)) {
            return Err(Error::usage(format!("{} is the target of the export too", path.display()))
                .with_hint("give --report another name"));
        }
        let options = FolderOptions::default().overwrite(work.overwrite).sync(work.sync);
        Ok(Self(Some((path.clone(), FileSink::create(path, options)?))))
    }

    /// Writes the report.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn write(self, report: &serde_json::Value) -> Result<()> {
        let Some((path, sink)) = self.0 else { return Ok(()) };
        let mut text = serde_json::to_vec_pretty(report)
            .map_err(|source| Error::invalid(format!("cannot write the report: {source}")))?;
        text.push(b'\n');
        let mut entry = sink.create(&EntrySpec::new("report.json", "application/json"))?;
        let failed = |source| Error::io(format!("cannot write {}", path.display()), source);
        entry.write_all(&text).map_err(failed)?;
        entry.commit()?;
        Box::new(sink).finish().map(drop)
    }
}

/// Whether two names are those of one file, which need not exist.
fn is_same(one: &Path, other: &Path) -> bool {
    let whole = |path: &Path| {
        path.canonicalize().or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_owned())
    };
    whole(one) == whole(other)
}
