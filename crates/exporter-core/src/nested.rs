//! Nested values as JSON text, for formats without structures, lists and maps.

use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, UInt64Type};
use arrow_array::{Array, ArrayRef};
use arrow_cast::cast;
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::DataType;
use serde_json::{Map, Value as Json};

use crate::error::Result;

/// One JSON text per value of a structure, list or map column; a null stays null.
///
/// Numbers and truth values are JSON numbers and truth values (NaN and infinities are null), everything else is
/// text: dates and times in ISO 8601, decimals and bytes as Arrow displays them.
///
/// # Errors
/// When a value cannot be shown, such as a date beyond the calendar.
pub fn json_texts(column: &ArrayRef) -> Result<ArrayRef> {
    let mut texts = StringBuilder::new();
    for row in 0..column.len() {
        if column.is_null(row) {
            texts.append_null();
        } else {
            texts.append_value(json(column, row)?.to_string());
        }
    }
    Ok(Arc::new(texts.finish()))
}

fn json(column: &ArrayRef, row: usize) -> Result<Json> {
    if column.is_null(row) {
        return Ok(Json::Null);
    }
    let one = |wanted: DataType| cast(&column.slice(row, 1), &wanted);
    Ok(match column.data_type() {
        DataType::Boolean => column.as_boolean().value(row).into(),
        DataType::UInt64 => one(DataType::UInt64)?.as_primitive::<UInt64Type>().value(0).into(),
        number if number.is_integer() => one(DataType::Int64)?.as_primitive::<Int64Type>().value(0).into(),
        number if number.is_floating() => {
            one(DataType::Float64)?.as_primitive::<Float64Type>().value(0).into()
        }
        DataType::Utf8 => column.as_string::<i32>().value(row).into(),
        DataType::Struct(fields) => {
            let parts = fields.iter().zip(column.as_struct().columns());
            let parts = parts.map(|(field, part)| Ok((field.name().clone(), json(part, row)?)));
            Json::Object(parts.collect::<Result<Map<_, _>>>()?)
        }
        DataType::List(_) => items(&column.as_list::<i32>().value(row))?,
        DataType::Map(_, _) => {
            let entries = column.as_map().value(row);
            let (keys, values) = (entries.column(0), entries.column(1));
            let pairs = (0..entries.len()).map(|at| {
                let key = match json(keys, at)? {
                    Json::String(text) => text,
                    other => other.to_string(),
                };
                Ok((key, json(values, at)?))
            });
            Json::Object(pairs.collect::<Result<Map<_, _>>>()?)
        }
        _ => ArrayFormatter::try_new(column.as_ref(), &FormatOptions::default())?
            .value(row)
            .try_to_string()?
            .into(),
    })
}

fn items(list: &ArrayRef) -> Result<Json> {
    (0..list.len()).map(|at| json(list, at)).collect::<Result<Vec<_>>>().map(Json::Array)
}

#[cfg(test)]
mod tests {
    use arrow_array::Int64Array;
    use arrow_array::builder::{Int64Builder, ListBuilder};

    use super::*;

    #[test]
    fn lists_become_json_and_nulls_stay() {
        let mut lists = ListBuilder::new(Int64Builder::new());
        lists.append_value([Some(1), None]);
        lists.append_null();
        lists.append_value([]);
        let column: ArrayRef = Arc::new(lists.finish());
        let texts = json_texts(&column).unwrap();
        assert_eq!(texts.as_string::<i32>().iter().collect::<Vec<_>>(), [Some("[1,null]"), None, Some("[]")]);
    }

    #[test]
    fn structures_become_objects() {
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![7]));
        let texts: ArrayRef = Arc::new(arrow_array::StringArray::from(vec!["a\"b"]));
        let fields = [("z", DataType::Int64), ("a", DataType::Utf8)];
        let fields = fields.map(|(name, kind)| arrow_schema::Field::new(name, kind, true));
        let column: ArrayRef =
            Arc::new(arrow_array::StructArray::new(fields.to_vec().into(), vec![numbers, texts], None));
        let json = json_texts(&column).unwrap();
        let parsed: Json = serde_json::from_str(json.as_string::<i32>().value(0)).unwrap();
        assert_eq!(parsed, serde_json::json!({"z": 7, "a": "a\"b"}));
    }
}
