//! Texts in several languages as repeated elements with `xml:lang`.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashSet};

use exporter_core::codebook::{Attribute, Codebook, Text};

use super::html::{is_line, plain};
pub(crate) use super::language_tags::tag_of;
use exporter_xml::{Element, Node, forbidden};

/// What became of texts on their way into a document, counted while they are spelled.
#[derive(Debug, Default)]
pub(crate) struct TextChanges {
    /// Texts that had HTML in them, and the first.
    pub(crate) flattened: Cell<u64>,
    pub(crate) first_flattened: RefCell<Option<String>>,
    /// Translations that are left out of a document of one language.
    pub(crate) untranslated: Cell<u64>,
    /// Texts without a language that are left out of a document in which each text has one.
    pub(crate) untagged: Cell<u64>,
    /// Characters that XML cannot hold.
    pub(crate) replaced: Cell<u64>,
    /// Names of languages that are no tags, and the tags that are written.
    pub(crate) tags: RefCell<BTreeMap<String, String>>,
}

impl TextChanges {
    fn text(&self, text: &str, plain: &str) {
        if text != plain {
            self.flattened.set(self.flattened.get() + 1);
            self.first_flattened.borrow_mut().get_or_insert_with(|| text.to_owned());
        }
        self.replaced.set(self.replaced.get() + forbidden(plain));
    }

    fn tag(&self, name: &str, tag: &str) {
        if name != tag {
            self.tags.borrow_mut().insert(name.to_owned(), tag.to_owned());
        }
    }
}

/// Which languages are written, and which one is meant where nothing is said.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Languages<'a> {
    /// The default language of the study.
    pub(crate) default: Option<&'a str>,
    /// The only language that is written, where there is one.
    pub(crate) only: Option<&'a str>,
    /// Whether each text is written in one language, the first that it has where none is named.
    pub(crate) is_one: bool,
    /// Whether each text has a tag, as far as the default language is known.
    pub(crate) needs_tags: bool,
    /// Where it is told what becomes of texts.
    pub(crate) told: Option<&'a TextChanges>,
}

impl<'a> Languages<'a> {
    /// All languages of a codebook.
    pub(crate) fn of(codebook: &'a Codebook) -> Self {
        Self { default: codebook.default_language(), ..Self::default() }
    }

    /// The tag of the document.
    pub(crate) fn document(self) -> Option<Cow<'a, str>> {
        self.only.or(self.default).map(tag_of)
    }

    /// The text of the document's language, as plain text.
    pub(crate) fn one(self, text: &Text) -> Cow<'_, str> {
        self.plain(text.get(codebook_language(self)))
    }

    fn plain(self, text: &str) -> Cow<'_, str> {
        let plain = plain(text);
        if let Some(told) = self.told {
            told.text(text, &plain);
        }
        plain
    }

    fn tag(self, name: &str) -> Cow<'_, str> {
        let tag = tag_of(name);
        if let Some(told) = self.told {
            told.tag(name, &tag);
        }
        tag
    }

    /// A text by tag, the default language first: no tag where the default language is not known.
    pub(crate) fn each<'t>(self, text: &'t Text) -> Vec<(Option<Cow<'t, str>>, Cow<'t, str>)>
    where
        'a: 't,
    {
        if text.is_empty() {
            return Vec::new();
        }
        if let Some(only) = self.only {
            let one = self.one(text);
            // A text that is not translated keeps the language that it is in.
            let is_only = |tag: &str| tag.eq_ignore_ascii_case(only);
            let own = match text.untagged() {
                _ if text.translation(only).is_some() => Some(only),
                Some(_) => self.default,
                None => {
                    let tags: Vec<&str> = text.tagged().map(|(tag, _)| tag).collect();
                    let is_default =
                        |tag: &&&str| self.default.is_some_and(|it| it.eq_ignore_ascii_case(tag));
                    tags.iter().find(is_default).or(tags.first()).copied()
                }
            };
            let tag = own.map(|own| Cow::Owned(self.tag(if is_only(own) { only } else { own }).into_owned()));
            return if one.is_empty() { Vec::new() } else { vec![(tag, one)] };
        }
        let is_default = |tag: &str| self.default.is_some_and(|default| default.eq_ignore_ascii_case(tag));
        let mut tagged: Vec<_> = text.tagged().collect();
        if let ([], Some(untagged)) = (tagged.as_slice(), text.untagged()) {
            // Most texts are in one language.
            let (tag, one) = (self.default.map(|tag| self.tag(tag)), self.plain(untagged));
            return if one.trim().is_empty() { Vec::new() } else { vec![(tag, one)] };
        }
        // Beside one that is tagged with the default language an untagged text is another one.
        let is_beside = tagged.iter().any(|(tag, _)| is_default(tag));
        let default = self.default.filter(|_| !is_beside);
        let default = default.map(|tag| self.tag(tag));
        let is_left_out = self.needs_tags && is_beside;
        let untagged = text.untagged().filter(|_| !is_left_out).map(|text| (default, text));
        if let Some(told) = self.told.filter(|_| is_left_out && text.untagged().is_some()) {
            told.untagged.set(told.untagged.get() + 1);
        }
        tagged.sort_by_key(|(tag, _)| !is_default(tag));
        let tagged = tagged.into_iter().map(|(tag, text)| (Some(self.tag(tag)), text));
        let each = untagged.into_iter().chain(tagged).map(|(tag, text)| (tag, self.plain(text)));
        let mut each: Vec<_> = each.filter(|(_, text)| !text.trim().is_empty()).collect();
        if self.is_one {
            let others = each.drain(each.len().min(1)..).count() as u64;
            self.told.inspect(|told| told.untranslated.set(told.untranslated.get() + others));
        }
        each
    }

    /// One element a language.
    pub(crate) fn elements(self, name: &'static str, text: &Text) -> Vec<Element> {
        let each = self.each(text).into_iter();
        each.map(|(tag, text)| Element::new(name).with_some("xml:lang", tag).text(text)).collect()
    }
}

