//! What a `.dta` says besides its rows, as the writer takes it.

use exporter_stata::Missing;
pub(crate) use exporter_stata::{Conversion, MissingRule, ValueLabelSet};

use crate::spec::Release;
use crate::spec_storage::StorageType;

/// Everything a `.dta` says besides its rows.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct DtaMetadata {
    /// Release to write.
    pub release: Release,
    /// Dataset label, at most 80 characters.
    pub label: String,
    /// Time of writing as `dd Mon yyyy hh:mm`, or empty for files that can be reproduced (section 12).
    pub timestamp: String,
    /// Variables in file order.
    pub variables: Vec<DtaVariable>,
    /// Positions in `variables` (from 0) by which the rows are sorted, verified by the caller (section 8).
    pub sorted_by: Vec<usize>,
    /// Characteristics and notes in file order.
    pub characteristics: Vec<Characteristic>,
    /// Value-label sets in file order.
    pub value_labels: Vec<ValueLabelSet>,
}

impl DtaMetadata {
    /// Starts an empty description for `release`.
    pub fn new(release: Release) -> Self {
        Self {
            release,
            label: String::new(),
            timestamp: String::new(),
            variables: Vec::new(),
            sorted_by: Vec::new(),
            characteristics: Vec::new(),
            value_labels: Vec::new(),
        }
    }

    /// Bytes of one row.
    pub fn row_width(&self) -> u64 {
        self.variables.iter().map(|variable| variable.storage.width() as u64).sum()
    }
}

/// One variable: how it is named, stored, shown and filled.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct DtaVariable {
    /// Name, valid by section 7 and unique.
    pub name: String,
    /// Storage type.
    pub storage: StorageType,
    /// Display format, of the class of the storage type.
    pub format: String,
    /// Name of a value-label set, or empty.
    pub value_labels: String,
    /// Label, at most 80 characters.
    pub label: String,
    /// How the values of an Arrow column become cells.
    pub conversion: Conversion,
    /// Values stored as a missing value, whatever the storage type holds; of rules that overlap the last one wins.
    pub missing: Vec<MissingRule>,
    /// Missing values of reasons that rows hold beside the variable, by number from 0; where there are any, batches may
    /// have a column of such numbers (`UInt8`) behind those of all variables. A null with a reason that has no missing
    /// value here is `.`.
    pub reasons: Vec<Option<Missing>>,
}

impl DtaVariable {
    /// Makes a variable with the default format of its storage type and no label.
    pub fn new(name: impl Into<String>, storage: StorageType) -> Self {
        Self {
            name: name.into(),
            storage,
            format: storage.default_format(),
            value_labels: String::new(),
            label: String::new(),
            conversion: Conversion::Plain,
            missing: Vec::new(),
            reasons: Vec::new(),
        }
    }
}

/// A named text of the dataset or of one variable; notes are such texts (section 11).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Characteristic {
    /// Name of the variable it belongs to, or `_dta`.
    pub owner: String,
    /// Name of the characteristic.
    pub name: String,
    /// The text, 1 to 67,783 bytes.
    pub contents: String,
}

impl Characteristic {
    /// A characteristic of `_dta`, the dataset, or of a variable.
    pub fn new(owner: impl Into<String>, name: impl Into<String>, contents: impl Into<String>) -> Self {
        Self { owner: owner.into(), name: name.into(), contents: contents.into() }
    }
}
