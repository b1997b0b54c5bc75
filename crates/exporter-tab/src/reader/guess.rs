//! The kind of a column from all its cells.

use std::sync::Arc;

use arrow_schema::{DECIMAL128_MAX_PRECISION, DataType, TimeUnit};
use exporter_core::doubles::EXACT;

use super::digits::Digits;
use super::number::{self, NumberStyle};
use super::odd::Odd;
use super::plain::{Nearest, Plain};
use super::records::Left;
use super::style::CellStyle;
use super::summary::Summary;
use super::time::{self, DateTimeParts};

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
    /// Cells that make a text of it.
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
                self.odd.begin(text, self.summary.filled());
            }
        } else if self.odd.is_curious() {
            self.look_behind(text, style);
        }
        true
    }

    /// Looks at a cell behind the one that made a text of the column.
    #[cold]
    #[inline(never)]
    fn look_behind(&mut self, text: &[u8], style: &CellStyle) {
        let fits = Self::default().kinds(number::trim(text), style) != 0;
        self.odd.add(fits);
    }

    /// How many cells have a kind that all those before them may have.
    fn fitting(&self) -> u64 {
        if self.could_be == 0 { self.odd.fitting() } else { self.summary.filled() }
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

    fn kinds(&mut self, text: &[u8], style: &CellStyle) -> u16 {
        if style.has_own_texts() { self.own(text, style) } else { self.plain(text, style.numbers) }
    }

    /// Kinds of a text where options say how values are written, which replaces the ways that are known without.
    #[cold]
    fn own(&mut self, text: &[u8], style: &CellStyle) -> u16 {
        // What is read so has no summary: its column may turn out to hold numbers.
        let (mut own, mut replaced) = (0, 0);
        if style.booleans.is_some() {
            replaced |= bit::BOOLEAN;
            own |= if style.boolean(text).is_some() { bit::BOOLEAN } else { 0 };
        }
        if let Some(pattern) = &style.date_pattern {
            replaced |= bit::DATE;
            if self.could_be & bit::DATE != 0 && pattern.date(text).is_some() {
                own |= bit::DATE;
            }
        }
        if let Some(pattern) = &style.date_time_pattern {
            replaced |= bit::DATE_TIME | bit::ZONED;
            if self.could_be & (bit::DATE_TIME | bit::ZONED) != 0
                && let Some(at) = pattern.date_time(text)
            {
                own |= self.date_time(at, text, style.numbers.to_utc);
            }
        }
        let plain = self.plain(text, style.numbers);
        // Among date-times a date is its midnight, but not where dates are written in another way.
        let is_midnight = plain == bit::DATE | bit::DATE_TIME && replaced & bit::DATE != 0;
        own | if is_midnight { 0 } else { plain & !replaced }
    }

    fn plain(&mut self, text: &[u8], style: NumberStyle) -> u16 {
        if let Some(value) = short_integer(text) {
            self.summary.short_integer(value);
            let number = bit::INT | bit::FLOAT | bit::DECIMAL;
            return if value < 0 { number } else { number | bit::UINT };
        }
        match text.first() {
            Some(b'0'..=b'9' | b'-' | b'.' | b',') => {}
            Some(b't' | b'T' | b'f' | b'F') => {
                let is_true = text.eq_ignore_ascii_case(b"true");
                if !is_true && !text.eq_ignore_ascii_case(b"false") {
                    return 0;
                }
                self.summary.whole(is_true.into());
                return bit::BOOLEAN;
            }
            Some(b'n' | b'N' | b'i' | b'I') => {
                let float = [(&b"nan"[..], f64::NAN), (b"inf", f64::INFINITY), (b"infinity", f64::INFINITY)];
                // What is no finite number is no decimal.
                return match float.iter().find(|(name, _)| text.eq_ignore_ascii_case(name)) {
                    Some((_, value)) => self.float(*value),
                    None => 0,
                };
            }
            _ => return 0,
        }
        if text.len() >= 5
            && let [_, _, third, .., _] = text
        {
            if *third == b':' {
                let Some((nanos, digits)) = time::clock(text) else { return 0 };
                self.digits = self.digits.max(digits);
                self.summary.whole(nanos.into());
                return bit::TIME;
            }
            if text.len() >= 10 && text.get(4) == Some(&b'-') {
                return self.iso(text, style.to_utc);
            }
        }
        if text.eq_ignore_ascii_case(b"-inf") || text.eq_ignore_ascii_case(b"-infinity") {
            self.float(f64::NEG_INFINITY)
        } else {
            self.number(text, style)
        }
    }

    fn float(&mut self, value: f64) -> u16 {
        self.summary.float(value);
        bit::FLOAT
    }

    fn iso(&mut self, text: &[u8], to_utc: bool) -> u16 {
        if text.len() == 10 {
            let Some(days) = time::date(text) else { return 0 };
            self.instant(days * 86_400);
            self.summary.whole(i128::from(days) * i128::from(NANOS_OF_DAY));
            return bit::DATE | bit::DATE_TIME;
        }
        let Some(at) = time::date_time(text) else { return 0 };
        let seconds = at.seconds - at.offset.unwrap_or_default();
        self.summary.whole(i128::from(seconds) * 1_000_000_000 + i128::from(at.nanos));
        self.date_time(at, text, to_utc)
    }

    fn date_time(&mut self, at: DateTimeParts, text: &[u8], to_utc: bool) -> u16 {
        self.digits = self.digits.max(at.digits);
        self.instant(at.seconds - at.offset.unwrap_or_default());
        let Some(offset) = at.offset else { return bit::DATE_TIME };
        self.offsets = self.offsets.join(Offsets::One(offset));
        self.to_utc |= to_utc;
        if offset != 0 {
            let row = self.summary.cells() as usize;
            self.lost.get_or_insert_default().shifted.add(row, text);
        }
        bit::ZONED
    }

    fn instant(&mut self, seconds: i64) {
        // Counts of nanoseconds in 64 bits reach from 1677 to 2262.
        self.fits_nanos &= seconds.abs() < i64::MAX / 1_000_000_000 - 86_400;
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
        } else if self.beyond_double && has(bit::FLOAT | bit::DECIMAL) {
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

    /// Kinds of a text that starts like a number. A code with a leading zero is none.
    fn number(&mut self, text: &[u8], style: NumberStyle) -> u16 {
        if let Some(plain) = style.ungrouped(text) {
            return self.number(&plain, style.without_groups());
        }
        let digits = text.strip_prefix(b"-").unwrap_or(text);
        if let [b'0', b'0'..=b'9', ..] = digits {
            return 0;
        }
        let plain = Plain::of(text, style.mark);
        if let Some(value) = plain.and_then(Plain::whole) {
            return self.whole(value, plain.is_some_and(|plain| plain.is_negative));
        }
        if digits.iter().all(u8::is_ascii_digit) {
            // A last one that 64 bits hold may have more digits than a plain one.
            return number::integer(text, style).map_or(0, |value| self.whole(value, false));
        }
        if let Some(found) = plain.and_then(Plain::nearest) {
            return self.fraction(text, found, style);
        }
        let value = if digits.iter().any(u8::is_ascii_digit) { number::any_float(text, style) } else { None };
        let Some(value) = value.filter(|value| value.is_finite()) else { return 0 };
        let Digits { scale, are_beyond_double } = Digits::of(text, style.mark, value);
        let found = Nearest { value, scale: scale.unwrap_or_default(), is_another: are_beyond_double };
        self.fraction(text, found, style) & if scale.is_some() { bit::ALL } else { !bit::DECIMAL }
    }

    fn whole(&mut self, value: i128, is_negative: bool) -> u16 {
        if value == 0 && is_negative {
            return self.float(-0.0);
        }
        self.summary.whole(value);
        let int = if i64::try_from(value).is_ok() { bit::INT } else { 0 };
        let uint = if u64::try_from(value).is_ok() { bit::UINT } else { 0 };
        let float = if value.abs() <= EXACT.into() { bit::FLOAT } else { 0 };
        int | uint | float | bit::DECIMAL
    }

    fn fraction(&mut self, text: &[u8], found: Nearest, style: NumberStyle) -> u16 {
        self.scale = self.scale.max(found.scale);
        if found.is_another {
            let row = self.summary.cells() as usize;
            self.lost.get_or_insert_default().rounded.add(row, text);
            self.beyond_double |= style.keeps_digits;
        }
        // A decimal has no negative zero.
        let decimal = if found.value == 0.0 && found.value.is_sign_negative() { 0 } else { bit::DECIMAL };
        self.float(found.value) | decimal
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

/// A whole number of few digits, which is what most cells are.
#[inline]
pub(super) fn short_integer(text: &[u8]) -> Option<i64> {
    // 15 digits stay below 2^53.
    match text {
        b"0" => Some(0),
        [b'-', b'1'..=b'9', rest @ ..] | [b'1'..=b'9', rest @ ..] if rest.len() < 15 => {
            number::plain_integer(text)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
