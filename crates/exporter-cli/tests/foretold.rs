//! A dry run tells what the run loses.

use std::path::Path;

use serde_json::Value;

use crate::program::run_in;

/// The losses of a report, of a plan or of a run.
fn losses(report: &Path) -> Vec<Value> {
    let report: Value = serde_json::from_str(&std::fs::read_to_string(report).unwrap()).unwrap();
    let of = if report["dry_run"] == true { &report["plan"] } else { &report["summary"] };
    of["losses"].as_array().or(of["changes"]["losses"].as_array()).unwrap().clone()
}

#[test]
fn characters_that_an_encoding_lacks_are_counted_by_a_dry_run() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    let study = "codebook = 1\n[data]\npets = \"pets.csv\"\n[[tables]]\nname = \"pets\"\n\
                 [[tables.variables]]\nname = \"name\"\nkind = \"text\"\nlabel = \"Имя ☃\"\n";
    std::fs::write(place.join("pets.toml"), study).unwrap();
    std::fs::write(place.join("pets.csv"), "name\nРекс\nZoë日本\nплюш☃\n").unwrap();
    // Windows-1252 has the letter ë and none of Cyrillic; windows-1251 has it the other way round.
    for (to, characters, in_labels) in [
        ("sav:encoding=windows-1251", (4, 2), 1),
        ("zsav:encoding=windows-1252", (11, 1), 4),
        ("dta:release=115", (11, 1), 4),
        ("dta:release=117", (11, 1), 4),
    ] {
        let extension = to.split(':').next().unwrap();
        let command =
            format!("convert {{}}/pets.toml {{}}/pets.{extension} --to {to} --overwrite --report {{}}");
        let dry = run_in(place, &format!("{command}/dry.json --dry-run"));
        let wet = run_in(place, &format!("{command}/wet.json"));
        assert_eq!((dry.code, wet.code), (0, 0), "{to}: {}{}", dry.error, wet.error);
        let foretold = losses(&place.join("dry.json"));
        assert_eq!(foretold, losses(&place.join("wet.json")), "{to}");
        let replaced: Vec<&Value> = foretold.iter().filter(|loss| loss["code"] == "text-replaced").collect();
        let [labels, texts] = replaced.as_slice() else { panic!("{to}: {foretold:?}") };
        let counts = (texts["count"].as_u64().unwrap(), texts["first"]["row"].as_u64().unwrap());
        assert_eq!((counts, labels["count"].as_u64().unwrap()), (characters, in_labels), "{to}: {texts}");
        for run in [dry, wet] {
            let told = format!("({} characters), first at row {}", characters.0, characters.1);
            assert!(run.error.contains(&told), "{to}: {}", run.error);
        }
    }
}
