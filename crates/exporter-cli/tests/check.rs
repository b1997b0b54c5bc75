//! `exporter check`: what is sound, what is not, and archives with a password.

use std::io::Write as _;
use std::path::Path;

use exporter::package::{ManifestSink, ZipOptions, ZipSink};
use exporter::{EntrySpec, Sink as _};

use crate::program::{example, run_in};

/// A zip of the households as dta, csv and Parquet, with a manifest.
fn packed(folder: &Path, more: &str) {
    let study = example("households");
    let run = run_in(
        folder,
        &format!(
            "export {} --to dta --to csv --to parquet --manifest --out {{}}/h.zip {more}",
            study.display()
        ),
    );
    assert_eq!(run.code, 0, "{}", run.error);
}

#[test]
fn an_archive_of_this_program_has_no_findings_and_a_changed_byte_has_one() {
    let folder = tempfile::tempdir().unwrap();
    packed(folder.path(), "");
    let sound = run_in(folder.path(), "check {}/h.zip");
    assert_eq!((sound.code, sound.output.ends_with("h.zip: no findings\n")), (0, true), "{}", sound.output);
    let path = folder.path().join("h.zip");
    let whole = std::fs::read(&path).unwrap();
    for at in [0, 40, whole.len() / 2, whole.len() - 30, whole.len() - 1] {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x10;
        std::fs::write(&path, damaged).unwrap();
        let run = run_in(folder.path(), "check {}/h.zip");
        assert_eq!(run.code, 1, "offset {at}: {}", run.output);
        assert!(run.output.contains(" at offset "), "{}", run.output);
        let json: serde_json::Value =
            serde_json::from_str(&run_in(folder.path(), "check {}/h.zip --json").output).unwrap();
        assert!(json[0]["findings"][0]["rule"].is_string(), "{json}");
    }
    std::fs::write(&path, &whole[..whole.len() - 100]).unwrap();
    let cut = run_in(folder.path(), "check {}/h.zip");
    assert!(cut.code == 1 && cut.output.contains("cut off"), "{}", cut.output);
}

#[test]
fn a_gzip_stream_is_checked_too() {
    let folder = tempfile::tempdir().unwrap();
    let study = example("anes96");
    let run = run_in(folder.path(), &format!("export {} --to csv --out {{}}/r.csv.gz", study.display()));
    assert_eq!(run.code, 0, "{}", run.error);
    assert_eq!(run_in(folder.path(), "check {}/r.csv.gz").code, 0);
    let path = folder.path().join("r.csv.gz");
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let damaged = run_in(folder.path(), "check {}/r.csv.gz");
    assert!(damaged.code == 1 && damaged.output.contains(" at offset "), "{}", damaged.output);
}

#[test]
fn an_encrypted_archive_is_checked_with_its_password() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("password"), "correct horse\n").unwrap();
    std::fs::write(folder.path().join("wrong"), "battery staple\n").unwrap();
    packed(folder.path(), "--password-file {}/password");
    let open = run_in(folder.path(), "check {}/h.zip --password-file {}/password");
    assert_eq!((open.code, open.output.contains("no findings")), (0, true), "{}", open.output);
    let locked = run_in(folder.path(), "check {}/h.zip");
    assert!(locked.code == 1 && locked.output.contains("8 entries are encrypted"), "{}", locked.output);
    let wrong = run_in(folder.path(), "check {}/h.zip --password-file {}/wrong");
    assert!(wrong.code == 1 && wrong.output.contains("the password does not open"), "{}", wrong.output);
    assert!(!wrong.output.contains("battery"), "{}", wrong.output);
}

#[test]
fn what_is_inside_is_checked_by_its_own_rules() {
    let folder = tempfile::tempdir().unwrap();
    let study = example("households");
    let run =
        run_in(folder.path(), &format!("export {} --to dta --to parquet --out {{}}/d", study.display()));
    assert_eq!(run.code, 0, "{}", run.error);
    let mut dta = std::fs::read(folder.path().join("d/members.dta")).unwrap();
    // The tag that opens the rows.
    let at = dta.windows(6).position(|window| window == b"<data>").unwrap();
    dta[at + 1] = b'D';
    let parquet = std::fs::read(folder.path().join("d/members.parquet")).unwrap();
    // The zip is sound and its manifest true but for the rows: one each.
    let zip = ZipSink::new(Vec::new(), ZipOptions::default(), folder.path()).unwrap();
    let sink = ManifestSink::new(zip);
    for (name, bytes) in [("members.dta", &dta), ("members.parquet", &parquet)] {
        let mut entry = sink.create(&EntrySpec::new(name, "application/octet-stream").rows(1)).unwrap();
        entry.write_all(bytes).unwrap();
        entry.commit().unwrap();
    }
    let (archive, _) = sink.close().unwrap().close().unwrap();
    std::fs::write(folder.path().join("x.zip"), archive).unwrap();
    let found = run_in(folder.path(), "check {}/x.zip");
    assert_eq!(found.code, 1);
    assert!(found.output.contains(" in members.dta at offset "), "{}", found.output);
    assert!(
        found.output.contains("\"members.parquet\": the manifest says 1 rows, it has"),
        "{}",
        found.output
    );
}
