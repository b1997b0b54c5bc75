//! Bytes that are handed on in large pieces.

use std::io;

/// Holds at most as many bytes as it was made for; what does not fit beside them pushes them out.
pub(super) struct Gathered {
    bytes: Vec<u8>,
    limit: usize,
}

impl Gathered {
    /// Room for `limit` bytes, taken with the first of them.
    pub(super) fn new(limit: usize) -> Self {
        Self { bytes: Vec::new(), limit }
    }

    /// Adds `bytes`; `write` gets what was held when they do not fit beside it, and pieces as long as all that may be
    /// held uncopied.
    pub(super) fn add(
        &mut self,
        bytes: &[u8],
        write: &mut impl FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        if bytes.len() > self.limit - self.bytes.len() {
            if !self.bytes.is_empty() {
                write(&self.bytes)?;
                self.bytes.clear();
            }
            if bytes.len() >= self.limit {
                return write(bytes);
            }
        }
        if self.bytes.capacity() == 0 {
            self.bytes.reserve_exact(self.limit);
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    /// What is held.
    pub(super) fn held(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_come_in_order_and_none_is_larger_than_the_room_unless_it_came_so() {
        let mut gathered = Gathered::new(4);
        let mut written: Vec<Vec<u8>> = Vec::new();
        let mut write = |bytes: &[u8]| {
            written.push(bytes.to_vec());
            Ok(())
        };
        for bytes in [&b"ab"[..], b"", b"cd", b"e", b"fghijk", b"lmno", b"p", b"qrs", b"t"] {
            gathered.add(bytes, &mut write).unwrap();
        }
        assert_eq!(written, [&b"abcd"[..], b"e", b"fghijk", b"lmno", b"pqrs"]);
        assert_eq!((gathered.held(), gathered.bytes.capacity()), (&b"t"[..], 4));
        let mut full = |_: &[u8]| Err(io::Error::from(io::ErrorKind::StorageFull));
        assert!(gathered.add(b"uvwx", &mut full).is_err());
    }
}
