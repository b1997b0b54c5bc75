//! The form of `MANIFEST.json`: what was delivered, with sizes and checksums.

mod exporter;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use exporter::ManifestExporter;
#[cfg(test)]
pub(crate) use exporter::write_listed;

/// Path of the manifest.
pub const MANIFEST: &str = "MANIFEST.json";
/// Version of the manifest's form.
pub(crate) const MANIFEST_VERSION: u32 = 1;
/// Longest manifest that is read, in bytes: some hundred thousand lines.
pub(crate) const MANIFEST_BYTES: u64 = 64 << 20;

/// The whole file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    /// Version of this file's form.
    pub(crate) manifest: u32,
    pub(crate) entries: Vec<ManifestLine>,
}

/// One entry, by path.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ManifestLine {
    pub(crate) path: String,
    pub(crate) bytes: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) rows: Option<u64>,
    pub(crate) sha256: String,
    pub(crate) media_type: String,
    /// How the entry is written, such as its delimiter and header.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) attributes: BTreeMap<String, String>,
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
