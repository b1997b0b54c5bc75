//! Losses for people: what changed values first, one line a kind; then one line a format for its description.

use std::collections::{BTreeMap, BTreeSet};

use exporter::{Loss, LossCode, LossReport, LossSeverity};

use crate::report::grouped;

/// Lines shown at most.
const LINES_SHOWN: usize = 10;
/// A code treated in more ways than this (texts, each cut elsewhere) is one kind.
const ACTIONS_SHOWN: usize = 3;

/// Losses of one format and code that are treated in one way.
struct Kind<'a> {
    first: &'a Loss,
    variables: u64,
    places: u64,
    times: u64,
}

/// The lines of the summary; losses that would make a value wrong stand first.
pub(crate) fn lines(report: &LossReport) -> Vec<String> {
    let is_of_values = |loss: &&Loss| loss.severity == LossSeverity::Wrong || loss.code.changes_values();
    let of_values: Vec<&Loss> = report.iter().filter(is_of_values).collect();
    let mut shown: Vec<String> = kinds(&of_values).iter().map(Kind::line).collect();
    shown.extend(descriptions(report.iter().filter(|loss| !is_of_values(loss))));
    shown.extend(held(report));
    if shown.len() > LINES_SHOWN {
        let more = shown.split_off(LINES_SHOWN - 1).len();
        shown.push(format!("and {more} lines more; --report FILE.json lists all"));
    }
    let title = match report.len() {
        0 => "no losses".to_owned(),
        _ => {
            let total = report.iter().map(|loss| loss.count).fold(0, u64::saturating_add);
            let noun = if total == 1 { "loss" } else { "losses" };
            format!("{} {noun}; --report FILE.json lists them by variable", grouped(total))
        }
    };
    std::iter::once(title).chain(shown.into_iter().map(|line| format!("  {line}"))).collect()
}

fn kinds<'a>(losses: &[&'a Loss]) -> Vec<Kind<'a>> {
    let mut actions: BTreeMap<&LossCode, BTreeSet<&str>> = BTreeMap::new();
    for loss in losses {
        actions.entry(&loss.code).or_default().insert(&loss.action);
    }
    let mut kinds: Vec<Kind<'_>> = Vec::new();
    for loss in losses {
        let many = actions.get(&loss.code).is_some_and(|actions| actions.len() > ACTIONS_SHOWN);
        let alike = |kind: &&mut Kind<'_>| {
            (&kind.first.format, &kind.first.code) == (&loss.format, &loss.code)
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
        format!("{}{} in {places}{times}; {}", prefix(self.first), self.first.code, example(self.first))
    }
}

/// The first loss of a kind, without its format, code and count.
fn example(loss: &Loss) -> String {
    let mut one = loss.clone();
    one.count = 1;
    one.format.clear();
    let text = one.to_string();
    text.strip_prefix(loss.code.as_str()).unwrap_or(&text).trim_start().to_owned()
}

fn prefix(loss: &Loss) -> String {
    if loss.format.is_empty() { String::new() } else { format!("{}: ", loss.format) }
}

/// One line a format: how many labels, value labels and so on it has no place for, or another name.
fn descriptions<'a>(losses: impl Iterator<Item = &'a Loss>) -> Vec<String> {
    let mut formats: BTreeMap<&str, BTreeMap<&str, u64>> = BTreeMap::new();
    for loss in losses {
        let name = loss.part.map_or(loss.code.as_str(), |part| part.name());
        let count = formats.entry(&loss.format).or_default().entry(name).or_default();
        *count = count.saturating_add(loss.count);
    }
    let line = |(format, counts): (&str, BTreeMap<&str, u64>)| {
        let counts: Vec<String> =
            counts.into_iter().map(|(name, count)| format!("{name} ({})", grouped(count))).collect();
        format!("{format} lacks or changes: {}", counts.join(", "))
    };
    formats.into_iter().map(line).collect()
}

/// One line a format and entry: what the entry of another format holds for it.
fn held(report: &LossReport) -> Vec<String> {
    let mut held: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for loss in report.held() {
        let name = loss.part.map_or(loss.code.as_str(), |part| part.name());
        held.entry((&loss.format, loss.held_by.as_deref().unwrap_or_default())).or_default().insert(name);
    }
    let line = |((format, entry), names): ((&str, &str), BTreeSet<&str>)| {
        let names: Vec<&str> = names.into_iter().collect();
        format!("{format}: {} in {entry} only", names.join(", "))
    };
    held.into_iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use exporter::carry::Part;
    use exporter::{Loss, LossCode, LossReport};

    fn of(format: &str, losses: impl IntoIterator<Item = Loss>) -> LossReport {
        losses.into_iter().collect::<LossReport>().named(format, |_| None)
    }

    fn replaced(variable: &str) -> Loss {
        Loss::new(LossCode::TEXT_REPLACED, "tabs became spaces").table("people").variable(variable)
    }

    fn label(variable: &str) -> Loss {
        let loss = Loss::new(LossCode::LABEL_DROPPED, "no place").table("people").variable(variable);
        loss.part(Part::VariableLabel)
    }

    #[test]
    fn changed_values_come_first_and_wrong_ones_before_them() {
        let wrong = Loss::new(LossCode::RANGE, "set to the limit").table("people").variable("z").wrong();
        let report = of("csv", [replaced("a"), replaced("b").count(3), wrong]);
        assert_eq!(
            super::lines(&report),
            [
                "5 losses; --report FILE.json lists them by variable",
                "  csv: range people.z: set to the limit",
                "  csv: text-replaced in 2 variables, 4 times; people.a: tabs became spaces",
            ]
        );
    }

    #[test]
    fn descriptions_take_one_line_a_format() {
        let mut report = of("csv", [label("a"), label("b")]);
        let name = Loss::new(LossCode::NAME_CHANGED, "written as x").table("people").variable("a");
        report.merge(of("tab", [label("a").held_by("s.codebook.json"), name]));
        assert_eq!(
            super::lines(&report),
            [
                "3 losses; --report FILE.json lists them by variable",
                "  csv lacks or changes: labels (2)",
                "  tab lacks or changes: name-changed (1)",
                "  tab: labels in s.codebook.json only",
            ]
        );
    }

    #[test]
    fn what_another_entry_holds_is_no_loss() {
        let report = of("csv", [label("a").held_by("s.parquet")]);
        assert_eq!(super::lines(&report), ["no losses", "  csv: labels in s.parquet only"]);
        assert_eq!(super::lines(&LossReport::default()), ["no losses"]);
    }

    #[test]
    fn ten_lines_are_shown_at_most() {
        let formats = (0..30).map(|index| of(&format!("f{index}"), [replaced("a")]));
        let mut report = LossReport::default();
        formats.for_each(|other| report.merge(other));
        let lines = super::lines(&report);
        assert_eq!(
            (lines.len(), lines[10].as_str()),
            (11, "  and 21 lines more; --report FILE.json lists all")
        );
    }
}
