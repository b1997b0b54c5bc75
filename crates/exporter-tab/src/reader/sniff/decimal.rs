//! Whether numbers have a decimal comma.

use super::Doubt;
use super::candidate::Record;
use crate::Mark;
use crate::options::DecimalMark;
use crate::reader::ReadOptions;
use crate::reader::style::MissingTexts;

/// How a text is written as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Number {
    Whole,
    Point,
    /// With a point that may be one between groups: `1.500`.
    Grouped,
    /// With a comma that is followed by other than three digits.
    Comma,
    /// With a comma that may be one between groups.
    Either,
    /// With points between groups and a decimal comma.
    Groups,
}

/// The decimal mark of the numbers in these rows, and what may be meant besides.
pub(super) fn mark(
    sample: &[u8],
    rows: &[Record],
    is_comma_separated: bool,
    options: &ReadOptions,
) -> (DecimalMark, Option<Doubt>) {
    // The sign between groups of digits is not the decimal mark.
    match options.thousands {
        Mark::POINT => return (DecimalMark::Comma, None),
        Mark::COMMA => return (DecimalMark::Point, None),
        _ => {}
    }
    let (thousands, missing) = (options.thousands, MissingTexts::new(options).and("NA"));
    let width = rows.first().map_or(0, |row| row.cells.len());
    let (mut point, mut grouped, mut comma, mut either, mut groups) = (false, None, None, None, None);
    let (mut with_comma, mut others) = (0, 0);
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
        let commas = [Number::Comma, Number::Either, Number::Groups];
        let has_comma = numbers.iter().filter(|(number, _)| commas.contains(number)).count();
        (with_comma, others) = (with_comma + has_comma, others + numbers.len() - has_comma);
        let first =
            |wanted: Number| numbers.iter().find(|(number, _)| *number == wanted).map(|(_, text)| *text);
        point |= first(Number::Point).is_some();
        grouped = grouped.or(first(Number::Grouped).filter(|_| first(Number::Point).is_none()));
        comma = comma.or(first(Number::Comma));
        either = either.or(first(Number::Either).filter(|_| first(Number::Comma).is_none()));
        groups = groups.or(first(Number::Groups));
    }
    let shown = |text: &[u8]| String::from_utf8_lossy(text).into_owned();
    let is_open = thousands == Mark::NONE;
    let told = |doubt: fn(String) -> Doubt, text| (DecimalMark::Point, Some(doubt(shown(text))));
    // A comma that separates cells is a decimal mark only where an option says so.
    if is_comma_separated {
        return match comma.or(either) {
            Some(text) if is_open => told(Doubt::Comma, text),
            _ => (DecimalMark::Point, None),
        };
    }
    // Among whole numbers in one column a comma may as well stand between two cells.
    if let Some(text) = comma.or(either).or(groups).filter(|_| width == 1 && with_comma <= others) {
        return told(Doubt::Comma, text);
    }
    match (point, comma, either, groups) {
        (true, _, _, Some(text)) if is_open => told(Doubt::Groups, text),
        (false, _, _, Some(text)) if is_open => (DecimalMark::Comma, Some(Doubt::Groups(shown(text)))),
        (false, Some(_), _, _) => {
            // Beside decimal commas a point may stand between groups, so that its cells are texts.
            let doubt = grouped.filter(|_| is_open).map(|text| Doubt::Groups(shown(text)));
            (DecimalMark::Comma, doubt)
        }
        (false, _, _, Some(_)) => (DecimalMark::Comma, None),
        (false, None, Some(text), None) if is_open => told(Doubt::Comma, text),
        (false, None, None, None) if is_open && grouped.is_some() => {
            (DecimalMark::Point, grouped.map(|text| Doubt::Point(shown(text))))
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
    let is_group = |whole: &[u8], rest: &[u8]| {
        exponent.is_none() && rest.len() == 3 && (1..4).contains(&whole.len()) && !whole.starts_with(b"0")
    };
    if commas.next().is_some() {
        return None;
    }
    match fraction {
        None if all_digits(whole) => Some(Number::Whole),
        None => {
            let (before, after) = whole.split_at(whole.iter().position(|byte| *byte == b'.')?);
            let after = after.get(1..)?;
            let is_number = before.iter().all(u8::is_ascii_digit) && all_digits(after);
            is_number.then_some(if is_group(before, after) { Number::Grouped } else { Number::Point })
        }
        Some(fraction) if !all_digits(fraction) => None,
        Some(fraction) if all_digits(whole) => {
            Some(if is_group(whole, fraction) { Number::Either } else { Number::Comma })
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
            ("1.500", Some(Number::Grouped)),
            ("0.500", Some(Number::Point)),
            ("1500.125", Some(Number::Point)),
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
