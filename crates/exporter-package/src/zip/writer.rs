//! The writer: entries one after another, then the directory.

use std::fmt;
use std::io::{self, Write};

use super::cipher::{Cipher, Salts};
use super::encoder::EntryEncoder;
use super::error::ZipError;
use super::name::Names;
use super::options::{Encryption, EntryOptions, ZipOptions};
use super::record::{ENCRYPTED, Record, STREAMED, UTF8, directory};
use crate::level::Compression;

/// Bytes encrypted at a time.
const CIPHER_BYTES: usize = 64 * 1024;

/// What an ended entry holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct EntryTotals {
    /// Bytes given.
    pub bytes: u64,
    /// Bytes in the archive, with encryption overhead.
    pub compressed: u64,
    /// CRC-32 of the bytes given.
    pub crc32: u32,
}

/// Writes a zip archive from front to back to any output.
///
/// - An entry of up to 256 KiB is held back until it ends, and its header then has its sizes; the bytes are as plain
///   as a zip can be.
/// - A longer entry is streamed: its sizes follow the data. When it was not declared that it stays below 4 GiB
///   ([`EntryOptions::at_most`]), its header carries the zip64 field, which makes the sizes behind the data 64 bits
///   wide. This is what Info-ZIP's `zip` does when it writes to a pipe, and Info-ZIP unzip, Python's zipfile and 7-Zip
///   read it at any size.
/// - The directory at the end uses zip64 only for numbers that need it.
///
/// Equal calls give equal bytes, at any number of threads and however the data is cut, except for the salts of
/// encrypted entries. Dropped before [`finish`](Self::finish), the writer leaves an output without a directory,
/// which no program takes for an archive; after an error it only repeats that it was abandoned.
///
/// ```
/// use std::io::Write;
/// use exporter_package::{EntryOptions, ZipOptions, ZipWriter};
///
/// let mut zip = ZipWriter::new(Vec::new(), ZipOptions::default())?;
/// zip.start_entry(&EntryOptions::new("household.tab"))?;
/// zip.write_all(b"hhid\tregion\n1\t4\n")?;
/// let totals = zip.finish_entry()?;
/// assert_eq!(totals.bytes, 16);
/// let archive = zip.finish()?;
/// assert!(archive.starts_with(b"PK\x03\x04"));
/// # Ok::<(), exporter_package::ZipError>(())
/// ```
pub struct ZipWriter<W: Write> {
    out: Tracked<W>,
    options: ZipOptions,
    encoder: EntryEncoder,
    salts: Salts,
    names: Names,
    records: Vec<Record>,
    open: Option<Open>,
    failed: bool,
}

struct Open {
    record: Record,
    at_most: Option<u64>,
    /// Whether the header is written.
    begun: bool,
    cipher: Option<Cipher>,
    /// Bytes of data in the archive so far.
    compressed: u64,
}

/// An output and how many bytes went there.
struct Tracked<W> {
    out: W,
    offset: u64,
}

impl<W: Write> Tracked<W> {
    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.offset += bytes.len() as u64;
        Ok(())
    }
}

impl<W: Write> ZipWriter<W> {
    /// Starts an archive; nothing is written yet.
    ///
    /// # Errors
    /// When the password is empty or too long, or the zstd level is out of range.
    pub fn new(out: W, options: ZipOptions) -> Result<Self, ZipError> {
        options.encryption.check()?;
        Ok(Self {
            out: Tracked { out, offset: 0 },
            encoder: EntryEncoder::new(options.compression, options.threads)?,
            salts: options.salt_seed.map_or(Salts::Random, |seed| Salts::Fixed(seed, 0)),
            names: Names::default(),
            records: Vec::new(),
            open: None,
            failed: false,
            options,
        })
    }

