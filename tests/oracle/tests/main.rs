//! Our files in programs we did not write, compared field by field.
#![allow(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it must be")]

mod archives_of_others;
mod categories;
mod cells;
mod ddi;
mod dta;
mod foreign;
mod gretl;
mod gzip;
mod http;
mod package;
mod parquet;
mod programs;
mod sample;
mod sav;
mod schema;
mod script;
mod tab;
