//! Value-label sets of a document, where every variable lists its own.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use exporter_core::codebook::{Value, ValueLabels};

/// The name of a set whose variable has none.
const UNNAMED: &str = "labels";

/// Sets by name, one for all variables that list the same.
#[derive(Default)]
pub(crate) struct LabelSets {
    sets: BTreeMap<String, ValueLabels>,
    /// Values that a set has, where several variables have filled it.
    values: HashMap<String, HashSet<Value>>,
    by_contents: HashMap<u64, Vec<String>>,
    /// By name of a variable whose name is taken, the number to try next.
    next: HashMap<String, u64>,
}

impl LabelSets {
    /// The name of the set of these labels: of an equal one that is there, else that of the variable.
    pub(crate) fn name_of(&mut self, variable: &str, labels: &ValueLabels) -> Option<String> {
        if labels.is_empty() {
            return None;
        }
        // A document may leave out the name of a variable.
        let variable = if variable.is_empty() { UNNAMED } else { variable };
        let equal = self.by_contents.get(&hash(labels)).into_iter().flatten();
        if let Some(name) = equal.into_iter().find(|name| self.sets.get(*name) == Some(labels)) {
            return Some(name.clone());
        }
        if !self.sets.contains_key(variable) {
            return Some(variable.to_owned());
        }
        // Names that were taken once stay so.
        let number = self.next.entry(variable.to_owned()).or_insert(2);
        loop {
            let name = format!("{variable}_{number}");
            if !self.sets.contains_key(&name) {
                return Some(name);
            }
            *number += 1;
        }
    }

    /// Adds the labels of a variable to the set of this name: those of values that it does not have yet.
    pub(crate) fn add(&mut self, name: Option<&str>, labels: ValueLabels) {
        let Some(name) = name else { return };
        let Some(set) = self.sets.get_mut(name) else {
            self.by_contents.entry(hash(&labels)).or_default().push(name.to_owned());
            self.sets.insert(name.to_owned(), labels);
            return;
        };
        if *set == labels {
            return;
        }
        let known = self.values.entry(name.to_owned());
        let known = known.or_insert_with(|| set.entries.iter().map(|entry| entry.value.clone()).collect());
        for entry in labels.entries {
            if known.insert(entry.value.clone()) {
                set.entries.push(entry);
            }
        }
    }

    /// All sets.
    pub(crate) fn into_sets(self) -> BTreeMap<String, ValueLabels> {
        self.sets
    }
}

fn hash(labels: &ValueLabels) -> u64 {
    let mut hasher = DefaultHasher::new();
    for entry in &labels.entries {
        entry.value.hash(&mut hasher);
        entry.label.hash(&mut hasher);
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_labels_are_one_set() {
        let mut sets = LabelSets::default();
        let (yes, more) =
            (ValueLabels::new().with(1, "Yes"), ValueLabels::new().with(1, "Yes").with(2, "No"));
        for (variable, labels, name) in
            [("a", &yes, "a"), ("b", &yes, "a"), ("a", &more, "a_2"), ("c", &more, "a_2")]
        {
            assert_eq!(sets.name_of(variable, labels).as_deref(), Some(name));
            sets.add(Some(name), labels.clone());
        }
        sets.add(Some("a"), more.clone());
        assert_eq!(sets.into_sets(), BTreeMap::from([("a".into(), more.clone()), ("a_2".into(), more)]));
    }
}
