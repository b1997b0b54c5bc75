//! Tracked entities, enrolments, events and relationships (section 11): one model in the words of the new tracker, whatever model
//! and format a file has.
//!
//! Readers give one [`Item`] after the other, in the words of the new tracker. Writers put them into the words of the [`Model`] that
//! is wanted. What has no name in a model keeps the one that it has, with a remark, or is refused in strict mode.
//!
//! ```
//! use exporter_dxf2::{Mode, Target};
//! use exporter_dxf2::tracker::{JsonReader, JsonWriter, WriteOptions};
//!
//! let text = r#"{"events":[{"event":"pHhZHG4go5k","eventDate":"2019-03-01","dataValues":[]}]}"#;
//! let mut reader = JsonReader::new(text.as_bytes(), 1 << 20, Mode::Lenient);
//! let mut writer = JsonWriter::new(Vec::new(), &Default::default(), WriteOptions::new(Target::Head));
//! while let Some(item) = reader.read()? {
//!     assert_eq!(item.event().and_then(|event| event.occurred_at()), Some("2019-03-01"));
//!     writer.write(&item)?;
//! }
//! let new = String::from_utf8(writer.finish()?)?;
//! assert!(new.contains(r#"{"event":"pHhZHG4go5k","occurredAt":"2019-03-01","dataValues":[]}"#));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod check;
mod csv_reader;
mod csv_rows;
mod csv_writer;
mod findings;
mod item;
mod json_reader;
mod json_writer;
mod model;
mod names;
mod nest;
mod rename;
mod tables;
mod xml_forms;
mod xml_reader;
mod xml_writer;

pub use csv_reader::CsvReader;
pub use csv_writer::CsvWriter;
pub use item::{Enrollment, Event, Item, Kind, Relationship, TrackedEntity};
pub use json_reader::JsonReader;
pub use json_writer::JsonWriter;
pub use model::{Model, WriteOptions};
pub use nest::{flatten, nest};
pub use tables::Table;
pub use xml_reader::XmlReader;
pub use xml_writer::XmlWriter;
