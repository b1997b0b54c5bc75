//! Files that declare missing values by the values themselves and label every value, as SPSS does: what such a file says now
//! holds where it has changed.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::digest::{Said, Since};
use super::labels::{Labels, number};
use super::texts::{InFile, prefer_in};
use crate::codebook::{
    Codebook, Kind, Missing, MissingValues, Text, Value, ValueLabel, ValueLabels, Variable,
};
use crate::doubles;
use crate::loss::{Loss, LossCode};

/// By declaration, the number that stands for a reason in the file; none for other declarations.
pub type ReasonCodes = Vec<Option<f64>>;

/// What a reader knows of a file in which days and times are numbers, so that these tell what is the same, whatever the kinds
/// that the file and a codebook say.
pub trait StoredNumbers {
    /// What the file says, of kinds that hold its rows.
    fn described(&self) -> Codebook;
    /// The numbers of the reasons that [`StoredNumbers::described`] declares of a variable, by its position, in their order.
    fn reasons(&self, position: usize) -> &[f64];
    /// The number that is stored for a value of a kind of days or times.
    fn number(&self, value: &Value, kind: &Kind) -> Option<f64>;
    /// The value of a kind of days or times that a number is stored for.
    fn value(&self, number: f64, kind: &Kind) -> Option<Value>;
}

/// The numbers of the reasons that a file's own codebook declares.
pub(super) fn own_codes(own: &Variable, reasons: &[f64]) -> ReasonCodes {
    let mut numbers = reasons.iter().copied();
    own.missing.iter().map(|it| if it.is_reason() { numbers.next() } else { None }).collect()
}

/// Single values beyond these make a range where they have no other place.
const MOST_SINGLES: usize = 3;

/// A column as the file describes it.
pub(super) struct Column<'a> {
    pub(super) own: &'a Variable,
    /// The kind of what the stored codebook declares and labels.
    pub(super) stored_kind: &'a Kind,
    /// The numbers of its own reasons.
    pub(super) reasons: &'a [f64],
    pub(super) numbers: Option<&'a dyn StoredNumbers>,
}

impl Column<'_> {
    /// Whether all that the file declares missing and labels are values of the kind of a variable, but the numbers of reasons.
    pub(super) fn holds_all(&self, variable: &Variable, codes: &[Option<f64>], labels: &Labels<'_>) -> bool {
        let is_code =
            |value: &Value| codes.iter().flatten().any(|code| number(&Value::Float(*code)) == number(value));
        let holds = |value: &Value| match &variable.kind {
            Kind::Boolean => matches!(number(value), Value::Integer(0 | 1)),
            Kind::Integer { .. } => value.as_i64().is_some(),
            // Other kinds hold all numbers, and those of days and times are told apart.
            _ => true,
        };
        let holds = |value: &Value| is_code(value) || holds(value);
        let declared = self.declared();
        let mut missing = declared.iter().map(|missing| match &missing.values {
            MissingValues::Reason => true,
            MissingValues::One(value) => holds(value),
            // No truth value is between others.
            MissingValues::Range { low: None, .. } | MissingValues::Range { high: None, .. }
                if variable.kind == Kind::Boolean =>
            {
                false
            }
            MissingValues::Range { low, high } => low.iter().chain(high).all(holds),
        });
        let set = self.labels(labels.of_file(self.own));
        missing.all(|holds| holds) && set.entries.iter().all(|entry| holds(&entry.value))
    }

    /// A value by its number.
    fn raw(&self, value: &Value, kind: &Kind) -> Value {
        if *kind == Kind::Boolean {
            return number(value);
        }
        let raw = self.numbers.filter(|_| kind.is_temporal()).and_then(|it| it.number(value, kind));
        raw.map_or_else(|| value.clone(), |raw| number(&Value::Float(raw)))
    }

    /// A number as a value of a kind; `None` where it is none of the kind's.
    fn value(&self, raw: &Value, kind: &Kind) -> Option<Value> {
        match (self.numbers, raw.as_f64()) {
            _ if *kind == Kind::Boolean => match number(raw) {
                Value::Integer(truth @ (0 | 1)) => Some(Value::Boolean(truth == 1)),
                _ => None,
            },
            (Some(numbers), Some(number)) if kind.is_temporal() => numbers.value(number, kind),
            _ => Some(raw.clone()),
        }
    }

    fn raw_missing(&self, missing: &Missing, kind: &Kind) -> Missing {
        let end = |end: &Option<Value>| end.as_ref().map(|value| self.raw(value, kind));
        let values = match &missing.values {
            MissingValues::Reason => MissingValues::Reason,
            MissingValues::One(value) => MissingValues::One(self.raw(value, kind)),
            MissingValues::Range { low, high } => MissingValues::Range { low: end(low), high: end(high) },
        };
        Missing { values, ..missing.clone() }
    }

    /// What the file declares, by numbers; those of reasons are single values.
    fn declared(&self) -> Vec<Missing> {
        let codes = own_codes(self.own, self.reasons);
        let raw = |(missing, code): (&Missing, Option<f64>)| match code {
            Some(code) => Missing::value(number(&Value::Float(code))),
            None => self.raw_missing(missing, &self.own.kind),
        };
        self.own.missing.iter().zip(codes).map(raw).collect()
    }

    /// The labels that the file has by numbers, those of reasons among them.
    fn labels<'f>(&self, file: Option<&'f ValueLabels>) -> Cow<'f, ValueLabels> {
        if self.reasons.is_empty() && !self.own.kind.is_temporal() {
            return file.map_or_else(Cow::default, Cow::Borrowed);
        }
        let entries = file.into_iter().flat_map(|set| &set.entries);
        let mut raw = ValueLabels::new();
        raw.entries.extend(entries.map(|entry| {
            let value = self.raw(&entry.value, &self.own.kind);
            ValueLabel { value, ..entry.clone() }
        }));
        for (missing, code) in self.own.missing.iter().zip(own_codes(self.own, self.reasons)) {
            // A reason without a label is called by its number.
            if let Some(code) = code.filter(|code| missing.label != doubles::shown(*code).into()) {
                raw.entries.push(ValueLabel::new(number(&Value::Float(code)), missing.label.clone()));
            }
        }
        Cow::Owned(raw)
    }
}

