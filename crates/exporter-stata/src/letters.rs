//! Letters for declared missing values.

use std::collections::{BTreeMap, BTreeSet};

use exporter_core::codebook::{
    Kind, Language, Missing as Declared, MissingValues, Value, ValueLabels, Variable,
};
use exporter_core::missing::span;
use exporter_core::profile::Number;
use exporter_core::{Loss, LossCode, Recode, doubles};

use crate::{Missing, MissingRule};

/// The letters of one variable.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Letters {
    /// Ranges first and single values last, as later rules win.
    pub rules: Vec<MissingRule>,
    /// Missing values by declaration, in their order; none where the declaration has no place.
    pub declared: Vec<Vec<Missing>>,
    /// The one value that a letter stands for, where it stands for one.
    pub values: BTreeMap<char, Value>,
    pub(crate) losses: Vec<Loss>,
    /// Losses of reasons, which are not there where the rows are in delimited text.
    pub(crate) reason_losses: Vec<Loss>,
    /// Each letter with the values that it stands for; table and variable are filled in later.
    pub(crate) recodes: Vec<Recode>,
}

impl Letters {
    fn give(&mut self, position: usize, missing: Missing) {
        if let Some(given) = self.declared.get_mut(position) {
            given.push(missing);
        }
    }

    /// Letters of a variable of texts, which has none.
    pub(crate) fn of_texts(variable: &Variable) -> Self {
        let mut letters = Self { declared: vec![Vec::new(); variable.missing.len()], ..Self::default() };
        let reasons = variable.missing.iter().filter(|missing| missing.is_reason()).count() as u64;
        let values = variable.missing.len() as u64 - reasons;
        if values > 0 {
            let action = "texts have no missing values, these stay ordinary texts";
            letters.losses.push(Loss::new(LossCode::MISSING_DROPPED, action).count(values));
        }
        if reasons > 0 {
            let action = "texts have no missing values, their reasons are not written";
            let loss = Loss::new(LossCode::MISSING_REASON_DROPPED, action);
            letters.reason_losses.push(loss.count(reasons).counting("reasons"));
        }
        letters
    }

    /// The missing value that a value of the codebook is stored as.
    pub(crate) fn of(&self, value: &Value, kind: &Kind) -> Option<Missing> {
        let number = bounds(&MissingValues::One(value.clone()), kind)?.0.as_f64();
        let holds = |rule: &&MissingRule| rule.low.as_f64() <= number && number <= rule.high.as_f64();
        self.rules.iter().rev().find(holds).map(|rule| rule.missing)
    }
}

/// The letters that the codebook does not fix, in order.
struct Pool {
    free: Vec<Missing>,
}

impl Pool {
    fn without(fixed: &BTreeSet<char>) -> Self {
        let letters = ('a'..='z').rev().filter(|letter| !fixed.contains(letter));
        Self { free: letters.filter_map(Missing::from_letter).collect() }
    }

    fn take(&mut self) -> Option<Missing> {
        self.free.pop()
    }
}

