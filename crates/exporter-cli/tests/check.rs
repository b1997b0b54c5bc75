//! `exporter check`: what is sound, what is not, and archives with a password.

use std::io::Write as _;
use std::path::Path;

use exporter::EntrySpec;
use exporter::package::{ManifestExporter, ZipOptions, ZipSink};
use exporter_testkit::write_with;

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
    let spec = |name: &str| EntrySpec::new(name, "application/octet-stream").rows(1);
    let entries = [(spec("members.dta"), dta), (spec("members.parquet"), parquet)];
    write_with(ManifestExporter, entries, Box::new(&zip));
    let (archive, _) = zip.close().unwrap();
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

#[test]
fn rows_of_delimited_text_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let zip = |header: &str, text: &str| {
        let zip = ZipSink::new(Vec::new(), ZipOptions::default(), folder.path()).unwrap();
        let spec = EntrySpec::new("t.csv", "text/csv").rows(2).attribute("header", header);
        write_with(ManifestExporter, [(spec, text.into())], Box::new(&zip));
        let (archive, _) = zip.close().unwrap();
        std::fs::write(folder.path().join("x.zip"), archive).unwrap();
        run_in(folder.path(), "check {}/x.zip").output
    };
    for (header, text) in [
        ("names", "id,note\n1,\"two\nlines\"\n2,\"\"\"\"\n"),
        ("both", "id\r\nNumber\r\n1\r\n2\r\n"),
        ("none", "1\n2\n"),
    ] {
        let output = zip(header, text);
        assert!(output.contains("no findings"), "{output}");
    }
    let output = zip("names", "id\n1\n");
    let message = "the manifest says 2 rows below 1 header line, it has 2 records";
    assert!(output.contains(message), "{output}");
}

#[test]
fn a_folder_is_checked_by_its_manifest() {
    let folder = tempfile::tempdir().unwrap();
    let study = example("households");
    let formats = "--to dta --to csv:header=both --to tab --to parquet --to arrow --manifest";
    let run = run_in(folder.path(), &format!("export {} {formats} --out {{}}/d", study.display()));
    assert_eq!(run.code, 0, "{}", run.error);
    let check = || run_in(folder.path(), "check {}/d");
    let sound = check();
    assert_eq!((sound.code, sound.output.ends_with("d: no findings\n")), (0, true), "{}", sound.output);

    let file = |name: &str| folder.path().join("d").join(name);
    let manifest = std::fs::read_to_string(file("MANIFEST.json")).unwrap();
    let mut claims: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    for line in claims["entries"].as_array_mut().unwrap() {
        if let Some(rows) = line["rows"].as_u64() {
            line["rows"] = (rows + 1).into();
        }
    }
    std::fs::write(file("MANIFEST.json"), claims.to_string()).unwrap();
    let output = check().output;
    for name in ["members.dta", "members.csv", "members.tab", "members.parquet", "members.arrow"] {
        assert!(output.contains(&format!("manifest in {name}: the manifest says ")), "{name}: {output}");
    }
    std::fs::write(file("MANIFEST.json"), manifest).unwrap();

    let mut dta = std::fs::read(file("members.dta")).unwrap();
    let at = dta.windows(6).position(|window| window == b"<data>").unwrap();
    dta[at + 1] = b'D';
    std::fs::write(file("members.dta"), dta).unwrap();
    std::fs::remove_file(file("members.tab")).unwrap();
    std::fs::write(file("beside.txt"), "x").unwrap();
    let found = check();
    assert_eq!(found.code, 1);
    for wanted in [
        "manifest in members.dta: the manifest says SHA-256",
        " in members.dta at offset ",
        "manifest in members.tab: the manifest lists it, and it is not there",
        "manifest in beside.txt: the manifest does not list it",
    ] {
        assert!(found.output.contains(wanted), "{wanted}: {}", found.output);
    }
    std::fs::remove_file(file("MANIFEST.json")).unwrap();
    let none = check();
    assert_eq!(none.code, 1);
    assert!(none.error.contains("no MANIFEST.json") && none.error.contains("--manifest"), "{}", none.error);
}

#[test]
fn gzip_streams_of_a_folder_are_checked() {
    let folder = tempfile::tempdir().unwrap();
    let study = example("households");
    let run =
        run_in(folder.path(), &format!("export {} --to csv --gzip --manifest --out {{}}/d", study.display()));
    assert_eq!(run.code, 0, "{}", run.error);
    let sound = run_in(folder.path(), "check {}/d");
    assert_eq!(sound.code, 0, "{}", sound.output);
}

