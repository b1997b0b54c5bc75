//! What is refused, with which exit code, and that nothing is left.

use crate::program::{example, files, run_in};

#[test]
fn losses_can_be_denied() {
    let folder = tempfile::tempdir().unwrap();
    let study = example("anes96");
    let run =
        run_in(folder.path(), &format!("export {} --to csv --losses deny --out {{}}/x.csv", study.display()));
    assert_eq!(run.code, 3, "{}", run.error);
    assert!(run.error.contains("csv lacks or changes: ") && run.error.contains("hint:"), "{}", run.error);
    assert!(files(folder.path()).is_empty());
}

/// What only the rows show is in the report, too, when they are refused.
#[test]
fn a_value_that_is_refused_while_it_is_written_is_in_the_report() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("x.csv"), "1a,b\n1.5,1\ninf,2\n").unwrap();
    for format in ["sav", "dta"] {
        let convert = format!("convert {{}}/x.csv {{}}/x.{format} --report {{}}/{format}.json");
        let run = run_in(folder.path(), &convert);
        assert_eq!(run.code, 3, "{}", run.error);
        assert!(run.error.contains("refused, first at row 2: \"inf"), "{}", run.error);
        assert!(run.error.contains("--losses allow=range"), "{}", run.error);
        let report = std::fs::read_to_string(folder.path().join(format!("{format}.json"))).unwrap();
        let report: serde_json::Value = serde_json::from_str(&report).unwrap();
        let losses = report["refused"]["losses"].as_array().unwrap();
        let refused = losses.iter().find(|loss| loss["code"] == "range").unwrap();
        assert_eq!(
            (&refused["variable"], &refused["severity"]),
            (&"1a".into(), &"wrong".into()),
            "{refused}"
        );
        assert_eq!((&refused["format"], &refused["first"]["row"]), (&format.into(), &2.into()), "{refused}");
        // What the plan knew is there, too.
        assert!(losses.iter().any(|loss| loss["code"] == "name-changed"), "{losses:?}");
        assert!(!folder.path().join(format!("x.{format}")).exists());
    }
}

#[test]
fn wrong_usage_ends_with_two() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [
        "export",
        "frobnicate",
        "export x.csv --to csv --out y --threads 0",
        "export x.csv --to csv --out y --losses maybe",
    ] {
        assert_eq!(run_in(folder.path(), arguments).code, 2, "{arguments}");
    }
}

#[test]
fn failures_name_the_file_and_a_hint() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("x.csv"), "a\n1\n").unwrap();
    let missing = run_in(folder.path(), "convert {}/absent.csv {}/y.parquet");
    assert_eq!(missing.code, 1);
    assert!(missing.error.contains("absent.csv"), "{}", missing.error);
    let unknown = run_in(folder.path(), "convert {}/x.csv {}/y.nonsense");
    assert_ne!(unknown.code, 0);
    assert!(unknown.error.contains("parquet"), "known formats are listed: {}", unknown.error);
    assert_eq!(files(folder.path()), ["x.csv"]);
}

#[test]
fn a_report_replaces_neither_data_nor_the_target() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("x.csv"), "a\n1\n").unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    for report in ["x.csv", "y.tab", "file/r.json"] {
        let refused = run_in(folder.path(), &format!("convert {{}}/x.csv {{}}/y.tab --report {{}}/{report}"));
        assert_ne!(refused.code, 0, "{report}");
        assert_eq!(files(folder.path()), ["file", "x.csv"], "{report}: {}", refused.error);
        assert_eq!(std::fs::read_to_string(folder.path().join("x.csv")).unwrap(), "a\n1\n");
    }
    let within = run_in(folder.path(), "export {}/x.csv --to csv --out {}/out --report {}/out/r.json");
    assert_eq!(within.code, 0, "{}", within.error);
    assert!(folder.path().join("out/r.json").exists() && folder.path().join("out/x.csv").exists());
}

#[test]
fn existing_targets_are_kept_unless_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("x.csv"), "a\n1\n").unwrap();
    std::fs::write(folder.path().join("y.tab"), "precious").unwrap();
    let refused = run_in(folder.path(), "convert {}/x.csv {}/y.tab");
    assert_eq!(refused.code, 1, "{}", refused.error);
    assert_eq!(std::fs::read_to_string(folder.path().join("y.tab")).unwrap(), "precious");
    let replaced = run_in(folder.path(), "convert {}/x.csv {}/y.tab --overwrite");
    assert_eq!(replaced.code, 0, "{}", replaced.error);
    assert_eq!(std::fs::read_to_string(folder.path().join("y.tab")).unwrap(), "a\n1\n");
    std::fs::create_dir(folder.path().join("full")).unwrap();
    std::fs::write(folder.path().join("full/note.txt"), "mine").unwrap();
    assert_eq!(run_in(folder.path(), "export {}/x.csv --to csv --out {}/full").code, 1);
    assert_eq!(run_in(folder.path(), "export {}/x.csv --to csv --out {}/full --overwrite").code, 0);
    assert_eq!(std::fs::read_to_string(folder.path().join("full/note.txt")).unwrap(), "mine");
}

#[test]
fn study_files_cannot_leave_their_folder() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("secret.csv"), "a\n1\n").unwrap();
    std::fs::create_dir(folder.path().join("study")).unwrap();
    let study = "codebook = 1\n[data]\nt = \"../secret.csv\"\n";
    std::fs::write(folder.path().join("study/study.toml"), study).unwrap();
    let refused = run_in(folder.path(), "export {}/study/study.toml --to csv --out {}/out");
    assert_eq!(refused.code, 1);
    assert!(refused.error.contains("outside"), "{}", refused.error);
    let allowed = run_in(folder.path(), "export {}/study/study.toml --to csv --out {}/out --allow-outside");
    assert_eq!(allowed.code, 0, "{}", allowed.error);
}

#[test]
fn a_codebook_that_names_an_absent_column_names_both() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("t.csv"), "a,b\n1,2\n").unwrap();
    let study =
        "codebook = 1\n[data]\nt = \"t.csv\"\n[[tables]]\nname = \"t\"\n[[tables.variables]]\nname = \"c\"\n";
    std::fs::write(folder.path().join("study.toml"), study).unwrap();
    let run = run_in(folder.path(), "export {}/study.toml --to csv --out {}/out");
    assert_eq!(run.code, 1);
    assert!(run.error.contains("\"c\"") && run.error.contains("t.csv"), "{}", run.error);
}

#[test]
fn ragged_rows_are_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("t.csv"), "a,b\n1,2\n3\n").unwrap();
    let run = run_in(folder.path(), "convert {}/t.csv {}/t.parquet");
    assert_eq!(run.code, 1);
    assert!(run.error.contains("row 2") || run.error.contains("line 3"), "{}", run.error);
    assert_eq!(files(folder.path()), ["t.csv"]);
}

#[test]
fn an_empty_file_is_called_empty() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("empty"), "").unwrap();
    let run = run_in(folder.path(), "inspect {}/empty");
    assert!(run.error.contains("this file is empty"), "{}", run.error);
}

#[test]
fn a_level_needs_something_to_compress() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("x.csv"), "a\n1\n").unwrap();
    let run = run_in(folder.path(), "export {}/x.csv --to csv --level 9 --out {}/x");
    assert_eq!(run.code, 2, "{}", run.error);
    let run = run_in(folder.path(), "export {}/x.csv --to csv --level 9 --out {}/x --zip");
    assert_eq!(run.code, 0, "{}", run.error);
}
