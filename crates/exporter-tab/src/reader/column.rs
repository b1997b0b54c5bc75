//! One column of a piece as an Arrow array.

use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::builder::{BinaryBuilder, StringBuilder};
use arrow_array::types::*;
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType, BooleanArray, PrimitiveArray, UInt8Array};
use arrow_buffer::{BooleanBufferBuilder, NullBufferBuilder, ScalarBuffer};
use arrow_schema::{DataType, TimeUnit};
use exporter_core::codebook::{self, Period};

use super::layout::{CellKind, LayoutColumn, Reasons};
use super::number::NumberStyle;
use super::records::Records;
use super::split::{Cell, Marks};
use super::style::{CellStyle, MissingTexts};
use super::{number, time};
use crate::options::BinaryText;
use crate::pattern::Pattern;
use crate::writer::Zone;
use crate::{TabError, binary};

/// How the cells of a column become values.
#[derive(Debug, Clone)]
enum Parse {
    Boolean,
    Int8,
    Int16,
    Int32,
    Int64,
    UInt8,
    UInt16,
    UInt32,
    UInt64,
    Float32,
    Float64,
    Decimal(u8, i8),
    Text,
    Binary,
    Date,
    Time(TimeUnit),
    Timestamp(TimeUnit, Zone, Option<Arc<str>>),
    Duration(TimeUnit),
    Period(Period),
}

/// Why a cell gives no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Misfit {
    /// It is not of the column's kind.
    Kind,
    /// It is not UTF-8.
    Encoding,
}

/// Decodes one column; shared between threads.
#[derive(Debug, Clone)]
pub(super) struct ColumnDecoder {
    parse: Parse,
    missing: MissingTexts,
    /// The texts that are missing reasons.
    reasons: Option<Reasons>,
    /// Its number among the columns kept.
    number: usize,
}

impl ColumnDecoder {
    /// A decoder for the column of this number among those kept.
    ///
    /// # Errors
    /// [`TabError::Unsupported`] for Arrow types that have no text form, and for unknown zones.
    pub(super) fn new(column: &LayoutColumn, missing: MissingTexts, number: usize) -> Result<Self, TabError> {
        let parse = match &column.kind {
            CellKind::Period(unit) => Parse::Period(*unit),
            CellKind::Data(data) => match data {
                DataType::Boolean => Parse::Boolean,
                DataType::Int8 => Parse::Int8,
                DataType::Int16 => Parse::Int16,
                DataType::Int32 => Parse::Int32,
                DataType::Int64 => Parse::Int64,
                DataType::UInt8 => Parse::UInt8,
                DataType::UInt16 => Parse::UInt16,
                DataType::UInt32 => Parse::UInt32,
                DataType::UInt64 => Parse::UInt64,
                DataType::Float32 => Parse::Float32,
                DataType::Float64 => Parse::Float64,
                DataType::Decimal128(precision, scale) => Parse::Decimal(*precision, *scale),
                DataType::Utf8 => Parse::Text,
                DataType::Binary => Parse::Binary,
                DataType::Date32 => Parse::Date,
                DataType::Time64(unit @ (TimeUnit::Microsecond | TimeUnit::Nanosecond)) => Parse::Time(*unit),
                DataType::Timestamp(unit, zone) => {
                    Parse::Timestamp(*unit, Zone::of(zone.as_deref())?, zone.clone())
                }
                DataType::Duration(unit) => Parse::Duration(*unit),
                other => {
                    return Err(TabError::Unsupported {
                        column: column.name.clone(),
                        found: other.to_string(),
                    });
                }
            },
        };
        // An empty cell in quotes is an empty text, but no number.
        let texts = matches!(parse, Parse::Text | Parse::Binary);
        let missing = if texts { missing } else { missing.and_quoted_empty() };
        let reasons = column.reasons.clone().map(|reasons| if texts { Reasons::new() } else { reasons });
        Ok(Self { parse, missing, reasons, number })
    }

