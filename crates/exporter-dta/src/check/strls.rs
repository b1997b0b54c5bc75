//! strL records (sections 3.2 and 6.1); what the cells say of them is checked with the rows.

use exporter_core::check::Findings;

use crate::check::file::{Checked, CheckedFile, Record, stop};
use crate::check::rule;
use crate::reader::Cursor;
use crate::spec::{GSO_BINARY, GSO_TEXT, MAX_STRL_BYTES};
use crate::spec_storage::StorageType;

/// Pieces in which contents are looked through.
const PIECE: u64 = 32 * 1024;

/// Checks the records up to the closing tag.
pub(super) fn records(
    cursor: &mut Cursor<'_>,
    file: &mut CheckedFile,
    findings: &mut Findings,
) -> Checked<()> {
    loop {
        let at = cursor.at();
        if !cursor.accept("GSO")? {
            return Ok(());
        }
        let variable = cursor.number(4, "variable of a strL record")? as u32;
        let row = cursor.number(file.release.widths().gso_o, "row of a strL record")?;
        let kind = cursor.number(1, "type of a strL record")? as u8;
        let length = cursor.number(4, "length of a strL record")?;
        let storage = (variable as usize).checked_sub(1).and_then(|index| file.types.get(index));
        if storage != Some(&StorageType::StrL) {
            findings.at(
                rule::STRL_VARIABLE,
                at,
                format!("a record of variable {variable}, which is no strL"),
            );
        }
        if kind != GSO_TEXT && kind != GSO_BINARY {
            findings.at(rule::STRL_TYPE, at, format!("a record of type {kind}, 129 or 130 expected"));
        }
        if length > cursor.remaining() {
            let message = format!("a record of {length} bytes, {} follow", cursor.remaining());
            return stop(findings, rule::TRUNCATED, at, message);
        }
        if length > MAX_STRL_BYTES + 1 {
            findings.at(rule::STRL_SIZE, at, format!("a record of {length} bytes, at most {MAX_STRL_BYTES}"));
        }
        if kind == GSO_TEXT {
            let text = look_through(cursor, length)?;
            if !text.ends_with_only_nul {
                findings.at(rule::STRL_NUL, at, "the text does not end with its only NUL");
            }
            if file.release.is_utf8() && !text.is_utf8 {
                findings.at(
                    rule::UTF8,
                    at,
                    format!("the text of variable {variable}, row {row} is not UTF-8"),
                );
            }
        } else if kind != GSO_TEXT {
            cursor.skip(length, "strL contents")?;
        }
        file.strls.push(Record { row, variable, offset: at, first_use: 0 });
    }
}

/// What the contents of a strL are.
struct Looked {
    ends_with_only_nul: bool,
    is_utf8: bool,
}

/// Reads `length` bytes of text, piece by piece.
fn look_through(cursor: &mut Cursor<'_>, length: u64) -> Checked<Looked> {
    let end = cursor.at() + length;
    let (mut first_nul, mut is_utf8) = (None, true);
    // The beginning of a character that the next piece ends.
    let mut open: Vec<u8> = Vec::new();
    while cursor.at() < end {
        let at = cursor.at();
        let piece = cursor.take((end - at).min(PIECE) as usize, "strL contents")?;
        if first_nul.is_none() {
            first_nul = memchr::memchr(0, piece).map(|nul| at + nul as u64);
        }
        if is_utf8 {
            open.extend_from_slice(piece);
            let valid = match std::str::from_utf8(&open) {
                Ok(_) => open.len(),
                Err(error) => {
                    is_utf8 = error.error_len().is_none();
                    error.valid_up_to()
                }
            };
            open.drain(..valid);
        }
    }
    let ends_with_only_nul = first_nul.is_some_and(|nul| nul + 1 == end);
    Ok(Looked { ends_with_only_nul, is_utf8: is_utf8 && open.is_empty() })
}

/// Puts the records in order of their names for looking them up, and tells about names that occur twice.
pub(super) fn sort_by_name(file: &mut CheckedFile, findings: &mut Findings) {
    file.strls.sort_by_key(|record| (record.row, record.variable, record.offset));
    for pair in file.strls.windows(2) {
        if let [a, b] = pair
            && (a.row, a.variable) == (b.row, b.variable)
        {
            let message = format!("({}, {}) is defined at offset {} already", b.variable, b.row, a.offset);
            findings.at(rule::STRL_UNIQUE, b.offset, message);
        }
    }
    file.strls.dedup_by_key(|record| (record.row, record.variable));
}

/// Compares the order of the records with the order in which cells used them first.
pub(super) fn compare_order(file: &mut CheckedFile, findings: &mut Findings) {
    file.strls.sort_by_key(|record| record.offset);
    let mut last = 0;
    for record in &file.strls {
        if record.first_use == 0 {
            let message = format!("no cell names ({}, {})", record.variable, record.row);
            findings.at(rule::STRL_UNUSED, record.offset, message);
        } else if record.first_use < last {
            let message =
                format!("({}, {}) stands after one that is used later", record.variable, record.row);
            findings.at(rule::STRL_ORDER, record.offset, message);
        } else {
            last = record.first_use;
        }
    }
}
