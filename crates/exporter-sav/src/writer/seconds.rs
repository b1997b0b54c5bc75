//! Days, times and periods to seconds.

use arrow_array::cast::AsArray;
use arrow_array::timezone::Tz;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, DurationMicrosecondType, DurationMillisecondType, DurationNanosecondType,
    DurationSecondType, Int32Type, Time32MillisecondType, Time32SecondType, Time64MicrosecondType,
    Time64NanosecondType, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType,
};
use arrow_array::{Array, ArrayRef, PrimitiveArray};
use arrow_cast::display::array_value_to_string;
use arrow_schema::{ArrowError, DataType, TimeUnit};
use chrono::{Offset, TimeZone};
use exporter_core::codebook::Period;
use exporter_rows::{
    BadCell, CellChange, CellNumber, Cells, Changes, FillCells, OutOfRange, STORE_AS_MISSING, TILE_ROWS,
    Validity, load, put_nulls,
};

use crate::spec::{DAY, SYSMIS, UNIX_EPOCH};

type Choice = Option<Box<dyn FillCells>>;

/// The cells of a column of days, date-times, times or lengths of time; `None` for a column of another type.
pub(super) fn seconds_column(array: &ArrayRef, wall_clock: bool) -> Result<Choice, ArrowError> {
    let zone = match array.data_type() {
        DataType::Timestamp(_, Some(zone)) if wall_clock => Some(zone.parse::<Tz>()?),
        _ => None,
    };
    let dated = |zone| (UNIX_EPOCH, zone);
    let timed = || (0.0, None);
    Ok(Some(match array.data_type() {
        DataType::Date32 => {
            let (days, validity) = (array.as_primitive::<Date32Type>().clone(), Validity::new(array.nulls()));
            Box::new(DayColumn { days, validity })
        }
        DataType::Timestamp(unit, _) => match unit {
            TimeUnit::Second => ticks::<TimestampSecondType, 1>(array, dated(zone)),
            TimeUnit::Millisecond => ticks::<TimestampMillisecondType, 1_000>(array, dated(zone)),
            TimeUnit::Microsecond => ticks::<TimestampMicrosecondType, 1_000_000>(array, dated(zone)),
            TimeUnit::Nanosecond => ticks::<TimestampNanosecondType, 1_000_000_000>(array, dated(zone)),
        },
        DataType::Time32(TimeUnit::Second) => ticks::<Time32SecondType, 1>(array, timed()),
        DataType::Time32(_) => ticks::<Time32MillisecondType, 1_000>(array, timed()),
        DataType::Time64(TimeUnit::Microsecond) => ticks::<Time64MicrosecondType, 1_000_000>(array, timed()),
        DataType::Time64(_) => ticks::<Time64NanosecondType, 1_000_000_000>(array, timed()),
        DataType::Duration(unit) => match unit {
            TimeUnit::Second => ticks::<DurationSecondType, 1>(array, timed()),
            TimeUnit::Millisecond => ticks::<DurationMillisecondType, 1_000>(array, timed()),
            TimeUnit::Microsecond => ticks::<DurationMicrosecondType, 1_000_000>(array, timed()),
            TimeUnit::Nanosecond => ticks::<DurationNanosecondType, 1_000_000_000>(array, timed()),
        },
        _ => return Ok(None),
    }))
}

/// The cells of a column of counted periods; `None` for a column of another type.
pub(super) fn period_column(array: &ArrayRef, period: Period, out_of_range: OutOfRange) -> Choice {
    let counts = array.as_primitive_opt::<Int32Type>()?.clone();
    let validity = Validity::new(array.nulls());
    Some(Box::new(PeriodColumn { counts, validity, period, out_of_range }))
}

fn ticks<T, const PER_SECOND: i64>(array: &ArrayRef, (epoch, zone): (f64, Option<Tz>)) -> Box<dyn FillCells>
where
    T: ArrowPrimitiveType<Native: Into<i64>>,
{
    let (values, validity) = (array.as_primitive::<T>().clone(), Validity::new(array.nulls()));
    Box::new(TickColumn::<T, PER_SECOND> { values, validity, epoch, zone })
}

/// Days since 1970.
struct DayColumn {
    days: PrimitiveArray<Date32Type>,
    validity: Validity,
}

