//! Zip, gzip, manifest and passwords.

use std::io::Read as _;

use crate::program::{example, exporter, files, run, run_in};

#[test]
fn a_zip_holds_data_and_codebook_and_appears_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let study = example("anes96");
    let run = run_in(
        folder.path(),
        &format!(
            "export {} --to csv --to parquet --out {{}}/a.zip --manifest --report {{}}/r.json",
            study.display()
        ),
    );
    assert_eq!(run.code, 0, "{}", run.error);
    assert_eq!(files(folder.path()), ["a.zip", "r.json"]);
    let bytes = std::fs::read(folder.path().join("a.zip")).unwrap();
    assert!(bytes.starts_with(b"PK\x03\x04"));
    for entry in ["respondents.csv", "respondents.parquet", "anes96.codebook.json", "MANIFEST.json"] {
        assert!(bytes.windows(entry.len()).any(|window| window == entry.as_bytes()), "{entry}");
        assert!(entry == "MANIFEST.json" || run.error.contains(entry), "{}", run.error);
    }
}

#[test]
fn equal_input_gives_equal_archives_at_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let study = example("rand-hie");
    for threads in [1, 2, 8] {
        let run = run_in(
            folder.path(),
            &format!(
                "export {} --to csv --to tab --threads {threads} --out {{}}/{threads}.zip",
                study.display()
            ),
        );
        assert_eq!(run.code, 0, "{}", run.error);
    }
    let one = std::fs::read(folder.path().join("1.zip")).unwrap();
    assert!(one == std::fs::read(folder.path().join("2.zip")).unwrap());
    assert!(one == std::fs::read(folder.path().join("8.zip")).unwrap());
}

#[test]
fn passwords_come_from_the_environment_or_a_file_and_are_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let study = example("anes96");
    std::fs::write(folder.path().join("password"), "correct horse\nsecond line\n").unwrap();
    let from_file = run_in(
        folder.path(),
        &format!("export {} --to csv --out {{}}/f.zip --password-file {{}}/password", study.display()),
    );
    assert_eq!(from_file.code, 0, "{}", from_file.error);
    assert!(!from_file.error.contains("correct horse"));
    let out = folder.path().join("e.zip");
    let arguments = ["export", study.to_str().unwrap(), "--to", "csv", "--password-env", "SECRET", "--out"];
    let mut command = exporter(arguments);
    command.arg(&out).env("SECRET", "correct horse");
    assert_eq!(run(command).code, 0);
    for name in ["f.zip", "e.zip"] {
        let bytes = std::fs::read(folder.path().join(name)).unwrap();
        // Method 99 is AES (APPNOTE, appendix E): low byte at offset 8 of the first local header.
        assert_eq!(bytes[8..10], [99, 0], "{name}");
    }
    let mut unset = exporter(arguments);
    unset.arg(folder.path().join("u.zip")).env_remove("SECRET");
    assert_eq!(run(unset).code, 2);
    let plain = run_in(
        folder.path(),
        &format!("export {} --to csv --out {{}}/x --password-file {{}}/password", study.display()),
    );
    assert_eq!(plain.code, 2, "a password without a zip is refused");
    assert_eq!(files(folder.path()), ["e.zip", "f.zip", "password"]);
}

#[test]
fn one_entry_can_be_a_gzip_file_or_stream() {
    let folder = tempfile::tempdir().unwrap();
    let study = example("anes96");
    let run = run_in(folder.path(), &format!("export {} --to csv --out {{}}/r.csv.gz", study.display()));
    assert_eq!(run.code, 0, "{}", run.error);
    let mut text = String::new();
    let packed = std::fs::read(folder.path().join("r.csv.gz")).unwrap();
    flate2::read::GzDecoder::new(&packed[..]).read_to_string(&mut text).unwrap();
    assert!(text.starts_with("caseid,popul"));
    let many = run_in(
        folder.path(),
        &format!("export {} --to csv --gzip --out {{}}/all", example("households").display()),
    );
    assert_eq!(many.code, 0, "{}", many.error);
    assert_eq!(
        files(&folder.path().join("all")),
        ["households.codebook.json.gz", "households.csv.gz", "members.csv.gz"]
    );
}

/// `../shared/data/cases/password`, made here.
#[test]
fn password_files_are_read_as_editors_write_them() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("x.csv"), "a\n1\n").unwrap();
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    write("bom.txt", b"\xef\xbb\xbfsecret\n");
    write("plain.txt", b"secret\n");
    let done = run_in(folder.path(), "export {}/x.csv --to csv --out {}/x.zip --password-file {}/bom.txt");
    assert_eq!(done.code, 0, "{}", done.error);
    for (password, code) in [("plain.txt", 0), ("bom.txt", 0)] {
        let checked = run_in(folder.path(), &format!("check {{}}/x.zip --password-file {{}}/{password}"));
        assert_eq!(checked.code, code, "{password}: {}{}", checked.output, checked.error);
    }
    let utf16: Vec<u8> = "\u{feff}secret\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    write("utf16.txt", &utf16);
    write("n99.txt", &[b'x'; 99]);
    write("n100.txt", &[b'x'; 100]);
    for (password, code, wanted) in [
        ("utf16.txt", 2, "utf16.txt is UTF-16\n  hint: save it as UTF-8"),
        (
            "n100.txt",
            2,
            "the password has 100 bytes, and 7-Zip opens no archive with a password of more than 99",
        ),
        ("n99.txt", 0, ""),
    ] {
        for more in ["--dry-run", ""] {
            let export =
                format!("export {{}}/x.csv --to csv --out {{}}/y.zip --password-file {{}}/{password} {more}");
            let run = run_in(folder.path(), &export);
            assert_eq!(run.code, code, "{password}: {}", run.error);
            assert!(run.error.contains(wanted) && !run.error.contains("xxx"), "{}", run.error);
        }
    }
}
