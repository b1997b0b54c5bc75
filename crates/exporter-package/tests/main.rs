//! The suites that every sink and exporter must pass, and what is inside the archives.

#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::io::{Read as _, Write as _};
use std::num::NonZeroUsize;

use exporter_core::check::{CheckOptions, Checking};
use exporter_core::sink::{FolderOptions, FolderSink, MemorySink};
use exporter_core::{
    Bundle, CodebookExporter, Context, EntrySpec, Exporter, Password, Registry, Sink, Source,
};
use exporter_package::check::{GzipCheck, ZipCheck, folder as folder_check};
use exporter_package::{
    Compression, DeflateLevel, Encryption, GzipOptions, GzipSink, GzipWriter, Gzipped, ManifestExporter,
    ZipOptions, ZipSink, Zipped,
};
use exporter_testkit::fault::run_with_faults;
use exporter_testkit::plain::{Plain, PlainExporter};
use exporter_testkit::{conformance, sample, write_with};

fn zip(options: ZipOptions) -> Zipped<PlainExporter> {
    Zipped::zip(PlainExporter::default(), "all.zip", options)
}

/// Plain files and the list of them.
fn listed() -> Bundle {
    Bundle::new().with(Box::new(ManifestExporter)).with(Box::new(PlainExporter::default()))
}

#[test]
fn packaged_exporters_conform() {
    conformance::exporter(&zip(ZipOptions::default()), &sample::study());
    conformance::exporter(&Zipped::zip(listed(), "all.zip", ZipOptions::default()), &sample::study());
    let encrypted =
        ZipOptions::default().encryption(Encryption::Aes256(Password::new("secret"))).insecure_fixed_salts(7);
    conformance::exporter(&zip(encrypted), &sample::study());
    let stored = ZipOptions::default().compression(Compression::Stored);
    conformance::exporter(&Zipped::zip(CodebookExporter, "book.zip", stored), &sample::study());
}

/// What an exporter writes of the sample, as the only entry.
fn only_entry(exporter: &dyn Exporter) -> Vec<u8> {
    let sink = MemorySink::new();
    let data = sample::simple(3);
    exporter_core::export(exporter, &data, Box::new(sink.clone()), &conformance::context()).unwrap();
    sink.entries().into_values().next().unwrap()
}

#[test]
fn the_checks_conform() {
    let sound = only_entry(&Zipped::zip(listed(), "all.zip", ZipOptions::default()));
    assert!(conformance::check::<ZipCheck>("all.zip", &sound, 1) > sound.len());
    let sound = only_entry(&Gzipped::new(PlainExporter::default(), GzipOptions::default()));
    assert!(conformance::check::<GzipCheck>("a.plain.gz", &sound, 1) > sound.len());
}

/// Checks a file by the rules of archives and of plain files, which packaging does not know.
fn findings(name: &str, bytes: Vec<u8>) -> Vec<(String, Option<String>)> {
    let registry = exporter_package::register(Registry::new()).register_check::<Plain>();
    let found = registry
        .check(&Source::memory(name, bytes), &CheckOptions::default(), &conformance::context())
        .unwrap();
    found.listed().iter().map(|found| (found.rule.code.to_owned(), found.place.entry.clone())).collect()
}

fn zipped(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let sink = ZipSink::new(Vec::new(), ZipOptions::default(), std::env::temp_dir()).unwrap();
    for (name, bytes) in entries {
        let mut entry = sink.create(&EntrySpec::new(*name, "application/octet-stream")).unwrap();
        entry.write_all(bytes).unwrap();
        entry.commit().unwrap();
    }
    sink.close().unwrap().0
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut writer = GzipWriter::new(Vec::new(), GzipOptions::default(), NonZeroUsize::MIN);
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

#[test]
fn what_is_in_an_archive_is_checked_by_the_rules_of_its_own_format() {
    let ragged = b"#plain\nx\ty\n1\n";
    // Longer than what is looked at to recognise it, and than what is held in memory.
    let long = [&b"#plain\nx\ty\n"[..], &b"1\t2\n".repeat(300_000), b"3\n"].concat();
    let inside = |entry: &str| vec![("unreadable".to_owned(), Some(entry.to_owned()))];
    let archive = zipped(&[("a.txt", b"x"), ("sub/b.plain", ragged), ("c.plain", b"#plain\nx\n1\n")]);
    assert_eq!(findings("a.zip", archive.clone()), inside("sub/b.plain"));
    assert_eq!(findings("a.zip", zipped(&[("long", &long)])), inside("long"));
    assert_eq!(findings("b.plain.gz", gzipped(ragged)), inside("b.plain"));
    assert_eq!(findings("b.plain.gz", gzipped(&long)), inside("b.plain"));
    // An archive inside another is not unpacked.
    assert_eq!(findings("b.zip", zipped(&[("a.zip", &archive), ("b.gz", &gzipped(ragged))])), []);
}

#[test]
fn a_folder_is_checked_with_the_archives_in_it() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("out");
    let sink = FolderSink::create(&folder, FolderOptions::default()).unwrap();
    let ragged = b"#plain\nx\ty\n1\n";
    let archive = zipped(&[("b.plain", ragged)]);
    let packed = gzipped(b"#plain\nx\n1\n2\n");
    let spec = |name: &str| EntrySpec::new(name, "application/octet-stream");
    let entries = [(spec("a.zip"), archive), (spec("c.plain.gz").rows(3), packed)];
    write_with(ManifestExporter, entries, Box::new(sink));
    let registry = exporter_package::register(Registry::new()).register_check::<Plain>();
    let options = CheckOptions::default();
    let found = folder_check(&folder, &Checking::new(&registry, &options), &conformance::context()).unwrap();
    let told: Vec<_> = found
        .listed()
        .iter()
        .map(|found| (found.rule.code, found.place.entry.as_deref().unwrap_or_default(), &*found.message))
        .collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[0], ("manifest", "c.plain.gz", "the manifest says 3 rows, it has 2"));
    assert_eq!((told[1].0, told[1].1), ("unreadable", "a.zip/b.plain"));
}

