//! Which values SPSS can be told are missing: three values, or a range and one value.

use std::fmt;
use std::ops::{Deref, DerefMut};

use exporter_core::codebook::{self, Kind, MissingValues as Declared, Variable};
use exporter_core::embedded::ReasonCodes;
use exporter_core::profile::{Number, Outside};
use exporter_core::{ColumnFacts, Loss, LossCode, encoded};

use crate::choices::Choices;
use crate::limits::{MAX_MISSING_TEXT_BYTES, MAX_MISSING_VALUES};
use crate::reason_numbers::{in_order, is_value, own_codes};
use crate::values::{Value, is_text, lowest};

/// What is declared missing: three values, or a range and one value; small, as there may be a million variables of which few
/// declare any.
#[derive(Clone, Default)]
pub struct MissingValues(Option<Box<DeclaredMissing>>);

/// What [`MissingValues`] are read and changed as.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct DeclaredMissing {
    /// Smallest and largest number of a range, which is open where an end is `None`.
    pub range: Option<(Option<f64>, Option<f64>)>,
    /// Single values.
    pub values: Vec<Value>,
}

impl Deref for MissingValues {
    type Target = DeclaredMissing;

    fn deref(&self) -> &DeclaredMissing {
        const NONE: &DeclaredMissing = &DeclaredMissing { range: None, values: Vec::new() };
        self.0.as_deref().unwrap_or(NONE)
    }
}

impl DerefMut for MissingValues {
    fn deref_mut(&mut self) -> &mut DeclaredMissing {
        self.0.get_or_insert_default()
    }
}

impl fmt::Debug for MissingValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl PartialEq for MissingValues {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

/// First numbers that stand for reasons, in the order in which they are tried.
const FIRST_CODES: [f64; 7] =
    [-99.0, -999.0, -9_999.0, -99_999.0, -999_999_999.0, -99_999_999_999.0, -999_999_999_999_999.0];

impl MissingValues {
    /// A range and single values.
    pub fn new(range: Option<(Option<f64>, Option<f64>)>, values: Vec<Value>) -> Self {
        let is_empty = range.is_none() && values.is_empty();
        Self((!is_empty).then(|| Box::new(DeclaredMissing { range, values })))
    }

    /// Whether a value is declared missing.
    pub fn contains(&self, value: &Value) -> bool {
        let in_range = |number: f64| {
            self.range.is_some_and(|(low, high)| {
                low.is_none_or(|low| low <= number) && high.is_none_or(|high| number <= high)
            })
        };
        self.values.contains(value) || matches!(value, Value::Number(number) if in_range(*number))
    }

    /// The numbers that are declared, ends of a range among them.
    pub fn numbers(&self) -> impl Iterator<Item = f64> {
        let ends = self.range.into_iter().flat_map(|(low, high)| [low, high]).flatten();
        ends.chain(self.values.iter().filter_map(Value::as_number))
    }

    /// Whether nothing is declared.
    pub fn is_empty(&self) -> bool {
        self.range.is_none() && self.values.is_empty()
    }

    /// What of a variable's missing values can be declared, and the numbers that stand for its reasons where `codes` are
    /// wanted, by declaration. `outside` is what is known of [`crate::reason_numbers::spans_at_codes`].
    pub(crate) fn of(
        variable: &Variable,
        kind: &Kind,
        facts: &ColumnFacts,
        outside: &[Outside],
        labelled: &[(Value, String)],
        choices: &Choices,
        losses: &mut Vec<Loss>,
    ) -> (Self, ReasonCodes) {
        let is_file = choices.is_file();
        let mut all = Self::declared(variable, kind, choices);
        let valid = valid_range(kind, facts);
        let mut codes = match is_file && !is_text(kind) {
            true => all.codes(variable, kind, (valid, outside), labelled),
            false => ReasonCodes::new(),
        };
        if codes.iter().any(Option::is_some) && all.values.len() <= all.room() {
            all.values = in_order(variable, kind, &codes, &all.values);
        }
        all.fit(valid, labelled);
        // A number that is not declared missing would be read as a value.
        for code in &mut codes {
            *code = code.filter(|code| all.contains(&Value::Number(*code)));
        }
        if is_file {
            let action = match is_text(kind) {
                true => "texts of SPSS have no missing reasons, these are empty texts",
                false => {
                    "SPSS takes three missing values, or a range and one value: further reasons are system-missing"
                }
            };
            codes = tell_lost_reasons(variable, codes, facts, action, losses);
        }
        all.undeclared(variable, kind, choices, losses);
        (all, codes)
    }

