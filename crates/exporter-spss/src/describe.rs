//! A table as SPSS holds it: everything decided that is not bytes.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use exporter_core::codebook::{
    Codebook, Group, Kind, Language, Measure, Missing, MissingValues as Declared, Role, Table, Variable,
};
use exporter_core::embedded::ReasonCodes;
use exporter_core::profile::{Number, Outside};
use exporter_core::truncate::to_characters;
use exporter_core::{
    ColumnFacts, Error, Facts, Loss, LossCode, LossReport, ProfileRequest, Rename, Result, TableId,
    TableProfile, doubles, encoded,
};

use crate::choices::{Choices, ExactOption, LabelLimit, LongTextOption, Widths, Zone};
use crate::conversion::Conversion;
use crate::display_format::{Format, Numbers, Shown};
use crate::limits::{
    FILE_LABEL_IN_HEADER, MAX_FILE_LABEL_BYTES, MAX_LABEL, MAX_TEXT_BYTES, MAX_VALUE_LABEL,
    MOST_VALUE_LABEL_BYTES,
};
use crate::missing_values::{MissingValues, tell_lost_reasons};
use crate::names::{in_encoding, unique_names};
use crate::reason_numbers::spans_at_codes;
use crate::response_sets::{ResponseSet, name_sets};
use crate::values::{Value, is_text};

/// What a table is called, labelled and shown as in SPSS, and what that loses.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct TableDescription {
    /// Label of the file.
    pub label: String,
    /// The variables in their order.
    pub variables: Vec<VariableDescription>,
    /// Multiple response sets.
    pub sets: Vec<ResponseSet>,
    /// What is lost.
    pub losses: LossReport,
    /// The names that changed.
    pub renames: Vec<Rename>,
}

/// A variable in SPSS.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct VariableDescription {
    /// Name, valid and unique in the table.
    pub name: String,
    /// Bytes of a text, 1 at least; `None` for numbers.
    pub text_bytes: Option<u64>,
    /// Label.
    pub label: String,
    /// Labelled values: those of the set, then missing values with a label of their own.
    pub labels: Arc<Vec<(Value, String)>>,
    /// Missing values.
    pub missing: MissingValues,
    /// How values become what is stored.
    pub conversion: Conversion,
    /// The numbers of reasons that rows hold beside the variable, by declaration; empty where they hold none.
    pub reasons: ReasonCodes,
    /// Display format of a number.
    pub format: Option<Format>,
    /// The clock that date-times with a zone show in a file, for people.
    pub clock: Option<String>,
    /// Level of measurement.
    pub measure: Option<Measure>,
    /// Role in analysis.
    pub role: Option<Role>,
}

/// Asks for the facts about the rows of a table that its description depends on: SPSS needs the width of every text, and
/// holds every number as a double.
pub fn needs(table: &Table, id: TableId, choices: &Choices, request: &mut ProfileRequest) {
    for (column, variable) in table.variables.iter().enumerate() {
        let kind = &variable.kind;
        let facts = match kind {
            kind if is_text(kind) && is_wide_enough(variable, choices) => Facts::NULLS,
            kind if is_text(kind) => Facts::MAX_BYTES | Facts::NULLS,
            Kind::Integer { .. } | Kind::Date | Kind::DateTime { .. } if choices.is_file() => Facts::RANGE,
            kind => doubles::needs(kind),
        };
        let is_coded = choices.is_file() && !is_text(kind) && !variable.missing.is_empty();
        let coded = if is_coded { Facts::VALID_RANGE } else { Facts::NONE };
        let told = if choices.is_file() && variable.has_reasons() { Facts::REASONS } else { Facts::NONE };
        request.column(id, column, facts | coded | told);
        if choices.is_file() {
            spans_at_codes(variable).for_each(|span| {
                request.outside(id, column, span);
            });
        }
    }
}

