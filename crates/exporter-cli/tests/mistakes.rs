//! The likeliest mistakes: each message names the thing and the way out, word for word.

use std::path::Path;

use crate::program::{exporter, files, run, run_in};

/// What the program says in a folder, which stands as `{}`; nothing is written.
#[track_caller]
fn says(folder: &Path, arguments: &[&str], code: i32, wanted: &str) {
    let before = files(folder);
    let place = folder.to_str().unwrap();
    let arguments: Vec<String> = arguments.iter().map(|word| word.replace("{}", place)).collect();
    let run = run(exporter(arguments.iter().map(String::as_str)));
    let real = folder.canonicalize().unwrap();
    let said = run.error.replace(real.to_str().unwrap(), "{}").replace(place, "{}");
    assert_eq!((said.trim_end(), run.code), (wanted, code), "{arguments:?}");
    assert_eq!(files(folder), before, "{arguments:?} leaves files");
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("people.csv"), "id,age\n1,20\n2,old\n").unwrap();
    folder
}

const TO_CSV: [&str; 4] = ["--to", "csv", "--out", "{}/out"];

fn export(more: &[&'static str]) -> Vec<&'static str> {
    [&["export", "{}/people.csv"], more, &TO_CSV[..]].concat()
}

#[test]
fn a_wrong_path_suggests_the_file_that_is_there() {
    let folder = folder();
    let wanted = "error: there is no file {}/poeple.csv\n  hint: did you mean {}/people.csv?";
    says(folder.path(), &[&["export", "{}/poeple.csv"], &TO_CSV[..]].concat(), 1, wanted);
}

#[test]
fn an_unknown_format_suggests_the_nearest() {
    let wanted = "error: the format \"paquet\" is not known\n  hint: did you mean \"parquet\"? known formats: arrow, \
                  arrows, bzip2, codebook, csv, ddi, documents, dta, dxf2, gzip, odf, parquet, r-script, sav, \
                  spss-script, stata-script, tab, zip, zsav, zstd";
    says(folder().path(), &["export", "{}/people.csv", "--to", "paquet", "--out", "{}/o"], 2, wanted);
}

#[test]
fn an_unknown_option_suggests_the_nearest() {
    let folder = folder();
    let arguments = ["export", "{}/people.csv", "--to", "arrow:codebok=true", "--out", "{}/o"];
    let place = folder.path().to_str().unwrap();
    let arguments: Vec<String> = arguments.iter().map(|word| word.replace("{}", place)).collect();
    let run = run(exporter(arguments.iter().map(String::as_str)));
    assert_eq!(run.code, 2);
    // The options themselves may grow.
    let start =
        "error: arrow has no option \"codebok\"\n  hint: did you mean \"codebook\"? options of arrow: ";
    assert!(run.error.starts_with(start), "{}", run.error);
}

#[test]
fn bad_json_is_named_by_line_and_column() {
    let folder = folder();
    std::fs::write(folder.path().join("book.json"), "{\n  \"codebook\": 1,\n  \"tables\": [}\n}").unwrap();
    let wanted = "error: study file: expected value at line 3 column 14 ({}/book.json)";
    says(folder.path(), &export(&["--codebook", "{}/book.json"]), 1, wanted);
}

#[test]
fn an_empty_password_file_is_named() {
    let folder = folder();
    std::fs::write(folder.path().join("password"), "\n").unwrap();
    let wanted = "error: the first line of {}/password is empty, and an empty password protects nothing\n  \
                  hint: put the password there, on one line";
    says(folder.path(), &export(&["--zip", "--password-file", "{}/password"]), 2, wanted);
}

#[test]
fn an_output_that_exists_says_how_to_replace_it() {
    let folder = folder();
    std::fs::create_dir(folder.path().join("out")).unwrap();
    std::fs::write(folder.path().join("out/mine.txt"), "precious").unwrap();
    let hint = "hint: choose another target or overwrite it (--overwrite)";
    says(folder.path(), &export(&[]), 1, &format!("error: {{}}/out exists and is not empty\n  {hint}"));
    let convert = ["convert", "{}/people.csv", "{}/out/mine.txt", "--to", "tab"];
    says(folder.path(), &convert, 1, &format!("error: {{}}/out/mine.txt exists\n  {hint}"));
}

#[test]
fn a_place_that_cannot_be_written_is_named() {
    let folder = folder();
    let wanted = "error: cannot make the folder {}/people.csv: File exists (os error 17)\n  hint: {}/people.csv is a file";
    says(folder.path(), &["convert", "{}/people.csv", "{}/people.csv/x.tab"], 1, wanted);
}

#[cfg(unix)]
#[test]
fn a_folder_without_permission_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder();
    let locked = folder.path().join("locked");
    std::fs::create_dir(&locked).unwrap();
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o555)).unwrap();
    // Root may write everywhere: then there is nothing to refuse, and the export succeeds.
    if std::fs::write(locked.join("probe"), "").is_ok() {
        std::fs::remove_file(locked.join("probe")).unwrap();
        let place = folder.path().to_str().unwrap();
        let run =
            run(exporter(["convert", &format!("{place}/people.csv"), &format!("{place}/locked/x.tab")]));
        assert_eq!(run.code, 0, "{}", run.error);
        return;
    }
    let wanted = "error: cannot write in {}/locked: Permission denied (os error 13)\n  hint: choose a place that you may use";
    says(folder.path(), &["convert", "{}/people.csv", "{}/locked/x.tab"], 1, wanted);
}

