//! Files that declare missing values by the values themselves and label every value, as SPSS does: what such a file says now
//! holds where it has changed.

use std::collections::BTreeMap;

use super::digest::{Said, Since};
use super::labels::{Labels, number};
use super::texts::{InFile, prefer_in};
use crate::codebook::{Kind, Missing, MissingValues, Value, ValueLabel, ValueLabels, Variable};

/// By declaration, the number that stands for a reason in the file; none for other declarations.
pub type ReasonCodes = Vec<Option<f64>>;

/// Single values beyond these make a range where they have no other place.
const MOST_SINGLES: usize = 3;

/// Takes missing values and value labels that are not as the file was written: `codes` are the numbers of the reasons of
/// `variable`, and stay those. `languages` are those in which the file had its texts, if these are
/// known. Whether all labels of reasons could be read: among days and times the file alone does not tell which are theirs.
pub(super) fn take(
    variable: &mut Variable,
    own: &Variable,
    codes: &mut ReasonCodes,
    labels: &mut Labels<'_>,
    languages: Option<InFile<'_>>,
    since: impl Fn(Said) -> Since,
) -> bool {
    codes.resize(variable.missing.len(), None);
    if since(Said::Missing) != Since::Same {
        declared(variable, codes, &own.missing);
    }
    let changed = since(Said::ValueLabels) != Since::Same;
    let are_read = !changed || labelled(variable, codes, labels.of_file(own), languages);
    variable.labels = match changed {
        true => {
            labels.add_set(variable, own, |stored, file| entries((variable, codes), stored, file, languages))
        }
        false => labels.add_set(variable, own, |stored, _| stored.cloned().unwrap_or_default()),
    };
    are_read
}

/// Keeps of the stored declarations those that the file still makes, and adds those that it makes besides.
fn declared(variable: &mut Variable, codes: &mut ReasonCodes, own: &[Missing]) {
    let is_range = |missing: &&Missing| matches!(missing.values, MissingValues::Range { .. });
    let new_range = own.iter().filter(is_range).find(|range| {
        variable.missing.iter().all(|stored| !is_same(stored, range))
            && !stands_for_singles(range, variable, codes)
    });
    let is_declared = |value: &Value| own.iter().any(|other| other.contains(value));
    let is_kept = |(missing, code): &(Missing, Option<f64>)| match (&missing.values, code) {
        // In a new range of other values, too, the numbers of reasons are values.
        (MissingValues::Reason, Some(code)) => {
            let code = Value::Float(*code);
            is_declared(&code) && new_range.is_none_or(|range| !range.contains(&code))
        }
        (MissingValues::Reason, None) => true,
        (MissingValues::One(value), _) => {
            is_declared(value) && new_range.is_none_or(|range| !range.contains(value))
        }
        (MissingValues::Range { .. }, _) => own.iter().any(|other| is_same(missing, other)),
    };
    let all = std::mem::take(&mut variable.missing).into_iter().zip(std::mem::take(codes));
    (variable.missing, *codes) = all.filter(is_kept).unzip();
    let is_known = |other: &Missing| match &other.values {
        MissingValues::One(value) => {
            variable.missing.iter().any(|stored| stored.contains(value))
                || codes.iter().flatten().any(|code| other.contains(&Value::Float(*code)))
        }
        _ => Some(other) != new_range,
    };
    let new: Vec<Missing> = own.iter().filter(|other| !is_known(other)).cloned().collect();
    variable.missing.extend(new);
    codes.resize(variable.missing.len(), None);
}

