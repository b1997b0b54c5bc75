//! `exporter export`, `inspect`, `formats`, `completions`.

use crate::program::{example, files, run_in};

#[test]
fn a_survey_becomes_csv_tab_and_parquet_with_its_codebook() {
    let folder = tempfile::tempdir().unwrap();
    let study = example("anes96");
    let run = run_in(
        folder.path(),
        &format!(
            "export {} --to csv --to tab --to parquet --out {{}}/out --report {{}}/report.json",
            study.display()
        ),
    );
    assert_eq!(run.code, 0, "{}", run.error);
    assert_eq!(
        files(&folder.path().join("out")),
        ["anes96.codebook.json", "respondents.csv", "respondents.parquet", "respondents.tab"]
    );
    let csv = std::fs::read_to_string(folder.path().join("out/respondents.csv")).unwrap();
    assert!(csv.starts_with(
        "caseid,popul,TVnews,selfLR,ClinLR,DoleLR,PID,age,educ,income,vote\n1,0,7,7,1,6,6,36,3,1,1\n"
    ));
    assert_eq!(csv.lines().count(), 945);
    let report: serde_json::Value =
        serde_json::from_slice(&std::fs::read(folder.path().join("report.json")).unwrap()).unwrap();
    assert_eq!(report["rows"], 944);
    // The codebook beside them holds what csv and tab have no place for, so that it is not lost.
    let held = report["summary"]["held"].as_array().unwrap().iter();
    let mut held = held.filter(|loss| loss["held_by"] == "anes96.codebook.json");
    assert!(held.any(|loss| loss["code"] == "value-labels-dropped" && loss["format"] == "csv"));
    let codes: Vec<&str> = report["summary"]["losses"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|loss| loss["code"].as_str())
        .collect();
    assert!(!codes.contains(&"value-labels-dropped"), "{codes:?}");
    assert!(
        run.error.contains("csv, tab lack ") && run.error.contains(": anes96.codebook.json holds them"),
        "{}",
        run.error
    );
    assert!(run.output.is_empty(), "standard output stays free for data");
}

#[test]
fn one_table_goes_to_standard_output_or_a_file_of_its_extension() {
    let folder = tempfile::tempdir().unwrap();
    let study = example("households");
    let piped =
        run_in(folder.path(), &format!("export {} --table members --to csv --out -", study.display()));
    assert_eq!(piped.code, 0, "{}", piped.error);
    assert!(piped.output.starts_with("household_id,member,name,sex,age,relation,school\n0001,1,"));
    let named = run_in(
        folder.path(),
        &format!("export {} --table members --to csv --out {{}}/m.csv", study.display()),
    );
    assert_eq!(named.code, 0, "{}", named.error);
    assert_eq!(std::fs::read_to_string(folder.path().join("m.csv")).unwrap(), piped.output);
    assert_eq!(files(folder.path()), ["m.csv"]);
}

#[test]
fn labels_come_in_the_language_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let study = example("households");
    let run = run_in(
        folder.path(),
        &format!("export {} --table members --to csv:values=labels --language fr --out -", study.display()),
    );
    assert_eq!(run.code, 0, "{}", run.error);
    assert!(run.output.contains("Chef de ménage"), "{}", &run.output[..200]);
}

#[test]
fn a_dry_run_writes_nothing_and_names_entries_and_losses() {
    let folder = tempfile::tempdir().unwrap();
    let study = example("households");
    let run = run_in(
        folder.path(),
        &format!("export {} --to csv --out {{}}/out --dry-run --report {{}}/plan.json", study.display()),
    );
    assert_eq!(run.code, 0, "{}", run.error);
    assert!(run.error.contains("households.csv") && run.error.contains("value labels"), "{}", run.error);
    assert_eq!(files(folder.path()), ["plan.json"]);
}

#[test]
fn inspect_shows_shape_labels_and_rows() {
    let folder = tempfile::tempdir().unwrap();
    let run = run_in(folder.path(), &format!("inspect {} --rows 2", example("households").display()));
    assert_eq!(run.code, 0, "{}", run.error);
    assert!(
        run.output.contains("table members") && run.output.contains("Relation to the head"),
        "{}",
        run.output
    );
    let json = run_in(folder.path(), &format!("inspect {} --rows 2 --json", example("households").display()));
    let parsed: serde_json::Value = serde_json::from_str(&json.output).unwrap();
    assert_eq!(parsed["codebook"]["study"]["id"], "households");
    assert_eq!(parsed["tables"][0]["first_rows"].as_array().unwrap().len(), 2);
}

#[test]
fn formats_and_completions_come_from_the_descriptions() {
    let folder = tempfile::tempdir().unwrap();
    let all = run_in(folder.path(), "formats --json");
    let parsed: serde_json::Value = serde_json::from_str(&all.output).unwrap();
    let ids: Vec<&str> = parsed.as_array().unwrap().iter().filter_map(|info| info["id"].as_str()).collect();
    for id in ["csv", "tab", "parquet", "arrow", "dta", "codebook", "stata-script", "spss-script", "r-script"]
    {
        assert!(ids.contains(&id), "{ids:?}");
        assert_eq!(run_in(folder.path(), &format!("formats {id}")).code, 0);
    }
    for shell in ["bash", "zsh", "fish"] {
        assert!(run_in(folder.path(), &format!("completions {shell}")).output.contains("exporter"));
    }
}
