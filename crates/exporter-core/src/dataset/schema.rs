//! Kinds and Arrow types.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_schema::{DataType, Field, Fields, Schema, SchemaRef, TimeUnit as ArrowUnit};

use crate::codebook::{self, Kind, Table, TimeUnit, Variable};
use crate::error::{Error, Result};

/// The Arrow type that normalised columns of a kind have.
pub fn arrow_type(kind: &Kind) -> DataType {
    match kind {
        Kind::Boolean => DataType::Boolean,
        Kind::Integer { bits: 8, signed: true } => DataType::Int8,
        Kind::Integer { bits: 16, signed: true } => DataType::Int16,
        Kind::Integer { bits: 32, signed: true } => DataType::Int32,
        Kind::Integer { bits: 8, signed: false } => DataType::UInt8,
        Kind::Integer { bits: 16, signed: false } => DataType::UInt16,
        Kind::Integer { bits: 32, signed: false } => DataType::UInt32,
        Kind::Integer { signed: true, .. } => DataType::Int64,
        Kind::Integer { signed: false, .. } => DataType::UInt64,
        Kind::Float { bits: 32 } => DataType::Float32,
        Kind::Float { .. } => DataType::Float64,
        Kind::Decimal { precision, scale } => DataType::Decimal128(*precision, *scale),
        Kind::Text => DataType::Utf8,
        Kind::Date => DataType::Date32,
        Kind::Time(TimeUnit::Nanosecond) => DataType::Time64(ArrowUnit::Nanosecond),
        Kind::Time(_) => DataType::Time64(ArrowUnit::Microsecond),
        Kind::DateTime { unit, zone } => DataType::Timestamp((*unit).into(), zone.as_deref().map(Into::into)),
        Kind::Duration(unit) => DataType::Duration((*unit).into()),
        Kind::Period(_) => DataType::Int32,
        Kind::Binary => DataType::Binary,
        Kind::Structure(fields) => DataType::Struct(
            fields
                .iter()
                .map(|part| Field::new(&part.name, arrow_type(&part.kind), true))
                .collect::<Fields>(),
        ),
        Kind::List(item) => DataType::List(Arc::new(Field::new("item", arrow_type(item), true))),
        Kind::Map { key, value } => {
            let entries = Fields::from(vec![
                Field::new("key", arrow_type(key), false),
                Field::new("value", arrow_type(value), true),
            ]);
            DataType::Map(Arc::new(Field::new("entries", DataType::Struct(entries), false)), false)
        }
    }
}

/// The Arrow schema of normalised batches of a table, for these columns.
pub fn arrow_schema(table: &Table, columns: &[usize]) -> SchemaRef {
    let fields: Vec<Field> = columns
        .iter()
        .filter_map(|column| table.variables.get(*column))
        .map(|variable| Field::new(&variable.name, arrow_type(&variable.kind), true))
        .collect();
    Arc::new(Schema::new(fields))
}

