//! What the checks of one file share.

use encoding_rs::WINDOWS_1252;
use exporter_core::check::{Findings, Rule};
use exporter_core::source::BinaryError;

use crate::check::rule;
use crate::error::DtaError;
use crate::reader::Cursor;
use crate::spec::{ByteOrder, Release};
use crate::spec_storage::StorageType;

/// Why checking ends early.
#[derive(Debug)]
pub(super) enum Stop {
    /// A finding says it.
    Told,
    /// The bytes could not be read or have ended.
    Failed(DtaError),
}

impl From<BinaryError> for Stop {
    fn from(error: BinaryError) -> Self {
        DtaError::from(error).into()
    }
}

impl From<DtaError> for Stop {
    fn from(error: DtaError) -> Self {
        Self::Failed(error)
    }
}

pub(super) type Checked<T> = std::result::Result<T, Stop>;

/// Tells what ends the check.
pub(super) fn stop<T>(
    findings: &mut Findings,
    rule: Rule,
    at: u64,
    message: impl Into<String>,
) -> Checked<T> {
    findings.at(rule, at, message);
    Err(Stop::Told)
}

/// What the header and the descriptions say, as far as the rows and other sections need it.
#[derive(Debug)]
pub(super) struct CheckedFile {
    pub(super) release: Release,
    pub(super) order: ByteOrder,
    pub(super) rows: u64,
    pub(super) types: Vec<StorageType>,
    pub(super) names: Vec<String>,
    /// Variables by which the rows claim to be sorted, from 0.
    pub(super) sort: Vec<usize>,
    pub(super) row_bytes: u64,
    pub(super) data: u64,
    pub(super) strls: Vec<Record>,
}

impl CheckedFile {
    pub(super) fn new(release: Release, order: ByteOrder, rows: u64) -> Self {
        let (types, names, strls) = (Vec::new(), Vec::new(), Vec::new());
        Self { release, order, rows, types, names, sort: Vec::new(), row_bytes: 0, data: 0, strls }
    }
}

/// A strL record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record {
    pub(super) row: u64,
    pub(super) variable: u32,
    pub(super) offset: u64,
    /// Number of the cell that named it first, counted row by row from 1; 0 = none yet.
    pub(super) first_use: u64,
}

/// A text for messages and comparisons; bytes outside the encoding of the release are replaced.
pub(super) fn text(bytes: &[u8], release: Release) -> String {
    if release.is_utf8() {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned()
}

/// Moves past `tag` or tells that it is not there.
pub(super) fn tag(cursor: &mut Cursor<'_>, findings: &mut Findings, tag: &str) -> Checked<()> {
    if cursor.accept(tag)? {
        return Ok(());
    }
    let at = cursor.at();
    if cursor.remaining() < tag.len() as u64 {
        return stop(findings, rule::TRUNCATED, at, format!("the file ends where {tag} is expected"));
    }
    let found = cursor.peek(tag.len())?.escape_ascii().to_string();
    stop(findings, rule::TAG, at, format!("{tag} expected, \"{found}\" found"))
}

/// Whether a timestamp reads `dd Mon yyyy hh:mm` (section 12).
pub(super) fn is_timestamp(stamp: &[u8]) -> bool {
    const MONTHS: [&[u8]; 12] =
        [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];
    let padded = |pair: &[u8]| matches!(pair, [b' ' | b'0'..=b'9', b'0'..=b'9']);
    let part = |from: usize, to: usize| stamp.get(from..to).unwrap_or_default();
    stamp.len() == 17
        && padded(part(0, 2))
        && part(2, 3) == b" "
        && MONTHS.contains(&part(3, 6))
        && part(6, 7) == b" "
        && part(7, 11).iter().all(u8::is_ascii_digit)
        && part(11, 12) == b" "
        && padded(part(12, 14))
        && part(14, 15) == b":"
        && part(15, 17).iter().all(u8::is_ascii_digit)
}
