//! Archives, folders, compressed streams and standard input as inputs.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::program::{Run, example, exporter, files, run, run_in};

/// Runs in a folder, with these bytes at standard input.
fn run_at(folder: &Path, arguments: &str, input: &[u8]) -> Run {
    let mut command = exporter(arguments.split_whitespace());
    command.current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        scope.spawn(move || drop(pipe.write_all(input)));
        child.wait_with_output().unwrap()
    });
    Run {
        code: output.status.code().unwrap_or(-1),
        output: String::from_utf8_lossy(&output.stdout).into_owned(),
        error: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

#[track_caller]
fn done(run: Run) -> Run {
    assert_eq!(run.code, 0, "{}", run.error);
    run
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use exporter::package::{GzipOptions, GzipWriter};
    let mut writer = GzipWriter::new(Vec::new(), GzipOptions::default(), std::num::NonZeroUsize::MIN);
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

const ROWS: &[u8] = b"a,b\n1,x\n2,y\n";

/// What is said of a study file with `--from` is said of its data files.
#[test]
fn the_words_of_a_hint_read_the_data_of_a_study_file() {
    let folder = tempfile::tempdir().unwrap();
    let study = "codebook = 1\n[data]\nd = \"d.csv\"\n[[tables]]\nname = \"d\"\n[[tables.variables]]\nname = \"a\"\n\
                 kind = \"float\"\n[[tables.variables]]\nname = \"b\"\nkind = \"integer\"\n";
    std::fs::write(folder.path().join("s.toml"), study).unwrap();
    std::fs::write(folder.path().join("d.csv"), "a;b\n\"1.234,50\";2\n").unwrap();
    let wrong = run_at(folder.path(), "convert s.toml x.csv", b"");
    assert!(wrong.error.contains("\"1.234,50\" is not a number"), "{}", wrong.error);
    let (_, typed) = wrong.error.split_once("hint: read it ").unwrap();
    done(run_at(folder.path(), &format!("convert s.toml x.csv {}", typed.trim()), b""));
    assert_eq!(std::fs::read_to_string(folder.path().join("x.csv")).unwrap(), "a,b\n1234.5,2\n");
}

/// A folder that was written in several formats is read, and the note says from which files.
#[test]
fn what_was_exported_in_formats_of_equal_rank_is_an_input_again() {
    let folder = tempfile::tempdir().unwrap();
    let study = example("anes96");
    let formats = "--to sav --to zsav --to csv --to spss-script";
    done(run_at(folder.path(), &format!("export {} {formats} --out a", study.display()), b""));
    for (from, note) in [
        ("", "respondents is read from respondents.sav, not from respondents.zsav, respondents.csv"),
        ("--from sav", "respondents is read from respondents.sav, not from respondents.zsav"),
        ("--from zsav", "not read because of --from zsav: respondents.csv, respondents.sav"),
    ] {
        let shown = done(run_at(folder.path(), &format!("inspect a {from}"), b""));
        assert!(shown.error.contains(note) || shown.output.contains(note), "{}{}", shown.error, shown.output);
        assert!(shown.output.contains("944 rows"), "{}", shown.output);
    }
}

#[test]
fn what_is_written_as_a_locked_zip_is_an_input_again() {
    let folder = tempfile::tempdir().unwrap();
    let at = |arguments: &str| run_at(folder.path(), arguments, b"");
    std::fs::write(folder.path().join("pw"), "\u{feff}correct horse\r\n").unwrap();
    std::fs::write(folder.path().join("wrong"), "incorrect horse\n").unwrap();
    let study = example("households");
    let study = study.to_str().unwrap();
    done(at(&format!("export {study} --to csv --to dta --out hh.zip --password-file pw")));
    let again = done(at("export hh.zip --input-password-file pw --to parquet --out again/"));
    assert!(
        again.error.contains(
            "hh.zip holds tables more than once: households, members are read from dta, not from csv"
        ),
        "{}",
        again.error
    );
    // Tables, keys, parents, languages are all there.
    done(at(&format!("export {study} --to parquet --out straight/")));
    // A .dta says in addition how its values are displayed and stored.
    let codebook = |out: &str| {
        let text = std::fs::read(folder.path().join(out).join("households.codebook.json")).unwrap();
        let mut codebook: serde_json::Value = serde_json::from_slice(&text).unwrap();
        for table in codebook["tables"].as_array_mut().unwrap() {
            for variable in table["variables"].as_array_mut().unwrap() {
                let variable = variable.as_object_mut().unwrap();
                variable.remove("format");
                variable.remove("facts");
            }
        }
        codebook
    };
    assert_eq!(codebook("again"), codebook("straight"));
    assert_eq!(files(&folder.path().join("again")), files(&folder.path().join("straight")));
    let rows = |out: &str| {
        done(at(&format!("convert {out}/members.parquet {out}.csv")));
        std::fs::read(folder.path().join(format!("{out}.csv"))).unwrap()
    };
    assert_eq!(rows("again"), rows("straight"));

    for (arguments, wanted) in [
        ("inspect hh.zip", "it is encrypted, and no password is given"),
        ("inspect hh.zip --input-password-file wrong", "the password does not open it"),
        ("export hh.zip --to csv --out x/ --input-password-file wrong", "the password does not open it"),
    ] {
        let refused = at(arguments);
        assert_eq!(refused.code, 1, "{}", refused.error);
        assert!(refused.error.contains(wanted) && refused.error.contains("hh.zip/"), "{}", refused.error);
        // The option is named to those who did not give it.
        let hint = match arguments.contains("--input-password-file") {
            true => "hint: check the password",
            false => "--input-password-env VAR or --input-password-file FILE",
        };
        assert!(refused.error.contains(hint), "{}", refused.error);
        assert_eq!(refused.error.lines().count(), 2, "{}", refused.error);
    }
    assert!(!folder.path().join("x").exists());
    let mut command = exporter(["inspect", "hh.zip", "--input-password-env", "PW", "--rows", "0"]);
    command.current_dir(folder.path()).env("PW", "correct horse");
    assert!(done(run(command)).output.contains("table members: 472 rows"));
    for flag in ["--input-password-file", "--password-file"] {
        done(at(&format!("check hh.zip {flag} pw")));
    }
}

#[test]
fn standard_input_and_compressed_files_are_inputs() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("rows.csv.gz"), gzip(ROWS)).unwrap();
    done(run_at(folder.path(), "convert - rows.dta --from csv", ROWS));
    let from_stdin = done(run_at(folder.path(), "convert rows.dta back.csv", b""));
    assert!(from_stdin.error.contains("back.csv: 2 rows"), "{}", from_stdin.error);
    assert_eq!(std::fs::read(folder.path().join("back.csv")).unwrap(), ROWS);
    let shown = done(run_at(folder.path(), "inspect rows.csv.gz", b""));
    assert!(shown.output.contains("table rows: 2 rows, 2 variables"), "{}", shown.output);
    let shown = done(run_at(folder.path(), "inspect - --from csv", &gzip(ROWS)));
    assert!(shown.output.contains("table stdin: 2 rows, 2 variables"), "{}", shown.output);
    std::fs::write(
        folder.path().join("rows.dta.gz"),
        gzip(&std::fs::read(folder.path().join("rows.dta")).unwrap()),
    )
    .unwrap();
    let shown = done(run_at(folder.path(), "inspect rows.dta.gz", b""));
    assert!(shown.output.contains("2 rows, 2 variables"), "{}", shown.output);
    // A study file may name them, too.
    std::fs::write(folder.path().join("s.toml"), "codebook = 1\n[data]\nrows = \"rows.csv.gz\"\n").unwrap();
    assert!(done(run_at(folder.path(), "inspect s.toml", b"")).output.contains("table rows: 2 rows"));
}

