//! Files as datasets: what they say, and what our writer kept.

mod characteristics;
mod embedded;
mod facts;
mod kept;
mod letters;
mod losses;
mod projection;
mod rewritten;
mod second_language;

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Int64Type};
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, DurationNanosecondArray, Float64Array, Int64Array,
    RecordBatch, StringArray, Time64MicrosecondArray, TimestampMillisecondArray,
};
use arrow_select::concat::concat_batches;
use exporter_core::codebook::{
    Attribute, Codebook, Group, GroupKind, Kind, Language, Missing, Question, SortKey, Table, Text, TimeUnit,
    Value, ValueLabels, Variable,
};
use exporter_core::dataset::Comparison;
use exporter_core::sink::MemorySink;
use exporter_core::{
    Context, Dataset, Filter, Input, LossCode, MemoryDataset, Recognition, Sample, Scan, Source, TableId,
    export,
};

use super::{DtaDataset, DtaInput, Letters};
use crate::DtaExporter;
use crate::reader::ReadOptions;
use crate::reader::tests::test_file::{Cell, TestFile};
use crate::spec::{ByteOrder, Release};
use crate::spec_storage::StorageType;

/// Opens bytes as a dataset.
fn open(bytes: &[u8], letters: Letters) -> DtaDataset {
    let source = Source::memory("survey.dta", bytes.to_vec());
    DtaDataset::open(&source, ReadOptions::default(), letters, 2).unwrap()
}

fn rows(data: &dyn Dataset, scan: &Scan) -> RecordBatch {
    let batches = data.scan(TableId(0), scan).unwrap();
    let schema = batches.schema().clone();
    concat_batches(&schema, &batches.map(Result::unwrap).collect::<Vec<_>>()).unwrap()
}

/// Writes a study with our exporter and opens what it wrote.
fn round_trip(codebook: Codebook, columns: Vec<ArrayRef>) -> DtaDataset {
    open(&written(&study(codebook, columns)), Letters::Seen)
}

/// A study of one table.
fn study(codebook: Codebook, columns: Vec<ArrayRef>) -> MemoryDataset {
    let names = codebook.tables[0].variables.iter().map(|variable| variable.name.clone());
    let batch =
        RecordBatch::try_from_iter_with_nullable(names.zip(columns).map(|(name, array)| (name, array, true)));
    MemoryDataset::new(codebook, vec![vec![batch.unwrap()]]).unwrap()
}

#[test]
fn a_file_describes_itself() {
    let mut file = TestFile::sample(Release::V118, ByteOrder::Little);
    file.characteristics.extend([
        ("_dta", "_lang_list", "en fr"),
        ("_dta", "_lang_c", "en"),
        ("_dta", "_lang_v_fr", "Une étiquette"),
        ("b", "_lang_v_fr", "Octet"),
        ("b", "_lang_l_fr", "ouinon"),
    ]);
    file.sets.push(("ouinon", vec![(0, "non"), (1, "oui"), (2_147_483_622, "refusé")]));
    let data = open(&file.bytes(), Letters::Seen);
    let codebook = data.codebook();
    assert_eq!(codebook.problems(), []);
    assert_eq!(codebook.study.languages, ["en", "fr"]);
    let table = &codebook.tables[0];
    assert_eq!((table.name.as_str(), data.rows(TableId(0))), ("survey", Some(2)));
    assert_eq!(table.label, Text::new("A label").with("fr", "Une étiquette"));
    assert_eq!(table.notes, [Text::new("A note")]);
    assert_eq!(table.sort, [SortKey::Ascending("b".into()), SortKey::Ascending("d".into())]);
    let b = &table.variables[0];
    assert_eq!(b.label, Text::new("Byte").with("fr", "Octet"));
    assert_eq!((&b.kind, b.labels.as_deref()), (&Kind::Integer { bits: 8, signed: true }, Some("yesno")));
    let refused = Missing::reason().letter('a').label(Text::new("refused").with("fr", "refusé"));
    assert_eq!(b.missing, [refused]);
    assert_eq!(b.attributes["source"], Attribute::One("form 7".into()));
    assert_eq!(b.format.as_ref().unwrap().native["stata"], "%8.0g");
    let yes_no = ValueLabels::new()
        .with(0, Text::new("no").with("fr", "non"))
        .with(1, Text::new("yes").with("fr", "oui"));
    assert_eq!(codebook.value_labels.iter().collect::<Vec<_>>(), [(&"yesno".to_owned(), &yes_no)]);
    assert_eq!(table.variables[1].kind, Kind::Date);
    assert_eq!(rows(&data, &Scan::all()).num_columns(), 5);
}

