//! Exchange formats of DHIS2 (DXF 2).
//!
//! Codecs are plain: a reader takes `BufRead` and gives one object after the other, a writer takes `Write`, and one object is in
//! memory. Digits, the order of properties and what no version of DHIS2 knows are kept.
//!
//! - [`data_values`]: data value sets in JSON, XML, CSV and ADX, their periods and the checks of their values.
//! - [`completeness`]: registrations of complete data sets; [`analytics`]: grids of aggregates.
//! - [`old`]: DXF 1 and DHIS 1.4.
//! - [`Dxf2Input`]: all of these but the predecessors as tables of the engine, through the codecs above.
//!
//! ```
//! use exporter_dxf2::Target;
//! use exporter_dxf2::data_values::{CsvWriter, DataValue, JsonReader, Key};
//!
//! let text = r#"{"dataValues":[{"dataElement":"f7n9E0hX8qk","period":"201201","orgUnit":"DiszpKrYNg8","value":10}]}"#;
//! let mut reader = JsonReader::new(text.as_bytes(), 1 << 20);
//! let mut writer = CsvWriter::new(Vec::new(), Target::V2_41)?;
//! let mut value = DataValue::default();
//! while reader.read(&mut value)? {
//!     assert_eq!(value.get(Key::Value), Some("10"));
//!     writer.write(&value)?;
//! }
//! let csv = String::from_utf8(writer.finish()?)?;
//! assert!(csv.ends_with("\nf7n9E0hX8qk,201201,DiszpKrYNg8,,,10,,,,,\n"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod analytics;
mod clean;
pub mod completeness;
pub mod data_values;
mod dataset;
mod diff;
#[cfg(test)]
mod drained;
mod fault;
mod findings;
pub mod geometry;
mod json;
pub mod metadata;
mod mode;
pub mod old;
mod recognition;
mod target;
pub mod tracker;
pub mod uid;
mod value;

pub use clean::{Cleaning, Strip, UnknownStrip};
pub use dataset::{Dxf2Dataset, Dxf2Input, Dxf2InputOptions, Events, ReadMode, Values, register};
pub use diff::{Change, Diff, Difference};
pub use exporter_xml::Position;
pub use fault::Fault;
pub use json::{Piece, Pieces};
pub use mode::{Mode, Remark, Remarks};
pub use recognition::ExchangeKind;
pub use target::{Target, UnknownTarget};
pub use value::{Object, Value};
