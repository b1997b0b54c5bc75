//! Numbers that the pass for facts has gathered, kept while they are few, so that scans need not read them again.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::reader::dictionary::Dictionary;
use crate::reader::gather::Cells;
use crate::reader::selection::ReadColumn;

/// Cells of whole variables as they are stored, by position of the variable in the file.
#[derive(Debug, Clone, Default)]
pub(crate) struct CellStore {
    variables: BTreeMap<usize, Arc<Cells>>,
    bytes: u64,
}

impl CellStore {
    /// Whether all cells of these columns, which are not here yet, can be kept in `most` bytes.
    pub(crate) fn has_room(&self, dictionary: &Dictionary, columns: &[ReadColumn], most: u64) -> bool {
        self.bytes.saturating_add(bytes(dictionary, columns)) <= most
    }

    /// Keeps the cells of one column in all rows.
    pub(crate) fn keep(&mut self, dictionary: &Dictionary, column: ReadColumn, cells: Cells) {
        self.bytes = self.bytes.saturating_add(bytes(dictionary, &[column]));
        self.variables.insert(column.variable, Arc::new(cells));
    }

    /// All cells of a variable, if they are kept.
    pub(crate) fn cells(&self, variable: usize) -> Option<Arc<Cells>> {
        self.variables.get(&variable).cloned()
    }
}

/// Bytes of all cells of these columns.
fn bytes(dictionary: &Dictionary, columns: &[ReadColumn]) -> u64 {
    let widths = columns.iter().filter_map(|column| dictionary.variables.get(column.variable));
    let row: u64 = widths.map(|variable| variable.storage.width() as u64).sum();
    dictionary.rows.saturating_mul(row)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::gather::cell_type;
    use crate::reader::tests::test_file::{TestFile, memory};
    use crate::reader::{ColumnType, DtaReader};
    use crate::spec::{ByteOrder, Release};
    use crate::spec_storage::StorageType;

    #[test]
    fn all_columns_together_stay_within_the_bound() {
        let file = TestFile::sample(Release::V118, ByteOrder::Little).bytes();
        let mut dictionary = DtaReader::open(memory(file)).unwrap().dictionary().clone();
        let column = |variable| ReadColumn { variable, kind: ColumnType::Number };
        // A `double` takes half of the bound, a `byte` a sixteenth.
        dictionary.rows = 1 << 20;
        let mut store = CellStore::default();
        for _ in 0..2 {
            assert!(store.has_room(&dictionary, &[column(2)], 16 << 20));
            store.keep(&dictionary, column(2), Cells::with_capacity(cell_type(StorageType::Double), 0, 0));
        }
        assert!(store.cells(2).is_some() && store.cells(0).is_none());
        assert!(!store.has_room(&dictionary, &[column(0)], 16 << 20));
        assert!(!CellStore::default().has_room(&dictionary, &[column(2), column(2), column(0)], 16 << 20));
        dictionary.rows = u64::MAX;
        assert!(!CellStore::default().has_room(&dictionary, &[column(0)], 16 << 20));
    }
}
