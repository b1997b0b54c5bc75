//! Rows of events, enrolments, tracked entities and relationships.

use std::borrow::Cow;
use std::collections::HashMap;

use exporter_core::LossCode;

use super::options::Events;
use super::place;
use super::row::{Cell, Row, Wanted, is_moment};
use super::told::Told;
use crate::tracker::{Item, Kind, Model, flatten};
use crate::uid::UidSource;
use crate::value::{Object, Value};

/// Makes rows of objects.
#[derive(Debug)]
pub(super) struct TrackedRows {
    events: Events,
    /// For objects that hold others and have no identifier; each reading makes the same.
    uids: UidSource,
    pub(super) told: Told,
    /// What attributes are called in the data, by table and attribute.
    pub(super) labels: HashMap<(&'static str, String), String>,
}

/// The list of values of a kind of objects, and the property of a value that says what it is of.
fn values_of(kind: Kind) -> Option<(&'static str, &'static str)> {
    match kind {
        Kind::Event => Some(("dataValues", "dataElement")),
        Kind::TrackedEntity | Kind::Enrollment => Some(("attributes", "attribute")),
        Kind::Relationship => None,
    }
}

/// The columns of a kind of objects that stand first.
pub(super) fn basic(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::TrackedEntity => &["trackedEntity", "trackedEntityType", "orgUnit"],
        Kind::Enrollment => {
            &["enrollment", "trackedEntity", "program", "orgUnit", "status", "enrolledAt", "occurredAt"]
        }
        Kind::Event => &[
            "event",
            "enrollment",
            "trackedEntity",
            "program",
            "programStage",
            "orgUnit",
            "status",
            "occurredAt",
            "scheduledAt",
        ],
        Kind::Relationship => &["relationship", "relationshipType"],
    }
}

/// What is wanted of a property.
pub(super) fn wanted(name: &str) -> Wanted {
    match name {
        "deleted" | "followUp" | "inactive" | "potentialDuplicate" => Wanted::Truth,
        name if is_moment(name) => Wanted::Moment,
        _ => Wanted::Nested(""),
    }
}

impl TrackedRows {
    pub(super) fn new(events: Events) -> Self {
        Self { events, uids: UidSource::new(1), told: Told::default(), labels: HashMap::new() }
    }

    /// The rows of an object and of all that is nested in it.
    pub(super) fn rows(&mut self, item: Item, to: &mut impl Extend<Row>) {
        self.without_id(item.kind, &item.object);
        for Item { kind, object } in flatten([item], &mut self.uids) {
            self.of_object(kind, object, to);
        }
    }

    /// Tells of objects that hold others and have no identifier.
    fn without_id(&mut self, kind: Kind, object: &Object) {
        let (list, inner) = match kind {
            Kind::TrackedEntity => ("enrollments", Kind::Enrollment),
            Kind::Enrollment => ("events", Kind::Event),
            Kind::Event | Kind::Relationship => return,
        };
        let nested = object.get(list).and_then(Value::as_list).unwrap_or_default();
        if !nested.is_empty() && object.text(kind.id_property()).is_none() {
            let place = (kind.list(Model::New), Some(kind.id_property()));
            let action = "an object that holds others has no identifier: one is made that links them";
            self.told.add(LossCode::METADATA_DROPPED, place, action, String::new);
        }
        nested.iter().filter_map(Value::as_object).for_each(|object| self.without_id(inner, object));
    }

    fn of_object(&mut self, kind: Kind, object: Object, to: &mut impl Extend<Row>) {
        let table = kind.list(Model::New);
        let mut row = Row::new(table);
        let mut values = Vec::new();
        let id = object.text(kind.id_property()).map(str::to_owned);
        for (name, value) in object.into_properties() {
            match (values_of(kind), value) {
                (Some((list, _)), Value::List(found)) if name == list && found.iter().all(is_object) => {
                    values = found;
                }
                (_, value) if name == "geometry" => place::push(&mut row, &name, &value),
                (_, value) => {
                    let wanted = wanted(&name);
                    row.push(name, wanted, value);
                }
            }
        }
        let values = values.into_iter().filter_map(|value| match value {
            Value::Object(object) => Some(object),
            _ => None,
        });
        match (values_of(kind), kind) {
            (Some((_, key)), Kind::Event) if self.events == Events::Long => long(row, key, values, to),
            (Some((_, key)), _) => {
                self.wide(table, &mut row, key, id.as_deref(), values);
                to.extend([row]);
            }
            (None, _) => to.extend([row]),
        }
    }

