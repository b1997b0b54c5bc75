//! What the cells of a column hold, gathered while its kind is guessed, so that the facts need no reading of their own.

use arrow_schema::{DataType, TimeUnit};
use exporter_core::profile::{ColumnFacts, Number, Totals};

use super::guess::NANOS_OF_DAY;

/// Sizes of the cells of a column as texts, and their smallest and largest value as every other kind that the column may
/// have. The order of the cells does not matter.
#[derive(Debug, Clone, Default)]
pub(super) struct Summary {
    /// Cells that are missing in a column of any kind.
    pub(super) missing: u64,
    /// Two quotes with nothing between: an empty text, but no number.
    pub(super) quoted_empty: u64,
    /// Bare `NA`, whose meaning depends on the column.
    pub(super) na: u64,
    longest: u64,
    with_nul: u64,
    totals: Totals,
    integers: Ends<i64>,
    /// Whole numbers that are not short: also truth values, and times in nanoseconds.
    wholes: Ends<i128>,
    /// Numbers that are no whole ones as they are written.
    floats: Ends<f64>,
    has_fraction: bool,
    nans: u64,
    infinities: u64,
}

/// The smallest and the largest value.
type Ends<T> = Option<(T, T)>;

fn widen<T: Copy + PartialOrd>(ends: &mut Ends<T>, value: T) {
    match ends {
        None => *ends = Some((value, value)),
        Some((low, high)) => {
            *low = if value < *low { value } else { *low };
            *high = if value > *high { value } else { *high };
        }
    }
}

fn join<T: Copy + PartialOrd>(ends: &mut Ends<T>, other: Ends<T>) {
    for end in other.into_iter().flat_map(|(low, high)| [low, high]) {
        widen(ends, end);
    }
}

impl Summary {
    /// Takes the content of a cell that is not missing in a column of any kind.
    #[inline]
    pub(super) fn text(&mut self, length: usize, has_nul: bool) {
        let length = length as u64;
        self.longest = self.longest.max(length);
        self.totals.filled += u64::from(length > 0);
        self.totals.bytes += length;
        self.with_nul += u64::from(has_nul);
    }

    /// Cells with a value.
    pub(super) fn filled(&self) -> u64 {
        self.totals.filled
    }

    #[inline]
    pub(super) fn short_integer(&mut self, value: i64) {
        widen(&mut self.integers, value);
    }

    /// The ends of [`Summary::short_integer`].
    pub(super) fn short_integers(&self) -> Option<(i64, i64)> {
        self.integers
    }

    pub(super) fn whole(&mut self, value: i128) {
        widen(&mut self.wholes, value);
    }

    #[inline]
    pub(super) fn float(&mut self, value: f64) {
        if value.is_nan() {
            self.nans += 1;
            return;
        }
        self.infinities += u64::from(value.is_infinite());
        // Rounding is a call of its own; one fraction is enough.
        self.has_fraction = self.has_fraction || value.fract() != 0.0;
        // Adding zero makes a 0 of -0.
        widen(&mut self.floats, value + 0.0);
    }

    /// Adds the cells of another part.
    pub(super) fn merge(&mut self, other: &Self) {
        self.missing += other.missing;
        self.quoted_empty += other.quoted_empty;
        self.na += other.na;
        self.longest = self.longest.max(other.longest);
        self.with_nul += other.with_nul;
        self.totals.filled += other.totals.filled;
        self.totals.bytes += other.totals.bytes;
        join(&mut self.integers, other.integers);
        join(&mut self.wholes, other.wholes);
        join(&mut self.floats, other.floats);
        self.has_fraction |= other.has_fraction;
        self.nans += other.nans;
        self.infinities += other.infinities;
    }

