//! What its rows say of a variable: its kind, its letters and its range, and how it is delivered.

use std::collections::BTreeMap;

use exporter_core::codebook::{DisplayFormat, Kind, Missing as Declared, MissingValues, Value, Variable};
use exporter_core::missing::span;
use exporter_core::{Loss, LossCode, Result};

use crate::dataset::delivery::Delivery;
use crate::dataset::input::Letters;
use crate::dataset::kinds::{Evidence, Values, kind_of};
use crate::dataset::letters::recorded_letters;
use crate::reader::{self, ColumnType, ValueFacts};
use exporter_stata::Missing;

/// What is known of one variable of the file.
pub(super) struct FileVariable<'a> {
    /// Position in the file.
    pub(super) index: usize,
    pub(super) stored: &'a reader::Variable,
    /// How it is read.
    pub(super) column: ColumnType,
    /// Facts about its numbers, if a pass was made.
    pub(super) facts: Option<ValueFacts>,
    pub(super) values: Values,
    /// Values of its letters that its declarations do not tell.
    pub(super) letters: Option<&'a BTreeMap<char, Value>>,
    /// Whether instants are recorded to be stored in UTC, where the format does not tell.
    pub(super) in_utc: bool,
    /// Whether its cells can be `.a` to `.z`.
    pub(super) has_letters: bool,
}

impl FileVariable<'_> {
    /// Whether a column without zone holds the instants of a kind that has one.
    fn is_in_utc(&self, kind: &Kind) -> bool {
        self.in_utc && matches!(kind, Kind::DateTime { zone: Some(_), .. })
    }

    fn column_for(&self, kind: &Kind) -> ColumnType {
        match self.column {
            ColumnType::DateTime if self.is_in_utc(kind) => ColumnType::DateTimeUtc,
            column => column,
        }
    }

    /// Whether the rows can be delivered as a kind.
    pub(super) fn fits(&self, kind: &Kind) -> bool {
        let column = self.column_for(kind);
        // The clock of plain numbers is known only where it is recorded.
        let unclear = matches!(kind, Kind::DateTime { zone: Some(_), .. })
            && column != ColumnType::DateTimeUtc
            && !self.is_in_utc(kind);
        let evidence = Evidence { facts: self.facts.as_ref(), values: self.values };
        !unclear && evidence.restores(kind, &column.arrow(self.stored.storage))
    }

    /// Completes the description of the variable by its rows and says how it is delivered; `is_stored` means that our writer
    /// recorded its kind, which is kept where it fits; `losses` are those of what else it recorded.
    pub(super) fn complete(
        &self,
        variable: &mut Variable,
        is_stored: bool,
        letters: Letters,
        losses: &mut Vec<Loss>,
    ) -> Result<Delivery> {
        let mut recorded = self.letters;
        if !is_stored || !self.fits(&variable.kind) {
            variable.kind = kind_of(self.column, self.stored.storage);
            // What was declared of another kind need not be values of this one.
            let is_value = |missing: &Declared| span(&missing.values, &variable.kind).is_some();
            if !variable.missing.iter().all(|missing| missing.is_reason() || is_value(missing)) {
                variable.missing.retain(Declared::is_reason);
                recorded = None;
            }
        }
        let values = match letters {
            Letters::Null => BTreeMap::new(),
            _ => recorded_letters(variable, recorded),
        };
        let stands_for_value =
            |missing: &Declared| missing.letter.is_some_and(|letter| values.contains_key(&letter));
        variable.missing.retain(|missing| !missing.is_reason() || !stands_for_value(missing));
        match letters {
            Letters::Null => variable.missing.retain(|missing| !missing.is_reason()),
            _ => self.declare(variable, &values, letters, losses),
        }
        if !is_stored {
            variable.missing.sort_by_key(|missing| missing.letter);
        }
        let format = variable.format.get_or_insert_with(DisplayFormat::default);
        format.native.insert("stata".to_owned(), self.stored.format.clone());
        // What was recorded may be out of date, what the file says is not. The width of a string says little: most of it
        // may be unused, and characters that cannot be read take more bytes than they had.
        // Of other programs' files the codebook in this one tells.
        variable.facts = variable.facts.of_files();
        variable.facts.name_in_file = Some(self.stored.name.clone()).filter(|name| *name != variable.name);
        variable.facts.storage.insert("stata".to_owned(), self.stored.storage.to_string());
        let plain = matches!(variable.kind, Kind::Integer { .. }) && self.column == ColumnType::Number;
        let only_reasons = variable.missing.iter().all(Declared::is_reason);
        if let (true, true, Some((min, max))) =
            (plain, only_reasons, self.facts.as_ref().and_then(ValueFacts::range))
        {
            variable.facts.min = Some(Value::Integer(min as i64));
            variable.facts.max = Some(Value::Integer(max as i64));
        }
        Delivery::new((self.index, self.column), variable, &values, self.is_in_utc(&variable.kind))
    }

    /// Declares reasons for the letters that occur, or for all, unless they stand for a value.
    fn declare(
        &self,
        variable: &mut Variable,
        values: &BTreeMap<char, Value>,
        letters: Letters,
        losses: &mut Vec<Loss>,
    ) {
        let present: Vec<Missing> = match letters {
            Letters::All if self.has_letters => {
                (1..Missing::COUNT).filter_map(Missing::from_number).collect()
            }
            _ => self.facts.iter().flat_map(ValueFacts::letters).collect(),
        };
        for (missing, letter) in present.into_iter().filter_map(|missing| Some((missing, missing.letter()?)))
        {
            if values.contains_key(&letter) {
                continue;
            }
            let reason = || Declared::reason().letter(letter);
            let declared = variable.missing.iter().position(|declared| declared.letter == Some(letter));
            let Some(declared) = declared.and_then(|at| variable.missing.get_mut(at)) else {
                variable.missing.push(reason());
                continue;
            };
            // A letter has one meaning; what else was recorded for it cannot be delivered.
            if let MissingValues::Range { low, high } = &declared.values {
                let end = |end: &Option<Value>| end.as_ref().map_or_else(|| "…".to_owned(), Value::to_string);
                let (low, high) = (end(low), end(high));
                let action = format!(
                    "the file holds .{letter} for all values from {low} to {high}: read as a reason without value"
                );
                let cells = self.facts.as_ref().map_or(0, |facts| facts.cells(missing));
                let loss = Loss::new(LossCode::MISSING_REASON_MERGED, action).variable(&variable.name);
                losses.extend((cells > 0).then(|| loss.count(cells)));
            }
            if !declared.is_reason() {
                *declared = reason().label(std::mem::take(&mut declared.label));
            }
        }
    }
}
