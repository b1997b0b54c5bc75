//! The formats of this build, and checks of their files.

use std::path::Path;

use exporter_core::check::{CheckOptions, Findings};
use exporter_core::{CodebookExporter, Context, DocumentsExporter, Registry, Result};

use crate::study::StudyFile;

/// A registry of every format whose feature is on.
///
/// ```
/// let known: Vec<&str> = exporter::registry().formats().iter().map(|info| info.id).collect();
/// assert!(known.contains(&"csv"));
/// ```
pub fn registry() -> Registry {
    let registry = Registry::new()
        .register::<CodebookExporter>()
        .register::<DocumentsExporter>()
        .register_check::<StudyFile>();
    #[cfg(feature = "ddi")]
    let registry = exporter_ddi::register(registry);
    #[cfg(feature = "dta")]
    let registry = exporter_dta::register(registry);
    #[cfg(feature = "dxf2")]
    let registry = exporter_dxf2::register(registry);
    #[cfg(feature = "package")]
    let registry = exporter_package::register(registry);
    #[cfg(feature = "parquet")]
    let registry = exporter_parquet::register(registry);
    #[cfg(feature = "sav")]
    let registry = exporter_sav::register(registry);
    #[cfg(feature = "tab")]
    let registry = exporter_tab::register(registry);
    #[cfg(all(feature = "ddi", feature = "package", feature = "tab"))]
    let registry = registry
        .register::<crate::open_data_format::OpenDataFormat>()
        .register_as(<crate::open_data_format::OpenDataFormat as exporter_core::Format>::INFO, "ddi");
    registry
}

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
/// [`exporter_core::ErrorKind::Unsupported`] when no check recognises the file, [`exporter_core::ErrorKind::NotFound`] when a folder
/// has no manifest, or what the operating system says.
pub fn check(
    path: &Path,
    options: &CheckOptions,
    registry: &Registry,
    context: &Context,
) -> Result<Findings> {
    #[cfg(feature = "package")]
    if path.is_dir() {
        let checking = exporter_core::check::Checking::new(registry, options);
        return exporter_package::check::folder(path, &checking, context);
    }
    registry.check(&crate::input::source_of(path, context)?, options, context)
}
