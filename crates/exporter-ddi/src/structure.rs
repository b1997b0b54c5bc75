//! The structure of DDI Codebook, version by version: what each element holds, in which order, and its attributes.
//!
//! It is data, `structure/*.txt`, one line for all elements of one kind:
//!
//! ```text
//! @group = attributes            attributes that others name as @group
//! * = attributes                 attributes of every element but those behind ~
//! names = content ; attributes
//! ```
//!
//! Content is `empty`, `text` (text with links, forms and XHTML in it) or `mixed` and the elements that may stand within it,
//! `#type` for a value, or a sequence of elements with `?`, `*`, `+` and `(one|other)`. An attribute is `name`, `name!` where it
//! is required, with `:type`, `=one|of|these` or `==this`.

mod content;
mod value_type;

use std::collections::HashMap;
use std::sync::OnceLock;

use serde::Deserialize;

use exporter_xml::XML_SPACE;

pub(crate) use content::{Mismatch, Particle};
pub(crate) use value_type::{ValueType, is_language};

/// A version of DDI Codebook.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[non_exhaustive]
pub enum Version {
    /// 1.2.2, and 2.0 and 2.1, which kept its namespace; as an option there is none of its name, since it is only read.
    #[serde(skip)]
    V1,
    /// 2.5 of 2012 and 2.5.1 of 2014.
    #[default]
    #[serde(rename = "2.5")]
    V2_5,
    /// 2.6 of 2026.
    #[serde(rename = "2.6")]
    V2_6,
}

impl Version {
    /// Every version, oldest first.
    pub(crate) const ALL: [Version; 3] = [Version::V1, Version::V2_5, Version::V2_6];

    /// The namespace of its elements.
    pub(crate) fn namespace(self) -> &'static str {
        match self {
            Version::V1 => "http://www.icpsr.umich.edu/DDI",
            Version::V2_5 => "ddi:codebook:2_5",
            Version::V2_6 => "ddi:codebook:2_6",
        }
    }

    /// What stands in `codeBook/@version`.
    pub(crate) fn number(self) -> &'static str {
        match self {
            Version::V1 => "1.2.2",
            Version::V2_5 => "2.5",
            Version::V2_6 => "2.6",
        }
    }

    /// The version whose rules a document follows that states this number.
    pub(crate) fn of_number(number: &str) -> Option<Self> {
        match number {
            "1.2" | "1.2.1" | "1.2.2" | "2.0" | "2.1" => Some(Version::V1),
            number => Self::ALL.into_iter().find(|version| version.number() == number),
        }
    }

    /// The structure of its documents.
    pub(crate) fn structure(self) -> &'static Structure {
        static STRUCTURES: [OnceLock<Structure>; 3] = [const { OnceLock::new() }; 3];
        let text = match self {
            Version::V1 => include_str!("structure/1.2.2.txt"),
            Version::V2_5 => include_str!("structure/2.5.txt"),
            Version::V2_6 => include_str!("structure/2.6.txt"),
        };
        let [first, second, third] = &STRUCTURES;
        let cell = match self {
            Version::V1 => first,
            Version::V2_5 => second,
            Version::V2_6 => third,
        };
        cell.get_or_init(|| Structure::of(text))
    }
}

/// The rules of all elements of a version.
#[derive(Debug)]
pub(crate) struct Structure {
    rules: HashMap<&'static str, Rule>,
}

/// What an element holds and its attributes.
#[derive(Debug, Default)]
pub(crate) struct Rule {
    pub(crate) content: Content,
    pub(crate) attributes: Vec<AttributeRule>,
}

/// What stands in an element.
#[derive(Debug, Default)]
pub(crate) enum Content {
    /// Nothing.
    #[default]
    Empty,
    /// Text, and these elements anywhere within it; `xhtml:*` are all of XHTML.
    Text(Vec<&'static str>),
    /// A value.
    Value(ValueType),
    /// Elements in an order.
    Children(Particle),
}

/// An attribute.
#[derive(Clone, Debug)]
pub(crate) struct AttributeRule {
    pub(crate) name: &'static str,
    pub(crate) is_required: bool,
    pub(crate) values: ValueType,
}

/// Types of the schemas that are not called after one element.
const SHARED_TYPES: [&str; 9] = [
    "abstractTextType",
    "baseElementType",
    "conceptualTextType",
    "materialReferenceType",
    "phraseType",
    "simpleTextAndDateType",
    "simpleTextType",
    "stringType",
    "tableAndTextType",
];

/// Elements of text that stand wherever `text` does.
const IN_TEXT: [&str; 9] = ["ExtLink", "Link", "div", "emph", "head", "hi", "list", "p", "xhtml:*"];

impl Structure {
    /// Reads the lines of a version.
    fn of(text: &'static str) -> Self {
        let mut groups: HashMap<&str, Vec<AttributeRule>> = HashMap::new();
        let mut rules = HashMap::new();
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let Some((names, rest)) = line.split_once(" = ") else { continue };
            if names.starts_with(['@', '*']) {
                let attributes = attributes(rest, &groups);
                groups.insert(names, attributes);
                continue;
            }
            let (content, own) = rest.split_once(" ; ").unwrap_or((rest, ""));
            let (names, of_all) = match names.strip_prefix("~ ") {
                Some(names) => (names, Vec::new()),
                None => (names, groups.get("*").cloned().unwrap_or_default()),
            };
            for name in names.split(' ') {
                let mut attributes = attributes(own, &groups);
                attributes.extend(of_all.iter().cloned());
                rules.insert(name, Rule { content: Content::of(content), attributes });
            }
        }
        Self { rules }
    }

