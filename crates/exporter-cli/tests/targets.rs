//! Names of targets: folders, files, standard output; what is none of them is refused with words that can be typed.

use std::io::Read as _;
use std::path::Path;
use std::process::Stdio;

use crate::program::{Run, example, exporter, files, run, run_in};

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("x.csv"), "a,b\n1,2\n").unwrap();
    folder
}

/// Runs in a folder, which is the current one.
fn run_here(folder: &Path, arguments: &str) -> Run {
    let mut command = exporter(arguments.split_whitespace());
    command.current_dir(folder);
    run(command)
}

/// The command ends as wrong usage and leaves no file.
#[track_caller]
fn refused(folder: &Path, arguments: &str, wanted: &str) -> Run {
    let before = files(folder);
    let said = run_here(folder, arguments);
    assert_eq!(said.code, 2, "{arguments}: {}", said.error);
    assert!(said.error.contains(wanted), "{arguments}: {}", said.error);
    assert_eq!(files(folder), before, "{arguments} leaves files");
    assert!(!folder.join("s3:").exists(), "{arguments} makes a folder");
    said
}

/// What stands behind a word in a hint.
fn after<'h>(said: &'h Run, word: &str) -> Vec<&'h str> {
    let (_, hint) = said.error.split_once("hint: ").unwrap();
    hint.split(word).skip(1).map(|rest| rest.trim().split([' ', ',', ';']).next().unwrap()).collect()
}

#[test]
fn a_name_like_a_file_that_nothing_writes_says_how_to_get_a_folder_and_a_file() {
    for (to, out, wanted, file) in [
        ("--to csv", "res.txt", "csv does not write .txt", "res.csv"),
        ("--to csv", "r.pq", "csv does not write .pq", "r.csv"),
        ("--to dta", "x.xlsx", "dta does not write .xlsx", "x.dta"),
        ("--to csv --to tab", "res.csv", "several formats do not fit in one file", "res.zip"),
        ("--to csv --zip", "res.csv", "a zip ends in .zip", "res.zip"),
        ("--to csv --gzip", "res.csv", "a gzip stream ends in .gz", "res.csv.gz"),
        ("--to dta --gzip", "res.csv", "a gzip stream ends in .gz", "res.dta.gz"),
        ("--to dta", "x.csv.gz", "dta does not write .csv", "x.dta.gz"),
        ("--to csv", "y.tar.gz", "csv does not write .tar", "y.csv.gz"),
    ] {
        let folder = folder();
        let place = folder.path();
        let said = refused(place, &format!("export x.csv {to} --out {out}"), wanted);
        assert_eq!(after(&said, "--out "), [format!("{out}/"), file.to_owned()], "{}", said.error);
        for typed in after(&said, "--out ") {
            let made = run_here(place, &format!("export x.csv {to} --out {typed}"));
            assert_eq!(made.code, 0, "{typed}: {}", made.error);
            assert_eq!(place.join(typed).is_dir(), typed.ends_with('/'), "{typed}");
        }
    }
}

#[test]
fn a_slash_a_name_without_extension_and_a_folder_that_is_there_are_folders() {
    let folder = folder();
    let place = folder.path();
    std::fs::create_dir(place.join("old.csv")).unwrap();
    std::fs::create_dir(place.join("old.zip")).unwrap();
    for out in ["new", "new.csv/", "new.zip/", ".hidden", "old.csv", "old.zip"] {
        let made = run_here(place, &format!("export x.csv --to csv --out {out}"));
        assert_eq!(made.code, 0, "{out}: {}", made.error);
        assert!(place.join(out).join("x.csv").is_file(), "{out}: {:?}", files(place));
    }
    let said =
        refused(place, "convert x.csv none.csv/", "none.csv/ names a folder, and convert writes a file");
    let typed = after(&said, "such as ");
    std::fs::create_dir(place.join("none.csv")).unwrap();
    let made = run_here(place, &format!("convert x.csv {}", typed.concat()));
    assert_eq!((made.code, place.join("none.csv/out.csv").is_file()), (0, true), "{}", made.error);
}

#[test]
fn a_url_that_nothing_serves_is_no_path() {
    let folder = folder();
    let place = folder.path();
    for (arguments, word, replaced) in [
        ("export x.csv --to csv --out s3://bucket/y/", "such as ", "--out s3://bucket/y/"),
        ("convert x.csv s3://bucket/y.dta", "such as ", "s3://bucket/y.dta"),
        (
            "convert x.csv y.tab --report https://example.org/r.json",
            "such as ",
            "--report https://example.org/r.json",
        ),
    ] {
        let said = refused(place, arguments, "nothing here writes to ");
        let (_, hint) = said.error.split_once(word).unwrap();
        let made = run_here(place, &arguments.replace(replaced, hint.trim()));
        assert_eq!(made.code, 0, "{arguments}: {}", made.error);
    }
    assert!(
        place.join("y/x.csv").is_file() && place.join("y.dta").is_file() && place.join("r.json").is_file()
    );
    for arguments in [
        "convert https://example.org/x.csv z.csv",
        "inspect s3://bucket/x.csv",
        "export gs://b/x.csv --to csv --out z",
        "export x.csv --codebook s3://bucket/x.csv --to csv --out z",
        "check s3://bucket/x.csv",
    ] {
        let said = refused(place, arguments, "nothing here reads from ");
        assert_eq!(after(&said, "and give "), ["x.csv"], "{}", said.error);
    }
    // A path that only looks like one is there.
    std::fs::create_dir_all(place.join("s3:/bucket")).unwrap();
    std::fs::copy(place.join("x.csv"), place.join("s3:/bucket/x.csv")).unwrap();
    assert_eq!(run_here(place, "convert s3://bucket/x.csv there.csv").code, 0);
    assert_eq!(run_here(place, "convert x.csv ./s3://bucket/y.csv").code, 0);
}

