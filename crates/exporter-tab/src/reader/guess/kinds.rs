//! The kinds that one cell could be.

use exporter_core::doubles::EXACT;

use super::{Guess, NANOS_OF_DAY, Offsets, bit};
use crate::reader::digits::Digits;
use crate::reader::number::{self, NumberStyle};
use crate::reader::plain::{Nearest, Plain};
use crate::reader::style::CellStyle;
use crate::reader::time::{self, DateTimeParts};

impl Guess {
    /// Those of a cell, whose value is taken into the summary.
    pub(super) fn kinds(&mut self, text: &[u8], style: &CellStyle) -> u16 {
        if style.has_own_texts { self.own(text, style) } else { self.plain(text, style.numbers) }
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

    /// Kinds of a text that starts like a number. A code with a leading zero is none.
    fn number(&mut self, text: &[u8], style: NumberStyle) -> u16 {
        if let Some(plain) = style.ungrouped(text) {
            return self.number(&plain, style.without_groups());
        }
        if number::is_code(text) {
            return 0;
        }
        let digits = text.strip_prefix(b"-").unwrap_or(text);
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
        let value =
            if digits.iter().any(u8::is_ascii_digit) { number::parsed::<f64>(text, style) } else { None };
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
}

/// A whole number of few digits, which is what most cells are.
#[inline]
pub(in crate::reader) fn short_integer(text: &[u8]) -> Option<i64> {
    // 15 digits stay below 2^53.
    match text {
        b"0" => Some(0),
        [b'-', b'1'..=b'9', rest @ ..] | [b'1'..=b'9', rest @ ..] if rest.len() < 15 => {
            number::plain_integer(text)
        }
        _ => None,
    }
}
