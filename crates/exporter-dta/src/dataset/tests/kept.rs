//! What a file shares, orders and counts stays so when it is written again.

use exporter_core::codebook::MissingValues;
use exporter_core::{LossReport, Summary};

use super::*;

/// What the exporter makes of a dataset, and what it says about it.
fn rewritten(data: &dyn Dataset) -> (DtaDataset, Summary) {
    let sink = MemorySink::new();
    let summary = export(&DtaExporter::default(), data, Box::new(sink.clone()), &Context::default()).unwrap();
    let name = format!("{}.dta", data.codebook().tables[0].name);
    (open(&sink.entries()[&name], Letters::Seen), summary)
}

/// A file of these variables, of which each has a storage type, a format and a set, and of one row.
fn file(variables: Vec<(&'static str, StorageType, &'static str, &'static str)>, row: Vec<Cell>) -> TestFile {
    let mut file = TestFile::sample(Release::V118, ByteOrder::Little);
    let whole = |(name, storage, format, set)| (name, storage, format, set, Vec::new());
    file.variables = variables.into_iter().map(whole).collect();
    file.rows = vec![row];
    (file.sort, file.characteristics, file.strls, file.sets) = Default::default();
    file
}

/// Names of the sets that variables use, and of those in the file.
fn sets(data: &DtaDataset) -> (Vec<String>, Vec<String>) {
    let dictionary = data.reader().dictionary();
    let used = dictionary.variables.iter().map(|variable| variable.value_labels.clone()).collect();
    let mut held: Vec<String> = dictionary.value_labels.iter().map(|set| set.name.clone()).collect();
    held.sort_unstable();
    (used, held)
}

#[test]
fn a_set_is_shared_by_variables_whose_other_languages_differ() {
    let byte = |name| (name, StorageType::Byte, "%8.0g", "yesno");
    let mut file = file(vec![byte("a"), byte("b"), byte("c")], vec![Cell::Byte(1); 3]);
    file.sets = vec![
        ("yesno", vec![(0, "no"), (1, "yes")]),
        ("janein", vec![(0, "nein"), (1, "ja"), (2, "vielleicht")]),
    ];
    file.characteristics = vec![
        ("_dta", "_lang_list", "en de"),
        ("_dta", "_lang_c", "en"),
        ("a", "_lang_l_de", "janein"),
        ("c", "_lang_l_de", "janein"),
    ];
    let data = open(&file.bytes(), Letters::Seen);
    assert_eq!(data.codebook().problems(), []);
    let mut again = data;
    for _ in 0..2 {
        let (written, summary) = rewritten(&again);
        assert_eq!(summary.changes.losses, LossReport::default());
        assert_eq!(sets(&written).0, ["yesno", "yesno", "yesno"]);
        assert_eq!(sets(&written).1, ["janein", "yesno"]);
        assert_eq!(written.codebook(), again.codebook());
        for (owner, name, contents) in &file.characteristics {
            assert_eq!(written.reader().dictionary().characteristic(owner, name), Some(*contents));
        }
        again = written;
    }
}

#[test]
fn dates_and_numbers_share_a_set() {
    for (storage, format, cell) in [
        (StorageType::Int, "%td", Cell::Int(1)),
        (StorageType::Double, "%tc", Cell::Double(1.0)),
        (StorageType::Int, "%tm", Cell::Int(1)),
        (StorageType::Float, "%9.0g", Cell::Float(1.0)),
    ] {
        let mut file = file(
            vec![("day", storage, format, "special"), ("n", StorageType::Byte, "%8.0g", "special")],
            vec![cell, Cell::Byte(1)],
        );
        file.sets = vec![("special", vec![(-1, "never"), (1, "one"), (2_147_483_622, "refused")])];
        let data = open(&file.bytes(), Letters::Seen);
        let (written, summary) = rewritten(&data);
        assert_eq!(summary.changes.losses, LossReport::default(), "{format}");
        let expected = (vec!["special".to_owned(), "special".to_owned()], vec!["special".to_owned()]);
        assert_eq!(sets(&written), expected, "{format}");
        let labels = |data: &DtaDataset| data.reader().dictionary().value_labels[0].iter().count();
        assert_eq!(labels(&written), 3, "{format}");
    }
}

#[test]
fn times_keep_the_type_that_holds_them() {
    let time = 1_546_300_800_000.0_f64;
    let float = f64::from(time as f32);
    let cases = [
        (StorageType::Float, "%tc", Cell::Float(time as f32)),
        (StorageType::Float, "%tC", Cell::Float(time as f32)),
        (StorageType::Long, "%tc", Cell::Long(86_400_000)),
        (StorageType::Int, "%tc", Cell::Int(1000)),
        (StorageType::Float, "%td", Cell::Float(21_000.0)),
        (StorageType::Float, "%tw", Cell::Float(3_000.0)),
        (StorageType::Double, "%td", Cell::Double(21_000.0)),
        (StorageType::Double, "%tc", Cell::Double(float)),
    ];
    for (storage, format, cell) in cases {
        let data = open(&file(vec![("t", storage, format, "")], vec![cell]).bytes(), Letters::Seen);
        let (written, _) = rewritten(&data);
        assert_eq!(written.reader().dictionary().variables[0].storage, storage, "{format}");
        assert_eq!(rows(&written, &Scan::all()), rows(&data, &Scan::all()), "{format}");
    }
    // A value that is not exact in the type of the file takes a wider one.
    for storage in ["float", "long"] {
        let mut variable = Variable::new("t", Kind::DateTime { unit: TimeUnit::Millisecond, zone: None });
        variable.facts.storage.insert("stata".into(), storage.into());
        let column: ArrayRef = Arc::new(TimestampMillisecondArray::from(vec![1_546_300_800_001, 0]));
        let again = round_trip(
            Codebook::new("s").with_table(Table::new("t", vec![variable])),
            vec![Arc::clone(&column)],
        );
        assert_eq!(again.reader().dictionary().variables[0].storage, StorageType::Double);
        assert_eq!(rows(&again, &Scan::all()).column(0), &column);
    }
}

#[test]
fn a_range_with_one_letter_is_read_as_its_reason() {
    let range = Missing::range(Some(97.into()), Some(99.into())).letter('r').label("Refused");
    let variable = Variable::new("q", Kind::INTEGER).with_missing(range);
    let codebook = Codebook::new("s").with_table(Table::new("t", vec![variable]));
    let column: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), Some(98), Some(97), None]));
    let data = round_trip(codebook.clone(), vec![column]);
    let read = &data.codebook().tables[0].variables[0];
    assert_eq!(read.missing, [Missing::reason().letter('r').label("Refused")]);
    let values = rows(&data, &Scan::all().with_reasons());
    let numbers: Vec<Option<i64>> = values.column(0).as_primitive::<Int64Type>().iter().collect();
    assert_eq!(numbers, [Some(1), None, None, None]);
    let told: Vec<_> = data.losses().iter().map(|loss| (loss.code.clone(), loss.count)).collect();
    assert_eq!(told, [(LossCode::MISSING_REASON_MERGED, 2)]);
    let (again, _) = rewritten(&data);
    assert_eq!((again.codebook(), again.losses()), (data.codebook(), LossReport::default()));
    // Where no row has the letter, the declaration stays.
    let column: ArrayRef = Arc::new(Int64Array::from(vec![1]));
    let data = round_trip(codebook, vec![column]);
    let missing = &data.codebook().tables[0].variables[0].missing;
    assert!(matches!(missing[..], [Missing { values: MissingValues::Range { .. }, .. }]), "{missing:?}");
}

