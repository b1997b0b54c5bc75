//! Changed names and values, and the format and entry that every change belongs to.

use serde::Serialize;

use super::{Committed, Exporter, Plan, Planning, Summary};
use crate::codebook::Codebook;
use crate::context::Context;
use crate::dataset::Dataset;
use crate::error::Result;
use crate::loss::LossReport;
use crate::sink::{EntrySpec, Sink};

/// A name as given and as written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Rename {
    /// Id of the format; the driver of an export fills it in.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub format: String,
    /// Entry with the new name; the driver of an export fills it in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
    /// Table of the variable, or the table itself when `variable` is empty.
    pub table: String,
    /// Variable, if the name is a variable's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variable: Option<String>,
    /// The name that was written.
    pub written: String,
}

impl Rename {
    /// A variable that is written under another name.
    pub fn variable(table: &str, variable: &str, written: &str) -> Self {
        Self {
            table: table.to_owned(),
            variable: Some(variable.to_owned()),
            written: written.to_owned(),
            ..Self::default()
        }
    }
}

/// A declared value, or a range of values, as given and as written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Recode {
    /// Id of the format; the driver of an export fills it in.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub format: String,
    /// Entry with the new values; the driver of an export fills it in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
    /// Table.
    pub table: String,
    /// Variable.
    pub variable: String,
    /// The value, or the ends of a range: `-99`, `-3 to -1`.
    pub from: String,
    /// What is written, in the words of the format: `.a`.
    pub to: String,
    /// The reason that the codebook gives for it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub label: String,
}

impl Recode {
    /// A value that is written as another.
    pub fn new(table: &str, variable: &str, from: impl Into<String>, to: impl Into<String>) -> Self {
        let (table, variable) = (table.to_owned(), variable.to_owned());
        Self { table, variable, from: from.into(), to: to.into(), ..Self::default() }
    }

    /// Gives the reason.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }
}

/// What an export loses, and what it writes under another name or as another value.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Changes {
    /// What is lost.
    #[serde(flatten)]
    pub losses: LossReport,
    /// Every name that is written as another.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub renames: Vec<Rename>,
    /// Every declared value that is written as another.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub recodes: Vec<Recode>,
}

impl Changes {
    /// Adds the changes of another plan.
    pub fn merge(&mut self, other: Changes) {
        self.losses.merge(other.losses);
        self.renames.extend(other.renames);
        self.recodes.extend(other.recodes);
    }
}

impl Changes {
    /// The changes of entries that are written under other names.
    #[must_use]
    pub fn with_entries(self, written: impl Fn(&str) -> String) -> Self {
        let Changes { losses, mut renames, mut recodes } = self;
        let entries = renames.iter_mut().map(|rename| &mut rename.entry);
        let entries = entries.chain(recodes.iter_mut().map(|recode| &mut recode.entry));
        entries.flatten().for_each(|entry| *entry = written(entry));
        Changes { losses: losses.with_entries(written), renames, recodes }
    }
}

impl From<LossReport> for Changes {
    fn from(losses: LossReport) -> Self {
        Self { losses, ..Self::default() }
    }
}

/// Plans one exporter; every loss, rename and recode of the plan and of its summary names the format and, where it is about
/// a table, the entry.
///
/// # Errors
/// What [`Exporter::plan`] fails with.
pub fn plan_of<'a>(
    exporter: &'a dyn Exporter,
    data: &'a dyn Dataset,
    with: &Planning<'_>,
    context: &Context,
) -> Result<Box<dyn Plan + 'a>> {
    let inner = exporter.plan(data, with, context)?;
    let names =
        Names { format: exporter.format().id, codebook: data.codebook(), entries: inner.entries().to_vec() };
    let changes = names.named(inner.changes().clone());
    Ok(Box::new(NamedPlan { inner, names, changes }))
}

/// What changes are named after.
struct Names<'a> {
    format: &'static str,
    codebook: &'a Codebook,
    entries: Vec<EntrySpec>,
}

impl Names<'_> {
    /// The entry of a table; for what is about the study, the only entry.
    fn entry(&self, table: Option<&str>) -> Option<String> {
        let entry = match table {
            Some(name) => {
                let id = self.codebook.table(name).map(|(position, _)| position)?;
                self.entries.iter().find(|entry| entry.table.is_some_and(|table| table.0 == id))
            }
            None => self.entries.first().filter(|_| self.entries.len() == 1),
        };
        entry.map(|entry| entry.path.clone())
    }

    /// The changes with format and entry.
    fn named(&self, changes: Changes) -> Changes {
        let Changes { losses, mut renames, mut recodes } = changes;
        let losses = losses.named(self.format, |table| self.entry(table));
        for rename in renames.iter_mut().filter(|rename| rename.format.is_empty()) {
            rename.format = self.format.to_owned();
            rename.entry = self.entry(Some(&rename.table));
        }
        for recode in recodes.iter_mut().filter(|recode| recode.format.is_empty()) {
            recode.format = self.format.to_owned();
            recode.entry = self.entry(Some(&recode.table));
        }
        Changes { losses, renames, recodes }
    }
}

struct NamedPlan<'a> {
    inner: Box<dyn Plan + 'a>,
    names: Names<'a>,
    changes: Changes,
}

#[deny(clippy::missing_trait_methods, reason = "what a wrapper leaves out is lost")]
impl Plan for NamedPlan<'_> {
    fn entries(&self) -> &[EntrySpec] {
        self.inner.entries()
    }

    fn changes(&self) -> &Changes {
        &self.changes
    }

    fn after(&mut self, siblings: &[Committed]) {
        self.inner.after(siblings);
    }

    fn write(self: Box<Self>, sink: &dyn Sink, context: &Context) -> Result<Summary> {
        let Self { inner, names, .. } = *self;
        let mut summary = inner.write(sink, context)?;
        summary.changes = names.named(summary.changes);
        Ok(summary)
    }
}