    /// A column for each value; of what else a value says, only how it is called has a place.
    fn wide(
        &mut self,
        table: &'static str,
        row: &mut Row,
        key: &'static str,
        id: Option<&str>,
        values: impl Iterator<Item = Object>,
    ) {
        let example = || id.unwrap_or_default().to_owned();
        let way_out = if key == "dataElement" { "; --from dxf2:events=long keeps all of it" } else { "" };
        let mut places: HashMap<String, usize> = HashMap::new();
        for object in values {
            let Some(of) = object.text(key).filter(|of| !of.is_empty()).map(str::to_owned) else {
                let action = format!("a value does not say of which {key} it is: left out{way_out}");
                self.told.add(LossCode::NOT_READ, (table, None), &action, example);
                continue;
            };
            let mut found = Value::Null;
            for (name, value) in object.into_properties() {
                match (name.as_str(), &value) {
                    (name, _) if name == key => {}
                    ("value", _) => found = value,
                    (_, Value::Null) | ("providedElsewhere", Value::Boolean(false)) => {}
                    ("displayName", Value::Text(label)) if self.is_label(table, &of, label) => {}
                    (name, value) => {
                        let action = format!(
                            "{name} of values has no place in a table with a column for each{way_out}"
                        );
                        self.told.add(LossCode::METADATA_DROPPED, (table, None), &action, || {
                            super::seen::told(value)
                        });
                    }
                }
            }
            if let Some(cell) = places.get(&of).and_then(|at| row.cells.get_mut(*at)) {
                let action = format!("there are several values of one {key}: the last counts{way_out}");
                self.told.add(LossCode::NOT_READ, (table, Some(&of)), &action, example);
                cell.value = found;
                continue;
            }
            places.insert(of.clone(), row.cells.len());
            row.cells.push(Cell { name: Cow::Owned(of), wanted: Wanted::Open, value: found });
        }
    }

    /// Whether an attribute is called so wherever it stands.
    fn is_label(&mut self, table: &'static str, of: &str, label: &str) -> bool {
        *self.labels.entry((table, of.to_owned())).or_insert_with(|| label.to_owned()) == label
    }
}

fn is_object(value: &Value) -> bool {
    matches!(value, Value::Object(_))
}

/// A row for each value, which repeats what the event says; one without a value where there is none.
fn long(row: Row, key: &'static str, values: impl Iterator<Item = Object>, to: &mut impl Extend<Row>) {
    let mut has_one = false;
    for object in values {
        has_one = true;
        let mut own = row.clone();
        for (name, value) in object.into_properties() {
            match name.as_str() {
                name if name == key => own.push(key, Wanted::Text, value),
                "value" => own.push("value", Wanted::Text, value),
                "providedElsewhere" => own.push(name, Wanted::Truth, value),
                // As in the tables of servers, apart from what the event says.
                other => {
                    let wanted = wanted(other);
                    own.push(format!("{other}DataValue"), wanted, value);
                }
            }
        }
        to.extend([own]);
    }
    if !has_one {
        to.extend([row]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(events: Events, kind: Kind, json: &str) -> (Vec<String>, Vec<String>) {
        let Value::Object(object) = Value::from_json(json).unwrap() else { panic!("no object") };
        let mut making = TrackedRows::new(events);
        let mut rows: Vec<Row> = Vec::new();
        making.rows(Item::new(kind, object), &mut rows);
        let cell = |cell: &Cell| format!("{}={}", cell.name, super::super::seen::told(&cell.value));
        let rows = rows.iter().map(|row| {
            let cells: Vec<String> = row.cells.iter().map(cell).collect();
            format!("{}: {}", row.table, cells.join(" "))
        });
        let losses = making.told.losses().map(|loss| format!("{} {}", loss.count, loss.action)).collect();
        (rows.collect(), losses)
    }

    const EVENT: &str = r#"{"event":"e","orgUnit":"o","dataValues":[{"dataElement":"d","value":"1","storedBy":"me"},
        {"dataElement":"d","value":"2","providedElsewhere":false},{"value":"3"},{"dataElement":"x","value":"4"}]}"#;

    #[test]
    fn an_event_has_a_row_or_one_for_each_value() {
        let (rows, losses) = told(Events::Wide, Kind::Event, EVENT);
        assert_eq!(rows, ["events: event=e orgUnit=o d=2 x=4"]);
        assert_eq!(
            losses,
            [
                "1 storedBy of values has no place in a table with a column for each; --from dxf2:events=long keeps all of it",
                "1 a value does not say of which dataElement it is: left out; --from dxf2:events=long keeps all of it",
                "1 there are several values of one dataElement: the last counts; --from dxf2:events=long keeps all of it",
            ]
        );
        let (rows, losses) = told(Events::Long, Kind::Event, EVENT);
        assert_eq!(
            rows,
            [
                "events: event=e orgUnit=o dataElement=d value=1 storedByDataValue=me",
                "events: event=e orgUnit=o dataElement=d value=2 providedElsewhere=false",
                "events: event=e orgUnit=o value=3",
                "events: event=e orgUnit=o dataElement=x value=4",
            ]
        );
        assert!(losses.is_empty());
        let (rows, _) = told(Events::Long, Kind::Event, r#"{"event":"e","dataValues":[]}"#);
        assert_eq!(rows, ["events: event=e"]);
    }

    #[test]
    fn what_is_nested_has_rows_of_its_own_that_are_linked() {
        let json = r#"{"orgUnit":"o","attributes":[{"attribute":"a","displayName":"Name","value":"x"}],
            "enrollments":[{"enrollment":"n","attributes":[],"notes":[{"note":"1"}],"events":[{"event":"e"}]}]}"#;
        let (rows, losses) = told(Events::Wide, Kind::TrackedEntity, json);
        let uid = UidSource::new(1).next_uid();
        assert_eq!(
            rows,
            [
                format!("trackedEntities: orgUnit=o trackedEntity={uid} a=x"),
                format!("enrollments: enrollment=n notes=[{{\"note\":\"1\"}}] trackedEntity={uid}"),
                "events: event=e enrollment=n".to_owned(),
            ]
        );
        assert_eq!(losses, ["1 an object that holds others has no identifier: one is made that links them"]);
    }
}