#[test]
fn a_variable_that_the_data_does_not_have_is_named() {
    let folder = folder();
    let fewer = "; to describe some variables alone: exporter export {}/book.toml --to codebook --variables NAME,… --out \
                 fewer.codebook.json, and then --codebook fewer.codebook.json";
    let book = "codebook = 1\n[[tables]]\nname = \"people\"\n[[tables.variables]]\nname = \"agee\"\n";
    std::fs::write(folder.path().join("book.toml"), book).unwrap();
    let wanted = "error: {}/people.csv has no column for the variable \"agee\" (people.agee)\n  \
                  hint: did you mean \"age\"? columns of the file: id, age"
        .to_owned()
        + fewer;
    says(folder.path(), &export(&["--codebook", "{}/book.toml"]), 1, &wanted);
    let declared = book.replace("\"agee\"", "\"agee\"\nkind = \"integer\"");
    std::fs::write(folder.path().join("book.toml"), &declared).unwrap();
    let wanted =
        "error: column \"agee\" is declared but the header does not have it ({}/people.csv, variable agee)\n  \
                  hint: correct the name in the codebook, or in the header of the file"
            .to_owned()
            + fewer;
    says(folder.path(), &export(&["--codebook", "{}/book.toml"]), 1, &wanted);
    let more = "[[tables.variables]]\nname = \"sex\"\nkind = \"integer\"\n";
    std::fs::write(folder.path().join("book.toml"), declared + more).unwrap();
    let wanted = "error: columns \"agee\", \"sex\" are declared but the header does not have them ({}/people.csv, variable agee)\n  \
                  hint: correct the name in the codebook, or in the header of the file"
        .to_owned() + fewer;
    says(folder.path(), &export(&["--codebook", "{}/book.toml"]), 1, &wanted);
    let wanted = "error: no variable is called \"agee\"\n  hint: did you mean \"age\"? variables: id, age";
    says(folder.path(), &export(&["--where", "agee > 20"]), 2, wanted);
}

#[test]
fn a_cell_of_another_kind_is_named_by_row() {
    let folder = folder();
    let book = "codebook = 1\n[[tables]]\nname = \"people\"\n[[tables.variables]]\nname = \"age\"\nkind = \"integer\"\n";
    std::fs::write(folder.path().join("book.toml"), book).unwrap();
    let wanted = "error: age, record 2 (line 3): \"old\" is not a whole number of 64 bits (people.age, row 2)\n  \
                  hint: correct the cell, or declare the variable as text";
    says(folder.path(), &export(&["--codebook", "{}/book.toml"]), 1, wanted);
}

#[test]
fn a_limit_is_named_with_both_numbers() {
    let folder = folder();
    let line = |cell: &dyn Fn(usize) -> String| (0..32_768).map(cell).collect::<Vec<_>>().join(",");
    let text = format!("{}\n{}\n", line(&|column| format!("v{column}")), line(&|_| "1".into()));
    std::fs::write(folder.path().join("wide.csv"), text).unwrap();
    let wanted = "error: dta: 32768 variables, release 118 holds 32767; choose release 119 (up to 120,000, Stata/MP only) \
                  or split the table (table wide)\n  \
                  hint: choose release 119 (up to 120,000, Stata/MP only) or split the table";
    says(folder.path(), &["convert", "{}/wide.csv", "{}/x.dta", "--to", "dta:release=118"], 1, wanted);
}

