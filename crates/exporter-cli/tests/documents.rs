//! Documents of a study travel with its data.

use std::path::Path;

use crate::program::{files, run_in};

/// A study with a document in its text and one in a file.
fn study(folder: &Path) {
    std::fs::create_dir_all(folder.join("study/reports")).unwrap();
    std::fs::write(folder.join("study/pets.csv"), "name\nRex\n").unwrap();
    // Larger than a piece that is copied at a time.
    std::fs::write(folder.join("study/reports/r.pdf"), "report ".repeat(20_000)).unwrap();
    let study = r#"
        codebook = 1
        [study]
        id = "pets"
        [data]
        pets = "pets.csv"
        [[tables]]
        name = "pets"
        [[documents]]
        name = "q.txt"
        kind = "questionnaire"
        media_type = "text/plain"
        bytes = "V2hpY2ggcGV0Pw=="
        [[documents]]
        name = "report.pdf"
        kind = "report"
        title = "What we found"
        media_type = "application/pdf"
        path = "reports/r.pdf"
    "#;
    std::fs::write(folder.join("study/study.toml"), study).unwrap();
}

#[test]
fn documents_go_beside_the_data_and_the_codebook_says_where() {
    let folder = tempfile::tempdir().unwrap();
    study(folder.path());
    let run =
        run_in(folder.path(), "export {}/study/study.toml --to csv --to dta --out {}/out --report {}/r.json");
    assert_eq!(run.code, 0, "{}", run.error);
    let written = ["documents/q.txt", "documents/report.pdf", "pets.codebook.json", "pets.csv", "pets.dta"];
    let out = folder.path().join("out");
    assert_eq!(files(&out), written);
    assert_eq!(std::fs::read_to_string(out.join("documents/q.txt")).unwrap(), "Which pet?");
    let report = folder.path().join("study/reports/r.pdf");
    assert!(std::fs::read(out.join("documents/report.pdf")).unwrap() == std::fs::read(report).unwrap());
    let codebook = std::fs::read_to_string(out.join("pets.codebook.json")).unwrap();
    assert!(
        codebook.contains("\"path\": \"documents/q.txt\"") && !codebook.contains("V2hpY2gg"),
        "{codebook}"
    );
    let report = std::fs::read_to_string(folder.path().join("r.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let lost = report["summary"]["losses"].to_string();
    assert!(!lost.contains("document"), "{lost}");

    // The codebook describes the data where both are, and the documents come along.
    let again = run_in(
        folder.path(),
        "export {}/out/pets.csv --codebook {}/out/pets.codebook.json --to csv --manifest --zip --out {}/again",
    );
    assert_eq!(again.code, 0, "{}", again.error);
    for name in ["documents/q.txt: 10 bytes", "documents/report.pdf: 140,000 bytes", "MANIFEST.json"] {
        assert!(again.error.contains(&format!("\n  {name}")), "{}", again.error);
    }
}

#[test]
fn documents_are_left_out_where_there_is_no_place_or_they_are_not_wanted() {
    let folder = tempfile::tempdir().unwrap();
    study(folder.path());
    let run = run_in(folder.path(), "export {}/study/study.toml --to csv --no-documents --out {}/out");
    assert_eq!(run.code, 0, "{}", run.error);
    assert_eq!(files(&folder.path().join("out")), ["pets.codebook.json", "pets.csv"]);
    let codebook = std::fs::read_to_string(folder.path().join("out/pets.codebook.json")).unwrap();
    assert!(codebook.contains("V2hpY2gg") && codebook.contains("What we found"), "{codebook}");
    assert!(!codebook.contains("reports/r.pdf"), "{codebook}");
    for to in ["export {}/study/study.toml --to csv --out {}/p.csv", "convert {}/study/study.toml {}/c.csv"] {
        let run = run_in(folder.path(), to);
        assert_eq!(run.code, 0, "{}", run.error);
        assert!(run.error.contains("documents"), "{}", run.error);
    }
}

#[test]
fn a_missing_document_is_named_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    study(folder.path());
    std::fs::remove_file(folder.path().join("study/reports/r.pdf")).unwrap();
    for more in ["", " --dry-run"] {
        let run =
            run_in(folder.path(), &format!("export {{}}/study/study.toml --to csv --out {{}}/out{more}"));
        assert_eq!(run.code, 1, "{}", run.error);
        assert!(run.error.contains("\"report.pdf\"") && run.error.contains("reports/r.pdf"), "{}", run.error);
        assert!(!folder.path().join("out").exists());
    }
}

#[test]
fn documents_outside_the_folder_of_the_study_need_leave() {
    let folder = tempfile::tempdir().unwrap();
    study(folder.path());
    let file = folder.path().join("study/study.toml");
    let text = std::fs::read_to_string(&file).unwrap().replace("reports/r.pdf", "../secret.txt");
    std::fs::write(&file, text).unwrap();
    std::fs::write(folder.path().join("secret.txt"), "secret").unwrap();
    let run = run_in(folder.path(), "export {}/study/study.toml --to csv --out {}/out");
    assert_eq!(run.code, 1, "{}", run.error);
    assert!(run.error.contains("secret.txt") && run.error.contains("outside"), "{}", run.error);
    let run = run_in(folder.path(), "export {}/study/study.toml --to csv --allow-outside --out {}/out");
    assert_eq!(run.code, 0, "{}", run.error);
    assert_eq!(std::fs::read_to_string(folder.path().join("out/documents/report.pdf")).unwrap(), "secret");
}

#[test]
fn a_data_file_that_names_a_document_elsewhere_reads_no_file_of_ours() {
    let folder = tempfile::tempdir().unwrap();
    study(folder.path());
    let run = run_in(folder.path(), "export {}/study/study.toml --to parquet --out {}/pets.parquet");
    assert_eq!(run.code, 0, "{}", run.error);
    let run = run_in(folder.path(), "export {}/pets.parquet --to csv --out {}/out");
    assert_eq!(run.code, 0, "{}", run.error);
    assert_eq!(files(&folder.path().join("out/documents")), ["q.txt"]);
    assert!(
        run.error.contains("documents: their files are not beside the file that names them"),
        "{}",
        run.error
    );
    let codebook = std::fs::read_to_string(folder.path().join("out/pets.codebook.json")).unwrap();
    assert!(codebook.contains("What we found") && !codebook.contains("reports/r.pdf"), "{codebook}");
}

#[test]
fn what_is_written_without_documents_opens_again_and_says_what_it_lacks() {
    for (options, out) in [
        ("--to csv --no-documents --out {}/b.zip", "b.zip"),
        ("--to csv --no-documents --out {}/out", "out"),
        ("--to csv --to codebook:folder=meta --out {}/out", "out"),
        ("--to csv --to codebook:folder=meta --out {}/b.zip", "b.zip"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path();
        study(place);
        let run = run_in(place, &format!("export {{}}/study/study.toml {options}"));
        assert_eq!(run.code, 0, "{options}: {}", run.error);
        assert!(run.error.contains("codebook: described without their files"), "{options}: {}", run.error);
        assert!(!run.error.contains("documents: pets.codebook.json holds them"), "{options}: {}", run.error);
        let again = run_in(place, &format!("export {{}}/{out} --to dta --out {{}}/again"));
        assert_eq!(again.code, 0, "{options}: {}", again.error);
        let codebook = std::fs::read_to_string(place.join("again/pets.codebook.json")).unwrap();
        // It is described still.
        assert!(codebook.contains("What we found") && !codebook.contains("r.pdf\""), "{options}: {codebook}");
        assert_eq!(std::fs::read_to_string(place.join("again/documents/q.txt")).unwrap(), "Which pet?");
    }
}

#[test]
fn the_example_in_the_readme_runs_and_inspect_shows_its_documents() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let readme = std::fs::read_to_string(readme).unwrap();
    let example = readme.split("```toml\n").find(|text| text.contains("[[documents]]")).unwrap();
    std::fs::write(place.join("s.toml"), example.split("```").next().unwrap()).unwrap();
    std::fs::write(place.join("owners.csv"), "pet\n1\n").unwrap();
    std::fs::create_dir(place.join("forms")).unwrap();
    std::fs::write(place.join("forms/questionnaire.pdf"), "%PDF").unwrap();
    let run = run_in(place, "export {}/s.toml --to csv --out {}/out");
    assert_eq!(run.code, 0, "{}", run.error);
    assert_eq!(
        files(&place.join("out")),
        ["documents/questionnaire.pdf", "owners.csv", "pets.codebook.json"]
    );
    assert!(
        run.error.contains(
            "documents lacks titles, languages and addresses of documents: pets.codebook.json holds them"
        ),
        "{}",
        run.error
    );
    let shown = run_in(place, "inspect {}/s.toml").output;
    for line in [
        "questionnaire.pdf  questionnaire  Questionnaire for owners  [forms/questionnaire.pdf]",
        "manual.html        attachment       [https://example.org/manual.html]",
    ] {
        assert!(shown.contains(line), "{shown}");
    }
    study(place);
    let shown = run_in(place, "inspect {}/study/study.toml").output;
    assert!(shown.contains("[in the file, 10 bytes]"), "{shown}");
    assert!(run_in(place, "export {}/study/study.toml --to csv --no-documents --out {}/less").code == 0);
    let shown = run_in(place, "inspect {}/less").output;
    assert!(shown.contains("What we found  [only described]"), "{shown}");
}

#[test]
fn a_missing_document_is_left_out_as_the_hint_says() {
    let folder = tempfile::tempdir().unwrap();
    study(folder.path());
    std::fs::remove_file(folder.path().join("study/reports/r.pdf")).unwrap();
    let command = "export {}/study/study.toml --to csv --out {}/out";
    let run = run_in(folder.path(), command);
    let (_, typed) = run.error.split_once("leave documents out with ").unwrap();
    let run = run_in(folder.path(), &format!("{command} {}", typed.trim()));
    assert_eq!(run.code, 0, "{}", run.error);
}
