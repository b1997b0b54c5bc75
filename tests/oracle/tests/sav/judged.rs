//! Every case in every reader, and in our own once another program has written it, field by field.

use std::path::{Path, PathBuf};
use std::process::Command;

use exporter_sav::{Compression, Level};
use serde_json::{Value as Json, json};

use super::case::{Case, normal};
use super::cases;
use crate::programs;

const COMPRESSIONS: [(&str, Compression); 3] = [
    ("sav", Compression::Bytecode),
    ("plain.sav", Compression::None),
    ("zsav", Compression::Zlib(Level::SIX)),
];

/// What a judge is known to say otherwise: (judge, case, part, why).
const FAULTS: &[(&str, &str, &str, &str)] = &[
    (
        "ambers writes",
        "labels",
        "value_labels",
        "ambers cuts labels of values at 120 bytes, SPSS at 120 characters",
    ),
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
    let (mut program, mode) = match tool {
        "ambers" => (programs::ambers(), "read"),
        "haven" | "foreign" => (programs::r("read_sav.R"), tool),
        _ => (programs::python("read_sav.py"), tool),
    };
    objects(program.arg(mode).args(paths))
}

/// What a program prints, one JSON object a line.
fn objects(program: &mut Command) -> Vec<Json> {
    let text = String::from_utf8(programs::stdout(program)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What our reader says.
fn ours(path: &Path) -> Json {
    match Case::read(path) {
        Ok(case) => case.expected(),
        Err(error) => json!({ "error": error.to_string() }),
    }
}

/// Compares these parts of what a judge says of the files of cases.
fn agrees(judge: &str, parts: &[&str], files: &[(Case, PathBuf)], paths: &[PathBuf]) {
    let mut wrong = Vec::new();
    let cases = files.iter().map(|(case, _)| case);
    let theirs =
        |tool| said(tool, paths).into_iter().zip(cases.clone()).map(|(said, case)| normal(said, case));
    let said: Vec<Json> = match judge {
        // What PSPP saves is read by another.
        "pspp" => theirs("pyreadstat").collect(),
        "ambers writes" => paths.iter().map(|path| ours(path)).collect(),
        _ => theirs(judge).collect(),
    };
    for (((case, _), path), mut said) in files.iter().zip(paths).zip(said) {
        let mut expected = case.expected();
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

fn reads_every_case(judge: &str, parts: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let files = files(folder.path());
    let paths: Vec<PathBuf> = files.iter().map(|(_, path)| path.clone()).collect();
    agrees(judge, parts, &files, &paths);
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
    reads_every_case("pyreadstat", ALL);
}

#[test]
fn haven_reads_every_case() {
    reads_every_case("haven", &["names", "labels", "formats", "value_labels", "missing", "columns"]);
}

/// foreign 0.8 has no `.zsav`, and takes the segments of very long texts for variables.
#[test]
fn foreign_reads_every_case_of_short_texts() {
    let folder = tempfile::tempdir().unwrap();
    let is_short = |case: &Case| {
        case.metadata.variables.iter().all(|variable| variable.width.is_none_or(|width| width <= 255))
    };
    let mut files = files(folder.path());
    files.retain(|(case, path)| is_short(case) && path.extension().is_some_and(|it| it == "sav"));
    let paths: Vec<PathBuf> = files.iter().map(|(_, path)| path.clone()).collect();
    agrees("foreign", &["names", "labels", "value_labels", "columns"], &files, &paths);
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

/// Parts that `ambers` has beyond [`ALL`].
const MORE: &[&str] = &["widths", "alignments", "response_sets", "attributes", "weight"];

#[test]
fn ambers_reads_every_case() {
    reads_every_case("ambers", &[ALL, MORE].concat());
}

/// Every case that `ambers` has read and written again, in the compression that it was in, is still the case.
#[test]
fn what_ambers_writes_is_read_as_the_case() {
    let folder = tempfile::tempdir().unwrap();
    let again = tempfile::tempdir().unwrap();
    let files = files(folder.path());
    let mut write = programs::ambers();
    write.arg("write").arg(again.path()).args(files.iter().map(|(_, path)| path));
    let written = objects(&mut write);
    let mut paths = Vec::new();
    for ((_, ours), said) in files.iter().zip(written) {
        assert_eq!(said["error"], Json::Null, "{}", ours.display());
        let path = again.path().join(ours.file_name().unwrap());
        let compression = |path: &Path| std::fs::read(path).unwrap()[72..76].to_vec();
        assert_eq!(compression(&path), compression(ours), "{}", path.display());
        paths.push(path);
    }
    agrees("ambers writes", &[ALL, MORE].concat(), &files, &paths);
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
