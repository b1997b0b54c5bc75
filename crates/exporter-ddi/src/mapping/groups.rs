//! Groups of variables: `varGrp`.

use std::collections::HashMap;

use exporter_core::codebook::{Group, GroupKind, Value};

use super::note;
use super::texts::{Languages, text_of, words};
use crate::xml::Element;

/// The group; `variables` and `groups` have the IDs of the members of its table by name.
pub(crate) fn write(
    group: &Group,
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
        _ => ("other", "set"),
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
