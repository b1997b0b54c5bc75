//! Whatever a valid codebook says, the table becomes a file that the codec takes, and that our reader has nothing to remark on.

use std::sync::Arc;

use arrow_array::{RecordBatch, RecordBatchOptions};
use exporter_core::codebook::{Attribute, Codebook, Group, GroupKind, Kind, Missing, Text, Value, Variable};
use exporter_core::sink::MemorySink;
use exporter_core::source::MemoryBytes;
use exporter_core::{Dataset, MemoryDataset, Scan, TableId, export};
use exporter_sav::{SavExporter, SavReader};
use exporter_testkit::{codebook, soaked, tables};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use super::{lenient, options};

/// Names of variables, groups, sets and attributes, with those that the program uses itself.
fn names() -> impl Strategy<Value = String> {
    let known = [
        "clock",
        "Clock",
        "$@Role",
        "$@role",
        "@exporter_codebook",
        "label_FR",
        "Label_fr",
        "ValueLabels_fr",
        "spss:dates",
        "STRASSE",
        "straße",
        "STRAẞE",
        "spaß",
        "SPASS",
        "ısı",
        "ﬁn",
        "FIN",
        "ΟΔΟΣ",
        "οδος",
        "a=b",
        "my set",
        " ",
        "$",
        "all",
        "likes🤓",
        "x\ny",
        "end.",
    ];
    prop_oneof![
        3 => select(known.map(str::to_owned).to_vec()),
        2 => codebook::strings(),
        1 => "[$@]?[qQ]{62,66}[123]?",
        1 => "[$]?[äß]{30,34}[123]?",
        1 => "[aA]{1,2}[_.]?",
    ]
}

/// Kinds, such often that several variables are of one, as those of sets and of labels are.
fn kinds() -> impl Strategy<Value = Kind> {
    prop_oneof![2 => tables::kind(), 2 => Just(Kind::INTEGER), 1 => Just(Kind::Text)]
}

/// Values as they are labelled and declared missing: some are one to SPSS.
fn values() -> impl Strategy<Value = Value> + Clone {
    let texts = [
        "x",
        "x ",
        "x  ",
        "",
        " ",
        "eight by",
        "nine byte",
        "a long text of many bytes",
        "2020-01-01",
        "10:00:00",
    ];
    let whole =
        vec![0, 1, -1, 99, -99, -999, 9_007_199_254_740_992, 9_007_199_254_740_993, i64::MAX, i64::MIN];
    prop_oneof![
        codebook::values(),
        select(texts.map(Value::from).to_vec()),
        select(whole).prop_map(Value::from),
        select(vec![-0.0, 0.5, 1e300, -1e16]).prop_map(Value::from),
    ]
}

/// What is said of a table beside its kinds.
#[derive(Clone, Debug)]
struct Words {
    /// The study, and sets of value labels.
    from: Codebook,
    names: Vec<String>,
    variables: Vec<Variable>,
    missing: Vec<Value>,
    reasons: Vec<usize>,
    labels: Vec<Vec<(Value, String)>>,
    groups: Vec<(GroupKind, Vec<usize>)>,
}

fn words() -> impl Strategy<Value = Words> {
    let group = prop_oneof![
        Just(GroupKind::MultipleCategory),
        Just(GroupKind::Set),
        values().prop_map(|counted| GroupKind::MultipleDichotomy { counted }),
    ];
    (
        codebook::sound().boxed(),
        vec(names(), 60),
        vec(codebook::variables().boxed(), 8),
        vec(values(), 24),
        vec(0..6_usize, 8),
        vec(vec((values(), codebook::strings()), 0..5), 3),
        vec((group, vec(0..8_usize, 0..5)), 0..5),
    )
        .prop_map(|(from, names, variables, missing, reasons, labels, groups)| Words {
            from,
            names,
            variables,
            missing,
            reasons,
            labels,
            groups,
        })
}

/// Changes a codebook where it stays valid.
fn change(codebook: &mut Codebook, change: impl FnOnce(&mut Codebook)) {
    let mut changed = codebook.clone();
    change(&mut changed);
    if changed.problems().is_empty() {
        *codebook = changed;
    }
}

