//! The cells of one column of a piece as an Arrow array.

use std::sync::Arc;

use arrow_array::builder::{BinaryBuilder, StringBuilder};
use arrow_array::types::*;
use arrow_array::{ArrayRef, ArrowPrimitiveType, BooleanArray, PrimitiveArray};
use arrow_buffer::{BooleanBufferBuilder, NullBufferBuilder, ScalarBuffer};
use exporter_core::codebook;

use super::guess::{Guess, short_integer};
use super::layout::Reasons;
use super::number::NumberStyle;
use super::records::Records;
use super::split::Cell;
use super::style::{CellStyle, MissingTexts};
use super::{number, time};
use crate::binary;
use crate::options::BinaryText;
use crate::pattern::Pattern;
use crate::writer::Zone;

/// Why a cell gives no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Misfit {
    /// It is not of the column's kind.
    Kind,
    /// It is not UTF-8.
    Encoding,
}

/// Of a kind whose values all have to be looked at.
pub(super) fn never<T>(_: &[u8]) -> Option<T> {
    None
}

/// The cells of one column.
pub(super) struct Cells<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) records: &'a Records,
    pub(super) number: usize,
    pub(super) missing: &'a MissingTexts,
    pub(super) reasons: Option<&'a Reasons>,
    pub(super) presumed: Option<&'a Guess>,
    pub(super) style: &'a CellStyle,
}

impl Cells<'_> {
    fn len(&self) -> usize {
        self.records.rows()
    }

    /// The missing reason that a cell is.
    pub(super) fn reason(&self, content: &[u8]) -> Option<u8> {
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
                // Kinds are found in what stands there.
                if self.presumed.is_some() {
                    return Err(row);
                }
                value(Some(&cell.content(self.bytes, self.style.marks)))
            } else {
                value(Some(raw))
            };
            if taken.is_none() {
                self.reason(&cell.content(self.bytes, self.style.marks))
                    .and_then(|_| value(None))
                    .ok_or(row)?;
            }
        }
        Ok(())
    }

    /// The values of numeric cells. `plain` gives those that are of the kind of a presumed column without further question;
    /// others have to agree with what is presumed.
    #[inline]
    pub(super) fn numbers<T: ArrowPrimitiveType>(
        &self,
        plain: impl Fn(&[u8]) -> Option<T::Native>,
        parse: impl Fn(&[u8]) -> Option<T::Native>,
    ) -> Result<PrimitiveArray<T>, usize> {
        let mut values = Vec::with_capacity(self.len());
        let mut nulls = NullBufferBuilder::new(self.len());
        let mut shown = self.presumed.cloned();
        self.each(|text| {
            match text {
                None => {
                    values.push(T::Native::default());
                    nulls.append_null();
                }
                Some(text) => {
                    let trimmed = number::trim(text);
                    values.push(match &mut shown {
                        None => parse(trimmed)?,
                        Some(shown) => match plain(trimmed) {
                            Some(value) => value,
                            None => {
                                shown.see(text, true, self.style);
                                parse(trimmed)?
                            }
                        },
                    });
                    nulls.append_non_null();
                }
            }
            Some(())
        })?;
        self.agree(shown)?;
        Ok(PrimitiveArray::new(ScalarBuffer::from(values), nulls.finish()))
    }

    /// Whether cells have the kind that is presumed.
    fn agree(&self, shown: Option<Guess>) -> Result<(), usize> {
        let agree = shown.as_ref().map(Guess::kind) == self.presumed.map(Guess::kind);
        if agree { Ok(()) } else { Err(0) }
    }

    pub(super) fn integers<T: ArrowPrimitiveType<Native: TryFrom<i64>>>(
        &self,
        style: NumberStyle,
    ) -> Result<ArrayRef, usize> {
        Ok(Arc::new(self.numbers::<T>(
            |text| short_integer(text)?.try_into().ok(),
            |text| number::int64(text, style)?.try_into().ok(),
        )?))
    }

    pub(super) fn dates(&self, pattern: Option<&Pattern>) -> Result<ArrayRef, usize> {
        let plain = |text: &[u8]| match text {
            [b'0'..=b'9', _, _, _, b'-', ..] if text.len() == 10 => time::date(text)?.try_into().ok(),
            _ => None,
        };
        let days = self.numbers::<Date32Type>(plain, |text| {
            let days = match pattern {
                None => time::date(text)?,
                Some(pattern) => pattern.date(text)?,
            };
            days.try_into().ok()
        })?;
        Ok(Arc::new(days))
    }

    /// Times of day in steps of so many nanoseconds.
    pub(super) fn times<T: ArrowPrimitiveType<Native = i64>>(&self, step: i64) -> Result<ArrayRef, usize> {
        let times = self.numbers::<T>(never, |text| {
            let (nanos, _) = time::clock(text)?;
            (nanos % step == 0).then_some(nanos / step)
        })?;
        Ok(Arc::new(times))
    }

    pub(super) fn stamps<T: ArrowTimestampType>(
        &self,
        zone: &Zone,
        name: &Option<Arc<str>>,
        pattern: Option<&Pattern>,
    ) -> Result<ArrayRef, usize> {
        let per_second = codebook::TimeUnit::from(T::UNIT).per_second();
        let stamps = self.numbers::<T>(never, |text| {
            let at = match pattern {
                None => time::date_time(text)?,
                Some(pattern) => pattern.date_time(text)?,
            };
            time::timestamp(at, per_second, zone)
        })?;
        Ok(Arc::new(stamps.with_timezone_opt(name.clone())))
    }

    pub(super) fn booleans(&self, style: &CellStyle) -> Result<ArrayRef, usize> {
        let mut values = BooleanBufferBuilder::new(self.len());
        let mut nulls = NullBufferBuilder::new(self.len());
        let mut shown = self.presumed.cloned();
        self.each(|text| {
            match text {
                None => {
                    values.append(false);
                    nulls.append_null();
                }
                Some(text) => {
                    shown.iter_mut().for_each(|shown| _ = shown.see(text, true, style));
                    values.append(style.boolean(number::trim(text))?);
                    nulls.append_non_null();
                }
            }
            Some(())
        })?;
        self.agree(shown)?;
        Ok(Arc::new(BooleanArray::new(values.finish(), nulls.finish())))
    }

    pub(super) fn binary(&self, form: BinaryText) -> Result<ArrayRef, usize> {
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
    pub(super) fn texts(&self, whole: Option<&str>) -> Result<ArrayRef, (usize, Misfit)> {
        let room = self.records.column(self.number).map(Cell::len).sum();
        let mut texts = StringBuilder::with_capacity(self.len(), room);
        // What a bare NA is depends on whether another text is bare.
        let all_quoted = self.presumed.is_some_and(|guess| !guess.has_bare_texts());
        for (row, cell) in self.records.column(self.number).enumerate() {
            let raw = cell.raw(self.bytes);
            if self.missing.has(raw, cell.is_quoted()) {
                texts.append_null();
            } else if all_quoted && !cell.is_quoted() {
                return Err((row, Misfit::Kind));
            } else if let (Some(whole), false) = (whole, cell.is_escaped()) {
                // A cell ends at an ASCII character, where no other can be cut.
                texts.append_value(whole.get(cell.range()).unwrap_or_default());
            } else {
                let content = cell.content(self.bytes, self.style.marks);
                let text = simdutf8::basic::from_utf8(&content).map_err(|_| (row, Misfit::Encoding))?;
                texts.append_value(text);
            }
        }
        Ok(Arc::new(texts.finish()))
    }
}
