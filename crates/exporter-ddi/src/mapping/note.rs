//! Notes with what a codebook says and DDI has no place for, so that it comes back whole.
//!
//! A note holds the fields of one thing (a study, table, group or variable) that read otherwise without it, as JSON:
//! `{"is": {field: value}, "was": {field: digest}}`. `was` is what the document itself said of the field. Where it says something
//! else now, another program has changed it, and the document's word holds.

use std::collections::BTreeMap;

use exporter_core::codebook::Attribute;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};

use super::texts::{Left, words};
use exporter_xml::Element;

/// The type of these notes, and what the types of all other notes of this program begin with, before a colon.
const TYPE: &str = "exporter";
/// The field whose parts are compared each on its own: most of them are elements.
const EACH: &str = "attributes";
/// The kind of a free attribute, whose name is the subject.
const ATTRIBUTE: &str = "attribute";

/// A note of a kind of our own; the subject says what of it.
pub(crate) fn typed(kind: &str, subject: &str, text: impl Into<String>) -> Element {
    Element::new("notes").with("type", format!("{TYPE}:{kind}")).with("subject", subject).text(text)
}

/// Which kind of ours a note is.
pub(crate) fn kind_of(note: &Element) -> Option<&str> {
    note.attribute("type")?.strip_prefix(TYPE)?.strip_prefix(':')
}

/// The note of a kind of ours among those of an element.
pub(crate) fn of_kind<'e>(element: &'e Element, kind: &str) -> Option<&'e Element> {
    element.all("notes").find(|note| kind_of(note) == Some(kind))
}

/// The note that makes `read`, which is what a reader finds without it, `whole`; none where they are the same.
pub(crate) fn difference<T: Serialize + PartialEq>(read: &T, whole: &T) -> Option<Element> {
    if read == whole {
        return None;
    }
    let note = changes(&fields(read)?, &fields(whole)?);
    // Two characters that JSON holds and XML does not; below U+0020 JSON writes numbers itself.
    let json = Json::Object(note).to_string().replace('\u{FFFE}', "\\ufffe").replace('\u{FFFF}', "\\uffff");
    Some(Element::new("notes").with("type", TYPE).text(json))
}

/// What makes the fields `read` those that are `whole`.
fn changes(read: &Map<String, Json>, whole: &Map<String, Json>) -> Map<String, Json> {
    let (mut is, mut was, mut inside) = (Map::new(), Map::new(), Map::new());
    let gone = read.keys().filter(|name| !whole.contains_key(*name)).map(|name| (name, &Json::Null));
    for (name, value) in whole.iter().filter(|(name, value)| read.get(*name) != Some(value)).chain(gone) {
        let each = |of: Option<&Json>| match of {
            Some(Json::Object(each)) => Some(each.clone()),
            None | Some(Json::Null) => Some(Map::new()),
            Some(_) => None,
        };
        if let (true, Some(read), Some(whole)) = (name == EACH, each(read.get(name)), each(Some(value))) {
            inside.insert(name.clone(), changes(&read, &whole).into());
            continue;
        }
        is.insert(name.clone(), value.clone());
        was.extend(read.get(name).map(|value| (name.clone(), digest(value).into())));
    }
    let parts = [("is", is), ("was", was), ("in", inside)].into_iter();
    parts.filter(|(_, part)| !part.is_empty()).map(|(name, part)| (name.to_owned(), part.into())).collect()
}

