//! DDI by one option: beside data, in an archive that is checked, alone, and as an archive of the Open Data Format.

use crate::program::{example, files, run_in};

#[test]
fn one_option_adds_a_document_that_is_checked_with_its_data() {
    let folder = tempfile::tempdir().unwrap();
    let study = example("households").display().to_string();
    let run = run_in(folder.path(), &format!("export {study} --to dta --to csv --to ddi --out {{}}/hh.zip"));
    assert_eq!(run.code, 0, "{}", run.error);
    let sound = run_in(folder.path(), "check {}/hh.zip");
    assert_eq!((sound.code, sound.output.ends_with("hh.zip: no findings\n")), (0, true), "{}", sound.output);
    // Of the same files a document of others is found out.
    let run = run_in(folder.path(), &format!("export {study} --to csv --to ddi --out {{}}/out"));
    assert_eq!(run.code, 0, "{}", run.error);
    assert!(files(&folder.path().join("out")).contains(&"households.ddi.xml".to_owned()));
    let members = folder.path().join("out/members.csv");
    let text = std::fs::read_to_string(&members).unwrap();
    std::fs::write(&members, text.replace("Luc", "Lux")).unwrap();
    let found = run_in(folder.path(), "check {}/out/households.ddi.xml");
    assert_eq!(found.code, 1, "{}", found.output);
    assert!(found.output.contains("the SHA-256 of members.csv is "), "{}", found.output);
}

#[test]
fn a_document_alone_has_no_data_and_reads_as_a_study() {
    let folder = tempfile::tempdir().unwrap();
    let study = example("anes96").display().to_string();
    let run = run_in(folder.path(), &format!("export {study} --to ddi --out {{}}/x.ddi.xml"));
    assert_eq!((run.code, files(folder.path())), (0, vec!["x.ddi.xml".to_owned()]), "{}", run.error);
    let shown = run_in(folder.path(), "inspect {}/x.ddi.xml --json");
    let shown: serde_json::Value = serde_json::from_str(&shown.output).unwrap();
    let text = shown.to_string();
    assert!(
        text.contains("American National Election Study, 1996") && text.contains("Strong Democrat"),
        "{text}"
    );
    let again = run_in(folder.path(), &format!("export {study} --to odf --out {{}}/odf"));
    assert_eq!(again.code, 0, "{}", again.error);
    assert!(files(&folder.path().join("odf")).contains(&"respondents.odf.zip".to_owned()));
}

#[test]
fn what_a_hint_says_of_files_can_be_typed() {
    let folder = tempfile::tempdir().unwrap();
    let study = example("households").display().to_string();
    let export = |option: &str| {
        run_in(
            folder.path(),
            &format!("export {study} --to dta --to csv --to ddi{option} --out {{}}/{}", option.len()),
        )
    };
    let refused = export(":file=xyz");
    assert_eq!(refused.code, 2, "{}", refused.error);
    assert!(refused.error.contains("file=csv or file=dta"), "{}", refused.error);
    assert_eq!(files(folder.path()), [""; 0]);
    assert_eq!(export(":file=csv").code, 0);
}

/// A .sav and a .dta of two variables in a folder, and a codebook that describes both as others.
fn described_otherwise(folder: &std::path::Path) {
    let study = "codebook = 1\nstudy.id = \"d\"\ndata.d = \"d.csv\"\n[[tables]]\nname = \"d\"\n\
        variables = [{ name = \"a\", kind = \"integer\", label = \"In the file\" }, { name = \"s\", kind = \"text\", label = \"S\" }]\n";
    std::fs::write(folder.join("d.csv"), "a,s\n1,1.5\n2,2.5\n").unwrap();
    std::fs::write(folder.join("d.toml"), study).unwrap();
    for format in ["sav", "dta", "parquet"] {
        let run = run_in(folder, &format!("export {{}}/d.toml --to {format} --out {{}}/d.{format}"));
        assert_eq!(run.code, 0, "{}", run.error);
    }
    let codebook = r#"{"codebook": 1, "tables": [{"name": "d", "variables": [
        {"name": "a", "kind": "text", "label": "Described"}, {"name": "s", "kind": "float", "label": "S"}]}]}"#;
    std::fs::write(folder.join("k.json"), codebook).unwrap();
}

