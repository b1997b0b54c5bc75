//! Integration tests: conformance, round trips, facts and pruning, files of other programs, hostile files.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests stop at the first surprise")]

mod conformance;
mod foreign;
mod hostile;
mod lies;
mod round_trip;
mod row_groups;
mod support;
