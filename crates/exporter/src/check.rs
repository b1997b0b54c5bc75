//! Structural validation of files, format by format.

#[cfg(feature = "package")]
mod archive;
#[cfg(feature = "package")]
mod contents;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use exporter_core::{Error, Result};
use serde::Serialize;

use crate::study::StudyFile;

/// One thing that is wrong in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// Stable name of the rule that is broken.
    pub rule: String,
    /// Entry of an archive or file of a folder, when the finding is inside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
    /// Byte offset in the file or, inside an archive, in the entry; none when the finding has no place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// What is wrong.
    pub message: String,
    /// What the format's own program would say, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consequence: Option<String>,
}

/// How files are checked.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct CheckOptions {
    /// Opens encrypted archives.
    #[cfg(feature = "package")]
    pub password: Option<exporter_package::Password>,
    /// Folder for what is unpacked of archives; the system's temp folder when none is given.
    pub temp: Option<PathBuf>,
}

/// Applies the format's own rules to a file; an empty list means that nothing is wrong.
///
/// Stata files, codebooks (or study files) and zips, gzip streams and folders of this program are known. A folder is held
/// against its `MANIFEST.json`. What is in zips and folders is checked too: Stata files and codebooks by their rules,
/// and the rows of every data file against those of the manifest.
///
/// # Errors
/// [`exporter_core::ErrorKind::Unsupported`] when no checker knows the file, or what the operating system says.
pub fn check(path: &Path, options: &CheckOptions) -> Result<Vec<Finding>> {
    let _ = options;
    #[cfg(feature = "package")]
    if path.is_dir() {
        return archive::folder(path);
    }
    let failed = |source| Error::io(format!("cannot read {}", path.display()), source);
    let mut head = Vec::new();
    File::open(path).map_err(failed)?.take(HEAD_BYTES).read_to_end(&mut head).map_err(failed)?;
    let extension = path.extension().map(|extension| extension.to_ascii_lowercase()).unwrap_or_default();
    if extension == "json" || extension == "toml" {
        return codebook(path);
    }
    #[cfg(feature = "dta")]
    if head.starts_with(b"<stata_dta>") || extension == "dta" {
        let file = File::open(path).map_err(failed)?;
        return stata(file).map_err(|error| error.entry(path.display().to_string()));
    }
    #[cfg(feature = "package")]
    if head.starts_with(&[0x1f, 0x8b]) || extension == "gz" {
        return archive::gzip(path);
    }
    #[cfg(feature = "package")]
    if head.starts_with(b"PK") || extension == "zip" {
        return archive::zip(path, options);
    }
    Err(Error::unsupported("no checker knows this file").entry(path.display().to_string()).hint(
        "files that are checked: .dta, codebooks and study files; zips, gzip streams and folders of this program",
    ))
}

/// How many bytes of a file decide what it is.
const HEAD_BYTES: u64 = 64;

/// Every problem of a codebook is a finding.
fn codebook(path: &Path) -> Result<Vec<Finding>> {
    let study = StudyFile::read(path).map_err(|error| error.entry(path.display().to_string()))?;
    Ok(problems(&study))
}

fn problems(study: &StudyFile) -> Vec<Finding> {
    let finding = |problem: exporter_core::codebook::Problem| Finding {
        rule: format!("{:?}", problem.kind),
        entry: None,
        offset: None,
        message: problem.to_string(),
        consequence: None,
    };
    study.codebook.problems().into_iter().map(finding).collect()
}

#[cfg(feature = "dta")]
fn stata(file: impl Read + std::io::Seek) -> Result<Vec<Finding>> {
    let findings = exporter_dta::check::check(std::io::BufReader::new(file))
        .map_err(|source| Error::invalid(source.to_string()).with_source(source))?;
    let finding = |found: exporter_dta::check::Finding| Finding {
        rule: found.rule.code().to_owned(),
        entry: None,
        offset: Some(found.offset),
        message: found.message,
        consequence: Some(format!("Stata: {}", found.stata)),
    };
    Ok(findings.into_iter().map(finding).collect())
}
