//! The kind of a column from all its cells.

use arrow_schema::{DataType, TimeUnit};

use super::number;
use super::time;

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
    pub(super) const ALL: u16 = 255;
}

/// Whole numbers beyond 2^53 are not all doubles.
const EXACT: i128 = 1 << 53;

/// What the cells of one column seen so far have in common. The order of the cells does not matter.
#[derive(Debug, Clone)]
pub(super) struct Guess {
    /// Kinds that all cells could be.
    could_be: u16,
    /// Whether any cell had a value.
    any: bool,
    /// Most digits in a fraction of a second.
    digits: usize,
    /// Whether all moments fit a count of nanoseconds.
    fits_nanos: bool,
    /// Whether a bare `NA` was seen.
    na: bool,
    /// Whether another text was seen bare.
    bare_text: bool,
}

impl Default for Guess {
    fn default() -> Self {
        Self { could_be: bit::ALL, any: false, digits: 0, fits_nanos: true, na: false, bare_text: false }
    }
}

impl Guess {
    /// Takes a cell that is not one of the texts for missing.
    #[inline]
    pub(super) fn see(&mut self, text: &[u8], quoted: bool, mark: u8) {
        if text.is_empty() {
            return;
        }
        if !quoted {
            // R writes missing values so; whether it is one shows only when the column is known.
            if text == b"NA" {
                self.na = true;
                return;
            }
            self.bare_text = true;
        }
        self.any = true;
        if self.could_be != 0 {
            self.could_be &= self.kinds(number::trim(text), mark);
        }
    }

    /// Takes over what other cells of the column have in common.
    pub(super) fn merge(&mut self, other: &Self) {
        self.could_be &= other.could_be;
        self.any |= other.any;
        self.digits = self.digits.max(other.digits);
        self.fits_nanos &= other.fits_nanos;
        self.na |= other.na;
        self.bare_text |= other.bare_text;
    }

    fn kinds(&mut self, text: &[u8], mark: u8) -> u16 {
        if let Some(kinds) = short_integer(text) {
            return kinds;
        }
        match text.first() {
            Some(b'0'..=b'9' | b'-' | b'.' | b',') => {}
            Some(b't' | b'T' | b'f' | b'F') => {
                let boolean = text.eq_ignore_ascii_case(b"true") || text.eq_ignore_ascii_case(b"false");
                return if boolean { bit::BOOLEAN } else { 0 };
            }
            Some(b'n' | b'N' | b'i' | b'I') => {
                let float = [&b"nan"[..], b"inf"].iter().any(|name| text.eq_ignore_ascii_case(name));
                return if float { bit::FLOAT } else { 0 };
            }
            _ => return 0,
        }
        if text.len() >= 5
            && let [_, _, third, .., _] = text
        {
            if *third == b':' {
                let Some((_, digits)) = time::clock(text) else { return 0 };
                self.digits = self.digits.max(digits);
                return bit::TIME;
            }
            if text.len() >= 10 && text.get(4) == Some(&b'-') {
                return self.moment(text);
            }
        }
        if text.eq_ignore_ascii_case(b"-inf") { bit::FLOAT } else { numbers(text, mark) }
    }

    fn moment(&mut self, text: &[u8]) -> u16 {
        if text.len() == 10 {
            return if time::date(text).is_some() { bit::DATE | bit::DATE_TIME } else { 0 };
        }
        let Some(moment) = time::moment(text) else { return 0 };
        self.digits = self.digits.max(moment.digits);
        // Counts of nanoseconds in 64 bits reach from 1677 to 2262.
        self.fits_nanos &= moment.seconds.abs() < i64::MAX / 1_000_000_000 - 86_400;
        if moment.offset.is_some() { bit::ZONED } else { bit::DATE_TIME }
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
        let timestamp = |zone: Option<&str>| {
            let fits = unit != TimeUnit::Nanosecond || self.fits_nanos;
            if fits { DataType::Timestamp(unit, zone.map(Into::into)) } else { DataType::Utf8 }
        };
        if has(bit::BOOLEAN) {
            DataType::Boolean
        } else if has(bit::INT) {
            DataType::Int64
        } else if has(bit::UINT) {
            DataType::UInt64
        } else if has(bit::FLOAT) {
            DataType::Float64
        } else if has(bit::DATE) {
            DataType::Date32
        } else if has(bit::DATE_TIME) {
            timestamp(None)
        } else if has(bit::ZONED) {
            timestamp(Some("UTC"))
        } else if has(bit::TIME) {
            DataType::Time64(if self.digits > 6 { TimeUnit::Nanosecond } else { TimeUnit::Microsecond })
        } else {
            DataType::Utf8
        }
    }

    /// Whether a bare `NA` is a missing value: in every column but a text column that has other bare texts,
    /// where it may be a name or a code.
    pub(super) fn na_is_missing(&self) -> bool {
        self.na && (!self.bare_text || self.kind() != DataType::Utf8)
    }
}

