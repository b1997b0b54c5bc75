//! Formats by name: a value that any program builds and extends.

mod checker;
mod common;
mod face;
mod options;
mod recognition;
mod related;

use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value as Json;

use crate::check::{Check, CheckOptions, Checking, Findings, Rule};
use crate::context::Context;
use crate::dataset::{Dataset, OpenedDataset};
use crate::error::{Error, ErrorKind, Result};
use crate::exporter::Exporter;
use crate::foreign::{Foreign, is_binary};
use crate::format::{Container, Describe, Description, Format, FormatInfo, Input, Recognition};
use crate::password::Password;
use crate::sample::Sample;
use crate::source::{Files, Source};
use crate::suggest;
pub(crate) use checker::Checker;
pub use common::COMMON_OPTIONS;
use common::Common;
use face::{Face, called, ids, put, recognised};
use options::typed;
pub use options::{options_from_pairs, read_options_from_pairs};
use related::Doing;

/// The formats of a program, by five faces: those it writes, those it reads, those whose files it checks, those whose files
/// describe the tables of others, and the archives and compressed streams in which it finds files.
#[derive(Clone, Default)]
pub struct Registry {
    writers: Vec<Face<Make>>,
    readers: Vec<Face<Open>>,
    checkers: Vec<Face<Checker>>,
    describers: Vec<Face<DescribeOf>>,
    containers: Vec<Face<Unpacker>>,
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.formats().iter().map(|info| info.id)).finish()
    }
}

/// What a program does with a format, by what was registered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Faces {
    /// Whether it reads the format.
    pub reads: bool,
    /// Whether it writes the format.
    pub writes: bool,
    /// Whether it checks files of the format by rules.
    pub checks: bool,
}