#[test]
fn letters_are_declared_as_asked() {
    let mut file = TestFile::sample(Release::V118, ByteOrder::Little);
    file.rows[1][1] = Cell::Long(2_147_483_624);
    let declared = |letters| {
        let data = open(&file.bytes(), letters);
        assert_eq!(data.codebook().problems(), []);
        let count = |variable: &Variable| variable.missing.len();
        let counts: Vec<usize> = data.codebook().tables[0].variables.iter().map(count).collect();
        (counts, rows(&data, &Scan::all()).column(0).null_count())
    };
    assert_eq!(declared(Letters::Seen), (vec![1, 1, 0, 0, 0], 1));
    assert_eq!(declared(Letters::All), (vec![26, 26, 26, 0, 0], 1));
    assert_eq!(declared(Letters::Null), (vec![0; 5], 1));
    let data = open(&file.bytes(), Letters::Seen);
    assert_eq!(data.codebook().tables[0].variables[1].missing, [Missing::reason().letter('c')]);
}

#[test]
fn scans_choose_columns_rows_and_filter() {
    let mut file = TestFile::sample(Release::V118, ByteOrder::Little);
    file.rows = (0..50)
        .map(|row| {
            vec![
                Cell::Byte(row as i8),
                Cell::Long(row),
                Cell::Double(0.5),
                Cell::Text(b"x"),
                Cell::StrL(0, 0),
            ]
        })
        .collect();
    file.strls.clear();
    let data = open(&file.bytes(), Letters::Seen);
    let chosen = rows(&data, &Scan::all().columns([3, 1]).limit(7).batch_rows(2));
    assert_eq!(
        (chosen.num_rows(), chosen.num_columns(), chosen.schema().field(0).name().as_str()),
        (7, 2, "s")
    );
    let filter = Filter::compare("b", Comparison::AtLeast, 45);
    let passed = rows(&data, &Scan::all().columns([1]).filter(filter).limit(3).batch_rows(4));
    let days = passed.column(0).as_primitive::<Date32Type>().values().to_vec();
    assert_eq!((passed.num_columns(), days), (1, vec![45 - 3_653, 46 - 3_653, 47 - 3_653]));
    assert!(data.scan(TableId(0), &Scan::all().columns([5])).is_err());
    assert!(data.scan(TableId(1), &Scan::all()).is_err());
}

