//! Files that are read and written again.

use exporter_core::{LossReport, Summary};

use super::*;

/// What the exporter makes of a dataset, and what it says about it.
fn rewritten(data: &dyn Dataset) -> (Vec<u8>, Summary) {
    let sink = MemorySink::new();
    let summary = export(&DtaExporter::default(), data, Box::new(sink.clone()), &Context::default()).unwrap();
    (sink.entries().remove("survey.dta").unwrap(), summary)
}

/// A file of one variable and nothing else.
fn of_one(storage: StorageType, format: &'static str, rows: Vec<Cell>) -> TestFile {
    let mut file = TestFile::sample(Release::V118, ByteOrder::Little);
    file.variables = vec![("v", storage, format, "", Vec::new())];
    file.rows = rows.into_iter().map(|cell| vec![cell]).collect();
    (file.sort, file.characteristics, file.strls, file.sets) = Default::default();
    file
}

#[test]
fn instants_with_leap_seconds_lose_nothing() {
    let file = of_one(StorageType::Double, "%tC", vec![Cell::Double(1.5e12)]);
    let data = open(&file.bytes(), Letters::Seen);
    let (bytes, summary) = rewritten(&data);
    assert_eq!(summary.changes.losses, LossReport::default());
    let again = open(&bytes, Letters::Seen);
    assert_eq!(again.codebook(), data.codebook());
    assert_eq!(again.reader().dictionary().variables[0].format, "%tC");
    assert_eq!(rows(&again, &Scan::all()), rows(&data, &Scan::all()));
}
