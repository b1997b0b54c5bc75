//! Nested values as JSON text, for formats without structures, lists and maps.

use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, UInt64Type};
use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchOptions, StringArray};
use arrow_cast::cast;
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{DataType, Field, Schema};
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

/// A batch without nested columns, which are JSON texts; `cut` are the positions of texts that end at their first NUL, for
/// formats where it would end them.
///
/// # Errors
/// As [`json_texts`].
pub fn flatten(batch: RecordBatch, cut: &[usize]) -> Result<RecordBatch> {
    let schema = batch.schema();
    if cut.is_empty() && !schema.fields().iter().any(|field| field.data_type().is_nested()) {
        return Ok(batch);
    }
    let mut fields = Vec::with_capacity(batch.num_columns());
    let mut columns = Vec::with_capacity(batch.num_columns());
    for (position, (field, column)) in schema.fields().iter().zip(batch.columns()).enumerate() {
        let column = if field.data_type().is_nested() {
            json_texts(column)?
        } else if cut.contains(&position) {
            cut_at_nul(column)
        } else {
            column.clone()
        };
        fields.push(Field::new(field.name(), column.data_type().clone(), true));
        columns.push(column);
    }
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    Ok(RecordBatch::try_new_with_options(Schema::new(fields).into(), columns, &options)?)
}

fn cut_at_nul(column: &ArrayRef) -> ArrayRef {
    let Some(texts) = column.as_string_opt::<i32>() else { return column.clone() };
    Arc::new(texts.iter().map(|text| text.map(before_nul)).collect::<StringArray>())
}

/// What stands before the first NUL.
fn before_nul(text: &str) -> &str {
    text.split('\0').next().unwrap_or_default()
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

    #[test]
    fn texts_end_at_their_first_nul() {
        let texts: ArrayRef = Arc::new(StringArray::from(vec![Some("a\0b\0"), None, Some("\0"), Some("é")]));
        let batch =
            RecordBatch::try_from_iter_with_nullable([("x", texts.clone(), true), ("y", texts, true)]);
        let flat = flatten(batch.unwrap(), &[1]).unwrap();
        let texts = |column: usize| flat.column(column).as_string::<i32>().iter().collect::<Vec<_>>();
        assert_eq!(texts(0)[0], Some("a\0b\0"));
        assert_eq!(texts(1), [Some("a"), None, Some(""), Some("é")]);
    }
}
