//! Elements of XML as values (section 3).
//!
//! Whether an element is a list or an object stands in the table of properties. Of an element that is not in it, several children
//! of one name, or one child whose name is its singular, are a list.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use exporter_xml::{Element, Position};

use super::geometry::is_number;
use super::types::{Kind, property_of, singular};
use crate::fault::Fault;
use crate::findings::Findings;
use crate::geometry::Geometry;
use crate::mode::Remark;
use crate::value::{Object, Value};

/// Reads elements, and tells of what is odd about them where the object stands that they are in.
pub(super) struct FromElements<'f> {
    pub(super) findings: &'f mut Findings,
    pub(super) position: Position,
    /// The place of the object, where it is one of a collection.
    pub(super) index: Option<u64>,
    /// The identifier of the object.
    pub(super) id: Option<String>,
}

impl FromElements<'_> {
    /// The properties of an element: its attributes, and the elements in it.
    pub(super) fn object(&mut self, element: &Element, holder: &str) -> Result<Object, Fault> {
        let mut properties = Building::default();
        for (name, text) in &element.attributes {
            if name.contains(':') {
                self.lost(name, "an attribute of another namespace is left out");
                continue;
            }
            let value = plain(property_of(holder, name).map(|property| property.kind), text);
            self.add(&mut properties, name, value)?;
        }
        for child in element.elements() {
            let value = self.value(child, holder)?;
            self.add(&mut properties, &child.name, value)?;
        }
        if !element.own_text().trim().is_empty() {
            let remark = self.remark(&element.name, "a text between elements is left out");
            self.findings.refuse(remark.loss())?;
        }
        Ok(Object::of_distinct(properties.properties))
    }

    /// Adds a property; what is there already becomes a list with what comes.
    fn add(&mut self, to: &mut Building, name: &str, value: Value) -> Result<(), Fault> {
        match to.places.entry(name.to_owned()) {
            Entry::Vacant(place) => {
                place.insert(to.properties.len());
                to.properties.push((name.to_owned(), value));
            }
            Entry::Occupied(place) => {
                let Some((_, known)) = to.properties.get_mut(*place.get()) else { return Ok(()) };
                match (&mut *known, value) {
                    (Value::List(known), Value::List(more)) => known.extend(more),
                    (Value::List(known), one) => known.push(one),
                    (_, value) => {
                        let first = std::mem::replace(known, Value::Null);
                        *known = Value::List(vec![first, value]);
                    }
                }
                self.refuse(name, "E4054: the property is there twice: kept as a list")?;
            }
        }
        Ok(())
    }

    /// What a child element of a holder says.
    pub(super) fn value(&mut self, element: &Element, holder: &str) -> Result<Value, Fault> {
        let name = &*element.name;
        if name == "geometry" {
            return self.geometry(element);
        }
        let Some(property) = property_of(holder, name) else { return self.by_shape(element) };
        let has_text = is_leaf(element) && !element.own_text().trim().is_empty();
        Ok(match property.kind {
            kind if kind.is_plain() && is_leaf(element) => plain(Some(kind), &element.own_text()),
            kind if kind.is_plain() => self.by_shape(element)?,
            _ if has_text => plain(Some(Kind::Text), &element.own_text()),
            kind @ (Kind::Texts | Kind::Numbers) => {
                let kind = if kind == Kind::Texts { Kind::Text } else { Kind::Number };
                self.items(element, |reader, item| match is_leaf(item) {
                    true => Ok(plain(Some(kind), &item.own_text())),
                    false => reader.by_shape(item),
                })?
            }
            kind if kind.is_list() => {
                self.items(element, |reader, item| match is_leaf(item) && !item.own_text().is_empty() {
                    true => Ok(plain(Some(Kind::Text), &item.own_text())),
                    false => reader.object(item, property.item).map(Value::Object),
                })?
            }
            Kind::Map => self.map(element)?,
            _ => self.object(element, name)?.into(),
        })
    }

    /// The items of a list, whatever their names are.
    fn items(
        &mut self,
        element: &Element,
        mut item: impl FnMut(&mut Self, &Element) -> Result<Value, Fault>,
    ) -> Result<Value, Fault> {
        if !element.attributes.is_empty() {
            self.lost(&element.name, "the attributes of a list are left out");
        }
        element.elements().map(|child| item(self, child)).collect::<Result<_, _>>().map(Value::List)
    }

    /// The properties of a map are keys, and their values are alike.
    fn map(&mut self, element: &Element) -> Result<Value, Fault> {
        let mut properties = Building::default();
        for (key, text) in &element.attributes {
            self.add(&mut properties, key, plain(None, text))?;
        }
        for child in element.elements() {
            let value = match is_leaf(child) && !child.own_text().trim().is_empty() {
                true => plain(None, &child.own_text()),
                false => self.object(child, &element.name)?.into(),
            };
            self.add(&mut properties, &child.name, value)?;
        }
        Ok(Object::of_distinct(properties.properties).into())
    }

    fn by_shape(&mut self, element: &Element) -> Result<Value, Fault> {
        if is_leaf(element) {
            return Ok(plain(None, &element.own_text()));
        }
        let mut names = element.elements().map(|child| &child.name);
        let is_list = element.attributes.is_empty()
            && names.next().is_some_and(|first| {
                let (all, others) =
                    names.fold((true, 0), |(all, count), name| (all && name == first, count + 1));
                all && (others > 0 || *first == element.name || *first == singular(&element.name))
            });
        if !is_list {
            return self.object(element, &element.name).map(Value::Object);
        }
        self.items(element, |reader, item| match is_leaf(item) {
            true => Ok(plain(None, &item.own_text())),
            false if item.elements().next().is_some() => reader.by_shape(item),
            false => reader.object(item, &item.name).map(Value::Object),
        })
    }

    /// Well-known text, GeoJSON, or the type and the coordinates as elements, which may say more.
    fn geometry(&mut self, element: &Element) -> Result<Value, Fault> {
        if let Some(found) = Geometry::of_element(element) {
            return Ok(found.to_geojson());
        }
        if !is_leaf(element) {
            let mut properties = Vec::new();
            for child in element.elements() {
                let value = match &*child.name {
                    "coordinates" => coordinates(child),
                    _ => self.by_shape(child)?,
                };
                properties.push((child.name.to_string(), value));
            }
            let mut object = Object::new();
            // There are some four of them; more are no geometry.
            properties.into_iter().take(16).for_each(|(name, value)| object.set(name, value));
            return Ok(object.into());
        }
        self.refuse("geometry", "this is no well-known text of a geometry: kept as a text")?;
        Ok(Value::Text(element.own_text().into_owned()))
    }

    fn remark(&self, property: &str, message: &str) -> Remark {
        let remark = Remark::new(self.position, message).property(property);
        match self.index {
            Some(index) => remark.object(index, self.id.as_deref()),
            None => remark,
        }
    }

    fn lost(&mut self, property: &str, message: &str) {
        self.findings.note(self.remark(property, message).loss());
    }

    fn refuse(&mut self, property: &str, message: &str) -> Result<(), Fault> {
        let remark = self.remark(property, message);
        self.findings.refuse(remark)
    }
}

/// Properties as they come, and where each stands.
#[derive(Default)]
struct Building {
    properties: Vec<(String, Value)>,
    places: HashMap<String, usize>,
}

/// The text of an element or attribute as what the table says that it is; where the table says nothing, a truth value is one.
pub(super) fn plain(kind: Option<Kind>, text: &str) -> Value {
    match (kind, text.trim()) {
        (Some(Kind::Truth) | None, "true") => Value::Boolean(true),
        (Some(Kind::Truth) | None, "false") => Value::Boolean(false),
        (Some(Kind::Number), digits) if is_number(digits) => Value::Number(digits.to_owned()),
        _ => Value::Text(text.to_owned()),
    }
}

fn coordinates(element: &Element) -> Value {
    match element.elements().next() {
        None => plain(Some(Kind::Number), &element.own_text()),
        Some(_) => Value::List(element.elements().map(coordinates).collect()),
    }
}

/// Whether an element is text alone.
fn is_leaf(element: &Element) -> bool {
    element.attributes.is_empty() && element.elements().next().is_none()
}
