//! What the crate `ambers` finds in SPSS files, and what it writes of them.
//!
//! `read FILE…` prints one JSON object a file in the form of `scripts/read_sav.py`; `write FOLDER FILE…` does so, too, and writes
//! each file again into the folder, by its own name and in its own compression. A file that `ambers` refuses gives its error.

use std::error::Error;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use ambers::{MissingSpec, MrType, SpssMetadata, Value};
use arrow::array::{ArrayRef, AsArray};
use arrow::datatypes::{
    DataType, Date32Type, DurationMicrosecondType, Float64Type, TimeUnit, TimestampMicrosecondType,
};
use serde_json::{Map, Value as Json, json};

/// Days and seconds from 1582-10-14, where SPSS counts from, to 1970-01-01.
const DAYS: f64 = 141_428.0;
const SECONDS: f64 = 12_219_379_200.0;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let mode = arguments.next().and_then(|mode| mode.into_string().ok());
    let folder = match mode.as_deref() {
        Some("read") => None,
        Some("write") => Some(PathBuf::from(arguments.next().ok_or("write needs a folder")?)),
        _ => return Err("the first word is `read` or `write`".into()),
    };
    for file in arguments {
        let said = said(&file, folder.as_deref());
        println!("{}", said.unwrap_or_else(|error| json!({ "error": error.to_string() })));
    }
    Ok(())
}

fn said(file: &OsString, folder: Option<&Path>) -> Result<Json, Box<dyn Error>> {
    let (rows, metadata) = ambers::read_sav(file)?;
    if let Some(folder) = folder {
        let name = Path::new(file).file_name().ok_or("the file has no name")?;
        ambers::write_sav(folder.join(name), &rows, &metadata, metadata.compression, None)?;
    }
    let mut all = described(&metadata);
    all["columns"] = rows.columns().iter().map(cells).collect::<Result<Json, _>>()?;
    Ok(all)
}

fn described(metadata: &SpssMetadata) -> Json {
    let names = &metadata.variable_names;
    let each = |say: &dyn Fn(&String) -> Json| names.iter().map(say).collect::<Vec<_>>();
    let text = |found: Option<&str>| found.unwrap_or_default().into();
    let value_labels = metadata.variable_value_labels.iter().map(|(name, labels)| {
        let labels = labels.iter().map(|(value, label)| json!([key(value), label]));
        (name.clone(), labels.collect())
    });
    let missing = metadata.variable_missing_values.iter();
    let response_sets = metadata.mr_sets.values().map(|set| {
        let kind = match set.mr_type {
            MrType::MultipleDichotomy => "dichotomy",
            MrType::MultipleCategory => "category",
        };
        json!([set.name, kind, set.counted_value, set.label, set.variables])
    });
    json!({
        "names": names,
        "labels": each(&|name| text(metadata.label(name))),
        "formats": each(&|name| text(metadata.format(name).map(format))),
        "measures": each(&|name| text(metadata.measure(name).map(|measure| measure.as_str()))),
        "widths": each(&|name| metadata.variable_display_widths.get(name).copied().into()),
        "alignments": each(&|name| text(metadata.variable_alignments.get(name).map(|side| side.as_str()))),
        "value_labels": value_labels.collect::<Map<_, _>>(),
        "missing": missing.map(|(name, all)| (name.clone(), all.iter().map(span).collect())).collect::<Map<_, _>>(),
        "response_sets": response_sets.collect::<Vec<_>>(),
        "attributes": attributes(metadata),
        "weight": metadata.weight_variable,
        "file_label": metadata.file_label,
        "notes": metadata.notes,
    })
}

/// Custom attributes and roles, which are attributes in the file.
fn attributes(metadata: &SpssMetadata) -> Json {
    let mut all = json!({});
    for (name, attributes) in &metadata.variable_attributes {
        for (attribute, values) in attributes {
            all[name][attribute] = json!(values);
        }
    }
    for (name, role) in &metadata.variable_roles {
        all[name]["$@Role"] = json!([role.to_code()]);
    }
    all
}

/// A format as SPSS writes it: formats other than F do not name the decimals that they do not have.
fn format(stated: &str) -> &str {
    match stated.strip_prefix('F') {
        Some(_) => stated,
        None => stated.strip_suffix(".0").unwrap_or(stated),
    }
}

fn number(value: f64) -> Json {
    format!("{value:?}").into()
}

fn key(value: &Value) -> Json {
    match value {
        Value::Numeric(value) => number(*value),
        Value::String(text) => text.as_str().into(),
    }
}

/// The lowest and the highest of some missing values.
fn span(missing: &MissingSpec) -> Json {
    match missing {
        MissingSpec::Value(value) => json!([number(*value), number(*value)]),
        MissingSpec::StringValue(text) => json!([text, text]),
        MissingSpec::Range { lo, hi } => {
            let open = lo.to_bits() == ambers::constants::LOWEST_BITS;
            json!([number(if open { f64::NEG_INFINITY } else { *lo }), number(*hi)])
        }
    }
}

/// The cells of a column; dates and lengths of time as the numbers that are stored.
fn cells(column: &ArrayRef) -> Result<Json, Box<dyn Error>> {
    fn stored<T: Copy>(values: impl Iterator<Item = Option<T>>, stored: impl Fn(T) -> f64) -> Json {
        values.map(|value| value.map(|value| number(stored(value)))).collect()
    }
    let micro = |micros: i64| micros as f64 / 1e6;
    Ok(match column.data_type() {
        DataType::Float64 => stored(column.as_primitive::<Float64Type>().iter(), |value| value),
        DataType::Date32 => {
            stored(column.as_primitive::<Date32Type>().iter(), |days| (f64::from(days) + DAYS) * 86_400.0)
        }
        DataType::Timestamp(TimeUnit::Microsecond, None) => {
            let moments = column.as_primitive::<TimestampMicrosecondType>();
            stored(moments.iter(), |micros| micro(micros) + SECONDS)
        }
        DataType::Duration(TimeUnit::Microsecond) => {
            stored(column.as_primitive::<DurationMicrosecondType>().iter(), micro)
        }
        DataType::Utf8View => column.as_string_view().iter().collect(),
        other => return Err(format!("cells of type {other}").into()),
    })
}
