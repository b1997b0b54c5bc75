//! Stored texts and those of the file, as one.

use crate::codebook::{Language, Text};

/// Characters at which programs cut labels, or more: a shorter text that a label begins with is another one.
const CUT: usize = 80;

/// Whether a stored text says what the default text of the file says, in any language.
pub(super) fn says(stored: &Text, file: &Text) -> bool {
    file.untagged().is_some_and(|text| is_said(stored, text))
}

/// Whether a stored text is this one in any language, or was cut to it.
fn is_said(stored: &Text, text: &str) -> bool {
    let mut known = stored.untagged().into_iter().chain(stored.tagged().map(|(_, text)| text));
    known.any(|known| is_same(known, text))
}

/// Whether a text is another one, or what programs cut it to.
fn is_same(known: &str, text: &str) -> bool {
    known == text || known.starts_with(text) && text.chars().count() >= CUT
}

/// Takes the file's text where it says another than the stored one; translations stay with a text that is the same.
pub(super) fn prefer(stored: &mut Text, file: &Text) {
    if file.untagged().is_some_and(|text| !is_said(stored, text)) {
        stored.clone_from(file);
        return;
    }
    for (language, text) in file.tagged() {
        if !is_said(stored, text) {
            stored.set(language, text);
        }
    }
}

/// As [`prefer`]; where it is known in which languages the texts of the file are, they are compared with the stored ones that
/// `language` shows in these alone.
pub(super) fn prefer_in(language: Option<Language<'_>>, stored: &mut Text, file: &Text) {
    let Some(language) = language else { return prefer(stored, file) };
    let is_known =
        |stored: &Text, wanted, text: &str| is_same(stored.get(Language { wanted, ..language }), text);
    if file.untagged().is_some_and(|text| !is_known(stored, None, text)) {
        stored.clone_from(file);
        return;
    }
    for (tag, text) in file.tagged() {
        if !is_known(stored, Some(tag), text) {
            stored.set(tag, text);
        }
    }
}

/// Takes a text that another program changed in the file: in the languages that the file has, each whole where it was only
/// cut.
pub(super) fn replace(stored: &mut Text, file: &Text) {
    let whole = |known: Option<&str>, text: &str| match known {
        Some(known) if known.starts_with(text) && text.chars().count() >= CUT => known.to_owned(),
        _ => text.to_owned(),
    };
    let mut changed = match file.untagged() {
        // Only in another language.
        None if !file.is_empty() => stored.clone(),
        text => Text::new(whole(stored.untagged(), text.unwrap_or_default())),
    };
    for (language, text) in file.tagged() {
        changed.set(language, whole(stored.translation(language), text));
    }
    *stored = changed;
}

/// A text of a file whose default language is `from`, for a codebook whose default language is `to`.
pub(super) fn retag(text: &mut Text, from: &str, to: &str) {
    let mut retagged = Text::default();
    for (language, text) in text.tagged().chain(text.untagged().map(|text| (from, text))) {
        // `und` is the default language.
        retagged.set(if language == to { "und" } else { language }, text);
    }
    *text = retagged;
}

/// Takes the notes of the file: stored ones with their translations, new ones, but none of what is `said` elsewhere in the
/// codebook.
pub(super) fn notes(stored: &mut Vec<Text>, file: &[Text], said: &[&Text]) {
    let known = std::mem::take(stored);
    for note in file {
        match known.iter().find(|known| says(known, note)) {
            Some(known) => stored.push(known.clone()),
            None if said.iter().any(|said| says(said, note)) => {}
            None => stored.push(note.clone()),
        }
    }
}
