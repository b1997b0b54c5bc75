//! The stored codebook and what the file says, as one.

mod variable;

use std::collections::HashSet;

use super::by_value::{self, ReasonCodes, StoredNumbers};
use super::digest::{Digest, SaidOfTable, Since};
use super::labels::Labels;
use super::matched::Matched;
use super::texts::{self, InFile, notes, prefer, replace, retag, says};
use super::{CellRecord, MissingForm, Plain, not_used};
use crate::codebook::{Codebook, Group, GroupKind, Kind, SortKey, Table, Text, Variable};
use crate::loss::{Loss, LossCode};

/// What became of the file since it was written.
pub(super) struct Changes<'a> {
    /// Whether it says what it said then.
    pub(super) same: bool,
    /// What it said then, if that is known.
    pub(super) written: Option<&'a Plain>,
    /// Whether the rows of a variable, by position in the file, can be delivered as a kind.
    pub(super) fits: &'a dyn Fn(usize, &Kind) -> bool,
    /// How it says what is missing.
    pub(super) missing: MissingForm,
    pub(super) cells: &'a CellRecord,
    /// What the reader knows of its numbers, where days and times are numbers in it.
    pub(super) numbers: Option<&'a dyn StoredNumbers>,
}

impl Changes<'_> {
    /// The numbers of the reasons that the file itself declares of a column.
    fn own_codes(&self, position: usize, own: &Variable) -> ReasonCodes {
        let reasons = self.numbers.map_or(&[][..], |numbers| numbers.reasons(position));
        by_value::own_codes(own, reasons)
    }

    /// As [`Changes::own_codes`], of all columns.
    pub(super) fn all_own_codes(&self, plain: &Codebook) -> Vec<ReasonCodes> {
        let variables = plain.tables.iter().flat_map(|table| &table.variables);
        variables.enumerate().map(|(position, own)| self.own_codes(position, own)).collect()
    }
}

/// A file's codebook.
#[derive(Default)]
pub(super) struct Merged {
    /// Of the one table that the file holds.
    pub(super) codebook: Codebook,
    /// The names that its columns had when it was written.
    pub(super) written_names: Vec<Option<String>>,
    /// By column, the numbers of reasons.
    pub(super) codes: Vec<ReasonCodes>,
}

/// The stored codebook and what the file says, as one: `plain` before its rows are looked at, `seen` of kinds that hold these.
pub(super) fn merged(
    whole: &Codebook,
    plain: &Codebook,
    seen: &Codebook,
    changes: &Changes<'_>,
    losses: &mut Vec<Loss>,
) -> Merged {
    let table = plain.tables.first().map_or("", |table| table.name.as_str());
    let position = whole.table(table).map(|(position, _)| position);
    let only = (whole.tables.len() == 1).then_some(0);
    let Some(stored) = position.or(only).and_then(|position| whole.tables.get(position)) else {
        losses.push(not_used(format!("it has no table {table:?}")));
        let codebook = Codebook { study: whole.study.clone(), ..seen.clone() };
        return Merged { codebook, codes: changes.all_own_codes(seen), ..Merged::default() };
    };
    let matched = Matched::new(stored, plain, changes);
    let plain = seen;
    let language = changes.written.and_then(|written| written.language.as_deref());
    let retagged = (!changes.same).then(|| in_default_language_of(whole, plain, language)).flatten();
    let plain = retagged.as_ref().unwrap_or(plain);
    let Some(file) = plain.tables.first() else {
        return Merged { codebook: plain.clone(), ..Merged::default() };
    };
    let written = matched.written_names(stored, changes.written);
    let renamed = matched.renamed(file);
    let with_names = (!renamed.is_empty()).then(|| stored.with_names(&renamed));
    let stored = with_names.as_ref().unwrap_or(stored);
    let languages = InFile::new(whole, changes.written);
    let labels = Labels::new(&whole.value_labels, &plain.value_labels);
    let codes = Vec::new();
    let mut merging =
        Merging { whole, languages, stored, matched, written: &written, changes, labels, codes, losses };
    let merged = merging.table(file);
    let same = merging.changes.same;
    let codes = std::mem::take(&mut merging.codes);
    let value_labels = merging.labels.sets(file, same);
    let Codebook { version, study, documents, tables: _, value_labels: _ } = whole;
    // Without a copy of the tables, which may be large.
    let mut codebook = Codebook {
        version: *version,
        study: study.clone(),
        tables: vec![merged],
        value_labels,
        documents: documents.clone(),
    };
    if !same {
        let known = |tag: &String| whole.study.languages.iter().any(|known| known.eq_ignore_ascii_case(tag));
        // What a file calls its only language is that of the stored codebook.
        let is_named = |tag: &String| tag != "und" || whole.study.languages.is_empty();
        let new = plain.study.languages.iter().filter(|tag| !known(tag) && is_named(tag));
        codebook.study.languages.extend(new.cloned());
    }
    Merged { codebook, written_names: written, codes }
}

struct Merging<'a> {
    whole: &'a Codebook,
    languages: InFile<'a>,
    stored: &'a Table,
    matched: Matched,
    written: &'a [Option<String>],
    changes: &'a Changes<'a>,
    labels: Labels<'a>,
    /// Those of the columns so far.
    codes: Vec<ReasonCodes>,
    losses: &'a mut Vec<Loss>,
}

