//! From the numbers and texts of a file to the kinds of its codebook.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, DurationMicrosecondType, DurationMillisecondType, DurationNanosecondType,
    DurationSecondType, Float64Type, Int32Type, Time64MicrosecondType, Time64NanosecondType,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
};
use arrow_array::{ArrayRef, BinaryArray, PrimitiveArray};
use arrow_schema::{DataType, TimeUnit};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use exporter_core::codebook::{Kind, Period, Variable};
use exporter_core::dataset::arrow_type;
use exporter_core::{Error, Result};
use exporter_rows::{Conversion, Epoch};

use crate::spec::UNIX_EPOCH;

/// Seconds of a day.
const DAY: f64 = 86_400.0;
/// The numbers of a file that are no dates count from nowhere.
const NO_EPOCH: Epoch = Epoch { days: 0, millis: 0 };

/// How a variable is delivered.
#[derive(Clone, Debug)]
pub(super) struct Delivery {
    /// Position in the file.
    pub(super) variable: usize,
    name: String,
    kind: Kind,
    target: DataType,
}

impl Delivery {
    /// Of the variable at a position of the file, as the codebook describes it.
    pub(super) fn new(variable: usize, described: &Variable) -> Self {
        let (name, kind) = (described.name.clone(), described.kind.clone());
        Self { variable, name, target: arrow_type(&kind), kind }
    }

    /// The column; `first` is the row of its first value, counted from 0.
    pub(super) fn array(&self, array: &ArrayRef, first: u64) -> Result<ArrayRef> {
        if array.data_type() == &self.target {
            return Ok(Arc::clone(array));
        }
        if let (Kind::Binary, Some(texts)) = (&self.kind, array.as_string_opt::<i32>()) {
            let bytes = texts.iter().map(|text| text.and_then(bytes_of));
            return Ok(Arc::new(bytes.collect::<BinaryArray>()));
        }
        if let Some(numbers) = array.as_primitive_opt::<Float64Type>()
            && let Some(counted) = self.counted(numbers)
        {
            return Ok(counted);
        }
        let conversion = Conversion::new(self.target.clone(), false, NO_EPOCH);
        conversion.column(array).map_err(|misfit| {
            let error = Error::invalid(format!("sav: {}", misfit.message)).variable(&self.name);
            let error = error.row(first + misfit.row as u64 + 1);
            match misfit.source {
                Some(source) => error.with_source(source),
                None => error,
            }
        })
    }

    /// Seconds as what they count.
    fn counted(&self, numbers: &PrimitiveArray<Float64Type>) -> Option<ArrayRef> {
        let day = |seconds: f64| ((seconds - UNIX_EPOCH) / DAY).floor();
        Some(match (&self.kind, &self.target) {
            (Kind::Date, _) => Arc::new(numbers.unary::<_, Date32Type>(|seconds| day(seconds) as i32)),
            (Kind::Period(Period::Year), _) => Arc::new(numbers.unary::<_, Int32Type>(|year| year as i32)),
            (Kind::Period(period), _) => {
                let count = |seconds| period.of_day(day(seconds) as i64).unwrap_or_default();
                Arc::new(numbers.unary::<_, Int32Type>(count))
            }
            (Kind::DateTime { .. }, DataType::Timestamp(unit, zone)) => {
                let zone = zone.clone();
                match unit {
                    TimeUnit::Second => Arc::new(
                        ticks::<TimestampSecondType>(numbers, 1.0, UNIX_EPOCH).with_timezone_opt(zone),
                    ),
                    TimeUnit::Millisecond => Arc::new(
                        ticks::<TimestampMillisecondType>(numbers, 1e3, UNIX_EPOCH).with_timezone_opt(zone),
                    ),
                    TimeUnit::Microsecond => Arc::new(
                        ticks::<TimestampMicrosecondType>(numbers, 1e6, UNIX_EPOCH).with_timezone_opt(zone),
                    ),
                    TimeUnit::Nanosecond => Arc::new(
                        ticks::<TimestampNanosecondType>(numbers, 1e9, UNIX_EPOCH).with_timezone_opt(zone),
                    ),
                }
            }
            (Kind::Time(_), DataType::Time64(TimeUnit::Nanosecond)) => {
                Arc::new(ticks::<Time64NanosecondType>(numbers, 1e9, 0.0))
            }
            (Kind::Time(_), _) => Arc::new(ticks::<Time64MicrosecondType>(numbers, 1e6, 0.0)),
            (Kind::Duration(_), DataType::Duration(unit)) => match unit {
                TimeUnit::Second => Arc::new(ticks::<DurationSecondType>(numbers, 1.0, 0.0)),
                TimeUnit::Millisecond => Arc::new(ticks::<DurationMillisecondType>(numbers, 1e3, 0.0)),
                TimeUnit::Microsecond => Arc::new(ticks::<DurationMicrosecondType>(numbers, 1e6, 0.0)),
                TimeUnit::Nanosecond => Arc::new(ticks::<DurationNanosecondType>(numbers, 1e9, 0.0)),
            },
            _ => return None,
        })
    }
}

/// The bytes that a text in base64 stands for.
pub(super) fn bytes_of(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Seconds from `epoch` in units of which `per_second` make one; whole milliseconds stay whole, however little of them a
/// double of today's size holds.
fn ticks<T: ArrowPrimitiveType<Native = i64>>(
    numbers: &PrimitiveArray<Float64Type>,
    per_second: f64,
    epoch: f64,
) -> PrimitiveArray<T> {
    if per_second <= 1e3 {
        return numbers.unary::<_, T>(|seconds| ((seconds - epoch) * per_second).round() as i64);
    }
    let per_milli = (per_second / 1e3) as i64;
    numbers.unary::<_, T>(|seconds| {
        let millis = (seconds - epoch) * 1e3;
        let whole = millis.round();
        if (millis - whole).abs() < 0.005 {
            (whole as i64).saturating_mul(per_milli)
        } else {
            ((seconds - epoch) * per_second).round() as i64
        }
    })
}
