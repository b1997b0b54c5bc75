//! Missing values without a value of their own, Stata's letters, on their way through formats without such reasons.

use std::path::Path;

use serde_json::Value;

use crate::program::{exporter, files, run as run_of, run_in};

/// A file of release 113: a value, `.a`, `.` and `.z` in a variable of each storage type and in a day.
fn letters() -> Vec<u8> {
    let float = |number: u32| (0x7F00_0000 + number * 0x800).to_le_bytes();
    let double = |number: u64| (0x7FE0_0000_0000_0000 + (number << 40)).to_le_bytes();
    let row = |number: u8| -> Vec<u8> {
        let int = (32_741 + i16::from(number)).to_le_bytes();
        let long = (2_147_483_621 + i32::from(number)).to_le_bytes();
        let (float, double) = (float(number.into()), double(number.into()));
        [&[101 + number][..], &int, &long, &float, &double, &int].concat()
    };
    let values = [
        &[7][..],
        &200_i16.to_le_bytes(),
        &40_000_i32.to_le_bytes(),
        &0.5_f32.to_le_bytes(),
        &0.25_f64.to_le_bytes(),
        &3_653_i16.to_le_bytes(),
    ];
    let names = ["b", "i", "l", "f", "d", "day"];
    let formats = ["%8.0g", "%8.0g", "%12.0g", "%9.0g", "%10.0g", "%td"];
    let mut file = vec![113, 2, 1, 0, 6, 0, 4, 0, 0, 0];
    file.resize(109, 0);
    file.extend([251, 252, 253, 254, 255, 252]);
    let fields = |file: &mut Vec<u8>, texts: [&str; 6], width: usize| {
        for text in texts {
            let end = file.len() + width;
            file.extend(text.bytes());
            file.resize(end, 0);
        }
    };
    fields(&mut file, names, 33);
    file.extend([0; 14]); // not sorted
    fields(&mut file, formats, 12);
    file.extend([0; 6 * (33 + 81) + 5]); // no value labels, no labels, no characteristics
    file.extend(values.concat());
    [1, 0, 26].into_iter().for_each(|number| file.extend(row(number)));
    file
}

/// The losses of a run, as its report tells them.
fn losses(report: &Path) -> Vec<(String, String, u64)> {
    let report: Value = serde_json::from_slice(&std::fs::read(report).unwrap()).unwrap();
    let text = |loss: &Value, name: &str| loss[name].as_str().unwrap_or_default().to_owned();
    let losses = report["summary"]["losses"].as_array().unwrap().iter();
    losses.map(|loss| (text(loss, "code"), text(loss, "variable"), loss["count"].as_u64().unwrap())).collect()
}

#[test]
fn formats_without_reasons_hold_nulls_and_one_loss_a_variable_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("letters.dta"), letters()).unwrap();
    let expected = ["b", "d", "day", "f", "i", "l"].map(|name| {
        let code = "missing-reason-dropped".to_owned();
        (code, name.to_owned(), 2)
    });
    let rows = "b,i,l,f,d,day\n7,200,40000,0.5,0.25,1970-01-01\n,,,,,\n,,,,,\n,,,,,\n";
    for format in ["csv", "parquet", "arrow"] {
        let run = run_in(
            folder.path(),
            &format!("convert {{}}/letters.dta {{}}/x.{format} --report {{}}/r.json --overwrite"),
        );
        assert_eq!(run.code, 0, "{}", run.error);
        let dropped: Vec<_> =
            losses(&at("r.json")).into_iter().filter(|(code, ..)| code == "missing-reason-dropped").collect();
        assert_eq!(dropped, expected, "{format}");
        let denied =
            run_in(folder.path(), &format!("convert {{}}/letters.dta {{}}/no.{format} --losses deny"));
        assert_eq!(denied.code, 3, "{}", denied.error);
        if format != "csv" {
            let back = run_in(folder.path(), &format!("convert {{}}/x.{format} {{}}/x.csv --overwrite"));
            assert_eq!(back.code, 0, "{}", back.error);
        }
        assert_eq!(std::fs::read_to_string(at("x.csv")).unwrap(), rows, "{format}");
    }
    // Its own format keeps them.
    let kept = run_in(folder.path(), "convert {}/letters.dta {}/again.dta --losses deny");
    assert_eq!(kept.code, 0, "{}", kept.error);
    let again = std::fs::read(at("again.dta")).unwrap();
    let data = again.windows(6).position(|window| window == b"<data>").unwrap() + 6;
    let all = letters();
    let written = all.len() - 4 * 21;
    assert_eq!(again[data..data + 4 * 21], all[written..]);
}

