//! A document of DDI beside the data files of the same export, and what comes of it when both are read again.

use std::path::{Path, PathBuf};

use exporter::request::{FormatRequest, Request};
use exporter::sink::{FolderOptions, FolderSink};
use exporter::{Context, ErrorKind, LossPolicy, Result};

fn study(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../examples/{name}/study.toml"))
}

/// Exports what is at a path into a folder.
fn export(input: &Path, formats: impl IntoIterator<Item = FormatRequest>, folder: &Path) -> Result<()> {
    let mut request = Request::new([input]).with_codebook(false).with_losses(LossPolicy::Report);
    request.formats = formats.into_iter().collect();
    let sink = FolderSink::create(folder, FolderOptions::default())?;
    request.run(&exporter::registry(), Box::new(sink), &request.context(&Context::default()))?;
    Ok(())
}

fn document(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(format!("{name}.ddi.xml"))).unwrap()
}

#[test]
fn the_file_that_is_asked_for_must_be_there() {
    let of = |file: &str, formats: &[&str]| {
        let formats = formats.iter().map(|format| FormatRequest::new(*format));
        let ddi = FormatRequest::new("ddi").with_option("file", file);
        let folder = tempfile::tempdir().unwrap();
        export(&study("households"), formats.chain([ddi]), folder.path())
            .map(|()| document(folder.path(), "households"))
    };
    let error = of("xyz", &["dta", "csv"]).unwrap_err();
    assert_eq!((error.kind(), error.hint()), (ErrorKind::Usage, Some("file=csv or file=dta")), "{error:?}");
    assert!(error.to_string().contains("no data file of the export has the extension xyz"), "{error:?}");
    // A part of an extension is none, and without data files there is nothing to type.
    assert_eq!(of("ta", &["dta"]).unwrap_err().hint(), Some("file=dta"));
    assert!(of("dta", &[]).unwrap_err().hint().unwrap().starts_with("leave file out"));
    // What the hint says can be typed; the missing values are those of that file.
    let missing =
        |text: &str| ["<item VALUE=\".d\"/>", "<item VALUE=\"-99\"/>"].map(|item| text.contains(item));
    for file in ["csv", ".CSV"] {
        let text = of(file, &["dta", "csv"]).unwrap();
        assert_eq!(missing(&text), [false, true], "{text}");
        assert!(text.contains("<fileDscr ID=\"F1\" URI=\"households.csv\">"), "{text}");
    }
    assert_eq!(missing(&of("dta", &["csv", "dta"]).unwrap()), [true, false]);
}

/// What is exported, and exported again from the document and its data, is the same.
#[test]
fn an_export_that_is_read_by_its_document_is_written_as_it_was() {
    for name in ["anes96", "households", "rand-hie"] {
        let formats = || ["csv", "ddi"].map(FormatRequest::new);
        let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        export(&study(name), formats(), first.path()).unwrap();
        export(&first.path().join(format!("{name}.ddi.xml")), formats(), second.path()).unwrap();
        let lines = |folder: &Path| document(folder, name).lines().map(str::to_owned).collect::<Vec<_>>();
        let (before, after) = (lines(first.path()), lines(second.path()));
        let differs = before.iter().zip(&after).filter(|(before, after)| before != after);
        assert_eq!(differs.collect::<Vec<_>>(), [], "{name}");
        assert_eq!(before.len(), after.len());
        for file in std::fs::read_dir(first.path()).unwrap().map(|entry| entry.unwrap().file_name()) {
            let read = |folder: &Path| std::fs::read(folder.join(&file)).unwrap();
            assert!(read(first.path()) == read(second.path()), "{name}: {}", file.display());
        }
    }
}

/// Words and numbers are told apart by what the data file holds.
#[test]
fn booleans_are_what_the_data_file_has() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("x.csv");
    std::fs::write(&input, "b\ntrue\nfalse\n").unwrap();
    let of = |format: FormatRequest| {
        let out = tempfile::tempdir().unwrap();
        export(&input, [format, FormatRequest::new("ddi")], out.path()).unwrap();
        let text = document(out.path(), "x");
        assert!(text.contains("otherRepresentationType=\"boolean\""), "{text}");
        text.contains("<varFormat type=\"character\"")
    };
    assert!(of(FormatRequest::new("csv")));
    assert!(!of(FormatRequest::new("csv").with_option("booleans", "1/0")));
    assert!(!of(FormatRequest::new("dta")));
}