    /// Begins an entry; its bytes come through [`Write`].
    ///
    /// # Errors
    /// When an entry is open, the name is refused or taken, or the archive failed before. A refused name leaves the
    /// archive usable.
    pub fn start_entry(&mut self, entry: &EntryOptions) -> Result<(), ZipError> {
        self.usable()?;
        if let Some(open) = &self.open {
            return Err(ZipError::EntryOpen { open: open.record.name.clone() });
        }
        self.names.take(&entry.name)?;
        let method = match self.options.compression {
            Compression::Stored => 0,
            Compression::Deflate(_) => 8,
            Compression::Zstd(_) => 93,
        };
        let (aes, encrypted) = match self.options.encryption {
            Encryption::Aes256(_) => (true, ENCRYPTED),
            Encryption::LegacyZipCrypto(_) => (false, ENCRYPTED),
            Encryption::None => (false, 0),
        };
        let utf8 = if entry.name.is_ascii() { 0 } else { UTF8 };
        let mut record = Record {
            name: entry.name.clone(),
            version: 0,
            flags: utf8 | encrypted,
            method,
            aes,
            modified: self.options.modified,
            permissions: self.options.permissions,
            crc32: 0,
            compressed: 0,
            size: 0,
            offset: self.out.offset,
            zip64: false,
        };
        record.version = record.needed_version();
        self.open = Some(Open { record, at_most: entry.at_most, begun: false, cipher: None, compressed: 0 });
        Ok(())
    }

    /// Ends the open entry.
    ///
    /// # Errors
    /// When none is open or the output fails.
    pub fn finish_entry(&mut self) -> Result<EntryTotals, ZipError> {
        self.usable()?;
        let open = self.open.take().ok_or(ZipError::NoEntry)?;
        let ended = if open.begun { self.end_streamed(open) } else { self.end_held(open) };
        self.failed = ended.is_err();
        let record = ended?;
        let totals = EntryTotals { bytes: record.size, compressed: record.compressed, crc32: record.crc32 };
        self.records.push(record);
        Ok(totals)
    }

    /// Writes the directory, flushes the output and gives it back.
    ///
    /// # Errors
    /// When an entry is open, the archive failed before or the output fails.
    pub fn finish(mut self) -> Result<W, ZipError> {
        self.usable()?;
        if let Some(open) = self.open {
            return Err(ZipError::EntryOpen { open: open.record.name });
        }
        let directory = directory(&self.records, self.out.offset);
        self.out.put(&directory)?;
        self.out.out.flush()?;
        Ok(self.out.out)
    }

    fn usable(&self) -> Result<(), ZipError> {
        if self.failed { Err(ZipError::Abandoned) } else { Ok(()) }
    }

    /// Takes the open entry back as if it had never been begun.
    ///
    /// # Errors
    /// [`ZipError::Abandoned`] when bytes of it went out already: the archive cannot be completed any more.
    pub fn cancel_entry(&mut self) -> Result<(), ZipError> {
        self.usable()?;
        let Some(open) = self.open.take() else { return Ok(()) };
        if open.begun {
            self.failed = true;
            return Err(ZipError::Abandoned);
        }
        self.names.give_back(&open.record.name);
        self.encoder = EntryEncoder::new(self.options.compression, self.options.threads)?;
        Ok(())
    }

    fn take(&mut self, data: &[u8]) -> Result<(), ZipError> {
        let Self { out, options, encoder, salts, open, .. } = self;
        let open = open.as_mut().ok_or(ZipError::NoEntry)?;
        if !open.begun && !encoder.holds(data.len()) {
            open.begin_streamed(options, salts, out)?;
        }
        encoder.write(data, &mut open.data(out))?;
        open.record.size = open.record.size.saturating_add(data.len() as u64);
        open.check_size()
    }

    fn end_streamed(&mut self, mut open: Open) -> Result<Record, ZipError> {
        let totals = self.encoder.finish(&mut open.data(&mut self.out))?;
        if let Some(cipher) = open.cipher.take() {
            let tail = cipher.finish();
            open.data(&mut self.out).write_all(&tail)?;
        }
        open.check_size()?;
        let mut record = open.record;
        (record.crc32, record.size, record.compressed) = (totals.crc32, totals.bytes_in, open.compressed);
        self.out.put(&record.descriptor())?;
        Ok(record)
    }

