//! The four kinds of objects, and views of what they say.

use super::model::Model;
use crate::geometry::{Geometry, GeometryError};
use crate::value::{Object, Value};

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A person or thing that is followed.
    TrackedEntity,
    /// A tracked entity in a program.
    Enrollment,
    /// What happened, with its data values.
    Event,
    /// A relationship between two of the others.
    Relationship,
}

impl Kind {
    /// All kinds, in the order in which servers import them.
    pub const ALL: [Self; 4] = [Self::TrackedEntity, Self::Enrollment, Self::Event, Self::Relationship];

    /// The property that holds its identifier, in the words of the new tracker.
    pub fn id_property(self) -> &'static str {
        match self {
            Self::TrackedEntity => "trackedEntity",
            Self::Enrollment => "enrollment",
            Self::Event => "event",
            Self::Relationship => "relationship",
        }
    }

    /// The name of the list of such objects.
    pub fn list(self, model: Model) -> &'static str {
        match (self, model) {
            (Self::TrackedEntity, Model::Older) => "trackedEntityInstances",
            (Self::TrackedEntity, Model::New) => "trackedEntities",
            (Self::Enrollment, _) => "enrollments",
            (Self::Event, _) => "events",
            (Self::Relationship, _) => "relationships",
        }
    }

    /// The kind of which a list with this name is, in either model.
    pub fn of_list(name: &str) -> Option<Self> {
        let is_named = |kind: &Self| name == kind.list(Model::New) || name == kind.list(Model::Older);
        Self::ALL.into_iter().find(is_named)
    }

    /// The kind of an object by the properties that it has, in either model.
    pub fn of_object(object: &Object) -> Option<Self> {
        let signs: [(Self, &[&str]); 4] = [
            (Self::Relationship, &["relationship", "relationshipType"]),
            (Self::Event, &["event", "programStage", "dataValues"]),
            (Self::Enrollment, &["enrollment", "enrolledAt", "enrollmentDate"]),
            (Self::TrackedEntity, &["trackedEntity", "trackedEntityInstance", "trackedEntityType"]),
        ];
        let has_one = |(_, names): &(Self, &[&str])| names.iter().any(|name| object.get(name).is_some());
        signs.into_iter().find(has_one).map(|(kind, _)| kind)
    }

    pub(super) fn place(self) -> usize {
        self as usize
    }
}

/// One object with its kind; enrolments and events may be nested in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// What it is.
    pub kind: Kind,
    /// What it says, in the words of the new tracker.
    pub object: Object,
}

impl Item {
    /// An object of a kind.
    pub fn new(kind: Kind, object: Object) -> Self {
        Self { kind, object }
    }

    /// Its identifier.
    pub fn id(&self) -> Option<&str> {
        self.object.text(self.kind.id_property())
    }

    /// The tracked entity, where it is one.
    pub fn tracked_entity(&self) -> Option<TrackedEntity<'_>> {
        (self.kind == Kind::TrackedEntity).then_some(TrackedEntity(&self.object))
    }

    /// The enrolment, where it is one.
    pub fn enrollment(&self) -> Option<Enrollment<'_>> {
        (self.kind == Kind::Enrollment).then_some(Enrollment(&self.object))
    }

    /// The event, where it is one.
    pub fn event(&self) -> Option<Event<'_>> {
        (self.kind == Kind::Event).then_some(Event(&self.object))
    }

    /// The relationship, where it is one.
    pub fn relationship(&self) -> Option<Relationship<'_>> {
        (self.kind == Kind::Relationship).then_some(Relationship(&self.object))
    }
}

/// The objects of a list that is a property.
fn objects<'o>(object: &'o Object, name: &str) -> impl Iterator<Item = &'o Object> {
    let list = object.get(name).and_then(Value::as_list).unwrap_or_default();
    list.iter().filter_map(Value::as_object)
}

/// Views with one method for each property that is a text, a list of objects, or a geometry.
macro_rules! view {
    ($(#[$doc:meta])* $view:ident; texts: $($text:ident $text_name:literal $text_doc:literal,)*;
     lists: $($list:ident $list_name:literal $of:ty, $list_doc:literal,)*) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $view<'o>(pub &'o Object);

        impl<'o> $view<'o> {
            $(#[doc = $text_doc]
            pub fn $text(self) -> Option<&'o str> {
                self.0.text($text_name)
            })*

            $(#[doc = $list_doc]
            pub fn $list(self) -> impl Iterator<Item = $of> {
                objects(self.0, $list_name).map(<$of>::from)
            })*
        }

        impl<'o> From<&'o Object> for $view<'o> {
            fn from(object: &'o Object) -> Self {
                Self(object)
            }
        }
    };
}

