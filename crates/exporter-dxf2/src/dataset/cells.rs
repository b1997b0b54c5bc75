//! What the cells of a column become, and the arrays of them.

use std::sync::Arc;

use arrow_array::builder::{BooleanBufferBuilder, StringBuilder};
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, ListArray, MapArray, StringArray,
    StructArray, TimestampMicrosecondArray, TimestampMillisecondArray, TimestampNanosecondArray,
};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{DataType, Field as ArrowField, Fields};
use chrono::NaiveDate;
use exporter_core::codebook::{Field, Kind, TimeUnit};
use exporter_core::dataset::arrow_type;
use exporter_core::{Error, Result};

use super::moment::{day, moment};
use super::number::{exact, whole};
use crate::value::{Object, Value};

/// What the cells of a column are.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cells {
    Truth,
    Whole,
    Float,
    /// Texts; what is none is its JSON.
    Text,
    /// JSON, texts in quotes too.
    Json,
    Date,
    Moment(TimeUnit, Option<String>),
    List(Box<Cells>),
    Structure(Vec<(String, Cells)>),
    Map(Box<Cells>),
}

/// Days from the year 1 to 1970.
const EPOCH: i32 = 719_163;

impl Cells {
    /// The kind of the variable.
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Truth => Kind::Boolean,
            Self::Whole => Kind::INTEGER,
            Self::Float => Kind::FLOAT,
            Self::Text | Self::Json => Kind::Text,
            Self::Date => Kind::Date,
            Self::Moment(unit, zone) => Kind::DateTime { unit: *unit, zone: zone.clone() },
            Self::List(item) => Kind::List(Box::new(item.kind())),
            Self::Structure(parts) => {
                Kind::Structure(parts.iter().map(|(name, part)| Field::new(name, part.kind())).collect())
            }
            Self::Map(value) => Kind::Map { key: Box::new(Kind::Text), value: Box::new(value.kind()) },
        }
    }

    /// An array of these values; a value that is said to be nothing is null, and of others than texts an empty text, too.
    ///
    /// # Errors
    /// A value is none of these: the file is another one than when it was opened.
    pub(super) fn array(&self, values: &[Option<&Value>]) -> Result<ArrayRef> {
        let data_type = arrow_type(&self.kind());
        Ok(match (self, &data_type) {
            (Self::Truth, _) => Arc::new(BooleanArray::from(each(values, truth)?)),
            (Self::Whole, _) => Arc::new(Int64Array::from(each(values, |value| whole(digits(value)?))?)),
            (Self::Float, _) => Arc::new(Float64Array::from(each(values, |value| exact(digits(value)?))?)),
            (Self::Date, _) => {
                Arc::new(Date32Array::from(each(values, |value| Some(days(day(value.as_text()?)?)))?))
            }
            (Self::Moment(unit, zone), _) => {
                let counts = each(values, |value| moment(value.as_text()?)?.count(*unit))?;
                let zone: Option<Arc<str>> = zone.as_deref().map(Into::into);
                match unit {
                    TimeUnit::Microsecond => {
                        Arc::new(TimestampMicrosecondArray::from(counts).with_timezone_opt(zone))
                    }
                    TimeUnit::Nanosecond => {
                        Arc::new(TimestampNanosecondArray::from(counts).with_timezone_opt(zone))
                    }
                    _ => Arc::new(TimestampMillisecondArray::from(counts).with_timezone_opt(zone)),
                }
            }
            (Self::Text | Self::Json, _) => Arc::new(self.texts(values)?),
            (Self::List(item), DataType::List(field)) => {
                let lists = each_borrowed(values, Value::as_list)?;
                let offsets =
                    OffsetBuffer::from_lengths(lists.iter().map(|list| list.map_or(0, <[Value]>::len)));
                let items: Vec<Option<&Value>> =
                    lists.iter().flatten().flat_map(|list| list.iter().map(Some)).collect();
                Arc::new(ListArray::try_new(Arc::clone(field), offsets, item.array(&items)?, nulls(&lists))?)
            }
            (Self::Structure(parts), DataType::Struct(fields)) => {
                let objects = each_borrowed(values, Value::as_object)?;
                let part = |(name, part): &(String, Cells)| {
                    let values: Vec<_> =
                        objects.iter().map(|object| object.and_then(|object| object.get(name))).collect();
                    part.array(&values)
                };
                let arrays = parts.iter().map(part).collect::<Result<Vec<_>>>()?;
                Arc::new(StructArray::try_new(fields.clone(), arrays, nulls(&objects))?)
            }
            (Self::Map(value), DataType::Map(field, _)) => {
                map(value, field, &each_borrowed(values, Value::as_object)?)?
            }
            _ => return Err(changed()),
        })
    }

    fn texts(&self, values: &[Option<&Value>]) -> Result<StringArray> {
        let mut texts = StringBuilder::new();
        let mut json = Vec::new();
        for value in values {
            match value {
                None | Some(Value::Null) => texts.append_null(),
                Some(Value::Text(text)) if *self == Self::Text => texts.append_value(text),
                Some(value) => {
                    json.clear();
                    value.write_json(&mut json);
                    texts.append_value(std::str::from_utf8(&json).map_err(|_| changed())?);
                }
            }
        }
        Ok(texts.finish())
    }
}

