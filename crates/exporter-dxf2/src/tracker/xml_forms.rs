//! How the older model stands in XML (section 11.1): what is an attribute, and what is in a list.

use super::item::Kind;
use super::names::Part;
use crate::value::Value;

impl Part {
    /// The properties that are attributes of its element.
    pub(super) fn attributes(self) -> &'static [&'static str] {
        match self {
            Self::TrackedEntity => {
                &["trackedEntityType", "trackedEntity", "trackedEntityInstance", "orgUnit"]
            }
            Self::Enrollment => &["enrollment", "trackedEntityInstance", "program", "orgUnit"],
            Self::Event => &[
                "event",
                "status",
                "enrollmentStatus",
                "program",
                "programStage",
                "enrollment",
                "orgUnit",
                "orgUnitName",
                "trackedEntityInstance",
                "eventDate",
                "dueDate",
                "storedBy",
                "createdAtClient",
                "lastUpdatedAtClient",
                "href",
            ],
            Self::Relationship => &["relationship", "relationshipType", "relationshipName"],
            Self::Attribute => &[
                "attribute",
                "value",
                "displayName",
                "valueType",
                "created",
                "lastUpdated",
                "code",
                "storedBy",
            ],
            Self::DataValue => {
                &["dataElement", "value", "providedElsewhere", "storedBy", "created", "lastUpdated"]
            }
            Self::Note => &["note", "value", "storedBy", "storedDate"],
            Self::ProgramOwner => &["ownerOrgUnit", "program", "trackedEntityInstance"],
            Self::End => &[],
        }
    }

    /// The part that a property of the older model has, and the name of its elements where they are in a list.
    pub(super) fn part_of_older(self, name: &str) -> Option<(Part, Option<&'static str>)> {
        let names = self.names();
        let newer = names.renamed.iter().find(|(older, _)| *older == name).map_or(name, |(_, newer)| newer);
        let (_, part) = names.parts.iter().find(|(known, _)| *known == newer)?;
        if matches!(self, Self::Relationship | Self::End) {
            return Some((*part, None));
        }
        let item = match part {
            Self::Attribute => "attribute",
            Self::DataValue => "dataValue",
            Self::Note => "note",
            Self::ProgramOwner => "programOwner",
            Self::Enrollment => "enrollment",
            Self::Relationship => "relationship",
            _ => "event",
        };
        Some((*part, Some(item)))
    }
}

/// The name of the element of an object.
pub(super) fn element_name(kind: Kind) -> &'static str {
    match kind {
        Kind::TrackedEntity => "trackedEntityInstance",
        _ => kind.id_property(),
    }
}

/// The kind of an object whose element has this name.
pub(super) fn kind_of_element(name: &str) -> Option<Kind> {
    Kind::ALL.into_iter().find(|kind| element_name(*kind) == name)
}

/// The value of a text, whose property says what it is.
pub(super) fn typed(name: &str, text: String) -> Value {
    match name {
        "deleted" | "followup" | "providedElsewhere" | "inactive" | "bidirectional"
        | "potentialDuplicate" | "isLastPage" => match text.trim() {
            "true" => true.into(),
            "false" => false.into(),
            _ => text.into(),
        },
        "latitude" | "longitude" | "page" | "pageCount" | "pageSize" | "total" => {
            match Value::from_json(text.trim()) {
                Ok(number @ Value::Number(_)) => number,
                _ => text.into(),
            }
        }
        _ => text.into(),
    }
}
