//! What readers read: bytes that can be read at any offset, whatever holds them, with a name and what is declared of them.
//!
//! A file, memory, a section of other bytes and a copy of a stream are here, and so are sets of [`Files`]; an embedder brings its
//! own store by implementing [`ReadAt`]. Several scans and threads read the same bytes, each at offsets of its own.
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
mod files;
mod folder;
mod read_at;
mod stream;

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use crate::codebook::{Codebook, Table};
use crate::context::Context;
use crate::dataset::Dataset;
use crate::error::{Error, Result};
use crate::format::FormatInfo;
use crate::projection::Projection;
use crate::registry::Registry;
use crate::sample::Sample;

pub use binary::{BinaryCursor, BinaryError, BinaryFile, ByteOrder, to_usize, unsigned, until_nul};
pub use cursor::Cursor;
pub use file::FileBytes;
pub(crate) use files::head_of;
pub use files::{Files, MemoryFiles, path_among};
use folder::FolderFiles;
pub use read_at::{MemoryBytes, ReadAt, Section};
pub use stream::Spool;

/// Bytes to open as a dataset, with a name, the files beside them, the table that a codebook declares for them, and the
/// variables that are wanted.
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
    /// A codebook that describes all that such data may have, for files whose tables and columns show only when they are read.
    pub dictionary: Option<&'a Codebook>,
    /// The variables that are wanted.
    pub projection: Projection,
    /// What an archive or folder holds; `None` of anything else. The registry finds it out.
    pub contents: Option<Arc<dyn Files>>,
    /// The set of files that these bytes are one of.
    set: Option<FileOf>,
    /// How many archives they are in.
    depth: u8,
    registry: Option<&'a Registry>,
}

/// A file of a set.
#[derive(Clone, Debug)]
struct FileOf {
    files: Arc<dyn Files>,
    /// What stands before the paths of the set in names: nothing, or a folder or archive and `/`.
    prefix: String,
    path: String,
}

