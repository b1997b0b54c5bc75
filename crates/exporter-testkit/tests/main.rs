//! The test kit held to its own suites, and the engine's core tested with it.

mod codebook;
mod conformance;
mod drive;
mod generators;
mod profile;
mod sinks;
