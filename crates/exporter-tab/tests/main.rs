//! Tests of the public interface.

mod hostile;
mod inference;
mod round_trip;
