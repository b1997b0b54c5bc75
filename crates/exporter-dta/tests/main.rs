//! The suites of the test kit over the exporter, and every generated study through the vendor's rules.

#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod landed_files;
mod round_trip;
mod strl_sinks;

use std::sync::Arc;

use exporter_core::sink::MemorySink;
use exporter_core::{
    Context, Dataset, ErrorKind, Input as _, LossCode, LossPolicy, Registry, Scan, Source, TableId, export,
};
use exporter_dta::check::{check, rule};
use exporter_dta::{Dta, DtaExporter, DtaInput, DtaOptions};
use exporter_testkit::{GeneratedDataset, Store, conformance, sample, tables};
use proptest::prelude::*;
use serde_json::json;

fn options(options: serde_json::Value) -> DtaOptions {
    serde_json::from_value(options).unwrap()
}

fn lenient() -> Context {
    conformance::context().with_policy(LossPolicy::Allow(LossCode::ALL.to_vec()))
}

#[test]
fn dta_is_a_sound_format() {
    conformance::format::<Dta>(&sample::study());
}

#[test]
fn exporters_conform() {
    let modern = options(json!({"storage": "declared", "leap-seconds": true, "large-integers": "double"}));
    let old = options(json!({"release": "117", "zone": "local", "codebook": false}));
    conformance::exporter_in(&DtaExporter::new(modern.clone()), &sample::empty_study(), &lenient());
    conformance::exporter_in(&DtaExporter::new(modern), &sample::study(), &lenient());
    conformance::exporter_in(&DtaExporter::new(old), &sample::study(), &lenient());
}

#[test]
fn files_bring_back_their_codebook() {
    for release in ["118", "117", "114"] {
        let exporter = DtaExporter::new(options(json!({"release": release})));
        conformance::embedded::<DtaInput>(&exporter, &sample::described());
        conformance::embedded::<DtaInput>(&exporter, &sample::study());
    }
}

#[test]
#[should_panic(expected = "the codebook that is read")]
fn a_file_without_its_codebook_would_be_found() {
    let exporter = DtaExporter::new(options(json!({"codebook": false})));
    conformance::embedded::<DtaInput>(&exporter, &sample::described());
}

#[test]
fn the_check_conforms() {
    let sink = MemorySink::new();
    export(&DtaExporter::default(), &sample::study(), Box::new(sink.clone()), &lenient()).unwrap();
    for (name, bytes) in sink.entries() {
        assert!(conformance::check::<DtaInput>(&name, &bytes, 11) > 100, "{name}");
    }
}

#[test]
fn files_conform_as_inputs() {
    let folder = tempfile::tempdir().unwrap();
    let sink = MemorySink::new();
    export(&DtaExporter::default(), &sample::study(), Box::new(sink.clone()), &lenient()).unwrap();
    for (name, bytes) in sink.entries() {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        conformance::input::<DtaInput>(&path);
    }
}

/// A store that is far away answers each request by itself.
#[test]
fn rows_are_read_in_large_blocks() {
    let sink = MemorySink::new();
    let data = GeneratedDataset::new(100_000);
    export(&DtaExporter::default(), &data, Box::new(sink.clone()), &lenient()).unwrap();
    let (name, bytes) = sink.entries().into_iter().find(|(name, _)| name.ends_with(".dta")).unwrap();
    let bytes = Source::memory(&name, bytes).bytes;
    // A few for the descriptions in front of the rows and behind, and one more for the share of each thread.
    let pass = bytes.len().div_ceil(256 << 10) + 12;
    for threads in [1, 3] {
        let store = Arc::new(Store::new(Arc::clone(&bytes)));
        let source = Source::new(&name, store.clone());
        let context = Context::default().with_threads(threads);
        let data = DtaInput::open(&source, Default::default(), &context).unwrap();
        let opening = store.requests();
        let rows = context.scan(&*data, TableId(0), &Scan::all()).unwrap();
        assert_eq!(rows.map(|batch| batch.unwrap().num_rows()).sum::<usize>(), 100_000);
        let scanning = store.requests();
        // Opening looks for letters in one pass and for what was recorded of texts and numbers in another.
        assert!(opening <= 2 * pass && scanning <= pass, "{opening} and {scanning} requests, {pass} a pass");
    }
}

#[test]
fn a_registry_makes_the_exporter() {
    let registry = exporter_dta::register(Registry::new());
    let exporter = registry.exporter("stata", json!({"release": "115"})).unwrap();
    assert_eq!(exporter.format().id, "dta");
    let error = registry.exporter("dta", json!({"version": 118})).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Usage);
}

/// Exports a dataset and applies the vendor's rules to every entry.
fn export_and_check(data: &dyn Dataset, chosen: serde_json::Value) -> Result<(), TestCaseError> {
    let sink = MemorySink::new();
    let exporter = DtaExporter::new(options(chosen));
    export(&exporter, data, Box::new(sink.clone()), &lenient())
        .map_err(|error| TestCaseError::fail(format!("{error:?}")))?;
    for (path, bytes) in sink.entries() {
        let findings = check(Source::memory("t.dta", bytes).bytes)
            .map_err(|error| TestCaseError::fail(error.to_string()))?;
        let serious: Vec<_> =
            findings.listed().iter().filter(|finding| finding.rule != rule::EDITION).collect();
        prop_assert!(serious.is_empty(), "{}: {:?}", path, serious);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: exporter_testkit::soaked(64), ..ProptestConfig::default() })]

    #[test]
    fn every_study_becomes_files_that_the_vendor_accepts(data in tables::nested_dataset()) {
        export_and_check(&data, json!({"large-integers": "text"}))?;
    }

    #[test]
    fn flat_studies_fit_every_release(
        data in tables::dataset(),
        release in prop::sample::select(vec!["117", "118", "119"]),
    ) {
        export_and_check(&data, json!({"large-integers": "double", "decimals": "text", "release": release}))?;
    }

    #[test]
    fn files_of_any_table_conform_as_inputs(data in tables::dataset()) {
        let folder = tempfile::tempdir()?;
        let sink = MemorySink::new();
        let exporter = DtaExporter::new(options(json!({"large-integers": "text", "decimals": "text"})));
        export(&exporter, &data, Box::new(sink.clone()), &lenient())
            .map_err(|error| TestCaseError::fail(format!("{error:?}")))?;
        for (name, bytes) in sink.entries().into_iter().filter(|(name, _)| name.ends_with(".dta")) {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes)?;
            conformance::input::<DtaInput>(&path);
        }
    }
}