fn codebook_language(languages: Languages<'_>) -> exporter_core::codebook::Language<'_> {
    let mut language = exporter_core::codebook::Language::default();
    (language.wanted, language.default) = (languages.only, languages.default);
    language
}

/// The language that an element says it is in.
pub(crate) fn language_of(element: &Element) -> Option<&str> {
    let tag = element.attribute("xml:lang").or_else(|| element.attribute("xml-lang"));
    tag.map(str::trim).filter(|tag| !tag.is_empty())
}

/// The tag of a text in the default language.
const UNTAGGED: &str = "und";

/// The text of repeated elements; of one language several times, one below the other. A text in the default language alone
/// needs no tag.
pub(crate) fn text_of<'e>(elements: impl IntoIterator<Item = &'e Element>, default: Option<&str>) -> Text {
    let mut texts: Vec<(Cow<'_, str>, String)> = Vec::new();
    for element in elements {
        let words = words(element);
        if words.is_empty() {
            continue;
        }
        let tag = language_of(element).map(tag_of).unwrap_or(UNTAGGED.into());
        match texts.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(&tag)) {
            Some((_, before)) if *before == words => {}
            Some((_, before)) => {
                before.push('\n');
                before.push_str(&words);
            }
            None => texts.push((tag, words)),
        }
    }
    let mut text = texts.into_iter().fold(Text::default(), |text, (tag, words)| text.with(tag, words));
    default.inspect(|default| without_tag(&mut text, default));
    text
}

/// Takes the tag of the default language from a text that is in it alone.
pub(crate) fn without_tag(text: &mut Text, default: &str) {
    let mut tagged = text.tagged();
    if let (None, Some((tag, words)), None) = (text.untagged(), tagged.next(), tagged.next())
        && tag.eq_ignore_ascii_case(default)
    {
        let words = words.to_owned();
        drop(tagged);
        *text = Text::new(words);
    }
}

/// Elements that fields of a codebook are not read from, though others of their names are.
#[derive(Default)]
pub(crate) struct Left {
    /// What is kept as it stands.
    kept: HashSet<*const Element>,
    /// What says nothing of its own.
    dropped: HashSet<*const Element>,
}

impl Left {
    /// Leaves an element to be kept as it stands.
    pub(crate) fn keep(&mut self, element: &Element) {
        self.kept.insert(element);
    }

    /// Leaves an element that says nothing of its own.
    pub(crate) fn drop(&mut self, element: &Element) {
        self.dropped.insert(element);
    }

    pub(crate) fn is_kept(&self, element: &Element) -> bool {
        !self.kept.is_empty() && self.kept.contains(&std::ptr::from_ref(element))
    }

    pub(crate) fn is_dropped(&self, element: &Element) -> bool {
        !self.dropped.is_empty() && self.dropped.contains(&std::ptr::from_ref(element))
    }
}

/// Attributes by which texts of one name in one place say something else, and not the same in another language.
const KINDS: [&str; 7] = ["contentType", "country", "format", "level", "type", "vendor", "vocab"];
/// What of them is meant where nothing is said.
const MEANT: [(&str, &str); 3] = [("contentType", "abstract"), ("level", "category"), ("level", "variable")];

/// What kind of text an element has; none of the kind that is meant where nothing is said.
fn kind_of_text(element: &Element) -> Vec<(&str, &str)> {
    let said = KINDS.iter().filter_map(|name| Some((*name, element.attribute(name)?.trim())));
    said.filter(|said| !said.1.is_empty() && !MEANT.contains(said)).collect()
}

