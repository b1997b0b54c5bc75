//! Stata files.

use exporter::Source;
use exporter::dta::check::check;
use exporter::dta::{DtaReader, ReadOptions, Selection};

/// Reads a Stata file to its end or its first error, as it must be and leniently.
///
/// # Panics
/// When a batch has more columns than the file has variables, or a file that is read strictly is not read leniently.
pub fn dta(bytes: &[u8]) {
    let mut options = ReadOptions::default();
    let strict = rows(bytes, options);
    options.lenient = true;
    let lenient = rows(bytes, options);
    if strict.is_some() {
        assert_eq!(lenient, strict, "rows read leniently");
    }
}

/// Rows of a file, `None` after an error.
fn rows(bytes: &[u8], options: ReadOptions) -> Option<usize> {
    let mut reader =
        DtaReader::with_options(Source::memory("fuzz.dta", bytes.to_vec()).bytes, options).ok()?;
    let variables = reader.dictionary().variables.len();
    let mut rows = 0;
    for batch in reader.batches(&Selection::all()).ok()? {
        let batch = batch.ok()?;
        assert_eq!(batch.num_columns(), variables);
        rows += batch.num_rows();
    }
    Some(rows)
}

/// Checks a Stata file; whatever it is, that gives findings and no error.
///
/// # Panics
/// When the check fails, or a finding lies beyond the file.
pub fn dta_check(bytes: &[u8]) {
    match check(Source::memory("fuzz.dta", bytes.to_vec()).bytes) {
        Ok(findings) => {
            let inside = |offset: Option<u64>| offset.is_some_and(|offset| offset <= bytes.len() as u64);
            assert!(findings.listed().iter().all(|finding| inside(finding.place.offset)), "{findings:?}")
        }
        Err(error) => panic!("{error}"),
    }
}
