//! Formats by name: a value that any program builds and extends.

mod common;
mod options;
mod related;

use std::fmt;
use std::io;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value as Json;

use crate::check::{Check, CheckOptions, Checked, Checking, Findings, Rule};
use crate::context::{Cancel, Context};
use crate::dataset::{Dataset, OpenedDataset};
use crate::error::{Error, ErrorKind, Result};
use crate::exporter::Exporter;
use crate::foreign::{Foreign, is_binary};
use crate::format::{Container, Describe, Description, Format, FormatInfo, Input, Recognition};
use crate::password::Password;
use crate::sample::Sample;
use crate::source::{Files, ReadAt, Source};
use crate::suggest;
pub use common::COMMON_OPTIONS;
use common::Common;
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
type Apply = fn(&Source<'_>, &Checking<'_>, &mut Findings, &Context) -> Result<Checked>;

/// One face of a format.
#[derive(Clone, Copy)]
struct Face<C> {
    info: &'static FormatInfo,
    /// The format that recognises its files, which is another one where they differ in how they are written alone.
    of: &'static str,
    recognise: fn(&Sample<'_>) -> Recognition,
    call: C,
}

/// What unpacks a format.
#[derive(Clone, Copy)]
struct Unpacker {
    files: Unpack,
    is_stream: bool,
}

/// A check of a format.
#[derive(Clone, Copy)]
pub(crate) struct Checker {
    apply: Apply,
    rules: &'static [Rule],
    is_archive: bool,
    pub(crate) looks_beside: bool,
}

impl Checker {
    /// Checks a source; reading from it fails once the context is cancelled, so that every check ends then.
    pub(crate) fn apply(
        self,
        source: &Source<'_>,
        checking: &Checking<'_>,
        findings: &mut Findings,
        context: &Context,
    ) -> Result<Checked> {
        let bytes = UntilCancelled { bytes: Arc::clone(&source.bytes), cancel: context.cancel().clone() };
        let source = source.with_registry(checking.registry()).with_bytes(Arc::new(bytes));
        let checked = (self.apply)(&source, checking, findings, context);
        context.cancel().check().and(checked)
    }
}

/// Bytes that cannot be read any more once something is cancelled.
#[derive(Debug)]
struct UntilCancelled {
    bytes: Arc<dyn ReadAt>,
    cancel: Cancel,
}

impl ReadAt for UntilCancelled {
    fn len(&self) -> u64 {
        self.bytes.len()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.cancel.check().map_err(io::Error::other)?;
        self.bytes.read_at(offset, buffer)
    }
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

