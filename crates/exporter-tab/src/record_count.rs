//! How many records a delimited text has, counted as its bytes go by.

/// Counts the records of UTF-8 text in which quotes stand only round cells and doubled inside them, as
/// [`crate::TabWriter`] writes it; the header counts too.
///
/// ```
/// use exporter_tab::RecordCount;
///
/// let mut count = RecordCount::default();
/// for piece in ["id,note\n1,\"two\nli", "nes\"\n2,\"\"\"\"\n3,the last"] {
///     count.add(piece.as_bytes());
/// }
/// assert_eq!(count.records(), 4);
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct RecordCount {
    ended: u64,
    in_quotes: bool,
    /// Whether bytes follow the last end of a record.
    begun: bool,
}

impl RecordCount {
    /// Takes the next bytes, cut anywhere.
    pub fn add(&mut self, bytes: &[u8]) {
        // A doubled quote closes and opens again, which changes nothing.
        for at in memchr::memchr2_iter(b'"', b'\n', bytes) {
            match bytes.get(at) {
                Some(b'"') => self.in_quotes = !self.in_quotes,
                _ if !self.in_quotes => self.ended += 1,
                _ => {}
            }
        }
        if let Some(last) = bytes.last() {
            self.begun = *last != b'\n' || self.in_quotes;
        }
    }

    /// Records so far, one that has no line end included.
    pub fn records(&self) -> u64 {
        self.ended + u64::from(self.begun)
    }
}
