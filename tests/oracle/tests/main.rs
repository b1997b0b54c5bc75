//! Our files in programs we did not write, compared field by field.
#![allow(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it must be")]

mod cells;
mod dta;
mod gzip;
mod package;
mod parquet;
mod programs;
mod sample;
mod script;
mod tab;