    /// The cell of a row, for a message.
    pub(super) fn content<'a>(
        &self,
        bytes: &'a [u8],
        records: &Records,
        row: usize,
        style: &CellStyle,
    ) -> Cow<'a, [u8]> {
        records.cell(row, self.number).map_or_else(Cow::default, |cell| cell.content(bytes, style.marks))
    }

    /// Whether its values are texts.
    pub(super) fn is_text(&self) -> bool {
        matches!(self.parse, Parse::Text)
    }

    fn cells<'a>(&'a self, bytes: &'a [u8], records: &'a Records, marks: Marks) -> Cells<'a> {
        let (number, missing, reasons) = (self.number, &self.missing, self.reasons.as_ref());
        Cells { bytes, records, number, missing, reasons, marks }
    }

    /// The reason column behind decoded values, where the variable declares reasons.
    pub(super) fn reasons(
        &self,
        bytes: &[u8],
        records: &Records,
        marks: Marks,
        values: &ArrayRef,
    ) -> Option<ArrayRef> {
        let known = self.reasons.as_ref()?;
        if known.is_empty() || values.null_count() == 0 {
            return Some(Arc::new(UInt8Array::new_null(values.len())));
        }
        let cells = self.cells(bytes, records, marks);
        let reason = |(row, cell): (usize, Cell)| {
            values.is_null(row).then(|| cells.reason(&cell.content(bytes, marks))).flatten()
        };
        Some(Arc::new(records.column(self.number).enumerate().map(reason).collect::<UInt8Array>()))
    }

    /// The column of a piece that was split; `whole` is the piece when all of it is UTF-8. An error is the row (from 0) of the first cell without a value.
    pub(super) fn decode(
        &self,
        bytes: &[u8],
        whole: Option<&str>,
        records: &Records,
        style: &CellStyle,
    ) -> Result<ArrayRef, (usize, Misfit)> {
        let cells = self.cells(bytes, records, style.marks);
        let numbers = style.numbers;
        let array: Result<ArrayRef, usize> = match &self.parse {
            Parse::Text => return cells.texts(whole),
            Parse::Binary => cells.binary(style.binary),
            Parse::Boolean => cells.booleans(style),
            Parse::Int8 => cells.integers::<Int8Type>(numbers),
            Parse::Int16 => cells.integers::<Int16Type>(numbers),
            Parse::Int32 => cells.integers::<Int32Type>(numbers),
            Parse::Int64 => cells.integers::<Int64Type>(numbers),
            Parse::UInt8 => cells.integers::<UInt8Type>(numbers),
            Parse::UInt16 => cells.integers::<UInt16Type>(numbers),
            Parse::UInt32 => cells.integers::<UInt32Type>(numbers),
            Parse::UInt64 => cells
                .numbers::<UInt64Type>(|text| number::integer(text, numbers)?.try_into().ok())
                .map(|array| Arc::new(array) as ArrayRef),
            Parse::Float32 => cells
                .numbers::<Float32Type>(|text| number::float32(text, numbers))
                .map(|array| Arc::new(array) as ArrayRef),
            Parse::Float64 => cells
                .numbers::<Float64Type>(|text| number::float(text, numbers))
                .map(|array| Arc::new(array) as ArrayRef),
            Parse::Decimal(precision, scale) => {
                let data = DataType::Decimal128(*precision, *scale);
                cells
                    .numbers::<Decimal128Type>(|text| number::decimal(text, *precision, *scale, numbers))
                    .map(|array| Arc::new(array.with_data_type(data)) as ArrayRef)
            }
            Parse::Date => cells.dates(style.date_pattern.as_ref()),
            Parse::Time(TimeUnit::Nanosecond) => cells.times::<Time64NanosecondType>(1),
            Parse::Time(_) => cells.times::<Time64MicrosecondType>(1000),
            Parse::Timestamp(unit, zone, name) => {
                let pattern = style.date_time_pattern.as_ref();
                match unit {
                    TimeUnit::Second => cells.stamps::<TimestampSecondType>(zone, name, pattern),
                    TimeUnit::Millisecond => cells.stamps::<TimestampMillisecondType>(zone, name, pattern),
                    TimeUnit::Microsecond => cells.stamps::<TimestampMicrosecondType>(zone, name, pattern),
                    TimeUnit::Nanosecond => cells.stamps::<TimestampNanosecondType>(zone, name, pattern),
                }
            }
            Parse::Duration(unit) => match unit {
                TimeUnit::Second => cells.integers::<DurationSecondType>(numbers),
                TimeUnit::Millisecond => cells.integers::<DurationMillisecondType>(numbers),
                TimeUnit::Microsecond => cells.integers::<DurationMicrosecondType>(numbers),
                TimeUnit::Nanosecond => cells.integers::<DurationNanosecondType>(numbers),
            },
            Parse::Period(unit) => cells
                .numbers::<Int32Type>(|text| unit.parse(std::str::from_utf8(text).ok()?))
                .map(|array| Arc::new(array) as ArrayRef),
        };
        array.map_err(|row| (row, Misfit::Kind))
    }
}

/// The cells of one column.
struct Cells<'a> {
    bytes: &'a [u8],
    records: &'a Records,
    number: usize,
    missing: &'a MissingTexts,
    reasons: Option<&'a Reasons>,
    marks: Marks,
}

