//! Where the records of strL contents go while rows are still to come.

use std::io::{self, SeekFrom, Write};

use exporter_rows::{Spool, SpoolFile};

/// How to go to a place in a sink that can seek.
pub(super) type SeekIn<W> = fn(&mut W, SeekFrom) -> io::Result<u64>;

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
