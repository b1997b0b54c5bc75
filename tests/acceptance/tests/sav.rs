//! SPSS files, most of them saved by SPSS itself.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, ArrayRef, RecordBatch};
use encoding_rs::Encoding;
use exporter_core::codebook::{Alignment, Measure};
use exporter_core::{Context, Source};
use exporter_sav::spss::{MissingValues, ResponseSetKind, Value as Stored};
use exporter_sav::{CaseCompression, EncodingSource, SavReader, Selection};
use serde_json::{Value, json};

use crate::reference;

/// Formats that SPSS does not have, with what is read in their place.
const ILLEGAL_FORMATS: &[(&str, &str, &str)] =
    &[("mac27_bad_date_format.sav", "DATE8.4", "DATE11"), ("readstat_bad_A_format.sav", "A5", "A4")];

/// What an independent reader found in each file, and where the file is.
fn expected() -> Vec<(PathBuf, Value)> {
    let mut files = Vec::new();
    for below in ["data/stat", "data/stat/spss-wild"] {
        let Some(folder) = reference::folder(below) else { return files };
        let text = std::fs::read_to_string(folder.join("expected.jsonl")).unwrap();
        for line in text.lines() {
            // Open ends of ranges are written as no JSON has them.
            let line = line.replace(": -Infinity", ": \"-Infinity\"").replace(": Infinity", ": \"Infinity\"");
            let file: Value = serde_json::from_str(&line).unwrap();
            let path = folder.join(file["file"].as_str().unwrap());
            if path.extension().is_some_and(|extension| extension == "sav" || extension == "zsav") {
                files.push((path, file));
            }
        }
    }
    assert_eq!(files.len(), 6 + 24);
    files
}

fn open(path: &Path) -> SavReader {
    SavReader::open(Source::open(path, &Context::default()).unwrap().bytes).unwrap()
}

fn all(reader: &SavReader, threads: usize) -> Vec<RecordBatch> {
    reader.batches(&Selection::default(), threads).unwrap().map(Result::unwrap).collect()
}

fn cell(array: &ArrayRef, row: usize) -> Value {
    match array.as_primitive_opt::<Float64Type>() {
        Some(numbers) if numbers.is_null(row) => Value::Null,
        Some(numbers) => json!(numbers.value(row)),
        // SPSS cut one text within a character, which the other reader leaves out.
        None => json!(array.as_string::<i32>().value(row).trim_end_matches('\u{FFFD}')),
    }
}

fn text_or_null(text: &str) -> Value {
    if text.is_empty() { Value::Null } else { json!(text) }
}

/// A value as the other reader prints it as a key.
fn key(value: &Stored) -> String {
    match value {
        Stored::Number(number) => format!("{number:?}"),
        Stored::Text(text) => text.clone(),
    }
}

fn ranges(missing: &MissingValues) -> Value {
    let end = |end: Option<f64>, open: &str| end.map_or_else(|| json!(open), |end| json!(end));
    let range =
        missing.range.map(|(low, high)| json!({"lo": end(low, "-Infinity"), "hi": end(high, "Infinity")}));
    let one = |value: &Stored| match value {
        Stored::Number(number) => json!({"lo": number, "hi": number}),
        Stored::Text(text) => json!({"lo": text, "hi": text}),
    };
    range.into_iter().chain(missing.values.iter().map(one)).collect()
}

/// As the other reader has them, whose order within a variable is the file's.
fn by_name<T>(names: &[String], of: impl Iterator<Item = T>) -> BTreeMap<String, T> {
    names.iter().cloned().zip(of).collect()
}

