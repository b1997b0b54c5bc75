//! Documents: `otherMat`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use exporter_core::codebook::{Attribute, Document, DocumentKind, Study, Text};

use super::free_elements::{Known, keep_into, place};
use super::language_tags::tag_of;
use super::note;
use super::note::{of_kind, typed};
use super::texts::{Languages, Left, first_text, language_of, words};
use crate::structure::Structure;
use exporter_xml::{Element, Node};

/// The document; `path` is where it is written, where it is.
pub(crate) fn write(
    document: &Document,
    study: &Study,
    path: Option<&str>,
    languages: Languages<'_>,
    structure: &'static Structure,
) -> Element {
    let uri = path.or(document.uri.as_deref());
    let mut element = Element::new("otherMat")
        .with("type", kind(document.kind))
        .with("level", "study")
        .with_some("URI", uri);
    let mut titles = languages.elements("labl", &document.title);
    if titles.is_empty() {
        titles.push(Element::new("labl").text(document.name.as_str()));
    }
    element.extend(titles);
    let element = element.with_some("xml:lang", document.language.as_deref().map(tag_of));
    let is_named =
        path.or(document.uri.as_deref()).is_some_and(|uri| uri.rsplit('/').next() == Some(&document.name));
    let mut element = element;
    if !is_named {
        element.push(typed("file-name", "", document.name.as_str()));
    }
    if !document.media_type.is_empty() {
        element.push(typed("media-type", "", document.media_type.as_str()));
    }
    let of = |name: &String| {
        let (what, of) = name.strip_prefix(IN_DOCUMENT)?.split_once(' ')?;
        (of == document.name).then(|| what.to_owned())
    };
    let kept: BTreeMap<String, Attribute> =
        study.attributes.iter().filter_map(|(name, value)| Some((of(name)?, value.clone()))).collect();
    let known = Known { read: &READ, first: &FIRST, code: &|_| None, structure };
    let placed = place(&mut element, &kept, &known);
    element.extend(note::attributes(kept.iter().filter(|(name, _)| !placed.contains(*name))));
    element
}

/// How the attributes of a study begin that keep what a codebook does not have of a document, before what is kept, a blank and
/// the name of the document.
const IN_DOCUMENT: &str = "otherMat/";
/// What is read of a document; others in it are read as others.
const READ: [&str; 2] = ["labl", "otherMat"];
/// Where of several elements the first is read, and the others are kept.
const FIRST: [&str; 1] = ["labl"];

/// Whether an attribute of a study keeps something of one of its documents.
pub(crate) fn is_in_document(documents: &[Document], attribute: &str) -> bool {
    let of = attribute.strip_prefix(IN_DOCUMENT).and_then(|rest| rest.split_once(' '));
    of.is_some_and(|(_, name)| documents.iter().any(|document| document.name == name))
}

/// What a codebook does not have of a document: the beginnings of attributes of the study, before a blank and its name.
pub(crate) fn kept(element: &Element, default: Option<&str>) -> Vec<(String, String)> {
    let mut own = element.clone();
    own.children.retain(|node| !matches!(node, Node::Element(inner) if inner.name == "otherMat"));
    let (mut kept, mut left) = (Vec::new(), Left::default());
    first_text(own.all("labl"), default, &mut left);
    keep_into(&own, &READ, &left, |name, value| {
        kept.push((format!("{IN_DOCUMENT}{name}"), value));
    });
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
    document.kind = match element.attribute("type").unwrap_or_default().to_ascii_lowercase().as_str() {
        "questionnaire" => DocumentKind::Questionnaire,
        "translation" => DocumentKind::Translation,
        "report" => DocumentKind::Report,
        _ => DocumentKind::Attachment,
    };
    if uri.contains("://") {
        document.uri = Some(uri.to_owned());
    } else if !uri.is_empty() {
        document.path = Some(PathBuf::from(uri));
    }
    // A label is required: where there is no title the name stands for it, in whatever language the document is.
    let titles: Vec<&str> =
        title.untagged().into_iter().chain(title.tagged().map(|(_, title)| title)).collect();
    document.title = if titles == [document.name.as_str()] { Text::default() } else { title };
    document.language = language_of(element).map(str::to_owned);
    document.media_type = noted("media-type").unwrap_or_default();
    document
}

fn kind(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Questionnaire => "questionnaire",
        DocumentKind::Translation => "translation",
        DocumentKind::Report => "report",
        _ => "attachment",
    }
}
