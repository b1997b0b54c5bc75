//! Facts of one column, batch by batch.

use std::collections::BTreeMap;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Decimal128Type, DurationMicrosecondType, DurationMillisecondType,
    DurationNanosecondType, DurationSecondType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type,
    Int64Type, Time64MicrosecondType, Time64NanosecondType, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, PrimitiveArray};
use arrow_schema::{DataType, TimeUnit};

use super::super::{ColumnFacts, Distinct, Facts, Moments, Number};
use crate::codebook::{Kind, Value};
use crate::error::Result;

/// A declared value as a number.
pub(super) fn number(value: Option<&Value>) -> Option<Number> {
    match value? {
        Value::Integer(number) => Some(Number::Integer(i128::from(*number))),
        Value::Float(number) => Some(Number::Float(*number)),
        Value::Boolean(_) | Value::Text(_) => None,
    }
}

pub(super) struct ColumnProfiler {
    asked: Facts,
    whole_kind: bool,
    nulls: u64,
    max_bytes: u64,
    range: Option<(Number, Number)>,
    integral: bool,
    nans: u64,
    infinities: u64,
    distinct: Distinct,
    moments: Moments,
}

impl ColumnProfiler {
    pub(super) fn new(asked: Facts, kind: Option<&Kind>) -> Self {
        Self {
            asked,
            whole_kind: !matches!(kind, Some(Kind::Float { .. } | Kind::Decimal { .. })),
            nulls: 0,
            max_bytes: 0,
            range: None,
            integral: true,
            nans: 0,
            infinities: 0,
            distinct: Distinct::Values(BTreeMap::new()),
            moments: Moments::default(),
        }
    }

    pub(super) fn add(&mut self, column: &ArrayRef) -> Result<()> {
        self.nulls += column.null_count() as u64;
        match column.data_type() {
            DataType::Utf8 => self.add_texts(column.as_string::<i32>().iter()),
            DataType::Binary if self.asked.max_bytes => {
                let longest = column.as_binary::<i32>().iter().flatten().map(<[u8]>::len).max().unwrap_or(0);
                self.max_bytes = self.max_bytes.max(longest as u64);
            }
            DataType::Boolean => {
                self.add_whole(column.as_boolean().iter().flatten().map(i128::from));
                self.add_distinct(column.as_boolean().iter().flatten().map(Value::Boolean));
            }
            DataType::Float32 => {
                self.add_floats(column.as_primitive::<Float32Type>().iter().flatten().map(f64::from));
            }
            DataType::Float64 => self.add_floats(column.as_primitive::<Float64Type>().iter().flatten()),
            DataType::Int8 => self.add_integers(column.as_primitive::<Int8Type>()),
            DataType::Int16 => self.add_integers(column.as_primitive::<Int16Type>()),
            DataType::Int32 => self.add_integers(column.as_primitive::<Int32Type>()),
            DataType::Int64 => self.add_integers(column.as_primitive::<Int64Type>()),
            DataType::UInt8 => self.add_integers(column.as_primitive::<UInt8Type>()),
            DataType::UInt16 => self.add_integers(column.as_primitive::<UInt16Type>()),
            DataType::UInt32 => self.add_integers(column.as_primitive::<UInt32Type>()),
            DataType::UInt64 => self.add_integers(column.as_primitive::<UInt64Type>()),
            DataType::Date32 => self.add_integers(column.as_primitive::<Date32Type>()),
            DataType::Time64(TimeUnit::Nanosecond) => {
                self.add_integers(column.as_primitive::<Time64NanosecondType>())
            }
            DataType::Time64(_) => self.add_integers(column.as_primitive::<Time64MicrosecondType>()),
            DataType::Timestamp(TimeUnit::Second, _) => {
                self.add_integers(column.as_primitive::<TimestampSecondType>())
            }
            DataType::Timestamp(TimeUnit::Millisecond, _) => {
                self.add_integers(column.as_primitive::<TimestampMillisecondType>());
            }
            DataType::Timestamp(TimeUnit::Microsecond, _) => {
                self.add_integers(column.as_primitive::<TimestampMicrosecondType>());
            }
            DataType::Timestamp(TimeUnit::Nanosecond, _) => {
                self.add_integers(column.as_primitive::<TimestampNanosecondType>());
            }
            DataType::Duration(TimeUnit::Second) => {
                self.add_integers(column.as_primitive::<DurationSecondType>())
            }
            DataType::Duration(TimeUnit::Millisecond) => {
                self.add_integers(column.as_primitive::<DurationMillisecondType>());
            }
            DataType::Duration(TimeUnit::Microsecond) => {
                self.add_integers(column.as_primitive::<DurationMicrosecondType>());
            }
            DataType::Duration(TimeUnit::Nanosecond) => {
                self.add_integers(column.as_primitive::<DurationNanosecondType>());
            }
            DataType::Decimal128(_, _) => self.add_integers(column.as_primitive::<Decimal128Type>()),
            // Nested values have no size, range or count of their own.
            _ => {}
        }
        Ok(())
    }

