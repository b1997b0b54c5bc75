//! Documents: `otherMat`.

use std::path::PathBuf;

use exporter_core::codebook::{Document, DocumentKind, Text};

use super::language_tags::tag_of;
use super::note::{of_kind, typed};
use super::texts::{Languages, language_of, text_of, words};
use crate::xml::Element;

/// The document; `path` is where it is written, where it is.
pub(crate) fn write(document: &Document, path: Option<&str>, languages: Languages<'_>) -> Element {
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
    element
}

/// Reads a document.
pub(crate) fn read(element: &Element, default: Option<&str>) -> Document {
    let noted = |kind: &str| of_kind(element, kind).map(words);
    let uri = element.attribute("URI").unwrap_or_default();
    let title = text_of(element.all("labl"), default);
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
    document.title = if title == Text::from(document.name.as_str()) { Text::default() } else { title };
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