/// Makes fields what a note says they are.
fn apply(note: &Map<String, Json>, fields: &mut Map<String, Json>) {
    let part = |name: &str| note.get(name).and_then(Json::as_object);
    for (name, value) in part("is").into_iter().flatten() {
        let was = part("was").and_then(|was| was.get(name)).and_then(Json::as_str);
        if fields.get(name).map(digest).as_deref() != was {
            continue;
        }
        match value {
            Json::Null => drop(fields.remove(name)),
            value => drop(fields.insert(name.clone(), value.clone())),
        }
    }
    for (name, note) in part("in").into_iter().flatten() {
        let Some(note) = note.as_object().filter(|_| name == EACH) else { continue };
        let mut inside = match fields.remove(name) {
            Some(Json::Object(inside)) => inside,
            Some(other) => {
                fields.insert(name.clone(), other);
                continue;
            }
            None => Map::new(),
        };
        apply(note, &mut inside);
        if !inside.is_empty() {
            fields.insert(name.clone(), inside.into());
        }
    }
}

/// What a reader has found, with what the note among these elements adds. What a note says that does not fit is left out.
pub(crate) fn restored<'e, T>(read: T, notes: impl IntoIterator<Item = &'e Element>) -> T
where
    T: Serialize + DeserializeOwned,
{
    let Some(note) = notes.into_iter().find(|note| is_ours(note)) else { return read };
    let Ok(Json::Object(note)) = serde_json::from_str(&words(note)) else { return read };
    let Some(mut whole) = fields(&read) else { return read };
    apply(&note, &mut whole);
    serde_json::from_value(whole.into()).unwrap_or(read)
}

/// Whether the note among these elements says that a field is empty.
pub(crate) fn empties(notes: &[Element], field: &str) -> bool {
    let note = notes.iter().find(|note| is_ours(note));
    let note = note.and_then(|note| serde_json::from_str::<Json>(&words(note)).ok());
    note.is_some_and(|note| note.get("is").and_then(|is| is.get(field)).is_some_and(Json::is_null))
}

/// Whether a note is one of these.
pub(crate) fn is_ours(note: &Element) -> bool {
    note.attribute("type") == Some(TYPE)
}

/// Whether a type of notes is one of this program.
pub(crate) fn is_type_of_ours(kind: &str) -> bool {
    kind.strip_prefix(TYPE).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
}

/// Notes without a type of ours: what people wrote.
pub(crate) fn is_plain(note: &Element) -> bool {
    !is_ours(note) && kind_of(note).is_none()
}

/// The attribute of links to places on the web, which stand in notes of their own.
const LINK: &str = "ExtLink@URI";

/// The attribute of what the first notes stand in, where it is another element.
pub(super) const ELSEWHERE: &str = "notes@element";

/// Keeps that so many of the first notes stand in another element.
pub(super) fn keep_elsewhere(attributes: &mut BTreeMap<String, Attribute>, element: &str, notes: usize) {
    for _ in 0..notes {
        add_attribute(attributes, ELSEWHERE, element.to_owned());
    }
}

/// How many of the first notes stand in this element.
pub(super) fn notes_elsewhere(attributes: &BTreeMap<String, Attribute>, element: &str) -> usize {
    let elements = attributes.get(ELSEWHERE).map(Attribute::values).unwrap_or_default();
    if elements.iter().all(|known| known == element) { elements.len() } else { 0 }
}

/// Free attributes as notes, one a value.
pub(crate) fn attributes<'a>(
    attributes: impl IntoIterator<Item = (&'a String, &'a Attribute)>,
) -> Vec<Element> {
    let mut notes = Vec::new();
    for (name, attribute) in attributes {
        let values = attribute.values().iter().filter(|value| !value.trim().is_empty());
        notes.extend(values.map(|value| match name.as_str() {
            LINK => {
                let mut note = Element::new("notes");
                note.push(Element::new("ExtLink").with("URI", value));
                note
            }
            name => typed(ATTRIBUTE, name, value),
        }));
    }
    notes
}

/// The free attributes that are among notes.
pub(crate) fn attributes_of<'e>(notes: impl IntoIterator<Item = &'e Element>) -> BTreeMap<String, Attribute> {
    let mut attributes = BTreeMap::new();
    for note in notes.into_iter().filter(|note| kind_of(note) == Some(ATTRIBUTE)) {
        let Some(name) = note.attribute("subject") else { continue };
        add_attribute(&mut attributes, name, words(note));
    }
    attributes
}

