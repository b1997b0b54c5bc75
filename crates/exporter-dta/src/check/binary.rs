//! Walks a binary file, releases 102 to 115 (section 4).

use exporter_core::check::Findings;

use crate::check::file::{Checked, CheckedFile, is_timestamp, stop};
use crate::check::tagged::{rows_fit, variables_fit};
use crate::check::{characteristics, rule, value_labels, variables};
use crate::reader::{DtaBytes, until_nul};
use crate::spec::{ByteOrder, Release};

/// Checks everything but the rows.
pub(super) fn check(bytes: &DtaBytes, findings: &mut Findings) -> Checked<CheckedFile> {
    let mut cursor = bytes.cursor(0, ByteOrder::Little);
    let number = cursor.number(1, "release")? as u16;
    let release = match Release::from_number(number) {
        Some(release) if matches!(number, 102..=115) => release,
        Some(_) => {
            return stop(
                findings,
                rule::RELEASE,
                0,
                format!("release {number}, 102 to 115 or a tagged one expected"),
            );
        }
        None => {
            return stop(
                findings,
                rule::SIGNATURE,
                0,
                "neither <stata_dta> nor a binary release number begins the file",
            );
        }
    };
    let order = match cursor.number(1, "byte order")? {
        1 => ByteOrder::Big,
        2 => ByteOrder::Little,
        // The first release knew no other order and left the byte out.
        0 if number == 102 => ByteOrder::Little,
        other => {
            return stop(findings, rule::BYTE_ORDER, 1, format!("byte order {other}, 1 or 2 expected"));
        }
    };
    cursor.set_order(order);
    if cursor.take(2, "file type")?.first() != Some(&1) {
        findings.at(rule::SIGNATURE, 2, "the file type is not 1");
    }
    let widths = release.widths();
    let count = cursor.number(widths.variables, "number of variables")?;
    variables_fit(release, findings, 4, count)?;
    let rows_at = cursor.at();
    let rows = cursor.number(widths.observations, "number of observations")?;
    rows_fit(release, findings, rows_at, rows)?;
    let at = cursor.at();
    if !cursor.take(widths.dataset_label, "dataset label")?.contains(&0) {
        findings.at(rule::DATASET_LABEL, at, "the dataset label does not end with a NUL");
    }
    let at = cursor.at();
    let stamp = cursor.take(widths.timestamp, "timestamp")?;
    let shown = until_nul(stamp);
    let blank = shown.iter().all(|byte| *byte == b' ');
    // Before release 105 there is no timestamp.
    let none = stamp.is_empty();
    if !none && (stamp.last() != Some(&0) || !blank && !is_timestamp(shown)) {
        let found = shown.escape_ascii().to_string();
        findings.at(
            rule::TIMESTAMP,
            at,
            format!("timestamp \"{found}\", dd Mon yyyy hh:mm and a NUL expected"),
        );
    }
    let mut file = CheckedFile::new(release, order, rows);
    let at = cursor.at();
    let block = cursor.block(count, widths.type_code, "variable types")?;
    variables::types(&mut file, findings, at, &block)?;
    let at = cursor.at();
    let block = cursor.block(count, widths.name, "variable names")?;
    variables::names(&mut file, findings, at, &block);
    let at = cursor.at();
    let block = cursor.block(count + 1, widths.sort_entry, "sort list")?;
    variables::sort(&mut file, findings, at, &block);
    let at = cursor.at();
    let block = cursor.block(count, widths.format, "display formats")?;
    variables::formats(&file, findings, at, &block);
    let at = cursor.at();
    let block = cursor.block(count, widths.name, "value-label names")?;
    variables::set_references(&file, findings, at, &block);
    let at = cursor.at();
    let block = cursor.block(count, widths.variable_label, "variable labels")?;
    variables::labels(&file, findings, at, &block);

    let mut seen = characteristics::Seen::new(&file);
    // Before release 105 there are no characteristics.
    let mut more = widths.expansion_length > 0;
    while more {
        let at = cursor.at();
        let kind = cursor.number(1, "type of an expansion field")?;
        let count = cursor.number(widths.expansion_length, "length of an expansion field")?;
        more = kind != 0;
        let record = if more { cursor.block(count, 1, "expansion field")? } else { Vec::new() };
        if kind == 1 {
            seen.record(&file, findings, at, &record);
        }
    }
    seen.finish(&file, findings, cursor.at());
    file.data = cursor.at();
    cursor.skip(file.rows.saturating_mul(file.row_bytes), "rows")?;
    let mut sets = value_labels::Sets::default();
    let least = if file.release.has_short_labels() { 2 } else { 4 };
    while cursor.remaining() >= least {
        sets.table(&mut cursor, &file, findings)?;
    }
    if cursor.remaining() > 0 {
        let message = format!("{} bytes follow the last value-label table", cursor.remaining());
        findings.at(rule::TRAILING_BYTES, cursor.at(), message);
    }
    Ok(file)
}
