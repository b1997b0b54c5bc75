//! Files of earlier versions, which kept the codebook in twelve characteristics: what these say, as one embedded codebook.
//!
//! | characteristic | contents |
//! |---|---|
//! | `variable[exporter_name]` | the variable's name in the codebook, where Stata allows no such name |
//! | `variable[exporter_variable]` | JSON: the fields of the codebook's variable that have no place in Stata |
//! | `_dta[exporter_table]` | JSON: the fields of the codebook's table without its variables |
//! | `_dta[exporter_study]` | JSON: the codebook's study |
//! | `_dta[exporter_sets]` | JSON: name of a value-label set in the file to its name in the codebook |
//! | `_dta[exporter_labels]` | JSON: the value-label sets that the file cannot hold whole, by name |
//! | `_dta[exporter_untranslated]` | JSON: name of a value-label set of another language to its values whose text is that of the current language for want of a translation |
//! | `variable[exporter_letters]` | JSON: letter to the one value that it stands for |
//! | `variable[exporter_set_letters]` | letters whose label is that of the variable's value-label set; that of another letter is the reason of its declaration |
//! | `variable[exporter_clock]` | `UTC` where instants that have a zone are stored in UTC |
//! | `_dta[exporter_label]` | `study` where the dataset label is the title of the study |
//! | `_dta[exporter_notes]`, `variable[exporter_notes]` | how many of the notes, from the first, are the codebook's own |
//!
//! Long contents continue in `exporter_study_2`, `exporter_study_3` and so on.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Display;

use exporter_core::codebook::{
    Codebook, MissingValues, SortKey, Study, Table, Text, Value, ValueLabel, ValueLabels, Variable,
};
use exporter_core::embedded::{CellRecord, Embedded, embed, not_used};
use exporter_core::{Loss, LossCode, TableId};
use exporter_stata::{is_stand_in, stands_for};
use serde::de::DeserializeOwned;

use crate::characteristics::{DATASET, PREFIX};
use crate::dataset::letters::recorded_letters;
use crate::dataset::owners::Owners;
use crate::dataset::plain::{Hints, described};
use crate::reader::{self, Dictionary};
use crate::spec_storage::StorageType;

/// Characteristic with the clock of instants.
const CLOCK: &str = "exporter_clock";
/// Characteristic with the number of notes.
const NOTES: &str = "exporter_notes";
/// Characteristic with the fields of a variable.
const VARIABLE: &str = "exporter_variable";

/// The codebook that the characteristics and the file tell together, as if it was embedded in this file.
pub(super) fn stored(
    dictionary: &Dictionary,
    owners: &Owners<'_>,
    plain: &Codebook,
    losses: &mut Vec<Loss>,
) -> Option<Embedded> {
    if !dictionary.characteristics.iter().any(|c| c.name.starts_with(PREFIX)) {
        return None;
    }
    let mut kept = Kept { owners, losses };
    let study: Option<Study> = kept.json(DATASET, "exporter_study");
    let hints = Hints {
        languages: study.as_ref().map(|study| study.languages.clone()).unwrap_or_default(),
        untranslated: kept.json(DATASET, "exporter_untranslated").unwrap_or_default(),
    };
    let mut codebook = described(dictionary, &plain.study.id, hints);
    let table = codebook.tables.pop()?;
    if let Some(study) = study {
        let languages = std::mem::replace(&mut codebook.study, study).languages;
        if codebook.study.languages.is_empty() {
            codebook.study.languages = languages;
        }
    }
    let mut merging = Merging { kept, codebook, sets: Sets::default(), cells: CellRecord::default() };
    merging.sets();
    let table = merging.table(dictionary, table);
    let Merging { mut codebook, sets, cells, kept } = merging;
    let used: HashSet<&String> = table.variables.iter().filter_map(|v| v.labels.as_ref()).collect();
    codebook
        .value_labels
        .retain(|name, set| !set.is_empty() || sets.whole.contains(name) || used.contains(name));
    codebook.tables.push(table);
    let embedded =
        embed(&codebook, TableId(0), plain.clone()).map_err(|problem| kept.losses.push(not_used(problem)));
    let mut embedded = embedded.ok().flatten()?;
    embedded.cells = cells;
    Some(embedded)
}

