//! Values that a table shows as another type than their file's: UUIDs, 16 bytes, as their usual text, INT96, 12 bytes, as the
//! times that they are, and numbers that may have more than 38 digits as texts.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Date64Type, Decimal128Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef, FixedSizeBinaryArray, PrimitiveArray, StringArray, make_array};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::extension::EXTENSION_TYPE_NAME_KEY;
use arrow_schema::{ArrowError, DECIMAL256_MAX_PRECISION, DataType, Field, FieldRef, TimeUnit};

/// Name of the extension type (Arrow format, Canonical Extension Types, section UUID).
pub(crate) const UUID: &str = "arrow.uuid";
/// Metadata key of a field with raw INT96; the value is the zone, empty for none.
pub(crate) const INT96: &str = "exporter.int96";

/// Metadata key of a field with whole numbers of 128 bits, which have the bytes of a decimal.
pub(crate) const INT128: &str = "exporter.int128";
/// Most digits of a decimal.
pub(crate) const MAX_DIGITS: u8 = 38;

/// Days from the Julian day of INT96 to 1970 (Parquet format, LogicalTypes.md, section "INT96 timestamps").
const JULIAN_DAY_OF_EPOCH: i64 = 2_440_588;
const MICROSECONDS_PER_DAY: i64 = 86_400_000_000;
const MILLISECONDS_PER_DAY: i64 = 86_400_000;

/// What a conversion could not keep.
#[derive(Debug, Default)]
pub(crate) struct Cut {
    /// Times with digits finer than microseconds, and dates with a time of day.
    pub(crate) count: u64,
    /// Position in its array and value of the first one.
    pub(crate) first: Option<(usize, String)>,
}

/// Whether a column has numbers that may have more digits than a decimal.
pub(crate) fn is_wide(field: &Field) -> bool {
    match field.data_type() {
        // The decoder has no longer ones than 76.
        DataType::Decimal256(precision, _) => (MAX_DIGITS + 1..=DECIMAL256_MAX_PRECISION).contains(precision),
        DataType::Decimal128(_, _) => field.metadata().contains_key(INT128),
        _ => false,
    }
}

/// The decimal that holds a wide number of few digits.
pub(crate) fn narrow_type(wide: &DataType) -> Option<DataType> {
    match wide {
        DataType::Decimal256(_, scale) | DataType::Decimal128(_, scale) => {
            (scale.unsigned_abs() <= MAX_DIGITS).then_some(DataType::Decimal128(MAX_DIGITS, *scale))
        }
        _ => None,
    }
}

/// Whether the digits of a decimal are not too many.
pub(crate) fn fits_decimal(number: i128) -> bool {
    number.unsigned_abs() < 10u128.pow(MAX_DIGITS.into())
}

/// The type of a column as it is shown; numbers that may be too long for a decimal are texts.
pub(crate) fn shown_type(field: &Field) -> DataType {
    let part = |part: &FieldRef| -> FieldRef {
        match shown_type(part) {
            same if &same == part.data_type() => Arc::clone(part),
            shown => Arc::new(Field::clone(part).with_data_type(shown)),
        }
    };
    let metadata = |key| field.metadata().get(key).map(String::as_str);
    match field.data_type() {
        DataType::FixedSizeBinary(16) if metadata(EXTENSION_TYPE_NAME_KEY) == Some(UUID) => DataType::Utf8,
        DataType::FixedSizeBinary(12) if metadata(INT96).is_some() => {
            let zone = metadata(INT96).filter(|zone| !zone.is_empty());
            DataType::Timestamp(TimeUnit::Microsecond, zone.map(Into::into))
        }
        _ if is_wide(field) => DataType::Utf8,
        // Milliseconds that make whole days (Arrow format, Schema.fbs, section Date).
        DataType::Date64 => DataType::Date32,
        DataType::Struct(parts) => DataType::Struct(parts.iter().map(part).collect()),
        DataType::List(item) => DataType::List(part(item)),
        DataType::LargeList(item) => DataType::LargeList(part(item)),
        DataType::ListView(item) => DataType::ListView(part(item)),
        DataType::LargeListView(item) => DataType::LargeListView(part(item)),
        DataType::FixedSizeList(item, size) => DataType::FixedSizeList(part(item), *size),
        DataType::Map(entries, sorted) => DataType::Map(part(entries), *sorted),
        other => other.clone(),
    }
}

