//! What a program says about a file, beside what it should say.

use std::collections::BTreeMap;

use exporter_dta::characteristics::DATASET;
use exporter_dta::metadata::DtaMetadata;
use exporter_dta::missing::Missing;
use serde_json::Value;

use super::table::{Case, Cell};
use crate::programs;

/// The programs of the comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tool {
    Pandas,
    Pyreadstat,
    Haven,
    Readstata13,
    Polars,
}

impl Tool {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Pandas => "pandas",
            Self::Pyreadstat => "pyreadstat",
            Self::Haven => "haven",
            Self::Readstata13 => "readstata13",
            Self::Polars => "polars",
        }
    }

    /// What the program tells of a file; everything of it is compared.
    fn tells(self) -> &'static [&'static str] {
        match self {
            Self::Pandas => &["dataset_label", "timestamp"],
            Self::Pyreadstat | Self::Haven => &["dataset_label", "notes"],
            Self::Readstata13 => &["dataset_label", "timestamp", "characteristics"],
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
    pub(crate) fn reads(self, mode: &str, files: &[std::path::PathBuf]) -> Vec<Value> {
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
            let (expected, said) = (sorted(expected(&case.metadata, part)), sorted(said[part].clone()));
            if expected != said {
                found.insert((*part).to_owned(), shortened(&format!("{said} instead of {expected}")));
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

fn expected(metadata: &DtaMetadata, part: &str) -> Value {
    let variables = &metadata.variables;
    match part {
        "names" => variables.iter().map(|variable| variable.name.as_str()).collect(),
        "labels" => variables.iter().map(|variable| variable.label.as_str()).collect(),
        "formats" => variables.iter().map(|variable| variable.format.as_str()).collect(),
        "dataset_label" => metadata.label.as_str().into(),
        "timestamp" => metadata.timestamp.as_str().into(),
        "notes" => {
            let of_dataset = metadata.characteristics.iter().filter(|c| c.owner == DATASET);
            of_dataset
                .filter(|c| c.name.starts_with("note") && c.name != "note0")
                .map(|c| c.contents.as_str())
                .collect()
        }
        "characteristics" => metadata
            .characteristics
            .iter()
            .map(|c| Value::from(vec![c.owner.as_str(), c.name.as_str(), c.contents.as_str()]))
            .collect(),
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

fn code(key: i32) -> String {
    Missing::from_long(key).map_or_else(|| key.to_string(), |missing| missing.to_string())
}

fn same(cell: &Cell, said: &Value) -> bool {
    match cell {
        Cell::Missing(Missing::SYSTEM) => said.is_null(),
        Cell::Missing(missing) => said.as_str() == Some(&missing.to_string()),
        Cell::Number(number) => said
            .as_str()
            .and_then(|said| said.parse::<f64>().ok())
            .is_some_and(|said| said.to_bits() == number.to_bits()),
        Cell::Text(text) => said.as_str() == Some(text),
        Cell::Bytes(bytes) => {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            said.as_str() == Some(&format!("hex:{hex}"))
        }
    }
}
