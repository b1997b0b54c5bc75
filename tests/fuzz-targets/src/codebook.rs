//! Codebook JSON.

use exporter::Codebook;

/// Reads a codebook; what is read must come back equal, and validating it must not panic.
///
/// # Panics
/// When a codebook that was read cannot be written, or is read back different.
pub fn codebook(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(read) = Codebook::from_json(text) else { return };
    let _ = read.validate();
    let Ok(written) = read.to_json() else { panic!("a codebook that was read cannot be written") };
    let again = Codebook::from_json(&written);
    assert!(again.as_ref().is_ok_and(|again| *again == read), "{read:?}\nis read back as\n{again:?}");
}
