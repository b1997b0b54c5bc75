//! Stored value labels and those of the file, as one.
//!
//! A label of the file holds. A stored label that the file lacks stays where the file cannot hold it: on a value that is no
//! whole number of 32 bits, or that is written as a letter. The label of any other was removed by another program.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::by_letter::LetterValues;
use super::texts::{prefer, says};
use crate::codebook::{Kind, Missing, MissingValues, Table, Value, ValueLabel, ValueLabels, Variable};

/// Whole numbers that every format with value labels can label; the narrowest are those of Stata.
const LABELLED: std::ops::RangeInclusive<i64> = -2_147_483_620..=2_147_483_620;

type Sets = BTreeMap<String, ValueLabels>;

/// The sets of a codebook that is put together.
pub(super) struct Labels<'a> {
    stored: &'a Sets,
    file: &'a Sets,
    merged: Sets,
    /// Names of stored sets that a variable has as they are.
    kept: HashSet<&'a str>,
    /// The names that sets of the file have in the codebook.
    names: HashMap<&'a str, String>,
}

impl<'a> Labels<'a> {
    pub(super) fn new(stored: &'a Sets, file: &'a Sets) -> Self {
        Self { stored, file, merged: Sets::new(), kept: HashSet::new(), names: HashMap::new() }
    }

    /// A set of the codebook as far as it is known.
    pub(super) fn get(&self, name: &str) -> Option<&ValueLabels> {
        self.merged.get(name).or_else(|| self.stored.get(name))
    }

    /// The set of a variable in the file.
    pub(super) fn of_file(&self, own: &Variable) -> Option<&'a ValueLabels> {
        self.file.get(own.labels.as_ref()?)
    }

    /// The name of the set of a variable in a changed file: `variable` is the stored one, `own` that of the file, `recorded`
    /// are the values of letters that declarations do not tell.
    pub(super) fn of_variable(
        &mut self,
        variable: &Variable,
        own: &Variable,
        recorded: Option<&LetterValues>,
    ) -> Option<String> {
        match (&variable.labels, self.of_file(own)) {
            // Our writer makes a set of letters alone for a variable without.
            (None, Some(file)) if file.is_empty() => return None,
            (None, _) => return self.of_new(own),
            _ => {}
        }
        self.add_set(variable, own, |stored, file| {
            let stored = stored.cloned().unwrap_or_default();
            let mut labels = match file {
                Some(file) => combined(&stored, file, variable),
                None => stored,
            };
            letters(&mut labels, variable, own, recorded);
            labels
        })
    }

    /// Adds the set that `make` makes of the stored one of a variable and of that of the file; its name, if it has labels.
    pub(super) fn add_set(
        &mut self,
        variable: &Variable,
        own: &Variable,
        make: impl FnOnce(Option<&'a ValueLabels>, Option<&'a ValueLabels>) -> ValueLabels,
    ) -> Option<String> {
        let named =
            |sets: &'a Sets, name: &Option<String>| name.as_ref().and_then(|name| sets.get_key_value(name));
        let (stored, file) = (named(self.stored, &variable.labels), named(self.file, &own.labels));
        let (name, _) = stored.or(file)?;
        let labels = make(stored.map(|(_, set)| set), file.map(|(_, set)| set));
        if labels.is_empty() && stored.is_none_or(|(_, set)| !set.is_empty()) {
            return None;
        }
        let name = self.add(name, labels, own.labels.as_deref());
        if let Some((file, _)) = file {
            self.names.entry(file).or_insert_with(|| name.clone());
        }
        Some(name)
    }

    /// The name of the stored set of a variable that has it as it is, whatever became of the set of another variable.
    pub(super) fn kept(&mut self, variable: &Variable) -> Option<String> {
        let name = variable.labels.as_ref()?;
        let Some((stored, labels)) = self.stored.get_key_value(name) else { return Some(name.clone()) };
        if self.merged.get(name).is_some_and(|other| other != labels) {
            return Some(self.add(name, labels.clone(), None));
        }
        self.kept.insert(stored);
        Some(name.clone())
    }

    /// The name of the set of a variable that the stored codebook does not describe.
    pub(super) fn of_new(&mut self, own: &Variable) -> Option<String> {
        let (file, labels) = self.file.get_key_value(own.labels.as_ref()?)?;
        if let Some(name) = self.names.get(file.as_str()) {
            return Some(name.clone());
        }
        let name = self.add(file, labels.clone(), None);
        self.names.insert(file, name.clone());
        Some(name)
    }

    /// Adds a set under its name, or under another where that has other labels.
    fn add(&mut self, name: &str, labels: ValueLabels, other: Option<&str>) -> String {
        let is_same = |known: Option<&ValueLabels>| known.is_none_or(|known| *known == labels);
        let is_kept = |name: &str| self.kept.contains(name) && !is_same(self.stored.get(name));
        let is_free = |name: &str| is_same(self.merged.get(name)) && !is_kept(name);
        let numbered = (2..).map(|number| format!("{name}_{number}"));
        let mut names = [name].into_iter().chain(other).map(str::to_owned).chain(numbered);
        let free = names.find(|name| is_free(name)).unwrap_or_else(|| name.to_owned());
        self.merged.insert(free.clone(), labels);
        free
    }

    /// All sets: stored ones as the table's variables have them, and those that no variable of a changed file uses.
    pub(super) fn sets(mut self, file: &Table, same: bool) -> Sets {
        let mut sets = self.stored.clone();
        sets.append(&mut self.merged);
        if same {
            return sets;
        }
        let used: HashSet<&String> = file.variables.iter().filter_map(|own| own.labels.as_ref()).collect();
        for (name, labels) in self.file.iter().filter(|(name, _)| !used.contains(name)) {
            let nobody = Variable::new("", Kind::INTEGER);
            let set = self.stored.get(name).map(|stored| combined(stored, labels, &nobody));
            sets.insert(name.clone(), set.unwrap_or_else(|| labels.clone()));
        }
        sets
    }
}

