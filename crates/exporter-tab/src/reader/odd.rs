//! The few cells because of which a column of numbers, dates or times is read as text, and dates in a form that is not guessed.

use super::guess::Guess;
use super::number;
use super::records::excerpt;

/// How many cells of a piece are looked at behind the first one that does not fit.
const LOOKED_BEHIND: u64 = 100;

/// How many cells of a column fit one kind, and the first cell that does not.
#[derive(Debug, Clone, Default)]
pub(super) struct Odd {
    fitting: u64,
    others: u64,
    /// Cells of this piece that were looked at behind the first.
    behind: u64,
    first: Option<Box<str>>,
}

impl Odd {
    /// Takes the first cell that does not fit; `before` is the number of cells before it, all of which fit one kind.
    #[cold]
    #[inline(never)]
    pub(super) fn begin(&mut self, text: &[u8], before: u64) {
        self.fitting += before;
        self.others += 1;
        self.first.get_or_insert_with(|| excerpt(text).into());
    }

    /// Whether a few more cells are looked at.
    pub(super) fn is_curious(&self) -> bool {
        self.behind < LOOKED_BEHIND
    }

    /// Takes a cell behind the first; `fits` says whether it has any kind but text.
    pub(super) fn add(&mut self, fits: bool) {
        self.behind += 1;
        *(if fits { &mut self.fitting } else { &mut self.others }) += 1;
    }

    pub(super) fn fitting(&self) -> u64 {
        self.fitting
    }

    /// Adds what another part of the column shows; `fitting` is the number of cells that fit in both parts.
    pub(super) fn merge(&mut self, other: &Self, fitting: u64) {
        self.fitting = fitting;
        self.others += other.others;
        if self.first.is_none() {
            self.first.clone_from(&other.first);
        }
    }

    /// The cell because of which a column is a text although nearly all of its cells are numbers, dates or times.
    pub(super) fn among_others(&self, fits: impl Fn(&[u8]) -> bool) -> Option<&str> {
        let first = self.first.as_deref()?;
        let is_rare = self.fitting >= 2 && self.others * 4 <= self.fitting;
        // Codes are texts on purpose.
        let is_meant = number::is_code(first.as_bytes()) || fits(first.as_bytes());
        (is_rare && !is_meant).then_some(first)
    }

    /// The pattern of a first cell such as `13/02/2024`.
    pub(super) fn date_pattern(&self) -> Option<(&str, String)> {
        let text = self.first.as_deref().filter(|_| self.fitting == 0)?;
        let sign = text.chars().find(|sign| matches!(sign, '/' | '.' | '-'))?;
        let mut parts = text.split(sign);
        let mut number = |lengths: std::ops::RangeInclusive<usize>| {
            let part = parts.next()?;
            let is_number = lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| part.parse::<u32>().ok()).flatten()
        };
        let (first, second, _) = (number(1..=2)?, number(1..=2)?, number(4..=4)?);
        let is_end = parts.next().is_none();
        let order = match (first, second) {
            (1..=31, 1..=12) => "%d{}%m{}%Y",
            (1..=12, 13..=31) => "%m{}%d{}%Y",
            _ => return None,
        };
        is_end.then(|| (text, order.replace("{}", &sign.to_string())))
    }
}

/// What people write where a value is missing.
pub(crate) fn is_missing_word(text: &str) -> bool {
    const WORDS: [&str; 14] = [
        "n/a", "#n/a", "na", "null", "none", "nil", "nan", "missing", "unknown", "-", "--", ".", "?",
        "#null!",
    ];
    WORDS.contains(&text.trim().to_lowercase().as_str())
}

/// Whether a text alone is any kind but text.
pub(super) fn fits_alone(text: &[u8], style: &super::style::CellStyle) -> bool {
    let mut alone = Guess::default();
    alone.see(text, true, style);
    alone.kind() != arrow_schema::DataType::Utf8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn odd(fitting: u64, texts: &[&str]) -> Odd {
        let mut odd = Odd { fitting, ..Odd::default() };
        texts.iter().for_each(|text| odd.begin(text.as_bytes(), 0));
        odd
    }

    #[test]
    fn one_cell_among_many_is_odd() {
        let never = |_: &[u8]| false;
        assert_eq!(odd(99, &["N/A"]).among_others(never), Some("N/A"));
        assert_eq!(odd(3, &["a", "b"]).among_others(never), None);
        assert_eq!(odd(99, &["007"]).among_others(never), None);
        assert_eq!(odd(99, &["0x1F"]).among_others(never), Some("0x1F"));
        assert_eq!(odd(99, &["2024-01-01"]).among_others(|_| true), None);
        assert!(is_missing_word(" N/A") && !is_missing_word("12"));
    }

    #[test]
    fn days_stand_before_months_where_they_can() {
        let pattern = |text: &str| odd(0, &[text]).date_pattern().map(|(_, pattern)| pattern);
        assert_eq!(pattern("13/02/2024").as_deref(), Some("%d/%m/%Y"));
        assert_eq!(pattern("1.2.2024").as_deref(), Some("%d.%m.%Y"));
        assert_eq!(pattern("02/13/2024").as_deref(), Some("%m/%d/%Y"));
        for text in ["32/13/2024", "1/2/24", "1/2/2024/", "abc", "2024/01/02"] {
            assert_eq!(pattern(text), None, "{text}");
        }
    }

    #[test]
    fn parts_tell_together_what_they_show() {
        let options = crate::ReadOptions::default();
        let marks = crate::reader::split::Dialect::PLAIN.marks;
        let style = crate::reader::style::CellStyle::new(&options, marks).unwrap();
        let part = |cells: &[&str]| {
            let mut guess = Guess::default();
            for cell in cells {
                if guess.see(cell.as_bytes(), false, &style) {
                    guess.summary.text(cell.len(), false);
                }
            }
            guess
        };
        let numbers = ["1", "2.5", "3"].repeat(20);
        let odd = [&["4"; 10][..], &["N/A"], &["5"; 9]].concat();
        for order in [[&numbers, &odd, &numbers], [&odd, &numbers, &numbers]] {
            let mut all = Guess::default();
            order.iter().for_each(|cells| all.merge(&part(cells)));
            assert_eq!(
                (all.odd.among_others(|_| false), all.odd.fitting, all.odd.others),
                (Some("N/A"), 139, 1)
            );
        }
        let texts = part(&["a", "b", "c", "1", "2", "3", "4", "5"]);
        assert_eq!(texts.odd.among_others(|_| false), None);
    }
}
