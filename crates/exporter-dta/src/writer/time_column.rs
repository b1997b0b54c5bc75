//! Timestamps and times of day to milliseconds in a `double`.

use arrow_array::cast::AsArray;
use arrow_array::timezone::Tz;
use arrow_array::types::{
    ArrowPrimitiveType, Time64MicrosecondType, Time64NanosecondType, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
};
use arrow_array::{Array, ArrayRef};
use arrow_buffer::ScalarBuffer;
use arrow_cast::display::array_value_to_string;
use arrow_schema::{DataType, TimeUnit};
use chrono::{Offset, TimeZone};
use exporter_rows::{
    BadCell, CellChange, CellNumber, Cells, Changes, FillCells, TILE_ROWS, TypedRecode, Validity, apply,
    load, put_nulls, typed_recodes,
};
use exporter_stata::calendar::leap_millis;

use crate::error::DtaError;
use crate::metadata::{Conversion, DtaVariable};
use crate::spec::EPOCH_MILLIS;
use crate::spec_storage::DOUBLE_EXACT;
use crate::writer::column::recodes;
use exporter_stata::Missing;

/// The cells of a column of timestamps or times of day; `None` for a column of another type.
pub(super) fn millis(
    variable: &DtaVariable,
    array: &ArrayRef,
) -> Result<Option<Box<dyn FillCells>>, DtaError> {
    let (add, clock) = match variable.conversion {
        Conversion::Millis { leap_seconds, wall_clock } => {
            let zone = match array.data_type() {
                DataType::Timestamp(_, Some(zone)) if wall_clock => Some(zone.parse::<Tz>()?),
                _ => None,
            };
            let clock = (zone.is_some() || leap_seconds).then_some(Clock { zone, leap_seconds });
            (EPOCH_MILLIS, clock)
        }
        _ => (0, None),
    };
    let rules = typed_recodes(&recodes(variable, Missing::double), 0);
    Ok(Some(match array.data_type() {
        DataType::Timestamp(TimeUnit::Second, _) => {
            Box::new(MillisColumn::<1_000, 1>::new::<TimestampSecondType>(array, add, clock, rules))
        }
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            Box::new(MillisColumn::<1, 1>::new::<TimestampMillisecondType>(array, add, clock, rules))
        }
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            Box::new(MillisColumn::<1, 1_000>::new::<TimestampMicrosecondType>(array, add, clock, rules))
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            Box::new(MillisColumn::<1, 1_000_000>::new::<TimestampNanosecondType>(array, add, clock, rules))
        }
        DataType::Time64(TimeUnit::Microsecond) => {
            Box::new(MillisColumn::<1, 1_000>::new::<Time64MicrosecondType>(array, add, clock, rules))
        }
        DataType::Time64(TimeUnit::Nanosecond) => {
            Box::new(MillisColumn::<1, 1_000_000>::new::<Time64NanosecondType>(array, add, clock, rules))
        }
        _ => return Ok(None),
    }))
}

/// Clock that instants are shown on.
struct Clock {
    zone: Option<Tz>,
    leap_seconds: bool,
}

/// A column of times in units of which `PER` make a millisecond, or that are `TIMES` milliseconds each.
struct MillisColumn<const TIMES: i64, const PER: i64> {
    column: ArrayRef,
    values: ScalarBuffer<i64>,
    validity: Validity,
    /// Milliseconds from the epoch of Stata to that of the column.
    add: i64,
    clock: Option<Clock>,
    rules: Vec<TypedRecode<i64, f64>>,
}

impl Clock {
    /// Moves milliseconds since 1970-01-01 UTC to this clock.
    fn shown(&self, millis: i64) -> i64 {
        let mut shown = millis;
        if let Some(zone) = &self.zone
            && let Some(instant) = chrono::DateTime::from_timestamp_millis(millis)
        {
            let offset = zone.offset_from_utc_datetime(&instant.naive_utc()).fix().local_minus_utc();
            shown = shown.saturating_add(i64::from(offset) * 1_000);
        }
        if self.leap_seconds {
            shown = shown.saturating_add(leap_millis(shown));
        }
        shown
    }
}

impl<const TIMES: i64, const PER: i64> MillisColumn<TIMES, PER> {
    fn new<T: ArrowPrimitiveType<Native = i64>>(
        array: &ArrayRef,
        add: i64,
        clock: Option<Clock>,
        rules: Vec<TypedRecode<i64, f64>>,
    ) -> Self {
        let (values, validity) = (array.as_primitive::<T>().values().clone(), Validity::new(array.nulls()));
        Self { column: array.clone(), values, validity, add, clock, rules }
    }

    /// A value for people; one beyond every calendar as its number.
    fn shown(&self, row: usize) -> String {
        let number = || self.values.get(row).map(ToString::to_string).unwrap_or_default();
        array_value_to_string(&self.column, row).unwrap_or_else(|_| number())
    }
}

#[allow(clippy::needless_range_loop, reason = "zips are not inlined under every build profile")]
impl<const TIMES: i64, const PER: i64> FillCells for MillisColumn<TIMES, PER> {
    fn fill(&self, row: usize, rows: usize, cells: Cells<'_>, changes: &mut Changes) -> Result<(), BadCell> {
        let source = load(&self.values, row, rows);
        let limit = DOUBLE_EXACT / TIMES - self.add;
        let mut far = false;
        let mut cut = false;
        let mut millis = [0; TILE_ROWS];
        for i in 0..TILE_ROWS {
            if PER == 1 {
                millis[i] = source[i].wrapping_mul(TIMES);
                far |= (source[i] < -limit) | (source[i] > limit);
            } else {
                millis[i] = source[i].div_euclid(PER);
                cut |= millis[i].wrapping_mul(PER) != source[i];
            }
        }
        let valid = self.validity.word(row, rows);
        if cut {
            for (i, (millis, value)) in millis.iter().zip(&source).enumerate() {
                if valid >> i & 1 == 1 && millis.wrapping_mul(PER) != *value {
                    changes.add(CellChange::SubMillisecond, 1, row + i, || self.shown(row + i));
                }
            }
        }
        if far {
            for (i, value) in source.iter().take(rows).enumerate() {
                let ruled = self.rules.iter().any(|rule| rule.holds(*value));
                if valid >> i & 1 == 1 && !ruled && !(-limit..=limit).contains(value) {
                    let remedy = "correct the value or store it as missing";
                    return Err(changes.refuse(row + i, self.shown(row + i), remedy));
                }
            }
        }
        if let Some(clock) = &self.clock {
            for millis in millis.iter_mut().take(rows) {
                *millis = clock.shown(*millis);
            }
        }
        let mut out = [0.0; TILE_ROWS];
        for i in 0..TILE_ROWS {
            out[i] = millis[i].wrapping_add(self.add) as f64;
        }
        apply(&self.rules, &source, &mut out);
        put_nulls(valid, Missing::SYSTEM.double(), &mut out);
        f64::scatter(out.get(..rows).unwrap_or_default(), cells);
        Ok(())
    }
}