#[test]
fn a_report_that_cannot_be_written_stops_the_export_before_it_writes() {
    let folder = folder();
    let place = folder.path();
    for work in ["convert x.csv y.dta", "export x.csv --to csv --out y"] {
        let said = run_here(place, &format!("{work} --report nodir/r.json"));
        assert_eq!((said.code, files(place)), (1, vec!["x.csv".to_owned()]), "{}", said.error);
        assert!(said.error.contains("there is no folder nodir for the report"), "{}", said.error);
        assert!(!place.join("nodir").exists());
        let typed = after(&said, "--report ").concat();
        let made = run_here(place, &format!("{work} --report {typed} --overwrite"));
        assert_eq!((made.code, place.join("r.json").is_file()), (0, true), "{}", made.error);
        std::fs::remove_file(place.join("r.json")).unwrap();
        for made in ["y.dta", "y/x.csv", "y/x.codebook.json"] {
            drop(std::fs::remove_file(place.join(made)));
        }
    }
    let shown = run_here(place, "convert x.csv z.csv --report -");
    let report: serde_json::Value = serde_json::from_str(&shown.output).unwrap();
    assert_eq!((shown.code, &report["rows"]), (0, &1.into()), "{}", shown.error);
    let twice = refused(place, "convert x.csv - --to csv --report -", "standard output is the target");
    let typed = after(&twice, "--report ").concat();
    assert_eq!(run_here(place, &format!("convert x.csv - --to csv --report {typed}")).code, 0);
}

