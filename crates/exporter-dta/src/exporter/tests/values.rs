//! Values that decide on types and losses: declared missing ones, NULs, dates that Stata does not show.

use std::sync::Mutex;

use arrow_array::{BinaryArray, TimestampMillisecondArray, UInt8Array};
use exporter_core::codebook::{TimeUnit, Value};
use exporter_core::{LossReport, Progress, Sink};
use serde_json::json;

use super::*;

fn options(options: serde_json::Value) -> DtaOptions {
    serde_json::from_value(options).unwrap()
}

fn texts(values: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

fn actions(losses: &LossReport) -> Vec<(String, u64)> {
    losses.iter().map(|loss| (loss.action.clone(), loss.count)).collect()
}

#[test]
fn missing_codes_do_not_widen_the_type() {
    let declared = |name: &str, missing: Vec<Missing>| {
        missing.into_iter().fold(Variable::new(name, Kind::INTEGER), Variable::with_missing)
    };
    let days = |values: &[i32]| Arc::new(Date32Array::from(values.to_vec())) as ArrayRef;
    let variables = vec![
        (declared("a", vec![Missing::value(999_999)]), integers(&[1, 100, 999_999])),
        (declared("b", vec![Missing::range(None, Some((-1).into()))]), integers(&[-40_000, 0, 101])),
        // Nothing but missing codes.
        (declared("c", vec![Missing::value(i64::MAX)]), integers(&[i64::MAX, i64::MAX, i64::MAX])),
        // A code that is not declared counts.
        (declared("d", vec![Missing::value(999)]), integers(&[1, 998, 999])),
        (
            Variable::new("e", Kind::Date).with_missing(Missing::value("9999-12-31")),
            days(&[0, 10_000, 2_932_896]),
        ),
        (Variable::new("f", Kind::Date), days(&[0, 10_000, 2_932_896])),
    ];
    let (bytes, summary) = written(&dataset(variables));
    assert_eq!(types(&bytes), [65530, 65529, 65530, 65529, 65529, 65528]);
    assert_eq!(codes(&summary), ["missing-reason-merged"]);
    let rows = between(&bytes, "<data>", "</data>");
    let last = &rows[rows.len() / 3 * 2..];
    assert_eq!((last[0], last[3]), (102, 102), "the codes of a and c are .a");
}

#[test]
fn reasons_become_their_letters() {
    let code = Variable::new("a", Kind::INTEGER)
        .with_missing(Missing::value(-9).letter('x'))
        .with_missing(Missing::reason().label("not asked"))
        .with_missing(Missing::reason().letter('z'));
    let text = Variable::new("b", Kind::Text).with_missing(Missing::reason().label("illegible"));
    let number = Variable::new("c", Kind::FLOAT).with_missing(Missing::reason().letter('c'));
    let reasons = |reasons: [Option<u8>; 4]| Arc::new(UInt8Array::from(reasons.to_vec())) as ArrayRef;
    let codebook = Codebook::new("s").with_table(Table::new("t", vec![code, text, number]));
    let columns: [ArrayRef; 6] = [
        Arc::new(Int64Array::from(vec![Some(-9), None, None, None])),
        Arc::new(StringArray::from(vec![Some("t"), None, Some("u"), None])),
        Arc::new(Float64Array::from(vec![None, Some(1.5), None, None])),
        reasons([None, Some(1), Some(2), None]),
        reasons([None, Some(0), None, None]),
        reasons([Some(0), None, None, None]),
    ];
    let names = ["a", "b", "c", "a (reason)", "b (reason)", "c (reason)"];
    let named = names.into_iter().zip(columns).map(|(name, column)| (name, column, true));
    let batch = RecordBatch::try_from_iter_with_nullable(named).unwrap();
    let data = MemoryDataset::new(codebook, vec![vec![batch]]).unwrap();
    let (bytes, _) = written(&data);
    let rows = between(&bytes, "<data>", "</data>");
    let cells: Vec<(u8, &[u8], u64)> = rows
        .chunks(10)
        .map(|row| (row[0], &row[1..2], u64::from_le_bytes(row[2..].try_into().unwrap())))
        .collect();
    let letter = |number: u64| 0x7FE0_0000_0000_0000 + (number << 40);
    let [x, a, z, system] = [101 + 24, 101 + 1, 101 + 26, 101];
    assert_eq!(
        cells,
        [
            (x, &b"t"[..], letter(3)),
            (a, b"\0", 1.5_f64.to_bits()),
            (z, b"u", letter(0)),
            (system, b"\0", letter(0)),
        ]
    );
}

#[test]
fn numbers_written_as_text_have_room_for_their_missing_codes() {
    let id = Variable::new("id", Kind::INTEGER).with_missing(Missing::value(i64::MIN));
    let (bytes, summary) = written(&dataset(vec![(id, integers(&[(1 << 53) + 1, i64::MIN]))]));
    assert_eq!(types(&bytes), [20]);
    assert!(between(&bytes, "<data>", "</data>").ends_with(b"-9223372036854775808"));
    assert_eq!(codes(&summary), ["kind-changed", "missing-dropped"]);
}

#[test]
fn floats_between_missing_codes_count_for_the_type() {
    let values: ArrayRef = Arc::new(arrow_array::Float32Array::from(vec![1.0, 2e38, 3e38]));
    let variable = |missing: f64| {
        Variable::new("x", Kind::Float { bits: 32 })
            .with_missing(Missing::range(Some(Value::Float(missing)), None))
    };
    assert_eq!(types(&written(&dataset(vec![(variable(2.5e38), values.clone())])).0), [65526]);
    assert_eq!(types(&written(&dataset(vec![(variable(1.5e38), values)])).0), [65527]);
}

#[test]
fn texts_with_a_nul_become_strl_or_end_there() {
    let data = || {
        dataset(vec![
            (Variable::new("x", Kind::Text), texts(&["a\0b", "plain"])),
            (Variable::new("y", Kind::Text), texts(&["c", "d"])),
        ])
    };
    let (bytes, summary) = written(&data());
    assert_eq!(types(&bytes), [32768, 1]);
    let as_bytes = "texts with a NUL stored as bytes of a strL: Stata opens them, haven in R refuses the file, others cut at a NUL";
    assert_eq!(actions(&summary.changes.losses), [(as_bytes.to_owned(), 1)]);
    let records = between(&bytes, "<strls>", "</strls>");
    assert!(records.windows(8).any(|window| window == b"\x81\x03\0\0\0a\0b"), "{records:?}");
    let cut = json!({"long-text": "cut"});
    let (bytes, summary) = write(&data(), options(cut), &context()).unwrap();
    assert_eq!((types(&bytes), between(&bytes, "<data>", "</data>")), (vec![5, 1], &b"a\0\0\0\0cplaind"[..]));
    let action = "cut at a NUL, which ends a fixed string".to_owned();
    assert_eq!(actions(&summary.changes.losses), [(action.clone(), 1)]);
    let (bytes, summary) = write(&data(), options(json!({"release": "114"})), &context()).unwrap();
    assert_eq!((bytes[0], actions(&summary.changes.losses)), (114, vec![(action, 1)]));
}

#[test]
fn texts_with_a_nul_are_bytes_of_the_charset_before_118() {
    let long = "x".repeat(3_000) + "\0tail";
    let data = dataset(vec![
        (Variable::new("short", Kind::Text), texts(&["é\0a", "plain"])),
        (Variable::new("lengthy", Kind::Text), texts(&[&long, "\0"])),
    ]);
    let old = || DtaExporter::new(options(json!({"release": "117"})));
    let sink = MemorySink::new();
    let summary = export(&old(), &data, Box::new(sink.clone()), &context()).unwrap();
    let bytes = sink.entries().remove("t.dta").unwrap();
    assert_eq!((types(&bytes), codes(&summary)), (vec![32768, 32768], vec!["compatibility"; 2]));
    let records = between(&bytes, "<strls>", "</strls>");
    // Variable, row, type 129 (section 3.2), length, contents without a closing NUL.
    assert!(records.starts_with(b"GSO\x01\0\0\0\x01\0\0\0\x81\x03\0\0\0\xE9\0a"));
    assert_eq!(records.len(), 4 * 16 + 3 + 6 + 3_005 + 1);
    // The same bytes where the contents need not be counted first.
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("out");
    let sink = exporter_core::sink::FolderSink::create(&target, Default::default()).unwrap();
    export(&old(), &data, Box::new(sink), &context()).unwrap();
    assert!(std::fs::read(target.join("t.dta")).unwrap() == bytes);
}

#[test]
fn a_declared_length_keeps_its_type_whatever_the_texts_hold() {
    let mut variable = Variable::new("x", Kind::Text);
    variable.facts.max_bytes = Some(6);
    let data = dataset(vec![(variable, texts(&["a\0b", "plain"]))]);
    let (bytes, summary) = write(&data, options(json!({"storage": "declared"})), &context()).unwrap();
    assert_eq!((types(&bytes), codes(&summary)), (vec![6], vec!["text-truncated"]));
}

#[test]
fn dates_that_stata_does_not_show_are_stored_and_counted() {
    let millis = |values: &[i64]| Arc::new(TimestampMillisecondArray::from(values.to_vec())) as ArrayRef;
    let second = 1_000;
    // 9999-12-31 23:59:59 and the second after.
    let last = 253_402_300_799 * second;
    let at = Variable::new("at", Kind::DateTime { unit: TimeUnit::Millisecond, zone: None });
    let mut declared = at.clone().with_missing(Missing::value("+10001-01-01T00:00:00"));
    declared.name = "declared".to_owned();
    let variables = vec![
        (at, millis(&[0, last, last + second])),
        (declared, millis(&[0, last, 253_433_923_200 * second])),
        (Variable::new("day", Kind::Date), Arc::new(Date32Array::from(vec![-683_004, -683_003, 3_000_000]))),
    ];
    let (bytes, summary) = written(&dataset(variables));
    assert_eq!(types(&bytes), [65526, 65526, 65528]);
    let found: Vec<_> = summary.changes.losses.iter().collect();
    assert_eq!(found.len(), 2);
    let first = |index: usize| {
        let example = found[index].first.as_ref().unwrap();
        (found[index].code.as_str(), found[index].count, example.row.unwrap(), example.value.as_str())
    };
    assert_eq!(first(0), ("range", 1, 3, "+10000-01-01T00:00:00"));
    assert_eq!(first(1), ("range", 2, 1, "0099-12-31"));
    assert_eq!(super::recodes(&summary), ["t.declared: +10001-01-01T00:00:00 = .a"]);
}

#[derive(Default)]
struct Stages(Mutex<Vec<String>>);

impl Progress for Stages {
    fn stage(&self, name: &str, _: Option<u64>) {
        self.0.lock().unwrap().push(name.to_owned());
    }
}

#[test]
fn stages_are_told_once() {
    let stages = |data: &MemoryDataset, sink: Box<dyn Sink>| {
        let progress = Arc::new(Stages::default());
        export(&DtaExporter::default(), data, sink, &context().with_progress(progress.clone())).unwrap();
        progress.0.lock().unwrap().clone()
    };
    let file = || Box::new(MemorySink::new());
    let stream = || Box::new(StreamSink::new(std::io::sink()));
    let number = dataset(vec![(Variable::new("n", Kind::INTEGER), integers(&[1]))]);
    let once = ["profile", "write", "publish"];
    assert_eq!(stages(&number, file()), once);
    assert_eq!(stages(&number, stream()), once);
    let text = "x".repeat(3_000);
    let long = dataset(vec![(Variable::new("x", Kind::Text), texts(&[&text]))]);
    assert_eq!(stages(&long, file()), once);
    assert_eq!(stages(&long, stream()), once);
    // Only the contents tell how long bytes are, and texts that hold a NUL.
    let bytes: ArrayRef = Arc::new(BinaryArray::from_iter_values([b"\xff\0"]));
    let binary = dataset(vec![(Variable::new("x", Kind::Binary), bytes)]);
    assert_eq!(stages(&binary, stream()), ["profile", "write", "profile", "write", "publish"]);
}

#[test]
fn strl_bytes_from_facts_are_those_that_are_written() {
    let long = "ö".repeat(1500);
    let rows: [&[&str]; 3] = [&[&long, "", "short"], &[&long, "a\0b", ""], &["", "", &long]];
    for rows in rows {
        let data = dataset(vec![(Variable::new("x", Kind::Text), texts(rows))]);
        let mut streamed = Vec::new();
        let sink = Box::new(StreamSink::new(&mut streamed));
        // Bytes that were told wrong are an error of the writer.
        export(&DtaExporter::default(), &data, sink, &context()).unwrap();
        assert_eq!(written(&data).0, streamed);
    }
}
