//! What stands before the cases, as programs write it.

use super::*;
use crate::reader::encoding::GUESSED;

#[test]
fn encodings_are_found_in_their_order() {
    let mut file = little();
    file.label = "";
    file.records.push(TestVariable::text("A", 8));
    file.case(&[Cell::Text(b"caf\xE9".to_vec())]);
    let read = |file: &TestFile, encoding| {
        let reader =
            SavReader::with_options(memory(file.bytes()), ReadOptions { encoding, ..ReadOptions::default() })
                .unwrap();
        let text = texts(&all(&reader), 0).concat();
        (
            text,
            reader.metadata().encoding.name(),
            format!("{:?}", reader.header().encoding_source),
            reader.replaced(),
        )
    };
    let found =
        |text: &str, name, source: &str, replaced| (text.to_owned(), name, source.to_owned(), replaced);
    assert_eq!(read(&file, None), found("caf\u{FFFD}", "UTF-8", "Record20", vec![(0, 1, 1)]));
    let latin = Some(encoding_rs::WINDOWS_1252);
    assert_eq!(read(&file, latin), found("café", "windows-1252", "Option", Vec::new()));
    let codes = |code| file.integers(&[1, 2, 3, -1, 1, 1, 2, code]);
    file.extensions = vec![(3, 4, codes(1251))];
    assert_eq!(read(&file, None), found("cafй", "windows-1251", "Code", Vec::new()));
    file.extensions = vec![(3, 4, file.integers(&[1, 2, 3, -1, 1, 1, 2, 2]))];
    assert_eq!(read(&file, None), found("café", "windows-1252", "Guess", Vec::new()));
    let reader = open(&file);
    assert_eq!((remarks(&reader), all(&reader).len()), (Vec::new(), 1));
    assert_eq!(remarks(&reader), [(GUESSED, 1, false)], "in a row");
    file.records[0].label = Some("été");
    assert_eq!(read(&file, None), found("caf\u{FFFD}", "UTF-8", "Guess", vec![(0, 1, 1)]));
    file.extensions =
        vec![(20, 1, b"klingon".to_vec()), (3, 4, file.integers(&[1, 2, 3, -1, 1, 1, 2, 1252]))];
    let reader = open(&file);
    assert_eq!(reader.metadata().encoding.name(), "windows-1252");
    let messages = remarks(&reader);
    assert!(messages[0].0.contains("not known") && messages[1].0.contains("valid UTF-8"), "{messages:?}");
}

#[test]
fn replaced_characters_are_counted_by_variable_and_row() {
    let mut file = little();
    file.records.push(TestVariable::text("A", 8));
    file.records.push(TestVariable::text("B", 8));
    for text in [&b"plain"[..], b"\xFF\xFF", "é".as_bytes(), b"a\xE9"] {
        file.case(&["x".into(), Cell::Text(text.to_vec())]);
    }
    let reader = open(&file);
    for batch_rows in [None, Some(1)] {
        let selection = Selection { columns: None, batch_rows };
        let batches: Vec<RecordBatch> = reader.batches(&selection, 2).unwrap().map(Result::unwrap).collect();
        assert_eq!(texts(&batches, 1), ["plain", "\u{FFFD}\u{FFFD}", "é", "a\u{FFFD}"]);
        assert_eq!(reader.replaced(), [(1, 3, 2)]);
    }
}

#[test]
fn very_long_texts_are_joined_by_their_place() {
    // The second segment of the first text is called like the second variable, as SPSS 22 does.
    let mut file = little();
    file.very_long("A", 1_000);
    file.very_long("B", 256);
    file.records.push(TestVariable::number("AGE"));
    file.extensions.push((13, 1, b"A=a\tB=b\tAGE=age".to_vec()));
    let display: Vec<i32> = (0..7).flat_map(|record| [1 + record % 3, 10 + record, record % 3]).collect();
    file.extensions.push((11, 4, file.integers(&display)));
    let long = "äö".repeat(250);
    file.case(&[long.as_str().into(), "b".repeat(256).as_str().into(), 7.0.into()]);
    let reader = open(&file);
    let found: Vec<_> =
        reader.metadata().variables.iter().map(|v| (v.name.as_str(), v.width, v.column_width)).collect();
    assert_eq!(found, [("a", Some(1_000), Some(10)), ("b", Some(256), Some(14)), ("age", None, Some(16))]);
    let age = &reader.metadata().variables[2];
    assert_eq!((age.measure, age.alignment), (Some(Measure::Nominal), Some(Alignment::Left)));
    let batches = all(&reader);
    assert_eq!((texts(&batches, 0), texts(&batches, 1)), (vec![long], vec!["b".repeat(256)]));
    assert_eq!(numbers(&batches, 2), [Some(7.0)]);
    assert_eq!(remarks(&reader), [("an extension record stands more than once", 1, false)]);
}

