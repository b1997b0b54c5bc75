//! Files of DHIS2 as tables: any bytes are opened or refused, and all rows that were found are read.

use exporter::{Context, Dataset, Describe as _, Input as _, Scan, Source, TableId};
use exporter_dxf2::{Dxf2Input, Dxf2InputOptions, Events};

/// Opens the bytes in whatever form they are, and reads everything; as metadata they describe themselves.
///
/// # Panics
/// When opening or reading panics, a codebook is not sound, or rows are not read that were found.
pub fn dxf2_tables(bytes: &[u8]) {
    let context = Context::default();
    let source = Source::memory("x", bytes.to_vec());
    let dictionary = Dxf2Input::describe(&source, &context).ok().map(|description| description.codebook);
    for events in [Events::Wide, Events::Long] {
        let mut options = Dxf2InputOptions::default();
        options.events = events;
        let mut source = source.clone();
        if let Some(dictionary) = &dictionary {
            source = source.with_dictionary(dictionary);
        }
        let Ok(data) = Dxf2Input::open(&source, options, &context) else { continue };
        assert_eq!(data.codebook().problems(), [], "what is read is sound");
        for table in (0..data.codebook().tables.len()).map(TableId) {
            let batches =
                context.scan(&*data, table, &Scan::all()).unwrap_or_else(|error| panic!("{error:?}"));
            let rows = batches
                .map(|batch| batch.unwrap_or_else(|error| panic!("{error:?}")).num_rows() as u64)
                .sum();
            assert_eq!(data.rows(table), Some(rows));
        }
    }
}