view! {
    /// A person or thing that is followed.
    TrackedEntity;
    texts:
        id "trackedEntity" "Its identifier.",
        tracked_entity_type "trackedEntityType" "Its type.",
        org_unit "orgUnit" "The organisation unit.",
    ;
    lists:
        attributes "attributes" &'o Object, "Its attributes and their values.",
        enrollments "enrollments" Enrollment<'o>, "The enrolments that are nested in it.",
        relationships "relationships" Relationship<'o>, "The relationships that are nested in it.",
}

view! {
    /// A tracked entity in a program.
    Enrollment;
    texts:
        id "enrollment" "Its identifier.",
        tracked_entity "trackedEntity" "The tracked entity.",
        program "program" "The program.",
        org_unit "orgUnit" "The organisation unit.",
        status "status" "A word such as `ACTIVE`, `COMPLETED` or `CANCELLED`.",
        enrolled_at "enrolledAt" "When it began.",
        occurred_at "occurredAt" "When that happened for which it is.",
    ;
    lists:
        attributes "attributes" &'o Object, "The attributes of the program and their values.",
        events "events" Event<'o>, "The events that are nested in it.",
        notes "notes" &'o Object, "Notes.",
}

view! {
    /// What happened, with its data values.
    Event;
    texts:
        id "event" "Its identifier.",
        program "program" "The program.",
        program_stage "programStage" "The stage of the program.",
        enrollment "enrollment" "The enrolment, in a program with registration.",
        tracked_entity "trackedEntity" "The tracked entity, in a program with registration.",
        org_unit "orgUnit" "The organisation unit.",
        status "status" "A word such as `ACTIVE`, `COMPLETED`, `VISITED`, `SCHEDULE`, `OVERDUE` or `SKIPPED`.",
        occurred_at "occurredAt" "When it happened.",
        scheduled_at "scheduledAt" "When it is or was due.",
    ;
    lists:
        data_values "dataValues" &'o Object, "Data elements and their values.",
        notes "notes" &'o Object, "Notes.",
}

view! {
    /// A relationship between two objects.
    Relationship;
    texts:
        id "relationship" "Its identifier.",
        relationship_type "relationshipType" "Its type.",
    ;
    lists:
}

impl TrackedEntity<'_> {
    /// Where it is.
    ///
    /// # Errors
    /// What stands there is no geometry.
    pub fn geometry(self) -> Result<Option<Geometry>, GeometryError> {
        geometry(self.0)
    }
}

impl Enrollment<'_> {
    /// Where it is.
    ///
    /// # Errors
    /// What stands there is no geometry.
    pub fn geometry(self) -> Result<Option<Geometry>, GeometryError> {
        geometry(self.0)
    }
}

impl<'o> Event<'o> {
    /// The category options, which are one text with `;` or `,` between them.
    pub fn attribute_category_options(self) -> impl Iterator<Item = &'o str> {
        let text = self.0.text("attributeCategoryOptions").unwrap_or_default();
        text.split([';', ',']).map(str::trim).filter(|option| !option.is_empty())
    }

    /// Where it happened.
    ///
    /// # Errors
    /// What stands there is no geometry.
    pub fn geometry(self) -> Result<Option<Geometry>, GeometryError> {
        geometry(self.0)
    }
}

impl<'o> Relationship<'o> {
    /// The object from which it goes: its kind and identifier.
    pub fn from_end(self) -> Option<(Kind, &'o str)> {
        self.end("from")
    }

    /// The object to which it goes: its kind and identifier.
    pub fn to_end(self) -> Option<(Kind, &'o str)> {
        self.end("to")
    }

    fn end(self, name: &str) -> Option<(Kind, &'o str)> {
        let end = self.0.get(name)?.as_object()?;
        Kind::ALL.into_iter().find_map(|kind| {
            let id = match end.get(kind.id_property())? {
                Value::Object(object) => object.text(kind.id_property())?,
                other => other.as_text()?,
            };
            Some((kind, id))
        })
    }
}

pub(super) fn geometry(object: &Object) -> Result<Option<Geometry>, GeometryError> {
    match object.get("geometry") {
        None | Some(Value::Null) => Ok(None),
        Some(value) => Geometry::from_geojson(value).map(Some),
    }
}
