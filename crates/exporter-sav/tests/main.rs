//! The suites of the test kit over the exporter, and studies read back from what it writes.

#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod reported;

mod described;

use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray as _;
use arrow_array::{ArrayRef, BinaryArray, Int64Array, RecordBatch, StringArray};

use exporter_core::codebook::{
    Attribute, Codebook, DisplayFormat, DisplayStyle, Group, GroupKind, Kind, LabelSource, Measure, Missing,
    Period, Role, Table, Text, TimeUnit, Value, ValueLabel, ValueLabels, Variable,
};
use exporter_core::dataset::arrow_schema;
use exporter_core::sink::MemorySink;
use exporter_core::source::MemoryBytes;
use exporter_core::{
    Context, Dataset, ErrorKind, Input as _, LossCode, LossPolicy, MemoryDataset, Registry, Scan, Source,
    TableId, export,
};
use exporter_sav::spss::{Format, MissingValues, Value as Stored};
use exporter_sav::{
    Sav, SavExporter, SavInput, SavMetadata, SavOptions, SavReader, SavVariable, SavWriter, Storing,
    WriterOptions, Zsav, ZsavOptions,
};
use exporter_testkit::{Cell, column_of, conformance, sample};
use serde_json::json;

fn options(options: serde_json::Value) -> SavOptions {
    serde_json::from_value(options).unwrap()
}

fn lenient() -> Context {
    conformance::context().with_policy(LossPolicy::Allow(LossCode::ALL.to_vec()))
}

#[test]
fn sav_and_zsav_are_sound_formats() {
    conformance::format::<Sav>(&sample::study());
    conformance::format::<Zsav>(&sample::study());
}

#[test]
fn exporters_conform() {
    let plain = options(json!({"compression": "none", "widths": "measured", "large-integers": "text"}));
    let old = options(
        json!({"encoding": "windows-1252", "label-limit": "bytes", "zone": "local", "codebook": false}),
    );
    conformance::exporter_in(&SavExporter::default(), &sample::study(), &lenient());
    conformance::exporter_in(&SavExporter::new(plain), &sample::study(), &lenient());
    conformance::exporter_in(&SavExporter::new(old), &sample::study(), &lenient());
    conformance::exporter_in(&SavExporter::zlib(ZsavOptions::default()), &sample::study(), &lenient());
}

#[test]
fn files_bring_back_their_codebook() {
    for exporter in [SavExporter::default(), SavExporter::zlib(ZsavOptions::default())] {
        conformance::embedded::<SavInput>(&exporter, &sample::described());
        conformance::embedded::<SavInput>(&exporter, &sample::study());
    }
    let old = SavExporter::new(options(json!({"encoding": "windows-1252"})));
    conformance::embedded::<SavInput>(&old, &sample::study());
}

#[test]
fn files_conform_as_inputs() {
    let folder = tempfile::tempdir().unwrap();
    for exporter in [SavExporter::default(), SavExporter::zlib(ZsavOptions::default())] {
        let sink = MemorySink::new();
        export(&exporter, &sample::study(), Box::new(sink.clone()), &lenient()).unwrap();
        for (name, bytes) in sink.entries() {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            conformance::input::<SavInput>(&path);
        }
    }
}

/// What a table of one column becomes: the metadata of its file, and what the export told.
fn written(
    variable: Variable,
    column: ArrayRef,
    options: SavOptions,
) -> exporter_core::Result<(SavMetadata, Vec<String>)> {
    let codebook = Codebook::new("s").with_table(Table::new("t", vec![variable]));
    let batch = RecordBatch::try_new(arrow_schema(&codebook.tables[0], &[0]), vec![column]).unwrap();
    let data = MemoryDataset::new(codebook, vec![vec![batch]]).unwrap();
    let sink = MemorySink::new();
    let summary = export(&SavExporter::new(options), &data, Box::new(sink.clone()), &lenient())?;
    let told = summary.changes.losses.iter().map(|loss| {
        let first = loss.first.as_ref().map_or(String::new(), |first| first.value.clone());
        format!("{}: {}: {first}", loss.code.as_str(), loss.action)
    });
    let reader = SavReader::open(Arc::new(MemoryBytes::new(sink.entries()["t.sav"].clone()))).unwrap();
    Ok((reader.metadata().clone(), told.collect()))
}