/// Letters for the declared missing values of a variable that is stored as numbers; `labels` are its value labels.
pub fn letters(variable: &Variable, labels: Option<&ValueLabels>) -> Letters {
    let mut letters = Letters::default();
    let fixed: BTreeSet<char> =
        variable.missing.iter().filter_map(fixed_letter).filter_map(Missing::letter).collect();
    let mut pool = Pool::without(&fixed);
    let mut ranges = Vec::new();
    let mut points = Vec::new();
    let mut later = Vec::new();
    for (position, declared) in variable.missing.iter().enumerate() {
        letters.declared.push(Vec::new());
        if declared.is_reason() {
            let missing = take(declared, &mut pool, &mut letters);
            letters.give(position, missing);
            continue;
        }
        let Some((low, high)) = bounds(&declared.values, &variable.kind) else {
            let loss =
                Loss::new(LossCode::MISSING_DROPPED, "not a value of the kind; it stays an ordinary value");
            letters.losses.push(loss.first(None, shown(&declared.values)));
            continue;
        };
        let MissingValues::One(value) = &declared.values else {
            later.push((position, low, high));
            continue;
        };
        let missing = take(declared, &mut pool, &mut letters);
        letters.recodes.push(recode(brief(value), missing, declared));
        letters.give(position, missing);
        points.push((MissingRule { low, high, missing }, value.clone()));
    }
    for (position, low, high) in later {
        let Some(declared) = variable.missing.get(position) else { continue };
        let range = Range { position, low, high };
        // A range with a letter of its own has no others.
        if fixed_letter(declared).is_none() {
            split_range(&range, variable, labels, &mut pool, &mut points, &mut letters);
        }
        if fixed_letter(declared).is_none() && is_whole_of(&range, &points) {
            continue;
        }
        let missing = take(declared, &mut pool, &mut letters);
        letters.recodes.push(recode(shown(&declared.values), missing, declared));
        letters.give(position, missing);
        ranges.push(MissingRule { low, high, missing });
        if low == high {
            continue;
        }
        let action = format!("values of the range that have no letter of their own are stored as {missing}");
        let loss = Loss::new(LossCode::MISSING_REASON_MERGED, action);
        letters.losses.push(loss.first(None, shown(&declared.values)));
    }
    letters.rules = ranges;
    letters.rules.extend(points.iter().map(|(rule, _)| *rule));
    let mut shared = BTreeMap::<char, u32>::new();
    for rule in &letters.rules {
        if let Some(letter) = rule.missing.letter() {
            *shared.entry(letter).or_default() += 1;
        }
    }
    let single = |letter: &char| shared.get(letter) == Some(&1);
    letters.values = points
        .into_iter()
        .filter_map(|(rule, value)| Some((rule.missing.letter()?, value)))
        .filter(|(letter, _)| single(letter))
        .collect();
    letters
}

/// A declared range and where it is declared.
struct Range {
    position: usize,
    low: Number,
    high: Number,
}

/// The letter fixed for a declaration, if Stata has it.
fn fixed_letter(declared: &Declared) -> Option<Missing> {
    declared.letter.and_then(Missing::from_letter)
}

/// The letter fixed for a declaration, else a free one, else the last.
fn take(declared: &Declared, pool: &mut Pool, letters: &mut Letters) -> Missing {
    let losses = if declared.is_reason() { &mut letters.reason_losses } else { &mut letters.losses };
    let fixed = fixed_letter(declared);
    let missing = fixed.or_else(|| pool.take()).unwrap_or_else(|| {
        let loss = Loss::new(LossCode::MISSING_REASON_MERGED, "more than 26 reasons; the last ones share .z");
        losses.push(loss.first(None, shown(&declared.values)));
        Missing::from_letter('z').unwrap_or(Missing::SYSTEM)
    });
    if let (None, Some(letter)) = (fixed, declared.letter) {
        let action = format!("Stata has the letters .a to .z, so .{letter} is stored as {missing}");
        losses.push(Loss::new(LossCode::METADATA_DROPPED, action).first(None, shown(&declared.values)));
    }
    missing
}

fn recode(from: String, to: Missing, declared: &Declared) -> Recode {
    Recode::new("", "", from, to.to_string()).label(declared.label.get(Language::default()))
}

/// Gives values of a range their own letters while there are any: all of a short range of whole numbers, else the
/// labelled ones.
fn split_range(
    range: &Range,
    variable: &Variable,
    labels: Option<&ValueLabels>,
    pool: &mut Pool,
    points: &mut Vec<(MissingRule, Value)>,
    letters: &mut Letters,
) {
    let whole = matches!(variable.kind, Kind::Integer { .. } | Kind::Period(_));
    let candidates: Vec<Value> = match (range.low, range.high) {
        (Number::Integer(low), Number::Integer(high)) if whole && high - low < pool.free.len() as i128 => {
            (low..=high).filter_map(|value| i64::try_from(value).ok()).map(Value::Integer).collect()
        }
        _ => labels.iter().flat_map(|labels| &labels.entries).map(|entry| entry.value.clone()).collect(),
    };
    let (low, high) = (range.low.as_f64(), range.high.as_f64());
    for value in candidates {
        let Some((code, _)) = bounds(&MissingValues::One(value.clone()), &variable.kind) else { continue };
        let known = points.iter().any(|(rule, _)| rule.low.as_f64() == code.as_f64());
        if known || !(low..=high).contains(&code.as_f64()) {
            continue;
        }
        let Some(missing) = pool.take() else { break };
        letters.recodes.push(Recode::new("", "", brief(&value), missing.to_string()));
        letters.give(range.position, missing);
        points.push((MissingRule { low: code, high: code, missing }, value));
    }
}