    fn add_texts<'t>(&mut self, texts: impl Iterator<Item = Option<&'t str>> + Clone) {
        if self.asked.max_bytes {
            let longest = texts.clone().flatten().map(str::len).max().unwrap_or(0);
            self.max_bytes = self.max_bytes.max(longest as u64);
        }
        self.add_distinct(texts.flatten().map(Value::from));
    }

    fn add_integers<T: ArrowPrimitiveType>(&mut self, column: &PrimitiveArray<T>)
    where
        T::Native: Copy + Ord + Into<i128>,
    {
        if self.asked.range {
            let low = column.iter().flatten().min();
            let high = column.iter().flatten().max();
            if let (Some(low), Some(high)) = (low, high) {
                self.widen(Number::Integer(low.into()), Number::Integer(high.into()));
            }
        }
        if self.asked.moments {
            column.iter().flatten().for_each(|value| self.add_moment(Into::<i128>::into(value) as f64));
        }
        if self.asked.distinct.is_some() {
            self.add_distinct(column.iter().flatten().map(|value| {
                let value: i128 = value.into();
                i64::try_from(value).map_or(Value::Float(value as f64), Value::Integer)
            }));
        }
    }

    fn add_whole(&mut self, values: impl Iterator<Item = i128>) {
        for value in values {
            self.widen(Number::Integer(value), Number::Integer(value));
            self.add_moment(value as f64);
        }
    }

    fn add_floats(&mut self, values: impl Iterator<Item = f64> + Clone) {
        if self.asked.range || self.asked.integral {
            let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
            for value in values.clone() {
                if value.is_nan() {
                    self.nans += 1;
                    self.integral = false;
                } else {
                    low = low.min(value);
                    high = high.max(value);
                    if value.is_infinite() {
                        self.infinities += 1;
                        self.integral = false;
                    } else if value.trunc() != value {
                        self.integral = false;
                    }
                }
            }
            if low <= high {
                self.widen(Number::Float(low), Number::Float(high));
            }
        }
        if self.asked.moments {
            values.clone().filter(|value| !value.is_nan()).for_each(|value| self.add_moment(value));
        }
        self.add_distinct(values.map(Value::Float));
    }

    fn widen(&mut self, low: Number, high: Number) {
        self.range = Some(match self.range {
            None => (low, high),
            Some((known_low, known_high)) => (
                if low < known_low { low } else { known_low },
                if high > known_high { high } else { known_high },
            ),
        });
    }

    fn add_moment(&mut self, value: f64) {
        if self.asked.moments {
            self.moments.count += 1;
            let away = value - self.moments.mean;
            self.moments.mean += away / self.moments.count as f64;
            self.moments.squares += away * (value - self.moments.mean);
        }
    }

    fn add_distinct(&mut self, values: impl Iterator<Item = Value>) {
        let Some(limit) = self.asked.distinct else { return };
        for value in values {
            let Distinct::Values(counts) = &mut self.distinct else { return };
            *counts.entry(value).or_insert(0) += 1;
            if counts.len() > limit as usize {
                self.distinct = Distinct::TooMany;
            }
        }
    }

    pub(super) fn finish(self, facts: &mut ColumnFacts) {
        facts.nulls = Some(self.nulls);
        if self.asked.max_bytes {
            facts.max_bytes = Some(self.max_bytes);
        }
        if self.asked.range {
            facts.range = Some(self.range);
        }
        if self.asked.integral {
            facts.integral = Some(self.whole_kind || self.integral);
        }
        if self.asked.range || self.asked.integral {
            facts.nans = Some(self.nans);
            facts.infinities = Some(self.infinities);
        }
        if self.asked.distinct.is_some() {
            facts.distinct = Some(self.distinct);
        }
        if self.asked.moments {
            facts.moments = Some(self.moments);
        }
    }
}
