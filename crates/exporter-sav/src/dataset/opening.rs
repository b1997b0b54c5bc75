//! From what a file says, what our writer recorded in it and what its rows hold to one codebook.

use arrow_schema::DataType;
use exporter_core::codebook::{Codebook, Kind, Missing, MissingValues, Parent, Period, Value, Variable};
use exporter_core::dataset::arrow_type;
use exporter_core::embedded::{
    Embedded, ReasonCodes, Restored, StoredNumbers, detach_foreign_labels, restore_numbers,
};
use exporter_core::{Loss, LossCode, Projection};
use exporter_rows::{fits_by_range, is_calendar, only_values_tell};
use exporter_spss::Value as Stored;

use crate::dataset::delivery::Delivery;
use crate::dataset::embedded::stored;
use crate::dataset::facts::{Looked, NumberFacts, Seen};
use crate::dataset::groups::without_strangers;
use crate::dataset::kinds::{declared, fits, kinds_of, number, reason_numbers, refined};
use crate::dataset::plain::{plain_of, range_of};
use crate::dataset::values::described;
use crate::metadata::{SavMetadata, SavVariable};

/// What is known before the rows are looked at.
pub(super) struct Opening<'r> {
    metadata: &'r SavMetadata,
    stem: &'r str,
    /// Numbers that are reasons where the stored codebook does not say that they are values.
    reasons: Vec<Vec<f64>>,
    /// The kinds that formats, labels and missing values say.
    by_format: Vec<Kind>,
    /// What the file says of itself.
    plain: Codebook,
    stored: Option<Embedded>,
    /// The stored codebook, presumed that all rows are as it says.
    claimed: Option<Restored>,
    not_used: Vec<Loss>,
}

/// A codebook, and how its variables are delivered.
pub(super) struct Opened {
    pub(super) codebook: Codebook,
    pub(super) parent: Option<Parent>,
    pub(super) columns: Vec<Delivery>,
    /// What of the stored codebook is not used; no table is named.
    pub(super) not_used: Vec<Loss>,
}

impl<'r> Opening<'r> {
    pub(super) fn new(metadata: &'r SavMetadata, stem: &'r str) -> Self {
        let mut not_used = Vec::new();
        let stored = stored(metadata, &mut not_used);
        let reasons = reason_numbers(metadata);
        let by_format = kinds_of(metadata, &reasons);
        let main = stored.as_ref().and_then(Embedded::language);
        let plain = plain_of(metadata, stem, &by_format, &reasons, main);
        let claim = |stored| {
            let numbers = Numbers { reasons: &reasons, described: &|| plain.clone() };
            restore_numbers(stored, plain.clone(), &|_, _| true, &numbers)
        };
        let claimed = stored.clone().map(claim);
        Self { metadata, stem, reasons, by_format, plain, stored, claimed, not_used }
    }

    /// The variables whose rows must be looked at: all projected numbers, and texts that were recorded as something else.
    pub(super) fn looked(&self, projection: &Projection) -> Vec<Looked> {
        let mut looked = Vec::new();
        for (position, variable) in self.metadata.variables.iter().enumerate() {
            let claimed = self.claimed_variable(position);
            let is_text = variable.width.is_some();
            let claim =
                claimed.map(|claimed| arrow_type(&claimed.kind)).filter(|kind| is_claim(is_text, kind));
            let described = claimed.map_or(&variable.name, |claimed| &claimed.name);
            let is_projected = projection.has(&variable.name) || projection.has(described);
            if !is_projected || is_text && claim.is_none() {
                continue;
            }
            // Numbers that stand for reasons have made another kind of the format's.
            let kinds = claimed.map(|claimed| &claimed.kind).into_iter().chain(self.by_format.get(position));
            let period = kinds.into_iter().find_map(|kind| match kind {
                Kind::Period(period) if *period != Period::Year => Some(*period),
                _ => None,
            });
            let codes = self.codes(position).collect();
            let range = self.range_of_singles(position);
            looked.push(Looked { variable: position, period, codes, range, claim });
        }
        looked
    }

    /// The numbers of a variable that stand for reasons.
    fn codes(&self, position: usize) -> impl Iterator<Item = f64> {
        let claimed = self.claimed.as_ref().and_then(|claimed| claimed.codes.get(position));
        let claimed = claimed.into_iter().flatten().flatten();
        let own = self.reasons.get(position).filter(|_| self.claimed.is_none());
        claimed.chain(own.into_iter().flatten()).copied()
    }

    /// The range by which the file declares single numbers and reasons of the stored codebook, and these.
    fn range_of_singles(&self, position: usize) -> Option<((f64, f64), Vec<f64>)> {
        let (low, high) = self.metadata.variables.get(position)?.missing.range?;
        let (mut numbers, claimed) =
            (self.codes(position).collect::<Vec<f64>>(), self.claimed_variable(position)?);
        for missing in &claimed.missing {
            match &missing.values {
                MissingValues::Reason => {}
                MissingValues::One(value) => {
                    numbers.push(Stored::of(value, &claimed.kind)?.as_number()?);
                }
                MissingValues::Range { .. } => return None,
            }
        }
        Some(((low.unwrap_or(f64::NEG_INFINITY), high.unwrap_or(f64::INFINITY)), numbers))
    }

