//! Finds strL contents: where each record stands, not what it holds (sections 3.2 and 6.1).

use std::collections::{BTreeSet, HashMap};

use arrow_buffer::NullBuffer;
use exporter_rows::Texts;

use crate::error::damaged;
use crate::error::{DtaError, Result};
use crate::reader::{Cursor, DtaBytes, unsigned};
use crate::spec::{ByteOrder, GSO_BINARY, GSO_TEXT, Release};

/// Pieces in which binary records are looked through.
const PIECE: u64 = 32 * 1024;
/// Set in a length when the record is binary.
const BINARY: u32 = 1 << 31;

/// One record; 24 bytes, less than the smallest record and its cell take in the file.
#[derive(Debug, Clone, Copy)]
struct Place {
    row: u64,
    offset: u64,
    variable: u32,
    length: u32,
}

/// Where the contents of every strL stand.
#[derive(Debug, Default)]
pub(crate) struct StrlIndex {
    places: Vec<Place>,
    /// Variables (from 1) with binary records, and whether one of these is no text: not UTF-8, or not ASCII before 118.
    binary: HashMap<u32, bool>,
    cell: usize,
}

/// Contents of strL cells, one after the other.
#[derive(Debug)]
pub(crate) struct StrlContents {
    pub(crate) texts: Texts,
    /// One entry a cell once a null occurred, else empty.
    valid: Vec<bool>,
}

impl StrlIndex {
    /// Walks the records from `start`; with `lenient`, stops at the first damaged one.
    pub(crate) fn build(
        bytes: &DtaBytes,
        start: Option<u64>,
        release: Release,
        order: ByteOrder,
        lenient: bool,
    ) -> Result<Self> {
        let mut index = Self { cell: release.widths().strl_v, ..Self::default() };
        let Some(start) = start else { return Ok(index) };
        let mut cursor = bytes.cursor(start, order);
        loop {
            match index.record(&mut cursor, release) {
                Ok(true) => {}
                Ok(false) => break,
                Err(DtaError::Damaged { .. }) if lenient => break,
                Err(error) => return Err(error),
            }
        }
        let key = |place: &Place| (place.row, place.variable);
        if !index.places.is_sorted_by_key(key) {
            index.places.sort_by_key(key);
        }
        Ok(index)
    }

    /// Notes the next record; `false` when there is none.
    fn record(&mut self, cursor: &mut Cursor<'_>, release: Release) -> Result<bool> {
        let at = cursor.at();
        if !cursor.accept("GSO")? {
            cursor.tag("</strls>")?;
            return Ok(false);
        }
        let variable = cursor.number(4, "variable of a strL record")? as u32;
        let row = cursor.number(release.widths().gso_o, "row of a strL record")?;
        let kind = cursor.number(1, "type of a strL record")? as u8;
        let length = cursor.number(4, "length of a strL record")?;
        let offset = cursor.at();
        if kind != GSO_TEXT && kind != GSO_BINARY {
            return Err(damaged(at, format!("strL record of type {kind}, 129 or 130 expected")));
        }
        if length > cursor.remaining() || length >= u64::from(BINARY) {
            return Err(damaged(at, format!("strL record of {length} bytes, {} follow", cursor.remaining())));
        }
        let mut length = length as u32;
        if kind == GSO_BINARY {
            let bytes = self.holds_bytes(variable) || !is_text(cursor, u64::from(length), release)?;
            self.binary.insert(variable, bytes);
            cursor.rewind(offset);
        }
        cursor.skip(u64::from(length), "strL contents")?;
        if kind == GSO_BINARY {
            length |= BINARY;
        }
        self.places.push(Place { row, offset, variable, length });
        Ok(true)
    }

    /// Whether variable number `variable` (from 1) owns binary records that are no text.
    pub(crate) fn holds_bytes(&self, variable: u32) -> bool {
        self.binary.get(&variable).copied().unwrap_or(false)
    }

    /// Bytes of the contents that stand first in cells of these variables, from 0.
    pub(crate) fn bytes(&self, variables: &BTreeSet<usize>) -> u64 {
        let of = |place: &&Place| variables.contains(&(place.variable as usize).wrapping_sub(1));
        self.places.iter().filter(of).map(|place| u64::from(place.length & !BINARY)).sum()
    }

