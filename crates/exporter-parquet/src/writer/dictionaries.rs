//! Which columns of a row group are stored with a dictionary: those where that takes fewer bytes.
//!
//! The encoder alone would find out late: it looks up every value until the dictionary has grown past its limit. The
//! first chunk of a row group tells before, by how often its values repeat.

use arrow_array::cast::AsArray;
use arrow_array::types::ByteArrayType;
use arrow_array::{Array, ArrayRef, GenericByteArray};
use arrow_schema::DataType;

/// Most bytes of a dictionary; a column whose dictionary grows larger goes on without one.
pub(crate) const DICTIONARY_BYTES: usize = 4 << 20;
/// Values of a column that are looked at.
const SAMPLE: usize = 8192;
/// Places for hashes: twice the sample, so that few collide.
const PLACES: usize = 2 * SAMPLE;
/// Odd, without a pattern: the fractional part of the golden ratio.
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;
/// Fewest bytes of a number in a file (Parquet format, section Types: INT32 is the narrowest).
const NARROWEST: usize = 4;
/// Bytes in front of a text (Parquet format, Encodings.md, section Plain).
const LENGTH_PREFIX: usize = 4;

/// Decides for one row group after the other.
pub(super) struct DictionaryChoice {
    /// Hashes of the values seen, each at or behind the place that its high half names; 0 is free.
    seen: Vec<u64>,
}

impl DictionaryChoice {
    pub(super) fn new() -> Self {
        Self { seen: vec![0; PLACES] }
    }

    /// For every column whether a row group of about `rows` rows that begins with these values needs a dictionary.
    pub(super) fn choose(&mut self, columns: &[ArrayRef], rows: usize) -> Vec<bool> {
        columns.iter().map(|column| self.pays(column, rows)).collect()
    }

    fn pays(&mut self, column: &ArrayRef, rows: usize) -> bool {
        match column.data_type() {
            // At most 256 values; truth values have no dictionaries anyway.
            DataType::Boolean | DataType::Int8 | DataType::UInt8 => true,
            DataType::Utf8 => self.count(column, texts(column.as_string()), LENGTH_PREFIX).pays(rows),
            DataType::Binary => self.count(column, texts(column.as_binary()), LENGTH_PREFIX).pays(rows),
            other => match other.primitive_width() {
                Some(width) => {
                    let data = column.to_data();
                    let start = data.offset() * width;
                    let bytes = data.buffers().first().and_then(|buffer| buffer.get(start..));
                    let values = bytes.unwrap_or_default().chunks_exact(width);
                    self.count(column, values, NARROWEST.saturating_sub(width)).pays(rows)
                }
                // Parts of lists and structures are not looked at.
                None => true,
            },
        }
    }

    /// Counts a column's values; each takes `more` bytes besides its own.
    fn count<'v>(
        &mut self,
        column: &ArrayRef,
        values: impl Iterator<Item = &'v [u8]>,
        more: usize,
    ) -> Sample {
        self.seen.fill(0);
        let rows = column.len().min(SAMPLE);
        let mut sample = Sample { rows, ..Sample::default() };
        for (row, value) in values.take(rows).enumerate() {
            if column.is_null(row) {
                continue;
            }
            let bytes = value.len() + more;
            sample.values += 1;
            sample.bytes += bytes;
            if self.is_new(hash(value)) {
                sample.distinct += 1;
                sample.distinct_bytes += bytes;
            }
        }
        sample
    }

    /// Remembers a hash; there are always free places because the sample is smaller than their number.
    fn is_new(&mut self, hash: u64) -> bool {
        let hash = hash.max(1);
        let start = (hash >> 32) as usize % PLACES;
        let (before, after) = self.seen.split_at_mut(start);
        for place in after.iter_mut().chain(before) {
            if *place == 0 {
                *place = hash;
                return true;
            }
            if *place == hash {
                return false;
            }
        }
        false
    }
}

/// What the first chunk of a column tells.
#[derive(Clone, Copy, Debug, Default)]
struct Sample {
    rows: usize,
    /// Rows that are not null.
    values: usize,
    bytes: usize,
    distinct: usize,
    distinct_bytes: usize,
}

