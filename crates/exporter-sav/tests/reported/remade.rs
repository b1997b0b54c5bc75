//! Variables that another program has deleted and made anew under their names: what the file says of them now holds.

use super::*;

/// A file as another program writes it that has changed its descriptions and these columns.
fn remade(
    file: &File,
    edit: impl FnOnce(&mut SavMetadata),
    columns: &[(usize, ArrayRef)],
) -> Box<dyn Dataset> {
    let reader = file.reader();
    let batch = reader.batches(&Default::default(), 1).unwrap().next().unwrap().unwrap();
    let mut arrays = batch.columns().to_vec();
    columns.iter().for_each(|(at, column)| arrays[*at] = Arc::clone(column));
    file.with_cells(edit, arrays)
}

/// What reading lost of kinds.
fn kinds_told(data: &dyn Dataset) -> Vec<String> {
    let losses = data.losses();
    let kinds = losses.iter().filter(|loss| loss.code == LossCode::KIND_CHANGED);
    kinds.map(|loss| format!("{}: {}", loss.variable.as_deref().unwrap_or("-"), loss.action)).collect()
}

fn bytes(bytes: &[&[u8]]) -> ArrayRef {
    Arc::new(BinaryArray::from_vec(bytes.to_vec()))
}

/// A file with a variable of a kind, whose cells are these.
fn file_of(kind: Kind, label: &str, cells: ArrayRef) -> File {
    let variables = vec![Variable::new("x", kind).with_label(label), Variable::new("y", Kind::INTEGER)];
    let mut codebook = study(variables);
    codebook.tables[0].variables[0].universe = "All".into();
    let count = integers(&vec![1; cells.len()]);
    let exporter = SavExporter::new(options(json!({"large-integers": "text", "decimals": "text"})));
    File::of(&exporter, codebook, vec![cells, count])
}

fn decimals(numbers: &[i128]) -> (Kind, ArrayRef) {
    let kind = Kind::Decimal { precision: 30, scale: 2 };
    let numbers = arrow_array::Decimal128Array::from(numbers.to_vec());
    (kind, Arc::new(numbers.with_precision_and_scale(30, 2).unwrap()))
}

#[test]
fn a_text_that_was_a_number_is_a_text() {
    for kind in
        [Kind::INTEGER, Kind::Boolean, Kind::FLOAT, Kind::Date, Kind::Integer { bits: 8, signed: true }]
    {
        let numbers = arrow_array::Int64Array::from(vec![1, 0]);
        let cells = arrow_cast::cast(&numbers, &exporter_core::dataset::arrow_type(&kind));
        let cells = cells.or_else(|_| {
            let days = arrow_cast::cast(&numbers, &arrow_schema::DataType::Int32)?;
            arrow_cast::cast(&days, &arrow_schema::DataType::Date32)
        });
        let file = file_of(kind.clone(), "X", cells.unwrap());
        let edit = |metadata: &mut SavMetadata| metadata.variables[0] = SavVariable::text("x", 5);
        let read = remade(&file, edit, &[(0, texts(&["1", "12"]))]);
        assert_eq!(read.codebook().tables[0].variables[0].kind, Kind::Text, "{kind}");
        assert_eq!(rows_of(&*read).column(0), &texts(&["1", "12"]), "{kind}");
        assert_eq!(kinds_told(&*read), [format!("x: read as text, the stored codebook says {kind}")]);
    }
}

