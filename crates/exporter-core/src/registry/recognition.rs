//! Which format a file is in.

use super::face::{Face, has_extension, ids, recognised};
use super::{Checker, Open, Registry};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::foreign::{Foreign, is_binary};
use crate::format::{FormatInfo, Recognition};
use crate::sample::Sample;
use crate::source::Source;

impl Registry {
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
    pub(super) fn is_other(&self, named: &Face<Open>, source: &Source<'_>) -> Option<Error> {
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

    /// The check for bytes of this name and beginning; a damaged beginning does not matter when the extension is known.
    /// There is none for an archive `inside` another.
    pub(crate) fn checker(&self, name: &str, sample: &Sample<'_>, inside: bool) -> Option<Checker> {
        recognised(&self.checkers, name, sample)
            .or_else(|| self.checkers.iter().find(|face| has_extension(face.info, name)).copied())
            .map(|face| face.call)
            .filter(|checker| !(inside && checker.is_archive))
    }

    /// The format that reads a file of this name and beginning.
    pub fn reader(&self, name: &str, sample: &Sample<'_>) -> Option<&'static FormatInfo> {
        recognised(&self.readers, name, sample).map(|face| face.info)
    }

    /// The format of archives that reads one of this name with these entries: of formats whose files are read alike the one that
    /// is `wanted`, else the one that has its extension.
    pub fn archive_reader(
        &self,
        name: &str,
        entries: &[String],
        wanted: Option<&str>,
    ) -> Option<&'static FormatInfo> {
        let read = recognised(&self.readers, name, &Sample::default().with_entries(entries))?;
        let wanted = wanted.and_then(|wanted| self.find(&self.readers, wanted, "read").ok());
        let alike = || self.readers.iter().filter(|face| face.of == read.of);
        let is_wanted = |face: &&Face<Open>| wanted.is_some_and(|wanted| wanted.info.id == face.info.id);
        let is_called = |face: &&Face<Open>| has_extension(face.info, name);
        Some(alike().find(is_wanted).or_else(|| alike().find(is_called)).unwrap_or(&read).info)
    }

    /// Whether files of the format of this id describe the tables of other files.
    pub fn describes(&self, id: &str) -> bool {
        self.describers.iter().any(|face| face.info.id == id)
    }

    /// Whether a file of this name and beginning describes the tables of other files.
    pub fn is_description(&self, name: &str, sample: &Sample<'_>) -> bool {
        recognised(&self.describers, name, sample).is_some()
    }

    /// Whether a file of this name and beginning is an archive or a compressed stream.
    pub fn is_packed(&self, name: &str, sample: &Sample<'_>) -> bool {
        recognised(&self.containers, name, sample).is_some()
    }

    /// Whether a file of this name and beginning is a compressed stream.
    pub fn is_stream(&self, name: &str, sample: &Sample<'_>) -> bool {
        recognised(&self.containers, name, sample).is_some_and(|face| face.call.is_stream)
    }

    pub(super) fn reader_of(&self, source: &Source<'_>, context: &Context) -> Result<Face<Open>> {
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
}
