//! DDI Codebook against the schemas of the DDI Alliance: what is written of real files is valid, and `check` says what
//! xmllint and the Python package xmlschema say.

use std::path::{Path, PathBuf};

use exporter_core::check::{CheckOptions, Findings};
use exporter_core::sink::{FolderOptions, FolderSink};
use exporter_core::{Context, ErrorKind, Registry, Source, export};
use serde_json::{Value, json};

use crate::{judges, reference};

/// The schema of a version.
pub(crate) fn schema(version: &str) -> Option<PathBuf> {
    let file = if version == "1.2.2" { "Version1-2-2.xsd" } else { "codebook.xsd" };
    reference::folder(&format!("schemas/ddi-codebook-{version}/{file}"))
}

pub(crate) fn registry() -> Registry {
    let registry = exporter_ddi::register(exporter_package::register(Registry::new()));
    let registry = exporter_dta::register(exporter_sav::register(registry));
    exporter_parquet::register(exporter_tab::register(registry))
}

pub(crate) fn findings(path: &Path) -> Findings {
    let (registry, context) = (registry(), Context::default());
    let source = Source::open(path, &context).unwrap();
    // Alone: what lies beside it is another matter.
    let source = Source::new(path.display().to_string(), source.bytes);
    registry.check(&source, &CheckOptions::default(), &context).unwrap()
}

pub(crate) fn files(folder: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_wanted = path.extension().is_some_and(|known| extensions.iter().any(|one| known == *one));
        if path.is_dir() {
            found.extend(files(&path, extensions));
        } else if is_wanted {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The version whose schema a document is judged by.
fn version_of(document: &Path) -> &'static str {
    let text = String::from_utf8_lossy(&std::fs::read(document).unwrap()).into_owned();
    match () {
        () if text.contains("ddi:codebook:2_6") => "2.6",
        () if text.contains("icpsr") => "1.2.2",
        () => "2.5",
    }
}

#[test]
fn documents_are_checked_as_others_check_them() {
    let Some(folder) = reference::folder("data/ddi") else { return };
    let documents = files(&folder, &["xml"]);
    assert!(documents.len() >= 26);
    for version in ["1.2.2", "2.5", "2.6"] {
        let schema = schema(version).unwrap();
        let documents: Vec<PathBuf> =
            documents.iter().filter(|document| version_of(document) == version).cloned().collect();
        assert!(!documents.is_empty(), "{version}");
        for (document, theirs) in documents.iter().zip(judges::xmlschema(&schema, &documents)) {
            let ours = findings(document);
            let (messages, codes): (Vec<&str>, Vec<&str>) =
                ours.listed().iter().map(|finding| (finding.message.as_str(), finding.rule.code)).unzip();
            assert_eq!(
                theirs.is_empty(),
                ours.listed().is_empty(),
                "{}: {theirs:?}{messages:#?}",
                document.display()
            );
            // References that lead nowhere are no matter of xmllint.
            let is_clean = codes.iter().all(|code| *code == "dangling-reference");
            let theirs = judges::xmllint(&schema, std::slice::from_ref(document));
            assert_eq!(theirs.is_empty(), is_clean, "{}: {theirs}{messages:#?}", document.display());
        }
    }
}

#[test]
fn real_files_have_valid_documents() {
    let Some(folder) = reference::folder("data") else { return };
    let (registry, out) = (registry(), tempfile::tempdir().unwrap());
    let context = Context::default();
    let mut written = 0;
    for (at, path) in
        files(&folder, &["csv", "dta", "parquet", "sav", "tab", "xml", "zsav"]).iter().enumerate()
    {
        let source = Source::open(path, &context).unwrap();
        // Damaged files are there, too, and XML of other kinds.
        let Ok(data) = registry.open(&source, Value::Null, &context) else { continue };
        for version in ["2.5", "2.6"] {
            let exporter = registry.exporter("ddi", json!({ "version": version })).unwrap();
            let target = out.path().join(version).join(at.to_string());
            std::fs::create_dir_all(&target).unwrap();
            let sink = FolderSink::create(&target, FolderOptions::default()).unwrap();
            match export(&*exporter, &*data, Box::new(sink), &context) {
                Ok(_) => written += 1,
                // Rows that are cut off show when they are counted.
                Err(error) => assert_eq!(error.kind(), ErrorKind::Invalid, "{}: {error}", path.display()),
            }
        }
    }
    assert!(written >= 180, "{written}");
    for version in ["2.5", "2.6"] {
        let documents = files(&out.path().join(version), &["xml"]);
        let said = judges::xmllint(&schema(version).unwrap(), &documents);
        assert!(
            said.is_empty(),
            "{}",
            said.lines().filter(|line| !line.ends_with("validates")).take(20).collect::<Vec<_>>().join("\n")
        );
        for (document, problems) in
            documents.iter().zip(judges::xmlschema(&schema(version).unwrap(), &documents))
        {
            assert_eq!(problems, [""; 0], "{}", document.display());
            assert_eq!(findings(document).listed(), [], "{}", document.display());
        }
    }
}

/// Variables, categories and categories that are declared missing, as the README beside the files states them.
#[test]
fn nothing_of_a_document_is_passed_over() {
    let Some(folder) = reference::folder("data/ddi") else { return };
    let stated = [
        ("valid/fixture-relational-two-files.xml", 6, 2, 1),
        ("valid/fixture-relational-two-files-2.6.xml", 6, 2, 1),
        ("valid/fsd-3307.xml", 78, 275, 32),
        ("valid/cps_00159.xml", 9, 89, 0),
        ("valid/usa_00196.xml", 10, 316, 0),
        ("valid/dataverse-exportfull.xml", 0, 0, 0),
        ("real-invalid/nada-AFG_2021_WBCS_v01_M.xml", 418, 2376, 0),
    ];
    for (name, variables, categories, missing) in stated {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let document = exporter_ddi::read(bytes.as_slice()).unwrap();
        let counts = document.counts;
        assert_eq!(
            (counts.variables, counts.categories, counts.missing),
            (variables, categories, missing),
            "{name}"
        );
        assert_eq!(document.codebook.problems(), [], "{name}");
    }
}
