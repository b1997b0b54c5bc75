//! Structural validation of files, format by format.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use exporter_core::{Error, Result};
use serde::Serialize;

use crate::study::StudyFile;

/// One thing that is wrong in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// Stable name of the rule that is broken.
    pub rule: String,
    /// Byte offset, if the finding has a place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// What is wrong.
    pub message: String,
    /// What the format's own program would say, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consequence: Option<String>,
}

/// Applies the format's own rules to a file; an empty list means that nothing is wrong.
///
/// Stata files and codebooks (or study files) are known.
///
/// # Errors
/// [`exporter_core::ErrorKind::Unsupported`] when no checker knows the file, or what the operating system says.
pub fn check(path: &Path) -> Result<Vec<Finding>> {
    let failed = |source| Error::io(format!("cannot read {}", path.display()), source);
    let mut head = Vec::new();
    File::open(path).map_err(failed)?.take(HEAD_BYTES).read_to_end(&mut head).map_err(failed)?;
    let extension = path.extension().map(|extension| extension.to_ascii_lowercase()).unwrap_or_default();
    if extension == "json" || extension == "toml" {
        return codebook(path);
    }
    #[cfg(feature = "dta")]
    if head.starts_with(b"<stata_dta>") || extension == "dta" {
        return stata(path);
    }
    Err(Error::unsupported("no checker knows this file")
        .entry(path.display().to_string())
        .hint("files that are checked: .dta, codebooks and study files"))
}

/// How many bytes of a file decide what it is.
const HEAD_BYTES: u64 = 64;

/// Every problem of a codebook is a finding.
fn codebook(path: &Path) -> Result<Vec<Finding>> {
    let study = StudyFile::read(path).map_err(|error| error.entry(path.display().to_string()))?;
    let finding = |problem: exporter_core::codebook::Problem| Finding {
        rule: format!("{:?}", problem.kind),
        offset: None,
        message: problem.to_string(),
        consequence: None,
    };
    Ok(study.codebook.problems().into_iter().map(finding).collect())
}

#[cfg(feature = "dta")]
fn stata(path: &Path) -> Result<Vec<Finding>> {
    let file =
        File::open(path).map_err(|source| Error::io(format!("cannot read {}", path.display()), source))?;
    let findings = exporter_dta::check::check(std::io::BufReader::new(file)).map_err(|source| {
        Error::invalid(source.to_string()).entry(path.display().to_string()).with_source(source)
    })?;
    let finding = |found: exporter_dta::check::Finding| Finding {
        rule: found.rule.code().to_owned(),
        offset: Some(found.offset),
        message: found.message,
        consequence: Some(format!("Stata: {}", found.stata)),
    };
    Ok(findings.into_iter().map(finding).collect())
}
