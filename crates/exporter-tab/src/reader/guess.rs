//! The kind of a column from all its cells.

mod kinds;

use std::sync::Arc;

use arrow_schema::{DECIMAL128_MAX_PRECISION, DataType, TimeUnit};

use super::number;
use super::odd::Odd;
use super::records::Left;
use super::style::CellStyle;
use super::summary::Summary;
pub(super) use kinds::short_integer;

/// Kinds a text could be, one bit each.
mod bit {
    pub(super) const BOOLEAN: u16 = 1;
    pub(super) const INT: u16 = 2;
    pub(super) const UINT: u16 = 4;
    pub(super) const FLOAT: u16 = 8;
    pub(super) const DATE: u16 = 16;
    pub(super) const DATE_TIME: u16 = 32;
    pub(super) const ZONED: u16 = 64;
    pub(super) const TIME: u16 = 128;
    pub(super) const DECIMAL: u16 = 256;
    pub(super) const ALL: u16 = 511;
}

pub(super) const NANOS_OF_DAY: i64 = 86_400_000_000_000;

/// What the cells of one column seen so far have in common. The order of the cells does not matter.
#[derive(Debug, Clone)]
pub(super) struct Guess {
    /// Kinds that all cells could be.
    could_be: u16,
    /// Whether any cell had a value.
    any: bool,
    /// Most digits in a fraction of a second.
    digits: usize,
    /// Whether all date-times fit a count of nanoseconds.
    fits_nanos: bool,
    /// Whether a text other than `NA` was seen bare.
    bare_text: bool,
    /// By how much the wall clocks are ahead of UTC.
    offsets: Offsets,
    /// Whether times of any offset are read as UTC.
    to_utc: bool,
    /// Most digits of a fraction.
    scale: usize,
    /// Whether a decimal has digits that no double holds.
    beyond_double: bool,
    /// What is lost where the kind cannot hold it.
    lost: Option<Box<Lost>>,
    /// What the cells hold, whatever kind they turn out to have.
    pub(super) summary: Summary,
    /// The cells because of which the column has no kind but text.
    pub(super) odd: Odd,
}

/// Values of which a kind keeps less than the text says.
#[derive(Debug, Clone, Default)]
pub(super) struct Lost {
    /// Decimals that are rounded as doubles.
    pub(super) rounded: Left,
    /// Times whose wall clock is not that of UTC.
    pub(super) shifted: Left,
}

/// The offsets of the times seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Offsets {
    #[default]
    None,
    /// All have this one, in seconds.
    One(i64),
    Mixed,
}

impl Offsets {
    fn join(self, other: Self) -> Self {
        match (self, other) {
            (Self::None, offsets) | (offsets, Self::None) => offsets,
            (one, other) if one == other => one,
            _ => Self::Mixed,
        }
    }
}

impl Default for Guess {
    fn default() -> Self {
        Self {
            could_be: bit::ALL,
            any: false,
            digits: 0,
            fits_nanos: true,
            bare_text: false,
            offsets: Offsets::None,
            to_utc: false,
            scale: 0,
            beyond_double: false,
            lost: None,
            summary: Summary::default(),
            odd: Odd::default(),
        }
    }
}

impl Guess {
    /// Takes a cell that is not one of the texts for missing. False when it may be missing nevertheless.
    #[inline]
    pub(super) fn see(&mut self, text: &[u8], quoted: bool, style: &CellStyle) -> bool {
        if text.is_empty() {
            self.summary.quoted_empty += 1;
            return false;
        }
        if !quoted {
            // R writes missing values so; whether it is one shows only when the column is known.
            if text == b"NA" {
                self.summary.na += 1;
                return false;
            }
            self.bare_text = true;
        }
        self.any = true;
        if self.could_be != 0 {
            self.could_be &= self.kinds(number::trim(text), style);
            if self.could_be == 0 {
                self.odd.begin(text, self.summary.filled(), self.summary.cells());
            }
        } else if self.odd.is_curious() {
            self.look_behind(text, style);
        }
        true
    }

    /// Looks at a cell behind the one because of which the column is a text.
    #[cold]
    #[inline(never)]
    fn look_behind(&mut self, text: &[u8], style: &CellStyle) {
        let fits = Self::default().kinds(number::trim(text), style) != 0;
        self.odd.add(fits, text);
    }

    /// How many cells have a kind that all those before them may have.
    fn fitting(&self) -> u64 {
        if self.could_be == 0 { self.odd.fitting() } else { self.summary.filled() }
    }

    /// Whether further cells would add to what is known of a text.
    pub(super) fn is_curious(&self) -> bool {
        self.could_be != 0 || self.odd.is_curious()
    }

    /// Whether a text other than `NA` was seen without quotes.
    pub(super) fn has_bare_texts(&self) -> bool {
        self.bare_text
    }

    /// Whether any cell had a value.
    pub(super) fn has_values(&self) -> bool {
        self.any
    }

    /// The smallest and the largest of the short whole numbers.
    pub(super) fn short_range(&self) -> Option<(i64, i64)> {
        self.summary.short_integers()
    }

