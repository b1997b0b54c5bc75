//! DDI in the readers of the Open Data Format and of IPUMS, and its statistics against those of pandas.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use exporter::codebook::{Codebook, MissingValues, Variable};
use exporter::request::{FormatRequest, Request};
use exporter::sink::{FolderOptions, FolderSink};
use exporter::{Context, Dataset as _, LossPolicy};
use serde_json::{Value, json};

use crate::programs;

/// A study, and a folder with what it is exported to.
struct Exported {
    codebook: Codebook,
    folder: tempfile::TempDir,
}

impl Exported {
    fn of(study: &Path, formats: impl IntoIterator<Item = FormatRequest>) -> Self {
        let (registry, context) = (exporter::registry(), Context::default());
        let mut request = Request::new([study]).with_codebook(false).with_losses(LossPolicy::Report);
        request.formats = formats.into_iter().collect();
        let folder = tempfile::tempdir().unwrap();
        let sink = FolderSink::create(folder.path(), FolderOptions::default()).unwrap();
        let prepared = request.prepare(&registry, &context).unwrap();
        let codebook = prepared.data().codebook().clone();
        prepared.run(Box::new(sink), &request.context(&context)).unwrap();
        Self { codebook, folder }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../examples/{name}/study.toml"))
}

/// The object that a script prints of two files.
fn said(script: &str, one: &Path, other: &Path) -> Value {
    serde_json::from_slice(&programs::stdout(programs::python(script).arg(one).arg(other))).unwrap()
}

/// Codes of a variable and their labels in a language: those of values, and of missing ones that have a label of their own.
fn codes(codebook: &Codebook, variable: &Variable, language: &str) -> BTreeMap<String, String> {
    let language = codebook.language(Some(language));
    let labelled = codebook.value_labels_of(variable).into_iter().flat_map(|labels| &labels.entries);
    let labelled = labelled.map(|entry| (entry.value.to_string(), entry.label.get(language)));
    let missing = variable.missing.iter().filter_map(|missing| match &missing.values {
        MissingValues::One(value) => Some((value.to_string(), missing.label.get(language))),
        _ => None,
    });
    labelled.chain(missing).map(|(code, label)| (code, label.to_owned())).collect()
}

/// What the package of the Open Data Format finds of a variable.
fn in_odf(codebook: &Codebook, variable: &Variable) -> Value {
    let mut found = serde_json::Map::new();
    found.insert("variable".into(), json!(variable.name));
    let is_number = variable.kind.is_numeric();
    found.insert("type".into(), json!(if is_number { "numeric" } else { "character" }));
    for tag in &codebook.study.languages {
        let language = codebook.language(Some(tag));
        found.insert(format!("label_{tag}"), json!(variable.label.get(language)));
        if let Some(question) = &variable.question {
            found.insert(format!("description_{tag}"), json!(question.text.get(language)));
        }
        let codes = codes(codebook, variable, tag);
        if !codes.is_empty() {
            found.insert(format!("labels_{tag}"), json!(codes));
        }
    }
    found.into()
}

#[test]
fn the_package_of_the_open_data_format_reads_all_of_an_archive() {
    let mut labelled = 0;
    for name in ["anes96", "households"] {
        let ours = Exported::of(&example(name), ["odf", "csv"].map(FormatRequest::new));
        for table in &ours.codebook.tables {
            let archive = ours.file(&format!("{}.odf.zip", table.name));
            let found = said("read_odf.py", &archive, &ours.file(&format!("{}.csv", table.name)));
            let rows = [("respondents", 944), ("households", 120), ("members", 472)];
            let rows = rows.into_iter().find(|(known, _)| *known == table.name).map(|(_, rows)| rows);
            assert_eq!((&found["differences"], found["rows"].as_u64()), (&json!([]), rows), "{name}");
            let study = &ours.codebook.study;
            let mut dataset =
                json!({ "study": study.title.get(ours.codebook.language(None)), "dataset": table.name });
            for tag in &study.languages {
                dataset[format!("label_{tag}")] = json!(table.label.get(ours.codebook.language(Some(tag))));
            }
            // The description of a data set is its first note, in one language.
            let first = &study.languages[0];
            if let Some(note) = table.notes.first() {
                dataset[format!("description_{first}")] =
                    json!(note.get(ours.codebook.language(Some(first))));
            }
            assert_eq!(found["dataset"], dataset);
            assert_eq!(found["variables"].as_object().unwrap().len(), table.variables.len());
            for variable in &table.variables {
                let wanted = in_odf(&ours.codebook, variable);
                labelled += usize::from(wanted.get("labels_en").is_some());
                assert_eq!(found["variables"][&variable.name], wanted, "{}.{}", table.name, variable.name);
            }
        }
    }
    assert!(labelled >= 17, "{labelled}");
}

#[test]
fn ipumspy_reads_a_table_with_its_codes() {
    for (name, table, documents) in [
        ("households", "households", &["en", "fr"][..]),
        ("anes96", "respondents", &[""]),
        ("rand-hie", "person_years", &[""]),
    ] {
        let ddi = FormatRequest::new("ddi").with_option("profile", "ipums").with_option("tables", table);
        let ours = Exported::of(&example(name), [FormatRequest::new("csv"), ddi]);
        let (_, table) = ours.codebook.table(table).unwrap();
        for language in documents {
            let dot = if language.is_empty() { "" } else { "." };
            let document = ours.file(&format!("{name}{dot}{language}.ddi.xml"));
            let csv = ours.file(&format!("{}.csv", table.name));
            let found = said("read_ipums.py", &document, &csv);
            let wanted = (json!(format!("{}.csv", table.name)), json!("rectangular"), json!([]));
            assert_eq!(
                (found["file"].clone(), found["structure"].clone(), found["differences"].clone()),
                wanted,
                "{name} {language}"
            );
            let variables = found["variables"].as_array().unwrap();
            assert_eq!(variables.len(), table.variables.len());
            let of_language = ours.codebook.language(Some(language).filter(|it| !it.is_empty()).copied());
            for (found, variable) in variables.iter().zip(&table.variables) {
                assert_eq!(found["name"], variable.name);
                assert_eq!(found["label"], variable.label.get(of_language), "{}", variable.name);
                let is_number = variable.kind.is_numeric();
                assert_eq!(
                    found["type"],
                    if is_number { "integer" } else { "character" },
                    "{}",
                    variable.name
                );
                // The package has codes by their labels, numbers as such.
                let codes = codes(&ours.codebook, variable, language).into_iter();
                let codes: BTreeMap<String, Value> =
                    codes.map(|(code, label)| (label, json!(code.parse::<i64>().unwrap()))).collect();
                assert_eq!(found["codes"], json!(codes), "{}", variable.name);
                let question = variable.question.as_ref().map(|question| question.text.get(of_language));
                let notes = variable.notes.first().map(|note| note.get(of_language));
                let description = notes.or(question).unwrap_or(variable.label.get(of_language));
                assert_eq!(found["description"], description, "{}", variable.name);
            }
        }
    }
}

/// Rows of a survey with weights, some of which count nothing, codes that are declared missing, decimals and dates.
fn weighted(folder: &Path) -> PathBuf {
    let study = r#"
        codebook = 1
        [study]
        id = "weighted"
        title = "Weighted"
        [data]
        people = "people.csv"
        [[tables]]
        name = "people"
        [[tables.variables]]
        name = "id"
        kind = "int32"
        [[tables.variables]]
        name = "weight"
        kind = "float64"
        weight = true
        [[tables.variables]]
        name = "works"
        kind = "int8"
        labels = "works"
        weighted_by = "weight"
        missing = [{ value = 9, label = "Refused" }, { low = 20, high = 29, label = "Unclear" }]
        [[tables.variables]]
        name = "income"
        kind = "decimal(12,2)"
        weighted_by = "weight"
        missing = [{ value = -1, label = "Unknown" }]
        [[tables.variables]]
        name = "large"
        kind = "float64"
        weighted_by = "weight"
        [[tables.variables]]
        name = "born"
        kind = "date"
        [[tables.variables]]
        name = "note"
        kind = "text"
        labels = "note"
        [value_labels]
        works = [{ value = 1, label = "Yes" }, { value = 2, label = "No" }, { value = 3, label = "Nobody" }]
        note = [{ value = "a", label = "First" }, { value = "b", label = "Second" }]
    "#;
    let mut rows = "id,weight,works,income,large,born,note\n".to_owned();
    let mut state = 12_345_u64;
    let mut next = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    for id in 0..2_000 {
        let weight = match next(20) {
            0 => String::new(),
            1 => "-2.5".to_owned(),
            2 => "0".to_owned(),
            _ => format!("{}.{:03}", next(4), next(1000)),
        };
        let works = ["1", "2", "9", "23", "", "1"][usize::try_from(next(6)).unwrap()];
        let income = match next(10) {
            0 => "-1.00".to_owned(),
            1 => String::new(),
            _ => format!("{}.{:02}", next(90_000), next(100)),
        };
        // Far from nought, where a sum of squares would be nothing but rounding.
        let large = format!("{}", 1e9 + next(1_000) as f64 / 8.0);
        let born = format!("{}-{:02}-{:02}", 1930 + next(80), 1 + next(12), 1 + next(28));
        let note = ["a", "b", "", "c"][usize::try_from(next(4)).unwrap()];
        rows += &format!("{id},{weight},{works},{income},{large},{born},{note}\n");
    }
    std::fs::write(folder.join("people.csv"), rows).unwrap();
    std::fs::write(folder.join("study.toml"), study).unwrap();
    folder.join("study.toml")
}

#[test]
fn counts_and_moments_are_those_of_pandas() {
    let folder = tempfile::tempdir().unwrap();
    let studies = [
        (example("anes96"), "anes96"),
        (example("households"), "households"),
        (example("rand-hie"), "rand-hie"),
        (weighted(folder.path()), "weighted"),
    ];
    let mut compared: BTreeMap<String, u64> = BTreeMap::new();
    for (study, name) in studies {
        let ours = Exported::of(&study, ["csv", "ddi"].map(FormatRequest::new));
        let found = said("ddi_statistics.py", &ours.file(&format!("{name}.ddi.xml")), ours.folder.path());
        assert_eq!(found["differences"], json!([]), "{name}");
        for (kind, count) in found["compared"].as_object().unwrap() {
            *compared.entry(kind.clone()).or_default() += count.as_u64().unwrap();
        }
        // Each variable says how many of its values are valid.
        let variables = ours.codebook.tables.iter().map(|table| table.variables.len()).sum::<usize>();
        assert_eq!(found["compared"]["vald"], variables, "{name}");
        let all = ours.codebook.tables.iter().flat_map(|table| &table.variables);
        let codes: usize = all.map(|variable| codes(&ours.codebook, variable, "en").len()).sum();
        assert_eq!(found["compared"]["freq"], codes, "{name}");
    }
    for kind in
        ["rows", "invd", "min", "max", "mean", "stdev", "weighted freq", "weighted mean", "weighted stdev"]
    {
        assert!(compared.get(kind).is_some_and(|count| *count >= 2), "{kind}: {compared:?}");
    }
}
