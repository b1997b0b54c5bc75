//! The formats of this build.

use exporter_core::{CodebookExporter, Registry};

use crate::study::StudyFile;

/// A registry of every format whose feature is on.
///
/// ```
/// let known: Vec<&str> = exporter::registry().formats().iter().map(|info| info.id).collect();
/// assert!(known.contains(&"csv"));
/// ```
pub fn registry() -> Registry {
    let registry = Registry::new().register::<CodebookExporter>().register_check::<StudyFile>();
    #[cfg(feature = "dta")]
    let registry = exporter_dta::register(registry);
    #[cfg(feature = "parquet")]
    let registry = exporter_parquet::register(registry);
    #[cfg(feature = "tab")]
    let registry = exporter_tab::register(registry);
    registry
}
