//! The same study through every pair of formats tells the same names, labels, values and reasons, but for what the reports
//! of losses name.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::UInt8Type;
use arrow_array::{ArrayRef, RecordBatch, UInt8Array};
use exporter::codebook::{
    Alignment, Codebook, DisplayFormat, DisplayStyle, Group, GroupKind, Kind, Measure, Missing, Question,
    Table, Text, TimeUnit, ValueLabels, Variable,
};
use exporter::dataset::{columns_with_reasons, scan_schema};
use exporter::request::FormatRequest;
use exporter::sink::{FolderOptions, FolderSink};
use exporter::{
    AssembledDataset, Changes, Context, Dataset, InputOptions, LossCode, MemoryDataset, Recode, Request,
    Scan, TableId,
};
use exporter_testkit::{Cell, cells_of, column_of};
use serde_json::{Value as Json, json};

/// Formats that are written and read, with and without the reasons of missing values.
fn forms() -> Vec<(&'static str, Json)> {
    let reasons = || json!({ "reasons": "column" });
    vec![
        ("dta", json!({})),
        ("sav", json!({})),
        ("zsav", json!({})),
        ("csv", reasons()),
        ("tab", reasons()),
        ("parquet", reasons()),
        ("arrow", reasons()),
        ("csv", json!({})),
        ("parquet", json!({})),
        ("arrows", json!({})),
    ]
}

fn both(en: &str, fr: &str) -> Text {
    Text::new(en).with("fr", fr)
}

const ROWS: usize = 30;

/// A variable, its cell of a row, and the position of the reason of a row.
type Column = (Variable, fn(usize) -> Cell, fn(usize) -> Option<u8>);

fn none(_: usize) -> Option<u8> {
    None
}

/// Every kind of survey data, with all that may be said about it.
fn columns() -> Vec<Column> {
    let whole = |bits| Kind::Integer { bits, signed: true };
    let mut fixed = DisplayFormat::default();
    (fixed.width, fixed.decimals, fixed.style) = (Some(9), Some(2), Some(DisplayStyle::Fixed));
    let vote = Variable::new("vote", whole(8))
        .with_label(both("Vote", "Voix"))
        .with_labels("vote")
        .with_missing(Missing::reason().letter('a').label(both("Refused", "Refus")))
        .with_missing(Missing::reason().letter('k').label("Not asked"))
        .with_question(Question::new(both("Whom did you vote for?", "Pour qui ?")))
        .with_note("Asked of voters only");
    let mut income = Variable::new("income", Kind::FLOAT)
        .with_label("Income")
        .with_missing(Missing::value(-9.0).label("Unknown"))
        .with_missing(Missing::reason().label("Not asked"))
        .with_missing(Missing::reason().label(both("Refused", "Refus")));
    (income.format, income.measure) = (Some(fixed), Some(Measure::Scale));
    let mut age = Variable::new("age", whole(16))
        .with_label("Age")
        .with_labels("age")
        .with_missing(Missing::value(-8).label("Refused").letter('r'))
        .with_missing(Missing::range(Some(97.into()), Some(99.into())).label("No answer"));
    age.concept = both("Age at interview", "Âge");
    age.alignment = Some(Alignment::Right);
    let mut code = Variable::new("code", Kind::Text).with_label("Code").with_attribute("source", "office");
    code.universe = Text::new("All");
    let mut weight = Variable::new("weight", Kind::FLOAT).with_label("Weight");
    weight.weight = true;
    let day = Variable::new("day", Kind::Date)
        .with_label(both("Day", "Jour"))
        .with_missing(Missing::reason().letter('d').label("Unreadable"));
    let seen = Kind::DateTime { unit: TimeUnit::Millisecond, zone: None };
    let long = Variable::new("long_text_of_an_open_question_asked", Kind::Text).with_label("Answer");
    vec![
        (Variable::new("id", whole(32)).with_label("Person"), |row| Cell::Integer(row as i128 + 1), none),
        (
            vote,
            |row| if row % 3 == 2 { Cell::Null } else { Cell::Integer((row % 3) as i128 + 1) },
            |row| [None, None, Some(0), None, None, Some(1), None, None, None][row % 9],
        ),
        (
            income,
            |row| match row % 5 {
                0 => Cell::Float(-9.0),
                1 | 3 => Cell::Null,
                _ => Cell::Float(row as f64 * 100.25),
            },
            |row| [None, Some(1), None, Some(2), None, None, None, None, None, None][row % 10],
        ),
        (
            age,
            |row| match row % 7 {
                0 => Cell::Integer(-8),
                1 => Cell::Integer(98),
                2 => Cell::Null,
                _ => Cell::Integer(row as i128 + 18),
            },
            none,
        ),
        (code, |row| Cell::Text(format!("{:03}", row * 7)), none),
        (weight, |row| Cell::Float(1.0 / (row + 1) as f64), none),
        (
            day,
            |row| if row % 4 == 1 { Cell::Null } else { Cell::Integer(row as i128 * 400 - 3000) },
            |row| (row % 8 == 1).then_some(0),
        ),
        (
            Variable::new("seen", seen).with_label("Seen"),
            |row| if row % 6 == 5 { Cell::Null } else { Cell::Integer(row as i128 * 86_400_123) },
            none,
        ),
        (
            Variable::new("member", Kind::Boolean).with_label("Member"),
            |row| Cell::Boolean(row % 2 == 0),
            none,
        ),
        (long, |row| Cell::Text("é, \"quoted\"\nand broken; ".repeat(row * 9 + 1)), none),
    ]
}

