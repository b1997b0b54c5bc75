//! The formats of this build.

use exporter_core::{CodebookExporter, Registry};

/// A registry of every format whose feature is on.
///
/// ```
/// let known: Vec<&str> = exporter::registry().formats().iter().map(|info| info.id).collect();
/// assert!(known.contains(&"codebook"));
/// ```
pub fn registry() -> Registry {
    Registry::new().register::<CodebookExporter>()
}
