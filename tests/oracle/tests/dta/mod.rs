//! Stata files: ours in five programs, theirs in our reader.

mod generate;
mod known;
mod ours;
mod said;
mod table;
mod theirs;