#[test]
fn a_header_that_is_no_name_is_the_label() {
    let (file, told) = written(
        Variable::new("Size (cm)", Kind::INTEGER),
        Arc::new(Int64Array::from(vec![1])),
        options(json!({})),
    )
    .unwrap();
    assert_eq!((&*file.variables[0].name, &*file.variables[0].label), ("Size__cm_", "Size (cm)"));
    assert_eq!(told, ["name-changed: written as Size__cm_; its label is the name: Size (cm)"]);
}

#[test]
fn encodings_have_names_they_can_write_and_refuse_codes_they_cannot() {
    let latin = || options(json!({"encoding": "windows-1252", "codebook": false}));
    let text = |texts: [&str; 3]| -> ArrayRef { Arc::new(StringArray::from(texts.to_vec())) };
    let (file, _) = written(Variable::new("ключ", Kind::Text), text(["a", "b", "é"]), latin()).unwrap();
    assert_eq!((&*file.variables[0].name, &*file.variables[0].label), ("kliuch", "????"));
    // One `?` would be another.
    let day = Variable::new("day", Kind::Text).with_missing(Missing::value("日"));
    let error = written(day, text(["日", "月", "本"]), latin()).unwrap_err();
    assert!(error.to_string().contains("write utf-8"), "{error}");
}

#[test]
fn missing_values_beyond_those_of_spss_are_named() {
    let mut vote = Variable::new("vote", Kind::INTEGER);
    vote.missing = [-1, 3, 7, 9].map(Missing::value).into();
    vote.missing.push(Missing::range(Some(90.into()), Some(99.into())));
    let (file, told) = written(vote, Arc::new(Int64Array::from(vec![1, 8, 92])), options(json!({}))).unwrap();
    assert_eq!(file.variables[0].missing.values, [Stored::Number(-1.0)]);
    let told = told.join("\n");
    assert!(told.contains("missing-dropped: SPSS takes three missing values, or a range and one value: others are valid values: 3, 7, 9"), "{told}");
}

#[test]
fn texts_with_a_nul_are_told() {
    let texts: ArrayRef = Arc::new(StringArray::from(vec!["ab", "a\0b", "c"]));
    let (_, told) = written(Variable::new("t", Kind::Text), texts, options(json!({}))).unwrap();
    assert_eq!(told, ["compatibility: texts with a NUL end there in other programs: a\0b"]);
}

#[test]
fn reasons_have_numbers_beside_the_smallest_integers() {
    let mut long = Variable::new("x", Kind::Integer { bits: 32, signed: true });
    long.missing = vec![Missing::reason().letter('a'), Missing::reason().letter('b')];
    let least: ArrayRef = Arc::new(arrow_array::Int32Array::from(vec![-2_147_483_647, 5]));
    let (file, _) = written(long, least, options(json!({}))).unwrap();
    let missing = [-99_999_999_999.0, -99_999_999_998.0].map(Stored::Number);
    assert_eq!(file.variables[0].missing.values, missing);
}

#[test]
fn large_integers_are_texts_and_come_back() {
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![9_007_199_254_740_993, 9_007_199_254_740_992]));
    let (file, told) = written(Variable::new("id", Kind::INTEGER), numbers, options(json!({}))).unwrap();
    assert_eq!(file.variables[0].width, Some(16));
    assert_eq!(told, ["kind-changed: numbers beyond double precision are written as text: 9007199254740993"]);
}

#[test]
fn large_integers_with_a_reason_come_back_without_it() {
    let mut id = Variable::new("id", Kind::INTEGER);
    id.missing = vec![Missing::reason().letter('a').label("Refused")];
    let codebook = Codebook::new("s").with_table(Table::new("t", vec![id]));
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from(vec![Some(9_007_199_254_740_993), Some(-5), None, None])),
        Arc::new(arrow_array::UInt8Array::from(vec![None, None, None, Some(0)])),
    ];
    let schema = exporter_core::dataset::scan_schema(&codebook.tables[0], &[0], true);
    let rows = RecordBatch::try_new(schema, columns).unwrap();
    let data = MemoryDataset::new(codebook, vec![vec![rows]]).unwrap();
    let sink = MemorySink::new();
    let summary = export(&SavExporter::default(), &data, Box::new(sink.clone()), &lenient()).unwrap();
    let lost =
        summary.changes.losses.iter().find(|loss| loss.code == LossCode::MISSING_REASON_DROPPED).unwrap();
    assert_eq!((lost.count, lost.action.contains("numbers written as text")), (1, true));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.sav");
    std::fs::write(&path, &sink.entries()["t.sav"]).unwrap();
    let read = opened(&path);
    let batch = read.scan(TableId(0), &Scan::all()).unwrap().next().unwrap().unwrap();
    let found: Vec<Option<i64>> =
        batch.column(0).as_primitive::<arrow_array::types::Int64Type>().iter().collect();
    assert_eq!(found, [Some(9_007_199_254_740_993), Some(-5), None, None]);
}

