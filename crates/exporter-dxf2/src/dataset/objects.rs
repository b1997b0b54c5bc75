//! Rows of metadata: a table for each collection, a column for each property.

use exporter_core::LossCode;

use super::place;
use super::row::{Row, Wanted, is_moment};
use super::told::Told;
use crate::metadata::{Kind, MetadataObject, properties_of, property_of, singular, type_of};
use crate::value::{Object, Value};

/// The holder of the properties that all objects have.
const COMMON: &str = "*";

/// The name of the type of a collection in the table of properties.
pub(super) fn holder(collection: &str) -> String {
    type_of(collection).map_or_else(|| singular(collection).into_owned(), |kind| kind.singular.to_owned())
}

/// Where the column of a property stands: by the table of properties, and those that it does not have behind.
pub(super) fn place_of(holder: &str, name: &str) -> (u8, usize) {
    let among = |holder: &str| properties_of(holder).iter().position(|property| property.name == name);
    match (among(COMMON), among(holder)) {
        // Those that identify an object, before those of its type.
        (Some(at), _) if at < 4 => (0, at),
        (_, Some(at)) => (1, at),
        (Some(at), None) => (2, at),
        (None, None) => (3, 0),
    }
}

/// The row of an object.
pub(super) fn row(object: MetadataObject, told: &mut Told) -> Row {
    let holder = holder(&object.kind);
    let mut row = Row::new(object.kind);
    for (name, value) in object.object.into_properties() {
        let property = property_of(&holder, &name);
        let within = property
            .map_or("", |property| if property.kind.is_list() { property.item } else { property.name });
        let wanted = match property.map(|property| property.kind) {
            _ if name == "geometry" => {
                place::push(&mut row, &name, &value);
                continue;
            }
            None => Wanted::Unknown(within),
            Some(Kind::Text) if is_moment(&name) => Wanted::Moment,
            Some(Kind::Text | Kind::Reference) => Wanted::Text,
            Some(Kind::Truth) => Wanted::Truth,
            Some(Kind::Number) => Wanted::Number,
            Some(Kind::Map) => Wanted::Map(within),
            Some(Kind::Object | Kind::Objects | Kind::Texts | Kind::Numbers | Kind::References) => {
                Wanted::Nested(within)
            }
        };
        let is_reference =
            property.is_some_and(|property| matches!(property.kind, Kind::Reference | Kind::References));
        let value = if is_reference { as_ids(value, (&row.table, &name), told) } else { value };
        row.push(name, wanted, value);
    }
    row
}

/// References as the identifiers that they are; one that holds more than says how the other object is called stays whole.
fn as_ids(value: Value, (table, name): (&str, &str), told: &mut Told) -> Value {
    let mut id = |object: &Object| -> Option<String> {
        let id = object.text("id")?.to_owned();
        if object.len() > 1 {
            let action = "references hold more than the identifier, which is kept";
            told.add(LossCode::METADATA_DROPPED, (table, Some(name)), action, || id.clone());
        }
        Some(id)
    };
    let is_plain = |object: &Object| {
        object.text("id").is_some()
            && object.iter().all(|(_, value)| !matches!(value, Value::List(_) | Value::Object(_)))
    };
    match value {
        Value::Object(object) if is_plain(&object) => id(&object).map_or(Value::Null, Value::Text),
        Value::List(values) if values.iter().all(|value| value.as_object().is_some_and(is_plain)) => {
            let ids = values.iter().filter_map(Value::as_object).filter_map(&mut id);
            Value::List(ids.map(Value::Text).collect())
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::super::seen::told as shown;
    use super::*;

    #[test]
    fn references_are_identifiers_and_other_properties_what_they_are() {
        let json = r#"{"id":"a","created":"2020-01-01T00:00:00.000","zeroIsSignificant":true,"optionSet":{"id":"b","name":"B"},
            "dataElementGroups":[{"id":"c"},{"id":"d"}],"legendSets":[{"id":"e","legends":[{"id":"f"}]}],"new":{"x":1},
            "translations":[{"locale":"fr"}],"sharing":{"users":{}}}"#;
        let Value::Object(object) = Value::from_json(json).unwrap() else { panic!("no object") };
        let mut told = Told::default();
        let row = row(MetadataObject::new("dataElements", object), &mut told);
        let cells: Vec<String> = row
            .cells
            .iter()
            .map(|cell| format!("{} {:?} {}", cell.name, cell.wanted, shown(&cell.value)))
            .collect();
        assert_eq!(
            cells,
            [
                "id Text a",
                "created Moment 2020-01-01T00:00:00.000",
                "zeroIsSignificant Truth true",
                "optionSet Text b",
                r#"dataElementGroups Nested("dataElementGroup") ["c","d"]"#,
                r#"legendSets Nested("legendSets") [{"id":"e","legends":[{"id":"f"}]}]"#,
                r#"new Unknown("") {"x":1}"#,
                r#"translations Nested("translation") [{"locale":"fr"}]"#,
                r#"sharing Nested("sharing") {"users":{}}"#,
            ]
        );
        let losses: Vec<_> = told.losses().map(|loss| (loss.variable, loss.count)).collect();
        assert_eq!(losses, [(Some("optionSet".to_owned()), 1)]);
        assert!(place_of("dataElement", "code") < place_of("dataElement", "valueType"));
        assert!(place_of("dataElement", "valueType") < place_of("dataElement", "sharing"));
        assert!(place_of("dataElement", "sharing") < place_of("dataElement", "new"));
    }
}
