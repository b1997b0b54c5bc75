//! Files that other programs write, read by us.

use std::fs::File;
use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::TimestampMillisecondType;
use chrono::NaiveDateTime;
use exporter_core::{Context, Dataset, Scan, Source, TableId};
use exporter_dta::{Dictionary, DtaDataset, Letters, ReadOptions};
use serde_json::{Value, json};

use super::rust_crate;
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
    (
        "readstata13_102",
        "dataset label",
        "it writes four bytes of rows where the release has two, into the label",
    ),
    ("readstata13_106", "file", "it gives this release, which Stata never had, the value labels of 108"),
    ("readstata13_107", "file", "it gives this release, which Stata never had, the layout of 108"),
    ("readstata13_112", "file", "it gives this release, which Stata never had, the types of 110"),
    ("readstata13_102", "value labels of answer", "it writes none before release 106"),
    ("readstata13_103", "value labels of answer", "it writes none before release 106"),
    ("readstata13_104", "value labels of answer", "it writes none before release 106"),
    ("readstata13_105", "value labels of answer", "it writes none before release 106"),
];

/// Columns that not every program can write.
fn only_some(kind: &str) -> Option<&'static [Tool]> {
    match kind {
        // Letters of missing values.
        "letters" => Some(&[Tool::Pyreadstat, Tool::Haven, Tool::Dta]),
        // Milliseconds with leap seconds under `%tC`.
        "leap" => Some(&[Tool::Pyreadstat, Tool::Haven, Tool::Dta]),
        _ => None,
    }
}

/// Milliseconds since 1960 with leap seconds, and the moments that they are: none before 1972, 22 at the end of 1999,
/// 27 since 2017.
const LEAPS: [(Option<i64>, Option<&str>); 4] = [
    (Some(0), Some("1960-01-01T00:00:00")),
    (Some(1_262_304_021_500), Some("1999-12-31T23:59:59.500")),
    (None, None),
    (Some(2_110_860_027_125), Some("2026-11-21T06:00:00.125")),
];

/// The table that a program writes.
fn table(tool: Tool) -> Value {
    let column = |name: &str, kind: &str, values: Value| json!({ "name": name, "label": format!("Label of {name}"), "kind": kind, "values": values, "labels": {} });
    let mut answer = column("answer", "byte", json!([1, 2, null, 1]));
    // The crate takes no value labels from outside.
    if tool != Tool::Dta {
        answer["labels"] = json!({ "1": "yes", "2": "no" });
    }
    let columns = vec![
        answer,
        column("byte_", "byte", json!([-127, 100, null, 0])),
        column("int_", "int", json!([-32_767, 32_740, null, 0])),
        column("long_", "long", json!([-2_147_483_647, 2_147_483_620, null, 0])),
        column("float_", "float", json!([-1.5, 2_f64.powi(100), null, 0.0])),
        column("double_", "double", json!([0.1, -1e300, null, 8.9e307])),
        column("letters", "letters", json!([1.0, ".a", null, ".z"])),
        column("text", "text", json!(["abc", "", "two words", "élan"])),
        column("wide", "text", json!(["x".repeat(60), "", "y", "z"])),
        column("long_text", "strl", json!(["w".repeat(3_000), "", "short", "w".repeat(3_000)])),
        column("day", "date", json!(["1960-01-01", "1999-12-31", null, "2261-11-21"])),
        column(
            "moment",
            "datetime",
            json!(["1960-01-01T00:00:00.000", "1999-12-31T23:59:59.500", null, "2026-11-21T06:00:00.125"]),
        ),
        column("leap", "leap", LEAPS.map(|(stored, _)| json!(stored)).into()),
    ];
    let written = |column: &Value| {
        only_some(column["kind"].as_str().unwrap()).is_none_or(|tools| tools.contains(&tool))
    };
    json!({ "label": "A dataset", "columns": columns.into_iter().filter(written).collect::<Vec<_>>() })
}

/// The cell that must be found for a value of the table.
pub(super) fn cell(kind: &str, value: &Value) -> Cell {
    let millis = |text: &str| {
        let moment: NaiveDateTime = text.parse().unwrap();
        moment.and_utc().timestamp_millis() + 315_619_200_000
    };
    match (kind, value) {
        (_, Value::Null) => Cell::SYSTEM,
        ("date", Value::String(day)) => {
            Cell::Number((millis(&format!("{day}T00:00:00")) / 86_400_000) as f64)
        }
        ("letters", Value::String(letter)) => Cell::letter(letter.chars().nth(1).unwrap()),
        ("datetime", Value::String(moment)) => Cell::Number(millis(moment) as f64),
        (_, Value::String(text)) => Cell::text(text),
        (_, number) => Cell::Number(number.as_f64().unwrap()),
    }
}