    /// Writes an entry of which nothing went out yet, with its sizes in the header.
    fn end_held(&mut self, mut open: Open) -> Result<Record, ZipError> {
        let mut body = Vec::new();
        let totals = self.encoder.finish(&mut body)?;
        let check = (totals.crc32 >> 24) as u8;
        let mut data = Vec::new();
        if let Some((mut cipher, head)) = begin_cipher(&self.options.encryption, check, &mut self.salts)? {
            cipher.encrypt(&mut body);
            data = head;
            data.append(&mut body);
            data.append(&mut cipher.finish());
        } else {
            data.append(&mut body);
        }
        let record = &mut open.record;
        (record.crc32, record.size, record.compressed) = (totals.crc32, totals.bytes_in, data.len() as u64);
        self.out.put(&record.local())?;
        self.out.put(&data)?;
        Ok(open.record)
    }
}

fn begin_cipher(
    encryption: &Encryption,
    check: u8,
    salts: &mut Salts,
) -> Result<Option<(Cipher, Vec<u8>)>, ZipError> {
    match encryption {
        Encryption::Aes256(password) => Cipher::aes(password, salts).map(Some),
        Encryption::LegacyZipCrypto(password) => Cipher::zip_crypto(password, check, salts).map(Some),
        Encryption::None => Ok(None),
    }
}

impl Open {
    /// Whether the declared size leaves room for the worst case of any method and encryption below 4 GiB.
    fn fits_32_bits(&self) -> bool {
        self.at_most.is_some_and(|bytes| {
            bytes.saturating_add(bytes / 128).saturating_add(1 << 20) < u64::from(u32::MAX)
        })
    }

    fn begin_streamed<W: Write>(
        &mut self,
        options: &ZipOptions,
        salts: &mut Salts,
        out: &mut Tracked<W>,
    ) -> Result<(), ZipError> {
        self.record.flags |= STREAMED;
        self.record.zip64 = !self.fits_32_bits();
        self.record.version = self.record.needed_version();
        out.put(&self.record.local())?;
        // The checksum is not known yet, so readers check the password against the time (APPNOTE 6.1.6 as practised).
        let [_, check] = self.record.modified.dos_time().to_le_bytes();
        if let Some((cipher, head)) = begin_cipher(&options.encryption, check, salts)? {
            self.data(out).write_all(&head)?;
            self.cipher = Some(cipher);
        }
        self.begun = true;
        Ok(())
    }

    fn data<'a, W: Write>(&'a mut self, out: &'a mut Tracked<W>) -> Data<'a, W> {
        Data { out, cipher: self.cipher.as_mut(), compressed: &mut self.compressed }
    }

    fn check_size(&self) -> Result<(), ZipError> {
        let limit = u64::from(u32::MAX);
        if self.begun && !self.record.zip64 && (self.record.size > limit || self.compressed > limit) {
            return Err(ZipError::EntryTooLarge {
                name: self.record.name.clone(),
                declared: self.at_most.unwrap_or_default(),
            });
        }
        Ok(())
    }
}

/// Encrypts and counts what the encoder puts out.
struct Data<'a, W> {
    out: &'a mut Tracked<W>,
    cipher: Option<&'a mut Cipher>,
    compressed: &'a mut u64,
}

impl<W: Write> Write for Data<'_, W> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        *self.compressed += data.len() as u64;
        match &mut self.cipher {
            None => self.out.put(data)?,
            Some(cipher) => {
                for piece in data.chunks(CIPHER_BYTES) {
                    let mut piece = piece.to_vec();
                    cipher.encrypt(&mut piece);
                    self.out.put(&piece)?;
                }
            }
        }
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<W: Write> Write for ZipWriter<W> {
    /// Takes bytes of the open entry.
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        let taken = self.usable().and_then(|()| self.take(data));
        if !matches!(taken, Ok(()) | Err(ZipError::NoEntry)) {
            self.failed = true;
        }
        taken.map(|()| data.len()).map_err(|error| match error {
            ZipError::Io(error) => error,
            other => io::Error::other(other),
        })
    }

    /// Flushes the output; the unfinished block stays inside.
    fn flush(&mut self) -> io::Result<()> {
        self.out.out.flush()
    }
}

impl<W: Write> fmt::Debug for ZipWriter<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ZipWriter")
            .field("entries", &self.records.len())
            .field("bytes", &self.out.offset)
            .field("open", &self.open.as_ref().map(|open| &open.record.name))
            .field("failed", &self.failed)
            .finish_non_exhaustive()
    }
}
