//! One column of one batch, ready to give its cells row by row.

use arrow_array::{Array, ArrayRef, UInt8Array};
use arrow_buffer::NullBuffer;
use exporter_core::codebook::Period;

use super::encoder::Style;
use super::number::{self, NUMBER_ROOM};
use super::quote::needs_quotes;
use super::row::RowBuffer;
use super::substitute::Substitutes;
use super::time;
use super::values::Values;
use crate::TabError;

/// What happened to the cells of one column that the file cannot distinguish from other values.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Altered {
    /// Texts in which a tab or line end became a space.
    pub breaks: u64,
    /// Row of the first of them within the batch, from 0.
    pub first_break: Option<usize>,
    /// Empty texts written like missing ones.
    pub empty: u64,
    /// Row of the first of them within the batch, from 0.
    pub first_empty: Option<usize>,
}

/// Missing reasons of one column of one batch, and their cells.
pub(super) struct Reasons<'a> {
    pub(super) numbers: &'a UInt8Array,
    pub(super) texts: &'a [Box<[u8]>],
}

impl Reasons<'_> {
    fn text(&self, row: usize) -> Option<&[u8]> {
        let number = self.numbers.is_valid(row).then(|| self.numbers.value(row))?;
        self.texts.get(usize::from(number)).map(|text| &**text)
    }
}

/// One column of one batch.
pub(super) struct Cells<'a> {
    values: Values<'a>,
    nulls: Option<&'a NullBuffer>,
    substitutes: Option<&'a Substitutes>,
    /// Missing reasons of nulls, where they are written.
    pub(super) reasons: Option<Reasons<'a>>,
    style: &'a Style,
    /// Whether values (not missing ones) stand in quotes.
    wrap: bool,
    pub(super) altered: Altered,
    /// Row of the first value that could not be written.
    pub(super) failed: Option<usize>,
    scratch: Vec<u8>,
}

impl<'a> Cells<'a> {
    /// Resolves the type of a column once for all its rows.
    pub(super) fn new(
        name: &str,
        array: &'a ArrayRef,
        period: Option<Period>,
        substitutes: Option<&'a Substitutes>,
        style: &'a Style,
    ) -> Result<Self, TabError> {
        let (values, number) = Values::of(name, array, period, style)?;
        let is_text = matches!(values, Values::Text(..));
        Ok(Self {
            values,
            nulls: array.nulls(),
            substitutes,
            reasons: None,
            style,
            wrap: !is_text && (style.quote_all || (style.quote_non_numeric && !number)),
            altered: Altered::default(),
            failed: None,
            scratch: Vec::new(),
        })
    }

    /// Appends the cell of `row`; room for [`Style::room`] bytes must have been made.
    #[inline]
    pub(super) fn push(&mut self, row: usize, out: &mut RowBuffer<'_>) {
        if let Some(nulls) = self.nulls
            && nulls.is_null(row)
        {
            let reason = self.reasons.as_ref().and_then(|reasons| reasons.text(row));
            out.bytes(reason.unwrap_or(&self.style.missing));
            return;
        }
        if self.substitutes.is_some() && self.substitute(row, out) {
            return;
        }
        if self.wrap {
            out.byte(b'"');
            self.value(row, out);
            out.byte(b'"');
        } else {
            self.value(row, out);
        }
    }

    #[inline]
    fn value(&mut self, row: usize, out: &mut RowBuffer<'_>) {
        let style = self.style;
        match &mut self.values {
            Values::Int8(values) => out.fill(|to| number::integer(values[row].into(), to)),
            Values::Int16(values) => out.fill(|to| number::integer(values[row].into(), to)),
            Values::Int32(values) => out.fill(|to| number::integer(values[row].into(), to)),
            Values::Int64(values) => out.fill(|to| number::integer(values[row], to)),
            Values::UInt8(values) => out.fill(|to| number::unsigned(values[row].into(), to)),
            Values::UInt16(values) => out.fill(|to| number::unsigned(values[row].into(), to)),
            Values::UInt32(values) => out.fill(|to| number::unsigned(values[row].into(), to)),
            Values::UInt64(values) => out.fill(|to| number::unsigned(values[row], to)),
            Values::Float64(values) => {
                let value = values[row];
                if value.is_finite() {
                    out.fill(|to| number::float(value, style.mark, to));
                } else {
                    out.bytes(non_finite(value));
                }
            }
            Values::Float32(values) => {
                let value = values[row];
                if value.is_finite() {
                    out.fill(|to| number::float32(value, style.mark, to));
                } else {
                    out.bytes(non_finite(value.into()));
                }
            }
            Values::Text(..) => self.text(row, out),
            Values::Date(values) => {
                let days = i64::from(values[row]);
                match time::plain_date(days) {
                    Some(plain) if style.date_pattern.is_none() => out.block(&plain, time::DATE_LEN),
                    _ => self.odd_value(row, out),
                }
            }
            Values::Boolean(values) => out.bytes(&style.booleans[usize::from(values.value(row))]),
            Values::Timestamp(values, per_second, zone) if style.date_time_pattern.is_none() => {
                self.scratch.clear();
                time::date_time(values[row], *per_second, zone, &mut self.scratch);
                out.bytes(&self.scratch);
            }
            _ => self.odd_value(row, out),
        }
    }

