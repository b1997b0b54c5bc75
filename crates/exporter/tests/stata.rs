//! The `.dta` and the do-file of one export describe the same variables.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch};
use exporter::codebook::{Codebook, DisplayFormat, Kind, Missing, Table, Text, ValueLabels, Variable};
use exporter::dta::stata::{Missing as Cell, StorageType};
use exporter::dta::{Dictionary, DtaReader};
use exporter::sink::MemorySink;
use exporter::{Bundle, Context, ErrorKind, LossPolicy, MemoryDataset, Summary};
use serde_json::json;

use crate::do_file::DoFile;

/// One export as `.dta`, csv and do-file.
pub(crate) struct Told {
    pub(crate) summary: Summary,
    pub(crate) script: DoFile,
    pub(crate) dictionary: Dictionary,
    dta: Vec<u8>,
}

pub(crate) fn export(
    data: &MemoryDataset,
    formats: &[&str],
    policy: LossPolicy,
) -> exporter::Result<(MemorySink, Summary)> {
    let registry = exporter::registry();
    let bundle = formats
        .iter()
        .fold(Bundle::new(), |bundle, format| bundle.with(registry.exporter(format, json!({})).unwrap()));
    let sink = MemorySink::new();
    let context = Context::default().with_policy(policy).with_threads(1);
    let summary = exporter::export(&bundle, data, Box::new(sink.clone()), &context)?;
    Ok((sink, summary))
}

pub(crate) fn told(data: &MemoryDataset) -> Told {
    let all = LossPolicy::Allow(vec![exporter::LossCode::RANGE]);
    let (sink, summary) = export(data, &["dta", "csv", "stata-script"], all).unwrap();
    let entry = |extension: &str| {
        let entries = sink.entries();
        let found = entries.iter().find(|(path, _)| path.ends_with(extension)).unwrap();
        found.1.to_vec()
    };
    let dta = entry(".dta");
    let bytes = exporter_core::source::MemoryBytes::new(dta.clone());
    let dictionary = DtaReader::open(std::sync::Arc::new(bytes)).unwrap().dictionary().clone();
    let script = String::from_utf8(entry(".do")).unwrap();
    Told { summary, script: DoFile::read(&script), dictionary, dta }
}

impl Told {
    /// Labels of every set by key, as a do-file writes it.
    fn value_labels(&self) -> BTreeMap<String, BTreeMap<String, String>> {
        let key = |key: i32| Cell::from_key(key).map_or_else(|| key.to_string(), |letter| letter.to_string());
        let sets = self.dictionary.value_labels.iter();
        sets.map(|set| {
            (set.name.clone(), set.iter().map(|(value, text)| (key(value), text.to_owned())).collect())
        })
        .collect()
    }

    /// Contents of characteristics by owner, of those whose name begins with `prefix`, by the rest of the name.
    fn characteristics(&self, owner: &str, prefix: &str) -> BTreeMap<String, String> {
        let all = self.dictionary.characteristics.iter().filter(|one| one.owner == owner);
        all.filter_map(|one| Some((one.name.strip_prefix(prefix)?.to_owned(), one.contents.clone())))
            .collect()
    }

    /// The same names, formats, labels, value labels, notes and languages.
    pub(crate) fn assert_same_description(&self) {
        let variables = &self.dictionary.variables;
        let script = &self.script;
        let names: Vec<&str> = variables.iter().map(|variable| variable.name.as_str()).collect();
        assert_eq!(script.names, names);
        assert_eq!(script.value_labels, self.value_labels());
        assert_eq!(script.dataset_label, self.dictionary.label);
        let empty = String::new();
        for variable in variables {
            let name = &variable.name;
            let of = |map: &BTreeMap<String, String>| map.get(name).unwrap_or(&empty).clone();
            assert_eq!(of(&script.formats), variable.format, "format of {name}");
            assert_eq!(of(&script.labels), variable.label, "label of {name}");
            assert_eq!(of(&script.sets), variable.value_labels, "value labels of {name}");
            let (labels, sets) =
                (self.characteristics(name, "_lang_v_"), self.characteristics(name, "_lang_l_"));
            for (language, (script_labels, script_sets)) in &script.languages {
                assert_eq!(script_labels.get(name), labels.get(language), "label of {name} in {language}");
                assert_eq!(script_sets.get(name), sets.get(language), "value labels of {name} in {language}");
            }
        }
        for owner in names.into_iter().chain(["_dta"]) {
            let mut notes = self.characteristics(owner, "note");
            notes.remove("0");
            let mut notes: Vec<(usize, String)> =
                notes.into_iter().filter_map(|(at, text)| Some((at.parse().ok()?, text))).collect();
            notes.sort();
            let notes: Vec<String> = notes.into_iter().map(|(_, text)| text).collect();
            assert_eq!(script.notes.get(owner).cloned().unwrap_or_default(), notes, "notes of {owner}");
        }
        let languages = self.characteristics("_dta", "_lang_list");
        let languages = languages.get("").map(|list| list.split(' ').skip(1).count()).unwrap_or(0);
        assert_eq!(script.languages.len(), languages);
    }

    /// The letter in a cell of the file; the outer `None` is a text or an ordinary number.
    pub(crate) fn letter(&self, row: usize, column: usize) -> Option<Option<char>> {
        let variable = &self.dictionary.variables[column];
        let at = self.dictionary.data_offset as usize + row * self.dictionary.row_bytes + variable.offset;
        let cell = &self.dta[at..];
        let missing = match variable.storage {
            StorageType::Byte => Cell::from_byte(cell[0] as i8),
            StorageType::Int => Cell::from_int(i16::from_le_bytes(cell[..2].try_into().unwrap())),
            StorageType::Long => Cell::from_long(i32::from_le_bytes(cell[..4].try_into().unwrap())),
            StorageType::Float => Cell::from_float(f32::from_le_bytes(cell[..4].try_into().unwrap())),
            StorageType::Double => Cell::from_double(f64::from_le_bytes(cell[..8].try_into().unwrap())),
            _ => None,
        };
        missing.map(Cell::letter)
    }
}

