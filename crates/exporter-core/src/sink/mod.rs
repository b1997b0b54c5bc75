//! Sinks: where entries go.

mod claims;
mod folder;
mod hashing;
mod memory;
mod null;
mod spooled;
mod stream;

use std::collections::BTreeMap;
use std::io::{Read, Seek, Write};
use std::path::Path;

use serde::Serialize;

pub use folder::{FileSink, FolderOptions, FolderSink};
pub use hashing::HashingSink;
pub use memory::{MemoryEntries, MemorySink};
pub use null::NullSink;
pub use spooled::{SpooledEntry, temp_file};
pub use stream::StreamSink;

use crate::dataset::TableId;
use crate::error::{Error, Result};

/// What is known of an entry before it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct EntrySpec {
    /// Path below the sink, parts joined by `/`.
    pub path: String,
    /// Media type.
    pub media_type: String,
    /// Table whose rows it holds.
    pub table: Option<TableId>,
    /// Tables that it describes, where it holds no rows and does not describe all.
    #[serde(skip)]
    pub describes: Option<Vec<TableId>>,
    /// Exact rows, if known.
    pub rows: Option<u64>,
    /// Exact bytes, if known.
    pub bytes: Option<u64>,
    /// Bytes that will come at least, if known where the exact number is not; a folder reserves room for them.
    #[serde(skip)]
    pub least_bytes: Option<u64>,
    /// How the entry is written, by name (`delimiter`, `header`), for siblings that load it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
}

impl EntrySpec {
    /// An entry of this path and media type.
    pub fn new(path: impl Into<String>, media_type: impl Into<String>) -> Self {
        Self { path: path.into(), media_type: media_type.into(), ..Self::default() }
    }

    /// Names the table whose rows it holds.
    #[must_use]
    pub fn table(mut self, table: TableId) -> Self {
        self.table = Some(table);
        self
    }

    /// Gives the exact number of rows.
    #[must_use]
    pub fn rows(mut self, rows: u64) -> Self {
        self.rows = Some(rows);
        self
    }

    /// Says how the entry is written.
    #[must_use]
    pub fn attribute(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.attributes.insert(name.into(), value.into());
        self
    }

    /// Gives the exact number of bytes.
    #[must_use]
    pub fn bytes(mut self, bytes: u64) -> Self {
        self.bytes = Some(bytes);
        self
    }

    /// Gives the number of bytes that will come at least.
    #[must_use]
    pub fn least_bytes(mut self, bytes: u64) -> Self {
        self.least_bytes = Some(bytes);
        self
    }

    /// Whether it holds the rows of a table, or describes it.
    pub(crate) fn is_about(&self, table: TableId) -> bool {
        match (self.table, &self.describes) {
            (Some(own), _) => own == table,
            (None, described) => described.as_ref().is_none_or(|described| described.contains(&table)),
        }
    }

    /// Refuses paths that could leave the sink or that some system cannot store.
    ///
    /// Names that only Windows reserves (`aux.csv`, a final point or blank, `?`) are accepted: a table may well be
    /// called so, and Windows says so itself where it cannot make the file. Paths of one sink that differ only in case
    /// are refused by the sink, which alone has them all.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Invalid`] for absolute paths, `..`, empty parts, backslashes, drive letters, control
    /// characters and parts longer than 255 bytes.
    pub fn check_path(&self) -> Result<()> {
        let reason = if self.path.is_empty() {
            "it is empty"
        } else if self.path.starts_with('/') || self.path.contains([':', '\\']) {
            "it is absolute or has a drive letter or backslash"
        } else if self.path.split('/').any(|part| part.is_empty() || part == "." || part == "..") {
            "it has an empty part, `.` or `..`"
        } else if self.path.chars().any(char::is_control) {
            "it has a control character"
        } else if self.path.split('/').any(|part| part.len() > 255) {
            "a part is longer than 255 bytes"
        } else {
            return Ok(());
        };
        Err(Error::invalid(format!("the entry path {:?} is refused: {reason}", self.path))
            .with_hint("rename the table or the document"))
    }
}