/// The columns of a table that a release has a place for: strL came with 117, letters of missing values with 113.
pub(super) fn columns_for(table: &Value, release: u8) -> Vec<&Value> {
    let since = |column: &Value| match column["kind"].as_str().unwrap() {
        "strl" => 117,
        "letters" => 113,
        _ => 0,
    };
    table["columns"].as_array().unwrap().iter().filter(|column| release >= since(column)).collect()
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
    let columns = columns_for(table, dictionary.release.number());
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
            "leap" => Some("%tC"),
            _ => None,
        };
        if let Some(date) = date {
            compare(format!("format of {name}"), variable.format.clone(), date.to_owned());
        }
    }
    found
}

/// The release and the byte order that the name of a file promises, `pandas_118_big.dta`; the other programs name the
/// version of Stata.
fn promised(name: &str) -> (Option<u8>, bool) {
    let stem = name.strip_suffix(".dta").unwrap();
    let (stem, big) = stem.strip_suffix("_big").map_or((stem, false), |stem| (stem, true));
    let number = stem.rsplit_once('_').and_then(|(_, number)| number.parse::<u8>().ok());
    (number.filter(|number| *number >= 102), big)
}

fn is_big_endian(file: &[u8]) -> bool {
    file.starts_with(b"<") && file.windows(3).take(120).any(|bytes| bytes == b"MSF") || file[1] == 1
}

/// `%tC` as moments without leap seconds.
fn leap_seconds_are_taken_out(path: &Path) {
    let data = DtaDataset::open(
        &Source::open(path, &Context::default()).unwrap(),
        ReadOptions::default(),
        Letters::Seen,
        1,
    )
    .unwrap();
    let (column, variable) = data.codebook().tables[0].variable("leap").unwrap();
    assert_eq!(variable.kind.to_string(), "datetime(ms, UTC)", "{}", path.display());
    let found: Vec<Option<i64>> = data
        .scan(TableId(0), &Scan::all().columns([column]))
        .unwrap()
        .flat_map(|batch| {
            batch.unwrap().column(0).as_primitive::<TimestampMillisecondType>().iter().collect::<Vec<_>>()
        })
        .collect();
    let millis = |moment: &str| moment.parse::<NaiveDateTime>().unwrap().and_utc().timestamp_millis();
    assert_eq!(found, LEAPS.map(|(_, moment)| moment.map(millis)), "{}", path.display());
}

/// Reads what one program wrote in every release and byte order that it knows; `files` is how many these are.
fn understood(tool: Tool, files: usize) {
    let folder = tempfile::tempdir().unwrap();
    let table = table(tool);
    let names = if tool == Tool::Dta {
        rust_crate::write(&table, folder.path())
    } else {
        let input = folder.path().join("table.json");
        std::fs::write(&input, table.to_string()).unwrap();
        let mut script = tool.script("write_dta");
        let printed = programs::stdout(script.arg(folder.path()).stdin(File::open(&input).unwrap()));
        String::from_utf8(printed).unwrap().lines().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(names.len(), files, "{names:?}");
    let mut wrong = Vec::new();
    let mut seen = vec![false; FAULTS.len()];
    for name in &names {
        let path = folder.path().join(name);
        let (release, big) = promised(name);
        let file = std::fs::read(&path).unwrap();
        assert_eq!(is_big_endian(&file), big, "{name}: byte order");
        let found = match read(&file) {
            Ok((dictionary, cells)) => {
                assert!(release.is_none_or(|release| release == dictionary.release.number()), "{name}");
                if dictionary.variables.iter().any(|variable| variable.name == "leap") {
                    leap_seconds_are_taken_out(&path);
                }
                differences(&table, &dictionary, &cells)
            }
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

/// Releases 114, 117, 118 and 119, each in both byte orders.
#[test]
fn what_pandas_writes_is_understood() {
    understood(Tool::Pandas, 8);
}

#[test]
fn what_pyreadstat_writes_is_understood() {
    understood(Tool::Pyreadstat, 6);
}

#[test]
fn what_haven_writes_is_understood() {
    understood(Tool::Haven, 6);
}

/// Releases 102 to 119 but for 109 and 116, which are no releases of Stata.
#[test]
fn what_readstata13_writes_is_understood() {
    understood(Tool::Readstata13, 16);
}

#[test]
fn what_polars_writes_is_understood() {
    understood(Tool::Polars, 1);
}

/// Releases 102 to 119, all but the first in both byte orders.
#[test]
fn what_the_crate_dta_writes_is_understood() {
    understood(Tool::Dta, 35);
}
