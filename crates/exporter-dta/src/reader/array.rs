//! Makes Arrow arrays of stored cells.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, Date32Array, Int32Array, NullArray, TimestampMillisecondArray, new_null_array, types,
};
use arrow_buffer::{BooleanBuffer, NullBuffer};
use arrow_schema::{ArrowError, DataType};
use exporter_rows::{Texts, number_array, reason_array};

use crate::error::{DtaError, Result};
use crate::reader::column::{ColumnType, without_leap_seconds};
use crate::reader::gather::Cells;
use crate::reader::ordinary::Ordinary;
use crate::reader::selection::FOREIGN;
use crate::reader::text::TextDecoder;
use crate::spec::{EPOCH_DAYS, EPOCH_MILLIS};
use exporter_stata::Missing;

/// How cells become arrays.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Assembly<'d> {
    pub(crate) ordinary: Ordinary,
    pub(crate) text: &'d TextDecoder,
}

/// A cell as a whole number.
enum Whole {
    Value(i64),
    Missing,
}

impl Assembly<'_> {
    /// The array of `cells`.
    pub(crate) fn array(&self, cells: Cells, column: ColumnType) -> Result<ArrayRef> {
        let ordinary = self.ordinary;
        if column.stored_range().is_some() {
            return match cells {
                Cells::Int8(cells) => {
                    let whole = |v| pick(ordinary.byte(v), v);
                    self.counted(cells.into_iter().map(whole), column)
                }
                Cells::Int16(cells) => {
                    let whole = |v| pick(ordinary.int(v), v);
                    self.counted(cells.into_iter().map(whole), column)
                }
                Cells::Int32(cells) => {
                    let whole = |v| pick(ordinary.long(v), v);
                    self.counted(cells.into_iter().map(whole), column)
                }
                Cells::Float32(cells) => {
                    let whole = |v| pick_float(ordinary.float(v), v.into());
                    self.counted(cells.into_iter().map(whole), column)
                }
                Cells::Float64(cells) => {
                    let whole = |v| pick_float(ordinary.double(v), v);
                    self.counted(cells.into_iter().map(whole), column)
                }
                text => self.array(text, ColumnType::Text),
            };
        }
        match cells {
            Cells::Int8(v) => Ok(Arc::new(number_array::<types::Int8Type>(v, |v| ordinary.byte(v)))),
            Cells::Int16(v) => Ok(Arc::new(number_array::<types::Int16Type>(v, |v| ordinary.int(v)))),
            Cells::Int32(v) => Ok(Arc::new(number_array::<types::Int32Type>(v, |v| ordinary.long(v)))),
            Cells::Float32(v) => Ok(Arc::new(number_array::<types::Float32Type>(v, |v| ordinary.float(v)))),
            Cells::Float64(v) => Ok(Arc::new(number_array::<types::Float64Type>(v, |v| ordinary.double(v)))),
            Cells::Text(texts) => self.text(texts, None),
            Cells::Raw(cells) => {
                Err(DtaError::Unsupported(format!("{} strL cells without contents", cells.len())))
            }
            Cells::Absent(rows) => Ok(Arc::new(NullArray::new(rows))),
        }
    }

    /// Which of `.a` to `.z` each cell is, 1 to 26; null for values and `.`; with `foreign`, [`FOREIGN`] for what is neither.
    pub(crate) fn letters(&self, cells: &Cells, foreign: bool) -> ArrayRef {
        let ordinary = self.ordinary;
        if foreign {
            let letter = |foreign, missing: Missing| if foreign { Some(FOREIGN) } else { number(missing) };
            match cells {
                Cells::Float32(v) => {
                    let letter = |v| letter(ordinary.is_foreign_float(v), ordinary.float_missing(v));
                    return Arc::new(reason_array(v, |v| ordinary.float(v), letter));
                }
                Cells::Float64(v) => {
                    let letter = |v| letter(ordinary.is_foreign_double(v), ordinary.double_missing(v));
                    return Arc::new(reason_array(v, |v| ordinary.double(v), letter));
                }
                _ => {}
            }
        }
        match cells {
            Cells::Int8(v) => letters(v, |v| ordinary.byte(v), |v| ordinary.byte_missing(v)),
            Cells::Int16(v) => letters(v, |v| ordinary.int(v), |v| ordinary.int_missing(v)),
            Cells::Int32(v) => letters(v, |v| ordinary.long(v), |v| ordinary.long_missing(v)),
            Cells::Float32(v) => letters(v, |v| ordinary.float(v), |v| ordinary.float_missing(v)),
            Cells::Float64(v) => letters(v, |v| ordinary.double(v), |v| ordinary.double_missing(v)),
            Cells::Text(texts) => no_letters(texts.len()),
            Cells::Raw(cells) => no_letters(cells.len()),
            Cells::Absent(rows) => no_letters(*rows),
        }
    }

    /// Dates, times and periods; what is none is null.
    fn counted(&self, cells: impl ExactSizeIterator<Item = Whole>, column: ColumnType) -> Result<ArrayRef> {
        let mut values = Vec::with_capacity(cells.len());
        let mut valid = Vec::new();
        for (index, cell) in cells.enumerate() {
            let value = match cell {
                Whole::Value(stored) => convert(stored, column),
                Whole::Missing => None,
            };
            if value.is_none() {
                valid.resize(index, true);
                valid.push(false);
            }
            values.push(value.unwrap_or_default());
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

    /// Texts, decoded only where they are not valid as they stand.
    pub(crate) fn text(&self, texts: Texts, nulls: Option<NullBuffer>) -> Result<ArrayRef> {
        let array = texts.into_array(nulls, self.text.takes_utf8(), |bytes| self.text.decode(bytes));
        Ok(Arc::new(array.map_err(|error| match error {
            ArrowError::OffsetOverflowError(_) => DtaError::Unsupported(
                "the texts of one batch exceed 2 GiB; read fewer rows a batch".to_owned(),
            ),
            error => error.into(),
        })?))
    }
}

fn letters<T: Copy>(cells: &[T], ordinary: impl Fn(T) -> bool, missing: impl Fn(T) -> Missing) -> ArrayRef {
    Arc::new(reason_array(cells, ordinary, |cell| number(missing(cell))))
}

/// The number of a letter.
fn number(missing: Missing) -> Option<u8> {
    Some(missing.number()).filter(|number| *number > 0)
}

fn no_letters(rows: usize) -> ArrayRef {
    new_null_array(&DataType::UInt8, rows)
}

fn pick(ordinary: bool, value: impl Into<i64>) -> Whole {
    if ordinary { Whole::Value(value.into()) } else { Whole::Missing }
}

/// A fraction is cut, as Stata shows it, where the column may have any. Beyond 2^63 the conversion saturates, which lies
/// outside every date.
fn pick_float(ordinary: bool, value: f64) -> Whole {
    pick(ordinary, value.floor() as i64)
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
