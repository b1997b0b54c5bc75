//! What one pass over the rows finds about the numbers of a variable.

use crate::reader::column::{ColumnType, without_leap_seconds};
use crate::reader::gather::Cells;
use crate::reader::ordinary::Ordinary;
use crate::spec::EPOCH_MILLIS;
use crate::spec_storage::StorageType;
use exporter_stata::Missing;

/// Facts about the numbers of one variable.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ValueFacts {
    /// How many cells are each of the missing values, by its number.
    by_letter: [u64; Missing::COUNT as usize],
    missing: u64,
    cells: u64,
    min: f64,
    max: f64,
    /// The smallest and the largest of those values that are dates, times or periods, where the format is one of these.
    counted: (f64, f64),
    /// Values that are none.
    beyond: Noted,
    integral: bool,
    leap: bool,
    fractions: Noted,
    foreign: Noted,
}

/// How many cells are of some sort, and the first of them.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Noted {
    pub(crate) count: u64,
    /// Row, from 1, and number.
    pub(crate) first: Option<(u64, f64)>,
}

impl Noted {
    fn note(&mut self, row: u64, number: f64) {
        self.count += 1;
        self.first.get_or_insert((row, number));
    }

    /// Adds those of other rows.
    fn join(&mut self, other: &Self) {
        self.count += other.count;
        let both = self.first.into_iter().chain(other.first);
        self.first = both.min_by_key(|(row, _)| *row);
    }
}

impl Default for ValueFacts {
    fn default() -> Self {
        let (min, max) = (f64::INFINITY, f64::NEG_INFINITY);
        let (missing, cells, fractions, foreign, beyond) = Default::default();
        let by_letter = [0; Missing::COUNT as usize];
        let (integral, leap, counted) = (true, false, (min, max));
        Self { by_letter, missing, cells, min, max, counted, beyond, integral, leap, fractions, foreign }
    }
}

impl ValueFacts {
    /// The extended missing values that occur, in order.
    pub fn letters(&self) -> impl Iterator<Item = Missing> + use<> {
        let by_letter = self.by_letter;
        let occurs = move |number: &u8| by_letter.get(usize::from(*number)).is_some_and(|cells| *cells > 0);
        (1..Missing::COUNT).filter(occurs).filter_map(Missing::from_number)
    }

    /// How many cells are this missing value.
    pub(crate) fn cells(&self, missing: Missing) -> u64 {
        self.by_letter.get(usize::from(missing.number())).copied().unwrap_or_default()
    }

    /// How many cells are missing values, or no numbers of Stata.
    pub fn missing(&self) -> u64 {
        self.missing
    }

    /// Smallest and largest value that is not missing.
    pub fn range(&self) -> Option<(f64, f64)> {
        (self.min <= self.max).then_some((self.min, self.max))
    }

    /// Smallest and largest value as a column of this type has them.
    pub(crate) fn range_as(&self, column: ColumnType) -> Option<(f64, f64)> {
        let (min, max) = if column.stored_range().is_some() { self.counted } else { (self.min, self.max) };
        (min <= max).then_some((min, max))
    }

    /// Values that are no dates, times or periods where the format is one of these.
    pub(crate) fn beyond(&self) -> Noted {
        self.beyond
    }

    /// Whether most values are dates, times or periods, where the format is one of these.
    pub(crate) fn is_mostly_within(&self) -> bool {
        self.beyond.count == 0 || self.beyond.count * 2 <= self.cells.saturating_sub(self.missing)
    }

    /// Whether every value is a whole number and, for `%tC`, none lies within a leap second.
    pub fn is_integral(&self) -> bool {
        self.integral && !self.leap
    }

    /// Whether every value is a whole number.
    pub(crate) fn has_only_whole(&self) -> bool {
        self.integral
    }

    /// Whether a value lies within a leap second.
    pub(crate) fn has_leap(&self) -> bool {
        self.leap
    }

    /// Numbers with a fraction of a variable with a format of dates, times or periods.
    pub(crate) fn fractions(&self) -> Noted {
        self.fractions
    }

    /// Numbers that are neither values nor missing values, such as infinity: they are read as `.`.
    pub(crate) fn foreign(&self) -> Noted {
        self.foreign
    }

    /// The smallest and the largest value as cells of a type; of a variable without values none.
    pub(crate) fn ends(&self, storage: StorageType, column: ColumnType) -> Cells {
        let ends = self.range_as(column).into_iter().flat_map(|(min, max)| [min, max]);
        match storage {
            StorageType::Byte => Cells::Int8(ends.map(|end| end as i8).collect()),
            StorageType::Int => Cells::Int16(ends.map(|end| end as i16).collect()),
            StorageType::Long => Cells::Int32(ends.map(|end| end as i32).collect()),
            StorageType::Float => Cells::Float32(ends.map(|end| end as f32).collect()),
            _ => Cells::Float64(ends.collect()),
        }
    }

