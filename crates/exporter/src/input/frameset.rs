//! Framesets of Stata 18 (`.dtas`): archives with a list of frames, and for each a `.dta` and the same without rows.

use std::collections::HashMap;

use exporter_core::source::Files;
use exporter_core::{Context, Result};

/// The list of frames: comments, then lines of the frame's name, its file without extension and the release.
const LIST: &str = ".frameinfo";
/// Bytes of a list at most: Stata holds 100 frames.
const LIST_BYTES: usize = 64 * 1024;

/// The names of the frames by the path of their file, where the files are a frameset.
pub(super) fn frames(
    files: &dyn Files,
    paths: &[String],
    context: &Context,
) -> Result<Option<HashMap<String, String>>> {
    if !paths.iter().any(|path| path == LIST) {
        return Ok(None);
    }
    let Some(list) = files.head(LIST, LIST_BYTES, context)? else { return Ok(None) };
    let list = String::from_utf8_lossy(&list);
    let frame = |line: &str| {
        let mut words = line.split_whitespace();
        let (name, file) = words.next().zip(words.next())?;
        Some((format!("{file}.dta"), name.to_owned()))
    };
    let frames = list.lines().filter(|line| !line.starts_with('*')).filter_map(frame);
    Ok(Some(frames.collect()))
}