/// The file has a map of three keys and two values, on which its decoder panics.
#[test]
fn a_panic_of_a_decoder_is_an_error_and_nothing_else() {
    let folder = folder();
    let seed =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/parquet/map-lacks-a-value.parquet");
    std::fs::copy(seed, folder.path().join("map.parquet")).unwrap();
    let run = run_in(folder.path(), "convert {}/map.parquet {}/out.csv");
    assert_eq!(run.code, 1);
    assert!(
        run.error.starts_with("error: parquet: the file is damaged, its decoder stopped: "),
        "{}",
        run.error
    );
    assert!(!run.error.contains("panicked"), "{}", run.error);
}

#[test]
fn mistakes_in_a_study_file_name_the_place_and_what_to_write() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("x.csv"), "id\n1\n").unwrap();
    let table = |variable: &str| {
        format!(
            r#"{{"codebook": 1, "study": {{"id": "s"}}, "tables": [{{"name": "x", "variables": [{variable}]}}]}}"#
        )
    };
    for (text, told, hint) in [
        (
            table(r#"{"name": "id", "kind": "intger"}"#),
            "tables[0].variables[0].kind: kind",
            "did you mean \"integer\"?",
        ),
        (
            table(r#"{"name": "id", "kind": "decimals(5, 2)"}"#),
            "tables[0].variables[0].kind: kind",
            "did you mean \"decimal(precision, scale)\"?",
        ),
        (
            table(r#"{"name": "id", "lable": "x"}"#),
            "tables[0].variables[0].lable: unknown field",
            "did you mean \"label\"?",
        ),
        (
            r#"{"codebook": 1, "study": {"id": "s"}, "tables": [], "data": ["x.csv"]}"#.to_owned(),
            "data: invalid type",
            r#"write "data": {"TABLE": "FILE"}"#,
        ),
    ] {
        std::fs::write(folder.path().join("study.json"), text).unwrap();
        let run = crate::program::run_in(folder.path(), "export {}/study.json -t csv -o {}/out");
        assert_eq!(run.code, 1);
        assert!(run.error.contains(told) && run.error.contains(hint), "{}", run.error);
    }
}

/// Names that do not exist are wrong usage, whatever they name; a file that is not there, or is not what it should be, is a
/// failure.
#[test]
fn a_name_that_does_not_exist_is_wrong_usage() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    std::fs::write(place.join("x.csv"), "age,vote\n1,2\n").unwrap();
    for wrong in [
        "convert {}/x.csv {}/o.dta --variables agee",
        "convert {}/x.csv {}/o.dta --where agee=1",
        "convert {}/x.csv {}/o.dta --where age",
        "convert {}/x.csv {}/o.dta --table y",
        "convert {}/x.csv {}/o.dta --language fr",
        "inspect {}/x.csv --language fr",
        "convert {}/x.csv {}/o.dta --to dtaa",
        "convert {}/x.csv {}/o.dtaa",
        "convert {}/x.csv {}/o.dta --to dta:releese=118",
        "convert {}/x.csv {}/o.dta --to dta:release=1",
        "convert {}/x.csv {}/o.sav --to sav:encoding=klingon",
        "convert {}/x.csv {}/o.sav --to sav:second-language=fr",
        "convert {}/x.csv {}/o.dta --from csvv",
        "convert {}/x.csv {}/o.dta --from csv:encodin=utf-8",
        "convert {}/x.csv {}/o.dta --from csv:encoding=klingon",
        "convert {}/x.csv {}/o.dta --losses allow=rangee",
        "convert {}/x.csv {}/o.dta --lossess report",
        "export {}/x.csv --to csv:tables=y --out {}/o",
        "formats dtaa",
    ] {
        let run = run_in(place, wrong);
        assert_eq!((run.code, run.output.as_str()), (2, ""), "{wrong}: {}", run.error);
    }
    for failing in
        ["convert {}/y.csv {}/o.dta", "inspect {}/y.csv", "check {}/y.csv", "convert {}/x.csv {}/no/o.dta"]
    {
        let run = run_in(place, failing);
        assert_eq!(run.code, 1, "{failing}: {}", run.error);
    }
    assert_eq!(crate::program::files(place), ["x.csv"]);
}
