//! Documents: at most one content each, inside the study's folder.

use std::path::{Component, Path};

use super::names::{self, Names};
use super::{Problems, rules};
use crate::codebook::Document;

pub(super) fn check(documents: &[Document], problems: &mut Problems) {
    let mut seen = Names::of_files();
    for (index, document) in documents.iter().enumerate() {
        let place = format!("documents[{index}] {}", document.name);
        seen.check(&document.name, &place, problems);
        names::file_name(&document.name, &place, problems);
        // One with neither is described alone: its contents were left out.
        if document.bytes.is_some() && document.path.is_some() {
            let message = "the document has both bytes and a path; give one";
            problems.add(rules::INVALID_DOCUMENT, &place, message);
        }
        if let Some(uri) = document.uri.as_deref().filter(|uri| !has_scheme(uri)) {
            let message =
                format!("{uri:?} is no uri such as https://example.org/form.pdf; files have a path");
            problems.add(rules::INVALID_DOCUMENT, &place, message);
        }
        if let Some(path) = &document.path
            && !stays_inside(path)
        {
            problems.add(
                rules::INVALID_DOCUMENT,
                &place,
                format!(
                    "the path {} leaves the study's folder; give a relative path without \"..\"",
                    path.display()
                ),
            );
        }
    }
}

/// Whether a text begins like a URI (RFC 3986 section 3.1) and holds no blanks.
fn has_scheme(uri: &str) -> bool {
    let Some((scheme, rest)) = uri.split_once(':') else { return false };
    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
        && !rest.is_empty()
        && !uri.contains(|character: char| character.is_whitespace() || character.is_control())
}

/// Whether a path is relative and never climbs, also where `\` and drive letters count.
fn stays_inside(path: &Path) -> bool {
    let text = path.to_string_lossy();
    let drive = matches!(text.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
    !text.is_empty()
        && !drive
        && !text.contains(['\\', '\0'])
        && path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
}