#[test]
fn formats_show_every_number_and_columns_are_wide_enough() {
    let mut narrow = Variable::new("x", Kind::INTEGER);
    let mut format = DisplayFormat::default();
    format.width = Some(2);
    narrow.format = Some(format);
    let numbers = || -> ArrayRef { Arc::new(Int64Array::from(vec![12_345])) };
    let (file, _) = written(narrow, numbers(), options(json!({}))).unwrap();
    assert_eq!(
        (file.variables[0].print.to_string(), file.variables[0].column_width),
        ("F5.0".into(), Some(8))
    );
    let mut bytes = Variable::new("x", Kind::Text);
    let mut format = DisplayFormat::default();
    format.native.insert("spss".to_owned(), "AHEX8".to_owned());
    bytes.format = Some(format);
    let (file, _) = written(bytes, Arc::new(StringArray::from(vec!["abcd"])), options(json!({}))).unwrap();
    assert_eq!(file.variables[0].print.to_string(), "AHEX8");
}

#[test]
fn formats_have_room_for_numbers_of_reasons_and_declared_ones() {
    let numbers = || -> ArrayRef { Arc::new(Int64Array::from(vec![1, 2, 3])) };
    let print =
        |variable| written(variable, numbers(), options(json!({}))).unwrap().0.variables[0].print.to_string();
    let refused = Variable::new("x", Kind::INTEGER).with_missing(Missing::reason().letter('a'));
    assert_eq!(print(refused.clone()), "F3.0");
    let mut native = refused;
    native.format.get_or_insert_default().native.insert("spss".to_owned(), "F1.0".to_owned());
    assert_eq!(print(native), "F3.0");
    let mut declared = Variable::new("x", Kind::INTEGER).with_missing(Missing::value(997));
    assert_eq!(print(declared.clone()), "F3.0");
    // What a file shows so stays so.
    declared.format.get_or_insert_default().native.insert("spss".to_owned(), "F2.0".to_owned());
    assert_eq!(print(declared), "F2.0");
    let mut percent = Variable::new("x", Kind::INTEGER);
    percent.format.get_or_insert_default().style = Some(DisplayStyle::Percent);
    assert_eq!(print(percent), "PCT2.0");
}

#[test]
fn of_values_that_are_one_to_spss_the_first_is_labelled() {
    let codebook = Codebook::new("s")
        .with_table(Table::new("t", vec![Variable::new("x", Kind::Text).with_labels("l")]))
        .with_value_labels("l", ValueLabels::new().with("x", "one").with("x ", "two").with("y", "three"));
    let texts: ArrayRef = Arc::new(StringArray::from(vec!["x"]));
    let rows = RecordBatch::try_new(arrow_schema(&codebook.tables[0], &[0]), vec![texts]).unwrap();
    let data = MemoryDataset::new(codebook, vec![vec![rows]]).unwrap();
    let sink = MemorySink::new();
    let summary = export(&SavExporter::default(), &data, Box::new(sink.clone()), &lenient()).unwrap();
    let lost =
        summary.changes.losses.iter().find(|loss| loss.code == LossCode::VALUE_LABELS_DROPPED).unwrap();
    assert_eq!(lost.first.as_ref().unwrap().value, "x ");
    let reader = SavReader::open(Arc::new(MemoryBytes::new(sink.entries()["t.sav"].clone()))).unwrap();
    let labels: Vec<&str> =
        reader.metadata().value_labels[0].labels.iter().map(|(_, label)| label.as_str()).collect();
    assert_eq!(labels, ["one", "three"]);
}

