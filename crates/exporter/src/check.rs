//! Structural validation of files, format by format.

use std::path::Path;

use exporter_core::{Error, Result};
use serde::Serialize;

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
/// # Errors
/// [`exporter_core::ErrorKind::Unsupported`] when no checker knows the file.
pub fn check(path: &Path) -> Result<Vec<Finding>> {
    Err(Error::unsupported("no checker knows this file").entry(path.display().to_string()))
}
