//! Metadata as JSON (section 2).

use std::io::BufRead;

use exporter_xml::Position;

use super::part::{MetadataObject, Part};
use super::types::type_of;
use crate::fault::Fault;
use crate::findings::Findings;
use crate::json::{Piece, Pieces};
use crate::mode::Remark;
use crate::value::Value;

/// Bytes that a list beside the collections has at most, such as a `date` of single characters.
const MOST_OF_LIST: usize = 1 << 20;

/// The parts of a document in JSON.
pub(super) struct JsonParts<R> {
    pieces: Pieces<R>,
    buffer: Vec<u8>,
    open: Open,
}

/// The array that is open.
enum Open {
    Nothing,
    /// An array of an unknown name, of which nothing was read yet.
    Unknown(String),
    /// A list that is no collection, and its bytes.
    List(String, Vec<Value>, usize),
    Collection(String, u64),
}

impl<R: BufRead> JsonParts<R> {
    pub(super) fn new(reader: R, most: usize) -> Self {
        Self { pieces: Pieces::new(reader, most), buffer: Vec::new(), open: Open::Nothing }
    }

    pub(super) fn position(&self) -> Position {
        self.pieces.position()
    }

    /// The next part; `None` at the end.
    pub(super) fn next(&mut self, findings: &mut Findings) -> Result<Option<Part>, Fault> {
        loop {
            let before = self.pieces.position();
            let Some(piece) = self.pieces.next(&mut self.buffer)? else { return Ok(None) };
            // The brackets of arrays are no values.
            let at = if self.buffer.is_empty() { before } else { self.pieces.start() };
            match piece {
                Piece::Property(name) => {
                    let value = self.value(at)?;
                    if type_of(&name).is_some() && value != Value::Null {
                        let message = "a collection is an array: kept as a property of the document";
                        findings.refuse(Remark::new(at, message).property(&*name))?;
                    }
                    return Ok(Some(Part::Property(name, value)));
                }
                Piece::Begin(None) => {
                    return Err(Fault::new(
                        at,
                        "metadata is an object whose properties are collections, and this is an array",
                    ));
                }
                Piece::Begin(Some(name)) if type_of(&name).is_some() => {
                    self.open = Open::Collection(name.clone(), 0);
                    return Ok(Some(Part::Collection(name)));
                }
                Piece::Begin(Some(name)) => self.open = Open::Unknown(name),
                Piece::End => match self.take_open() {
                    // Whether an empty one is a collection does not show, and makes no difference.
                    Open::Unknown(name) => return Ok(Some(Part::Collection(name))),
                    Open::List(name, values, _) => return Ok(Some(Part::Property(name, values.into()))),
                    Open::Nothing | Open::Collection(..) => {}
                },
                Piece::Element => {
                    let value = self.value(at)?;
                    match (self.take_open(), value) {
                        (Open::Collection(kind, index), Value::Object(object)) => {
                            self.open = Open::Collection(kind.clone(), index + 1);
                            let position = at;
                            return Ok(Some(Part::Object(MetadataObject { kind, index, position, object })));
                        }
                        (Open::Collection(kind, index), _) => {
                            let message = "an element of the collection is no object: left out";
                            let remark = Remark::new(at, message).object(index, None).property(&*kind);
                            findings.refuse(remark.loss())?;
                            self.open = Open::Collection(kind, index + 1);
                        }
                        (Open::Unknown(kind), Value::Object(object)) => {
                            // Its beginning is told by the object.
                            self.open = Open::Collection(kind.clone(), 1);
                            let position = at;
                            return Ok(Some(Part::Object(MetadataObject {
                                kind,
                                index: 0,
                                position,
                                object,
                            })));
                        }
                        (Open::Unknown(name), value) => {
                            self.open = Open::List(name, vec![value], self.buffer.len());
                        }
                        (Open::List(name, mut values, size), value) => {
                            let size = size + self.buffer.len();
                            if size > MOST_OF_LIST {
                                let message =
                                    format!("the list {name:?} is longer than {MOST_OF_LIST} bytes");
                                return Err(Fault::new(at, message));
                            }
                            values.push(value);
                            self.open = Open::List(name, values, size);
                        }
                        (Open::Nothing, _) => {}
                    }
                }
            }
        }
    }

    fn take_open(&mut self) -> Open {
        std::mem::replace(&mut self.open, Open::Nothing)
    }

    fn value(&self, at: Position) -> Result<Value, Fault> {
        let text = std::str::from_utf8(&self.buffer).map_err(|error| error.to_string());
        text.and_then(|text| Value::from_json(text).map_err(|error| error.to_string())).map_err(|error| {
            let of = match &self.open {
                Open::Collection(kind, index) => format!("object {index} of {kind} cannot be read: {error}"),
                _ => format!("it cannot be read: {error}"),
            };
            Fault::new(at, of)
        })
    }
}
