//! A variable of the stored codebook and what the file says of it, as one.

use super::{Merging, take, take_notes};
use crate::codebook::{Kind, Text, ValueLabels, Variable};
use crate::embedded::by_value::{self, Column, ReasonCodes};
use crate::embedded::digest::{Digest, Said, Since};
use crate::embedded::{MissingForm, by_letter, texts};
use crate::loss::{Loss, LossCode};

impl<'a> Merging<'a> {
    /// A variable of a file that nobody changed: the stored one, if its rows can still be delivered.
    pub(super) fn unchanged(
        &mut self,
        position: usize,
        own: &Variable,
        at: usize,
        stored: &Variable,
    ) -> Variable {
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
    pub(super) fn changed(
        &mut self,
        position: usize,
        own: &Variable,
        at: usize,
        stored: &Variable,
    ) -> Variable {
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
