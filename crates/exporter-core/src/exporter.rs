//! Exporters and plans, and the one call that drives them.

mod bundle;
mod change_lines;
mod changes;
mod drive;
mod held;
mod placed;
mod placed_sink;
mod prepared;
mod sibling;
mod tables;

pub use bundle::Bundle;
pub use changes::{Changes, Recode, Rename, plan_of};
pub use drive::{export, plan};
pub use placed::Placed;
pub use prepared::PreparedPlan;
pub use sibling::{Committed, Sibling};
pub use tables::{Output, TableRows, TableWriter, TablesPlan, Written};

use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

use crate::carry::{self, Carry, Part};
use crate::codebook::Codebook;
use crate::context::Context;
use crate::dataset::{Dataset, TableId};
use crate::entry_names::DOCUMENT;
use crate::error::Result;
use crate::format::FormatInfo;
use crate::loss::LossReport;
use crate::profile::{Profile, ProfileRequest};
use crate::sink::{EntryReceipt, EntrySpec, Sink};

/// A configured format. Cheap to build, shared between threads.
///
/// # For implementations
/// - [`format`](Self::format) is the same at every call.
/// - [`needs`](Self::needs) scans nothing: it names facts, and core computes those of all formats of an export in one scan.
/// - [`carries`](Self::carries) and [`entries`](Self::entries) answer without the data, and always the same. `carries` is a
///   `match` over every [`Part`] without a wildcard, so that a new part does not compile before the format decides about it.
/// - [`plan`](Self::plan) scans nothing and creates nothing; its plan has the entries of `entries`, in their order, and the
///   losses of [`Planning::losses`] besides its own.
/// - A wrapper of another exporter forwards every method and plans the other one with [`plan_of`], which names format and
///   entry in all that the plan reports.
///
/// `exporter_testkit::conformance` checks these for any exporter.
pub trait Exporter: Send + Sync {
    /// What the format is and can.
    fn format(&self) -> &'static FormatInfo;

    /// Which facts about the data the plan will ask for; nothing by default.
    ///
    /// # Errors
    /// When the codebook cannot be exported at all.
    fn needs(&self, data: &dyn Dataset, context: &Context) -> Result<ProfileRequest> {
        let _ = (data, context);
        Ok(ProfileRequest::new())
    }

    /// Whether it is a companion: planned and written after all others, it sees how they write names and values
    /// ([`Planning::siblings`]) and what they became ([`Plan::after`]).
    fn is_companion(&self) -> bool {
        false
    }

    /// Whether a companion in it asks for the SHA-256 of what the others wrote; such a one comes last.
    fn needs_digests(&self) -> bool {
        false
    }

    /// What its entries carry of a part of the codebook.
    fn carries(&self, part: Part) -> Carry;

    /// The entries this exporter will write, known from the codebook alone; siblings name them in their own
    /// entries (a DDI names its data files).
    fn entries(&self, codebook: &Codebook) -> Vec<EntrySpec>;

    /// Decides everything and writes nothing; the plan copies what it needs of `with`.
    ///
    /// # Errors
    /// When a limit of the format is exceeded or an option does not suit the data.
    fn plan<'a>(
        &'a self,
        data: &'a dyn Dataset,
        with: &Planning<'_>,
        context: &Context,
    ) -> Result<Box<dyn Plan + 'a>>;
}

#[deny(clippy::missing_trait_methods, reason = "what a wrapper leaves out is lost")]
impl<E: Exporter + ?Sized> Exporter for Box<E> {
    fn format(&self) -> &'static FormatInfo {
        (**self).format()
    }

    fn carries(&self, part: Part) -> Carry {
        (**self).carries(part)
    }

    fn needs(&self, data: &dyn Dataset, context: &Context) -> Result<ProfileRequest> {
        (**self).needs(data, context)
    }

    fn is_companion(&self) -> bool {
        (**self).is_companion()
    }

    fn needs_digests(&self) -> bool {
        (**self).needs_digests()
    }

    fn entries(&self, codebook: &Codebook) -> Vec<EntrySpec> {
        (**self).entries(codebook)
    }

    fn plan<'a>(
        &'a self,
        data: &'a dyn Dataset,
        with: &Planning<'_>,
        context: &Context,
    ) -> Result<Box<dyn Plan + 'a>> {
        (**self).plan(data, with, context)
    }
}

/// What a plan may look at besides the data.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Planning<'a> {
    /// The facts that were asked for.
    pub profile: &'a Profile,
    /// The entries that others write in the same export; a companion sees what those before it change.
    pub siblings: &'a [Sibling],
}

impl<'a> Planning<'a> {
    /// What there is to look at.
    pub fn new(profile: &'a Profile, siblings: &'a [Sibling]) -> Self {
        Self { profile, siblings }
    }

