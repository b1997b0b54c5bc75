//! What is read once gives the same as what is read twice, or says that it does not.

use arrow_select::concat::concat_batches;
use exporter_core::arrow::array::RecordBatch;
use exporter_core::{Context, Dataset, Presumption, Scan, Source, TableId};
use exporter_tab::{ReadOptions, TabDataset};
use proptest::prelude::*;

/// Cells of one kind each, and cells that change the kind of a column of these.
const COLUMNS: &[(&[&str], &[&str])] = &[
    (
        &["1", "-20", "0", "123456789", ""],
        &[
            "1.0",
            "+5",
            "007",
            "-0",
            "9223372036854775808",
            "NA",
            " 7",
            "\"8\"",
            "\"\"",
            "x",
            "1e3",
            "99999999999999999999",
        ],
    ),
    (&["18446744073709551615", "7"], &["-1", "1.5", "18446744073709551616"]),
    (
        &["0.5", "12.25", "-3", "1e5", "NA", "0.43522488155105190"],
        &[
            "nan",
            "-inf",
            "00.5",
            "0.12345678901234567890123",
            "1234567890123456.7",
            "9007199254740993",
            "-0.0",
            "5.",
            "\"NA\"",
            "1,5",
        ],
    ),
    (
        &["2024-02-29", "1960-01-01", ""],
        &["2024-02-30", "2024-02-29T10:00:00", "20240229", "\"2024-01-01\"", "02/03/2024"],
    ),
    (
        &["2024-02-29T10:00:00", "2024-02-29 10:00:01"],
        &["2024-02-29T10:00:00.123", "2024-02-29T10:00:00Z", "2024-02-29", "1500-01-01T00:00:00.123456789"],
    ),
    (
        &["2024-02-29T10:00:00+02:00"],
        &["2024-02-29T10:00:00+03:00", "2024-02-29T10:00:00.5+02:00", "2024-02-29T10:00:00"],
    ),
    (&["10:00:00", "23:59:59.25"], &["24:00:00", "10:00:00.1234567", "10"]),
    (&["true", "False"], &["1", "0", "yes", ""]),
    (&["a", "b c", "\"q\"\"q\"", "\"x,y\"", ""], &["NA", "1", "\"NA\"", "\"\""]),
    (&["\"a\"", "\"b\""], &["NA", "bare", "\"NA\"", ""]),
    (&["1", "2", "3", "4", "5", "6", "n/a"], &["2024-01-01", "7.5", "oops"]),
    (&["13/02/2024", "01/02/2024"], &["2024-02-13", "x"]),
];

fn options(piece_bytes: usize) -> ReadOptions {
    let mut options = ReadOptions::default();
    options.piece_bytes = piece_bytes;
    options
}

/// What a dataset shows of itself when all its rows have been read; none where a presumption was wrong.
fn shown(text: &str, piece_bytes: usize, context: &Context) -> Option<(String, RecordBatch)> {
    let source = Source::memory("t.csv", text.as_bytes().to_vec());
    let data = TabDataset::open(&source, options(piece_bytes), context).ok()?;
    let batches = data.scan(TableId(0), &Scan::default()).unwrap().collect::<Result<Vec<_>, _>>();
    if let Some(presumption) = context.presumption() {
        assert_eq!(presumption.is_settled(), batches.is_ok(), "{text}");
        if presumption.is_refuted() {
            assert!(batches.is_err(), "{text}");
            return None;
        }
    }
    let batches = batches.unwrap();
    let rows = concat_batches(&batches.first()?.schema(), &batches).unwrap();
    let notes: Vec<_> = data.notes().into_iter().map(|note| (note.text, note.is_usual)).collect();
    Some((format!("{:?} {:?} {notes:?}", data.codebook(), data.losses()), rows))
}

/// The same whether it is presumed, or the presumption was wrong. Says whether it was made and whether it held.
fn compare(text: &str, piece_bytes: usize, threads: usize) -> (bool, bool) {
    let presumption = Presumption::beyond(0);
    let context = Context::default().with_threads(threads);
    let certain = shown(text, piece_bytes, &context);
    let presumed = shown(text, piece_bytes, &context.with_presumption(presumption.clone()));
    if !presumption.is_refuted() {
        assert_eq!(presumed, certain, "{text}");
    }
    (presumption.is_made(), presumption.is_made() && !presumption.is_refuted())
}

/// Lines of these cells.
fn text(rows: &[Vec<&str>]) -> String {
    let names: Vec<String> = (0..rows[0].len()).map(|at| format!("v{at}")).collect();
    let lines: Vec<String> = rows.iter().map(|row| row.join(",")).collect();
    format!("{}\n{}\n", names.join(","), lines.join("\n"))
}

