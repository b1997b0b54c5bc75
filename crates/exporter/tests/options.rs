//! Options of formats as JSON, and what is said of those that a format lacks.

use exporter::{ErrorKind, Result, registry};
use serde_json::{Value as Json, json};

fn write(format: &str, options: Json) -> Result<()> {
    registry().exporter(format, options).map(drop)
}

#[test]
fn numbers_and_words_are_taken_for_one_another_where_they_say_the_same() {
    for (format, options) in [
        ("zsav", json!({"level": 9})),
        ("zsav", json!({"level": "9"})),
        ("zsav", json!({"level": "fast", "timestamp": "false"})),
        ("sav", json!({"codebook": "no", "timestamp": true})),
        ("dta", json!({"release": 118})),
        ("parquet", json!({"row-group-rows": "1000"})),
    ] {
        write(format, options.clone()).unwrap_or_else(|error| panic!("{format} {options}: {error}"));
    }
    for (format, options, wanted) in [
        ("zsav", json!({"level": 10}), "zsav: level=10 is not one of 1, 2,"),
        ("zsav", json!({"level": 1.5}), "zsav: level=1.5 is not one of 1, 2,"),
        ("zsav", json!({"timestamp": "maybe"}), "zsav: timestamp=maybe is not true or false"),
        ("zsav", json!({"timestamp": [true]}), "zsav: timestamp=[true] is not true or false"),
        ("parquet", json!({"row-group-rows": "many"}), "parquet: row-group-rows=many is not a whole number"),
    ] {
        let error = write(format, options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert!(error.message().starts_with(wanted), "{wanted}: {error}");
    }
}

#[test]
fn an_option_of_a_format_like_it_names_that_format() {
    for (format, options, wanted) in [
        ("sav", json!({"level": 5}), "zsav has it: zsav:level=5; options of sav: "),
        ("sav", json!({"compression": "zlib"}), "for zlib choose the format zsav; "),
        ("zsav", json!({"compression": "none"}), "sav has it: sav:compression=none; "),
        ("zsav", json!({"compression": "zlib"}), "zsav is zlib already: leave compression= out; "),
        ("csv", json!({"skip-lines": 3}), "skip-lines is an option of reading: --from csv:skip-lines=3; "),
        ("sav", json!({"compress": "none"}), "did you mean \"compression\"? "),
        ("sav", json!({"large-ints": "text"}), "did you mean \"large-integers\"? "),
        ("csv", json!({"level": 5}), "options of csv: "),
    ] {
        let hint = write(format, options.clone()).unwrap_err().hint().unwrap_or_default().to_owned();
        assert!(hint.starts_with(wanted), "{options}: {hint}");
    }
    let pairs = registry().options_from_pairs("sav", &[("level", "5")]).unwrap_err();
    assert!(pairs.hint().unwrap_or_default().starts_with("zsav has it: zsav:level=5; "), "{pairs:?}");
}