fn study() -> MemoryDataset {
    let columns = columns();
    let variables: Vec<Variable> = columns.iter().map(|(variable, ..)| variable.clone()).collect();
    let mut table = Table::new("people", variables)
        .with_label(both("People", "Personnes"))
        .with_key(["id"])
        .with_note("Interviewed at home");
    let mut group = Group::new("about", GroupKind::Section, ["age", "vote"]);
    group.label = both("About you", "Sur vous");
    table.groups.push(group);
    let codebook = Codebook::new("people")
        .with_languages(["en", "fr"])
        .with_title(both("A study", "Une étude"))
        .with_value_labels("vote", ValueLabels::new().with(1, both("Yes", "Oui")).with(2, "No"))
        .with_value_labels("age", ValueLabels::new().with(98, "Don't know").with(-8, "Refused"))
        .with_table(table);
    let table = &codebook.tables[0];
    let all: Vec<usize> = (0..columns.len()).collect();
    let values = columns
        .iter()
        .map(|(variable, cell, _)| column_of(&variable.kind, &(0..ROWS).map(cell).collect::<Vec<_>>()));
    let reasons = columns_with_reasons(table, &all)
        .into_iter()
        .map(|column| Arc::new(UInt8Array::from_iter((0..ROWS).map(columns[column].2))) as ArrayRef);
    let batch =
        RecordBatch::try_new(scan_schema(table, &all, true), values.chain(reasons).collect()).unwrap();
    codebook.validate().unwrap();
    MemoryDataset::new(codebook, vec![vec![batch]]).unwrap()
}

/// Writes one format with the codebook beside it, and reads both again.
fn through(
    data: &dyn Dataset,
    (format, options): &(&str, Json),
    folder: &Path,
) -> (AssembledDataset, Changes) {
    let mut wanted = FormatRequest::from(*format);
    wanted.options = options.as_object().unwrap().clone();
    let request = Request::default().with_format(wanted);
    let (registry, context) = (exporter::registry(), Context::default());
    let sink = FolderSink::create(folder, FolderOptions::default()).unwrap();
    let prepared = request.prepare_for(data, &registry, &context).unwrap();
    let summary = prepared.run(Box::new(sink), &context).unwrap();
    let mut input = InputOptions::default();
    // What is in the file itself needs no codebook beside it.
    let alone = matches!(*format, "dta" | "parquet" | "arrow" | "arrows");
    input.codebook = (!alone).then(|| folder.join("people.codebook.json"));
    let inputs: Vec<PathBuf> = vec![folder.join(format!("people.{format}"))];
    (exporter::open(&inputs, &input, &registry, &context).unwrap(), summary.changes)
}

/// The cells of a variable, with the reasons of those that are missing for one.
fn cells(data: &dyn Dataset, column: usize) -> Vec<String> {
    let variable = &data.codebook().tables[0].variables[column];
    let scan = Scan::all().columns([column]).with_reasons();
    let batches = Context::default().scan(data, TableId(0), &scan).unwrap();
    let of_batch = |batch: RecordBatch| {
        let reasons = batch.columns().get(1).map(|reasons| reasons.as_primitive::<UInt8Type>().clone());
        let cell = move |(row, cell): (usize, Cell)| {
            let reasons = reasons.as_ref()?.iter().nth(row)?;
            let position = usize::from(reasons?);
            assert!(cell.is_null() && variable.missing[position].is_reason());
            Some(format!("reason {position}"))
        };
        let values = cells_of(batch.column(0)).into_iter().enumerate();
        values
            .map(|(row, value)| cell((row, value.clone())).unwrap_or_else(|| format!("{value:?}")))
            .collect::<Vec<_>>()
    };
    batches.flat_map(|batch| of_batch(batch.unwrap())).collect()
}

/// What a study says about a variable, part by part; without a name, about itself and its table.
struct Said {
    variable: Option<String>,
    parts: BTreeMap<String, Json>,
}

fn said(data: &dyn Dataset) -> Vec<Said> {
    let codebook = data.codebook();
    let [table] = codebook.tables.as_slice() else { panic!("one table") };
    let parts = |json: Json, but: &[&str]| -> BTreeMap<String, Json> {
        let fields = json.as_object().unwrap().clone();
        fields.into_iter().filter(|(field, _)| !but.contains(&field.as_str())).collect()
    };
    let mut about = parts(json!(codebook.study), &[]);
    about.extend(parts(json!(table), &["variables", "rows"]));
    let mut all = vec![Said { variable: None, parts: about }];
    for (column, variable) in table.variables.iter().enumerate() {
        let mut about = parts(json!(variable), &["labels", "facts"]);
        about.insert("labels".into(), json!(codebook.value_labels_of(variable)));
        about.insert("cells".into(), json!(cells(data, column)));
        all.push(Said { variable: Some(variable.name.clone()), parts: about });
    }
    all
}

