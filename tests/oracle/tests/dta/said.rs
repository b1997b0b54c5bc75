//! What a program says about a file, beside what it should say.

use std::collections::BTreeMap;
use std::path::PathBuf;

use exporter_dta::DtaMetadata;
use exporter_dta::stata::StorageType;
use exporter_testkit::stata_missing;
use serde_json::Value;

use super::table::{Case, Cell};
use super::{meaning, rust_crate};
use crate::programs;

/// The programs of the comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tool {
    Pandas,
    Pyreadstat,
    Haven,
    Readstata13,
    Polars,
    /// The crate `dta`, which is called and not run.
    Dta,
}

impl Tool {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Pandas => "pandas",
            Self::Pyreadstat => "pyreadstat",
            Self::Haven => "haven",
            Self::Readstata13 => "readstata13",
            Self::Polars => "polars",
            Self::Dta => "dta",
        }
    }

    /// What the program tells of a file; everything of it is compared.
    fn tells(self) -> &'static [&'static str] {
        match self {
            Self::Pandas => &["dataset_label", "timestamp"],
            Self::Pyreadstat | Self::Haven => &["dataset_label", "notes"],
            Self::Readstata13 => &["dataset_label", "timestamp", "characteristics", "notes_of", "languages"],
            Self::Dta => &["dataset_label", "timestamp", "types", "characteristics", "sorted_by"],
            Self::Polars => &["dataset_label", "timestamp"],
        }
    }

    /// One of the two scripts `NAME.py` and `NAME.R`, set up for the tool.
    pub(crate) fn script(self, name: &str) -> std::process::Command {
        let mut script = match self {
            Self::Haven | Self::Readstata13 => programs::r(&format!("{name}.R")),
            _ => programs::python(&format!("{name}.py")),
        };
        script.arg(self.name());
        script
    }

    /// What the tool says about each file, dates as stored numbers (`stored`) or converted (`dates`).
    pub(crate) fn reads(self, mode: &str, files: &[PathBuf]) -> Vec<Value> {
        if self == Self::Dta {
            return files.iter().map(|file| rust_crate::said(mode, file)).collect();
        }
        let printed = programs::stdout(self.script("read_dta").arg(mode).args(files));
        let text = String::from_utf8(printed).unwrap();
        let said: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(said.len(), files.len(), "{}: files", self.name());
        said
    }

    /// The parts in which the program's account differs from the case, with what it said.
    pub(crate) fn differences(self, case: &Case, said: &Value) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        if let Some(error) = said.get("error") {
            found.insert("error".to_owned(), error.to_string());
            return found;
        }
        let always = ["names", "labels", "formats", "value_labels"];
        for part in always.iter().chain(self.tells()) {
            let (expected, said) = (sorted(expected(&case.metadata, part)), sorted(heard(said, part)));
            if expected != said {
                found.insert((*part).to_owned(), apart(&said, &expected));
            }
        }
        let columns = said["columns"].as_array().unwrap();
        if columns.len() != case.cells.len() {
            found.insert("columns".to_owned(), format!("{} instead of {}", columns.len(), case.cells.len()));
        }
        for ((variable, cells), column) in case.metadata.variables.iter().zip(&case.cells).zip(columns) {
            let column = column.as_array().unwrap();
            let differ = |(cell, said): (&Cell, &Value)| {
                (!same(cell, said)).then(|| format!("{said} instead of {cell:?}"))
            };
            let differ: Vec<String> = if column.len() == cells.len() {
                cells.iter().zip(column).filter_map(differ).collect()
            } else {
                vec![format!("{} rows instead of {}", column.len(), cells.len())]
            };
            if !differ.is_empty() {
                found.insert(format!("cells of {}", variable.name), shortened(&differ.join("; ")));
            }
        }
        found
    }
}

/// What is said and what is expected; of lists only what the other has not.
fn apart(said: &Value, expected: &Value) -> String {
    let (Value::Array(said), Value::Array(expected)) = (said, expected) else {
        return shortened(&format!("{said} instead of {expected}"));
    };
    let only = |these: &[Value], others: &[Value]| -> Value {
        these.iter().filter(|item| !others.contains(item)).cloned().collect()
    };
    shortened(&format!("{} instead of {}", only(said, expected), only(expected, said)))
}