/// The first text of repeated elements, in several languages: of the kind that is meant where nothing is said, if there is one. The
/// others are left.
pub(crate) fn first_text<'e>(
    elements: impl IntoIterator<Item = &'e Element>,
    default: Option<&str>,
    left: &mut Left,
) -> Text {
    let mut elements: Vec<&Element> = elements.into_iter().collect();
    if elements.len() > 1 {
        elements.retain(|element| !words(element).is_empty());
    }
    let (Some(first), true) = (elements.first(), elements.len() > 1) else {
        return text_of(elements, default);
    };
    let plain = elements.iter().find(|element| kind_of_text(element).is_empty());
    let kind = kind_of_text(plain.unwrap_or(first));
    let mut taken: Vec<&Element> = Vec::new();
    let mut is_over = false;
    for element in elements {
        // What has no tag is in the language of the document.
        let tag = language_of(element).or(default).map(tag_of);
        let is_same_language = |known: &&&Element| match (language_of(known).or(default).map(tag_of), &tag) {
            (Some(known), Some(tag)) => known.eq_ignore_ascii_case(tag),
            (known, tag) => known.is_none() && tag.is_none(),
        };
        match taken.iter().find(is_same_language) {
            _ if is_over || kind_of_text(element) != kind => left.keep(element),
            // Said twice.
            Some(known) if words(known) == words(element) => {}
            Some(_) => {
                is_over = true;
                left.keep(element);
            }
            None => taken.push(element),
        }
    }
    text_of(taken, default)
}

/// Whether texts come by language, several of one of them.
fn is_by_language(elements: &[&Element]) -> bool {
    let mut runs: Vec<Option<&str>> = elements.iter().map(|element| language_of(element)).collect();
    runs.dedup();
    let languages: HashSet<_> = runs.iter().collect();
    languages.len() > 1 && languages.len() == runs.len() && elements.len() > runs.len()
}

/// Texts of repeated elements, each in several languages: where a language comes again, the next text begins. Where all texts of
/// one language stand before those of the next, nothing tells which of them are the same.
pub(crate) fn texts_of<'e>(
    elements: impl IntoIterator<Item = &'e Element>,
    default: Option<&str>,
) -> Vec<Text> {
    let elements: Vec<&Element> = elements.into_iter().collect();
    let is_by_language = is_by_language(&elements);
    let mut texts: Vec<Vec<&Element>> = Vec::new();
    for element in elements {
        let tag = language_of(element);
        match texts.last_mut() {
            Some(last)
                if tag.is_some()
                    && !is_by_language
                    && last.iter().all(|known| language_of(known).is_some_and(|one| Some(one) != tag)) =>
            {
                last.push(element);
            }
            _ => texts.push(vec![element]),
        }
    }
    let texts = texts.into_iter().map(|elements| text_of(elements, default));
    texts.filter(|text| !text.is_empty()).collect()
}

/// Elements of DDI that begin or end a line, beside those of XHTML.
const LINES: [&str; 4] = ["head", "itm", "label", "list"];