    /// The facts of the column when it is read as this kind, which all its cells have; none for kinds that no guess
    /// gives. `empty_is_missing` and `na_is_missing` say what the cells are that texts may tell apart.
    pub(super) fn facts(
        &self,
        kind: &DataType,
        empty_is_missing: bool,
        na_is_missing: bool,
    ) -> Option<ColumnFacts> {
        let mut facts = ColumnFacts::default();
        facts.nulls = Some(self.missing + self.quoted_empty + self.na);
        let wholes = self.wholes();
        // What `wholes` counts of one value of the column.
        let unit = match kind {
            DataType::Utf8 => return Some(self.text_facts(empty_is_missing, na_is_missing)),
            DataType::Float64 => {
                let mut floats = self.floats;
                // Those that go with floats are all exact.
                join(&mut floats, wholes.map(|(low, high)| (low as f64, high as f64)));
                facts.range = Some(floats.map(|(low, high)| (Number::Float(low), Number::Float(high))));
                facts.integral = Some(!self.has_fraction && self.nans == 0 && self.infinities == 0);
                facts.nans = Some(self.nans);
                facts.infinities = Some(self.infinities);
                return Some(facts);
            }
            kind if kind.is_integer() => 1,
            DataType::Boolean => 1,
            DataType::Date32 => NANOS_OF_DAY,
            DataType::Time64(unit) | DataType::Timestamp(unit, _) => match unit {
                TimeUnit::Second => 1_000_000_000,
                TimeUnit::Millisecond => 1_000_000,
                TimeUnit::Microsecond => 1000,
                TimeUnit::Nanosecond => 1,
            },
            _ => return None,
        };
        let number = |value: i128| Number::Integer(value / i128::from(unit));
        facts.range = Some(wholes.map(|(low, high)| (number(low), number(high))));
        facts.integral = Some(true);
        Some(facts)
    }

    fn wholes(&self) -> Ends<i128> {
        let mut wholes = self.wholes;
        join(&mut wholes, self.integers.map(|(low, high)| (low.into(), high.into())));
        wholes
    }

    /// Cells seen.
    pub(super) fn cells(&self) -> u64 {
        self.missing + self.quoted_empty + self.na + self.totals.filled
    }

    /// Most digits before the fraction of a number.
    pub(super) fn whole_digits(&self) -> usize {
        let wholes = self.wholes().map_or(0, |(low, high)| low.unsigned_abs().max(high.unsigned_abs()));
        let digits = |number: u128| number.checked_ilog10().map_or(0, |log| log as usize + 1);
        // A double may be rounded up to a power of ten, which is one digit too many and no fault.
        let floats = self.floats.map_or(0, |(low, high)| low.abs().max(high.abs()) as u128);
        digits(wholes).max(digits(floats)).max(1)
    }

    /// Whether an integer type holds all whole numbers.
    pub(super) fn fits(&self, kind: &DataType) -> bool {
        let (least, most) = match kind {
            DataType::Int8 => (i8::MIN.into(), i8::MAX.into()),
            DataType::Int16 => (i16::MIN.into(), i16::MAX.into()),
            DataType::Int32 => (i32::MIN.into(), i32::MAX.into()),
            DataType::Int64 => (i64::MIN.into(), i64::MAX.into()),
            DataType::UInt8 => (0, u8::MAX.into()),
            DataType::UInt16 => (0, u16::MAX.into()),
            DataType::UInt32 => (0, u32::MAX.into()),
            DataType::UInt64 => (0, u64::MAX.into()),
            _ => return false,
        };
        self.wholes().is_none_or(|(low, high)| least <= low && high <= most)
    }

    fn text_facts(&self, empty_is_missing: bool, na_is_missing: bool) -> ColumnFacts {
        let mut facts = ColumnFacts::default();
        let empty = if empty_is_missing { self.quoted_empty } else { 0 };
        // `NA` is a text of two bytes where it is none for missing.
        let (missing, texts) = if na_is_missing { (self.na, 0) } else { (0, self.na) };
        facts.nulls = Some(self.missing + empty + missing);
        facts.max_bytes = Some(self.longest.max(if texts > 0 { 2 } else { 0 }));
        facts.totals = Some(Totals::new(self.totals.filled + texts, self.totals.bytes + 2 * texts));
        facts.with_nul = Some(self.with_nul);
        facts
    }
}