/// Archives that may be round a file: deeper ones hold nothing that anybody meant to pack.
const DEEPEST: u8 = 2;

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
        let name = name.into();
        let projection = Projection::all();
        Self {
            bytes,
            name,
            declared: None,
            dictionary: None,
            projection,
            contents: None,
            set: None,
            depth: 0,
            registry: None,
        }
    }

    /// A set of files under a name, without bytes of its own: a folder, or files in memory that belong together.
    pub fn files(name: impl Into<String>, files: Arc<dyn Files>) -> Self {
        Self { contents: Some(files), ..Self::memory(name, []) }
    }

    /// Bytes in memory: a `Vec<u8>`, a `&'static [u8]`, an `Arc<[u8]>`, a memory map.
    pub fn memory(name: impl Into<String>, bytes: impl AsRef<[u8]> + Send + Sync + 'static) -> Self {
        Self::new(name, Arc::new(MemoryBytes::new(bytes)))
    }

    /// The file at a path, or the folder. A pipe, a terminal or another file that can be read only once is copied first, see
    /// [`Source::stream`].
    ///
    /// # Errors
    /// [`crate::ErrorKind::Io`] when it cannot be opened, and as [`Source::stream`].
    pub fn open(path: impl AsRef<Path>, context: &Context) -> Result<Self> {
        let path = path.as_ref();
        let name = path.display().to_string();
        if path.is_dir() {
            return Ok(Self::files(name, Arc::new(FolderFiles::new(path))));
        }
        let failed = |source| Error::io(format!("cannot read {name}"), source);
        let bytes: Arc<dyn ReadAt> = match FileBytes::open_regular(path).map_err(failed)? {
            Some(file) => Arc::new(file),
            None => {
                let path = path.to_owned();
                stream::spooled(&name, move || std::fs::File::open(path), context)?
            }
        };
        let folder = folder::folder_of(path);
        let set = path.file_name().and_then(std::ffi::OsStr::to_str).map(|file| FileOf {
            prefix: name.strip_suffix(file).unwrap_or_default().to_owned(),
            path: file.to_owned(),
            files: Arc::new(FolderFiles::new(folder)),
        });
        Ok(Self { set, ..Self::new(name, bytes) })
    }

    /// The bytes of a stream that can be read only once: copied, in memory while they are few, else into a temporary file
    /// without a name. A stream that is silent is left alone when the context is cancelled.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Io`] when the stream fails or the temp folder is full, [`crate::ErrorKind::Cancelled`].
    pub fn stream(
        name: impl Into<String>,
        stream: impl Read + Send + 'static,
        context: &Context,
    ) -> Result<Self> {
        let name = name.into();
        let bytes = stream::spooled(&name, move || Ok(stream), context)?;
        Ok(Self::new(name, bytes))
    }

    /// A file that this archive or folder holds; `None` when there is none of this path, or when this is neither.
    ///
    /// # Errors
    /// As [`Files::open`]; [`crate::ErrorKind::Limit`] in an archive that is in an archive in an archive.
    pub fn entry(&self, path: &str, context: &Context) -> Result<Option<Source<'static>>> {
        let Some(files) = &self.contents else { return Ok(None) };
        let depth = self.depth + u8::from(files.is_archive());
        if depth > DEEPEST {
            return Err(Error::limit("an archive in an archive in an archive is not opened")
                .entry(&self.name)
                .with_hint("unpack the outer ones"));
        }
        let (files, prefix) = (Arc::clone(files), format!("{}/", self.name));
        FileOf { files, prefix, path: path.to_owned() }.open(depth, context)
    }

    /// The file of this path beside this one, in the same folder or archive; `None` when there is none.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Invalid`] when the path would lead out of the folder of this file, and as [`Files::open`].
    pub fn beside(&self, path: &str, context: &Context) -> Result<Option<Source<'static>>> {
        let Some(set) = &self.set else { return Ok(None) };
        let path = files::path_beside(&set.path, path)?;
        FileOf { path, ..set.clone() }.open(self.depth, context)
    }

    /// The file that this one means by a path from its own folder, which may lead up to other folders of the same folder or archive
    /// ([`path_among`]). `None` when there is none, or the path leads out of what was opened.
    ///
    /// # Errors
    /// As [`Files::open`].
    pub fn named(&self, path: &str, context: &Context) -> Result<Option<Source<'static>>> {
        let Some(set) = &self.set else { return Ok(None) };
        let Some(path) = path_among(&set.path, path) else { return Ok(None) };
        FileOf { path, ..set.clone() }.open(self.depth, context)
    }

    /// As [`Source::named`], for the only file that is called so but for capitals.
    ///
    /// # Errors
    /// As [`Files::open`].
    pub fn named_in_any_case(&self, path: &str, context: &Context) -> Result<Option<Source<'static>>> {
        let Some(set) = &self.set else { return Ok(None) };
        let Some(path) = path_among(&set.path, path) else { return Ok(None) };
        let Some(path) = set.files.in_any_case(&path, context)? else { return Ok(None) };
        FileOf { path, ..set.clone() }.open(self.depth, context)
    }

    /// Whether it is one of a set of files, so that files beside it can be opened.
    pub fn is_in_set(&self) -> bool {
        self.set.is_some()
    }

    /// Opens another file, such as one beside this one, with whatever format knows it. Inside [`crate::Input::open`] that is
    /// a format of the registry that opens this one.
    ///
    /// # Errors
    /// As [`Registry::open`]; [`crate::ErrorKind::Unsupported`] when no registry opened this source.
    pub fn open_other(&self, other: &Source<'_>, context: &Context) -> Result<Box<dyn Dataset>> {
        self.open_other_with(other, serde_json::Value::Null, context)
    }

    /// As [`Source::open_other`], with options of the format.
    ///
    /// # Errors
    /// As [`Source::open_other`], and for options that the format does not have.
    pub fn open_other_with(
        &self,
        other: &Source<'_>,
        options: serde_json::Value,
        context: &Context,
    ) -> Result<Box<dyn Dataset>> {
        let registry = self.registry.ok_or_else(|| {
            Error::unsupported("other files are opened only through a registry of formats").entry(&other.name)
        })?;
        registry.open(other, options, context)
    }

    /// What a compressed stream holds, such as one beside this source; anything else as it is. Inside [`crate::Input::open`] the
    /// registry that opens this source unpacks it.
    ///
    /// # Errors
    /// As [`Registry::contents`].
    pub fn unpacked(&self, other: Source<'static>, context: &Context) -> Result<Source<'static>> {
        let Some(registry) = self.registry else { return Ok(other) };
        if !registry.is_stream(&other.name, &Sample::of(&other.head(Sample::BYTES)?)) {
            return Ok(other);
        }
        let contents = registry.contents(&other, None, context)?;
        let packed = Source { contents, ..other.clone() };
        let paths = packed.contents.as_ref().map(|files| files.paths(context)).transpose()?;
        match paths.as_deref() {
            Some([path]) => Ok(packed.entry(path, context)?.unwrap_or(other)),
            _ => Ok(other),
        }
    }

    /// The format that another file is surely in, by its content, as the registry that opens this source knows it.
    pub fn sure_format_of(&self, other: &Source<'_>) -> Option<&'static FormatInfo> {
        self.registry?.sure_format(other)
    }

    /// The source without what is declared of it and without the registry that opens it.
    pub fn detached(&self) -> Source<'static> {
        let Self { bytes, name, declared: _, dictionary: _, projection, contents, set, depth, registry: _ } =
            self.clone();
        Source {
            bytes,
            name,
            declared: None,
            dictionary: None,
            projection,
            contents,
            set,
            depth,
            registry: None,
        }
    }

    /// The source as a registry opens it.
    pub(crate) fn with_registry<'r>(&self, registry: &'r Registry) -> Source<'r>
    where
        'a: 'r,
    {
        Source { registry: Some(registry), ..self.clone() }
    }

    /// The same place among files, with other bytes.
    pub(crate) fn with_bytes(&self, bytes: Arc<dyn ReadAt>) -> Self {
        Self { bytes, ..self.clone() }
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

    /// Adds a codebook that describes all that such data may have.
    #[must_use]
    pub fn with_dictionary(mut self, dictionary: &'a Codebook) -> Self {
        self.dictionary = Some(dictionary);
        self
    }

    /// Reads the bytes from their beginning, at a position of its own.
    pub fn cursor(&self) -> Cursor {
        Cursor::new(Arc::clone(&self.bytes))
    }

    /// The first bytes, at most `count`.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Io`].
    pub fn head(&self, count: usize) -> Result<Vec<u8>> {
        head_of(&*self.bytes, count).map_err(|error| Error::io(format!("cannot read {}", self.name), error))
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

impl FileOf {
    fn open(self, depth: u8, context: &Context) -> Result<Option<Source<'static>>> {
        let name = format!("{}{}", self.prefix, self.path);
        let bytes = self.files.open(&self.path, context).map_err(|error| error.entry(&name))?;
        Ok(bytes.map(|bytes| Source { set: Some(self), depth, ..Source::new(name, bytes) }))
    }
}

fn part(part: Option<&std::ffi::OsStr>) -> &str {
    part.and_then(std::ffi::OsStr::to_str).unwrap_or_default()
}

#[cfg(test)]
mod tests;
