//! Checks of files and folders by the rules of their formats.

#[cfg(feature = "package")]
mod archive;
#[cfg(feature = "package")]
mod contents;

use std::path::Path;

use exporter_core::check::{CheckOptions, Findings};
use exporter_core::{Context, Registry, Result, Source};

/// Checks a file by the rules of its format, or a folder by its `MANIFEST.json`.
///
/// A file is recognised by content first, by extension second. What is in zips and folders is checked too, by the rules of its
/// own format, and rows are counted against those of the manifest.
///
/// ```
/// use exporter::check::{CheckOptions, Severity};
///
/// # let folder = tempfile::tempdir()?;
/// let path = folder.path().join("study.json");
/// std::fs::write(&path, r#"{ "codebook": 1, "tables": [{ "name": "people", "key": ["id"] }] }"#)?;
/// let context = exporter::Context::default();
/// let findings = exporter::check(&path, &CheckOptions::default(), &exporter::registry(), &context)?;
/// assert_eq!(findings.count(Severity::Error), 1);
/// assert_eq!(findings.listed()[0].rule.code, "unknown-variable");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`exporter_core::ErrorKind::Unsupported`] when no check knows the file, [`exporter_core::ErrorKind::NotFound`] when a folder
/// has no manifest, or what the operating system says.
pub fn check(
    path: &Path,
    options: &CheckOptions,
    registry: &Registry,
    context: &Context,
) -> Result<Findings> {
    #[cfg(feature = "package")]
    if let Some(findings) = archive::check(path, options, context)? {
        return Ok(findings);
    }
    registry.check(&Source::open(path, context)?, options, context)
}
