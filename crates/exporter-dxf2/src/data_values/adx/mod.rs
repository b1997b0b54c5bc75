//! Data value sets as ADX (section 10.6): groups of values of one data set, period and organisation unit, by codes.

mod reader;
mod writer;

pub use reader::AdxReader;
pub use writer::AdxWriter;

const ROOT: &str = "adx";
/// What a group says besides its keys.
const DATA_SET: &str = "dataSet";
const COMPLETE_DATE: &str = "completeDate";
/// The text of a value that is no number.
const ANNOTATION: &str = "annotation";

#[cfg(test)]
mod tests;
