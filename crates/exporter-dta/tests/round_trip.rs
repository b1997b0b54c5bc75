//! Whole studies through a file and back: codebook and data are what they were, but for the losses that were reported.

use std::collections::BTreeSet;

use arrow_array::RecordBatch;
use arrow_schema::Schema;
use exporter_core::codebook::{
    Codebook, DeclaredFacts, DisplayFormat, Group, GroupKind, Kind, Missing, Question, SortKey, Table, Text,
    ValueLabels, Variable,
};
use exporter_core::sink::MemorySink;
use exporter_core::{
    Context, Dataset, LossCode, MemoryDataset, Result, Scan, Source, Summary, TableId, export,
};
use exporter_dta::{DtaDataset, DtaExporter, Letters, ReadOptions};
use exporter_testkit::{Cell, cells_of, codebook, tables};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use serde_json::json;

use super::{lenient, options};

/// The languages of the studies; the first is that of texts without a tag.
const LANGUAGES: [&str; 3] = ["en", "fr", "pt-BR"];

/// Gives texts that speak any languages two of the study's.
fn tame(text: &mut Text) {
    let words: Vec<String> = text.tagged().map(|(_, words)| words.to_owned()).collect();
    let plain = text.untagged().map(Text::new).unwrap_or_default();
    *text = words.into_iter().zip(["fr", "pt-BR"]).fold(plain, |text, (words, tag)| text.with(tag, words));
}

fn texts() -> impl Strategy<Value = Text> {
    let long = "[ -~é€]{75,120}".prop_map(Text::new);
    let any = codebook::texts().prop_map(|mut text| {
        tame(&mut text);
        text
    });
    prop_oneof![9 => any, 1 => long]
}

/// Value labels of whole numbers, some of them codes that variables declare missing.
fn value_labels() -> impl Strategy<Value = ValueLabels> {
    let keys = subsequence(vec![-9_i64, -7, 0, 1, 2, 5, 97, 98, 99, 1 << 40], 0..7);
    (keys, vec(texts(), 10), any::<bool>()).prop_map(|(mut keys, texts, backwards)| {
        if backwards {
            keys.reverse();
        }
        keys.into_iter().zip(texts).fold(ValueLabels::new(), |set, (key, text)| set.with(key, text))
    })
}

/// Declared missing values for a kind; those of other kinds have none.
fn missing(kind: &Kind) -> BoxedStrategy<Vec<Missing>> {
    let some: Vec<Missing> = match kind {
        Kind::Integer { signed, .. } => {
            let mut some = vec![Missing::value(97), Missing::value(98).letter('q'), Missing::value(99)];
            if *signed {
                some.push(Missing::range(Some((-9).into()), Some((-7).into())));
            }
            some
        }
        Kind::Float { .. } => vec![Missing::value(-1.5), Missing::value(99)],
        Kind::Decimal { precision: 10, scale: 2 } => vec![Missing::value(0.99), Missing::value(-1)],
        Kind::Date => vec![Missing::value("9999-12-31"), Missing::value("1970-01-02").letter('b')],
        Kind::DateTime { zone: None, .. } => vec![Missing::value("1970-01-01T00:00:00")],
        Kind::Text => vec![Missing::value("refused"), Missing::value("-")],
        _ => Vec::new(),
    };
    let count = some.len();
    (subsequence(some, 0..=count), vec(texts(), 4))
        .prop_map(|(missing, labels)| {
            missing.into_iter().zip(labels).map(|(missing, label)| missing.label(label)).collect()
        })
        .boxed()
}

/// Everything that describes a variable besides its kind; the name is made unique by `position`.
fn described(position: usize, kind: Kind) -> BoxedStrategy<Variable> {
    let names = vec![
        "plain",
        "year of birth",
        "if",
        "naïve",
        "1st",
        "a name that is longer than thirty-two",
        "nul\0",
    ];
    let sets = vec![None, None, Some("yesno"), Some("other set"), Some("empty")];
    let fitting = if kind == Kind::Date { "%tdD_m_Y" } else { "%-12.0g" };
    let native = of(select(vec!["%9.2f", "%-12s", fitting, "nonsense"]));
    (codebook::variables(), select(names), missing(&kind), select(sets), texts(), native)
        .prop_map(move |(mut variable, name, missing, set, label, native)| {
            variable.name = format!("{name}{position}");
            variable.kind = kind.clone();
            (variable.missing, variable.label) = (missing, label);
            variable.labels =
                set.filter(|_| matches!(kind, Kind::Integer { bits: 8 | 64, .. })).map(str::to_owned);
            variable.facts = DeclaredFacts::default();
            if let Some(format) = &mut variable.format {
                format.native.clear();
                format.native.extend(native.map(|native| ("stata".to_owned(), native.to_owned())));
            }
            variable.weighted_by = variable.weighted_by.take().map(|_| variable.name.clone());
            let described = [&mut variable.universe, &mut variable.concept, &mut variable.derivation];
            let parts = described.into_iter().chain([&mut variable.unit]);
            parts.chain(&mut variable.notes).for_each(tame);
            if let Some(question) = &mut variable.question {
                let Question { text, pre_text, post_text, instructions, validations, .. } = &mut **question;
                [text, pre_text, post_text, instructions].into_iter().for_each(tame);
                validations.iter_mut().for_each(|rule| tame(&mut rule.message));
            }
            variable
        })
        .boxed()
}