#[test]
fn parquet_and_arrow_keep_the_letters_on_request() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("letters.dta"), letters()).unwrap();
    let first = run_in(folder.path(), "convert {}/letters.dta {}/first.dta");
    assert_eq!(first.code, 0, "{}", first.error);
    for format in ["parquet", "arrow", "arrows"] {
        let there =
            format!("convert {{}}/letters.dta {{}}/x.{format} --to {format}:reasons=column --losses deny");
        let back = format!("convert {{}}/x.{format} {{}}/{format}.dta --losses deny");
        for command in [there, back] {
            let run = run_in(folder.path(), &command);
            assert_eq!(run.code, 0, "{}", run.error);
        }
        let same =
            std::fs::read(at(&format!("{format}.dta"))).unwrap() == std::fs::read(at("first.dta")).unwrap();
        assert!(same, "{format}");
        // Part of the variables: `b` does not leave its reasons behind.
        let part = run_in(
            folder.path(),
            &format!("convert {{}}/x.{format} {{}}/{format}.csv --variables day,f --to csv:reasons=letter"),
        );
        assert_eq!(part.code, 0, "{}", part.error);
        let rows = std::fs::read_to_string(at(&format!("{format}.csv"))).unwrap();
        assert_eq!(rows, "day,f\n1970-01-01,0.5\n.a,.a\n,\n.z,.z\n", "{format}");
    }
}

#[test]
fn only_reasons_of_the_rows_that_are_kept_are_lost() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("letters.dta"), letters()).unwrap();
    for (part, reasons) in [("--rows 1", 0), ("--where b=7", 0), ("--rows 2", 1), ("--rows 4", 2)] {
        for format in ["parquet", "arrow"] {
            let convert = format!("convert {{}}/letters.dta {{}}/x.{format} --overwrite {part}");
            let run = run_in(folder.path(), &format!("{convert} --report {{}}/r.json"));
            assert_eq!(run.code, 0, "{}", run.error);
            let lost = losses(&folder.path().join("r.json"));
            assert_eq!(lost.len(), if reasons == 0 { 0 } else { 6 }, "{part}: {lost:?}");
            assert!(lost.iter().all(|(.., count)| *count == reasons), "{part}: {lost:?}");
            let denied = run_in(folder.path(), &format!("{convert} --losses deny"));
            assert_eq!(denied.code, if reasons == 0 { 0 } else { 3 }, "{part}: {}", denied.error);
        }
    }
}

#[test]
fn delimited_text_and_its_codebook_are_read_back_as_the_same_file() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    std::fs::write(folder.path().join("letters.dta"), letters()).unwrap();
    let ran = |arguments: &str| {
        let run = run_in(folder.path(), arguments);
        assert_eq!(run.code, 0, "{arguments}: {}", run.error);
    };
    ran("convert {}/letters.dta {}/first.dta");
    for format in ["csv", "tab"] {
        for reasons in ["letter", "column"] {
            let out = format!("{format}-{reasons}");
            ran(&format!(
                "export {{}}/letters.dta --out {{}}/{out} --to {format}:reasons={reasons} --to codebook"
            ));
            let beside = format!("--codebook {{}}/{out}/letters.codebook.json");
            ran(&format!("convert {{}}/{out}/letters.{format} {{}}/{out}.dta {beside} --losses deny"));
            assert_eq!(at("first.dta"), at(&format!("{out}.dta")), "{out}");
        }
    }
}