/// A file as another program writes it that has changed its descriptions.
fn rewritten(bytes: Vec<u8>, edit: impl FnOnce(&mut SavMetadata)) -> Vec<u8> {
    let reader = SavReader::open(Arc::new(MemoryBytes::new(bytes))).unwrap();
    let mut metadata = reader.metadata().clone();
    edit(&mut metadata);
    let storing = metadata.variables.iter().map(|_| Storing::default()).collect();
    let options = WriterOptions::new(Box::new(|| Err(std::io::ErrorKind::Unsupported.into())));
    let mut writer = SavWriter::new(Vec::new(), metadata, storing, options).unwrap();
    for batch in reader.batches(&Default::default(), 1).unwrap() {
        writer.write(&batch.unwrap()).unwrap();
    }
    writer.finish().unwrap().0
}

/// Writes a table, changes what the file says of it as a program would that copies attributes which it does not know, and
/// opens what that wrote.
fn edited(codebook: Codebook, rows: RecordBatch, edit: impl FnOnce(&mut SavMetadata)) -> Box<dyn Dataset> {
    let data = MemoryDataset::new(codebook, vec![vec![rows]]).unwrap();
    let sink = MemorySink::new();
    export(&SavExporter::default(), &data, Box::new(sink.clone()), &lenient()).unwrap();
    let bytes = rewritten(sink.entries()["t.sav"].clone(), edit);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.sav");
    std::fs::write(&path, bytes).unwrap();
    opened(&path)
}

#[test]
fn what_another_program_changed_of_a_variable_holds() {
    let mut vote = Variable::new("vote?", Kind::INTEGER).with_labels("vote").with_measure(Measure::Nominal);
    vote.missing = vec![
        Missing::value(8).label("Do not know"),
        Missing::value(9).label(Text::new("Refused").with("fr", "Refus")),
        Missing::reason().letter('a').label("Not asked"),
    ];
    let other = Variable::new("other", Kind::INTEGER).with_missing(Missing::value(9));
    let weight = Variable::new("weight", Kind::FLOAT);
    let table = Table::new("t", vec![vote, other, weight]);
    let codebook = Codebook::new("s")
        .with_table(table)
        .with_value_labels("vote", ValueLabels::new().with(1, "Yes").with(2, "No"));
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from(vec![Some(1), Some(8), Some(9), None])),
        Arc::new(Int64Array::from(vec![9, 9, 1, 2])),
        Arc::new(arrow_array::Float64Array::from(vec![0.5, 1.0, 1.5, 2.0])),
        Arc::new(arrow_array::UInt8Array::from(vec![None, None, None, Some(2)])),
    ];
    let schema = exporter_core::dataset::scan_schema(&codebook.tables[0], &[0, 1, 2], true);
    let rows = || RecordBatch::try_new(schema.clone(), columns.clone()).unwrap();

    // As it was written.
    let same = edited(codebook.clone(), rows(), |_| {});
    assert_eq!(same.codebook().tables[0].variables[0].missing, codebook.tables[0].variables[0].missing);

    let read = edited(codebook.clone(), rows(), |file| {
        file.weight = Some(2);
        let [vote, other, ..] = &mut file.variables[..] else { panic!() };
        vote.measure = Some(Measure::Ordinal);
        vote.column_width = Some(20);
        vote.missing = MissingValues::new(None, vec![Stored::Number(9.0), Stored::Number(2.0)]);
        other.missing = MissingValues::default();
        let set = &mut file.value_labels[vote.value_labels.unwrap()].labels;
        set.retain(|(value, _)| *value != Stored::Number(9.0));
    });
    let [vote, other, weight] = &read.codebook().tables[0].variables[..] else { panic!() };
    assert_eq!((vote.measure, vote.column_width, weight.weight), (Some(Measure::Ordinal), Some(20), true));
    // The label that was taken away is gone, 8 and the number of the reason are valid values, 2 is missing.
    assert_eq!(vote.missing, [Missing::value(9), Missing::value(2)]);
    // Numbers of what were reasons have the labels that the file has on them.
    let labels = ["Yes", "No", "Do not know", "Not asked"].map(Text::new);
    let set = &read.codebook().value_labels_of(vote).unwrap().entries;
    assert!(set.iter().map(|entry| &entry.label).eq(&labels), "{set:?}");
    assert_eq!(other.missing, []);
    let batch = read.scan(TableId(0), &Scan::all().with_reasons()).unwrap().next().unwrap().unwrap();
    let votes: Vec<i64> = batch.column(0).as_primitive::<arrow_array::types::Int64Type>().values().to_vec();
    assert_eq!(votes, [1, 8, 9, -99]);

    // A range instead of single values.
    let read = edited(codebook.clone(), rows(), |file| {
        file.variables[1].missing = MissingValues::new(Some((Some(5.0), None)), Vec::new());
    });
    let other = &read.codebook().tables[0].variables[1];
    assert_eq!(other.missing, [Missing::range(Some(5.into()), None)]);
}

