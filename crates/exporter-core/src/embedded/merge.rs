//! The stored codebook and what the file says, as one.

use std::collections::HashSet;

use super::by_value::{self, Column, ReasonCodes, StoredNumbers};
use super::digest::{Digest, Said, SaidOfTable, Since};
use super::labels::Labels;
use super::matched::Matched;
use super::texts::{self, InFile, notes, prefer, replace, retag, says};
use super::{CellRecord, MissingForm, Plain, by_letter, not_used};
use crate::codebook::{Codebook, Group, GroupKind, Kind, SortKey, Table, Text, ValueLabels, Variable};
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

impl<'a> Merging<'a> {
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

    /// A variable of a file that nobody changed: the stored one, if its rows can still be delivered.
    fn unchanged(&mut self, position: usize, own: &Variable, at: usize, stored: &Variable) -> Variable {
        let mut variable = stored.clone();
        let mut codes = self.recorded_codes(position);
        // A text that is new may be described as the one that is gone, but for its width.
        let then = self.changes.written.and_then(|written| written.variables.get(at));
        let is_other = then.is_some_and(|then| then.since_stored_as(own) == Since::Changed);
        if is_other && holds_another_kind(own, stored) {
            self.take_kind(own, &mut variable);
        } else {
            self.deliverable(position, own, &mut variable);
        }
        if self.changes.missing == MissingForm::Values {
            if !is_of_kind(&variable, stored) {
                // Of another kind none of it is left but what the file says.
                let column = self.column(position, own, stored);
                let labels = &mut self.labels;
                let told =
                    by_value::take(&mut variable, &column, &mut codes, labels, None, |_| Since::Changed);
                self.losses.extend(told.into_iter().map(|loss| loss.variable(&variable.name)));
            } else {
                variable.labels = self.labels.kept(&variable);
            }
        } else {
            by_letter::add_new(&mut variable, own);
        }
        self.codes.push(codes);
        variable
    }

    /// A variable of a file that was changed: what the file says, and what it cannot say.
    fn changed(&mut self, position: usize, own: &Variable, at: usize, stored: &Variable) -> Variable {
        let mut variable = stored.clone();
        let digests = self.matched.digests(position, self.changes.written, at);
        let since = |part: Said| digests.as_ref().map_or(Since::Unknown, |(then, now)| then.since(now, part));
        take(self.languages, since(Said::Label), &mut variable.label, &own.label);
        // A name that the file could not hold was written as the label, which it is once the variable has another name.
        if variable.label.is_empty() && self.matched.is_renamed(position) {
            variable.label.clone_from(&own.label);
        }
        // Where times are numbers, missing codes and labels among them make another kind of them, too.
        let is_told = || {
            self.changes.numbers.is_none()
                || !(stored.kind.is_temporal() && own.kind.is_temporal())
                || since(Said::Format) == Since::Changed
        };
        let is_of_another = since(Said::Kind) == Since::Changed
            && Family::of(&stored.kind) != Family::of(&own.kind)
            && is_told();
        let then = digests.as_ref().map(|(then, _)| then);
        let is_another_text = || holds_another_kind(own, stored) && !is_as_written(own, then, since);
        if is_of_another || is_another_text() {
            self.take_kind(own, &mut variable);
        } else {
            self.deliverable(position, own, &mut variable);
        }
        let written = self.written.get(position).and_then(Option::as_ref);
        match self.changes.missing {
            MissingForm::Letters => {
                let recorded = written.and_then(|name| self.changes.cells.letters.get(name));
                let some_are_gone = self.matched.some_are_gone();
                by_letter::take(&mut variable, own, recorded, &mut self.labels, since, some_are_gone);
                by_letter::add_new(&mut variable, own);
            }
            MissingForm::Values => {
                let mut codes = self.recorded_codes(position);
                let column = self.column(position, own, stored);
                let is_other =
                    [Said::Missing, Said::ValueLabels].into_iter().any(|part| since(part) != Since::Same);
                if is_other && !column.holds_all(&variable, &codes, &self.labels) {
                    self.take_kind(own, &mut variable);
                }
                // Of another kind none of it is left.
                let is_of_kind = is_of_kind(&variable, stored);
                let since = |part| if is_of_kind { since(part) } else { Since::Changed };
                let written = self.changes.written.and_then(|written| written.language.as_deref());
                let languages = written.map(|_| self.languages);
                let told =
                    by_value::take(&mut variable, &column, &mut codes, &mut self.labels, languages, since);
                self.losses.extend(told.into_iter().map(|loss| loss.variable(&variable.name)));
                self.codes.push(codes);
            }
        }
        take_use(&mut variable, own, since);
        let is_other = Family::of(&variable.kind) != Family::of(&stored.kind);
        take_format(&mut variable, own, is_other || since(Said::Format) == Since::Changed);
        variable.alignment = own.alignment.or(variable.alignment);
        variable.column_width = own.column_width.or(variable.column_width);
        let question = variable.question.iter();
        let question = question.flat_map(|q| [&q.pre_text, &q.text, &q.post_text, &q.instructions]);
        let said: Vec<_> = question.chain([&variable.label]).collect();
        take_notes(since(Said::Notes), &mut variable.notes, &own.notes, &said);
        let set = variable.labels.as_ref().and_then(|name| self.labels.get(name));
        let values = |variable, set| value_texts(variable, set).collect::<Vec<_>>();
        let then = values(stored, self.whole.value_labels_of(stored));
        let gone = [
            self.languages.gone(&[&stored.label], &[&variable.label]),
            self.languages.gone(&then, &values(&variable, set)),
        ];
        self.losses.extend(texts::lost(gone).map(|loss| loss.variable(&variable.name)));
        variable
    }