/// The kind that holds every value of an Arrow type.
///
/// # Errors
/// [`crate::ErrorKind::Unsupported`] for unions and intervals, which no kind holds.
pub fn infer_kind(data_type: &DataType) -> Result<Kind> {
    let integer = |bits, signed| Ok(Kind::Integer { bits, signed });
    match data_type {
        DataType::Boolean => Ok(Kind::Boolean),
        DataType::Int8 => integer(8, true),
        DataType::Int16 => integer(16, true),
        DataType::Int32 => integer(32, true),
        DataType::Int64 => integer(64, true),
        DataType::UInt8 => integer(8, false),
        DataType::UInt16 => integer(16, false),
        DataType::UInt32 => integer(32, false),
        DataType::UInt64 => integer(64, false),
        DataType::Float16 | DataType::Float32 => Ok(Kind::Float { bits: 32 }),
        DataType::Float64 => Ok(Kind::FLOAT),
        DataType::Decimal32(precision, scale)
        | DataType::Decimal64(precision, scale)
        | DataType::Decimal128(precision, scale) => {
            Ok(Kind::Decimal { precision: *precision, scale: *scale })
        }
        DataType::Decimal256(precision, scale) if *precision <= 38 => {
            Ok(Kind::Decimal { precision: *precision, scale: *scale })
        }
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Null => Ok(Kind::Text),
        DataType::Date32 => Ok(Kind::Date),
        DataType::Date64 => Ok(Kind::DateTime { unit: TimeUnit::Millisecond, zone: None }),
        DataType::Time32(_) | DataType::Time64(ArrowUnit::Microsecond) => {
            Ok(Kind::Time(TimeUnit::Microsecond))
        }
        DataType::Time64(_) => Ok(Kind::Time(TimeUnit::Nanosecond)),
        DataType::Timestamp(unit, zone) => {
            Ok(Kind::DateTime { unit: (*unit).into(), zone: zone.as_deref().map(str::to_owned) })
        }
        DataType::Duration(unit) => Ok(Kind::Duration((*unit).into())),
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_) => {
            Ok(Kind::Binary)
        }
        DataType::Dictionary(_, values) => infer_kind(values),
        DataType::RunEndEncoded(_, values) => infer_kind(values.data_type()),
        DataType::List(item)
        | DataType::LargeList(item)
        | DataType::FixedSizeList(item, _)
        | DataType::ListView(item)
        | DataType::LargeListView(item) => Ok(Kind::List(Box::new(infer_kind(item.data_type())?))),
        DataType::Struct(fields) => fields
            .iter()
            .map(|part| {
                Ok(codebook::Field { name: part.name().clone(), kind: infer_kind(part.data_type())? })
            })
            .collect::<Result<Vec<_>>>()
            .map(Kind::Structure),
        DataType::Map(entries, _) => match entries.data_type() {
            DataType::Struct(parts) => match parts.iter().collect::<Vec<_>>().as_slice() {
                [key, value] => Ok(Kind::Map {
                    key: Box::new(infer_kind(key.data_type())?),
                    value: Box::new(infer_kind(value.data_type())?),
                }),
                _ => Err(Error::unsupported("a map without key and value")),
            },
            _ => Err(Error::unsupported("a map without key and value")),
        },
        other => Err(Error::unsupported(format!("values of the Arrow type {other} have no kind"))
            .with_hint("cast the column to a number, text, date or list first")),
    }
}

