//! Arrow columns built cell by cell.

use std::sync::Arc;

use arrow_array::types::*;
use arrow_array::{ArrayRef, ArrowPrimitiveType, BinaryArray, BooleanArray, PrimitiveArray, StringArray};
use arrow_buffer::{BooleanBufferBuilder, Buffer, NullBufferBuilder, OffsetBuffer, ScalarBuffer};
use arrow_schema::{DataType, TimeUnit};

use super::layout::CellKind;
use super::options::ReadOptions;
use super::{number, time};
use crate::options::BinaryText;
use crate::writer::{Zone, per_second};
use crate::{PeriodUnit, TabError, binary};

/// What cells share over all columns.
#[derive(Debug, Clone)]
pub(super) struct CellStyle {
    mark: u8,
    booleans: Option<[String; 2]>,
    date_pattern: Option<String>,
    date_time_pattern: Option<String>,
    binary: BinaryText,
}

impl CellStyle {
    pub(super) fn new(options: &ReadOptions) -> Self {
        Self {
            mark: options.decimal_mark.byte(),
            booleans: options.booleans.clone(),
            date_pattern: options.date_pattern.clone(),
            date_time_pattern: options.date_time_pattern.clone(),
            binary: options.binary,
        }
    }

    fn boolean(&self, text: &[u8]) -> Option<bool> {
        if let Some([no, yes]) = &self.booleans {
            return match text {
                _ if text == yes.as_bytes() => Some(true),
                _ if text == no.as_bytes() => Some(false),
                _ => None,
            };
        }
        match text {
            b"1" | b"1.0" => Some(true),
            b"0" | b"0.0" => Some(false),
            _ if text.eq_ignore_ascii_case(b"true") => Some(true),
            _ if text.eq_ignore_ascii_case(b"false") => Some(false),
            _ => None,
        }
    }
}

/// The values of a column by the way they come from text.
enum Values {
    Boolean(BooleanBufferBuilder),
    Int8(Vec<i8>),
    Int16(Vec<i16>),
    Int32(Vec<i32>),
    Int64(Vec<i64>),
    UInt8(Vec<u8>),
    UInt16(Vec<u16>),
    UInt32(Vec<u32>),
    UInt64(Vec<u64>),
    Float32(Vec<f32>),
    Float64(Vec<f64>),
    Decimal(Vec<i128>, u8, i8),
    Text(Vec<u8>, Vec<i32>),
    Binary(Vec<u8>, Vec<i32>),
    Date(Vec<i32>),
    Time(Vec<i64>, TimeUnit),
    Timestamp(Vec<i64>, TimeUnit, Zone, Option<Arc<str>>),
    Duration(Vec<i64>, TimeUnit),
    Period(Vec<i32>, PeriodUnit),
}

/// Collects the cells of one column.
pub(super) struct Builder {
    values: Values,
    nulls: NullBufferBuilder,
}

impl Builder {
    /// A builder for a kind.
    ///
    /// # Errors
    /// [`TabError::Unsupported`] for Arrow types that have no text form, and for unknown zones.
    pub(super) fn new(column: &str, kind: &CellKind) -> Result<Self, TabError> {
        let values = match kind {
            CellKind::Period(unit) => Values::Period(Vec::new(), *unit),
            CellKind::Data(data) => match data {
                DataType::Boolean => Values::Boolean(BooleanBufferBuilder::new(0)),
                DataType::Int8 => Values::Int8(Vec::new()),
                DataType::Int16 => Values::Int16(Vec::new()),
                DataType::Int32 => Values::Int32(Vec::new()),
                DataType::Int64 => Values::Int64(Vec::new()),
                DataType::UInt8 => Values::UInt8(Vec::new()),
                DataType::UInt16 => Values::UInt16(Vec::new()),
                DataType::UInt32 => Values::UInt32(Vec::new()),
                DataType::UInt64 => Values::UInt64(Vec::new()),
                DataType::Float32 => Values::Float32(Vec::new()),
                DataType::Float64 => Values::Float64(Vec::new()),
                DataType::Decimal128(precision, scale) => Values::Decimal(Vec::new(), *precision, *scale),
                DataType::Utf8 => Values::Text(Vec::new(), vec![0]),
                DataType::Binary => Values::Binary(Vec::new(), vec![0]),
                DataType::Date32 => Values::Date(Vec::new()),
                DataType::Time64(unit @ (TimeUnit::Microsecond | TimeUnit::Nanosecond)) => {
                    Values::Time(Vec::new(), *unit)
                }
                DataType::Timestamp(unit, zone) => {
                    Values::Timestamp(Vec::new(), *unit, Zone::of(zone.as_deref())?, zone.clone())
                }
                DataType::Duration(unit) => Values::Duration(Vec::new(), *unit),
                other => {
                    return Err(TabError::Unsupported { column: column.into(), found: other.to_string() });
                }
            },
        };
        Ok(Self { values, nulls: NullBufferBuilder::new(0) })
    }