/// What an element says, as plain text: lines without white space at their ends, and none that is empty at the beginning or the
/// end.
pub(crate) fn words(element: &Element) -> String {
    // Most elements hold one line.
    if let [Node::Text(text)] = element.children.as_slice()
        && !text.contains('\n')
    {
        return text.trim().to_owned();
    }
    let mut out = String::new();
    gather(element, &mut out);
    let lines: Vec<&str> = out.lines().map(str::trim).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

/// An element in a text that names its term in a vocabulary.
pub(super) const TERM: &str = "concept";

/// The attribute of whom a universe leaves out.
pub(super) const EXCLUDED: &str = "universe excluded";

/// Whether a universe tells whom it leaves out.
pub(super) fn is_excluded(universe: &Element) -> bool {
    universe.attribute("clusion") == Some("E")
}

/// Whom a universe leaves out, as attributes keep them.
pub(super) fn excluded(attributes: &BTreeMap<String, Attribute>) -> Vec<Element> {
    let values = attributes.get(EXCLUDED).map(Attribute::values).unwrap_or_default().iter();
    let values = values.filter(|words| !words.trim().is_empty());
    values.map(|words| Element::new("universe").with("clusion", "E").text(words)).collect()
}

/// Whether an element says something itself.
pub(crate) fn has_text(element: &Element) -> bool {
    element.children.iter().any(|node| matches!(node, Node::Text(text) if !text.trim().is_empty()))
}

fn gather(element: &Element, out: &mut String) {
    for child in &element.children {
        match child {
            Node::Text(text) => out.push_str(text),
            // A term of a vocabulary says the same once more.
            Node::Element(child) if child.name == TERM && has_text(element) => {}
            Node::Element(child) => {
                let is_line = is_line(&child.name) || LINES.contains(&child.name.as_ref());
                let end_line = |out: &mut String| {
                    if is_line && !out.trim_end_matches([' ', '\t']).ends_with('\n') && !out.is_empty() {
                        out.push('\n');
                    }
                };
                end_line(out);
                gather(child, out);
                end_line(out);
            }
        }
    }
}

/// What an element says in one line.
pub(crate) fn line(element: &Element) -> String {
    let words = words(element);
    if words.contains('\n') { words.split_whitespace().collect::<Vec<_>>().join(" ") } else { words }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EN: Languages<'static> =
        Languages { default: Some("en"), only: None, is_one: false, needs_tags: false, told: None };

    fn written(languages: Languages<'_>, text: &Text) -> Vec<String> {
        let elements = languages.elements("labl", text);
        elements.iter().map(|it| format!("{}:{}", language_of(it).unwrap_or("-"), words(it))).collect()
    }

    #[test]
    fn texts_are_paired_where_they_stand_together() {
        let texts = |all: &[(&str, &str)]| {
            let elements =
                all.iter().map(|(tag, text)| Element::new("keyword").with("xml:lang", *tag).text(*text));
            texts_of(&elements.collect::<Vec<_>>(), None)
        };
        let text = |all: &[(&str, &str)]| {
            all.iter().fold(Text::default(), |text, (tag, words)| text.with(*tag, *words))
        };
        assert_eq!(
            texts(&[("en", "a"), ("fi", "b"), ("en", "c"), ("fi", "d")]),
            [text(&[("en", "a"), ("fi", "b")]), text(&[("en", "c"), ("fi", "d")])]
        );
        assert_eq!(
            texts(&[("fi", "a"), ("fi", "b"), ("en", "c"), ("en", "d")]),
            [("fi", "a"), ("fi", "b"), ("en", "c"), ("en", "d")].map(|one| text(&[one]))
        );
        let mut unit = Element::new("anlyUnit").text("Person");
        unit.push(Element::new("concept").text("Individual"));
        assert_eq!(words(&unit), "Person");
        unit.children.remove(0);
        assert_eq!(words(&unit), "Individual");
    }

    #[test]
    fn every_text_carries_its_language_and_is_read_as_it_was() {
        let both = Text::default().with("en", "House").with("fr", "Maison");
        assert_eq!(written(EN, &both), ["en:House", "fr:Maison"]);
        for same in [&both, &Text::new("House"), &Text::default().with("fr", "Maison")] {
            assert_eq!(text_of(&EN.elements("labl", same), Some("en")), *same);
        }
        let both = Text::new("House").with("fr", "Maison");
        let tagged = Text::default().with("de", "Haus").with("en", "House");
        assert_eq!(written(EN, &tagged), ["en:House", "de:Haus"]);
        assert_eq!(written(Languages::default(), &both), ["-:House", "fr:Maison"]);
        let french = Languages { only: Some("fr"), ..EN };
        assert_eq!(
            (written(french, &both), written(french, &Text::new("Only"))),
            (vec!["fr:Maison".into()], vec!["en:Only".into()])
        );
        let first = Languages { is_one: true, ..Languages::default() };
        assert_eq!(
            (written(first, &both), written(first, &tagged)),
            (vec!["-:House".into()], vec!["de:Haus".into()])
        );
        let beside = both.clone().with("en", "A house");
        assert_eq!(written(EN, &beside), ["-:House", "en:A house", "fr:Maison"]);
        assert_eq!(text_of(&EN.elements("labl", &beside), Some("en")), beside);
        assert_eq!(written(Languages { needs_tags: true, ..EN }, &beside), ["en:A house", "fr:Maison"]);
        assert_eq!(written(EN, &Text::new(" ")), [""; 0]);
        assert_eq!(written(EN, &Text::default().with("Kiswahili", "Nyumba")), ["sw:Nyumba"]);
    }

    #[test]
    fn lists_of_texts_keep_their_translations_together() {
        let both = |en, fr| Text::default().with("en", en).with("fr", fr);
        let texts = vec![both("One", "Un"), both("Two", "Deux"), Text::new("Three")];
        let elements: Vec<_> = texts.iter().flat_map(|text| EN.elements("notes", text)).collect();
        assert_eq!(texts_of(&elements, Some("en")), texts);
    }

    #[test]
    fn forms_in_texts_are_lines() {
        let mut note = Element::new("notes").text("\n    One ");
        note.push(Element::new("emph").text("two"));
        note.push(Element::new("p").text(" three\n      four "));
        assert_eq!((words(&note), line(&note)), ("One two\nthree\nfour".into(), "One two three four".into()));
    }
}
