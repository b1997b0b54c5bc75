//! Archives and compressed streams that other programs made, as inputs: 7-Zip, Info-ZIP, Python's zipfile, pyzipper, gzip,
//! bzip2, zstd.

use std::path::{Path, PathBuf};
use std::process::Command;

use exporter::check::CheckOptions;
use exporter::{Context, Dataset as _, InputOptions, Password, Scan, TableId};

use crate::programs;

const PASSWORD: &str = "correct horse";
const FILES: [&str; 2] = ["people.csv", "more/plots é.tab"];

/// A folder with a table of several blocks and a short one.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("more")).unwrap();
    let rows: String =
        (0..60_000_u32).map(|row| format!("{row},{}\n", row.wrapping_mul(2_654_435_761))).collect();
    std::fs::write(folder.path().join(FILES[0]), format!("id,number\n{rows}")).unwrap();
    std::fs::write(folder.path().join(FILES[1]), "plot\tarea\n1\t2.5\n2\t0.25\n").unwrap();
    folder
}

/// The commands that pack the files of a folder, each with the name of what it makes.
fn commands() -> Vec<(&'static str, Command)> {
    let mut all = Vec::new();
    let mut add = |name: &'static str, mut command: Command| {
        command.args(FILES).env("LC_ALL", "C.UTF-8");
        all.push((name, command));
    };
    for (name, options) in [
        ("7z-deflate.zip", &["-mm=Deflate"][..]),
        ("7z-deflate64.zip", &["-mm=Deflate64"]),
        ("7z-bzip2.zip", &["-mm=BZip2"]),
        ("7z-copy.zip", &["-mm=Copy"]),
        ("7z-zipcrypto.zip", &["-mem=ZipCrypto", "-pcorrect horse"]),
        ("7z-aes128.zip", &["-mem=AES128", "-pcorrect horse"]),
        ("7z-aes256.zip", &["-mem=AES256", "-pcorrect horse"]),
        ("7z-aes256-copy.zip", &["-mem=AES256", "-mm=Copy", "-pcorrect horse"]),
    ] {
        let mut command = programs::seven_zip();
        command.args(["a", "-tzip"]).args(options).arg(name);
        add(name, command);
    }
    for (name, options) in [
        ("zip.zip", &[][..]),
        ("zip-stored.zip", &["-0"]),
        ("zip-64.zip", &["-fz"]),
        ("zip-streamed.zip", &["-fd"]),
        ("zip-locked.zip", &["-P", PASSWORD]),
        ("zip-bzip2.zip", &["-Z", "bzip2"]),
    ] {
        let mut command = programs::program(&["zip"], "zip");
        command.arg("-q").args(options).arg(name);
        add(name, command);
    }
    for kind in ["stored", "deflated", "bzip2", "unseekable", "zip64", "aes128", "aes192", "aes256"] {
        let mut command = programs::python("zip.py");
        command.args([kind, kind, PASSWORD]);
        add(kind, command);
    }
    all
}

/// Rows of each table by name, and the sum of the first column.
fn rows(input: &Path) -> Vec<(String, usize, f64)> {
    let (registry, context) = (exporter::registry(), Context::default());
    let mut options = InputOptions::default();
    options.password = Some(Password::new(PASSWORD));
    let input: PathBuf = input.to_owned();
    let data = exporter::open(std::slice::from_ref(&input), &options, &registry, &context)
        .unwrap_or_else(|error| panic!("{}: {error:?}", input.display()));
    let table = |(at, table): (usize, &exporter::codebook::Table)| {
        let (mut rows, mut sum) = (0, 0.0);
        for batch in context.scan(&data, TableId(at), &Scan::all()).unwrap() {
            for row in exporter::dataset::display_rows(&batch.unwrap()).unwrap() {
                rows += 1;
                sum += row[0].as_ref().unwrap().parse::<f64>().unwrap();
            }
        }
        (table.name.clone(), rows, sum)
    };
    data.codebook().tables.iter().enumerate().map(table).collect()
}

/// A sound archive has no findings, whoever made it.
fn checked(archive: &Path) {
    let options = CheckOptions::default().with_password(Password::new(PASSWORD));
    let findings = exporter::check(archive, &options, &exporter::registry(), &Context::default()).unwrap();
    assert_eq!(findings.total(), 0, "{}: {:?}", archive.display(), findings.listed());
}

#[test]
fn archives_of_every_tool_are_studies() {
    let folder = folder();
    let expected = rows(folder.path());
    assert_eq!(expected.iter().map(|(_, rows, _)| *rows).collect::<Vec<_>>(), [60_000, 2]);
    for (name, mut command) in commands() {
        programs::stdout(command.current_dir(folder.path()));
        let archive = folder.path().join(name);
        assert_eq!(rows(&archive), expected, "{name}");
        checked(&archive);
        std::fs::remove_file(archive).unwrap();
    }
}

#[test]
fn streams_of_every_tool_are_their_files() {
    let folder = folder();
    let file = folder.path().join(FILES[0]);
    let expected = rows(&file);
    let program = |name: &'static str, options: &[&str]| {
        let mut command = programs::program(&[name], name);
        command.args(options).arg("-kf").arg(FILES[0]);
        command
    };
    let python = |kind: &str, name: &str| {
        let mut command = programs::python("zip.py");
        command.args([kind, name, "", FILES[0]]);
        command
    };
    for (name, mut command) in [
        ("people.csv.gz", program("gzip", &[])),
        ("people.csv.gz", program("pigz", &["-9"])),
        ("people.csv.bz2", program("bzip2", &[])),
        ("people.csv.zst", program("zstd", &["-q"])),
        ("people.csv.zst", program("zstd", &["-q", "--ultra", "-22", "--long=27"])),
        ("people.csv.gz", python("gzip", "people.csv.gz")),
        ("people.csv.bz2", python("bz2", "people.csv.bz2")),
    ] {
        programs::stdout(command.current_dir(folder.path()));
        let stream = folder.path().join(name);
        assert_eq!(rows(&stream), expected, "{command:?}");
        checked(&stream);
        std::fs::remove_file(stream).unwrap();
    }
}
