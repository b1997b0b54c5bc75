//! Builds the codebook of a file.

use std::collections::{BTreeMap, HashMap, HashSet};

use exporter_core::Result;
use exporter_core::codebook::{Codebook, SortKey, Table, Text, ValueLabels};

use crate::characteristics::DATASET;
use crate::dataset::delivery::Delivery;
use crate::dataset::input::Letters;
use crate::dataset::kinds::Values;
use crate::dataset::restore::Kept;
use crate::dataset::variable::Found;
use crate::reader::{self, ColumnType, Dictionary, ValueFacts};
use crate::spec_storage::StorageType;

/// What a file was found to hold.
pub(super) struct Opened<'d> {
    pub(super) dictionary: &'d Dictionary,
    /// Name of the file.
    pub(super) name: &'d str,
    /// Positions of the variables that can be read.
    pub(super) variables: &'d [usize],
    /// What is known of the values of the projected variables, by position.
    pub(super) known: &'d BTreeMap<usize, Known>,
    /// How the others are read.
    pub(super) by_storage: &'d dyn Fn(&reader::Variable) -> ColumnType,
    pub(super) letters: Letters,
}

/// What was found out about the values of a variable.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    /// How it is read.
    pub(super) column: ColumnType,
    /// Facts about its numbers, if a pass was made.
    pub(super) facts: Option<ValueFacts>,
    /// Whether the values fit the recorded type, where only they tell.
    pub(super) proven: bool,
}

/// Describes the file and how each variable is delivered.
///
/// What our writer kept is taken back as far as it still describes the file: when another program has changed that so
/// much that the whole no longer fits together, only what Stata itself knows is taken.
pub(super) fn describe(opened: &Opened<'_>) -> Result<(Codebook, Vec<Delivery>)> {
    let restored = Work::new(opened, Kept::of(opened.dictionary)).describe(opened)?;
    if restored.0.problems().is_empty() {
        return Ok(restored);
    }
    Work::new(opened, Kept::by_stata(opened.dictionary)).describe(opened)
}

/// A codebook being built.
pub(super) struct Work<'d> {
    pub(super) dictionary: &'d Dictionary,
    pub(super) kept: Kept<'d>,
    /// Names of sets in the file to those in the codebook.
    pub(super) renamed: BTreeMap<String, String>,
    /// Languages beside the current one, by their names in the file and their tags.
    pub(super) languages: Vec<(&'d str, String)>,
    pub(super) codebook: Codebook,
    /// Sets of the file by name.
    pub(super) sets: HashMap<&'d str, &'d reader::ValueLabels>,
    /// Variables by the name of their set.
    pub(super) users: HashMap<&'d str, Vec<&'d reader::Variable>>,
    /// Values of sets of other languages that our writer had no translation for.
    pub(super) untranslated: HashMap<String, HashSet<i32>>,
    /// Sets that our writer kept whole beside those of the file.
    pub(super) whole: BTreeMap<String, ValueLabels>,
    /// Names of variables given so far.
    pub(super) taken: HashSet<String>,
}

impl<'d> Work<'d> {
    fn new(opened: &Opened<'d>, kept: Kept<'d>) -> Self {
        let renamed = kept.sets();
        let dictionary = opened.dictionary;
        let mut users: HashMap<&str, Vec<&reader::Variable>> = HashMap::new();
        for variable in dictionary.variables.iter().filter(|variable| !variable.value_labels.is_empty()) {
            users.entry(&variable.value_labels).or_default().push(variable);
        }
        // Of several sets of one name the first counts, as everywhere.
        let sets = dictionary.value_labels.iter().rev().map(|set| (set.name.as_str(), set)).collect();
        Self {
            dictionary,
            sets,
            users,
            untranslated: kept.untranslated(),
            kept,
            renamed,
            languages: Vec::new(),
            codebook: Codebook::new(opened.name),
            whole: BTreeMap::new(),
            taken: HashSet::new(),
        }
    }

