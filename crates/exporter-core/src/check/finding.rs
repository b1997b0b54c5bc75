//! One finding, its severity and the rule that it breaks.

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use crate::error::Place;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Severity {
    /// Unusual and without consequence.
    Note,
    /// Programs open the file, but part of it does not work or not everywhere.
    Warning,
    /// The file breaks its format: programs refuse it, call it damaged or read something wrong.
    Error,
}

/// A rule of a format, by which its files are checked.
///
/// ```
/// use exporter_core::check::{Finding, Rule, Severity};
///
/// const END: Rule = Rule::error("end", "The file ends with an end mark.").consequence("readers ask for the rest");
///
/// let finding = Finding::new(END, "the file ends after 12 bytes").offset(12);
/// assert_eq!((finding.rule.code, finding.rule.severity), ("end", Severity::Error));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[non_exhaustive]
pub struct Rule {
    /// Stable name, in kebab case.
    pub code: &'static str,
    /// How bad breaking the rule is.
    pub severity: Severity,
    /// What a file must keep to, in one sentence.
    pub requirement: &'static str,
    /// What becomes of a file that breaks the rule, such as what the format's own program says; empty when unknown.
    pub consequence: &'static str,
}

impl Rule {
    /// A rule whose break is an error.
    pub const fn error(code: &'static str, requirement: &'static str) -> Self {
        Self::new(Severity::Error, code, requirement)
    }

    /// A rule whose break is worth a warning.
    pub const fn warning(code: &'static str, requirement: &'static str) -> Self {
        Self::new(Severity::Warning, code, requirement)
    }

    /// A rule whose break is worth a note.
    pub const fn note(code: &'static str, requirement: &'static str) -> Self {
        Self::new(Severity::Note, code, requirement)
    }

    /// A rule whose break has this severity.
    pub const fn new(severity: Severity, code: &'static str, requirement: &'static str) -> Self {
        Self { code, severity, requirement, consequence: "" }
    }

    /// Says what becomes of a file that breaks the rule.
    #[must_use]
    pub const fn consequence(mut self, consequence: &'static str) -> Self {
        self.consequence = consequence;
        self
    }
}

/// One thing that a check found.
///
/// As JSON it is flat: `rule` (its code), `severity`, the parts of the place, `message`, and `consequence` when known.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The rule that is broken.
    pub rule: Rule,
    /// Where; the entry is a file of the archive or folder that is checked, the offset is in that entry when there is one.
    pub place: Place,
    /// What is wrong, with the values found and expected.
    pub message: String,
}

impl Finding {
    /// A finding about the whole file.
    pub fn new(rule: Rule, message: impl Into<String>) -> Self {
        Self { rule, place: Place::default(), message: message.into() }
    }

    /// Sets the byte offset, from 0.
    #[must_use]
    pub fn offset(mut self, offset: u64) -> Self {
        self.place.offset = Some(offset);
        self
    }

    /// Sets the file of an archive or folder.
    #[must_use]
    pub fn entry(mut self, entry: impl Into<String>) -> Self {
        self.place.entry = Some(entry.into());
        self
    }

    /// Sets the table.
    #[must_use]
    pub fn table(mut self, table: impl Into<String>) -> Self {
        self.place.table = Some(table.into());
        self
    }

    /// Sets the variable.
    #[must_use]
    pub fn variable(mut self, variable: impl Into<String>) -> Self {
        self.place.variable = Some(variable.into());
        self
    }

    /// Sets the observation, counted from 1.
    #[must_use]
    pub fn row(mut self, row: u64) -> Self {
        self.place.row = Some(row);
        self
    }
}

impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { rule, place, message } = self;
        let mut finding = serializer.serialize_struct("Finding", 9)?;
        finding.serialize_field("rule", rule.code)?;
        finding.serialize_field("severity", &rule.severity)?;
        let texts = [("entry", &place.entry), ("table", &place.table), ("variable", &place.variable)];
        for (name, text) in texts {
            match text {
                Some(text) => finding.serialize_field(name, text)?,
                None => finding.skip_field(name)?,
            }
        }
        for (name, number) in [("row", place.row), ("offset", place.offset)] {
            match number {
                Some(number) => finding.serialize_field(name, &number)?,
                None => finding.skip_field(name)?,
            }
        }
        finding.serialize_field("message", message)?;
        match rule.consequence {
            "" => finding.skip_field("consequence")?,
            consequence => finding.serialize_field("consequence", consequence)?,
        }
        finding.end()
    }
}
