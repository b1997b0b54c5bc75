//! Exporters and plans, and the one call that drives them.

mod bundle;
mod drive;

pub use bundle::{Bundle, Plans};
pub use drive::{export, plan};

use serde::Serialize;

use crate::codebook::Codebook;
use crate::context::Context;
use crate::dataset::{Dataset, TableId};
use crate::error::Result;
use crate::format::FormatInfo;
use crate::loss::LossReport;
use crate::profile::{Profile, ProfileRequest};
use crate::sink::{EntrySpec, Sink};

/// A configured format. Cheap to build, shared between threads.
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

    /// The entries this exporter will write, known from the codebook alone; siblings name them in their own
    /// entries (a DDI names its data files).
    fn entries(&self, codebook: &Codebook) -> Vec<EntrySpec> {
        let _ = codebook;
        Vec::new()
    }

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

impl<E: Exporter + ?Sized> Exporter for Box<E> {
    fn format(&self) -> &'static FormatInfo {
        (**self).format()
    }

    fn needs(&self, data: &dyn Dataset, context: &Context) -> Result<ProfileRequest> {
        (**self).needs(data, context)
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
pub struct Planning<'a> {
    /// The facts that were asked for.
    pub profile: &'a Profile,
    /// The entries that others write in the same export.
    pub siblings: &'a [EntrySpec],
}

/// Everything decided, nothing written.
pub trait Plan: Send {
    /// The entries in the order they will be created.
    fn entries(&self) -> &[EntrySpec];

    /// What will be lost.
    fn losses(&self) -> &LossReport;

    /// Every name that the format forces to change.
    fn renames(&self) -> &[Rename] {
        &[]
    }

    /// Writes every entry: created, filled and committed.
    ///
    /// The summary holds only the losses that planning could not see; the caller adds those of [`Plan::losses`]
    /// and the names of [`Plan::renames`].
    ///
    /// # Errors
    /// When the data breaks what was planned, the sink fails or the export is cancelled.
    fn write(self: Box<Self>, sink: &dyn Sink, context: &Context) -> Result<Summary>;
}

/// A name as given and as written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rename {
    /// Table of the variable, or the table itself when `variable` is empty.
    pub table: String,
    /// Variable, if the name is a variable's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variable: Option<String>,
    /// The name that was written.
    pub written: String,
}

/// What one entry became.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
}

/// What an export did.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Summary {
    /// Entries in the order they were committed or planned.
    pub entries: Vec<EntryReport>,
    /// Everything that was lost.
    pub losses: LossReport,
    /// Every name that was changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub renames: Vec<Rename>,
    /// Facts a format wants to report, by key (such as the letters given to missing values).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
    /// Seconds from the first byte read to the last committed.
    pub seconds: f64,
}

impl Summary {
    /// Rows of all entries.
    pub fn rows(&self) -> u64 {
        self.entries.iter().filter_map(|entry| entry.rows).sum()
    }

    /// Bytes of all entries.
    pub fn bytes(&self) -> u64 {
        self.entries.iter().map(|entry| entry.bytes).sum()
    }

    /// Adds what another plan did.
    pub fn merge(&mut self, other: Summary) {
        self.entries.extend(other.entries);
        self.losses.merge(other.losses);
        self.renames.extend(other.renames);
        self.remarks.extend(other.remarks);
    }
}
