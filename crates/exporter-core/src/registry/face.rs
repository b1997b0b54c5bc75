//! What a program does with a format, and which of the formats is called or recognised.

use crate::format::{FormatInfo, Recognition};
use crate::sample::Sample;

/// One face of a format.
#[derive(Clone, Copy)]
pub(super) struct Face<C> {
    pub(super) info: &'static FormatInfo,
    /// The format that recognises its files, which is another one where they differ in how they are written alone.
    pub(super) of: &'static str,
    pub(super) recognise: fn(&Sample<'_>) -> Recognition,
    pub(super) call: C,
}

pub(super) fn ids<C>(faces: &[Face<C>]) -> Vec<&'static str> {
    faces.iter().map(|face| face.info.id).collect()
}

/// Adds a face in place of that of the same format.
pub(super) fn put<C>(faces: &mut Vec<Face<C>>, face: Face<C>) {
    faces.retain(|known| known.info.id != face.info.id);
    faces.push(face);
}

/// What the format of a file does: the first that is sure, or the first that is not and has the file's extension. Of an
/// archive or folder the extension says nothing about what is in it.
pub(super) fn recognised<C: Copy>(faces: &[Face<C>], name: &str, sample: &Sample<'_>) -> Option<Face<C>> {
    let sure = faces.iter().find(|face| (face.recognise)(sample) == Recognition::Yes);
    let maybe =
        |face: &&Face<C>| has_extension(face.info, name) && (face.recognise)(sample) == Recognition::Maybe;
    sure.or_else(|| faces.iter().filter(|_| sample.entries.is_empty()).find(maybe)).copied()
}

/// Whether a file of this name has one of the format's extensions.
pub(super) fn has_extension(info: &FormatInfo, name: &str) -> bool {
    let name = name.to_lowercase();
    info.extensions
        .iter()
        .any(|extension| name.strip_suffix(&extension.to_lowercase()).is_some_and(|stem| stem.ends_with('.')))
}

/// The format of this name: an identifier goes before an alias of another format, that before an extension.
pub(super) fn called<T: Copy>(
    formats: impl Iterator<Item = T> + Clone,
    info: impl Fn(T) -> &'static FormatInfo,
    name: &str,
) -> Option<T> {
    let by = |answers: &dyn Fn(&FormatInfo) -> bool| formats.clone().find(|format| answers(info(*format)));
    by(&|info| info.id == name)
        .or_else(|| by(&|info| info.aliases.contains(&name)))
        .or_else(|| by(&|info| info.extensions.contains(&name)))
}