/// Whether every number of a range has its own letter.
fn is_whole_of(range: &Range, points: &[(MissingRule, Value)]) -> bool {
    match (range.low, range.high) {
        (Number::Float(low), Number::Float(high)) if low == high => {
            points.iter().any(|(rule, _)| rule.low.as_f64() == low)
        }
        (Number::Integer(low), Number::Integer(high)) if high - low < 26 => {
            let is_point = |value: i128| points.iter().any(|(rule, _)| rule.low == Number::Integer(value));
            (low..=high).all(is_point)
        }
        _ => false,
    }
}

/// A value for people.
fn brief(value: &Value) -> String {
    match value {
        Value::Float(number) => doubles::shown(*number),
        other => other.to_string(),
    }
}

fn shown(values: &MissingValues) -> String {
    match values {
        MissingValues::Reason => "a reason without a value".to_owned(),
        MissingValues::One(value) => brief(value),
        MissingValues::Range { low, high } => {
            let end = |value: &Option<Value>| value.as_ref().map_or_else(|| "…".to_owned(), brief);
            format!("{} to {}", end(low), end(high))
        }
    }
}

/// Ends of a declaration as the writer compares them.
fn bounds(values: &MissingValues, kind: &Kind) -> Option<(Number, Number)> {
    if let Kind::Decimal { .. } = kind {
        // The writer scales them itself.
        let code = |value: &Value| match value.as_i64() {
            Some(whole) => Some(Number::Integer(whole.into())),
            None => value.as_f64().map(Number::Float),
        };
        return match values {
            MissingValues::Reason => None,
            MissingValues::One(value) => code(value).map(|code| (code, code)),
            MissingValues::Range { low, high } => Some((
                low.as_ref().map_or(Some(Number::Float(f64::NEG_INFINITY)), code)?,
                high.as_ref().map_or(Some(Number::Float(f64::INFINITY)), code)?,
            )),
        };
    }
    let span = span(values, kind)?;
    Some((code(span.low), code(span.high)))
}