#[test]
fn a_text_is_bytes_or_a_number_only_where_our_writer_has_stored_it() {
    let large = || integers(&[9_007_199_254_740_993, -9_007_199_254_740_995]);
    let of_decimals = decimals(&[12_345_678_901_234_567_890_123, 5]);
    let all: [(Kind, ArrayRef, &[&str]); 3] = [
        (Kind::Binary, bytes(&[b"abc", b"de"]), &["test", "abcd"]),
        (Kind::INTEGER, large(), &["12", "13"]),
        (of_decimals.0.clone(), of_decimals.1.clone(), &["1.00", "2.50"]),
    ];
    for (kind, cells, new) in all {
        for label in ["", "A label"] {
            let file = file_of(kind.clone(), label, Arc::clone(&cells));
            let width = file.metadata().variables[0].width.unwrap();
            let as_text = |read: Box<dyn Dataset>, new: &[&str], what: &str| {
                let found = &read.codebook().tables[0].variables[0];
                assert_eq!(found.kind, Kind::Text, "{kind} {label}: {what}");
                assert_eq!(rows_of(&*read).column(0), &texts(new), "{kind} {label}: {what}");
                assert_eq!(kinds_told(&*read), [format!("x: read as text, the stored codebook says {kind}")]);
            };
            let as_stored = |read: Box<dyn Dataset>, what: &str| {
                assert_eq!(read.codebook().tables[0].variables[0].kind, kind, "{kind} {label}: {what}");
                assert_eq!(rows_of(&*read).column(0), &cells, "{kind} {label}: {what}");
                assert_eq!(kinds_told(&*read), Vec::<String>::new());
            };
            as_stored(file.opened(), "as it was written");
            as_stored(
                file.edited(|metadata| metadata.variables[0].label = "New".to_owned()).opened(),
                "label",
            );
            as_stored(
                file.edited(|metadata| metadata.variables[1].label = "New".to_owned()).opened(),
                "other",
            );
            let wider =
                |metadata: &mut SavMetadata| metadata.variables[0] = SavVariable::text("x", width + 4);
            as_text(remade(&file, wider, &[(0, texts(new))]), new, "made anew");
            let also = |metadata: &mut SavMetadata| {
                wider(metadata);
                metadata.variables[1].label = "New".to_owned();
            };
            as_text(remade(&file, also, &[(0, texts(new))]), new, "made anew, and another is changed");
            if !label.is_empty() {
                let same = |metadata: &mut SavMetadata| metadata.variables[0] = SavVariable::text("x", width);
                as_text(remade(&file, same, &[(0, texts(new))]), new, "made anew as wide");
            }
        }
    }
}

/// Codes of booleans and labels of integers are the file's, and nothing else of the stored codebook goes with them.
#[test]
fn numbers_that_a_kind_does_not_hold_change_that_kind_alone() {
    let text = |english: &str, french: &str| Text::default().with("en", english).with("fr", french);
    let truth = ValueLabels::new().with(false, text("No", "Non")).with(true, text("Yes", "Oui"));
    let codes = ValueLabels::new().with(1, text("One", "Un")).with(2, text("Two", "Deux"));
    let mut ok = Variable::new("ok?", Kind::Boolean).with_label(text("Agreed", "Accord")).with_labels("ok");
    ok.universe = "All".into();
    let mut code = Variable::new("code", Kind::INTEGER).with_labels("code");
    code.universe = "Some".into();
    let other = Variable::new("other?", Kind::INTEGER).with_labels("code");
    let mut codebook = study(vec![ok, code, other])
        .with_value_labels("ok", truth.clone())
        .with_value_labels("code", codes.clone());
    codebook.study.languages = ["en", "fr"].map(str::to_owned).to_vec();
    let truths: ArrayRef = Arc::new(arrow_array::BooleanArray::from(vec![true, false]));
    let columns = vec![Arc::clone(&truths), integers(&[1, 2]), integers(&[2, 1])];
    let file = File::of(&SavExporter::default(), codebook.clone(), columns);
    let names = |read: &dyn Dataset| -> Vec<String> {
        read.codebook().tables[0].variables.iter().map(|variable| variable.name.clone()).collect()
    };
    let declare = |value: f64| MissingValues::new(None, vec![Stored::Number(value)]);
    for value in [false, true] {
        let read = file
            .edited(|metadata| metadata.variables[0].missing = declare(f64::from(u8::from(value))))
            .opened();
        assert_eq!(names(&*read), ["ok?", "code", "other?"]);
        let ok = &read.codebook().tables[0].variables[0];
        assert_eq!((&ok.kind, &ok.missing), (&Kind::Boolean, &vec![Missing::value(value)]));
        assert_eq!(read.codebook().value_labels_of(ok), Some(&truth));
        assert!(read.losses().is_empty(), "{:?}", read.losses());
        assert_eq!(rows_of(&*read).column(0), &truths);
        let copy = File::written(&SavExporter::default(), &*read).metadata();
        assert_eq!(copy.variables[0].missing, declare(f64::from(u8::from(value))));
    }
    let read = file.edited(|metadata| metadata.variables[0].missing = declare(9.0)).opened();
    assert_eq!(names(&*read), ["ok?", "code", "other?"]);
    let ok = &read.codebook().tables[0].variables[0];
    assert_eq!((&ok.kind, &ok.missing), (&Kind::INTEGER, &vec![Missing::value(9)]));
    assert_eq!((&ok.universe, &ok.label), (&"All".into(), &text("Agreed", "Accord")));
    let found = read.codebook().value_labels_of(ok).unwrap();
    assert_eq!(*found, ValueLabels::new().with(0, text("No", "Non")).with(1, text("Yes", "Oui")));
    assert_eq!(kinds_told(&*read), ["ok?: read as integer, the stored codebook says boolean"]);

    let read = file
        .edited(|metadata| {
            let set = |value: f64, label: &str| (Stored::Number(value), label.to_owned());
            let mut labels = exporter_sav::ValueLabels::default();
            labels.labels = vec![set(1.5, "Low"), set(2.0, "Two")];
            metadata.variables[1].value_labels = Some(metadata.value_labels.len());
            metadata.value_labels.push(labels);
        })
        .opened();
    let variables = &read.codebook().tables[0].variables;
    assert_eq!((&variables[1].kind, &variables[1].universe), (&Kind::FLOAT, &"Some".into()));
    let found = read.codebook().value_labels_of(&variables[1]).unwrap();
    assert_eq!(*found, ValueLabels::new().with(1.5, "Low").with(2, text("Two", "Deux")));
    assert_eq!(read.codebook().value_labels_of(&variables[2]), Some(&codes));
    assert_eq!(kinds_told(&*read), ["code: read as float, the stored codebook says integer"]);
    let copy = File::written(&SavExporter::default(), &*read).metadata();
    assert_eq!(copy.labels_of(&copy.variables[1]).len(), 2);
}

