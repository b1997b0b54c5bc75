//! Companion scripts: commands that load a delimited file of the same export and apply every label, missing value and
//! display format.
//!
//! A script is written beside a `tab` or `csv` entry and names it; export both in one bundle. What scripts share is in
//! [`exporter`] and [`page`]; a [`Syntax`] is all that a program adds.

#![expect(unnameable_types, reason = "scripts are named by their aliases; no other crate adds a syntax")]

mod description;
mod exporter;
mod page;
mod r;
mod spss;
mod stata;

use exporter::Script;
pub use exporter::ScriptOptions;
use page::Page;
use r::R;
use spss::Spss;
use stata::Stata;

use exporter_core::codebook::Table;
use exporter_core::{Carry, FormatInfo, Part, ProfileRequest, Result, TableId};

/// Writes `{table}.do`, which loads the rows with `import delimited` (Stata 14 and later).
pub type StataScript = Script<Stata>;

/// Writes `{table}.sps`, which loads the rows with `GET DATA`; PSPP runs it too.
pub type SpssScript = Script<Spss>;

/// Writes `{table}.R`, which loads the rows with base R and labels them as haven does.
pub type RScript = Script<R>;

/// The words of one program.
pub trait Syntax: 'static {
    /// What the script is and can.
    const INFO: &'static FormatInfo;

    /// What a script carries of a part of the codebook that not all scripts treat alike; `None` where it has no place.
    fn carries(part: Part) -> Option<Carry>;

    /// Asks for what must be known of a table's rows before they are loaded.
    fn needs(table: &Table, id: TableId, request: &mut ProfileRequest);

    /// Writes the script of a table.
    ///
    /// # Errors
    /// When the program has no place for a variable.
    fn write(page: &mut Page<'_>) -> Result<()>;
}