#[test]
fn every_file_says_what_another_reader_found() {
    for (path, file) in expected() {
        let name = file["file"].as_str().unwrap();
        let reader = open(&path);
        let metadata = reader.metadata();
        let variables = &metadata.variables;
        let same = |what: &str, found: Value| {
            if file.get(what).is_some() && found != file[what] {
                panic!("{name}, {what}:\n{found}\n{}", file[what]);
            }
        };
        let names: Vec<String> = variables.iter().map(|v| v.name.clone()).collect();
        same("names", json!(names));
        same("labels", json!(by_name(&names, variables.iter().map(|v| text_or_null(&v.label)))));
        let formats = variables.iter().map(|v| {
            let shown = v.print.to_string();
            let illegal = ILLEGAL_FORMATS.iter().find(|(file, _, read)| *file == name && *read == shown);
            illegal.map_or(shown, |(_, stored, _)| (*stored).to_owned())
        });
        for (variable, format) in variables.iter().zip(formats) {
            // Of other formats than F it says no decimals where there are none.
            let expected = file["formats"][&variable.name].as_str().unwrap();
            assert_eq!(
                format.trim_end_matches(".0"),
                expected.trim_end_matches(".0"),
                "{name}, {}",
                variable.name
            );
        }
        let labels = variables.iter().filter(|v| v.value_labels.is_some()).map(|variable| {
            let labels = metadata.labels_of(variable).iter();
            (variable.name.clone(), labels.map(|(value, label)| (key(value), label.clone())).collect())
        });
        same("value_labels", json!(labels.collect::<BTreeMap<String, BTreeMap<String, String>>>()));
        let missing = variables.iter().filter(|v| !v.missing.is_empty());
        let missing: BTreeMap<&str, Value> = missing.map(|v| (v.name.as_str(), ranges(&v.missing))).collect();
        same("missing_ranges", json!(missing));
        let measures = variables.iter().map(|v| match v.measure {
            Some(Measure::Nominal) => "nominal",
            Some(Measure::Ordinal) => "ordinal",
            Some(Measure::Scale) => "scale",
            _ => "unknown",
        });
        same("measure", json!(by_name(&names, measures)));
        let alignments = variables.iter().map(|v| match v.alignment {
            Some(Alignment::Left) => "left",
            Some(Alignment::Right) => "right",
            Some(Alignment::Centre) => "center",
            _ => "unknown",
        });
        same("alignment", json!(by_name(&names, alignments)));
        for variable in variables {
            // Where none is set the other reader gives that of the format.
            let width = variable.column_width.unwrap_or(variable.print.width.into());
            let expected = file.get("display_width").map(|widths| &widths[&variable.name]);
            assert!(expected.is_none_or(|expected| *expected == json!(width)), "{name}, {}", variable.name);
        }
        same("file_label", text_or_null(&metadata.label));
        same("notes", json!(metadata.documents));
        let encoding = Encoding::for_label(file["encoding"].as_str().unwrap().as_bytes()).unwrap();
        assert_eq!(metadata.encoding, encoding, "{name}");
        for set in file["mr_sets"].as_object().into_iter().flatten() {
            let found = metadata.response_sets.iter().find(|found| found.name == *set.0).unwrap();
            let members: Vec<&str> = found.members.iter().map(|at| names[*at].as_str()).collect();
            assert_eq!(json!(members), set.1["variable_list"], "{name}, {}", found.name);
            assert_eq!(json!(found.label), set.1["label"], "{name}, {}", found.name);
            let counted = match &found.kind {
                ResponseSetKind::Dichotomy(Stored::Number(number)) => json!(*number as i64),
                ResponseSetKind::Dichotomy(Stored::Text(text)) => json!(text),
                _ => Value::Null,
            };
            assert_eq!(counted, set.1["counted_value"], "{name}, {}", found.name);
        }
        let batches = all(&reader, 1);
        let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
        same("rows", json!(rows));
        if let (Some(first), Some(last)) = (batches.first(), batches.last()) {
            let row = |batch: &RecordBatch, row| batch.columns().iter().map(|it| cell(it, row)).collect();
            same("first_row", row(first, 0));
            same("last_row", row(last, last.num_rows() - 1));
        }
        for (variable, expected) in file["column_sums"].as_object().unwrap() {
            let at = names.iter().position(|name| name == variable).unwrap();
            let numbers =
                batches.iter().flat_map(|batch| batch.column(at).as_primitive::<Float64Type>().iter());
            let (sum, expected) = (numbers.flatten().sum::<f64>(), expected.as_f64().unwrap());
            // The other sum was made in another order.
            assert!((sum - expected).abs() <= expected.abs() * 1e-12, "{name}, {variable}: {sum} {expected}");
        }
        for (variable, expected) in file["string_bytes"].as_object().into_iter().flatten() {
            let at = names.iter().position(|name| name == variable).unwrap();
            let texts = batches.iter().flat_map(|batch| batch.column(at).as_string::<i32>().iter());
            assert_eq!(json!(texts.flatten().map(str::len).sum::<usize>()), *expected, "{name}, {variable}");
        }
        assert_eq!(all(&reader, 3), batches, "{name}");
        let replaced = if name == "tegulu.sav" { vec![(1, 1, 1)] } else { Vec::new() };
        assert_eq!((reader.replaced(), reader.not_finite()), (replaced, Vec::new()), "{name}");
    }
}