    fn claimed_variable(&self, position: usize) -> Option<&Variable> {
        self.claimed.as_ref()?.codebook.tables.first()?.variables.get(position)
    }

    fn is_text(&self, position: usize) -> bool {
        self.metadata.variables.get(position).is_some_and(|variable| variable.width.is_some())
    }

    /// Whether the rows of a variable are delivered as a kind.
    fn fits_rows(&self, position: usize, kind: &Kind, facts: Option<&NumberFacts>) -> bool {
        // The clock of a number is known only where it is recorded.
        let is_zoned = matches!(kind, Kind::DateTime { zone: Some(_), .. });
        let is_recorded = || {
            let name = self.claimed.as_ref()?.written_names.get(position)?.as_ref()?;
            Some(self.stored.as_ref()?.cells.utc.contains(name))
        };
        (!is_zoned || is_recorded() == Some(true))
            && (!kind.is_temporal() || self.fits_declared(position, kind))
            && delivers(self.is_text(position), kind, facts)
    }

    /// Whether the numbers that the file declares missing or labels are values of a kind, but those that stand for reasons.
    fn fits_declared(&self, position: usize, kind: &Kind) -> bool {
        let Some(variable) = self.metadata.variables.get(position) else { return true };
        let is_code = |number: &f64| self.codes(position).any(|code| code == *number);
        let period = match kind {
            Kind::Period(period) => Some(*period),
            _ => None,
        };
        let mut facts = NumberFacts::default();
        let set = variable.value_labels.and_then(|set| self.metadata.value_labels.get(set));
        let labelled = set.into_iter().flat_map(|set| &set.labels).filter_map(|(value, _)| number(value));
        let numbers = declared(&variable.missing).chain(labelled);
        numbers.filter(|number| !is_code(number)).for_each(|number| facts.look(number, period));
        fits(kind, &facts)
    }

    /// The codebook, once the rows were looked at.
    pub(super) fn finish(mut self, seen: Option<&Seen>) -> Opened {
        let found = |position: usize| seen.and_then(|seen| seen.variables.get(&position));
        let seen_kinds = self.refined_by(&found);
        let described = || match seen_kinds == self.by_format {
            true => self.plain.clone(),
            false => {
                let main = self.stored.as_ref().and_then(Embedded::language);
                plain_of(self.metadata, self.stem, &seen_kinds, &self.reasons, main)
            }
        };
        let (mut codebook, parent, recorded) = match &self.stored {
            Some(stored) => {
                let fits = |position: usize, kind: &Kind| self.fits_rows(position, kind, found(position));
                let numbers = Numbers { reasons: &self.reasons, described: &described };
                let Restored { codebook, parent, losses, codes, .. } =
                    restore_numbers(stored.clone(), self.plain.clone(), &fits, &numbers);
                self.not_used.extend(losses);
                (codebook, parent, codes)
            }
            None => {
                let codebook = described();
                let codes = coded(&codebook, &self.reasons);
                (codebook, None, codes)
            }
        };
        let mut columns = Vec::with_capacity(self.metadata.variables.len());
        for (position, variable) in
            codebook.tables.iter_mut().flat_map(|table| &mut table.variables).enumerate()
        {
            let mut codes = recorded.get(position).cloned().unwrap_or_default();
            let stored = self.metadata.variables.get(position);
            let has_range =
                variable.missing.iter().any(|it| matches!(it.values, MissingValues::Range { .. }));
            let is_beyond = !has_range && found(position).is_some_and(|facts| facts.in_range);
            if let Some(stored) = stored.filter(|_| is_beyond) {
                // Another program has written numbers between those that were declared, and holds them to be missing.
                codes.resize(variable.missing.len(), None);
                variable.missing.extend(range_of(stored, &variable.kind));
            }
            self.not_used.extend(without_other_values(variable, &mut codes));
            complete(variable, stored, &codes);
            self.not_used.extend(self.lost_calendar(position, variable));
            columns.push(Delivery::new(position, variable, &codes));
        }
        self.not_used.extend(detach_foreign_labels(&mut codebook));
        self.not_used.extend(without_strangers(&mut codebook));
        Opened { codebook, parent, columns, not_used: self.not_used }
    }

