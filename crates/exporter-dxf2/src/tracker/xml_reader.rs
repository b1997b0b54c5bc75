//! Events, enrolments and tracked entities of the older model as XML.

use std::io::BufRead;

use exporter_xml::{Element, Item as XmlItem, Position, Tag};

use super::check::check;
use super::findings::Findings;
use super::item::{Item, Kind};
use super::model::Model;
use super::names::Part;
use super::rename::to_newer;
use super::xml_forms::{kind_of_element, typed};
use crate::fault::Fault;
use crate::geometry::Geometry;
use crate::mode::{Mode, Remark, Remarks};
use crate::value::{Object, Value};

const TEXT_BESIDE: &str = "a text beside elements or attributes is left out";
/// Properties that an object has at most.
const MOST_PROPERTIES: usize = 1000;
/// Elements within an element that are read: each may be an object in a list, and JSON has no more than twice as many levels.
const DEEPEST: usize = 32;

/// Reads a document object by object. It loads no other file and expands no entity of elements.
pub struct XmlReader<R: BufRead> {
    xml: exporter_xml::XmlReader<R>,
    header: Object,
    /// The kind of the list that is the root.
    root: Option<Kind>,
    position: Position,
    most: usize,
    is_over: bool,
    findings: Findings,
}

impl<R: BufRead> XmlReader<R> {
    /// Reads a document whose objects have at most so many bytes each.
    pub fn new(reader: R, most: usize, mode: Mode) -> Self {
        Self {
            xml: exporter_xml::XmlReader::new(reader),
            header: Object::new(),
            root: None,
            position: Position::of_line(1),
            most,
            is_over: false,
            findings: Findings::new(mode),
        }
    }

    /// What the root says besides its objects, as far as it was read.
    pub fn header(&self) -> &Object {
        &self.header
    }

    /// What a server would refuse or not read, as far as it was read.
    pub fn remarks(&self) -> &Remarks {
        self.findings.remarks()
    }

    /// Where the object begins that was read last.
    pub fn position(&self) -> Position {
        self.position
    }

    /// The next object, in the words of the new tracker.
    ///
    /// # Errors
    /// The document is of no such objects, damaged or cut off, or, in strict mode, a server would refuse it.
    pub fn read(&mut self) -> Result<Option<Item>, Fault> {
        let found = if self.is_over { Ok(None) } else { self.next_item() };
        self.is_over |= !matches!(found, Ok(Some(_)));
        found
    }

    fn next_item(&mut self) -> Result<Option<Item>, Fault> {
        while let Some(item) = self.xml.next_item()? {
            self.position = self.xml.position();
            let tag = match item {
                XmlItem::Start(tag) => tag,
                XmlItem::Text(text) if !text.trim().is_empty() => {
                    let name = self.root.map_or("", |kind| kind.list(Model::Older));
                    self.findings.found(Remark::new(self.position, TEXT_BESIDE).property(name).loss())?;
                    continue;
                }
                _ => continue,
            };
            let Some(root) = self.root else {
                let kind = kind_of_element(&tag.name);
                self.root =
                    kind.or_else(|| Kind::of_list(&tag.name).filter(|_| tag.name != "trackedEntities"));
                if self.root.is_none() {
                    let roots = Kind::ALL.map(|kind| kind.list(Model::Older)).join(", ");
                    let message = format!("the root is <{}>, and none of {roots}", tag.name);
                    return Err(Fault::new(self.position, message));
                }
                if let Some(kind) = kind {
                    return self.item(kind, tag).map(Some);
                }
                for (name, value) in tag.attributes {
                    self.keep(name, value.into())?;
                }
                continue;
            };
            match kind_of_element(&tag.name) {
                Some(kind) if kind == root => return self.item(kind, tag).map(Some),
                _ => {
                    let element = self.element(tag)?;
                    let value = self.generic(&element)?;
                    self.keep(element.name.into_owned(), value)?;
                }
            }
        }
        self.oddities()?;
        Ok(None)
    }

    fn element(&mut self, tag: Tag) -> Result<Element, Fault> {
        let element = self.xml.element(tag, self.most)?;
        if levels(&element) > DEEPEST {
            let message = format!("elements stand within one another more than {DEEPEST} times");
            return Err(Fault::new(self.position, message));
        }
        Ok(element)
    }

