//! No export replaces a file that it reads, whatever the name by which it is called.

use std::path::Path;

use crate::program::{Run, exporter, files, run};

fn run_here(folder: &Path, arguments: &str) -> Run {
    let mut command = exporter(arguments.split_whitespace());
    command.current_dir(folder);
    run(command)
}

/// A folder with data, a study, its codebook, a request and a password.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    std::fs::write(place.join("a.csv"), "id,age\n1,30\n").unwrap();
    std::fs::write(place.join("secret"), "correct horse\n").unwrap();
    std::fs::create_dir(place.join("pets")).unwrap();
    std::fs::write(place.join("pets/owners.csv"), "id,age\n1,30\n").unwrap();
    std::fs::write(place.join("pets/notes.md"), "how it was made\n").unwrap();
    let study = "codebook = 1\n[study]\nid = \"pets\"\n[data]\nowners = \"owners.csv\"\n[[tables]]\nname = \"owners\"\n\
                 [[documents]]\nname = \"notes\"\npath = \"notes.md\"\n";
    std::fs::write(place.join("pets/study.toml"), study).unwrap();
    let codebook = "{\"codebook\": 1, \"tables\": [{\"name\": \"a\"}]}";
    std::fs::write(place.join("a.json"), codebook).unwrap();
    let request =
        "{\"request\": 1, \"input\": {\"paths\": [\"a.csv\"]}, \"formats\": [{\"format\": \"tab\"}]}";
    std::fs::write(place.join("r.json"), request).unwrap();
    folder
}

fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    files(folder).into_iter().map(|file| (file.clone(), std::fs::read(folder.join(file)).unwrap())).collect()
}

/// The command is wrong, nothing changes, and the error names the file.
#[track_caller]
fn refused(place: &Path, arguments: &str, named: &str) -> Run {
    let before = contents(place);
    for arguments in [arguments.to_owned(), arguments.replace(" --overwrite", "")] {
        let said = run_here(place, &arguments);
        assert_eq!(said.code, 2, "{arguments}: {}", said.error);
        assert!(
            said.error.contains(&format!("{named} is read by this export")),
            "{arguments}: {}",
            said.error
        );
        assert!(contents(place) == before, "{arguments} changes files");
    }
    run_here(place, arguments)
}

#[test]
fn a_report_replaces_nothing_that_is_read() {
    let folder = folder();
    let place = folder.path();
    for (work, report) in [
        ("convert a.csv b.tab", "a.csv"),
        ("convert a.csv b.tab", "./pets/../a.csv"),
        ("convert a.csv b.tab --codebook a.json", "a.json"),
        ("convert a.csv - --to tab", "a.csv"),
        ("convert a.csv b.tab --dry-run", "a.csv"),
        ("convert a.csv b.tab --input-password-file secret", "secret"),
        ("export a.csv --to csv --zip --password-file secret --out x.zip", "secret"),
        ("export --request r.json --out b", "r.json"),
        ("export --request r.json --out b", "a.csv"),
        ("export pets/study.toml --to tab --out b", "pets/study.toml"),
        ("export pets/study.toml --to tab --out b", "pets/owners.csv"),
        ("export pets/study.toml --to tab --out b", "pets/notes.md"),
        ("export pets --to tab --out b", "pets/owners.csv"),
        ("export pets --to tab --out b", "pets/study.toml"),
        ("export pets --to tab --out b", "pets/notes.md"),
    ] {
        let said = refused(place, &format!("{work} --report {report} --overwrite"), report);
        assert!(said.error.contains("hint: give --report another name"), "{}", said.error);
    }
    // A report of an earlier export is nobody's input, even beside the data.
    for _ in 0..2 {
        let made = run_here(place, "export pets --to tab --out b --report pets/report.json --overwrite");
        assert_eq!((made.code, place.join("pets/report.json").is_file()), (0, true), "{}", made.error);
    }
}

#[test]
fn a_report_is_no_entry_of_its_export() {
    let folder = folder();
    let place = folder.path();
    for (work, report) in [
        ("convert a.csv b.tab", "pets/../b.tab"),
        ("export a.csv --to tab --out b", "b/a.tab"),
        ("export a.csv --to tab --zip --out b", "b/a.zip"),
    ] {
        let before = contents(place);
        let said = run_here(place, &format!("{work} --report {report} --overwrite"));
        assert_eq!(said.code, 2, "{work}: {}", said.error);
        assert!(said.error.contains("of the export too"), "{}", said.error);
        assert!(contents(place) == before, "{work} changes files");
    }
}

#[test]
fn a_target_replaces_nothing_that_is_read() {
    let folder = folder();
    let place = folder.path();
    let said = refused(place, "convert a.csv a.csv --overwrite", "a.csv");
    let (_, typed) = said.error.trim().rsplit_once("such as ").unwrap();
    let made = run_here(place, &format!("convert a.csv {typed}"));
    assert_eq!(made.code, 0, "{typed}: {}", made.error);
    refused(place, "convert a.csv pets/../a.csv --overwrite", "a.csv");
    refused(place, "convert pets/study.toml pets/owners.csv --overwrite", "pets/owners.csv");
    refused(place, "export a.csv --to csv --out . --overwrite", "a.csv");
    for input in ["pets", "pets/study.toml"] {
        let said =
            refused(place, &format!("export {input} --to csv --out pets --overwrite"), "pets/owners.csv");
        let (_, typed) = said.error.trim().rsplit_once("such as --out ").unwrap();
        let made = run_here(place, &format!("export {input} --to csv --out {typed} --overwrite"));
        assert_eq!(made.code, 0, "{typed}: {}", made.error);
    }
    // What does not meet an input goes there as ever, and again.
    for _ in 0..2 {
        let made = run_here(place, "export a.csv --to tab --out . --overwrite");
        assert_eq!((made.code, place.join("a.tab").is_file()), (0, true), "{}", made.error);
    }
}

#[cfg(unix)]
#[test]
fn links_are_the_files_that_they_lead_to() {
    let folder = folder();
    let place = folder.path();
    std::os::unix::fs::symlink("a.csv", place.join("soft.csv")).unwrap();
    std::fs::hard_link(place.join("a.csv"), place.join("hard.csv")).unwrap();
    std::os::unix::fs::symlink("pets", place.join("kept")).unwrap();
    for link in ["soft.csv", "hard.csv"] {
        refused(place, &format!("convert a.csv {link} --overwrite"), link);
        refused(place, &format!("convert {link} a.csv --overwrite"), "a.csv");
        refused(place, &format!("convert a.csv b.tab --report {link} --overwrite"), link);
    }
    refused(place, "export pets/study.toml --to csv --out kept --overwrite", "kept/owners.csv");
}
