//! One column of one batch, ready to give its cells row by row.

use arrow_array::cast::AsArray;
use arrow_array::types::*;
use arrow_array::{Array, ArrayRef};
use arrow_buffer::{ArrowNativeType, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::DataType;

use super::encoder::Style;
use super::number::{self, NUMBER_ROOM};
use super::quote::{PlainTexts, needs_quotes};
use super::row::RowBuffer;
use super::substitute::Substitutes;
use super::time::{self, Zone};
use crate::{PeriodUnit, TabError};

/// The values of a column by the way they become text.
enum Values<'a> {
    Null,
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
    LargeText(&'a OffsetBuffer<i64>, PlainTexts<'a>, &'a [u8]),
    Binary(&'a OffsetBuffer<i32>, &'a [u8]),
    LargeBinary(&'a OffsetBuffer<i64>, &'a [u8]),
    Date(&'a ScalarBuffer<i32>),
    Time(&'a ScalarBuffer<i64>, i64),
    Timestamp(&'a ScalarBuffer<i64>, i64, Zone),
    Period(&'a ScalarBuffer<i32>, PeriodUnit),
}

/// What happened to the cells of one column that the file cannot tell apart from other values.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Altered {
    /// Texts in which a tab or line end became a space.
    pub breaks: u64,
    /// Row of the first of them within the batch, from 0.
    pub first_break: Option<usize>,
    /// Empty texts written like missing ones.
    pub empty: u64,
    /// Row of the first of them within the batch, from 0.
    pub first_empty: Option<usize>,
}

/// One column of one batch.
pub(super) struct Cells<'a> {
    values: Values<'a>,
    nulls: Option<&'a NullBuffer>,
    substitutes: Option<&'a Substitutes>,
    style: &'a Style,
    /// Whether values (not missing ones) stand in quotes.
    wrap: bool,
    pub(super) altered: Altered,
    /// Row of the first value that could not be written.
    pub(super) failed: Option<usize>,
    scratch: Vec<u8>,
}

impl<'a> Cells<'a> {
    /// Resolves the type of a column once for all its rows.
    pub(super) fn new(
        name: &str,
        array: &'a ArrayRef,
        period: Option<PeriodUnit>,
        substitutes: Option<&'a Substitutes>,
        style: &'a Style,
    ) -> Result<Self, TabError> {
        let unsupported =
            || TabError::Unsupported { column: name.to_string(), found: array.data_type().to_string() };
        let mut number = true;
        let values = match array.data_type() {
            DataType::Null => Values::Null,
            DataType::Int8 => Values::Int8(array.as_primitive::<Int8Type>().values()),
            DataType::Int16 => Values::Int16(array.as_primitive::<Int16Type>().values()),
            DataType::Int32 => {
                let values = array.as_primitive::<Int32Type>().values();
                match period {
                    None => Values::Int32(values),
                    Some(unit) => {
                        number = unit == PeriodUnit::Year;
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
                arrow_schema::TimeUnit::Second => array.as_primitive::<DurationSecondType>().values(),
                arrow_schema::TimeUnit::Millisecond => {
                    array.as_primitive::<DurationMillisecondType>().values()
                }
                arrow_schema::TimeUnit::Microsecond => {
                    array.as_primitive::<DurationMicrosecondType>().values()
                }
                arrow_schema::TimeUnit::Nanosecond => array.as_primitive::<DurationNanosecondType>().values(),
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
                    DataType::LargeUtf8 => {
                        let text = array.as_string::<i64>();
                        let start = text.offsets().first().map_or(0, |at| at.as_usize());
                        let values = text.value_data();
                        Values::LargeText(text.offsets(), PlainTexts::new(values, start, &style.text), values)
                    }
                    DataType::Binary => {
                        let bytes = array.as_binary::<i32>();
                        Values::Binary(bytes.offsets(), bytes.value_data())
                    }
                    DataType::LargeBinary => {
                        let bytes = array.as_binary::<i64>();
                        Values::LargeBinary(bytes.offsets(), bytes.value_data())
                    }
                    DataType::Date32 => Values::Date(array.as_primitive::<Date32Type>().values()),
                    DataType::Time64(unit) => {
                        let values = match unit {
                            arrow_schema::TimeUnit::Microsecond => {
                                array.as_primitive::<Time64MicrosecondType>().values()
                            }
                            arrow_schema::TimeUnit::Nanosecond => {
                                array.as_primitive::<Time64NanosecondType>().values()
                            }
                            _ => return Err(unsupported()),
                        };
                        Values::Time(values, time::per_second(*unit))
                    }
                    DataType::Timestamp(unit, zone) => {
                        let values = match unit {
                            arrow_schema::TimeUnit::Second => {
                                array.as_primitive::<TimestampSecondType>().values()
                            }
                            arrow_schema::TimeUnit::Millisecond => {
                                array.as_primitive::<TimestampMillisecondType>().values()
                            }
                            arrow_schema::TimeUnit::Microsecond => {
                                array.as_primitive::<TimestampMicrosecondType>().values()
                            }
                            arrow_schema::TimeUnit::Nanosecond => {
                                array.as_primitive::<TimestampNanosecondType>().values()
                            }
                        };
                        Values::Timestamp(values, time::per_second(*unit), Zone::of(zone.as_deref())?)
                    }
                    _ => return Err(unsupported()),
                }
            }
        };
        let is_text = matches!(values, Values::Text(..) | Values::LargeText(..));
        Ok(Self {
            values,
            nulls: array.nulls(),
            substitutes,
            style,
            wrap: !is_text && (style.quote_all || (style.quote_non_numeric && !number)),
            altered: Altered::default(),
            failed: None,
            scratch: Vec::new(),
        })
    }

    /// Appends the cell of `row`; room for [`Style::room`] bytes must have been made.
    #[inline]
    pub(super) fn push(&mut self, row: usize, out: &mut RowBuffer<'_>) {
        if let Some(nulls) = self.nulls
            && nulls.is_null(row)
        {
            out.bytes(&self.style.missing);
            return;
        }
        if self.substitutes.is_some() && self.substitute(row, out) {
            return;
        }
        if self.wrap {
            out.byte(b'"');
            self.value(row, out);
            out.byte(b'"');
        } else {
            self.value(row, out);
        }
    }

    #[inline]
    fn value(&mut self, row: usize, out: &mut RowBuffer<'_>) {
        let style = self.style;
        match &mut self.values {
            Values::Null => out.bytes(&style.missing),
            Values::Int8(values) => out.fill(|to| number::integer(values[row].into(), to)),
            Values::Int16(values) => out.fill(|to| number::integer(values[row].into(), to)),
            Values::Int32(values) => out.fill(|to| number::integer(values[row].into(), to)),
            Values::Int64(values) => out.fill(|to| number::integer(values[row], to)),
            Values::UInt8(values) => out.fill(|to| number::unsigned(values[row].into(), to)),
            Values::UInt16(values) => out.fill(|to| number::unsigned(values[row].into(), to)),
            Values::UInt32(values) => out.fill(|to| number::unsigned(values[row].into(), to)),
            Values::UInt64(values) => out.fill(|to| number::unsigned(values[row], to)),
            Values::Float64(values) => {
                let value = values[row];
                if value.is_finite() {
                    out.fill(|to| number::float(value, style.mark, to));
                } else {
                    out.bytes(non_finite(value));
                }
            }
            Values::Float32(values) => {
                let value = values[row];
                if value.is_finite() {
                    out.fill(|to| number::float32(value, style.mark, to));
                } else {
                    out.bytes(non_finite(value.into()));
                }
            }
            Values::Text(offsets, plain, values) => {
                let (start, end) = (offsets[row] as usize, offsets[row + 1] as usize);
                text(start, end, plain, values, style, out, &mut self.scratch, &mut self.altered, row);
            }
            Values::LargeText(offsets, plain, values) => {
                let (start, end) = (offsets[row].as_usize(), offsets[row + 1].as_usize());
                text(start, end, plain, values, style, out, &mut self.scratch, &mut self.altered, row);
            }
            Values::Date(values) => {
                let days = i64::from(values[row]);
                match time::plain_date(days) {
                    Some(plain) if style.date_pattern.is_none() => out.block(&plain, time::DATE_LEN),
                    _ => self.odd_value(row, out),
                }
            }
            Values::Boolean(values) => out.bytes(&style.booleans[usize::from(values.value(row))]),
            Values::Timestamp(values, per_second, zone) if style.date_time_pattern.is_none() => {
                self.scratch.clear();
                time::date_time(values[row], *per_second, zone, &mut self.scratch);
                out.bytes(&self.scratch);
            }
            _ => self.odd_value(row, out),
        }
    }

    /// Values that are rare enough to go through a scratch buffer.
    #[cold]
    fn odd_value(&mut self, row: usize, out: &mut RowBuffer<'_>) {
        let style = self.style;
        let to = &mut self.scratch;
        to.clear();
        let mut patterned = None;
        match &self.values {
            Values::Decimal(values, scale) => number::decimal(values[row], *scale, style.mark, to),
            Values::Binary(offsets, values) => {
                style.binary(&values[offsets[row] as usize..offsets[row + 1] as usize], to);
            }
            Values::LargeBinary(offsets, values) => {
                style.binary(&values[offsets[row].as_usize()..offsets[row + 1].as_usize()], to);
            }
            Values::Date(values) => match &style.date_pattern {
                None => time::date(values[row].into(), to),
                Some(pattern) => patterned = Some(time::patterned_date(values[row].into(), pattern)),
            },
            Values::Time(values, per_second) => {
                let value = values[row];
                to.extend_from_slice(&time::clock(value.div_euclid(*per_second).rem_euclid(86_400) as u32));
                let nanos = value.rem_euclid(*per_second) * (1_000_000_000 / per_second);
                time::fraction(nanos as u32, to);
            }
            Values::Timestamp(values, per_second, zone) => {
                if let Some(pattern) = &style.date_time_pattern {
                    patterned = Some(time::patterned_date_time(values[row], *per_second, zone, pattern));
                }
            }
            Values::Period(values, unit) => to.extend_from_slice(unit.text(values[row]).as_bytes()),
            _ => {}
        }
        match patterned {
            // No bytes are told from a missing value as an empty text is.
            None if to.is_empty() && !self.wrap => to.extend_from_slice(&style.text.cell("")),
            None => {}
            Some(Some(text)) if self.wrap => {
                let quoted = style.text.cell(&text);
                // The caller writes the outer quotes.
                let inner = quoted.strip_prefix(b"\"").and_then(|cell| cell.strip_suffix(b"\""));
                to.extend_from_slice(inner.unwrap_or(&quoted));
            }
            Some(Some(text)) => to.extend_from_slice(&style.text.cell(&text)),
            Some(None) => self.failed = self.failed.or(Some(row)),
        }
        out.reserve(self.scratch.len() + style.room());
        out.bytes(&self.scratch);
    }

    /// Appends what is written instead of the value of `row`, if anything.
    fn substitute(&mut self, row: usize, out: &mut RowBuffer<'_>) -> bool {
        let Some(all) = self.substitutes else { return false };
        let cell = match &self.values {
            Values::Boolean(values) => all.integer(values.value(row).into()),
            Values::Int8(values) => all.integer(values[row].into()),
            Values::Int16(values) => all.integer(values[row].into()),
            Values::Int32(values) | Values::Date(values) | Values::Period(values, _) => {
                all.integer(values[row].into())
            }
            Values::Int64(values) | Values::Time(values, _) | Values::Timestamp(values, ..) => {
                all.integer(values[row].into())
            }
            Values::UInt8(values) => all.integer(values[row].into()),
            Values::UInt16(values) => all.integer(values[row].into()),
            Values::UInt32(values) => all.integer(values[row].into()),
            Values::UInt64(values) => all.integer(values[row].into()),
            Values::Float32(values) => all.float(values[row].into()),
            Values::Float64(values) => all.float(values[row]),
            Values::Decimal(values, scale) => match 10_i128.checked_pow(u32::from(scale.unsigned_abs())) {
                Some(power) if *scale >= 0 && values[row] % power == 0 => all.integer(values[row] / power),
                Some(power) if *scale >= 0 => all.float(values[row] as f64 / power as f64),
                _ => None,
            },
            Values::Text(offsets, _, values) => {
                all.text(&values[offsets[row] as usize..offsets[row + 1] as usize])
            }
            Values::LargeText(offsets, _, values) => {
                all.text(&values[offsets[row].as_usize()..offsets[row + 1].as_usize()])
            }
            Values::Null | Values::Binary(..) | Values::LargeBinary(..) => None,
        };
        let Some(cell) = cell else { return false };
        out.reserve(cell.len() + self.style.room());
        out.bytes(cell);
        true
    }
}

fn non_finite(value: f64) -> &'static [u8] {
    if value.is_nan() {
        b"NaN"
    } else if value > 0.0 {
        b"inf"
    } else {
        b"-inf"
    }
}

#[inline]
#[allow(clippy::too_many_arguments, reason = "one call for two offset widths, inlined into the row loop")]
fn text(
    start: usize,
    end: usize,
    plain: &mut PlainTexts<'_>,
    values: &[u8],
    style: &Style,
    out: &mut RowBuffer<'_>,
    scratch: &mut Vec<u8>,
    altered: &mut Altered,
    row: usize,
) {
    let rules = &style.text;
    if start == end {
        if style.empty_is_missing {
            altered.empty += 1;
            altered.first_empty = altered.first_empty.or(Some(row));
        }
        out.bytes(rules.empty);
        return;
    }
    out.reserve(end - start + style.room());
    if plain.is_plain(start, end, rules) && !needs_quotes(&values[start..end], rules) {
        if rules.always {
            out.byte(b'"');
            out.slice(values, start, end);
            out.byte(b'"');
        } else {
            out.slice(values, start, end);
        }
        return;
    }
    scratch.clear();
    if rules.write(&values[start..end], scratch) {
        altered.breaks += 1;
        altered.first_break = altered.first_break.or(Some(row));
    }
    out.reserve(scratch.len() + style.room());
    out.bytes(scratch);
}

/// Room a value of fixed width may need, with quotes and delimiter, in bytes.
pub(super) const FIXED_ROOM: usize = NUMBER_ROOM + 32;
