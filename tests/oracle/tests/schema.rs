//! The committed JSON Schema of codebooks, applied by a validator we did not write.

use std::path::{Path, PathBuf};

use exporter_core::sink::MemorySink;
use exporter_core::{Context, export};
use exporter_testkit::codebook::codebooks;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::programs;

/// How many generated codebooks are checked.
const GENERATED: usize = 300;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The problems of every codebook in the files.
fn problems(files: &[PathBuf]) -> Vec<Vec<String>> {
    let schema = root().join("crates/exporter-core/codebook.schema.json");
    let printed = programs::stdout(programs::python("validate_codebook.py").arg(schema).args(files));
    String::from_utf8(printed).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn assert_valid(files: &[PathBuf], count: usize) {
    let found = problems(files);
    assert_eq!(found.len(), count);
    let wrong: Vec<_> = found.iter().enumerate().filter(|(_, problems)| !problems.is_empty()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The study files of the examples, which write codebooks in their short forms.
fn examples() -> Vec<PathBuf> {
    let folders = std::fs::read_dir(root().join("examples")).unwrap().map(|entry| entry.unwrap().path());
    let mut studies: Vec<PathBuf> =
        folders.map(|folder| folder.join("study.toml")).filter(|study| study.is_file()).collect();
    studies.sort();
    assert!(studies.len() >= 3, "{studies:?}");
    studies
}

#[test]
fn the_examples_are_valid() {
    let studies = examples();
    assert_valid(&studies, studies.len());
}

#[test]
fn what_the_codebook_format_writes_is_valid() {
    let folder = tempfile::tempdir().unwrap();
    let registry = exporter::registry();
    let exporter = registry.exporter("codebook", Value::Null).unwrap();
    let mut files = Vec::new();
    for study in examples() {
        let context = Context::default();
        let data = exporter::open(&[study], &exporter::InputOptions::default(), &registry, &context).unwrap();
        let sink = MemorySink::new();
        export(&*exporter, &data, Box::new(sink.clone()), &context).unwrap();
        for (name, bytes) in sink.entries() {
            files.push(folder.path().join(name));
            std::fs::write(files.last().unwrap(), bytes).unwrap();
        }
    }
    assert_valid(&files, files.len());
}

#[test]
fn generated_codebooks_are_valid() {
    let mut runner = TestRunner::deterministic();
    let mut lines = String::new();
    for _ in 0..GENERATED {
        let codebook = codebooks().new_tree(&mut runner).unwrap().current();
        lines += &serde_json::to_string(&codebook).unwrap();
        lines += "\n";
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("generated.jsonl");
    std::fs::write(&file, lines).unwrap();
    assert_valid(&[file], GENERATED);
}

/// What our reader refuses by its form alone, the schema refuses too.
#[test]
fn broken_codebooks_are_refused() {
    let variable = |field: &str, value: Value| {
        let mut variable = json!({ "name": "x", "kind": "integer" });
        variable[field] = value;
        json!({ "codebook": 1, "tables": [{ "name": "t", "variables": [variable] }] })
    };
    let broken = [
        json!({ "study": { "id": "s" } }),
        json!({ "codebook": "one" }),
        json!({ "codebook": 1, "tabels": [] }),
        json!({ "codebook": 1, "tables": {} }),
        json!({ "codebook": 1, "study": { "title": 3 } }),
        variable("lable", json!("x")),
        variable("label", json!(["x"])),
        variable("measure", json!("nominally")),
        variable("kind", json!({ "set": "integer" })),
        variable("missing", json!([{ "value": 9, "reason": "Refused" }])),
        json!({ "codebook": 1, "value_labels": { "l": [{ "value": 1 }] } }),
    ];
    for codebook in &broken {
        assert!(exporter_core::codebook::Codebook::from_json(&codebook.to_string()).is_err(), "{codebook}");
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("broken.jsonl");
    let lines: Vec<String> = broken.iter().map(Value::to_string).collect();
    std::fs::write(&file, lines.join("\n")).unwrap();
    let found = problems(&[file]);
    assert_eq!(found.len(), broken.len());
    for (codebook, problems) in broken.iter().zip(found) {
        assert!(!problems.is_empty(), "the schema takes {codebook}");
    }
}
