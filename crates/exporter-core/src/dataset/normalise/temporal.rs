//! Dates, times, date-times and durations: other units only when nothing is cut off.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type};
use arrow_array::{
    Array, ArrayRef, Date32Array, DurationMicrosecondArray, DurationMillisecondArray,
    DurationNanosecondArray, DurationSecondArray, Int64Array, Time64MicrosecondArray, Time64NanosecondArray,
    TimestampMicrosecondArray, TimestampMillisecondArray, TimestampNanosecondArray, TimestampSecondArray,
};
use arrow_cast::cast;
use arrow_schema::DataType;

use super::misfit::Misfit;
use super::number::map;
use crate::codebook::TimeUnit;

const DAY_SECONDS: i64 = 86_400;
const DAY_MILLISECONDS: i64 = DAY_SECONDS * 1000;

/// The counts behind a temporal column as 64-bit numbers; a shared buffer where they are that wide already.
fn counts(column: &ArrayRef) -> Result<Int64Array, Misfit> {
    let column = match column.data_type() {
        DataType::Date32 | DataType::Time32(_) => cast(column, &DataType::Int32)?,
        _ => Arc::clone(column),
    };
    if column.data_type() == &DataType::Int32 {
        return map::<Int32Type, Int64Type>(column.as_primitive(), |count| Some(count.into()));
    }
    Ok(cast(&column, &DataType::Int64)?.as_primitive::<Int64Type>().clone())
}

/// Counts of one unit as counts of another, both given per second.
fn rescale(column: &ArrayRef, from: i64, to: i64) -> Result<Int64Array, Misfit> {
    let counts = counts(column)?;
    if from == to {
        Ok(counts)
    } else if to > from {
        let factor = to / from;
        map::<Int64Type, Int64Type>(&counts, |count| count.checked_mul(factor))
    } else {
        let factor = from / to;
        map::<Int64Type, Int64Type>(&counts, |count| (count % factor == 0).then_some(count / factor))
    }
}

/// Days as counts of a unit.
fn days(column: &ArrayRef, to: i64) -> Result<Int64Array, Misfit> {
    let factor = DAY_SECONDS * to;
    map::<Int64Type, Int64Type>(&counts(column)?, |day| day.checked_mul(factor))
}

pub(super) fn to_date(column: &ArrayRef) -> Result<ArrayRef, Misfit> {
    let day = match column.data_type() {
        DataType::Date64 => DAY_MILLISECONDS,
        DataType::Timestamp(unit, None) => DAY_SECONDS * TimeUnit::from(*unit).per_second(),
        _ => return Err(Misfit::Type),
    };
    let whole = |count: i64| (count % day == 0).then_some(count / day);
    let dates: Date32Array =
        map(&counts(column)?, |count| whole(count).and_then(|count| i32::try_from(count).ok()))?;
    Ok(Arc::new(dates))
}

pub(super) fn to_time(unit: TimeUnit, column: &ArrayRef) -> Result<ArrayRef, Misfit> {
    let (DataType::Time32(from) | DataType::Time64(from)) = column.data_type() else {
        return Err(Misfit::Type);
    };
    let nanoseconds = unit == TimeUnit::Nanosecond;
    let to = if nanoseconds { TimeUnit::Nanosecond } else { TimeUnit::Microsecond };
    let (_, values, nulls) =
        rescale(column, TimeUnit::from(*from).per_second(), to.per_second())?.into_parts();
    Ok(if nanoseconds {
        Arc::new(Time64NanosecondArray::try_new(values, nulls)?)
    } else {
        Arc::new(Time64MicrosecondArray::try_new(values, nulls)?)
    })
}

pub(super) fn to_moment(unit: TimeUnit, zone: Option<&str>, column: &ArrayRef) -> Result<ArrayRef, Misfit> {
    let to = unit.per_second();
    let counts = match (column.data_type(), zone) {
        // With zones on both sides the instant is kept; without, the reading.
        (DataType::Timestamp(from, Some(_)), Some(_)) | (DataType::Timestamp(from, None), None) => {
            rescale(column, TimeUnit::from(*from).per_second(), to)?
        }
        (DataType::Date32, None) => days(column, to)?,
        (DataType::Date64, None) => rescale(column, 1_000, to)?,
        _ => return Err(Misfit::Type),
    };
    let (_, values, nulls) = counts.into_parts();
    let zone: Option<Arc<str>> = zone.map(Into::into);
    Ok(match unit {
        TimeUnit::Second => Arc::new(TimestampSecondArray::try_new(values, nulls)?.with_timezone_opt(zone)),
        TimeUnit::Millisecond => {
            Arc::new(TimestampMillisecondArray::try_new(values, nulls)?.with_timezone_opt(zone))
        }
        TimeUnit::Microsecond => {
            Arc::new(TimestampMicrosecondArray::try_new(values, nulls)?.with_timezone_opt(zone))
        }
        TimeUnit::Nanosecond => {
            Arc::new(TimestampNanosecondArray::try_new(values, nulls)?.with_timezone_opt(zone))
        }
    })
}

pub(super) fn to_duration(unit: TimeUnit, column: &ArrayRef) -> Result<ArrayRef, Misfit> {
    let DataType::Duration(from) = column.data_type() else { return Err(Misfit::Type) };
    let (_, values, nulls) =
        rescale(column, TimeUnit::from(*from).per_second(), unit.per_second())?.into_parts();
    Ok(match unit {
        TimeUnit::Second => Arc::new(DurationSecondArray::try_new(values, nulls)?),
        TimeUnit::Millisecond => Arc::new(DurationMillisecondArray::try_new(values, nulls)?),
        TimeUnit::Microsecond => Arc::new(DurationMicrosecondArray::try_new(values, nulls)?),
        TimeUnit::Nanosecond => Arc::new(DurationNanosecondArray::try_new(values, nulls)?),
    })
}