    /// Adds what was found in other rows of the same variable.
    pub(crate) fn join(&mut self, other: &Self) {
        self.by_letter.iter_mut().zip(other.by_letter).for_each(|(cells, more)| *cells += more);
        self.missing += other.missing;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        self.cells += other.cells;
        self.counted = (self.counted.0.min(other.counted.0), self.counted.1.max(other.counted.1));
        self.beyond.join(&other.beyond);
        self.integral &= other.integral;
        self.leap |= other.leap;
        self.fractions.join(&other.fractions);
        self.foreign.join(&other.foreign);
    }

    /// Adds the cells of a variable read as `column`, of which the first is of row `first`, from 0; strings give nothing.
    pub(crate) fn add(&mut self, cells: &Cells, column: ColumnType, ordinary: Ordinary, first: u64) {
        let place = (column, first);
        match cells {
            Cells::Int8(cells) => {
                self.integers(cells, place, i8::MIN, |v| ordinary.byte(v), |v| ordinary.byte_missing(v));
            }
            Cells::Int16(cells) => {
                self.integers(cells, place, i16::MIN, |v| ordinary.int(v), |v| ordinary.int_missing(v));
            }
            Cells::Int32(cells) => {
                self.integers(cells, place, i32::MIN, |v| ordinary.long(v), |v| ordinary.long_missing(v));
            }
            Cells::Float32(cells) => self.reals(cells, column, ordinary, first),
            Cells::Float64(cells) => self.reals(cells, column, ordinary, first),
            Cells::Text(_) | Cells::Raw(_) | Cells::Absent(_) => {}
        }
    }

    fn integers<T: Copy + Ord + Into<i64>>(
        &mut self,
        cells: &[T],
        (column, row): (ColumnType, u64),
        lowest: T,
        ordinary: impl Fn(T) -> bool,
        missing: impl Fn(T) -> Missing,
    ) {
        let Some(first) = cells.first() else { return };
        self.cells += cells.len() as u64;
        let (mut min, mut max) = (*first, lowest);
        for cell in cells {
            min = min.min(*cell);
            max = max.max(*cell);
        }
        if !ordinary(max) {
            self.letters_of(cells, &ordinary, missing);
            max = cells.iter().copied().filter(|cell| ordinary(*cell)).fold(lowest, T::max);
        }
        // Missing values are the largest numbers, so the smallest is ordinary if any is.
        if ordinary(min) {
            let (min, max) = (min.into() as f64, max.into() as f64);
            self.min = self.min.min(min);
            self.max = self.max.max(max);
            let values = (row + 1..).zip(cells).filter(|(_, cell)| ordinary(**cell));
            self.counted(column, (min, max), values.map(|(row, cell)| (row, (*cell).into() as f64)));
        }
    }

    fn reals<T: Real>(&mut self, cells: &[T], column: ColumnType, ordinary: Ordinary, first: u64) {
        let (mut min, mut max) = (f64::INFINITY, f64::NEG_INFINITY);
        let (mut all_whole, mut all_values) = (true, true);
        for cell in cells {
            let (value, is_value) = (cell.wide(), cell.is_value(ordinary));
            min = if is_value & (value < min) { value } else { min };
            max = if is_value & (value > max) { value } else { max };
            all_whole &= !is_value | is_whole(value);
            all_values &= is_value;
        }
        self.min = self.min.min(min);
        self.max = self.max.max(max);
        self.integral &= all_whole;
        self.cells += cells.len() as u64;
        // The rest is rare, and looks again.
        if !all_values {
            for (row, cell) in (first + 1..).zip(cells).filter(|(_, cell)| !cell.is_value(ordinary)) {
                self.count(cell.missing(ordinary));
                if cell.is_foreign(ordinary) {
                    self.foreign.note(row, cell.wide());
                }
            }
        }
        let values = (first + 1..).zip(cells).filter(|(_, cell)| cell.is_value(ordinary));
        let values = values.map(|(row, cell)| (row, cell.wide()));
        self.counted(column, (min, max), values.clone());
        if !all_whole && column.stored_range().is_some() {
            values.clone().filter(|(_, value)| !is_whole(*value)).for_each(|(row, value)| {
                self.fractions.note(row, value);
            });
        }
        if column == ColumnType::DateTimeUtc {
            let is_leap =
                |value: f64| without_leap_seconds((value as i64).saturating_sub(EPOCH_MILLIS)).is_none();
            self.leap |= values.clone().any(|(_, value)| is_leap(value));
        }
    }