#[test]
fn what_our_writer_kept_comes_back() {
    let variables = vec![
        Variable::new("how old?", Kind::INTEGER)
            .with_label("Age")
            .with_labels("special")
            .with_question(Question::new("How old are you?"))
            .with_missing(Missing::value(-9).label("Refused"))
            .with_missing(Missing::value(999)),
        Variable::new("yes", Kind::Boolean),
        Variable::new("born", Kind::Date).with_missing(Missing::value("1900-01-01").label("Unknown")),
        Variable::new("at", Kind::DateTime { unit: TimeUnit::Millisecond, zone: None }),
        Variable::new("clock", Kind::Time(TimeUnit::Microsecond)),
        Variable::new("x", Kind::FLOAT).with_missing(Missing::value(-1.5)),
        Variable::new("name", Kind::Text),
    ];
    let group = Group::new("all", GroupKind::Section, ["yes", "x"]);
    let table = Table::new("people", variables).with_label("People").with_key(["how old?"]).with_group(group);
    let labels = ValueLabels::new().with(1, "one").with(999, "Don't know");
    let codebook =
        Codebook::new("s").with_title("A study").with_value_labels("special", labels).with_table(table);
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from(vec![Some(1), Some(-9), Some(999), None])),
        Arc::new(BooleanArray::from(vec![Some(true), Some(false), None, Some(true)])),
        Arc::new(Date32Array::from(vec![Some(0), Some(-25_567), None, Some(20_000)])),
        Arc::new(TimestampMillisecondArray::from(vec![Some(0), Some(-1), None, Some(1_700_000_000_123)])),
        Arc::new(Time64MicrosecondArray::from(vec![
            Some(0),
            Some(86_399_999_000),
            None,
            Some(3_600_000_000),
        ])),
        Arc::new(Float64Array::from(vec![Some(0.1), Some(-1.5), None, Some(1e300)])),
        Arc::new(StringArray::from(vec!["é", "", "long enough", "z"])),
    ];
    let data = round_trip(codebook.clone(), columns.clone());
    let found = data.codebook();
    assert_eq!(found.problems(), []);
    assert_eq!(found.study, codebook.study);
    assert_eq!(found.value_labels, codebook.value_labels);
    let (was, is) = (&codebook.tables[0], &found.tables[0]);
    assert_eq!(
        (&is.name, &is.label, &is.key, &is.groups, &is.notes),
        (&was.name, &was.label, &was.key, &was.groups, &was.notes)
    );
    for (was, is) in was.variables.iter().zip(&is.variables) {
        assert_eq!(
            (&is.name, &is.kind, &is.label, &is.labels, &is.question),
            (&was.name, &was.kind, &was.label, &was.labels, &was.question)
        );
        let values = |variable: &Variable| {
            variable.missing.iter().map(|m| (m.values.clone(), m.label.clone())).collect::<Vec<_>>()
        };
        assert_eq!(values(is), values(was), "{}", was.name);
        assert_eq!(is.notes, was.notes);
    }
    let batch = rows(&data, &Scan::all());
    for (index, (was, is)) in columns.iter().zip(batch.columns()).enumerate() {
        assert_eq!(was, is, "{}", batch.schema().field(index).name());
    }
    assert_eq!(batch.column(0).as_primitive::<Int64Type>().value(2), 999);
}

/// What the exporter makes of a dataset.
fn written(data: &dyn Dataset) -> Vec<u8> {
    let sink = MemorySink::new();
    export(&DtaExporter::default(), data, Box::new(sink.clone()), &Context::default()).unwrap();
    sink.entries().into_iter().find(|(name, _)| name.ends_with(".dta")).unwrap().1
}

#[test]
fn letters_in_dates_and_times_are_written_back_as_they_were() {
    let letter = |letter| exporter_stata::Missing::from_letter(letter).unwrap();
    let mut file = TestFile::sample(Release::V118, ByteOrder::Little);
    let variable = |name, storage, format| (name, storage, format, "", Vec::new());
    file.variables = vec![
        variable("day", StorageType::Int, "%td"),
        variable("at", StorageType::Double, "%tc"),
        variable("utc", StorageType::Double, "%tC"),
        variable("month", StorageType::Int, "%tm"),
        variable("clock", StorageType::Double, "%tcHH:MM:SS"),
        variable("old", StorageType::Int, "%d"),
    ];
    (file.sort, file.characteristics, file.strls, file.sets) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let double = |missing: char| Cell::Double(letter(missing).double());
    let int = |missing: char| Cell::Int(letter(missing).int());
    file.rows = vec![
        vec![
            Cell::Int(20_000),
            Cell::Double(1.5e12),
            Cell::Double(1.5e12),
            Cell::Int(700),
            Cell::Double(60_000.0),
            Cell::Int(-1_000),
        ],
        vec![int('a'), double('b'), double('z'), int('c'), double('d'), int('y')],
        vec![int('z'), double('b'), double('a'), int('z'), double('e'), Cell::Int(32_741)],
    ];
    let bytes = file.bytes();
    let data = open(&bytes, Letters::Seen);
    assert_eq!(data.codebook().problems(), []);
    let kinds: Vec<String> =
        data.codebook().tables[0].variables.iter().map(|variable| variable.kind.to_string()).collect();
    assert_eq!(kinds, ["date", "datetime", "datetime(ms, UTC)", "period(month)", "datetime", "date"]);
    let again = written(&data);
    let between = |bytes: &[u8], open: &str, close: &str| {
        let find = |what: &str| memchr::memmem::find(bytes, what.as_bytes()).unwrap();
        bytes[find(open) + open.len()..find(close)].to_vec()
    };
    for (open, close) in
        [("<variable_types>", "</variable_types>"), ("<formats>", "</formats>"), ("<data>", "</data>")]
    {
        assert_eq!(between(&again, open, close), between(&bytes, open, close), "{open}");
    }
    let twice = open_it(&again);
    assert_eq!(twice.codebook().tables[0].variables, data.codebook().tables[0].variables);
    assert_eq!(rows(&data, &Scan::all().filter(Filter::IsNull("at".into()))).num_rows(), 2);
}

