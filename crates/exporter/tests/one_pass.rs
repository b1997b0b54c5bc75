//! How often an export reads its input.

use std::sync::Arc;

use exporter::sink::{MemorySink, NullSink, Sink, StreamSink};
use exporter::{Context, InputOptions, Source};
use exporter_testkit::Store;
use serde_json::Value as Json;

/// A delimited text of several pieces: identifiers, an amount, a date, a name.
fn text(rows: usize) -> String {
    let row = |row: usize| {
        let (house, member, day) = (row / 5, row % 5, row % 28 + 1);
        format!("h{house:06},{member},{row}.25,2024-02-{day:02},somebody of house {house}\n")
    };
    std::iter::once("house,member,amount,day,name\n".to_owned()).chain((0..rows).map(row)).collect()
}

/// How often the input is read on its way to a format, in hundredths.
fn readings(text: &str, codebook: &str, format: &str, sink: Box<dyn Sink>) -> u64 {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("study.toml");
    std::fs::write(&path, codebook).unwrap();
    let mut options = InputOptions::default();
    options.codebook = Some(path);
    readings_of("rows.csv", text.as_bytes(), &options, format, sink)
}

fn readings_of(name: &str, input: &[u8], options: &InputOptions, format: &str, sink: Box<dyn Sink>) -> u64 {
    let context = Context::default().with_threads(2);
    let store = Arc::new(Store::new(Source::memory(name, input.to_vec()).bytes));
    let source = Source::new(name, store.clone());
    let registry = exporter::registry();
    let data = exporter::open_sources(&[source], options, &registry, &context).unwrap();
    let exporter = registry.exporter(format, Json::Null).unwrap();
    exporter::export(&*exporter, &data, sink, &context).unwrap();
    store.bytes() * 100 / input.len() as u64
}

const PLAIN: &str = "codebook = 1\n";
const SORTED: &str = "codebook = 1\n[[tables]]\nname = \"rows\"\nsort = [\"house\", \"member\"]\n";
const DECLARED: &str = "codebook = 1\n[[tables]]\nname = \"rows\"\nsort = [\"house\", \"member\"]\n\
    [[tables.variables]]\nname = \"member\"\nkind = \"integer\"\n\
    [[tables.variables]]\nname = \"name\"\nkind = \"text\"\n";

#[test]
fn a_delimited_text_is_read_twice_at_most() {
    let text = text(60_000);
    for (what, codebook) in [("plain", PLAIN), ("sorted", SORTED), ("some kinds declared", DECLARED)] {
        for format in ["dta", "parquet", "csv"] {
            let read = readings(&text, codebook, format, Box::new(NullSink::new()));
            assert!(read <= 215, "{what} to {format}: read {read} hundredths");
        }
    }
}

/// Long texts: a sink that cannot seek must know how many bytes they take before the first row.
#[test]
fn long_texts_to_a_stream_are_not_counted_by_a_reading_of_their_own() {
    let long = "long ".repeat(500);
    let rows = (0..1500).map(|row| format!("{row},{long}{row}\n"));
    let text: String = std::iter::once("id,text\n".to_owned()).chain(rows).collect();
    let read = readings(&text, PLAIN, "dta", Box::new(StreamSink::new(std::io::sink())));
    assert!(read <= 230, "read {read} hundredths");
}

#[test]
fn an_order_that_does_not_hold_is_still_found() {
    let text = text(2000) + "h000001,9,1,2024-02-01,late\n";
    let sink = MemorySink::new();
    readings(&text, SORTED, "dta", Box::new(sink.clone()));
    assert_eq!(sink.entries().len(), 1);
}

/// Opening a `.dta` has seen what the plan of another asks of numbers: ranges and the order of the rows. Texts, which only a
/// `.dta` must know before it is written, cost a reading more.
#[test]
fn a_stata_file_of_numbers_is_read_twice_at_most() {
    let numbers = |rows: usize| {
        let row = |row: usize| format!("{},{},{row}.25\n", row / 5, row % 5);
        std::iter::once("house,member,amount\n".to_owned()).chain((0..rows).map(row)).collect::<String>()
    };
    for (what, codebook, text, to_dta) in [
        ("plain", PLAIN, numbers(60_000), 210),
        ("sorted", SORTED, numbers(60_000), 210),
        ("with texts", PLAIN, text(60_000), 310),
    ] {
        let sink = MemorySink::new();
        readings(&text, codebook, "dta", Box::new(sink.clone()));
        let dta = &sink.entries()["rows.dta"];
        let options = InputOptions::default();
        for (format, most) in [("dta", to_dta), ("parquet", 210), ("csv", 210)] {
            let read = readings_of("rows.dta", dta, &options, format, Box::new(NullSink::new()));
            assert!(read <= most, "{what} to {format}: read {read} hundredths");
        }
    }
}

#[test]
fn tables_that_are_not_written_are_not_read() {
    use exporter::codebook::{Codebook, Kind, Missing, Table, Variable};
    use exporter::{CodebookExporter, Exporter, MemoryDataset};
    use exporter_testkit::Watched;
    let table = |name: &str| {
        let reason = Missing::reason().label("Refused").letter('r');
        Table::new(name, vec![Variable::new("v", Kind::Text).with_missing(reason)])
    };
    let codebook = Codebook::new("s").with_table(table("a")).with_table(table("b"));
    let scans = |exporter: &dyn Exporter| {
        let data = MemoryDataset::new(codebook.clone(), vec![vec![], vec![]]).unwrap();
        let data = Watched::new(data);
        exporter::export(exporter, &data, Box::new(NullSink::new()), &Context::default()).unwrap();
        data.scans().len()
    };
    let csv = |options: Json| exporter::registry().exporter("csv", options).unwrap();
    // Reasons are counted first, then the rows are written.
    assert_eq!(scans(&*csv(Json::Null)), 4);
    assert_eq!(scans(&*csv(serde_json::json!({ "tables": ["b"] }))), 2);
    assert_eq!(scans(&CodebookExporter), 0);
}