impl Merging<'_> {
    fn table(&mut self, file: &Table) -> Table {
        let stored = self.stored;
        let kept = self.matched.all();
        let frame = Table { variables: Vec::new(), ..stored.with_columns(&kept) };
        let mut variables: Vec<Variable> = Vec::new();
        for (position, own) in file.variables.iter().enumerate() {
            let at = self.matched.stored(position);
            let variable = match at.and_then(|at| Some((at, stored.variables.get(at)?))) {
                Some((at, stored)) if self.changes.same => self.unchanged(position, own, at, stored),
                Some((at, stored)) => self.changed(position, own, at, stored),
                None => {
                    self.codes.push(self.changes.own_codes(position, own));
                    own.clone()
                }
            };
            variables.push(variable);
            self.codes.resize(variables.len(), Vec::new());
        }
        // A set of the file that other variables share has the name that it got for them.
        for (position, (variable, own)) in variables.iter_mut().zip(&file.variables).enumerate() {
            if self.matched.stored(position).is_none() {
                variable.labels = self.labels.of_new(own);
            }
        }
        let found: HashSet<usize> = kept.iter().copied().collect();
        let names: HashSet<&str> = file.variables.iter().map(|own| own.name.as_str()).collect();
        let written = self.changes.written.map_or(&[][..], |written| &written.names);
        for (position, variable) in stored.variables.iter().enumerate() {
            if !found.contains(&position) {
                let name = written.get(position).unwrap_or(&variable.name);
                let action = match names.contains(name.as_str()) {
                    true => {
                        "its description in the stored codebook is not used: another variable has its name now"
                    }
                    false => {
                        "its description in the stored codebook is not used: the file has no such column"
                    }
                };
                self.losses.push(Loss::new(LossCode::METADATA_DROPPED, action).variable(&variable.name));
            }
        }
        let mut table = Table { variables, ..frame };
        table.rows = file.rows.or(table.rows);
        if !self.changes.same {
            // A table without a label has the title of the study in its place.
            let is_title = table.label.is_empty() && says(&self.whole.study.title, &file.label);
            let digest = Digest::of_table(file);
            let since = |part| {
                self.changes.written.map_or(Since::Unknown, |then| then.table.since_of_table(&digest, part))
            };
            if !is_title {
                take(self.languages, since(SaidOfTable::Label), &mut table.label, &file.label);
                let gone = self.languages.gone(&[&stored.label], &[&table.label]);
                self.losses.extend(texts::lost([gone]));
            }
            take_notes(since(SaidOfTable::Notes), &mut table.notes, &file.notes, &[&table.label]);
            if since(SaidOfTable::Attributes) != Since::Same {
                for name in self.changes.written.iter().flat_map(|then| &then.attributes) {
                    table.attributes.remove(name);
                }
                table.attributes.extend(file.attributes.clone());
            }
            if since(SaidOfTable::Weights) == Since::Changed {
                let own = file.variables.iter().map(|own| own.weight);
                table.variables.iter_mut().zip(own).for_each(|(variable, weight)| variable.weight = weight);
            }
            if since(SaidOfTable::Groups) == Since::Changed {
                table.groups.retain(|group| !is_of_answers(&group.kind));
                table
                    .groups
                    .extend(file.groups.iter().map(|group| with_names(group, file, &table.variables)));
            }
            if !file.sort.is_empty() {
                table.sort = file.sort.iter().map(|key| renamed(key, file, &table.variables)).collect();
            }
        }
        table
    }
}

/// Whether a group is one that files declare: answers to one question, or variables that are looked at together.
fn is_of_answers(kind: &GroupKind) -> bool {
    matches!(kind, GroupKind::MultipleDichotomy { .. } | GroupKind::MultipleCategory | GroupKind::Set)
}

/// A group of the file by the names that its members have in the study.
fn with_names(group: &Group, file: &Table, variables: &[Variable]) -> Group {
    let mut group = group.clone();
    for member in &mut group.members {
        let position = file.variables.iter().position(|own| own.name == *member);
        if let Some(variable) = position.and_then(|position| variables.get(position)) {
            member.clone_from(&variable.name);
        }
    }
    group
}

/// Takes what the file says of a part, by what became of that since it was written.
fn take(languages: InFile<'_>, since: Since, stored: &mut Text, file: &Text) {
    match since {
        Since::Same => {}
        Since::Changed => replace(languages, stored, file),
        Since::Unknown => prefer(stored, file),
    }
}

/// As [`take`], for notes; those that are `said` elsewhere in the codebook are not among them.
fn take_notes(since: Since, stored: &mut Vec<Text>, file: &[Text], said: &[&Text]) {
    if since == Since::Changed || (since == Since::Unknown && !file.is_empty()) {
        notes(stored, file, said);
    }
}

/// What a file says, in the default language of a stored codebook; nothing where it is the file's. `language` is that of the
/// file's texts where it was recorded.
fn in_default_language_of(whole: &Codebook, plain: &Codebook, language: Option<&str>) -> Option<Codebook> {
    let from = language.or(plain.default_language())?;
    let to = whole.default_language()?;
    if from == to {
        return None;
    }
    let mut plain = plain.clone();
    let retag = |text: &mut Text| retag(text, from, to);
    for table in &mut plain.tables {
        retag(&mut table.label);
        table.notes.iter_mut().for_each(retag);
        for variable in &mut table.variables {
            retag(&mut variable.label);
            variable.notes.iter_mut().for_each(retag);
            variable.missing.iter_mut().for_each(|missing| retag(&mut missing.label));
        }
    }
    plain
        .value_labels
        .values_mut()
        .flat_map(|set| &mut set.entries)
        .for_each(|entry| retag(&mut entry.label));
    Some(plain)
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
