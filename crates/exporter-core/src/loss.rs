//! What a format cannot hold: losses, their report and the policy over them.

mod tally;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::ser::SerializeMap as _;
use serde::{Deserialize, Serialize};

use crate::carry::Part;
use crate::error::{Error, ErrorKind, Result};

pub use tally::{Tallied, Tally};

/// A stable name for one kind of loss, such as `label-truncated`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LossCode(Cow<'static, str>);

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        impl LossCode {
            $($(#[$doc])* pub const $name: LossCode = LossCode(Cow::Borrowed($text));)*
            /// Every code the core defines; formats may add their own.
            pub const ALL: &'static [LossCode] = &[$(LossCode::$name),*];
        }
    };
}

codes! {
    /// A variable, table or label-set name was changed to a legal one.
    NAME_CHANGED = "name-changed";
    /// A label was cut to the format's length.
    LABEL_TRUNCATED = "label-truncated";
    /// A label (variable, table, study) has no place in the format.
    LABEL_DROPPED = "label-dropped";
    /// Value labels have no place in the format.
    VALUE_LABELS_DROPPED = "value-labels-dropped";
    /// A value label's key is of a kind the format cannot label.
    VALUE_LABEL_KEY = "value-label-key";
    /// A text value was cut.
    TEXT_TRUNCATED = "text-truncated";
    /// Characters were replaced because the encoding lacks them.
    TEXT_REPLACED = "text-replaced";
    /// A null text became an empty text.
    NULL_TEXT = "null-text";
    /// A number lost digits.
    PRECISION = "precision";
    /// A number is outside what the format can store.
    RANGE = "range";
    /// A date or time is outside what the format can store, or lost its finer part.
    TIME_PRECISION = "time-precision";
    /// The time zone was dropped or applied.
    TIME_ZONE = "time-zone";
    /// Several missing reasons were merged into one.
    MISSING_REASON_MERGED = "missing-reason-merged";
    /// The declaration of user-missing values has no place in the format.
    MISSING_DROPPED = "missing-dropped";
    /// A reason without a value of its own has no place in the format; its rows hold a null.
    MISSING_REASON_DROPPED = "missing-reason-dropped";
    /// Translations have no place in the format.
    LANGUAGE_DROPPED = "language-dropped";
    /// A nested value was flattened or written as JSON text.
    STRUCTURE_FLATTENED = "structure-flattened";
    /// Question texts, universes, concepts and the like have no place in the format.
    METADATA_DROPPED = "metadata-dropped";
    /// Groups (sections, multiple response sets) have no place in the format.
    GROUP_DROPPED = "group-dropped";
    /// A document has no place in the format.
    DOCUMENT_DROPPED = "document-dropped";
    /// The variable's kind became another one.
    KIND_CHANGED = "kind-changed";
    /// Binary values were written as text.
    BINARY_AS_TEXT = "binary-as-text";
    /// A display format has no place in the format.
    DISPLAY_FORMAT_DROPPED = "display-format-dropped";
    /// A declared sort order does not hold or has no place in the format.
    SORT_ORDER_DROPPED = "sort-order-dropped";
    /// Keys and parents of tables have no place in the format.
    KEY_DROPPED = "key-dropped";
    /// A part of the source was not read: it is damaged, or kept elsewhere.
    NOT_READ = "not-read";
    /// Some programs of the format's family cannot open the file.
    COMPATIBILITY = "compatibility";
}

impl LossCode {
    /// Makes a code of a format's own; kebab-case.
    pub const fn new(code: &'static str) -> Self {
        Self(Cow::Borrowed(code))
    }

    /// Whether the values of the output are other ones, fewer or of another type; otherwise their description is.
    /// Unknown codes count as changing values.
    pub fn changes_values(&self) -> bool {
        let descriptive = [
            Self::NAME_CHANGED,
            Self::LABEL_TRUNCATED,
            Self::LABEL_DROPPED,
            Self::VALUE_LABELS_DROPPED,
            Self::VALUE_LABEL_KEY,
            Self::MISSING_DROPPED,
            Self::LANGUAGE_DROPPED,
            Self::METADATA_DROPPED,
            Self::GROUP_DROPPED,
            Self::DOCUMENT_DROPPED,
            Self::DISPLAY_FORMAT_DROPPED,
            Self::SORT_ORDER_DROPPED,
            Self::KEY_DROPPED,
            Self::COMPATIBILITY,
        ];
        !descriptive.contains(self)
    }

