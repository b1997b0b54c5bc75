//! Contents of strL cells on their way to the end of the file, and where they go while rows are still to come.

use std::collections::HashMap;
use std::io::{self, SeekFrom, Write};
use std::ops::Range;

use arrow_array::ArrayRef;
use exporter_rows::{CellChange, Changes, OutputBuffer, SeekIn, Spool, SpoolFile};

use crate::error::Result;
use crate::layout::gso_bytes;
use crate::spec::Release;
use crate::writer::batch::ReadyBatch;
use crate::writer::strl_column::{Contents, Reference};
use crate::writer::text::Texts;

/// Bytes of records buffered before they are written: all that memory holds of them, so that contents which fit need no
/// temporary file.
const BUFFER_BYTES: usize = 256 << 10;

/// GSO records in the order of their cells.
pub(super) struct StrlRecords {
    release: Release,
    buffer: OutputBuffer,
    bytes: u64,
    shared: Option<Shared>,
}

/// Contents seen before; what does not fit is stored again.
struct Shared {
    /// Most bytes that are remembered.
    most: usize,
    seen: HashMap<Box<[u8]>, Reference>,
    bytes: usize,
}

impl StrlRecords {
    /// Remembers up to `shared` bytes of contents for sharing, if any.
    pub(super) fn new(release: Release, shared: Option<usize>) -> Self {
        Self {
            release,
            buffer: OutputBuffer::new(BUFFER_BYTES),
            bytes: 0,
            shared: shared.map(|most| Shared { most, seen: HashMap::new(), bytes: 0 }),
        }
    }

    /// Bytes of all records so far.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The last records, which are not written yet.
    pub(super) fn buffered(&self) -> &[u8] {
        self.buffer.buffered()
    }

    /// Adds the contents of the strL cells in `rows`, row by row and from left to right, and hands records to `write`
    /// when there are enough; a cell whose contents stood before is changed in `block` to refer there.
    pub(super) fn take(
        &mut self,
        batch: &ReadyBatch,
        rows: Range<usize>,
        width: usize,
        block: &mut [u8],
        changes: &mut Changes,
        mut write: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> Result<()> {
        if batch.strls.is_empty() {
            return Ok(());
        }
        let charset = self.release.charset();
        for (row, cells) in rows.zip(block.chunks_mut(width)) {
            for (position, offset, texts) in &batch.strls {
                let value = texts.get(row);
                if value.is_empty() {
                    continue;
                }
                let at =
                    Reference { variable: *position as u64 + 1, row: batch.rows.first_row() + row as u64 };
                if let Some(before) = self.shared.as_mut().and_then(|shared| shared.find(value, at))
                    && let Some(cell) = cells.get_mut(*offset..).and_then(|cell| cell.first_chunk_mut())
                {
                    *cell = before.cell(self.release.widths().strl_v);
                    continue;
                }
                let contents = Contents::new(value, texts.is_binary(), charset, |count, text| {
                    let cell = (*position, at.row);
                    changes.add_at(cell, CellChange::Replaced, count, || text.to_owned());
                });
                self.bytes += contents.record_bytes(self.release);
                contents.write(at, self.release, |part| self.buffer.add(part, &mut write))?;
            }
        }
        Ok(())
    }
}

impl Shared {
    /// Where equal contents stood before; otherwise remembers these.
    fn find(&mut self, value: &[u8], at: Reference) -> Option<Reference> {
        if let Some(before) = self.seen.get(value) {
            return Some(*before);
        }
        if self.bytes + value.len() <= self.most {
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
    let charset = release.charset();
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

/// Where records go that their buffer cannot hold.
pub(super) enum StrlPlace<W> {
    /// To a temporary file; they are copied behind the rows at the end.
    Waiting(Spool),
    /// To their place in the sink, known where it can seek and the rows were announced. What lies between is a hole
    /// until the rows fill it; a file system without holes fills it with zeros first.
    Final {
        /// Position in the sink of the next record.
        next: u64,
        /// How to go there.
        seek: SeekIn<W>,
    },
}

impl<W: Write> StrlPlace<W> {
    /// Writes `bytes` of records behind those before; the sink stands afterwards where it stood.
    pub(super) fn append(&mut self, bytes: &[u8], sink: &mut W, make: &mut SpoolFile) -> io::Result<()> {
        match self {
            Self::Waiting(spool) => spool.append(bytes, make),
            Self::Final { next, seek } => {
                let row = seek(sink, SeekFrom::Current(0))?;
                seek(sink, SeekFrom::Start(*next))?;
                sink.write_all(bytes)?;
                *next += bytes.len() as u64;
                seek(sink, SeekFrom::Start(row)).map(drop)
            }
        }
    }

    /// Puts the sink, which stands behind the rows and the tag after them, behind all records.
    pub(super) fn complete(&mut self, sink: &mut W) -> io::Result<()> {
        match self {
            Self::Waiting(spool) => spool.copy_to(sink),
            Self::Final { next, seek } => seek(sink, SeekFrom::Start(*next)).map(drop),
        }
    }
}