#[test]
fn texts_that_are_too_long_continue_in_further_variables() {
    let (long, umlauts) = ("x".repeat(70_000), format!("{}{}", "a".repeat(32_766), "ü".repeat(30_000)));
    let answer = Variable::new("answer", Kind::Text).with_label(Text::new("Why?").with("de", "Warum?"));
    let variables = vec![
        answer,
        Variable::new("Answer_2", Kind::INTEGER),
        Variable::new("bytes", Kind::Binary),
        Variable::new("last", Kind::Text),
    ];
    let codebook = Codebook::new("s").with_table(Table::new("t", variables));
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from(vec![Some(long.as_str()), None, Some(umlauts.as_str())])),
        Arc::new(Int64Array::from(vec![1, 2, 3])),
        Arc::new(BinaryArray::from_vec(vec![&[7; 25_000], b"", &[9; 5]])),
        Arc::new(StringArray::from(vec!["a", "b", "c"])),
    ];
    let batch = RecordBatch::try_new(arrow_schema(&codebook.tables[0], &[0, 1, 2, 3]), columns).unwrap();
    let data = MemoryDataset::new(codebook, vec![vec![batch]]).unwrap();
    let exporter = SavExporter::new(options(json!({"long-text": "split"})));
    let sink = MemorySink::new();
    let summary = export(&exporter, &data, Box::new(sink.clone()), &lenient()).unwrap();
    let told: Vec<String> = summary
        .changes
        .losses
        .iter()
        .map(|loss| format!("{}: {}", loss.variable.as_deref().unwrap_or_default(), loss.action))
        .collect();
    for line in [
        "answer: texts beyond 32767 bytes continue in answer_2_, answer_3",
        "bytes: texts beyond 32767 bytes continue in bytes_2",
    ] {
        assert!(told.iter().any(|told| told == line), "{line} is not among {told:#?}");
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.sav");
    std::fs::write(&path, &sink.entries()["t.sav"]).unwrap();
    let read = opened(&path);
    let variables = &read.codebook().tables[0].variables;
    let names: Vec<&str> = variables.iter().map(|variable| &*variable.name).collect();
    assert_eq!(names, ["answer", "answer_2_", "answer_3", "Answer_2", "bytes", "bytes_2", "last"]);
    let label = &variables[2].label;
    assert_eq!((label.untagged(), label.translation("de")), (Some("Why? (3)"), Some("Warum? (3)")));
    let batch = read.scan(TableId(0), &Scan::all()).unwrap().next().unwrap().unwrap();
    let text = |row: usize, columns: &[usize]| -> String {
        columns.iter().map(|column| batch.column(*column).as_string::<i32>().value(row)).collect()
    };
    assert_eq!(text(0, &[0, 1, 2]), long);
    assert_eq!(text(1, &[0, 1, 2]), "");
    assert_eq!(text(2, &[0, 1, 2]), umlauts);
    assert_eq!(text(0, &[6]), "a");
    // Bytes are in pieces of whole groups of base64; those of an empty piece are none.
    let bytes = |row: usize| {
        [4, 5].map(|column| batch.column(column).as_binary::<i32>().value(row).to_vec()).concat()
    };
    assert_eq!((bytes(0), bytes(1), bytes(2)), (vec![7; 25_000], vec![], vec![9; 5]));
    // The last piece has room for what is left of the longest text alone.
    let width = |column: usize| variables[column].facts.storage["spss"].clone();
    assert_eq!((width(0), width(2), width(5)), ("A32767".into(), "A27238".into(), "A572".into()));
}

