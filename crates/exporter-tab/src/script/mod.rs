//! Companion scripts: commands that load a delimited file of the same export and apply every label, missing value and
//! display format.
//!
//! A script is written beside a `tab` or `csv` entry and names it; export both in one bundle.

mod description;
mod plan;
mod r;
mod r_text;
mod spss;
mod spss_text;
mod spss_types;
mod stata;
mod stata_text;

pub use r::RScript;
pub use spss::SpssScript;
pub use stata::StataScript;

use serde::Deserialize;

/// The scripts take no options: what they need they learn from the data file's entry.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScriptOptions {}