    /// Tells which declared values are valid ones now.
    fn undeclared(&self, variable: &Variable, kind: &Kind, choices: &Choices, losses: &mut Vec<Loss>) {
        let (mut others, mut long) = (Vec::new(), Vec::new());
        for missing in &variable.missing {
            match &missing.values {
                Declared::Reason => {}
                // Days and times are texts in a codebook.
                Declared::One(codebook::Value::Text(text)) if is_text(kind) && is_long(text, choices) => {
                    long.push(text.clone());
                }
                Declared::One(value) => {
                    if Value::of(value, kind).is_none_or(|value| !self.contains(&value)) {
                        others.push(value.to_string());
                    }
                }
                Declared::Range { low, high } => {
                    let is_end = |end: &Option<codebook::Value>| match end {
                        Some(value) => Value::of(value, kind).is_some_and(|value| self.contains(&value)),
                        None => self.range.is_some_and(|(low, high)| low.is_none() || high.is_none()),
                    };
                    if !is_end(low) || !is_end(high) {
                        let end = |end: &Option<codebook::Value>, none: &str| {
                            end.as_ref().map_or_else(|| none.to_owned(), ToString::to_string)
                        };
                        others.push(format!("{} to {}", end(low, "lowest"), end(high, "highest")));
                    }
                }
            }
        }
        let three = "SPSS takes three missing values, or a range and one value: others are valid values";
        let eight = "SPSS takes missing texts of 8 bytes at most: longer ones are valid values";
        for (values, action) in [(others, three), (long, eight)] {
            if !values.is_empty() {
                let loss = Loss::new(LossCode::MISSING_DROPPED, action).count(values.len() as u64);
                losses.push(loss.first(None, values.join(", ")));
            }
        }
    }

    /// All that a variable declares, the first of several ranges.
    fn declared(variable: &Variable, kind: &Kind, choices: &Choices) -> Self {
        let mut all = Self::default();
        for missing in &variable.missing {
            match &missing.values {
                Declared::One(value) => {
                    all.values.extend(Value::of(value, kind).filter(|value| match value {
                        Value::Number(_) => true,
                        Value::Text(text) => !is_long(text, choices),
                    }))
                }
                Declared::Range { low, high } if !is_text(kind) && all.range.is_none() => {
                    let end = |end: &Option<codebook::Value>| match end {
                        Some(value) => Value::number(value, kind).map(Some),
                        None => Some(None),
                    };
                    let range = end(low).zip(end(high));
                    // All numbers, as the reader says it.
                    all.range = match range {
                        Some((Some(low), None)) if low == lowest(kind) => Some((None, None)),
                        range => range,
                    };
                }
                Declared::Range { .. } | Declared::Reason => {}
            }
        }
        all
    }

    /// Numbers for the reasons of a variable that no value, label or declaration has, declared missing: those of the source
    /// file, or adjacent ones.
    fn codes(
        &mut self,
        variable: &Variable,
        kind: &Kind,
        (valid, outside): (Option<(f64, f64)>, &[Outside]),
        labelled: &[(Value, String)],
    ) -> ReasonCodes {
        let count = variable.missing.iter().filter(|missing| missing.is_reason()).count();
        if count == 0 {
            return Vec::new();
        }
        let known = labelled.iter().map(|(value, _)| value).chain(&self.values);
        let known: Vec<f64> = known.filter_map(Value::as_number).collect();
        let last = |first: f64| first + (count - 1) as f64;
        let is_free = |low: &f64, high: &f64| {
            let overlaps = |range: (f64, f64)| range.0 <= *high && *low <= range.1;
            let open = |(low, high): (Option<f64>, Option<f64>)| {
                (low.unwrap_or(f64::NEG_INFINITY), high.unwrap_or(f64::INFINITY))
            };
            !valid.is_some_and(overlaps)
                && !self.range.map(open).is_some_and(overlaps)
                && !known.iter().any(|number| overlaps((*number, *number)))
        };
        // In the file that they come from a range may have declared them.
        let is_own = |code: &f64| self.range.is_some() && self.contains(&Value::Number(*code));
        // Among those that a file has beside it no value may be this one.
        let is_no_value = |code: &f64| !is_value(*code, kind, outside).unwrap_or(true);
        let own = own_codes(variable, count).filter(|own| {
            own.iter().all(|code| {
                let is_told = is_own(code) || is_no_value(code) && !self.contains(&Value::Number(*code));
                is_told && !known.contains(code) || is_free(code, code)
            })
        });
        let adjacent = || -> Option<Vec<f64>> {
            let first = FIRST_CODES.iter().find(|first| is_free(first, &last(**first)))?;
            Some((0..count).map(|place| first + place as f64).collect())
        };
        let Some(numbers) = own.or_else(adjacent) else { return ReasonCodes::new() };
        let mut numbers = numbers.into_iter();
        let code = |missing: &codebook::Missing| if missing.is_reason() { numbers.next() } else { None };
        let codes: ReasonCodes = variable.missing.iter().map(code).collect();
        let single = codes.iter().flatten().copied().map(Value::Number).filter(|code| !self.contains(code));
        let single: Vec<Value> = single.collect();
        self.values.extend(single);
        codes
    }