#[test]
fn the_rest_of_a_range_is_read_as_a_reason() {
    let range = Missing::range(None, Some((-1).into())).label("Missing");
    let labels = ValueLabels::new().with(-1, "Refused").with(1, "Yes");
    let variable = Variable::new("q", Kind::INTEGER).with_labels("q").with_missing(range);
    let codebook =
        Codebook::new("s").with_value_labels("q", labels).with_table(Table::new("t", vec![variable]));
    let column: ArrayRef = Arc::new(Int64Array::from(vec![1, -1, -50]));
    let data = round_trip(codebook, vec![column]);
    let read = rows(&data, &Scan::all());
    let numbers: Vec<Option<i64>> = read.column(0).as_primitive::<Int64Type>().iter().collect();
    assert_eq!(numbers, [Some(1), Some(-1), None]);
    let reason = Missing::reason().letter('b').label("Missing");
    assert!(data.codebook().tables[0].variables[0].missing.contains(&reason));
}

#[test]
fn sets_on_texts_and_empty_sets_that_no_variable_names_are_told() {
    let mut file = file(
        vec![("s", StorageType::Str(3), "%9s", "yesno"), ("n", StorageType::Byte, "%8.0g", "nothing")],
        vec![Cell::Text(b"abc"), Cell::Byte(1)],
    );
    file.sets = vec![("yesno", vec![(1, "yes")]), ("nothing", Vec::new()), ("spare", Vec::new())];
    let data = open(&file.bytes(), Letters::Seen);
    let told: Vec<String> = data.losses().iter().map(ToString::to_string).collect();
    let tells = |what: &[&str]| told.iter().any(|loss| what.iter().all(|word| loss.contains(word)));
    assert!(tells(&["survey.s", "values are text"]), "{told:?}");
    assert!(tells(&["spare", "empty"]) && !tells(&["nothing", "empty"]), "{told:?}");
    let (written, _) = rewritten(&data);
    // Stata shows no more of an empty set than of one that is not there.
    assert_eq!(sets(&written).0, ["", "nothing"]);
    assert_eq!(sets(&written).1, ["yesno"]);
}

