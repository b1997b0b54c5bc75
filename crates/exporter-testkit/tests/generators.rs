//! Generators give what they promise.

use exporter_core::{Dataset, Scan, TableId};
use exporter_testkit::plain::PlainExporter;
use exporter_testkit::{Cell, cells_of, column_of, conformance, tables};
use proptest::prelude::*;

fn kind_and_cells() -> impl Strategy<Value = (exporter_core::codebook::Kind, Vec<Cell>)> {
    tables::kind().prop_flat_map(|kind| {
        let cells = tables::cells(&kind, 6);
        (Just(kind), cells)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: exporter_testkit::soaked(200), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn cells_survive_a_column((kind, cells) in kind_and_cells()) {
        let column = column_of(&kind, &cells);
        prop_assert_eq!(format!("{:?}", cells_of(&column)), format!("{cells:?}"));
    }

    #[test]
    fn datasets_are_valid(data in tables::nested_dataset()) {
        prop_assert!(data.codebook().validate().is_ok());
        let rows: usize = data.scan(TableId(0), &Scan::all()).unwrap().map(|batch| batch.unwrap().num_rows()).sum();
        prop_assert_eq!(data.rows(TableId(0)), Some(rows as u64));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: exporter_testkit::soaked(4), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_plain_exporter_passes_on_anything(data in tables::nested_dataset()) {
        conformance::exporter(&PlainExporter::default(), &data);
    }
}