    /// How many single values there may be.
    fn room(&self) -> usize {
        if self.range.is_none() { MAX_MISSING_VALUES } else { 1 }
    }

    /// Leaves what SPSS takes, first of all of what is declared. More single numbers than it takes become a range where no
    /// valid value lies among them, be it of a row or a label.
    fn fit(&mut self, valid: Option<(f64, f64)>, labelled: &[(Value, String)]) {
        let room = self.room();
        if self.values.len() <= room {
            return;
        }
        if self.range.is_none()
            && let Some(fitted) = self.as_range(valid, labelled)
        {
            *self = fitted;
            return;
        }
        self.values.truncate(room);
    }

    /// All numbers as one range, or as one and a single number at either end.
    fn as_range(&self, valid: Option<(f64, f64)>, labelled: &[(Value, String)]) -> Option<Self> {
        let (low, high) = valid?;
        let mut numbers = Vec::with_capacity(self.values.len());
        for value in &self.values {
            match value {
                Value::Number(number) => numbers.push(*number),
                Value::Text(_) => return None,
            }
        }
        numbers.sort_by(f64::total_cmp);
        let covered = |numbers: &[f64]| {
            let (first, last) = numbers.first().copied().zip(numbers.last().copied())?;
            let is_other = |value: &Value| match value {
                Value::Number(number) => (first..=last).contains(number) && !self.values.contains(value),
                Value::Text(_) => false,
            };
            let is_free = (last < low || high < first) && !labelled.iter().any(|(value, _)| is_other(value));
            is_free.then_some((Some(first), Some(last)))
        };
        let alone = |number: f64, rest: &[f64]| {
            covered(rest).map(|range| Self::new(Some(range), vec![Value::Number(number)]))
        };
        // A number that is farther from the rest than these from each other stands alone.
        let gap = |pair: &[f64]| pair.last().zip(pair.first()).map_or(0.0, |(last, first)| last - first);
        let widest = |numbers: &[f64]| numbers.windows(2).map(gap).fold(0.0, f64::max);
        let whole = || covered(&numbers).map(|range| Self::new(Some(range), Vec::new()));
        let first = || numbers.split_first().and_then(|(first, rest)| alone(*first, rest));
        let last = || numbers.split_last().and_then(|(last, rest)| alone(*last, rest));
        let is_apart = |end: Option<&[f64]>, rest: Option<&[f64]>| {
            end.zip(rest).is_some_and(|(end, rest)| gap(end) > widest(rest))
        };
        if is_apart(numbers.get(numbers.len() - 2..), numbers.get(..numbers.len() - 1)) {
            last().or_else(whole)
        } else if is_apart(numbers.get(..2), numbers.get(1..)) {
            first().or_else(whole)
        } else {
            whole().or_else(first).or_else(last)
        }
    }
}

/// Whether a text is too long for a missing value.
fn is_long(text: &str, choices: &Choices) -> bool {
    encoded::length(choices.encoding(), text) > MAX_MISSING_TEXT_BYTES
}

/// Tells of the rows whose reason has no number; the numbers, one place for each declaration where rows hold reasons.
pub(crate) fn tell_lost_reasons(
    variable: &Variable,
    mut codes: ReasonCodes,
    facts: &ColumnFacts,
    action: &str,
    losses: &mut Vec<Loss>,
) -> ReasonCodes {
    if !variable.has_reasons() {
        return ReasonCodes::new();
    }
    codes.resize(variable.missing.len(), None);
    let declared = variable.missing.iter().zip(&codes).enumerate();
    let lost = declared.filter(|(_, (missing, code))| missing.is_reason() && code.is_none());
    // Without a profile each reason counts for one row.
    let rows = |position: usize| match &facts.reasons {
        Some(known) => u8::try_from(position).ok().and_then(|at| known.get(&at)).copied().unwrap_or(0),
        None => 1,
    };
    let lost: u64 = lost.map(|(position, _)| rows(position)).sum();
    if lost > 0 {
        losses.push(Loss::new(LossCode::MISSING_REASON_DROPPED, action).count(lost));
    }
    codes
}

/// Smallest and largest valid value as they are stored, an impossible range where there is none; `None` where nobody knows.
fn valid_range(kind: &Kind, facts: &ColumnFacts) -> Option<(f64, f64)> {
    let Some((low, high)) = facts.valid_range? else { return Some((f64::INFINITY, f64::NEG_INFINITY)) };
    let stored = |number: Number| match number {
        Number::Integer(count) => crate::values::stored(count, kind),
        Number::Float(number) => number,
    };
    Some((stored(low), stored(high)))
}

#[cfg(test)]
mod tests {
    use exporter_core::codebook::Missing;