#[test]
fn cells_that_are_otherwise_are_found() {
    for (kind, others) in COLUMNS {
        for other in *others {
            let usual = |at: usize| vec![kind[at % kind.len()], "t"];
            let mut rows: Vec<_> = (0..200).map(usual).collect();
            assert_eq!(compare(&text(&rows), 256, 1), (true, true), "{kind:?}");
            // In another piece than the first, where it is compared with what was read with certainty.
            rows[150][0] = other;
            let (made, _) = compare(&text(&rows), 256, 2);
            assert!(made, "{kind:?} {other}");
        }
    }
    // Some that must not pass for what the column was taken for.
    for (usual, other) in [
        ("1", "1.0"),
        ("1", "007"),
        ("0.5", "0.12345678901234567890123"),
        ("2024-02-29", "2024-02-29T10:00:00"),
        ("true", "1"),
        ("\"a\"", "NA"),
    ] {
        let mut rows = vec![vec![usual, "t"]; 200];
        rows[150][0] = other;
        assert_eq!(compare(&text(&rows), 256, 1), (true, false), "{usual} {other}");
    }
}

#[test]
fn what_no_scan_has_passed_is_not_settled() {
    let text = text(&vec![vec!["1", "t"]; 200]);
    let source = Source::memory("t.csv", text.into_bytes());
    let open = || {
        let presumption = Presumption::beyond(0);
        let context = Context::default().with_presumption(presumption.clone());
        (TabDataset::open(&source, options(256), &context).unwrap(), presumption)
    };
    let (data, presumption) = open();
    let mut rows = data.scan(TableId(0), &Scan::default()).unwrap();
    rows.next().unwrap().unwrap();
    drop(rows);
    assert!(presumption.is_made() && !presumption.is_settled(), "some rows");
    data.scan(TableId(0), &Scan::default().columns([0])).unwrap().for_each(|batch| drop(batch.unwrap()));
    assert!(!presumption.is_settled(), "some columns");
    data.scan(TableId(0), &Scan::default().columns([1, 0])).unwrap().for_each(|batch| drop(batch.unwrap()));
    assert!(presumption.is_settled(), "all columns");
    let (data, presumption) = open();
    assert_eq!(data.facts(TableId(0)).unwrap().rows, Some(200));
    assert!(presumption.is_settled(), "facts need all rows");
}

#[test]
fn facts_refute_what_is_otherwise() {
    let mut rows = vec![vec!["1", "t"]; 200];
    rows[150][0] = "x";
    let presumption = Presumption::beyond(0);
    let context = Context::default().with_presumption(presumption.clone());
    let source = Source::memory("t.csv", text(&rows).into_bytes());
    let data = TabDataset::open(&source, options(256), &context).unwrap();
    assert!(data.facts(TableId(0)).is_none() && presumption.is_refuted());
    assert!(data.scan(TableId(0), &Scan::default()).is_err());
}

#[test]
fn whole_numbers_beside_fractions_that_no_double_holds_together_stay_texts() {
    let mut rows: Vec<_> = (0..200).map(|at| vec![["1.5", "9007199254740993"][at % 2], "t"]).collect();
    assert_eq!(compare(&text(&rows), 256, 1), (true, true));
    rows[150][0] = "0.12345678901234567";
    assert_eq!(compare(&text(&rows), 256, 1), (true, true));
}

#[test]
fn a_beginning_that_shows_too_little_is_not_presumed() {
    let mut rows = vec![vec!["", "t"]; 200];
    rows[150][0] = "7";
    assert_eq!(compare(&text(&rows), 256, 1), (false, false));
    let digits = vec![vec!["0.12345678901234567890123", "t"]; 200];
    assert_eq!(compare(&text(&digits), 256, 1), (false, false));
}

#[test]
fn what_cannot_be_read_is_told_by_a_reading_that_presumes_nothing() {
    let mut rows = vec![vec!["1", "t"]; 200];
    rows[150] = vec!["1", "t", "surplus"];
    let presumption = Presumption::beyond(0);
    let context = Context::default().with_presumption(presumption.clone());
    assert_eq!(shown(&text(&rows), 256, &context), None);
    assert!(presumption.is_refuted());
}

proptest! {
    #[test]
    fn what_is_read_once_is_the_same(
        columns in prop::collection::vec((0..COLUMNS.len(), prop::collection::vec((0..40_usize, 0..12_usize, 0..60_u8), 60)), 1..5),
        piece in 32..400_usize,
        threads in 1..3_usize,
    ) {
        let cell = |column: &(usize, Vec<(usize, usize, u8)>), row: usize| {
            let ((kind, others), (usual, other, chance)) = (COLUMNS[column.0], column.1[row]);
            if chance == 0 { others[other % others.len()] } else { kind[usual % kind.len()] }
        };
        let rows: Vec<Vec<&str>> = (0..60).map(|row| columns.iter().map(|column| cell(column, row)).collect()).collect();
        compare(&text(&rows), piece, threads);
    }
}