#[test]
fn a_folder_is_a_study() {
    let folder = tempfile::tempdir().unwrap();
    let study = example("households");
    done(run_in(folder.path(), &format!("export {} --to csv --to parquet --out {{}}/out/", study.display())));
    std::fs::write(folder.path().join("out/README.txt"), "Read me first.\n").unwrap();
    let shown = done(run_in(folder.path(), "inspect {}/out --rows 0"));
    assert!(shown.output.contains("table households: 120 rows"), "{}", shown.output);
    assert!(
        shown.error.contains("households, members are read from parquet, not from csv"),
        "{}",
        shown.error
    );
    std::fs::create_dir(folder.path().join("none")).unwrap();
    let none = run_in(folder.path(), "inspect {}/none");
    assert_eq!(none.code, 1);
    assert!(none.error.contains("it holds no file"), "{}", none.error);
    std::fs::write(folder.path().join("none/report.pdf"), "%PDF").unwrap();
    std::fs::write(folder.path().join("none/notes.txt"), "none\n").unwrap();
    let none = run_in(folder.path(), "inspect {}/none");
    assert!(
        none.error.contains("none of its files is in a format that is read: notes.txt, report.pdf"),
        "{}",
        none.error
    );
}

#[test]
fn a_codebook_alone_has_tables_without_rows() {
    let folder = tempfile::tempdir().unwrap();
    let study = example("households");
    done(run_in(folder.path(), &format!("export {} --to codebook --out {{}}/out/", study.display())));
    let shown = done(run_in(folder.path(), "inspect {}/out/households.codebook.json"));
    assert!(shown.output.contains("table members: 0 rows, 7 variables"), "{}", shown.output);
    assert!(shown.error.contains("describes households, members without rows"), "{}", shown.error);
    let empty =
        done(run_in(folder.path(), "export {}/out/households.codebook.json --to dta --out {}/empty/"));
    assert!(empty.error.contains("members.dta: 0 rows"), "{}", empty.error);
    assert!(empty.error.contains("note: ") && empty.error.contains("without rows"), "{}", empty.error);
}

