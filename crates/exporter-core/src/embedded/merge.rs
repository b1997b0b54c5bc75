//! The stored codebook and what the file says, as one.

use std::collections::{HashMap, HashSet};

use crate::codebook::{Codebook, Kind, Missing, SortKey, Table, Text, Variable};

/// What became of the file since it was written.
pub(super) struct Changes<'a> {
    /// Whether it says what it said then.
    pub(super) same: bool,
    /// Names of the variables in the file then; empty = those of the stored table.
    pub(super) names: &'a [String],
    /// Whether the rows of a variable, by position in the file, can be delivered as a kind.
    pub(super) fits: &'a dyn Fn(usize, &Kind) -> bool,
}

/// The codebook of the one table that a file holds.
pub(super) fn merged(
    whole: &Codebook,
    table: &str,
    plain: &Codebook,
    changes: Changes<'_>,
    remarks: &mut Vec<String>,
) -> Codebook {
    let Some(file) = plain.tables.first() else { return plain.clone() };
    let position = whole.table(table).map(|(position, _)| position);
    let only = (whole.tables.len() == 1).then_some(0);
    let Some(stored) = position.or(only).and_then(|position| whole.tables.get(position)) else {
        remarks.push(format!("the stored codebook has no table {table:?}; the file alone describes it"));
        return Codebook { study: whole.study.clone(), ..plain.clone() };
    };
    let mut codebook = Codebook { tables: Vec::new(), ..whole.clone() };
    let mut merging = Merging { stored, changes, remarks };
    let merged = merging.table(file);
    if !merging.changes.same {
        for (name, labels) in &plain.value_labels {
            codebook.value_labels.insert(name.clone(), labels.clone());
        }
    }
    for variable in &merged.variables {
        if let Some(name) = variable.labels.as_ref().filter(|name| !codebook.value_labels.contains_key(*name))
            && let Some(labels) = plain.value_labels.get(name)
        {
            codebook.value_labels.insert(name.clone(), labels.clone());
        }
    }
    codebook.tables.push(merged);
    codebook
}

struct Merging<'a> {
    stored: &'a Table,
    changes: Changes<'a>,
    remarks: &'a mut Vec<String>,
}

impl Merging<'_> {
    fn table(&mut self, file: &Table) -> Table {
        let stored = self.stored;
        let mut known: HashMap<&str, usize> = HashMap::new();
        for (position, variable) in stored.variables.iter().enumerate() {
            let name = self.changes.names.get(position).unwrap_or(&variable.name);
            known.insert(name.as_str(), position);
        }
        let mut variables: Vec<Variable> = Vec::new();
        let mut kept = Vec::new();
        for (position, own) in file.variables.iter().enumerate() {
            let place = known.get(own.name.as_str()).copied();
            kept.extend(place);
            let variable = match place.and_then(|place| stored.variables.get(place)) {
                Some(stored) if self.changes.same => self.unchanged(position, own, stored),
                Some(stored) => self.changed(position, own, stored),
                None => {
                    self.remarks.push(format!("the stored codebook does not describe {:?}", own.name));
                    own.clone()
                }
            };
            variables.push(variable);
        }
        let found: HashSet<usize> = kept.iter().copied().collect();
        for (position, variable) in stored.variables.iter().enumerate() {
            if !found.contains(&position) {
                let name = &variable.name;
                self.remarks.push(format!("the column {name:?} of the stored codebook is not in the file"));
            }
        }
        let mut table = Table { variables, ..stored.with_columns(&kept) };
        // Its parent is in another file; the whole codebook still names it.
        table.parent = table.parent.filter(|parent| parent.table == stored.name);
        table.rows = file.rows.or(table.rows);
        if !self.changes.same {
            prefer(&mut table.label, &file.label);
            if !file.notes.is_empty() {
                table.notes.clone_from(&file.notes);
            }
            if !file.sort.is_empty() {
                table.sort = file.sort.iter().map(|key| renamed(key, file, &table.variables)).collect();
            }
        }
        table
    }

    /// A variable of a file that nobody changed: the stored one, if its rows can still be delivered.
    fn unchanged(&mut self, position: usize, own: &Variable, stored: &Variable) -> Variable {
        let mut variable = stored.clone();
        self.deliverable(position, own, &mut variable);
        add_letters(&mut variable, own);
        variable
    }

    /// A variable of a file that was changed: what the file says, and what it cannot say.
    fn changed(&mut self, position: usize, own: &Variable, stored: &Variable) -> Variable {
        let mut variable = stored.clone();
        prefer(&mut variable.label, &own.label);
        self.deliverable(position, own, &mut variable);
        variable.labels = own.labels.clone().or(variable.labels);
        variable.format = own.format.clone().or(variable.format);
        variable.alignment = own.alignment.or(variable.alignment);
        if !own.notes.is_empty() {
            variable.notes.clone_from(&own.notes);
        }
        for (name, attribute) in &own.attributes {
            variable.attributes.insert(name.clone(), attribute.clone());
        }
        for missing in &mut variable.missing {
            let letter =
                own.missing.iter().find(|other| other.letter.is_some() && other.letter == missing.letter);
            if let Some(other) = letter.filter(|other| !other.label.is_empty()) {
                prefer(&mut missing.label, &other.label);
            }
        }
        add_letters(&mut variable, own);
        variable
    }

    /// Takes the kind of the file where the rows cannot be delivered as the stored one.
    fn deliverable(&mut self, position: usize, own: &Variable, variable: &mut Variable) {
        if (self.changes.fits)(position, &variable.kind) {
            return;
        }
        self.remarks
            .push(format!("{:?} holds {}, the stored codebook says {}", own.name, own.kind, variable.kind));
        if !(variable.kind.is_numeric() && own.kind.is_numeric()) {
            variable.labels = None;
            variable.missing.clear();
        }
        variable.facts = Default::default();
        variable.kind = own.kind.clone();
    }
}

/// A sort key of the file by the name that its variable has in the study.
fn renamed(key: &SortKey, file: &Table, variables: &[Variable]) -> SortKey {
    let position = file.variables.iter().position(|variable| variable.name == key.variable());
    let name = position.and_then(|position| variables.get(position)).map(|variable| variable.name.clone());
    match (key, name) {
        (SortKey::Ascending(_), Some(name)) => SortKey::Ascending(name),
        (SortKey::Descending { .. }, Some(descending)) => SortKey::Descending { descending },
        (key, None) => key.clone(),
    }
}

/// The file's text where it says another than the stored one; translations stay with a text that is the same.
fn prefer(stored: &mut Text, file: &Text) {
    let says_the_same = |file: &str| {
        stored.untagged().into_iter().chain(stored.tagged().map(|(_, text)| text)).any(|text| text == file)
    };
    if !file.untagged().is_none_or(says_the_same) || (stored.is_empty() && !file.is_empty()) {
        stored.clone_from(file);
    }
}

/// Adds the reasons of the file whose letters the stored declarations do not have.
fn add_letters(variable: &mut Variable, own: &Variable) {
    let is_new = |missing: &&Missing| {
        missing.is_reason() && variable.missing.iter().all(|known| known.letter != missing.letter)
    };
    let new: Vec<Missing> = own.missing.iter().filter(is_new).cloned().collect();
    variable.missing.extend(new);
}
