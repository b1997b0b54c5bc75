//! From the numbers and texts of a file to the kinds of its codebook.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, DurationMicrosecondType, DurationMillisecondType, DurationNanosecondType,
    DurationSecondType, Float64Type, Int32Type, Time64MicrosecondType, Time64NanosecondType,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
};
use arrow_array::{Array as _, ArrayRef, BinaryArray, Float64Array, PrimitiveArray, UInt8Array};
use arrow_schema::{DataType, TimeUnit};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use exporter_core::Result;
use exporter_core::codebook::{Kind, Period, Variable};
use exporter_core::dataset::arrow_type;
use exporter_rows::{Conversion, Epoch};

use crate::spec::{DAY, UNIX_EPOCH};

/// How a variable is delivered.
#[derive(Clone, Debug)]
pub(super) struct Delivery {
    /// Position in the file.
    pub(super) variable: usize,
    name: String,
    kind: Kind,
    target: DataType,
    /// Numbers that stand for reasons, by the position of their declaration.
    codes: Vec<(f64, u8)>,
}

impl Delivery {
    /// Of the variable at a position of the file, as the codebook describes it; `codes` are the numbers that stand for its
    /// reasons, by declaration.
    pub(super) fn new(variable: usize, described: &Variable, codes: &[Option<f64>]) -> Self {
        let (name, kind) = (described.name.clone(), described.kind.clone());
        let declared = described.missing.iter().zip(codes).enumerate();
        let reasons = declared.filter(|(_, (missing, _))| missing.is_reason());
        let codes = reasons.filter_map(|(at, (_, code))| Some(((*code)?, u8::try_from(at).ok()?))).collect();
        Self { variable, name, target: arrow_type(&kind), kind, codes }
    }

    /// The column without the numbers that stand for reasons, and these reasons.
    pub(super) fn reasons(&self, array: &ArrayRef) -> (ArrayRef, UInt8Array) {
        let numbers = array.as_primitive_opt::<Float64Type>().filter(|_| !self.codes.is_empty());
        let Some(numbers) = numbers else { return (Arc::clone(array), UInt8Array::new_null(array.len())) };
        let reason = |number: f64| self.codes.iter().find(|(code, _)| *code == number).map(|(_, at)| *at);
        let reasons: UInt8Array = numbers.iter().map(|number| reason(number?)).collect();
        let values: Float64Array =
            numbers.iter().map(|number| number.filter(|it| reason(*it).is_none())).collect();
        (Arc::new(values), reasons)
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
        // Numbers that count from some day were dealt with above.
        let conversion = Conversion::new(self.target.clone(), false, Epoch::default());
        conversion.column(array).map_err(|misfit| misfit.error("sav", &self.name, first))
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

/// Seconds from `epoch` in units of which `per_second` make one. Whole seconds are split off, so that the parts of one are as
/// exact as a double of this size has them.
fn ticks<T: ArrowPrimitiveType<Native = i64>>(
    numbers: &PrimitiveArray<Float64Type>,
    per_second: f64,
    epoch: f64,
) -> PrimitiveArray<T> {
    // A double of today's size is exact to a millionth of a second, not to a billionth.
    let (parts, more) = if per_second > 1e6 { (1e6, (per_second / 1e6) as i64) } else { (per_second, 1) };
    numbers.unary::<_, T>(|seconds| {
        let whole = seconds.floor();
        let fraction = ((seconds - whole) * parts).round() as i64;
        let whole = ((whole - epoch) as i64).saturating_mul(parts as i64);
        whole.saturating_add(fraction).saturating_mul(more)
    })
}
