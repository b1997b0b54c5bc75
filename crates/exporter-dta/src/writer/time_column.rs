//! Timestamps and times of day to milliseconds in a `double`.

use arrow_array::timezone::Tz;
use arrow_buffer::{ArrowNativeType, ScalarBuffer};
use chrono::{Offset, TimeZone};

use crate::missing::{Missing, MissingCell};
use crate::spec_storage::DOUBLE_EXACT;
use crate::writer::column::ColumnFill;
use crate::writer::findings::{BadCell, CellChange, Findings};
use crate::writer::integer_column::load;
use crate::writer::number::{Rule, apply};
use crate::writer::tile::{Cells, TILE_ROWS, Validity, for_each_null};
use exporter_stata::calendar::leap_millis;

/// Clock that instants are shown on.
pub(super) struct Clock {
    pub(super) zone: Option<Tz>,
    pub(super) leap_seconds: bool,
}

/// A column of times in units of which `PER` make a millisecond, or that are `TIMES` milliseconds each.
pub(super) struct MillisColumn<S: ArrowNativeType, const TIMES: i64, const PER: i64> {
    pub(super) values: ScalarBuffer<S>,
    pub(super) validity: Validity,
    /// Milliseconds from the epoch of Stata to that of the column.
    pub(super) add: i64,
    pub(super) clock: Option<Clock>,
    pub(super) rules: Vec<Rule<i64, f64>>,
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

impl<S, const TIMES: i64, const PER: i64> ColumnFill for MillisColumn<S, TIMES, PER>
where
    S: ArrowNativeType + Into<i64>,
{
    fn fill(
        &self,
        row: usize,
        rows: usize,
        cells: Cells<'_>,
        findings: &mut Findings,
    ) -> Result<(), BadCell> {
        let source: [i64; TILE_ROWS] = load(&self.values, row, rows).map(Into::into);
        let limit = DOUBLE_EXACT / TIMES - self.add;
        let mut far = false;
        let mut cut = false;
        let mut millis =
            source.map(|value| if PER == 1 { value.wrapping_mul(TIMES) } else { value.div_euclid(PER) });
        for (millis, value) in millis.iter().zip(&source) {
            if PER == 1 {
                far |= (*value < -limit) | (*value > limit);
            } else {
                cut |= millis.wrapping_mul(PER) != *value;
            }
        }
        let valid = self.validity.word(row, rows);
        if cut {
            for (i, (millis, value)) in millis.iter().zip(&source).enumerate() {
                if valid >> i & 1 == 1 && millis.wrapping_mul(PER) != *value {
                    findings.add(CellChange::SubMillisecond, 1, row + i, || value.to_string());
                }
            }
        }
        if far {
            for (i, value) in source.iter().take(rows).enumerate() {
                let ruled = self.rules.iter().any(|rule| rule.holds(*value));
                if valid >> i & 1 == 1 && !ruled && !(-limit..=limit).contains(value) {
                    let remedy = "correct the value or store it as missing";
                    return Err(BadCell { row: row + i, value: value.to_string(), remedy });
                }
            }
        }
        if let Some(clock) = &self.clock {
            for millis in millis.iter_mut().take(rows) {
                *millis = clock.shown(*millis);
            }
        }
        let add = self.add;
        let mut out = millis.map(|millis| millis.wrapping_add(add) as f64);
        apply(&self.rules, &source, &mut out);
        for_each_null(valid, |i| {
            if let Some(out) = out.get_mut(i) {
                *out = Missing::SYSTEM.double();
            }
        });
        cells.scatter(out.get(..rows).unwrap_or_default(), f64::to_le_bytes);
        Ok(())
    }
}