/// Gives reasons, and declarations that tell the label of their value, the label that the file has on it now; whether all
/// could be found.
fn labelled(
    variable: &mut Variable,
    codes: &[Option<f64>],
    file: Option<&ValueLabels>,
    languages: Option<InFile<'_>>,
) -> bool {
    let mut are_read = true;
    for (missing, code) in variable.missing.iter_mut().zip(codes) {
        let value = match (&missing.values, code) {
            (MissingValues::One(value), _) if !missing.label.is_empty() => value.clone(),
            (MissingValues::Reason, Some(code)) => Value::Float(*code),
            _ => continue,
        };
        let wanted = number(&value);
        let is_number = |set: &ValueLabels| set.entries.iter().all(|entry| entry.value.as_f64().is_some());
        if missing.is_reason() && !file.is_none_or(is_number) {
            // Which of the days and times its number is nobody knows here.
            are_read = false;
            continue;
        }
        match file.and_then(|set| set.entries.iter().find(|entry| number(&entry.value) == wanted)) {
            Some(entry) => prefer_in(languages, &mut missing.label, &entry.label),
            None => missing.label = Default::default(),
        }
    }
    are_read
}

/// The labels that the file has, those of values alone: numbers of reasons are none, and a declaration tells the label of its
/// value where it did so before.
fn entries(
    (variable, codes): (&Variable, &[Option<f64>]),
    stored: Option<&ValueLabels>,
    file: Option<&ValueLabels>,
    languages: Option<InFile<'_>>,
) -> ValueLabels {
    let stored = stored.into_iter().flat_map(|set| &set.entries);
    let known: BTreeMap<Value, &ValueLabel> = stored.map(|entry| (number(&entry.value), entry)).collect();
    let is_told = |value: &Value| {
        let is_one =
            |missing: &&Missing| matches!(missing.values, MissingValues::One(_)) && !missing.label.is_empty();
        codes.iter().flatten().any(|code| number(&Value::Float(*code)) == number(value))
            || variable.missing.iter().filter(is_one).any(|missing| missing.contains(value))
    };
    let mut labels = ValueLabels::new();
    for entry in file.into_iter().flat_map(|set| &set.entries) {
        let mut entry = entry.clone();
        match known.get(&number(&entry.value)) {
            Some(stored) => {
                let label = std::mem::replace(&mut entry, (*stored).clone()).label;
                prefer_in(languages, &mut entry.label, &label);
            }
            None if is_told(&entry.value) => continue,
            None if variable.kind == Kind::Boolean => {
                entry.value = Value::Boolean(number(&entry.value) == Value::Integer(1));
            }
            None => {}
        }
        labels.entries.push(entry);
    }
    labels
}

fn is_same(one: &Missing, other: &Missing) -> bool {
    let same = |one: &Option<Value>, other: &Option<Value>| match (one, other) {
        (Some(one), Some(other)) => number(one) == number(other),
        (one, other) => one.is_none() && other.is_none(),
    };
    match (&one.values, &other.values) {
        (MissingValues::Range { low, high }, MissingValues::Range { low: other_low, high: other_high }) => {
            same(low, other_low) && same(high, other_high)
        }
        (one, other) => one == other,
    }
}

/// Whether all whole numbers from one to another are among these.
fn are_all_within(low: Value, high: Value, singles: &[Value]) -> bool {
    let (Value::Integer(low), Value::Integer(high)) = (low, high) else { return false };
    let is_short = high.saturating_sub(low) < singles.len() as i64;
    is_short && (low..=high).all(|number| singles.contains(&Value::Integer(number)))
}

/// Whether a range is how the file declares single values and reasons alone, of which it has no more places.
fn stands_for_singles(range: &Missing, variable: &Variable, codes: &[Option<f64>]) -> bool {
    let MissingValues::Range { low: Some(low), high: Some(high) } = &range.values else { return false };
    let singles = variable.missing.iter().filter_map(|missing| match &missing.values {
        MissingValues::One(value) => Some(number(value)),
        _ => None,
    });
    let singles: Vec<Value> =
        singles.chain(codes.iter().flatten().map(|code| number(&Value::Float(*code)))).collect();
    let ends_are_singles = [low, high].into_iter().all(|end| singles.contains(&number(end)));
    ends_are_singles && (singles.len() > MOST_SINGLES || are_all_within(number(low), number(high), &singles))
}
