//! Kinds of variables, and declared values as the numbers of the reader's columns.

use std::collections::BTreeMap;

use arrow_schema::DataType;
use chrono::NaiveDate;
use exporter_core::codebook::{Kind, MissingValues, Period, TimeUnit, Value, Variable};
use exporter_core::dataset::arrow_type;
use exporter_core::missing::span;
use exporter_core::profile::Number;

use crate::dataset::delivery::{Code, Recode, can_deliver};
use crate::missing::Missing;
use crate::reader::{self, ColumnType, ValueFacts};
use crate::spec::{EPOCH_DAYS, EPOCH_MILLIS};
use crate::spec_storage::StorageType;

/// Milliseconds of a day.
const DAY_MILLIS: i64 = 86_400_000;

/// The kind that storage and display format say.
pub(super) fn kind_of(column: ColumnType, storage: StorageType) -> Kind {
    match column {
        ColumnType::Date => Kind::Date,
        ColumnType::DateTime => Kind::DateTime { unit: TimeUnit::Millisecond, zone: None },
        ColumnType::DateTimeUtc => {
            Kind::DateTime { unit: TimeUnit::Millisecond, zone: Some("UTC".to_owned()) }
        }
        ColumnType::Period(period) => Kind::Period(match period {
            reader::Period::Year => Period::Year,
            reader::Period::Half => Period::Half,
            reader::Period::Quarter => Period::Quarter,
            reader::Period::Month => Period::Month,
            reader::Period::Week => Period::Week,
        }),
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
    Proven,
    /// It was not found that they are.
    Open,
    /// Nobody will ask for them, so that the record is taken on trust.
    Unseen,
}

/// What vouches for the values of a column.
#[derive(Clone, Copy)]
pub(super) struct Evidence<'a> {
    /// Facts of the pass over the numbers, if one was made.
    pub(super) facts: Option<&'a ValueFacts>,
    pub(super) values: Values,
    /// Whether every letter of the column has a value of the recorded kind.
    pub(super) mapped: bool,
}

impl Evidence<'_> {
    /// Whether a column can be delivered again as the kind that the writer recorded.
    pub(super) fn restores(self, kind: &Kind, natural: &DataType) -> bool {
        let target = arrow_type(kind);
        if target == *natural {
            return true;
        }
        if self.values == Values::Unseen {
            return self.mapped;
        }
        if super::proof::is_needed(natural, &target) {
            return self.values == Values::Proven && self.mapped;
        }
        // Without a pass over the rows, nothing vouches for the values.
        let Some(facts) = self.facts else {
            return natural == &DataType::Utf8 && can_deliver(natural, &target, true, None);
        };
        let roomy = matches!(kind, Kind::Integer { bits: 64, signed: true } | Kind::Float { bits: 64 });
        (self.mapped || roomy) && can_deliver(natural, &target, facts.is_integral(), facts.range())
    }
}

/// The values that our writer recorded for letters, in the numbers of the column: `values` where a letter stands for
/// one value, else an end of the range that it stands for.
pub(super) fn recorded(
    variable: &Variable,
    values: &BTreeMap<char, Value>,
    present: &[Missing],
    column: ColumnType,
    storage: StorageType,
) -> Vec<Recode> {
    let mut recode = Vec::new();
    for missing in present {
        let value = missing.letter().and_then(|letter| values.get(&letter)).or_else(|| {
            let declared = variable.missing.iter().find(|declared| declared.letter == missing.letter())?;
            match &declared.values {
                MissingValues::Reason => None,
                MissingValues::One(value) => Some(value),
                MissingValues::Range { low, high } => low.as_ref().or(high.as_ref()),
            }
        });
        if let Some(value) = value
            && let Some(to) = number_of(value, &variable.kind, column)
        {
            recode.push(Recode { from: Code::of(*missing, column, storage), to, value: value.clone() });
        }
    }
    recode
}

/// Whether the recorded values are numbers of `kind`.
pub(super) fn fits(recode: &[Recode], kind: &Kind) -> bool {
    recode.iter().all(|recode| match (recode.to, kind) {
        (Code::Whole(value), Kind::Integer { bits, signed }) => {
            let (low, high) = match (*bits, *signed) {
                (64, true) => return true,
                (64, false) => (0, i64::MAX),
                (bits, true) => (-1_i64 << (bits - 1), (1_i64 << (bits - 1)) - 1),
                (bits, false) => (0, (1_i64 << bits) - 1),
            };
            (low..=high).contains(&value)
        }
        (Code::Whole(value), Kind::Boolean) => value == 0 || value == 1,
        (Code::Whole(_) | Code::Real(_), Kind::Float { .. } | Kind::Decimal { .. }) => true,
        (Code::Whole(_), kind) => kind.is_temporal(),
        (Code::Real(_), _) => false,
    })
}

/// A value of `kind` in the numbers of a column.
fn number_of(value: &Value, kind: &Kind, column: ColumnType) -> Option<Code> {
    let number = span(&MissingValues::One(value.clone()), kind)?.low;
    let whole = |number: Number| match number {
        Number::Integer(whole) => i64::try_from(whole).ok(),
        Number::Float(_) => None,
    };
    let millis = |unit: TimeUnit| {
        let thousandths = i128::from(whole(number)?) * 1_000;
        let per_second = i128::from(unit.per_second());
        let exact = thousandths.checked_rem(per_second) == Some(0);
        exact.then(|| i64::try_from(thousandths / per_second).ok()).flatten()
    };
    // Columns of dates and times count from 1970, plain numbers as they are stored.
    let (days, epoch) = match column {
        ColumnType::Date | ColumnType::DateTime | ColumnType::DateTimeUtc => (0, 0),
        _ => (EPOCH_DAYS, EPOCH_MILLIS),
    };
    let plain = column == ColumnType::Number;
    let moment = plain || matches!(column, ColumnType::DateTime | ColumnType::DateTimeUtc);
    let added = |number: Option<i64>, more: i64| number?.checked_add(more).map(Code::Whole);
    match kind {
        Kind::Date if plain || column == ColumnType::Date => added(whole(number), days),
        Kind::DateTime { unit, .. } if moment => added(millis(*unit), epoch),
        Kind::Time(unit) if moment => added(millis(*unit), epoch - EPOCH_MILLIS),
        Kind::Date | Kind::DateTime { .. } | Kind::Time(_) => None,
        Kind::Period(_) if plain || matches!(column, ColumnType::Period(_)) => whole(number).map(Code::Whole),
        _ if column != ColumnType::Number => None,
        Kind::Float { .. } | Kind::Decimal { .. } => match value.as_i64() {
            Some(whole) => Some(Code::Whole(whole)),
            None => value.as_f64().map(Code::Real),
        },
        _ => whole(number).map(Code::Whole),
    }
}

/// The codebook's value for a letter that keeps its number in a column.
pub(super) fn value_of(code: Code, column: ColumnType) -> Value {
    let day =
        |day: i64| NaiveDate::from_epoch_days(day as i32).map_or_else(String::new, |day| day.to_string());
    match (code, column) {
        (Code::Whole(days), ColumnType::Date) => Value::Text(day(days)),
        (Code::Whole(millis), ColumnType::DateTime) => {
            Value::Text(format!("{}T00:00:00", day(millis / DAY_MILLIS)))
        }
        (Code::Whole(millis), ColumnType::DateTimeUtc) => {
            Value::Text(format!("{}T00:00:00Z", day(millis / DAY_MILLIS)))
        }
        (Code::Whole(value), _) => Value::Integer(value),
        (Code::Real(value), _) => Value::Float(value),
    }
}
