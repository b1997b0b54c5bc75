//! Zip archives of any program.

use std::collections::BTreeMap;
use std::io::{self, BufReader, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use exporter_core::source::{Cursor, Files, Section, Spool};
use exporter_core::{
    Container, Context, Error, FETCH_AGAIN, FormatInfo, Password, ReadAt, Recognition, Result, Sample, Source,
};
use zip::read::ZipFile;
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive, ZipReadOptions};

use super::{expansion, stream};
use crate::sink::ZIP;

/// Most entries of an archive: more are no study.
const MOST_ENTRIES: u64 = 100_000;
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
        // A program that unpacks itself may stand before the archive: then the name tells.
        if begins { Recognition::Yes } else { Recognition::Maybe }
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
        // The directory is in memory once it is read: its claim is looked at before.
        let claimed = crate::check::entries(Cursor::new(Arc::clone(&bytes)))?;
        few_enough(claimed.unwrap_or_default())?;
        let reader = BufReader::with_capacity(AHEAD, Cursor::new(Arc::clone(&bytes)));
        let mut archive = ZipArchive::new(reader).map_err(|error| fault("", error))?;
        few_enough(archive.len() as u64)?;
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
            let path = path_of(&name)?;
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
        let stored = self.stored(path, index)?;
        let bytes = self.with_entry(path, index, |entry| {
            let (packed, size, fault) = (self.bytes.len(), entry.size(), reading_fault(entry, path));
            // Of what is read where it is, only checksum and size are compared.
            let mut copy = stored.is_none().then(Spool::new);
            let unpacked = stream::each_piece(entry, packed, context, fault, &mut |piece| match &mut copy {
                Some(copy) => copy.add(piece, context),
                None => Ok(()),
            })?;
            match copy {
                _ if unpacked != size => Err(Error::invalid(format!(
                    "it unpacks to {unpacked} bytes, and the archive says {size}"
                ))),
                Some(copy) => copy.into_bytes().map(Some),
                None => Ok(None),
            }
        })?;
        Ok(bytes.or(stored))
    }

    fn head(&self, path: &str, count: usize, context: &Context) -> Result<Option<Vec<u8>>> {
        let Some(&index) = self.paths.get(path) else { return Ok(None) };
        let head = self.with_entry(path, index, |entry| {
            if is_zip_crypto(entry) {
                return Ok(None);
            }
            let fault = reading_fault(entry, path);
            let mut head = Vec::new();
            entry.take(count as u64).read_to_end(&mut head).map_err(|error| fault(&error))?;
            Ok(Some(head))
        })?;
        if head.is_some() {
            return Ok(head);
        }
        // One of 256 wrong passwords of ZipCrypto is found out only at the end.
        let Some(bytes) = self.open(path, context)? else { return Ok(None) };
        let count = usize::try_from(bytes.len()).unwrap_or(usize::MAX).min(count);
        bytes.read_vec_at(0, count).map(Some).map_err(|error| damaged(path, &error))
    }
}

/// Refuses an archive of too many entries.
fn few_enough(entries: u64) -> Result<()> {
    if entries <= MOST_ENTRIES {
        return Ok(());
    }
    let message = format!("the archive has {entries} entries, more than {MOST_ENTRIES}");
    Err(Error::limit(message).with_hint("unpack it, and name the files of the study"))
}

/// The path of an entry, which must not lead out of the archive.
fn path_of(name: &str) -> Result<String> {
    // Old programs for Windows wrote backslashes, and some write where they stood.
    let slashes = name.replace('\\', "/");
    let path = slashes.strip_prefix("./").unwrap_or(&slashes);
    let is_wrong = |part: &str| matches!(part, "" | "." | "..") || part.contains('\0');
    if path.split('/').any(is_wrong) {
        return Err(Error::invalid(format!("the name {name:?} of an entry leads out of the archive"))
            .with_hint("unpack the archive with care, and name the files"));
    }
    Ok(path.to_owned())
}

/// Whether an entry is encrypted in the old way, in which nothing but the checksum tells that the password was wrong.
fn is_zip_crypto<R: io::Read>(entry: &ZipFile<'_, R>) -> bool {
    // APPNOTE 4.5.2: what AES encrypts has an extra field of its own.
    let is_aes = entry
        .extra_data_fields()
        .any(|field| matches!(field, zip::extra_fields::ExtraField::AeXEncryption(_)));
    entry.encrypted() && !is_aes
}

/// What an error in reading an entry is.
fn reading_fault<R: io::Read>(entry: &ZipFile<'_, R>, path: &str) -> impl Fn(&io::Error) -> Error + use<R> {
    let (is_zip_crypto, path) = (is_zip_crypto(entry), path.to_owned());
    move |error| match error.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput if is_zip_crypto => wrong_password(),
        _ => damaged(&path, error),
    }
}

fn damaged(path: &str, error: &io::Error) -> Error {
    let what = if path.is_empty() { "the archive" } else { "it" };
    if error.kind() == io::ErrorKind::Unsupported || error.to_string().contains("not supported") {
        return Error::unsupported(format!("{what} cannot be unpacked: {error}"))
            .with_hint("unpack the archive with the program that made it, and name the files");
    }
    Error::invalid(format!("{what} cannot be unpacked: {error}"))
        .with_hint("if the archive was copied or downloaded, the copy may be incomplete: fetch it again")
}

fn wrong_password() -> Error {
    Error::invalid("the password does not open it").with_hint("check the password: capitals and blanks count")
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
        other => Error::invalid(format!("{what} is damaged or no zip: {other}")).with_hint(FETCH_AGAIN),
    }
}