/// What the characteristics of earlier versions say.
struct Kept<'d> {
    owners: &'d Owners<'d>,
    /// Those that cannot be read.
    losses: &'d mut Vec<Loss>,
}

impl Kept<'_> {
    fn json<T: DeserializeOwned>(&mut self, owner: &str, name: &str) -> Option<T> {
        let json = self.owners.whole(owner, name)?;
        serde_json::from_str(&json).map_err(|problem| self.lost(owner, name, &problem)).ok()
    }

    /// Reports a characteristic that cannot be read.
    fn lost(&mut self, owner: &str, name: &str, problem: &dyn Display) {
        let loss = Loss::new(LossCode::NOT_READ, format!("{owner}[{name}] is not used: {problem}"));
        self.losses.push(if owner == DATASET { loss } else { loss.variable(owner) });
    }

    /// How many of an owner's notes are the codebook's own.
    fn own_notes(&mut self, owner: &str) -> usize {
        let Some(count) = self.owners.get(owner, NOTES) else { return usize::MAX };
        count.parse().unwrap_or_else(|problem| {
            self.lost(owner, NOTES, &problem);
            usize::MAX
        })
    }

    /// The variable's own fields, and whether its kind is among them.
    fn variable(&mut self, name: &str) -> Option<(Variable, bool)> {
        let json: serde_json::Value = self.json(name, VARIABLE)?;
        let has_kind = json.get("kind").is_some();
        let variable = serde_json::from_value(json).map_err(|problem| self.lost(name, VARIABLE, &problem));
        Some((variable.ok()?, has_kind))
    }
}

/// Names of value-label sets.
#[derive(Default)]
struct Sets {
    /// Those in the file that have other names in the codebook.
    renamed: BTreeMap<String, String>,
    /// Those that were kept whole beside those of the file.
    whole: HashSet<String>,
}

struct Merging<'d> {
    kept: Kept<'d>,
    codebook: Codebook,
    sets: Sets,
    cells: CellRecord,
}

