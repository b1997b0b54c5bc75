//! Files of the version that kept the codebook in twelve characteristics.

use std::path::{Path, PathBuf};

use exporter_core::{Context, Dataset, Scan, Source, TableId};
use exporter_dta::{DtaDataset, Letters, ReadOptions};
use exporter_testkit::cells_of;

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

#[test]
fn their_codebook_and_values_come_back() {
    let codebook = std::fs::read_to_string(data("twelve_characteristics.json")).unwrap();
    let cells = std::fs::read_to_string(data("twelve_characteristics.txt")).unwrap();
    for release in [118, 114] {
        let bytes = std::fs::read(data(&format!("twelve_characteristics_{release}.dta"))).unwrap();
        let source = Source::memory("visits.dta", bytes);
        let read = DtaDataset::open(&source, ReadOptions::default(), Letters::Seen, 1).unwrap();
        assert_eq!(read.codebook().to_json().unwrap(), codebook, "release {release}");
        let batches = Context::default().scan(&read, TableId(0), &Scan::all().with_reasons()).unwrap();
        let mut found = String::new();
        for batch in batches {
            for column in batch.unwrap().columns() {
                found.push_str(&format!("{:?}\n", cells_of(column)));
            }
        }
        assert_eq!(found, cells, "release {release}");
    }
}