pub(crate) fn study(variables: Vec<(Variable, ArrayRef)>, sets: &[(&str, ValueLabels)]) -> MemoryDataset {
    let columns = variables.iter().map(|(variable, array)| (variable.name.clone(), array.clone(), true));
    let batch = RecordBatch::try_from_iter_with_nullable(columns.collect::<Vec<_>>());
    let table = Table::new("t", variables.into_iter().map(|(variable, _)| variable).collect());
    let codebook = sets
        .iter()
        .fold(Codebook::new("s"), |codebook, (name, set)| codebook.with_value_labels(*name, set.clone()));
    MemoryDataset::new(codebook.with_table(table), vec![vec![batch.unwrap()]]).unwrap()
}

fn integers(values: &[i64]) -> ArrayRef {
    Arc::new(Int64Array::from(values.to_vec()))
}

#[test]
fn every_code_of_a_range_has_the_letter_and_label_that_it_has_in_the_file() {
    let st = Variable::new("st", Kind::INTEGER)
        .with_labels("st")
        .with_missing(Missing::range(Some((-3).into()), Some((-1).into())).label("Missing"));
    let labels = ValueLabels::new().with(-1, "Refused").with(-2, "Unknown");
    let told = told(&study(vec![(st, integers(&[-3, -2, -1, 0, 7]))], &[("st", labels)]));
    told.assert_same_description();
    let expected = [(".a", "Missing"), (".b", "Unknown"), (".c", "Refused")];
    let expected = expected.map(|(key, text)| (key.to_owned(), text.to_owned()));
    assert_eq!(told.script.value_labels["st"], BTreeMap::from(expected));
    let letters: Vec<Option<char>> =
        [-3.0, -2.0, -1.0, 0.0].iter().map(|value| told.script.letter("st", *value)).collect();
    assert_eq!(letters, [Some('a'), Some('b'), Some('c'), None]);
    let cells: Vec<_> = (0..5).map(|row| told.letter(row, 0).flatten()).collect();
    assert_eq!(cells, [Some('a'), Some('b'), Some('c'), None, None]);
}

#[test]
fn more_than_26_reasons_are_told_alike() {
    let reasons = (1..=30).fold(Variable::new("why", Kind::INTEGER), |variable, reason| {
        variable.with_missing(Missing::value(100 + reason).label(format!("Reason {reason}")))
    });
    let values: Vec<i64> = (100..=131).collect();
    let told = told(&study(vec![(reasons, integers(&values))], &[]));
    told.assert_same_description();
    for (row, value) in values.iter().enumerate() {
        assert_eq!(told.script.letter("why", *value as f64), told.letter(row, 0).flatten(), "{value}");
    }
    assert_eq!(told.script.letter("why", 130.0), Some('z'));
    assert_eq!(told.script.value_labels["why"][".z"], "Reason 26");
}

#[test]
fn names_and_formats_are_the_same_ones() {
    let shown = |name: &str, native: &str| {
        let mut format = DisplayFormat::default();
        format.native.insert("stata".to_owned(), native.to_owned());
        Variable::new(name, Kind::FLOAT).with_format(format)
    };
    let floats = || Arc::new(Float64Array::from(vec![1.5])) as ArrayRef;
    let variables = vec![
        (Variable::new("q٣", Kind::INTEGER), integers(&[1])),
        (Variable::new("if", Kind::INTEGER), integers(&[1 << 40])),
        (shown("good", "%12.2f"), floats()),
        (shown("bad", "%12.2q"), floats()),
        (Variable::new("label", Kind::INTEGER).with_label(Text::new("a").with("fr", "b")), integers(&[300])),
    ];
    let told = told(&study(variables, &[]));
    told.assert_same_description();
    assert_eq!(told.script.names[..2], ["q٣", "if_"]);
    assert_eq!(told.script.formats["good"], "%12.2f");
    assert_eq!(told.script.formats["bad"], "%10.0g");
    let dropped = told.summary.changes.losses.iter().filter(|loss| {
        loss.variable.as_deref() == Some("bad") && loss.action == "not a format that Stata has for the type"
    });
    assert!(dropped.count() >= 1, "{:?}", told.summary.changes.losses);
}

#[test]
fn a_script_loses_digits_only_where_the_values_have_them() {
    let data = |value: i64| study(vec![(Variable::new("n", Kind::INTEGER), integers(&[value]))], &[]);
    for script in ["stata-script", "spss-script", "r-script"] {
        export(&data(1), &["csv", script], LossPolicy::Deny).unwrap();
        let error = export(&data((1 << 53) + 1), &["csv", script], LossPolicy::Deny).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Loss, "{script}");
    }
    // The script says what the file says.
    let told = |format: &str| {
        let (_, summary) = export(&data((1 << 53) + 1), &["csv", format], LossPolicy::Report).unwrap();
        let losses = summary.changes.losses.iter();
        losses.map(|loss| (loss.code.to_string(), loss.severity, loss.action.clone())).collect::<Vec<_>>()
    };
    assert_eq!(told("stata-script"), told("dta"));
    assert_eq!(told("r-script")[0].0, "precision");
}
