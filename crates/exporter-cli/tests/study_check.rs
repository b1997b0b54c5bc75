//! `exporter check` of a study: its data against its codebook.

use std::path::Path;

use crate::program::{Run, run_in};

const STUDY: &str = r#"
codebook = 1
[data]
hh = "hh.csv"
people = "people.csv"
[[tables]]
name = "hh"
key = ["id"]
[[tables.variables]]
name = "id"
kind = "integer"
[[tables.variables]]
name = "region"
kind = "integer"
labels = "region"
missing = [{ value = 9, label = "Refused" }]
[[tables.variables]]
name = "size"
kind = "integer"
facts = { min = 1, max = 20 }
[[tables]]
name = "people"
key = ["id", "nr"]
parent = { table = "hh", variables = [["id", "id"]] }
[[tables.variables]]
name = "id"
kind = "integer"
[[tables.variables]]
name = "nr"
kind = "integer"
[value_labels.region]
1 = "North"
2 = "South"
"#;

fn check(folder: &Path, study: &str, hh: Option<&str>, people: &str) -> Run {
    std::fs::write(folder.join("s.toml"), study).unwrap();
    match hh {
        Some(hh) => std::fs::write(folder.join("hh.csv"), hh).unwrap(),
        None => std::fs::remove_file(folder.join("hh.csv")).unwrap(),
    }
    std::fs::write(folder.join("people.csv"), people).unwrap();
    run_in(folder, "check {}/s.toml")
}

const HH: &str = "id,region,size\n1,1,3\n2,9,20\n";
const PEOPLE: &str = "id,nr\n1,1\n1,2\n2,1\n";

#[test]
fn a_sound_study_has_no_findings() {
    let folder = tempfile::tempdir().unwrap();
    let sound = check(folder.path(), STUDY, Some(HH), PEOPLE);
    assert_eq!((sound.code, sound.output.ends_with("s.toml: no findings\n")), (0, true), "{}", sound.output);
    assert!(sound.output.contains("whose data is compared with its codebook"), "{}", sound.output);
}

#[test]
fn what_the_data_has_otherwise_is_found_in_every_file() {
    let folder = tempfile::tempdir().unwrap();
    for (hh, people, code, wanted) in [
        (
            "id,region,size\n1,x,3\n",
            "id,nr\n1,1\n",
            1,
            "error unreadable in the table hh in the variable region in row 1",
        ),
        (
            "id,region\n1,1\n",
            "id,nr\n1,1\n",
            1,
            "error missing-column in the table hh in the variable size: the data file has no such column; columns of the file: id, region",
        ),
        (
            "id,region,size\n1,1,3\n1,2,3\n",
            "id,nr\n1,1\n",
            1,
            "error key in the table hh in row 2: the key 1 stands in an earlier row too",
        ),
        (
            HH,
            "id,nr\n1,1\n7,1\n",
            1,
            "error parent in the table people in row 2: there is no row for 7 in the parent table",
        ),
        (HH, "id,nr\n1,\n", 1, "error key in the table people in row 1: a part of the key (1, .) is missing"),
        (
            "id,region,size\n1,3,3\n2,3,3\n",
            "id,nr\n1,1\n",
            0,
            "warning unlabelled in the table hh in the variable region in row 1: 2 values without a label, the first is 3",
        ),
        (
            "id,region,size\n1,1,3\n2,2,99\n",
            "id,nr\n1,1\n",
            0,
            "warning range in the table hh in the variable size in row 2: 1 value outside the declared limits, the first is 99",
        ),
    ] {
        let found = check(folder.path(), STUDY, Some(hh), people);
        assert_eq!(found.code, code, "{wanted}: {}{}", found.output, found.error);
        assert!(found.output.contains(wanted), "{wanted}: {}", found.output);
        assert!(found.output.contains("1 finding\n"), "{wanted}: {}", found.output);
    }
    let both = check(folder.path(), STUDY, None, "id,nr\n1,1\n1,1\n");
    assert_eq!(both.code, 1);
    assert!(
        both.output.contains("hh.csv does not exist")
            && both.output.contains("error key in the table people"),
        "{}",
        both.output
    );
    let outside = check(folder.path(), &STUDY.replace("\"hh.csv\"", "\"../hh.csv\""), Some(HH), PEOPLE);
    assert!(outside.output.contains("is outside the study file's folder"), "{}", outside.output);
}

#[test]
fn a_file_that_cannot_be_read_does_not_hide_the_next() {
    let folder = tempfile::tempdir().unwrap();
    check(folder.path(), STUDY, Some(HH), PEOPLE);
    let run = run_in(folder.path(), "check {}/none.dta {}/s.toml");
    assert_eq!(run.code, 1);
    assert!(
        run.error.contains("none.dta") && run.output.contains("s.toml: no findings"),
        "{}{}",
        run.output,
        run.error
    );
}

#[test]
fn what_stops_the_reading_of_a_table_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let stopped = check(folder.path(), STUDY, Some("id,region,size\n1,1,3\nx,1,3\n2,7,99\n"), PEOPLE);
    assert_eq!(stopped.code, 1, "{}", stopped.output);
    assert!(stopped.output.contains("; the rest of the table hh is not checked"), "{}", stopped.output);
}
