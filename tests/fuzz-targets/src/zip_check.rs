//! Zip archives.

use std::io::{Cursor, Result};

use exporter::Password;
use exporter::check::{CheckOptions, Checked};
use exporter::package::check::{Inspect, check};

/// Counts what is unpacked.
#[derive(Default)]
struct Unpacked {
    bytes: u64,
    claimed: u64,
}

impl Inspect for Unpacked {
    fn begin(&mut self, _: &str, bytes: u64) -> Result<bool> {
        (self.bytes, self.claimed) = (0, bytes);
        Ok(true)
    }

    fn bytes(&mut self, data: &[u8]) -> Result<()> {
        self.bytes += data.len() as u64;
        Ok(())
    }

    fn end(&mut self, sound: bool) -> Result<Checked> {
        assert!(self.bytes <= self.claimed && (!sound || self.bytes == self.claimed));
        Ok(Checked::default())
    }
}

/// Checks an archive with the password of the corpus; whatever it is, that gives findings and no error.
///
/// # Panics
/// When the check fails, a finding lies beyond the file, or an entry is unpacked beyond the size it claims.
pub fn zip_check(bytes: &[u8]) {
    let mut options = CheckOptions::default().with_password(Password::new("p"));
    // Bombs of the fuzzer's own would only cost its time.
    options.max_expansion = 64;
    match check(Cursor::new(bytes), &options, &mut Unpacked::default()) {
        Ok(checked) => {
            let beyond = checked
                .findings
                .listed()
                .iter()
                .find(|finding| finding.place.offset > Some(bytes.len() as u64));
            assert!(beyond.is_none(), "{beyond:?}");
            let sound = checked.entries.iter().all(|entry| entry.sound);
            assert!(sound || !checked.findings.is_empty(), "an entry is not sound, and no finding says why");
        }
        Err(error) => panic!("{error}"),
    }
}
