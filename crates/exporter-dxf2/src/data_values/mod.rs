//! Aggregate data values (section 10 of the fact sheet): data value sets, their periods and the types of their values.

mod adx;
mod check;
mod csv;
mod data_value;
mod flat;
mod form;
mod json;
mod period;
mod value_type;
mod xml;

pub use adx::{AdxReader, AdxWriter};
pub use check::{DataElement, Dictionary};
pub use csv::{CsvDialect, CsvReader, CsvWriter};
pub use data_value::{DataValue, Key};
pub use form::{AnyReader, AnyWriter, Form};
pub use json::{JsonReader, JsonWriter};
pub use period::{Period, PeriodType, UnknownPeriod};
pub use value_type::{UnknownValueType, ValueType};
pub use xml::{XmlReader, XmlWriter};

pub(crate) use flat::{Flat, Part, Tag};
pub(crate) use value_type::is_number;
pub(crate) use xml::{attribute, refused, scalar};
