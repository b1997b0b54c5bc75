//! The test kit held to its own suites, and the engine's core tested with it.

mod checks;
mod codebook;
mod conformance;
mod crashes;
mod drive;
mod folders;
mod generators;
mod on_disk;
mod profile;
mod profile_rows;
mod profile_statistics;
mod sinks;
