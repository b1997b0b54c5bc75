//! Entities by name: those of XML and the usual ones of HTML, which documents have without declaring them, and those that a
//! document declares to stand for characters.

use std::collections::HashMap;

use super::names::is_name_character;

/// What an entity of XML or HTML stands for.
pub fn entity_of(name: &str) -> Option<&'static str> {
    quick_xml::escape::resolve_html5_entity(name)
}

/// Whether an entity is one that every document has.
pub(crate) fn is_of_xml(name: &str) -> bool {
    matches!(name, "amp" | "lt" | "gt" | "quot" | "apos")
}

/// Entities of a document that are known.
const MOST: usize = 1000;
/// Bytes of an entity that may stand anywhere: with its name in the text there is never much more than is read.
const SHORT: usize = 256;
/// Bytes that all longer ones in a document have together.
const MOST_EXPANDED: usize = 1 << 20;
/// What a reference within an entity counts as, in bytes, since one may stand for nothing.
const REFERENCE: usize = 16;
/// Entities within entities that are followed.
const DEEPEST: usize = 8;

/// The entities that a document declares. Those that stand for characters, themselves or by others of them, are read where they are
/// used; what else is declared matters only there.
#[derive(Debug, Default)]
pub(crate) struct Entities {
    declared: HashMap<String, Declared>,
    /// Whether more are declared than are known.
    are_more: bool,
    /// Bytes of longer ones that were put into the text so far.
    expanded: usize,
}

#[derive(Debug)]
enum Declared {
    /// The replacement, in which other entities are not resolved.
    Text(String),
    /// Another file.
    External,
}

/// What an entity is not read for.
pub(crate) type Refusal = String;

impl Entities {
    /// Reads a document type, which holds the declarations in brackets.
    ///
    /// # Errors
    /// Naming a parameter entity that is used there: it may declare anything.
    pub(crate) fn of(document_type: &str) -> Result<Self, Refusal> {
        let mut entities = Self::default();
        for part in parts(document_type) {
            match part {
                Part::Used(name) => {
                    return Err(format!(
                        "the parameter entity `{name}` that the document declares is not expanded"
                    ));
                }
                Part::Entity(declaration) => entities.declare(declaration),
            }
        }
        Ok(entities)
    }

    /// Keeps what `name "text"` or `name SYSTEM "file"` declares.
    fn declare(&mut self, declaration: &str) {
        let (name, value) = declaration.split_once(char::is_whitespace).unwrap_or((declaration, ""));
        if is_of_xml(name) || self.declared.contains_key(name) {
            // Of several declarations the first one holds.
            return;
        }
        if self.declared.len() >= MOST {
            self.are_more = true;
            return;
        }
        let value = value.trim();
        let quoted = |quote: char| value.strip_prefix(quote)?.split_once(quote);
        let declared = match quoted('"').or_else(|| quoted('\'')) {
            Some((text, _)) => Declared::Text(with_characters(text)),
            None => Declared::External,
        };
        self.declared.insert(name.to_owned(), declared);
    }

    /// What an entity stands for; `None` where it is not declared.
    ///
    /// # Errors
    /// For one that stands for more than characters, or for too many.
    pub(crate) fn expanded(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        if !self.declared.contains_key(name) {
            return match self.are_more && entity_of(name).is_none() {
                true => Err(format!("the document declares more than {MOST} entities, and uses `{name}`")),
                false => Ok(None),
            };
        }
        let (mut text, mut cost) = (String::new(), 0);
        self.expand(name, 0, &mut text, &mut cost)
            .map_err(|problem| format!("the entity `{name}` that the document declares {problem}"))?;
        if cost > SHORT {
            self.expanded += cost;
        }
        Ok(Some(text))
    }

