//! The archive, read at given places; nothing is taken on trust about its length.

use std::io::{self, Read, Seek, SeekFrom};

/// Bytes read ahead while headers are read one after another.
const AHEAD: usize = 16 * 1024;

/// An archive of known length.
pub(super) struct Archive<R> {
    file: R,
    length: u64,
    /// Bytes read ahead and where they begin.
    buffer: Vec<u8>,
    begin: u64,
}

impl<R: Read + Seek> Archive<R> {
    pub(super) fn new(mut file: R) -> io::Result<Self> {
        let length = file.seek(SeekFrom::End(0))?;
        Ok(Self { file, length, buffer: Vec::new(), begin: 0 })
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// The bytes from `offset` on, fewer where the file ends; callers ask for headers, at most 130 KiB.
    pub(super) fn at(&mut self, offset: u64, length: usize) -> io::Result<&[u8]> {
        let rest = usize::try_from(self.length.saturating_sub(offset)).unwrap_or(usize::MAX);
        let length = length.min(rest);
        let inside = |begin: u64, held: usize| {
            let from = usize::try_from(offset.checked_sub(begin)?).ok()?;
            (from.checked_add(length)? <= held).then_some(from)
        };
        let from = match inside(self.begin, self.buffer.len()) {
            Some(from) => from,
            None => {
                self.buffer.clear();
                self.file.seek(SeekFrom::Start(offset))?;
                (&mut self.file).take(length.max(AHEAD) as u64).read_to_end(&mut self.buffer)?;
                self.begin = offset;
                0
            }
        };
        let end = from.saturating_add(length).min(self.buffer.len());
        Ok(self.buffer.get(from..end).unwrap_or_default())
    }

    /// A reader of the bytes from `offset` on.
    pub(super) fn range(&mut self, offset: u64, length: u64) -> io::Result<io::Take<&mut R>> {
        self.file.seek(SeekFrom::Start(offset))?;
        Ok((&mut self.file).take(length))
    }
}

/// A little-endian number at a place in a header; 0 beyond its end, which the caller has ruled out.
pub(super) fn number(bytes: &[u8], at: usize, width: usize) -> u64 {
    let digits = bytes.get(at..at.saturating_add(width)).unwrap_or_default();
    digits.iter().rev().fold(0, |number, digit| (number << 8) | u64::from(*digit))
}

/// Where two headers differ first, if they do; a missing end counts.
pub(super) fn first_difference(found: &[u8], expected: &[u8]) -> Option<usize> {
    let same = found.iter().zip(expected).take_while(|(found, expected)| found == expected).count();
    (same < expected.len() || same < found.len()).then_some(same)
}
