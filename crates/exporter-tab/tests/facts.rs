//! What opening saw answers the questions of a plan, and is true.

use exporter_core::codebook::{Kind, Period, SortKey, Table, Variable};
use exporter_core::profile::TableProfile;
use exporter_core::{Codebook, Context, Dataset as _, Source, TableId};
use exporter_tab::{ReadOptions, TabDataset};
use exporter_testkit::conformance;
use proptest::prelude::*;

fn open(text: &[u8], options: ReadOptions, declared: Option<(&Codebook, &Table)>) -> TabDataset {
    let mut source = Source::memory("rows.csv", text.to_vec());
    if let Some((codebook, table)) = declared {
        source = source.declared(codebook, table);
    }
    TabDataset::open(&source, options, &Context::default().with_threads(2)).unwrap()
}

fn facts(data: &TabDataset) -> TableProfile {
    conformance::dataset(data);
    data.facts(TableId(0)).unwrap()
}

/// Cells of every kind and of none, as they stand in a file.
const CELLS: &[&str] = &[
    "",
    "NA",
    "\"NA\"",
    "\"\"",
    "0",
    "7",
    "-3",
    "\" 12\"",
    "007",
    "999999999999999",
    "-9007199254740992",
    "9007199254740993",
    "18446744073709551615",
    "1.5",
    "-0",
    "2.0",
    "1e300",
    "nan",
    "-inf",
    "true",
    "FALSE",
    "2024-02-29",
    "0001-01-01",
    "2024-02-29T10:00:00",
    "1969-12-31 23:59:59.25",
    "2024-02-29T10:00:00.123456789",
    "2024-02-29T10:00:00+02:00",
    "10:30",
    "23:59:59.999999",
    "word",
    "\"a \"\"quote\"\"\"",
    "\"two\nlines\"",
    "a\0b",
    "Ünïcode",
];

/// Cells that one kind has in common, with missing ones.
fn column() -> impl Strategy<Value = Vec<&'static str>> {
    let some = |places: &[std::ops::Range<usize>]| {
        let cells: Vec<&str> = places.iter().flat_map(|range| &CELLS[range.clone()]).copied().collect();
        prop::collection::vec(prop::sample::select(cells), 6)
    };
    let missing = || 0..4;
    prop_oneof![
        some(&[missing(), 4..8, 9..12]),
        some(&[4..8, 9..10]),
        some(&[missing(), 4..6, 9..11, 12..13]),
        some(&[missing(), 4..8, 13..19]),
        some(&[missing(), 19..21]),
        some(&[missing(), 21..23]),
        some(&[missing(), 21..26]),
        some(&[missing(), 26..27]),
        some(&[missing(), 27..29]),
        some(&[missing(), 4..CELLS.len()]),
        some(&[0..1, 2..3, 29..34]),
    ]
}

proptest! {
    #[test]
    fn they_are_what_a_scan_finds(columns in prop::collection::vec(column(), 1..4), keys in 0..4_usize) {
        let names: Vec<String> = (0..columns.len()).map(|at| format!("c{at}")).collect();
        let mut text = names.join(",") + "\n";
        for row in 0..6 {
            let cells: Vec<&str> = columns.iter().map(|column| column[row]).collect();
            text += &(cells.join(",") + "\n");
        }
        let mut table = Table::new("rows", Vec::new());
        table.sort = names.iter().take(keys).map(|name| SortKey::Ascending(name.clone())).collect();
        let codebook = Codebook::new("s").with_table(table.clone());
        let data = open(text.as_bytes(), ReadOptions::default(), Some((&codebook, &table)));
        prop_assert_eq!(facts(&data).columns.len(), columns.len());
        // Some kinds declared: what is said of them is true or left out.
        table.sort.clear();
        let kinds = [Kind::Text, Kind::Float { bits: 64 }, Kind::Integer { bits: 8, signed: true }];
        for (name, kind) in names.iter().skip(1).zip(kinds) {
            table.variables.push(Variable::new(name, kind));
            let codebook = Codebook::new("s").with_table(table.clone());
            let source = Source::memory("rows.csv", text.clone()).declared(&codebook, &table);
            let data = TabDataset::open(&source, ReadOptions::default(), &Context::default()).unwrap();
            let readable = Context::default().scan(&data, TableId(0), &exporter_core::Scan::all());
            if readable.unwrap().all(|batch| batch.is_ok()) {
                facts(&data);
            }
        }
    }
}