    /// The code as it is written in reports and on the command line.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LossCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<String> for LossCode {
    fn from(code: String) -> Self {
        Self(Cow::Owned(code))
    }
}

/// Whether the output holds less than the input or something wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum LossSeverity {
    /// The output holds less; what it holds is right.
    Less,
    /// The output would hold a wrong value: an error unless its code is allowed.
    Wrong,
}

/// The first cell or text that a loss concerns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Example {
    /// Observation, counted from 1, when the loss is in the data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<u64>,
    /// The value or text as it was, cut for display.
    pub value: String,
}

/// One thing a format cannot represent, by variable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Loss {
    /// Which kind of loss.
    pub code: LossCode,
    /// Whether the output holds less or something wrong.
    pub severity: LossSeverity,
    /// Id of the format that loses it, of the input's where reading loses it; the driver of an export fills it in.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub format: String,
    /// Entry that lacks it, or the file where reading loses it; the driver of an export fills it in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
    /// Entry of the same export that holds it nevertheless.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_by: Option<String>,
    /// Part of the codebook that it concerns, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<Part>,
    /// Table, if the loss belongs to one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    /// Variable, if the loss belongs to one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variable: Option<String>,
    /// How many values, labels or declarations are concerned.
    pub count: u64,
    /// The first one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<Example>,
    /// What is done instead.
    pub action: String,
}

impl Loss {
    /// Makes a loss of one item with severity [`LossSeverity::Less`]; `action` says what is done instead.
    pub fn new(code: LossCode, action: impl Into<String>) -> Self {
        Self {
            code,
            severity: LossSeverity::Less,
            format: String::new(),
            entry: None,
            held_by: None,
            part: None,
            table: None,
            variable: None,
            count: 1,
            first: None,
            action: action.into(),
        }
    }

    /// Marks the output as wrong, not merely less.
    #[must_use]
    pub fn wrong(mut self) -> Self {
        self.severity = LossSeverity::Wrong;
        self
    }

    /// Names the entry of the same export that holds it nevertheless: then nothing is lost.
    #[must_use]
    pub fn held_by(mut self, entry: impl Into<String>) -> Self {
        self.held_by = Some(entry.into());
        self
    }

    /// Names the part of the codebook that it concerns.
    #[must_use]
    pub fn part(mut self, part: Part) -> Self {
        self.part = Some(part);
        self
    }

    /// Names the table.
    #[must_use]
    pub fn table(mut self, table: impl Into<String>) -> Self {
        self.table = Some(table.into());
        self
    }

    /// Names the variable.
    #[must_use]
    pub fn variable(mut self, variable: impl Into<String>) -> Self {
        self.variable = Some(variable.into());
        self
    }

    /// Sets how many items are concerned.
    #[must_use]
    pub fn count(mut self, count: u64) -> Self {
        self.count = count;
        self
    }

    /// Gives the first example; long values are cut to 80 characters for display.
    #[must_use]
    pub fn first(mut self, row: Option<u64>, value: impl Into<String>) -> Self {
        let value: String = value.into();
        let value = match value.char_indices().nth(80) {
            Some((cut, _)) => format!("{}…", &value[..cut]),
            None => value,
        };
        self.first = Some(Example { row, value });
        self
    }
}

impl Loss {
    /// What [`Loss::count`] counts, in the plural.
    pub fn counted(&self) -> &'static str {
        if let Some(part) = self.part {
            return match part {
                Part::StudyTitle => "study titles",
                Part::StudyDescription => "parts of the study description",
                Part::SortOrder => "sort keys",
                Part::MissingValues => "missing values declared",
                Part::MissingReasons => "reasons declared",
                Part::Measure => "measures and roles",
                part => part.name(),
            };
        }
        match &self.code {
            code if *code == LossCode::NAME_CHANGED => "names",
            code if *code == LossCode::LABEL_TRUNCATED || *code == LossCode::LABEL_DROPPED => "labels",
            code if *code == LossCode::VALUE_LABELS_DROPPED || *code == LossCode::VALUE_LABEL_KEY => {
                "value labels"
            }
            code if *code == LossCode::LANGUAGE_DROPPED => "languages",
            code if *code == LossCode::METADATA_DROPPED => "descriptions",
            code if *code == LossCode::GROUP_DROPPED => "groups",
            code if *code == LossCode::DOCUMENT_DROPPED => "documents",
            code if *code == LossCode::DISPLAY_FORMAT_DROPPED => "display formats",
            code if *code == LossCode::SORT_ORDER_DROPPED => "sort keys",
            code if *code == LossCode::KEY_DROPPED => "keys",
            code if *code == LossCode::NOT_READ => "parts",
            _ => "values",
        }
    }
}

