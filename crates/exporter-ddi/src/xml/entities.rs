//! Entities by name: those of XML and the usual ones of HTML, which documents have without declaring them, and those that a
//! document declares to stand for characters.

use std::collections::HashMap;

/// Names and what they stand for.
const ENTITIES: [(&str, &str); 38] = [
    ("nbsp", "\u{A0}"),
    ("amp", "&"),
    ("lt", "<"),
    ("gt", ">"),
    ("quot", "\""),
    ("apos", "'"),
    ("copy", "©"),
    ("reg", "®"),
    ("deg", "°"),
    ("middot", "·"),
    ("laquo", "«"),
    ("raquo", "»"),
    ("frac12", "½"),
    ("frac14", "¼"),
    ("times", "×"),
    ("agrave", "à"),
    ("aacute", "á"),
    ("acirc", "â"),
    ("atilde", "ã"),
    ("auml", "ä"),
    ("ccedil", "ç"),
    ("egrave", "è"),
    ("eacute", "é"),
    ("ecirc", "ê"),
    ("iacute", "í"),
    ("ntilde", "ñ"),
    ("oacute", "ó"),
    ("ocirc", "ô"),
    ("ouml", "ö"),
    ("uacute", "ú"),
    ("uuml", "ü"),
    ("szlig", "ß"),
    ("ndash", "–"),
    ("mdash", "—"),
    ("lsquo", "‘"),
    ("rsquo", "’"),
    ("hellip", "…"),
    ("euro", "€"),
];

/// What an entity stands for.
pub(crate) fn entity_of(name: &str) -> Option<&'static str> {
    ENTITIES.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// Whether an entity is one that every document has.
pub(crate) fn is_of_xml(name: &str) -> bool {
    matches!(name, "amp" | "lt" | "gt" | "quot" | "apos")
}

/// Entities that a document may declare.
const MOST: usize = 1000;
/// Bytes of what one stands for: with its name in the text there is never much more than is read.
const LONGEST: usize = 256;

/// The entities that a document declares: those that stand for characters, so that nothing grows.
#[derive(Debug, Default)]
pub(crate) struct Entities(HashMap<String, String>);

impl Entities {
    /// Reads a document type, which holds the declarations in brackets.
    ///
    /// # Errors
    /// Naming an entity that stands for more than characters, or is too long.
    pub(crate) fn of(document_type: &str) -> Result<Self, String> {
        let mut entities = Self::default();
        let mut rest = document_type;
        while let Some((at, is_comment)) = next_declaration(rest) {
            rest = rest.get(at..).unwrap_or_default();
            if is_comment {
                rest = rest.find("-->").and_then(|end| rest.get(end + 3..)).unwrap_or_default();
                continue;
            }
            let words = rest.trim_start_matches("<!ENTITY").trim_start();
            let (words, is_parameter) =
                words.strip_prefix('%').map_or((words, false), |it| (it.trim_start(), true));
            let (name, value) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
            if is_parameter {
                return Err(format!(
                    "the parameter entity `{name}` that the document declares is not expanded"
                ));
            }
            let value = value.trim_start();
            let entity = format!("the entity `{name}` that the document declares");
            let quote = value.chars().next().filter(|one| matches!(one, '"' | '\''));
            let quoted = quote.and_then(|quote| value.get(1..)?.split_once(quote));
            let Some((text, behind)) = quoted else {
                return Err(format!("{entity} is another file, which is not read"));
            };
            rest = behind;
            if is_of_xml(name) {
                continue;
            }
            if text.len() > LONGEST {
                return Err(format!("{entity} is longer than {LONGEST} bytes, and is not expanded"));
            }
            let text = characters(text).ok_or_else(|| {
                format!("{entity}: its replacement is more than characters: such entities are not expanded")
            })?;
            // Of several declarations the first one holds.
            entities.0.entry(name.to_owned()).or_insert(text);
            if entities.0.len() > MOST {
                return Err(format!("the document declares more than {MOST} entities"));
            }
        }
        Ok(entities)
    }

    /// What an entity stands for.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

/// Where the next declaration of an entity or the next comment begins, and whether it is a comment.
fn next_declaration(text: &str) -> Option<(usize, bool)> {
    match (text.find("<!ENTITY"), text.find("<!--")) {
        (Some(entity), Some(comment)) if comment < entity => Some((comment, true)),
        (entity, _) => Some((entity?, false)),
    }
}

/// The characters of a replacement; `None` where it holds elements or other entities, also once its own references are resolved.
fn characters(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, reference)) = rest.split_once('&') {
        let (number, behind) = reference.strip_prefix('#')?.split_once(';')?;
        let code = match number.strip_prefix('x') {
            Some(digits) => u32::from_str_radix(digits, 16).ok()?,
            None => number.parse().ok()?,
        };
        out.push_str(before);
        out.push(char::from_u32(code)?);
        rest = behind;
    }
    out.push_str(rest);
    (!out.contains(['&', '<', '%'])).then_some(out)
}
