//! Refuses, before the first byte, what a release cannot hold.

use std::collections::HashSet;

use crate::error::{DtaError, Result};
use crate::metadata::{Characteristic, DtaMetadata, DtaVariable, ValueLabelSet};
use crate::spec::{
    MAX_CHARACTERISTIC_BYTES, MAX_LABEL_CHARS, MAX_ROW_BYTES, MAX_VALUE_LABEL_BYTES, MAX_VALUE_LABELS,
    Release, TIMESTAMP_BYTES,
};
use crate::spec_storage::{LONG_MIN, StorageType, type_code};
use crate::writer::column::describe;
use crate::writer::strl_column::check_row_numbers;
use exporter_stata::FormatClass;
use exporter_stata::Missing;
use exporter_stata::names::{is_reserved, is_valid};

/// Checks that `metadata` fits its release, with `rows` rows if they are known.
///
/// # Errors
/// [`DtaError::TooManyVariables`], [`DtaError::Limit`] or [`DtaError::Invalid`] for the first rule broken.
pub(crate) fn check_metadata(metadata: &DtaMetadata, rows: Option<u64>) -> Result<()> {
    let release = metadata.release;
    if matches!(release.number(), 0..113 | 116 | 120..) {
        return Err(DtaError::Unsupported(format!(
            "release {} is not written; choose 118",
            release.number()
        )));
    }
    let count = metadata.variables.len() as u64;
    if count > release.max_variables() {
        let remedy = if release.number() == 118 {
            "choose release 119 (up to 120,000, Stata/MP only) or split the table"
        } else {
            "split the table"
        };
        let (limit, release) = (release.max_variables(), release.number());
        return Err(DtaError::TooManyVariables { found: count, limit, release, remedy });
    }
    limit("bytes of a row", "the table", metadata.row_width(), MAX_ROW_BYTES, "store long texts as strL")?;
    if let Some(rows) = rows {
        limit(
            "rows",
            "the table",
            rows,
            release.max_observations(),
            "split the table or choose release 118",
        )?;
        if metadata.variables.iter().any(|variable| variable.storage == StorageType::StrL) {
            check_row_numbers(release, rows)?;
        }
    }
    label_length(release, "dataset label", &metadata.label)?;
    if !matches!(metadata.timestamp.len(), 0 | TIMESTAMP_BYTES) {
        return invalid("timestamp", format!("{:?} is not `dd Mon yyyy hh:mm`", metadata.timestamp));
    }
    let mut names = HashSet::new();
    for each in &metadata.variables {
        variable(release, each)?;
        if !names.insert(each.name.as_str()) {
            return invalid(&each.name, "two variables have this name".to_owned());
        }
    }
    sort_order(metadata)?;
    characteristics(metadata, &names)?;
    let mut sets = HashSet::new();
    for set in &metadata.value_labels {
        value_labels(release, set)?;
        if !sets.insert(set.name.as_str()) {
            return invalid(&set.name, "two value-label sets have this name".to_owned());
        }
    }
    Ok(())
}

fn invalid(place: &str, message: String) -> Result<()> {
    Err(DtaError::Invalid { place: place.to_owned(), message })
}

fn limit(what: &'static str, place: &str, found: u64, limit: u64, remedy: &'static str) -> Result<()> {
    if found > limit {
        return Err(DtaError::Limit { what, place: place.to_owned(), found, limit, remedy });
    }
    Ok(())
}

fn label_length(release: Release, place: &str, label: &str) -> Result<()> {
    let characters = label.chars().count() as u64;
    limit("label characters", place, characters, MAX_LABEL_CHARS as u64, "cut the label")?;
    no_nul(place, label)?;
    let bytes = release.charset().encode(label).0.len() as u64;
    limit("label bytes", place, bytes, release.widths().variable_label as u64 - 1, "cut the label")
}

fn no_nul(place: &str, text: &str) -> Result<()> {
    if text.contains('\0') {
        return invalid(place, "a NUL would end the text; remove it".to_owned());
    }
    Ok(())
}