/// A generated study, shown by its codebook.
struct Study(MemoryDataset);

impl std::fmt::Debug for Study {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&serde_json::to_string(self.0.codebook()).map_err(|_| std::fmt::Error)?)
    }
}

/// A study of one table with everything a codebook says about it.
fn studies() -> impl Strategy<Value = Study> {
    let labels = (value_labels(), value_labels(), value_labels());
    (tables::dataset(), labels, texts(), texts(), vec(texts(), 0..3), any::<Index>()).prop_flat_map(
        |(data, labels, title, table_label, notes, one)| {
            let variables = data.codebook().tables[0].variables.clone();
            let described: Vec<_> = variables
                .into_iter()
                .enumerate()
                .map(|(at, variable)| described(at, variable.kind))
                .collect();
            described.prop_map(move |variables| {
                let one = variables[one.index(variables.len())].name.clone();
                let mut table =
                    Table::new("t", variables).with_label(table_label.clone()).with_key([one.clone()]);
                table.notes.clone_from(&notes);
                table.groups.push(Group::new("g", GroupKind::Section, [one.clone()]));
                table.sort.push(SortKey::Ascending(one));
                let codebook = Codebook::new("s")
                    .with_languages(LANGUAGES)
                    .with_title(title.clone())
                    .with_value_labels("yesno", labels.0.clone())
                    .with_value_labels("other set", labels.1.clone())
                    .with_value_labels("nobody's", labels.2.clone())
                    .with_value_labels("empty", ValueLabels::new())
                    .with_table(table);
                let batches = data.scan(TableId(0), &Scan::all()).unwrap().map(|batch| {
                    let batch = batch.unwrap();
                    let fields = batch.schema_ref().fields().iter().zip(&codebook.tables[0].variables);
                    let fields = fields.map(|(field, own)| (**field).clone().with_name(&own.name));
                    let schema = Schema::new(fields.collect::<Vec<_>>());
                    RecordBatch::try_new(schema.into(), batch.columns().to_vec()).unwrap()
                });
                let batches = batches.collect();
                Study(MemoryDataset::new(codebook, vec![batches]).unwrap())
            })
        },
    )
}

/// Writes a study and opens what was written.
fn through_a_file(
    data: &dyn Dataset,
    chosen: serde_json::Value,
    context: &Context,
) -> Result<(DtaDataset, Summary)> {
    let sink = MemorySink::new();
    let summary = export(&DtaExporter::new(options(chosen)), data, Box::new(sink.clone()), context)?;
    let source = Source::memory("t.dta", sink.entries().remove("t.dta").unwrap());
    let read = DtaDataset::open(&source, ReadOptions::default(), Letters::Seen, 1)?;
    Ok((read, summary))
}

/// Codes of the losses of one variable.
fn losses<'s>(summary: &'s Summary, variable: &str) -> BTreeSet<&'s str> {
    let of = summary.changes.losses.iter().filter(|loss| loss.variable.as_deref() == Some(variable));
    of.map(|loss| loss.code.as_str()).collect()
}

/// A variable without what a file adds to it or says anew.
fn comparable(variable: &Variable, without_kind: bool) -> Variable {
    let mut variable = variable.clone();
    variable.facts = DeclaredFacts::default();
    if let Some(format) = &mut variable.format {
        format.native.remove("stata");
    }
    variable.format = variable.format.filter(|format| *format != DisplayFormat::default());
    // A letter that was given stays given.
    variable.missing.iter_mut().for_each(|missing| missing.letter = None);
    if without_kind {
        variable.kind = Kind::Text;
        variable.missing.clear();
    }
    variable
}

/// The fields in which two variables differ, what is found before what was expected.
fn changed(found: &Variable, expected: &Variable) -> Vec<String> {
    let [found, expected] = [found, expected].map(|variable| serde_json::to_value(variable).unwrap());
    let names = found.as_object().into_iter().chain(expected.as_object()).flat_map(|object| object.keys());
    let names: BTreeSet<&String> = names.collect();
    let differs = |name: &&String| found.get(*name) != expected.get(*name);
    let show = |name: &String| format!("{name}: {:?} instead of {:?}", found.get(name), expected.get(name));
    names.into_iter().filter(differs).map(show).collect()
}

