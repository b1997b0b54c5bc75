//! Several inputs and tables as one study.

use crate::program::{files, run_in};

#[test]
fn several_files_are_the_tables_of_one_study() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("owners.csv"), "id\n1\n").unwrap();
    std::fs::write(folder.path().join("pets.csv"), "id,owner\n7,1\n").unwrap();
    let run = run_in(folder.path(), "export {}/owners.csv {}/pets.csv --to tab --out {}/out");
    assert_eq!(run.code, 0, "{}", run.error);
    assert_eq!(files(&folder.path().join("out")), ["owners.tab", "pets.tab", "study.codebook.json"]);
    let unknown = run_in(folder.path(), "export {}/owners.csv {}/pets.csv --table cats --to tab --out {}/no");
    assert_eq!(unknown.code, 2);
    assert!(unknown.error.contains("owners, pets"), "{}", unknown.error);
}

#[test]
fn two_files_of_one_name_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("b")).unwrap();
    std::fs::write(folder.path().join("t.csv"), "a\n1\n").unwrap();
    std::fs::write(folder.path().join("b/t.csv"), "a\n1\n").unwrap();
    let run = run_in(folder.path(), "export {}/t.csv {}/b/t.csv --to tab --out {}/out");
    assert_eq!(run.code, 1);
    assert!(run.error.contains("both the table"), "{}", run.error);
}

#[test]
fn a_file_for_two_tables_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.csv"), "x\n1\n").unwrap();
    std::fs::write(folder.path().join("b.csv"), "x\n1\n").unwrap();
    let run = run_in(folder.path(), "export {}/a.csv {}/b.csv --to csv --out {}/one.csv");
    assert_eq!(run.code, 1);
    assert!(run.error.contains("hint:") && run.error.contains("folder"), "{}", run.error);
    assert_eq!(files(folder.path()), ["a.csv", "b.csv"]);
}
