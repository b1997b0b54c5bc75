//! Files of the version that kept the codebook in twelve characteristics.

use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use exporter_core::codebook::{Kind, Missing};
use exporter_core::{Context, Dataset, LossCode, Scan, Source, TableId};
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
        let mut found = read.codebook().clone();
        let named = found.tables[0].variables[0].facts.name_in_file.clone();
        assert_eq!(named.as_deref(), Some("the_id"), "release {release}");
        for variable in &mut found.tables[0].variables {
            variable.facts.storage.clear();
            variable.facts.name_in_file = None;
        }
        assert_eq!(found.to_json().unwrap(), codebook, "release {release}");
        // One letter stands for a range of values; which one a cell was cannot be read.
        let only_ranges = read.losses().iter().all(|loss| loss.code == LossCode::MISSING_REASON_MERGED);
        assert!(only_ranges, "release {release}: {:?}", read.losses());
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

#[test]
fn a_damaged_characteristic_is_a_loss_that_names_it() {
    let bytes = std::fs::read(data("twelve_characteristics_118.dta")).unwrap();
    for (from, name) in [
        ("{\"groups\"", "_dta[exporter_table]"),
        ("{\"id\":\"landed\"", "_dta[exporter_study]"),
        ("{\"no_body\"", "_dta[exporter_sets]"),
        ("{\"st_fr\"", "_dta[exporter_untranslated]"),
        ("{\"st\":[", "_dta[exporter_labels]"),
        ("{\"a\":98", "st[exporter_letters]"),
        ("{\"kind\":\"int16\"", "st[exporter_variable]"),
        ("UTC\0", "exporter_clock]"),
    ] {
        let mut damaged = bytes.clone();
        damaged[memchr::memmem::find(&bytes, from.as_bytes()).unwrap()] = b'?';
        let source = Source::memory("visits.dta", damaged);
        let read = DtaDataset::open(&source, ReadOptions::default(), Letters::Seen, 1).unwrap();
        let losses = read.losses();
        let told = losses.iter().find(|loss| loss.code == LossCode::NOT_READ && loss.action.contains(name));
        assert!(told.is_some(), "{name}: {losses:?}");
    }
}

/// Kinds, declared missing values, and the cells of all columns and reasons.
fn contents(name: &str) -> (Vec<(Kind, Vec<Missing>)>, Vec<String>) {
    let source = Source::memory("letters.dta", std::fs::read(data(name)).unwrap());
    let read = DtaDataset::open(&source, ReadOptions::default(), Letters::Seen, 1).unwrap();
    assert_eq!((read.codebook().problems(), read.losses().len()), (vec![], 0), "{name}");
    let described = read.codebook().tables[0].variables.iter();
    let described = described.map(|v| (v.kind.clone(), v.missing.clone())).collect();
    let batches = Context::default().scan(&read, TableId(0), &Scan::all().with_reasons()).unwrap();
    let cells = |batch: RecordBatch| batch.columns().iter().map(|c| format!("{:?}", cells_of(c))).collect();
    (described, batches.map(|batch| cells(batch.unwrap())).next().unwrap())
}

#[test]
fn letters_that_they_read_as_numbers_are_reasons() {
    let original = contents("letters.dta");
    for release in [113, 117, 118] {
        assert_eq!(contents(&format!("letters_as_numbers_{release}.dta")), original, "release {release}");
    }
    let (described, cells) = contents("letters_as_numbers_byte.dta");
    let (age, missing) = &described[1];
    assert_eq!(*age, Kind::Integer { bits: 8, signed: true });
    let reasons =
        [Missing::reason().letter('a').label("Refused"), Missing::reason().letter('z').label("Not asked")];
    assert_eq!(missing[..], reasons);
    assert_eq!(cells[1].matches("Null").count(), 3, "{}", cells[1]);
}