    /// The entry that holds the document of this name, where documents are written in the same export.
    pub fn document(&self, name: &str) -> Option<&'a EntrySpec> {
        let is_it = |entry: &&EntrySpec| entry.attributes.get(DOCUMENT).is_some_and(|held| held == name);
        self.siblings.iter().map(|sibling| &sibling.entry).find(is_it)
    }

    /// What an exporter's entries lack of a codebook, by what it carries.
    pub fn losses(&self, exporter: &dyn Exporter, codebook: &Codebook) -> LossReport {
        carry::losses(codebook, &|part| exporter.carries(part), self.profile)
    }

    /// [`losses`](Self::losses) of an exporter that shows its labels in the language asked for: those that have no text in it
    /// are among them.
    pub fn losses_in_language(
        &self,
        exporter: &dyn Exporter,
        codebook: &Codebook,
        language: Option<&str>,
    ) -> LossReport {
        let mut losses = self.losses(exporter, codebook);
        let untranslated = carry::untranslated(codebook, language, &|part| exporter.carries(part));
        untranslated.into_iter().for_each(|loss| losses.add(loss));
        losses
    }
}

/// Everything decided, nothing written.
///
/// # For implementations
/// A format of tables uses [`TablesPlan`], one whose entries are known in full [`PreparedPlan`]; both need no plan of their
/// own. Another plan holds to this:
///
/// - [`entries`](Self::entries) and [`changes`](Self::changes) are complete before [`write`](Self::write) and cost nothing.
/// - `write` creates, fills and commits the entries in the order of `entries`, each once, and never calls the sink's `finish`.
///   Its summary has one report for each entry and of the changes only those that planning could not see.
/// - Bytes do not depend on `Context::threads` or on how the data is cut into batches. Memory stays within
///   `Context::memory`, whatever the number of rows.
/// - `context.cancel().check()` is called at least once a batch ([`Context::scan`] does it), so that a cancelled export ends
///   soon. Errors name table, variable and row.
pub trait Plan: Send {
    /// The entries in the order they will be created.
    fn entries(&self) -> &[EntrySpec];

    /// What will be lost and what will be written otherwise.
    fn changes(&self) -> &Changes;

    /// Tells a companion, before it is written, what was committed of each entry before it; others need nothing of it.
    fn after(&mut self, siblings: &[Committed]) {
        let _ = siblings;
    }

    /// Writes every entry: created, filled and committed.
    ///
    /// The summary holds only the changes that planning could not see; the caller adds those of [`Plan::changes`].
    ///
    /// # Errors
    /// When the data breaks what was planned, the sink fails or the export is cancelled.
    fn write(self: Box<Self>, sink: &dyn Sink, context: &Context) -> Result<Summary>;
}

/// What one entry became.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct EntryReport {
    /// Path in the sink.
    pub path: String,
    /// Media type.
    pub media_type: String,
    /// Table whose rows it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<TableId>,
    /// Rows written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// Bytes written.
    pub bytes: u64,
    /// Their SHA-256 in lower-case hexadecimal digits, where a companion asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// What an archive holds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<EntryReport>,
}

impl EntryReport {
    /// What became of a planned entry.
    pub fn new(spec: &EntrySpec, receipt: EntryReceipt, rows: Option<u64>) -> Self {
        let EntryReceipt { path, bytes, sha256 } = receipt;
        let (media_type, holds) = (spec.media_type.clone(), Vec::new());
        Self { path, media_type, table: spec.table, rows, bytes, sha256, holds }
    }
}

/// What an export did.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Summary {
    /// Entries in the order they were committed or planned.
    pub entries: Vec<EntryReport>,
    /// What was lost and what was written otherwise.
    #[serde(flatten)]
    pub changes: Changes,
    /// Facts that a format reports (such as what an archive holds).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
    /// Tables whose rows are not there, a line each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing_rows: Vec<String>,
    /// Seconds from the first byte read to the last committed.
    pub seconds: f64,
}

impl Summary {
    /// Rows by table, and in how many formats they were written: media types, and extensions of files of one type.
    pub fn tables(&self) -> BTreeMap<TableId, (u64, usize)> {
        let mut tables: BTreeMap<TableId, (u64, BTreeSet<_>)> = BTreeMap::new();
        let mut open: Vec<&EntryReport> = self.entries.iter().collect();
        while let Some(entry) = open.pop() {
            open.extend(&entry.holds);
            if let Some((table, rows)) = entry.table.zip(entry.rows) {
                let (most, formats) = tables.entry(table).or_default();
                *most = rows.max(*most);
                let extension = entry.path.rsplit_once('.').map_or("", |(_, extension)| extension);
                formats.insert((entry.media_type.as_str(), extension));
            }
        }
        tables.into_iter().map(|(table, (rows, formats))| (table, (rows, formats.len()))).collect()
    }

    /// Rows of all tables, each counted once in however many formats it is written.
    pub fn rows(&self) -> u64 {
        self.tables().values().map(|(rows, _)| rows).sum()
    }

    /// Bytes of all entries.
    pub fn bytes(&self) -> u64 {
        self.entries.iter().map(|entry| entry.bytes).sum()
    }

    /// Adds what another plan did.
    pub fn merge(&mut self, other: Summary) {
        self.entries.extend(other.entries);
        self.changes.merge(other.changes);
        self.remarks.extend(other.remarks);
        self.missing_rows.extend(other.missing_rows);
    }
}
