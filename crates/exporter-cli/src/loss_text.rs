//! Losses for people: one line per kind of loss, whatever the number of variables it concerns.

use std::collections::{BTreeMap, BTreeSet};

use exporter::{Loss, LossCode, LossReport};

use crate::report::grouped;

/// Lines shown before the rest is only counted.
const LINES_SHOWN: usize = 20;
/// A code treated in more ways than this (names, each changed to another) is one kind.
const ACTIONS_SHOWN: usize = 3;

/// Losses of one code that are treated in one way.
struct Kind<'a> {
    first: &'a Loss,
    variables: u64,
    places: u64,
    times: u64,
}

/// The lines of the summary; losses that would make a value wrong stand first.
pub(crate) fn lines(report: &LossReport) -> Vec<String> {
    if report.is_empty() {
        return vec!["no losses".into()];
    }
    let kinds = kinds(report);
    let total = report.iter().map(|loss| loss.count).fold(0, u64::saturating_add);
    let noun = if total == 1 { "loss" } else { "losses" };
    let all = if kinds.len() == report.len() { ":" } else { "; --report FILE.json lists them by variable:" };
    let mut lines = vec![format!("{} {noun}{all}", grouped(total))];
    lines.extend(kinds.iter().take(LINES_SHOWN).map(|kind| format!("  {}", kind.line())));
    if kinds.len() > LINES_SHOWN {
        lines.push(format!("  and {} kinds more; --report FILE.json lists all", kinds.len() - LINES_SHOWN));
    }
    lines
}

fn kinds(report: &LossReport) -> Vec<Kind<'_>> {
    let mut actions: BTreeMap<&LossCode, BTreeSet<&str>> = BTreeMap::new();
    for loss in report.iter() {
        actions.entry(&loss.code).or_default().insert(&loss.action);
    }
    let mut kinds: Vec<Kind<'_>> = Vec::new();
    for loss in report.iter() {
        let many = actions.get(&loss.code).is_some_and(|actions| actions.len() > ACTIONS_SHOWN);
        let alike = |kind: &&mut Kind<'_>| {
            kind.first.code == loss.code
                && kind.first.severity == loss.severity
                && (many || kind.first.action == loss.action)
        };
        let variables = u64::from(loss.variable.is_some());
        match kinds.iter_mut().find(alike) {
            Some(kind) => {
                kind.variables += variables;
                kind.places += 1;
                kind.times = kind.times.saturating_add(loss.count);
            }
            None => kinds.push(Kind { first: loss, variables, places: 1, times: loss.count }),
        }
    }
    kinds.sort_by_key(|kind| std::cmp::Reverse(kind.first.severity));
    kinds
}

impl Kind<'_> {
    fn line(&self) -> String {
        if self.places == 1 {
            return self.first.to_string();
        }
        let places = if self.variables == self.places {
            format!("{} variables", grouped(self.variables))
        } else {
            format!("{} places", grouped(self.places))
        };
        let times = if self.times == self.places {
            String::new()
        } else {
            format!(", {} times", grouped(self.times))
        };
        format!("{} in {places}{times}; {}", self.first.code, example(self.first))
    }
}

/// The first loss of a kind, without its code and count.
fn example(loss: &Loss) -> String {
    let mut one = loss.clone();
    one.count = 1;
    let text = one.to_string();
    text.strip_prefix(loss.code.as_str()).unwrap_or(&text).trim_start().to_owned()
}

#[cfg(test)]
mod tests {
    use exporter::{Loss, LossCode, LossReport};

    fn dropped(variable: &str) -> Loss {
        Loss::new(LossCode::LABEL_DROPPED, "no place").table("people").variable(variable)
    }

    #[test]
    fn variables_of_one_kind_share_a_line_and_wrong_values_come_first() {
        let mut report = LossReport::default();
        report.add(dropped("a"));
        report.add(dropped("b").count(3));
        report.add(Loss::new(LossCode::RANGE, "set to the limit").table("people").variable("z").wrong());
        assert_eq!(
            super::lines(&report),
            [
                "5 losses; --report FILE.json lists them by variable:",
                "  range people.z: set to the limit",
                "  label-dropped in 2 variables, 4 times; people.a: no place",
            ]
        );
    }

    #[test]
    fn changed_names_are_one_kind() {
        let mut report = LossReport::default();
        for name in ["a b", "c d", "e f", "g h"] {
            let changed = format!("written as {}", name.replace(' ', "_"));
            report.add(Loss::new(LossCode::NAME_CHANGED, changed).table("people").variable(name));
        }
        assert_eq!(super::lines(&report)[1..], ["  name-changed in 4 variables; people.a b: written as a_b"]);
    }

    #[test]
    fn one_loss_is_told_in_full() {
        let mut report = LossReport::default();
        assert_eq!(super::lines(&report), ["no losses"]);
        report.add(dropped("a").first(Some(3), "x"));
        assert_eq!(
            super::lines(&report),
            ["1 loss:", "  label-dropped people.a: no place, first at row 3: \"x\""]
        );
    }
}
