//! The tables of CSV files: which column is which property.

use super::item::Kind;
use crate::target::Target;

/// A table, of which a row is one value of an object, or an object without values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// Events and their data values, as servers till 2.41 have them.
    OlderEvents,
    /// Events and their data values, of the new tracker.
    Events,
    /// Tracked entities and their attributes, which servers write and do not read.
    TrackedEntities,
}

/// Where the text of a cell belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// To the object.
    Own(&'static str),
    /// To the value.
    Value(&'static str),
    /// To the value, or to the object where it has none.
    Either(&'static str),
    Latitude,
    Longitude,
    /// As WKT.
    Geometry,
}

/// What a text stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    Text,
    Truth,
    /// The name of a user, which is an object.
    User,
}

/// A column.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) place: Place,
    pub(super) cell: Cell,
}

const fn own(name: &'static str, property: &'static str) -> Column {
    Column { name, place: Place::Own(property), cell: Cell::Text }
}

const fn same(name: &'static str) -> Column {
    own(name, name)
}

const fn truth(name: &'static str) -> Column {
    Column { name, place: Place::Own(name), cell: Cell::Truth }
}

const fn user(name: &'static str) -> Column {
    Column { name, place: Place::Own(name), cell: Cell::User }
}

const fn value(name: &'static str, property: &'static str) -> Column {
    Column { name, place: Place::Value(property), cell: Cell::Text }
}

const LATITUDE: Column = Column { name: "latitude", place: Place::Latitude, cell: Cell::Text };
const LONGITUDE: Column = Column { name: "longitude", place: Place::Longitude, cell: Cell::Text };
const GEOMETRY: Column = Column { name: "geometry", place: Place::Geometry, cell: Cell::Text };
const PROVIDED: Column =
    Column { name: "providedElsewhere", place: Place::Value("providedElsewhere"), cell: Cell::Truth };

const OLDER_EVENTS: [Column; 17] = [
    same("event"),
    same("status"),
    same("program"),
    same("programStage"),
    same("enrollment"),
    same("orgUnit"),
    own("eventDate", "occurredAt"),
    own("dueDate", "scheduledAt"),
    LATITUDE,
    LONGITUDE,
    value("dataElement", "dataElement"),
    value("value", "value"),
    Column { name: "storedBy", place: Place::Either("storedBy"), cell: Cell::Text },
    PROVIDED,
    own("completedDate", "completedAt"),
    same("completedBy"),
    GEOMETRY,
];

const EVENTS: [Column; 29] = [
    same("event"),
    same("status"),
    same("program"),
    same("programStage"),
    same("enrollment"),
    same("orgUnit"),
    same("occurredAt"),
    same("scheduledAt"),
    GEOMETRY,
    LATITUDE,
    LONGITUDE,
    truth("followUp"),
    truth("deleted"),
    same("createdAt"),
    same("createdAtClient"),
    same("updatedAt"),
    same("updatedAtClient"),
    same("completedBy"),
    same("completedAt"),
    user("updatedBy"),
    same("attributeOptionCombo"),
    same("attributeCategoryOptions"),
    user("assignedUser"),
    value("dataElement", "dataElement"),
    value("value", "value"),
    PROVIDED,
    value(STORED_BY, "storedBy"),
    value("updatedAtDataValue", "updatedAt"),
    value("createdAtDataValue", "createdAt"),
];
/// The column that not all versions have.
const STORED_BY: &str = "storedByDataValue";

const TRACKED_ENTITIES: [Column; 21] = [
    same("trackedEntity"),
    same("trackedEntityType"),
    same("createdAt"),
    same("createdAtClient"),
    same("updatedAt"),
    same("updatedAtClient"),
    same("orgUnit"),
    truth("inactive"),
    truth("deleted"),
    truth("potentialDuplicate"),
    GEOMETRY,
    LATITUDE,
    LONGITUDE,
    user("createdBy"),
    user("updatedBy"),
    value("attrCreatedAt", "createdAt"),
    value("attrUpdatedAt", "updatedAt"),
    value("attribute", "attribute"),
    value("displayName", "displayName"),
    value("value", "value"),
    value("valueType", "valueType"),
];

impl Table {
    const ALL: [Self; 3] = [Self::OlderEvents, Self::Events, Self::TrackedEntities];

    /// The kind of its objects.
    pub fn kind(self) -> Kind {
        if self == Self::TrackedEntities { Kind::TrackedEntity } else { Kind::Event }
    }

    /// The property of an object that holds its values, and the property of a value that says what it is of.
    pub(super) fn values(self) -> (&'static str, &'static str) {
        if self == Self::TrackedEntities {
            ("attributes", "attribute")
        } else {
            ("dataValues", "dataElement")
        }
    }

    /// All columns in their order.
    pub(super) fn columns(self) -> &'static [Column] {
        match self {
            Self::OlderEvents => &OLDER_EVENTS,
            Self::Events => &EVENTS,
            Self::TrackedEntities => &TRACKED_ENTITIES,
        }
    }

    /// The columns that a version has: completion since 2.29, geometry since 2.32.
    pub(super) fn columns_of(self, target: Target) -> &'static [Column] {
        let columns = self.columns();
        let count = match target {
            _ if self != Self::OlderEvents => columns.len(),
            Target::V2_22 | Target::V2_24 => 14,
            Target::V2_29 => 16,
            _ => columns.len(),
        };
        columns.get(..count).unwrap_or(columns)
    }

    /// The table whose names these are, where two or more are of its columns.
    pub(super) fn of_header<'n>(names: impl Iterator<Item = &'n str> + Clone) -> Option<Self> {
        let known = |table: &Self| names.clone().filter(|name| table.column(name).is_some()).count();
        // Of tables that have as many of them, the first is not better than the others.
        let best = Self::ALL.into_iter().rev().max_by_key(known)?;
        Some(best).filter(|table| known(table) >= 2)
    }

    /// The table of rows with so many cells, and its columns.
    pub(super) fn of_count(count: usize) -> Self {
        match count {
            21 => Self::TrackedEntities,
            22.. => Self::Events,
            _ => Self::OlderEvents,
        }
    }

    /// The columns of rows without a header that have so many cells.
    pub(super) fn by_position(self, count: usize) -> Vec<Column> {
        let lacks_one = self == Self::Events && count < self.columns().len();
        self.columns().iter().filter(|column| !(lacks_one && column.name == STORED_BY)).copied().collect()
    }

    /// The column of this name.
    pub(super) fn column(self, name: &str) -> Option<&'static Column> {
        self.columns().iter().find(|column| column.name.eq_ignore_ascii_case(name))
    }
}
