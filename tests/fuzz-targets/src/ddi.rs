//! DDI Codebook: any bytes are read or refused, and what was read is sound, has a valid document and says the same again.

use exporter::Codebook;
use exporter::check::{Check as _, CheckOptions, Checking, Findings};
use exporter::ddi::{DdiExporter, DdiInput, DdiInputOptions};
use exporter::sink::MemorySink;
use exporter::{Context, Dataset, Input as _, Registry, Source, export};

/// Checks the bytes as a document, reads them, and writes what was read.
///
/// # Panics
/// When reading or checking panics, what was read is no sound codebook, or its document has findings or says something else.
pub fn ddi(bytes: &[u8]) {
    findings(bytes.to_vec());
    let Some(read) = opened(bytes.to_vec()) else { return };
    assert_eq!(read.codebook().problems(), [], "what is read is sound");
    let written = document(&*read);
    assert_eq!(
        findings(written.clone()),
        [""; 0],
        "what is written is valid: {}",
        String::from_utf8_lossy(&written)
    );
    let again = opened(written.clone()).map(|again| described(&*again));
    assert_eq!(again, Some(described(&*read)), "{}", String::from_utf8_lossy(&written));
}

/// What is described, but for documents whose files are elsewhere and the number of rows.
fn described(data: &dyn Dataset) -> Codebook {
    let mut codebook = data.codebook().clone();
    codebook.documents.iter_mut().for_each(|document| document.path = None);
    codebook.tables.iter_mut().for_each(|table| table.rows = None);
    codebook
}

fn opened(bytes: Vec<u8>) -> Option<Box<dyn Dataset>> {
    DdiInput::open(&Source::memory("x.xml", bytes), DdiInputOptions::default(), &Context::default()).ok()
}

fn document(data: &dyn Dataset) -> Vec<u8> {
    let sink = MemorySink::new();
    export(&DdiExporter::default(), data, Box::new(sink.clone()), &Context::default())
        .unwrap_or_else(|error| panic!("{error}"));
    sink.entries().into_values().next().unwrap_or_default()
}

fn findings(bytes: Vec<u8>) -> Vec<String> {
    let (registry, options) = (Registry::new(), CheckOptions::default());
    let mut findings = Findings::default();
    let source = Source::memory("x.xml", bytes);
    DdiInput::check(&source, &Checking::new(&registry, &options), &mut findings, &Context::default())
        .unwrap_or_else(|error| panic!("{error}"));
    findings.listed().iter().map(|finding| finding.message.clone()).collect()
}
