//! Value-label sets (sections 3.4 and 10).

use exporter_core::check::Findings;
use std::collections::HashSet;

use crate::check::file::{Checked, CheckedFile, text};
use crate::check::rule;
use crate::reader::{Cursor, unsigned, until_nul};
use crate::spec::{MAX_VALUE_LABEL_BYTES, MAX_VALUE_LABELS};
use crate::spec_storage::LONG_MIN;
use exporter_stata::Missing;
use exporter_stata::names::is_valid;

/// Bytes of a short text.
const SHORT_TEXT: usize = 8;

/// The sets of a file so far.
#[derive(Debug, Default)]
pub(super) struct Sets {
    names: HashSet<Vec<u8>>,
}

impl Sets {
    /// Checks one set from its length on.
    pub(super) fn table(
        &mut self,
        cursor: &mut Cursor<'_>,
        file: &CheckedFile,
        findings: &mut Findings,
    ) -> Checked<()> {
        // Short sets count their entries, others the bytes of their table.
        let (count, padding, item) =
            if file.release.has_short_labels() { (2, 1, 2 + SHORT_TEXT) } else { (4, 3, 1) };
        let at = cursor.at();
        let size = cursor.number(count, "length of a value-label table")?;
        let field = cursor.take(file.release.widths().name, "name of a value-label set")?.to_vec();
        cursor.take(padding, "padding of a value-label set")?;
        let table_at = cursor.at();
        let bytes = cursor.block(size, item, "value-label table")?;
        let name = self.name(&field, at, file, findings);
        let table = Table { file, name: &name, at: table_at, bytes: &bytes };
        if file.release.has_short_labels() {
            table.check_short(findings, size as usize);
        } else {
            table.check(findings);
        }
        Ok(())
    }

    /// Checks the name of a set.
    fn name(&mut self, field: &[u8], at: u64, file: &CheckedFile, findings: &mut Findings) -> String {
        let bytes = until_nul(field);
        let name = text(bytes, file.release);
        if bytes.len() == field.len() || !is_valid(&name, file.release.charset()) {
            findings.at(rule::SET_NAME, at, format!("\"{name}\" cannot name a value-label set"));
        }
        if !self.names.insert(bytes.to_vec()) {
            findings.at(rule::SET_UNIQUE, at, format!("the value-label set {name} occurs more than once"));
        }
        name
    }
}

/// The table of one set.
struct Table<'t> {
    file: &'t CheckedFile,
    name: &'t str,
    at: u64,
    bytes: &'t [u8],
}

impl Table<'_> {
    /// Checks a table of 16-bit numbers and then texts of a fixed width, of which nothing can be wrong.
    fn check_short(&self, findings: &mut Findings, entries: usize) {
        if entries == 0 {
            findings.at(rule::SET_COUNT, self.at, format!("{} has no entry", self.name));
        }
        let values = self.bytes.chunks_exact(2).take(entries);
        self.values(findings, values.map(|value| i32::from(unsigned(value, self.file.order) as u16 as i16)));
    }

    fn check(&self, findings: &mut Findings) {
        let number = |from: usize| self.bytes.get(from..from + 4).map(|b| unsigned(b, self.file.order));
        let (Some(entries), Some(text_bytes)) = (number(0), number(4)) else {
            let message =
                format!("the table of {} has {} bytes, at least 8 expected", self.name, self.bytes.len());
            findings.at(rule::SET_SIZE, self.at, message);
            return;
        };
        // Counts are below 2^32, so nothing here overflows.
        let expected = 8 + 8 * entries + text_bytes;
        if expected != self.bytes.len() as u64 {
            let message =
                format!("the table of {} has {} bytes, its parts {expected}", self.name, self.bytes.len());
            findings.at(rule::SET_SIZE, self.at, message);
            return;
        }
        if entries == 0 || entries > MAX_VALUE_LABELS as u64 || text_bytes == 0 {
            let message = format!(
                "{} has {entries} entries and {text_bytes} bytes of text, 1 to {MAX_VALUE_LABELS} entries expected",
                self.name
            );
            findings.at(rule::SET_COUNT, self.at, message);
        }
        let entries = entries as usize;
        let numbers = |from: usize| {
            let part = self.bytes.get(from..from + 4 * entries).unwrap_or_default();
            part.chunks_exact(4).map(|b| unsigned(b, self.file.order) as u32)
        };
        self.values(findings, numbers(8 + 4 * entries).map(|value| value as i32));
        self.texts(findings, numbers(8).collect(), self.bytes.get(8 + 8 * entries..).unwrap_or_default());
    }

    fn values(&self, findings: &mut Findings, values: impl Iterator<Item = i32>) {
        let mut last = None;
        for value in values {
            if last.is_some_and(|last| value <= last) {
                let message = format!("{value} follows {} in {}", last.unwrap_or_default(), self.name);
                findings.at(rule::LABEL_ORDER, self.at, message);
                return;
            }
            let extended = self.file.release.has_extended_missing();
            if extended && (value < LONG_MIN || value == Missing::SYSTEM.key()) {
                findings.at(rule::LABEL_VALUE, self.at, format!("{} labels {value}", self.name));
            }
            last = Some(value);
        }
    }

    fn texts(&self, findings: &mut Findings, mut starts: Vec<u32>, text: &[u8]) {
        starts.sort_unstable();
        let (mut expected, mut not_utf8) = (0_usize, None);
        for start in starts {
            if start as usize != expected {
                let message =
                    format!("a text of {} begins at {start}, the one before ends at {expected}", self.name);
                findings.at(rule::LABEL_START, self.at, message);
                return;
            }
            let rest = text.get(expected..).unwrap_or_default();
            let label = until_nul(rest);
            let bytes = label.len();
            if self.file.release.is_utf8() && std::str::from_utf8(label).is_err() {
                not_utf8 = not_utf8.or(Some(label));
            }
            if bytes == rest.len() || bytes > MAX_VALUE_LABEL_BYTES {
                let message = format!(
                    "a text of {} has {bytes} bytes, at most {MAX_VALUE_LABEL_BYTES} and a NUL expected",
                    self.name
                );
                findings.at(rule::LABEL_TEXT, self.at, message);
                if bytes == rest.len() {
                    return;
                }
            }
            expected += bytes + 1;
        }
        if let Some(label) = not_utf8 {
            let message = format!("\"{}\" of {} is not UTF-8", label.escape_ascii(), self.name);
            findings.at(rule::UTF8, self.at, message);
        }
        if expected != text.len() {
            let message = format!("the texts of {} end at {expected} of {}", self.name, text.len());
            findings.at(rule::LABEL_START, self.at, message);
        }
    }
}