/// Takes missing values and value labels that are not as the file was written: `codes` are the numbers of the reasons of
/// `variable`, and stay those. `languages` are those in which the file had its texts, if these are known. What the variable cannot
/// declare as the file does is told.
pub(super) fn take(
    variable: &mut Variable,
    column: &Column<'_>,
    codes: &mut ReasonCodes,
    labels: &mut Labels<'_>,
    languages: Option<InFile<'_>>,
    since: impl Fn(Said) -> Since,
) -> Vec<Loss> {
    let mut told = Vec::new();
    codes.resize(variable.missing.len(), None);
    let own = column.own;
    let is_temporal = variable.kind.is_temporal() || column.stored_kind.is_temporal();
    let known: Vec<(Value, Value)> = singles(&variable.missing)
        .map(|value| (column.raw(value, column.stored_kind), value.clone()))
        .collect();
    for missing in &mut variable.missing {
        *missing = column.raw_missing(missing, column.stored_kind);
    }
    let file = column.labels(labels.of_file(own));
    let mut changed = since(Said::ValueLabels) != Since::Same;
    if since(Said::Missing) != Since::Same {
        let labelled = |missing: &[Missing]| missing.iter().filter(|it| !it.label.is_empty()).count();
        let before = labelled(&variable.missing);
        let declared = column.declared();
        if since(Said::Missing) == Since::Changed {
            told.extend(declared.iter().find_map(|range| as_singles(range, variable, codes)));
        }
        self::declared(variable, codes, &declared);
        // What is declared no more may be labelled still, and labels of reasons among days are told with these.
        changed |= is_temporal || labelled(&variable.missing) < before;
        reasons(variable, codes, column, &known);
    }
    if changed {
        labelled(variable, codes, &file, languages);
    }
    variable.labels = match changed {
        true => labels
            .add_set(variable, own, |stored, _| entries((variable, codes), column, stored, &file, languages)),
        false => labels.add_set(variable, own, |stored, _| stored.cloned().unwrap_or_default()),
    };
    told.extend(values(variable, codes, column, &known));
    told
}

/// The single values that are declared.
fn singles(missing: &[Missing]) -> impl Iterator<Item = &Value> {
    missing.iter().filter_map(|missing| match &missing.values {
        MissingValues::One(value) => Some(value),
        _ => None,
    })
}

/// Makes reasons of declared numbers that are reasons in the file's own codebook and that the stored one did not declare.
fn reasons(variable: &mut Variable, codes: &mut ReasonCodes, column: &Column<'_>, known: &[(Value, Value)]) {
    for (missing, code) in variable.missing.iter_mut().zip(codes) {
        let MissingValues::One(value) = &missing.values else { continue };
        let own = value.as_f64().filter(|number| column.reasons.contains(number));
        let is_value = variable.kind == *column.stored_kind && known.iter().any(|(raw, _)| raw == value);
        if let Some(number) = own.filter(|_| !is_value) {
            *missing = Missing::reason().label(doubles::shown(number));
            *code = Some(number);
        }
    }
}

