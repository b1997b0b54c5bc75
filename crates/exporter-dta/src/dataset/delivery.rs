//! Turns the columns of the reader into the kinds that the codebook declares.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Float32Type, Float64Type, Int64Type, TimestampMillisecondType};
use arrow_array::{Array, ArrayRef, Decimal128Array, PrimitiveArray};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::{DataType, TimeUnit};
use exporter_core::codebook::Value;
use exporter_core::{Error, Result};

use crate::dataset::number_text;
use crate::dataset::proof::{decimal_digits, is_calendar};
use crate::missing::{Missing, MissingCell};
use crate::reader::ColumnType;
use crate::spec::{EPOCH_DAYS, EPOCH_MILLIS};
use crate::spec_storage::StorageType;

/// How one variable of the file becomes one column of the dataset.
#[derive(Debug, Clone)]
pub(super) struct Delivery {
    variable: usize,
    name: String,
    target: DataType,
    recode: Vec<Recode>,
    /// Whether a column of moments without zone holds instants in UTC.
    in_utc: bool,
}

/// A stored missing value and the value that our writer recorded for it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Recode {
    /// What stands for the missing value in the column.
    pub(super) from: Code,
    /// The recorded value in the numbers of the column.
    pub(super) to: Code,
    /// The recorded value as the codebook writes it.
    pub(super) value: Value,
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

impl Code {
    fn as_f64(self) -> f64 {
        match self {
            Self::Whole(whole) => whole as f64,
            Self::Real(real) => real,
        }
    }
}

impl Delivery {
    pub(super) fn new(variable: usize, name: &str, target: DataType, recode: Vec<Recode>) -> Self {
        Self { variable, name: name.to_owned(), target, recode, in_utc: false }
    }

    /// Says whether a column of moments without zone holds instants in UTC.
    pub(super) fn in_utc(mut self, in_utc: bool) -> Self {
        self.in_utc = in_utc;
        self
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
        match array.data_type() {
            DataType::Utf8 if number_text::stands_for(&self.target) => {
                let texts = array.as_string::<i32>();
                number_text::numbers(texts, &self.target).map_err(|row| {
                    let text = texts.value(row).to_owned();
                    self.misfit(format!("the text {text:?} is no {}", self.target), first + row as u64)
                })
            }
            DataType::Int8 | DataType::Int16 | DataType::Int32
                if self.stays_whole() && !is_calendar(&self.target) =>
            {
                let wide = self.cast(array, &DataType::Int64, first)?;
                let wide = wide.as_primitive::<Int64Type>().unary::<_, Int64Type>(|v| self.whole(v));
                self.cast(&(Arc::new(wide) as ArrayRef), &self.target, first)
            }
            DataType::Float32 if self.target == DataType::Float32 => {
                let real = |v: f32| self.real(v.into()) as f32;
                Ok(Arc::new(array.as_primitive::<Float32Type>().unary::<_, Float32Type>(real)))
            }
            number if number.is_numeric() => self.reals(array, first),
            DataType::Date32 => {
                let days = array.as_primitive::<Date32Type>();
                let days = days.unary::<_, Date32Type>(|v| self.whole(v.into()) as i32);
                self.cast(&(Arc::new(days) as ArrayRef), &self.target, first)
            }
            DataType::Timestamp(TimeUnit::Millisecond, zone) => self.moments(array, zone.as_ref(), first),
            _ => self.cast(array, &self.target, first),
        }
    }

    /// Whether every recorded value is a whole number.
    fn stays_whole(&self) -> bool {
        self.recode.iter().all(|recode| matches!(recode.to, Code::Whole(_)))
    }

