//! The rules of SPSS (and PSPP), whatever carries a table to it: a system file, or delimited text with syntax.
//!
//! [`describe`] decides everything that a table is called, labelled and shown as; formats write what it decided.
//!
//! ```
//! use exporter_core::codebook::{Codebook, Kind, Missing, Table, Variable};
//! use exporter_spss::{Value, describe};
//!
//! let vote = Variable::new("and", Kind::INTEGER).with_missing(Missing::value(9).label("Refused"));
//! let codebook = Codebook::new("s").with_table(Table::new("t", vec![vote]));
//! let table = describe(&codebook, &codebook.tables[0], None, codebook.language(None));
//! assert_eq!(table.variables[0].name, "and_");
//! assert_eq!(table.variables[0].missing.values, [Value::Number(9.0)]);
//! ```

mod describe;
mod display_format;
pub mod limits;
mod names;
mod response_sets;
mod values;

pub use describe::{TableDescription, VariableDescription, describe, needs};
pub use display_format::{Format, FormatClass};
pub use names::unique_names;
pub use response_sets::{ResponseSet, ResponseSetKind};
pub use values::{MissingValues, Value};
