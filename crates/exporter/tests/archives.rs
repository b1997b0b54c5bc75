//! What is written into an archive is a study again, and hostile archives are errors.

use std::io::Write as _;
use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, UInt8Array};
use exporter::codebook::{Codebook, Kind, Missing, Table, ValueLabels, Variable};
use exporter::dataset::{display_rows, scan_schema};
use exporter::package::{Compression, Encryption, EntryOptions, ZipOptions, ZipWriter};
use exporter::request::{FormatRequest, Packaging, Request, ZipPackaging};
use exporter::sink::MemorySink;
use exporter::source::MemoryFiles;
use exporter::{
    AssembledDataset, Context, Dataset, InputOptions, LossCode, LossPolicy, MemoryDataset, Password, Result,
    Scan, Source, TableId,
};
use exporter_testkit::{sample, tables};
use proptest::prelude::*;

fn context() -> Context {
    Context::default().with_threads(2)
}

fn open(source: &Source<'_>, options: &InputOptions) -> Result<AssembledDataset> {
    exporter::open_sources(std::slice::from_ref(source), options, &exporter::registry(), &context())
}

fn opened(source: &Source<'_>) -> AssembledDataset {
    open(source, &InputOptions::default()).unwrap_or_else(|error| panic!("{}: {error:?}", source.name))
}

/// What a study becomes in these formats, loose or in a zip.
fn written(data: &dyn Dataset, formats: &[FormatRequest], packaging: Option<Packaging>) -> MemorySink {
    let mut request = Request::default();
    request.formats = formats.to_vec();
    request.packaging = packaging;
    // What no format holds is not the matter here.
    request.losses = Some(LossPolicy::Allow(LossCode::ALL.to_vec()));
    let sink = MemorySink::new();
    let prepared = request.prepare_for(data, &exporter::registry(), &context()).unwrap();
    prepared.run(Box::new(sink.clone()), &context()).unwrap();
    sink
}

fn zipped(data: &dyn Dataset, formats: &[FormatRequest]) -> Source<'static> {
    let packaging = Packaging::Zip(ZipPackaging::default().with_name("s.zip"));
    let sink = written(data, formats, Some(packaging));
    Source::memory("s.zip", sink.entries().remove("s.zip").unwrap())
}

/// What a user is told of how the inputs were read.
fn notes(data: &dyn Dataset) -> Vec<String> {
    data.notes().into_iter().filter(|note| !note.is_usual).map(|note| note.text).collect()
}

/// The cells of every table, with the reasons of missing values.
fn rows(data: &dyn Dataset) -> Vec<Vec<Vec<Option<String>>>> {
    let table = |at| {
        let batches = context().scan(data, TableId(at), &Scan::all().with_reasons()).unwrap();
        batches.flat_map(|batch| display_rows(&batch.unwrap()).unwrap()).collect()
    };
    (0..data.codebook().tables.len()).map(table).collect()
}

/// The codebook, wherever the contents of documents are.
fn said(data: &dyn Dataset) -> String {
    let mut codebook = data.codebook().clone();
    for document in &mut codebook.documents {
        (document.path, document.bytes) = (None, None);
    }
    for table in &mut codebook.tables {
        table.rows = None;
        table.variables.iter_mut().for_each(|variable| variable.facts = Default::default());
    }
    codebook.to_json().unwrap()
}