/// Beyond 64 bits lie only open ends.
fn code(number: Number) -> Number {
    match number {
        Number::Integer(whole) if i64::try_from(whole).is_err() => {
            Number::Float(if whole < 0 { f64::NEG_INFINITY } else { f64::INFINITY })
        }
        number => number,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variable(missing: Vec<Declared>) -> Variable {
        missing.into_iter().fold(Variable::new("q", Kind::INTEGER), Variable::with_missing)
    }

    #[test]
    fn fixed_letters_come_first_and_short_ranges_keep_every_reason() {
        let declared = vec![
            Declared::value(97),
            Declared::value(98).letter('a'),
            Declared::range(Some(Value::Integer(-3)), Some(Value::Integer(-1))),
        ];
        let letters = letters(&variable(declared), None);
        let named: Vec<String> = letters.declared.iter().flatten().map(ToString::to_string).collect();
        assert_eq!(named, [".b", ".a", ".c", ".d", ".e"]);
        assert!(letters.losses.is_empty());
        let of = |value| letters.of(&Value::Integer(value), &Kind::INTEGER).map(|m| m.to_string());
        assert_eq!(of(-2).unwrap(), ".d");
        assert_eq!(of(97).unwrap(), ".b");
        assert_eq!(of(5), None);
        assert_eq!(letters.values.get(&'c'), Some(&Value::Integer(-3)));
    }

    #[test]
    fn the_27th_reason_shares_the_last_letter() {
        let letters = letters(&variable((1..=28).map(Declared::value).collect()), None);
        assert_eq!(letters.of(&Value::Integer(28), &Kind::INTEGER).unwrap().to_string(), ".z");
        assert_eq!(letters.losses.len(), 2);
        assert!(!letters.values.contains_key(&'z'));
    }

    #[test]
    fn the_letter_that_stata_lacks_becomes_a_free_one_which_is_a_loss() {
        let declared = vec![
            Declared::value(98).letter('_'),
            Declared::value(99).letter('a'),
            Declared::reason().letter('_').label("Not asked"),
            Declared::range(Some(1.into()), Some(2.into())).letter('_'),
        ];
        let letters = letters(&variable(declared), None);
        let named: Vec<String> = letters.declared.iter().flatten().map(ToString::to_string).collect();
        assert_eq!(named, [".b", ".a", ".c", ".d", ".e"], "the range is split like one without a letter");
        let told = |losses: &[Loss]| losses.iter().map(|loss| loss.action.clone()).collect::<Vec<_>>();
        let action =
            |letter: &str| vec![format!("Stata has the letters .a to .z, so ._ is stored as {letter}")];
        assert_eq!((told(&letters.losses), told(&letters.reason_losses)), (action(".b"), action(".c")));
    }

    #[test]
    fn a_range_with_a_letter_has_that_one() {
        let labels = ValueLabels::new().with(90, "Refused");
        let range = Declared::range(Some(88.into()), Some(99.into())).letter('r').label("Refused");
        let letters = letters(&variable(vec![range, Declared::value(95)]), Some(&labels));
        let of = |value| letters.of(&Value::Integer(value), &Kind::INTEGER).map(|m| m.to_string());
        assert_eq!(
            (of(88), of(90), of(95), of(99)),
            (Some(".r".into()), Some(".r".into()), Some(".a".into()), Some(".r".into()))
        );
        assert_eq!(letters.declared[0], [Missing::from_letter('r').unwrap()]);
        let told: Vec<_> = letters.losses.iter().map(|loss| &loss.code).collect();
        assert_eq!(told, [&LossCode::MISSING_REASON_MERGED]);
    }

    #[test]
    fn open_ranges_keep_labelled_values_apart() {
        let labels = ValueLabels::new().with(-1, "Refused").with(-2, "Unknown").with(1, "Yes");
        let range = Declared::range(None, Some(Value::Integer(-1)));
        let letters = letters(&variable(vec![range]), Some(&labels));
        let of = |value| letters.of(&Value::Integer(value), &Kind::INTEGER).map(|m| m.to_string());
        assert_eq!((of(-1), of(-2), of(-50)), (Some(".a".into()), Some(".b".into()), Some(".c".into())));
        assert_eq!(letters.losses.len(), 1);
    }

    #[test]
    fn labelled_values_of_ranges_have_letters_whatever_their_kind() {
        let days = ValueLabels::new().with("1582-10-14", "Unknown").with("1582-10-16", "Refused");
        let range = Declared::range(Some("1582-10-14".into()), Some("1582-10-16".into()));
        let day = Variable::new("day", Kind::Date).with_missing(range);
        let letters = super::letters(&day, Some(&days));
        let of = |value: &str| letters.of(&value.into(), &Kind::Date).map(|missing| missing.to_string());
        let found = ["1582-10-14", "1582-10-15", "1582-10-16"].map(|day| of(day).unwrap());
        assert_eq!(found, [".a", ".c", ".b"]);
        assert_eq!(letters.values.get(&'b'), Some(&"1582-10-16".into()));

        let halves = ValueLabels::new().with(99, "None").with(99.5, "Half");
        let range = Declared::range(Some(99.0.into()), Some(100.0.into()));
        let zero = Declared::range(Some(0.0.into()), Some(0.0.into()));
        let float = Variable::new("x", Kind::FLOAT).with_missing(range).with_missing(zero);
        let letters = super::letters(&float, Some(&halves));
        let of = |value: f64| letters.of(&value.into(), &Kind::FLOAT).map(|missing| missing.to_string());
        assert_eq!([99.0, 99.5, 100.0, 0.0].map(|value| of(value).unwrap()), [".a", ".b", ".c", ".d"]);
        assert_eq!(letters.losses.len(), 1, "a range of one number merges nothing");
    }

    #[test]
    fn a_day_that_is_declared_missing_has_a_letter() {
        let born = Variable::new("born", Kind::Date).with_missing(Declared::value("1900-01-01"));
        let of = |day: &str| letters(&born, None).of(&day.into(), &Kind::Date).map(|m| m.to_string());
        assert_eq!((of("1900-01-01"), of("1900-01-02")), (Some(".a".to_owned()), None));
    }
}
