//! Whether numbers have a decimal comma.

use super::candidate::Record;
use crate::Mark;
use crate::options::DecimalMark;
use crate::reader::ReadOptions;
use crate::reader::style::MissingTexts;

/// What else the cells of a text may mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// The first line was taken for a row.
    NoHeader,
    /// A number such as this may have a decimal comma or commas between groups of three digits.
    Comma(String),
    /// A column is a text because of a cell among others that are none.
    Odd { column: String, text: String },
    /// A text may be a date of this pattern.
    Date { column: String, text: String, pattern: String },
    /// No column has dates of the pattern that was given.
    NoDates,
    /// Numbers such as this have a decimal comma and points between groups of three digits.
    Groups(String),
}

/// How a text is written as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Number {
    Whole,
    Point,
    /// With a comma that is followed by other than three digits.
    Comma,
    /// With a comma that may be one between groups.
    Either,
    /// With points between groups and a decimal comma.
    Groups,
}

/// The decimal mark of the numbers in these rows, and what may be meant besides.
pub(super) fn mark(sample: &[u8], rows: &[Record], options: &ReadOptions) -> (DecimalMark, Option<Doubt>) {
    // What parts groups of digits is no decimal mark.
    match options.thousands {
        Mark::POINT => return (DecimalMark::Comma, None),
        Mark::COMMA => return (DecimalMark::Point, None),
        _ => {}
    }
    let (thousands, missing) = (options.thousands, MissingTexts::new(options).and("NA"));
    let width = rows.first().map_or(0, |row| row.cells.len());
    let (mut point, mut comma, mut either, mut groups) = (false, false, None, None);
    for column in 0..width {
        let mut numbers = Vec::new();
        for cell in rows.iter().filter_map(|row| row.cells.get(column)) {
            let text = cell.raw(sample).trim_ascii();
            if text.is_empty() || missing.has(text, false) {
                continue;
            }
            match number(text) {
                Some(found) => numbers.push((found, text)),
                None => {
                    numbers.clear();
                    break;
                }
            }
        }
        let first =
            |wanted: Number| numbers.iter().find(|(number, _)| *number == wanted).map(|(_, text)| *text);
        point |= first(Number::Point).is_some();
        comma |= first(Number::Comma).is_some();
        either = either.or(first(Number::Either).filter(|_| first(Number::Comma).is_none()));
        groups = groups.or(first(Number::Groups));
    }
    let shown = |text: &[u8]| String::from_utf8_lossy(text).into_owned();
    match (point, comma, either, groups) {
        (_, _, _, Some(text)) if thousands == Mark::NONE => {
            (DecimalMark::Point, Some(Doubt::Groups(shown(text))))
        }
        (false, true, _, _) | (false, _, _, Some(_)) => (DecimalMark::Comma, None),
        (false, false, Some(text), None) if thousands == Mark::NONE => {
            (DecimalMark::Point, Some(Doubt::Comma(shown(text))))
        }
        _ => (DecimalMark::Point, None),
    }
}

fn number(text: &[u8]) -> Option<Number> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let mut parts = digits.splitn(2, |byte| matches!(byte, b'e' | b'E'));
    let (digits, exponent) = (parts.next()?, parts.next());
    let is_exponent = |power: &[u8]| {
        let power = power.strip_prefix(b"-").or(power.strip_prefix(b"+")).unwrap_or(power);
        !power.is_empty() && power.iter().all(u8::is_ascii_digit)
    };
    if exponent.is_some_and(|power| !is_exponent(power)) {
        return None;
    }
    let mut commas = digits.split(|byte| *byte == b',');
    let (whole, fraction) = (commas.next()?, commas.next());
    let all_digits = |text: &[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    if commas.next().is_some() {
        return None;
    }
    match fraction {
        None if all_digits(whole) => Some(Number::Whole),
        None => {
            let (before, after) = whole.split_at(whole.iter().position(|byte| *byte == b'.')?);
            (before.iter().all(u8::is_ascii_digit) && all_digits(after.get(1..)?)).then_some(Number::Point)
        }
        Some(fraction) if !all_digits(fraction) => None,
        Some(fraction) if all_digits(whole) => {
            let is_group = fraction.len() == 3 && whole.len() < 4 && !whole.starts_with(b"0");
            Some(if is_group { Number::Either } else { Number::Comma })
        }
        Some(_) => {
            let mut groups = whole.split(|byte| *byte == b'.');
            let first = groups.next()?;
            let are_groups = groups.all(|group| group.len() == 3 && all_digits(group));
            (all_digits(first) && first.len() < 4 && are_groups).then_some(Number::Groups)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_by_their_marks() {
        for (text, expected) in [
            ("12", Some(Number::Whole)),
            ("-1.5", Some(Number::Point)),
            (".5", Some(Number::Point)),
            ("1,5", Some(Number::Comma)),
            ("0,125", Some(Number::Comma)),
            ("1234,125", Some(Number::Comma)),
            ("1,125", Some(Number::Either)),
            ("1.234,5", Some(Number::Groups)),
            ("1,234,567", None),
            ("1.23,5", None),
            ("1,5e-07", Some(Number::Comma)),
            ("1e5", Some(Number::Whole)),
            ("1,5e", None),
            ("a,5", None),
            (",5", None),
        ] {
            assert_eq!(number(text.as_bytes()), expected, "{text}");
        }
    }
}
