//! Nested values as JSON text.

use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{Array, ArrayRef};
use arrow_cast::cast;
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{ArrowError, DataType};
use serde_json::{Map, Value as Json};

/// Whether a type has parts.
pub(super) fn is_nested(data_type: &DataType) -> bool {
    matches!(
        data_type,
        DataType::Struct(_) | DataType::List(_) | DataType::LargeList(_) | DataType::Map(_, _)
    )
}

/// JSON texts of a nested column; a null stays null.
pub(super) fn json_texts(column: &ArrayRef) -> Result<ArrayRef, ArrowError> {
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

fn json(column: &ArrayRef, row: usize) -> Result<Json, ArrowError> {
    if column.is_null(row) {
        return Ok(Json::Null);
    }
    Ok(match column.data_type() {
        DataType::Boolean => column.as_boolean().value(row).into(),
        DataType::Int8
        | DataType::Int16
        | DataType::Int32
        | DataType::Int64
        | DataType::UInt8
        | DataType::UInt16
        | DataType::UInt32 => {
            let one = cast(&column.slice(row, 1), &DataType::Int64)?;
            one.as_primitive::<Int64Type>().value(0).into()
        }
        DataType::Float32 | DataType::Float64 => {
            let one = cast(&column.slice(row, 1), &DataType::Float64)?;
            one.as_primitive::<Float64Type>().value(0).into()
        }
        DataType::Struct(fields) => {
            let parts = column.as_struct();
            let mut object = Map::new();
            for (field, part) in fields.iter().zip(parts.columns()) {
                object.insert(field.name().clone(), json(part, row)?);
            }
            Json::Object(object)
        }
        DataType::List(_) => items(&column.as_list::<i32>().value(row))?,
        DataType::LargeList(_) => items(&column.as_list::<i64>().value(row))?,
        DataType::Map(_, _) => {
            let entries = column.as_map().value(row);
            let (keys, values) = (entries.column(0), entries.column(1));
            let mut object = Map::new();
            for at in 0..entries.len() {
                let key = match json(keys, at)? {
                    Json::String(text) => text,
                    other => other.to_string(),
                };
                object.insert(key, json(values, at)?);
            }
            Json::Object(object)
        }
        _ => {
            let format = ArrayFormatter::try_new(column.as_ref(), &FormatOptions::default())?;
            format.value(row).try_to_string()?.into()
        }
    })
}

fn items(list: &ArrayRef) -> Result<Json, ArrowError> {
    (0..list.len()).map(|at| json(list, at)).collect::<Result<Vec<_>, _>>().map(Json::Array)
}