/// Brings a column to the type that [`shown_type`] tells.
pub(crate) fn shown(column: &ArrayRef, to: &DataType, cut: &mut Cut) -> Result<ArrayRef, ArrowError> {
    let data_type = column.data_type();
    if data_type == to {
        return Ok(Arc::clone(column));
    }
    if let (DataType::Decimal128(MAX_DIGITS, 0), DataType::Utf8) = (data_type, to) {
        // Integers of 128 bits may have a digit more than decimals, which cut it off.
        let numbers = column.as_primitive::<Decimal128Type>().iter();
        return Ok(Arc::new(numbers.map(|number| Some(number?.to_string())).collect::<StringArray>()));
    }
    if matches!(data_type, DataType::Decimal128(..) | DataType::Decimal256(..)) {
        return cast_with_options(column, to, &CastOptions { safe: false, ..CastOptions::default() });
    }
    if let Some(milliseconds) = column.as_primitive_opt::<Date64Type>() {
        return Ok(Arc::new(days(milliseconds, cut)));
    }
    match (column.as_fixed_size_binary_opt(), to) {
        (Some(bytes), DataType::Utf8) => {
            let texts: StringArray = bytes.iter().map(|uuid| uuid.map(text)).collect();
            return Ok(Arc::new(texts));
        }
        (Some(bytes), DataType::Timestamp(_, zone)) => {
            return Ok(Arc::new(times(bytes, cut).with_timezone_opt(zone.clone())));
        }
        _ => {}
    }
    let data = column.to_data();
    let children = data.child_data().iter().zip(parts(to)).map(|(child, part)| {
        Ok::<_, ArrowError>(shown(&make_array(child.clone()), part.data_type(), cut)?.to_data())
    });
    let children = children.collect::<Result<Vec<_>, _>>()?;
    Ok(make_array(data.into_builder().data_type(to.clone()).child_data(children).build()?))
}

/// The parts of a nested type.
pub(crate) fn parts(data_type: &DataType) -> Vec<&FieldRef> {
    match data_type {
        DataType::Struct(fields) => fields.iter().collect(),
        DataType::List(item)
        | DataType::LargeList(item)
        | DataType::FixedSizeList(item, _)
        | DataType::ListView(item)
        | DataType::LargeListView(item)
        | DataType::Map(item, _) => vec![item],
        _ => Vec::new(),
    }
}

/// The days of dates, whatever their time of day.
fn days(milliseconds: &PrimitiveArray<Date64Type>, cut: &mut Cut) -> PrimitiveArray<Date32Type> {
    let mut day = |(at, value): (usize, Option<i64>)| {
        let value = value?;
        let days = i32::try_from(value.div_euclid(MILLISECONDS_PER_DAY));
        if value.rem_euclid(MILLISECONDS_PER_DAY) != 0 || days.is_err() {
            cut.count += 1;
            cut.first.get_or_insert_with(|| (at, format!("{value} ms since 1970")));
        }
        days.ok()
    };
    milliseconds.iter().enumerate().map(&mut day).collect()
}

/// Groups of 8, 4, 4, 4 and 12 digits (RFC 9562, section 4).
fn text(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(36);
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        for digit in [byte >> 4, byte & 0x0f] {
            text.extend(char::from_digit(digit.into(), 16));
        }
    }
    text
}

/// Nanoseconds of the day in eight bytes, then the Julian day in four. Years that microseconds since 1970 hold and
/// microseconds since the first Julian day do not went through a wrap when Spark wrote them, and go back through one here.
fn times(bytes: &FixedSizeBinaryArray, cut: &mut Cut) -> PrimitiveArray<TimestampMicrosecondType> {
    let mut time = |(at, bytes): (usize, Option<&[u8]>)| {
        let bytes = bytes?;
        let (time, day) =
            (i64::from_le_bytes(*bytes.first_chunk()?), i32::from_le_bytes(*bytes.last_chunk()?));
        let days = i64::from(day) - JULIAN_DAY_OF_EPOCH;
        let microseconds = days.wrapping_mul(MICROSECONDS_PER_DAY).wrapping_add(time.div_euclid(1000));
        let finer = time.rem_euclid(1000);
        if finer != 0 {
            cut.count += 1;
            let value =
                || (at, format!("{} ns since 1970", i128::from(microseconds) * 1000 + i128::from(finer)));
            cut.first.get_or_insert_with(value);
        }
        Some(microseconds)
    };
    bytes.iter().enumerate().map(&mut time).collect()
}
