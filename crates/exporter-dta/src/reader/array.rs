//! Makes Arrow arrays of stored cells.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, ArrowPrimitiveType, BinaryArray, Date32Array, Int32Array, NullArray, PrimitiveArray,
    StringArray, TimestampMillisecondArray, types,
};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};

use crate::error::{DtaError, Result};
use crate::missing::{Missing, MissingCell};
use crate::reader::column::{ColumnType, DAY_MILLIS, without_leap_seconds};
use crate::reader::gather::Cells;
use crate::reader::ordinary::Ordinary;
use crate::reader::text::TextDecoder;
use crate::spec::{EPOCH_DAYS, EPOCH_MILLIS};

/// What becomes of `.a` to `.z`; `.` is always null.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ExtendedMissing {
    /// They stay, as the values that [`ColumnType`] documents.
    #[default]
    Keep,
    /// They become null.
    Null,
}

/// How cells become arrays.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Assembly<'d> {
    pub(crate) ordinary: Ordinary,
    pub(crate) extended: ExtendedMissing,
    pub(crate) text: &'d TextDecoder,
}

/// A cell as a whole number or as a missing value.
enum Whole {
    Value(i64),
    Missing(Missing),
}

impl Assembly<'_> {
    /// The array of `cells`; `first` is the row of the first cell, counted from 0, and `name` the variable, for errors.
    pub(crate) fn array(&self, cells: Cells, column: ColumnType, name: &str, first: u64) -> Result<ArrayRef> {
        let ordinary = self.ordinary;
        if column.stored_range().is_some() {
            return match cells {
                Cells::Byte(cells) => {
                    let whole = |v| pick(ordinary.byte(v), i64::from(v), || ordinary.byte_missing(v));
                    self.counted(cells.into_iter().map(whole), column, name, first)
                }
                Cells::Int(cells) => {
                    let whole = |v| pick(ordinary.int(v), i64::from(v), || ordinary.int_missing(v));
                    self.counted(cells.into_iter().map(whole), column, name, first)
                }
                Cells::Long(cells) => {
                    let whole = |v| pick(ordinary.long(v), i64::from(v), || ordinary.long_missing(v));
                    self.counted(cells.into_iter().map(whole), column, name, first)
                }
                Cells::Float(cells) => {
                    let whole = |v| pick_float(ordinary.float(v), f64::from(v), || ordinary.float_missing(v));
                    self.counted(cells.into_iter().map(whole), column, name, first)
                }
                Cells::Double(cells) => {
                    let whole = |v| pick_float(ordinary.double(v), v, || ordinary.double_missing(v));
                    self.counted(cells.into_iter().map(whole), column, name, first)
                }
                text => self.array(text, ColumnType::Text, name, first),
            };
        }
        match cells {
            Cells::Byte(v) => {
                Ok(self.numbers::<types::Int8Type>(v, |v| ordinary.byte(v), |v| ordinary.byte_missing(v)))
            }
            Cells::Int(v) => {
                Ok(self.numbers::<types::Int16Type>(v, |v| ordinary.int(v), |v| ordinary.int_missing(v)))
            }
            Cells::Long(v) => {
                Ok(self.numbers::<types::Int32Type>(v, |v| ordinary.long(v), |v| ordinary.long_missing(v)))
            }
            Cells::Float(v) => Ok(self.numbers::<types::Float32Type>(
                v,
                |v| ordinary.float(v),
                |v| ordinary.float_missing(v),
            )),
            Cells::Double(v) => Ok(self.numbers::<types::Float64Type>(
                v,
                |v| ordinary.double(v),
                |v| ordinary.double_missing(v),
            )),
            Cells::Str { bytes, offsets } => self.text(bytes, offsets, None),
            Cells::StrL(cells) => {
                Err(DtaError::Unsupported(format!("{} strL cells without contents", cells.len())))
            }
            Cells::Alias(rows) => Ok(Arc::new(NullArray::new(rows))),
        }
    }

    fn numbers<T: ArrowPrimitiveType>(
        &self,
        cells: Vec<T::Native>,
        ordinary: impl Fn(T::Native) -> bool,
        missing: impl Fn(T::Native) -> Missing,
    ) -> ArrayRef {
        let mut nulls = None;
        if !cells.iter().fold(true, |all, cell| all & ordinary(*cell)) {
            let keep = self.extended == ExtendedMissing::Keep;
            let valid = |index: usize| {
                cells
                    .get(index)
                    .is_some_and(|cell| ordinary(*cell) || keep && missing(*cell) != Missing::SYSTEM)
            };
            nulls = some_nulls(BooleanBuffer::collect_bool(cells.len(), valid));
        }
        Arc::new(PrimitiveArray::<T>::new(ScalarBuffer::from(cells), nulls))
    }

    /// Dates, times and periods.
    fn counted(
        &self,
        cells: impl ExactSizeIterator<Item = Option<Whole>>,
        column: ColumnType,
        name: &str,
        first: u64,
    ) -> Result<ArrayRef> {
        let mut values = Vec::with_capacity(cells.len());
        let mut valid = Vec::new();
        for (index, cell) in cells.enumerate() {
            let value = match cell {
                Some(Whole::Value(stored)) => convert(stored, column),
                Some(Whole::Missing(missing)) => match self.missing(missing, column) {
                    Some(value) => Some(value),
                    None => {
                        valid.resize(index, true);
                        valid.push(false);
                        Some(0)
                    }
                },
                None => None,
            };
            let Some(value) = value else {
                return Err(DtaError::Value {
                    value: "a number that is no whole one or out of range".to_owned(),
                    storage: format!("{column:?}"),
                    variable: name.to_owned(),
                    row: first + index as u64 + 1,
                    remedy: "read the variable as a number",
                });
            };
            values.push(value);
        }
        let mut nulls = None;
        if !valid.is_empty() {
            valid.resize(values.len(), true);
            nulls = some_nulls(BooleanBuffer::from(valid));
        }
        let narrow = || values.iter().map(|value| *value as i32).collect::<Vec<i32>>();
        Ok(match column {
            ColumnType::Date => Arc::new(Date32Array::new(narrow().into(), nulls)),
            ColumnType::Period(_) => Arc::new(Int32Array::new(narrow().into(), nulls)),
            ColumnType::DateTimeUtc => {
                Arc::new(TimestampMillisecondArray::new(values.into(), nulls).with_timezone("UTC"))
            }
            _ => Arc::new(TimestampMillisecondArray::new(values.into(), nulls)),
        })
    }

    fn missing(&self, missing: Missing, column: ColumnType) -> Option<i64> {
        if self.extended == ExtendedMissing::Null {
            return None;
        }
        let day = i64::from(ColumnType::missing_day(missing)?);
        Some(match column {
            ColumnType::Period(_) => i64::from(missing.long()),
            ColumnType::Date => day,
            _ => day * DAY_MILLIS,
        })
    }

    /// Texts given by their bytes and ends; decoded only where they are not valid as they stand.
    pub(crate) fn text(
        &self,
        bytes: Vec<u8>,
        offsets: Vec<i32>,
        nulls: Option<NullBuffer>,
    ) -> Result<ArrayRef> {
        if self.text.takes_utf8() || bytes.is_ascii() {
            let buffer = Buffer::from_vec(bytes);
            let ends = OffsetBuffer::new(ScalarBuffer::from(offsets));
            if let Ok(array) = StringArray::try_new(ends.clone(), buffer.clone(), nulls.clone()) {
                return Ok(Arc::new(array));
            }
            return self.decoded(&buffer, &ends, nulls);
        }
        self.decoded(&bytes, &offsets, nulls)
    }

    fn decoded(&self, bytes: &[u8], offsets: &[i32], nulls: Option<NullBuffer>) -> Result<ArrayRef> {
        let mut text = String::with_capacity(bytes.len());
        let mut ends = Vec::with_capacity(offsets.len());
        ends.push(0);
        for pair in offsets.windows(2) {
            if let [start, end] = pair {
                text.push_str(
                    &self.text.decode(bytes.get(*start as usize..*end as usize).unwrap_or_default()),
                );
            }
            let end = i32::try_from(text.len()).map_err(|_| {
                DtaError::Unsupported(
                    "the texts of one batch exceed 2 GiB; read fewer rows a batch".to_owned(),
                )
            })?;
            ends.push(end);
        }
        let ends = OffsetBuffer::new(ScalarBuffer::from(ends));
        Ok(Arc::new(StringArray::try_new(ends, Buffer::from_vec(text.into_bytes()), nulls)?))
    }

    /// Bytes given one after the other and their ends.
    pub(crate) fn binary(
        &self,
        bytes: Vec<u8>,
        offsets: Vec<i32>,
        nulls: Option<NullBuffer>,
    ) -> Result<ArrayRef> {
        let ends = OffsetBuffer::new(ScalarBuffer::from(offsets));
        Ok(Arc::new(BinaryArray::try_new(ends, Buffer::from_vec(bytes), nulls)?))
    }
}

