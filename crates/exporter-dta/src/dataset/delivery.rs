//! Turns the columns of the reader into the kinds that the codebook declares.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, TimestampMillisecondType};
use arrow_array::{Array, ArrayRef, Decimal128Array, PrimitiveArray, UInt8Array};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::{DataType, TimeUnit};
use arrow_select::interleave::interleave;
use exporter_core::codebook::{Value, Variable};
use exporter_core::dataset::arrow_type;
use exporter_core::{Error, Result};

use crate::dataset::letters::recorded_values;
use crate::dataset::number_text;
use crate::dataset::verify::decimal_digits;
use crate::missing::Missing;
use crate::spec::{EPOCH_DAYS, EPOCH_MILLIS};

/// How one variable of the file becomes one column of the dataset.
#[derive(Debug, Clone)]
pub(super) struct Delivery {
    variable: usize,
    name: String,
    target: DataType,
    /// Whether a column of moments without zone holds instants in UTC.
    in_utc: bool,
    /// The value that each missing value stands for, by its number, where one stands for any.
    recorded: Option<ArrayRef>,
    /// Position of the reason that each missing value is, by its number, among the declarations of the variable.
    reasons: [Option<u8>; Missing::COUNT as usize],
}

impl Delivery {
    /// Delivers the variable at position `index` of the file as it is described; `letters` stand for values.
    pub(super) fn new(
        index: usize,
        variable: &Variable,
        letters: &BTreeMap<char, Value>,
        in_utc: bool,
    ) -> Result<Self> {
        let mut reasons = [None; Missing::COUNT as usize];
        for (position, declared) in variable.missing.iter().enumerate().filter(|(_, m)| m.is_reason()) {
            let missing = declared.letter.and_then(Missing::from_letter);
            if let Some(reason) = missing.and_then(|missing| reasons.get_mut(usize::from(missing.number()))) {
                *reason = reason.or(u8::try_from(position).ok());
            }
        }
        Ok(Self {
            variable: index,
            name: variable.name.clone(),
            target: arrow_type(&variable.kind),
            in_utc,
            recorded: recorded_values(letters, &variable.kind)?,
            reasons,
        })
    }

    /// Position of the variable in the file.
    pub(super) fn variable(&self) -> usize {
        self.variable
    }

    /// Whether letters of the column stand for values.
    pub(super) fn has_recorded(&self) -> bool {
        self.recorded.is_some()
    }

    /// The column, whose missing values `letters` tells apart; `first` is the row of its first value, counted from 0.
    pub(super) fn array(
        &self,
        array: &ArrayRef,
        letters: Option<&UInt8Array>,
        first: u64,
    ) -> Result<ArrayRef> {
        let column = self.converted(array, first)?;
        let (Some(recorded), Some(letters)) = (&self.recorded, letters) else { return Ok(column) };
        if letters.null_count() == letters.len() {
            return Ok(column);
        }
        let source = |(row, letter): (usize, Option<u8>)| match letter.map(usize::from) {
            Some(letter) if letter < recorded.len() => (1, letter),
            _ => (0, row),
        };
        let sources: Vec<_> = letters.iter().enumerate().map(source).collect();
        Ok(interleave(&[&column, recorded], &sources)?)
    }

    /// The reasons of the nulls, whose letters are given.
    pub(super) fn reasons(&self, letters: &UInt8Array) -> ArrayRef {
        let reason = |letter: Option<u8>| self.reasons.get(usize::from(letter?)).copied().flatten();
        Arc::new(letters.iter().map(reason).collect::<UInt8Array>())
    }

    fn converted(&self, array: &ArrayRef, first: u64) -> Result<ArrayRef> {
        match array.data_type() {
            DataType::Utf8 if number_text::stands_for(&self.target) => {
                let texts = array.as_string::<i32>();
                number_text::numbers(texts, &self.target).map_err(|row| {
                    let text = texts.value(row).to_owned();
                    self.misfit(format!("the text {text:?} is no {}", self.target), first + row as u64)
                })
            }
            DataType::Timestamp(TimeUnit::Millisecond, zone) => self.moments(array, zone.as_ref(), first),
            number if number.is_numeric() => self.numbers(array, first),
            _ => self.cast(array, &self.target, first),
        }
    }

    /// Stored numbers as what they count.
    fn numbers(&self, array: &ArrayRef, first: u64) -> Result<ArrayRef> {
        let whole = || self.cast(array, &DataType::Int64, first);
        let counted = |array: PrimitiveArray<Int64Type>, to: &DataType| {
            let array = self.cast(&(Arc::new(array) as ArrayRef), to, first)?;
            self.cast(&array, &self.target, first)
        };
        match &self.target {
            DataType::Decimal128(precision, scale) if !array.data_type().is_integer() => {
                self.decimals(array, *precision, *scale, first)
            }
            // Days and milliseconds count from 1960 as they are stored.
            DataType::Date32 => {
                let days = whole()?.as_primitive::<Int64Type>().unary(|v: i64| v.saturating_sub(EPOCH_DAYS));
                counted(days, &DataType::Int32)
            }
            DataType::Timestamp(_, zone) => {
                let millis =
                    whole()?.as_primitive::<Int64Type>().unary(|v: i64| v.saturating_sub(EPOCH_MILLIS));
                // A zone comes into question for instants in UTC alone.
                let zone = zone.as_ref().map(|_| "UTC".into());
                counted(millis, &DataType::Timestamp(TimeUnit::Millisecond, zone))
            }
            DataType::Time64(unit) => {
                let per_milli = per_millisecond(*unit);
                let ticks = whole()?.as_primitive::<Int64Type>().unary(|v: i64| v.saturating_mul(per_milli));
                counted(ticks, &self.target)
            }
            DataType::Duration(_) => self.cast(&whole()?, &self.target, first),
            target => self.cast(array, target, first),
        }
    }

    fn decimals(&self, array: &ArrayRef, precision: u8, scale: i8, first: u64) -> Result<ArrayRef> {
        let wide = self.cast(array, &DataType::Float64, first)?;
        let digits = |(row, value): (usize, Option<f64>)| match value {
            None => Ok(None),
            Some(value) => decimal_digits(value, precision, scale)
                .map(Some)
                .ok_or_else(|| self.misfit(format!("{value} is no {}", self.target), first + row as u64)),
        };
        let values = wide.as_primitive::<Float64Type>().iter().enumerate();
        let digits: Decimal128Array = values.map(digits).collect::<Result<_>>()?;
        Ok(Arc::new(digits.with_data_type(self.target.clone())))
    }

    fn moments(&self, array: &ArrayRef, zone: Option<&Arc<str>>, first: u64) -> Result<ArrayRef> {
        let millis = array.as_primitive::<TimestampMillisecondType>();
        if let DataType::Time64(unit) = &self.target {
            let per_milli = per_millisecond(*unit);
            let ticks = |v: i64| v.saturating_add(EPOCH_MILLIS).saturating_mul(per_milli);
            let ticks = millis.unary::<_, Int64Type>(ticks);
            return self.cast(&(Arc::new(ticks) as ArrayRef), &self.target, first);
        }
        let zone = if self.in_utc { Some("UTC".into()) } else { zone.cloned() };
        self.cast(&(Arc::new(millis.clone().with_timezone_opt(zone)) as ArrayRef), &self.target, first)
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