/// Where entries go: folder, memory, zip, bucket, or a wrapper round another sink.
///
/// # For implementations
/// `create` is called from several threads. Nothing is visible to others before `finish`; a sink dropped
/// unfinished removes what it wrote.
pub trait Sink: Send + Sync {
    /// Starts an entry.
    ///
    /// # Errors
    /// When the path is refused or taken, or the sink cannot be written.
    fn create<'s>(&'s self, spec: &EntrySpec) -> Result<Box<dyn Entry + 's>>;

    /// Starts an entry that can be rewritten at any place before it is committed; a sink that cannot seek spools it in
    /// the folder `temp` ([`crate::Context::temp`]).
    ///
    /// # Errors
    /// As [`Sink::create`], or when nothing can be spooled there.
    fn create_random<'s>(&'s self, spec: &EntrySpec, temp: &Path) -> Result<Box<dyn RandomEntry + 's>> {
        SpooledEntry::over(self.create(spec)?, temp)
    }

    /// Whether [`Sink::create_random`] rewrites in place, so that it costs no more than [`Sink::create`].
    fn is_seekable(&self) -> bool {
        false
    }

    /// Whether others see what is written before it is finished, as a stream's reader does, so that it cannot be taken back.
    fn shows_at_once(&self) -> bool {
        false
    }

    /// Makes everything committed visible at once.
    ///
    /// # Errors
    /// When the last step fails; nothing is visible then.
    fn finish(self: Box<Self>) -> Result<Receipt>;
}

/// One named byte stream, invisible until committed; dropped uncommitted it is gone.
pub trait Entry: Write + Send {
    /// Ends the entry and keeps it.
    ///
    /// # Errors
    /// When buffered bytes cannot be written.
    fn commit(self: Box<Self>) -> Result<EntryReceipt>;
}

/// An entry whose earlier bytes can be read and rewritten.
pub trait RandomEntry: Entry + Seek + Read {}

/// What was kept of an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct EntryReceipt {
    /// Path below the sink.
    pub path: String,
    /// Bytes kept.
    pub bytes: u64,
    /// Their SHA-256 in lower-case hexadecimal digits, where a [`HashingSink`] wrote them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

impl EntryReceipt {
    /// An entry of so many bytes.
    pub fn new(path: impl Into<String>, bytes: u64) -> Self {
        Self { path: path.into(), bytes, sha256: None }
    }
}

/// What a finished sink holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Receipt {
    /// Entries in the order they were committed.
    pub entries: Vec<EntryReceipt>,
}

impl Receipt {
    /// These entries, in the order they were committed.
    pub fn new(entries: Vec<EntryReceipt>) -> Self {
        Self { entries }
    }
}

macro_rules! points_to_sink {
    ($pointer:ty, $finish:expr) => {
        #[deny(clippy::missing_trait_methods, reason = "what is left out here would be lost")]
        impl<S: Sink + ?Sized> Sink for $pointer {
            fn create<'s>(&'s self, spec: &EntrySpec) -> Result<Box<dyn Entry + 's>> {
                (**self).create(spec)
            }

            fn create_random<'s>(
                &'s self,
                spec: &EntrySpec,
                temp: &Path,
            ) -> Result<Box<dyn RandomEntry + 's>> {
                (**self).create_random(spec, temp)
            }

            fn is_seekable(&self) -> bool {
                (**self).is_seekable()
            }

            fn shows_at_once(&self) -> bool {
                (**self).shows_at_once()
            }

            fn finish(self: Box<Self>) -> Result<Receipt> {
                $finish(*self)
            }
        }
    };
}

points_to_sink!(Box<S>, S::finish);
// A borrowed sink is finished by its owner.
points_to_sink!(&S, |_| Ok(Receipt::default()));
