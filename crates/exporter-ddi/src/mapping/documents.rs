//! Documents: `otherMat`.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use exporter_core::codebook::{Attribute, Document, DocumentKind, Study, Text};

use super::free_elements::{Known, keep_into, place};
use super::language_tags::tag_of;
use super::note;
use super::note::{of_kind, typed};
use super::texts::{Languages, Left, first_text, language_of, words};
use crate::structure::Structure;
use exporter_xml::{Element, Node};

/// The document; `path` is where it is written, where it is, and `is_within` whether the element stands in the one it is kept in.
pub(crate) fn write(
    document: &Document,
    study: &Study,
    (path, is_within): (Option<&str>, bool),
    languages: Languages<'_>,
    structure: &'static Structure,
) -> Element {
    let of = |name: &str| {
        let (what, of) = of_document(name)?;
        (of == document.name).then(|| what.to_owned())
    };
    let mut kept: BTreeMap<String, Attribute> =
        study.attributes.iter().filter_map(|(name, value)| Some((of(name)?, value.clone()))).collect();
    // Where it was, unless it is written somewhere.
    let stated = match kept.get(PLACE) {
        Some(Attribute::One(stated)) => Some(stated.as_str()),
        _ => None,
    };
    let uri = path.or(document.uri.as_deref()).or(stated);
    let mut element = Element::new("otherMat").with_some("URI", uri);
    let mut titles = languages.elements("labl", &document.title);
    if titles.is_empty() {
        titles.push(Element::new("labl").text(document.name.as_str()));
    }
    element.extend(titles);
    let element = element.with_some("xml:lang", document.language.as_deref().map(tag_of));
    let is_named = uri.is_some_and(|uri| uri.rsplit('/').next() == Some(&document.name));
    let mut element = element;
    if !is_named {
        element.push(typed("file-name", "", document.name.as_str()));
    }
    if !document.media_type.is_empty() {
        element.push(typed("media-type", "", document.media_type.as_str()));
    }
    if is_within {
        kept.remove(WITHIN);
    }
    // Kinds that a codebook tells apart have types of their own.
    let kinds = if document.kind == DocumentKind::Attachment { None } else { kept.remove_entry(TYPE) };
    let known = Known { read: &READ, first: &FIRST, code: &|_| None, structure };
    let placed = place(&mut element, &kept, &known);
    let left = kept.iter().filter(|(name, _)| !placed.contains(*name));
    element.extend(note::attributes(left.chain(kinds.iter().map(|(name, value)| (name, value)))));
    for (name, value) in [("type", kind(document.kind)), ("level", LEVEL)] {
        if element.attribute(name).is_none() {
            element = element.with(name, value);
        }
    }
    element
}

/// Elements `otherMat` in one another.
const DEEPEST: usize = 16;

/// By document, the one before it that it stands in, as a study keeps it.
pub(crate) fn containers(documents: &[Document], study: &Study) -> Vec<Option<usize>> {
    let mut known: HashMap<&str, (usize, usize)> = HashMap::new();
    let mut containers = Vec::new();
    for (at, document) in documents.iter().enumerate() {
        let outer = match study.attributes.get(&format!("{IN_DOCUMENT}{WITHIN} {}", document.name)) {
            Some(Attribute::One(name)) => known.get(name.as_str()).copied(),
            _ => None,
        };
        let outer = outer.filter(|(_, depth)| *depth < DEEPEST);
        known.insert(&document.name, (at, outer.map_or(1, |(_, depth)| depth + 1)));
        containers.push(outer.map(|(at, _)| at));
    }
    containers
}

/// The document that one stands in, as an attribute of the study.
pub(crate) fn within(container: &str) -> (String, String) {
    (format!("{IN_DOCUMENT}{WITHIN}"), container.to_owned())
}

/// What a document is of where nothing else is said.
const LEVEL: &str = "study";
/// What is kept of a document: the one that it stands in, its type where a codebook has no kind for it, and where it was.
const WITHIN: &str = "within";
const TYPE: &str = "otherMat@type";
const PLACE: &str = "otherMat@URI";

