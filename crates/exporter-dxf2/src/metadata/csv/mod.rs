//! Metadata as CSV (section 9 of the fact sheet): one class of objects a file, its columns by their place.
//!
//! ```
//! use exporter_dxf2::Mode;
//! use exporter_dxf2::metadata::csv::{Class, CsvReader, CsvWriter};
//!
//! let text = "name,uid,code,parent\nBo,DiszpKrYNg8,BO,O6uvpzGd5pu\n";
//! let mut reader = CsvReader::new(text.as_bytes(), Mode::Strict)?;
//! let found = reader.read()?.unwrap();
//! assert_eq!((found.kind.as_str(), found.object.text("openingDate")), ("organisationUnits", Some("1970-01-01")));
//!
//! let mut writer = CsvWriter::new(Vec::new(), reader.class(), Mode::Strict)?;
//! writer.write(&found.kind, &found.object)?;
//! let (csv, remarks) = writer.finish()?;
//! assert!(remarks.is_empty());
//! assert!(String::from_utf8(csv)?.ends_with("\nBo,DiszpKrYNg8,BO,O6uvpzGd5pu,,,1970-01-01,,,,,,,,,\n"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod classes;
mod reader;
#[cfg(test)]
mod tests;
mod writer;

pub use classes::Class;
pub use reader::CsvReader;
pub use writer::CsvWriter;
