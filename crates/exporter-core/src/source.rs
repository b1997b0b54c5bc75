//! What readers read: bytes that can be read at any offset, whatever holds them, with a name and what is declared of them.
//!
//! A file, memory, a section of other bytes and a copy of a stream are here; an embedder brings its own store by
//! implementing [`ReadAt`]. Several scans and threads read the same bytes, each at offsets of its own.
//!
//! ```
//! use std::io::Read as _;
//! use exporter_core::Source;
//!
//! let source = Source::memory("upload/people.csv", b"id,age\n1,31\n".to_vec());
//! let mut text = String::new();
//! source.cursor().read_to_string(&mut text)?;
//! assert_eq!((source.file_name(), source.bytes.len(), &*text), ("people.csv", 12, "id,age\n1,31\n"));
//! # Ok::<(), std::io::Error>(())
//! ```

mod binary;
mod cursor;
mod file;
mod read_at;

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use crate::codebook::{Codebook, Table};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::projection::Projection;

pub use binary::{BinaryCursor, BinaryError, BinaryFile, ByteOrder, to_usize, unsigned, until_nul};
pub use cursor::Cursor;
pub use file::FileBytes;
pub use read_at::{MemoryBytes, ReadAt, Section};

/// Bytes to open as a dataset, with a name, the table that a codebook declares for them, and the variables that are wanted.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Source<'a> {
    /// The bytes.
    pub bytes: Arc<dyn ReadAt>,
    /// The path of a file, or what stands for one: errors name it, its last part names the table, and its extension
    /// helps to recognise the format.
    pub name: String,
    /// The table that a codebook declares for the rows.
    pub declared: Option<DeclaredTable<'a>>,
    /// The variables that are wanted.
    pub projection: Projection,
}

/// A table that a codebook declares, for files that say less about themselves.
///
/// Variables are matched by name; those the table does not name keep what the file says or what is inferred.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct DeclaredTable<'a> {
    /// The codebook, for its value labels.
    pub codebook: &'a Codebook,
    /// The table.
    pub table: &'a Table,
}

impl<'a> Source<'a> {
    /// Bytes about which nothing is declared, with all their variables.
    pub fn new(name: impl Into<String>, bytes: Arc<dyn ReadAt>) -> Self {
        Self { bytes, name: name.into(), declared: None, projection: Projection::all() }
    }

    /// Bytes in memory: a `Vec<u8>`, a `&'static [u8]`, an `Arc<[u8]>`, a memory map.
    pub fn memory(name: impl Into<String>, bytes: impl AsRef<[u8]> + Send + Sync + 'static) -> Self {
        Self::new(name, Arc::new(MemoryBytes::new(bytes)))
    }

    /// The file at a path. A pipe, a terminal or another file that can be read only once is copied first, see
    /// [`Source::stream`].
    ///
    /// # Errors
    /// [`crate::ErrorKind::Io`] when it cannot be opened, and as [`Source::stream`].
    pub fn open(path: impl AsRef<Path>, context: &Context) -> Result<Self> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let opened = FileBytes::open(path).and_then(|file| Ok((file.can_be_read_again()?, file)));
        match opened.map_err(|source| Error::io(format!("cannot read {name}"), source))? {
            (true, file) => Ok(Self::new(name, Arc::new(file))),
            (false, file) => Self::stream(name, file.into_file(), context),
        }
    }

    /// The bytes of a stream that can be read only once, copied into a temporary file without a name.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Io`] when the stream fails or the temp folder is full, [`crate::ErrorKind::Cancelled`].
    pub fn stream(name: impl Into<String>, stream: impl Read, context: &Context) -> Result<Self> {
        let name = name.into();
        let bytes = file::spooled(&name, stream, context)?;
        Ok(Self::new(name, Arc::new(bytes)))
    }

    /// Opens only the variables of these names, in every table of the source. Opening with a projection costs only the
    /// projected columns.
    ///
    /// The dataset describes and delivers the projected variables as it does without a projection. Of the other variables
    /// it may describe only what costs nothing (kind and missing values may be those of the storage alone), and it may
    /// refuse to scan them; [`crate::dataset::ExcerptDataset`] hides them. Names that the source does not have are ignored.
    #[must_use]
    pub fn variables<N: Into<String>>(self, names: impl IntoIterator<Item = N>) -> Self {
        self.projection(Projection::only(names))
    }

    /// Sets the projection, see [`Source::variables`].
    #[must_use]
    pub fn projection(mut self, projection: Projection) -> Self {
        self.projection = projection;
        self
    }

    /// Adds the table that a codebook declares for these bytes.
    #[must_use]
    pub fn declared(mut self, codebook: &'a Codebook, table: &'a Table) -> Self {
        self.declared = Some(DeclaredTable { codebook, table });
        self
    }

    /// Reads the bytes from their beginning, at a position of its own.
    pub fn cursor(&self) -> Cursor {
        Cursor::new(Arc::clone(&self.bytes))
    }

    /// The last part of the name.
    pub fn file_name(&self) -> &str {
        part(Path::new(&self.name).file_name())
    }

    /// The last part of the name without its extension.
    pub fn stem(&self) -> &str {
        part(Path::new(&self.name).file_stem())
    }
}

fn part(part: Option<&std::ffi::OsStr>) -> &str {
    part.and_then(std::ffi::OsStr::to_str).unwrap_or_default()
}

#[cfg(test)]
mod tests;