type Make = fn(Json) -> Result<Box<dyn Exporter>>;
type Open = fn(&Source<'_>, Json, &Context) -> Result<Box<dyn Dataset>>;
type DescribeOf = fn(&Source<'_>, &Context) -> Result<Description>;
type Unpack = fn(&Source<'_>, Option<&Password>, &Context) -> Result<Arc<dyn Files>>;

/// What unpacks a format.
#[derive(Clone, Copy)]
struct Unpacker {
    files: Unpack,
    is_stream: bool,
}

impl Registry {
    /// A registry without formats.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a format that writes; a later one with the same id replaces the earlier.
    #[must_use]
    pub fn register<F: Format>(mut self) -> Self {
        let make: Make = |mut options| {
            let common = Common::taken(F::INFO, &mut options)?;
            let known = [F::INFO.options, &COMMON_OPTIONS].concat();
            common.round(Box::new(F::exporter(typed(F::INFO.id, &known, options)?)?))
        };
        put(
            &mut self.writers,
            Face { info: F::INFO, of: F::INFO.id, recognise: |_| Recognition::No, call: make },
        );
        self
    }

    /// Adds a format that reads; a later one with the same id replaces the earlier.
    #[must_use]
    pub fn register_input<I: Input>(mut self) -> Self {
        let open: Open = |source, options, context| {
            I::open(source, typed(I::INFO.id, I::INFO.read_options, options)?, context)
        };
        put(&mut self.readers, Face { info: I::INFO, of: I::INFO.id, recognise: I::recognise, call: open });
        self
    }

    /// Adds a format whose files are checked; a later one with the same id replaces the earlier.
    #[must_use]
    pub fn register_check<C: Check>(mut self) -> Self {
        let checker = Checker {
            apply: C::check,
            rules: C::RULES,
            is_archive: C::IS_ARCHIVE,
            looks_beside: C::LOOKS_BESIDE,
        };
        put(
            &mut self.checkers,
            Face { info: C::INFO, of: C::INFO.id, recognise: C::recognise, call: checker },
        );
        self
    }

    /// Adds a format whose files describe the tables of others; a later one with the same id replaces the earlier.
    #[must_use]
    pub fn register_description<D: Describe>(mut self) -> Self {
        put(
            &mut self.describers,
            Face { info: D::INFO, of: D::INFO.id, recognise: D::recognise, call: D::describe },
        );
        self
    }

    /// Reads and checks files of a format by what is registered for the format `of`, which recognises them: formats that
    /// differ in how they are written alone.
    #[must_use]
    pub fn register_as(mut self, info: &'static FormatInfo, of: &str) -> Self {
        fn named<C: Copy>(faces: &mut Vec<Face<C>>, info: &'static FormatInfo, of: &str) {
            let face = faces.iter().find(|face| face.info.id == of).map(|face| (face.info.id, face.call));
            if let Some((of, call)) = face {
                put(faces, Face { info, of, recognise: |_| Recognition::No, call });
            }
        }
        named(&mut self.readers, info, of);
        named(&mut self.checkers, info, of);
        self
    }

    /// Adds a format whose entries are inputs; a later one with the same id replaces the earlier.
    #[must_use]
    pub fn register_container<C: Container>(mut self) -> Self {
        put(
            &mut self.containers,
            Face {
                info: C::INFO,
                of: C::INFO.id,
                recognise: C::recognise,
                call: Unpacker { files: C::files, is_stream: C::IS_STREAM },
            },
        );
        self
    }

    /// Every format once, by id.
    pub fn formats(&self) -> Vec<&'static FormatInfo> {
        let mut all: Vec<&'static FormatInfo> = self.writers.iter().map(|face| face.info).collect();
        all.extend(self.readers.iter().map(|face| face.info));
        all.extend(self.checkers.iter().map(|face| face.info));
        all.extend(self.containers.iter().map(|face| face.info));
        all.sort_by_key(|info| info.id);
        all.dedup_by_key(|info| info.id);
        all
    }

    /// What this registry does with the format of this id.
    pub fn faces(&self, id: &str) -> Faces {
        Faces {
            reads: self.readers.iter().any(|face| face.info.id == id)
                || self.containers.iter().any(|face| face.info.id == id),
            writes: self.writers.iter().any(|face| face.info.id == id),
            checks: !self.rules(id).is_empty(),
        }
    }

    /// The rules by which files of the format of this id are checked.
    pub fn rules(&self, id: &str) -> &'static [Rule] {
        self.checkers.iter().find(|face| face.info.id == id).map_or(&[], |face| face.call.rules)
    }

    /// The format with this id, alias or extension.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Usage`] listing the formats that are read or written.
    pub fn format(&self, name: &str) -> Result<&'static FormatInfo> {
        let wanted = name.to_lowercase();
        called(self.formats().into_iter(), |info| info, &wanted).ok_or_else(|| self.unknown(name))
    }

    /// Configures an exporter by id, alias or extension; options are a JSON object.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Usage`] for an unknown format or wrong options.
    pub fn exporter(&self, format: &str, options: Json) -> Result<Box<dyn Exporter>> {
        let writer = self.find(&self.writers, format, "written")?;
        let related = |error| self.with_related_of_json(error, format, &options, Doing::Writing);
        (writer.call)(options.clone()).map_err(related)
    }

    /// Opens a source as a dataset: recognised by content first, by the extension of its name second.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Unsupported`] when no format recognises the bytes; else what its reader says.
    pub fn open(&self, source: &Source<'_>, options: Json, context: &Context) -> Result<Box<dyn Dataset>> {
        let reader = self.reader_of(source, context)?;
        open_with(&reader, &source.with_registry(self), options, context)
    }

    /// Opens a source as a dataset of the named format, whatever it looks like.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Usage`] when the format does not read; else what its reader says.
    pub fn open_as(
        &self,
        format: &str,
        source: &Source<'_>,
        options: Json,
        context: &Context,
    ) -> Result<Box<dyn Dataset>> {
        let reader = self.find(&self.readers, format, "read")?;
        open_with(reader, &source.with_registry(self), options.clone(), context).map_err(|error| {
            let error = self.with_related_of_json(error, format, &options, Doing::Reading);
            let is_of_call = matches!(error.kind(), ErrorKind::Cancelled | ErrorKind::Usage);
            let other = if is_of_call { None } else { self.is_other(reader, source) };
            other.unwrap_or(error)
        })
    }

    /// Checks a source by the rules of its format: recognised by content first, by the extension of its name second.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Unsupported`] when no check recognises the bytes, [`crate::ErrorKind::Io`] when they cannot be read,
    /// [`crate::ErrorKind::Cancelled`].
    pub fn check(&self, source: &Source<'_>, options: &CheckOptions, context: &Context) -> Result<Findings> {
        let head = source.head(Sample::BYTES)?;
        let checker = self.checker(&source.name, &Sample::of(&head), false);
        let checker = checker.filter(|checker| !checker.rules.is_empty()).ok_or_else(|| {
            let known = self.checkers.iter().filter(|face| !face.call.rules.is_empty());
            let known: Vec<&str> = known.map(|face| face.info.id).collect();
            if let Some(foreign) = Foreign::of(&Sample::of(&head)) {
                return foreign.error(&source.name);
            }
            Error::unsupported("this file is in no format that is checked")
                .entry(&source.name)
                .with_hint(format!("formats that are checked: {}", known.join(", ")))
        })?;
        let mut findings = Findings::default();
        checker
            .apply(source, &Checking::new(self, options), &mut findings, context)
            .map_err(|error| error.entry(&source.name))?;
        Ok(findings)
    }

    /// What an archive, folder or compressed stream holds; `None` of anything else.
    ///
    /// # Errors
    /// When the source cannot be read, or is a damaged or hostile archive.
    pub fn contents(
        &self,
        source: &Source<'_>,
        password: Option<&Password>,
        context: &Context,
    ) -> Result<Option<Arc<dyn Files>>> {
        if let Some(files) = &source.contents {
            return Ok(Some(Arc::clone(files)));
        }
        let head = source.head(Sample::BYTES)?;
        let container = recognised(&self.containers, &source.name, &Sample::of(&head));
        let files = container.map(|face| (face.call.files)(source, password, context)).transpose();
        files.map_err(|error| error.entry(&source.name))
    }

    /// What a file describes, if it is one that describes the tables of others. The files with their rows are not opened.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn describe(&self, source: &Source<'_>, context: &Context) -> Result<Option<Description>> {
        let head = source.head(Sample::BYTES)?;
        let Some(face) = recognised(&self.describers, &source.name, &Sample::of(&head)) else {
            return Ok(None);
        };
        let mut description = (face.call)(source, context).map_err(|error| error.entry(&source.name))?;
        description.losses = description.losses.named(face.info.id, |_| Some(source.name.clone()));
        Ok(Some(description))
    }

    /// The formats that are read as data, in the order in which they are asked.
    pub fn readers(&self) -> Vec<&'static str> {
        ids(&self.readers)
    }

    /// The face of the format of this name.
    fn find<'f, C>(&self, faces: &'f [Face<C>], name: &str, done: &str) -> Result<&'f Face<C>> {
        called(faces.iter(), |face| face.info, &name.to_lowercase()).ok_or_else(|| match self.format(name) {
            Ok(info) => Error::usage(format!("the format {} is not {done}", info.id))
                .with_hint(format!("formats that are {done}: {}", ids(faces).join(", "))),
            Err(error) => error,
        })
    }

    fn unknown(&self, name: &str) -> Error {
        let mut known = [ids(&self.writers), ids(&self.readers), ids(&self.checkers)].concat();
        known.sort_unstable();
        known.dedup();
        Error::usage(format!("the format {name:?} is not known")).with_hint(suggest::suggestion(
            name,
            "known formats",
            known,
        ))
    }
}

/// Opens a file; its errors and the losses of its reading name it.
fn open_with(
    reader: &Face<Open>,
    source: &Source<'_>,
    options: Json,
    context: &Context,
) -> Result<Box<dyn Dataset>> {
    if reader.info.media_type.starts_with("text/") && options.get("encoding").is_none() {
        is_text(source)?;
    }
    match (reader.call)(source, options, context) {
        Ok(data) => Ok(Box::new(OpenedDataset::new(data, reader.info.id, source, context))),
        Err(error) => Err(error.entry(&source.name)),
    }
}

/// Refuses to read cells from bytes that hold none: in some encoding nearly all bytes are characters.
fn is_text(source: &Source<'_>) -> Result<()> {
    let head = source.head(Sample::BYTES)?;
    match Foreign::of(&Sample::of(&head)) {
        Some(foreign) if !foreign.is_text() => Err(foreign.error(&source.name)),
        _ if is_binary(&head) => {
            Err(Error::unsupported("it is no text: its bytes are those of a binary file")
                .entry(&source.name)
                .with_hint("save its data as csv or Parquet with the program that made it"))
        }
        _ => Ok(()),
    }
}
