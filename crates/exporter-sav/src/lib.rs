//! SPSS `.sav` and `.zsav`: writer and reader.

mod error;
mod layout;
mod metadata;
mod spec;

/// The rules of SPSS that files and syntax share; their types are in descriptions of this crate.
#[doc(no_inline)]
pub use exporter_spss as spss;

pub use error::SavError;
pub use metadata::{Attribute, CaseDates, SavMetadata, SavVariable, ValueLabels, VariableSet};
