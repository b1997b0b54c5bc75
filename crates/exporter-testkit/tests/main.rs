//! The test kit held to its own suites.

mod conformance;
mod generators;
mod memory;
