//! A JSON document whose outermost object has one long list, element by element, and a header beside it.

use std::fmt;
use std::io::{self, BufRead, Write};

use exporter_xml::Position;

use super::pieces::{Piece, Pieces};
use crate::fault::Fault;
use crate::value::{Object, Value, write_text};

/// The most properties beside the list; DHIS2 knows some twenty.
const MOST_PROPERTIES: usize = 1000;

/// Reads the list of a name, or the outermost one; the other properties are the header, in whatever order they come.
pub(crate) struct OneList<R> {
    pieces: Pieces<R>,
    buffer: Vec<u8>,
    name: &'static str,
    header: Object,
    in_list: bool,
    is_over: bool,
}

impl<R: BufRead> OneList<R> {
    /// Reads a document whose elements and properties have at most so many bytes each.
    pub(crate) fn new(reader: R, most: usize, name: &'static str) -> Self {
        let (pieces, header) = (Pieces::new(reader, most), Object::new());
        Self { pieces, buffer: Vec::new(), name, header, in_list: false, is_over: false }
    }

    /// The properties so far.
    pub(crate) fn header(&self) -> &Object {
        &self.header
    }

    /// Where the element ends that was read last.
    pub(crate) fn position(&self) -> Position {
        self.pieces.position()
    }

    /// Makes something of the next element, of which it is given the text; `None` at the end, and nothing follows an error.
    pub(crate) fn next<T, E: fmt::Display>(
        &mut self,
        make: impl FnOnce(&[u8]) -> Result<T, E>,
    ) -> Result<Option<T>, Fault> {
        let found = match self.element() {
            Ok(Some(at)) => make(&self.buffer).map(Some).map_err(|error| unreadable(at, &error)),
            Ok(None) => Ok(None),
            Err(fault) => Err(fault),
        };
        self.is_over |= !matches!(found, Ok(Some(_)));
        found
    }

    /// The next element as what a value is; a message of those that are something else.
    pub(crate) fn next_value<T>(
        &mut self,
        of: impl FnOnce(Value) -> Option<T>,
        message: &'static str,
    ) -> Result<Option<T>, Fault> {
        self.next(|text| {
            let value = value(text).map_err(|error| error.to_string())?;
            of(value).ok_or_else(|| message.to_owned())
        })
    }

    /// Brings the next element into the buffer, and says where it begins.
    fn element(&mut self) -> Result<Option<Position>, Fault> {
        let mut list: Option<(String, Vec<Value>)> = None;
        while !self.is_over {
            let before = self.pieces.position();
            let Some(piece) = self.pieces.next(&mut self.buffer)? else { break };
            match piece {
                Piece::Begin(Some(name)) if name != self.name => list = Some((name, Vec::new())),
                Piece::Begin(_) => self.in_list = true,
                Piece::Element if self.in_list => return Ok(Some(before)),
                Piece::Element => {
                    let element = value(&self.buffer).map_err(|error| unreadable(before, &error))?;
                    if let Some((_, list)) = &mut list {
                        list.push(element);
                    }
                }
                Piece::End => {
                    self.in_list = false;
                    if let Some((name, list)) = list.take() {
                        self.property(name, list.into(), before)?;
                    }
                }
                Piece::Property(name) => {
                    let property = value(&self.buffer).map_err(|error| unreadable(before, &error))?;
                    self.property(name, property, before)?;
                }
            }
        }
        Ok(None)
    }

    fn property(&mut self, name: String, value: Value, at: Position) -> Result<(), Fault> {
        if name == self.name {
            return match value {
                Value::Null => Ok(()),
                _ => Err(Fault::new(at, format!("{name} is no list"))),
            };
        }
        if self.header.len() >= MOST_PROPERTIES {
            let message = format!("more than {MOST_PROPERTIES} properties stand beside {}", self.name);
            return Err(Fault::new(at, message));
        }
        self.header.set(name, value);
        Ok(())
    }
}

fn value(text: &[u8]) -> serde_json::Result<Value> {
    let text = std::str::from_utf8(text).map_err(serde::de::Error::custom)?;
    Value::from_json(text)
}

fn unreadable(position: Position, error: &dyn fmt::Display) -> Fault {
    Fault::new(position, format!("it cannot be read: {error}"))
}

/// Writes a document whose outermost object has one long list, element by element.
pub(crate) struct OneListWriter<W> {
    writer: W,
    line: Vec<u8>,
    has_one: bool,
}

impl<W: Write> OneListWriter<W> {
    /// Begins a document with its header and the name of the list.
    pub(crate) fn new(mut writer: W, header: &Object, name: &str) -> io::Result<Self> {
        let mut line = vec![b'{'];
        for (known, value) in header.iter().filter(|(known, _)| *known != name) {
            write_text(known, &mut line);
            line.push(b':');
            value.write_json(&mut line);
            line.push(b',');
        }
        write_text(name, &mut line);
        line.extend_from_slice(b":[");
        writer.write_all(&line)?;
        Ok(Self { writer, line, has_one: false })
    }

    /// Writes an element, which is appended to what it is given.
    pub(crate) fn write(&mut self, append: impl FnOnce(&mut Vec<u8>)) -> io::Result<()> {
        self.line.clear();
        self.line.extend_from_slice(if std::mem::replace(&mut self.has_one, true) { b",\n" } else { b"\n" });
        append(&mut self.line);
        self.writer.write_all(&self.line)
    }

    /// Ends the list and the document.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        self.writer.write_all(b"\n]}\n")?;
        self.writer.flush()?;
        Ok(self.writer)
    }
}