#[test]
fn a_note_and_a_warning_are_told_and_only_an_error_ends_with_1() {
    let folder = tempfile::tempdir().unwrap();
    let study = example("anes96");
    let dta = |name: &str, options: &str, change: &dyn Fn(&mut Vec<u8>)| {
        let out = folder.path().join("out");
        let run = run_in(
            folder.path(),
            &format!("export {} --to dta{options} --overwrite --out {{}}/out", study.display()),
        );
        assert_eq!(run.code, 0, "{}", run.error);
        let mut bytes = std::fs::read(out.join("respondents.dta")).unwrap();
        change(&mut bytes);
        std::fs::write(folder.path().join(name), bytes).unwrap();
    };
    dta("feed.dta", "", &|bytes| bytes.push(b'\n'));
    dta("wide.dta", ":release=119", &|_| {});
    dta("cut.dta", "", &|bytes| bytes.truncate(bytes.len() - 3));

    let note = run_in(folder.path(), "check {}/feed.dta");
    assert_eq!(note.code, 0, "{}", note.output);
    assert!(note.output.contains("  note trailing-line-end at offset "), "{}", note.output);
    assert!(note.output.ends_with("\n  1 note\n"), "{}", note.output);
    let warning = run_in(folder.path(), "check {}/wide.dta {}/feed.dta");
    assert_eq!(warning.code, 0, "{}", warning.output);
    assert!(
        warning.output.contains("wide.dta: 1 finding\n  warning edition at offset "),
        "{}",
        warning.output
    );
    let error = run_in(folder.path(), "check {}/wide.dta {}/cut.dta");
    assert_eq!(error.code, 1, "{}", error.output);
    assert!(error.output.ends_with("\n  1 error\n"), "{}", error.output);

    let json = run_in(folder.path(), "check {}/feed.dta {}/cut.dta --json");
    assert_eq!(json.code, 1);
    let json: serde_json::Value = serde_json::from_str(&json.output).unwrap();
    let counts = |file: usize| ["errors", "warnings", "notes"].map(|of| json[file][of].as_u64().unwrap());
    assert_eq!((counts(0), counts(1)), ([0, 0, 1], [1, 0, 0]));
    assert_eq!(json[0]["findings"][0]["severity"], "note");
    assert!(json[1]["findings"][0]["offset"].is_u64(), "{json}");
    assert_eq!(json[1]["unlisted"], 0);
    let head = "<codeBook xmlns=\"ddi:codebook:2_5\"><stdyDscr><citation><titlStmt><titl>T</titl></titlStmt></citation></stdyDscr>";
    let faults = "<dataDscr>".to_owned() + &"<var/>".repeat(150) + "</dataDscr></codeBook>";
    std::fs::write(folder.path().join("x.xml"), head.to_owned() + &faults).unwrap();
    let json: serde_json::Value =
        serde_json::from_str(&run_in(folder.path(), "check {}/x.xml --json").output).unwrap();
    let listed = json[0]["findings"].as_array().map(Vec::len);
    assert_eq!((&json[0]["errors"], listed, &json[0]["unlisted"]), (&150.into(), Some(100), &50.into()));
}

#[test]
fn a_file_that_no_check_knows_is_no_sound_file() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("x.csv"), "id\n1\n").unwrap();
    let run = run_in(folder.path(), "check {}/x.csv");
    assert_eq!(run.code, 1, "{}", run.output);
    assert!(
        run.error.contains("this file is in no format that is checked") && run.error.contains("dta"),
        "{}",
        run.error
    );
    std::fs::write(
        folder.path().join("study.toml"),
        "codebook = 1\n[[tables]]\nname = \"a\"\nkey = [\"b\"]\n",
    )
    .unwrap();
    let run = run_in(folder.path(), "check {}/study.toml");
    assert!(run.code == 1 && run.output.contains("error unknown-variable: "), "{}{}", run.output, run.error);
    std::fs::write(folder.path().join("study.toml"), "codebook = 1\n[[tables").unwrap();
    let run = run_in(folder.path(), "check {}/study.toml");
    assert!(run.code == 1 && run.output.contains("error unreadable: "), "{}{}", run.output, run.error);
}

#[test]
fn parquet_is_checked_by_reading_it_and_a_gzip_stream_with_what_is_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let study = example("anes96");
    let run = run_in(
        folder.path(),
        &format!("export {} --to parquet --to dta --gzip --out {{}}/packed", study.display()),
    );
    assert_eq!(run.code, 0, "{}", run.error);
    let run =
        run_in(folder.path(), &format!("export {} --to parquet --to dta --out {{}}/plain", study.display()));
    assert_eq!(run.code, 0, "{}", run.error);
    let sound =
        "check {}/plain/respondents.parquet {}/packed/respondents.dta.gz {}/packed/respondents.parquet.gz";
    let sound = run_in(folder.path(), sound);
    assert_eq!((sound.code, sound.output.matches("no findings").count()), (0, 3), "{}", sound.output);

    let parquet = folder.path().join("plain/respondents.parquet");
    let mut bytes = std::fs::read(&parquet).unwrap();
    let end = bytes.len();
    bytes[end - 40..end - 20].fill(0xff);
    std::fs::write(&parquet, &bytes).unwrap();
    let damaged = run_in(folder.path(), "check {}/plain/respondents.parquet");
    assert!(damaged.code == 1 && damaged.output.contains("  error unreadable"), "{}", damaged.output);

    // A sound stream of a damaged file.
    let mut dta = std::fs::read(folder.path().join("plain/respondents.dta")).unwrap();
    dta.truncate(dta.len() - 3);
    let target = std::fs::File::create(folder.path().join("d.dta.gz")).unwrap();
    let mut gzip =
        exporter::package::GzipWriter::new(target, Default::default(), std::num::NonZeroUsize::MIN);
    gzip.write_all(&dta).unwrap();
    gzip.finish().unwrap();
    let inside = run_in(folder.path(), "check {}/d.dta.gz");
    assert!(
        inside.code == 1 && inside.output.contains("error truncated in d.dta at offset "),
        "{}",
        inside.output
    );
}

#[test]
fn a_file_that_cannot_be_read_does_not_keep_others_from_being_checked() {
    let folder = tempfile::tempdir().unwrap();
    packed(folder.path(), "");
    let run = run_in(folder.path(), "check {}/absent.dta {}/h.zip");
    assert_eq!(run.code, 1);
    assert!(run.error.contains("absent.dta"), "{}", run.error);
    assert!(run.output.ends_with("h.zip: no findings\n"), "{}", run.output);
}
