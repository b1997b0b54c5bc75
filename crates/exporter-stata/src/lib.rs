//! The rules of Stata, whatever carries a table to it: a `.dta`, or delimited text with a do-file.
//!
//! [`describe`] decides everything that a table is called, labelled and stored as; formats write what it decided.
//! Sections named here are those of the format description that this crate follows: 1 releases, 2 widths, 5 types,
//! 6 text, 7 names, 9 display formats, 10 value labels, 11 characteristics.
//!
//! ```
//! use exporter_core::codebook::{Codebook, Kind, Missing, Table, Variable};
//! use exporter_stata::{Choices, Version, describe};
//!
//! let vote = Variable::new("1st vote", Kind::INTEGER).with_missing(Missing::value(9).label("Refused"));
//! let codebook = Codebook::new("s").with_table(Table::new("t", vec![vote]));
//! let choices = Choices::new(Version::Stata14);
//! let table = describe(&codebook, &codebook.tables[0], (None, None), None, &choices)?;
//! assert_eq!(table.variables[0].name, "_1st_vote");
//! assert_eq!((table.recodes[0].from.as_str(), table.recodes[0].to.as_str()), ("9", ".a"));
//! # Ok::<(), exporter_core::Error>(())
//! ```

pub mod calendar;
mod charset;
mod choices;
mod describe;
mod display_format;
mod format_class;
mod label_sets;
mod languages;
mod letters;
pub mod limits;
mod missing;
pub mod names;
mod rule;
mod stand_ins;
mod storage;
mod storage_type;
mod texts;
mod version;

pub use charset::Charset;
pub use choices::{Choices, Decimals, LargeIntegers, LongTextOption, StorageOption, StrlOption, ZoneOption};
pub use describe::{TableDescription, VariableDescription, describe, needs};
pub use display_format::shown_format;
pub use format_class::FormatClass;
pub use label_sets::{LabelSets, TRANSLATION_SET, ValueLabelSet, translation_set};
pub use languages::{LANGUAGE_LIST, LabelLanguage, Languages, language_tag, private_tag};
pub use letters::{Letters, letters};
pub use missing::Missing;
pub use rule::{Conversion, MissingRule};
pub use stand_ins::{is_stand_in, stands_for};
pub use storage_type::StorageType;
pub use texts::{Label, MAX_NOTE_BYTES, Notes};
pub use version::Version;
