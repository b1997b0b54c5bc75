//! Memory follows the columns and not the rows. A binary of its own, because it counts every allocation.
#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::io::Write as _;
use std::path::Path;

use exporter_core::{Context, Registry, Scan, Source, TableId};
use exporter_testkit::allocation::{CountingAllocator, peak_during};
use serde_json::Value as Json;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

const MOST: usize = 64 << 20;

/// What opening a file and reading all of its tables takes, and its rows.
fn peak(path: &Path) -> (u64, usize) {
    let (registry, context) = (exporter_dxf2::register(Registry::new()), Context::default());
    let source = Source::open(path, &context).unwrap();
    peak_during(|| {
        let data = registry.open(&source, Json::Null, &context).unwrap();
        let tables = (0..data.codebook().tables.len()).map(TableId);
        tables
            .map(|table| {
                let batches = context.scan(&*data, table, &Scan::all()).unwrap();
                batches.map(|batch| batch.unwrap().num_rows() as u64).sum::<u64>()
            })
            .sum::<u64>()
    })
}

fn file(path: &Path, list: &str, objects: u64, object: impl Fn(u64) -> String) {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    write!(file, "{{\"{list}\":[").unwrap();
    for number in 0..objects {
        let comma = if number == 0 { "" } else { "," };
        write!(file, "{comma}{}", object(number)).unwrap();
    }
    write!(file, "]}}").unwrap();
}

// One test, so that nothing else is counted.
#[test]
fn rows_need_no_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.json");
    let value = |number: u64| {
        let comment = "x".repeat(100);
        format!(
            r#"{{"dataElement":"f7n9E0hX8qk","period":"202401","orgUnit":"DiszpKrYNg8","value":"{number}","comment":"{comment}"}}"#
        )
    };
    let event = |number: u64| {
        let values: Vec<String> =
            (0..20).map(|at| format!(r#"{{"dataElement":"d{at:010}","value":"{number}"}}"#)).collect();
        format!(r#"{{"event":"e{number:010}","orgUnit":"DiszpKrYNg8","dataValues":[{}]}}"#, values.join(","))
    };
    let option = |number: u64| {
        let text = "y".repeat(200);
        format!(
            r#"{{"id":"oA{number:09}","code":"{number}","name":"{text}","optionSet":{{"id":"sA000000000"}}}}"#
        )
    };
    type Make<'m> = &'m dyn Fn(u64) -> String;
    let files: [(&str, u64, Make<'_>); 3] =
        [("dataValues", 100_000, &value), ("events", 20_000, &event), ("options", 60_000, &option)];
    for (list, objects, make) in files {
        file(&path, list, objects / 5, make);
        let (_, few) = peak(&path);
        file(&path, list, objects, make);
        let (rows, many) = peak(&path);
        assert_eq!(rows, objects);
        // Of metadata the identifiers are known, so that one that is there twice is found.
        assert!(
            many < few + (4 << 20) && many < MOST,
            "{list}: {few} bytes for a fifth of the rows, {many} for all"
        );
    }
    // No text is too long for a reader of a server only.
    let text = "z".repeat(21_000_000);
    file(&path, "options", 1, |_| format!(r#"{{"id":"yOV5tkDsK8w","code":"1","name":"{text}"}}"#));
    assert_eq!(peak(&path).0, 1);
}