fn pick(ordinary: bool, value: i64, missing: impl FnOnce() -> Missing) -> Option<Whole> {
    Some(if ordinary { Whole::Value(value) } else { Whole::Missing(missing()) })
}

/// `None` for a fraction; beyond 2^63 the conversion saturates, which lies outside every date.
fn pick_float(ordinary: bool, value: f64, missing: impl FnOnce() -> Missing) -> Option<Whole> {
    if ordinary && value.fract() != 0.0 { None } else { pick(ordinary, value as i64, missing) }
}

/// Stored count to Arrow's; `None` outside the range of the type.
fn convert(stored: i64, column: ColumnType) -> Option<i64> {
    let (least, most) = column.stored_range()?;
    // Both ends are whole numbers below 2^53.
    if stored < least as i64 || stored > most as i64 {
        return None;
    }
    match column {
        ColumnType::Date => Some(stored - EPOCH_DAYS),
        ColumnType::DateTime => Some(stored - EPOCH_MILLIS),
        ColumnType::DateTimeUtc => without_leap_seconds(stored - EPOCH_MILLIS),
        _ => Some(stored),
    }
}

fn some_nulls(valid: BooleanBuffer) -> Option<NullBuffer> {
    let nulls = NullBuffer::new(valid);
    (nulls.null_count() > 0).then_some(nulls)
}