#[test]
fn gzipped_exporters_conform() {
    conformance::exporter(&Gzipped::new(CodebookExporter, GzipOptions::default()), &sample::study());
    let any: Box<dyn Exporter> = Box::new(PlainExporter::default());
    conformance::exporter(&Gzipped::new(any, GzipOptions::default()), &sample::study());
}

/// The suites above thin out the bytes of long outputs; these are short enough for every one.
#[test]
fn a_sink_that_fails_at_any_byte_leaves_no_zip_and_no_gzip() {
    let study = sample::study();
    let context = conformance::context();
    let one_entry = |exporter: &dyn Exporter| {
        let places = run_with_faults(exporter, &study, &context);
        let memory = MemorySink::new();
        exporter_core::export(exporter, &study, Box::new(memory.clone()), &context).unwrap();
        let bytes: usize = memory.entries().values().map(Vec::len).sum();
        // Every byte, the creation and the commit of the entry, and the end.
        assert_eq!((memory.entries().len(), places), (1, bytes + 3));
    };
    one_entry(&Gzipped::new(CodebookExporter, GzipOptions::default()));
    one_entry(&Zipped::zip(listed(), "all.zip", ZipOptions::default()));
    let password = Password::new("secret");
    for encryption in [Encryption::Aes256(password.clone()), Encryption::LegacyZipCrypto(password)] {
        one_entry(&zip(ZipOptions::default().encryption(encryption)));
    }
}

#[test]
fn entries_that_end_early_wait_for_their_turn() {
    let bytes = |order: [&str; 3]| {
        let sink = ZipSink::new(Vec::new(), ZipOptions::default(), std::env::temp_dir()).unwrap();
        let sink = sink.in_order(["a", "b", "c"]);
        let mut open: Vec<_> =
            order.iter().map(|path| sink.create(&EntrySpec::new(*path, "text/plain")).unwrap()).collect();
        for (entry, path) in open.iter_mut().zip(order) {
            entry.write_all(path.repeat(1000).as_bytes()).unwrap();
        }
        for entry in open.into_iter().rev() {
            entry.commit().unwrap();
        }
        sink.close().unwrap().0
    };
    let sorted = bytes(["a", "b", "c"]);
    for order in [["c", "b", "a"], ["b", "a", "c"], ["c", "a", "b"]] {
        assert!(bytes(order) == sorted, "{order:?}");
    }
}

#[test]
fn a_dropped_entry_that_went_out_spoils_the_archive() {
    let sink = ZipSink::new(Vec::new(), ZipOptions::default(), std::env::temp_dir()).unwrap();
    let mut entry = sink.create(&EntrySpec::new("big", "text/plain")).unwrap();
    let noise: Vec<u8> = (0..3_000_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    entry.write_all(&noise).unwrap();
    drop(entry);
    assert!(sink.close().is_err());
}

#[test]
fn a_small_dropped_entry_leaves_no_trace() {
    let sink = ZipSink::new(Vec::new(), ZipOptions::default(), std::env::temp_dir()).unwrap();
    let mut entry = sink.create(&EntrySpec::new("gone", "text/plain")).unwrap();
    entry.write_all(b"half").unwrap();
    drop(entry);
    let mut entry = sink.create(&EntrySpec::new("kept", "text/plain")).unwrap();
    entry.write_all(b"whole").unwrap();
    entry.commit().unwrap();
    let archive = sink.close().unwrap().0;
    assert!(!archive.windows(4).any(|window| window == b"gone"));
    assert!(archive.windows(4).any(|window| window == b"kept"));
}

#[test]
fn gzip_entries_are_streams_of_their_own() {
    let memory = MemorySink::new();
    let options = GzipOptions::default().level(DeflateLevel::FAST);
    let sink = Box::new(GzipSink::new(memory.clone(), options, NonZeroUsize::MIN));
    exporter_core::export(&PlainExporter::default(), &sample::study(), sink, &Context::default()).unwrap();
    let plain = MemorySink::new();
    exporter_core::export(
        &PlainExporter::default(),
        &sample::study(),
        Box::new(plain.clone()),
        &Context::default(),
    )
    .unwrap();
    assert_eq!(memory.entries().len(), plain.entries().len());
    for (path, bytes) in plain.entries() {
        let mut back = Vec::new();
        let packed = &memory.entries()[&format!("{path}.gz")];
        flate2::read::GzDecoder::new(&packed[..]).read_to_end(&mut back).unwrap();
        assert!(back == bytes, "{path}");
    }
}

#[test]
fn manifests_list_every_entry_with_its_checksum() {
    let memory = MemorySink::new();
    let entry = (EntrySpec::new("b.txt", "text/plain").rows(1), b"abc".to_vec());
    write_with(ManifestExporter, [entry], Box::new(memory.clone()));
    let manifest: serde_json::Value = serde_json::from_slice(&memory.entries()["MANIFEST.json"]).unwrap();
    let entries = manifest["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 1);
    // FIPS 180-2, appendix B.1.
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(entries[0]["sha256"], abc);
    assert_eq!((&entries[0]["bytes"], &entries[0]["rows"]), (&3.into(), &1.into()));
}
