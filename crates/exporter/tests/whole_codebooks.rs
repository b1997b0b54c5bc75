//! Formats that claim the whole codebook bring it back through the facade.

use exporter::codebook::Codebook;
use exporter::{Context, Dataset, InputOptions, MemoryDataset, Result, Source};
use exporter_testkit::codebook::sound;
use exporter_testkit::{conformance, sample};
use proptest::prelude::*;

fn open(sources: &[Source<'_>]) -> Result<Box<dyn Dataset>> {
    let (options, context) = (InputOptions::default(), Context::default());
    Ok(Box::new(exporter::open_sources(sources, &options, &exporter::registry(), &context)?))
}

#[test]
fn samples_come_back_whole() {
    for data in [sample::described(), sample::study(), sample::empty_study()] {
        let formats = conformance::whole_codebook(&exporter::registry(), &data, &open);
        let formats: Vec<&str> = formats.iter().map(|(format, _)| *format).collect();
        assert_eq!(formats, ["arrow", "arrows", "parquet"]);
    }
}

/// A study of these tables without a row.
fn without_rows(mut codebook: Codebook) -> MemoryDataset {
    codebook.tables.iter_mut().for_each(|table| table.rows = None);
    let tables = vec![Vec::new(); codebook.tables.len()];
    MemoryDataset::new(codebook, tables).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn generated_codebooks_come_back_whole(codebook in sound()) {
        prop_assume!(!codebook.tables.is_empty());
        conformance::whole_codebook(&exporter::registry(), &without_rows(codebook), &open);
    }
}
