//! The exporter over whole datasets.

mod values;

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use exporter_core::codebook::{
    Attribute, Codebook, Group, GroupKind, Kind, Missing, Question, SortKey, Table, Text, ValueLabels,
    Variable,
};
use exporter_core::sink::{MemorySink, StreamSink};
use exporter_core::{Clock, Context, Error, ErrorKind, LossCode, LossPolicy, MemoryDataset, Summary, export};
use exporter_stata::{Choices, LargeIntegers, StorageOption, StrlOption, ZoneOption};
use serde_json::json;

use super::DtaExporter;
use crate::options::{DtaOptions, ReleaseOption};

fn context() -> Context {
    // 2026-11-21 02:00 UTC.
    let clock = Clock::Fixed(std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_795_226_400));
    Context::default().with_clock(clock).with_threads(1)
}

fn dataset(variables: Vec<(Variable, ArrayRef)>) -> MemoryDataset {
    with_table(variables, |table| table)
}

fn with_table(variables: Vec<(Variable, ArrayRef)>, change: impl FnOnce(Table) -> Table) -> MemoryDataset {
    study(variables, |codebook, table| codebook.with_table(change(table)))
}

fn study(
    variables: Vec<(Variable, ArrayRef)>,
    change: impl FnOnce(Codebook, Table) -> Codebook,
) -> MemoryDataset {
    let columns = variables.iter().map(|(variable, array)| (variable.name.clone(), array.clone(), true));
    let batch = RecordBatch::try_from_iter_with_nullable(columns.collect::<Vec<_>>()).unwrap();
    let table = Table::new("t", variables.into_iter().map(|(variable, _)| variable).collect());
    MemoryDataset::new(change(Codebook::new("s"), table), vec![vec![batch]]).unwrap()
}

fn chosen(change: impl FnOnce(&mut Choices)) -> DtaOptions {
    let mut options = DtaOptions::default();
    change(&mut options.choices);
    options
}

fn write(data: &MemoryDataset, options: DtaOptions, context: &Context) -> Result<(Vec<u8>, Summary), Error> {
    let sink = MemorySink::new();
    let summary = export(&DtaExporter::new(options), data, Box::new(sink.clone()), context)?;
    let bytes = sink.entries().remove("t.dta").unwrap();
    assert_eq!(bytes.len() as u64, summary.entries[0].bytes);
    assert_eq!(
        crate::check::check(crate::reader::tests::test_file::memory(bytes.clone())).unwrap().listed(),
        []
    );
    Ok((bytes, summary))
}

fn written(data: &MemoryDataset) -> (Vec<u8>, Summary) {
    write(data, DtaOptions::default(), &context()).unwrap()
}

/// The bytes between two tags.
fn between<'a>(bytes: &'a [u8], open: &str, close: &str) -> &'a [u8] {
    let find = |what: &[u8]| bytes.windows(what.len()).position(|window| window == what).unwrap();
    &bytes[find(open.as_bytes()) + open.len()..find(close.as_bytes())]
}

/// Contents of a characteristic of a 118 file.
fn characteristic(bytes: &[u8], owner: &str, name: &str) -> Option<String> {
    let mut section = between(bytes, "<characteristics>", "</characteristics>");
    let text = |field: &[u8]| String::from_utf8(field.split(|b| *b == 0).next().unwrap().to_vec()).unwrap();
    while !section.is_empty() {
        let length = u32::from_le_bytes(section[4..8].try_into().unwrap()) as usize;
        let record = &section[8..8 + length];
        if text(&record[..129]) == owner && text(&record[129..258]) == name {
            return Some(text(&record[258..]));
        }
        section = &section[8 + length + 5..];
    }
    None
}

/// The codebook that a file embeds.
fn embedded(bytes: &[u8]) -> serde_json::Value {
    serde_json::from_str(&characteristic(bytes, "_dta", "exporter_codebook").unwrap()).unwrap()
}

fn types(bytes: &[u8]) -> Vec<u16> {
    let codes = between(bytes, "<variable_types>", "</variable_types>");
    codes.chunks(2).map(|code| u16::from_le_bytes([code[0], code[1]])).collect()
}

fn codes(summary: &Summary) -> Vec<&str> {
    summary.changes.losses.iter().map(|loss| loss.code.as_str()).collect()
}

fn integers(values: &[i64]) -> ArrayRef {
    Arc::new(Int64Array::from(values.to_vec()))
}