#[test]
fn what_a_codebook_replaces_of_a_file_is_a_loss_and_kinds_are_those_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    described_otherwise(folder.path());
    for format in ["sav", "dta", "parquet"] {
        let run = run_in(
            folder.path(),
            &format!(
                "export {{}}/d.{format} --codebook {{}}/k.json --to csv --out {{}}/o.csv --overwrite --report {{}}/r.json"
            ),
        );
        assert_eq!(run.code, 0, "{}", run.error);
        assert_eq!(std::fs::read_to_string(folder.path().join("o.csv")).unwrap(), "a,s\n1,1.5\n2,2.5\n");
        let report = std::fs::read_to_string(folder.path().join("r.json")).unwrap();
        let report: serde_json::Value = serde_json::from_str(&report).unwrap();
        let losses = report["summary"]["losses"].as_array().unwrap();
        let of_file: Vec<String> = losses
            .iter()
            .filter(|loss| loss["format"] == format)
            .map(|loss| format!("{} {} {}", loss["variable"], loss["code"], loss["first"]["value"]))
            .collect();
        let told = [
            "\"a\" \"kind-changed\" null",
            "\"a\" \"label-dropped\" \"In the file\"",
            "\"s\" \"kind-changed\" null",
        ];
        assert_eq!(of_file, told, "{format}: {report}");
        assert!(losses.iter().filter(|loss| loss["format"] == format).all(|loss| {
            loss["entry"].as_str().is_some_and(|entry| entry.ends_with(&format!("d.{format}")))
        }));
        // Described by its own codebook a file tells nothing.
        let run = run_in(
            folder.path(),
            &format!(
                "export {{}}/d.{format} --codebook {{}}/d.{format} --to csv --out {{}}/o.csv --overwrite --losses deny --no-codebook"
            ),
        );
        assert!(!run.error.contains("says otherwise"), "{format}: {}", run.error);
    }
}

#[test]
fn a_codebook_of_columns_that_are_not_there_can_be_made_smaller() {
    let folder = tempfile::tempdir().unwrap();
    described_otherwise(folder.path());
    let gone: Vec<String> =
        (1..=12).map(|at| format!("{{\"name\": \"gone{at}\", \"kind\": \"text\"}}")).collect();
    let codebook = format!(
        "{{\"codebook\": 1, \"tables\": [{{\"name\": \"d\", \"variables\": [{{\"name\": \"a\", \"kind\": \"integer\"}}, {}]}}]}}",
        gone.join(",")
    );
    std::fs::write(folder.path().join("w.json"), codebook).unwrap();
    for file in ["d.sav", "d.csv"] {
        let export = |codebook: &str| {
            run_in(
                folder.path(),
                &format!(
                    "export {{}}/{file} --codebook {{}}/{codebook} --to csv --out {{}}/o.csv --overwrite"
                ),
            )
        };
        let refused = export("w.json");
        assert_eq!(refused.code, 1, "{}", refused.error);
        assert!(
            refused.error.contains("gone10") && refused.error.contains(" and 2 more"),
            "{}",
            refused.error
        );
        assert!(
            refused.error.contains("w.json --to codebook --variables NAME,… --out fewer.codebook.json"),
            "{}",
            refused.error
        );
        let fewer = "export {}/w.json --to codebook --variables a --out {}/fewer.codebook.json --overwrite";
        let fewer = run_in(folder.path(), fewer);
        assert_eq!(fewer.code, 0, "{}", fewer.error);
        let read = export("fewer.codebook.json");
        assert_eq!(read.code, 0, "{}", read.error);
    }
}

#[test]
fn labels_below_the_names_are_no_row_where_the_codebook_has_them() {
    let folder = tempfile::tempdir().unwrap();
    let study = example("anes96").display().to_string();
    for out in ["both", "both.zip"] {
        let run = run_in(
            folder.path(),
            &format!("export {study} --to csv:header=both --to codebook --out {{}}/{out}"),
        );
        assert_eq!(run.code, 0, "{}", run.error);
        let shown = run_in(folder.path(), &format!("inspect {{}}/{out}"));
        assert!(shown.output.contains("respondents: 944 rows"), "{out}: {} {}", shown.output, shown.error);
    }
    let shown =
        run_in(folder.path(), "inspect {}/both/respondents.csv --codebook {}/both/anes96.codebook.json");
    assert!(shown.output.contains("944 rows"), "{} {}", shown.output, shown.error);
}

#[test]
fn labels_of_coding_instructions_reach_data_by_a_codebook() {
    let folder = tempfile::tempdir().unwrap();
    let text = "<codeBook xmlns=\"ddi:codebook:2_5\"><fileDscr ID=\"F1\"><fileTxt><fileName>d</fileName></fileTxt></fileDscr>\
        <dataDscr><var name=\"a\"><codInstr>0 = Unknown</codInstr></var></dataDscr></codeBook>";
    std::fs::write(folder.path().join("c.xml"), text).unwrap();
    std::fs::write(folder.path().join("d.csv"), "a\n0\n").unwrap();
    let export = "export {}/c.xml --from ddi:labels=codinstr --to codebook --out {}/c.codebook.json";
    let export = run_in(folder.path(), export);
    assert_eq!(export.code, 0, "{}", export.error);
    let shown = run_in(folder.path(), "inspect {}/d.csv --codebook {}/c.codebook.json --json");
    assert!(shown.output.contains("Unknown"), "{} {}", shown.output, shown.error);
}

#[test]
fn a_document_behind_long_comments_is_read_as_what_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let text =
        format!("<?xml version=\"1.0\"?><!--{}--><codeBook xmlns=\"ddi:codebook:2_5\"/>", "x".repeat(70_000));
    std::fs::write(folder.path().join("long.xml"), text).unwrap();
    let refused = run_in(folder.path(), "inspect {}/long.xml");
    assert!(refused.code == 1 && refused.error.contains("--from ddi"), "{}", refused.error);
    let shown = run_in(folder.path(), "inspect {}/long.xml --from ddi");
    assert_eq!(shown.code, 0, "{}", shown.error);
}