    fn oddities(&mut self) -> Result<(), Fault> {
        for (position, _) in self.xml.take_oddities() {
            let message = "the document is no sound XML, and is read nevertheless";
            self.findings.found(Remark::new(position, message))?;
        }
        Ok(())
    }

    fn keep(&mut self, name: String, value: Value) -> Result<(), Fault> {
        let position = self.position;
        set(&mut self.header, &name, value).map_err(|message| Fault::new(position, message))
    }

    fn item(&mut self, kind: Kind, tag: Tag) -> Result<Item, Fault> {
        let element = self.element(tag)?;
        self.oddities()?;
        let object = self.object(&element, kind.into())?;
        let mut item = Item::new(kind, object);
        to_newer(&mut item.object, kind.into());
        check(&item, true, self.position, &mut self.findings)?;
        self.findings.pass(kind);
        Ok(item)
    }

    /// An object of the older model.
    fn object(&mut self, element: &Element, part: Part) -> Result<Object, Fault> {
        let mut object = Object::new();
        self.attributes(element, &mut object)?;
        for child in element.elements() {
            let name = child.name.as_ref();
            let value = match part.part_of_older(name) {
                Some((part, Some(_))) => {
                    self.no_text(child)?;
                    let list = child.elements().map(|item| self.object(item, part).map(Value::Object));
                    Value::List(list.collect::<Result<_, _>>()?)
                }
                // An identifier may stand there alone.
                Some((part, None)) if child.elements().next().is_some() || !child.attributes.is_empty() => {
                    self.object(child, part)?.into()
                }
                _ if name == "geometry" => self.geometry(child)?,
                _ => self.generic(child)?,
            };
            self.put(&mut object, name, value)?;
        }
        self.no_text(element)?;
        Ok(object)
    }

    fn attributes(&mut self, element: &Element, object: &mut Object) -> Result<(), Fault> {
        for (name, value) in &element.attributes {
            self.put(object, name, typed(name, value.clone()))?;
        }
        Ok(())
    }

    fn put(&self, object: &mut Object, name: &str, value: Value) -> Result<(), Fault> {
        set(object, name, value).map_err(|message| Fault::new(self.position, message))
    }

    /// What is no text and no object of the model: a text, or an object of what is in it.
    fn generic(&mut self, element: &Element) -> Result<Value, Fault> {
        if element.elements().next().is_none() && element.attributes.is_empty() {
            return Ok(typed(&element.name, element.own_text().into_owned()));
        }
        let mut object = Object::new();
        self.attributes(element, &mut object)?;
        for child in element.elements() {
            let value = self.generic(child)?;
            self.put(&mut object, &child.name, value)?;
        }
        self.no_text(element)?;
        Ok(object.into())
    }

    /// What is no geometry is kept as it is, which is remarked when the object is checked.
    fn geometry(&mut self, element: &Element) -> Result<Value, Fault> {
        match Geometry::of_element(element) {
            Some(geometry) => Ok(geometry.to_geojson()),
            None => self.generic(element),
        }
    }

    fn no_text(&mut self, element: &Element) -> Result<(), Fault> {
        if element.own_text().trim().is_empty() {
            return Ok(());
        }
        let remark = Remark::new(self.position, TEXT_BESIDE).loss();
        self.findings.found(remark.property(element.name.as_ref()))
    }
}

/// How deep elements stand within one another.
fn levels(element: &Element) -> usize {
    1 + element.elements().map(levels).max().unwrap_or_default()
}

/// Sets a property; what is there more than once becomes a list.
fn set(object: &mut Object, name: &str, value: Value) -> Result<(), String> {
    let count = object.len();
    match (object.get_mut(name), value) {
        (Some(Value::List(list)), Value::List(others)) => list.extend(others),
        (Some(Value::List(list)), value) => list.push(value),
        (Some(other), value) => {
            let first = std::mem::replace(other, Value::Null);
            *other = Value::List(vec![first, value]);
        }
        (None, _) if count >= MOST_PROPERTIES => {
            return Err(format!("an object has more than {MOST_PROPERTIES} properties"));
        }
        (None, value) => object.set(name, value),
    }
    Ok(())
}
