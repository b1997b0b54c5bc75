//! Builds the description of one variable.

use std::collections::BTreeMap;

use exporter_core::Result;
use exporter_core::codebook::{
    Alignment, Attribute, DeclaredFacts, DisplayFormat, Kind, Missing as Declared, Text, Value, Variable,
};
use exporter_core::missing::span;

use crate::characteristics::CLOCK_UTC;
use crate::dataset::codebook::Work;
use crate::dataset::delivery::Delivery;
use crate::dataset::input::Letters;
use crate::dataset::kinds::{Evidence, Values, kind_of};
use crate::dataset::letters::{is_of_kind, recorded_letters};
use crate::missing::{Missing, MissingCell};
use crate::reader::{self, ColumnType, ValueFacts};

/// What is known of one variable of the file.
pub(super) struct Found<'a> {
    /// Position in the file.
    pub(super) index: usize,
    pub(super) stored: &'a reader::Variable,
    pub(super) column: ColumnType,
    pub(super) facts: Option<&'a ValueFacts>,
    pub(super) values: Values,
    pub(super) letters: Letters,
}

impl Work<'_> {
    /// Describes a variable and how it is delivered.
    pub(super) fn variable(&mut self, found: &Found<'_>) -> Result<(Variable, Delivery)> {
        let stored = found.stored;
        let storage = stored.storage;
        let kept = self.kept.variable(&stored.name);
        let (is_kept, has_kind) = (kept.is_some(), kept.as_ref().is_some_and(|(_, has_kind)| *has_kind));
        let mut variable = kept.map_or_else(Variable::default, |(variable, _)| variable);
        variable.name = self.name(&variable.name, &stored.name);
        let in_utc = has_kind && is_in_utc(&variable.kind, self.kept.clock(&stored.name));
        let column = match found.column {
            ColumnType::DateTime if in_utc => ColumnType::DateTimeUtc,
            column => column,
        };
        self.texts(&mut variable, stored);
        let natural = column.arrow(storage);
        // The clock of plain numbers is known only where it is recorded.
        let unclear = matches!(variable.kind, Kind::DateTime { zone: Some(_), .. })
            && column != ColumnType::DateTimeUtc
            && !in_utc;
        let evidence = Evidence { facts: found.facts, values: found.values };
        let restored = has_kind && !unclear && evidence.restores(&variable.kind, &natural);
        let mut values = if has_kind { self.kept.letters(&stored.name) } else { BTreeMap::new() };
        if !restored {
            variable.kind = kind_of(column, storage);
            // What was declared of another kind need not be values of this one.
            let is_value = |missing: &Declared| span(&missing.values, &variable.kind).is_some();
            if !variable.missing.iter().all(|missing| missing.is_reason() || is_value(missing)) {
                variable.missing.clear();
                values.clear();
            }
        }
        let mut letters = recorded_letters(&variable, &values, self.present_letters(found));
        for letter in &mut letters {
            letter.value = letter.value.take().filter(|value| is_of_kind(value, &variable.kind));
        }
        self.attach_set(&mut variable, stored, &letters, is_kept);
        self.declare(&mut variable, stored, &letters);
        if found.letters == Letters::Null {
            variable.missing.retain(|missing| !missing.is_reason());
        }
        self.formats(&mut variable, found, is_kept);
        let delivery = Delivery::new(found.index, &variable, &letters, in_utc)?;
        Ok((variable, delivery))
    }

    /// The name in the codebook of a variable, unless another one has it.
    fn name(&mut self, kept: &str, stored: &str) -> String {
        let original = self.kept.name(stored).or(Some(kept).filter(|name| !name.is_empty()));
        let name = match original {
            Some(original) if !self.taken.contains(original) => original,
            _ => stored,
        };
        self.taken.insert(name.to_owned());
        name.to_owned()
    }

    /// Label, notes and attributes.
    fn texts(&self, variable: &mut Variable, stored: &reader::Variable) {
        if variable.label.is_empty() {
            variable.label = Text::new(&stored.label);
            for (language, tag) in &self.languages {
                if let Some(label) = self.kept.label(&stored.name, language) {
                    variable.label.set(tag, label);
                }
            }
        }
        if variable.notes.is_empty() {
            variable.notes = self.kept.notes(&stored.name).into_iter().map(Text::new).collect();
        }
        for (name, contents) in self.kept.free(&stored.name) {
            variable.attributes.entry(name.to_owned()).or_insert_with(|| Attribute::One(contents.to_owned()));
        }
    }

    /// Letters that a variable declares: those that occur and those with a label, or all of them.
    fn present_letters(&self, found: &Found<'_>) -> Vec<Missing> {
        let (stored, letters) = (found.stored, found.letters);
        let extended = self.dictionary.release.has_extended_missing();
        if stored.storage.is_string() || letters == Letters::Null || !extended {
            return Vec::new();
        }
        if letters == Letters::All {
            return (1..Missing::COUNT).filter_map(Missing::from_number).collect();
        }
        let mut present: Vec<Missing> = found.facts.into_iter().flat_map(ValueFacts::letters).collect();
        if let Some(set) = self.sets.get(stored.value_labels.as_str()) {
            let letters = set.iter().filter_map(|(value, _)| Missing::from_long(value));
            present.extend(letters.filter(|missing| *missing != Missing::SYSTEM));
        }
        present.sort_unstable();
        present.dedup();
        present
    }

    /// Display format, alignment and the facts that the file vouches for; `is_kept` says that our writer recorded the
    /// former two.
    fn formats(&self, variable: &mut Variable, found: &Found<'_>, is_kept: bool) {
        let stored = found.stored;
        let format = variable.format.get_or_insert_with(|| match is_kept {
            true => DisplayFormat::default(),
            false => display_format(&stored.format),
        });
        format.native.insert("stata".to_owned(), stored.format.clone());
        if !is_kept && stored.format.starts_with("%-") {
            variable.alignment = Some(Alignment::Left);
        }
        // What the writer recorded may be out of date, what the file says is not. The width of a string says little:
        // most of it may be unused, and characters that cannot be read take more bytes than they had.
        variable.facts = DeclaredFacts::default();
        let plain = matches!(variable.kind, Kind::Integer { .. }) && found.column == ColumnType::Number;
        let only_reasons = variable.missing.iter().all(Declared::is_reason);
        if let (true, true, Some((min, max))) = (plain, only_reasons, found.facts.and_then(ValueFacts::range))
        {
            variable.facts.min = Some(Value::Integer(min as i64));
            variable.facts.max = Some(Value::Integer(max as i64));
        }
    }
}

/// Whether a column without zone holds the instants of a kind that has one.
fn is_in_utc(kind: &Kind, clock: Option<&str>) -> bool {
    matches!(kind, Kind::DateTime { zone: Some(_), .. }) && clock == Some(CLOCK_UTC)
}

/// Width and decimals of `%w.d…`; other formats say nothing that a codebook shares.
fn display_format(format: &str) -> DisplayFormat {
    let mut shown = DisplayFormat::default();
    let digits = format.trim_start_matches(['%', '-', '~', '0']);
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let (width, rest) = digits.split_at(end);
    shown.width = width.parse().ok();
    if let Some(rest) = rest.strip_prefix(['.', ',']) {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        shown.decimals = rest.get(..end).and_then(|decimals| decimals.parse().ok());
    }
    shown
}
