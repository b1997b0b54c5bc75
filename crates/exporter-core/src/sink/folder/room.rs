//! Room on the disk for an entry whose size is known before its first byte.

use std::fs::File;
use std::io;

/// Bytes below which asking the system costs more than it saves.
const WORTH_ASKING: u64 = 1 << 20;

/// Reserves room for `bytes`, so that a disk that is too small says so before anything is written, and writing need not look for
/// room piece by piece. The file keeps its length; a system that cannot reserve does nothing.
///
/// # Errors
/// The disk, or what the user may take of it, has less room.
pub(super) fn reserve(file: &File, bytes: u64) -> io::Result<()> {
    if bytes < WORTH_ASKING { Ok(()) } else { ask(file, bytes) }
}

#[cfg(target_os = "linux")]
fn ask(file: &File, bytes: u64) -> io::Result<()> {
    use rustix::fs::{FallocateFlags, fallocate};
    use rustix::io::Errno;

    match fallocate(file, FallocateFlags::KEEP_SIZE, 0, bytes) {
        Err(short @ (Errno::NOSPC | Errno::DQUOT | Errno::FBIG)) => Err(short.into()),
        // Many network and older file systems have no reservations.
        Ok(()) | Err(_) => Ok(()),
    }
}

#[cfg(not(target_os = "linux"))]
fn ask(_: &File, _: u64) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::{Seek as _, Write as _};
    use std::os::unix::fs::MetadataExt as _;

    use super::*;

    #[test]
    fn reserved_room_is_no_part_of_the_file() {
        let mut file = tempfile::tempfile().unwrap();
        reserve(&file, 3 << 20).unwrap();
        assert_eq!(file.metadata().unwrap().len(), 0);
        file.write_all(b"abc").unwrap();
        file.rewind().unwrap();
        assert_eq!(io::read_to_string(&file).unwrap(), "abc");
    }

    #[test]
    fn little_is_not_reserved() {
        let file = tempfile::tempfile().unwrap();
        reserve(&file, WORTH_ASKING - 1).unwrap();
        assert_eq!(file.metadata().unwrap().blocks(), 0);
    }
}
