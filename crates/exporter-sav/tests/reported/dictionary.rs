//! Measures, roles, widths and formats of variables; multiple response sets; what says how cases are stored.

use exporter_core::codebook::{Alignment, DisplayFormat};
use exporter_sav::CaseCompression;
use exporter_sav::spss::ResponseSetKind;

use super::*;

#[test]
fn measures_roles_alignments_and_widths_come_back() {
    let roles = [Role::Input, Role::Target, Role::Both, Role::None, Role::Partition, Role::Split];
    let measures = [Measure::Nominal, Measure::Ordinal, Measure::Scale];
    let alignments = [Alignment::Left, Alignment::Centre, Alignment::Right];
    let variables = roles.iter().enumerate().map(|(at, role)| {
        let mut variable = Variable::new(format!("x{at}"), Kind::INTEGER).with_measure(measures[at % 3]);
        (variable.role, variable.alignment) = (Some(*role), Some(alignments[at % 3]));
        variable.column_width = Some(at as u32);
        variable
    });
    let mut variables: Vec<Variable> = variables.collect();
    let mut long = Variable::new("long", Kind::Text).with_measure(Measure::Nominal);
    (long.role, long.column_width, long.facts.max_bytes) = (Some(Role::Input), Some(30), Some(1_000));
    variables.insert(0, long);
    let columns = variables.iter().map(|variable| match variable.kind {
        Kind::Text => texts(&["a"]),
        _ => integers(&[1]),
    });
    let file = File::of(&bare(), study(variables.clone()), columns.collect());
    for file in [&file, &File::written(&bare(), &*file.opened())] {
        let read = file.opened();
        for (is, was) in read.codebook().tables[0].variables.iter().zip(&variables) {
            assert_eq!((is.measure, is.role), (was.measure, was.role), "{}", was.name);
            // SPSS does not show a column without width.
            assert_eq!(is.column_width, was.column_width.map(|width| width.max(1)), "{}", was.name);
            assert!(was.alignment.is_none() || is.alignment == was.alignment, "{}", was.name);
        }
    }
}

#[test]
fn print_and_write_formats_are_two() {
    let shown = |native: &str| {
        let mut format = DisplayFormat::default();
        format.native.insert("spss".to_owned(), native.to_owned());
        Some(format)
    };
    let floats = || -> ArrayRef { Arc::new(arrow_array::Float64Array::from(vec![0.5])) };
    let days = || -> ArrayRef { Arc::new(arrow_array::Date32Array::from(vec![18_263])) };
    let texts = || -> ArrayRef { Arc::new(StringArray::from(vec!["abcde"])) };
    for (kind, column, print, write) in [
        (Kind::FLOAT, floats(), "F8.2", "E12.4"),
        (Kind::FLOAT, floats(), "F8.2", "DATE11"),
        (Kind::Date, days(), "DATE11", "F11.0"),
        (Kind::Text, texts(), "A5", "AHEX10"),
        (Kind::Text, texts(), "AHEX10", "A5"),
    ] {
        let mut variable = Variable::new("x", kind);
        (variable.format, variable.write_format) = (shown(print), shown(write));
        let first = File::of(&bare(), study(vec![variable]), vec![column]);
        for file in [&first, &File::written(&bare(), &*first.opened())] {
            let metadata = file.metadata();
            let formats = [metadata.variables[0].print, metadata.variables[0].write].map(|it| it.to_string());
            assert_eq!(formats, [print, write]);
        }
    }
}

