//! The program as a user meets it: commands, exit codes, files, signals.
#![allow(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it must be")]

mod apart;
mod check;
mod codebooks;
mod convert;
mod damaged_codebook;
mod described;
mod documents;
#[cfg(feature = "dxf2")]
mod dxf2;
mod excerpt;
mod export;
mod first_contact;
mod foreign;
mod foretold;
mod formats;
mod full_disk;
mod hints;
mod inputs;
mod missing_reasons;
mod mistakes;
mod packaging;
mod pipe;
mod placement;
mod program;
#[cfg(unix)]
mod readme;
mod refusal;
mod requests;
mod signal;
mod study_check;
mod summary;
mod tables;
mod targets;
mod typed;
