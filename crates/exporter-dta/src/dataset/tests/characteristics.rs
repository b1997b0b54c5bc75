//! Characteristics and notes that come back as they were.

use std::collections::BTreeMap;

use exporter_core::LossCode;
use exporter_core::codebook::{Attribute, Text};
use exporter_core::dataset::ExcerptDataset;

use super::*;

/// What `xtset`, `svyset`, `stset`, `reshape` and users leave in a file, and notes of which some were dropped.
fn file() -> TestFile {
    let mut file = TestFile::sample(Release::V118, ByteOrder::Little);
    file.characteristics = vec![
        ("_dta", "_TStvar", "day"),
        ("_dta", "_TSpanel", "b"),
        ("_dta", "_TSdelta", "+1.0000000000000X+000"),
        ("_dta", "tis", "day"),
        ("_dta", "_svy_wexp", "= d"),
        ("_dta", "_svy_su1", "psu"),
        ("_dta", "_svy_vce", "linearized"),
        ("_dta", "_dta", "st"),
        ("_dta", "st_bt", "d"),
        ("_dta", "ReS_Xij", "d b"),
        ("_dta", "mine", "day of the interview"),
        ("_dta", "note", "see codebook"),
        ("_dta", "note01", "a"),
        ("_dta", "_lang_list", "default"),
        ("_dta", "_lang_c", "default"),
        ("_dta", "note1", "First"),
        ("_dta", "note4", "Fourth"),
        ("_dta", "note0", "4"),
        ("b", "_de_col_name", "x"),
        ("b", "frlink_dta", "other"),
        ("b", "note2", "Second"),
        ("b", "note0", "2"),
    ];
    file
}

/// By owner and name, all characteristics but the codebook.
fn characteristics(bytes: &[u8]) -> BTreeMap<(String, String), String> {
    let data = open(bytes, Letters::Seen);
    let all = data.reader().dictionary().characteristics.iter();
    let all = all.filter(|c| !c.name.starts_with("exporter_"));
    all.map(|c| ((c.owner.clone(), c.name.clone()), c.contents.clone())).collect()
}

#[test]
fn characteristics_come_back_unchanged_and_notes_keep_their_numbers() {
    let was = file().bytes();
    let data = open(&was, Letters::Seen);
    let table = &data.codebook().tables[0];
    assert_eq!(table.notes, [Text::new("First"), Text::default(), Text::default(), Text::new("Fourth")]);
    assert_eq!(table.attributes["_dta"], Attribute::One("st".into()));
    let is = written(&data);
    assert_eq!(characteristics(&is), characteristics(&was));
    assert_eq!(open(&is, Letters::Seen).codebook(), data.codebook());
}

#[test]
fn a_characteristic_goes_with_a_variable_that_it_names() {
    let seen = Scan::all().columns(vec![0, 2]);
    let data = ExcerptDataset::new(open(&file().bytes(), Letters::Seen), vec![seen]).unwrap();
    let kept = characteristics(&written(&data));
    let kept: Vec<&str> = kept.keys().filter(|(o, _)| o == "_dta").map(|(_, name)| name.as_str()).collect();
    let expected = [
        "ReS_Xij",
        "_dta",
        "_lang_c",
        "_lang_list",
        "_svy_su1",
        "_svy_vce",
        "_svy_wexp",
        "mine",
        "note",
        "note0",
        "note01",
        "note1",
        "note4",
        "st_bt",
    ];
    assert_eq!(kept, expected);
    let losses = data.losses();
    let told: Vec<&str> = losses
        .iter()
        .filter(|loss| loss.code == LossCode::METADATA_DROPPED)
        .map(|loss| loss.action.as_str())
        .collect();
    let action =
        |name: &str| format!("the attribute {name} belongs to a setting with a variable that is left out");
    assert_eq!(told, ["_TSdelta", "_TSpanel", "_TStvar", "tis"].map(action));
}

#[test]
fn what_another_program_did_to_the_characteristics_of_a_file_holds() {
    let mut file = file();
    file.characteristics.push(("b", "source", "form 7"));
    let mut codebook = open(&file.bytes(), Letters::Seen).codebook().clone();
    // What Stata has no place for makes the file store its codebook.
    codebook.tables[0].variables[0].universe = Text::new("adults");
    codebook.tables[0].attributes.insert("list".into(), Attribute::Many(vec!["x".into()]));
    let batch = rows(&open(&file.bytes(), Letters::Seen), &Scan::all());
    let mut bytes = written(&MemoryDataset::new(codebook, vec![vec![batch]]).unwrap());
    // `tsset, clear` and a new `_svy_vce`: the contents have the same length, the names become others.
    for (from, to) in [(&b"_TStvar"[..], &b"renamed"[..]), (b"linearized", b"bootstrap.")] {
        let at = memchr::memmem::find(&bytes, from).unwrap();
        bytes[at..at + from.len()].copy_from_slice(to);
    }
    let data = open(&bytes, Letters::Seen);
    let table = &data.codebook().tables[0];
    assert!(!table.attributes.contains_key("_TStvar") && table.attributes.contains_key("renamed"));
    assert_eq!(table.attributes["_svy_vce"], Attribute::One("bootstrap.".into()));
    assert_eq!(table.attributes["list"], Attribute::Many(vec!["x".into()]));
    assert_eq!(table.variables[0].universe, Text::new("adults"));
}