/// Digits in groups of three.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.format.is_empty() {
            write!(f, "{}: ", self.format)?;
        }
        write!(f, "{}", self.code)?;
        match (&self.table, &self.variable) {
            (Some(table), Some(variable)) => write!(f, " {table}.{variable}")?,
            (Some(name), None) | (None, Some(name)) => write!(f, " {name}")?,
            (None, None) => {}
        }
        write!(f, ": {}", self.action)?;
        if self.count != 1 {
            write!(f, " ({} {})", grouped(self.count), self.counted())?;
        }
        match &self.first {
            Some(Example { row: Some(row), value }) => write!(f, ", first at row {row}: {value:?}"),
            Some(Example { row: None, value }) => write!(f, ", first: {value:?}"),
            None => Ok(()),
        }
    }
}

/// All losses of an export, one row per format, code, table and variable; beside them, what an entry lacks and another of
/// the same export holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LossReport {
    losses: BTreeMap<Key, Loss>,
    held: BTreeMap<Key, Loss>,
}

/// Table, variable, code, action, part, format and entry.
type Key = (Option<String>, Option<String>, LossCode, String, Option<Part>, String, Option<String>);

fn key(loss: &Loss) -> Key {
    let Loss { code, format, entry, table, variable, action, part, .. } = loss.clone();
    (table, variable, code, action, part, format, entry)
}

impl LossReport {
    /// Adds a loss; one with the same code, place and action only raises the count.
    pub fn add(&mut self, loss: Loss) {
        let kept = if loss.held_by.is_some() { &mut self.held } else { &mut self.losses };
        match kept.entry(key(&loss)) {
            std::collections::btree_map::Entry::Vacant(entry) => {
                entry.insert(loss);
            }
            std::collections::btree_map::Entry::Occupied(mut entry) => {
                let known = entry.get_mut();
                known.count = known.count.saturating_add(loss.count);
                known.severity = known.severity.max(loss.severity);
                if example_row(&loss) < example_row(known) || known.first.is_none() {
                    known.first = loss.first;
                }
            }
        }
    }

    /// Adds all losses of another report.
    pub fn merge(&mut self, other: LossReport) {
        other.losses.into_values().chain(other.held.into_values()).for_each(|loss| self.add(loss));
    }

    /// Fills in the format, and for losses of a table its entry, where they are not named yet.
    #[must_use]
    pub fn named(self, format: &str, entry_of: impl Fn(Option<&str>) -> Option<String>) -> Self {
        let mut named = Self::default();
        for mut loss in self.losses.into_values().chain(self.held.into_values()) {
            if loss.format.is_empty() {
                loss.format = format.to_owned();
                loss.entry = entry_of(loss.table.as_deref());
            }
            named.add(loss);
        }
        named
    }

    /// The losses of an entry that is written under another name.
    #[must_use]
    pub(crate) fn with_entry(self, planned: &str, written: &str) -> Self {
        let renamed = |mut loss: Loss| {
            if loss.entry.as_deref() == Some(planned) {
                loss.entry = Some(written.to_owned());
            }
            loss
        };
        self.losses.into_values().chain(self.held.into_values()).map(renamed).collect()
    }

    /// The losses by table, variable and code.
    pub fn iter(&self) -> impl Iterator<Item = &Loss> {
        self.losses.values()
    }

    /// What an entry lacks and another one of the same export holds ([`Loss::held_by`]): no losses.
    pub fn held(&self) -> impl Iterator<Item = &Loss> {
        self.held.values()
    }

    /// How many rows the report has.
    pub fn len(&self) -> usize {
        self.losses.len()
    }

