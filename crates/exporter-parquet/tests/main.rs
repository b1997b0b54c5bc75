//! Integration tests: conformance, round trips, missing reasons, facts and pruning, files of other programs, hostile files.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests stop at the first surprise")]

mod arrow_threads;
mod categories;
mod conformance;
mod foreign;
mod hostile;
mod lies;
mod reasons;
mod round_trip;
mod row_groups;
mod support;
