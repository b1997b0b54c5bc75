//! Files that are read and written again.

use exporter_core::{LossCode, LossReport, Summary};

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

fn told(losses: &LossReport) -> Vec<(LossCode, Option<&str>, u64, Option<u64>)> {
    losses
        .iter()
        .map(|loss| {
            (
                loss.code.clone(),
                loss.variable.as_deref(),
                loss.count,
                loss.first.as_ref().and_then(|first| first.row),
            )
        })
        .collect()
}

#[test]
fn numbers_that_stata_does_not_have_are_a_loss_of_reading() {
    let cells = [1.5, f64::INFINITY, f64::NAN, f64::from_bits(0x7FE0_0100_0000_0000)].map(Cell::Double);
    let bytes = of_one(StorageType::Double, "%10.0g", cells.to_vec()).bytes();
    for (letters, reasons) in [(Letters::Seen, 1), (Letters::All, 26), (Letters::Null, 0)] {
        let data = open(&bytes, letters);
        assert_eq!(data.codebook().tables[0].variables[0].missing.len(), reasons);
        assert_eq!(rows(&data, &Scan::all().with_reasons()).column(0).null_count(), 3);
        let all = data.losses();
        assert!(told(&all).contains(&(LossCode::RANGE, Some("v"), 2, Some(2))), "{letters:?}: {all:?}");
        // A second scan counts nothing twice.
        rows(&data, &Scan::all());
        assert_eq!(data.losses(), all, "{letters:?}");
    }
    let floats = [f32::NEG_INFINITY, 1.0].map(Cell::Float).to_vec();
    let data = open(&of_one(StorageType::Float, "%td", floats).bytes(), Letters::Null);
    assert_eq!(told(&data.losses()), [(LossCode::RANGE, Some("v"), 1, Some(1))]);
}

#[test]
fn fractions_of_days_and_periods_are_cut_and_told() {
    let cells = |first: f64| vec![Cell::Double(first), Cell::Double(-0.5), Cell::Double(3.0)];
    for (format, first, kind) in
        [("%td", 21_000.5, "date"), ("%tc", 1.5e12 + 0.25, "datetime"), ("%tm", 700.75, "period(month)")]
    {
        let bytes = of_one(StorageType::Double, format, cells(first)).bytes();
        for letters in [Letters::Seen, Letters::Null] {
            let data = open(&bytes, letters);
            assert_eq!(data.codebook().tables[0].variables[0].kind.to_string(), kind);
            let losses = data.losses();
            assert_eq!(told(&losses), [(LossCode::TIME_PRECISION, Some("v"), 2, Some(1))], "{format}");
            let whole = of_one(
                StorageType::Double,
                format,
                vec![Cell::Double(first.floor()), Cell::Double(-1.0), Cell::Double(3.0)],
            );
            assert_eq!(rows(&data, &Scan::all()), rows(&open(&whole.bytes(), letters), &Scan::all()));
        }
    }
    // Numbers of a study that are shown as days stay numbers.
    let mut shown = exporter_core::codebook::DisplayFormat::default();
    shown.native.insert("stata".into(), "%td".into());
    let mut variable = Variable::new("v", Kind::FLOAT);
    variable.format = Some(shown);
    let column: ArrayRef = Arc::new(Float64Array::from(vec![0.1, 2.0]));
    let data =
        round_trip(Codebook::new("s").with_table(Table::new("t", vec![variable])), vec![column.clone()]);
    assert_eq!((rows(&data, &Scan::all()).column(0), data.losses().len()), (&column, 0));
}

#[test]
fn sets_keep_their_names_and_labels_their_language() {
    let byte = |name, set| (name, StorageType::Byte, "%8.0g", set, Vec::new());
    let mut file = of_one(StorageType::Byte, "%8.0g", Vec::new());
    file.variables = vec![byte("a", "type_en"), byte("b", "dangling"), byte("c", "")];
    file.rows = vec![vec![Cell::Byte(1), Cell::Byte(1), Cell::Byte(1)]];
    file.sets = vec![
        ("type_en", vec![(1, "one")]),
        ("type_de", vec![(1, "eins")]),
        ("only_de", vec![(1, "eins")]),
        ("orphan", vec![(1, "uno"), (2, "dos")]),
    ];
    file.characteristics = vec![
        ("_dta", "_lang_list", "en de"),
        ("_dta", "_lang_c", "en"),
        ("a", "_lang_v_de", "A auf Deutsch"),
        ("a", "_lang_l_de", "type_de"),
        ("c", "_lang_l_de", "only_de"),
    ];
    let bytes = file.bytes();
    let data = open(&bytes, Letters::Seen);
    assert_eq!(data.codebook().problems(), []);
    let (again, summary) = rewritten(&data);
    assert_eq!(summary.changes.losses, LossReport::default());
    let data = open(&again, Letters::Seen);
    let read = data.reader().dictionary();
    let used: Vec<_> = read.variables.iter().map(|v| (v.label.as_str(), v.value_labels.as_str())).collect();
    assert_eq!(used, [("", "type_en"), ("", "dangling"), ("", "")]);
    let mut sets: Vec<&str> = read.value_labels.iter().map(|set| set.name.as_str()).collect();
    sets.sort_unstable();
    assert_eq!(sets, ["only_de", "orphan", "type_de", "type_en"]);
    for (owner, name, contents) in &file.characteristics {
        assert_eq!(read.characteristic(owner, name), Some(*contents), "{owner}[{name}]");
    }
}
