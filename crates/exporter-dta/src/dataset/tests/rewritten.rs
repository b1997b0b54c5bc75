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
    // What is no day is null where most are; where few are, all stay numbers.
    let days = [1.0e10, 21_000.0, -1.0e6, 3.0, 4.0].map(Cell::Double).to_vec();
    for (rows_read, kind, losses) in [
        (days.clone(), "date", vec![(LossCode::RANGE, Some("v"), 2, Some(1))]),
        (vec![days[0].clone(), days[2].clone(), days[1].clone()], "float", vec![]),
    ] {
        for storage in [StorageType::Double, StorageType::Float] {
            let cells = rows_read.iter().map(|cell| match (cell, storage) {
                (Cell::Double(day), StorageType::Float) => Cell::Float(*day as f32),
                (cell, _) => cell.clone(),
            });
            let data = open(&of_one(storage, "%td", cells.collect()).bytes(), Letters::Seen);
            let found = data.codebook().tables[0].variables[0].kind.to_string();
            assert!(found.starts_with(kind), "{found}");
            assert_eq!(told(&data.losses()), losses);
            let facts = data.facts(TableId(0)).unwrap().columns[&0].clone();
            let read = rows(&data, &Scan::all());
            assert_eq!(facts.nulls, Some(read.column(0).null_count() as u64));
            assert_eq!(read.column(0).null_count() as u64, losses.iter().map(|loss| loss.2).sum::<u64>());
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

#[test]
fn types_widths_and_formats_stay_as_they_are() {
    let mut file = of_one(StorageType::Byte, "%8.0g", Vec::new());
    let strl = |row| Cell::StrL(6, row);
    file.variables = vec![
        ("int", StorageType::Int, "%8.0g", "", Vec::new()),
        ("long", StorageType::Long, "%12.0g", "", Vec::new()),
        ("day", StorageType::Float, "%td", "", Vec::new()),
        ("year", StorageType::Double, "%ty", "", Vec::new()),
        ("text", StorageType::Str(20), "%-20s", "", Vec::new()),
        ("strl", StorageType::StrL, "%9s", "", Vec::new()),
    ];
    let row = |number: i32, strl| {
        let day = Cell::Float(number as f32);
        let year = Cell::Double(2000.0);
        vec![Cell::Int(number as i16), Cell::Long(number), day, year, Cell::Text(b"short"), strl]
    };
    file.rows = vec![row(1, strl(1)), row(100, strl(2))];
    file.strls = vec![(6, 1, 130, b"a\0"), (6, 2, 130, b"b\0")];
    let data = open(&file.bytes(), Letters::Seen);
    let described = |options: serde_json::Value| -> Vec<(String, String)> {
        let exporter = DtaExporter::new(serde_json::from_value(options).unwrap());
        let sink = MemorySink::new();
        export(&exporter, &data, Box::new(sink.clone()), &Context::default()).unwrap();
        let bytes = sink.entries().remove("survey.dta").unwrap();
        let variables = open(&bytes, Letters::Seen).reader().dictionary().variables.clone();
        variables.into_iter().map(|v| (v.storage.to_string(), v.format)).collect()
    };
    let kept = [
        ("int", "%8.0g"),
        ("long", "%12.0g"),
        ("float", "%td"),
        ("double", "%ty"),
        ("str20", "%-20s"),
        ("strL", "%9s"),
    ]
    .map(|(storage, format)| (storage.to_owned(), format.to_owned()));
    assert_eq!(described(serde_json::json!({})), kept);
    assert_eq!(described(serde_json::json!({"storage": "declared"})), kept);
    let storage = |options| described(options).into_iter().map(|(storage, _)| storage).collect::<Vec<_>>();
    let smallest = ["byte", "byte", "byte", "int", "str5", "str1"];
    assert_eq!(storage(serde_json::json!({"storage": "smallest"})), smallest);
    // What does not fit the type of the file gets a wider one.
    let cells: [ArrayRef; 2] =
        [Arc::new(Int64Array::from(vec![40_000])), Arc::new(StringArray::from(vec!["x".repeat(21)]))];
    let mut variables =
        [data.codebook().tables[0].variables[0].clone(), data.codebook().tables[0].variables[4].clone()];
    variables[0].kind = Kind::INTEGER;
    (variables[0].facts.min, variables[0].facts.max) = (None, None);
    let wider =
        round_trip(Codebook::new("s").with_table(Table::new("t", variables.to_vec())), cells.to_vec());
    let wider = wider.reader().dictionary().variables.iter().map(|v| v.storage.to_string());
    assert_eq!(wider.collect::<Vec<_>>(), ["long", "str21"]);
}

#[test]
fn ids_show_all_their_digits_and_headers_become_labels() {
    let ids: ArrayRef = Arc::new(Int64Array::from(vec![12_345_678_901, -1]));
    let table = Table::new("t", vec![Variable::new("Household ID (HH)", Kind::INTEGER)]);
    let data = study(Codebook::new("s").with_table(table), vec![ids]);
    let bytes = written(&data);
    let again = open(&bytes, Letters::Seen);
    let id = &again.reader().dictionary().variables[0];
    let found = (id.name.as_str(), id.label.as_str(), id.format.as_str());
    assert_eq!(found, ("Household_ID__HH_", "Household ID (HH)", "%12.0g"));
    let variable = &again.codebook().tables[0].variables[0];
    assert_eq!((variable.name.as_str(), variable.label.is_empty()), ("Household ID (HH)", true));
}

#[test]
fn settings_and_sets_are_told_and_renamed_with_their_variables() {
    let table = Table::new("t", vec![Variable::new("a b", Kind::INTEGER).with_labels("my set")]);
    let labels = ValueLabels::new().with(1, "one");
    let mut codebook = Codebook::new("s").with_value_labels("my set", labels).with_table(table);
    codebook.tables[0].attributes.insert("iis".into(), Attribute::One("a b".into()));
    let data = study(codebook, vec![Arc::new(Int64Array::from(vec![1])) as ArrayRef]);
    let sink = MemorySink::new();
    let summary =
        export(&DtaExporter::default(), &data, Box::new(sink.clone()), &Context::default()).unwrap();
    let told: Vec<String> = summary.changes.losses.iter().map(ToString::to_string).collect();
    assert!(told.iter().any(|loss| loss.contains("a value-label set is written as my_set")), "{told:?}");
    let again = open(&sink.entries()["t.dta"], Letters::Seen);
    assert_eq!(again.reader().dictionary().characteristic("_dta", "iis"), Some("a_b"));
    assert_eq!(again.codebook().tables[0].attributes["iis"], Attribute::One("a b".into()));
}

#[test]
fn dates_and_periods_are_read_as_numbers_where_that_is_wanted() {
    for format in ["%td", "%tc", "%tC", "%tw", "%tm", "%tq", "%th", "%ty", "%d"] {
        let cells = [700.75, -0.5, 1.0e12].map(Cell::Double).to_vec();
        let bytes = of_one(StorageType::Double, format, cells).bytes();
        let options = serde_json::from_value(serde_json::json!({"dates": false})).unwrap();
        let source = Source::memory("survey.dta", bytes);
        let data = DtaInput::open(&source, options, &Context::default()).unwrap();
        let table = &data.codebook().tables[0];
        assert_eq!((&table.variables[0].kind, data.losses().len()), (&Kind::FLOAT, 0), "{format}");
        let expected: ArrayRef = Arc::new(Float64Array::from(vec![700.75, -0.5, 1.0e12]));
        assert_eq!(rows(&*data, &Scan::all()).column(0), &expected, "{format}");
        // Stata shows them as before.
        let again = written(&*data);
        let again = open(&again, Letters::Seen);
        let stored = &again.reader().dictionary().variables[0];
        assert_eq!((stored.storage, stored.format.as_str()), (StorageType::Double, format));
    }
}

#[test]
fn floats_stay_floats_where_all_counts_are_exact_in_them() {
    let exact = [1.0e9, -2.0e9, 3.0].map(Cell::Float).to_vec();
    for (format, cells) in [("%tm", exact.clone()), ("%tw", exact), ("%td", vec![Cell::Float(2.0e6)])] {
        let data = open(&of_one(StorageType::Float, format, cells).bytes(), Letters::Seen);
        assert!(data.codebook().tables[0].variables[0].kind.is_temporal(), "{format}");
        let again = open(&written(&data), Letters::Seen);
        let stored = &again.reader().dictionary().variables[0];
        assert_eq!((stored.storage, stored.format.as_str()), (StorageType::Float, format));
        assert_eq!(rows(&again, &Scan::all()), rows(&data, &Scan::all()), "{format}");
    }
    // The type that a codebook names does not make values less exact.
    let mut month = Variable::new("m", Kind::Period(exporter_core::codebook::Period::Month));
    month.facts.storage.insert("stata".into(), "float".into());
    let column: ArrayRef = Arc::new(arrow_array::Int32Array::from(vec![16_777_217, 3]));
    let data = round_trip(Codebook::new("s").with_table(Table::new("t", vec![month])), vec![column.clone()]);
    assert_eq!(data.reader().dictionary().variables[0].storage, StorageType::Long);
    assert_eq!(rows(&data, &Scan::all()).column(0), &column);
}

#[test]
fn what_a_byte_held_in_earlier_releases_is_told_where_it_becomes_an_int() {
    let told_of = |value: i8| {
        let mut file = of_one(StorageType::Byte, "%8.0g", vec![Cell::Byte(value), Cell::Byte(3)]);
        file.release = Release::from_number(110).unwrap();
        let data = open(&file.bytes(), Letters::Seen);
        let sink = MemorySink::new();
        let summary =
            export(&DtaExporter::default(), &data, Box::new(sink.clone()), &Context::default()).unwrap();
        let again = open(&sink.entries()["survey.dta"], Letters::Seen);
        assert_eq!(rows(&again, &Scan::all()).num_rows(), 2);
        let losses: Vec<String> = summary.changes.losses.iter().map(|loss| loss.action.clone()).collect();
        (again.reader().dictionary().variables[0].storage, losses)
    };
    assert_eq!(told_of(100), (StorageType::Byte, vec![]));
    let told = ["stored as int: a byte does not hold all values from 3 to 120".to_owned()];
    assert_eq!(told_of(120), (StorageType::Int, told.to_vec()));
}

#[test]
fn languages_without_a_latin_letter_have_their_names_again() {
    let mut file = of_one(StorageType::Byte, "%8.0g", vec![Cell::Byte(1)]);
    file.characteristics = vec![
        ("_dta", "_lang_list", "русский 日本 日本a 中国a EN en"),
        ("_dta", "_lang_c", "русский"),
        ("v", "_lang_v_日本", "nihon"),
        ("v", "_lang_v_日本a", "a"),
        ("v", "_lang_v_中国a", "other"),
        ("v", "_lang_v_EN", "upper"),
        ("v", "_lang_v_en", "lower"),
    ];
    let data = open(&file.bytes(), Letters::Seen);
    assert_eq!(data.codebook().problems(), []);
    let tags = &data.codebook().study.languages;
    assert_eq!(tags[..3], ["x-440-443-441-441-43a-438-439", "x-65e5-672c", "a"]);
    let again = open(&written(&data), Letters::Seen);
    for (owner, name, contents) in &file.characteristics {
        assert_eq!(
            again.reader().dictionary().characteristic(owner, name),
            Some(*contents),
            "{owner}[{name}]"
        );
    }
    assert_eq!(&again.codebook().study.languages, tags);
}