#[test]
fn types_are_the_smallest_or_the_declared() {
    let variables = || {
        vec![
            (Variable::new("a", Kind::INTEGER), integers(&[-127, 100])),
            (Variable::new("b", Kind::INTEGER), integers(&[0, 101])),
            (Variable::new("c", Kind::INTEGER), integers(&[0, 40_000])),
            (Variable::new("d", Kind::INTEGER), integers(&[0, 3_000_000_000])),
            (Variable::new("e", Kind::Text), Arc::new(StringArray::from(vec!["", ""])) as ArrayRef),
            (Variable::new("f", Kind::Text), Arc::new(StringArray::from(vec!["né", "x"])) as ArrayRef),
            (Variable::new("g", Kind::Boolean), Arc::new(BooleanArray::from(vec![true, false])) as ArrayRef),
        ]
    };
    let (bytes, summary) = written(&dataset(variables()));
    assert_eq!(types(&bytes), [65530, 65529, 65528, 65526, 1, 3, 65530]);
    assert!(summary.changes.losses.is_empty());
    let options = chosen(|choices| choices.storage = StorageOption::Declared);
    let (bytes, _) = write(&dataset(variables()), options, &context()).unwrap();
    assert_eq!(types(&bytes), [65526, 65526, 65526, 65526, 32768, 32768, 65530]);
}

#[test]
fn large_integers_follow_the_policy() {
    let data = dataset(vec![(Variable::new("id", Kind::INTEGER), integers(&[1, (1 << 53) + 1]))]);
    let refused = chosen(|choices| choices.large_integers = LargeIntegers::Error);
    assert_eq!(write(&data, refused, &context()).unwrap_err().kind(), ErrorKind::Limit);
    let rounded = chosen(|choices| choices.large_integers = LargeIntegers::Double);
    assert_eq!(write(&data, rounded.clone(), &context()).unwrap_err().kind(), ErrorKind::Loss);
    let lenient = context().with_policy(LossPolicy::Allow(vec![LossCode::PRECISION]));
    assert!(codes(&write(&data, rounded, &lenient).unwrap().1).contains(&"precision"));
    let (bytes, summary) = written(&data);
    assert_eq!(types(&bytes), [16]);
    assert_eq!(codes(&summary), ["kind-changed"]);
    assert!(between(&bytes, "<data>", "</data>").ends_with(b"9007199254740993"));
}

#[test]
fn missing_reasons_become_letters_with_their_labels() {
    let labels = ValueLabels::new().with(1, "Yes").with(2, "No").with(98, "Refused");
    let vote = Variable::new("vote", Kind::INTEGER)
        .with_labels("yesno")
        .with_missing(Missing::value(98))
        .with_missing(Missing::value(999).label("Not asked").letter('n'));
    let data = study(
        vec![(vote, Arc::new(Int64Array::from(vec![Some(1), None, Some(98), Some(999)])))],
        |codebook, table| codebook.with_value_labels("yesno", labels).with_table(table),
    );
    let (bytes, summary) = written(&data);
    assert_eq!(types(&bytes), [65530]);
    assert_eq!(between(&bytes, "<data>", "</data>"), [1, 101, 102, 101 + 14]);
    let table = between(&bytes, "<lbl>", "</lbl>");
    let number = |at: usize| i32::from_le_bytes(table[4 + 132 + at..][..4].try_into().unwrap());
    assert_eq!(number(0), 4);
    assert_eq!([number(24), number(28), number(32), number(36)], [1, 2, 2_147_483_622, 2_147_483_635]);
    assert!(table.ends_with(b"Yes\0No\0Refused\0Not asked\0"));
    assert_eq!(recodes(&summary), ["t.vote: 98 = .a", "t.vote: 999 (Not asked) = .n"]);
    let missing = &embedded(&bytes)["tables"][0]["variables"][0]["missing"];
    let letters = json!([{"value": 98, "letter": "a"}, {"value": 999, "label": "Not asked", "letter": "n"}]);
    assert_eq!(*missing, letters);
}

