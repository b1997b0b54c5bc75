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
    /// Cells before the first in its piece.
    row: u64,
    line: Option<u64>,
    /// Whether another text does not fit either.
    has_more: bool,
    /// How all cells that do not fit are dates, if they are.
    dates: Option<Dates>,
}

/// Orders of day and month that fit dates such as `13/02/2024`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Dates {
    sign: char,
    day_first: bool,
    month_first: bool,
}

impl Dates {
    fn of(text: &str) -> Option<Self> {
        let sign = text.chars().find(|sign| matches!(sign, '/' | '.' | '-'))?;
        let mut parts = text.split(sign);
        let mut number = |lengths: std::ops::RangeInclusive<usize>| {
            let part = parts.next()?;
            let is_number = lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| part.parse::<u32>().ok()).flatten()
        };
        let (first, second, _) = (number(1..=2)?, number(1..=2)?, number(4..=4)?);
        let fits = |day, month| (1..=31).contains(&day) && (1..=12).contains(&month);
        let dates = Self { sign, day_first: fits(first, second), month_first: fits(second, first) };
        (parts.next().is_none() && dates.fits_any()).then_some(dates)
    }

    fn fits_any(self) -> bool {
        self.day_first || self.month_first
    }

    fn join(self, other: Self) -> Option<Self> {
        let day_first = self.day_first && other.day_first;
        let both = Self { day_first, month_first: self.month_first && other.month_first, ..self };
        (self.sign == other.sign && both.fits_any()).then_some(both)
    }

    fn patterns(self) -> Vec<String> {
        let orders = [(self.day_first, "%d{}%m{}%Y"), (self.month_first, "%m{}%d{}%Y")];
        let fitting = orders.iter().filter(|(fits, _)| *fits);
        fitting.map(|(_, order)| order.replace("{}", &self.sign.to_string())).collect()
    }
}

impl Odd {
    /// Takes the first cell that does not fit; `before` is the number of cells before it, all of which fit one kind, and `row`
    /// that of rows.
    #[cold]
    #[inline(never)]
    pub(super) fn begin(&mut self, text: &[u8], before: u64, row: u64) {
        self.fitting += before;
        if self.first.is_none() {
            (self.first, self.row) = (Some(excerpt(text).into()), row);
            self.dates = dates(text);
        }
        self.see_other(text);
    }

    /// Whether a few more cells are looked at, or as many as it takes to tell days from months.
    pub(super) fn is_curious(&self) -> bool {
        let is_open = |dates: Dates| dates.day_first && dates.month_first;
        self.behind < LOOKED_BEHIND || (self.fitting == 0 && self.dates.is_some_and(is_open))
    }

    /// Takes a cell behind the first; `fits` says whether it has any kind but text.
    pub(super) fn add(&mut self, fits: bool, text: &[u8]) {
        self.behind += 1;
        if fits {
            self.fitting += 1;
        } else {
            self.see_other(text);
        }
    }

    fn see_other(&mut self, text: &[u8]) {
        self.others += 1;
        self.has_more |= self.first.as_deref().map(str::as_bytes) != Some(text);
        self.dates = self.dates.and_then(|known| known.join(dates(text)?));
    }

    pub(super) fn fitting(&self) -> u64 {
        self.fitting
    }

    /// Takes the line of the first cell from its row.
    pub(super) fn find_line(&mut self, line: impl Fn(usize) -> u64) {
        self.line = self.first.as_ref().map(|_| line(self.row as usize));
    }

    /// Counts lines that stand before the piece.
    pub(super) fn move_down(&mut self, lines: u64) {
        self.line = self.line.map(|line| line + lines);
    }

    /// The line of the first cell, if its place is known.
    pub(super) fn line(&self) -> Option<u64> {
        self.line
    }

    /// Whether all cells seen that do not fit are the first one's text, which is short.
    pub(super) fn is_only(&self) -> bool {
        !self.has_more
    }

    /// Adds what another part of the column shows; `fitting` is the number of cells that fit in both parts.
    pub(super) fn merge(&mut self, other: &Self, fitting: u64) {
        self.fitting = fitting;
        self.others += other.others;
        if self.first.is_none() {
            self.first.clone_from(&other.first);
            (self.line, self.has_more, self.dates) = (other.line, other.has_more, other.dates);
        } else if other.first.is_some() {
            self.has_more |= other.has_more || self.first != other.first;
            self.dates = self.dates.and_then(|known| known.join(other.dates?));
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

    /// A first cell such as `13/02/2024`, and the patterns that fit all.
    pub(super) fn date_patterns(&self) -> Option<(&str, Vec<String>)> {
        let text = self.first.as_deref().filter(|_| self.fitting == 0)?;
        Some((text, self.dates?.patterns()))
    }
}

fn dates(text: &[u8]) -> Option<Dates> {
    Dates::of(std::str::from_utf8(text).ok()?)
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
        texts.iter().for_each(|text| odd.begin(text.as_bytes(), 0, 0));
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
    fn dates_have_the_patterns_that_fit_all() {
        let patterns = |texts: &[&str]| {
            let odd = odd(0, texts);
            odd.date_patterns().map_or(Vec::new(), |(_, patterns)| patterns)
        };
        assert_eq!(patterns(&["13/02/2024"]), ["%d/%m/%Y"]);
        assert_eq!(patterns(&["1.2.2024"]), ["%d.%m.%Y", "%m.%d.%Y"]);
        assert_eq!(patterns(&["1/2/2024", "12/15/2024"]), ["%m/%d/%Y"]);
        for texts in [&["32/13/2024"][..], &["1/2/24"], &["1/2/2024/"], &["abc"], &["2024/01/02"]] {
            assert!(patterns(texts).is_empty(), "{texts:?}");
        }
        for texts in [["13/02/2024", "02/13/2024"], ["1/2/2024", "soon"], ["1/2/2024", "1.2.2024"]] {
            assert!(patterns(&texts).is_empty(), "{texts:?}");
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
