//! What the tests of every crate share: generators of tables, conformance suites, sinks that fail, a counting allocator.
//!
//! - [`sample`] and [`GeneratedDataset`]: ready-made datasets, small with a rich codebook and large without memory;
//! - [`tables`]: proptest strategies for kinds, columns and whole datasets, built on [`Cell`];
//! - [`mod@codebook`]: proptest strategies for whole codebooks and their parts;
//! - [`conformance`]: what each exporter, format, input and sink must pass;
//! - [`fault`]: sinks that fail at a chosen place; [`Store`]: bytes that are slow or fail; [`Watched`]: a dataset that is
//!   cut otherwise, fails, or tells what was read of it;
//! - [`allocation`]: how much memory a piece of code needs at its peak;
//! - [`StataCell`]: what stands in the cells of a Stata file, apart from the codec that is judged;
//! - [`soaked`]: how many cases of a property test run;
//! - [`write_with`]: entries of any contents beside a companion;
//! - [`blocks`]: the code in a README;
//! - [`plain`]: the smallest exporter and input that pass their suites.
//!
//! Everything here reports by panicking with a message that says what was expected.

pub mod allocation;
mod cell;
pub mod codebook;
pub mod conformance;
pub mod fault;
mod generated;
pub mod plain;
mod readme;
mod ready;
pub mod sample;
mod soak;
mod stata;
mod store;
pub mod tables;
mod watched;

pub use cell::{Cell, cells_of, column_of};
pub use generated::{GeneratedDataset, RepeatedDataset};
pub use readme::blocks;
pub use ready::write_with;
pub use soak::soaked;
pub use stata::{STATA_MISSINGS, StataCell, stata_cells, stata_missing};
pub use store::Store;
pub use watched::Watched;
