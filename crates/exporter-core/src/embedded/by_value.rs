//! Missing values of files that declare them by their values, as SPSS does: what such a file declares now holds.

use crate::codebook::{Missing, MissingValues, Value, ValueLabels, Variable};

/// By declaration, the number that stands for a reason in the file; none for other declarations.
pub type ReasonCodes = Vec<Option<f64>>;

/// Keeps of the stored declarations those that the file still makes, and adds those that it makes besides. `codes` stay those
/// of the declarations.
pub(super) fn declared_in_file(variable: &mut Variable, codes: &mut ReasonCodes, own: &[Missing]) {
    codes.resize(variable.missing.len(), None);
    let new_range = own.iter().find(|other| {
        let is_range = matches!(other.values, MissingValues::Range { .. });
        is_range
            && variable.missing.iter().all(|stored| !is_same(stored, other))
            && !covers_codes_alone(other, variable, codes)
    });
    let is_kept = |(missing, code): &(Missing, Option<f64>)| match (&missing.values, code) {
        (MissingValues::Reason, Some(code)) => own.iter().any(|other| other.contains(&Value::Float(*code))),
        (MissingValues::Reason, None) => true,
        (MissingValues::One(value), _) => {
            own.iter().any(|other| other.contains(value))
                && new_range.is_none_or(|range| !range.contains(value))
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

/// Gives declarations of one value, and reasons that a number stands for, the labels that the file has on these numbers; a
/// label that it has no more goes where the labels have `changed`. Numbers of reasons are no values, so that they have no
/// label in `set`.
pub(super) fn labelled_in_file(
    variable: &mut Variable,
    codes: &[Option<f64>],
    file: Option<&ValueLabels>,
    changed: bool,
) {
    for (position, missing) in variable.missing.iter_mut().enumerate() {
        let value = match (&missing.values, codes.get(position).copied().flatten()) {
            (MissingValues::One(value), _) => value.clone(),
            (MissingValues::Reason, Some(code)) => Value::Float(code),
            _ => continue,
        };
        let found = file.and_then(|set| {
            set.entries.iter().find(|entry| Missing::value(entry.value.clone()).contains(&value))
        });
        match found {
            // A reason without a label is shown as its letter.
            Some(entry)
                if missing
                    .letter
                    .is_some_and(|letter| entry.label == format!(".{letter}").as_str().into()) => {}
            Some(entry) => super::texts::prefer(&mut missing.label, &entry.label),
            None if changed => missing.label = Default::default(),
            None => {}
        }
    }
}

fn is_same(one: &Missing, other: &Missing) -> bool {
    let ends = |missing: &Missing| match &missing.values {
        MissingValues::Range { low, high } => Some([low.clone(), high.clone()]),
        _ => None,
    };
    let same = |(one, other): (Option<Value>, Option<Value>)| match (one, other) {
        (Some(one), Some(other)) => Missing::value(one).contains(&other),
        (one, other) => one.is_none() && other.is_none(),
    };
    match (ends(one), ends(other)) {
        (Some(ones), Some(others)) => ones.into_iter().zip(others).all(same),
        _ => one.values == other.values,
    }
}

/// Whether a range is how the file declares single values or reasons alone, of which it has no more places.
fn covers_codes_alone(range: &Missing, variable: &Variable, codes: &[Option<f64>]) -> bool {
    let MissingValues::Range { low: Some(low), high: Some(high) } = &range.values else { return false };
    let is_end = |end: &Value| {
        let one = Missing::value(end.clone());
        let singles = variable.missing.iter().filter_map(|missing| match &missing.values {
            MissingValues::One(value) => Some(value.clone()),
            _ => None,
        });
        singles
            .chain(codes.iter().flatten().map(|code| Value::Float(*code)))
            .any(|value| one.contains(&value))
    };
    is_end(low) && is_end(high)
}
