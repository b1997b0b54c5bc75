//! What a format is and can, as data: help, documentation, discovery and tests come from this one table.

mod info;

use std::sync::Arc;

use serde::de::DeserializeOwned;

use crate::codebook::Codebook;
use crate::context::Context;
use crate::dataset::Dataset;
use crate::error::Result;
use crate::exporter::Exporter;
use crate::loss::LossReport;
use crate::password::Password;
use crate::sample::Sample;
use crate::source::{Files, Source};

pub use info::{FormatInfo, OptionInfo, OptionKind};

/// Compile-time face of a format that writes; the registry erases it to a function pointer.
pub trait Format: 'static {
    /// What the format is and can.
    const INFO: &'static FormatInfo;
    /// Typed options, read from JSON with unknown names refused.
    type Options: DeserializeOwned + Default;
    /// The exporter that the options configure.
    type Exporter: Exporter + 'static;

    /// Configures an exporter.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Usage`] when options contradict each other.
    fn exporter(options: Self::Options) -> Result<Self::Exporter>;
}

/// Compile-time face of a format that reads.
pub trait Input: 'static {
    /// What the format is and can.
    const INFO: &'static FormatInfo;
    /// Typed options, read from JSON with unknown names refused.
    type Options: DeserializeOwned + Default;

    /// How sure the format is that a source is its own.
    fn recognise(sample: &Sample<'_>) -> Recognition;

    /// Opens a source as a dataset, which keeps the bytes. They are presumed not to change: what opening found out about
    /// them is not looked for again.
    ///
    /// # Errors
    /// When the bytes cannot be read or breaks the format's rules, with the offset or row.
    fn open(source: &Source<'_>, options: Self::Options, context: &Context) -> Result<Box<dyn Dataset>>;
}

/// Compile-time face of archives and compressed streams, whose entries are inputs.
pub trait Container: 'static {
    /// What the format is and can.
    const INFO: &'static FormatInfo;
    /// Whether it is a compressed stream, which has one entry.
    const IS_STREAM: bool = false;

    /// How sure the format is that a source is its own.
    fn recognise(sample: &Sample<'_>) -> Recognition;

    /// The entries. A compressed stream has one, named like the source without the extension of the compression.
    ///
    /// # Errors
    /// When the archive is damaged, or its claims are beyond what is opened. A missing or wrong password is an error of the
    /// entry that needs it.
    fn files(source: &Source<'_>, password: Option<&Password>, context: &Context) -> Result<Arc<dyn Files>>;
}

/// Compile-time face of files that describe tables whose rows are in other files: among these they are their codebook, and no
/// table.
pub trait Describe: 'static {
    /// What the format is and can.
    const INFO: &'static FormatInfo;

    /// How sure the format is that a source is its own.
    fn recognise(sample: &Sample<'_>) -> Recognition;

    /// What a source describes; the files that it names are not opened.
    ///
    /// # Errors
    /// When it cannot be read.
    fn describe(source: &Source<'_>, context: &Context) -> Result<Description>;
}

/// What a file describes.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Description {
    /// The codebook.
    pub codebook: Codebook,
    /// By table, where its rows may be: paths from the folder of the file, the first of which is there holds them.
    pub files: Vec<Vec<String>>,
    /// By table, the variables whose kind is a guess: what their file says or shows goes before it.
    pub guessed: Vec<Vec<String>>,
    /// By table, names of files that are read with options of their format, which they need, and these.
    pub readings: Vec<Vec<(String, serde_json::Value)>>,
    /// What of the file is not in the codebook.
    pub losses: LossReport,
    /// Whether it is a dictionary: it describes all that data may have, and what the data lacks is left out of the codebook.
    pub is_dictionary: bool,
}

impl Description {
    /// A codebook of which nothing is said where rows are.
    pub fn new(codebook: Codebook) -> Self {
        Self { codebook, ..Self::default() }
    }
}

/// How sure a format is that bytes are its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Recognition {
    /// It is not.
    No,
    /// It may be; the extension decides.
    Maybe,
    /// Its signature is there.
    Yes,
}