#[test]
fn texts_and_names_that_do_not_fit_are_kept_beside() {
    let long = "ä".repeat(100);
    let variable = Variable::new("year of birth", Kind::INTEGER)
        .with_label(long.as_str())
        .with_note("A note.")
        .with_question(Question::new("When were you born?"))
        .with_attribute("source", "register");
    let data = with_table(vec![(variable, integers(&[1990]))], |table| {
        table.with_note("About all.").with_group(Group::new("g", GroupKind::Section, ["year of birth"]))
    });
    let (bytes, summary) = written(&data);
    assert_eq!(codes(&summary), ["label-truncated", "name-changed"]);
    assert_eq!(summary.changes.renames[0].written, "year_of_birth");
    let label = between(&bytes, "<variable_labels>", "</variable_labels>");
    assert_eq!(label.iter().filter(|byte| **byte != 0).count(), 160);
    let get = |name: &str| characteristic(&bytes, "year_of_birth", name);
    assert_eq!(get("note0").unwrap(), "3");
    assert_eq!(get("note1").unwrap(), "A note.");
    assert_eq!(get("note2").unwrap(), "When were you born?");
    assert_eq!(get("note3").unwrap(), long);
    assert_eq!(get("source").unwrap(), "register");
    assert_eq!(characteristic(&bytes, "_dta", "note1").unwrap(), "About all.");
    let embedded = embedded(&bytes);
    assert_eq!(embedded["plain"]["names"], json!(["year_of_birth"]));
    assert_eq!(embedded["tables"][0]["variables"][0]["name"], "year of birth");
    assert_eq!(between(&bytes, "<timestamp>", "</timestamp>"), b"\x1121 Nov 2026 02:00");
    let bare = DtaOptions { codebook: false, ..DtaOptions::default() };
    let (bytes, summary) = write(&data, bare, &context()).unwrap();
    assert!(characteristic(&bytes, "_dta", "exporter_codebook").is_none());
    assert!(codes(&summary).contains(&"group-dropped"));
}

#[test]
fn attributes_of_a_table_that_are_no_text_need_the_codebook() {
    let data = with_table(vec![(Variable::new("n", Kind::INTEGER), integers(&[1]))], |mut table| {
        table.attributes.insert("file".into(), Attribute::One("a.dat".into()));
        table.attributes.insert("parts".into(), Attribute::Many(vec!["a".into(), "b".into()]));
        table
    });
    let (bytes, summary) = written(&data);
    assert_eq!(embedded(&bytes)["tables"][0]["attributes"]["file"], "a.dat");
    assert_eq!(codes(&summary), [""; 0]);
    let bare = DtaOptions { codebook: false, ..DtaOptions::default() };
    assert_eq!(codes(&write(&data, bare, &context()).unwrap().1), ["metadata-dropped"]);
}

#[test]
fn the_letter_of_sas_alone_is_a_loss() {
    let variable =
        Variable::new("n", Kind::INTEGER).with_missing(Missing::value(9).letter('_').label("Other"));
    let (bytes, summary) = written(&dataset(vec![(variable, integers(&[1, 9]))]));
    assert_eq!(codes(&summary), ["metadata-dropped"]);
    assert_eq!(embedded(&bytes)["tables"][0]["variables"][0]["missing"][0]["letter"], "a");
}

#[test]
fn languages_stand_where_label_language_looks() {
    let labels = ValueLabels::new().with(1, Text::new("Yes").with("fr", "Oui")).with(2, "No");
    let label = Text::new("Vote").with("fr", "Voix");
    let vote = Variable::new("vote", Kind::INTEGER).with_labels("yesno").with_label(label);
    let data = study(vec![(vote, integers(&[1]))], |codebook, table| {
        codebook.with_languages(["en", "fr"]).with_value_labels("yesno", labels).with_table(table)
    });
    let (bytes, _) = written(&data);
    assert_eq!(characteristic(&bytes, "_dta", "_lang_list").unwrap(), "en fr");
    assert_eq!(characteristic(&bytes, "_dta", "_lang_c").unwrap(), "en");
    assert_eq!(characteristic(&bytes, "vote", "_lang_v_fr").unwrap(), "Voix");
    assert_eq!(characteristic(&bytes, "vote", "_lang_l_fr").unwrap(), "yesno_fr");
    let sets = between(&bytes, "<value_labels>", "</value_labels>");
    // What has no translation has no label in that language.
    let holds = |labels: &[u8]| sets.windows(labels.len()).any(|window| window == labels);
    assert!(holds(b"Oui\0</lbl>") && holds(b"Yes\0No\0"));
}

#[test]
fn a_sort_order_is_written_as_far_as_it_holds() {
    let data = |second: &[i64]| {
        let variables = vec![
            (Variable::new("b", Kind::INTEGER), integers(second)),
            (Variable::new("a", Kind::INTEGER), integers(&[1, 1, 2])),
        ];
        with_table(variables, |table| table.with_sort(["a", "b"]))
    };
    let order = |bytes: &[u8]| between(bytes, "<sortlist>", "</sortlist>").to_vec();
    let (bytes, summary) = written(&data(&[5, 6, 0]));
    assert_eq!(order(&bytes), [2, 0, 1, 0, 0, 0]);
    assert!(summary.changes.losses.is_empty());
    let (bytes, summary) = written(&data(&[6, 5, 0]));
    assert_eq!(order(&bytes), [2, 0, 0, 0, 0, 0]);
    assert_eq!(codes(&summary), ["sort-order-dropped"]);
}

