//! What is inside the entries: decrypted, unpacked, counted and summed.

use std::io::{self, Read, Seek};

use exporter_core::check::{CheckOptions, Checked, Rule};
use sha2::{Digest as _, Sha256};

use super::Inspect;
use super::archive::Archive;
use super::decoder::{Decoder, Trouble};
use super::directory::DirectoryEntry;
use super::findings::{Stop, Told};
use super::layout::Place;
use super::rule;
use crate::manifest::{MANIFEST, MANIFEST_BYTES};
use crate::zip::cipher::{AES_HEAD, Cipher, MAC_BYTES, ZIPCRYPTO_HEADER};
use crate::zip::record::{ENCRYPTED, Record, STREAMED};

/// Bytes read at a time.
const PIECE: usize = 64 * 1024;
/// Bytes that any entry may unpack to, however short it is.
const ALWAYS: u64 = 1 << 20;

/// Checks contents, entry by entry.
pub(super) struct Contents<'a> {
    options: &'a CheckOptions,
    /// Whether a manifest needs digests.
    digests: bool,
    /// Encrypted entries for which there is no password, and where the first of them begins.
    locked: Option<(u64, u64)>,
}

/// What a sound entry gave.
pub(super) struct Unpacked {
    pub(super) sha256: Option<[u8; 32]>,
    /// The text of the manifest.
    pub(super) captured: Option<Vec<u8>>,
    /// What a look at it showed.
    pub(super) contents: Checked,
}

impl<'a> Contents<'a> {
    pub(super) fn new(options: &'a CheckOptions, digests: bool) -> Self {
        Self { options, digests, locked: None }
    }

    /// One finding for all entries that a password would have opened.
    pub(super) fn tell_of_locked_entries(&self, findings: &mut Told) {
        if let Some((count, first)) = self.locked {
            findings.add(rule::PASSWORD, first, locked(count));
        }
    }

    /// Unpacks an entry; `None` when a finding says why not all of it is sound.
    pub(super) fn check<R: Read + Seek>(
        &mut self,
        archive: &mut Archive<R>,
        entry: &DirectoryEntry,
        place: Place,
        inspect: &mut dyn Inspect,
        findings: &mut Told,
    ) -> Result<Option<Unpacked>, Stop> {
        let record = &entry.record;
        let allowed = place.length.saturating_mul(self.options.max_expansion).saturating_add(ALWAYS);
        if record.size > allowed {
            let message = format!(
                "{} bytes are claimed to unpack to {}, more than {} from each: not unpacked",
                place.length, record.size, self.options.max_expansion
            );
            findings.about(rule::LIMIT, record.offset, &record.name, message);
            return Ok(None);
        }
        if !matches!(record.method, 0 | 8 | 93) {
            // The directory's finding says it.
            return Ok(None);
        }
        let mut data = archive.range(place.start, place.length)?;
        let Some(cipher) = self.cipher(&mut data, record, place, findings)? else { return Ok(None) };
        let wanted = inspect.begin(&record.name, record.size)?;
        let mut tally = Tally {
            size: record.size,
            bytes: 0,
            crc: (!record.aes).then(crc32fast::Hasher::new),
            sha256: self.digests.then(Sha256::new),
            captured: (record.name == MANIFEST && record.size <= MANIFEST_BYTES).then(Vec::new),
            inspect: wanted.then_some(inspect),
        };
        let outcome = unpack(&mut data, record, cipher, &mut tally)?;
        let sound = match outcome {
            Ok(()) => tally.agrees(record, place, findings),
            Err((rule, message)) => {
                findings.about(rule, place.start, &record.name, message);
                false
            }
        };
        let Tally { sha256, captured, inspect, .. } = tally;
        let contents = inspect.map(|inspect| inspect.end(sound)).transpose()?.unwrap_or_default();
        let sha256 = sha256.map(|digest| digest.finalize().into());
        Ok(sound.then_some(Unpacked { sha256, captured, contents }))
    }

    /// The cipher of an entry, its head read: `Some(None)` for plain ones, `None` when it cannot be opened.
    fn cipher(
        &mut self,
        data: &mut impl Read,
        record: &Record,
        place: Place,
        findings: &mut Told,
    ) -> Result<Option<Option<Cipher>>, Stop> {
        if record.flags & ENCRYPTED == 0 {
            return Ok(Some(None));
        }
        let Some(password) = &self.options.password else {
            let (count, first) = self.locked.unwrap_or((0, record.offset));
            self.locked = Some((count + 1, first));
            return Ok(None);
        };
        let (head_bytes, tail_bytes) = if record.aes { (AES_HEAD, MAC_BYTES) } else { (ZIPCRYPTO_HEADER, 0) };
        let mut head = Vec::new();
        data.take(head_bytes as u64).read_to_end(&mut head)?;
        if head.len() < head_bytes || place.length < (head_bytes + tail_bytes) as u64 {
            let message = format!("{} bytes are too few for encrypted data", place.length);
            findings.about(rule::DATA, place.start, &record.name, message);
            return Ok(None);
        }
        let opened = if record.aes {
            Cipher::open_aes(password, &head).map_err(io::Error::other)?
        } else {
            // As the writer does it: the checksum is known to a header that comes after the data was held.
            let [_, time] = record.modified.dos_time().to_le_bytes();
            let streamed = record.flags & STREAMED != 0;
            let check = if streamed { time } else { (record.crc32 >> 24) as u8 };
            Cipher::open_zip_crypto(password, check, &mut head)
        };
        if opened.is_none() {
            let message = "the password does not open the entry, or the bytes that check it are damaged";
            findings.about(rule::PASSWORD, place.start, &record.name, message);
        }
        Ok(opened.map(Some))
    }
}