fn variable(release: Release, variable: &DtaVariable) -> Result<()> {
    let name = &variable.name;
    if !is_valid(name, release.charset()) || is_reserved(name) {
        return invalid(name, "not a valid name of a variable; derive one with `unique_names`".to_owned());
    }
    if type_code(variable.storage, release).is_none() {
        let message = format!("release {} has no {}", release.number(), describe(variable.storage));
        return invalid(name, message);
    }
    let is_text = FormatClass::of(&variable.format) == Some(FormatClass::Text);
    if FormatClass::of(&variable.format).is_none() || is_text != variable.storage.is_string() {
        let storage = describe(variable.storage);
        return invalid(name, format!("display format {:?} does not suit {storage}", variable.format));
    }
    let longest = release.widths().format as u64 - 1;
    limit(
        "bytes of the display format",
        name,
        variable.format.len() as u64,
        longest,
        "choose a shorter one",
    )?;
    label_length(release, name, &variable.label)?;
    if !variable.value_labels.is_empty() {
        if variable.storage.is_string() {
            return invalid(name, "value labels belong to numbers, not to texts".to_owned());
        }
        if !is_valid(&variable.value_labels, release.charset()) {
            return invalid(name, format!("{:?} is not a valid name of a label set", variable.value_labels));
        }
    }
    if !variable.missing.is_empty() && variable.storage.is_string() {
        return invalid(name, "texts have no missing values".to_owned());
    }
    Ok(())
}

fn sort_order(metadata: &DtaMetadata) -> Result<()> {
    let mut seen = HashSet::new();
    for position in &metadata.sorted_by {
        if *position >= metadata.variables.len() || !seen.insert(*position) {
            return invalid("sort order", format!("variable {} is absent or named twice", position + 1));
        }
    }
    Ok(())
}

fn characteristics(metadata: &DtaMetadata, variables: &HashSet<&str>) -> Result<()> {
    let mut seen = HashSet::new();
    for Characteristic { owner, name, contents } in &metadata.characteristics {
        let place = format!("{owner}[{name}]");
        if owner != "_dta" && !variables.contains(owner.as_str()) {
            return invalid(&place, "no variable has the name of its owner".to_owned());
        }
        if !is_valid(name, metadata.release.charset()) {
            return invalid(&place, "not a valid name of a characteristic".to_owned());
        }
        if contents.is_empty() {
            return invalid(&place, "an empty characteristic cannot be stored".to_owned());
        }
        no_nul(&place, contents)?;
        let bytes = metadata.release.charset().encode(contents).0.len() as u64 + 1;
        limit("bytes with the NUL", &place, bytes, MAX_CHARACTERISTIC_BYTES as u64, "split the text")?;
        if !seen.insert((owner, name)) {
            return invalid(&place, "given twice".to_owned());
        }
    }
    Ok(())
}

fn value_labels(release: Release, set: &ValueLabelSet) -> Result<()> {
    let name = &set.name;
    if !is_valid(name, release.charset()) {
        return invalid(name, "not a valid name of a value-label set".to_owned());
    }
    if set.labels.is_empty() {
        return invalid(name, "an empty value-label set cannot be stored".to_owned());
    }
    limit("value labels", name, set.labels.len() as u64, MAX_VALUE_LABELS as u64, "split or drop the set")?;
    let mut keys = HashSet::new();
    for (key, text) in &set.labels {
        if *key < LONG_MIN || *key == Missing::SYSTEM.key() {
            return invalid(name, format!("{key} cannot be labelled"));
        }
        if !keys.insert(*key) {
            return invalid(name, format!("{key} is labelled twice"));
        }
        no_nul(name, text)?;
        let bytes = release.charset().encode(text).0.len() as u64;
        limit("bytes of a value label", name, bytes, MAX_VALUE_LABEL_BYTES as u64, "cut the label")?;
    }
    Ok(())
}