    fn column<'c>(&self, position: usize, own: &'c Variable, stored: &'c Variable) -> Column<'c>
    where
        'a: 'c,
    {
        let numbers = self.changes.numbers;
        let reasons = numbers.map_or(&[][..], |numbers| numbers.reasons(position));
        Column { own, stored_kind: &stored.kind, reasons, numbers }
    }

    /// The numbers of the reasons of a column's stored variable.
    fn recorded_codes(&self, position: usize) -> ReasonCodes {
        let name = self.written.get(position).and_then(Option::as_ref);
        name.and_then(|name| self.changes.cells.codes.get(name)).cloned().unwrap_or_default()
    }

    /// Takes the kind of the file where the rows cannot be delivered as the stored one.
    fn deliverable(&mut self, position: usize, own: &Variable, variable: &mut Variable) {
        if !(self.changes.fits)(position, &variable.kind) {
            self.take_kind(own, variable);
        }
    }

    /// Takes the kind that the file says.
    fn take_kind(&mut self, own: &Variable, variable: &mut Variable) {
        let action = if own.kind == variable.kind {
            format!("values that are no {} are read as they stand in the file", own.kind)
        } else {
            format!("read as {}, the stored codebook says {}", own.kind, variable.kind)
        };
        self.losses.push(Loss::new(LossCode::KIND_CHANGED, action).variable(&variable.name));
        // Of days and times the numbers tell what is the same.
        let are_told =
            self.changes.numbers.is_some() && variable.kind.is_temporal() && own.kind.is_temporal();
        let are_numbers =
            [&variable.kind, &own.kind].into_iter().all(|kind| Family::of(kind) == Family::Number);
        if !are_told && !are_numbers {
            variable.labels = None;
            variable.missing.clear();
        }
        variable.facts = Default::default();
        variable.kind = own.kind.clone();
    }
}

/// Kinds whose values are of one sort: a file in which they stand may say another kind of it, for it need not have all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    /// Truth values are numbers in files.
    Number,
    Day,
    Moment,
    Period,
    /// Times of day and lengths of time.
    Clock,
    Text,
    Other,
}

impl Family {
    fn of(kind: &Kind) -> Self {
        match kind {
            Kind::Boolean | Kind::Integer { .. } | Kind::Float { .. } | Kind::Decimal { .. } => Self::Number,
            Kind::Date => Self::Day,
            Kind::DateTime { .. } => Self::Moment,
            Kind::Period(_) => Self::Period,
            Kind::Time(_) | Kind::Duration(_) => Self::Clock,
            Kind::Text => Self::Text,
            _ => Self::Other,
        }
    }
}

/// Whether the file has texts where the stored codebook says otherwise: writers store some kinds as texts, but the texts alone
/// do not tell that these are such ones.
fn holds_another_kind(own: &Variable, stored: &Variable) -> bool {
    own.kind == Kind::Text && stored.kind != Kind::Text
}

/// Whether a text is the one that our writer stored, by all that it chose for it: another program that makes a text anew under its
/// name gives it no label, and another width.
fn is_as_written(own: &Variable, then: Option<&Digest>, since: impl Fn(Said) -> Since) -> bool {
    let is_kept = [Said::Kind, Said::Format].into_iter().all(|part| since(part) == Since::Same);
    let has_lost_its_label = since(Said::Label) == Since::Changed && own.label.is_empty();
    is_kept && !has_lost_its_label && then.is_some_and(|then| then.since_stored_as(own) == Since::Same)
}

/// Whether what a variable declares and labels are values of its kind still.
fn is_of_kind(variable: &Variable, stored: &Variable) -> bool {
    let is_told = variable.kind.is_temporal() || stored.kind == Kind::Boolean;
    let is_other = is_told && variable.kind != stored.kind;
    !is_other && variable.missing == stored.missing && variable.labels == stored.labels
}

/// Takes the display format of the file; the formats of other programs stay with it, unless it is about another.
fn take_format(variable: &mut Variable, own: &Variable, is_other: bool) {
    let stored = std::mem::replace(&mut variable.format, own.format.clone());
    if is_other {
        return;
    }
    match (&mut variable.format, stored) {
        (Some(format), Some(stored)) => stored.native.into_iter().for_each(|(program, native)| {
            format.native.entry(program).or_insert(native);
        }),
        (format, stored) => *format = format.take().or(stored),
    }
}

/// Takes what the file says of how a variable is used and shown, where another program changed it.
fn take_use(variable: &mut Variable, own: &Variable, since: impl Fn(Said) -> Since) {
    let is_changed = |part| since(part) == Since::Changed;
    if is_changed(Said::Measure) {
        variable.measure = own.measure;
    }
    if is_changed(Said::Role) {
        variable.role = own.role;
    }
    if is_changed(Said::WriteFormat) {
        variable.write_format.clone_from(&own.write_format);
    }
    // What was not changed may have another name in the file than in the codebook.
    if is_changed(Said::Attributes) {
        variable.attributes.clear();
    }
    if since(Said::Attributes) != Since::Same {
        variable.attributes.extend(own.attributes.clone());
    }
}

/// The labels of the missing values and values of a variable.
fn value_texts<'v>(variable: &'v Variable, set: Option<&'v ValueLabels>) -> impl Iterator<Item = &'v Text> {
    let missing = variable.missing.iter().map(|missing| &missing.label);
    let entries = set.into_iter().flat_map(|set| &set.entries);
    missing.chain(entries.map(|entry| &entry.label))
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