fn open_it(bytes: &[u8]) -> DtaDataset {
    open(bytes, Letters::Seen)
}

#[test]
fn numbers_stored_as_text_come_back_until_one_is_none() {
    let big = (1_i64 << 53) + 1;
    let kinds =
        [Kind::INTEGER, Kind::Decimal { precision: 20, scale: 2 }, Kind::Duration(TimeUnit::Nanosecond)];
    let names = ["id", "price", "took"];
    let variables = names.iter().zip(&kinds).map(|(name, kind)| Variable::new(*name, kind.clone()));
    let missing = |variable: Variable| variable.with_missing(Missing::value(-9).label("Unknown"));
    let table = Table::new("t", variables.map(missing).collect());
    let codebook = Codebook::new("s").with_table(table);
    let decimals = Decimal128Array::from(vec![Some(10_i128.pow(19) + 7), None, Some(-900)]);
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from(vec![Some(big), None, Some(-9)])),
        Arc::new(decimals.with_precision_and_scale(20, 2).unwrap()),
        Arc::new(DurationNanosecondArray::from(vec![Some(big), None, Some(-9)])),
    ];
    let batch = |columns: &[ArrayRef]| {
        let named = names.iter().zip(columns).map(|(name, column)| (*name, column.clone(), true));
        RecordBatch::try_from_iter_with_nullable(named).unwrap()
    };
    let data = MemoryDataset::new(codebook, vec![vec![batch(&columns)]]).unwrap();
    let options = serde_json::from_value(serde_json::json!({"decimals": "text"})).unwrap();
    let sink = MemorySink::new();
    export(&DtaExporter::new(options), &data, Box::new(sink.clone()), &Context::default()).unwrap();
    let bytes = sink.entries().remove("t.dta").unwrap();
    for letters in [Letters::Seen, Letters::Null] {
        let read = open(&bytes, letters);
        let found = &read.codebook().tables[0].variables;
        assert_eq!(
            found.iter().map(|variable| &variable.kind).collect::<Vec<_>>(),
            kinds.iter().collect::<Vec<_>>()
        );
        assert_eq!(found[0].missing, [Missing::value(-9).label("Unknown")]);
        assert_eq!(rows(&read, &Scan::all()).columns(), columns);
    }
    // Someone writes something else into the identifier.
    let mut changed = bytes.clone();
    let at = memchr::memmem::find(&changed, big.to_string().as_bytes()).unwrap();
    changed[at] = b'x';
    let read = open(&changed, Letters::Seen);
    let found = &read.codebook().tables[0].variables;
    assert_eq!((&found[0].kind, &found[0].missing), (&Kind::Text, &Vec::new()));
    assert_eq!(found[2].kind, kinds[2]);
    assert_eq!(read.codebook().problems(), []);
    assert_eq!(
        rows(&read, &Scan::all()).column(0).as_string::<i32>().value(0),
        format!("x{}", &big.to_string()[1..])
    );
}

#[test]
fn declared_missing_texts_come_back() {
    let x = Variable::new("x", Kind::Text).with_missing(Missing::value("n/a").label("Not asked"));
    let columns: Vec<ArrayRef> = vec![Arc::new(StringArray::from(vec!["n/a", "yes"]))];
    let data = round_trip(Codebook::new("s").with_table(Table::new("t", vec![x.clone()])), columns);
    assert_eq!(data.codebook().tables[0].variables[0].missing, x.missing);
}

