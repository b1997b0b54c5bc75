//! A codebook inside a file that is damaged, and rows that are missing: read, but never without a word.

use crate::program::run_in;

const STUDY: &str = r#"codebook = 1
[study]
id = "pets"
title = "My study"
[data]
people = "people.csv"
[[tables]]
name = "people"
key = ["id"]
[[tables.variables]]
name = "id"
kind = "integer"
[[tables.variables]]
name = "vote"
kind = "integer"
missing = [{ value = -9, label = "Refused", letter = "r" }]
"#;

/// The study as a file of a format.
fn exported(folder: &std::path::Path, format: &str) -> std::path::PathBuf {
    std::fs::write(folder.join("study.toml"), STUDY).unwrap();
    std::fs::write(folder.join("people.csv"), "id,vote\n1,1\n2,-9\n3,2\n").unwrap();
    let run = run_in(folder, &format!("export {{}}/study.toml --to {format} --out {{}}/out"));
    assert_eq!(run.code, 0, "{}", run.error);
    folder.join(format!("out/people.{format}"))
}

#[test]
fn a_damaged_codebook_is_told_of_by_every_command() {
    for format in ["dta", "parquet", "arrow", "arrows"] {
        let folder = tempfile::tempdir().unwrap();
        let path = exported(folder.path(), format);
        let mut bytes = std::fs::read(&path).unwrap();
        // Arrow has the keys of the file twice.
        let is_json = |at: &usize| bytes[*at..].starts_with(b"{\"digest\":");
        let places: Vec<usize> = (0..bytes.len()).filter(is_json).collect();
        assert!(!places.is_empty());
        places.into_iter().for_each(|at| bytes[at + 11] = b'?');
        std::fs::write(&path, bytes).unwrap();
        let name = path.display();
        let told = "the codebook stored in the file is not used";

        let inspect = run_in(folder.path(), &format!("inspect {name}"));
        assert!(inspect.code == 0 && inspect.output.contains(told), "{format}: {}", inspect.output);
        let check = run_in(folder.path(), &format!("check {name}"));
        let is_found = check.output.contains("warning read-loss") && check.output.contains(told);
        assert!(check.code == 0 && is_found, "{format}: {}{}", check.output, check.error);
        let reported = run_in(folder.path(), &format!("convert {name} {{}}/a.csv"));
        let all = format!("{}{}", reported.output, reported.error);
        assert!(reported.code == 0 && all.contains("not-read"), "{format}: {all}");
        let denied = run_in(folder.path(), &format!("convert {name} {{}}/b.csv --losses deny"));
        assert!(denied.code == 3 && denied.error.contains("not-read"), "{format}: {}", denied.error);
    }
}

#[test]
fn a_stream_without_its_end_is_not_taken_for_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = exported(folder.path(), "arrows");
    let bytes = std::fs::read(&path).unwrap();
    // The mark is eight bytes.
    std::fs::write(&path, &bytes[..bytes.len() - 8]).unwrap();
    let name = path.display();
    let check = run_in(folder.path(), &format!("check {name}"));
    assert!(check.output.contains("rows may be missing"), "{}", check.output);
    let denied = run_in(folder.path(), &format!("convert {name} {{}}/b.csv --losses deny"));
    assert!(denied.code == 3 && denied.error.contains("not-read"), "{}", denied.error);
}