#[test]
fn sort_orders_and_calendars_are_read_with_the_profile() {
    let days = Date32Array::from(vec![Some(3_000_000), None, Some(4_000_000), Some(0)]);
    let name = StringArray::from(vec!["b", "b", "a", "c"]);
    let code = Variable::new("code", Kind::INTEGER).with_missing(Missing::value(-9));
    let variables = vec![
        (Variable::new("name", Kind::Text), Arc::new(name) as ArrayRef),
        (code, integers(&[1, -9, -9, -9])),
        (Variable::new("day", Kind::Date), Arc::new(days) as ArrayRef),
    ];
    // -9 is a missing value, which follows every number.
    let data = with_table(variables, |table| table.with_sort(["code", "name"]));
    let lenient = context().with_policy(LossPolicy::Allow(LossCode::ALL.to_vec()));
    let (bytes, summary) = write(&data, DtaOptions::default(), &lenient).unwrap();
    assert_eq!(between(&bytes, "<sortlist>", "</sortlist>"), [2, 0, 0, 0, 0, 0, 0, 0]);
    let told: Vec<_> = summary
        .changes
        .losses
        .iter()
        .map(|loss| (loss.code.clone(), loss.count, loss.first.clone()))
        .collect();
    let first = |row, value: &str| {
        let loss = exporter_core::Loss::new(LossCode::RANGE, "").first(Some(row), value);
        loss.first
    };
    assert!(told.contains(&(LossCode::SORT_ORDER_DROPPED, 1, first(3, "a"))), "{told:?}");
    assert!(told.contains(&(LossCode::RANGE, 2, first(1, "+10183-09-21"))), "{told:?}");
    exporter_testkit::conformance::exporter_in(&DtaExporter::default(), &data, &lenient);
}

#[test]
fn values_that_the_format_cannot_hold_are_errors_or_counted() {
    let float = |values: Vec<f64>| Arc::new(Float64Array::from(values)) as ArrayRef;
    let data = dataset(vec![(Variable::new("x", Kind::FLOAT), float(vec![1.0, f64::INFINITY]))]);
    let error = write(&data, DtaOptions::default(), &context()).unwrap_err();
    assert_eq!((error.kind(), error.place().row), (ErrorKind::Loss, Some(2)));
    assert!(error.hint().is_some_and(|hint| hint.contains("allow=range")), "{error:?}");
    let lenient = context().with_policy(LossPolicy::Allow(vec![LossCode::RANGE]));
    let (bytes, summary) = write(&data, DtaOptions::default(), &lenient).unwrap();
    assert!(between(&bytes, "<data>", "</data>").ends_with(&0x7FE0_0000_0000_0000_u64.to_le_bytes()));
    assert_eq!(codes(&summary), ["range"]);
    let data = dataset(vec![(Variable::new("x", Kind::FLOAT), float(vec![f64::NAN]))]);
    assert_eq!(codes(&written(&data).1), ["range"]);
}

#[test]
fn times_count_from_1960() {
    let unit = exporter_core::codebook::TimeUnit::Microsecond;
    let moment = Kind::DateTime { unit, zone: Some("Europe/Paris".to_owned()) };
    let instants = TimestampMicrosecondArray::from(vec![0, 1_500]).with_timezone("Europe/Paris");
    let days = Date32Array::from(vec![Some(0), None]);
    let data = || {
        dataset(vec![
            (Variable::new("at", moment.clone()), Arc::new(instants.clone()) as ArrayRef),
            (Variable::new("day", Kind::Date), Arc::new(days.clone()) as ArrayRef),
        ])
    };
    let (bytes, summary) = written(&data());
    assert_eq!(types(&bytes), [65526, 65529]);
    let cells = between(&bytes, "<data>", "</data>");
    assert_eq!(f64::from_le_bytes(cells[..8].try_into().unwrap()), 315_619_200_000.0);
    assert_eq!(i16::from_le_bytes([cells[8], cells[9]]), 3653);
    assert_eq!(codes(&summary), ["time-precision", "time-zone"]);
    let cut = summary.changes.losses.iter().find(|loss| loss.code == LossCode::TIME_PRECISION).unwrap();
    assert_eq!(cut.first.as_ref().unwrap().value, "1970-01-01T01:00:00.001500+01:00");
    assert!(characteristic(&bytes, "at", "note1").unwrap().starts_with("Times in UTC"));
    let local = chosen(|choices| choices.zone = ZoneOption::Local);
    let (bytes, _) = write(&data(), local, &context()).unwrap();
    let cells = between(&bytes, "<data>", "</data>");
    assert_eq!(f64::from_le_bytes(cells[..8].try_into().unwrap()), 315_619_200_000.0 + 3_600_000.0);
}

