//! What a format is and can, as data: help, documentation, discovery and tests come from this one table.

mod asked;

use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::codebook::{Codebook, Table};
use crate::context::Context;
use crate::dataset::Dataset;
use crate::error::Result;
use crate::exporter::Exporter;
use crate::limits::Limits;
use crate::loss::LossCode;

pub use asked::Asked;

/// The static description of a format.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FormatInfo {
    /// Identifier, lower case: `dta`.
    pub id: &'static str,
    /// Name for people: `Stata data file`.
    pub name: &'static str,
    /// Other identifiers.
    pub aliases: &'static [&'static str],
    /// File extensions without the point; the first is the one written.
    pub extensions: &'static [&'static str],
    /// Media type of an entry.
    pub media_type: &'static str,
    /// What it can hold.
    pub supports: Supports,
    /// How much it can hold.
    pub limits: Limits,
    /// Options of writing, in the order of help.
    pub options: &'static [OptionInfo],
    /// Options of reading, in the order of help.
    pub read_options: &'static [OptionInfo],
    /// Losses it may report.
    pub losses: &'static [LossCode],
    /// Whether this program reads it.
    pub reads: bool,
    /// Whether this program writes it.
    pub writes: bool,
    /// What else a user should know: versions written, programs that open it.
    pub notes: &'static str,
}

/// What a format can hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Supports {
    /// Variable labels.
    pub variable_labels: bool,
    /// Value labels.
    pub value_labels: bool,
    /// Declared missing values.
    pub user_missing: bool,
    /// Several languages in one file.
    pub languages: bool,
    /// Several tables in one entry.
    pub many_tables: bool,
    /// Nested values.
    pub nested: bool,
    /// The whole codebook.
    pub codebook: bool,
}

impl Supports {
    /// Nothing but names and values.
    pub const NONE: Supports = Supports {
        variable_labels: false,
        value_labels: false,
        user_missing: false,
        languages: false,
        many_tables: false,
        nested: false,
        codebook: false,
    };
    /// Everything.
    pub const ALL: Supports = Supports {
        variable_labels: true,
        value_labels: true,
        user_missing: true,
        languages: true,
        many_tables: true,
        nested: true,
        codebook: true,
    };
}

/// One option of a format.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OptionInfo {
    /// Name, kebab-case, as the options struct spells it.
    pub name: &'static str,
    /// What values it takes.
    pub kind: OptionKind,
    /// The default as it would be typed.
    pub default: &'static str,
    /// One sentence of help.
    pub help: &'static str,
}

/// What values an option takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum OptionKind {
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer,
    /// Any text.
    Text,
    /// One of these.
    Choice(&'static [&'static str]),
}

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

/// A file to open, what its owner has declared about it, and what will be asked of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Source<'a> {
    /// The file.
    pub path: &'a Path,
    /// The table that a codebook declares for the rows of this file.
    pub declared: Option<Declared<'a>>,
    /// The variables that will be asked for.
    pub asked: Asked,
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
    /// A file about which nothing is declared and of which every variable may be asked for.
    pub fn new(path: &'a Path) -> Self {
        Self { path, declared: None, asked: Asked::all() }
    }

    /// Names the variables that will be asked for, in every table of the file, so that a format need not look at others.
    ///
    /// A dataset opened so describes the variables named, and delivers them, as it does without this. Of others it may
    /// tell only what costs nothing (kind and missing values may be those of the storage alone), and refuse to scan them:
    /// [`crate::dataset::ExcerptDataset`] takes them out of sight. Names that the file does not have are passed over here.
    #[must_use]
    pub fn variables<N: Into<String>>(self, names: impl IntoIterator<Item = N>) -> Self {
        self.asked(Asked::only(names))
    }

    /// Says which variables will be asked for, see [`Source::variables`].
    #[must_use]
    pub fn asked(mut self, asked: Asked) -> Self {
        self.asked = asked;
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
pub enum Recognition {
    /// It is not.
    No,
    /// It may be; the extension decides.
    Maybe,
    /// Its signature is there.
    Yes,
}
