//! Metadata: objects of all types, one after the other, as JSON, XML and CSV (sections 2 to 5 and 9 of the fact sheet).
//!
//! ```
//! use exporter_dxf2::Target;
//! use exporter_dxf2::metadata::{MetadataReader, MetadataWriter};
//!
//! let json = r#"{"system":{"version":"2.38.1"},"constants":[{"id":"bCqvfPR02Im","name":"Pi","value":3.14}]}"#;
//! let mut reader = MetadataReader::new(json.as_bytes())?;
//! let mut writer = MetadataWriter::xml(Vec::new(), Target::V2_38)?;
//! while let Some(found) = reader.read()? {
//!     writer.write(&found.kind, &found.object)?;
//! }
//! let (xml, _) = writer.finish(reader.header())?;
//! assert!(String::from_utf8(xml)?.contains(r#"<constant id="bCqvfPR02Im" name="Pi">"#));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod bundle;
mod checks;
pub mod csv;
mod feature;
mod findings;
mod fitting;
mod from_json;
mod from_xml;
#[cfg(test)]
mod generated_tests;
mod reader;
mod references;
mod sharing;
#[cfg(test)]
mod tests;
mod to_json;
mod to_xml;
mod types;
mod writer;

pub use bundle::{Bundle, Order};
pub use checks::Checks;
pub use findings::Finding;
pub use fitting::Fitting;
pub use reader::{MetadataObject, MetadataReader};
pub use references::{Reference, references};
pub use types::{ObjectType, type_of, types};
pub use writer::MetadataWriter;
