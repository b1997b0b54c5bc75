//! All losses of an export.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::ser::SerializeMap as _;

use super::{CHARACTERS, Loss, LossCode};
use crate::carry::Part;

/// All losses of an export, one row per format, code, table and variable; beside them, what an entry lacks and another of
/// the same export holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LossReport {
    losses: BTreeMap<Key, Loss>,
    held: BTreeMap<Key, Loss>,
}

/// Table, variable, code, action, part, format and entry.
type Key = (Option<String>, Option<String>, LossCode, String, Option<Part>, String, Option<String>);

fn key(loss: &Loss) -> Key {
    let Loss { code, format, entry, table, variable, action, part, .. } = loss.clone();
    (table, variable, code, action, part, format, entry)
}

impl LossReport {
    /// Adds a loss; one with the same code, place and action only raises the count.
    pub fn add(&mut self, loss: Loss) {
        let kept = if loss.held_by.is_some() { &mut self.held } else { &mut self.losses };
        match kept.entry(key(&loss)) {
            std::collections::btree_map::Entry::Vacant(entry) => {
                entry.insert(loss);
            }
            std::collections::btree_map::Entry::Occupied(mut entry) => {
                let known = entry.get_mut();
                known.count = known.count.saturating_add(loss.count);
                known.severity = known.severity.max(loss.severity);
                if example_row(&loss) < example_row(known) || known.first.is_none() {
                    known.first = loss.first;
                }
            }
        }
    }

    /// Adds all losses of another report.
    pub fn merge(&mut self, other: LossReport) {
        other.losses.into_values().chain(other.held.into_values()).for_each(|loss| self.add(loss));
    }

    /// Adds what the rows have shown. Rounded numbers and cut texts that were foreseen are told once: in the words of the plan, with the
    /// count and the first row. Characters that were counted beforehand are counted once.
    pub(crate) fn merge_written(&mut self, mut written: LossReport) {
        self.losses.retain(|key, foreseen| {
            if foreseen.code == LossCode::TEXT_REPLACED && foreseen.unit == Some(CHARACTERS) {
                return !written.losses.contains_key(key);
            }
            let is_of_values = [LossCode::PRECISION, LossCode::TEXT_TRUNCATED].contains(&foreseen.code);
            if !is_of_values || example_row(foreseen) != u64::MAX {
                return true;
            }
            let is_same = |shown: &&mut Loss| shown.code == foreseen.code && place(shown) == place(foreseen);
            let Some(shown) = written.losses.values_mut().find(is_same) else { return true };
            shown.action.clone_from(&foreseen.action);
            shown.severity = shown.severity.max(foreseen.severity);
            false
        });
        self.merge(written);
    }

    /// Fills in the format, and for losses of a table its entry, where they are not named yet.
    #[must_use]
    pub fn named(self, format: &str, entry_of: impl Fn(Option<&str>) -> Option<String>) -> Self {
        let mut named = Self::default();
        for mut loss in self.losses.into_values().chain(self.held.into_values()) {
            if loss.format.is_empty() {
                loss.format = format.to_owned();
                loss.entry = entry_of(loss.table.as_deref());
            }
            named.add(loss);
        }
        named
    }

    /// The losses of entries that are written under other names.
    #[must_use]
    pub(crate) fn with_entries(self, written: impl Fn(&str) -> String) -> Self {
        let renamed = |mut loss: Loss| {
            for entry in loss.entry.iter_mut().chain(&mut loss.held_by) {
                *entry = written(entry);
            }
            loss
        };
        self.losses.into_values().chain(self.held.into_values()).map(renamed).collect()
    }

    /// The losses by table, variable and code.
    pub fn iter(&self) -> impl Iterator<Item = &Loss> {
        self.losses.values()
    }

    /// What an entry lacks and another one of the same export holds ([`Loss::held_by`]): no losses.
    pub fn held(&self) -> impl Iterator<Item = &Loss> {
        self.held.values()
    }

    /// How many rows the report has.
    pub fn len(&self) -> usize {
        self.losses.len()
    }

    /// Whether nothing is lost.
    pub fn is_empty(&self) -> bool {
        self.losses.is_empty()
    }
}

fn place(loss: &Loss) -> (&str, Option<&String>, Option<&String>, Option<&String>) {
    (&loss.format, loss.entry.as_ref(), loss.table.as_ref(), loss.variable.as_ref())
}

/// The earliest row wins when examples meet, whatever order the threads came in.
fn example_row(loss: &Loss) -> u64 {
    loss.first.as_ref().and_then(|first| first.row).unwrap_or(u64::MAX)
}

impl FromIterator<Loss> for LossReport {
    fn from_iter<I: IntoIterator<Item = Loss>>(losses: I) -> Self {
        let mut report = Self::default();
        losses.into_iter().for_each(|loss| report.add(loss));
        report
    }
}

/// `losses` and, where there are any, `held`: one object for each.
impl Serialize for LossReport {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_map(None)?;
        fields.serialize_entry("losses", &self.losses.values().collect::<Vec<_>>())?;
        if !self.held.is_empty() {
            fields.serialize_entry("held", &self.held.values().collect::<Vec<_>>())?;
        }
        fields.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_were_counted_beforehand_are_counted_once() {
        let of = |count: u64| {
            let loss = Loss::new(LossCode::TEXT_REPLACED, "stored as ?").variable("a").first(Some(2), "ж");
            [loss.count(count).counting(CHARACTERS)].into_iter().collect::<LossReport>()
        };
        let mut report = of(4);
        report.merge_written(of(3));
        let told: Vec<String> = report.iter().map(ToString::to_string).collect();
        assert_eq!(told, ["text-replaced a: stored as ? (3 characters), first at row 2: \"ж\""]);
        report.merge_written(LossReport::default());
        assert_eq!(report.len(), 1, "what the rows do not show again stays");
    }

    #[test]
    fn rounded_numbers_that_were_foreseen_are_told_once() {
        let foreseen = |variable: &str| {
            Loss::new(LossCode::PRECISION, "whole numbers are rounded").variable(variable).first(None, "9")
        };
        let shown = |variable: &str| {
            Loss::new(LossCode::PRECISION, "rounded").variable(variable).count(2).first(Some(7), "8")
        };
        let other = || Loss::new(LossCode::TEXT_REPLACED, "cut").variable("a");
        let mut report: LossReport = [foreseen("a"), foreseen("b"), other()].into_iter().collect();
        report.merge_written([shown("a"), shown("c"), other()].into_iter().collect());
        let told: Vec<_> = report
            .iter()
            .map(|loss| (loss.variable.as_deref().unwrap_or_default(), loss.action.as_str(), loss.count))
            .collect();
        let expected = [
            ("a", "whole numbers are rounded", 2),
            ("a", "cut", 2),
            ("b", "whole numbers are rounded", 1),
            ("c", "rounded", 2),
        ];
        assert!(told.len() == 4 && expected.iter().all(|one| told.contains(one)), "{told:?}");
        assert!(report.iter().any(|loss| loss.count == 2 && example_row(loss) == 7));
    }
}
