//! Value-label sets: present, of the variable's kind, each value once.

use std::collections::HashMap;

use super::{Problems, facts, rules};
use crate::codebook::{Codebook, Kind, Value, ValueLabels, Variable};

pub(super) fn check_sets(codebook: &Codebook, problems: &mut Problems) {
    for (name, set) in &codebook.value_labels {
        let place = format!("value_labels {name}");
        if name.is_empty() {
            problems.add(rules::EMPTY_NAME, &place, "the name is empty");
        }
        check_entries(set, &place, problems);
    }
}

fn check_entries(set: &ValueLabels, place: &str, problems: &mut Problems) {
    let mut seen: HashMap<Value, usize> = HashMap::new();
    for (index, entry) in set.entries.iter().enumerate() {
        // Sets are long, and places are for problems.
        if !facts::finite(&entry.value, format_args!("{place}[{index}]"), problems) {
            continue;
        }
        if let Some(parent) = &entry.parent {
            facts::finite(parent, format_args!("{place}[{index}] / parent"), problems);
        }
        if let Some(first) = seen.insert(canonical(&entry.value), index) {
            let message = format!("the value {} is labelled already at [{first}]", entry.value);
            problems.add(rules::DUPLICATE_VALUE, format!("{place}[{index}]"), message);
        }
    }
}

/// 1 and 1.0 are one value to label.
fn canonical(value: &Value) -> Value {
    value.as_i64().map_or_else(|| value.clone(), Value::Integer)
}

pub(super) fn check_variable(codebook: &Codebook, variable: &Variable, place: &str, problems: &mut Problems) {
    let Some(name) = &variable.labels else { return };
    let place = format!("{place} / labels");
    let Some(set) = codebook.value_labels.get(name) else {
        problems.add(
            rules::UNKNOWN_VALUE_LABELS,
            place,
            format!("the value-label set {name:?} does not exist"),
        );
        return;
    };
    // One wrong value says it all: a set of the wrong kind is usually wrong throughout.
    if let Some(entry) = set.entries.iter().find(|entry| !variable.kind.holds(&entry.value)) {
        let hint = match (&variable.kind, &entry.value) {
            (Kind::Text, Value::Integer(_) | Value::Float(_)) => {
                "; for codes in text write the set as a list of { value, label } with quoted values"
            }
            (Kind::Date | Kind::Time(_) | Kind::DateTime { .. }, _) => "; give dates and times in ISO 8601",
            _ => "",
        };
        problems.add(
            rules::VALUE_LABEL_KIND,
            place,
            format!(
                "the set {name:?} labels {:?}, which is no value of the kind {}{hint}",
                entry.value, variable.kind
            ),
        );
    }
}
