//! XML of flat elements whose attributes say everything: read through quick-xml without trees, since files have millions of them.

use std::borrow::Cow;
use std::io::BufRead;

use exporter_xml::{Counted, Decoded, Position, entity_of};
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use crate::fault::Fault;

/// Elements within elements that are read.
const DEEPEST: usize = 64;

/// What comes next.
pub(crate) enum Part<'b> {
    /// An element begins.
    Start(Tag<'b>),
    /// An element ends.
    End,
    /// Text in an element.
    Text(Cow<'b, str>),
    /// Something that says nothing, such as a comment.
    Nothing,
}

/// The beginning of an element.
pub(crate) struct Tag<'b> {
    start: BytesStart<'b>,
    /// Elements around it.
    pub(crate) depth: usize,
    pub(crate) position: Position,
}

impl Tag<'_> {
    /// Name without prefix.
    pub(crate) fn name(&self) -> &str {
        self.start.local_name().into_inner()
    }

    /// Gives the attributes one by one. Those with a prefix are of other namespaces and about the document, not the data.
    pub(crate) fn attributes(
        &self,
        mut each: impl FnMut(&str, &str) -> Result<(), String>,
    ) -> Result<(), Fault> {
        let fault = |message: String| Fault::new(self.position, format!("<{}>: {message}", self.name()));
        // Who takes them finds those that are there twice.
        for attribute in self.start.attributes().with_checks(false) {
            let attribute =
                attribute.map_err(|error| fault(format!("an attribute cannot be read: {error}")))?;
            let name = attribute.key.0;
            if name == "xmlns" || attribute.key.prefix().is_some() {
                continue;
            }
            // Nearly no value has anything that stands for something else.
            if !attribute.value.bytes().any(|byte| matches!(byte, b'&' | b'\t' | b'\n' | b'\r')) {
                each(name, &attribute.value).map_err(fault)?;
                continue;
            }
            let value = attribute
                .normalized_value_with(XmlVersion::Implicit1_0, 1, entity_of)
                .map_err(|error| fault(format!("{name} cannot be read: {error}; no entity is expanded")))?;
            each(name, &value).map_err(fault)?;
        }
        Ok(())
    }
}

/// Reads a document part by part.
pub(crate) struct Flat<R: BufRead> {
    reader: Reader<Counted<Decoded<R>>>,
    buffer: Vec<u8>,
    depth: usize,
    /// Whether the element that began last is empty and ends now.
    is_empty: bool,
    has_root: bool,
    at_end: bool,
    most: usize,
}

impl<R: BufRead> Flat<R> {
    /// Reads a document whose tags and texts have at most so many bytes.
    pub(crate) fn new(bytes: R, most: usize) -> Self {
        let mut reader = Reader::from_reader(Counted::new(Decoded::new(bytes)));
        let config = reader.config_mut();
        config.allow_dangling_amp = true;
        Self { reader, buffer: Vec::new(), depth: 0, is_empty: false, has_root: false, at_end: false, most }
    }

    /// The first line with bytes that are none of the document's encoding.
    pub(crate) fn malformed(&self) -> Option<u64> {
        self.reader.get_ref().inner().malformed()
    }

    /// The next part; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Part<'_>>, Fault> {
        if self.at_end {
            return Ok(None);
        }
        if std::mem::take(&mut self.is_empty) {
            self.depth = self.depth.saturating_sub(1);
            return Ok(Some(Part::End));
        }
        self.buffer.clear();
        self.reader.get_mut().allow(self.most.saturating_add(1));
        let position = self.reader.get_ref().position();
        let event = match self.reader.read_event_into(&mut self.buffer) {
            Ok(event) => event,
            Err(error) => {
                self.at_end = true;
                return Err(fault_of(error, position, self.most));
            }
        };
        let fault = |message: &str| Err(Fault::new(position, message));
        self.is_empty = matches!(event, Event::Empty(_));
        Ok(Some(match event {
            Event::Start(start) | Event::Empty(start) => {
                let depth = self.depth;
                if depth == 0 && std::mem::replace(&mut self.has_root, true) {
                    return fault("something follows the end of the document");
                }
                if depth >= DEEPEST {
                    return fault("elements stand within one another more than 64 times");
                }
                self.depth += 1;
                Part::Start(Tag { start, depth, position })
            }
            Event::End(_) => {
                self.depth = self.depth.saturating_sub(1);
                Part::End
            }
            Event::Text(text) => Part::Text(text.xml10_content()),
            Event::CData(text) => Part::Text(text.xml10_content()),
            Event::GeneralRef(reference) => match reference.resolve_char_ref() {
                Ok(Some(one)) => Part::Text(one.to_string().into()),
                Ok(None) => match entity_of(&reference.xml10_content()) {
                    Some(text) => Part::Text(text.into()),
                    None => return fault("an entity that is none of XML is not expanded"),
                },
                Err(error) => return fault(&error.to_string()),
            },
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) | Event::DocType(_) => Part::Nothing,
            Event::Eof => {
                self.at_end = true;
                if self.depth > 0 || !self.has_root {
                    let message = "the document ends here, and is not complete";
                    return Err(Fault { is_cut: true, ..Fault::new(position, message) });
                }
                return Ok(None);
            }
        }))
    }
}

fn fault_of(error: quick_xml::Error, position: Position, most: usize) -> Fault {
    match error {
        quick_xml::Error::Io(source) if source.kind() == std::io::ErrorKind::FileTooLarge => {
            let message =
                format!("a tag or text is longer than {most} bytes, which is the most that is read");
            Fault::new(position, message)
        }
        quick_xml::Error::Io(source) => {
            let source = std::io::Error::new(source.kind(), source.to_string());
            Fault { source: Some(source), ..Fault::new(position, "the bytes cannot be read") }
        }
        // All of these are of what is not ended.
        quick_xml::Error::Syntax(error) => Fault { is_cut: true, ..Fault::new(position, error.to_string()) },
        error => Fault::new(position, error.to_string()),
    }
}