    /// Whether nothing is lost.
    pub fn is_empty(&self) -> bool {
        self.losses.is_empty()
    }
}

/// The earliest row wins when examples meet, whatever order the threads came in.
fn example_row(loss: &Loss) -> u64 {
    loss.first.as_ref().and_then(|first| first.row).unwrap_or(u64::MAX)
}

impl FromIterator<Loss> for LossReport {
    fn from_iter<I: IntoIterator<Item = Loss>>(losses: I) -> Self {
        let mut report = Self::default();
        losses.into_iter().for_each(|loss| report.add(loss));
        report
    }
}

/// `losses` and, where there are any, `held`: one object for each.
impl Serialize for LossReport {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_map(None)?;
        fields.serialize_entry("losses", &self.losses.values().collect::<Vec<_>>())?;
        if !self.held.is_empty() {
            fields.serialize_entry("held", &self.held.values().collect::<Vec<_>>())?;
        }
        fields.end()
    }
}

/// Which losses an export accepts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum LossPolicy {
    /// No loss is accepted.
    Deny,
    /// Losses are reported; only wrong values are refused.
    #[default]
    Report,
    /// Losses are reported, and wrong values with these codes are accepted too.
    Allow(Vec<LossCode>),
}

impl LossPolicy {
    /// Refuses a report that holds a loss this policy does not accept.
    ///
    /// # Errors
    /// [`ErrorKind::Loss`] naming the refused losses (the first five) and the way to accept them.
    pub fn check(&self, report: &LossReport) -> Result<()> {
        let refused: Vec<&Loss> = report.iter().filter(|loss| !self.accepts(loss)).collect();
        if refused.is_empty() {
            return Ok(());
        }
        let wrong = refused.iter().filter(|loss| loss.severity == LossSeverity::Wrong);
        let mut codes: Vec<&str> = wrong.map(|loss| loss.code.as_str()).collect();
        codes.sort_unstable();
        codes.dedup();
        let shown: Vec<String> = refused.iter().take(5).map(ToString::to_string).collect();
        let more =
            if refused.len() > 5 { format!("; and {} more", refused.len() - 5) } else { String::new() };
        let hint = if codes.is_empty() {
            "accept losses with the loss policy report, or choose a format that holds them".into()
        } else {
            let codes = codes.join(",");
            format!(
                "values would be wrong: accept them with the loss policy allow={codes}, or change the data"
            )
        };
        Err(Error::new(ErrorKind::Loss, format!("refused because of losses: {}{more}", shown.join("; ")))
            .with_hint(hint))
    }

    /// Whether one loss is accepted.
    pub fn accepts(&self, loss: &Loss) -> bool {
        match self {
            LossPolicy::Deny => false,
            LossPolicy::Report => loss.severity == LossSeverity::Less,
            LossPolicy::Allow(codes) => loss.severity == LossSeverity::Less || codes.contains(&loss.code),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_losses_are_counted_and_keep_the_earliest_example() {
        let mut report = LossReport::default();
        for row in [9, 4] {
            report.add(
                Loss::new(LossCode::RANGE, "stored as missing")
                    .table("t")
                    .variable("x")
                    .first(Some(row), "1e300"),
            );
        }
        assert_eq!(report.len(), 1);
        let text = report.iter().next().unwrap().to_string();
        assert_eq!(text, "range t.x: stored as missing (2 values), first at row 4: \"1e300\"");
    }

    #[test]
    fn policies_accept_what_they_say() {
        let less: LossReport = [Loss::new(LossCode::LABEL_DROPPED, "dropped")].into_iter().collect();
        let wrong: LossReport = [Loss::new(LossCode::PRECISION, "rounded").wrong()].into_iter().collect();
        assert!(LossPolicy::Deny.check(&less).is_err());
        assert!(LossPolicy::Report.check(&less).is_ok());
        let error = LossPolicy::Report.check(&wrong).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Loss);
        assert!(error.hint().unwrap().contains("allow=precision"));
        assert!(LossPolicy::Allow(vec![LossCode::PRECISION]).check(&wrong).is_ok());
        assert!(LossPolicy::Allow(vec![LossCode::RANGE]).check(&wrong).is_err());
    }
}
