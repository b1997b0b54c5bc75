//! SPSS files.

use exporter::Source;
use exporter_sav::{SavReader, Selection};

/// Reads an SPSS file to its end or its first error, whole and its last variable alone.
///
/// # Panics
/// When batches do not have the columns of the file, when a selection in small batches has other rows than the whole, or a
/// file has other rows than it can have.
pub fn sav_read(bytes: &[u8]) {
    let Ok(reader) = SavReader::open(Source::memory("fuzz.sav", bytes.to_vec()).bytes) else { return };
    let variables = reader.metadata().variables.len();
    let all = rows(&reader, &Selection::default(), variables);
    let mut last = Selection::default();
    (last.columns, last.batch_rows) = (Some((variables.saturating_sub(1)..variables).collect()), Some(5));
    let one = rows(&reader, &last, variables.min(1));
    assert_eq!(one, all, "rows of one variable, and of all");
    if let Some((all, cases)) = all.zip(reader.cases()) {
        assert_eq!(all, cases, "rows read, and counted by the size of the file");
    }
}

/// The rows of all batches, none after an error: how many come before one depends on the size of batches.
fn rows(reader: &SavReader, selection: &Selection, columns: usize) -> Option<u64> {
    let mut rows = 0;
    let Ok(batches) = reader.batches(selection, 1) else { return None };
    for batch in batches {
        let batch = batch.ok()?;
        assert_eq!(batch.num_columns(), columns);
        rows += batch.num_rows() as u64;
    }
    Some(rows)
}