    use super::*;
    use crate::choices::Target;

    fn known(low: i128, high: i128) -> ColumnFacts {
        let mut facts = ColumnFacts::default();
        facts.valid_range = Some(Some((Number::Integer(low), Number::Integer(high))));
        facts
    }

    fn file() -> Choices {
        Choices { target: Target::SystemFile, ..Choices::default() }
    }

    fn numbers(numbers: &[f64]) -> Vec<Value> {
        numbers.iter().copied().map(Value::Number).collect()
    }

    #[test]
    fn many_codes_become_a_range_where_no_value_lies_among_them() {
        let codes = (95..100).fold(Variable::new("x", Kind::INTEGER), |variable, code| {
            variable.with_missing(Missing::value(code))
        });
        let of = |variable: &Variable, greatest: i128, labelled: &[(Value, String)]| {
            let (facts, choices) = (known(0, greatest), Choices::syntax());
            MissingValues::of(variable, &Kind::INTEGER, &facts, &[], labelled, &choices, &mut Vec::new()).0
        };
        assert_eq!(of(&codes, 94, &[]).range, Some((Some(95.0), Some(99.0))));
        assert_eq!(of(&codes, 97, &[]).values, numbers(&[95.0, 96.0, 97.0]));
        // One that is far from the others stands alone.
        let near = codes.clone().with_missing(Missing::value(200));
        let found = of(&near, 90, &[]);
        assert_eq!((found.range, found.values.clone()), (Some((Some(95.0), Some(99.0))), numbers(&[200.0])));
        let labelled = [(Value::Number(97.5), "valid".to_owned())];
        let found = of(&codes, 90, &labelled);
        assert_eq!(found.values, numbers(&[95.0, 96.0, 97.0]), "a labelled value stays valid");
        let one_more = codes.clone().with_missing(Missing::value(-1));
        let found = of(&one_more, 90, &[]);
        assert_eq!((found.range, found.values.clone()), (Some((Some(95.0), Some(99.0))), numbers(&[-1.0])));
    }

    #[test]
    fn a_reason_without_a_place_is_no_value() {
        let mut variable = Variable::new("x", Kind::INTEGER);
        variable.missing = vec![
            Missing::value(8),
            Missing::value(9),
            Missing::reason().letter('a'),
            Missing::reason().letter('b'),
        ];
        let mut losses = Vec::new();
        let (missing, codes) =
            MissingValues::of(&variable, &Kind::INTEGER, &known(1, 7), &[], &[], &file(), &mut losses);
        assert_eq!(missing.values, numbers(&[8.0, 9.0, -99.0]));
        assert_eq!(codes, [None, None, Some(-99.0), None]);
        assert_eq!(
            losses.iter().map(|loss| loss.code.as_str()).collect::<Vec<_>>(),
            ["missing-reason-dropped"]
        );
    }

    #[test]
    fn reasons_get_free_adjacent_numbers() {
        let letters = ('a'..'f').fold(Variable::new("x", Kind::INTEGER), |variable, letter| {
            variable.with_missing(Missing::reason().letter(letter))
        });
        let mut losses = Vec::new();
        let (missing, codes) =
            MissingValues::of(&letters, &Kind::INTEGER, &known(0, 10), &[], &[], &file(), &mut losses);
        assert_eq!((missing.range, losses.len()), (Some((Some(-99.0), Some(-95.0))), 0));
        assert_eq!(codes.into_iter().flatten().collect::<Vec<_>>(), [-99.0, -98.0, -97.0, -96.0, -95.0]);
        let (missing, _) =
            MissingValues::of(&letters, &Kind::INTEGER, &known(-97, 10), &[], &[], &file(), &mut losses);
        assert_eq!(missing.range, Some((Some(-999.0), Some(-995.0))));
    }
}
