//! Kinds of variables.

use arrow_schema::DataType;
use exporter_core::codebook::{Kind, TimeUnit};
use exporter_core::dataset::arrow_type;
use exporter_rows::{fits_by_range, only_values_tell};

use crate::reader::{ColumnType, ValueFacts};
use crate::spec_storage::StorageType;

/// The kind that storage and display format say.
pub(super) fn kind_of(column: ColumnType, storage: StorageType) -> Kind {
    match column {
        ColumnType::Date => Kind::Date,
        ColumnType::DateTime => Kind::DateTime { unit: TimeUnit::Millisecond, zone: None },
        ColumnType::DateTimeUtc => {
            Kind::DateTime { unit: TimeUnit::Millisecond, zone: Some("UTC".to_owned()) }
        }
        ColumnType::Period(period) => Kind::Period(period),
        ColumnType::Binary => Kind::Binary,
        ColumnType::Text | ColumnType::Unavailable => Kind::Text,
        ColumnType::Number => match storage {
            StorageType::Byte => Kind::Integer { bits: 8, signed: true },
            StorageType::Int => Kind::Integer { bits: 16, signed: true },
            StorageType::Long => Kind::Integer { bits: 32, signed: true },
            StorageType::Float => Kind::Float { bits: 32 },
            _ => Kind::FLOAT,
        },
    }
}

/// Whether the values of a column are of the recorded type, where only they tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Values {
    /// They were found to be.
    Verified,
    /// It was not found that they are.
    Open,
    /// They are outside the projection and not read; the record is taken as it is.
    Unseen,
}

/// What vouches for the values of a column.
#[derive(Clone, Copy)]
pub(super) struct Evidence<'a> {
    /// Facts of the pass over the numbers, if one was made.
    pub(super) facts: Option<&'a ValueFacts>,
    pub(super) values: Values,
}

impl Evidence<'_> {
    /// Whether a column can be delivered again as the kind that the writer recorded.
    pub(super) fn restores(self, kind: &Kind, natural: &DataType) -> bool {
        let target = arrow_type(kind);
        if target == *natural || self.values == Values::Unseen {
            return true;
        }
        if only_values_tell(natural, &target) {
            return self.values == Values::Verified;
        }
        // Without a pass over the rows, nothing vouches for the values.
        let Some(facts) = self.facts else {
            return natural == &DataType::Utf8 && fits_by_range(natural, &target, true, None);
        };
        fits_by_range(natural, &target, facts.is_integral(), facts.range())
    }
}