#[test]
fn a_registry_makes_the_exporter() {
    let registry = exporter_sav::register(Registry::new());
    let exporter = registry.exporter("spss", json!({"compression": "none"})).unwrap();
    assert_eq!(exporter.format().id, "sav");
    let error = registry.exporter("sav", json!({"level": 6})).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Usage);
    let error = registry.exporter("sav", json!({"encoding": "klingon"})).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Usage);
}

/// The names and values of attributes.
fn attributes(of: &[exporter_sav::Attribute]) -> Vec<String> {
    of.iter().map(|attribute| format!("{}={}", attribute.name, attribute.values.join("|"))).collect()
}

#[test]
fn names_that_the_program_uses_itself_are_left_to_it() {
    let zoned = Kind::DateTime { unit: TimeUnit::Second, zone: Some("UTC".to_owned()) };
    let mut seen = Variable::new("seen", zoned);
    seen.role = Some(Role::Input);
    let one = |text: &str| Attribute::One(text.to_owned());
    let own = [
        ("clock", one("x")),
        ("$@Role", one("0")),
        ("none", Attribute::Many(Vec::new())),
        ("nul", one("a\0b")),
    ];
    seen.attributes = own.map(|(name, value)| (name.to_owned(), value)).into();
    let moments = column_of(&seen.kind, &[Cell::Integer(0)]);
    let (file, told) = written(seen, moments, options(json!({}))).unwrap();
    assert_eq!(
        attributes(&file.variables[0].attributes),
        ["clock_2=x", "none=", "nul=a b", "$@Role=0", "Clock=Times in UTC; the zone of the variable is UTC."]
    );
    let told = told.join("\n");
    assert!(told.contains("attributes written under a name that SPSS has: clock"), "{told}");
    assert!(told.contains("attributes without a value written with an empty one: none"), "{told}");

    let mut codebook =
        Codebook::new("s").with_table(Table::new("t", vec![Variable::new("x", Kind::INTEGER)]));
    codebook.tables[0].attributes = [("@exporter_codebook", "x"), ("a", "table"), ("b", "both")]
        .map(|(name, value)| (name.to_owned(), one(value)))
        .into();
    codebook.study.attributes =
        [("a", "study"), ("b", "both")].map(|(name, value)| (name.to_owned(), one(value))).into();
    let rows = RecordBatch::try_new(
        arrow_schema(&codebook.tables[0], &[0]),
        vec![Arc::new(Int64Array::from(vec![1])) as ArrayRef],
    );
    let data = MemoryDataset::new(codebook, vec![vec![rows.unwrap()]]).unwrap();
    let sink = MemorySink::new();
    let exporter = SavExporter::new(options(json!({"codebook": false})));
    export(&exporter, &data, Box::new(sink.clone()), &lenient()).unwrap();
    let reader = SavReader::open(Arc::new(MemoryBytes::new(sink.entries()["t.sav"].clone()))).unwrap();
    assert_eq!(
        attributes(&reader.metadata().attributes),
        ["@exporter_codebook_2=x", "a=table", "b=both", "a_2=study"]
    );
}

#[test]
fn what_belongs_to_a_variable_stays_with_it_where_names_are_nearly_the_same() {
    let mut street =
        Variable::new("straße", Kind::Text).with_labels("streets").with_missing(Missing::value("b"));
    street.attributes.insert("Note".to_owned(), Attribute::One("mine".to_owned()));
    let codebook = Codebook::new("s")
        .with_table(Table::new("t", vec![Variable::new("STRASSE", Kind::Text), street]))
        .with_value_labels("streets", ValueLabels::new().with("a long text of many bytes", "A"));
    let texts = || -> ArrayRef { Arc::new(StringArray::from(vec!["a long text of many bytes"])) };
    let rows =
        RecordBatch::try_new(arrow_schema(&codebook.tables[0], &[0, 1]), vec![texts(), texts()]).unwrap();
    let data = MemoryDataset::new(codebook, vec![vec![rows]]).unwrap();
    let sink = MemorySink::new();
    let summary = export(&SavExporter::default(), &data, Box::new(sink.clone()), &lenient()).unwrap();
    assert_eq!(summary.changes.renames.len(), 1);
    let reader = SavReader::open(Arc::new(MemoryBytes::new(sink.entries()["t.sav"].clone()))).unwrap();
    let [first, second] = &reader.metadata().variables[..] else { panic!() };
    assert_eq!((&*first.name, &*second.name), ("STRASSE", "straße_2"));
    assert_eq!((first.value_labels, second.value_labels), (None, Some(0)));
    assert_eq!(
        (attributes(&first.attributes), attributes(&second.attributes)),
        (vec![], vec!["Note=mine".into()])
    );
    assert_eq!((first.missing.is_empty(), second.missing.values.len()), (true, 1));
}

