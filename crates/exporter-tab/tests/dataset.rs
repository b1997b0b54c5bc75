//! A delimited file as a dataset: several threads, projection, filter, cancel.

use std::fmt::Write as _;
use std::sync::Arc;

use arrow_array::{Array as _, RecordBatch};
use arrow_select::concat::concat_batches;
use exporter_core::Projection;
use exporter_core::codebook::{Kind, Table, Value, Variable};
use exporter_core::dataset::Comparison;
use exporter_core::{Cancel, Codebook, Context, Dataset as _, ErrorKind, Filter, Scan, Source, TableId};
use exporter_tab::{ReadOptions, TabDataset};
use exporter_testkit::Store;

/// Rows of a file of several pieces.
const ROWS: usize = 60_000;

/// Quoted line ends, blank lines and short rows, so that pieces end at odd places.
fn text() -> String {
    let mut text = String::from("id,name,amount,when\n");
    for row in 0..ROWS {
        let name = ["plain", "\"two\nlines\"", "\"a \"\"quote\"\", a comma\"", "", "it\"s"][row % 5];
        let blank = if row % 7 == 0 { "\n" } else { "" };
        let amount = if row % 11 == 0 { String::new() } else { format!("{}.25", row % 1000) };
        let comma = if name.ends_with('"') { "," } else { " ," };
        writeln!(text, "{blank}{row},{name}{comma}{amount},2024-0{}-11T10:00:00", row % 9 + 1).unwrap();
    }
    text
}

fn file(text: impl Into<Vec<u8>>) -> Source<'static> {
    Source::memory("rows.csv", text.into())
}

fn open(source: &Source<'_>, threads: usize) -> TabDataset {
    let context = Context::default().with_threads(threads);
    TabDataset::open(source, ReadOptions::default(), &context).unwrap()
}

fn read(data: &TabDataset, scan: &Scan) -> RecordBatch {
    let batches = data.scan(TableId(0), scan).unwrap();
    let schema = batches.schema().clone();
    concat_batches(&schema, &batches.collect::<Result<Vec<_>, _>>().unwrap()).unwrap()
}

#[test]
fn any_number_of_threads_reads_the_same() {
    let source = file(text());
    let alone = open(&source, 1);
    let all = read(&alone, &Scan::all());
    assert_eq!((all.num_rows(), alone.rows(TableId(0))), (ROWS, Some(ROWS as u64)));
    for threads in [2, 8] {
        let data = open(&source, threads);
        assert_eq!(data.codebook(), alone.codebook());
        assert_eq!(read(&data, &Scan::all()), all);
        // A reader that takes one batch and goes away stops the threads.
        assert!(data.scan(TableId(0), &Scan::all().batch_rows(10)).unwrap().next().unwrap().is_ok());
        assert_eq!(read(&data, &Scan::all().limit(40_001)).num_rows(), 40_001);
    }
}

/// A store that is far away answers each request by itself.
#[test]
fn text_is_read_in_large_blocks() {
    let bytes = file(text()).bytes;
    let most = bytes.len().div_ceil(256 << 10) + 2;
    for threads in [1, 3] {
        let store = Arc::new(Store::new(Arc::clone(&bytes)));
        let data = open(&Source::new("rows.csv", store.clone()), threads);
        let opening = store.requests();
        assert_eq!(read(&data, &Scan::all()).num_rows(), ROWS);
        let scanning = store.requests();
        assert!(opening <= most && scanning <= most, "{opening} and {scanning} requests, {most} expected");
    }
}

#[test]
fn a_scan_reads_only_the_columns_it_needs() {
    // The third column does not hold what is declared, which shows only when it is read.
    let source = file("a,b,c,d\n1,x,no,5\n2,y,no,6\n3,z,no,7\n");
    let table = Table::new("rows", vec![Variable::new("c", Kind::INTEGER)]);
    let codebook = Codebook::new("s").with_table(table.clone());
    let source = source.declared(&codebook, &table);
    for threads in [1, 2] {
        let context = Context::default().with_threads(threads);
        let data = TabDataset::open(&source, ReadOptions::default(), &context).unwrap();
        let filter = Filter::compare("a", Comparison::AtLeast, Value::Integer(2));
        let scan = Scan::all().columns([3, 1]).filter(filter.clone());
        let batch = read(&data, &scan);
        let names: Vec<String> = batch.schema().fields().iter().map(|field| field.name().clone()).collect();
        assert_eq!((names, batch.num_rows()), (vec!["d".to_owned(), "b".to_owned()], 2));
        assert_eq!(read(&data, &Scan::all().columns([]).filter(filter)).num_rows(), 2);
        let error = data.scan(TableId(0), &Scan::all()).unwrap().find_map(Result::err).unwrap();
        assert_eq!((error.place().row, error.place().variable.as_deref()), (Some(1), Some("c")));
    }
}