/// Numbers that look like any, the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}

/// Reads everything that is there.
fn exhaust(bytes: &[u8]) {
    let Ok(reader) = SavReader::open(Source::memory("changed.sav", bytes.to_vec()).bytes) else { return };
    if let Ok(batches) = reader.batches(&Selection::default(), 1) {
        // Claims can make many columns of few bytes.
        assert!(batches.take_while(Result::is_ok).all(|batch| batch.is_ok()));
    }
}

#[test]
fn changed_bytes_of_real_files_never_panic() {
    let mut numbers = Numbers(11);
    let mut changes = 0;
    for (path, _) in expected() {
        let bytes = std::fs::read(path).unwrap();
        // Half of them before the cases of most files.
        let count = if bytes.len() < 20_000 { 430 } else { 30 };
        for change in 0..count {
            let mut changed = bytes.clone();
            let within = if change % 2 == 0 { bytes.len().min(3_000) } else { bytes.len() };
            for _ in 0..=numbers.below(3) {
                let at = numbers.below(within);
                changed[at] = [0, 1, 0x7F, 0xFF, changed[at] ^ (1 << numbers.below(8))][numbers.below(5)];
            }
            exhaust(&changed);
            changes += 1;
        }
    }
    assert!(changes == 0 || changes >= 10_000, "{changes}");
}

/// What is special in single files, beyond what the other reader tells.
#[test]
fn odd_files_are_read_as_they_are_meant() {
    let Some(folder) = reference::folder("data/stat/spss-wild") else { return };
    let file = |name: &str| open(&folder.join(name));
    let told = |reader: &SavReader| reader.remarks().iter().map(|it| it.message.clone()).collect::<Vec<_>>();
    let unix = file("unix6_bigendian.sav");
    assert!(unix.header().big_endian);
    assert_eq!(
        (all(&unix, 2).iter().map(RecordBatch::num_rows).sum::<usize>(), told(&unix)),
        (50, Vec::new())
    );
    let widths = file("win8_colwidth0.sav");
    assert!(widths.metadata().variables.iter().all(|variable| variable.column_width.is_none()));
    let french = file("win13_french_rec16_wrong.sav");
    assert_eq!(all(&french, 2).iter().map(RecordBatch::num_rows).sum::<usize>(), 9);
    let french = told(&french);
    assert!(french[0].contains("names no encoding"), "{french:?}");
    assert!(french[1].contains("a different number of cases"), "{french:?}");
    let latin = file("mac20_latin1_norec20.sav");
    assert_eq!(latin.header().encoding_source, EncodingSource::Code);
    let trends = file("win20_trends_mrsets_attributes.sav");
    let metadata = trends.metadata();
    let dates = metadata.dates.as_ref().unwrap();
    let named = |at: usize| metadata.variables[at].name.as_str();
    assert_eq!(dates.head, [0, 12, 3, 1, 2012, 1]);
    let variables: Vec<_> =
        dates.variables.iter().map(|(at, kind, period)| (named(*at), *kind, *period)).collect();
    assert_eq!(variables, [("YEAR_", 2, 0), ("QUARTER_", 3, 4), ("MONTH_", 4, 12), ("DATE_", 11, 12)]);
    assert_eq!(metadata.weight.map(named), Some("weightVar"));
    assert!(
        metadata.attributes.len() + metadata.variables.iter().map(|it| it.attributes.len()).sum::<usize>()
            > 3
    );
    assert!(metadata.variables.iter().flat_map(|it| &it.attributes).any(|it| it.values.len() > 1));
    let segments = file("win22_duplicate_segment_names.sav");
    let names = segments.metadata().variables.iter().map(|it| (it.width, it.name == it.short_name));
    assert!(names.clone().all(|(width, _)| width == Some(1_000)), "{:?}", names.collect::<Vec<_>>());
    assert_eq!(told(&segments), Vec::<String>::new());
    let named_zsav = file("bytecode_named_zsav.zsav");
    assert_eq!(named_zsav.header().compression, CaseCompression::Bytecode);
    let php = file("php_fake_product_rec16_doubles.sav");
    let labelled =
        php.metadata().variables.iter().find(|it| it.width == Some(28) && it.value_labels.is_some());
    assert!(labelled.is_some() && all(&php, 1)[0].num_rows() == 3, "{:?}", told(&php));
    let blocks = file("pspp2_zsav_blocks.zsav");
    assert_eq!(blocks.header().compression, CaseCompression::Zlib);
}