#[test]
fn old_releases_cut_and_count() {
    let texts = StringArray::from(vec!["é".repeat(200), "дом".to_owned()]);
    let data = dataset(vec![(Variable::new("x", Kind::Text), Arc::new(texts) as ArrayRef)]);
    let options = DtaOptions { release: ReleaseOption::V114, ..DtaOptions::default() };
    let (bytes, summary) = write(&data, options, &context()).unwrap();
    assert_eq!(bytes[0], 114);
    assert_eq!(codes(&summary), ["text-replaced"]);
    let options = DtaOptions { release: ReleaseOption::V118, ..DtaOptions::default() };
    assert!(codes(&write(&data, options, &context()).unwrap().1).is_empty());
}

#[test]
fn texts_become_strl_where_that_is_smaller_and_asked_for() {
    let rows = 40;
    let rare: StringArray =
        (0..rows).map(|row| Some(if row == 7 { "y".repeat(300) } else { String::new() })).collect();
    let full: StringArray = (0..rows).map(|row| Some(format!("{row:030}"))).collect();
    let variables = || {
        vec![
            (Variable::new("rare", Kind::Text), Arc::new(rare.clone()) as ArrayRef),
            (Variable::new("full", Kind::Text), Arc::new(full.clone()) as ArrayRef),
            (Variable::new("key", Kind::Text), Arc::new(rare.clone()) as ArrayRef),
        ]
    };
    let data = with_table(variables(), |mut table| {
        table.sort.push(SortKey::Ascending("key".to_owned()));
        table
    });
    let (plain, _) = written(&data);
    assert_eq!(types(&plain), [300, 30, 300]);
    let smaller = chosen(|choices| choices.strl = StrlOption::Smaller);
    let (bytes, _) = write(&data, smaller.clone(), &context()).unwrap();
    assert_eq!(types(&bytes), [32768, 30, 300], "the sort order needs a fixed string");
    assert!(bytes.len() < plain.len());
    let old = DtaOptions { release: ReleaseOption::V115, ..smaller };
    let data = dataset(variables());
    assert_eq!(write(&data, old, &context()).unwrap().0[109..112], [244, 30, 244]);
}

#[test]
fn strl_contents_are_the_same_for_a_stream_and_for_a_file() {
    let texts: StringArray = (0..300).map(|row| Some("z".repeat(row * row % 4_000))).collect();
    let data = dataset(vec![(Variable::new("x", Kind::Text), Arc::new(texts) as ArrayRef)]);
    let (file, _) = written(&data);
    let mut stream = Vec::new();
    let sink = StreamSink::new(&mut stream);
    export(&DtaExporter::default(), &data, Box::new(sink), &context()).unwrap();
    assert_eq!(file, stream);
}

#[test]
fn long_and_nested_values_become_strl() {
    let long = "x".repeat(3000);
    let texts = StringArray::from(vec![Some(long.as_str()), None, Some("short")]);
    let data = dataset(vec![
        (Variable::new("n", Kind::INTEGER), Arc::new(Int32Array::from(vec![1, 2, 3])) as ArrayRef),
        (Variable::new("x", Kind::Text), Arc::new(texts) as ArrayRef),
    ]);
    let (bytes, summary) = written(&data);
    assert_eq!(types(&bytes), [65530, 32768]);
    assert_eq!(codes(&summary), ["null-text"]);
    let records = between(&bytes, "<strls>", "</strls>");
    assert_eq!(records.len(), 2 * 20 + 3001 + 6);
    assert_eq!(&records[..20], b"GSO\x02\0\0\0\x01\0\0\0\0\0\0\0\x82\xB9\x0B\0\0");
}

/// Every recoded value with its reason and what it became.
pub(super) fn recodes(summary: &exporter_core::Summary) -> Vec<String> {
    let line = |recode: &exporter_core::Recode| {
        let label = if recode.label.is_empty() { String::new() } else { format!(" ({})", recode.label) };
        format!("{}.{}: {}{label} = {}", recode.table, recode.variable, recode.from, recode.to)
    };
    summary.changes.recodes.iter().map(line).collect()
}
