//! `check` of documents of DDI and of the data files beside them, as they were written, compressed since, and of fixed columns.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use exporter::check::CheckOptions;
use exporter::package::{GzipOptions, GzipWriter};
use exporter::request::Request;
use exporter::sink::{FolderOptions, FolderSink};
use exporter::{Context, LossPolicy};
use sha2::{Digest as _, Sha256};

fn study(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../examples/{name}/study.toml"))
}

/// The households as csv with their document, and where that is.
fn exported(folder: &Path) -> PathBuf {
    let request = Request::new([study("households")]).with_format("csv").with_format("ddi");
    let request = request.with_codebook(false).with_losses(LossPolicy::Report);
    let sink = FolderSink::create(folder, FolderOptions::default()).unwrap();
    let context = request.context(&Context::default());
    request.run(&exporter::registry(), Box::new(sink), &context).unwrap();
    folder.join("households.ddi.xml")
}

/// `rule: message` of each finding.
fn findings(path: &Path) -> Vec<String> {
    let found = exporter::check(path, &CheckOptions::default(), &exporter::registry(), &Context::default());
    let line = |finding: &exporter::check::Finding| format!("{}: {}", finding.rule.code, finding.message);
    found.unwrap().listed().iter().map(line).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = GzipWriter::new(Vec::new(), GzipOptions::default(), std::num::NonZeroUsize::MIN);
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn data_files_are_those_of_the_document_also_when_they_are_compressed() {
    let folder = tempfile::tempdir().unwrap();
    let document = exported(folder.path());
    assert_eq!(findings(&document), [""; 0]);
    let (plain, packed) = (folder.path().join("members.csv"), folder.path().join("members.csv.gz"));
    let rows = std::fs::read(&plain).unwrap();
    std::fs::remove_file(&plain).unwrap();
    // Neither there nor compressed: nothing can be said of it.
    assert_eq!(findings(&document), [""; 0]);
    std::fs::write(&packed, gzip(&rows)).unwrap();
    assert_eq!(findings(&document), [""; 0]);
    // Another cell, and a column that is called otherwise.
    let other = String::from_utf8(rows.clone()).unwrap().replacen(",sex,", ",gender,", 1);
    for (path, bytes) in [(&packed, gzip(other.as_bytes())), (&plain, other.clone().into_bytes())] {
        std::fs::remove_file(&packed).unwrap_or_default();
        std::fs::write(path, &bytes).unwrap();
        let name = path.file_name().unwrap().display();
        let wanted = [
            format!(
                "digest: the SHA-256 of {name} is {}, the document says {}",
                sha256(&bytes),
                sha256(&rows)
            ),
            "columns: members.csv has no column sex".to_owned(),
        ];
        assert_eq!(findings(&document), wanted);
    }
}

#[test]
fn files_of_fixed_columns_have_no_names_to_look_for() {
    let rows = b"1 12\n2 -1\n";
    let print = |stated: &str| {
        format!(
            "<dataFingerprint type=\"dataFile\"><digitalFingerprintValue>{stated}</digitalFingerprintValue>\
             <algorithmSpecification>SHA-256</algorithmSpecification></dataFingerprint>"
        )
    };
    let document = |stated: &str| {
        format!(
            "<codeBook xmlns=\"ddi:codebook:2_5\"><stdyDscr><citation><titlStmt><titl>Pets</titl></titlStmt></citation>\
             </stdyDscr><fileDscr ID=\"F1\"><fileTxt><fileName>pets.dat</fileName>{}</fileTxt></fileDscr><dataDscr>\
             <var ID=\"V1\" name=\"legs\" files=\"F1\"><location StartPos=\"1\" EndPos=\"1\"/></var>\
             <var ID=\"V2\" name=\"size\" files=\"F1\"><location StartPos=\"2\" EndPos=\"4\"/></var></dataDscr></codeBook>",
            print(stated)
        )
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pets.xml");
    for (name, bytes) in [("pets.dat", rows.to_vec()), ("pets.dat.gz", gzip(rows))] {
        std::fs::write(folder.path().join(name), &bytes).unwrap();
        std::fs::write(&path, document(&sha256(rows))).unwrap();
        assert_eq!(findings(&path), [""; 0], "{name}");
        std::fs::write(&path, document(&"0".repeat(64))).unwrap();
        let wanted = format!(
            "digest: the SHA-256 of {name} is {}, the document says {}",
            sha256(&bytes),
            "0".repeat(64)
        );
        assert_eq!(findings(&path), [wanted]);
        std::fs::remove_file(folder.path().join(name)).unwrap();
    }
}
