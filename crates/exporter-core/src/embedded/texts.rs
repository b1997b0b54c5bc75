//! Stored texts and those of the file, as one.

use std::collections::{BTreeMap, HashMap};

use super::Plain;
use crate::codebook::{Codebook, Language, Text};
use crate::loss::{Loss, LossCode};

/// Characters at which programs cut labels, or more: a shorter text that a label begins with is another one.
const CUT: usize = 80;

/// The languages in which a file had its texts when it was written.
#[derive(Clone, Copy, Debug)]
pub(super) struct InFile<'a> {
    /// How texts of the stored codebook are chosen.
    stored: Language<'a>,
    /// By the tags that the file has for them.
    languages: &'a [String],
    /// That of the first.
    first: Option<&'a str>,
}

impl<'a> InFile<'a> {
    pub(super) fn new(whole: &'a Codebook, written: Option<&'a Plain>) -> Self {
        let languages = written.map_or(&[][..], |written| &written.languages);
        let first = written.and_then(|written| written.language.as_deref());
        Self { stored: whole.language(None), languages, first }
    }

    /// Whether the file had texts in a language of the stored codebook.
    fn had(&self, tag: &str) -> bool {
        let first = self.first.or_else(|| self.languages.first().map(String::as_str));
        let mut all = first.into_iter().chain(self.languages.iter().skip(1).map(String::as_str));
        all.any(|known| known.eq_ignore_ascii_case(tag))
    }

    /// Whether the file shows another text than the stored one in its own language, which is not the default one.
    fn shows_another(&self, stored: &Text, file: &Text) -> bool {
        let of = |text: &Text| text.tagged_as(self.first?).map(str::to_owned);
        matches!((of(stored), of(file)), (Some(known), Some(text)) if !is_same(&known, &text))
    }

    /// The translations of a stored text that another program has not taken out of the file: those that the file has, and
    /// those that it never had, unless it shows another text.
    fn kept(&self, stored: &Text, file: &Text) -> Text {
        let mut kept = Text::default();
        let is_other = self.shows_another(stored, file);
        let is_default =
            |tag: &str| self.stored.default.is_some_and(|default| default.eq_ignore_ascii_case(tag));
        let has = |tag: &str| file.tagged_as(tag).is_some() || is_default(tag) && file.untagged().is_some();
        for (tag, text) in stored.tagged() {
            if has(tag) || !self.had(tag) && !is_other {
                kept.set(tag, text);
            }
        }
        let had_default = || self.stored.default.is_some_and(|default| self.had(default));
        let has_untagged = || file.untagged().is_some() || !had_default() && !is_other;
        if let Some(text) = stored.untagged().filter(|_| has_untagged()) {
            kept.set("und", text);
        }
        kept
    }

    /// Translations that the file never had, of `stored` texts that are `now` others: how many are not there any more, and the
    /// first. A translation that the file has instead is none of them.
    pub(super) fn gone<'t>(&self, stored: &[&'t Text], now: &[&'t Text]) -> (u64, Option<&'t str>)
    where
        'a: 't,
    {
        let default = self.stored.default.unwrap_or_default();
        let main = self.first.unwrap_or(default);
        let is_never = |tag: &str| !main.eq_ignore_ascii_case(tag) && !self.had(tag);
        let pairs = |texts: &[&'t Text]| -> BTreeMap<String, Vec<&'t str>> {
            let mut by_tag: BTreeMap<String, Vec<&str>> = BTreeMap::new();
            for text in texts {
                let tagged = text.tagged().chain(text.untagged().map(|text| (default, text)));
                tagged
                    .filter(|(tag, _)| is_never(tag))
                    .for_each(|(tag, text)| by_tag.entry(tag.to_ascii_lowercase()).or_default().push(text));
            }
            by_tag
        };
        let (stored, mut now) = (pairs(stored), pairs(now));
        let (mut count, mut first) = (0, None);
        for (tag, texts) in stored {
            let others = now.remove(&tag).unwrap_or_default();
            let mut left: HashMap<&str, usize> = HashMap::new();
            others.iter().for_each(|text| *left.entry(text).or_default() += 1);
            let mut gone = texts.iter().filter(|text| match left.get_mut(**text) {
                Some(left) if *left > 0 => {
                    *left -= 1;
                    false
                }
                _ => true,
            });
            let one = gone.next();
            count += texts.len().saturating_sub(others.len()) as u64;
            if texts.len() > others.len() {
                first = first.or(one.copied());
            }
        }
        (count, first)
    }
}

/// The loss of translations that are [`InFile::gone`].
pub(super) fn lost<'t>(gone: impl IntoIterator<Item = (u64, Option<&'t str>)>) -> Option<Loss> {
    let (count, first) =
        gone.into_iter().fold((0, None), |(count, first), (more, other)| (count + more, first.or(other)));
    let action =
        "translations in the stored codebook are not used: another program has changed what they translate";
    let loss = Loss::new(LossCode::METADATA_DROPPED, action).count(count).counting("translations");
    (count > 0).then(|| match first {
        Some(first) => loss.first(None, first),
        None => loss,
    })
}

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

/// As [`prefer`]; where it is known in which languages the texts of the file are, they are compared with the stored ones in
/// these alone, and those that another program has taken out go.
pub(super) fn prefer_in(languages: Option<InFile<'_>>, stored: &mut Text, file: &Text) {
    let Some(languages) = languages else { return prefer(stored, file) };
    if file.untagged().is_some_and(|text| !is_same(stored.get(languages.stored), text)) {
        stored.clone_from(file);
        return;
    }
    *stored = languages.kept(stored, file);
    for (tag, text) in file.tagged() {
        if !stored.tagged_as(tag).is_some_and(|known| is_same(known, text)) {
            put(stored, file, tag, text);
        }
    }
}

/// Takes a text that another program changed in the file: in the languages that the file has, each whole where it was only
/// cut. Translations that the file never had stay with a text that is the same.
pub(super) fn replace(languages: InFile<'_>, stored: &mut Text, file: &Text) {
    let whole = |known: Option<&str>, text: &str| match known {
        Some(known) if known.starts_with(text) && text.chars().count() >= CUT => known.to_owned(),
        _ => text.to_owned(),
    };
    let shown = stored.get(languages.stored);
    let mut changed = match file.untagged() {
        // Only in another language.
        None if !file.is_empty() => languages.kept(stored, file),
        Some(text) if is_same(shown, text) => languages.kept(stored, file),
        text => Text::new(whole(Some(shown), text.unwrap_or_default())),
    };
    for (language, text) in file.tagged() {
        put(&mut changed, file, language, &whole(stored.tagged_as(language), text));
    }
    *stored = changed;
}

/// Sets the text that a file has in a language, under the tag that is known for it: that may be in other capitals, unless it is
/// another one of the file's.
fn put(changed: &mut Text, file: &Text, tag: &str, text: &str) {
    let is_of_file = |known: &str| known != tag && file.tagged().any(|(other, _)| other == known);
    let known = changed.tagged().map(|(known, _)| known);
    let known = known.filter(|known| known.eq_ignore_ascii_case(tag) && !is_of_file(known));
    let known = known.map(str::to_owned).max_by_key(|known| known == tag);
    changed.set(known.unwrap_or_else(|| tag.to_owned()), text);
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