fn opened(path: &Path) -> Box<dyn Dataset> {
    let source = Source::open(path, &Context::default()).unwrap();
    SavInput::open(&source, Default::default(), &Context::default()).unwrap()
}

/// A study that SPSS can say whole, so that no codebook needs to be embedded.
fn native() -> Codebook {
    let mut answer =
        Variable::new("answer", Kind::INTEGER).with_label("Did you vote?").with_measure(Measure::Nominal);
    answer.labels = Some("answer".to_owned());
    answer.role = Some(Role::Target);
    answer.missing =
        vec![Missing::range(Some(Value::Integer(90)), Some(Value::Integer(99))), Missing::value(-1)];
    answer.attributes.insert("Source".to_owned(), Attribute::Many(vec!["it's".to_owned(), String::new()]));
    let mut weight = Variable::new("weight", Kind::FLOAT);
    weight.weight = true;
    let kinds = [
        ("born", Kind::Date),
        ("seen", Kind::DateTime { unit: TimeUnit::Second, zone: None }),
        ("month", Kind::Period(Period::Month)),
        ("name", Kind::Text),
        ("first", Kind::INTEGER),
        ("second", Kind::INTEGER),
    ];
    let mut variables = vec![answer, weight];
    variables.extend(kinds.map(|(name, kind)| Variable::new(name, kind)));
    let mut table = Table::new("t", variables);
    let mut chosen = Group::new(
        "chosen",
        GroupKind::MultipleDichotomy { counted: Value::Integer(1) },
        ["first", "second"],
    );
    chosen.label_source = Some(LabelSource::CountedValues);
    table.groups = vec![chosen, Group::new("a set", GroupKind::Set, ["born", "name"])];
    table.attributes.insert("Project".to_owned(), Attribute::One("P".to_owned()));
    table.notes.push("One line\n\nand another".into());
    let mut codebook = Codebook::new("t").with_table(table);
    let labels = [(0, "No"), (1, "Yes"), (99, "Refused")].map(|(value, label)| ValueLabel::new(value, label));
    codebook.value_labels.entry("answer".to_owned()).or_default().entries = labels.to_vec();
    codebook
}

/// Forty rows with a null in each column.
fn rows(table: &Table) -> RecordBatch {
    let cell = |kind: &Kind, row: i128| match kind {
        _ if row == 7 => Cell::Null,
        Kind::Text => Cell::Text(format!("name {row}")),
        Kind::Float { .. } => Cell::Float(row as f64 / 4.0),
        Kind::DateTime { .. } => Cell::Integer(row * 86_461),
        _ => Cell::Integer(row % 3),
    };
    let columns = table.variables.iter().map(|variable| {
        let cells: Vec<Cell> = (0..40).map(|row| cell(&variable.kind, row)).collect();
        column_of(&variable.kind, &cells)
    });
    RecordBatch::try_new(
        arrow_schema(table, &(0..table.variables.len()).collect::<Vec<_>>()),
        columns.collect(),
    )
    .unwrap()
}

#[test]
fn what_spss_can_say_comes_back_without_an_embedded_codebook() {
    let folder = tempfile::tempdir().unwrap();
    let data = MemoryDataset::new(native(), vec![vec![rows(&native().tables[0])]]).unwrap();
    let exporter = SavExporter::new(options(json!({"codebook": false})));
    let sink = MemorySink::new();
    export(&exporter, &data, Box::new(sink.clone()), &lenient()).unwrap();
    let path = folder.path().join("t.sav");
    std::fs::write(&path, &sink.entries()["t.sav"]).unwrap();
    let again = opened(&path);
    let (was, is) = (&native().tables[0], &again.codebook().tables[0]);
    assert_eq!((&is.groups, &is.notes, &is.attributes), (&was.groups, &was.notes, &was.attributes));
    for (is, was) in is.variables.iter().zip(&was.variables) {
        assert_eq!((&is.name, &is.kind, &is.label), (&was.name, &was.kind, &was.label));
        assert_eq!((&is.missing, is.weight, is.role), (&was.missing, was.weight, was.role), "{}", is.name);
        assert_eq!((&is.attributes, is.measure), (&was.attributes, was.measure), "{}", is.name);
    }
    let set = |codebook: &Codebook| codebook.value_labels_of(&codebook.tables[0].variables[0]).cloned();
    assert_eq!(set(again.codebook()), set(&native()));
}