#[test]
fn languages_keep_their_order_and_notes_their_count() {
    let mut file = file(vec![("a", StorageType::Byte, "%8.0g", "")], vec![Cell::Byte(1)]);
    file.characteristics = vec![
        ("_dta", "_lang_list", "fr en de"),
        ("_dta", "_lang_c", "en"),
        ("a", "_lang_v_de", "A auf Deutsch"),
        ("_dta", "note0", "4"),
        ("_dta", "note2", "the second"),
        ("a", "note0", "2"),
        ("a", "note1", "the first"),
    ];
    let data = open(&file.bytes(), Letters::Seen);
    let (written, summary) = rewritten(&data);
    assert_eq!(summary.changes.losses, LossReport::default());
    assert_eq!(written.codebook(), data.codebook());
    for (owner, name, contents) in &file.characteristics {
        let found = written.reader().dictionary().characteristic(owner, name);
        assert_eq!(found, Some(*contents), "{owner}[{name}]");
    }
}

#[test]
fn what_a_file_says_of_languages_stays_though_it_does_not_list_them() {
    let unlisted = vec![("a", "_lang_v_fr", "Âge"), ("a", "_lang_l_fr", "oui")];
    let unordered = vec![
        ("_dta", "_lang_list", "en sw fr"),
        ("_dta", "_lang_c", "en"),
        ("a", "_lang_v_fr", "Âge"),
        ("a", "_lang_v_sw", "Umri"),
    ];
    let absent =
        vec![("_dta", "_lang_list", "en fr"), ("_dta", "_lang_c", "en"), ("a", "_lang_l_fr", "gone")];
    let letters = vec![
        ("_dta", "_lang_list", "English Français"),
        ("_dta", "_lang_c", "English"),
        ("a", "_lang_v_Français", "Âge"),
        ("a", "_lang_l_Français", "oui"),
    ];
    for characteristics in [unlisted, unordered, absent, letters] {
        let mut file = file(vec![("a", StorageType::Byte, "%8.0g", "yn")], vec![Cell::Byte(1)]);
        file.sets = vec![("yn", vec![(1, "yes")]), ("oui", vec![(1, "oui")])];
        file.characteristics = characteristics;
        let data = open(&file.bytes(), Letters::Seen);
        let (written, summary) = rewritten(&data);
        assert_eq!(summary.changes.losses, LossReport::default());
        for (owner, name, contents) in &file.characteristics {
            let found = written.reader().dictionary().characteristic(owner, name);
            assert_eq!(found, Some(*contents), "{owner}[{name}]");
        }
        assert_eq!(sets(&written), sets(&data));
    }
}
