//! What a format is and can, as data: help, documentation, discovery and tests come from this one table.

mod info;

use std::path::Path;

use serde::de::DeserializeOwned;

use crate::codebook::{Codebook, Table};
use crate::context::Context;
use crate::dataset::Dataset;
use crate::error::Result;
use crate::exporter::Exporter;
use crate::projection::Projection;

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

/// Compile-time face of a format that reads files.
pub trait Input: 'static {
    /// What the format is and can.
    const INFO: &'static FormatInfo;
    /// Typed options, read from JSON with unknown names refused.
    type Options: DeserializeOwned + Default;

    /// How sure the format is that a file beginning with these bytes (up to 4 KiB) is its own.
    fn recognise(head: &[u8]) -> Recognition;

    /// Opens a file as a dataset. The file is presumed to stay as it is while the dataset lives: what opening found out
    /// about it is not looked for again.
    ///
    /// # Errors
    /// When the file cannot be read or breaks the format's rules, with the offset or row.
    fn open(source: &Source<'_>, options: Self::Options, context: &Context) -> Result<Box<dyn Dataset>>;
}

/// A file to open, what its owner has declared about it, and which of its variables are wanted.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Source<'a> {
    /// The file.
    pub path: &'a Path,
    /// The table that a codebook declares for the rows of this file.
    pub declared: Option<Declared<'a>>,
    /// The variables that are wanted.
    pub projection: Projection,
}

/// A table that a codebook declares, for files that say less about themselves.
///
/// Variables are matched by name; those the table does not name keep what the file says or what is inferred.
#[derive(Clone, Copy, Debug)]
pub struct Declared<'a> {
    /// The codebook, for its value labels.
    pub codebook: &'a Codebook,
    /// The table.
    pub table: &'a Table,
}

impl<'a> Source<'a> {
    /// A file about which nothing is declared, with all its variables.
    pub fn new(path: &'a Path) -> Self {
        Self { path, declared: None, projection: Projection::all() }
    }

    /// Opens only the variables of these names, in every table of the file. Opening with a projection costs only the
    /// projected columns.
    ///
    /// The dataset describes and delivers the projected variables as it does without a projection. Of the other variables
    /// it may describe only what costs nothing (kind and missing values may be those of the storage alone), and it may
    /// refuse to scan them; [`crate::dataset::ExcerptDataset`] hides them. Names that the file does not have are ignored.
    #[must_use]
    pub fn variables<N: Into<String>>(self, names: impl IntoIterator<Item = N>) -> Self {
        self.projection(Projection::only(names))
    }

    /// Sets the projection, see [`Source::variables`].
    #[must_use]
    pub fn projection(mut self, projection: Projection) -> Self {
        self.projection = projection;
        self
    }

    /// Adds the table that a codebook declares for this file.
    #[must_use]
    pub fn declared(mut self, codebook: &'a Codebook, table: &'a Table) -> Self {
        self.declared = Some(Declared { codebook, table });
        self
    }
}

/// How sure a format is that a file is its own.
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