impl Cells<'_> {
    fn len(&self) -> usize {
        self.records.rows()
    }

    /// The missing reason that a cell is.
    fn reason(&self, content: &[u8]) -> Option<u8> {
        self.reasons?.get(std::str::from_utf8(content).ok()?).copied().flatten()
    }

    /// Gives every value in turn to `value`, or none to `value` when it is missing. What `value` refuses may be a reason
    /// for a missing value; an error is the row that is neither.
    #[inline]
    fn each(&self, mut value: impl FnMut(Option<&[u8]>) -> Option<()>) -> Result<(), usize> {
        for (row, cell) in self.records.column(self.number).enumerate() {
            let raw = cell.raw(self.bytes);
            let taken = if self.missing.has(raw, cell.is_quoted()) {
                value(None)
            } else if cell.is_escaped() {
                value(Some(&cell.content(self.bytes, self.marks)))
            } else {
                value(Some(raw))
            };
            if taken.is_none() {
                self.reason(&cell.content(self.bytes, self.marks)).and_then(|_| value(None)).ok_or(row)?;
            }
        }
        Ok(())
    }

    #[inline]
    fn numbers<T: ArrowPrimitiveType>(
        &self,
        parse: impl Fn(&[u8]) -> Option<T::Native>,
    ) -> Result<PrimitiveArray<T>, usize> {
        let mut values = Vec::with_capacity(self.len());
        let mut nulls = NullBufferBuilder::new(self.len());
        self.each(|text| {
            match text {
                None => {
                    values.push(T::Native::default());
                    nulls.append_null();
                }
                Some(text) => {
                    values.push(parse(number::trim(text))?);
                    nulls.append_non_null();
                }
            }
            Some(())
        })?;
        Ok(PrimitiveArray::new(ScalarBuffer::from(values), nulls.finish()))
    }

    fn integers<T: ArrowPrimitiveType<Native: TryFrom<i64>>>(
        &self,
        style: NumberStyle,
    ) -> Result<ArrayRef, usize> {
        Ok(Arc::new(self.numbers::<T>(|text| number::int64(text, style)?.try_into().ok())?))
    }

    fn dates(&self, pattern: Option<&Pattern>) -> Result<ArrayRef, usize> {
        let days = self.numbers::<Date32Type>(|text| {
            let days = match pattern {
                None => time::date(text)?,
                Some(pattern) => pattern.date(text)?,
            };
            days.try_into().ok()
        })?;
        Ok(Arc::new(days))
    }

    /// Times of day in steps of so many nanoseconds.
    fn times<T: ArrowPrimitiveType<Native = i64>>(&self, step: i64) -> Result<ArrayRef, usize> {
        let times = self.numbers::<T>(|text| {
            let (nanos, _) = time::clock(text)?;
            (nanos % step == 0).then_some(nanos / step)
        })?;
        Ok(Arc::new(times))
    }

    fn stamps<T: ArrowTimestampType>(
        &self,
        zone: &Zone,
        name: &Option<Arc<str>>,
        pattern: Option<&Pattern>,
    ) -> Result<ArrayRef, usize> {
        let per_second = codebook::TimeUnit::from(T::UNIT).per_second();
        let stamps = self.numbers::<T>(|text| {
            let at = match pattern {
                None => time::date_time(text)?,
                Some(pattern) => pattern.date_time(text)?,
            };
            time::timestamp(at, per_second, zone)
        })?;
        Ok(Arc::new(stamps.with_timezone_opt(name.clone())))
    }

    fn booleans(&self, style: &CellStyle) -> Result<ArrayRef, usize> {
        let mut values = BooleanBufferBuilder::new(self.len());
        let mut nulls = NullBufferBuilder::new(self.len());
        self.each(|text| {
            match text {
                None => {
                    values.append(false);
                    nulls.append_null();
                }
                Some(text) => {
                    values.append(style.boolean(number::trim(text))?);
                    nulls.append_non_null();
                }
            }
            Some(())
        })?;
        Ok(Arc::new(BooleanArray::new(values.finish(), nulls.finish())))
    }

    fn binary(&self, form: BinaryText) -> Result<ArrayRef, usize> {
        // No value is longer than its text.
        let room = self.records.column(self.number).map(Cell::len).sum();
        let mut values = BinaryBuilder::with_capacity(self.len(), room);
        self.each(|text| {
            match text {
                None => values.append_null(),
                Some(text) => values.append_value(match form {
                    BinaryText::Base64 => binary::from_base64(number::trim(text))?,
                    BinaryText::Hex => binary::from_hex(number::trim(text))?,
                }),
            }
            Some(())
        })?;
        Ok(Arc::new(values.finish()))
    }

    /// Texts, checked for UTF-8 with their piece or else one by one.
    fn texts(&self, whole: Option<&str>) -> Result<ArrayRef, (usize, Misfit)> {
        let room = self.records.column(self.number).map(Cell::len).sum();
        let mut texts = StringBuilder::with_capacity(self.len(), room);
        for (row, cell) in self.records.column(self.number).enumerate() {
            let raw = cell.raw(self.bytes);
            if self.missing.has(raw, cell.is_quoted()) {
                texts.append_null();
            } else if let (Some(whole), false) = (whole, cell.is_escaped()) {
                // A cell ends at an ASCII character, where no other can be cut.
                texts.append_value(whole.get(cell.range()).unwrap_or_default());
            } else {
                let content = cell.content(self.bytes, self.marks);
                let text = simdutf8::basic::from_utf8(&content).map_err(|_| (row, Misfit::Encoding))?;
                texts.append_value(text);
            }
        }
        Ok(Arc::new(texts.finish()))
    }
}
