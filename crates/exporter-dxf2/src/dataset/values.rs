//! Rows of data values.

use std::borrow::Cow;

use super::row::{Row, Wanted};
use crate::data_values::{DataValue, Key};

/// The name of the table.
pub(super) const TABLE: &str = "dataValues";

/// What every table of data values has.
pub(super) const BASIC: [Key; 6] = [
    Key::DataElement,
    Key::Period,
    Key::OrgUnit,
    Key::CategoryOptionCombo,
    Key::AttributeOptionCombo,
    Key::Value,
];

/// What is wanted of a column.
pub(super) fn wanted(key: Key) -> Wanted {
    match key {
        Key::Created | Key::LastUpdated => Wanted::Moment,
        Key::FollowUp | Key::Deleted => Wanted::Truth,
        _ => Wanted::Text,
    }
}

/// The row of a value; options by category are columns.
pub(super) fn row(value: &DataValue) -> Row {
    let mut row = Row::new(TABLE);
    let mut combinations = Vec::new();
    for key in Key::ALL {
        let Some(text) = value.get(key) else { continue };
        match value.categories(key) {
            Some(options) => combinations.push((key, text, options)),
            None => row.push(key.name(), wanted(key), text),
        }
    }
    for (name, text) in value.others() {
        row.push(Cow::Owned(name.to_owned()), Wanted::Text, text);
    }
    for (key, text, options) in combinations {
        // A category of both combinations has one column only.
        if options.iter().any(|(category, _)| row.has(category)) {
            row.push(key.name(), Wanted::Text, text);
            continue;
        }
        for (category, option) in options.iter() {
            row.push(Cow::Owned(category.to_owned()), Wanted::Text, option.clone());
        }
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data_values::JsonReader;

    #[test]
    fn categories_are_columns() {
        let text = r#"{"dataValues":[{"dataElement":"a","value":1,"deleted":true,"x":[2],
            "categoryOptionCombo":{"sex":"F"},"attributeOptionCombo":{"sex":"M"}}]}"#;
        let mut value = DataValue::default();
        assert!(JsonReader::new(text.as_bytes(), 1000).read(&mut value).unwrap());
        let cells: Vec<String> = row(&value)
            .cells
            .iter()
            .map(|cell| format!("{} {:?} {:?}", cell.name, cell.wanted, cell.value))
            .collect();
        assert_eq!(
            cells,
            [
                r#"dataElement Text Text("a")"#,
                r#"value Text Text("1")"#,
                r#"deleted Truth Text("true")"#,
                r#"x Text Text("[2]")"#,
                r#"sex Text Text("F")"#,
                r#"attributeOptionCombo Text Text("{\"sex\":\"M\"}")"#,
            ]
        );
    }
}
