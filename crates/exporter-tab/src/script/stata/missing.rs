//! User-missing values as extended missing values `.a` to `.z`.

use exporter_core::codebook::{Missing, MissingValues, Value, Variable};
use exporter_core::{Loss, LossCode};

use super::super::Page;
use super::super::description::number;

/// The letter of each declaration: its own, else the first free one; beyond `z` they share `z`.
pub(super) fn letters(missing: &[Missing]) -> Vec<char> {
    let taken: Vec<char> = missing.iter().filter_map(|missing| missing.letter).collect();
    let mut free = ('a'..='z').filter(|letter| !taken.contains(letter));
    missing.iter().map(|missing| missing.letter.or_else(|| free.next()).unwrap_or('z')).collect()
}

/// Replaces user-missing values of a number by letters.
pub(super) fn recode(page: &mut Page<'_>, variable: &Variable, name: &str) {
    let merged = variable.missing.len().saturating_sub(26);
    if merged > 0 {
        let loss = Loss::new(LossCode::MISSING_REASON_MERGED, "more than 26 reasons share .z");
        page.loss(loss.variable(&variable.name).count(merged as u64));
    }
    for (missing, letter) in variable.missing.iter().zip(letters(&variable.missing)) {
        let condition = match &missing.values {
            MissingValues::One(value) => value.as_f64().map(|value| format!("{name} == {}", number(value))),
            MissingValues::Reason => None,
            MissingValues::Range { low, high } => {
                let action = format!("a range of values becomes .{letter}");
                page.variable_loss(variable, LossCode::MISSING_REASON_MERGED, &action);
                let bound = |end: &Option<Value>, sign: &str| {
                    Some(format!("{name} {sign} {}", number(end.as_ref()?.as_f64()?)))
                };
                let parts: Vec<String> = bound(low, ">=")
                    .into_iter()
                    .chain(bound(high, "<="))
                    .chain([format!("{name} < .")])
                    .collect();
                Some(parts.join(" & "))
            }
        };
        if let Some(condition) = condition {
            page.line(format!("quietly replace {name} = .{letter} if {condition}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_are_fixed_stay() {
        let missing = [Missing::value(1), Missing::value(2).letter('a'), Missing::value(3)];
        assert_eq!(letters(&missing), ['b', 'a', 'c']);
        assert_eq!(letters(&vec![Missing::value(1); 30])[25..], ['z'; 5]);
    }
}
