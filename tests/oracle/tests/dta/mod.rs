//! Stata files: ours in six programs and libraries, theirs in our reader.

mod exported;
mod generate;
mod known;
mod meaning;
mod ours;
mod rust_crate;
mod said;
mod table;
mod theirs;

pub(crate) use table::{Cell, assert_checked, read};