/// A day with a format of times is a length of time, and with one of moments a moment, as it is in a file without a codebook.
#[test]
fn days_with_another_format_are_what_that_says() {
    let day = file_of(Kind::Date, "X", Arc::new(arrow_array::Date32Array::from(vec![18_262, 18_263])));
    let second = Kind::DateTime { unit: TimeUnit::Second, zone: None };
    let moments = arrow_array::TimestampSecondArray::from(vec![1_577_836_800, 1_577_923_200]);
    let moment = file_of(second.clone(), "X", Arc::new(moments));
    let length = Kind::Duration(TimeUnit::Second);
    for (file, format, kind) in [
        (&day, "TIME11", &length),
        (&day, "DTIME20", &length),
        (&day, "DATETIME20", &second),
        (&moment, "TIME11", &length),
        (&moment, "MTIME10", &length),
        (&moment, "DATE11", &Kind::Date),
    ] {
        let edited = file.edited(|metadata| {
            let format = Format::parse(format).unwrap();
            (metadata.variables[0].print, metadata.variables[0].write) = (format, format);
        });
        let read = edited.opened();
        let found = &read.codebook().tables[0].variables[0];
        assert_eq!((&found.kind, &found.universe), (kind, &"All".into()), "{format}");
        assert_eq!(kinds_told(&*read).len(), 1, "{format}");
        let copy = File::written(&SavExporter::default(), &*read);
        assert_eq!(copy.metadata().variables[0].print, Format::parse(format).unwrap());
    }
}

/// A column that nobody asks for is not looked at, and nothing is told of it.
#[test]
fn texts_that_are_not_read_are_as_they_were_written() {
    let file = file_of(Kind::INTEGER, "", integers(&[9_007_199_254_740_993]));
    let source = Source::memory("t.sav", file.bytes.clone()).variables(["y"]);
    let read = SavInput::open(&source, Default::default(), &Context::default()).unwrap();
    assert!(read.losses().is_empty(), "{:?}", read.losses());
    assert_eq!(read.codebook().tables[0].variables[0].kind, Kind::INTEGER);
}
