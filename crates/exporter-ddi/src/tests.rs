//! Whatever a sound codebook says, its document is valid and says it again.

use exporter_core::check::Findings;
use exporter_core::codebook::{Codebook, DeclaredFacts};
use exporter_testkit::{codebook, soaked};
use proptest::prelude::*;

use crate::check::check;
use crate::data_file::DataFile;
use crate::mapping::texts::Languages;
use crate::reader::read;
use crate::structure::Version;
use crate::writer::Description;

/// The document of a codebook whose tables are in csv files.
fn document(codebook: &Codebook, version: Version) -> String {
    let file = |name: &str| {
        let (path, media_type) = (format!("{name}.csv"), "text/csv".to_owned());
        vec![DataFile { path, media_type, ..DataFile::default() }]
    };
    let files: Vec<_> = codebook.tables.iter().map(|table| file(&table.name)).collect();
    let description = Description {
        codebook,
        files: &files,
        rows: &vec![Some(3); codebook.tables.len()],
        statistics: &[],
        documents: &vec![None; codebook.documents.len()],
        languages: Languages::of(codebook),
        version,
        has_root_language: true,
        date: Some("2026-01-31"),
    };
    let mut bytes = Vec::new();
    description.write(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn findings(xml: &str) -> Vec<String> {
    let mut findings = Findings::default();
    check(xml.as_bytes(), &mut findings, &|| false).unwrap();
    findings.listed().iter().map(|finding| finding.message.clone()).collect()
}

/// What a document can say of a codebook: no bytes of documents, nothing of rows.
fn sayable(mut codebook: Codebook) -> Codebook {
    for document in &mut codebook.documents {
        (document.bytes, document.path) = (None, None);
    }
    for table in &mut codebook.tables {
        table.rows = None;
        for variable in &mut table.variables {
            let storage = std::mem::take(&mut variable.facts.storage);
            variable.facts = DeclaredFacts::default();
            variable.facts.storage = storage;
        }
    }
    codebook
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(soaked(64)))]

    #[test]
    fn every_sound_codebook_has_a_valid_document_that_says_all_of_it(codebook in codebook::sound()) {
        for version in [Version::V2_5, Version::V2_6] {
            let xml = document(&codebook, version);
            prop_assert_eq!(findings(&xml), Vec::<String>::new(), "{}", xml);
            let mut read = read(xml.as_bytes()).unwrap();
            read.codebook.tables.iter_mut().for_each(|table| table.rows = None);
            prop_assert_eq!(&read.codebook, &sayable(codebook.clone()), "{}", xml);
            // And the document of what was read is the same.
            prop_assert_eq!(document(&read.codebook, version), xml);
        }
    }
}
