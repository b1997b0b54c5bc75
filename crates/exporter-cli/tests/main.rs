//! The program as a user meets it: commands, exit codes, files, signals.

mod convert;
mod export;
mod packaging;
mod program;
mod refusal;
mod signal;
mod tables;