#[test]
fn segments_that_are_not_there_leave_the_variables_that_are() {
    let mut file = little();
    file.records.push(TestVariable::text("A", 255));
    file.records.push(TestVariable::number("B"));
    file.extensions.push((14, 1, b"A=00600\0\tB=00003\0".to_vec()));
    file.case(&["text".into(), 1.0.into()]);
    let reader = open(&file);
    let widths: Vec<_> = reader.metadata().variables.iter().map(|variable| variable.width).collect();
    assert_eq!(widths, [Some(255), None]);
    assert_eq!(texts(&all(&reader), 0), ["text"]);
    let found: Vec<bool> = remarks(&reader).iter().map(|remark| remark.2).collect();
    assert_eq!(found, [true, false]);
}

#[test]
fn names_that_clash_are_made_different_and_keys_have_no_case() {
    let mut file = little();
    file.records = ["V1", "V2", "V3", "V4"].map(TestVariable::number).to_vec();
    file.extensions.push((13, 1, b"v1=Total\tV2=total\tV3=TOTAL_2\tX=y\t".to_vec()));
    let reader = open(&file);
    let names: Vec<_> = reader.metadata().variables.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["Total", "total_3", "TOTAL_2", "V4"]);
    let found = reader.remarks();
    assert_eq!((found[0].count, found[0].first.as_str()), (1, "X=y"));
    assert_eq!((found[1].count, found[1].first.as_str()), (1, "total read as total_3"));
}

#[test]
fn what_a_file_says_of_a_variable_stays_with_it_where_names_clash() {
    let mut file = little();
    file.records = ["V1", "V2", "V3"].map(TestVariable::number).to_vec();
    file.extensions.push((13, 1, "V1=STRASSE\tV2=straße\tV3=spaß".into()));
    file.extensions.push((18, 1, "straße:Note('mine'\n)/Strasse:Other('first'\n)/SPASS:Third('x'\n)".into()));
    let reader = open(&file);
    let variable = |at: usize| {
        let variable = &reader.metadata().variables[at];
        let attributes = variable.attributes.iter().map(|it| it.name.as_str());
        (variable.name.as_str(), attributes.collect::<Vec<_>>())
    };
    assert_eq!(variable(0), ("STRASSE", vec!["Other"]));
    assert_eq!(variable(1), ("straße_2", vec!["Note"]));
    assert_eq!(variable(2), ("spaß", vec!["Third"]));
}

#[test]
fn missing_values_of_every_form_are_read() {
    let mut file = little();
    let missing = |name, code, values: &[f64]| TestVariable {
        missing: (code, values.iter().map(|value| Cell::from(*value)).collect()),
        ..TestVariable::number(name)
    };
    file.records = vec![
        missing("A", 3, &[1.0, 2.0, 3.0]),
        missing("B", -2, &[LOWEST, -1.0]),
        missing("C", -3, &[90.0, HIGHEST, -7.0]),
        missing("D", -2, &[SYSMIS, HIGHEST]),
        missing("E", 2, &[SYSMIS, 5.0]),
        TestVariable { missing: (2, vec!["x".into(), "no".into()]), ..TestVariable::text("F", 2) },
        TestVariable { missing: (-2, vec!["a".into(), "b".into()]), ..TestVariable::text("G", 2) },
        TestVariable::text("H", 20),
        missing("I", -3, &[100.0, 1.0, 7.0]),
        missing("J", -3, &[f64::NEG_INFINITY, 10.0, 99.0]),
        missing("K", -2, &[10.0, f64::INFINITY]),
        missing("L", -2, &[f64::INFINITY, HIGHEST]),
    ];
    let mut long = file.integers(&[1]);
    long.extend(b"H\x02");
    long.extend(file.integers(&[8]));
    long.extend(b"unknown none    ");
    file.extensions.push((22, 1, long));
    let reader = open(&file);
    let found = |at: usize| reader.metadata().variables[at].missing.clone();
    let number = |number| Value::Number(number);
    assert_eq!(found(0).values, [1.0, 2.0, 3.0].map(number));
    assert_eq!(found(1).range, Some((None, Some(-1.0))));
    assert_eq!((found(2).range, found(2).values.clone()), (Some((Some(90.0), None)), vec![number(-7.0)]));
    assert_eq!((found(3).range, found(4).values.clone()), (Some((None, None)), vec![number(5.0)]));
    assert_eq!(found(5).values, ["x", "no"].map(|text| Value::Text(text.to_owned())));
    assert!(found(6).is_empty());
    assert_eq!(found(7).values, ["unknown", "none"].map(|text| Value::Text(text.to_owned())));
    assert_eq!(
        (found(8).range, found(8).values.clone()),
        (Some((Some(100.0), Some(1.0))), vec![number(7.0)])
    );
    assert_eq!((found(9).range, found(9).values.clone()), (Some((None, Some(10.0))), vec![number(99.0)]));
    assert_eq!((found(10).range, found(11).range), (Some((Some(10.0), None)), None));
    let told = remarks(&reader);
    assert_eq!(told.iter().map(|remark| remark.2).collect::<Vec<_>>(), [false, true, false, true]);
    assert_eq!(told[2].0, "ranges of missing values whose larger end is first hold nothing");
}