    /// Adds what an entity stands for; `cost` is what this makes, and each reference.
    fn expand(
        &self,
        name: &str,
        depth: usize,
        out: &mut String,
        cost: &mut usize,
    ) -> Result<(), &'static str> {
        *cost += REFERENCE;
        let own = match self.declared.get(name) {
            Some(Declared::Text(own)) => own.as_str(),
            Some(Declared::External) => return Err("is another file, which is not read"),
            None => {
                out.push_str(entity_of(name).ok_or("names an entity that is not declared")?);
                return Ok(());
            }
        };
        if depth > DEEPEST {
            return Err("has entities within one another more often than is followed");
        }
        *cost += own.len();
        if *cost > SHORT && self.expanded.saturating_add(*cost) > MOST_EXPANDED {
            return Err("makes too much of the document, and is not expanded");
        }
        let mut rest = own;
        while let Some(at) = rest.find(['&', '<']) {
            let (before, mark) = rest.split_at(at);
            out.push_str(before);
            if mark.starts_with('<') {
                return Err("stands for elements, and is not expanded");
            }
            let inner = mark.get(1..).unwrap_or_default();
            rest = match reference(inner) {
                Some((name, behind)) => {
                    match character(name) {
                        Some(one) => out.push(one),
                        None => self.expand(name, depth + 1, out, cost)?,
                    }
                    behind
                }
                None => {
                    out.push('&');
                    inner
                }
            };
        }
        out.push_str(rest);
        Ok(())
    }
}

/// The name in a reference whose `&` stands before this text, and what follows it.
pub(crate) fn reference(text: &str) -> Option<(&str, &str)> {
    let (name, behind) = text.split_once(';')?;
    let is_part = |one: char| one == '#' || one == ':' || is_name_character(one);
    (!name.is_empty() && name.chars().all(is_part)).then_some((name, behind))
}

/// The character of a reference by its number.
pub(crate) fn character(reference: &str) -> Option<char> {
    let number = reference.strip_prefix('#')?;
    let code = match number.strip_prefix('x') {
        Some(digits) => u32::from_str_radix(digits, 16).ok()?,
        None => number.parse().ok()?,
    };
    char::from_u32(code)
}

/// A replacement as it is declared, with the characters that are referred to by number.
fn with_characters(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, inner)) = rest.split_once('&') {
        out.push_str(before);
        rest = match reference(inner).and_then(|(name, behind)| Some((character(name)?, behind))) {
            Some((one, behind)) => {
                out.push(one);
                behind
            }
            None => {
                out.push('&');
                inner
            }
        };
    }
    out.push_str(rest);
    out
}

/// What of a document type matters.
enum Part<'t> {
    /// The declaration of an entity from its name on.
    Entity(&'t str),
    /// The name of a parameter entity, where it is used.
    Used(&'t str),
}

/// The parts between the brackets of a document type: what is quoted, comments and instructions hold none.
fn parts(document_type: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = document_type;
    // Before the bracket there are names and quoted addresses alone.
    match unquoted(rest, |one| one == '[') {
        Some(open) => rest = rest.get(open + 1..).unwrap_or_default(),
        None => return parts,
    }
    while let Some(at) = rest.find(['<', '%', ']']) {
        rest = rest.get(at..).unwrap_or_default();
        if rest.starts_with(']') {
            break;
        }
        let (whole, behind) = if let Some(used) = rest.strip_prefix('%') {
            let Some((name, behind)) = used.split_once(';') else { break };
            parts.push(Part::Used(name));
            (name, behind)
        } else if rest.starts_with("<!--") {
            let Some(ended) = rest.split_once("-->") else { break };
            ended
        } else if rest.starts_with("<?") {
            let Some(ended) = rest.split_once("?>") else { break };
            ended
        } else {
            let Some(end) = unquoted(rest, |one| one == '>') else { break };
            (rest.get(..end).unwrap_or_default(), rest.get(end + 1..).unwrap_or_default())
        };
        if let Some(declaration) = whole.strip_prefix("<!ENTITY").map(str::trim_start)
            && !declaration.starts_with('%')
        {
            parts.push(Part::Entity(declaration));
        }
        rest = behind;
    }
    parts
}

/// Where the first such character stands that is not quoted.
fn unquoted(text: &str, is_it: impl Fn(char) -> bool) -> Option<usize> {
    let mut quote = None;
    text.char_indices().find_map(|(at, one)| {
        match quote {
            Some(open) if one == open => quote = None,
            Some(_) => {}
            None if matches!(one, '"' | '\'') => quote = Some(one),
            None if is_it(one) => return Some(at),
            None => {}
        }
        None
    })
}
