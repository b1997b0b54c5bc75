//! Missing declarations: of the variable's kind, well formed, without overlap.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::{Problems, facts, rules};
use crate::codebook::{Kind, Missing, MissingValues, Value, Variable};

/// An inclusive range open where an end is `None`, with the position of its declaration.
struct Span<'a> {
    low: Option<&'a Value>,
    high: Option<&'a Value>,
    index: usize,
}

pub(super) fn check(variable: &Variable, place: &str, problems: &mut Problems) {
    let mut letters: HashMap<char, usize> = HashMap::new();
    let mut spans = Vec::new();
    for (index, missing) in variable.missing.iter().enumerate() {
        let place = format!("{place} / missing[{index}]");
        check_letter(missing, index, &mut letters, &place, problems);
        spans.extend(checked_span(variable, missing, index, &place, problems));
    }
    check_overlaps(spans, place, problems);
}

fn check_letter(
    missing: &Missing,
    index: usize,
    letters: &mut HashMap<char, usize>,
    place: &str,
    problems: &mut Problems,
) {
    let Some(letter) = missing.letter else { return };
    if !letter.is_ascii_lowercase() && letter != '_' {
        let message = format!("the letter {letter:?} is not one of a to z or _");
        problems.add(rules::INVALID_MISSING, place, message);
    } else if let Some(first) = letters.insert(letter, index) {
        let message = format!("the letter {letter:?} is taken by missing[{first}]");
        problems.add(rules::INVALID_MISSING, place, message);
    }
}

/// Rows hold reasons as the position of their declaration, in a byte.
const MOST_DECLARATIONS_BEFORE_A_REASON: usize = u8::MAX as usize;

fn check_reason(missing: &Missing, index: usize, place: &str, problems: &mut Problems) {
    if missing.letter.is_none() && missing.label.is_empty() {
        problems.add(rules::INVALID_MISSING, place, "a reason needs a letter or a label");
    }
    if index > MOST_DECLARATIONS_BEFORE_A_REASON {
        let message = "a reason stands among the first 256 declarations of its variable";
        problems.add(rules::INVALID_MISSING, place, message);
    }
}

/// The values that a declaration covers, unless they are reported as wrong.
fn checked_span<'a>(
    variable: &Variable,
    missing: &'a Missing,
    index: usize,
    place: &str,
    problems: &mut Problems,
) -> Option<Span<'a>> {
    let (low, high) = match &missing.values {
        MissingValues::Reason => {
            check_reason(missing, index, place, problems);
            return None;
        }
        MissingValues::One(value) => (Some(value), Some(value)),
        MissingValues::Range { low, high } => (low.as_ref(), high.as_ref()),
    };
    let mut wrong = |message: String| {
        problems.add(rules::INVALID_MISSING, place, message);
        None
    };
    if low.is_none() && high.is_none() {
        return wrong("a range needs a low or a high end".into());
    }
    if matches!(missing.values, MissingValues::Range { .. }) && matches!(variable.kind, Kind::Boolean) {
        return wrong("truth values have no ranges".into());
    }
    let ends: Vec<&Value> = match missing.values {
        MissingValues::One(_) | MissingValues::Reason => low.into_iter().collect(),
        MissingValues::Range { .. } => low.into_iter().chain(high).collect(),
    };
    // A range of whole numbers may end between two of them.
    let ranged = matches!(missing.values, MissingValues::Range { .. });
    let belongs = |value: &Value| {
        variable.kind.holds(value) || (ranged && variable.kind.is_numeric() && value.as_f64().is_some())
    };
    for value in ends {
        if !facts::finite(value, place, problems) {
            return None;
        }
        if !belongs(value) {
            let message = format!("{value:?} is no value of the kind {}", variable.kind);
            problems.add(rules::INVALID_MISSING, place, message);
            return None;
        }
    }
    if let (Some(low), Some(high)) = (low, high)
        && low.size_cmp(high) != Some(Ordering::Less)
        && low.size_cmp(high) != Some(Ordering::Equal)
    {
        let message = format!("the range starts at {low}, after its end at {high}");
        problems.add(rules::INVALID_MISSING, place, message);
        return None;
    }
    Some(Span { low, high, index })
}

/// Reports every declaration that begins before an earlier one ends.
fn check_overlaps(mut spans: Vec<Span<'_>>, place: &str, problems: &mut Problems) {
    spans.sort_by(|a, b| match (a.low, b.low) {
        (Some(a), Some(b)) => a.cmp(b),
        (a, b) => a.is_some().cmp(&b.is_some()),
    });
    let mut reaches: Option<&Span<'_>> = None;
    let mut overlaps = Vec::new();
    for span in &spans {
        let Some(before) = reaches else {
            reaches = Some(span);
            continue;
        };
        let apart = matches!((before.high, span.low), (Some(high), Some(low)) if high.size_cmp(low) == Some(Ordering::Less));
        if !apart {
            overlaps.push((before.index.max(span.index), before.index.min(span.index)));
        }
        let further = match (before.high, span.high) {
            (None, _) => false,
            (_, None) => true,
            (Some(before), Some(high)) => before.size_cmp(high) == Some(Ordering::Less),
        };
        if further {
            reaches = Some(span);
        }
    }
    overlaps.sort_unstable();
    for (later, earlier) in overlaps {
        problems.add(
            rules::OVERLAPPING_MISSING,
            format!("{place} / missing[{later}]"),
            format!("it overlaps missing[{earlier}]"),
        );
    }
}