impl Sample {
    /// Whether dictionary and keys take at most three quarters of the bytes of the values among `rows` rows.
    fn pays(&self, rows: usize) -> bool {
        if self.values == 0 {
            return true;
        }
        let scaled = |part: usize, of: usize, whole: usize| whole as u64 * part as u64 / of.max(1) as u64;
        let values = scaled(self.values, self.rows, rows);
        let entries = self.distinct_among(values);
        let dictionary = entries * self.distinct_bytes as u64 / self.distinct.max(1) as u64;
        let keys = values * u64::from(64 - entries.leading_zeros()) / 8;
        let plain = values * self.bytes as u64 / self.values as u64;
        dictionary <= DICTIONARY_BYTES as u64 && dictionary + keys <= plain - plain / 4
    }

    /// About how many distinct values there are among so many.
    ///
    /// Of `n` values drawn from `d`, about `n²/2d` repeat an earlier one while `d` is larger than `n`; when most
    /// repeat, nearly all `d` have been seen.
    fn distinct_among(&self, values: u64) -> u64 {
        let (sampled, distinct) = (self.values as u64, self.distinct as u64);
        let repeats = sampled - distinct;
        match sampled * sampled / 2 {
            _ if sampled >= values || repeats > sampled / 4 * 3 => distinct,
            _ if repeats == 0 => values,
            pairs => (pairs / repeats).clamp(distinct, values),
        }
    }
}

fn texts<T: ByteArrayType<Offset = i32>>(array: &GenericByteArray<T>) -> impl Iterator<Item = &[u8]> {
    let data = array.value_data();
    array.value_offsets().windows(2).map(move |pair| match pair {
        [start, end] => data.get(*start as usize..*end as usize).unwrap_or_default(),
        _ => &[],
    })
}

/// The same on every machine and in every version, since the choice decides the bytes of the file.
fn hash(value: &[u8]) -> u64 {
    let mut words = value.chunks_exact(8);
    let mut state = value.len() as u64 ^ MULTIPLIER;
    for word in &mut words {
        state = mixed(state ^ u64::from_le_bytes(word.try_into().unwrap_or_default()));
    }
    let rest = words.remainder();
    if rest.is_empty() {
        return state;
    }
    let mut last = [0; 8];
    last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    mixed(state ^ u64::from_le_bytes(last))
}

fn mixed(value: u64) -> u64 {
    let product = u128::from(value) * u128::from(MULTIPLIER);
    (product >> 64) as u64 ^ product as u64
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{Float64Array, Int32Array, StringArray};

    use super::*;

    fn pays(column: impl Array + 'static, rows: usize) -> bool {
        DictionaryChoice::new().choose(&[Arc::new(column)], rows) == [true]
    }

    /// Values that repeat after `distinct`, in no order.
    fn scattered(distinct: u64) -> impl Iterator<Item = u64> {
        (0..SAMPLE as u64).map(move |row| mixed(row.wrapping_mul(MULTIPLIER) ^ 77) % distinct)
    }

    #[test]
    fn columns_whose_values_repeat_get_a_dictionary() {
        assert!(pays(Float64Array::from_iter_values(scattered(120).map(|v| v as f64)), 100_000));
        assert!(pays(Int32Array::from_iter_values(scattered(6000).map(|v| v as i32)), 100_000));
        assert!(pays(
            StringArray::from_iter_values(scattered(20_000).map(|v| format!("person {v}"))),
            100_000
        ));
        assert!(pays(StringArray::new_null(100), 100_000));
    }

    #[test]
    fn columns_whose_values_hardly_repeat_do_not() {
        assert!(!pays(Int32Array::from_iter_values(0..8192), 100_000));
        assert!(!pays(Float64Array::from_iter_values(scattered(u64::MAX).map(|v| v as f64)), 1 << 20));
        assert!(!pays(
            StringArray::from_iter_values(scattered(1 << 40).map(|v| format!("{v:032x}"))),
            100_000
        ));
        // 50 MB of a thousand texts.
        let long = StringArray::from_iter_values(scattered(1000).map(|v| format!("{v:050000}")).take(2000));
        assert!(!pays(long, 100_000));
    }

    #[test]
    fn the_larger_the_row_group_the_more_a_dictionary_pays() {
        let column = || StringArray::from_iter_values(scattered(50_000).map(|v| format!("place {v:06}")));
        assert!(!pays(column(), 10_000));
        assert!(pays(column(), 1 << 20));
    }

    #[test]
    fn only_the_values_of_a_slice_count() {
        let column =
            Int32Array::from_iter((0..4000).map(|v| (v % 2 == 0).then_some(if v < 2000 { v } else { 7 })));
        assert!(!pays(column.slice(0, 1999), 2000));
        assert!(pays(column.slice(2001, 1999), 2000));
    }
}
