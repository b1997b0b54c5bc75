//! What it takes to decode one column.

use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::types::*;
use arrow_array::{Array, ArrayRef, UInt8Array};
use arrow_schema::{DataType, TimeUnit};
use exporter_core::codebook::Period;

use super::guess::Guess;
use super::layout::{CellKind, LayoutColumn, Reasons};
use super::number;
use super::records::Records;
use super::split::Cell;
use super::style::{CellStyle, MissingTexts};
use super::values::{Cells, Misfit, never};
use crate::TabError;
use crate::writer::Zone;

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

/// Decodes one column; shared between threads.
#[derive(Debug, Clone)]
pub(super) struct ColumnDecoder {
    parse: Parse,
    missing: MissingTexts,
    /// The texts that are missing reasons.
    reasons: Option<Reasons>,
    /// What is presumed of its cells.
    pub(super) presumed: Option<Guess>,
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
        Ok(Self { parse, missing, reasons, presumed: None, number })
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

    fn cells<'a>(&'a self, bytes: &'a [u8], records: &'a Records, style: &'a CellStyle) -> Cells<'a> {
        let (number, missing, reasons) = (self.number, &self.missing, self.reasons.as_ref());
        Cells { bytes, records, number, missing, reasons, presumed: self.presumed.as_ref(), style }
    }

    /// What the texts of a presumed column show, as far as anybody will ask.
    pub(super) fn shown(&self, bytes: &[u8], records: &Records, style: &CellStyle) -> Option<Guess> {
        self.presumed.as_ref().filter(|_| self.is_text())?;
        let mut shown = Guess::default();
        for cell in records.column(self.number) {
            let (raw, quoted) = (cell.raw(bytes), cell.is_quoted());
            if !shown.is_curious() {
                break;
            }
            if self.missing.has(raw, quoted) {
                shown.summary.missing += 1;
            } else if shown.see(raw, quoted, style) {
                shown.summary.text(raw.len(), false);
            }
        }
        shown.odd.find_line(|row| records.line(row));
        Some(shown)
    }

    /// The reason column behind decoded values, where the variable declares reasons.
    pub(super) fn reasons(
        &self,
        bytes: &[u8],
        records: &Records,
        style: &CellStyle,
        values: &ArrayRef,
    ) -> Option<ArrayRef> {
        let known = self.reasons.as_ref()?;
        if known.is_empty() || values.null_count() == 0 {
            return Some(Arc::new(UInt8Array::new_null(values.len())));
        }
        let cells = self.cells(bytes, records, style);
        let reason = |(row, cell): (usize, Cell)| {
            values.is_null(row).then(|| cells.reason(&cell.content(bytes, style.marks))).flatten()
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
        let cells = self.cells(bytes, records, style);
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
                .numbers::<UInt64Type>(never, |text| number::integer(text, numbers)?.try_into().ok())
                .map(|array| Arc::new(array) as ArrayRef),
            Parse::Float32 => cells
                .numbers::<Float32Type>(never, |text| number::float32(text, numbers))
                .map(|array| Arc::new(array) as ArrayRef),
            Parse::Float64 => cells
                .numbers::<Float64Type>(
                    |text| number::plain_float(text, numbers),
                    |text| number::float(text, numbers),
                )
                .map(|array| Arc::new(array) as ArrayRef),
            Parse::Decimal(precision, scale) => {
                let data = DataType::Decimal128(*precision, *scale);
                cells
                    .numbers::<Decimal128Type>(never, |text| {
                        number::decimal(text, *precision, *scale, numbers)
                    })
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
                .numbers::<Int32Type>(never, |text| unit.parse(std::str::from_utf8(text).ok()?))
                .map(|array| Arc::new(array) as ArrayRef),
        };
        array.map_err(|row| (row, Misfit::Kind))
    }
}
