//! Metadata in JSON (section 2 of the fact sheet).

use std::io::BufRead;

use exporter_xml::Position;

use super::reader::MetadataObject;
use crate::fault::Fault;
use crate::json::{Piece, Pieces};
use crate::mode::{Remark, Remarks};
use crate::value::{Object, Value};

/// The most that a document says beside its collections.
const MOST_PROPERTIES: usize = 1000;

pub(super) struct FromJson<R> {
    pieces: Pieces<R>,
    buffer: Vec<u8>,
    /// The list that is open: its name, how many objects it had, and values that are no objects.
    open: Option<Open>,
}

struct Open {
    name: String,
    objects: u64,
    others: Vec<Value>,
}

impl<R: BufRead> FromJson<R> {
    pub(super) fn new(reader: R, most: usize) -> Self {
        Self { pieces: Pieces::new(reader, most), buffer: Vec::new(), open: None }
    }

    pub(super) fn read(
        &mut self,
        header: &mut Object,
        remarks: &mut Remarks,
    ) -> Result<Option<MetadataObject>, Fault> {
        loop {
            let Some(piece) = self.pieces.next(&mut self.buffer)? else { return Ok(None) };
            let position = self.pieces.start();
            match piece {
                Piece::Begin(name) => {
                    let name = name.unwrap_or_default();
                    self.open = Some(Open { name, objects: 0, others: Vec::new() });
                }
                Piece::Element => {
                    let value = self.value(position)?;
                    let Some(open) = &mut self.open else { continue };
                    match value {
                        Value::Object(object) => {
                            let (kind, index) = (open.name.clone(), open.objects);
                            open.objects += 1;
                            return Ok(Some(MetadataObject { kind, index, position, object }));
                        }
                        value => open.others.push(value),
                    }
                }
                Piece::End => {
                    let Some(Open { name, objects, others }) = self.open.take() else { continue };
                    match objects {
                        // A list without objects is no collection, or an empty one.
                        0 => put(header, name, Value::List(others), position)?,
                        _ if !others.is_empty() => {
                            let message = "values that are no objects are left out of the collection";
                            let mut remark = Remark::new(position, message).property(name);
                            remark.count = others.len() as u64;
                            remarks.add(remark);
                        }
                        _ => {}
                    }
                }
                Piece::Property(name) => {
                    let value = self.value(position)?;
                    put(header, name, value, position)?;
                }
            }
        }
    }

    fn value(&self, position: Position) -> Result<Value, Fault> {
        let text = std::str::from_utf8(&self.buffer).map_err(|error| error.to_string());
        let value = text.and_then(|text| Value::from_json(text).map_err(|error| error.to_string()));
        let place = self.open.as_ref().map(|open| format!("object {} of {}: ", open.objects, open.name));
        value.map_err(|error| {
            Fault::new(position, format!("{}it cannot be read: {error}", place.unwrap_or_default()))
        })
    }
}

/// Keeps what a document says beside its collections.
pub(super) fn put(header: &mut Object, name: String, value: Value, position: Position) -> Result<(), Fault> {
    if header.len() >= MOST_PROPERTIES {
        let message = format!("more than {MOST_PROPERTIES} properties stand beside the collections");
        return Err(Fault::new(position, message));
    }
    header.set(name, value);
    Ok(())
}
