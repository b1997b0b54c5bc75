//! Parquet and Arrow IPC files.

use std::sync::Once;

use exporter::parquet::{ArrowDataset, ParquetDataset, ReadOptions};
use exporter::{Context, Dataset, Scan, Source, TableId};

/// Reads a Parquet file to its end or its first error.
///
/// # Panics
/// When rows come that the file does not count, or a panic of its decoder is not contained.
pub fn parquet(bytes: &[u8]) {
    let_contained_panics_pass();
    if let Ok(data) =
        ParquetDataset::open(&source(bytes), &ReadOptions::default(), &Context::default().with_threads(1))
    {
        read(&data);
    }
}

/// Reads an Arrow IPC file or stream to its end or its first error.
///
/// # Panics
/// As [`parquet`].
pub fn arrow(bytes: &[u8]) {
    let_contained_panics_pass();
    if let Ok(data) =
        ArrowDataset::open(&source(bytes), &ReadOptions::default(), &Context::default().with_threads(1))
    {
        read(&data);
    }
}

/// libFuzzer takes every panic for a find, also one that the reader contains.
fn let_contained_panics_pass() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let report = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !exporter::parquet::is_contained() {
                report(panic);
            }
        }));
    });
}

fn source(bytes: &[u8]) -> Source<'static> {
    Source::memory("fuzz", bytes.to_vec())
}

/// Most batches read: a file can say in a few bytes that it has two billion nulls.
const BATCHES: usize = 64;

fn read(data: &dyn Dataset) {
    let table = TableId(0);
    let _ = data.facts(table);
    let most = data.rows(table);
    let columns = data.codebook().tables.first().map_or(0, |table| table.variables.len());
    let context = Context::default().with_threads(1);
    let Ok(batches) = context.scan(data, table, &Scan::all()) else { return };
    let mut rows = 0;
    for batch in batches.take(BATCHES) {
        let Ok(batch) = batch else { return };
        assert_eq!(batch.num_columns(), columns);
        rows += batch.num_rows() as u64;
    }
    assert!(most.is_none_or(|most| rows <= most), "{rows} rows of {most:?}");
}
