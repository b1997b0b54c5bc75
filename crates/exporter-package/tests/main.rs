//! The suites that every sink and exporter must pass, and what is inside the archives.

use std::io::Read as _;
use std::num::NonZeroUsize;

use exporter_core::sink::MemorySink;
use exporter_core::{CodebookExporter, Context, EntrySpec, Exporter, Sink};
use exporter_package::{
    Compression, DeflateLevel, Encryption, GzipOptions, GzipSink, Gzipped, ManifestSink, Packaged, Password,
    ZipOptions, ZipSink,
};
use exporter_testkit::fault::run_with_faults;
use exporter_testkit::plain::PlainExporter;
use exporter_testkit::{conformance, sample};

fn zip(options: ZipOptions) -> Packaged<PlainExporter> {
    Packaged::zip(PlainExporter::default(), "all.zip", options)
}

#[test]
fn packaged_exporters_conform() {
    conformance::exporter(&zip(ZipOptions::default()), &sample::study());
    conformance::exporter(&zip(ZipOptions::default()).manifest(true), &sample::study());
    let encrypted =
        ZipOptions::default().encryption(Encryption::Aes256(Password::new("secret"))).insecure_fixed_salts(7);
    conformance::exporter(&zip(encrypted), &sample::study());
    let stored = ZipOptions::default().compression(Compression::Stored);
    conformance::exporter(&Packaged::zip(CodebookExporter, "book.zip", stored), &sample::study());
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
    one_entry(&zip(ZipOptions::default()).manifest(true));
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
    let sink = ManifestSink::new(memory.clone());
    let mut entry = sink.create(&EntrySpec::new("b.txt", "text/plain").rows(1)).unwrap();
    entry.write_all(b"abc").unwrap();
    entry.commit().unwrap();
    drop(sink.create(&EntrySpec::new("never.txt", "text/plain")).unwrap());
    Box::new(sink).finish().unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&memory.entries()["MANIFEST.json"]).unwrap();
    let entries = manifest["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 1);
    // FIPS 180-2, appendix B.1.
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(entries[0]["sha256"], abc);
    assert_eq!((&entries[0]["bytes"], &entries[0]["rows"]), (&3.into(), &1.into()));
}
