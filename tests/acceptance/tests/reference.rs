//! The folder of real files, which is no part of this repository.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Once;

/// A folder of the reference files: of `EXPORTER_REFERENCE`, or of `../shared` beside the checkout.
///
/// Without them nothing can be tested, which one line says past the capture of the test runner.
pub(crate) fn folder(below: &str) -> Option<PathBuf> {
    static SAID: Once = Once::new();
    let given = std::env::var_os("EXPORTER_REFERENCE").map(PathBuf::from);
    let root = given.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"));
    if root.is_dir() {
        return Some(root.join(below));
    }
    SAID.call_once(|| {
        let line = "acceptance did not run: no reference files here; EXPORTER_REFERENCE names their folder";
        // A closed terminal is no reason to fail.
        let _ = writeln!(std::io::stderr(), "{line}");
    });
    None
}
