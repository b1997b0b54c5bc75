//! What the terminal says of an export that went well, and what its report says.

use crate::program::{example, run_in};

#[test]
fn changed_values_are_told_first_then_names() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("n.csv"), "1x,b\n1,2\n").unwrap();
    let one = run_in(folder.path(), "convert {}/n.csv {}/n.dta");
    let lines: Vec<&str> = one.error.lines().collect();
    assert!(lines[0].starts_with("n.dta: 1 row, ") && lines[0].ends_with(" s"), "{}", one.error);
    assert_eq!(
        &lines[1..],
        ["1 loss; --report FILE.json lists it by variable", "  dta: 1 name is written as another: 1x as _1x"]
    );
    let study = example("anes96");
    let several = format!("export {} --to csv --to dta --zip --out {{}}/z.zip", study.display());
    let several = run_in(folder.path(), &several);
    assert_eq!(several.code, 0, "{}", several.error);
    let lines: Vec<&str> = several.error.lines().collect();
    assert_eq!(several.error.matches("z.zip: ").count(), 1, "{}", several.error);
    assert!(lines[1].starts_with("  respondents.csv: 944 rows, 25,245 bytes"), "{}", several.error);
    let title = lines.iter().position(|line| line.contains("--report")).unwrap();
    assert!(lines[title + 1].contains("declared missing values are written as other values, such as "));
    assert!(lines.len() - title <= 10, "{}", several.error);
}

#[test]
fn formats_that_share_a_media_type_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("n.csv"), "a,b\n1,2\n").unwrap();
    let run = run_in(folder.path(), "export {}/n.csv --to sav --to zsav --to csv --out {}/o");
    assert!(run.error.contains("1 row of n in 3 formats"), "{}", run.error);
}

#[test]
fn groups_that_the_codebook_holds_are_not_lost_in_a_script() {
    let folder = tempfile::tempdir().unwrap();
    let export = |more: &str| {
        let study = example("anes96");
        let export = format!("export {} --to tab --to spss-script --out {{}}/{more}", study.display());
        let run = run_in(folder.path(), &export);
        assert_eq!(run.code, 0, "{}", run.error);
        run.error
    };
    let beside = export("with");
    assert!(!beside.contains("spss-script lacks or changes"), "{beside}");
    assert!(beside.contains("spss-script lacks conditions and kinds of questions, groups, "), "{beside}");
    let alone = export("without --no-codebook");
    let lost = alone.lines().find(|line| line.contains("spss-script lacks or changes")).unwrap_or_default();
    assert!(lost.contains("groups (1)"), "{alone}");
}

#[test]
fn a_report_names_entry_and_losses_by_the_same_path() {
    let folder = tempfile::tempdir().unwrap();
    let study = example("anes96");
    let export = format!("convert {} {{}}/or.csv --report {{}}/or.json", study.display());
    let run = run_in(folder.path(), &export);
    assert_eq!(run.code, 0, "{}", run.error);
    let report = std::fs::read_to_string(folder.path().join("or.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let summary = &report["summary"];
    assert_eq!(summary["entries"][0]["path"], "or.csv");
    let losses = summary["losses"].as_array().or(summary["changes"]["losses"].as_array()).unwrap();
    let of_table: Vec<_> = losses.iter().filter(|loss| loss.get("table").is_some()).collect();
    assert!(!of_table.is_empty() && of_table.iter().all(|loss| loss["entry"] == "or.csv"), "{losses:?}");
}

#[test]
fn a_summary_has_ten_lines_at_most_and_notes_stand_behind_what_changed() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    let names: Vec<String> = (0..8).map(|table| format!("t{table}.csv")).collect();
    for name in &names {
        std::fs::write(place.join(name), "1x;text\n1;a\n2;\n").unwrap();
    }
    let inputs: String = names.iter().map(|name| format!("{{}}/{name} ")).collect();
    let formats =
        "--to csv --to tab --to sav --to zsav --to dta --to stata-script --to spss-script --to r-script";
    for out in ["--out {}/o", "--out {}/o.zip"] {
        let command =
            format!("export {inputs}{formats} {out} --no-codebook --where 1x=5 --report {{}}/r.json");
        let run = run_in(place, &format!("{command} --overwrite"));
        assert_eq!(run.code, 0, "{}", run.error);
        let lines: Vec<&str> = run.error.lines().collect();
        assert_eq!(lines.len(), 10, "{}", run.error);
        let title = lines.iter().position(|line| line.contains("listed by variable")).unwrap();
        let note = lines.iter().position(|line| line.starts_with("note: ")).unwrap();
        assert!(title < note && note == 8, "{}", run.error);
        assert!(lines[9].starts_with("note: and ") && lines[9].contains("r.json"), "{}", run.error);
    }
}