/// Kinds of a whole number of few digits, which is what most cells are.
#[inline]
fn short_integer(text: &[u8]) -> Option<u16> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    // 15 digits stay below 2^53.
    let plain =
        matches!(digits, [b'1'..=b'9', rest @ ..] if rest.len() < 15 && rest.iter().all(u8::is_ascii_digit));
    match (plain, negative) {
        (true, false) => Some(bit::INT | bit::UINT | bit::FLOAT),
        (true, true) => Some(bit::INT | bit::FLOAT),
        _ => None,
    }
}

/// Kinds of a text that starts like a number. A code with a leading zero is none.
fn numbers(text: &[u8], mark: u8) -> u16 {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    if let [b'0', b'0'..=b'9', ..] = digits {
        return 0;
    }
    if digits.iter().all(u8::is_ascii_digit) {
        let Some(value) = number::integer(text, mark) else { return 0 };
        if value == 0 && digits.len() != text.len() {
            return bit::FLOAT;
        }
        let int = if i64::try_from(value).is_ok() { bit::INT } else { 0 };
        let uint = if u64::try_from(value).is_ok() { bit::UINT } else { 0 };
        let float = if value.abs() <= EXACT { bit::FLOAT } else { 0 };
        return int | uint | float;
    }
    if digits.iter().any(u8::is_ascii_digit) && number::float(text, mark).is_some_and(f64::is_finite) {
        bit::FLOAT
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(cells: &[&str]) -> DataType {
        let mut forward = Guess::default();
        cells.iter().for_each(|cell| forward.see(cell.as_bytes(), false, b'.'));
        let mut backward = Guess::default();
        cells.iter().rev().for_each(|cell| backward.see(cell.as_bytes(), false, b'.'));
        assert_eq!(forward.kind(), backward.kind(), "{cells:?}");
        let mut merged = Guess::default();
        for cell in cells {
            let mut alone = Guess::default();
            alone.see(cell.as_bytes(), false, b'.');
            merged.merge(&alone);
        }
        assert_eq!(forward.kind(), merged.kind(), "{cells:?}");
        forward.kind()
    }

    #[test]
    fn kinds_by_example() {
        let millis = DataType::Timestamp(TimeUnit::Millisecond, None);
        let seconds = DataType::Timestamp(TimeUnit::Second, None);
        let utc = DataType::Timestamp(TimeUnit::Second, Some("UTC".into()));
        for (cells, expected) in [
            (&["1", "-2", "", "NA"][..], DataType::Int64),
            (&["1", "18446744073709551615"], DataType::UInt64),
            (&["-1", "18446744073709551615"], DataType::Utf8),
            (&["1", "2.5", "nan", "-inf", "1e5"], DataType::Float64),
            (&["2.5", "9007199254740993"], DataType::Utf8),
            (&["12345678901234567890123"], DataType::Utf8),
            (&["-0"], DataType::Float64),
            (&["007"], DataType::Utf8),
            (&["1", "007"], DataType::Utf8),
            (&["00.5"], DataType::Utf8),
            (&["0.5", "0", ".5"], DataType::Float64),
            (&["+33612"], DataType::Utf8),
            (&["1e999"], DataType::Utf8),
            (&["true", "FALSE", "True"], DataType::Boolean),
            (&["true", "1"], DataType::Utf8),
            (&["2024-02-29", "1900-01-01"], DataType::Date32),
            (&["2024-02-30"], DataType::Utf8),
            (&["2024-02-29", "2024-02-29 10:00"], seconds),
            (&["2024-02-29T10:00:00.25"], millis),
            (&["2024-02-29T10:00:00Z", "2024-02-29T10:00:00+02:00"], utc),
            (&["2024-02-29T10:00:00Z", "2024-02-29T10:00:00"], DataType::Utf8),
            (&["10:30", "10:30:15.5"], DataType::Time64(TimeUnit::Microsecond)),
            (&["2024", "2024-01-01"], DataType::Utf8),
            (&[" 12", "3 "], DataType::Int64),
            (&["", ""], DataType::Utf8),
            (&["-"], DataType::Utf8),
            (&["."], DataType::Utf8),
        ] {
            assert_eq!(kind(cells), expected, "{cells:?}");
        }
    }

    #[test]
    fn a_bare_na_is_a_name_only_among_bare_texts() {
        let missing = |cells: &[(&str, bool)]| {
            let mut guess = Guess::default();
            cells.iter().for_each(|(cell, quoted)| guess.see(cell.as_bytes(), *quoted, b'.'));
            guess.na_is_missing()
        };
        assert!(missing(&[("NA", false), ("1", false)]));
        assert!(missing(&[("NA", false), ("Namibia", true)]));
        assert!(!missing(&[("NA", false), ("ZA", false)]));
        assert!(!missing(&[("NA", true)]));
    }
}
