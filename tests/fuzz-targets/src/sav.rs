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
    let _ = reader.metadata().variables.iter().map(|variable| reader.metadata().labels_of(variable).len()).sum::<usize>();
    assert!(all.is_err() || reader.cases().is_none_or(|cases| Ok(cases) == all), "{:?} of {all:?}", reader.cases());
}

/// The rows of all batches, or those before an error.
fn rows(reader: &SavReader, selection: &Selection, columns: usize) -> Result<u64, u64> {
    let mut rows = 0;
    let Ok(batches) = reader.batches(selection, 1) else { return Err(0) };
    for batch in batches {
        let Ok(batch) = batch else { return Err(rows) };
        assert_eq!(batch.num_columns(), columns);
        rows += batch.num_rows() as u64;
    }
    Ok(rows)
}
