//! `exporter formats`: the JSON has every key, and tells what the program itself does with a format.

use serde_json::Value as Json;

use crate::program::run_in;

const README: &str = include_str!("../../../README.md");

/// The keys that programs rely on.
const KEYS: [&str; 15] = [
    "id",
    "name",
    "aliases",
    "extensions",
    "media_type",
    "carries",
    "limits",
    "options",
    "common_options",
    "read_options",
    "losses",
    "reads",
    "writes",
    "checks",
    "notes",
];

fn json(arguments: &str) -> Json {
    let run = run_in(std::env::temp_dir().as_path(), arguments);
    assert_eq!(run.code, 0, "{}", run.error);
    serde_json::from_str(&run.output).unwrap()
}

#[test]
fn every_format_has_every_key() {
    let all = json("formats --json");
    for format in all.as_array().unwrap() {
        for key in KEYS {
            assert!(format.get(key).is_some(), "{} has no {key}", format["id"]);
        }
    }
    let faces = |id: &str| {
        let format = all.as_array().unwrap().iter().find(|format| format["id"] == id).unwrap();
        (format["reads"] == true, format["writes"] == true, format["checks"] == true)
    };
    assert_eq!(faces("dta"), (true, true, true));
    assert_eq!(faces("csv"), (true, true, false));
    assert_eq!(faces("r-script"), (false, true, false));
    assert_eq!(faces("zip"), (true, false, true));
    assert_eq!(faces("zstd"), (true, false, true));
    assert_eq!(json("formats dta --json")["options"][0]["name"], "release");
}

#[test]
fn numbers_that_are_exact_are_told_as_a_sentence() {
    let run = run_in(std::env::temp_dir().as_path(), "formats sav");
    let line = run.output.lines().find(|line| line.contains("exact whole numbers")).unwrap();
    let words: Vec<&str> = line.split_whitespace().collect();
    assert_eq!(words.join(" "), "exact whole numbers to 9,007,199,254,740,992 and its negative");
    let check = run_in(std::env::temp_dir().as_path(), "check --help");
    assert!(check.output.contains("Stata, SPSS, Parquet"), "{}", check.output);
}

#[test]
fn the_readme_says_of_every_format_what_the_program_says() {
    let all = json("formats --json");
    let (_, table) = README.split_once("| id | reads | writes |").unwrap();
    let mut seen = 0;
    for line in table.lines().skip(2).take_while(|line| line.starts_with('|')) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        for id in cells[1].split('`').skip(1).step_by(2) {
            let format = all.as_array().unwrap().iter().find(|format| format["id"] == id).unwrap();
            if id != "documents" {
                assert_eq!(format["reads"], cells[2] == "yes", "{id}");
            }
            assert_eq!(format["writes"], cells[3] == "yes", "{id}");
            seen += 1;
        }
    }
    assert!(seen > 8, "{seen}");
}
