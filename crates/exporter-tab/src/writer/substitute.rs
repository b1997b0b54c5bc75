//! Values that are written as something else: value labels, declared missing values.

use std::collections::HashMap;

use exporter_core::missing::Span;
use exporter_core::profile::Number;

use super::quote::TextRules;

/// The values that a [`Substitute`] replaces.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Key {
    /// Numbers of the column: days and ticks of dates and times, unscaled digits of decimals, 0 and 1 of booleans.
    Numbers(Span),
    /// A text.
    Text(String),
    /// All texts from the first to the second by their bytes, both included; none is an open end.
    Texts(Option<String>, Option<String>),
}

/// Values of a column and what is written for them.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Substitute {
    /// The values.
    pub key: Key,
    /// The text written for it; none writes it as missing.
    pub text: Option<String>,
}

impl Substitute {
    /// Writes `text` for the values, or what stands for a missing value.
    pub fn new(key: Key, text: Option<String>) -> Self {
        Self { key, text }
    }
}

/// Codes up to this one are looked up in a table, others in a map.
const TABLE: usize = 4096;

#[derive(Debug)]
struct TextRange {
    low: String,
    high: Option<String>,
    number: u32,
}

impl TextRange {
    fn contains(&self, text: &[u8]) -> bool {
        self.low.as_bytes() <= text && self.high.as_ref().is_none_or(|high| text <= high.as_bytes())
    }
}

/// Finds the cell written for a value.
#[derive(Debug, Default)]
pub(super) struct Substitutes {
    cells: Vec<Box<[u8]>>,
    /// Cell number + 1 by code; 0 = none.
    table: Vec<u32>,
    integers: HashMap<i128, u32>,
    /// By the bits of the number.
    floats: HashMap<u64, u32>,
    spans: Vec<(Span, u32)>,
    texts: HashMap<Box<[u8]>, u32>,
    text_ranges: Vec<TextRange>,
}

impl Substitutes {
    /// Prepares the cells; a key given twice keeps its first text, and one value goes before a range.
    pub(super) fn new(list: &[Substitute], missing: &[u8], rules: &TextRules) -> Self {
        let mut all = Self::default();
        for Substitute { key, text } in list {
            let number = all.cells.len() as u32 + 1;
            all.cells.push(text.as_ref().map_or_else(|| missing.into(), |text| rules.cell(text)));
            match key {
                Key::Numbers(span) => match (span.low, span.high) {
                    (Number::Integer(low), Number::Integer(high)) if low == high => {
                        all.add_integer(low, number);
                    }
                    (Number::Float(low), Number::Float(high)) if low == high => match whole(low) {
                        Some(value) => all.add_integer(value, number),
                        None => {
                            all.floats.entry(low.to_bits()).or_insert(number);
                        }
                    },
                    _ => all.spans.push((*span, number)),
                },
                Key::Text(text) => {
                    all.texts.entry(text.as_bytes().into()).or_insert(number);
                }
                Key::Texts(low, high) => {
                    let low = low.clone().unwrap_or_default();
                    all.text_ranges.push(TextRange { low, high: high.clone(), number });
                }
            }
        }
        all
    }

    fn add_integer(&mut self, value: i128, number: u32) {
        self.integers.entry(value).or_insert(number);
        if let Ok(at) = usize::try_from(value)
            && at < TABLE
        {
            if self.table.len() <= at {
                self.table.resize(at + 1, 0);
            }
            if self.table[at] == 0 {
                self.table[at] = number;
            }
        }
    }

    fn cell(&self, number: u32) -> Option<&[u8]> {
        self.cells.get((number as usize).checked_sub(1)?).map(|cell| &**cell)
    }

    fn in_span(&self, value: Number) -> Option<&[u8]> {
        let (_, number) = self.spans.iter().find(|(span, _)| span.contains(value))?;
        self.cell(*number)
    }

    /// The cell for this one whole number.
    #[inline]
    fn one(&self, value: i128) -> Option<&[u8]> {
        if let Some(number) = usize::try_from(value).ok().and_then(|at| self.table.get(at))
            && *number != 0
        {
            return self.cell(*number);
        }
        self.integers.get(&value).and_then(|number| self.cell(*number))
    }

    /// The cell for a whole number.
    #[inline]
    pub(super) fn integer(&self, value: i128) -> Option<&[u8]> {
        self.one(value).or_else(|| self.in_span(Number::Integer(value)))
    }

    /// The cell for a floating-point number.
    #[inline]
    pub(super) fn float(&self, value: f64) -> Option<&[u8]> {
        let one = match whole(value) {
            Some(value) => self.one(value),
            None => self.floats.get(&value.to_bits()).and_then(|number| self.cell(*number)),
        };
        one.or_else(|| self.in_span(Number::Float(value)))
    }

    /// The cell for a text.
    #[inline]
    pub(super) fn text(&self, value: &[u8]) -> Option<&[u8]> {
        let range = || self.text_ranges.iter().find(|range| range.contains(value)).map(|range| &range.number);
        let number = self.texts.get(value).or_else(range);
        number.and_then(|number| self.cell(*number))
    }
}

/// A whole float as an integer; larger ones are found by their bits.
#[inline]
fn whole(value: f64) -> Option<i128> {
    (value.fract() == 0.0 && value.abs() < 1e18).then_some(value as i128)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::WriteOptions;

    #[test]
    fn values_find_their_cells() {
        let text = |text: &str| Some(text.to_string());
        let integers =
            |low: i128, high: i128| Key::Numbers(Span::new(Number::Integer(low), Number::Integer(high)));
        let floats = |low: f64, high: f64| Key::Numbers(Span::new(Number::Float(low), Number::Float(high)));
        let beyond = (1_i128 << 53) + 1;
        let list = [
            Substitute::new(integers(1, 1), text("yes")),
            Substitute::new(integers(1, 1), text("again")),
            Substitute::new(integers(-9, -9), None),
            Substitute::new(integers(1_000_000, 1_000_000), text("a,b")),
            Substitute::new(integers(90, 99), text("refused")),
            Substitute::new(integers(beyond, i128::MAX), text("far")),
            Substitute::new(floats(-3.0, -2.0), text("below")),
            Substitute::new(floats(0.5, 0.5), text("half")),
            Substitute::new(floats(1e20, 1e20), text("huge")),
            Substitute::new(Key::Text("f".into()), text("female")),
            Substitute::new(Key::Texts(Some("x".into()), None), text("from x")),
        ];
        let all = Substitutes::new(&list, b"NA", &TextRules::new(&WriteOptions::default()));
        assert_eq!(all.integer(1), Some(&b"yes"[..]));
        assert_eq!(all.integer(0), None);
        assert_eq!(all.integer(-9), Some(&b"NA"[..]));
        assert_eq!(all.integer(1_000_000), Some(&b"\"a,b\""[..]));
        assert_eq!(all.integer(95), Some(&b"refused"[..]));
        assert_eq!(all.float(1.0), Some(&b"yes"[..]));
        assert_eq!(all.integer(beyond), Some(&b"far"[..]));
        assert_eq!(all.integer(beyond - 1), None);
        assert_eq!(all.float(-2.5), Some(&b"below"[..]));
        assert_eq!(all.float(1e20), Some(&b"huge"[..]));
        assert_eq!(all.float(0.5), Some(&b"half"[..]));
        assert_eq!(all.float(f64::NAN), None);
        assert_eq!(all.text(b"f"), Some(&b"female"[..]));
        assert_eq!(all.text(b"m"), None);
        assert_eq!(all.text(b"xy"), Some(&b"from x"[..]));
    }
}