/// A table whose variables have the names and inferred kinds of an Arrow schema.
///
/// # Errors
/// [`crate::ErrorKind::Unsupported`] naming the column whose type has no kind; [`crate::ErrorKind::Invalid`] when two
/// columns have the same name.
pub fn infer_table(name: &str, schema: &Schema) -> Result<Table> {
    let mut seen = HashMap::new();
    for (index, field) in schema.fields().iter().enumerate() {
        if let Some(first) = seen.insert(field.name().as_str(), index) {
            return Err(Error::invalid(format!(
                "the columns {} and {} are both named {:?}",
                first + 1,
                index + 1,
                field.name()
            ))
            .table(name)
            .variable(field.name())
            .with_hint("rename one of them"));
        }
    }
    let variables = schema
        .fields()
        .iter()
        .map(|field| {
            let kind =
                infer_kind(field.data_type()).map_err(|error| error.table(name).variable(field.name()))?;
            Ok(Variable::new(field.name(), kind))
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(Table::new(name, variables))
}

impl From<TimeUnit> for ArrowUnit {
    fn from(unit: TimeUnit) -> Self {
        match unit {
            TimeUnit::Second => ArrowUnit::Second,
            TimeUnit::Millisecond => ArrowUnit::Millisecond,
            TimeUnit::Microsecond => ArrowUnit::Microsecond,
            TimeUnit::Nanosecond => ArrowUnit::Nanosecond,
        }
    }
}

impl From<ArrowUnit> for TimeUnit {
    fn from(unit: ArrowUnit) -> Self {
        match unit {
            ArrowUnit::Second => TimeUnit::Second,
            ArrowUnit::Millisecond => TimeUnit::Millisecond,
            ArrowUnit::Microsecond => TimeUnit::Microsecond,
            ArrowUnit::Nanosecond => TimeUnit::Nanosecond,
        }
    }
}

/// Calls a macro with the type of a column of whole numbers: integers, days, times of day, date-times and durations.
#[doc(hidden)]
#[macro_export]
macro_rules! downcast_whole_numbers {
    ($data_type:expr => $call:ident, $($pattern:pat => $otherwise:expr $(,)?)*) => {
        arrow_array::downcast_integer! {
            $data_type => ($call),
            arrow_schema::DataType::Duration(unit) => match unit {
                arrow_schema::TimeUnit::Second => $call!(arrow_array::types::DurationSecondType),
                arrow_schema::TimeUnit::Millisecond => $call!(arrow_array::types::DurationMillisecondType),
                arrow_schema::TimeUnit::Microsecond => $call!(arrow_array::types::DurationMicrosecondType),
                arrow_schema::TimeUnit::Nanosecond => $call!(arrow_array::types::DurationNanosecondType),
            },
            _ => arrow_array::downcast_temporal! {
                $data_type => ($call),
                $($pattern => $otherwise,)*
            },
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codebook::Period;

    /// The codebook judges zones without Arrow, which must then support them.
    #[test]
    fn arrow_knows_every_zone_that_a_codebook_may_name() {
        for zone in ["UTC", "Africa/Kampala", "Etc/GMT-14", "+01:00", "-0930", "+14", "-23:59", "+00:00"] {
            assert!(zone.parse::<arrow_array::timezone::Tz>().is_ok(), "{zone}");
        }
    }

    fn kinds() -> Vec<Kind> {
        let scalars = "boolean int8 int16 int32 int64 uint8 uint16 uint32 uint64 float32 float text date time time(ns) \
                       duration(s) duration(ms) duration(us) duration(ns) binary datetime datetime(ns)";
        let mut kinds: Vec<Kind> = scalars.split_whitespace().map(|kind| kind.parse().unwrap()).collect();
        kinds.push("decimal(38, -3)".parse().unwrap());
        kinds.push("datetime(us, Europe/Paris)".parse().unwrap());
        let parts = kinds.iter().enumerate();
        let fields = parts
            .map(|(index, kind)| codebook::Field { name: format!("f{index}"), kind: kind.clone() })
            .collect();
        kinds.push(Kind::Structure(fields));
        kinds.push(Kind::List(Box::new(Kind::List(Box::new(Kind::Text)))));
        kinds.push(Kind::Map { key: Box::new(Kind::Text), value: Box::new(Kind::FLOAT) });
        kinds
    }

    #[test]
    fn a_kind_is_inferred_back_from_its_type() {
        for kind in kinds() {
            assert_eq!(infer_kind(&arrow_type(&kind)).unwrap(), kind);
        }
        // Arrow has no periods: they are whole numbers there.
        assert_eq!(arrow_type(&Kind::Period(Period::Week)), DataType::Int32);
    }

    #[test]
    fn every_encoding_has_the_kind_of_its_values() {
        let of = |data_type: DataType| infer_kind(&data_type).unwrap();
        let field = |data_type| Arc::new(Field::new("x", data_type, true));
        for text in [DataType::LargeUtf8, DataType::Utf8View, DataType::Null] {
            assert_eq!(of(text.clone()), Kind::Text);
            assert_eq!(
                of(DataType::Dictionary(Box::new(DataType::UInt8), Box::new(text.clone()))),
                Kind::Text
            );
            assert_eq!(of(DataType::RunEndEncoded(field(DataType::Int32), field(text.clone()))), Kind::Text);
            assert_eq!(of(DataType::LargeListView(field(text))), Kind::List(Box::new(Kind::Text)));
        }
        assert_eq!(of(DataType::Float16), Kind::Float { bits: 32 });
        assert_eq!(of(DataType::FixedSizeBinary(3)), Kind::Binary);
        assert_eq!(of(DataType::Time32(ArrowUnit::Second)), Kind::Time(TimeUnit::Microsecond));
        assert_eq!(of(DataType::Decimal256(38, 2)), Kind::Decimal { precision: 38, scale: 2 });
    }

    #[test]
    fn types_without_a_kind_name_their_column() {
        for data_type in [
            DataType::Interval(arrow_schema::IntervalUnit::MonthDayNano),
            DataType::Decimal256(39, 0),
            DataType::List(Arc::new(Field::new("item", DataType::Decimal256(39, 0), true))),
        ] {
            let schema =
                Schema::new(vec![Field::new("a", DataType::Int8, true), Field::new("b", data_type, true)]);
            let error = infer_table("t", &schema).unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::Unsupported);
            assert_eq!(
                (error.place().table.as_deref(), error.place().variable.as_deref()),
                (Some("t"), Some("b"))
            );
        }
    }

    #[test]
    fn tables_are_inferred_with_names_and_order() {
        let schema =
            Schema::new(vec![Field::new("b", DataType::Int8, true), Field::new("a", DataType::Utf8, true)]);
        let table = infer_table("t", &schema).unwrap();
        assert_eq!(arrow_schema(&table, &[0, 1]).as_ref(), &schema);
        assert_eq!(arrow_schema(&table, &[1]).field(0).name(), "a");
        let twice =
            Schema::new(vec![Field::new("b", DataType::Int8, true), Field::new("b", DataType::Utf8, true)]);
        let error = infer_table("t", &twice).unwrap_err();
        assert!(error.to_string().starts_with("the columns 1 and 2 are both named \"b\""), "{error}");
    }
}
