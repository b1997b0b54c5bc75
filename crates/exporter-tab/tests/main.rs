//! Tests of the public interface.

#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod conformance;
mod dataset;
mod hostile;
mod inference;
mod round_trip;
mod scripts;
