//! Files that other programs write, read by us.

use std::fs::File;

use chrono::NaiveDateTime;
use exporter_dta::reader::Dictionary;
use serde_json::{Value, json};

use super::said::Tool;
use super::table::{Cell, read};
use crate::programs;

/// Faults of the programs that write: the beginning of the file's name, the part, and why.
const FAULTS: &[(&str, &str, &str)] = &[
    (
        "haven_15",
        "file",
        "it writes the strL cells of release 119 in the form of 118; pandas refuses the file too",
    ),
    ("polars", "dataset label", "it has no way to give one"),
];

fn table() -> Value {
    let column = |name: &str, kind: &str, values: Value| json!({ "name": name, "label": format!("Label of {name}"), "kind": kind, "values": values, "labels": {} });
    let mut answer = column("answer", "byte", json!([1, 2, null, 1]));
    answer["labels"] = json!({ "1": "yes", "2": "no" });
    let columns = vec![
        answer,
        column("byte_", "byte", json!([-127, 100, null, 0])),
        column("int_", "int", json!([-32_767, 32_740, null, 0])),
        column("long_", "long", json!([-2_147_483_647, 2_147_483_620, null, 0])),
        column("float_", "float", json!([-1.5, 2_f64.powi(100), null, 0.0])),
        column("double_", "double", json!([0.1, -1e300, null, 8.9e307])),
        column("text", "text", json!(["abc", "", "two words", "élan"])),
        column("wide", "text", json!(["x".repeat(60), "", "y", "z"])),
        column("long_text", "strl", json!(["w".repeat(3_000), "", "short", "w".repeat(3_000)])),
        column("day", "date", json!(["1960-01-01", "1999-12-31", null, "2261-11-21"])),
        column(
            "moment",
            "datetime",
            json!(["1960-01-01T00:00:00.000", "1999-12-31T23:59:59.500", null, "2026-11-21T06:00:00.125"]),
        ),
    ];
    json!({ "label": "A dataset", "columns": columns })
}

/// The cell that must be found for a value of the table.
fn cell(kind: &str, value: &Value) -> Cell {
    let millis = |text: &str| {
        let moment: NaiveDateTime = text.parse().unwrap();
        moment.and_utc().timestamp_millis() + 315_619_200_000
    };
    match (kind, value) {
        (_, Value::Null) => Cell::missing(0),
        ("date", Value::String(day)) => {
            Cell::Number((millis(&format!("{day}T00:00:00")) / 86_400_000) as f64)
        }
        ("datetime", Value::String(moment)) => Cell::Number(millis(moment) as f64),
        (_, Value::String(text)) => Cell::text(text),
        (_, number) => Cell::Number(number.as_f64().unwrap()),
    }
}

/// The parts of a file that are not what the table says.
fn differences(table: &Value, dictionary: &Dictionary, cells: &[Vec<Cell>]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut compare = |part: String, is: String, must: String| {
        if is != must {
            found.push((part, format!("{is:.300} instead of {must:.300}")));
        }
    };
    compare(
        "dataset label".to_owned(),
        dictionary.label.clone(),
        table["label"].as_str().unwrap().to_owned(),
    );
    let strl = dictionary.release.has_strl();
    let columns: Vec<&Value> = table["columns"].as_array().unwrap().iter().collect();
    let columns: Vec<&Value> =
        columns.into_iter().filter(|column| strl || column["kind"] != "strl").collect();
    compare("columns".to_owned(), dictionary.variables.len().to_string(), columns.len().to_string());
    for ((column, variable), cells) in columns.iter().zip(&dictionary.variables).zip(cells) {
        let name = column["name"].as_str().unwrap();
        compare(format!("name of {name}"), variable.name.clone(), name.to_owned());
        compare(
            format!("label of {name}"),
            variable.label.clone(),
            column["label"].as_str().unwrap().to_owned(),
        );
        let labels = dictionary.value_labels(&variable.value_labels);
        let labels: Value = labels
            .into_iter()
            .flat_map(|set| set.iter().map(|(code, text)| (code.to_string(), Value::from(text))))
            .collect::<serde_json::Map<_, _>>()
            .into();
        compare(format!("value labels of {name}"), labels.to_string(), column["labels"].to_string());
        let kind = column["kind"].as_str().unwrap();
        let must: Vec<Cell> =
            column["values"].as_array().unwrap().iter().map(|value| cell(kind, value)).collect();
        compare(format!("cells of {name}"), format!("{cells:?}"), format!("{must:?}"));
        let date = match kind {
            "date" => Some("%td"),
            "datetime" => Some("%tc"),
            _ => None,
        };
        if let Some(date) = date {
            compare(format!("format of {name}"), variable.format.clone(), date.to_owned());
        }
    }
    found
}

/// Reads what one program wrote in every release that it knows; `files` is how many these are.
fn understood(tool: Tool, files: usize) {
    let folder = tempfile::tempdir().unwrap();
    let table = table();
    let input = folder.path().join("table.json");
    std::fs::write(&input, table.to_string()).unwrap();
    let mut script = tool.script("write_dta");
    let printed = programs::stdout(script.arg(folder.path()).stdin(File::open(&input).unwrap()));
    let names: Vec<String> = String::from_utf8(printed).unwrap().lines().map(str::to_owned).collect();
    assert_eq!(names.len(), files, "{names:?}");
    let mut wrong = Vec::new();
    let mut seen = vec![false; FAULTS.len()];
    for name in &names {
        let found = match read(File::open(folder.path().join(name)).unwrap()) {
            Ok((dictionary, cells)) => differences(&table, &dictionary, &cells),
            Err(error) => vec![("file".to_owned(), error.to_string())],
        };
        for (part, how) in found {
            match FAULTS.iter().position(|(start, of, _)| name.starts_with(start) && *of == part) {
                Some(fault) => seen[fault] = true,
                None => wrong.push(format!("{name}, {part}: {how}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{} parts differ\n{}", wrong.len(), wrong.join("\n"));
    for ((start, part, because), _) in FAULTS.iter().zip(&seen).filter(|(_, seen)| !**seen) {
        assert!(!start.starts_with(tool.name()), "{start} no longer has this fault: {part}: {because}");
    }
}

#[test]
fn what_pandas_writes_is_understood() {
    understood(Tool::Pandas, 4);
}

#[test]
fn what_pyreadstat_writes_is_understood() {
    understood(Tool::Pyreadstat, 6);
}

#[test]
fn what_haven_writes_is_understood() {
    understood(Tool::Haven, 6);
}

#[test]
fn what_readstata13_writes_is_understood() {
    understood(Tool::Readstata13, 6);
}

#[test]
fn what_polars_writes_is_understood() {
    understood(Tool::Polars, 1);
}