    /// The kinds that hold the rows.
    fn refined_by<'f>(&self, found: &impl Fn(usize) -> Option<&'f NumberFacts>) -> Vec<Kind> {
        let kind = |(position, kind): (usize, &Kind)| match found(position) {
            Some(facts) if !self.is_text(position) => refined(kind.clone(), facts),
            _ => kind.clone(),
        };
        self.by_format.iter().enumerate().map(kind).collect()
    }

    /// The loss that dates or times are, which the values have made numbers.
    fn lost_calendar(&self, position: usize, variable: &Variable) -> Option<Loss> {
        let was_time = self.by_format.get(position).is_some_and(Kind::is_temporal);
        let is_lost = was_time && matches!(variable.kind, Kind::Float { .. }) && self.stored.is_none();
        let action = "dates or times read as numbers of seconds: some are beyond the calendar";
        is_lost.then(|| Loss::new(LossCode::KIND_CHANGED, action).variable(&variable.name))
    }
}

/// The numbers of a file, for what was stored in it.
struct Numbers<'n> {
    reasons: &'n [Vec<f64>],
    described: &'n dyn Fn() -> Codebook,
}

impl StoredNumbers for Numbers<'_> {
    fn described(&self) -> Codebook {
        (self.described)()
    }

    fn reasons(&self, position: usize) -> &[f64] {
        self.reasons.get(position).map_or(&[], Vec::as_slice)
    }

    fn number(&self, value: &Value, kind: &Kind) -> Option<f64> {
        Stored::of(value, kind)?.as_number()
    }

    fn value(&self, number: f64, kind: &Kind) -> Option<Value> {
        let value = described(&Stored::Number(number), kind)?;
        // A day is that of its first second alone.
        (self.number(&value, kind) == Some(number)).then_some(value)
    }
}

/// Whether only the values tell that a variable is of a recorded type.
fn is_claim(is_text: bool, target: &DataType) -> bool {
    let natural = if is_text { DataType::Utf8 } else { DataType::Float64 };
    only_values_tell(&natural, target) && !is_calendar(target) || is_text && *target == DataType::Binary
}

/// Whether the rows of a variable can be delivered as a kind.
fn delivers(text: bool, kind: &Kind, facts: Option<&NumberFacts>) -> bool {
    let target = arrow_type(kind);
    if text {
        return target == DataType::Utf8
            || match facts {
                Some(facts) => facts.claim,
                // Nobody wants the rows, so they are presumed to be as they were written.
                None => is_claim(true, &target) || fits_by_range(&DataType::Utf8, &target, true, None),
            };
    }
    let Some(facts) = facts else { return true };
    let is_numeric = !matches!(kind, Kind::Text | Kind::Binary) && !kind.is_nested();
    is_numeric
        && match kind {
            Kind::Decimal { .. } | Kind::Float { bits: 32 } => facts.claim,
            kind => fits(kind, facts),
        }
}

/// Takes declared values that are none of a variable's kind out, and their numbers out of `codes`; the loss of reading that
/// this is.
fn without_other_values(variable: &mut Variable, codes: &mut ReasonCodes) -> Option<Loss> {
    codes.resize(variable.missing.len(), None);
    let kind = variable.kind.clone();
    let all = std::mem::take(&mut variable.missing).into_iter().zip(std::mem::take(codes));
    let count = all.len();
    (variable.missing, *codes) = all.filter(|(missing, _)| is_of(missing, &kind)).unzip();
    let dropped = count - variable.missing.len();
    let action = format!("missing values that the stored codebook declares are none of the kind {kind}");
    let loss = Loss::new(LossCode::MISSING_DROPPED, action).variable(&variable.name);
    (dropped > 0).then(|| loss.count(dropped as u64))
}

/// Whether a declared value is one of the kind's.
fn is_of(missing: &Missing, kind: &Kind) -> bool {
    let holds = |value: &Option<Value>| value.as_ref().is_none_or(|value| kind.holds(value));
    match &missing.values {
        MissingValues::One(value) => kind.holds(value),
        MissingValues::Range { low, high } => holds(low) && holds(high),
        MissingValues::Reason => true,
    }
}

/// The numbers of the reasons of a codebook by declaration.
fn coded(codebook: &Codebook, reasons: &[Vec<f64>]) -> Vec<ReasonCodes> {
    let variables = codebook.tables.iter().flat_map(|table| &table.variables);
    let of_variable = |(variable, numbers): (&Variable, &Vec<f64>)| {
        let mut numbers = numbers.iter().copied();
        variable.missing.iter().map(|it| if it.is_reason() { numbers.next() } else { None }).collect()
    };
    variables.zip(reasons).map(of_variable).collect()
}

/// What the file says of a variable beside what was restored: the width of texts, and the numbers of reasons, which a copy of
/// the file has again.
fn complete(variable: &mut Variable, stored: Option<&SavVariable>, codes: &ReasonCodes) {
    variable.facts = Default::default();
    let name = stored.map(|stored| &stored.name);
    variable.facts.name_in_file = name.filter(|name| **name != variable.name).cloned();
    if let Some(width) = stored.and_then(|stored| stored.width) {
        variable.facts.storage.insert("spss".to_owned(), format!("A{width}"));
    }
    variable.facts.reason_numbers = codes.iter().flatten().copied().collect();
}
