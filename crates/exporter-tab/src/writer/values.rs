//! The values of a column, its Arrow type resolved once for all rows.

use arrow_array::cast::AsArray;
use arrow_array::types::*;
use arrow_array::{Array, ArrayRef};
use arrow_buffer::{ArrowNativeType, OffsetBuffer, ScalarBuffer};
use arrow_schema::{DataType, TimeUnit};
use exporter_core::codebook::{self, Period};

use super::encoder::Style;
use super::quote::PlainTexts;
use super::time::Zone;
use crate::TabError;

/// The values of a column by the way they become text.
pub(super) enum Values<'a> {
    Boolean(&'a arrow_array::BooleanArray),
    Int8(&'a ScalarBuffer<i8>),
    Int16(&'a ScalarBuffer<i16>),
    Int32(&'a ScalarBuffer<i32>),
    Int64(&'a ScalarBuffer<i64>),
    UInt8(&'a ScalarBuffer<u8>),
    UInt16(&'a ScalarBuffer<u16>),
    UInt32(&'a ScalarBuffer<u32>),
    UInt64(&'a ScalarBuffer<u64>),
    Float32(&'a ScalarBuffer<f32>),
    Float64(&'a ScalarBuffer<f64>),
    Decimal(&'a ScalarBuffer<i128>, i8),
    Text(&'a OffsetBuffer<i32>, PlainTexts<'a>, &'a [u8]),
    Binary(&'a OffsetBuffer<i32>, &'a [u8]),
    Date(&'a ScalarBuffer<i32>),
    Time(&'a ScalarBuffer<i64>, i64),
    Timestamp(&'a ScalarBuffer<i64>, i64, Zone),
    Period(&'a ScalarBuffer<i32>, Period),
}

impl<'a> Values<'a> {
    /// The values of a column, and whether they are numbers.
    pub(super) fn of(
        name: &str,
        array: &'a ArrayRef,
        period: Option<Period>,
        style: &Style,
    ) -> Result<(Self, bool), TabError> {
        let unsupported =
            || TabError::Unsupported { column: name.to_string(), found: array.data_type().to_string() };
        let mut number = true;
        let values = match array.data_type() {
            DataType::Int8 => Values::Int8(array.as_primitive::<Int8Type>().values()),
            DataType::Int16 => Values::Int16(array.as_primitive::<Int16Type>().values()),
            DataType::Int32 => {
                let values = array.as_primitive::<Int32Type>().values();
                match period {
                    None => Values::Int32(values),
                    Some(unit) => {
                        number = unit == Period::Year;
                        Values::Period(values, unit)
                    }
                }
            }
            DataType::Int64 => Values::Int64(array.as_primitive::<Int64Type>().values()),
            DataType::UInt8 => Values::UInt8(array.as_primitive::<UInt8Type>().values()),
            DataType::UInt16 => Values::UInt16(array.as_primitive::<UInt16Type>().values()),
            DataType::UInt32 => Values::UInt32(array.as_primitive::<UInt32Type>().values()),
            DataType::UInt64 => Values::UInt64(array.as_primitive::<UInt64Type>().values()),
            DataType::Float32 => Values::Float32(array.as_primitive::<Float32Type>().values()),
            DataType::Float64 => Values::Float64(array.as_primitive::<Float64Type>().values()),
            DataType::Decimal128(_, scale) => {
                Values::Decimal(array.as_primitive::<Decimal128Type>().values(), *scale)
            }
            DataType::Duration(unit) => Values::Int64(match unit {
                TimeUnit::Second => array.as_primitive::<DurationSecondType>().values(),
                TimeUnit::Millisecond => array.as_primitive::<DurationMillisecondType>().values(),
                TimeUnit::Microsecond => array.as_primitive::<DurationMicrosecondType>().values(),
                TimeUnit::Nanosecond => array.as_primitive::<DurationNanosecondType>().values(),
            }),
            other => {
                number = false;
                match other {
                    DataType::Boolean => Values::Boolean(array.as_boolean()),
                    DataType::Utf8 => {
                        let text = array.as_string::<i32>();
                        let start = text.offsets().first().map_or(0, |at| at.as_usize());
                        let values = text.value_data();
                        Values::Text(text.offsets(), PlainTexts::new(values, start, &style.text), values)
                    }
                    DataType::Binary => {
                        let bytes = array.as_binary::<i32>();
                        Values::Binary(bytes.offsets(), bytes.value_data())
                    }
                    DataType::Date32 => Values::Date(array.as_primitive::<Date32Type>().values()),
                    DataType::Time64(unit) => {
                        let values = match unit {
                            TimeUnit::Microsecond => array.as_primitive::<Time64MicrosecondType>().values(),
                            TimeUnit::Nanosecond => array.as_primitive::<Time64NanosecondType>().values(),
                            _ => return Err(unsupported()),
                        };
                        Values::Time(values, codebook::TimeUnit::from(*unit).per_second())
                    }
                    DataType::Timestamp(unit, zone) => {
                        let values = match unit {
                            TimeUnit::Second => array.as_primitive::<TimestampSecondType>().values(),
                            TimeUnit::Millisecond => {
                                array.as_primitive::<TimestampMillisecondType>().values()
                            }
                            TimeUnit::Microsecond => {
                                array.as_primitive::<TimestampMicrosecondType>().values()
                            }
                            TimeUnit::Nanosecond => array.as_primitive::<TimestampNanosecondType>().values(),
                        };
                        Values::Timestamp(
                            values,
                            codebook::TimeUnit::from(*unit).per_second(),
                            Zone::of(zone.as_deref())?,
                        )
                    }
                    _ => return Err(unsupported()),
                }
            }
        };
        Ok((values, number))
    }
}
