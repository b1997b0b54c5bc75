//! Tests of the public interface.

mod conformance;
mod hostile;
mod inference;
mod round_trip;