    /// Appends a text; nothing where the values are none.
    #[inline]
    fn text(&mut self, row: usize, out: &mut RowBuffer<'_>) {
        let Values::Text(offsets, plain, values) = &mut self.values else { return };
        let (start, end) = (offsets[row] as usize, offsets[row + 1] as usize);
        let (style, altered) = (self.style, &mut self.altered);
        let rules = &style.text;
        if start == end {
            if style.empty_is_missing {
                altered.empty += 1;
                altered.first_empty = altered.first_empty.or(Some(row));
            }
            out.bytes(rules.empty);
            return;
        }
        out.reserve(end - start + style.room());
        if plain.is_plain(start, end, rules) && !needs_quotes(&values[start..end], rules) {
            if rules.always {
                out.byte(b'"');
                out.slice(values, start, end);
                out.byte(b'"');
            } else {
                out.slice(values, start, end);
            }
            return;
        }
        self.scratch.clear();
        if rules.write(&values[start..end], &mut self.scratch) {
            altered.breaks += 1;
            altered.first_break = altered.first_break.or(Some(row));
        }
        out.reserve(self.scratch.len() + style.room());
        out.bytes(&self.scratch);
    }

    /// Values that are rare enough to go through a scratch buffer.
    #[cold]
    fn odd_value(&mut self, row: usize, out: &mut RowBuffer<'_>) {
        let style = self.style;
        let to = &mut self.scratch;
        to.clear();
        let mut patterned = None;
        match &self.values {
            Values::Decimal(values, scale) => number::decimal(values[row], *scale, style.mark, to),
            Values::Binary(offsets, values) => {
                style.binary(&values[offsets[row] as usize..offsets[row + 1] as usize], to);
            }
            Values::Date(values) => match &style.date_pattern {
                None => time::date(values[row].into(), to),
                Some(pattern) => patterned = Some(pattern.date_text(values[row].into())),
            },
            Values::Time(values, per_second) => {
                let value = values[row];
                to.extend_from_slice(&time::clock(value.div_euclid(*per_second).rem_euclid(86_400) as u32));
                let nanos = value.rem_euclid(*per_second) * (1_000_000_000 / per_second);
                time::fraction(nanos as u32, to);
            }
            Values::Timestamp(values, per_second, zone) => {
                if let Some(pattern) = &style.date_time_pattern {
                    patterned = Some(pattern.date_time_text(values[row], *per_second, zone));
                }
            }
            Values::Period(values, unit) => to.extend_from_slice(unit.text(values[row]).as_bytes()),
            _ => {}
        }
        match patterned {
            // No bytes are told from a missing value as an empty text is.
            None if to.is_empty() && !self.wrap => to.extend_from_slice(&style.text.cell("")),
            None => {}
            Some(Some(text)) if self.wrap => {
                let quoted = style.text.cell(&text);
                // The caller writes the outer quotes.
                let inner = quoted.strip_prefix(b"\"").and_then(|cell| cell.strip_suffix(b"\""));
                to.extend_from_slice(inner.unwrap_or(&quoted));
            }
            Some(Some(text)) => to.extend_from_slice(&style.text.cell(&text)),
            Some(None) => self.failed = self.failed.or(Some(row)),
        }
        out.reserve(self.scratch.len() + style.room());
        out.bytes(&self.scratch);
    }

    /// Appends what is written instead of the value of `row`, if anything.
    fn substitute(&mut self, row: usize, out: &mut RowBuffer<'_>) -> bool {
        let Some(all) = self.substitutes else { return false };
        let cell = match &self.values {
            Values::Boolean(values) => all.integer(values.value(row).into()),
            Values::Int8(values) => all.integer(values[row].into()),
            Values::Int16(values) => all.integer(values[row].into()),
            Values::Int32(values) | Values::Date(values) | Values::Period(values, _) => {
                all.integer(values[row].into())
            }
            Values::Int64(values) | Values::Time(values, _) | Values::Timestamp(values, ..) => {
                all.integer(values[row].into())
            }
            Values::UInt8(values) => all.integer(values[row].into()),
            Values::UInt16(values) => all.integer(values[row].into()),
            Values::UInt32(values) => all.integer(values[row].into()),
            Values::UInt64(values) => all.integer(values[row].into()),
            Values::Float32(values) => all.float(values[row].into()),
            Values::Float64(values) => all.float(values[row]),
            Values::Decimal(values, _) => all.integer(values[row]),
            Values::Text(offsets, _, values) => {
                all.text(&values[offsets[row] as usize..offsets[row + 1] as usize])
            }
            Values::Binary(..) => None,
        };
        let Some(cell) = cell else { return false };
        out.reserve(cell.len() + self.style.room());
        out.bytes(cell);
        true
    }
}

fn non_finite(value: f64) -> &'static [u8] {
    if value.is_nan() {
        b"NaN"
    } else if value > 0.0 {
        b"inf"
    } else {
        b"-inf"
    }
}

/// Room a value of fixed width may need, with quotes and delimiter, in bytes.
pub(super) const FIXED_ROOM: usize = NUMBER_ROOM + 32;
