//! Zip archives of any program.

use std::collections::BTreeMap;
use std::io::{self, BufReader, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use exporter_core::source::{Cursor, Files, Section};
use exporter_core::{
    Container, Context, EntrySpec, Error, FormatInfo, Password, ReadAt, Recognition, Result, Sample, Source,
};
use zip::read::ZipFile;
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive, ZipReadOptions};

use super::{expansion, stream};
use crate::sink::ZIP;

/// Most entries of an archive: more are no study.
const MOST_ENTRIES: usize = 100_000;
/// Bytes read ahead.
const AHEAD: usize = 64 * 1024;

/// Zip archives: stored, deflate, deflate64, bzip2 and zstd; ZipCrypto and AES; zip64 and data descriptors.
#[derive(Debug, Clone, Copy)]
pub struct ZipInput;

impl Container for ZipInput {
    const INFO: &'static FormatInfo = &ZIP;

    fn recognise(sample: &Sample<'_>) -> Recognition {
        let begins =
            [b"PK\x03\x04", b"PK\x05\x06"].iter().any(|signature| sample.head.starts_with(*signature));
        if begins { Recognition::Yes } else { Recognition::No }
    }

    fn files(source: &Source<'_>, password: Option<&Password>, _: &Context) -> Result<Arc<dyn Files>> {
        Ok(Arc::new(ZipFiles::open(Arc::clone(&source.bytes), password.cloned())?))
    }
}

type Archive = ZipArchive<BufReader<Cursor>>;

/// The files of a zip.
pub(crate) struct ZipFiles {
    bytes: Arc<dyn ReadAt>,
    /// The directory, which is read once and shared by all who open entries.
    archive: Mutex<Archive>,
    /// Positions in the directory by path.
    paths: BTreeMap<String, usize>,
    password: Option<Password>,
}

impl std::fmt::Debug for ZipFiles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ZipFiles").field("paths", &self.paths).finish_non_exhaustive()
    }
}

impl ZipFiles {
    /// Reads the directory.
    pub(crate) fn open(bytes: Arc<dyn ReadAt>, password: Option<Password>) -> Result<Self> {
        let reader = BufReader::with_capacity(AHEAD, Cursor::new(Arc::clone(&bytes)));
        let mut archive = ZipArchive::new(reader).map_err(|error| fault("", error))?;
        if archive.len() > MOST_ENTRIES {
            let message = format!("the archive has {} entries, more than {MOST_ENTRIES}", archive.len());
            return Err(Error::limit(message).with_hint("unpack it, and name the files of the study"));
        }
        if archive.has_duplicate_names() {
            return Err(Error::invalid("two entries of the archive have the same name"));
        }
        if archive.has_overlapping_files().map_err(|error| fault("", error))? {
            return Err(Error::invalid("entries of the archive overlap: it is forged or damaged"));
        }
        let mut paths = BTreeMap::new();
        let mut unpacked = 0_u64;
        for index in 0..archive.len() {
            let entry = archive.by_index_raw(index).map_err(|error| fault("", error))?;
            if !entry.is_file() {
                continue;
            }
            let name = entry.name().map_err(|error| fault("", error))?;
            // Old programs for Windows wrote backslashes.
            let path = name.replace('\\', "/");
            EntrySpec::new(path.as_str(), "").check_path().map_err(|error| {
                Error::invalid(error.message().to_owned())
                    .with_hint("unpack the archive with care, and name the files")
            })?;
            unpacked = unpacked.saturating_add(entry.size());
            if paths.insert(path, index).is_some() {
                return Err(Error::invalid(format!("two entries of the archive have the name {name:?}")));
            }
        }
        expansion::check(bytes.len(), unpacked)?;
        Ok(Self { bytes, archive: Mutex::new(archive), paths, password })
    }

    fn archive(&self) -> MutexGuard<'_, Archive> {
        self.archive.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether an entry is encrypted.
    pub(crate) fn is_locked(&self, path: &str) -> bool {
        let index = self.paths.get(path);
        index.is_some_and(|index| self.archive().by_index_raw(*index).is_ok_and(|entry| entry.encrypted()))
    }

