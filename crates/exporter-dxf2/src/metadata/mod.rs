//! Metadata: the objects that describe a system, one collection for each type (sections 1 to 5 and 9).
//!
//! [`MetadataReader`] gives one object after the other, of JSON or XML, and [`MetadataWriter`] writes them in either form and for a
//! version. A [`Bundle`] holds a whole document, to write it in another order. Tables have readers and writers of their own, one
//! table for each class key: [`MetadataCsvReader`] and [`MetadataCsvWriter`].
//!
//! JSON is written as it was read, but for blanks. XML keeps all that has a kind in the table of properties ([`property_of`]), with
//! these exceptions: attributes come before elements; empty texts, lists and objects, and what is said to be nothing, have no
//! place; items of lists have the names that DHIS2 2.38 gives them; geometries are well-known text, in one spelling; numbers of
//! properties that are not in the table are texts. Whatever a form does not hold is remarked, or an error in strict mode where a
//! server would miss it.

mod bundle;
mod check;
mod csv;
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
pub use part::{MetadataObject, Part, Reference, is_reference, references};
pub use reader::MetadataReader;
pub use types::{Kind, Property, Type, is_attribute, properties_of, property_of, singular, type_of, types};
pub use writer::{Form, MetadataWriter, WriteError, WriteOptions};
