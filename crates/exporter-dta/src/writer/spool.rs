//! Bytes that wait in a temporary file for what stands before them.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

/// Where a writer puts what it must hold back: an empty file, gone once it is closed.
pub type SpoolFile = Box<dyn FnMut() -> io::Result<File> + Send>;

/// Bytes that are copied at once.
const COPY_BYTES: usize = 256 << 10;

/// A temporary file, made with the first bytes.
#[derive(Default)]
pub(super) struct Spool {
    file: Option<File>,
}

impl Spool {
    /// Writes `bytes` behind those before.
    pub(super) fn append(&mut self, bytes: &[u8], make: &mut SpoolFile) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(make()?),
        };
        file.write_all(bytes)
    }

    /// Copies everything to `to`.
    pub(super) fn copy_to(&mut self, to: &mut impl Write) -> io::Result<()> {
        let Some(file) = &mut self.file else { return Ok(()) };
        file.seek(SeekFrom::Start(0))?;
        let mut buffer = vec![0; COPY_BYTES];
        loop {
            let read = file.read(&mut buffer)?;
            if read == 0 {
                return Ok(());
            }
            to.write_all(buffer.get(..read).unwrap_or_default())?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_made_with_the_first_bytes_and_only_once() {
        Spool::default().copy_to(&mut io::sink()).unwrap();
        let mut made = 0;
        let mut make: SpoolFile = Box::new(move || {
            made += 1;
            if made > 1 { Err(io::ErrorKind::AlreadyExists.into()) } else { tempfile::tempfile() }
        });
        let mut spool = Spool::default();
        let piece: Vec<u8> = (0..=255).cycle().take(COPY_BYTES - 1).collect();
        spool.append(&piece, &mut make).unwrap();
        spool.append(b"end", &mut make).unwrap();
        let mut copied = Vec::new();
        spool.copy_to(&mut copied).unwrap();
        assert_eq!(copied, [&piece[..], b"end"].concat());
    }
}