    fn describe(mut self, opened: &Opened<'_>) -> Result<(Codebook, Vec<Delivery>)> {
        self.study();
        let mut table = self.table(opened.name);
        self.value_label_sets();
        let mut columns = Vec::with_capacity(opened.variables.len());
        for index in opened.variables {
            let Some(stored) = opened.dictionary.variables.get(*index) else { continue };
            let known = opened.known.get(index);
            let (variable, delivery) = self.variable(&Found {
                index: *index,
                stored,
                column: known.map_or_else(|| (opened.by_storage)(stored), |known| known.column),
                facts: known.and_then(|known| known.facts.as_ref()),
                values: match known {
                    None => Values::Unseen,
                    Some(known) if known.proven => Values::Proven,
                    Some(_) => Values::Open,
                },
                letters: opened.letters,
            })?;
            table.variables.push(variable);
            columns.push(delivery);
        }
        let position = |index: &usize| opened.variables.iter().position(|variable| variable == index);
        let sorted = opened.dictionary.sort.iter().map_while(position);
        let sorted = sorted.filter_map(|position| table.variables.get(position));
        table.sort = sorted.map(|variable| SortKey::Ascending(variable.name.clone())).collect();
        self.codebook.tables.push(table);
        Ok((self.codebook, columns))
    }

    /// Takes the study back and gives the file's languages their tags.
    fn study(&mut self) {
        if let Some(study) = self.kept.study() {
            self.codebook.study = study;
        }
        let known = &mut self.codebook.study.languages;
        let legal = |tag: &str| tag.replace(|c: char| !c.is_alphanumeric(), "_");
        let others = self.kept.languages.iter().copied();
        let mut tags = Vec::new();
        for language in std::iter::once(self.dictionary.current_language()).chain(others) {
            let tag = known.iter().find(|tag| legal(tag) == legal(language));
            let private = || format!("x-{}", tags.len() + 1);
            let mut tag = tag.cloned().or_else(|| language_tag(language)).unwrap_or_else(private);
            while tags.contains(&tag) {
                tag.push_str("-x");
            }
            tags.push(tag);
        }
        if known.is_empty() && tags.len() > 1 {
            known.clone_from(&tags);
        }
        self.languages = self.kept.languages.iter().copied().zip(tags.into_iter().skip(1)).collect();
    }

    fn table(&mut self, name: &str) -> Table {
        let d = self.dictionary;
        let mut table = self.kept.table().unwrap_or_else(|| Table::new(name, Vec::new()));
        table.variables.clear();
        // A label that our writer kept as JSON holds its translations already.
        if table.label.is_empty() && !self.kept.is_labelled_by_study() {
            table.label = Text::new(&d.label);
            for (language, tag) in &self.languages {
                if let Some(label) = self.kept.label(DATASET, language) {
                    table.label.set(tag, label);
                }
            }
        }
        if table.notes.is_empty() {
            table.notes = self.kept.notes(DATASET).into_iter().map(Text::new).collect();
        }
        for (name, contents) in self.kept.free(DATASET) {
            table.notes.push(Text::new(format!("{name}: {contents}")));
        }
        for alias in d.variables.iter().filter(|variable| variable.storage == StorageType::Alias) {
            let from = self.kept.get(&alias.name, "fralias_from").unwrap_or("unknown");
            table.notes.push(Text::new(format!(
                "alias variable {} is left out: its values are in another frame, linked by {from}",
                alias.name
            )));
        }
        table
    }
}

/// A BCP 47 tag for a language that Stata knows by any name of up to 24 characters; `None` without an ASCII letter.
fn language_tag(name: &str) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    for word in name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        let letters: Vec<char> = word.chars().collect();
        parts.extend(letters.chunks(8).map(|part| part.iter().collect::<String>()));
    }
    (!parts.is_empty()).then(|| parts.join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_name_becomes_a_tag() {
        let tag = |name| language_tag(name).unwrap_or_default();
        assert_eq!([tag("fr"), tag("pt_BR"), tag("日本")], ["fr", "pt-BR", ""]);
        assert_eq!(tag("long_questionnaire"), "long-question-naire");
    }
}