#[test]
fn nothing_is_said_of_cells_that_a_scan_refuses() {
    // Which cells are no values shows only when they are read.
    let said = |text: &[u8], change: fn(&mut ReadOptions)| {
        let mut options = ReadOptions::default();
        change(&mut options);
        open(text, options, None).facts(TableId(0)).unwrap().columns.into_keys().collect::<Vec<_>>()
    };
    assert_eq!(said(b"a,b\n1,x\n", |_| {}), [0, 1]);
    assert!(said(b"a,b\n1,\xff\n", |_| {}).is_empty());
    let booleans = |options: &mut ReadOptions| options.booleans = Some(["no".into(), "yes".into()]);
    assert_eq!(said(b"a,b\n1,yes\n", booleans), [0]);
    assert_eq!(said(b"a,b\n1,true\n", booleans), [0, 1], "a text");
    let dates = |options: &mut ReadOptions| options.date_pattern = Some("%d.%m.%Y".into());
    assert_eq!(said(b"a,b\n1,31.01.2024\n", dates), [0]);
    assert_eq!(said(b"a,b\n1,2024-01-01\n", dates), [0, 1], "a text");
    let table = Table::new(
        "rows",
        vec![
            Variable::new("b", Kind::Integer { bits: 8, signed: true }),
            Variable::new("c", Kind::Period(Period::Month)),
        ],
    );
    let codebook = Codebook::new("s").with_table(table.clone());
    let month = Period::Month.text(0);
    for (cell, expected) in [("127", &[0, 1][..]), ("128", &[0]), ("NA", &[0]), ("1.5", &[0]), ("", &[0, 1])]
    {
        let data = open(
            format!("a,b,c\nx,{cell},{month}\n").as_bytes(),
            ReadOptions::default(),
            Some((&codebook, &table)),
        );
        let said: Vec<usize> = data.facts(TableId(0)).unwrap().columns.into_keys().collect();
        assert_eq!(said, expected, "{cell}");
    }
}

#[test]
fn rows_ascend_as_far_as_the_keys_do() {
    let ascending = |rows: &[&str]| {
        let mut table = Table::new("rows", Vec::new());
        table.sort = ["house", "member"].map(|key| SortKey::Ascending(key.into())).to_vec();
        let codebook = Codebook::new("s").with_table(table.clone());
        // As one piece, and cut into several by a long text.
        let [one, several] = ["", &"x".repeat(600_000)].map(|note| {
            let rows: String = rows.iter().map(|row| format!("{row},{note}\n")).collect();
            let text = format!("house,member,note\n{rows}");
            let data = open(text.as_bytes(), ReadOptions::default(), Some((&codebook, &table)));
            data.facts(TableId(0)).unwrap().ascending
        });
        assert_eq!(one, several, "{rows:?}");
        one
    };
    assert_eq!(ascending(&["h1,1", "h1,2", "h1,10", "h2,1", "h2,1"]), [0, 1]);
    assert_eq!(ascending(&["9,a", "9,b", "10,a", "11,a", "11,\"b\""]), [0, 1]);
    assert_eq!(ascending(&["h1,1", "h1,2", "h2,2", "h2,1", "h3,1"]), [0]);
    assert_eq!(ascending(&["h9,1", "h10,1", "h11,1", "h12,1"]), Vec::<usize>::new());
    assert_eq!(
        ascending(&["1,1", "2,1", ",1", "3,1"]),
        Vec::<usize>::new(),
        "a missing value has its place elsewhere"
    );
    assert_eq!(ascending(&["1,1", "1,", "2,1", "3,1"]), [0]);
    assert_eq!(
        ascending(&["1.5,1", "2,1", "10,1", "11,1"]),
        Vec::<usize>::new(),
        "fractions are left to a scan"
    );
    assert_eq!(ascending(&["2,a", "\" 10\",a", "11,a", "12,a"]), [0, 1]);
}