    /// Whether empty cells in quotes are values.
    #[inline]
    pub(super) fn is_text(&self) -> bool {
        matches!(self.values, Values::Text(..) | Values::Binary(..))
    }

    /// Adds a missing value.
    #[inline]
    pub(super) fn push_missing(&mut self) {
        self.nulls.append_null();
        match &mut self.values {
            Values::Boolean(values) => values.append(false),
            Values::Int8(values) => values.push(0),
            Values::Int16(values) => values.push(0),
            Values::Int32(values) | Values::Date(values) | Values::Period(values, _) => values.push(0),
            Values::Int64(values)
            | Values::Time(values, _)
            | Values::Timestamp(values, ..)
            | Values::Duration(values, _) => values.push(0),
            Values::UInt8(values) => values.push(0),
            Values::UInt16(values) => values.push(0),
            Values::UInt32(values) => values.push(0),
            Values::UInt64(values) => values.push(0),
            Values::Float32(values) => values.push(0.0),
            Values::Float64(values) => values.push(0.0),
            Values::Decimal(values, ..) => values.push(0),
            Values::Text(bytes, ends) | Values::Binary(bytes, ends) => ends.push(bytes.len() as i32),
        }
    }

    /// Adds the value of a cell; none when the text is not of this kind.
    #[inline]
    pub(super) fn push(&mut self, cell: &[u8], style: &CellStyle) -> Option<()> {
        if let Values::Text(bytes, ends) = &mut self.values {
            bytes.extend_from_slice(cell);
            ends.push(i32::try_from(bytes.len()).ok()?);
            self.nulls.append_non_null();
            return Some(());
        }
        let text = number::trim(cell);
        let mark = style.mark;
        match &mut self.values {
            Values::Text(..) => {}
            Values::Boolean(values) => values.append(style.boolean(text)?),
            Values::Int8(values) => values.push(number::integer(text, mark)?.try_into().ok()?),
            Values::Int16(values) => values.push(number::integer(text, mark)?.try_into().ok()?),
            Values::Int32(values) => values.push(number::integer(text, mark)?.try_into().ok()?),
            Values::Int64(values) | Values::Duration(values, _) => {
                values.push(number::integer(text, mark)?.try_into().ok()?);
            }
            Values::UInt8(values) => values.push(number::integer(text, mark)?.try_into().ok()?),
            Values::UInt16(values) => values.push(number::integer(text, mark)?.try_into().ok()?),
            Values::UInt32(values) => values.push(number::integer(text, mark)?.try_into().ok()?),
            Values::UInt64(values) => values.push(number::integer(text, mark)?.try_into().ok()?),
            Values::Float32(values) => values.push(number::float32(text, mark)?),
            Values::Float64(values) => values.push(number::float(text, mark)?),
            Values::Decimal(values, precision, scale) => {
                values.push(number::decimal(text, *precision, *scale, mark)?);
            }
            Values::Binary(bytes, ends) => {
                let decoded = match style.binary {
                    BinaryText::Base64 => binary::from_base64(text)?,
                    BinaryText::Hex => binary::from_hex(text)?,
                };
                bytes.extend_from_slice(&decoded);
                ends.push(i32::try_from(bytes.len()).ok()?);
            }
            Values::Date(values) => {
                let days = match &style.date_pattern {
                    None => time::date(text)?,
                    Some(pattern) => time::patterned_date(text, pattern)?,
                };
                values.push(days.try_into().ok()?);
            }
            Values::Time(values, unit) => {
                let step = 1_000_000_000 / per_second(*unit);
                let (nanos, _) = time::clock(text)?;
                values.push((nanos % step == 0).then_some(nanos / step)?);
            }
            Values::Timestamp(values, unit, zone, _) => {
                let moment = match &style.date_time_pattern {
                    None => time::moment(text)?,
                    Some(pattern) => time::patterned_moment(text, pattern)?,
                };
                values.push(time::timestamp(moment, per_second(*unit), zone)?);
            }
            Values::Period(values, unit) => values.push(unit.parse(std::str::from_utf8(text).ok()?)?),
        }
        self.nulls.append_non_null();
        Some(())
    }

