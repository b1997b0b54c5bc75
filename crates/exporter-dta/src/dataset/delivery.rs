//! Turns the columns of the reader into the kinds that the codebook declares.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Float32Type, Float64Type, Int64Type, TimestampMillisecondType};
use arrow_array::{Array, ArrayRef, PrimitiveArray, Time64MicrosecondArray};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::{DataType, TimeUnit};
use exporter_core::{Error, Result};

use crate::missing::Missing;
use crate::reader::ColumnType;
use crate::spec::EPOCH_MILLIS;
use crate::spec_storage::StorageType;

/// How one variable of the file becomes one column of the dataset.
#[derive(Debug, Clone)]
pub(super) struct Delivery {
    variable: usize,
    name: String,
    target: DataType,
    recode: Vec<Recode>,
}

/// A stored missing value and the value that our writer recorded for it, both in the numbers of the column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Recode {
    pub(super) from: Code,
    pub(super) to: Code,
}

/// A number of a column: whole, or floating point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Code {
    Whole(i64),
    Real(f64),
}

impl Code {
    /// What stands for `missing` in a column of `kind` read from `storage`.
    pub(super) fn of(missing: Missing, kind: ColumnType, storage: StorageType) -> Self {
        let day = || ColumnType::missing_day(missing).map_or(0, i64::from);
        match (kind, storage) {
            (ColumnType::Date, _) => Self::Whole(day()),
            (ColumnType::DateTime | ColumnType::DateTimeUtc, _) => Self::Whole(day() * 86_400_000),
            (ColumnType::Period(_), _) => Self::Whole(missing.long().into()),
            (_, StorageType::Byte) => Self::Whole(missing.byte().into()),
            (_, StorageType::Int) => Self::Whole(missing.int().into()),
            (_, StorageType::Long) => Self::Whole(missing.long().into()),
            (_, StorageType::Float) => Self::Real(missing.float().into()),
            _ => Self::Real(missing.double()),
        }
    }
}

impl Delivery {
    pub(super) fn new(variable: usize, name: &str, target: DataType, recode: Vec<Recode>) -> Self {
        Self { variable, name: name.to_owned(), target, recode }
    }

    /// Position of the variable in the file.
    pub(super) fn variable(&self) -> usize {
        self.variable
    }

    /// The column; `first` is the row of its first value, counted from 0.
    pub(super) fn array(&self, array: &ArrayRef, first: u64) -> Result<ArrayRef> {
        if array.data_type() == &self.target && self.recode.is_empty() {
            return Ok(Arc::clone(array));
        }
        let array = match array.data_type() {
            DataType::Int8 | DataType::Int16 | DataType::Int32 => {
                let wide = self.cast(array, &DataType::Int64, first)?;
                Arc::new(wide.as_primitive::<Int64Type>().unary::<_, Int64Type>(|v| self.whole(v)))
                    as ArrayRef
            }
            DataType::Float32 if self.target == DataType::Float32 => {
                let real = |v: f32| self.real(v.into()) as f32;
                Arc::new(array.as_primitive::<Float32Type>().unary::<_, Float32Type>(real)) as ArrayRef
            }
            DataType::Float32 | DataType::Float64 => {
                let wide = self.cast(array, &DataType::Float64, first)?;
                Arc::new(wide.as_primitive::<Float64Type>().unary::<_, Float64Type>(|v| self.real(v)))
                    as ArrayRef
            }
            DataType::Date32 => {
                let days = array.as_primitive::<Date32Type>();
                Arc::new(days.unary::<_, Date32Type>(|v| self.whole(v.into()) as i32)) as ArrayRef
            }
            DataType::Timestamp(TimeUnit::Millisecond, zone) => {
                let millis = array.as_primitive::<TimestampMillisecondType>();
                let millis: PrimitiveArray<TimestampMillisecondType> = millis.unary(|v| self.whole(v));
                if self.target == DataType::Time64(TimeUnit::Microsecond) {
                    let micros = millis
                        .unary::<_, Int64Type>(|v| v.saturating_add(EPOCH_MILLIS).saturating_mul(1_000));
                    return Ok(Arc::new(Time64MicrosecondArray::new(
                        micros.values().clone(),
                        micros.nulls().cloned(),
                    )));
                }
                Arc::new(millis.with_timezone_opt(zone.clone())) as ArrayRef
            }
            _ => Arc::clone(array),
        };
        if matches!(self.target, DataType::Duration(_)) && array.data_type() == &DataType::Float64 {
            let whole = self.cast(&array, &DataType::Int64, first)?;
            return self.cast(&whole, &self.target, first);
        }
        self.cast(&array, &self.target, first)
    }

    fn whole(&self, value: i64) -> i64 {
        let found = self.recode.iter().find(|recode| recode.from == Code::Whole(value));
        match found.map(|recode| recode.to) {
            Some(Code::Whole(original)) => original,
            _ => value,
        }
    }

    fn real(&self, value: f64) -> f64 {
        let found = self.recode.iter().find(|recode| recode.from == Code::Real(value));
        match found.map(|recode| recode.to) {
            Some(Code::Real(original)) => original,
            Some(Code::Whole(original)) => original as f64,
            None => value,
        }
    }

    fn cast(&self, array: &ArrayRef, target: &DataType, first: u64) -> Result<ArrayRef> {
        if array.data_type() == target {
            return Ok(Arc::clone(array));
        }
        let strict = CastOptions { safe: false, ..CastOptions::default() };
        cast_with_options(array, target, &strict).map_err(|source| {
            Error::invalid(format!("dta: values of type {} do not fit {target}", array.data_type()))
                .variable(&self.name)
                .row(first + 1)
                .with_source(source)
        })
    }
}

/// Whether a column of the reader can be delivered as `target`, given what its values are.
pub(super) fn can_deliver(
    natural: &DataType,
    target: &DataType,
    integral: bool,
    range: Option<(f64, f64)>,
) -> bool {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let (min, max) = range.unwrap_or((0.0, 0.0));
    let within = |low: f64, high: f64| low <= min && max <= high;
    match (natural, target) {
        (natural, target) if natural == target => true,
        (DataType::Utf8, DataType::Binary) => true,
        (DataType::Timestamp(TimeUnit::Millisecond, None), DataType::Time64(TimeUnit::Microsecond)) => {
            within(0.0, 86_399_999.0)
        }
        (DataType::Timestamp(_, from), DataType::Timestamp(_, to)) => from.is_some() == to.is_some(),
        (
            DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Float32 | DataType::Float64,
            target,
        ) => match target {
            DataType::Float64 => true,
            DataType::Boolean => integral && within(0.0, 1.0),
            DataType::Int8 => integral && within(-128.0, 127.0),
            DataType::Int16 => integral && within(-32_768.0, 32_767.0),
            DataType::Int32 => integral && within(f64::from(i32::MIN), f64::from(i32::MAX)),
            DataType::UInt8 => integral && within(0.0, 255.0),
            DataType::UInt16 => integral && within(0.0, 65_535.0),
            DataType::UInt32 => integral && within(0.0, f64::from(u32::MAX)),
            DataType::UInt64 => integral && within(0.0, EXACT),
            DataType::Int64 | DataType::Duration(_) => integral && within(-EXACT, EXACT),
            _ => false,
        },
        _ => false,
    }
}
