//! Tracker data as JSON, in either model.

use std::fmt;
use std::io::BufRead;

use exporter_xml::Position;

use super::check::check;
use super::findings::Findings;
use super::item::{Item, Kind};
use super::rename::to_newer;
use crate::fault::Fault;
use crate::json::{Piece, Pieces};
use crate::mode::{Mode, Remark, Remarks};
use crate::value::{Object, Value};

/// The name that the list of an export has until 2.40, whatever is in it.
pub(super) const INSTANCES: &str = "instances";
/// The most that a document says besides its lists.
const MOST_PROPERTIES: usize = 1000;

/// Reads a document object by object: lists of any kinds, or a single object without one.
pub struct JsonReader<R> {
    pieces: Pieces<R>,
    buffer: Vec<u8>,
    header: Object,
    /// Bytes of the header.
    size: usize,
    most: usize,
    list: List,
    /// Whether the document is one object, and no lists of them.
    is_bare: bool,
    has_items: bool,
    is_over: bool,
    findings: Findings,
}

/// The list that is open.
enum List {
    None,
    /// Objects, of this kind where the name says it.
    Items(Option<Kind>),
    /// A property.
    Other(String, Vec<Value>),
}

impl<R: BufRead> JsonReader<R> {
    /// Reads a document whose objects have at most so many bytes each.
    pub fn new(reader: R, most: usize, mode: Mode) -> Self {
        Self {
            pieces: Pieces::new(reader, most),
            buffer: Vec::new(),
            header: Object::new(),
            size: 0,
            most,
            list: List::None,
            is_bare: false,
            has_items: false,
            is_over: false,
            findings: Findings::new(mode),
        }
    }

    /// What the document says besides its objects, such as `pager`, as far as it was read. An empty list stands in the place of each
    /// list of objects.
    pub fn header(&self) -> &Object {
        &self.header
    }

    /// What a server would refuse, as far as it was read.
    pub fn remarks(&self) -> &Remarks {
        self.findings.remarks()
    }

    /// Where the object ends that was read last.
    pub fn position(&self) -> Position {
        self.pieces.position()
    }

    /// The next object, in the words of the new tracker.
    ///
    /// # Errors
    /// The document is no JSON or cut off, an element is no object, its kind is unclear, or, in strict mode, a server would refuse it.
    pub fn read(&mut self) -> Result<Option<Item>, Fault> {
        let found = self.next_item();
        self.is_over |= !matches!(found, Ok(Some(_)));
        found
    }

    fn next_item(&mut self) -> Result<Option<Item>, Fault> {
        while !self.is_over {
            let before = self.pieces.position();
            let Some(piece) = self.pieces.next(&mut self.buffer)? else { return self.bare(before) };
            match piece {
                Piece::Begin(None) => self.list = List::Items(None),
                Piece::Begin(Some(name)) => {
                    let kind = Kind::of_list(&name);
                    if !self.is_bare && (kind.is_some() || name == INSTANCES) {
                        self.property(name, Value::List(Vec::new()), before)?;
                        self.list = List::Items(kind);
                    } else {
                        self.list = List::Other(name, Vec::new());
                    }
                }
                Piece::Element => {
                    let value = self.value(before)?;
                    match &mut self.list {
                        List::Items(kind) => {
                            let kind = *kind;
                            self.has_items = true;
                            return self.item(kind, value, before).map(Some);
                        }
                        List::Other(_, values) => {
                            values.push(value);
                            self.count(before)?;
                        }
                        List::None => {}
                    }
                }
                Piece::End => {
                    if let List::Other(name, values) = std::mem::replace(&mut self.list, List::None) {
                        self.property(name, values.into(), before)?;
                    }
                }
                Piece::Property(name) => {
                    let value = self.value(before)?;
                    self.count(before)?;
                    self.property(name, value, before)?;
                }
            }
        }
        Ok(None)
    }

