//! strL: cells that refer to their contents, and the contents themselves (section 6.1).

use std::borrow::Cow;
use std::io::{self, Write};
use std::sync::Arc;

use exporter_rows::{BadCell, Cells, Changes, FillCells, TILE_ROWS};
use exporter_stata::Charset;

use crate::error::DtaError;
use crate::layout::gso_bytes;
use crate::spec::{GSO_BINARY, GSO_TEXT, MAX_STRL_BYTES, Release};
use crate::writer::text::Texts;

/// A reference to contents: variable and row where they stood first, both from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Reference {
    pub(super) variable: u64,
    pub(super) row: u64,
}

impl Reference {
    /// Bytes of a cell; (0, 0) is the empty text.
    #[inline(always)]
    pub(super) fn cell(self, variable_bytes: usize) -> [u8; 8] {
        (self.variable | self.row << (8 * variable_bytes)).to_le_bytes()
    }
}

/// Cells of a strL column, each referring to itself.
pub(super) struct StrlColumn {
    pub(super) texts: Arc<Texts>,
    /// Number of the variable, from 1.
    pub(super) variable: u64,
    /// Row of the table, from 1, of the first row of the batch.
    pub(super) first_row: u64,
    /// Bytes of the variable number in a cell.
    pub(super) variable_bytes: usize,
}

impl FillCells for StrlColumn {
    fn fill(&self, row: usize, rows: usize, cells: Cells<'_>, changes: &mut Changes) -> Result<(), BadCell> {
        let mut out = [[0_u8; 8]; TILE_ROWS];
        for (i, out) in out.iter_mut().take(rows).enumerate() {
            let length = self.texts.get(row + i).len();
            if length > 0 {
                let reference = Reference { variable: self.variable, row: self.first_row + (row + i) as u64 };
                *out = reference.cell(self.variable_bytes);
            }
            if length as u64 >= MAX_STRL_BYTES {
                let value = format!("text of {length} bytes");
                let remedy = "a strL holds fewer than 2,000,000,000 bytes";
                return Err(changes.refuse(row + i, value, remedy));
            }
        }
        cells.scatter(out.get(..rows).unwrap_or_default(), |cell| cell);
        Ok(())
    }
}

/// Contents of a strL value as they stand in a GSO record.
pub(super) struct Contents<'a> {
    pub(super) bytes: Cow<'a, [u8]>,
    pub(super) binary: bool,
}

impl<'a> Contents<'a> {
    /// Decides between text and binary, and translates text for 8-bit releases. Only a binary record may hold a NUL.
    pub(super) fn new(
        value: &'a [u8],
        is_binary: bool,
        charset: Charset,
        replaced: impl FnOnce(u64, &str),
    ) -> Self {
        let has_nul = memchr::memchr(0, value).is_some();
        if is_binary {
            // What is text in every encoding may be one: before 118, other bytes would be taken for another text.
            let is_text = match charset {
                Charset::Utf8 => std::str::from_utf8(value).is_ok(),
                Charset::Windows1252 => value.is_ascii(),
            };
            let binary = has_nul || !is_text;
            return Self { bytes: Cow::Borrowed(value), binary };
        }
        if charset == Charset::Utf8 || value.is_ascii() {
            return Self { bytes: Cow::Borrowed(value), binary: has_nul };
        }
        let text = String::from_utf8_lossy(value);
        let (encoded, count) = charset.encode(&text);
        if count > 0 {
            replaced(count, &text);
        }
        Self { bytes: Cow::Owned(encoded.into_owned()), binary: has_nul }
    }

    /// Bytes of the record in the file.
    pub(super) fn record_bytes(&self, release: Release) -> u64 {
        gso_bytes(release, self.bytes.len() as u64 + u64::from(!self.binary))
    }

    /// Hands the parts of the GSO record (section 3.2) to `write`.
    pub(super) fn write(
        &self,
        at: Reference,
        release: Release,
        mut write: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut head = [0_u8; 20];
        let length = self.bytes.len() as u32 + u32::from(!self.binary);
        let mut rest = head.as_mut_slice();
        rest.write_all(b"GSO")?;
        rest.write_all(&(at.variable as u32).to_le_bytes())?;
        rest.write_all(at.row.to_le_bytes().get(..release.widths().gso_o).unwrap_or_default())?;
        rest.write_all(&[if self.binary { GSO_BINARY } else { GSO_TEXT }])?;
        rest.write_all(&length.to_le_bytes())?;
        let left = rest.len();
        write(head.get(..head.len() - left).unwrap_or_default())?;
        write(&self.bytes)?;
        if self.binary { Ok(()) } else { write(&[0]) }
    }
}

/// Refuses more rows than a strL cell of `release` can number.
pub(super) fn check_row_numbers(release: Release, rows: u64) -> Result<(), DtaError> {
    let limit = (1_u64 << (8 * release.widths().strl_o as u32)) - 1;
    if rows > limit {
        return Err(DtaError::Limit {
            what: "rows",
            place: "a table with strL variables".to_owned(),
            found: rows,
            limit,
            remedy: "split the table or use release 118",
        });
    }
    Ok(())
}
