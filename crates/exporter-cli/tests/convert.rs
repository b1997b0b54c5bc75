//! `exporter convert`: any readable format to any written one.

use crate::program::{files, run_in};

#[test]
fn a_file_goes_round_through_every_format() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("pets.csv"),
        "name,legs,born,weight\nTom,4,2020-02-29,4.5\n\"Kiki, the bird\",2,,0.1\n",
    )
    .unwrap();
    let chain = ["pets.parquet", "pets.arrow", "pets.tab", "pets.dta", "again.csv"];
    let mut from = "pets.csv";
    for to in chain {
        let run = run_in(folder.path(), &format!("convert {{}}/{from} {{}}/{to}"));
        assert_eq!(run.code, 0, "{from} to {to}: {}", run.error);
        from = to;
    }
    let again = std::fs::read_to_string(folder.path().join("again.csv")).unwrap();
    assert_eq!(again, std::fs::read_to_string(folder.path().join("pets.csv")).unwrap());
    assert_eq!(files(folder.path()).len(), 6);
}

#[test]
fn a_codebook_beside_the_data_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let study = crate::program::example("anes96");
    let first = run_in(folder.path(), &format!("export {} --to csv --out {{}}/a", study.display()));
    assert_eq!(first.code, 0, "{}", first.error);
    let second = run_in(
        folder.path(),
        "export {}/a/respondents.csv --codebook {}/a/anes96.codebook.json --to csv:values=labels --out {}/b",
    );
    assert_eq!(second.code, 0, "{}", second.error);
    assert!(
        std::fs::read_to_string(folder.path().join("b/respondents.csv"))
            .unwrap()
            .contains("Strong Republican")
    );
    assert_eq!(
        std::fs::read_to_string(folder.path().join("a/anes96.codebook.json")).unwrap(),
        std::fs::read_to_string(folder.path().join("b/anes96.codebook.json")).unwrap()
    );
}

#[test]
fn what_cannot_be_read_is_told_like_what_cannot_be_written() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("pets.csv"), "name,legs\nZoë,4\nRenée,2\n").unwrap();
    // Release 113 knows Windows-1252 only, whose letters are no UTF-8.
    let old = run_in(folder.path(), "convert {}/pets.csv {}/pets.dta --to dta:release=113");
    assert_eq!(old.code, 0, "{}", old.error);
    let wrong = "--from dta:encoding=utf-8";
    for more in ["", "--dry-run"] {
        let run = run_in(folder.path(), &format!("convert {{}}/pets.dta {{}}/out.csv {wrong} {more}"));
        assert_eq!(run.code, 0, "{}", run.error);
        assert_eq!(run.error.contains("text-replaced"), more.is_empty(), "{}", run.error);
    }
    let denied = run_in(folder.path(), &format!("convert {{}}/pets.dta {{}}/no.csv {wrong} --losses deny"));
    assert_eq!((denied.code, folder.path().join("no.csv").exists()), (3, false), "{}", denied.error);
    let shown = run_in(folder.path(), &format!("inspect {{}}/pets.dta {wrong}"));
    assert!(shown.output.contains("text-replaced pets.name: "), "{}", shown.output);
    let right = run_in(folder.path(), "inspect {}/pets.dta");
    assert!(right.output.contains("Zoë") && !right.output.contains("text-replaced"), "{}", right.output);
    let formats = run_in(folder.path(), "formats dta");
    let at = |text: &str| formats.output.find(text).unwrap_or_else(|| panic!("{text}: {}", formats.output));
    assert!(at("release") < at("options of reading") && at("options of reading") < at("lenient"));
}
