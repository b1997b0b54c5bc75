//! Whether rows ascend by the claimed sort keys, found while kinds are guessed.

use arrow_schema::DataType;

use super::guess::short_integer;
use super::number;
use super::records::Records;

/// How far the rows of a part ascend by the cells of some columns.
#[derive(Debug, Clone, Default)]
pub(super) struct Ascent {
    keys: Vec<KeyAscent>,
    /// The first row and the last; none before any row.
    ends: Option<(RowKeys, RowKeys)>,
}

/// The cells of the keys in one row.
type RowKeys = Vec<Vec<u8>>;

/// How the rows with equal keys before this one follow each other, as each kind that the key may have.
#[derive(Debug, Clone, Copy)]
struct KeyAscent {
    /// As short whole numbers.
    by_number: bool,
    /// Byte by byte.
    by_text: bool,
}

impl Ascent {
    /// The state for this many keys, before any row.
    pub(super) fn of(keys: usize) -> Self {
        Self { keys: vec![KeyAscent { by_number: true, by_text: true }; keys], ends: None }
    }

    /// Looks at the rows of a piece; the keys are in the columns of these numbers among those kept.
    pub(super) fn see(&mut self, bytes: &[u8], records: &Records, numbers: &[usize]) {
        *self = Self::of(numbers.len());
        let Some(last) = records.rows().checked_sub(1) else { return };
        let cell =
            |row: usize, number: usize| records.cell(row, number).map_or(&[][..], |cell| cell.raw(bytes));
        let keys = |row: usize| numbers.iter().map(|number| cell(row, *number).to_vec()).collect::<RowKeys>();
        self.ends = Some((keys(0), keys(last)));
        for (key, number) in self.keys.iter_mut().zip(numbers) {
            // The content of such a cell differs from its bytes.
            if records.column(*number).any(|cell| cell.is_escaped()) {
                *key = KeyAscent { by_number: false, by_text: false };
            }
        }
        for row in 1..=last {
            self.compare(numbers.iter().map(|number| (cell(row - 1, *number), cell(row, *number))));
        }
    }

    /// Compares the keys of a row with those of the row before.
    fn compare<'a>(&mut self, pairs: impl Iterator<Item = (&'a [u8], &'a [u8])>) {
        let different = self.keys.iter_mut().zip(pairs).find(|(_, (before, now))| before != now);
        let Some((key, (before, now))) = different else { return };
        key.by_text &= before < now;
        if key.by_number {
            let numbers = short_integer(number::trim(before)).zip(short_integer(number::trim(now)));
            key.by_number = numbers.is_some_and(|(before, now)| before < now);
        }
    }

    /// Adds the rows that follow.
    pub(super) fn join(&mut self, next: &Self) {
        let Some((first, last)) = &next.ends else { return };
        let seam = self.ends.take();
        for (all, key) in self.keys.iter_mut().zip(&next.keys) {
            all.by_number &= key.by_number;
            all.by_text &= key.by_text;
        }
        self.ends = Some(match seam {
            None => (first.clone(), last.clone()),
            Some((begin, end)) => {
                self.compare(end.iter().map(Vec::as_slice).zip(first.iter().map(Vec::as_slice)));
                (begin, last.clone())
            }
        });
    }

    /// Whether the rows ascend by this key where those before it are equal, when it is read as this kind.
    pub(super) fn holds(&self, key: usize, kind: &DataType) -> bool {
        self.keys.get(key).is_some_and(|key| match kind {
            DataType::Utf8 => key.by_text,
            kind => kind.is_integer() && key.by_number,
        })
    }
}
