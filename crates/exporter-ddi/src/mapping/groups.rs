//! Groups of variables: `varGrp`.

use std::collections::{BTreeMap, HashMap};

use exporter_core::codebook::{Attribute, Group, GroupKind, Table, Text, Value};

use super::free_elements::{Known, keep_into, place};
use super::note;
use super::texts::{Languages, Left, first_text, words};
use crate::structure::{Structure, ValueType};
use exporter_xml::Element;

/// Kinds of groups that a codebook does not tell from sets.
const KINDS: [&str; 9] = [
    "analysis",
    "file",
    "iteration",
    "pragmatic",
    "randomized",
    "record",
    "repetition",
    "subject",
    "version",
];
/// How the attributes of a table begin that keep them, before the name of the group.
const KIND: &str = "varGrp@type ";

/// The attributes of its table that keep what a codebook does not have of a group: its kind, and what stands in it.
pub(crate) fn kept(group: &Group, element: &Element, default: Option<&str>) -> Vec<(String, String)> {
    let mut kept = Vec::new();
    if group.kind == GroupKind::Set {
        let kind = element.attribute("type").filter(|kind| KINDS.contains(kind));
        let other = || element.attribute("otherType").filter(|other| *other != SET);
        kept.extend(kind.or_else(other).map(|kind| (format!("{KIND}{}", group.name), kind.to_owned())));
    }
    let (_, left) = texts(element, default);
    keep_into(element, &READ, &left, |name, value| {
        kept.push((format!("{OF_GROUP}{name} {}", group.name), value));
    });
    for (name, attribute) in note::attributes_of(element.all("notes")) {
        let values = attribute.values().iter();
        kept.extend(values.map(|value| (format!("{OF_GROUP}{name} {}", group.name), value.clone())));
    }
    kept
}

/// What is read of a group.
const READ: [&str; 3] = ["defntn", "labl", "txt"];
/// Where of several elements the first is read, and the others are kept; a definition only where there is no text.
const FIRST: [&str; 3] = ["defntn", "labl", "txt"];
/// How the attributes of a table begin that keep it, before what is kept, a blank and the name of the group.
const OF_GROUP: &str = "varGrp/";

/// What an attribute of a table keeps of a group, and the name of this.
pub(crate) fn of_group(attribute: &str) -> Option<(&str, &str)> {
    attribute.strip_prefix(OF_GROUP)?.split_once(' ')
}

/// Whether an attribute of a table keeps something of one of its groups.
pub(crate) fn is_of_group(table: &Table, attribute: &str) -> bool {
    if let Some(of) = attribute.strip_prefix(KIND) {
        return table.groups.iter().any(|group| group.name == of && group.kind == GroupKind::Set);
    }
    of_group(attribute).is_some_and(|(_, name)| table.groups.iter().any(|group| group.name == name))
}

/// Writes into a group what its table keeps of it; what it has no place for are notes of it.
fn place_kept(element: &mut Element, group: &Group, table: &Table, structure: &'static Structure) {
    let of = |name: &str| {
        let (what, of) = of_group(name)?;
        (of == group.name).then(|| what.to_owned())
    };
    let kept: BTreeMap<String, Attribute> =
        table.attributes.iter().filter_map(|(name, value)| Some((of(name)?, value.clone()))).collect();
    let known = Known { read: &READ, first: &FIRST, code: &|_| None, structure };
    let placed = place(element, &kept, &known);
    element.extend(note::attributes(kept.iter().filter(|(name, _)| !placed.contains(*name))));
}

/// What a codebook has as a set.
const SET: &str = "set";

/// `type` and `otherType` of a set.
fn kind_of_set<'t>(table: &'t Table, name: &str) -> (&'t str, &'t str) {
    match table.attributes.get(&format!("{KIND}{name}")) {
        Some(Attribute::One(kind)) if KINDS.contains(&kind.as_str()) => (kind, ""),
        Some(Attribute::One(other)) if ValueType::NmToken.holds(other) => ("other", other),
        _ => ("other", SET),
    }
}

/// The group of a table; `variables` and `groups` have the IDs of the members of its table by name.
pub(crate) fn write(
    group: &Group,
    table: &Table,
    id: &str,
    variables: &HashMap<&str, String>,
    groups: &HashMap<&str, String>,
    languages: Languages<'_>,
    structure: &'static Structure,
) -> Element {
    let (kind, other) = match &group.kind {
        GroupKind::Section => ("section", ""),
        GroupKind::MultipleDichotomy { .. } | GroupKind::MultipleCategory => ("multipleResp", ""),
        GroupKind::Grid => ("grid", ""),
        GroupKind::StaticText => ("display", ""),
        _ => kind_of_set(table, &group.name),
    };
    let ids = |known: &HashMap<&str, String>| {
        let ids: Vec<&str> = group
            .members
            .iter()
            .filter_map(|member| known.get(member.as_str()))
            .map(String::as_str)
            .collect();
        ids.join(" ")
    };
    let mut element = Element::new("varGrp")
        .with("ID", id)
        .with("type", kind)
        .with("otherType", other)
        .with("name", group.name.as_str())
        .with("var", ids(variables))
        .with("varGrp", ids(groups));
    element.extend(languages.elements("labl", &group.label));
    element.extend(languages.elements("txt", &group.text));
    place_kept(&mut element, group, table, structure);
    element
}

/// The label and the text of a group, and what is left beside them.
fn texts(element: &Element, default: Option<&str>) -> ([Text; 2], Left) {
    let mut left = Left::default();
    let label = first_text(element.all("labl"), default, &mut left);
    let mut text = first_text(element.all("txt"), default, &mut left);
    match text.is_empty() {
        true => text = first_text(element.all("defntn"), default, &mut left),
        false => element.all("defntn").for_each(|definition| left.keep(definition)),
    }
    ([label, text], left)
}

/// What a document says of a group: the group without members, and the IDs of these.
pub(crate) fn read(element: &Element, default: Option<&str>) -> (Group, Vec<String>) {
    let name = element.attribute("name").or(element.attribute("ID")).unwrap_or_default();
    let kind = match (element.attribute("type"), element.attribute("otherType")) {
        (Some("multipleResp"), _) => GroupKind::MultipleDichotomy { counted: Value::Integer(1) },
        (Some("grid"), _) => GroupKind::Grid,
        (Some("display"), _) => GroupKind::StaticText,
        (Some("section") | None, _) => GroupKind::Section,
        _ => GroupKind::Set,
    };
    let mut group = Group::new(name, kind, [""; 0]);
    ([group.label, group.text], _) = texts(element, default);
    let ids = |name: &str| {
        element.attribute(name).unwrap_or_default().split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    (group, [ids("var"), ids("varGrp")].concat())
}

/// The table that a group belongs to, where its members do not tell.
pub(crate) fn table_note(table: &str) -> Element {
    note::typed("table", "", table)
}

/// The table that a note names.
pub(crate) fn table_of(element: &Element) -> Option<String> {
    note::of_kind(element, "table").map(words)
}
