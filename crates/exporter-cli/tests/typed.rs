//! Commands and options in the wrong place are answered with those that do what is meant.

use std::path::Path;

use crate::program::{Run, exporter, run};

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("x.csv"), "a,b\n1,2\n").unwrap();
    folder
}

fn run_here(folder: &Path, arguments: &[&str]) -> Run {
    let mut command = exporter(arguments.iter().copied());
    command.current_dir(folder);
    run(command)
}

/// What a command that is refused says to do instead.
#[track_caller]
fn hint(folder: &Path, arguments: &str) -> String {
    let run = run_here(folder, &arguments.split(' ').collect::<Vec<_>>());
    assert_eq!(run.code, 2, "{arguments}: {}", run.error);
    let hint = run.error.lines().find_map(|line| line.trim_start().strip_prefix("hint: "));
    hint.unwrap_or_else(|| panic!("{}", run.error)).to_owned()
}

/// Runs the command in back quotes of a hint in a shell.
#[cfg(unix)]
#[track_caller]
fn follow(folder: &Path, hint: &str) -> Run {
    let command = hint.split('`').nth(1).unwrap();
    let command = command.replacen("exporter", env!("CARGO_BIN_EXE_exporter"), 1);
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", &command]).current_dir(folder);
    let done = run(shell);
    assert_eq!(done.code, 0, "{command}: {}", done.error);
    done
}

#[cfg(unix)]
#[test]
fn a_target_that_is_no_file_gets_what_standard_output_gets() {
    let folder = folder();
    let place = folder.path();
    for (command, output) in [
        ("convert x.csv /dev/stdout --to sav", true),
        ("convert x.csv /dev/null --to zsav:level=3", false),
        ("export x.csv --to csv --out /dev/null", false),
        ("export x.csv --to csv --to tab --out /dev/stdout", true),
    ] {
        let done = follow(place, &hint(place, command));
        assert_eq!(!done.output.is_empty(), output, "{command}");
    }
    let piped = hint(place, "convert x.csv /dev/fd/63 --to tab");
    assert_eq!(piped, "write to standard output: `exporter convert x.csv - --to tab | COMMAND`");
    // A redirected standard output is a file, and would be replaced under its other name.
    std::fs::write(place.join("precious"), "mine").unwrap();
    let mut shell = std::process::Command::new("sh");
    let command = format!(
        "{} convert x.csv /dev/stdout --to csv --overwrite >> precious",
        env!("CARGO_BIN_EXE_exporter")
    );
    let refused = run({
        shell.args(["-c", &command]).current_dir(place);
        shell
    });
    assert_eq!(refused.code, 2, "{}", refused.error);
    assert_eq!(std::fs::read_to_string(place.join("precious")).unwrap(), "mine");
    let report = hint(place, "convert x.csv y.csv --report /dev/null");
    assert!(report.contains("--report -"), "{report}");
}

#[cfg(unix)]
#[test]
fn a_script_is_exported_beside_its_data() {
    for (out, to, script) in [
        ("y.sps", "", "y/x.sps"),
        ("y.do", "", "y/x.do"),
        ("y.R", "", "y/x.R"),
        ("-", "--to spss-script", "out/x.sps"),
    ] {
        let folder = folder();
        let hint = hint(folder.path(), format!("convert x.csv {out} {to}").trim());
        follow(folder.path(), &hint);
        assert!(folder.path().join(script).is_file(), "{hint}");
    }
}

#[test]
fn options_that_stand_in_the_wrong_place_are_moved() {
    let folder = folder();
    let place = folder.path();
    assert_eq!(hint(place, "export x.csv --to zsav,level=3 --out z"), "write --to zsav:level=3");
    let level = hint(place, "export x.csv --to zsav --level 3 --out z");
    assert_eq!(level, "for the level of zsav: --to zsav:level=3; else add --zip or --gzip");
    let run = run_here(place, &["export", "x.csv", "--to", "zsav:level=3", "--out", "z"]);
    assert_eq!(run.code, 0, "{}", run.error);
    let tip = |arguments: &str| {
        let run = run_here(place, &arguments.split(' ').collect::<Vec<_>>());
        assert_eq!(run.code, 2, "{}", run.error);
        assert!(!run.error.contains("'-- "), "{}", run.error);
        run.error.lines().find_map(|line| line.trim().strip_prefix("tip: ").map(str::to_owned)).unwrap()
    };
    let wanted = "level is an option of a format, such as --to zsav:level=VALUE";
    assert_eq!(tip("convert x.csv y.zsav --level 3"), wanted);
    assert_eq!(tip("convert x.csv y --to zsav --level=3"), wanted);
    assert!(tip("inspect x.csv --decimal comma").contains("--from csv:decimal=VALUE"));
    let labels = tip("convert x.csv y.csv --labels");
    assert!(labels.contains("--to csv:values=labels"), "{labels}");
    let other = hint(place, "convert x.csv y.sav --to sav:level=5");
    assert!(other.starts_with("zsav has it: zsav:level=5; "), "{other}");
    assert_eq!(hint(place, "convert x.csv y.sav --to sav:none"), "write sav:compression=none");
    let writing = hint(place, "convert x.csv y.tab --from csv:bom=true");
    assert!(writing.starts_with("bom is an option of writing: --to csv:bom=true; "), "{writing}");
}

#[test]
fn a_folder_that_is_not_there_is_no_target_of_convert() {
    let folder = folder();
    let run = run_here(folder.path(), &["convert", "x.csv", "no/such/y.csv"]);
    assert_eq!(run.code, 1, "{}", run.error);
    let hint = "hint: make it with `mkdir -p no/such`, or write the file here: y.csv";
    assert!(run.error.contains("there is no folder no/such") && run.error.contains(hint), "{}", run.error);
    assert!(!folder.path().join("no").exists());
    let export = run_here(folder.path(), &["export", "x.csv", "--to", "csv", "--out", "a/b/"]);
    assert_eq!(export.code, 0, "{}", export.error);
}