impl Merging<'_> {
    /// Gives sets their names in the codebook, and takes those that the file could not hold whole.
    fn sets(&mut self) {
        self.sets.renamed = self.kept.json(DATASET, "exporter_sets").unwrap_or_default();
        for (name, labels) in std::mem::take(&mut self.codebook.value_labels) {
            let name = self.set_name(&name).to_owned();
            let known = self.codebook.value_labels.entry(name).or_default();
            for entry in labels.entries {
                add_label(known, entry.value, entry.label);
            }
        }
        let whole: BTreeMap<String, ValueLabels> =
            self.kept.json(DATASET, "exporter_labels").unwrap_or_default();
        self.sets.whole = whole.keys().cloned().collect();
        self.codebook.value_labels.extend(whole);
    }

    fn set_name<'s>(&'s self, set: &'s str) -> &'s str {
        self.sets.renamed.get(set).map_or(set, String::as_str)
    }

    /// The table of the file with what was kept of it.
    fn table(&mut self, dictionary: &Dictionary, mut plain: Table) -> Table {
        let kept: Option<Table> = self.kept.json(DATASET, "exporter_table");
        let mut table = kept.unwrap_or_else(|| Table::new(&plain.name, Vec::new()));
        if table.label.is_empty() && self.kept.owners.get(DATASET, "exporter_label") != Some("study") {
            table.label = plain.label;
        }
        let count = self.kept.owners.notes(DATASET).len();
        let others = plain.notes.split_off(count.min(plain.notes.len()));
        if table.notes.is_empty() {
            plain.notes.truncate(self.kept.own_notes(DATASET));
            table.notes = plain.notes;
        }
        table.notes.extend(others);
        table.attributes.extend(plain.attributes);
        let stored = dictionary.variables.iter().filter(|v| v.storage != StorageType::Alias);
        let (mut names, mut taken) = (HashMap::new(), HashSet::new());
        table.variables.clear();
        for (stored, plain) in stored.zip(plain.variables) {
            let mut variable = self.variable(stored, plain);
            if !taken.insert(variable.name.clone()) {
                variable.name.clone_from(&stored.name);
            }
            names.insert(stored.name.as_str(), variable.name.clone());
            table.variables.push(variable);
        }
        let sorted = plain.sort.iter().filter_map(|key| names.get(key.variable()));
        table.sort = sorted.map(|name| SortKey::Ascending(name.clone())).collect();
        table
    }

    /// A variable of the file with what was kept of it.
    fn variable(&mut self, stored: &reader::Variable, mut plain: Variable) -> Variable {
        let owner = stored.name.as_str();
        let name = self.kept.owners.get(owner, "exporter_name").map(str::to_owned);
        match self.kept.owners.get(owner, CLOCK) {
            Some("UTC") => {
                self.cells.utc.insert(owner.to_owned());
            }
            Some(clock) => self.kept.lost(owner, CLOCK, &format!("there is no clock {clock:?}")),
            None => {}
        }
        plain.labels = plain.labels.map(|set| self.set_name(&set).to_owned());
        let Some((mut variable, has_kind)) = self.kept.variable(owner) else {
            plain.name = name.unwrap_or(plain.name);
            return plain;
        };
        variable.name = name.or(Some(variable.name).filter(|name| !name.is_empty())).unwrap_or(plain.name);
        if !has_kind {
            variable.kind = plain.kind;
        }
        if variable.label.is_empty() {
            variable.label = plain.label;
        }
        if variable.notes.is_empty() {
            plain.notes.truncate(self.kept.own_notes(owner));
            variable.notes = plain.notes;
        }
        for (name, attribute) in plain.attributes {
            variable.attributes.entry(name).or_insert(attribute);
        }
        let mut letters: BTreeMap<char, Value> = match has_kind {
            true => self.kept.json(owner, "exporter_letters").unwrap_or_default(),
            false => BTreeMap::new(),
        };
        letters.retain(|letter, value| !stands_for(&variable, *letter, value));
        let stand_ins: Vec<bool> = variable.missing.iter().map(|m| is_stand_in(&variable, m)).collect();
        for (missing, _) in variable.missing.iter_mut().zip(stand_ins).filter(|(_, is_one)| *is_one) {
            missing.values = MissingValues::Reason;
        }
        let values = recorded_letters(&variable, Some(&letters));
        if !letters.is_empty() {
            self.cells.letters.insert(owner.to_owned(), letters);
        }
        let of_set = self.kept.owners.get(owner, "exporter_set_letters").unwrap_or_default();
        let mut known = None;
        if let Some(name) = plain.labels {
            let whole = self.sets.whole.contains(&name);
            known = Some((self.codebook.value_labels.entry(name.clone()).or_default(), name, whole));
        }
        // The labels of letters are those of values in the set, or of declarations.
        for reason in plain.missing {
            let value = reason.letter.and_then(|letter| values.get(&letter));
            let is_of_set = reason.letter.is_some_and(|letter| of_set.contains(letter));
            match (value, &mut known) {
                (Some(value), Some((set, _, whole))) if is_of_set => {
                    if !*whole {
                        add_label(set, value.clone(), reason.label);
                    }
                }
                (Some(value), Some((set, ..))) if set.get(value).is_some() => {}
                (Some(value), _) => {
                    let declared = variable.missing.iter_mut().find(|declared| declared.contains(value));
                    if let Some(declared) = declared.filter(|declared| declared.label.is_empty()) {
                        declared.label = reason.label;
                    }
                }
                (None, _) => match variable.missing.iter_mut().find(|known| known.letter == reason.letter) {
                    Some(known) if known.label.is_empty() => known.label = reason.label,
                    Some(_) => {}
                    None => variable.missing.push(reason),
                },
            }
        }
        // A set of letters alone is one that our writer made of a variable without.
        variable.labels = match known {
            Some((set, name, whole)) => Some(name).filter(|_| whole || !set.is_empty()),
            None => variable.labels.filter(|name| self.codebook.value_labels.contains_key(name)),
        };
        variable
    }
}

/// Adds a label to a set in ascending order, unless the value has one.
fn add_label(set: &mut ValueLabels, value: Value, label: Text) {
    if set.get(&value).is_none() {
        let place = set.entries.partition_point(|entry| entry.value < value);
        set.entries.insert(place, ValueLabel::new(value, label));
    }
}