    /// The format that a source is surely in, by its content: of delimited text nothing is sure.
    pub fn sure_format(&self, source: &Source<'_>) -> Option<&'static FormatInfo> {
        let head = source.head(Sample::BYTES).ok()?;
        let sample = Sample::of(&head);
        let sure = self.readers.iter().find(|face| (face.recognise)(&sample) == Recognition::Yes);
        sure.map(|face| face.info)
    }

    /// The format that a source is in where one is named for it: the named one, unless the content of the source surely is
    /// in another. Of formats that their content shows, what neither shows this nor is called so is what it is called.
    pub fn other_format(&self, named: &str, source: &Source<'_>) -> Option<&'static FormatInfo> {
        let named = self.find(&self.readers, named, "read").ok()?;
        let head = source.head(Sample::BYTES).ok()?;
        let sample = Sample::of(&head);
        let sure = self.readers.iter().find(|face| (face.recognise)(&sample) == Recognition::Yes);
        let is_shown = !named.info.media_type.starts_with("text/");
        let called = || recognised(&self.readers, &source.name, &sample);
        let own = sure
            .copied()
            .or_else(|| called().filter(|_| is_shown && !has_extension(named.info, &source.name)))?;
        (own.info.id != named.info.id && own.info.id != named.of).then_some(own.info)
    }

    /// The error of a source that is in another format than the one that was named.
    fn is_other(&self, named: &Face<Open>, source: &Source<'_>) -> Option<Error> {
        // By its extension alone a damaged file may be of the format that was named.
        let own = self.other_format(named.info.id, source)?;
        let message = format!("the format of this file is {}, not {}", own.id, named.info.id);
        let hint = format!("read it with --from {}, or leave --from out", own.id);
        Some(Error::unsupported(message).entry(&source.name).with_hint(hint))
    }

    /// The format that a source is in.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Io`] when it cannot be read, [`crate::ErrorKind::Unsupported`] when no format recognises it.
    pub fn recognise(&self, source: &Source<'_>, context: &Context) -> Result<&'static FormatInfo> {
        Ok(self.reader_of(source, context)?.info)
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

    /// The check for bytes of this name and beginning; a damaged beginning does not matter when the extension is known.
    /// There is none for an archive `inside` another.
    pub(crate) fn checker(&self, name: &str, sample: &Sample<'_>, inside: bool) -> Option<Checker> {
        recognised(&self.checkers, name, sample)
            .or_else(|| self.checkers.iter().find(|face| has_extension(face.info, name)).copied())
            .map(|face| face.call)
            .filter(|checker| !(inside && checker.is_archive))
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

    /// The format that reads a file of this name and beginning.
    pub fn reader(&self, name: &str, sample: &Sample<'_>) -> Option<&'static FormatInfo> {
        recognised(&self.readers, name, sample).map(|face| face.info)
    }

    /// Whether files of the format of this id describe the tables of other files.
    pub fn describes(&self, id: &str) -> bool {
        self.describers.iter().any(|face| face.info.id == id)
    }

    /// Whether a file of this name and beginning describes the tables of other files.
    pub fn is_description(&self, name: &str, sample: &Sample<'_>) -> bool {
        recognised(&self.describers, name, sample).is_some()
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

    /// Whether a file of this name and beginning is an archive or a compressed stream.
    pub fn is_packed(&self, name: &str, sample: &Sample<'_>) -> bool {
        recognised(&self.containers, name, sample).is_some()
    }

    /// Whether a file of this name and beginning is a compressed stream.
    pub fn is_stream(&self, name: &str, sample: &Sample<'_>) -> bool {
        recognised(&self.containers, name, sample).is_some_and(|face| face.call.is_stream)
    }

    fn reader_of(&self, source: &Source<'_>, context: &Context) -> Result<Face<Open>> {
        let head = source.head(Sample::BYTES)?;
        let entries = source.contents.as_ref().map(|files| files.paths(context)).transpose()?;
        let entries = entries.unwrap_or_default();
        let sample = Sample::of(&head).with_entries(&entries);
        recognised(&self.readers, &source.name, &sample).ok_or_else(|| {
            if head.is_empty() && source.contents.is_none() {
                return Error::invalid("this file is empty").entry(&source.name);
            }
            if let Some(foreign) = Foreign::of(&sample) {
                return foreign.error(&source.name);
            }
            let known = ids(&self.readers).join(", ");
            let hint = match is_binary(&head) {
                true => format!("save its data in a format that is read: {known}"),
                false => format!("if it is delimited text: --from csv; formats that are read: {known}"),
            };
            Error::unsupported("this file is in no known format").entry(&source.name).with_hint(hint)
        })
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

fn ids<C>(faces: &[Face<C>]) -> Vec<&'static str> {
    faces.iter().map(|face| face.info.id).collect()
}

/// Adds a face in place of that of the same format.
fn put<C>(faces: &mut Vec<Face<C>>, face: Face<C>) {
    faces.retain(|known| known.info.id != face.info.id);
    faces.push(face);
}

/// What the format of a file does: the first that is sure, or the first that is not and has the file's extension. Of an
/// archive or folder the extension says nothing about what is in it.
fn recognised<C: Copy>(faces: &[Face<C>], name: &str, sample: &Sample<'_>) -> Option<Face<C>> {
    let sure = faces.iter().find(|face| (face.recognise)(sample) == Recognition::Yes);
    let maybe =
        |face: &&Face<C>| has_extension(face.info, name) && (face.recognise)(sample) == Recognition::Maybe;
    sure.or_else(|| faces.iter().filter(|_| sample.entries.is_empty()).find(maybe)).copied()
}

/// Whether a file of this name has one of the format's extensions.
fn has_extension(info: &FormatInfo, name: &str) -> bool {
    let name = name.to_lowercase();
    info.extensions
        .iter()
        .any(|extension| name.strip_suffix(&extension.to_lowercase()).is_some_and(|stem| stem.ends_with('.')))
}

/// The format of this name: an identifier goes before an alias of another format, that before an extension.
fn called<T: Copy>(
    formats: impl Iterator<Item = T> + Clone,
    info: impl Fn(T) -> &'static FormatInfo,
    name: &str,
) -> Option<T> {
    let by = |answers: &dyn Fn(&FormatInfo) -> bool| formats.clone().find(|format| answers(info(*format)));
    by(&|info| info.id == name)
        .or_else(|| by(&|info| info.aliases.contains(&name)))
        .or_else(|| by(&|info| info.extensions.contains(&name)))
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