/// Stored labels of a variable's values as the file has them, and what the file has besides.
fn combined(stored: &ValueLabels, file: &ValueLabels, variable: &Variable) -> ValueLabels {
    let mut in_file = BTreeMap::new();
    for entry in &file.entries {
        in_file.entry(number(&entry.value)).or_insert(entry);
    }
    let mut combined = ValueLabels::new();
    for entry in &stored.entries {
        let mut entry = entry.clone();
        match in_file.get(&number(&entry.value)) {
            Some(other) => prefer(&mut entry.label, &other.label),
            None if is_removed(&entry, variable) => continue,
            None => {}
        }
        combined.entries.push(entry);
    }
    // Values of other kinds are numbers in the file.
    if variable.kind.is_numeric() || stored.is_empty() {
        let known: BTreeSet<Value> = stored.entries.iter().map(|own| number(&own.value)).collect();
        let is_new = |other: &&ValueLabel| !known.contains(&number(&other.value));
        combined.entries.extend(file.entries.iter().filter(is_new).cloned());
    }
    combined
}

/// Whether the file would hold a label that it lacks.
fn is_removed(entry: &ValueLabel, variable: &Variable) -> bool {
    let is_letter = variable.missing.iter().any(|missing| missing.contains(&entry.value));
    let is_labelled = number(&entry.value).as_i64().is_some_and(|number| LABELLED.contains(&number));
    is_labelled && !is_letter && !entry.label.is_empty()
}

/// One form for values that are the same in a file, where truth values are 0 and 1, and `1.0` is `1`.
pub(super) fn number(value: &Value) -> Value {
    match value {
        Value::Boolean(truth) => Value::Integer(i64::from(*truth)),
        value => value.as_i64().map_or_else(|| value.clone(), Value::Integer),
    }
}

/// Labels of values that are written as letters, where the file has other labels on these.
fn letters(labels: &mut ValueLabels, variable: &Variable, own: &Variable, recorded: Option<&LetterValues>) {
    let told = own.missing.iter().filter(|letter| !letter.label.is_empty());
    for (letter, told) in told.filter_map(|told| Some((told.letter?, &told.label))) {
        let declared = variable.missing.iter().find(|missing| missing.letter == Some(letter));
        let one = |missing: &Missing| match &missing.values {
            MissingValues::One(value) => Some(value.clone()),
            _ => None,
        };
        let recorded = recorded.and_then(|recorded| recorded.get(&letter)).cloned();
        let Some(value) = recorded.or_else(|| declared.and_then(one)) else { continue };
        let declared = variable.missing.iter().find(|missing| missing.contains(&value));
        if declared.is_some_and(|missing| says(&missing.label, told)) {
            continue;
        }
        let wanted = number(&value);
        match labels.entries.iter_mut().find(|entry| number(&entry.value) == wanted) {
            Some(entry) => prefer(&mut entry.label, told),
            // Of one value the declaration tells the label.
            None if declared.is_some_and(|missing| one(missing).is_some()) => {}
            None => labels.entries.push(ValueLabel::new(value, told.clone())),
        }
    }
}