/// Groups of every sort behind a text of several segments.
fn grouped() -> Codebook {
    let mut codebook = study(vec![Variable::new("first_long", Kind::Text)]);
    let table = &mut codebook.tables[0];
    table.variables.extend(["a1", "a2", "a3"].map(|name| Variable::new(name, Kind::INTEGER)));
    let counted = || GroupKind::MultipleDichotomy { counted: Value::Integer(1) };
    let group = |name: &str, kind, label: &str, source, members: &[&str]| {
        let mut group = Group::new(name, kind, members.iter().copied());
        (group.label, group.label_source) = (label.into(), source);
        group
    };
    table.groups = vec![
        group("c", GroupKind::MultipleCategory, "Дети в семье", None, &["a3", "a1"]),
        group("d", counted(), "", None, &["a1", "a2", "a3"]),
        group("e1", counted(), "Things", Some(LabelSource::CountedValues), &["a1", "a2"]),
        group("e11", counted(), "", Some(LabelSource::FirstVariable), &["a2", "a3"]),
        group("one", counted(), "One", None, &["a1"]),
        group("none", GroupKind::MultipleCategory, "None", None, &[]),
    ];
    codebook
}

#[test]
fn response_sets_of_every_sort_come_back() {
    let long = "x".repeat(700);
    let columns = || vec![texts(&[&long]), integers(&[1]), integers(&[0]), integers(&[1])];
    let file = File::of(&bare(), grouped(), columns());
    let metadata = file.metadata();
    let found: Vec<(&str, &str, &[usize])> =
        metadata.response_sets.iter().map(|set| (&*set.name, &*set.label, &*set.members)).collect();
    let (pair, all): (&[usize], &[usize]) = (&[3, 1], &[1, 2, 3]);
    let expected =
        [("c", "Дети в семье", pair), ("d", "", all), ("e1", "Things", &[1, 2]), ("e11", "", &[2, 3])];
    assert_eq!(found, expected);
    assert_eq!(metadata.response_sets[0].kind, ResponseSetKind::Category);
    assert!(
        metadata.response_sets[1..]
            .iter()
            .all(|set| set.kind == ResponseSetKind::Dichotomy(Stored::Number(1.0)))
    );
    assert_eq!(file.opened().codebook().tables[0].groups, grouped().tables[0].groups[..4]);
    // SPSS has no sets of less than two variables; the codebook in the file has.
    let lost = ["-: group-dropped (2): a set needs two variables"];
    assert_eq!(file.told(), lost);
    let whole = File::of(&SavExporter::default(), grouped(), columns());
    assert_eq!(whole.told(), Vec::<String>::new());
    let hidden: Vec<&str> = whole.summary.changes.losses.held().map(|loss| &*loss.action).collect();
    let held = "2 multiple response sets, one first, are only in the codebook in the file, which SPSS does not show: \
                a set needs two variables";
    assert_eq!(hidden, [held]);
    assert_eq!(whole.opened().codebook().tables[0].groups, grouped().tables[0].groups);
}

#[test]
fn a_set_that_is_called_by_its_first_variable_keeps_its_own_label_in_a_copy() {
    let mut codebook = study(["a", "b"].map(|name| Variable::new(name, Kind::INTEGER)).to_vec());
    let kind = GroupKind::MultipleDichotomy { counted: Value::Integer(1) };
    let mut group = Group::new("md", kind, ["a", "b"]);
    (group.label, group.label_source) = ("Set".into(), Some(LabelSource::FirstVariable));
    codebook.tables[0].groups = vec![group];
    let first = File::of(&bare(), codebook.clone(), vec![integers(&[1]), integers(&[0])]);
    for file in [&first, &File::written(&bare(), &*first.opened())] {
        let set = &file.metadata().response_sets[0];
        assert_eq!((&*set.label, set.label_source), ("Set", Some(LabelSource::FirstVariable)));
        assert_eq!(file.opened().codebook().tables[0].groups, codebook.tables[0].groups);
    }
}

