//! Metadata: the objects that describe a system, one collection for each type (sections 1 to 5 and 9).

mod bundle;
mod check;
mod csv;
mod findings;
mod from_elements;
mod geometry;
mod json;
mod part;
mod reader;
mod sharing;
mod targets;
mod to_elements;
mod types;
mod writer;
mod xml;

pub use bundle::{Bundle, Order};
pub use csv::{CsvClass, CsvColumn, MetadataCsvReader, MetadataCsvWriter, ReadCsv, csv_class, csv_classes};
pub use geometry::{of_feature, of_wkt, to_feature, to_wkt};
pub use part::{MetadataObject, Part, Reference, references};
pub use reader::MetadataReader;
pub use types::{Kind, Property, Type, is_attribute, properties_of, property_of, singular, type_of, types};
pub use writer::{Form, MetadataWriter, WriteError, WriteOptions};