/// Takes away what a file says more: Stata's own display format, and letters of missing values where a change is told.
fn without_additions(was: &Said, is: &mut Said, recodes: &[Recode]) {
    if let Some(format) = is.parts.get_mut("format") {
        let was = was.parts.get("format").unwrap_or(&Json::Null);
        if was["native"].is_null() {
            format.as_object_mut().unwrap().remove("native");
        }
        if was.is_null() && format == &json!({}) {
            is.parts.remove("format");
        }
    }
    let told = recodes.iter().any(|recode| Some(&recode.variable) == is.variable.as_ref());
    let (was, is) = (was.parts.get("missing"), is.parts.get_mut("missing"));
    if let (true, Some(was), Some(is)) = (told, was, is) {
        for (was, is) in was.as_array().unwrap().iter().zip(is.as_array_mut().unwrap()) {
            if was["letter"].is_null() {
                is.as_object_mut().unwrap().remove("letter");
            }
        }
    }
}

/// What is said after and not before, or the other way, and is told by no loss.
fn silent(before: &dyn Dataset, after: &dyn Dataset, changes: &Changes) -> Vec<String> {
    let (before, after) = (said(before), said(after));
    let names = |all: &[Said]| all.iter().map(|said| said.variable.clone()).collect::<Vec<_>>();
    let mut silent = Vec::new();
    if names(&before) != names(&after) {
        silent.push(format!("names: {:?} became {:?}", names(&before), names(&after)));
    }
    for (was, mut is) in before.into_iter().zip(after) {
        without_additions(&was, &mut is, &changes.recodes);
        let told = |part: &str| {
            part == "cells"
                && changes.losses.iter().any(|loss| {
                    [LossCode::MISSING_REASON_DROPPED, LossCode::TEXT_TRUNCATED].contains(&loss.code)
                        && loss.held_by.is_none()
                        && loss.variable == was.variable
                })
        };
        let parts: BTreeSet<&String> = was.parts.keys().chain(is.parts.keys()).collect();
        for part in parts {
            let (from, to) = (was.parts.get(part), is.parts.get(part));
            if from != to && !told(part) {
                silent.push(format!("{:?} {part}: {from:.300?} became {to:.300?}", was.variable));
            }
        }
    }
    silent
}

#[test]
fn every_pair_of_formats_tells_the_same_study() {
    let folder = tempfile::tempdir().unwrap();
    let data = study();
    let forms = forms();
    let mut wrong = Vec::new();
    for (first, from) in forms.iter().enumerate() {
        let at = |name: String| folder.path().join(name);
        let (once, changes) = through(&data, from, &at(format!("{first}")));
        let found = silent(&data, &once, &changes);
        wrong.extend(found.into_iter().map(|found| format!("{from:?}: {found}")));
        for (second, to) in forms.iter().enumerate() {
            let (twice, changes) = through(&once, to, &at(format!("{first}-{second}")));
            let found = silent(&once, &twice, &changes);
            wrong.extend(found.into_iter().map(|found| format!("{from:?} to {to:?}: {found}")));
        }
    }
    assert!(wrong.is_empty(), "{} differences\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_codebook_makes_reasons_of_the_columns_of_a_csv() {
    let folder = tempfile::tempdir().unwrap();
    let data = study();
    through(&data, &("csv", json!({ "reasons": "column" })), &folder.path().join("csv"));
    let (registry, context) = (exporter::registry(), Context::default());
    let file = folder.path().join("csv/people.csv");
    let open = |input: &InputOptions| exporter::open(std::slice::from_ref(&file), input, &registry, &context);
    // Without a codebook they are variables.
    let plain = open(&InputOptions::default()).unwrap();
    assert!(plain.codebook().tables[0].variable("vote_reason").is_some());
    // One variable alone is read with its reasons.
    let mut input = InputOptions::default();
    input.codebook = Some(folder.path().join("csv/people.codebook.json"));
    input.projection = exporter::Projection::only(["vote"]);
    let one = open(&input).unwrap();
    assert!(one.codebook().tables[0].variable("vote_reason").is_none());
    assert_eq!(cells(&one, 1), cells(&data, 1));
    // A text that is no reason is an error that says where and what helps.
    let text = std::fs::read_to_string(&file).unwrap().replacen(",.k,", ",.q,", 1);
    std::fs::write(&file, text).unwrap();
    input.projection = exporter::Projection::all();
    let scan = Scan::all().columns([1]).with_reasons();
    let wrong = open(&input).unwrap();
    let error = wrong.scan(TableId(0), &scan).unwrap().find_map(Result::err).unwrap();
    assert!(error.to_string().contains("\".q\" is no declared missing reason of \"vote\""), "{error}");
    assert_eq!((error.place().row, error.place().variable.as_deref()), (Some(6), Some("vote_reason")));
    assert!(error.hint().unwrap().contains("codebook"));
}