/// How the attributes of a study begin that keep what a codebook does not have of a document, before what is kept, a blank and
/// the name of the document.
const IN_DOCUMENT: &str = "otherMat/";
/// What is read of a document; others in it are read as others.
const READ: [&str; 2] = ["labl", "otherMat"];
/// Where of several elements the first is read, and the others are kept.
const FIRST: [&str; 1] = ["labl"];

/// What an attribute of a study keeps of a document, and the name of this.
pub(crate) fn of_document(attribute: &str) -> Option<(&str, &str)> {
    attribute.strip_prefix(IN_DOCUMENT)?.split_once(' ')
}

/// Whether an attribute of a study keeps something of one of its documents.
pub(crate) fn is_in_document(documents: &[Document], attribute: &str) -> bool {
    of_document(attribute).is_some_and(|(_, name)| documents.iter().any(|document| document.name == name))
}

/// What a codebook does not have of a document: the beginnings of attributes of the study, before a blank and its name.
pub(crate) fn kept(element: &Element, is_ours: bool, default: Option<&str>) -> Vec<(String, String)> {
    let mut own = element.clone();
    own.children.retain(|node| !matches!(node, Node::Element(inner) if inner.name == "otherMat"));
    let (mut kept, mut left) = (Vec::new(), Left::default());
    first_text(own.all("labl"), default, &mut left);
    let own_kind = kind(kind_of(element));
    keep_into(&own, &READ, &left, |name, value| {
        let is_said = name == TYPE && value == own_kind || name == "otherMat@level" && value == LEVEL;
        if !is_said {
            kept.push((format!("{IN_DOCUMENT}{name}"), value));
        }
    });
    let uri = element.attribute("URI").unwrap_or_default().trim();
    if !(is_ours || uri.is_empty() || uri.contains("://")) {
        kept.push((format!("{IN_DOCUMENT}{PLACE}"), uri.to_owned()));
    }
    for (name, attribute) in note::attributes_of(element.all("notes")) {
        let values = attribute.values().iter();
        kept.extend(values.map(|value| (format!("{IN_DOCUMENT}{name}"), value.clone())));
    }
    kept
}

/// Reads a document.
pub(crate) fn read(element: &Element, default: Option<&str>) -> Document {
    let noted = |kind: &str| of_kind(element, kind).map(words);
    let uri = element.attribute("URI").unwrap_or_default();
    let title = first_text(element.all("labl"), default, &mut Left::default());
    let mut document = Document::default();
    let name = noted("file-name").unwrap_or_else(|| uri.rsplit('/').next().unwrap_or_default().to_owned());
    document.name = if name.is_empty() { title.get(Default::default()).to_owned() } else { name };
    document.kind = kind_of(element);
    if uri.contains("://") {
        document.uri = Some(uri.to_owned());
    } else if !uri.is_empty() {
        document.path = Some(PathBuf::from(uri));
    }
    // A label is required: where there is no title the name stands for it, in whatever language the document is.
    let language = language_of(element);
    let titles: Vec<(Option<&str>, &str)> = title
        .untagged()
        .map(|title| (None, title))
        .into_iter()
        .chain(title.tagged().map(|(tag, title)| (Some(tag), title)))
        .collect();
    let is_name = matches!(titles.as_slice(), [(tag, title)] if *title == document.name && (tag.is_none() || *tag == language.map(tag_of).as_deref()));
    document.title = if is_name { Text::default() } else { title };
    document.language = language.map(str::to_owned);
    document.media_type = noted("media-type").unwrap_or_default();
    document
}

fn kind_of(element: &Element) -> DocumentKind {
    match element.attribute("type").unwrap_or_default().to_ascii_lowercase().as_str() {
        "questionnaire" => DocumentKind::Questionnaire,
        "translation" => DocumentKind::Translation,
        "report" => DocumentKind::Report,
        _ => DocumentKind::Attachment,
    }
}

fn kind(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Questionnaire => "questionnaire",
        DocumentKind::Translation => "translation",
        DocumentKind::Report => "report",
        _ => "attachment",
    }
}
