//! Sets of value labels in other languages come back entry for entry.

use std::collections::BTreeMap;

use exporter_core::LossReport;

use super::*;

type Sets = BTreeMap<String, Vec<(i32, String)>>;

/// The sets of a file, and the names of languages and sets that its characteristics give.
fn said(bytes: &[u8]) -> (Sets, BTreeMap<String, String>) {
    let data = open(bytes, Letters::Seen);
    let dictionary = data.reader().dictionary();
    let sets = dictionary.value_labels.iter();
    let sets = sets
        .map(|set| (set.name.clone(), set.iter().map(|(value, label)| (value, label.to_owned())).collect()));
    let named = dictionary.characteristics.iter().filter(|c| c.name.starts_with("_lang_"));
    let named = named.map(|c| (format!("{}[{}]", c.owner, c.name), c.contents.clone()));
    (sets.collect(), named.collect())
}

#[track_caller]
fn comes_back(sets: Vec<(&'static str, Vec<(i32, &'static str)>)>, set: &'static str) {
    let mut file = TestFile::sample(Release::V118, ByteOrder::Little);
    file.variables = vec![("x", StorageType::Byte, "%8.0g", set, Vec::new())];
    file.rows = vec![vec![Cell::Byte(1)], vec![Cell::Byte(101)]];
    (file.sort, file.strls) = Default::default();
    file.characteristics =
        vec![("_dta", "_lang_list", "default fr"), ("_dta", "_lang_c", "default"), ("x", "_lang_l_fr", "fr")];
    file.sets = sets;
    let bytes = file.bytes();
    let data = open(&bytes, Letters::Seen);
    assert_eq!(data.losses(), LossReport::default());
    let again = written(&data);
    assert_eq!(said(&again), said(&bytes));
    assert_eq!(open(&again, Letters::Seen).codebook(), data.codebook());
}

#[test]
fn each_language_labels_values_of_its_own() {
    let a = 2_147_483_622;
    comes_back(vec![("en", vec![(1, "yes"), (2, "no")]), ("fr", vec![(1, "oui"), (3, "peut")])], "en");
    comes_back(vec![("en", vec![(1, "yes"), (a, "refused")]), ("fr", vec![(1, "oui"), (2, "non")])], "en");
    comes_back(vec![("en", vec![(1, "yes")]), ("fr", vec![(1, "oui"), (a, "refus")])], "en");
}

#[test]
fn a_language_may_be_the_only_one_with_labels() {
    comes_back(vec![("fr", vec![(1, "oui"), (2, "non")])], "");
    comes_back(vec![("fr", vec![(1, "oui")])], "absent");
}
