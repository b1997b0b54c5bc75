//! From the numbers and texts of a file to the types that its codebook declares.

mod exact;
mod number_text;

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, TimestampMillisecondType};
use arrow_array::{ArrayRef, Decimal128Array, PrimitiveArray};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::{ArrowError, DataType, TimeUnit};
use exporter_core::Error;

use exact::decimal_digits;
pub use exact::{fits_by_range, holds, is_calendar, only_values_tell};

/// From where a program counts days and milliseconds, to 1970; the default is 1970 itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Epoch {
    /// Days from there to 1970-01-01.
    pub days: i64,
    /// Milliseconds from there to 1970-01-01.
    pub millis: i64,
}

/// How the column of a file becomes one of a declared type.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Conversion {
    /// The declared type.
    pub target: DataType,
    /// Whether a column of date-times without zone holds instants in UTC.
    pub in_utc: bool,
    /// What stored numbers of days and milliseconds count from.
    pub epoch: Epoch,
}

/// A value that the declared type cannot hold.
#[derive(Debug)]
#[non_exhaustive]
pub struct Misfit {
    /// What is wrong.
    pub message: String,
    /// Row of the column, from 0.
    pub row: usize,
    /// The error of a cast, which names the value.
    pub source: Option<ArrowError>,
}

impl Misfit {
    /// The error of a format for a value of `variable`; `first` is the row of the column's first value, from 0.
    pub fn error(self, format: &str, variable: &str, first: u64) -> Error {
        let error = Error::invalid(format!("{format}: {}", self.message)).variable(variable);
        let error = error.row(first + self.row as u64 + 1);
        match self.source {
            Some(source) => error.with_source(source),
            None => error,
        }
    }
}

impl Conversion {
    /// To `target`; `in_utc` says whether date-times without zone are instants in UTC.
    pub fn new(target: DataType, in_utc: bool, epoch: Epoch) -> Self {
        Self { target, in_utc, epoch }
    }

    /// The column as the type.
    ///
    /// # Errors
    /// A value that the type cannot hold.
    pub fn column(&self, array: &ArrayRef) -> Result<ArrayRef, Misfit> {
        match array.data_type() {
            DataType::Utf8 if number_text::stands_for(&self.target) => {
                let texts = array.as_string::<i32>();
                number_text::numbers(texts, &self.target).map_err(|row| {
                    let text = texts.value(row).to_owned();
                    misfit(format!("the text {text:?} is no {}", self.target), row)
                })
            }
            DataType::Timestamp(TimeUnit::Millisecond, zone) => self.date_times(array, zone.as_ref()),
            number if number.is_numeric() => self.numbers(array),
            _ => self.cast(array, &self.target),
        }
    }

    /// Stored numbers as what they count.
    fn numbers(&self, array: &ArrayRef) -> Result<ArrayRef, Misfit> {
        let whole = || self.cast(array, &DataType::Int64);
        let counted = |array: PrimitiveArray<Int64Type>, to: &DataType| {
            let array = self.cast(&(Arc::new(array) as ArrayRef), to)?;
            self.cast(&array, &self.target)
        };
        match &self.target {
            DataType::Decimal128(precision, scale) if !array.data_type().is_integer() => {
                self.decimals(array, *precision, *scale)
            }
            // Days and milliseconds count from the program's epoch as they are stored.
            DataType::Date32 => {
                let days =
                    whole()?.as_primitive::<Int64Type>().unary(|v: i64| v.saturating_sub(self.epoch.days));
                counted(days, &DataType::Int32)
            }
            DataType::Timestamp(_, zone) => {
                let millis =
                    whole()?.as_primitive::<Int64Type>().unary(|v: i64| v.saturating_sub(self.epoch.millis));
                // A zone comes into question for instants in UTC alone.
                let zone = zone.as_ref().map(|_| "UTC".into());
                counted(millis, &DataType::Timestamp(TimeUnit::Millisecond, zone))
            }
            DataType::Time64(unit) => {
                let per_milli = per_millisecond(*unit);
                let ticks = whole()?.as_primitive::<Int64Type>().unary(|v: i64| v.saturating_mul(per_milli));
                counted(ticks, &self.target)
            }
            DataType::Duration(_) => self.cast(&whole()?, &self.target),
            target => self.cast(array, target),
        }
    }

    fn decimals(&self, array: &ArrayRef, precision: u8, scale: i8) -> Result<ArrayRef, Misfit> {
        let wide = self.cast(array, &DataType::Float64)?;
        let digits = |(row, value): (usize, Option<f64>)| match value {
            None => Ok(None),
            Some(value) => decimal_digits(value, precision, scale)
                .map(Some)
                .ok_or_else(|| misfit(format!("{value} is no {}", self.target), row)),
        };
        let values = wide.as_primitive::<Float64Type>().iter().enumerate();
        let digits: Decimal128Array = values.map(digits).collect::<Result<_, Misfit>>()?;
        Ok(Arc::new(digits.with_data_type(self.target.clone())))
    }

    fn date_times(&self, array: &ArrayRef, zone: Option<&Arc<str>>) -> Result<ArrayRef, Misfit> {
        let millis = array.as_primitive::<TimestampMillisecondType>();
        if let DataType::Time64(unit) = &self.target {
            let per_milli = per_millisecond(*unit);
            let ticks = |v: i64| v.saturating_add(self.epoch.millis).saturating_mul(per_milli);
            let ticks = millis.unary::<_, Int64Type>(ticks);
            return self.cast(&(Arc::new(ticks) as ArrayRef), &self.target);
        }
        let zone = if self.in_utc { Some("UTC".into()) } else { zone.cloned() };
        self.cast(&(Arc::new(millis.clone().with_timezone_opt(zone)) as ArrayRef), &self.target)
    }

    fn cast(&self, array: &ArrayRef, target: &DataType) -> Result<ArrayRef, Misfit> {
        if array.data_type() == target {
            return Ok(Arc::clone(array));
        }
        let strict = CastOptions { safe: false, ..CastOptions::default() };
        cast_with_options(array, target, &strict).map_err(|source| {
            let message = format!("values of type {} do not fit {target}", array.data_type());
            Misfit { message, row: 0, source: Some(source) }
        })
    }
}

fn misfit(message: String, row: usize) -> Misfit {
    Misfit { message, row, source: None }
}

/// How many units of a time of day make a millisecond.
fn per_millisecond(unit: TimeUnit) -> i64 {
    if unit == TimeUnit::Nanosecond { 1_000_000 } else { 1_000 }
}
