//! Every case in every reader, field by field.

use std::path::{Path, PathBuf};

use exporter_sav::{Compression, Level};
use serde_json::Value as Json;

use super::case::{Case, normal};
use super::cases;
use crate::programs;

const COMPRESSIONS: [(&str, Compression); 3] = [
    ("sav", Compression::Bytecode),
    ("plain.sav", Compression::None),
    ("zsav", Compression::Zlib(Level::SIX)),
];

/// What a reader is known to say otherwise: (tool, case, part, why).
const FAULTS: &[(&str, &str, &str, &str)] = &[
    ("haven", "texts", "columns", "haven 2.5 cuts a text of 32,767 bytes"),
    ("pspp", "labels", "labels", "PSPP writes labels of 255 bytes at most"),
];

/// The files of every case in a folder.
fn files(folder: &Path) -> Vec<(Case, PathBuf)> {
    let mut files = Vec::new();
    for case in cases::all() {
        for (extension, compression) in COMPRESSIONS {
            let path = folder.join(format!("{}.{extension}", case.name));
            std::fs::write(&path, case.written(compression)).unwrap();
            files.push((case.clone(), path));
        }
    }
    files
}

pub(super) fn said(tool: &str, paths: &[PathBuf]) -> Vec<Json> {
    let mut script =
        if tool == "haven" { programs::r("read_sav.R") } else { programs::python("read_sav.py") };
    let printed = programs::stdout(script.arg(tool).args(paths));
    let text = String::from_utf8(printed).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Compares these parts of what a tool says of files.
fn agrees(judge: &str, parts: &[&str], files: &[(Case, PathBuf)], paths: &[PathBuf]) {
    let mut wrong = Vec::new();
    // What PSPP saves is read by the other.
    let tool = if judge == "pspp" { "pyreadstat" } else { judge };
    for (((case, _), path), said) in files.iter().zip(paths).zip(said(tool, paths)) {
        let (mut expected, mut said) = (case.expected(), normal(said, case));
        if judge == "pspp" {
            // It writes minus zero as zero.
            [&mut expected, &mut said].into_iter().for_each(|json| *json = without_minus_zero(json));
        }
        if let Some(error) = said["error"].as_str() {
            wrong.push(format!("{}: {error}", path.display()));
            continue;
        }
        for part in parts {
            let (said, expected) = (&said[*part], &expected[*part]);
            let is_known =
                FAULTS.iter().any(|(by, of, known, _)| (*by, *of, known) == (judge, case.name, part));
            match (same(said, expected), is_known) {
                (false, false) => {
                    wrong.push(format!("{}, {part}: {}", path.display(), first_difference(said, expected)));
                }
                (true, true) => wrong.push(format!("{}, {part}: no longer has its fault", path.display())),
                _ => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{judge}: {} parts differ\n{}", wrong.len(), wrong.join("\n"));
}

fn without_minus_zero(json: &Json) -> Json {
    let text = json.to_string().replace("\"8000000000000000\"", "\"0000000000000000\"");
    serde_json::from_str(&text).unwrap()
}

/// Equal, nothing being as good as an empty list or object.
fn same(said: &Json, expected: &Json) -> bool {
    let is_empty = |json: &Json| {
        json.is_null()
            || json.as_array().is_some_and(Vec::is_empty)
            || json.as_object().is_some_and(|it| it.is_empty())
    };
    said == expected || is_empty(said) && is_empty(expected)
}

fn first_difference(said: &Json, expected: &Json) -> String {
    match (said, expected) {
        (Json::Array(said), Json::Array(expected)) if said.len() == expected.len() => {
            let at =
                said.iter().zip(expected).position(|(said, expected)| said != expected).unwrap_or_default();
            format!("[{at}] {}", first_difference(&said[at], &expected[at]))
        }
        (Json::Object(said), Json::Object(expected)) => {
            let differs = |name: &&String| said.get(*name) != expected.get(*name);
            let name = said.keys().chain(expected.keys()).find(differs).cloned().unwrap_or_default();
            let null = Json::Null;
            let of = |all: &serde_json::Map<String, Json>| all.get(&name).unwrap_or(&null).clone();
            format!("{name} {}", first_difference(&of(said), &of(expected)))
        }
        _ => {
            let short = |json: &Json| json.to_string().chars().take(120).collect::<String>();
            format!("{} instead of {}", short(said), short(expected))
        }
    }
}

const ALL: &[&str] =
    &["names", "labels", "formats", "measures", "value_labels", "missing", "file_label", "notes", "columns"];

#[test]
fn pyreadstat_reads_every_case() {
    let folder = tempfile::tempdir().unwrap();
    let files = files(folder.path());
    let paths: Vec<PathBuf> = files.iter().map(|(_, path)| path.clone()).collect();
    agrees("pyreadstat", ALL, &files, &paths);
}

#[test]
fn haven_reads_every_case() {
    let folder = tempfile::tempdir().unwrap();
    let files = files(folder.path());
    let paths: Vec<PathBuf> = files.iter().map(|(_, path)| path.clone()).collect();
    agrees("haven", &["names", "labels", "formats", "value_labels", "missing", "columns"], &files, &paths);
}

#[test]
fn polars_reads_every_text() {
    let folder = tempfile::tempdir().unwrap();
    let files: Vec<_> = files(folder.path()).into_iter().filter(|(case, _)| case.name == "texts").collect();
    let paths: Vec<PathBuf> = files.iter().map(|(_, path)| path.clone()).collect();
    for ((case, path), said) in files.iter().zip(said("polars", &paths)) {
        let expected = case.expected();
        for (name, cells) in
            expected["names"].as_array().unwrap().iter().zip(expected["columns"].as_array().unwrap())
        {
            let found = &said["texts"][name.as_str().unwrap()];
            let found: Vec<&str> = found
                .as_array()
                .unwrap_or_else(|| panic!("{}: {said}", path.display()))
                .iter()
                .map(|cell| cell.as_str().unwrap_or_default())
                .collect();
            let cells: Vec<&str> =
                cells.as_array().unwrap().iter().map(|cell| cell.as_str().unwrap()).collect();
            assert_eq!(found, cells, "{}, {name}", path.display());
        }
    }
}

/// PSPP opens every case without a warning, and what it saves says the same.
#[test]
fn pspp_opens_every_case_without_a_warning_and_saves_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let files = files(folder.path());
    let mut paths = Vec::new();
    for (index, (case, path)) in files.iter().enumerate() {
        let again = folder.path().join(format!("again-{index}.sav"));
        let syntax = format!(
            "GET FILE='{}'.\nSYSFILE INFO FILE='{0}'.\nDISPLAY DICTIONARY.\nMRSETS /DISPLAY NAME=ALL.\nSAVE OUTFILE='{}'.\n",
            path.display(),
            again.display()
        );
        // A set of response sets is asked for only where there is one.
        let syntax = if case.metadata.response_sets.is_empty() {
            syntax.replace("MRSETS /DISPLAY NAME=ALL.\n", "")
        } else {
            syntax
        };
        let script = folder.path().join("look.sps");
        std::fs::write(&script, syntax).unwrap();
        let run =
            programs::ended(programs::program(&["pspp"], "pspp").arg(&script).current_dir(folder.path()));
        let said = [run.stdout.as_slice(), &run.stderr].map(String::from_utf8_lossy).concat().to_lowercase();
        let complains = said.lines().find(|line| line.contains("warning") || line.contains("error"));
        assert!(run.status.success() && complains.is_none(), "{}: {complains:?}", path.display());
        paths.push(again);
    }
    // PSPP has no unknown measure and widens narrow columns.
    let parts = ["names", "labels", "formats", "value_labels", "missing", "file_label", "columns"];
    agrees("pspp", &parts, &files, &paths);
}