    /// Takes over what other cells of the column have in common.
    pub(super) fn merge(&mut self, other: &Self) {
        self.odd.merge(&other.odd, self.fitting() + other.fitting());
        self.could_be &= other.could_be;
        self.any |= other.any;
        self.digits = self.digits.max(other.digits);
        self.fits_nanos &= other.fits_nanos;
        self.bare_text |= other.bare_text;
        self.offsets = self.offsets.join(other.offsets);
        self.to_utc |= other.to_utc;
        self.scale = self.scale.max(other.scale);
        self.beyond_double |= other.beyond_double;
        if let Some(lost) = &other.lost {
            let rows = self.summary.cells();
            let known = self.lost.get_or_insert_default();
            known.rounded.append(&lost.rounded, rows);
            known.shifted.append(&lost.shifted, rows);
        }
        self.summary.merge(&other.summary);
    }

    /// What is lost where the kind of the column cannot hold it.
    pub(super) fn lost(&self) -> Option<&Lost> {
        self.lost.as_deref()
    }

    /// Whether all times have the offset of this zone.
    pub(super) fn has_offset_of(&self, zone: &str) -> bool {
        !matches!(self.offsets, Offsets::Mixed) && !self.to_utc && self.zone().as_deref() == Some(zone)
    }

    /// The kind of the column; text when the cells have nothing else in common.
    pub(super) fn kind(&self) -> DataType {
        if !self.any {
            return DataType::Utf8;
        }
        let unit = match self.digits {
            0 => TimeUnit::Second,
            1..=3 => TimeUnit::Millisecond,
            4..=6 => TimeUnit::Microsecond,
            _ => TimeUnit::Nanosecond,
        };
        let has = |bit: u16| self.could_be & bit != 0;
        let timestamp = |zone: Option<Arc<str>>| {
            let fits = unit != TimeUnit::Nanosecond || self.fits_nanos;
            if fits { DataType::Timestamp(unit, zone) } else { DataType::Utf8 }
        };
        // Texts by a pattern such as %Y%m%d are numbers as well; numbers that stand for true and false stay numbers.
        if has(bit::DATE) {
            DataType::Date32
        } else if has(bit::DATE_TIME) {
            timestamp(None)
        } else if has(bit::ZONED) {
            // Times of several offsets are no moments of one clock: as texts they keep theirs.
            self.zone().map_or(DataType::Utf8, |zone| timestamp(Some(zone)))
        } else if has(bit::INT) {
            DataType::Int64
        } else if has(bit::UINT) {
            DataType::UInt64
        } else if self.beyond_double && has(bit::FLOAT) {
            self.decimal().unwrap_or(DataType::Utf8)
        } else if has(bit::FLOAT) {
            DataType::Float64
        } else if has(bit::BOOLEAN) {
            DataType::Boolean
        } else if has(bit::TIME) {
            DataType::Time64(if self.digits > 6 { TimeUnit::Nanosecond } else { TimeUnit::Microsecond })
        } else {
            DataType::Utf8
        }
    }

    /// Whether every cell is a value of this kind, which may be declared.
    pub(super) fn fits(&self, kind: &DataType, na_is_missing: bool) -> bool {
        if kind == &DataType::Utf8 {
            return true;
        }
        if self.summary.na > 0 && !na_is_missing {
            return false;
        }
        match (self.kind(), kind) {
            _ if !self.any => true,
            (found, kind) if found == *kind => true,
            (DataType::Int64 | DataType::UInt64, DataType::Float64) => self.could_be & bit::FLOAT != 0,
            (DataType::Int64 | DataType::UInt64, kind) => self.summary.fits(kind),
            (DataType::Timestamp(found, None), DataType::Timestamp(unit, None)) => {
                found <= *unit && *unit != TimeUnit::Nanosecond
            }
            _ => false,
        }
    }

    /// Whether a bare `NA` is a missing value: in every column but a text column that has other bare texts,
    /// where it may be a name or a code.
    pub(super) fn na_is_missing(&self) -> bool {
        self.summary.na > 0 && (!self.bare_text || self.kind() != DataType::Utf8)
    }

    /// The decimal that holds every number, if there is one.
    fn decimal(&self) -> Option<DataType> {
        let whole = self.summary.whole_digits();
        let (scale, precision) = (i8::try_from(self.scale).ok()?, u8::try_from(whole + self.scale).ok()?);
        let is_one = self.could_be & bit::DECIMAL != 0 && precision <= DECIMAL128_MAX_PRECISION;
        is_one.then_some(DataType::Decimal128(precision, scale))
    }

    /// The zone of times that all have the same offset.
    fn zone(&self) -> Option<Arc<str>> {
        match self.offsets {
            Offsets::One(0) | Offsets::None => Some("UTC".into()),
            _ if self.to_utc => Some("UTC".into()),
            Offsets::One(offset) if offset % 60 == 0 && offset.abs() < 86_400 => {
                let (sign, minutes) = (if offset < 0 { '-' } else { '+' }, offset.abs() / 60);
                Some(format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60).into())
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