/// The data with all these words that are valid for its kinds.
fn described(data: &MemoryDataset, words: Words, second: Option<&str>) -> MemoryDataset {
    let mut codebook = data.codebook().clone();
    let mut names = words.names.into_iter();
    let mut attributes = |count: usize| {
        let values =
            [Attribute::Many(Vec::new()), Attribute::One("it's\nso".to_owned()), Attribute::One("0".into())];
        names.by_ref().take(count).zip(values.into_iter().cycle()).collect::<Vec<_>>()
    };
    match second {
        // The words are in languages of their own.
        Some(second) => {
            change(&mut codebook, |it| it.study.languages = vec!["en".to_owned(), second.to_owned()])
        }
        None => change(&mut codebook, |it| it.study = words.from.study),
    }
    change(&mut codebook, |it| it.study.attributes.extend(attributes(4)));
    change(&mut codebook, |it| it.tables[0].attributes.extend(attributes(4)));
    for (set, labels) in words.labels.into_iter().enumerate() {
        for (value, label) in labels {
            change(&mut codebook, |it| {
                let set = it.value_labels.entry(format!("s{set}")).or_default();
                *set = std::mem::take(set).with(value, label);
            });
        }
    }
    let (mut missing, count) = (words.missing.into_iter(), codebook.tables[0].variables.len());
    for (at, (words, reasons)) in words.variables.into_iter().zip(words.reasons).enumerate().take(count) {
        let own = attributes(3);
        change(&mut codebook, |it| {
            let variable = &mut it.tables[0].variables[at];
            let before = std::mem::replace(variable, words.clone());
            (variable.name, variable.kind, variable.facts) = (before.name, before.kind, before.facts);
            (variable.labels, variable.missing, variable.weighted_by) = Default::default();
        });
        change(&mut codebook, |it| it.tables[0].variables[at].attributes.extend(own));
        if let Some(second) = second {
            let label = Text::new("Label").with(second, "Another");
            change(&mut codebook, |it| it.tables[0].variables[at].label = label);
        }
        for value in missing.by_ref().take(3) {
            change(&mut codebook, |it| {
                it.tables[0].variables[at].missing.push(Missing::value(value).label("declared"));
            });
        }
        for letter in ('a'..='f').take(reasons) {
            change(&mut codebook, |it| {
                it.tables[0].variables[at].missing.push(Missing::reason().letter(letter));
            });
        }
        for range in words.missing {
            change(&mut codebook, |it| it.tables[0].variables[at].missing.push(range));
        }
        let set = format!("s{}", at % 3);
        change(&mut codebook, |it| it.tables[0].variables[at].labels = Some(set));
    }
    for (at, name) in names.by_ref().take(count).enumerate() {
        change(&mut codebook, |it| it.tables[0].variables[at].name = name);
    }
    for ((kind, members), name) in words.groups.into_iter().zip(names) {
        change(&mut codebook, |it| {
            let table = &mut it.tables[0];
            let members = members.iter().filter_map(|at| Some(table.variables.get(*at)?.name.clone()));
            table.groups.push(Group::new(name, kind, members));
        });
    }
    // The columns are those of the data, under other names.
    let schema = exporter_core::dataset::arrow_schema(&codebook.tables[0], &(0..count).collect::<Vec<_>>());
    let batches = data.scan(TableId(0), &Scan::all()).unwrap().map(|batch| {
        let batch = batch.unwrap();
        let rows = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        RecordBatch::try_new_with_options(schema.clone(), batch.columns().to_vec(), &rows).unwrap()
    });
    let batches = batches.collect();
    MemoryDataset::new(codebook, vec![batches]).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: soaked(96), ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_codebook_says_becomes_a_file_that_spss_opens(
        data in tables::dataset_of(kinds()),
        words in words().boxed(),
        second in of(Just("fr")),
        encoding in select(vec!["utf-8", "gb18030"]),
        bytes: bool,
        texts: bool,
        codebook: bool,
    ) {
        let data = described(&data, words, second);
        let exporter = SavExporter::new(options(json!({
            "encoding": encoding,
            "label-limit": if bytes { "bytes" } else { "characters" },
            "widths": if bytes { "measured" } else { "declared" },
            "large-integers": if texts { "text" } else { "double" },
            "decimals": if texts { "text" } else { "double" },
            "zone": if texts { "local" } else { "utc" },
            "second-language": second.unwrap_or_default(),
            "codebook": codebook,
        })));
        let sink = MemorySink::new();
        let done = export(&exporter, &data, Box::new(sink.clone()), &lenient());
        prop_assert!(done.is_ok(), "{:?}\n{:#?}", done.err(), data.codebook().tables[0]);
        for bytes in sink.entries().into_values() {
            let reader = SavReader::open(Arc::new(MemoryBytes::new(bytes))).unwrap();
            prop_assert_eq!(reader.metadata().variables.len(), data.codebook().tables[0].variables.len());
            let remarks: Vec<_> = reader.remarks().iter().map(|it| (&it.message, &it.first)).collect();
            prop_assert!(remarks.is_empty(), "{:?}", remarks);
        }
    }
}
