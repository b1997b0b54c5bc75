//! Labels, names, formats, notes, languages, characteristics and sort order at their limits.

use exporter_dta::stata::{StorageType, ValueLabelSet};
use exporter_dta::{Characteristic, Release};
use exporter_testkit::{STATA_MISSINGS, stata_missing};

use super::contents::LATIN;
use crate::dta::table::{Case, Cell};

/// Value-label sets at their limits, letters and sets that are shared.
pub(super) fn labels(release: Release) -> Case {
    let mut case = Case::new("value labels", release);
    let many: Vec<(i32, String)> = (0..65_536).map(|key| (key - 30_000, format!("Label {key}"))).collect();
    let mut edge = vec![
        (-2_147_483_647, "least".to_owned()),
        (-1, "minus".to_owned()),
        (0, LATIN[1].to_owned()),
        (2_147_483_620, "most".to_owned()),
    ];
    let letters = 1..STATA_MISSINGS;
    edge.extend(letters.map(|n| (2_147_483_621 + i32::from(n), format!("reason {}", stata_missing(n)))));
    let long = vec![(1, "w".repeat(32_000)), (2, "short".to_owned())];
    for (name, labels) in [("many", many), ("edge", edge), ("long", long)] {
        case.metadata.value_labels.push(ValueLabelSet::new(name, labels));
    }
    let cells = || vec![Cell::Number(0.0), Cell::Missing(1), Cell::Missing(0)];
    for (name, set) in [("a", "many"), ("b", "edge"), ("c", "edge"), ("d", "long"), ("none", "")] {
        case.add(name, StorageType::Long, cells()).value_labels = set.to_owned();
    }
    case
}

/// Names, labels, formats, notes, languages, characteristics and sort order at their limits.
pub(super) fn descriptions(release: Release) -> Case {
    let mut case = Case::new("descriptions", release);
    let accent = if release.is_utf8() { "ក" } else { "é" };
    let name = if release.is_utf8() { "größe_日本語" } else { "Groesse" };
    let longest = if release.is_utf8() { "ü".repeat(32) } else { "u".repeat(32) };
    case.metadata.label = accent.repeat(80);
    case.metadata.timestamp = "21 Nov 2026 02:00".to_owned();
    let rows = [1.0, 1.0, 2.0].map(Cell::Number).to_vec();
    case.add(name, StorageType::Double, rows).label = accent.repeat(80);
    let variable = case.add(longest.clone(), StorageType::Int, [3.0, 4.0, 0.0].map(Cell::Number).to_vec());
    variable.format = "%-8.2fc".to_owned();
    variable.label = "Second".to_owned();
    let variable = case.add("_text", StorageType::Str(3), ["a", "b", "c"].map(Cell::text).to_vec());
    variable.format = "%-12s".to_owned();
    case.metadata.sorted_by = vec![0, 1];
    let note = "n".repeat(67_783);
    for (owner, name, contents) in [
        ("_dta", "_lang_list", "en fr"),
        ("_dta", "_lang_c", "en"),
        ("_dta", "_lang_v_fr", "Jeu de données"),
        ("_dta", "note0", "2"),
        ("_dta", "note1", "First note"),
        ("_dta", "note2", accent),
        (name, "_lang_v_fr", "Étiquette"),
        (name, "note0", "1"),
        (name, "note1", note.as_str()),
        (longest.as_str(), "source", "form 7"),
    ] {
        let (owner, name) = (owner.to_owned(), name.to_owned());
        case.metadata.characteristics.push(Characteristic::new(owner, name, contents));
    }
    case
}
