//! Documents of all profiles in both versions: valid by two validators that we did not write, and with all that CESSDA asks of those
//! for archives.

use std::path::{Path, PathBuf};

use exporter_core::codebook::{Agent, Codebook, Text};
use exporter_core::sink::{FolderOptions, FolderSink};
use exporter_core::{Context, Dataset as _, LossPolicy, MemoryDataset, export};
use exporter_testkit::{codebook, sample};
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use serde_json::json;

use crate::ddi_schema::{files, findings, registry, schema};
use crate::{judges, reference};

const VERSIONS: [&str; 2] = ["2.5", "2.6"];

/// The documents of a study in a folder.
fn written(data: &MemoryDataset, profile: &str, version: &str, folder: &Path) -> Vec<PathBuf> {
    let options = json!({ "profile": profile, "version": version });
    let exporter = registry().exporter("ddi", options).unwrap();
    let folder = folder.join(format!("{profile}-{version}"));
    std::fs::create_dir_all(&folder).unwrap();
    let sink = FolderSink::create(&folder, FolderOptions::default()).unwrap();
    let context = Context::default().with_policy(LossPolicy::Report);
    export(&*exporter, data, Box::new(sink), &context).unwrap();
    files(&folder, &["xml"])
}

/// One document a profile, but for those of one language a document.
#[test]
fn documents_of_all_profiles_are_valid() {
    let Some(_) = reference::folder("schemas") else { return };
    let (data, folder) = (sample::described(), tempfile::tempdir().unwrap());
    let profiles = [("standard", 1), ("nada", 2), ("dataverse", 1), ("archive", 1), ("ipums", 2), ("odf", 1)];
    for version in VERSIONS {
        let mut documents = Vec::new();
        for (profile, count) in profiles {
            let of_profile = written(&data, profile, version, folder.path());
            assert_eq!(of_profile.len(), count, "{profile}");
            documents.extend(of_profile);
        }
        let schema = schema(version).unwrap();
        assert_eq!(judges::xmllint(&schema, &documents), "");
        for (document, problems) in documents.iter().zip(judges::xmlschema(&schema, &documents)) {
            assert_eq!(problems, [""; 0], "{}", document.display());
            assert_eq!(findings(document).listed(), [], "{}", document.display());
        }
    }
}

/// Whatever a sound codebook says, its children stand in the order of the schema, by the schema itself.
#[test]
fn documents_of_generated_codebooks_are_valid() {
    let Some(_) = reference::folder("schemas") else { return };
    let (mut runner, folder) = (TestRunner::deterministic(), tempfile::tempdir().unwrap());
    let codebooks: Vec<Codebook> =
        (0..100).map(|_| codebook::sound().new_tree(&mut runner).unwrap().current()).collect();
    let variables = codebooks.iter().flat_map(|codebook| &codebook.tables).map(|table| table.variables.len());
    assert!(variables.sum::<usize>() > 100);
    for version in VERSIONS {
        let mut documents = Vec::new();
        for (at, codebook) in codebooks.iter().enumerate() {
            let rows = codebook.tables.iter().map(|_| Vec::new()).collect();
            let data = MemoryDataset::new(codebook.clone(), rows).unwrap();
            documents.extend(written(&data, "standard", version, &folder.path().join(at.to_string())));
        }
        let schema = schema(version).unwrap();
        assert_eq!(judges::xmllint(&schema, &documents), "");
        for (document, problems) in documents.iter().zip(judges::xmlschema(&schema, &documents)) {
            assert_eq!(problems, [""; 0], "{}", document.display());
        }
    }
}

/// The sample with another study.
fn changed(change: fn(&mut Codebook)) -> MemoryDataset {
    let mut codebook = sample::described().codebook().clone();
    change(&mut codebook);
    let rows = codebook.tables.iter().map(|_| Vec::new()).collect();
    MemoryDataset::new(codebook, rows).unwrap()
}

#[test]
fn documents_for_archives_have_what_cessda_asks_for() {
    let Some(profiles) = reference::folder("schemas/cessda-profiles") else { return };
    type Change = fn(&mut Codebook);
    let studies: [(&str, Change); 5] = [
        ("all", |_| {}),
        ("French first", |it| it.study.languages.reverse()),
        // What stands in its place is in a language, too.
        ("no title", |it| it.study.title = Text::default()),
        ("two distributors", |it| it.study.distributors.push(Agent::new("Another"))),
        ("a French title", |it| it.study.title = Text::default().with("fr", "Enquête")),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (name, change) in studies {
        let data = changed(change);
        for (version, number) in [("2.5", "2.5-3.1.0"), ("2.6", "2.6-2.1.0")] {
            let documents = written(&data, "archive", version, &folder.path().join(name));
            for kind in ["monolingual", "multilingual"] {
                let profile = profiles.join(format!("cdc-ddi-codebook-{number}-{kind}.xml"));
                let lacking = judges::lacking(&profile, &documents);
                assert_eq!(lacking, [[""; 0]], "{name}, {version}, {kind}");
            }
        }
    }
    // Without a language the texts have no tags, which catalogues of one language take.
    let data = changed(|it| it.study.languages.clear());
    let documents = written(&data, "archive", "2.5", &folder.path().join("no language"));
    let lacking = |kind: &str| {
        let profile = profiles.join(format!("cdc-ddi-codebook-2.5-3.1.0-{kind}.xml"));
        judges::lacking(&profile, &documents).remove(0)
    };
    assert_eq!(lacking("monolingual"), [""; 0]);
    let title = "/ddi:codeBook/ddi:stdyDscr/ddi:citation/ddi:titlStmt/ddi:titl/@xml:lang";
    assert!(lacking("multilingual").contains(&title.to_owned()), "{:?}", lacking("multilingual"));
}