#[test]
fn every_format_comes_back_from_a_zip() {
    let study = sample::study();
    for (formats, name) in [
        (vec![FormatRequest::new("csv").with_option("reasons", "column")], "csv"),
        (vec![FormatRequest::new("dta")], "dta"),
        (vec![FormatRequest::new("parquet").with_option("reasons", "column")], "parquet"),
        (
            vec![
                FormatRequest::new("arrow").with_option("reasons", "column"),
                "stata-script".into(),
                "csv".into(),
            ],
            "all",
        ),
    ] {
        let again = opened(&zipped(&study, &formats));
        let documents = |data: &dyn Dataset| -> Vec<String> {
            let contents = (0..data.codebook().documents.len()).map(|at| data.document(at).unwrap().unwrap());
            contents.map(|contents| std::io::read_to_string(contents).unwrap()).collect()
        };
        assert_eq!(documents(&again), documents(&study), "{name}");
        assert!(!documents(&again).is_empty());
        let names = |data: &dyn Dataset| -> Vec<String> {
            data.codebook().tables.iter().map(|table| table.name.clone()).collect()
        };
        assert_eq!(names(&again), names(&study), "{name}");
        assert_eq!(again.codebook().study, study.codebook().study, "{name}");
        let links = |data: &dyn Dataset| -> Vec<_> {
            data.codebook().tables.iter().map(|table| (table.key.clone(), table.parent.clone())).collect()
        };
        assert_eq!(links(&again), links(&study), "{name}");
        if name == "parquet" {
            assert_eq!(rows(&again), rows(&study));
            assert_eq!(said(&again), said(&study));
        }
        let count = |data: &dyn Dataset| rows(data).iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(count(&again), count(&study), "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(exporter_testkit::soaked(24)))]

    /// Whatever holds the files of a study, it is the same study.
    #[test]
    fn a_study_in_a_zip_is_that_of_its_files(data in tables::dataset(), format in 0..3_usize) {
        let format = FormatRequest::new(["csv", "dta", "parquet"][format]);
        let zip = opened(&zipped(&data, std::slice::from_ref(&format)));
        let loose = written(&data, std::slice::from_ref(&format), None).entries();
        let folder = opened(&Source::files("s", Arc::new(MemoryFiles::new(loose))));
        prop_assert_eq!(rows(&zip), rows(&folder));
        prop_assert_eq!(said(&zip), said(&folder));
        if format.format == "parquet" {
            prop_assert_eq!(rows(&zip), rows(&data));
            prop_assert_eq!(said(&zip), said(&data));
        }
    }
}

/// A file that left out missing reasons stands behind one that holds them.
#[test]
fn the_richest_file_of_a_table_is_read() {
    let age =
        Variable::new("age", Kind::INTEGER).with_missing(Missing::reason().letter('a').label("Refused"));
    let codebook = Codebook::new("s").with_table(Table::new("people", vec![age]));
    let schema = scan_schema(&codebook.tables[0], &[0], true);
    let ages: ArrayRef = Arc::new(Int64Array::from(vec![Some(31), None]));
    let reasons: ArrayRef = Arc::new(UInt8Array::from(vec![None, Some(0)]));
    let batch = RecordBatch::try_new(schema, vec![ages, reasons]).unwrap();
    let study = MemoryDataset::new(codebook, vec![vec![batch]]).unwrap();
    let csv = || FormatRequest::new("csv");
    let with = |format: &str, reasons: &str| FormatRequest::new(format).with_option("reasons", reasons);
    for (formats, wanted) in [
        (vec![csv(), "dta".into(), with("parquet", "column")], "read from parquet, not from dta, csv"),
        (vec![csv(), "dta".into(), with("parquet", "empty")], "read from dta, not from parquet, csv"),
        (vec![csv(), with("parquet", "empty")], "read from parquet, not from csv"),
        (vec![with("csv", "column"), with("parquet", "empty")], "read from csv, not from parquet"),
    ] {
        let again = opened(&zipped(&study, &formats));
        let [note] = &notes(&again)[..] else { panic!("{:?}", notes(&again)) };
        assert!(note.starts_with("s.zip holds tables more than once: ") && note.contains(wanted), "{note}");
    }
    assert!(notes(&opened(&zipped(&study, &[csv()]))).is_empty());
}

/// What is written in two ways is read as it is described.
#[test]
fn of_codes_and_labels_the_codes_are_read() {
    let sex = Variable::new("sex", Kind::INTEGER).with_labels("sex");
    let codebook = Codebook::new("s")
        .with_table(Table::new("members", vec![sex]))
        .with_value_labels("sex", ValueLabels::new().with(1, "male").with(2, "female"));
    let sexes: ArrayRef = Arc::new(Int64Array::from(vec![Some(2), None, Some(1)]));
    let batch = RecordBatch::try_from_iter([("sex", sexes)]).unwrap();
    let study = MemoryDataset::new(codebook, vec![vec![batch]]).unwrap();
    let in_folder = |folder: &str| FormatRequest::new("csv").with_option("folder", folder);
    let formats = [in_folder("a-labels").with_option("values", "labels"), in_folder("codes")];
    let again = opened(&zipped(&study, &formats));
    assert!(
        notes(&again)[0].contains("read from codes/members.csv, not from a-labels/members.csv"),
        "{:?}",
        notes(&again)
    );
    assert_eq!(rows(&again), rows(&study));
}

/// The name of an archive or folder says nothing of the format of what is in it.
#[test]
fn archives_may_be_named_like_files() {
    let two = plain(&[("aa.csv", ROWS), ("bb.csv", ROWS)]);
    assert_eq!(opened(&Source::memory("x.csv", two)).codebook().tables.len(), 2);
    let files = MemoryFiles::new([("aa.csv", ROWS), ("bb.csv", ROWS)]);
    assert_eq!(opened(&Source::files("x.csv", Arc::new(files))).codebook().tables.len(), 2);
    let none = open(&Source::files("x.csv", Arc::new(MemoryFiles::default())), &InputOptions::default());
    assert!(none.err().unwrap().message().contains("it holds no file"));
}

#[test]
fn two_files_of_a_format_may_not_be_one_table() {
    let files = |entries: &[(&'static str, &'static [u8])]| {
        Source::files("f", Arc::new(MemoryFiles::new(entries.iter().copied())))
    };
    let error = open(&files(&[("2019/aa.csv", ROWS), ("2020/aa.csv", ROWS)]), &InputOptions::default());
    let error = error.err().unwrap();
    assert!(error.message().contains("2019/aa.csv and 2020/aa.csv are both the table \"aa\""), "{error}");
    assert!(error.hint().unwrap().contains("f/2019"), "{error:?}");
    // One that lies above all others is meant.
    let above = opened(&files(&[("aa.csv", ROWS), ("old/aa.csv", b"a\n1\n")]));
    assert_eq!(above.codebook().tables[0].variables.len(), 2);
}

#[test]
fn what_is_not_read_is_told() {
    let files = |entries: &[(&'static str, &'static [u8])]| {
        Source::files("f", Arc::new(MemoryFiles::new(entries.iter().copied())))
    };
    let some = opened(&files(&[
        ("aa.csv", ROWS),
        ("b.xlsx", b"PK\x03\x04x"),
        ("c.csv", b""),
        ("load.do", b"use aa"),
    ]));
    assert_eq!(notes(&some), ["f: not read: b.xlsx, c.csv"]);
    let broken =
        open(&files(&[("aa.csv", ROWS), ("b.dta", b"nothing")]), &InputOptions::default()).err().unwrap();
    assert!(broken.message().contains("it is no Stata data file"), "{broken}");
    let mut only = InputOptions::default();
    only.format = Some("csv".into());
    let part = open(&files(&[("aa.csv", ROWS), ("b.tab", b"x\ty\n1\t2\n")]), &only).unwrap();
    assert_eq!(notes(&part), ["f: not read because of --from csv: b.tab"]);
    let late: &'static [u8] = Box::leak(
        format!("{{\"study\": {{\"id\": \"s\", \"notes\": [\"{}\"]}}, \"codebook\": 1}}", "x".repeat(9000))
            .into_bytes()
            .into(),
    );
    assert_eq!(opened(&files(&[("aa.csv", ROWS), ("s.json", late)])).codebook().study.id, "s");
    // A table whose file is gone has lost its rows.
    let codebook = b"{\"codebook\": 1, \"tables\": [{\"name\": \"aa\"}, {\"name\": \"bb\"}]}";
    let gone = opened(&files(&[("aa.csv", ROWS), ("s.codebook.json", codebook)]));
    let losses: Vec<_> = gone.losses().iter().cloned().collect();
    assert_eq!(
        (losses.len(), &losses[0].code, losses[0].table.as_deref()),
        (1, &LossCode::NOT_READ, Some("bb"))
    );
}

fn zip(entries: &[(&str, &[u8])], options: ZipOptions) -> Vec<u8> {
    let mut zip = ZipWriter::new(Vec::new(), options).unwrap();
    for (name, bytes) in entries {
        zip.start_entry(&EntryOptions::new(*name)).unwrap();
        zip.write_all(bytes).unwrap();
        zip.finish_entry().unwrap();
    }
    zip.finish().unwrap()
}

fn plain(entries: &[(&str, &[u8])]) -> Vec<u8> {
    zip(entries, ZipOptions::default().compression(Compression::Stored))
}

/// Changes every occurrence of some bytes.
fn forged(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut forged = bytes.to_vec();
    for at in 0..=bytes.len() - from.len() {
        if bytes[at..].starts_with(from) {
            forged[at..at + to.len()].copy_from_slice(to);
        }
    }
    assert_ne!(forged, bytes);
    forged
}

const ROWS: &[u8] = b"a,b\n1,2\n";

#[track_caller]
fn refused(name: &str, bytes: Vec<u8>, password: Option<&str>, wanted: &str) {
    let mut options = InputOptions::default();
    options.password = password.map(Password::new);
    let error = match open(&Source::memory(name.to_owned(), bytes), &options) {
        Err(error) => error,
        Ok(data) => panic!("it is opened: {:?}", data.codebook().tables),
    };
    assert!(error.to_string().contains(wanted), "{wanted}: {error}");
}

#[test]
fn a_frameset_of_stata_is_its_frames() {
    let dta = |value: i64| {
        let table = Table::new("t", vec![Variable::new("x", Kind::INTEGER)]);
        let column: ArrayRef = Arc::new(Int64Array::from(vec![value]));
        let batch = RecordBatch::try_from_iter([("x", column)]).unwrap();
        let data = MemoryDataset::new(Codebook::new("s").with_table(table), vec![vec![batch]]).unwrap();
        written(&data, &[FormatRequest::new("dta")], None).entries().remove("t.dta").unwrap()
    };
    let (persons, counties) = (dta(1), dta(2));
    let list = b"*! VERSION 1\n*! COMPLEVEL 1\npersons persons~0000 118\ncounties counties~0001 118\n";
    let frameset = plain(&[
        (".frameinfo", list),
        ("persons~0000.dta", &persons),
        ("persons~0000.hdr", &persons[..persons.len() / 2]),
        ("counties~0001.dta", &counties),
        ("counties~0001.hdr", &counties[..counties.len() / 2]),
    ]);
    let source = Source::memory("two.dtas", frameset.clone());
    // Ours hold no framesets: another version makes it an archive of another program.
    let mut foreign = frameset.clone();
    let versions = (0..frameset.len()).filter(|at| frameset[*at..].starts_with(b"PK\x01\x02"));
    versions.for_each(|at| foreign[at + 4] ^= 1);
    let foreign = Source::memory("two.dtas", foreign);
    let findings = exporter::registry().check(&foreign, &Default::default(), &context()).unwrap();
    assert_eq!(findings.total(), 0, "{findings:?}");
    let data = opened(&source);
    let names: Vec<&str> = data.codebook().tables.iter().map(|table| table.name.as_str()).collect();
    assert_eq!(names, ["counties", "persons"]);
    let cell = |value: &str| vec![vec![Some(value.to_owned())]];
    assert_eq!(rows(&data), [cell("2"), cell("1")]);
}

#[test]
fn hostile_archives_are_errors() {
    let two = plain(&[("aa.csv", ROWS), ("bb.csv", ROWS)]);
    refused("x.zip", forged(&two, b"bb.csv", b"aa.csv"), None, "the same name");
    refused("x.zip", forged(&two, b"bb.csv", b"../.cs"), None, "leads out of the archive");
    refused("x.zip", forged(&two, b"bb.csv", b"/b.csv"), None, "leads out of the archive");
    refused("x.zip", forged(&two, b"bb.csv", b"a/../b"), None, "leads out of the archive");
    refused("x.zip", two[..two.len() - 30].to_vec(), None, "the archive is damaged or no zip");
    // The data of one entry for two.
    let second = two.windows(6).position(|bytes| bytes == b"bb.csv").unwrap() as u32 - 30;
    let mut overlapping = two.clone();
    let offset = two.windows(4).rposition(|bytes| bytes == second.to_le_bytes()).unwrap();
    overlapping[offset..offset + 4].copy_from_slice(&0_u32.to_le_bytes());
    refused("x.zip", overlapping, None, "entries of the archive overlap");
    // Another byte than the one of which the checksum is.
    refused("x.zip", forged(&two, b"1,2\n", b"1,3\n"), None, "cannot be unpacked");
    // A stored entry that claims the beginning of the next one.
    let longer = forged(&plain(&[("aa.csv", ROWS)]), &[8, 0, 0, 0, 8, 0, 0, 0], &[8, 0, 0, 0, 9, 0, 0, 0]);
    refused("x.zip", longer, None, "unpack");
    // A size that is none.
    let one = zip(&[("aa.csv", &ROWS.repeat(100))], ZipOptions::default());
    refused("x.zip", forged(&one, &800_u32.to_le_bytes(), &900_u32.to_le_bytes()), None, "unpack");
    let huge = forged(&one, &800_u32.to_le_bytes(), &0xff00_0000_u32.to_le_bytes());
    refused("x.zip", huge, None, "unpack to more than");
    let locked = |password: &str| {
        let encryption = Encryption::Aes256(Password::new(password));
        zip(&[("aa.csv", ROWS), ("bb.csv", ROWS)], ZipOptions::default().encryption(encryption))
    };
    refused("x.zip", locked("right"), None, "it is encrypted, and no password is given");
    refused("x.zip", locked("right"), Some("wrong"), "the password does not open it");
    refused("x.zip", b"PK\x03\x04".repeat(100), None, "the archive");
    refused("x.zip", plain(&[]), None, "it holds no file");
}

/// Whatever stands before the archive, so that its end record points elsewhere.
#[test]
fn archives_of_too_many_entries_are_not_opened() {
    let mut zip = ZipWriter::new(Vec::new(), ZipOptions::default().compression(Compression::Stored)).unwrap();
    for entry in 0..=100_000 {
        zip.start_entry(&EntryOptions::new(format!("{entry}"))).unwrap();
        zip.finish_entry().unwrap();
    }
    let many = zip.finish().unwrap();
    refused("x.zip", [b"#!", &many[..]].concat(), None, "the archive has 100001 entries, more than 100000");
    refused("x.zip", many, None, "the archive has 100001 entries, more than 100000");
}

#[test]
fn archives_in_archives_are_opened_one_level_deep() {
    let inner = plain(&[("aa.csv", ROWS), ("bb.csv", ROWS)]);
    let in_one = plain(&[("inner.zip", &inner)]);
    assert_eq!(opened(&Source::memory("x.zip", in_one.clone())).codebook().tables.len(), 2);
    let in_two = plain(&[("middle.zip", &in_one)]);
    refused("x.zip", in_two, None, "an archive in an archive in an archive is not opened");
    // Beside other files an archive is one of them, and is no study.
    let beside = plain(&[("inner.zip", &inner), ("cc.csv", ROWS)]);
    let beside = opened(&Source::memory("x.zip", beside));
    assert_eq!(beside.codebook().tables.len(), 1);
    assert_eq!(notes(&beside), ["x.zip: not read: inner.zip"]);
}

#[test]
fn what_systems_add_to_archives_is_no_table() {
    let entries: &[(&str, &[u8])] = &[
        ("data/aa.csv", ROWS),
        ("data/.hidden.csv", ROWS),
        ("__MACOSX/data/._aa.csv", ROWS),
        ("readme.txt", b"Please read.\nThis.\n"),
        ("more\\bb.tab", b"a\tb\n1\t2\n"),
    ];
    let data = opened(&Source::memory("x.zip", forged_backslash(entries)));
    let names: Vec<&str> = data.codebook().tables.iter().map(|table| table.name.as_str()).collect();
    assert_eq!(names, ["aa", "bb"]);
    assert_eq!(notes(&data), ["x.zip: not read: readme.txt"]);
    assert_eq!(data.codebook().study.id, "x");
}

/// An archive with a backslash in a name, which our writer refuses.
fn forged_backslash(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let slashes: Vec<(String, &[u8])> =
        entries.iter().map(|(name, bytes)| (name.replace('\\', "/"), *bytes)).collect();
    let slashes: Vec<(&str, &[u8])> = slashes.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    forged(&plain(&slashes), b"more/bb", b"more\\bb")
}
