//! Timestamps and times of day to milliseconds, in a `double` or in a narrower type that holds them.

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
    BadCell, CellChange, Cells, Changes, FillCells, IntegerCell, TILE_ROWS, TypedRecode, Validity, apply,
    load, put_nulls, typed_recodes,
};
use exporter_stata::calendar::leap_millis;

use crate::error::DtaError;
use crate::metadata::{Conversion, DtaVariable};
use crate::spec::EPOCH_MILLIS;
use crate::spec_storage::DOUBLE_EXACT;
use crate::writer::column::recodes;
use exporter_stata::Missing;

/// The cells of a column of timestamps or times of day, with `missing` as the cells of missing values and numbers up to
/// `range`; `None` for a column of another type.
pub(super) fn millis<D: TimeCell>(
    variable: &DtaVariable,
    array: &ArrayRef,
    missing: impl Fn(Missing) -> D,
    range: (f64, f64),
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
    let null = missing(Missing::SYSTEM);
    let rules = typed_recodes(&recodes(variable, missing), 0);
    let form = Form { add, clock, rules, null, range };
    Ok(Some(match array.data_type() {
        DataType::Timestamp(TimeUnit::Second, _) => {
            Box::new(MillisColumn::<D, 1_000, 1>::new::<TimestampSecondType>(array, form))
        }
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            Box::new(MillisColumn::<D, 1, 1>::new::<TimestampMillisecondType>(array, form))
        }
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            Box::new(MillisColumn::<D, 1, 1_000>::new::<TimestampMicrosecondType>(array, form))
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            Box::new(MillisColumn::<D, 1, 1_000_000>::new::<TimestampNanosecondType>(array, form))
        }
        DataType::Time64(TimeUnit::Microsecond) => {
            Box::new(MillisColumn::<D, 1, 1_000>::new::<Time64MicrosecondType>(array, form))
        }
        DataType::Time64(TimeUnit::Nanosecond) => {
            Box::new(MillisColumn::<D, 1, 1_000_000>::new::<Time64NanosecondType>(array, form))
        }
        _ => return Ok(None),
    }))
}

/// Clock that instants are shown on.
struct Clock {
    zone: Option<Tz>,
    leap_seconds: bool,
}

/// A number that holds milliseconds.
pub(super) trait TimeCell: IntegerCell + Into<f64> {}

impl<D: IntegerCell + Into<f64>> TimeCell for D {}

/// How times become cells.
struct Form<D> {
    /// Milliseconds from the epoch of Stata to that of the column.
    add: i64,
    clock: Option<Clock>,
    rules: Vec<TypedRecode<i64, D>>,
    null: D,
    /// What the type holds beside missing values.
    range: (f64, f64),
}

/// A column of times in units of which `PER` make a millisecond, or that are `TIMES` milliseconds each.
struct MillisColumn<D, const TIMES: i64, const PER: i64> {
    column: ArrayRef,
    values: ScalarBuffer<i64>,
    validity: Validity,
    form: Form<D>,
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

impl<D: TimeCell, const TIMES: i64, const PER: i64> MillisColumn<D, TIMES, PER> {
    fn new<T: ArrowPrimitiveType<Native = i64>>(array: &ArrayRef, form: Form<D>) -> Self {
        let (values, validity) = (array.as_primitive::<T>().values().clone(), Validity::new(array.nulls()));
        Self { column: array.clone(), values, validity, form }
    }

    /// Refuses the first value in `source` that its cell does not hold.
    fn refuse_others(
        &self,
        row: usize,
        (source, valid): (&[i64], u64),
        is_held: impl Fn(usize) -> bool,
        changes: &Changes,
    ) -> Result<(), BadCell> {
        for (i, value) in source.iter().enumerate() {
            let ruled = self.form.rules.iter().any(|rule| rule.holds(*value));
            if valid >> i & 1 == 1 && !ruled && !is_held(i) {
                let remedy = "correct the value or store it as missing";
                return Err(changes.refuse(row + i, self.shown(row + i), remedy));
            }
        }
        Ok(())
    }

    /// A value for people; one beyond every calendar as its number.
    fn shown(&self, row: usize) -> String {
        let number = || self.values.get(row).map(ToString::to_string).unwrap_or_default();
        array_value_to_string(&self.column, row).unwrap_or_else(|_| number())
    }
}

#[allow(clippy::needless_range_loop, reason = "zips are not inlined under every build profile")]
impl<D: TimeCell, const TIMES: i64, const PER: i64> FillCells for MillisColumn<D, TIMES, PER> {
    fn fill(&self, row: usize, rows: usize, cells: Cells<'_>, changes: &mut Changes) -> Result<(), BadCell> {
        let source = load(&self.values, row, rows);
        let Form { add, clock, rules, null, range } = &self.form;
        let limit = DOUBLE_EXACT / TIMES - add;
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
        let present = source.get(..rows).unwrap_or_default();
        if far {
            let is_near = |i: usize| source.get(i).is_some_and(|value| (-limit..=limit).contains(value));
            self.refuse_others(row, (present, valid), is_near, changes)?;
        }
        if let Some(clock) = clock {
            for millis in millis.iter_mut().take(rows) {
                *millis = clock.shown(*millis);
            }
        }
        let mut out = [D::default(); TILE_ROWS];
        let mut fits = true;
        let is_held = |cell: D, millis: i64| {
            let number: f64 = cell.into();
            number == millis as f64 && range.0 <= number && number <= range.1
        };
        for i in 0..TILE_ROWS {
            millis[i] = millis[i].wrapping_add(*add);
            out[i] = D::cast_from(millis[i]);
            fits &= is_held(out[i], millis[i]);
        }
        if !fits {
            let is_held =
                |i: usize| out.get(i).zip(millis.get(i)).is_some_and(|(out, millis)| is_held(*out, *millis));
            self.refuse_others(row, (present, valid), is_held, changes)?;
        }
        apply(rules, &source, &mut out);
        put_nulls(valid, *null, &mut out);
        D::scatter(out.get(..rows).unwrap_or_default(), cells);
        Ok(())
    }
}