fn map(value: &Cells, field: &ArrowField, objects: &[Option<&Object>]) -> Result<ArrayRef> {
    let offsets = OffsetBuffer::from_lengths(objects.iter().map(|object| object.map_or(0, Object::len)));
    let pairs = || objects.iter().flatten().flat_map(|object| object.iter());
    let keys: Vec<&str> = pairs().map(|(key, _)| key).collect();
    let keys: ArrayRef = Arc::new(StringArray::from(keys));
    let values: Vec<Option<&Value>> = pairs().map(|(_, value)| Some(value)).collect();
    let fields = match field.data_type() {
        DataType::Struct(fields) => fields.clone(),
        _ => Fields::empty(),
    };
    let entries = StructArray::try_new(fields, vec![keys, value.array(&values)?], None)?;
    Ok(Arc::new(MapArray::try_new(Arc::new(field.clone()), offsets, entries, nulls(objects), false)?))
}

/// The truth that a value says.
pub(super) fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Boolean(truth) => Some(*truth),
        Value::Text(text) if text == "true" => Some(true),
        Value::Text(text) if text == "false" => Some(false),
        _ => None,
    }
}

/// The digits of a number or text.
pub(super) fn digits(value: &Value) -> Option<&str> {
    match value {
        Value::Number(digits) | Value::Text(digits) => Some(digits),
        _ => None,
    }
}

/// Whether a value says nothing where it is no text.
pub(super) fn is_empty(value: &Value) -> bool {
    *value == Value::Null || value.as_text() == Some("")
}

fn days(date: NaiveDate) -> i32 {
    use chrono::Datelike as _;
    date.num_days_from_ce() - EPOCH
}

fn each<T>(values: &[Option<&Value>], of: impl Fn(&Value) -> Option<T>) -> Result<Vec<Option<T>>> {
    let one = |value: &Option<&Value>| match value {
        Some(value) if !is_empty(value) => of(value).map(Some).ok_or_else(changed),
        _ => Ok(None),
    };
    values.iter().map(one).collect()
}

fn each_borrowed<'v, T: ?Sized>(
    values: &[Option<&'v Value>],
    of: impl Fn(&'v Value) -> Option<&'v T>,
) -> Result<Vec<Option<&'v T>>> {
    let one = |value: &Option<&'v Value>| match value {
        Some(value) if !is_empty(value) => of(value).map(Some).ok_or_else(changed),
        _ => Ok(None),
    };
    values.iter().map(one).collect()
}

fn nulls<T>(values: &[Option<T>]) -> Option<NullBuffer> {
    let mut valid = BooleanBufferBuilder::new(values.len());
    values.iter().for_each(|value| valid.append(value.is_some()));
    Some(NullBuffer::new(valid.finish()))
}

/// The error of a file that holds something else than when it was opened.
pub(super) fn changed() -> Error {
    Error::invalid("a value is of another kind than when the file was opened")
        .with_hint("it was changed meanwhile: start again")
}

#[cfg(test)]
mod tests {
    use arrow_cast::display::{ArrayFormatter, FormatOptions};

    use super::*;

    fn shown(cells: &Cells, json: &str) -> Vec<String> {
        let values = Value::from_json(json).unwrap();
        let values: Vec<_> = values.as_list().unwrap().iter().map(Some).collect();
        let array = cells.array(&values).unwrap();
        assert_eq!(*array.data_type(), arrow_type(&cells.kind()));
        let options = FormatOptions::default().with_null("-");
        let shown = ArrayFormatter::try_new(array.as_ref(), &options).unwrap();
        (0..array.len()).map(|row| shown.value(row).to_string()).collect()
    }

    #[test]
    fn values_become_cells() {
        assert_eq!(shown(&Cells::Truth, r#"[true,"false",null,""]"#), ["true", "false", "-", "-"]);
        assert_eq!(shown(&Cells::Whole, r#"[1,"2",""]"#), ["1", "2", "-"]);
        assert_eq!(shown(&Cells::Float, r#"[1,"2.50"]"#), ["1.0", "2.5"]);
        assert_eq!(
            shown(&Cells::Text, r#"["a",1,true,{"b":[]},"",null]"#),
            ["a", "1", "true", "{\"b\":[]}", "", "-"]
        );
        assert_eq!(shown(&Cells::Json, r#"["a",[1]]"#), ["\"a\"", "[1]"]);
        assert_eq!(shown(&Cells::Date, r#"["1969-12-31",null]"#), ["1969-12-31", "-"]);
        let moment = Cells::Moment(TimeUnit::Microsecond, Some("+02:00".into()));
        assert_eq!(shown(&moment, r#"["2024-03-01T10:20:30.5+0200"]"#), ["2024-03-01T10:20:30.500+02:00"]);
        let list = Cells::List(Box::new(Cells::Structure(vec![
            ("a".into(), Cells::Whole),
            ("b".into(), Cells::Text),
        ])));
        assert_eq!(
            shown(&list, r#"[[{"a":1},{"b":"x"}],[],null]"#),
            ["[{a: 1, b: -}, {a: -, b: x}]", "[]", "-"]
        );
        let map = Cells::Map(Box::new(Cells::Whole));
        assert_eq!(shown(&map, r#"[{"x":1,"y":2},{}]"#), ["{x: 1, y: 2}", "{}"]);
        assert!(Cells::Whole.array(&[Some(&Value::from("x"))]).is_err());
    }
}