#[test]
fn places_count_over_all_pieces() {
    let good = text();
    let line = good.lines().count() as u64 + 1;
    for (tail, expected) in [
        ("1,2,3\n", format!("record {} (line {line}): expected 4 cells, got 3", ROWS + 1)),
        (
            "1,\"x\ny\",3,4\n1,\"open",
            format!("record {}, column 2: the quote opened on line {}", ROWS + 2, line + 2),
        ),
        ("1,\"x\" y,3,4\n", format!("record {} (line {line}), column 2: text follows", ROWS + 1)),
    ] {
        let source = file(format!("{good}{tail}"));
        for threads in [1, 2, 8] {
            let context = Context::default().with_threads(threads);
            let error = TabDataset::open(&source, ReadOptions::default(), &context).unwrap_err();
            assert!(error.message().starts_with(&expected), "{error}");
        }
    }
    let bytes = [good.as_bytes(), b"1,caf\xe9,3,2024-01-01\n"].concat();
    let source = file(bytes);
    for threads in [1, 2] {
        let data = open(&source, threads);
        let error = data.scan(TableId(0), &Scan::all()).unwrap().find_map(Result::err).unwrap();
        let expected = format!("record {} (line {line}), column 2: not valid UTF-8", ROWS + 1);
        assert!(error.message().starts_with(&expected), "{error}");
    }
}

#[test]
fn a_raised_flag_stops_inference_and_scans() {
    let source = file(text());
    for threads in [1, 2] {
        let cancel = Cancel::default();
        let context = Context::default().with_threads(threads).with_cancel(cancel.clone());
        let data = TabDataset::open(&source, ReadOptions::default(), &context).unwrap();
        cancel.cancel();
        let error = TabDataset::open(&source, ReadOptions::default(), &context).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Cancelled);
        let mut batches = context.scan(&data, TableId(0), &Scan::all()).unwrap();
        assert_eq!(batches.find_map(Result::err).unwrap().kind(), ErrorKind::Cancelled);
    }
}

#[test]
fn kinds_are_found_in_all_pieces() {
    let mut text = String::from("late,always\n");
    text.push_str(&"1,1\n".repeat(700_000));
    text.push_str("x,1\n");
    let source = file(text);
    let data = open(&source, 4);
    let kinds: Vec<String> =
        data.codebook().tables[0].variables.iter().map(|variable| variable.kind.to_string()).collect();
    assert_eq!(kinds, ["text", "integer"]);
    assert_eq!(read(&data, &Scan::all().columns([0])).column(0).null_count(), 0);
}

#[test]
fn kinds_are_inferred_only_for_projected_columns() {
    let source = file("a,b,c,d\n1,NA,2,x\n2,5,,y\n");
    let table = Table::new("rows", vec![Variable::new("c", Kind::Float { bits: 64 })]);
    let codebook = Codebook::new("s").with_table(table.clone());
    let source = source.declared(&codebook, &table);
    for threads in [1, 2] {
        let context = Context::default().with_threads(threads);
        let open = |projection: Projection| {
            let source = source.clone().projection(projection);
            TabDataset::open(&source, ReadOptions::default(), &context).unwrap()
        };
        let (whole, some) = (open(Projection::all()), open(Projection::only(["b", "c"])));
        let kinds = |data: &TabDataset| {
            data.codebook().tables[0].variables.iter().map(|v| v.kind.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(kinds(&whole), ["integer", "integer", "float", "text"]);
        assert_eq!(kinds(&some), ["text", "integer", "float", "text"]);
        assert_eq!(some.rows(TableId(0)), Some(2));
        let scan = Scan::all().columns([2, 1]);
        assert_eq!(read(&some, &scan), read(&whole, &scan));
        for column in [0, 3] {
            let error = some.scan(TableId(0), &Scan::all().columns([column])).err().unwrap();
            assert!(error.message().contains("outside the projection"), "{error}");
        }
        // With nothing to infer, nothing but the header is read.
        assert_eq!(open(Projection::only(["c"])).rows(TableId(0)), None);
    }
}

#[test]
fn records_of_another_width_are_found_with_any_projection() {
    let source = file("a,b\n1,2\n3,4,5\n");
    let context = Context::default();
    for projection in [Projection::all(), Projection::only(["a"])] {
        let source = source.clone().projection(projection);
        let error = TabDataset::open(&source, ReadOptions::default(), &context).unwrap_err();
        assert!(error.message().starts_with("record 2 (line 3): expected 2 cells, got 3"), "{error}");
    }
}