/// The loss of a range that another program declares among days where a file of ours has the single numbers in it.
fn as_singles(range: &Missing, variable: &Variable, codes: &[Option<f64>]) -> Option<Loss> {
    let singles = variable.missing.iter().filter(|it| !matches!(it.values, MissingValues::Range { .. }));
    let is_new = singles.count() <= MOST_SINGLES && stands_for_singles(range, variable, codes);
    let action = "the range that another program declares missing is read as the single numbers in it";
    is_new.then(|| Loss::new(LossCode::MISSING_DROPPED, action))
}

/// Makes values of the variable's kind of the numbers that are declared; the loss of those that are none.
fn values(
    variable: &mut Variable,
    codes: &mut ReasonCodes,
    column: &Column<'_>,
    known: &[(Value, Value)],
) -> Option<Loss> {
    let kind = variable.kind.clone();
    if kind != Kind::Boolean && (!kind.is_temporal() || column.numbers.is_none()) {
        return None;
    }
    let is_same_kind = kind == *column.stored_kind;
    let as_stored = |raw: &Value| known.iter().find(|(known, _)| is_same_kind && known == raw);
    let value = |raw: &Value| match as_stored(raw) {
        Some((_, value)) => Some(value.clone()),
        None => column.value(raw, &kind),
    };
    let end = |end: Option<Value>| match end {
        Some(raw) => value(&raw).map(Some),
        None => Some(None),
    };
    let all = std::mem::take(&mut variable.missing).into_iter().zip(std::mem::take(codes));
    let count = all.len();
    for (mut missing, mut code) in all {
        missing.values = match missing.values {
            MissingValues::Reason => MissingValues::Reason,
            MissingValues::One(raw) => match (value(&raw), raw.as_f64()) {
                (Some(value), _) => MissingValues::One(value),
                (None, None) => continue,
                (None, Some(number)) => {
                    code = Some(number);
                    if missing.label.is_empty() {
                        missing.label = doubles::shown(number).into();
                    }
                    MissingValues::Reason
                }
            },
            MissingValues::Range { low, high } => match (end(low), end(high)) {
                (Some(low), Some(high)) => MissingValues::Range { low, high },
                _ => continue,
            },
        };
        variable.missing.push(missing);
        codes.push(code);
    }
    let action = format!("numbers that the file declares missing are none of the kind {kind}");
    let dropped = count - variable.missing.len();
    (dropped > 0).then(|| Loss::new(LossCode::MISSING_DROPPED, action).count(dropped as u64))
}

/// Keeps of the stored declarations those that the file still makes, and adds those that it makes besides, in its order.
fn declared(variable: &mut Variable, codes: &mut ReasonCodes, own: &[Missing]) {
    let is_range = |missing: &&Missing| matches!(missing.values, MissingValues::Range { .. });
    let new_range = own.iter().filter(is_range).find(|range| {
        variable.missing.iter().all(|stored| !is_same(stored, range))
            && !stands_for_singles(range, variable, codes)
    });
    let is_declared = |value: &Value| own.iter().any(|other| other.contains(value));
    let is_kept = |(missing, code): &(Missing, Option<f64>)| match (&missing.values, code) {
        // In a new range of other values, too, the numbers of reasons are values.
        (MissingValues::Reason, Some(code)) => {
            let code = Value::Float(*code);
            is_declared(&code) && new_range.is_none_or(|range| !range.contains(&code))
        }
        (MissingValues::Reason, None) => true,
        (MissingValues::One(value), _) => {
            is_declared(value) && new_range.is_none_or(|range| !range.contains(value))
        }
        (MissingValues::Range { .. }, _) => own.iter().any(|other| is_same(missing, other)),
    };
    let all = std::mem::take(&mut variable.missing).into_iter().zip(std::mem::take(codes));
    (variable.missing, *codes) = all.filter(is_kept).unzip();
    let is_known = |other: &Missing| match &other.values {
        MissingValues::One(value) => {
            variable.missing.iter().any(|stored| stored.contains(value))
                || codes.iter().flatten().any(|code| other.contains(&Value::Float(*code)))
        }
        _ => Some(other) != new_range,
    };
    let new: Vec<Missing> = own.iter().filter(|other| !is_known(other)).cloned().collect();
    variable.missing.extend(new);
    codes.resize(variable.missing.len(), None);
    if !own.iter().any(|other| is_range(&other)) {
        let place = |(missing, code): &(Missing, Option<f64>)| {
            let value = match (&missing.values, code) {
                (MissingValues::One(value), _) => value.clone(),
                (_, code) => Value::Float((*code)?),
            };
            own.iter().position(|other| other.contains(&value))
        };
        let all = std::mem::take(&mut variable.missing).into_iter().zip(std::mem::take(codes));
        let mut all: Vec<(Missing, Option<f64>)> = all.collect();
        all.sort_by_key(|one| place(one).unwrap_or(usize::MAX));
        (variable.missing, *codes) = all.into_iter().unzip();
    }
}

