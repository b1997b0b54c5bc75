//! Study files.

use exporter::study::StudyFile;

/// Reads a study file, as TOML and as JSON; nothing on the disk is touched.
pub fn study(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for file in [StudyFile::from_toml(text), StudyFile::from_json(text)].into_iter().flatten() {
        let _ = file.codebook.validate();
    }
}