impl FillCells for DayColumn {
    fn fill(&self, row: usize, rows: usize, cells: Cells<'_>, _: &mut Changes) -> Result<(), BadCell> {
        let source = load(self.days.values(), row, rows);
        let mut out = source.map(|day| f64::from(day) * DAY + UNIX_EPOCH);
        put_nulls(self.validity.word(row, rows), SYSMIS, &mut out);
        f64::scatter(out.get(..rows).unwrap_or_default(), cells);
        Ok(())
    }
}

/// Times in units of which `PER_SECOND` make a second.
struct TickColumn<T: ArrowPrimitiveType, const PER_SECOND: i64> {
    values: PrimitiveArray<T>,
    validity: Validity,
    /// Seconds from the epoch of SPSS to that of the column.
    epoch: f64,
    /// The clock that instants are shown on.
    zone: Option<Tz>,
}

impl<T, const PER_SECOND: i64> FillCells for TickColumn<T, PER_SECOND>
where
    T: ArrowPrimitiveType<Native: Into<i64>>,
{
    fn fill(&self, row: usize, rows: usize, cells: Cells<'_>, changes: &mut Changes) -> Result<(), BadCell> {
        let source = load(self.values.values(), row, rows);
        let mut out = [0.0; TILE_ROWS];
        let mut inexact = 0_u64;
        for i in 0..TILE_ROWS {
            let ticks: i64 = source[i].into();
            let mut whole = ticks.div_euclid(PER_SECOND);
            if let Some(zone) = &self.zone {
                whole = shown_on(zone, whole);
            }
            let rest = ticks.rem_euclid(PER_SECOND);
            let part = rest as f64;
            let second = whole as f64 + self.epoch;
            out[i] = second + part / PER_SECOND as f64;
            // What the stored number says in units of the column; readers take the nearest millisecond for meant where it is
            // as near as doubles are to each other. Numbers that no calendar has are rounded, too.
            let stored = (out[i] - second) * PER_SECOND as f64;
            let is_finer =
                PER_SECOND > 1_000 && !(rest as u32).is_multiple_of((PER_SECOND as u32 / 1_000).max(1));
            let is_far = whole.unsigned_abs() > 1 << 52;
            inexact |= u64::from(((stored - part).abs() >= 0.5) & is_finer | is_far) << i;
        }
        let valid = self.validity.word(row, rows);
        let mut inexact = inexact & valid;
        while inexact != 0 {
            let i = inexact.trailing_zeros() as usize;
            inexact &= inexact - 1;
            if i < rows {
                let shown = || array_value_to_string(&self.values, row + i).unwrap_or_default();
                changes.add(CellChange::SubMillisecond, 1, row + i, shown);
            }
        }
        put_nulls(valid, SYSMIS, &mut out);
        f64::scatter(out.get(..rows).unwrap_or_default(), cells);
        Ok(())
    }
}

/// Seconds of an instant since 1970-01-01 UTC on the clock of a zone; those that no calendar has stay.
fn shown_on(zone: &Tz, seconds: i64) -> i64 {
    chrono::DateTime::from_timestamp(seconds, 0).map_or(seconds, |instant| {
        let offset = zone.offset_from_utc_datetime(&instant.naive_utc()).fix().local_minus_utc();
        seconds + i64::from(offset)
    })
}

/// Counted periods.
struct PeriodColumn {
    counts: PrimitiveArray<Int32Type>,
    validity: Validity,
    period: Period,
    out_of_range: OutOfRange,
}

impl FillCells for PeriodColumn {
    fn fill(&self, row: usize, rows: usize, cells: Cells<'_>, changes: &mut Changes) -> Result<(), BadCell> {
        let source = load(self.counts.values(), row, rows);
        let valid = self.validity.word(row, rows);
        let mut out = [SYSMIS; TILE_ROWS];
        for (i, (count, out)) in source.iter().zip(&mut out).enumerate().take(rows) {
            if valid >> i & 1 == 0 {
                continue;
            }
            match self.period.first_day(*count) {
                Some(day) => *out = day as f64 * DAY + UNIX_EPOCH,
                None if self.out_of_range == OutOfRange::Error => {
                    return Err(changes.refuse(row + i, count.to_string(), STORE_AS_MISSING));
                }
                None => changes.add(CellChange::OutOfRange, 1, row + i, || count.to_string()),
            }
        }
        f64::scatter(out.get(..rows).unwrap_or_default(), cells);
        Ok(())
    }
}
