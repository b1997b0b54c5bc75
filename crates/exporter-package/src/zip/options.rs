//! How an archive and its entries are written.

use std::num::NonZeroUsize;

use exporter_core::Password;

use super::error::ZipError;
use super::time::EntryTime;
use crate::level::Compression;

/// Whether and how entries are encrypted. Names and sizes always stay readable.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub enum Encryption {
    /// AES-256 in the AE-2 form of WinZip: 7-Zip, WinZip and pyzipper open it; Info-ZIP unzip and Python's zipfile do
    /// not.
    Aes256(Password),
    /// The cipher of PKZIP 2.0, which every program opens and anyone can break: it hides nothing from an attacker.
    /// Only for programs that support nothing better.
    LegacyZipCrypto(Password),
    /// No encryption.
    #[default]
    None,
}

/// Longest password of an AES archive that 7-Zip opens, in bytes (7-Zip 26, `kPasswordSizeMax` of its `WzAes`).
const AES_PASSWORD_BYTES: usize = 99;

impl Encryption {
    /// Refuses passwords that protect nothing, and those with which the program that opens AES archives opens none.
    ///
    /// # Errors
    /// [`ZipError::EmptyPassword`]; [`ZipError::LongPassword`] from 100 bytes on, for AES alone.
    pub fn check(&self) -> Result<(), ZipError> {
        match self {
            Self::Aes256(password) | Self::LegacyZipCrypto(password) if password.as_bytes().is_empty() => {
                Err(ZipError::EmptyPassword)
            }
            Self::Aes256(password) if password.as_bytes().len() > AES_PASSWORD_BYTES => {
                Err(ZipError::LongPassword { bytes: password.as_bytes().len(), limit: AES_PASSWORD_BYTES })
            }
            Self::Aes256(_) | Self::LegacyZipCrypto(_) | Self::None => Ok(()),
        }
    }
}

/// How an archive is written.
#[derive(Debug, Clone)]
pub struct ZipOptions {
    pub(crate) compression: Compression,
    pub(crate) encryption: Encryption,
    pub(crate) modified: EntryTime,
    pub(crate) permissions: u16,
    pub(crate) threads: NonZeroUsize,
    pub(crate) salt_seed: Option<u64>,
}

impl Default for ZipOptions {
    /// Deflate at level 6, no encryption, 1980-01-01, readable by all and writable by the owner, one thread.
    fn default() -> Self {
        Self {
            compression: Compression::default(),
            encryption: Encryption::None,
            modified: EntryTime::EARLIEST,
            permissions: 0o644,
            threads: NonZeroUsize::MIN,
            salt_seed: None,
        }
    }
}

impl ZipOptions {
    /// Sets the method and level of every entry.
    #[must_use]
    pub fn compression(mut self, compression: Compression) -> Self {
        self.compression = compression;
        self
    }

    /// Sets the encryption of every entry.
    #[must_use]
    pub fn encryption(mut self, encryption: Encryption) -> Self {
        self.encryption = encryption;
        self
    }

    /// Sets the time of every entry.
    #[must_use]
    pub fn modified(mut self, modified: EntryTime) -> Self {
        self.modified = modified;
        self
    }

    /// Sets the Unix permission bits of every entry (the lowest nine count).
    #[must_use]
    pub fn permissions(mut self, mode: u16) -> Self {
        self.permissions = mode & 0o777;
        self
    }

    /// Sets how many threads compress a large entry; the bytes are the same for any number.
    #[must_use]
    pub fn threads(mut self, threads: NonZeroUsize) -> Self {
        self.threads = threads;
        self
    }

    /// Derives the salts from a number instead of drawing them, so that a test can compare encrypted archives.
    ///
    /// Never for real data: two archives with one seed and one password share their key streams.
    #[must_use]
    pub fn insecure_fixed_salts(mut self, seed: u64) -> Self {
        self.salt_seed = Some(seed);
        self
    }
}

/// What is known of an entry before its bytes.
#[derive(Debug, Clone)]
pub struct EntryOptions {
    pub(crate) name: String,
    pub(crate) at_most: Option<u64>,
}

impl EntryOptions {
    /// Names the entry; parts are joined by `/`.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), at_most: None }
    }

    /// Declares that the entry has at most this many bytes, which saves the zip64 header of entries that stay below
    /// 4 GiB.
    #[must_use]
    pub fn at_most(mut self, bytes: u64) -> Self {
        self.at_most = Some(bytes);
        self
    }
}