/// Keeps the texts in an element as attributes that are called like it and their own elements.
pub(crate) fn keep_texts(attributes: &mut BTreeMap<String, Attribute>, element: &Element) {
    let mut own = BTreeMap::new();
    super::free_elements::keep(&mut own, element, &[], &Left::default());
    attributes.extend(own.into_iter().map(|(name, value)| (format!("{}/{name}", element.name), value)));
}

/// Adds a value to an attribute.
pub(crate) fn add_attribute(attributes: &mut BTreeMap<String, Attribute>, name: &str, value: String) {
    let values = match attributes.remove(name) {
        None => return drop(attributes.insert(name.to_owned(), Attribute::One(value))),
        Some(Attribute::One(first)) => vec![first, value],
        Some(Attribute::Many(mut values)) => {
            values.push(value);
            values
        }
    };
    attributes.insert(name.to_owned(), Attribute::Many(values));
}

fn fields<T: Serialize>(of: &T) -> Option<Map<String, Json>> {
    match serde_json::to_value(of) {
        Ok(Json::Object(fields)) => Some(fields),
        _ => None,
    }
}

/// 32 bits of FNV-1a over the JSON of a field.
fn digest(value: &Json) -> String {
    let step = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    format!("{:08x}", value.to_string().bytes().fold(0x811C_9DC5, step))
}

#[cfg(test)]
mod tests {
    use exporter_core::codebook::{Kind, Measure, Missing, Variable};

    use super::*;

    #[test]
    fn what_differs_comes_back_unless_the_document_was_changed() {
        let mut read = Variable::new("a", Kind::FLOAT).with_label("Age").with_missing(Missing::value(9));
        read.universe = "All".into();
        let mut whole = Variable::new("a", Kind::INTEGER).with_label("Age").with_measure(Measure::Scale);
        whole.missing = vec![Missing::value(9).letter('r').label("\u{1}\u{FFFE}")];
        let note = difference(&read, &whole).unwrap();
        assert_eq!(restored(read.clone(), [&note]), whole);
        // Another program has taken the missing value away and has changed the label.
        read.missing.clear();
        let changed = restored(read.clone().with_label("Age in years"), [&note]);
        assert_eq!((changed.missing.len(), changed.kind), (0, Kind::INTEGER));
        assert_eq!(changed.label, "Age in years".into());
        assert_eq!(difference(&whole, &whole), None);
    }

    #[test]
    fn of_free_attributes_a_note_has_those_that_differ() {
        let read = Variable::new("a", Kind::Text).with_attribute("x", "1").with_attribute("y", "2");
        let whole = Variable::new("a", Kind::Text).with_attribute("x", "1").with_attribute("z", "<b>");
        let note = difference(&read, &whole).unwrap();
        assert!(!words(&note).contains("\"x\""), "{}", words(&note));
        assert_eq!(restored(read.clone(), [&note]), whole);
        let none = Variable::new("a", Kind::Text);
        let note = difference(&read, &none).unwrap();
        assert_eq!(restored(read.clone(), [&note]), none);
        // Another program has changed one of them.
        let changed = Variable::new("a", Kind::Text).with_attribute("x", "1").with_attribute("y", "3");
        assert_eq!(restored(changed.clone(), [&note]), none.with_attribute("y", "3"));
        assert_eq!(
            restored(whole.clone(), [&difference(&Variable::new("a", Kind::Text), &whole).unwrap()]),
            whole
        );
    }

    #[test]
    fn attributes_are_notes() {
        let variable = Variable::new("a", Kind::Text).with_attribute("x", "1").with_attribute("y", "2");
        let mut all = variable.attributes.clone();
        all.insert("z".into(), Attribute::Many(vec!["1".into(), "2".into()]));
        assert_eq!(attributes_of(&attributes(&all)), all);
    }
}