#[test]
fn what_a_dta_beside_holds_is_not_lost() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("letters.dta"), letters()).unwrap();
    let run = run_in(
        folder.path(),
        "export {}/letters.dta --to csv --to dta --no-codebook --variables b --dry-run --out {}/x",
    );
    assert!(run.error.contains("missing reasons: letters.dta holds them"), "{}", run.error);
    assert!(!run.error.contains("missing-reason-dropped"), "{}", run.error);
    // The codebook says which reasons there are, and not which rows have them.
    let run = run_in(folder.path(), "export {}/letters.dta --to csv --variables b --dry-run --out {}/x");
    assert!(run.error.contains("missing-reason-dropped"), "{}", run.error);
}

#[test]
fn rows_are_shown_with_their_reasons() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("letters.dta"), letters()).unwrap();
    let run = run_in(folder.path(), "inspect {}/letters.dta");
    let rows: Vec<&str> = run.output.lines().rev().take(4).collect();
    let first = |row: &str| row.split_whitespace().next().unwrap().to_owned();
    assert_eq!(
        rows.into_iter().rev().map(first).collect::<Vec<_>>(),
        ["7", ".a", ".", ".z"],
        "{}",
        run.output
    );
}

#[test]
fn a_reason_in_a_condition_is_named_as_one() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("letters.dta"), letters()).unwrap();
    let run = run_in(folder.path(), "convert {}/letters.dta {}/x.csv --where b=.a");
    assert!(
        run.error.contains("hint: select all rows without a value: --where 'b missing'"),
        "{}",
        run.error
    );
    let arguments = ["convert", "letters.dta", "x.csv", "--where", "b missing"];
    let mut typed = exporter(arguments);
    typed.current_dir(folder.path());
    let typed = run_of(typed);
    assert_eq!(typed.code, 0, "{}", typed.error);
}

#[test]
fn a_refusal_shows_changed_values_first_and_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("l.dta"), letters()).unwrap();
    let run = run_in(folder.path(), "convert {}/l.dta {}/x.csv --losses deny --report {}/r.json");
    assert_eq!(run.code, 3, "{}", run.error);
    let lines: Vec<&str> = run.error.lines().collect();
    assert!(lines[0].contains("losses, listed by variable in "), "{}", run.error);
    assert!(
        lines[1].starts_with("  csv: l.")
            && lines[1].contains(" and 5 more variables: ")
            && lines[1].ends_with("[missing-reason-dropped]"),
        "{}",
        run.error
    );
    assert!(
        run.error.contains("error: refused because of these losses: nothing is written"),
        "{}",
        run.error
    );
    let report: Value = serde_json::from_slice(&std::fs::read(at("r.json")).unwrap()).unwrap();
    assert!(report["refused"]["losses"].as_array().unwrap().len() >= 6, "{report}");
    assert_eq!(files(folder.path()), ["l.dta", "r.json"]);
    let dry = run_in(folder.path(), "convert {}/l.dta {}/x.csv --losses deny --dry-run");
    assert_eq!((dry.code, dry.error.matches("missing-reason-dropped").count()), (3, 1), "{}", dry.error);
}

#[test]
fn what_is_written_with_more_codes_than_letters_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let codes = (1..=28).map(|code| format!("{{ value = -{code}, label = \"Code {code}\" }}"));
    let codes = codes.collect::<Vec<_>>().join(", ");
    let study = format!(
        "codebook = 1\n[study]\nid = \"s\"\n[data]\nt = \"t.csv\"\n[[tables]]\nname = \"t\"\n\
         [[tables.variables]]\nname = \"a\"\nkind = \"integer\"\nmissing = [{codes}]\n"
    );
    std::fs::write(at("study.toml"), study).unwrap();
    std::fs::write(at("t.csv"), "a\n-1\n-25\n7\n").unwrap();
    let run = run_in(folder.path(), "export {}/study.toml --to dta --out {}/t.dta");
    assert_eq!(run.code, 0, "{}", run.error);
    let run = run_in(folder.path(), "convert {}/t.dta {}/back.csv --report {}/r.json");
    assert_eq!(run.code, 0, "{}", run.error);
    assert!(losses(&at("r.json")).iter().all(|(code, ..)| code != "not-read"), "{}", run.error);
    assert_eq!(std::fs::read_to_string(at("back.csv")).unwrap(), "a\n-1\n-25\n7\n");
}
