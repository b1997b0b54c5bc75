//! What each fuzz target does with its bytes: one function a target, which panics when a promise is broken.
//!
//! The libFuzzer programs in `fuzz/` only call these; the replay test runs them over the committed corpora, so
//! that a find stays fixed on machines without a nightly toolchain.

mod archive;
mod codebook;
mod columnar;
mod csv;
mod ddi;
mod dta;
mod dta_round_trip;
mod dxf2;
mod dxf2_metadata;
mod dxf2_tables;
mod dxf2_tracker;
mod sav;
mod study;
mod zip_check;

pub use archive::archive;
pub use codebook::codebook;
pub use columnar::{arrow, parquet};
pub use csv::csv;
pub use ddi::ddi;
pub use dta::{dta, dta_check};
pub use dta_round_trip::dta_round_trip;
pub use dxf2::dxf2;
pub use dxf2_metadata::dxf2_metadata;
pub use dxf2_tables::dxf2_tables;
pub use dxf2_tracker::dxf2_tracker;
pub use sav::sav_read;
pub use study::study;
pub use zip_check::zip_check;

/// What a target does with its bytes.
pub type Target = fn(&[u8]);

/// Every target by the name of its program and its corpus.
pub const TARGETS: &[(&str, Target)] = &[
    ("archive", archive),
    ("arrow", arrow),
    ("codebook", codebook),
    ("csv", csv),
    ("ddi", ddi),
    ("dta", dta),
    ("dta_check", dta_check),
    ("dta_round_trip", dta_round_trip),
    ("dxf2", dxf2),
    ("dxf2_metadata", dxf2_metadata),
    ("dxf2_tables", dxf2_tables),
    ("dxf2_tracker", dxf2_tracker),
    ("parquet", parquet),
    ("sav_read", sav_read),
    ("study", study),
    ("zip_check", zip_check),
];
