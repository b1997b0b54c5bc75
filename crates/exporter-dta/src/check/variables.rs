//! Types, names, sort list, formats and labels of the variables.

use std::collections::HashSet;

use exporter_core::check::{Findings, Rule};
use exporter_stata::FormatClass;
use exporter_stata::names::{is_reserved, is_valid};

use crate::check::file::{Checked, CheckedFile, stop, text};
use crate::check::rule;
use crate::reader::{unsigned, until_nul};
use crate::spec_storage::{StorageType, storage_of};

/// Type codes; an unknown one ends the check because the width of the rows depends on it.
pub(super) fn types(file: &mut CheckedFile, findings: &mut Findings, at: u64, block: &[u8]) -> Checked<()> {
    let width = file.release.widths().type_code;
    for (index, code) in block.chunks_exact(width).enumerate() {
        let code = unsigned(code, file.order) as u16;
        let Some(storage) = storage_of(code, file.release) else {
            let offset = at + (index * width) as u64;
            return stop(
                findings,
                rule::TYPE_CODE,
                offset,
                format!("type code {code} of variable {} is unknown", index + 1),
            );
        };
        file.row_bytes += storage.width() as u64;
        file.types.push(storage);
    }
    Ok(())
}

/// Fields of a section with their number and offset; those without a NUL break `rule`.
fn fields<'b>(
    file: &CheckedFile,
    findings: &mut Findings,
    rule: Rule,
    at: u64,
    block: &'b [u8],
    width: usize,
) -> Vec<(u64, &'b [u8])> {
    let mut found = Vec::with_capacity(file.types.len());
    for (index, field) in block.chunks_exact(width.max(1)).enumerate() {
        let offset = at + (index * width) as u64;
        let bytes = until_nul(field);
        if bytes.len() == field.len() {
            findings.at(rule, offset, format!("the {width} bytes of variable {} hold no NUL", index + 1));
        } else if file.release.is_utf8() && std::str::from_utf8(bytes).is_err() {
            findings.at(rule::UTF8, offset, format!("\"{}\" is not UTF-8", bytes.escape_ascii()));
        }
        found.push((offset, bytes));
    }
    found
}

pub(super) fn names(file: &mut CheckedFile, findings: &mut Findings, at: u64, block: &[u8]) {
    let width = file.release.widths().name;
    let mut seen = HashSet::new();
    let mut names = Vec::with_capacity(file.types.len());
    for (offset, bytes) in fields(file, findings, rule::VARIABLE_NAME_NUL, at, block, width) {
        let name = text(bytes, file.release);
        if bytes.len() < width {
            if !is_valid(&name, file.release.charset()) || is_reserved(&name) {
                findings.at(rule::VARIABLE_NAME, offset, format!("\"{name}\" cannot name a variable"));
            }
            if !seen.insert(bytes) {
                findings.at(
                    rule::VARIABLE_NAME_UNIQUE,
                    offset,
                    format!("the name {name} occurs more than once"),
                );
            }
        }
        names.push(name);
    }
    file.names = names;
}

pub(super) fn sort(file: &mut CheckedFile, findings: &mut Findings, at: u64, block: &[u8]) {
    let width = file.release.widths().sort_entry;
    for (index, entry) in block.chunks_exact(width).enumerate() {
        let number = unsigned(entry, file.order);
        if number == 0 {
            return;
        }
        if number > file.types.len() as u64 {
            let offset = at + (index * width) as u64;
            let message = format!("the sort list names variable {number} of {}", file.types.len());
            findings.at(rule::SORT_VARIABLE, offset, message);
            return;
        }
        file.sort.push(number as usize - 1);
    }
    findings.at(rule::SORT_END, at, "the sort list contains no 0");
}

pub(super) fn formats(file: &CheckedFile, findings: &mut Findings, at: u64, block: &[u8]) {
    let width = file.release.widths().format;
    let all = fields(file, findings, rule::FORMAT_NUL, at, block, width);
    for ((offset, bytes), storage) in all.into_iter().zip(&file.types) {
        if bytes.len() == width {
            continue;
        }
        let format = text(bytes, file.release);
        match FormatClass::of(&format) {
            None => findings.at(rule::FORMAT, offset, format!("\"{format}\" is no display format")),
            // The type of an alias variable is known in the other frame only.
            Some(_) if *storage == StorageType::Alias => {}
            Some(class) if (class == FormatClass::Text) != storage.is_string() => {
                let what = if storage.is_string() { "a string" } else { "a number" };
                findings.at(rule::FORMAT_CLASS, offset, format!("{format} does not show {what}"));
            }
            Some(_) => {}
        }
    }
}

pub(super) fn set_references(file: &CheckedFile, findings: &mut Findings, at: u64, block: &[u8]) {
    let width = file.release.widths().name;
    let all = fields(file, findings, rule::SET_REFERENCE_NUL, at, block, width);
    for ((offset, bytes), storage) in all.into_iter().zip(&file.types) {
        if bytes.is_empty() || bytes.len() == width {
            continue;
        }
        let name = text(bytes, file.release);
        if !is_valid(&name, file.release.charset()) {
            findings.at(rule::SET_REFERENCE, offset, format!("\"{name}\" cannot name a value-label set"));
        }
        if storage.is_string() {
            findings.at(rule::SET_ON_STRING, offset, format!("a string has the value labels {name}"));
        }
    }
}

pub(super) fn labels(file: &CheckedFile, findings: &mut Findings, at: u64, block: &[u8]) {
    let width = file.release.widths().variable_label;
    fields(file, findings, rule::VARIABLE_LABEL_NUL, at, block, width);
}
