//! Names of properties in both models (section 11.2).

use super::item::Kind;
use super::model::Model;

/// What an object is that stands somewhere in another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    TrackedEntity,
    Enrollment,
    Event,
    Relationship,
    Attribute,
    DataValue,
    Note,
    ProgramOwner,
    /// One end of a relationship.
    End,
}

/// Names of the properties of one kind of objects.
pub(super) struct Names {
    /// Names in the older model and in the new tracker.
    pub(super) renamed: &'static [(&'static str, &'static str)],
    /// Names that only the older model has.
    pub(super) older: &'static [&'static str],
    /// Names that only the new tracker has.
    pub(super) newer: &'static [&'static str],
    /// Names, in the new tracker, of objects or lists of them.
    pub(super) parts: &'static [(&'static str, Part)],
}

const CREATED: (&str, &str) = ("created", "createdAt");
const UPDATED: (&str, &str) = ("lastUpdated", "updatedAt");
const UPDATED_AT_CLIENT: (&str, &str) = ("lastUpdatedAtClient", "updatedAtClient");
const CREATED_BY: (&str, &str) = ("createdByUserInfo", "createdBy");
const UPDATED_BY: (&str, &str) = ("lastUpdatedByUserInfo", "updatedBy");
const INSTANCE: (&str, &str) = ("trackedEntityInstance", "trackedEntity");
const COMPLETED: (&str, &str) = ("completedDate", "completedAt");
const FOLLOW_UP: (&str, &str) = ("followup", "followUp");

const TRACKED_ENTITY: Names = Names {
    renamed: &[INSTANCE, CREATED, UPDATED, UPDATED_AT_CLIENT, CREATED_BY, UPDATED_BY],
    older: &["featureType", "coordinates"],
    newer: &[],
    parts: &[
        ("attributes", Part::Attribute),
        ("enrollments", Part::Enrollment),
        ("relationships", Part::Relationship),
        ("programOwners", Part::ProgramOwner),
    ],
};

const ENROLLMENT: Names = Names {
    renamed: &[
        INSTANCE,
        ("enrollmentDate", "enrolledAt"),
        ("incidentDate", "occurredAt"),
        COMPLETED,
        FOLLOW_UP,
        CREATED,
        UPDATED,
        UPDATED_AT_CLIENT,
        CREATED_BY,
        UPDATED_BY,
    ],
    older: &["coordinate"],
    newer: &["attributeOptionCombo"],
    parts: &[
        ("attributes", Part::Attribute),
        ("events", Part::Event),
        ("notes", Part::Note),
        ("relationships", Part::Relationship),
    ],
};

const EVENT: Names = Names {
    renamed: &[
        INSTANCE,
        ("eventDate", "occurredAt"),
        ("dueDate", "scheduledAt"),
        COMPLETED,
        FOLLOW_UP,
        CREATED,
        UPDATED,
        UPDATED_AT_CLIENT,
        CREATED_BY,
        UPDATED_BY,
    ],
    older: &[
        "coordinate",
        "href",
        "assignedUserUsername",
        "assignedUserDisplayName",
        "assignedUserFirstName",
        "assignedUserSurname",
    ],
    newer: &[],
    parts: &[("dataValues", Part::DataValue), ("notes", Part::Note), ("relationships", Part::Relationship)],
};

const RELATIONSHIP: Names = Names {
    renamed: &[CREATED, UPDATED],
    older: &["trackedEntityInstanceA", "trackedEntityInstanceB"],
    newer: &[],
    parts: &[("from", Part::End), ("to", Part::End)],
};

const VALUE: Names =
    Names { renamed: &[CREATED, UPDATED, CREATED_BY, UPDATED_BY], older: &[], newer: &[], parts: &[] };

const NOTE: Names = Names { renamed: &[("storedDate", "storedAt")], older: &[], newer: &[], parts: &[] };

const PROGRAM_OWNER: Names =
    Names { renamed: &[INSTANCE, ("ownerOrgUnit", "orgUnit")], older: &[], newer: &[], parts: &[] };

const END: Names = Names {
    renamed: &[INSTANCE],
    older: &[],
    newer: &[],
    parts: &[
        ("trackedEntity", Part::TrackedEntity),
        ("enrollment", Part::Enrollment),
        ("event", Part::Event),
    ],
};

impl Part {
    pub(super) fn names(self) -> &'static Names {
        match self {
            Self::TrackedEntity => &TRACKED_ENTITY,
            Self::Enrollment => &ENROLLMENT,
            Self::Event => &EVENT,
            Self::Relationship => &RELATIONSHIP,
            Self::Attribute | Self::DataValue => &VALUE,
            Self::Note => &NOTE,
            Self::ProgramOwner => &PROGRAM_OWNER,
            Self::End => &END,
        }
    }

    /// The kind, of one that can stand for itself.
    pub(super) fn kind(self) -> Option<Kind> {
        Some(match self {
            Self::TrackedEntity => Kind::TrackedEntity,
            Self::Enrollment => Kind::Enrollment,
            Self::Event => Kind::Event,
            Self::Relationship => Kind::Relationship,
            _ => return None,
        })
    }
}

impl From<Kind> for Part {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::TrackedEntity => Self::TrackedEntity,
            Kind::Enrollment => Self::Enrollment,
            Kind::Event => Self::Event,
            Kind::Relationship => Self::Relationship,
        }
    }
}

impl Names {
    /// Whether only the other model has this name.
    pub(super) fn is_foreign(&self, name: &str, model: Model) -> bool {
        // A name may be the one of another property in this model, as `trackedEntity` is.
        let of_pair = |(older, newer): &(&'static str, &'static str)| match model {
            Model::Older => *newer == name,
            Model::New => *older == name,
        };
        let others = if model == Model::Older { self.newer } else { self.older };
        others.contains(&name) || self.renamed.iter().any(of_pair)
    }
}