    /// Adds values of which these are the ends to those that are dates, times or periods, if the format is one of these.
    fn counted(
        &mut self,
        column: ColumnType,
        (min, max): (f64, f64),
        values: impl Iterator<Item = (u64, f64)>,
    ) {
        let Some((least, most)) = column.stored_range() else { return };
        let mut add = |min: f64, max: f64| {
            self.counted = (self.counted.0.min(min), self.counted.1.max(max));
        };
        // A fraction is cut towards the past.
        if min >= least && max < most + 1.0 {
            return add(min, max);
        }
        for (row, value) in values {
            if value >= least && value < most + 1.0 {
                add(value, value);
            } else {
                self.beyond.note(row, value);
            }
        }
    }

    fn letters_of<T: Copy>(
        &mut self,
        cells: &[T],
        ordinary: impl Fn(T) -> bool,
        missing: impl Fn(T) -> Missing,
    ) {
        cells.iter().filter(|cell| !ordinary(**cell)).for_each(|cell| self.count(missing(*cell)));
    }

    fn count(&mut self, missing: Missing) {
        if let Some(cells) = self.by_letter.get_mut(usize::from(missing.number())) {
            *cells += 1;
        }
        self.missing += 1;
    }
}

/// A stored number of one of the two types with fractions.
trait Real: Copy {
    fn wide(self) -> f64;
    fn is_value(self, ordinary: Ordinary) -> bool;
    fn missing(self, ordinary: Ordinary) -> Missing;
    fn is_foreign(self, ordinary: Ordinary) -> bool;
}

impl Real for f32 {
    fn wide(self) -> f64 {
        f64::from(self)
    }

    fn is_value(self, ordinary: Ordinary) -> bool {
        ordinary.float(self)
    }

    fn missing(self, ordinary: Ordinary) -> Missing {
        ordinary.float_missing(self)
    }

    fn is_foreign(self, ordinary: Ordinary) -> bool {
        ordinary.is_foreign_float(self)
    }
}

impl Real for f64 {
    fn wide(self) -> f64 {
        self
    }

    fn is_value(self, ordinary: Ordinary) -> bool {
        ordinary.double(self)
    }

    fn missing(self, ordinary: Ordinary) -> Missing {
        ordinary.double_missing(self)
    }

    fn is_foreign(self, ordinary: Ordinary) -> bool {
        ordinary.is_foreign_double(self)
    }
}

/// Whether a number has no fraction, without the call that `f64::trunc` is on processors of the baseline: below 2^52, adding
/// and subtracting 2^52 rounds to a whole number, and all numbers beyond it are whole.
#[inline]
fn is_whole(value: f64) -> bool {
    const WHOLE: f64 = 4_503_599_627_370_496.0;
    let size = value.abs();
    (size >= WHOLE) | ((size + WHOLE) - WHOLE == size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Release;

    #[test]
    fn whole_numbers_have_no_fraction() {
        for whole in [0.0, -0.0, 1.0, -3.0, 4_503_599_627_370_495.0, -9_007_199_254_740_993.0, 1e300] {
            assert!(is_whole(whole), "{whole}");
        }
        for other in [0.5, -1.25, 5e-324, 4_503_599_627_370_495.5, 0.999_999_999_999_999_9] {
            assert!(!is_whole(other), "{other}");
        }
    }

    #[test]
    fn letters_and_range_leave_each_other_out() {
        let ordinary = Ordinary::of(Release::V118);
        let mut facts = ValueFacts::default();
        facts.add(&Cells::Int8(vec![102, 3, 101, -5, 127]), ColumnType::Number, ordinary, 0);
        assert_eq!(facts.range(), Some((-5.0, 3.0)));
        assert_eq!(facts.letters().map(|m| m.to_string()).collect::<String>(), ".a.z");
        let mut empty = ValueFacts::default();
        empty.add(&Cells::Int8(vec![103, 101]), ColumnType::Number, ordinary, 0);
        assert_eq!((empty.range(), empty.letters().count()), (None, 1));
    }

    #[test]
    fn numbers_that_no_release_allows_tell_nothing() {
        let ordinary = Ordinary::of(Release::V118);
        let cells = Cells::Float64(vec![1.5, f64::NAN, f64::NEG_INFINITY]);
        let mut facts = ValueFacts::default();
        facts.add(&cells, ColumnType::Date, ordinary, 7);
        assert!(!facts.is_integral());
        assert_eq!((facts.range(), facts.letters().count()), (Some((1.5, 1.5)), 0));
        assert_eq!(facts.fractions(), Noted { count: 1, first: Some((8, 1.5)) });
        assert_eq!((facts.foreign().count, facts.foreign().first.unwrap().0), (2, 9));
        let mut earlier = ValueFacts::default();
        let cells =
            Cells::Float32(vec![f32::INFINITY, f32::from_bits(0x7F00_0800), f32::from_bits(0x7F00_0001)]);
        earlier.add(&cells, ColumnType::Number, ordinary, 2);
        facts.join(&earlier);
        assert_eq!(facts.foreign(), Noted { count: 4, first: Some((3, f64::INFINITY)) });
        assert_eq!(facts.letters().map(|m| m.to_string()).collect::<String>(), ".a");
    }
}
