//! One element and what was met in it.

use crate::structure::{Content, Mismatch, Particle, Rule};
use exporter_xml::{Position, XML_SPACE};

/// Characters of a value that are kept to be looked at.
const MOST_VALUE: usize = 4096;

/// An element that is open.
pub(super) struct Open {
    /// Name, with `xhtml:` or `dc:` where it is of these.
    pub(super) name: String,
    /// Its rule, where the structure has one.
    pub(super) rule: Option<&'static Rule>,
    pub(super) children: Vec<(String, Position)>,
    pub(super) text: String,
    pub(super) position: Position,
    /// Whether it is of another vocabulary, whose rules are not known.
    pub(super) is_foreign: bool,
}

impl Open {
    /// Whether its rule names an element.
    pub(super) fn knows(&self, child: &str) -> bool {
        match self.rule.map(|rule| &rule.content) {
            Some(Content::Children(particle)) => particle.position(child).is_some(),
            Some(Content::Text(held)) => held.contains(&child),
            _ => false,
        }
    }

    /// Adds a text; whether it has no place here.
    pub(super) fn takes_text(&mut self, text: &str) -> bool {
        match self.rule.map(|rule| &rule.content) {
            Some(Content::Value(_)) => {
                let room = MOST_VALUE.saturating_sub(self.text.len());
                self.text.extend(text.chars().take(room));
                false
            }
            // White space between elements is that of XML alone, and where none may stand there is nothing between.
            Some(Content::Children(_)) if text.trim_matches(XML_SPACE).is_empty() => false,
            Some(Content::Children(_) | Content::Empty) => {
                let is_first = self.text.is_empty();
                self.text.push('x');
                is_first
            }
            _ => false,
        }
    }

    /// What is wrong with its contents, now that it ends.
    pub(super) fn findings(&self, _: Position) -> Vec<(Position, String)> {
        let Some(rule) = self.rule else { return Vec::new() };
        let no_place =
            |(child, at): &(String, Position)| (*at, format!("`{child}` has no place in `{}`", self.name));
        match &rule.content {
            Content::Empty | Content::Value(_) if !self.children.is_empty() => {
                self.children.iter().map(no_place).collect()
            }
            Content::Empty => Vec::new(),
            Content::Value(values) if !values.holds(&self.text) => {
                vec![(
                    self.position,
                    format!("{:?} in `{}` must be {}", self.text, self.name, values.words()),
                )]
            }
            Content::Value(_) => Vec::new(),
            Content::Text(held) => {
                let is_held = |child: &str| {
                    held.contains(&child) || (child.starts_with("xhtml:") && held.contains(&"xhtml:*"))
                };
                self.children.iter().filter(|(child, _)| !is_held(child)).map(no_place).collect()
            }
            Content::Children(particle) => {
                let names: Vec<&str> = self.children.iter().map(|(child, _)| child.as_str()).collect();
                match particle.check(&names) {
                    Ok(()) => Vec::new(),
                    Err(mismatch) => vec![self.mismatch(particle, &names, mismatch)],
                }
            }
        }
    }

    fn mismatch(&self, particle: &Particle, names: &[&str], mismatch: Mismatch) -> (Position, String) {
        let (name, child) = (&self.name, self.children.get(mismatch.at));
        let Some((child, at)) = child else {
            let missing = mismatch.missing.unwrap_or_default();
            return (self.position, format!("`{name}` lacks `{missing}`"));
        };
        let Some(own) = particle.position(child) else {
            return (*at, format!("`{child}` has no place in `{name}`"));
        };
        let earlier = names.get(..mismatch.at).unwrap_or_default();
        let behind =
            earlier.iter().find(|before| particle.position(before).is_some_and(|position| position > own));
        match (behind, mismatch.missing) {
            (Some(behind), _) => (*at, format!("`{child}` of `{name}` must stand before `{behind}`")),
            (None, Some(missing)) => (*at, format!("`{name}` lacks `{missing}` before `{child}`")),
            (None, None) => (*at, format!("`{name}` may not have another `{child}`")),
        }
    }
}