#[test]
fn missing_values_of_long_texts_are_read_as_old_pspp_wrote_them() {
    let mut file = little();
    file.records = vec![TestVariable::text("H", 20)];
    let mut long = file.integers(&[1]);
    long.extend(b"H\x02");
    for value in [b"unknown ", b"none    "] {
        long.extend(file.integers(&[8]));
        long.extend(value);
    }
    file.extensions.push((22, 1, long));
    let values = open(&file).metadata().variables[0].missing.values.clone();
    assert_eq!(values, ["unknown", "none"].map(|text| Value::Text(text.to_owned())));
}

#[test]
fn value_labels_belong_to_their_variables() {
    let mut file = little();
    file.records = vec![TestVariable::number("A"), TestVariable::text("B", 20), TestVariable::number("C")];
    file.records.push(TestVariable::text("D", 3));
    // Indexes count continuation records: B has three elements.
    file.labels = vec![
        (vec![(1.0.into(), "one"), (2.0.into(), "two"), (1.0.into(), "uno")], vec![1, 5, 6]),
        (vec![("abc".into(), "letters")], vec![6, 3, 99]),
    ];
    let mut long = file.integers(&[1]);
    long.extend(b"B");
    long.extend(file.integers(&[20, 1, 20]));
    long.extend(b"north               ");
    long.extend(file.integers(&[7]));
    long.extend(b"Le Nord");
    file.extensions.push((21, 1, long));
    let reader = open(&file);
    let metadata = reader.metadata();
    let found = |at: usize| {
        let labels = metadata.labels_of(&metadata.variables[at]).iter();
        labels.map(|(value, label)| format!("{value:?} {label}")).collect::<Vec<_>>()
    };
    assert_eq!(found(0), ["Number(1.0) uno", "Number(2.0) two"]);
    assert_eq!(metadata.variables[0].value_labels, metadata.variables[2].value_labels);
    assert_eq!(
        (found(1), found(3)),
        (vec!["Text(\"north\") Le Nord".to_owned()], vec!["Text(\"abc\") letters".to_owned()])
    );
    let found: Vec<_> = reader.remarks().iter().map(|it| (it.count, it.first.as_str())).collect();
    assert_eq!(found, [(1, "D"), (1, "1: one"), (2, "dictionary index 3")]);
}

#[test]
fn of_response_sets_of_one_name_the_last_is_read() {
    let mut file = little();
    file.records = ["A", "B"].map(TestVariable::number).to_vec();
    file.extensions.push((7, 1, b"$m=D1 1 0  a b\n$n=C 0  a b\n".to_vec()));
    file.extensions.push((19, 1, b"$m=D1 1 0  a b\n$N=C 3 new b a\n".to_vec()));
    let reader = open(&file);
    let sets = &reader.metadata().response_sets;
    let told: Vec<_> = sets.iter().map(|it| (it.name.as_str(), it.label.as_str())).collect();
    assert_eq!(told, [("m", ""), ("N", "new")]);
    let remarks: Vec<_> =
        reader.remarks().iter().map(|remark| (remark.count, remark.first.as_str())).collect();
    assert_eq!(remarks, [(1, "N")], "{:?}", reader.remarks());
}

