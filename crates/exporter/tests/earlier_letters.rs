//! Files of an earlier version, which read Stata's letters as numbers and declared these missing.

use std::path::{Path, PathBuf};

use exporter::codebook::Missing;
use exporter::{Context, Dataset, InputOptions, Scan, TableId};
use exporter_testkit::cells_of;

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// Declared missing values, and the cells of all columns and reasons.
fn contents(file: &Path, codebook: Option<PathBuf>) -> (Vec<Vec<Missing>>, Vec<String>) {
    let mut options = InputOptions::default();
    options.codebook = codebook;
    let context = Context::default();
    let opened = exporter::open(&[file.to_owned()], &options, &exporter::registry(), &context).unwrap();
    let missing = opened.codebook().tables[0].variables.iter().map(|v| v.missing.clone()).collect();
    let mut batches = context.scan(&opened, TableId(0), &Scan::all().with_reasons()).unwrap();
    let batch = batches.next().unwrap().unwrap();
    (missing, batch.columns().iter().map(|column| format!("{:?}", cells_of(column))).collect())
}

#[test]
fn their_numbers_are_reasons_in_every_format() {
    let original = contents(&data("../../../exporter-dta/tests/data/letters.dta"), None);
    assert_eq!(contents(&data("letters_as_numbers.parquet"), None), original);
    assert_eq!(contents(&data("letters_as_numbers.arrow"), None), original);
    let codebook = Some(data("letters_as_numbers.codebook.json"));
    assert_eq!(contents(&data("letters_as_numbers.csv"), codebook), original);
}