/// Gives reasons, and declarations that tell the label of their value, the label that the file has on it now.
fn labelled(
    variable: &mut Variable,
    codes: &[Option<f64>],
    file: &ValueLabels,
    languages: Option<InFile<'_>>,
) {
    for (missing, code) in variable.missing.iter_mut().zip(codes) {
        let value = match (&missing.values, code) {
            (MissingValues::One(value), _) if !missing.label.is_empty() => value.clone(),
            (MissingValues::Reason, Some(code)) => Value::Float(*code),
            _ => continue,
        };
        let wanted = number(&value);
        match file.entries.iter().find(|entry| number(&entry.value) == wanted) {
            Some(entry) => prefer_in(languages, &mut missing.label, &entry.label),
            None => {
                // A reason that has no letter is called by its number.
                let called = code.filter(|_| missing.letter.is_none()).map(doubles::shown);
                missing.label = called.map_or_else(Text::default, Text::from);
            }
        }
    }
}

/// The labels that the file has, those of values alone: numbers of reasons are none, and a declaration tells the label of its
/// value where it did so before.
fn entries(
    (variable, codes): (&Variable, &[Option<f64>]),
    column: &Column<'_>,
    stored: Option<&ValueLabels>,
    file: &ValueLabels,
    languages: Option<InFile<'_>>,
) -> ValueLabels {
    let stored = stored.into_iter().flat_map(|set| &set.entries);
    let raw = |entry: &ValueLabel| number(&column.raw(&entry.value, column.stored_kind));
    let known: BTreeMap<Value, &ValueLabel> = stored.map(|entry| (raw(entry), entry)).collect();
    let is_code =
        |value: &Value| codes.iter().flatten().any(|code| number(&Value::Float(*code)) == number(value));
    let is_told = |value: &Value| {
        let is_one =
            |missing: &&Missing| matches!(missing.values, MissingValues::One(_)) && !missing.label.is_empty();
        variable.missing.iter().filter(is_one).any(|missing| missing.contains(value))
    };
    let is_same_kind = variable.kind == *column.stored_kind;
    let tells_apart = variable.kind.is_temporal() || *column.stored_kind == Kind::Boolean;
    let mut labels = ValueLabels::new();
    for entry in file.entries.iter().filter(|entry| !is_code(&entry.value)) {
        let mut entry = entry.clone();
        let value = column.value(&entry.value, &variable.kind);
        match known.get(&number(&entry.value)) {
            Some(stored) => {
                let label = std::mem::replace(&mut entry, (*stored).clone()).label;
                if let Some(value) = value.filter(|_| !is_same_kind && tells_apart) {
                    entry.value = value;
                }
                prefer_in(languages, &mut entry.label, &label);
            }
            None if is_told(&entry.value) => continue,
            None => entry.value = value.unwrap_or(entry.value),
        }
        labels.entries.push(entry);
    }
    labels
}

fn is_same(one: &Missing, other: &Missing) -> bool {
    let same = |one: &Option<Value>, other: &Option<Value>| match (one, other) {
        (Some(one), Some(other)) => number(one) == number(other),
        (one, other) => one.is_none() && other.is_none(),
    };
    match (&one.values, &other.values) {
        (MissingValues::Range { low, high }, MissingValues::Range { low: other_low, high: other_high }) => {
            same(low, other_low) && same(high, other_high)
        }
        (one, other) => one == other,
    }
}

/// Whether all whole numbers from one to another are among these.
fn are_all_within(low: Value, high: Value, singles: &[Value]) -> bool {
    let (Value::Integer(low), Value::Integer(high)) = (low, high) else { return false };
    let is_short = high.saturating_sub(low) < singles.len() as i64;
    is_short && (low..=high).all(|number| singles.contains(&Value::Integer(number)))
}

/// Whether a range is how the file declares single values and reasons alone, of which it has no more places.
fn stands_for_singles(range: &Missing, variable: &Variable, codes: &[Option<f64>]) -> bool {
    let MissingValues::Range { low: Some(low), high: Some(high) } = &range.values else { return false };
    let singles = variable.missing.iter().filter_map(|missing| match &missing.values {
        MissingValues::One(value) => Some(number(value)),
        _ => None,
    });
    let singles: Vec<Value> =
        singles.chain(codes.iter().flatten().map(|code| number(&Value::Float(*code)))).collect();
    let ends_are_singles = [low, high].into_iter().all(|end| singles.contains(&number(end)));
    // Days and times have no range of numbers that are none.
    let are_all = || variable.kind.is_temporal() && are_all_within(number(low), number(high), &singles);
    ends_are_singles && (singles.len() > MOST_SINGLES || are_all())
}