/// Describes a table in one language by the facts about its rows.
///
/// # Errors
/// A text or a number that a choice makes an error.
pub fn describe(
    codebook: &Codebook,
    table: &Table,
    facts: Option<&TableProfile>,
    language: Language<'_>,
    choices: &Choices,
) -> Result<TableDescription> {
    let mut described = TableDescription::default();
    let mut shared = SharedLabels::new();
    let encoded = table.variables.iter().map(|variable| in_encoding(&variable.name, choices.encoding));
    let names = unique_names(&encoded.collect::<Vec<_>>());
    for (column, (variable, name)) in table.variables.iter().zip(names).enumerate() {
        let outside = facts.and_then(|facts| facts.outside.get(&column)).map_or(&[][..], Vec::as_slice);
        let facts = facts.and_then(|facts| facts.columns.get(&column)).cloned().unwrap_or_default();
        let mut losses = Vec::new();
        if name != variable.name {
            // A header such as "Household ID (HH)" says what a variable is.
            let kept =
                if choices.is_file() && variable.label.is_empty() { "; its label is the name" } else { "" };
            let loss = Loss::new(LossCode::NAME_CHANGED, format!("written as {name}{kept}"));
            losses.push(loss.first(None, &variable.name));
            described.renames.push(Rename::variable(&table.name, &variable.name, &name));
        }
        let of = Describing { codebook, facts: &facts, outside, language, choices };
        let of_variable = of.variable(variable, name, &mut shared, &mut losses);
        described.variables.push(of_variable.map_err(|error| error.variable(&variable.name))?);
        let place = |loss: Loss| loss.table(&table.name).variable(&variable.name);
        losses.into_iter().for_each(|loss| described.losses.add(place(loss)));
    }
    let mut losses = Vec::new();
    let columns = table.columns_by_name();
    let set = |group| {
        let (variables, sets) = (&described.variables, choices.is_file());
        Some((ResponseSet::of(group, variables, &columns, language, sets, &mut losses)?, group))
    };
    let mut sets: Vec<(ResponseSet, &Group)> = table.groups.iter().filter_map(set).collect();
    name_sets(&mut sets, choices.encoding, &mut losses);
    described.sets = sets.into_iter().map(|(set, _)| set).collect();
    let label = table.label.get(language);
    // `FILE LABEL` takes less than a file holds.
    let most = if choices.is_file() { FILE_LABEL_IN_HEADER } else { MAX_FILE_LABEL_BYTES };
    let cut = encoded::to_bytes(choices.encoding(), label, most);
    tell_cut(label, cut, &format!("the table's label is cut at {most} bytes"), &mut losses);
    cut.clone_into(&mut described.label);
    losses.into_iter().for_each(|loss| described.losses.add(loss.table(&table.name)));
    Ok(described)
}

/// The width that a text had in a file of SPSS or was declared with.
fn given_width(variable: &Variable, choices: &Choices) -> Option<u64> {
    if !choices.is_file() || choices.widths == Widths::Measured {
        return None;
    }
    let own = variable.facts.storage.get("spss").and_then(|stored| stored.strip_prefix('A')?.parse().ok());
    own.or_else(|| Some(written_bytes(variable.facts.max_bytes?, variable, choices)))
}

/// Whether no value is longer than [`given_width`].
fn is_wide_enough(variable: &Variable, choices: &Choices) -> bool {
    let longest = variable.facts.max_bytes.map(|bytes| written_bytes(bytes, variable, choices));
    given_width(variable, choices).zip(longest).is_some_and(|(own, longest)| longest <= own)
}

/// Bytes of the longest text of a variable, as it is written; `None` where it is not one of texts.
pub fn longest_text(variable: &Variable, facts: &ColumnFacts, choices: &Choices) -> Option<u64> {
    if !is_text(&variable.kind) {
        return None;
    }
    let given = given_width(variable, choices).unwrap_or_default();
    if is_wide_enough(variable, choices) {
        return Some(given);
    }
    let written = |bytes: u64| written_bytes(bytes, variable, choices);
    Some(facts.max_bytes.map_or(MAX_TEXT_BYTES, |bytes| written(bytes).max(given)))
}

/// The most bytes that a value of so many takes in the file.
fn written_bytes(bytes: u64, variable: &Variable, choices: &Choices) -> u64 {
    match variable.kind {
        // Three bytes take four characters.
        Kind::Binary => bytes.div_ceil(3).saturating_mul(4),
        _ => bytes.saturating_mul(growth(choices)),
    }
}

/// How many times its bytes in UTF-8 a text has at most in the file: of all encodings GB18030 alone has four bytes for
/// characters that UTF-8 has in two.
pub fn growth(choices: &Choices) -> u64 {
    if choices.is_file() && choices.encoding == Some(encoding_rs::GB18030) { 2 } else { 1 }
}