/// What is unpacked so far, and the inspection that sees it.
struct Tally<'i> {
    /// Bytes that the directory promises.
    size: u64,
    bytes: u64,
    crc: Option<crc32fast::Hasher>,
    sha256: Option<Sha256>,
    captured: Option<Vec<u8>>,
    inspect: Option<&'i mut dyn Inspect>,
}

impl Tally<'_> {
    fn take(&mut self, data: &[u8]) -> Result<(), Trouble> {
        self.bytes = self.bytes.saturating_add(data.len() as u64);
        if self.bytes > self.size {
            return Err(Trouble::Enough);
        }
        if let Some(crc) = &mut self.crc {
            crc.update(data);
        }
        if let Some(sha256) = &mut self.sha256 {
            sha256.update(data);
        }
        if let Some(captured) = &mut self.captured {
            captured.extend_from_slice(data);
        }
        match &mut self.inspect {
            Some(inspect) => inspect.bytes(data).map_err(Trouble::Failed),
            None => Ok(()),
        }
    }

    /// Whether size and checksum are those of the directory.
    fn agrees(&self, record: &Record, place: Place, findings: &mut Told) -> bool {
        if self.bytes != self.size {
            let message = format!("{} bytes came out, the directory says {}", self.bytes, self.size);
            findings.about(rule::SIZE, place.start, &record.name, message);
            return false;
        }
        let crc = self.crc.clone().map(crc32fast::Hasher::finalize);
        if let Some(found) = crc.filter(|found| *found != record.crc32) {
            let message = format!("the checksum is {found:08x}, the directory says {:08x}", record.crc32);
            findings.about(rule::CHECKSUM, place.start, &record.name, message);
            return false;
        }
        true
    }
}

/// What is said of entries that a password would have opened.
pub(super) fn locked(count: u64) -> String {
    match count {
        1 => "1 entry is encrypted, and without the password its contents are not checked".into(),
        _ => {
            format!("{count} entries are encrypted, and without the password their contents are not checked")
        }
    }
}

type Outcome = Result<(), (Rule, String)>;

/// Reads all data behind the cipher's head through cipher and decoder; the outer error is the file's or inspector's.
fn unpack(
    data: &mut io::Take<impl Read>,
    record: &Record,
    mut cipher: Option<Cipher>,
    tally: &mut Tally<'_>,
) -> io::Result<Outcome> {
    let tail_bytes = if record.aes { MAC_BYTES } else { 0 };
    let mut left = data.limit().saturating_sub(tail_bytes as u64);
    let mut decoder = Decoder::new(record.method)?;
    let mut piece = vec![0; PIECE];
    while left > 0 {
        let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(PIECE);
        let read = data.read(piece.get_mut(..wanted).unwrap_or_default())?;
        let Some(bytes) = piece.get_mut(..read).filter(|bytes| !bytes.is_empty()) else {
            return Ok(Err((rule::DATA, "the file ends inside the data".into())));
        };
        left -= read as u64;
        if let Some(cipher) = &mut cipher {
            cipher.decrypt(bytes);
        }
        match decoder.feed(bytes, &mut |unpacked| tally.take(unpacked)) {
            Ok(()) => {}
            Err(Trouble::Wrong(message)) => return Ok(Err((rule::DATA, message))),
            Err(Trouble::Failed(error)) => return Err(error),
            Err(Trouble::Enough) => {
                let message = format!("more bytes come out than the {} that the directory says", tally.size);
                return Ok(Err((rule::SIZE, message)));
            }
        }
    }
    if !decoder.complete() {
        return Ok(Err((rule::DATA, "the compressed data ends before its own end".into())));
    }
    if let Some(cipher) = cipher {
        let mut code = Vec::new();
        data.read_to_end(&mut code)?;
        if cipher.finish() != code {
            let message = "the authentication code differs: the encrypted data was changed";
            return Ok(Err((rule::CHECKSUM, message.into())));
        }
    }
    Ok(Ok(()))
}