#[test]
fn how_cases_are_stored_is_chosen_and_read_from_the_bytes_whatever_the_name() {
    let registry = exporter_sav::register(Registry::new());
    let write = |format: &str, options| {
        let exporter = registry.exporter(format, options).unwrap();
        let codebook = study(vec![Variable::new("x", Kind::INTEGER)]);
        let batch =
            RecordBatch::try_new(arrow_schema(&codebook.tables[0], &[0]), vec![integers(&[7])]).unwrap();
        let data = MemoryDataset::new(codebook, vec![vec![batch]]).unwrap();
        let sink = MemorySink::new();
        export(&*exporter, &data, Box::new(sink.clone()), &lenient()).unwrap();
        sink.entries().into_iter().next().unwrap()
    };
    for (format, options, name, magic, compression) in [
        ("sav", json!({}), "t.sav", b"$FL2", CaseCompression::Bytecode),
        ("sav", json!({"compression": "bytecode"}), "t.sav", b"$FL2", CaseCompression::Bytecode),
        ("sav", json!({"compression": "none"}), "t.sav", b"$FL2", CaseCompression::None),
        ("zsav", json!({}), "t.zsav", b"$FL3", CaseCompression::Zlib),
        ("zsav", json!({"level": "fast"}), "t.zsav", b"$FL3", CaseCompression::Zlib),
    ] {
        let (path, bytes) = write(format, options);
        let reader = SavReader::open(Arc::new(MemoryBytes::new(bytes.clone()))).unwrap();
        assert_eq!((&*path, &bytes[..4], reader.header().compression), (name, &magic[..], compression));
        for other in ["t.sav", "t.zsav", "t.csv", "t"] {
            let source = Source::memory(other, bytes.clone());
            assert_eq!(registry.sure_format(&source).map(|format| format.id), Some("sav"), "{other}");
            let read = registry.open(&source, json!(null), &Context::default()).unwrap();
            assert_eq!(rows_of(&*read).column(0), &integers(&[7]), "{other}");
        }
    }
}

#[test]
fn a_file_whose_set_counts_a_value_that_its_variables_do_not_have_is_read() {
    use exporter_spss::{ResponseSet, ResponseSetKind};
    let mut metadata = SavMetadata::new();
    let formats = [("a", "F8.0"), ("b", "F8.2"), ("d", "DATE11")];
    let number = |(name, format)| SavVariable::number(name, Format::parse(format).unwrap());
    metadata.variables = formats.map(number).to_vec();
    let set = |name: &str, counted: f64, members: Vec<usize>| {
        ResponseSet::new(name, "", ResponseSetKind::Dichotomy(Stored::Number(counted)), members)
    };
    metadata.response_sets = vec![set("half", 1.5, vec![0, 1]), set("day", 1.0, vec![0, 1, 2])];
    let storing = metadata.variables.iter().map(|_| Storing::default()).collect();
    let writing = WriterOptions::new(Box::new(|| Err(std::io::ErrorKind::Unsupported.into())));
    let mut writer = SavWriter::new(Vec::new(), metadata, storing, writing).unwrap();
    let doubles = |number: f64| Arc::new(arrow_array::Float64Array::from(vec![number])) as ArrayRef;
    let columns = vec![("a", doubles(1.0)), ("b", doubles(1.5)), ("d", doubles(13_797_216_000.0))];
    writer.write(&RecordBatch::try_from_iter(columns).unwrap()).unwrap();
    let source = Source::memory("t.sav", writer.finish().unwrap().0);
    let read = SavInput::open(&source, Default::default(), &Context::default()).unwrap();
    read.codebook().validate().unwrap();
    let groups = &read.codebook().tables[0].groups;
    let left: Vec<(&str, String)> =
        groups.iter().map(|group| (group.name.as_str(), group.members.join(" "))).collect();
    assert_eq!(left, [("half", "b".to_owned()), ("day", "a b".to_owned())]);
    assert_eq!(read.losses().len(), 2, "{:?}", read.losses());
    // Both sets are what a copy says: the codebook in it has the one that SPSS does not take.
    let copy = File::written(&SavExporter::new(options(json!({}))), &*read);
    let sets = copy.metadata().response_sets;
    assert_eq!(sets.iter().map(|set| set.name.as_str()).collect::<Vec<_>>(), ["day"]);
    assert_eq!(copy.opened().codebook().tables[0].groups, *groups);
}