fn shortened(text: &str) -> String {
    if text.chars().count() > 400 {
        format!("{}…", text.chars().take(400).collect::<String>())
    } else {
        text.to_owned()
    }
}

/// Characteristics and notes come in the order of each program.
fn sorted(mut value: Value) -> Value {
    if let Value::Array(items) = &mut value
        && items.iter().all(Value::is_array)
    {
        items.sort_by_key(Value::to_string);
    }
    value
}

/// What a program says of a part, but for the characteristics that only our reader knows.
fn heard(said: &Value, part: &str) -> Value {
    let said = said[part].clone();
    match part {
        "characteristics" => meaning::without_ours(said),
        "value_labels" => {
            said.as_object().into_iter().flatten().map(|(of, set)| (of.clone(), joined(set))).collect()
        }
        _ => said,
    }
}

/// Labels by key, of an object or of keys and texts side by side.
fn joined(set: &Value) -> Value {
    let Value::Array(sides) = set else { return set.clone() };
    let [keys, texts] = [0, 1].map(|side| sides[side].as_array().unwrap());
    assert_eq!(keys.len(), texts.len());
    keys.iter().zip(texts).map(|(key, text)| (key.as_str().unwrap().to_owned(), text.clone())).collect()
}

fn expected(metadata: &DtaMetadata, part: &str) -> Value {
    let variables = &metadata.variables;
    match part {
        "names" => variables.iter().map(|variable| variable.name.as_str()).collect(),
        "labels" => variables.iter().map(|variable| variable.label.as_str()).collect(),
        "types" => variables.iter().map(|variable| type_name(variable.storage)).collect(),
        "formats" => variables.iter().map(|variable| variable.format.as_str()).collect(),
        "dataset_label" => metadata.label.as_str().into(),
        "timestamp" => metadata.timestamp.as_str().into(),
        "notes" => {
            serde_json::to_value(meaning::notes(metadata).remove(meaning::DATASET).unwrap_or_default())
                .unwrap()
        }
        "characteristics" => meaning::foreign(metadata),
        "notes_of" => serde_json::to_value(meaning::notes(metadata)).unwrap(),
        "languages" => meaning::languages(metadata),
        "sorted_by" => metadata.sorted_by.iter().map(|index| variables[*index].name.as_str()).collect(),
        "value_labels" => {
            let labelled = variables.iter().filter(|variable| !variable.value_labels.is_empty());
            let labels = labelled.map(|variable| {
                let set = metadata.value_labels.iter().find(|set| set.name == variable.value_labels).unwrap();
                let labels = set.labels.iter().map(|(key, text)| (code(*key), Value::from(text.as_str())));
                (variable.name.clone(), Value::Object(labels.collect()))
            });
            Value::Object(labels.collect())
        }
        other => panic!("nothing is expected of {other}"),
    }
}

/// What Stata calls a storage type.
fn type_name(storage: StorageType) -> String {
    match storage {
        StorageType::Byte => "byte".to_owned(),
        StorageType::Int => "int".to_owned(),
        StorageType::Long => "long".to_owned(),
        StorageType::Float => "float".to_owned(),
        StorageType::Double => "double".to_owned(),
        StorageType::Str(width) => format!("str{width}"),
        StorageType::StrL => "strL".to_owned(),
        StorageType::Alias => panic!("no file of ours has an alias"),
    }
}

/// A key of value labels as programs print it: a number or a letter.
fn code(key: i32) -> String {
    match u8::try_from(i64::from(key) - 2_147_483_621) {
        Ok(missing) => stata_missing(missing),
        Err(_) => key.to_string(),
    }
}

fn same(cell: &Cell, said: &Value) -> bool {
    match cell {
        Cell::Missing(0) => said.is_null(),
        Cell::Missing(missing) => said.as_str() == Some(&stata_missing(*missing)),
        Cell::Number(number) => said
            .as_str()
            .and_then(|said| said.parse::<f64>().ok())
            .is_some_and(|said| said.to_bits() == number.to_bits()),
        Cell::Text(text) => said.as_str() == Some(text),
        // An empty cell names no contents, so nothing says what they would be.
        Cell::Bytes(bytes) if bytes.is_empty() => matches!(said.as_str(), Some("" | "hex:")),
        Cell::Bytes(bytes) => {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            said.as_str() == Some(&format!("hex:{hex}"))
        }
    }
}