    fn find(&self, cell: [u8; 8], order: ByteOrder) -> Option<Place> {
        let (variable, row) = cell.split_at_checked(self.cell)?;
        let key = (unsigned(row, order), unsigned(variable, order) as u32);
        let found = self.places.binary_search_by_key(&key, |place| (place.row, place.variable)).ok()?;
        self.places.get(found).copied()
    }

    /// Length of the contents that `cell` names, in bytes.
    pub(crate) fn length(&self, cell: [u8; 8], order: ByteOrder) -> u64 {
        if cell == [0; 8] {
            return 0;
        }
        self.find(cell, order).map_or(0, |place| u64::from(place.length & !BINARY))
    }

    /// Contents of the first `rows` cells of each column, read row by row as they stand in the file.
    ///
    /// A cell whose record is not there is null with `lenient`; without, its column and row are the error.
    pub(crate) fn contents(
        &self,
        bytes: &DtaBytes,
        columns: &[&[[u8; 8]]],
        rows: usize,
        order: ByteOrder,
        lenient: bool,
    ) -> Result<std::result::Result<Vec<StrlContents>, (usize, usize)>> {
        let mut all: Vec<StrlContents> = columns.iter().map(|_| StrlContents::with_capacity(rows)).collect();
        let mut cursor = bytes.cursor(0, order);
        for row in 0..rows {
            for (column, (cells, contents)) in columns.iter().zip(&mut all).enumerate() {
                let cell = cells.get(row).copied().unwrap_or_default();
                if cell == [0; 8] {
                    contents.push(&[])?;
                } else if let Some(place) = self.find(cell, order) {
                    cursor.rewind(place.offset);
                    let bytes = cursor.take((place.length & !BINARY) as usize, "strL contents")?;
                    let text = place.length & BINARY == 0;
                    contents.push(if text { bytes.strip_suffix(&[0]).unwrap_or(bytes) } else { bytes })?;
                } else if lenient {
                    contents.push_null();
                } else {
                    return Ok(Err((column, row)));
                }
            }
        }
        Ok(Ok(all))
    }
}

impl StrlContents {
    fn with_capacity(rows: usize) -> Self {
        Self { texts: Texts::with_capacity(rows, 0), valid: Vec::new() }
    }

    fn push(&mut self, bytes: &[u8]) -> Result<()> {
        if self.texts.bytes() + bytes.len() > i32::MAX as usize {
            let message = "the strLs of one batch exceed 2 GiB; read fewer rows a batch";
            return Err(DtaError::Unsupported(message.to_owned()));
        }
        self.texts.push(bytes);
        if !self.valid.is_empty() {
            self.valid.push(true);
        }
        Ok(())
    }

    fn push_null(&mut self) {
        self.valid.resize(self.texts.len(), true);
        self.valid.push(false);
        self.texts.push(&[]);
    }

    /// Nulls, where there are any.
    pub(crate) fn nulls(&self) -> Option<NullBuffer> {
        (!self.valid.is_empty()).then(|| NullBuffer::from(self.valid.as_slice()))
    }
}

/// Whether the next `length` bytes are the same text in whatever encoding the release may have, looked through piece by piece.
fn is_text(cursor: &mut Cursor<'_>, length: u64, release: Release) -> Result<bool> {
    let start = cursor.at();
    let end = start + length;
    while cursor.at() < end {
        let here = cursor.at();
        let piece = cursor.take((end - here).min(PIECE) as usize, "strL contents")?;
        if !release.is_utf8() && !piece.is_ascii() {
            return Ok(false);
        }
        let Err(error) = std::str::from_utf8(piece) else { continue };
        // A character may be cut by the end of a piece, never by the end of the value.
        let cut = error.error_len().is_none() && error.valid_up_to() > 0 && here + (piece.len() as u64) < end;
        if !cut {
            return Ok(false);
        }
        cursor.rewind(here + error.valid_up_to() as u64);
    }
    Ok(true)
}
