//! One export of several formats tells one story.
#![allow(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it must be")]

mod archives;
#[cfg(feature = "package")]
mod companions;
mod dates_in_conditions;
mod ddi_checked;
mod ddi_companion;
mod declared_reasons;
mod described_by_ddi;
mod do_file;
mod earlier_letters;
mod given_formats;
mod one_pass;
mod open_data_format;
mod options;
mod pairs;
mod parents;
mod presumption;
mod script_losses;
mod stata;
mod stata_studies;
mod whole_codebooks;
mod whole_studies;
