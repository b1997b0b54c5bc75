//! Groups of variables: `varGrp`.

use std::collections::HashMap;

use exporter_core::codebook::{Attribute, Group, GroupKind, Table, Value};

use super::note;
use super::texts::{Languages, text_of, words};
use crate::structure::ValueType;
use crate::xml::Element;

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

/// The attribute of its table that keeps the kind of a group which a codebook does not have, and the kind.
pub(crate) fn kind_kept(group: &Group, element: &Element) -> Option<(String, String)> {
    let kind = element.attribute("type").filter(|kind| KINDS.contains(kind));
    let other = || element.attribute("otherType").filter(|other| *other != SET);
    Some((format!("{KIND}{}", group.name), kind.or_else(other)?.to_owned()))
}

/// Whether an attribute of a table keeps the kind of one of its groups.
pub(crate) fn is_kind_of_group(table: &Table, attribute: &str) -> bool {
    let of = attribute.strip_prefix(KIND);
    of.is_some_and(|name| table.groups.iter().any(|group| group.name == name && group.kind == GroupKind::Set))
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
    element
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
    group.label = text_of(element.all("labl"), default);
    group.text = text_of(element.all("txt").chain(element.all("defntn")), default);
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