#[test]
fn labels_in_a_second_language_stand_in_attributes() {
    let codebook = || {
        let label = Text::new("Did you vote?").with("fr", "Avez-vous voté ?");
        let mut vote = Variable::new("vote", Kind::INTEGER).with_label(label);
        vote.missing = vec![Missing::value(-9).label(Text::new("Refused").with("fr", "Refus"))];
        vote.labels = Some("yes".to_owned());
        let mut codebook = Codebook::new("t").with_table(Table::new("t", vec![vote]));
        codebook.study.languages = vec!["en".to_owned(), "fr".to_owned()];
        let entries = &mut codebook.value_labels.entry("yes".to_owned()).or_default().entries;
        entries.push(ValueLabel::new(1, Text::new("Yes").with("fr", "Oui")));
        codebook
    };
    let folder = tempfile::tempdir().unwrap();
    let data = MemoryDataset::new(codebook(), vec![vec![rows(&codebook().tables[0])]]).unwrap();
    let written = |language: &str| {
        let exporter = SavExporter::new(options(json!({"second-language": language, "codebook": false})));
        let sink = MemorySink::new();
        export(&exporter, &data, Box::new(sink.clone()), &lenient()).map(|_| sink)
    };
    let path = folder.path().join("t.sav");
    std::fs::write(&path, &written("fr").unwrap().entries()["t.sav"]).unwrap();
    let again = opened(&path);
    // The file alone says in two languages what it says.
    let (read, vote) = (again.codebook(), &again.codebook().tables[0].variables[0]);
    assert_eq!(
        (&read.study.languages[..], vote.attributes.len()),
        (&["und".to_owned(), "fr".to_owned()][..], 0)
    );
    assert_eq!(vote.label, Text::new("Did you vote?").with("fr", "Avez-vous voté ?"));
    let labels: Vec<&Text> = read.value_labels_of(vote).unwrap().entries.iter().map(|it| &it.label).collect();
    assert_eq!(labels, [&Text::new("Yes").with("fr", "Oui"), &Text::new("Refused").with("fr", "Refus")]);
    let error = written("de").unwrap_err();
    assert!(error.hint().is_some_and(|hint| hint.ends_with(": fr")), "{error:?}");
    let first = written("en").unwrap_err();
    assert!(first.to_string().contains("en is the language of the labels themselves"), "{first}");
    assert!(written("FR").is_ok());
    // A copy has them, too, until another language is chosen or none.
    let labels = |path: &Path, json| {
        let sink = MemorySink::new();
        export(&SavExporter::new(options(json)), &*opened(path), Box::new(sink.clone()), &lenient()).unwrap();
        std::fs::write(path, &sink.entries()["t.sav"]).unwrap();
        let reader = SavReader::open(Arc::new(MemoryBytes::new(sink.entries()["t.sav"].clone()))).unwrap();
        let attributes = reader.metadata().variables[0].attributes.iter();
        attributes.map(|attribute| attribute.values.join("; ")).collect::<Vec<_>>()
    };
    let exporter = SavExporter::new(options(json!({"second-language": "fr"})));
    let sink = MemorySink::new();
    export(&exporter, &data, Box::new(sink.clone()), &lenient()).unwrap();
    std::fs::write(&path, &sink.entries()["t.sav"]).unwrap();
    let french = ["Avez-vous voté ?", "1=Oui; -9=Refus"];
    assert_eq!(labels(&path, json!({})), french);
    assert_eq!(labels(&path, json!({})), french);
    assert!(opened(&path).codebook().tables[0].variables[0].attributes.is_empty());
    assert_eq!(labels(&path, json!({"second-language": ""})), Vec::<String>::new());
    assert_eq!(labels(&path, json!({})), Vec::<String>::new());
}
