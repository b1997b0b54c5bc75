//! `exporter dxf2`: files of DHIS2, plain and packed.

use std::path::{Path, PathBuf};

use crate::program::{files, run, run_in};

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/dhis2").join(name)
}

/// Runs in a folder in which the examples are.
fn dxf2(folder: &Path, arguments: &str) -> crate::program::Run {
    for name in ["metadata.json", "values.csv"] {
        std::fs::copy(example(name), folder.join(name)).unwrap();
    }
    run_in(folder, &format!("dxf2 {arguments}"))
}

#[test]
fn a_summary_counts_and_names_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let run = dxf2(folder.path(), "summary {}/metadata.json --json");
    assert_eq!(run.code, 0, "{}", run.error);
    let summary: serde_json::Value = serde_json::from_str(&run.output).unwrap();
    assert_eq!((&summary["kind"], &summary["version"]), (&"metadata".into(), &"2.41.3".into()));
    let counts =
        serde_json::json!({"dataElements": 1, "optionSets": 1, "options": 2, "organisationUnits": 1});
    assert_eq!(summary["counts"], counts);
    assert_eq!(summary["references"], 5);
    let unresolved = serde_json::json!({"categoryCombo": {"n": 1, "sample": "bjDvmb4bfuf"}});
    assert_eq!(summary["unresolved"], unresolved);
    let text = dxf2(folder.path(), "summary {}/values.csv").output;
    for words in ["data values", "dataValues: 2", "periods: 2", "organisationUnits: 1"] {
        assert!(text.contains(words), "{text}");
    }
}

#[test]
fn conversions_through_packed_files_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let steps = [
        "convert {}/metadata.json {}/a.xml.gz --lenient",
        "convert {}/a.xml.gz {}/b.json.zip",
        "diff {}/metadata.json {}/b.json.zip",
        "convert {}/values.csv {}/v.xml.gz",
        "convert {}/v.xml.gz {}/v.json",
        "convert {}/v.json {}/w.csv --target 2.41",
    ];
    for step in steps {
        let run = dxf2(folder.path(), step);
        assert_eq!((run.code, run.error.as_str()), (0, ""), "{step}");
    }
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(read("w.csv"), read("values.csv"));
    // What is there is not replaced unasked.
    let again = dxf2(folder.path(), "convert {}/metadata.json {}/b.json.zip");
    assert!(again.code != 0 && again.error.contains("overwrite"), "{}", again.error);
    assert_eq!(dxf2(folder.path(), "convert {}/metadata.json {}/b.json.zip --overwrite").code, 0);
}

#[test]
fn what_a_set_says_of_all_values_reaches_each_and_what_has_no_place_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let set = r#"{"dataValues":[{"dataElement":"a","value":"1","comment":"c"},{"dataElement":"b","value":"2"}],
        "dataSet":"pBOMPrpg1QX","period":"202401","orgUnit":"o"}"#;
    std::fs::write(folder.path().join("set.json"), set).unwrap();
    let csv = dxf2(folder.path(), "convert {}/set.json {}/set.csv");
    assert_eq!(csv.code, 0, "{}", csv.error);
    assert_eq!(csv.error, "note: dataSet: CSV has no place for what a whole set says, and it is left out\n");
    let written = std::fs::read_to_string(folder.path().join("set.csv")).unwrap();
    assert!(written.contains("a,202401,o,,,1,,,c,,") && written.contains("b,202401,o,,,2"), "{written}");
    let adx = dxf2(folder.path(), "convert {}/set.json {}/set.adx.xml");
    assert_eq!(adx.code, 0, "{}", adx.error);
    assert_eq!(adx.error, "note: left out, since the target has no place: 1 text of values\n");
}

#[test]
fn differences_and_cleaning_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let run = dxf2(
        folder.path(),
        "clean {}/metadata.json {}/clean.json --strip sharing,dates,whitespace,translations",
    );
    assert_eq!(run.code, 0, "{}", run.error);
    assert_eq!(run.error, "created: 1 time\nname: 1 time\nsharing: 1 time\ntranslations: 1 time\n");
    let diff = dxf2(folder.path(), "diff {}/metadata.json {}/clean.json");
    assert_eq!(diff.code, 1);
    for words in [
        "~ dataElements elCasesAAAA name: \"Malaria  cases \" -> \"Malaria cases\"",
        "- optionSets setSexAAAAA created",
        "4 differences",
    ] {
        assert!(diff.output.contains(words), "{}", diff.output);
    }
    let json = dxf2(folder.path(), "diff {}/metadata.json {}/clean.json --json").output;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((json.as_array().unwrap().len(), &json[0]["change"]), (4, &"removed".into()));
}

#[test]
fn mistakes_say_what_to_type_and_leave_nothing() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("cut.json"),
        "{\"options\":[{\"id\":\"abcdefghijk\",\"code\":\"A\",\"name\":\"A\"},{\"id\":",
    )
    .unwrap();
    std::fs::write(folder.path().join("page.html"), "<html><body/></html>").unwrap();
    for (arguments, words) in [
        ("convert {}/metadata.json {}/a.xml", "--target 2.38"),
        ("convert {}/metadata.json {}/a.txt", ".json"),
        ("convert {}/cut.json {}/a.json", "ends here"),
        ("convert {}/metadata.json {}/a.json --target 1.9", "no version of DHIS2"),
        ("clean {}/metadata.json {}/a.json", "--strip sharing,users,dates"),
        ("clean {}/metadata.json {}/a.json --strip colours", "orgunits"),
        ("summary {}/page.html", "its root is <html>"),
        ("summary {}/gone.json", "gone.json"),
        ("diff {}/metadata.json {}/values.csv", "holds data values"),
    ] {
        let run = dxf2(folder.path(), arguments);
        assert!(run.code != 0 && run.error.contains(words), "{arguments}: {}", run.error);
    }
    assert_eq!(files(folder.path()), ["cut.json", "metadata.json", "page.html", "values.csv"]);
}

#[test]
fn identifiers_are_new_or_those_of_a_text() {
    let uid = |arguments: &str| run_in(Path::new("."), &format!("dxf2 uid {arguments}")).output;
    assert_eq!(uid("--from a"), uid("--from a"));
    assert_eq!(uid("-n 3 --seed 7"), uid("-n 3 --seed 7"));
    let many: std::collections::BTreeSet<String> = uid("-n 100").lines().map(str::to_owned).collect();
    assert_eq!(many.len(), 100);
    assert!(many.iter().all(|uid| exporter::dxf2::uid::is_uid(uid)));
    let wrong = run(crate::program::exporter(["dxf2", "uid", "--from", "a", "-n", "2"]));
    assert_eq!(wrong.code, 2, "{}", wrong.error);
}
