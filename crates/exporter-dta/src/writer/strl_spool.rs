//! Contents of strL cells on their way to the end of the file.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;

use arrow_array::ArrayRef;

use crate::charset::Charset;
use crate::error::Result;
use crate::layout::gso_bytes;
use crate::spec::Release;
use crate::writer::SpoolFile;
use crate::writer::batch::ReadyBatch;
use crate::writer::findings::Findings;
use crate::writer::strl_column::{Contents, Reference, count_replaced};
use crate::writer::text::Texts;

/// Bytes of contents remembered for sharing.
const SHARED_BYTES: usize = 16 << 20;
/// Bytes of records kept in memory; more go to a file.
const HELD_BYTES: usize = 8 << 20;
/// Bytes of records that are written to the file at once.
const WRITE_BYTES: usize = 256 << 10;

/// Spool of GSO records in the order of their cells.
pub(super) struct StrlSpool {
    release: Release,
    /// The first records, which now and then go to the file once there is one.
    held: Vec<u8>,
    file: Option<File>,
    bytes: u64,
    shared: Option<Shared>,
}

/// Contents seen before; what does not fit is stored again.
#[derive(Default)]
struct Shared {
    seen: HashMap<Box<[u8]>, Reference>,
    bytes: usize,
}

impl StrlSpool {
    pub(super) fn new(release: Release, share: bool) -> Self {
        Self { release, held: Vec::new(), file: None, bytes: 0, shared: share.then(Shared::default) }
    }

    /// Bytes of all records so far.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Copies all records to `to`.
    pub(super) fn copy_to(&mut self, to: &mut impl Write) -> io::Result<()> {
        if let Some(file) = &mut self.file {
            copy_from_start(file, to)?;
        }
        to.write_all(&self.held)
    }

    /// Adds one record; contents as large as all that may be held are never copied.
    fn add(&mut self, contents: &Contents<'_>, at: Reference, spool: &mut SpoolFile) -> io::Result<()> {
        self.bytes += contents.record_bytes(self.release);
        if contents.bytes.len() >= HELD_BYTES {
            return contents.write(at, self.release, self.spill(spool)?);
        }
        contents.write(at, self.release, &mut self.held)?;
        let limit = if self.file.is_some() { WRITE_BYTES } else { HELD_BYTES };
        if self.held.len() >= limit {
            self.spill(spool)?;
        }
        Ok(())
    }

    /// Moves what is held to the file, made when needed.
    fn spill(&mut self, spool: &mut SpoolFile) -> io::Result<&mut File> {
        let mut file = match self.file.take() {
            Some(file) => file,
            None => spool()?,
        };
        for part in self.held.chunks(WRITE_BYTES) {
            file.write_all(part)?;
        }
        self.held.clear();
        self.held.shrink_to(WRITE_BYTES);
        Ok(self.file.insert(file))
    }

    /// Spools the contents of the strL cells in `rows`, row by row and from left to right; a cell whose contents
    /// stood before is changed in `block` to refer there.
    pub(super) fn take(
        &mut self,
        batch: &ReadyBatch,
        rows: Range<usize>,
        width: usize,
        block: &mut [u8],
        spool: &mut SpoolFile,
        findings: &mut Findings,
    ) -> Result<()> {
        if batch.strls.is_empty() {
            return Ok(());
        }
        let charset = Charset::of(self.release);
        findings.first_row = batch.first_row;
        for (row, cells) in rows.zip(block.chunks_mut(width)) {
            for (position, offset, texts) in &batch.strls {
                let value = texts.get(row);
                if value.is_empty() {
                    continue;
                }
                let at = Reference { variable: *position as u64 + 1, row: batch.first_row + row as u64 };
                findings.variable = *position;
                if let Some(before) = self.shared.as_mut().and_then(|shared| shared.find(value, at))
                    && let Some(cell) = cells.get_mut(*offset..).and_then(|cell| cell.first_chunk_mut())
                {
                    *cell = before.cell(self.release.widths().strl_v);
                    continue;
                }
                let contents =
                    Contents::new(value, texts.is_binary(), charset, count_replaced(findings, row));
                self.add(&contents, at, spool)?;
            }
        }
        Ok(())
    }
}

/// Copies a file from its start.
pub(super) fn copy_from_start(file: &mut File, to: &mut impl Write) -> io::Result<()> {
    file.seek(SeekFrom::Start(0))?;
    let mut buffer = vec![0; WRITE_BYTES];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(());
        }
        to.write_all(buffer.get(..read).unwrap_or_default())?;
    }
}

impl Shared {
    /// Where equal contents stood before; otherwise remembers these.
    fn find(&mut self, value: &[u8], at: Reference) -> Option<Reference> {
        if let Some(before) = self.seen.get(value) {
            return Some(*before);
        }
        if self.bytes + value.len() <= SHARED_BYTES {
            self.bytes += value.len();
            self.seen.insert(value.into(), at);
        }
        None
    }
}

/// Bytes that the GSO records of a strL column take in a file of `release`, nothing shared; `None` for an array that
/// holds neither text nor bytes.
pub fn strl_bytes(array: &ArrayRef, release: Release) -> Option<u64> {
    let texts = Texts::new(array)?;
    let charset = Charset::of(release);
    let frame = gso_bytes(release, 0);
    let mut bytes = 0;
    for row in 0..array.len() {
        let value = texts.get(row);
        if !value.is_empty() {
            let contents = Contents::new(value, texts.is_binary(), charset, |_, _| ());
            bytes += frame + contents.bytes.len() as u64 + u64::from(!contents.binary);
        }
    }
    Some(bytes)
}