/// What a cell is once it was written; `None` where a reported loss leaves it open.
fn expected(cell: &Cell, kind: &Kind, losses: &BTreeSet<&str>) -> Option<Cell> {
    let lossy = ["precision", "time-precision", "text-truncated", "missing-reason-merged"];
    Some(match cell {
        Cell::Null if losses.contains("null-text") => match kind {
            Kind::Binary => Cell::Binary(Vec::new()),
            _ => Cell::Text(String::new()),
        },
        // Beyond the largest number of a double lie the missing values.
        Cell::Float(number) if !number.is_finite() || *number > 8.98e307 => Cell::Null,
        _ if lossy.iter().any(|code| losses.contains(code)) => return None,
        cell => cell.clone(),
    })
}

fn rows(data: &dyn Dataset, column: usize) -> Vec<Cell> {
    let batches = Context::default().scan(data, TableId(0), &Scan::all().columns([column])).unwrap();
    batches.flat_map(|batch| cells_of(batch.unwrap().column(0))).collect()
}

fn assert_same(data: &dyn Dataset, read: &dyn Dataset, summary: &Summary) -> Result<(), TestCaseError> {
    assert_shown(data, None, read, summary)
}

/// As [`assert_same`], of a file that is to show a language: where it has labels in it, it is the default one of what is read.
fn assert_shown(
    data: &dyn Dataset,
    language: Option<&str>,
    read: &dyn Dataset,
    summary: &Summary,
) -> Result<(), TestCaseError> {
    let mut shown = data.codebook().clone();
    let (is, default) = (read.codebook(), read.codebook().default_language());
    language
        .filter(|language| default == Some(language))
        .into_iter()
        .for_each(|it| shown.set_default_language(it));
    let was = &shown;
    prop_assert_eq!(is.problems(), vec![]);
    prop_assert_eq!(&is.study, &was.study);
    prop_assert_eq!(&is.value_labels, &was.value_labels);
    let (was, is) = (&was.tables[0], &is.tables[0]);
    prop_assert_eq!((&is.name, &is.label, &is.notes), (&was.name, &was.label, &was.notes));
    prop_assert_eq!((&is.key, &is.groups, is.kind), (&was.key, &was.groups, was.kind));
    prop_assert!(is.sort.iter().zip(&was.sort).all(|(is, was)| is == was));
    prop_assert_eq!(is.variables.len(), was.variables.len());
    for (column, (was, is)) in was.variables.iter().zip(&is.variables).enumerate() {
        let losses = losses(summary, &was.name);
        let other_kind = losses.contains("precision");
        let changed = changed(&comparable(is, other_kind), &comparable(was, other_kind));
        prop_assert!(changed.is_empty(), "{} {}: {changed:#?}, losses {losses:?}", was.name, was.kind);
        if other_kind {
            continue;
        }
        let (cells, found) = (rows(data, column), rows(read, column));
        prop_assert_eq!(cells.len(), found.len());
        for (row, (cell, found)) in cells.iter().zip(&found).enumerate() {
            if let Some(expected) = expected(cell, &was.kind, &losses) {
                prop_assert_eq!(
                    found,
                    &expected,
                    "{} {}, row {}, losses {:?}",
                    was.name,
                    was.kind,
                    row + 1,
                    losses
                );
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: exporter_testkit::soaked(64), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn studies_come_back_but_for_the_reported_losses(Study(data) in studies()) {
        prop_assume!(data.codebook().problems().is_empty());
        let fail = |error| TestCaseError::fail(format!("{error:?}"));
        let (read, summary) = through_a_file(&data, json!({}), &lenient()).map_err(fail)?;
        assert_same(&data, &read, &summary)?;
        // And once more: nothing is lost that was not lost before.
        let (again, summary) = through_a_file(&read, json!({}), &lenient()).map_err(fail)?;
        assert_same(&read, &again, &summary)?;
    }

    #[test]
    fn the_language_and_the_release_change_nothing_of_the_codebook(
        Study(data) in studies(),
        language in select(LANGUAGES.to_vec()),
        release in select(vec!["117", "118", "119"]),
    ) {
        prop_assume!(data.codebook().problems().is_empty());
        let fail = |error| TestCaseError::fail(format!("{error:?}"));
        let context = lenient().with_language(language);
        let chosen = json!({"release": release, "decimals": "text"});
        let (read, summary) = through_a_file(&data, chosen, &context).map_err(fail)?;
        let replaced = LossCode::TEXT_REPLACED;
        if summary.changes.losses.iter().all(|loss| loss.code != replaced || loss.variable.is_none()) {
            assert_shown(&data, Some(language), &read, &summary)?;
        }
    }
}
