//! Files of DHIS2's own tests as tables.

use exporter_core::{Context, Dataset, Registry, Scan, Source, TableId};
use exporter_dxf2::{Dxf2Input, ExchangeKind};
use serde_json::json;

use crate::reference;

fn registry() -> Registry {
    exporter_dxf2::register(Registry::new())
}

/// The rows of every table, each read.
fn rows(data: &dyn Dataset) -> Vec<(String, u64)> {
    let context = Context::default();
    let tables = data.codebook().tables.iter().enumerate().map(|(at, table)| {
        let batches = context.scan(data, TableId(at), &Scan::all()).unwrap();
        let count = batches.map(|batch| batch.unwrap().num_rows() as u64).sum();
        assert_eq!(data.rows(TableId(at)), Some(count));
        (table.name.clone(), count)
    });
    tables.collect()
}

#[test]
fn every_file_that_has_tables_is_read() {
    let Some(folder) = reference::folder("data/dhis2") else { return };
    let mut count = 0;
    for kind in ["adx", "datavalues", "events", "metadata-json", "metadata-xml", "packages", "tracker"] {
        for entry in std::fs::read_dir(folder.join(kind)).unwrap() {
            let path = entry.unwrap().path();
            let context = Context::default();
            let source = Source::open(&path, &context).unwrap();
            let data = registry().open_as("dxf2", &source, json!({}), &context);
            let data = data.unwrap_or_else(|error| panic!("{}: {error:?}", path.display()));
            assert_eq!(data.codebook().problems(), [], "{}", path.display());
            assert!(rows(&*data).iter().map(|(_, rows)| rows).sum::<u64>() > 0, "{}", path.display());
            count += 1;
        }
    }
    assert!(count > 20, "only {count} files were read");
}

#[test]
fn tables_have_the_rows_that_the_samples_are_said_to_have() {
    let Some(folder) = reference::folder("data/dhis2") else { return };
    let context = Context::default();
    let open = |name: &str, options| {
        let source = Source::open(folder.join(name), &context).unwrap();
        registry().open_as("dxf2", &source, options, &context).unwrap()
    };
    for name in ["events/e2e_events.csv", "events/e2e_events.xml"] {
        assert_eq!(rows(&*open(name, json!({}))), [("events".to_owned(), 4)], "{name}");
        assert_eq!(rows(&*open(name, json!({"events": "long"}))), [("events".to_owned(), 18)], "{name}");
    }
    for (name, objects) in [("packages/NTD_AGG_2.41.json", 1123), ("packages/MAL_SMC_2.40.json", 181)] {
        let data = open(name, json!({}));
        assert_eq!(rows(&*data).iter().map(|(_, rows)| rows).sum::<u64>(), objects, "{name}");
        let head = std::fs::read(folder.join(name)).unwrap();
        assert_eq!(ExchangeKind::of_sure(&head[..65_536]), Some(ExchangeKind::Metadata));
    }
}

#[test]
fn metadata_of_a_system_labels_its_events() {
    use exporter_core::Describe as _;
    let Some(folder) = reference::folder("data/dhis2") else { return };
    let context = Context::default();
    let metadata = Source::open(folder.join("metadata-json/e2e_tracker_metadata.json"), &context).unwrap();
    let dictionary = Dxf2Input::describe(&metadata, &context).unwrap().codebook;
    let source = Source::open(folder.join("events/e2e_events.csv"), &context).unwrap();
    let data = registry().open_as("dxf2", &source.with_dictionary(&dictionary), json!({}), &context).unwrap();
    let (_, events) = data.codebook().table("events").unwrap();
    let told = |name: &str| {
        let (_, variable) = events.variable(name).unwrap();
        format!("{} {}", variable.label.untagged().unwrap_or_default(), variable.kind)
    };
    assert_eq!(told("BuZ5LGNfGEU"), "TA Number data element float");
    assert_eq!(told("ILRgzHhzFkg"), "TA Yes/no data element boolean");
    assert_eq!(events.variable("program").unwrap().1.labels.as_deref(), Some("programs"));
}