#[test]
fn a_conversion_goes_to_standard_output() {
    let folder = folder();
    let place = folder.path();
    let said = refused(place, "convert x.csv -", "standard output has no extension that names a format");
    let typed = after(&said, "--to ").concat();
    let piped = run_here(place, &format!("convert x.csv - --to {typed}"));
    assert_eq!((piped.code, piped.output.as_str()), (0, "a,b\n1,2\n"), "{}", piped.error);
    assert!(piped.error.contains("1 row") && files(place) == ["x.csv"], "{}", piped.error);
    // Whole files of every kind.
    for format in ["dta", "parquet", "arrow"] {
        let command = format!("convert x.csv - --to {format}");
        let mut command = exporter(command.split_whitespace());
        let output = command.current_dir(place).output().unwrap();
        assert!(output.status.success(), "{format}");
        std::fs::write(place.join("piped"), output.stdout).unwrap();
        let shown = run_in(place, "inspect {}/piped");
        assert!(shown.output.contains("1 row, 2 variables"), "{format}: {}{}", shown.output, shown.error);
    }
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_ends_the_program_quietly() {
    let folder = folder();
    let rows: String = (0..200_000).map(|row| format!("{row},text {row}\n")).collect();
    std::fs::write(folder.path().join("long.csv"), format!("id,note\n{rows}")).unwrap();
    for work in [
        "convert long.csv - --to csv",
        "convert long.csv - --to dta",
        "convert long.csv - --to arrow",
        "convert long.csv - --to parquet:compression=none",
        "export long.csv --to csv --zip --level 0 --out -",
    ] {
        let mut command = exporter(work.split_whitespace());
        command.current_dir(folder.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut first = [0; 10];
        child.stdout.take().unwrap().read_exact(&mut first).unwrap();
        let ended = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert_eq!((ended.status.code(), said.as_str()), (Some(1), ""), "{work}");
    }
}

#[test]
fn a_dry_run_says_how_much_will_be_written_where_that_is_known() {
    let folder = folder();
    let place = folder.path();
    let dry = run_here(place, "convert x.csv x.dta --dry-run");
    let made = run_here(place, "convert x.csv x.dta");
    assert_eq!((dry.code, made.code), (0, 0), "{}{}", dry.error, made.error);
    let bytes = std::fs::metadata(place.join("x.dta")).unwrap().len();
    let shown = dry.error.replace(',', "");
    let stated = shown.split_once(" byte").unwrap().0.rsplit(' ').next().unwrap();
    let stated: u64 = stated.parse().unwrap();
    assert!(stated > 0 && stated <= bytes, "{stated} of {bytes}: {}", dry.error);
    let study = example("households");
    let dry = run_here(place, &format!("export {} --to dta --out d --dry-run", study.display()));
    assert!(dry.error.contains(" bytes in all\n"), "{}", dry.error);
}

#[test]
fn a_conversion_is_called_as_what_it_writes() {
    for (to, out, hint) in [
        ("csv", "y.zip", "use `exporter export x.csv --to csv --zip --out y.zip`"),
        ("csv", "c.gz", "use `exporter export x.csv --to csv --gzip --out c.gz`"),
        ("dta", "c.csv.gz", "use `exporter export x.csv --to dta --gzip --out c.dta.gz`"),
        (
            "csv:header=none",
            "y.tar.gz",
            "use `exporter export x.csv --to csv:header=none --gzip --out y.csv.gz`",
        ),
        ("csv", "c.parquet", "name it c.csv"),
        ("csv", "x.xlsx", "name it x.csv"),
        ("dta", "c.txt", "name it c.dta"),
    ] {
        let folder = folder();
        let place = folder.path();
        std::fs::rename(place.join("x.csv"), place.join("in.csv")).unwrap();
        std::fs::copy(place.join("in.csv"), place.join("other.csv")).unwrap();
        let hint = hint.replace("export x.csv", "export in.csv");
        let command = format!("convert in.csv {out} --to {to}");
        let said = refused(place, &command, &hint);
        let typed = match hint.strip_prefix("use `exporter ") {
            Some(export) => export.trim_end_matches('`').to_owned(),
            None => command.replace(out, &hint["name it ".len()..]),
        };
        let made = run_here(place, &typed);
        assert_eq!(made.code, 0, "{typed}: {}{}", said.error, made.error);
    }
}

#[test]
fn a_file_that_is_there_is_no_folder() {
    let folder = folder();
    std::fs::write(folder.path().join("x.xlsx"), "").unwrap();
    refused(folder.path(), "export x.csv --to csv --out x.xlsx", "csv does not write .xlsx");
}

#[test]
fn a_name_of_archives_of_a_format_is_that_of_one() {
    let folder = folder();
    let place = folder.path();
    let made = run_here(place, "export x.csv --to odf --out x.odf.zip");
    assert_eq!((made.code, files(place)), (0, vec!["x.csv".into(), "x.odf.zip".into()]), "{}", made.error);
    let read = run_here(place, "inspect x.odf.zip");
    assert!(read.output.contains("table x: 1 row, 2 variables"), "{}{}", read.output, read.error);
    assert_eq!(std::fs::read(place.join("x.odf.zip")).unwrap(), {
        assert_eq!(run_here(place, "convert x.csv y.odf.zip").code, 0);
        assert_eq!(run_here(place, "convert x.csv x.odf.zip --overwrite").code, 0);
        std::fs::read(place.join("x.odf.zip")).unwrap()
    });
    std::fs::write(place.join("pw"), "secret\n").unwrap();
    for more in ["--level 1", "--password-file pw"] {
        let said = refused(place, &format!("export x.csv --to odf {more} --out w.odf.zip"), "a zip");
        assert_eq!(after(&said, "--out "), ["w.zip"], "{}", said.error);
        let made = run_here(place, &format!("export x.csv --to odf {more} --out w.zip --overwrite"));
        assert_eq!(made.code, 0, "{}", made.error);
    }
    // Other archives have other names.
    for (to, zip) in [("--to csv", "z.zip"), ("--to odf --to csv", "z.zip"), ("--to odf --zip", "z.zip")] {
        let said = refused(place, &format!("export x.csv {to} --out z.odf.zip"), "archive of the format odf");
        assert_eq!(after(&said, "--out "), [zip], "{}", said.error);
        let made = run_here(place, &format!("export x.csv {to} --out {zip} --overwrite"));
        assert_eq!(made.code, 0, "{}", made.error);
    }
}

#[test]
fn several_tables_for_one_file_say_what_is_typed() {
    let folder = folder();
    let place = folder.path();
    let study = example("households");
    for (to, out, stem) in
        [("odf", "hh.odf.zip", "hh"), ("csv", "hh.csv", "hh"), ("csv:values=labels", "-", "out")]
    {
        let export = |to: &str, out: &str| {
            run_here(place, &format!("export {} --to {to} --out {out} --overwrite", study.display()))
        };
        let said = export(to, out);
        assert_eq!(said.code, 1, "{}", said.error);
        assert_eq!(after(&said, "--out "), [stem.to_owned(), format!("{stem}.zip")], "{}", said.error);
        assert!(said.error.contains("(tables: households, members)"), "{}", said.error);
        let typed = after(&said, "--to ")[0];
        assert!(typed.ends_with("tables=households"), "{typed}");
        assert_eq!(export(typed, out).code, 0, "{typed}");
        for out in [stem, &format!("{stem}.zip")] {
            assert_eq!(export(to, out).code, 0, "{out}");
        }
    }
}
