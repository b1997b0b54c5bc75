//! What a format is and can, as data: help, documentation, discovery and tests come from this one table.

mod info;

use serde::de::DeserializeOwned;

use crate::context::Context;
use crate::dataset::Dataset;
use crate::error::Result;
use crate::exporter::Exporter;
use crate::source::Source;

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

    /// How sure the format is that bytes beginning with these bytes (up to 4 KiB) is its own.
    fn recognise(head: &[u8]) -> Recognition;

    /// Opens a source as a dataset, which keeps the bytes. They are presumed not to change: what opening found out about
    /// them is not looked for again.
    ///
    /// # Errors
    /// When the bytes cannot be read or breaks the format's rules, with the offset or row.
    fn open(source: &Source<'_>, options: Self::Options, context: &Context) -> Result<Box<dyn Dataset>>;
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
