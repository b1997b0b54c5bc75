//! Options of every format: a folder below which everything stands, and the tables that are written.

use std::path::Path;

use crate::program::{example, files, run_in};

fn read(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap()
}

#[test]
fn formats_stand_below_folders_and_write_some_tables() {
    let folder = tempfile::tempdir().unwrap();
    let study = example("households");
    let to = "--to csv:folder=codes --to csv:folder=labels/en,values=labels --to dta:tables=members --to do:folder=codes \
              --to do:folder=scripts,tables=members --to r:tables=members";
    for out in ["out", "out.zip"] {
        let run = run_in(
            folder.path(),
            &format!(
                "export {} {to} --manifest --out {{}}/{out} --overwrite --report {{}}/r.json",
                study.display()
            ),
        );
        assert_eq!(run.code, 0, "{}", run.error);
        let check = run_in(folder.path(), &format!("check {{}}/{out}"));
        assert_eq!(check.code, 0, "{}", check.output);
        assert!(check.output.contains("no findings"), "{}", check.output);
    }
    let out = folder.path().join("out");
    let written = [
        "MANIFEST.json",
        "codes/households.csv",
        "codes/households.do",
        "codes/members.csv",
        "codes/members.do",
        "households.codebook.json",
        "labels/en/households.csv",
        "labels/en/members.csv",
        "members.R",
        "members.dta",
        "scripts/members.do",
    ];
    assert_eq!(files(&out), written);
    assert_ne!(read(&out, "codes/members.csv"), read(&out, "labels/en/members.csv"));
    // A script names the file that it can load, from its own folder.
    assert!(read(&out, "codes/members.do").contains("import delimited using `\"members.csv\"'"));
    assert!(read(&out, "scripts/members.do").contains("import delimited using `\"../codes/members.csv\"'"));
    assert!(read(&out, "members.R").contains("read.table(\"codes/members.csv\""));
    assert!(read(&out, "scripts/members.do").contains("save `\"members.dta\"'"));

    let report: serde_json::Value = serde_json::from_str(&read(folder.path(), "r.json")).unwrap();
    let lines =
        report["summary"]["losses"].as_array().into_iter().chain(report["summary"]["held"].as_array());
    for line in lines.flatten().filter(|line| line["format"] == "dta") {
        assert_ne!(line["table"], "households", "{line}");
    }
    let run = run_in(
        folder.path(),
        &format!(
            "export {} --to dta:tables=members --dry-run --report {{}}/d.json --out {{}}/x/",
            study.display()
        ),
    );
    assert_eq!(run.code, 0, "{}", run.error);
    let report: serde_json::Value = serde_json::from_str(&read(folder.path(), "d.json")).unwrap();
    let entries = report["plan"]["entries"].as_array().unwrap();
    assert_eq!(
        (&entries[0]["path"], &entries[0]["table"]),
        (&"members.dta".into(), &1.into()),
        "{entries:?}"
    );
}

#[test]
fn a_description_of_some_tables_holds_nothing_of_others() {
    let folder = tempfile::tempdir().unwrap();
    let study = example("households");
    let lost = |to: &str| {
        let run = run_in(
            folder.path(),
            &format!(
                "export {} --to csv --to codebook{to} --dry-run --overwrite --report {{}}/r.json --out {{}}/x/",
                study.display()
            ),
        );
        assert_eq!(run.code, 0, "{}", run.error);
        let report: serde_json::Value = serde_json::from_str(&read(folder.path(), "r.json")).unwrap();
        let losses = report["plan"]["losses"].as_array().unwrap().clone();
        let tables: std::collections::BTreeSet<String> =
            losses.iter().filter_map(|loss| Some(loss["table"].as_str()?.to_owned())).collect();
        tables.into_iter().collect::<Vec<_>>().join(",")
    };
    assert_eq!(lost(""), "");
    assert_eq!(lost(":tables=households"), "members");
}

#[test]
fn wrong_places_and_tables_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let study = example("households");
    for (to, message, hint) in [
        ("csv:folder=../x", "folder=\"../x\"", ""),
        ("csv:folder=/x", "folder=\"/x\"", ""),
        ("csv:folder=", "folder=\"\"", ""),
        ("csv:tables=membres", "the table \"membres\" does not exist", "members"),
        ("csv:tables=members|members", "named twice", ""),
        ("csv:tables=", "tables=", ""),
        ("csv --to csv:header=labels", "two formats of the export write", "folder="),
        ("csv:fodler=x", "no option \"fodler\"", "folder"),
    ] {
        let run = run_in(folder.path(), &format!("export {} --to {to} --out {{}}/out", study.display()));
        assert_ne!(run.code, 0, "{to}");
        assert!(run.error.contains(message) && run.error.contains(hint), "{to}: {}", run.error);
        assert!(!folder.path().join("out").exists(), "{to}");
    }
}

#[test]
fn help_lists_the_options_of_every_format() {
    for format in ["csv", "codebook", "r-script"] {
        let run = run_in(Path::new("."), &format!("formats {format}"));
        assert!(run.output.contains("    folder ") && run.output.contains("    tables "), "{}", run.output);
    }
}