    /// Hands the decoder of an entry to `read`.
    fn with_entry<T>(
        &self,
        path: &str,
        index: usize,
        read: impl FnOnce(&mut ZipFile<'_, BufReader<Cursor>>) -> Result<T>,
    ) -> Result<T> {
        let mut archive = self.archive();
        let is_locked = archive.by_index_raw(index).map_err(|error| fault(path, error))?.encrypted();
        let password = self.password.as_ref().filter(|_| is_locked);
        if is_locked && password.is_none() {
            return Err(Error::invalid("it is encrypted, and no password is given")
                .with_hint("give the password of the input"));
        }
        let options = ZipReadOptions::new().password(password.map(Password::as_bytes));
        let mut entry = archive.by_index_with_options(index, options).map_err(|error| fault(path, error))?;
        read(&mut entry)
    }

    /// Where a stored entry is that is not encrypted.
    fn stored(&self, path: &str, index: usize) -> Result<Option<Arc<dyn ReadAt>>> {
        let mut archive = self.archive();
        let entry = archive.by_index_raw(index).map_err(|error| fault(path, error))?;
        if entry.encrypted() || entry.compression() != CompressionMethod::Stored {
            return Ok(None);
        }
        let Some(start) = entry.data_start() else { return Ok(None) };
        let section = Section::new(Arc::clone(&self.bytes), start, entry.size());
        Ok(Some(Arc::new(section.map_err(|error| damaged(path, &error))?)))
    }
}

impl Files for ZipFiles {
    fn paths(&self, _: &Context) -> Result<Vec<String>> {
        Ok(self.paths.keys().cloned().collect())
    }

    fn open(&self, path: &str, context: &Context) -> Result<Option<Arc<dyn ReadAt>>> {
        let Some(&index) = self.paths.get(path) else { return Ok(None) };
        if let Some(stored) = self.stored(path, index)? {
            // Reading through the archive compares the checksum.
            self.with_entry(path, index, |entry| {
                io::copy(entry, &mut io::sink()).map_err(|error| damaged(path, &error))
            })?;
            return Ok(Some(stored));
        }
        let bytes = self.with_entry(path, index, |entry| {
            let (packed, size, is_locked) = (self.bytes.len(), entry.size(), entry.encrypted());
            let bytes = stream::copied(entry, packed, context, |error| match is_locked {
                // A wrong password of ZipCrypto is found out by one of 256 at the beginning, by the checksum else.
                true => wrong_password(),
                false => damaged(path, error),
            })?;
            if bytes.len() == size {
                return Ok(bytes);
            }
            Err(Error::invalid(format!("it unpacks to {} bytes, and the archive says {size}", bytes.len())))
        })?;
        Ok(Some(bytes))
    }

    fn head(&self, path: &str, count: usize, _: &Context) -> Result<Option<Vec<u8>>> {
        let Some(&index) = self.paths.get(path) else { return Ok(None) };
        self.with_entry(path, index, |entry| {
            let mut head = Vec::new();
            entry.take(count as u64).read_to_end(&mut head).map_err(|error| damaged(path, &error))?;
            Ok(Some(head))
        })
    }
}

fn damaged(path: &str, error: &io::Error) -> Error {
    let what = if path.is_empty() { "the archive" } else { "it" };
    Error::invalid(format!("{what} cannot be unpacked: {error}"))
        .with_hint("if the archive was copied or downloaded, the copy may be incomplete: fetch it again")
}

fn wrong_password() -> Error {
    Error::invalid("the password does not open it").with_hint("give the password of the input")
}

/// What the library says, in words that name the entry.
fn fault(path: &str, error: ZipError) -> Error {
    let what = if path.is_empty() { "the archive" } else { "it" };
    match error {
        ZipError::InvalidPassword => wrong_password(),
        ZipError::Io(error) => damaged(path, &error),
        ZipError::CompressionMethodNotSupported(method) => {
            Error::unsupported(format!("{what} is compressed by the method {method}, which is not read"))
                .with_hint("unpack the archive, and name the files")
        }
        ZipError::UnsupportedArchive(why) => Error::unsupported(format!("{what} is not read: {why}"))
            .with_hint("unpack the archive, and name the files"),
        other => Error::invalid(format!("{what} is damaged or no zip: {other}")),
    }
}