    /// What stands beside the lists is in memory, and must not fill it.
    fn count(&mut self, at: Position) -> Result<(), Fault> {
        self.size += self.buffer.len() + 1;
        if self.size > self.most {
            let message = format!("more than {} bytes stand beside the lists of objects", self.most);
            return Err(Fault::new(at, message));
        }
        Ok(())
    }

    /// Keeps what stands beside the lists; it may be a property of a single object.
    fn property(&mut self, name: String, value: Value, at: Position) -> Result<(), Fault> {
        if self.header.len() >= MOST_PROPERTIES {
            let message = format!("more than {MOST_PROPERTIES} properties stand beside the lists of objects");
            return Err(Fault::new(at, message));
        }
        let is_list = name == INSTANCES || Kind::of_list(&name).is_some();
        if is_list && !self.is_bare && !matches!(value, Value::List(_) | Value::Null) {
            return Err(Fault::new(at, format!("{name} is no list of objects")));
        }
        if is_of_object(&name) {
            self.is_bare |= !self.has_items;
            if self.has_items {
                let message = "a property of an object beside a list of objects: kept beside it";
                self.findings.found(Remark::new(at, message).property(name.as_str()))?;
            }
        }
        if self.header.get(&name).is_some() {
            self.findings.found(
                Remark::new(at, "it is there twice: the last is kept").property(name.as_str()).loss(),
            )?;
        }
        self.header.set(name, value);
        Ok(())
    }

    /// The single object of a document without lists.
    fn bare(&mut self, at: Position) -> Result<Option<Item>, Fault> {
        if self.is_bare {
            self.is_bare = false;
            self.is_over = true;
            let object = std::mem::take(&mut self.header);
            return self.item(None, object.into(), at).map(Some);
        }
        let has_lists =
            self.header.iter().any(|(name, _)| name == INSTANCES || Kind::of_list(name).is_some());
        if !self.has_items && !has_lists && !self.header.is_empty() {
            let message =
                "the document has no list such as trackedEntities, enrollments, events or relationships";
            self.findings.found(Remark::new(at, message))?;
        }
        Ok(None)
    }

    fn item(&mut self, kind: Option<Kind>, value: Value, at: Position) -> Result<Item, Fault> {
        let Value::Object(object) = value else {
            return Err(Fault::new(at, "an element of a list is no object"));
        };
        let kind = kind.or_else(|| Kind::of_object(&object)).ok_or_else(|| {
            let ids = Kind::ALL.map(Kind::id_property).join(", ");
            Fault::new(at, format!("it is unclear what the object is; give it one of the properties {ids}"))
        })?;
        let mut item = Item::new(kind, object);
        let was_older = to_newer(&mut item.object, kind.into());
        check(&item, was_older, at, &mut self.findings)?;
        self.findings.pass(kind);
        Ok(item)
    }

    fn value(&self, at: Position) -> Result<Value, Fault> {
        let fault = |error: &dyn fmt::Display| Fault::new(at, format!("it cannot be read: {error}"));
        let text = std::str::from_utf8(&self.buffer).map_err(|error| fault(&error))?;
        Value::from_json(text).map_err(|error| fault(&error))
    }
}

/// Properties of objects that no document has beside its lists.
const OF_OBJECTS: [&str; 34] = [
    "trackedEntityInstance",
    "trackedEntityType",
    "relationshipType",
    "programStage",
    "orgUnit",
    "orgUnitName",
    "enrolledAt",
    "enrollmentDate",
    "enrollmentStatus",
    "occurredAt",
    "eventDate",
    "incidentDate",
    "scheduledAt",
    "dueDate",
    "completedAt",
    "completedDate",
    "completedBy",
    "storedBy",
    "createdAt",
    "updatedAt",
    "deleted",
    "inactive",
    "potentialDuplicate",
    "followUp",
    "followup",
    "href",
    "geometry",
    "coordinate",
    "featureType",
    "coordinates",
    "assignedUser",
    "dataValues",
    "attributes",
    "notes",
];

fn is_of_object(name: &str) -> bool {
    Kind::ALL.iter().any(|kind| kind.id_property() == name) || OF_OBJECTS.contains(&name)
}