    fn reals(&self, array: &ArrayRef, first: u64) -> Result<ArrayRef> {
        let wide = self.cast(array, &DataType::Float64, first)?;
        let reals = wide.as_primitive::<Float64Type>().unary::<_, Float64Type>(|v| self.real(v));
        if let DataType::Decimal128(precision, scale) = self.target {
            let digits = |(row, value): (usize, Option<f64>)| match value {
                None => Ok(None),
                Some(value) => decimal_digits(value, precision, scale)
                    .map(Some)
                    .ok_or_else(|| self.misfit(format!("{value} is no {}", self.target), first + row as u64)),
            };
            let digits: Decimal128Array = reals.iter().enumerate().map(digits).collect::<Result<_>>()?;
            return Ok(Arc::new(digits.with_data_type(self.target.clone())));
        }
        let reals: ArrayRef = Arc::new(reals);
        let whole = || self.cast(&reals, &DataType::Int64, first);
        let from = |array: PrimitiveArray<Int64Type>, to: &DataType| {
            let array = self.cast(&(Arc::new(array) as ArrayRef), to, first)?;
            self.cast(&array, &self.target, first)
        };
        // Days and milliseconds count from 1960 as they are stored.
        match &self.target {
            DataType::Date32 => {
                let days = whole()?.as_primitive::<Int64Type>().unary(|v: i64| v.saturating_sub(EPOCH_DAYS));
                from(days, &DataType::Int32)
            }
            DataType::Timestamp(_, zone) => {
                let millis =
                    whole()?.as_primitive::<Int64Type>().unary(|v: i64| v.saturating_sub(EPOCH_MILLIS));
                // A zone comes into question for instants in UTC alone.
                let zone = zone.as_ref().map(|_| "UTC".into());
                from(millis, &DataType::Timestamp(TimeUnit::Millisecond, zone))
            }
            DataType::Time64(unit) => {
                let per_milli = per_millisecond(*unit);
                from(
                    whole()?.as_primitive::<Int64Type>().unary(|v: i64| v.saturating_mul(per_milli)),
                    &self.target,
                )
            }
            DataType::Duration(_) => self.cast(&whole()?, &self.target, first),
            _ => self.cast(&reals, &self.target, first),
        }
    }

    fn moments(&self, array: &ArrayRef, zone: Option<&Arc<str>>, first: u64) -> Result<ArrayRef> {
        let millis = array.as_primitive::<TimestampMillisecondType>();
        let millis: PrimitiveArray<TimestampMillisecondType> = millis.unary(|v| self.whole(v));
        if let DataType::Time64(unit) = &self.target {
            let per_milli = per_millisecond(*unit);
            let ticks = |v: i64| v.saturating_add(EPOCH_MILLIS).saturating_mul(per_milli);
            let ticks = millis.unary::<_, Int64Type>(ticks);
            return self.cast(&(Arc::new(ticks) as ArrayRef), &self.target, first);
        }
        let zone = if self.in_utc { Some("UTC".into()) } else { zone.cloned() };
        self.cast(&(Arc::new(millis.with_timezone_opt(zone)) as ArrayRef), &self.target, first)
    }

    fn whole(&self, value: i64) -> i64 {
        let found = self.recode.iter().find(|recode| recode.from == Code::Whole(value));
        match found.map(|recode| recode.to) {
            Some(Code::Whole(original)) => original,
            _ => value,
        }
    }

    fn real(&self, value: f64) -> f64 {
        let found = self.recode.iter().find(|recode| recode.from.as_f64() == value);
        found.map_or(value, |recode| recode.to.as_f64())
    }

    fn cast(&self, array: &ArrayRef, target: &DataType, first: u64) -> Result<ArrayRef> {
        if array.data_type() == target {
            return Ok(Arc::clone(array));
        }
        let strict = CastOptions { safe: false, ..CastOptions::default() };
        cast_with_options(array, target, &strict).map_err(|source| {
            let message = format!("values of type {} do not fit {target}", array.data_type());
            self.misfit(message, first).with_source(source)
        })
    }

    /// Error for a value at `row`, from 0.
    fn misfit(&self, message: String, row: u64) -> Error {
        Error::invalid(format!("dta: {message}")).variable(&self.name).row(row + 1)
    }
}

/// How many units of a time of day make a millisecond.
fn per_millisecond(unit: TimeUnit) -> i64 {
    if unit == TimeUnit::Nanosecond { 1_000_000 } else { 1_000 }
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
        (DataType::Timestamp(TimeUnit::Millisecond, None), DataType::Time64(_)) => within(0.0, 86_399_999.0),
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
            DataType::Decimal128(precision, scale) if *scale >= 0 && natural.is_integer() => {
                let limit = 10f64.powi(i32::from(*precision) - i32::from(*scale));
                integral && -limit < min && max < limit
            }
            _ => false,
        },
        _ => false,
    }
}