    /// The rule of an element.
    pub(crate) fn rule(&self, element: &str) -> Option<&Rule> {
        self.rules.get(element)
    }

    /// The names of attributes that hold IDs or references to them.
    pub(crate) fn references(&self) -> impl Iterator<Item = &'static str> {
        let attributes = self.rules.values().flat_map(|rule| &rule.attributes);
        let is_reference =
            |values: &ValueType| matches!(values, ValueType::Id | ValueType::IdRef | ValueType::IdRefs);
        attributes.filter(move |attribute| is_reference(&attribute.values)).map(|attribute| attribute.name)
    }

    /// Whether a name with or without prefix is that of a type of the schema: that of an element, or one that several have.
    pub(crate) fn has_type(&self, name: &str) -> bool {
        let name = name.trim_matches(XML_SPACE);
        let name = name.rsplit_once(':').map_or(name, |(_, name)| name);
        let of_element = name.strip_suffix("Type");
        SHARED_TYPES.contains(&name) || of_element.is_some_and(|element| self.rules.contains_key(element))
    }

    /// Where an element stands among those of its parent, as a number that grows with the order; elements of text and unknown
    /// ones keep their place behind what is before them.
    pub(crate) fn position(&self, parent: &str, element: &str) -> usize {
        match self.rule(parent).map(|rule| &rule.content) {
            Some(Content::Children(particle)) => particle.position(element).unwrap_or(usize::MAX),
            _ => 0,
        }
    }
}

impl Content {
    fn of(text: &'static str) -> Self {
        if text == "empty" {
            return Content::Empty;
        }
        if let Some(values) = text.strip_prefix('#') {
            return Content::Value(ValueType::named(values));
        }
        let mut words = text.split(' ');
        match words.next() {
            Some("text") => Content::Text(IN_TEXT.into_iter().chain(words).collect()),
            Some("mixed") => Content::Text(words.collect()),
            _ => Content::Children(Particle::of(text)),
        }
    }
}

impl Rule {
    /// The attribute of this name.
    pub(crate) fn attribute(&self, name: &str) -> Option<&AttributeRule> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }
}

/// Attributes of a line, those of the groups that it names among them.
fn attributes(text: &'static str, groups: &HashMap<&str, Vec<AttributeRule>>) -> Vec<AttributeRule> {
    let mut rules = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        if word.starts_with('@') {
            rules.extend(groups.get(word).cloned().unwrap_or_default());
            continue;
        }
        // The names of attributes may hold a colon, as `xml:lang` does.
        let (name, values) = match word.split_once('=') {
            Some((name, values)) => (name, ValueType::listed(values)),
            None => match word.rsplit_once(':').filter(|(name, _)| *name != "xml") {
                Some((name, values)) => (name, ValueType::named(values)),
                None => (word, ValueType::Text),
            },
        };
        let is_required = name.ends_with('!');
        rules.push(AttributeRule { name: name.trim_end_matches('!'), is_required, values });
    }
    rules
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_element_that_a_structure_names_has_a_rule() {
        for version in Version::ALL {
            let structure = version.structure();
            let known = |name: &&str| name.ends_with(":*") || structure.rule(name).is_some();
            for (name, rule) in &structure.rules {
                let held = match &rule.content {
                    Content::Text(held) => held.clone(),
                    Content::Children(particle) => particle.names(),
                    Content::Empty | Content::Value(_) => Vec::new(),
                };
                let unknown: Vec<_> = held.iter().filter(|name| !known(name)).collect();
                assert_eq!(unknown, [&""; 0], "{version:?} {name}");
            }
        }
    }

    #[test]
    fn attributes_have_types_and_groups() {
        let structure = Version::V2_6.structure();
        let producer = structure.rule("producer").unwrap();
        let values = |name: &str| producer.attribute(name).map(|rule| rule.values.clone());
        assert_eq!(values("role"), Some(ValueType::Text));
        assert_eq!(values("isTranslated"), Some(ValueType::Boolean));
        assert_eq!(values("xml:lang"), Some(ValueType::Language));
        assert_eq!(values("ID"), Some(ValueType::Id));
        assert_eq!(values("wgt"), None);
        let var = structure.rule("var").unwrap();
        assert!(var.attribute("name").unwrap().is_required && !var.attribute("files").unwrap().is_required);
        assert_eq!(var.attribute("wgt").unwrap().values, ValueType::OneOf(vec!["wgt", "not-wgt"]));
    }
}