#[test]
fn json_without_the_key_codebook_is_no_study_file() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in
        [("package.json", "{\"name\": \"p\", \"dependencies\": {}}"), ("rows.json", "[{\"a\": 1}]")]
    {
        std::fs::write(folder.path().join(name), text).unwrap();
        for command in ["inspect", "check"] {
            let refused = run_in(folder.path(), &format!("{command} {{}}/{name}"));
            assert_eq!(refused.code, 1, "{}", refused.error);
            assert!(!refused.error.contains("unknown field"), "{}", refused.error);
            assert!(!refused.error.contains("expected u32"), "{}", refused.error);
        }
    }
    let refused = run_in(folder.path(), "inspect {}/package.json");
    assert!(
        refused.error.contains("it has no key `codebook`, so it is not a study file"),
        "{}",
        refused.error
    );
    // The key may stand behind much else.
    let notes = "long ".repeat(2000);
    let late = format!(
        "{{\"study\": {{\"id\": \"s\", \"notes\": [\"{notes}\"]}}, \"tables\": [{{\"name\": \"t\"}}], \"codebook\": 1}}"
    );
    std::fs::write(folder.path().join("late.json"), late).unwrap();
    assert!(done(run_in(folder.path(), "inspect {}/late.json")).output.contains("table t: 0 rows"));
}

#[test]
fn any_file_gives_its_codebook() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("s.toml"), "codebook = 1\n[data]\nrows = \"rows.csv\"\n[[tables]]\nname = \"rows\"\n[[tables.variables]]\nname = \"a\"\nlabel = \"The first\"\n").unwrap();
    std::fs::write(folder.path().join("rows.csv"), ROWS).unwrap();
    done(run_in(folder.path(), "export {}/s.toml --to dta --out {}/out/"));
    let shown = done(run_in(folder.path(), "inspect {}/rows.csv --codebook {}/out/rows.dta"));
    assert!(shown.output.contains("The first"), "{}", shown.output);
}

#[cfg(unix)]
#[test]
fn a_signal_ends_waiting_for_a_pipe_to_which_nobody_writes() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("p");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let out = folder.path().join("out.csv");
    for held_open in [false, true] {
        let arguments = ["convert", pipe.to_str().unwrap(), out.to_str().unwrap(), "--from", "csv"];
        let mut child = exporter(arguments).stderr(Stdio::null()).spawn().unwrap();
        let writer = held_open.then(|| {
            let mut writer = std::fs::OpenOptions::new().write(true).open(&pipe).unwrap();
            writer.write_all(b"a,b\n1,").unwrap();
            writer
        });
        std::thread::sleep(std::time::Duration::from_millis(300));
        assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
        assert_eq!(child.wait().unwrap().code(), Some(130));
        drop(writer);
        assert_eq!(files(folder.path()), ["p"]);
    }
}