    /// Takes the column and starts anew. An error is the row (from 0) of a text that is not UTF-8.
    pub(super) fn finish(&mut self) -> Result<ArrayRef, usize> {
        let nulls = self.nulls.finish();
        Ok(match &mut self.values {
            Values::Boolean(values) => Arc::new(BooleanArray::new(values.finish(), nulls)),
            Values::Int8(values) => primitive::<Int8Type>(values, nulls),
            Values::Int16(values) => primitive::<Int16Type>(values, nulls),
            Values::Int32(values) | Values::Period(values, _) => primitive::<Int32Type>(values, nulls),
            Values::Int64(values) => primitive::<Int64Type>(values, nulls),
            Values::UInt8(values) => primitive::<UInt8Type>(values, nulls),
            Values::UInt16(values) => primitive::<UInt16Type>(values, nulls),
            Values::UInt32(values) => primitive::<UInt32Type>(values, nulls),
            Values::UInt64(values) => primitive::<UInt64Type>(values, nulls),
            Values::Float32(values) => primitive::<Float32Type>(values, nulls),
            Values::Float64(values) => primitive::<Float64Type>(values, nulls),
            Values::Date(values) => primitive::<Date32Type>(values, nulls),
            Values::Decimal(values, precision, scale) => {
                let data = DataType::Decimal128(*precision, *scale);
                let values = ScalarBuffer::from(std::mem::take(values));
                Arc::new(PrimitiveArray::<Decimal128Type>::new(values, nulls).with_data_type(data))
            }
            Values::Time(values, TimeUnit::Nanosecond) => primitive::<Time64NanosecondType>(values, nulls),
            Values::Time(values, _) => primitive::<Time64MicrosecondType>(values, nulls),
            Values::Timestamp(values, unit, _, zone) => match unit {
                TimeUnit::Second => stamps::<TimestampSecondType>(values, nulls, zone),
                TimeUnit::Millisecond => stamps::<TimestampMillisecondType>(values, nulls, zone),
                TimeUnit::Microsecond => stamps::<TimestampMicrosecondType>(values, nulls, zone),
                TimeUnit::Nanosecond => stamps::<TimestampNanosecondType>(values, nulls, zone),
            },
            Values::Duration(values, unit) => match unit {
                TimeUnit::Second => primitive::<DurationSecondType>(values, nulls),
                TimeUnit::Millisecond => primitive::<DurationMillisecondType>(values, nulls),
                TimeUnit::Microsecond => primitive::<DurationMicrosecondType>(values, nulls),
                TimeUnit::Nanosecond => primitive::<DurationNanosecondType>(values, nulls),
            },
            Values::Binary(bytes, ends) => {
                let (bytes, ends) = take_bytes(bytes, ends);
                Arc::new(BinaryArray::new(ends, bytes, nulls))
            }
            Values::Text(bytes, ends) => {
                let (bytes, ends) = take_bytes(bytes, ends);
                match StringArray::try_new(ends.clone(), bytes.clone(), nulls) {
                    Ok(array) => Arc::new(array),
                    Err(_) => return Err(first_invalid(&bytes, &ends).unwrap_or(0)),
                }
            }
        })
    }
}

/// Row of the first text that is not UTF-8 on its own.
fn first_invalid(bytes: &[u8], ends: &[i32]) -> Option<usize> {
    ends.windows(2).position(|pair| match pair {
        [start, end] => {
            let text = bytes.get(*start as usize..*end as usize).unwrap_or_default();
            std::str::from_utf8(text).is_err()
        }
        _ => false,
    })
}

fn take_bytes(bytes: &mut Vec<u8>, ends: &mut Vec<i32>) -> (Buffer, OffsetBuffer<i32>) {
    // The next batch is about as large: growing step by step would copy it several times.
    let mut next = Vec::with_capacity(ends.len());
    next.push(0);
    let ends = std::mem::replace(ends, next);
    let room = bytes.len();
    let bytes = std::mem::replace(bytes, Vec::with_capacity(room));
    (Buffer::from_vec(bytes), OffsetBuffer::new(ScalarBuffer::from(ends)))
}

fn primitive<T: ArrowPrimitiveType>(
    values: &mut Vec<T::Native>,
    nulls: Option<arrow_buffer::NullBuffer>,
) -> ArrayRef {
    let room = values.len();
    let values = std::mem::replace(values, Vec::with_capacity(room));
    Arc::new(PrimitiveArray::<T>::new(ScalarBuffer::from(values), nulls))
}

fn stamps<T: ArrowTimestampType>(
    values: &mut Vec<i64>,
    nulls: Option<arrow_buffer::NullBuffer>,
    zone: &Option<Arc<str>>,
) -> ArrayRef {
    let values = ScalarBuffer::from(std::mem::take(values));
    Arc::new(PrimitiveArray::<T>::new(values, nulls).with_timezone_opt(zone.clone()))
}