#[test]
fn sets_attributes_weight_and_dates_are_read() {
    let mut file = little();
    file.records = ["A", "B", "C"].map(TestVariable::number).to_vec();
    file.weight = 3;
    file.extensions.push((13, 1, b"A=Alpha\tB=Beta\tC=Gamma".to_vec()));
    file.extensions.push((7, 1, b"$m=D1 1 5 Media a beta\n$n=C 0  a\n".to_vec()));
    file.extensions.push((19, 1, b"$e=E 11 1 1 0  a b x\n".to_vec()));
    file.extensions.push((5, 1, b"My set= Alpha Gamma\r\nempty= \n".to_vec()));
    file.extensions.push((17, 1, b"v('1'\n'2'\n)q('it's'\n)".to_vec()));
    file.extensions.push((18, 1, b"Alpha:$@Role('0'\n)/Gamma:n('x'\n)$@Role('1'\n)".to_vec()));
    file.extensions.push((18, 1, b"beta:n('y'\n)".to_vec()));
    file.extensions.push((6, 4, file.integers(&[0, 12, 3, 1, 2012, 1, 2, 4, 12])));
    let reader = open(&file);
    let metadata = reader.metadata();
    assert_eq!(metadata.weight, Some(2));
    let sets: Vec<_> =
        metadata.response_sets.iter().map(|it| (it.name.as_str(), it.members.clone())).collect();
    assert_eq!(sets, [("m", vec![0, 1]), ("n", vec![0]), ("e", vec![0, 1])]);
    assert_eq!(metadata.response_sets[0].kind, ResponseSetKind::Dichotomy(Value::Number(1.0)));
    assert_eq!(metadata.response_sets[2].label_source, Some(LabelSource::FirstVariable));
    let sets: Vec<_> =
        metadata.variable_sets.iter().map(|it| (it.name.as_str(), it.members.clone())).collect();
    assert_eq!(sets, [("My set", vec![0, 2]), ("empty", vec![])]);
    let attribute = |name: &str, values: &[&str]| {
        Attribute::new(name, values.iter().map(|it| (*it).to_owned()).collect())
    };
    assert_eq!(metadata.attributes, [attribute("v", &["1", "2"]), attribute("q", &["it's"])]);
    assert_eq!(metadata.variables[0].attributes, [attribute("$@Role", &["0"])]);
    assert_eq!(metadata.variables[1].attributes, [attribute("n", &["y"])]);
    assert_eq!(metadata.variables[2].attributes, [attribute("n", &["x"]), attribute("$@Role", &["1"])]);
    let dates = metadata.dates.as_ref().unwrap();
    assert_eq!((dates.head, dates.variables.as_slice()), ([0, 12, 3, 1, 2012, 1], &[(1, 4, 12)][..]));
    let found: Vec<_> = reader.remarks().iter().map(|it| it.first.as_str()).collect();
    assert_eq!(found, ["n", "e: x"]);
}

#[test]
fn response_sets_without_members_and_lines_without_sets_are_read() {
    let mut file = little();
    file.very_long("LONG", 700);
    file.records.extend(["A", "B"].map(TestVariable::number));
    let label = "ДЕТИ. ".repeat(9);
    let (lines, length) = ("\n".repeat(100), label.len());
    let record = format!("$none=C 0  \n{lines}$one=D1 1 3 One a\n$many=C {length} {label} a b a\n");
    file.extensions.push((7, 1, record.into_bytes()));
    let reader = open(&file);
    let sets: Vec<_> = reader
        .metadata()
        .response_sets
        .iter()
        .map(|set| (set.name.as_str(), set.label.as_str(), set.members.clone()))
        .collect();
    assert_eq!(sets, [("none", "", vec![]), ("one", "One", vec![1]), ("many", label.trim_end(), vec![1, 2])]);
    let told = [
        ("multiple response sets of less than two variables are read", 2, false),
        ("members that stand twice in a set are read once", 1, false),
    ];
    assert_eq!(remarks(&reader), told);
}

#[test]
fn unknown_records_are_passed_over_and_odd_ones_told() {
    let mut file = TestFile::sample(ByteOrder::Little, CaseCompression::Bytecode);
    file.extensions.insert(0, (99, 1, b"whatever".to_vec()));
    file.extensions.insert(0, (4, 8, vec![0xFF; 24]));
    file.extensions.push((11, 4, file.integers(&[1])));
    file.weight = 2;
    let reader = open(&file);
    assert_eq!(all(&reader)[0].num_rows(), 3);
    let found: Vec<bool> = remarks(&reader).iter().map(|remark| remark.2).collect();
    assert_eq!(found, [false, true, false], "{:?}", reader.remarks());
}
