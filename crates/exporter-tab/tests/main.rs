//! Tests of the public interface.

#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod advice;
mod conformance;
mod dataset;
mod encodings;
mod everyday;
mod facts;
mod hostile;
mod inference;
mod options;
mod patterns;
mod presumption;
mod read_options;
mod reasons;
mod round_trip;
mod scripts;
mod sniffing;
