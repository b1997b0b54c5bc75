//! Values that are written as something else: value labels, declared missing values.

use std::collections::HashMap;

use super::quote::TextRules;

/// The value that a [`Substitute`] replaces.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Key {
    /// A whole number, or a boolean as 0 and 1.
    Integer(i128),
    /// All numbers from the first to the second, both included.
    Range(f64, f64),
    /// A number with a fraction.
    Float(f64),
    /// A text.
    Text(String),
}

/// One value of a column and what is written for it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Substitute {
    /// The value.
    pub key: Key,
    /// The text written for it; none writes it as missing.
    pub text: Option<String>,
}

impl Substitute {
    /// Writes `text` for the value, or what stands for a missing value.
    pub fn new(key: Key, text: Option<String>) -> Self {
        Self { key, text }
    }
}

/// Codes up to this one are looked up in a table, others in a map.
const TABLE: usize = 4096;

/// Finds the cell written for a value.
#[derive(Debug, Default)]
pub(super) struct Substitutes {
    cells: Vec<Box<[u8]>>,
    /// Cell number + 1 by code; 0 = none.
    table: Vec<u32>,
    integers: HashMap<i128, u32>,
    /// By the bits of the number.
    floats: HashMap<u64, u32>,
    ranges: Vec<(f64, f64, u32)>,
    texts: HashMap<Box<[u8]>, u32>,
}

impl Substitutes {
    /// Prepares the cells; a key given twice keeps its first text.
    pub(super) fn new(list: &[Substitute], missing: &[u8], rules: &TextRules) -> Self {
        let mut all = Self::default();
        for Substitute { key, text } in list {
            let number = all.cells.len() as u32 + 1;
            all.cells.push(text.as_ref().map_or_else(|| missing.into(), |text| rules.cell(text)));
            match key {
                Key::Integer(value) => {
                    all.integers.entry(*value).or_insert(number);
                    if let Ok(at) = usize::try_from(*value)
                        && at < TABLE
                    {
                        if all.table.len() <= at {
                            all.table.resize(at + 1, 0);
                        }
                        if all.table[at] == 0 {
                            all.table[at] = number;
                        }
                    }
                }
                Key::Float(value) => {
                    all.floats.entry(value.to_bits()).or_insert(number);
                }
                Key::Range(low, high) => all.ranges.push((*low, *high, number)),
                Key::Text(text) => {
                    all.texts.entry(text.as_bytes().into()).or_insert(number);
                }
            }
        }
        all
    }

    fn cell(&self, number: u32) -> Option<&[u8]> {
        self.cells.get((number as usize).checked_sub(1)?).map(|cell| &**cell)
    }

    fn in_range(&self, value: f64) -> Option<&[u8]> {
        let (_, _, number) = self.ranges.iter().find(|(low, high, _)| (*low..=*high).contains(&value))?;
        self.cell(*number)
    }

    /// The cell for a whole number.
    #[inline]
    pub(super) fn integer(&self, value: i128) -> Option<&[u8]> {
        if let Some(number) = usize::try_from(value).ok().and_then(|at| self.table.get(at))
            && *number != 0
        {
            return self.cell(*number);
        }
        match self.integers.get(&value) {
            Some(number) => self.cell(*number),
            None if self.ranges.is_empty() => None,
            None => self.in_range(value as f64),
        }
    }

    /// The cell for a floating-point number.
    #[inline]
    pub(super) fn float(&self, value: f64) -> Option<&[u8]> {
        if value.fract() == 0.0 && value.abs() < 1e18 {
            return self.integer(value as i128);
        }
        self.floats
            .get(&value.to_bits())
            .and_then(|number| self.cell(*number))
            .or_else(|| self.in_range(value))
    }

    /// The cell for a text.
    #[inline]
    pub(super) fn text(&self, value: &[u8]) -> Option<&[u8]> {
        self.texts.get(value).and_then(|number| self.cell(*number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::WriteOptions;

    #[test]
    fn values_find_their_cells() {
        let text = |text: &str| Some(text.to_string());
        let list = [
            Substitute { key: Key::Integer(1), text: text("yes") },
            Substitute { key: Key::Integer(1), text: text("again") },
            Substitute { key: Key::Integer(-9), text: None },
            Substitute { key: Key::Integer(1_000_000), text: text("a,b") },
            Substitute { key: Key::Range(90.0, 99.0), text: text("refused") },
            Substitute { key: Key::Float(0.5), text: text("half") },
            Substitute { key: Key::Text("f".into()), text: text("female") },
        ];
        let all = Substitutes::new(&list, b"NA", &TextRules::new(&WriteOptions::default()));
        assert_eq!(all.integer(1), Some(&b"yes"[..]));
        assert_eq!(all.integer(0), None);
        assert_eq!(all.integer(-9), Some(&b"NA"[..]));
        assert_eq!(all.integer(1_000_000), Some(&b"\"a,b\""[..]));
        assert_eq!(all.integer(95), Some(&b"refused"[..]));
        assert_eq!(all.float(1.0), Some(&b"yes"[..]));
        assert_eq!(all.float(90.5), Some(&b"refused"[..]));
        assert_eq!(all.float(0.5), Some(&b"half"[..]));
        assert_eq!(all.float(f64::NAN), None);
        assert_eq!(all.text(b"f"), Some(&b"female"[..]));
        assert_eq!(all.text(b"m"), None);
    }
}