#[test]
fn a_hundred_languages_are_the_most() {
    let mut file = TestFile::sample(Release::V118, ByteOrder::Little);
    let names: Vec<String> = (0..2_000).map(|number| format!("l{number} same")).collect();
    file.characteristics
        .extend([("_dta", "_lang_list", &*names.join(" ").leak()), ("_dta", "_lang_c", "l0")]);
    let data = open(&file.bytes(), Letters::Seen);
    let languages = &data.codebook().study.languages;
    assert_eq!((languages.len(), &languages[..2]), (100, &["l0".to_owned(), "same".to_owned()][..]));
    assert_eq!(data.codebook().problems(), []);
}

#[test]
fn what_no_longer_describes_the_file_is_not_taken_back() {
    let group = Group::new("g", GroupKind::Section, ["y"]);
    let variables = vec![Variable::new("x", Kind::INTEGER), Variable::new("y", Kind::INTEGER)];
    let table = Table::new("t", variables).with_group(group).with_label("Label");
    let number: ArrayRef = Arc::new(Int64Array::from(vec![1]));
    let batch = RecordBatch::try_from_iter([("x", number.clone()), ("y", number)]).unwrap();
    let data = MemoryDataset::new(Codebook::new("s").with_table(table), vec![vec![batch]]).unwrap();
    let mut bytes = written(&data);
    // Another program renames the member of the group.
    let at = memchr::memmem::find(&bytes, b"<varnames>").unwrap() + "<varnames>".len() + 129;
    assert_eq!(bytes[at], b'y');
    bytes[at] = b'z';
    let read = open(&bytes, Letters::Seen);
    let table = &read.codebook().tables[0];
    assert_eq!((read.codebook().problems(), table.groups.len()), (Vec::new(), 0));
    assert_eq!((table.label.clone(), table.variables[1].name.as_str()), (Text::new("Label"), "z"));
}

#[test]
fn content_tells_what_a_file_is() {
    for number in [113, 115, 117, 118, 121] {
        let release = Release::from_number(number).unwrap();
        let bytes = TestFile::sample(release, ByteOrder::Big).bytes();
        assert_eq!(DtaInput::recognise(&Sample::of(&bytes)), Recognition::Yes, "{number}");
    }
    let mut unused = TestFile::sample(Release::from_number(113).unwrap(), ByteOrder::Little).bytes();
    unused[3] = 7;
    assert_eq!(DtaInput::recognise(&Sample::of(&unused)), Recognition::Yes);
    assert_eq!(open(&unused, Letters::Seen).rows(TableId(0)), Some(2));
    assert_eq!(DtaInput::recognise(&Sample::of(b"id,name\n1,x\n")), Recognition::No);
    assert_eq!(DtaInput::recognise(&Sample::of(b"")), Recognition::No);
}

#[test]
fn an_alias_is_left_out_with_a_loss() {
    let mut file = TestFile::sample(Release::V120, ByteOrder::Little);
    file.variables.push(("away", StorageType::Alias, "%9.0g", "", Vec::new()));
    file.characteristics.push(("away", "fralias_from", "home"));
    let data = open(&file.bytes(), Letters::Seen);
    let table = &data.codebook().tables[0];
    assert_eq!(table.variables.len(), 5);
    assert_eq!(table.notes, [Text::new("A note")]);
    let losses = data.losses();
    let away = losses.iter().find(|loss| loss.variable.as_deref() == Some("away")).unwrap();
    assert_eq!(away.code, LossCode::NOT_READ);
    assert_eq!(rows(&data, &Scan::all()).num_columns(), 5);
}

#[test]
fn damage_has_a_hint_only_where_a_lenient_reader_goes_on() {
    let bytes = TestFile::sample(Release::V118, ByteOrder::Little).bytes();
    let find = |tag: &str| memchr::memmem::find(&bytes, tag.as_bytes()).unwrap();
    let hint = |end: usize| {
        let source = Source::memory("cut.dta", bytes[..end].to_vec());
        let error = DtaInput::open(&source, Default::default(), &Context::default()).err().unwrap();
        error.hint().is_some_and(|hint| hint.contains("lenient"))
    };
    assert!(hint(bytes.len() - 20) && hint(find("</data>")));
    // Without the descriptions of the variables there are no rows.
    assert!(!hint(find("<variable_labels>") + 100) && !hint(find("<formats>") + 9));
}

