//! What a file says twice or of nothing, and no codebook holds.

use std::collections::{BTreeMap, HashMap, HashSet};

use exporter_core::{Loss, LossCode};
use exporter_stata::Missing;

use crate::characteristics::DATASET;
use crate::reader::Dictionary;

/// Labels of values that have another label, or of `.`; empty sets that no variable names; sets and characteristics whose name
/// was taken or whose owner does not exist; names of absent sets on texts.
pub(super) fn losses(dictionary: &Dictionary) -> Vec<Loss> {
    let mut losses = Vec::new();
    let mut names = HashSet::new();
    for set in &dictionary.value_labels {
        // Stata takes an empty set for an absent one, so a variable that names it loses nothing.
        if set.is_empty() && !dictionary.variables.iter().any(|variable| variable.value_labels == set.name) {
            let action = format!("set {}: it is empty and not read", set.name);
            losses.push(Loss::new(LossCode::VALUE_LABELS_DROPPED, action));
        }
        let lost = |action: &str, count: u64, first: &str| {
            let loss = Loss::new(LossCode::VALUE_LABELS_DROPPED, format!("set {}: {action}", set.name));
            (count > 0).then(|| loss.count(count).first(None, first))
        };
        if !names.insert(set.name.as_str()) {
            let first = set.iter().next().map_or("", |(_, label)| label);
            losses.extend(lost(
                "another set has its name, and that one is read",
                set.iter().count() as u64,
                first,
            ));
            continue;
        }
        let mut last: HashMap<i32, &str> = HashMap::new();
        let (mut repeated, mut of_missing) = ((0, ""), (0, ""));
        for (value, label) in set.iter() {
            if value == Missing::SYSTEM.key() {
                of_missing = (of_missing.0 + 1, if of_missing.0 == 0 { label } else { of_missing.1 });
            } else if let Some(earlier) = last.insert(value, label).filter(|earlier| *earlier != label) {
                repeated = (repeated.0 + 1, if repeated.0 == 0 { earlier } else { repeated.1 });
            }
        }
        losses.extend(lost("of several labels of a value the last is read", repeated.0, repeated.1));
        losses.extend(lost("a label of . is not read", of_missing.0, of_missing.1));
    }
    let owners: HashSet<&str> = dictionary.variables.iter().map(|variable| variable.name.as_str()).collect();
    let mut seen = HashSet::new();
    let mut unread: BTreeMap<&str, (u64, String)> = BTreeMap::new();
    for c in &dictionary.characteristics {
        let problem = match () {
            () if !seen.insert((c.owner.as_str(), c.name.as_str())) => "another one has its name",
            () if c.owner != DATASET && !owners.contains(c.owner.as_str()) => "there is no such variable",
            () => continue,
        };
        let known = unread.entry(problem).or_insert_with(|| (0, format!("{}[{}]", c.owner, c.name)));
        known.0 += 1;
    }
    for (problem, (count, first)) in unread {
        let action = format!("characteristics are not read: {problem}");
        let loss = Loss::new(LossCode::METADATA_DROPPED, action).first(None, first);
        losses.push(loss.count(count).counting("characteristics"));
    }
    for variable in dictionary.variables.iter().filter(|variable| variable.storage.is_string()) {
        let set = variable.value_labels.as_str();
        if !set.is_empty() && !names.contains(set) {
            let action = format!("a text has the value labels {set}, which are not in the file: not read");
            losses.push(Loss::new(LossCode::VALUE_LABELS_DROPPED, action).variable(&variable.name));
        }
    }
    losses
}