/// Labels, and what a format must have to show their numbers.
type Labels = (Arc<Vec<(Value, String)>>, Numbers);

/// Labels by the name of their set and the kind of their values, with what they lose.
type SharedLabels = HashMap<(String, String), (Labels, Vec<Loss>)>;

/// What a variable is described by.
struct Describing<'a> {
    codebook: &'a Codebook,
    facts: &'a ColumnFacts,
    /// How many values lie outside of spans.
    outside: &'a [Outside],
    language: Language<'a>,
    choices: &'a Choices,
}

impl Describing<'_> {
    fn variable(
        &self,
        variable: &Variable,
        name: String,
        shared: &mut SharedLabels,
        losses: &mut Vec<Loss>,
    ) -> Result<VariableDescription> {
        let Self { facts, choices, .. } = *self;
        let kind = self.stored_kind(&variable.kind);
        let longest = longest_text(variable, facts, choices);
        let mut text = longest.is_some();
        let longest = longest.unwrap_or_default();
        if longest > MAX_TEXT_BYTES {
            if choices.long_text == LongTextOption::Error {
                let message = format!("spss: a text has {longest} bytes, SPSS holds {MAX_TEXT_BYTES}");
                return Err(Error::limit(message)
                    .with_hint("choose long-text=split or long-text=cut, or leave the variable out"));
            }
            let action = match choices.is_file() {
                true => "cut at 32,767 bytes; long-text=split keeps them whole",
                false => "cut at 32,767 bytes",
            };
            losses.push(Loss::new(LossCode::TEXT_TRUNCATED, action));
        }
        if let Some(nulls) = facts.nulls.filter(|nulls| text && *nulls > 0) {
            losses.push(Loss::new(LossCode::NULL_TEXT, "missing texts become empty texts").count(nulls));
        }
        let mut conversion =
            if choices.is_file() { Conversion::of(kind, choices) } else { Conversion::Plain };
        let mut text_bytes = text.then(|| longest.clamp(1, MAX_TEXT_BYTES));
        if let Some(rounded) = doubles::rounded(&variable.kind, facts) {
            let is_whole = !matches!(variable.kind, Kind::Decimal { scale, .. } if scale != 0);
            match if is_whole { choices.large_integers } else { choices.decimals } {
                ExactOption::Text if choices.is_file() => {
                    let mut loss = Loss::new(
                        LossCode::KIND_CHANGED,
                        "numbers beyond double precision are written as text",
                    );
                    loss.first = rounded.first;
                    losses.push(loss);
                    (conversion, text) = (Conversion::DecimalText, true);
                    text_bytes = Some(decimal_width(&variable.kind, facts));
                }
                ExactOption::Error if choices.is_file() => {
                    let first =
                        rounded.first.map(|first| format!(", first: {}", first.value)).unwrap_or_default();
                    let message = format!("spss: {}{first}", rounded.action);
                    let option = if is_whole { "large-integers" } else { "decimals" };
                    let hint = format!("choose {option}=text to keep them, or {option}=double to round them");
                    return Err(Error::limit(message).with_hint(hint));
                }
                _ => losses.push(rounded),
            }
        }
        if let (true, Some(Some((low, _)))) = (is_dated(kind), facts.range)
            && choices.is_file()
            && stored(low, kind) < FIRST_SHOWN
        {
            let action = "days before 1582-10-15 are kept as numbers that SPSS shows as missing";
            losses.push(Loss::new(LossCode::COMPATIBILITY, action));
        }
        let mut clock = None;
        match &variable.kind {
            Kind::DateTime { zone: Some(zone), .. } if choices.is_file() => {
                let shown = if choices.zone == Zone::Local {
                    format!("local time of {zone}")
                } else {
                    "UTC".to_owned()
                };
                losses.push(Loss::new(
                    LossCode::TIME_ZONE,
                    format!("written in {shown}; an attribute says so"),
                ));
                clock = Some(format!("Times in {shown}; the zone of the variable is {zone}."));
            }
            Kind::Binary if choices.is_file() => {
                losses.push(Loss::new(LossCode::KIND_CHANGED, "bytes written as base64 text"));
            }
            kind if kind.is_nested() && choices.is_file() => {
                losses.push(Loss::new(LossCode::STRUCTURE_FLATTENED, "written as JSON text"));
            }
            _ => {}
        }
        if let Kind::Duration(unit) = &variable.kind
            && !choices.is_file()
        {
            losses.push(Loss::duration_as_number(*unit));
        }
        let labelled = self.codebook.value_labels_of(variable).map_or(0, |labels| labels.entries.len());
        if conversion == Conversion::DecimalText && labelled + variable.missing.len() > 0 {
            let action = "labels and missing values of numbers that are written as text are left out";
            let count = (labelled + variable.missing.len()) as u64;
            let loss = Loss::new(LossCode::VALUE_LABELS_DROPPED, action);
            losses.push(loss.count(count).counting("labels and missing values"));
        }
        let (mut labels, labelled) = if text && conversion == Conversion::DecimalText {
            Labels::default()
        } else {
            self.labels(variable, kind, shared, losses)
        };
        let (missing, reasons) = if conversion == Conversion::DecimalText {
            let action = "numbers written as text have no missing reasons, these are empty texts";
            let codes = tell_lost_reasons(variable, ReasonCodes::new(), facts, action, losses);
            (MissingValues::default(), codes)
        } else {
            MissingValues::of(variable, kind, facts, self.outside, &labels, choices, losses)
        };
        if choices.is_file() && text_bytes.is_some() {
            // A value that no text of the variable can have makes a file that SPSS refuses.
            let all = labels.iter().map(|(value, _)| value).chain(&missing.values);
            let longest = all.map(|value| self.bytes_of(value)).max();
            text_bytes = text_bytes.max(longest.map(|longest| longest.min(MAX_TEXT_BYTES)));
        }
        for (declared, code) in variable.missing.iter().zip(&reasons) {
            if let Some(code) = code {
                let label = self.value_label(declared.label.get(self.language), losses);
                // A letter is no label, and neither is a number that alone tells the reason.
                if !label.is_empty() && label != doubles::shown(*code) {
                    Arc::make_mut(&mut labels).push((Value::Number(*code), label));
                }
            }
        }
        let coded = Numbers::of(reasons.iter().flatten().copied());
        let declared = Numbers::of(missing.numbers());
        let shown = Shown { all: labelled.join(declared).join(coded), reasons: coded };
        let is_header = choices.is_file() && name != variable.name && variable.label.is_empty();
        let label = if is_header { variable.name.as_str() } else { variable.label.get(self.language) };
        Ok(VariableDescription {
            name,
            text_bytes,
            label: self.label(label, losses),
            labels,
            missing,
            conversion,
            reasons,
            format: if text { None } else { Format::of(variable, facts, &shown, choices, losses) },
            clock,
            // `VARIABLE LEVEL` takes no texts on a scale; files that have them are opened.
            measure: variable
                .measure
                .filter(|measure| choices.is_file() || !(text && *measure == Measure::Scale)),
            role: variable.role,
        })
    }

    /// The kind by which values are stored: syntax reads periods and lengths of time as plain numbers.
    fn stored_kind<'k>(&self, kind: &'k Kind) -> &'k Kind {
        match kind {
            Kind::Period(_) | Kind::Duration(_) if !self.choices.is_file() => &Kind::INTEGER,
            kind => kind,
        }
    }

    /// The longest beginning of a label that has at most so many bytes in the encoding of the file.
    fn cut<'l>(&self, label: &'l str, bytes: usize) -> &'l str {
        encoded::to_bytes(self.choices.encoding(), label, bytes)
    }

    fn label(&self, label: &str, losses: &mut Vec<Loss>) -> String {
        let (cut, action) = match self.choices.label_limit {
            LabelLimit::Characters => (to_characters(label, MAX_LABEL), "cut at 256 characters"),
            LabelLimit::Bytes => (self.cut(label, MAX_LABEL), "cut at 256 bytes"),
        };
        tell_cut(label, cut, action, losses);
        cut.to_owned()
    }

    fn value_label(&self, label: &str, losses: &mut Vec<Loss>) -> String {
        let (cut, action) = match self.choices.label_limit {
            LabelLimit::Characters => {
                let cut = self.cut(to_characters(label, MAX_VALUE_LABEL), MOST_VALUE_LABEL_BYTES);
                (cut, "value label cut at 120 characters or 255 bytes")
            }
            LabelLimit::Bytes => (self.cut(label, MAX_VALUE_LABEL), "value label cut at 120 bytes"),
        };
        tell_cut(label, cut, action, losses);
        cut.to_owned()
    }

    /// The labels of a variable; those that many share are made once.
    fn labels(
        &self,
        variable: &Variable,
        kind: &Kind,
        shared: &mut SharedLabels,
        losses: &mut Vec<Loss>,
    ) -> Labels {
        let is_labelled =
            |missing: &Missing| matches!(missing.values, Declared::One(_)) && !missing.label.is_empty();
        let name = variable.labels.clone().filter(|_| !variable.missing.iter().any(is_labelled));
        let own = |lost: &mut Vec<Loss>| {
            let labels = self.own_labels(variable, kind, lost);
            let numbers = Numbers::of(labels.iter().filter_map(|(value, _)| value.as_number()));
            (Arc::new(labels), numbers)
        };
        let Some(name) = name else { return own(losses) };
        let (labels, lost) = shared.entry((name, kind.to_string())).or_insert_with(|| {
            let mut lost = Vec::new();
            (own(&mut lost), lost)
        });
        losses.extend(lost.iter().cloned());
        labels.clone()
    }

    /// Bytes that a text takes in the file.
    fn bytes_of(&self, value: &Value) -> u64 {
        match value {
            Value::Text(text) => encoded::length(self.choices.encoding(), text) as u64,
            Value::Number(_) => 0,
        }
    }

    fn own_labels(&self, variable: &Variable, kind: &Kind, losses: &mut Vec<Loss>) -> Vec<(Value, String)> {
        let set = self.codebook.value_labels_of(variable).map_or(&[][..], |labels| &labels.entries);
        let known: HashSet<String> = set.iter().map(|entry| entry.value.to_string()).collect();
        let set = set.iter().map(|entry| (&entry.value, &entry.label));
        let reasons = variable.missing.iter().filter_map(|missing| match &missing.values {
            Declared::One(value) if !missing.label.is_empty() && !known.contains(&value.to_string()) => {
                Some((value, &missing.label))
            }
            _ => None,
        });
        let mut labels: Vec<(Value, String)> = Vec::new();
        let mut seen = HashSet::new();
        for (value, label) in set.chain(reasons) {
            let Some(stored) = Value::of(value, kind) else {
                let loss = Loss::new(LossCode::VALUE_LABELS_DROPPED, "the labelled value is not of the kind");
                losses.push(loss.first(None, value.to_string()));
                continue;
            };
            if self.bytes_of(&stored) > MAX_TEXT_BYTES {
                let action = "the labelled value is longer than texts of SPSS";
                losses.push(Loss::new(LossCode::VALUE_LABELS_DROPPED, action).first(None, value.to_string()));
                continue;
            }
            if !seen.insert(stored.key()) {
                let action = "the labelled value is the same in SPSS as another, whose label it has";
                losses.push(Loss::new(LossCode::VALUE_LABELS_DROPPED, action).first(None, value.to_string()));
                continue;
            }
            labels.push((stored, self.value_label(label.get(self.language), losses)));
        }
        labels
    }
}

/// The first second that SPSS shows as a date.
const FIRST_SHOWN: f64 = 86_400.0;

fn is_dated(kind: &Kind) -> bool {
    matches!(kind, Kind::Date | Kind::DateTime { .. })
}

fn stored(number: Number, kind: &Kind) -> f64 {
    match number {
        Number::Integer(count) => crate::values::stored(count, kind),
        Number::Float(number) => number,
    }
}

/// Bytes of the longest number as decimal text.
fn decimal_width(kind: &Kind, facts: &ColumnFacts) -> u64 {
    let digits = |number: Number| match number {
        Number::Integer(whole) => whole.to_string().len() as u64,
        Number::Float(_) => 24,
    };
    let longest = facts.range.flatten().map_or(40, |(low, high)| digits(low).max(digits(high)));
    match kind {
        // A mark, and a zero in front of it.
        Kind::Decimal { scale, .. } => longest.max(u64::from(scale.unsigned_abs())) + 3,
        _ => longest,
    }
}

fn tell_cut(label: &str, cut: &str, action: &str, losses: &mut Vec<Loss>) {
    if cut.len() < label.len() {
        losses.push(Loss::new(LossCode::LABEL_TRUNCATED, action).first(None, label));
    }
}
