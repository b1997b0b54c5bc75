//! Metadata: the objects that describe a system, one collection for each type (sections 1 to 5 and 9).

mod findings;
mod json;
mod part;
mod reader;
mod types;
mod writer;

pub use part::{MetadataObject, Part, Reference, references};
pub use reader::MetadataReader;
pub use types::{Kind, Property, Type, is_attribute, properties_of, property_of, singular, type_of, types};
pub use writer::{MetadataWriter, WriteError};