#[test]
fn a_set_on_texts_is_left_out_with_a_loss_and_one_of_numbers_behind_dates_is_named_by_an_attribute() {
    let mut file = TestFile::sample(Release::V118, ByteOrder::Little);
    file.variables = vec![
        ("day", StorageType::Int, "%td", "yn", Vec::new()),
        ("text", StorageType::Str(3), "%9s", "yn", Vec::new()),
        ("number", StorageType::Byte, "%8.0g", "yn", Vec::new()),
    ];
    file.rows = vec![vec![Cell::Int(1), Cell::Text(b"abc"), Cell::Byte(1)]];
    file.sets = vec![("yn", vec![(0, "no"), (1, "yes"), (2_147_483_622, "refused")])];
    (file.sort, file.characteristics, file.strls) = Default::default();
    let data = open(&file.bytes(), Letters::Seen);
    data.codebook().validate().unwrap();
    let sets = data.codebook().tables[0].variables.iter().map(|variable| variable.labels.as_deref());
    assert_eq!(sets.collect::<Vec<_>>(), [None, None, Some("yn")]);
    let losses = data.losses();
    let lost = losses.iter().filter(|loss| loss.code == exporter_core::LossCode::VALUE_LABELS_DROPPED);
    let lost: Vec<_> = lost.map(|loss| (loss.variable.as_deref(), loss.count)).collect();
    assert_eq!(lost, [(Some("text"), 2)]);
    let day = &data.codebook().tables[0].variables[0].attributes;
    assert_eq!(day.get("_lang_l_default"), Some(&Attribute::One("yn".into())));
    assert!(data.codebook().tables[0].variables[0].missing.iter().any(|missing| missing.letter == Some('a')));
}

#[test]
fn variables_that_share_a_set_in_one_language_keep_their_own_in_another() {
    let mut file = TestFile::sample(Release::V118, ByteOrder::Little);
    let variable = |name| (name, StorageType::Byte, "%8.0g", "en", Vec::new());
    file.variables = ["a", "b", "c", "d"].map(variable).to_vec();
    file.variables.push(("e", StorageType::Byte, "%8.0g", "", Vec::new()));
    file.rows = vec![vec![Cell::Byte(0); 5]];
    file.sets = vec![
        ("en", vec![(0, "no"), (1, "yes")]),
        ("fr_a", vec![(0, "non"), (1, "oui")]),
        ("fr_b", vec![(0, "jamais"), (1, "toujours")]),
    ];
    file.characteristics = vec![
        ("_dta", "_lang_c", "en"),
        ("_dta", "_lang_list", "en fr"),
        ("a", "_lang_l_fr", "fr_a"),
        ("b", "_lang_l_fr", "fr_b"),
        ("d", "_lang_l_fr", "fr_a"),
        ("e", "_lang_l_fr", "fr_b"),
    ];
    (file.sort, file.strls) = Default::default();
    let data = open(&file.bytes(), Letters::Seen);
    let codebook = data.codebook();
    let variables = &codebook.tables[0].variables;
    let labels = |variable: &Variable| {
        let set = codebook.value_labels_of(variable).unwrap();
        let in_french = set.entries.iter().map(|entry| entry.label.translation("fr").map(str::to_owned));
        (set.entries[0].label.untagged().map(str::to_owned), in_french.collect::<Vec<_>>())
    };
    let told: Vec<_> = variables.iter().take(4).map(labels).collect();
    let french = |texts: [&str; 2]| texts.map(|text| Some(text.to_owned())).to_vec();
    let no = || Some("no".to_owned());
    let expected = [
        (no(), french(["non", "oui"])),
        (no(), french(["jamais", "toujours"])),
        (no(), vec![None, None]),
        (no(), french(["non", "oui"])),
    ];
    assert_eq!(told, expected);
    assert_eq!(variables[0].labels, variables[3].labels, "the same sets in both languages are one");
    assert_eq!(codebook.value_labels.len(), 3);
    // Without a set in the current language there is none to translate; its name is kept for files that we write.
    assert_eq!((&variables[4].labels, variables[4].attributes.len()), (&None, 1));
}
