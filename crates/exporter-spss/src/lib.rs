//! The rules of SPSS (and PSPP), whatever carries a table to it: a system file, or delimited text with syntax.
//!
//! [`describe`] decides everything that a table is called, labelled and shown as; formats write what it decided.
//!
//! ```
//! use exporter_core::codebook::{Codebook, Kind, Missing, Table, Variable};
//! use exporter_spss::{Choices, Value, describe};
//!
//! let vote = Variable::new("and", Kind::INTEGER).with_missing(Missing::value(9).label("Refused"));
//! let codebook = Codebook::new("s").with_table(Table::new("t", vec![vote]));
//! let table = describe(&codebook, &codebook.tables[0], None, codebook.language(None), &Choices::syntax())?;
//! assert_eq!(table.variables[0].name, "and_");
//! assert_eq!(table.variables[0].missing.values, [Value::Number(9.0)]);
//! # Ok::<(), exporter_core::Error>(())
//! ```

mod choices;
mod conversion;
mod describe;
mod display_format;
mod missing_values;
mod names;
mod reason_numbers;
mod response_sets;
mod short_names;
mod values;

pub use choices::{Choices, ExactOption, LabelLimit, LongTextOption, Target, Widths, Zone};
pub use conversion::Conversion;
pub use describe::{TableDescription, VariableDescription, describe, growth, longest_text, needs};
pub use display_format::{Format, FormatClass};
pub use missing_values::{DeclaredMissing, MissingValues};
pub use names::{folded, in_encoding, unique_attribute_names, unique_names, unique_set_names};
pub use response_sets::{ResponseSet, ResponseSetKind, renamed_group};
pub use short_names::{ShortNames, short_names};
pub use values::{EPOCH_SECONDS, Value, ValueKey, lowest};

/// How long things may be (command syntax reference; "String variable formats").
pub mod limits {
    /// Longest name in bytes.
    pub const MAX_NAME_BYTES: usize = 64;
    /// Longest variable label in characters; in bytes every version takes it.
    pub const MAX_LABEL: usize = 256;
    /// Longest value label, and label of a multiple response set, in characters; in bytes every version takes it.
    pub const MAX_VALUE_LABEL: usize = 120;
    /// Longest value label in bytes, whatever its characters.
    pub const MOST_VALUE_LABEL_BYTES: usize = 255;
    /// Longest label of a file in bytes in the header of a system file.
    pub const FILE_LABEL_IN_HEADER: usize = 64;
    /// Longest label of a file in bytes that the command `FILE LABEL` takes.
    pub const MAX_FILE_LABEL_BYTES: usize = 60;
    /// Longest text variable in bytes.
    pub const MAX_TEXT_BYTES: u64 = 32_767;
    /// Longest text in bytes that can be declared missing.
    pub const MAX_MISSING_TEXT_BYTES: usize = 8;
    /// Most single values that can be declared missing where no range is.
    pub const MAX_MISSING_VALUES: usize = 3;
}
