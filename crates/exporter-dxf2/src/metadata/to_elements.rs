//! Values as elements of XML (section 3).

use exporter_xml::{Element, Node, Position, forbidden, is_nc_name};

use super::from_elements::{FromElements, plain};
use super::geometry::to_wkt;
use super::part::is_nothing;
use super::types::{Kind, is_attribute, property_of, singular};
use super::writer::NO_NAME;
use crate::fault::Fault;
use crate::findings::Findings;
use crate::mode::{Mode, Remark};
use crate::value::{Object, Value};

/// Makes elements of values, and tells what XML does not hold.
pub(super) struct ToElements<'f> {
    pub(super) findings: &'f mut Findings,
    pub(super) position: Position,
    /// The place of the object, where it is one of a collection.
    pub(super) index: Option<u64>,
    /// The identifier of the object.
    pub(super) id: Option<String>,
}

impl ToElements<'_> {
    /// An element with the properties of an object.
    pub(super) fn object(&mut self, name: &str, object: &Object, holder: &str) -> Result<Element, Fault> {
        let mut element = Element::new(name.to_owned());
        for (name, value) in object.iter() {
            if !is_nc_name(name) {
                self.refuse(name, NO_NAME)?;
                continue;
            }
            match text_of(value).filter(|_| is_attribute(holder, name)) {
                Some(text) if !text.is_empty() => {
                    let kind = property_of(holder, name).map(|property| property.kind);
                    self.check(name, value, &plain(kind, text))?;
                    self.check_characters(name, text)?;
                    element.attributes.push((name.to_owned().into(), text.to_owned()));
                }
                Some(_) => {
                    self.lost(name, "an empty text has no place in XML, and servers read it as nothing")
                }
                None => {
                    if let Some(child) = self.child(name, value, holder)? {
                        element.push(child);
                    }
                }
            }
        }
        Ok(element)
    }

    /// The element of a property; none where XML has no place for it.
    pub(super) fn child(
        &mut self,
        name: &str,
        value: &Value,
        holder: &str,
    ) -> Result<Option<Element>, Fault> {
        let nothing = match value {
            Value::Null => Some("nothing has no place in XML, and is left out"),
            Value::Text(text) if text.is_empty() => {
                Some("an empty text has no place in XML, and servers read it as nothing")
            }
            Value::List(values) if values.is_empty() => {
                Some("an empty list has no place in XML, and is left out")
            }
            Value::Object(object) if object.is_empty() => {
                Some("an empty object has no place in XML, and is left out")
            }
            _ => None,
        };
        if let Some(message) = nothing {
            self.lost(name, message);
            return Ok(None);
        }
        let kind = property_of(holder, name).map(|property| property.kind);
        let element = match value {
            Value::Object(object) if name == "geometry" => {
                return self.geometry(object, value, holder).map(Some);
            }
            Value::Object(object) if kind == Some(Kind::Map) => self.map(name, object)?,
            Value::Object(object) => self.object(name, object, name)?,
            Value::List(values) => self.list(name, values, holder)?,
            value => {
                let text = text_of(value).unwrap_or_default();
                self.check_characters(name, text)?;
                leaf(name, text)
            }
        };
        if element.attributes.is_empty() && element.children.is_empty() {
            self.lost(name, "an object that holds nothing has no place in XML, and is left out");
            return Ok(None);
        }
        if !fits(kind, value) {
            let read = self.read_again(&element, holder)?;
            self.check(name, value, &read)?;
        }
        Ok(Some(element))
    }

    /// Well-known text, or elements where that does not hold it.
    fn geometry(&mut self, geometry: &Object, value: &Value, holder: &str) -> Result<Element, Fault> {
        if let Some(text) = to_wkt(geometry) {
            return Ok(leaf("geometry", &text));
        }
        let mut findings = Findings::new(Mode::Lenient);
        let (position, index, id) = (self.position, self.index, None);
        let mut as_elements = ToElements { findings: &mut findings, position, index, id };
        let element = as_elements.object("geometry", geometry, "geometry")?;
        let read = self.read_again(&element, holder)?;
        if *value != read {
            self.refuse("geometry", "XML does not hold this geometry: readers find another one")?;
        }
        Ok(element)
    }

    /// An element for each key of a map.
    fn map(&mut self, name: &str, map: &Object) -> Result<Element, Fault> {
        let mut element = Element::new(name.to_owned());
        for (key, value) in map.iter() {
            if !is_nc_name(key) {
                self.refuse(name, "a key is no name in XML: left out")?;
                continue;
            }
            match value {
                Value::Object(object) => element.push(self.object(key, object, name)?),
                value => {
                    if let Some(child) = self.child(key, value, name)? {
                        element.push(child);
                    }
                }
            }
        }
        Ok(element)
    }

    fn list(&mut self, name: &str, values: &[Value], holder: &str) -> Result<Element, Fault> {
        let property = property_of(holder, name).filter(|property| property.kind.is_list());
        let item = property.map_or_else(|| singular(name).into_owned(), |property| property.item.to_owned());
        let mut element = Element::new(name.to_owned());
        for value in values {
            match value {
                Value::Object(object) => element.push(self.object(&item, object, &item)?),
                Value::List(values) => element.push(self.list(&item, values, "")?),
                Value::Null => self.lost(name, "nothing in a list has no place in XML, and is left out"),
                value => {
                    let text = text_of(value).unwrap_or_default();
                    self.check_characters(name, text)?;
                    element.push(leaf(&item, text));
                }
            }
        }
        Ok(element)
    }

    /// What readers will find in an element.
    fn read_again(&self, element: &Element, holder: &str) -> Result<Value, Fault> {
        let mut findings = Findings::new(Mode::Lenient);
        let (position, index, id) = (self.position, self.index, None);
        FromElements { findings: &mut findings, position, index, id }.value(element, holder)
    }

    /// Tells where readers find another value.
    fn check(&mut self, name: &str, value: &Value, read: &Value) -> Result<(), Fault> {
        if is_same(value, read) {
            return Ok(());
        }
        self.refuse(name, "XML does not say what kind of value this is: readers find another kind")
    }

    fn check_characters(&mut self, name: &str, text: &str) -> Result<(), Fault> {
        match forbidden(text) {
            0 => Ok(()),
            _ => self.refuse(name, "XML does not hold a character of this text: U+FFFD stands for it"),
        }
    }

    fn remark(&self, property: &str, message: &str) -> Remark {
        let remark = Remark::new(self.position, message).property(property);
        match self.index {
            Some(index) => remark.object(index, self.id.as_deref()),
            None => remark,
        }
    }

    /// Tells of what no server misses.
    fn lost(&mut self, property: &str, message: &str) {
        self.findings.note(self.remark(property, message));
    }

    fn refuse(&mut self, property: &str, message: &str) -> Result<(), Fault> {
        let remark = self.remark(property, message);
        self.findings.refuse(remark)
    }
}

/// Whether a value is what the table says, so that it is read again as it is.
fn fits(kind: Option<Kind>, value: &Value) -> bool {
    match (kind, value) {
        (Some(Kind::Text), Value::Text(_))
        | (Some(Kind::Truth) | None, Value::Boolean(_))
        | (Some(Kind::Number), Value::Number(_))
        | (Some(Kind::Object | Kind::Reference | Kind::Map), Value::Object(_)) => true,
        (Some(Kind::Texts), Value::List(values)) => {
            values.iter().all(|value| matches!(value, Value::Text(_)))
        }
        (Some(Kind::Numbers), Value::List(values)) => {
            values.iter().all(|value| matches!(value, Value::Number(_)))
        }
        (Some(Kind::References | Kind::Objects), Value::List(values)) => {
            values.iter().all(|value| matches!(value, Value::Object(_)))
        }
        _ => false,
    }
}

/// Whether values are the same but for the order of properties and for what is nothing.
fn is_same(value: &Value, read: &Value) -> bool {
    fn sorted(object: &Object) -> Vec<(&str, &Value)> {
        let mut properties: Vec<_> = object.iter().filter(|(_, value)| !is_nothing(value)).collect();
        properties.sort_unstable_by_key(|(name, _)| *name);
        properties
    }
    match (value, read) {
        (Value::Object(one), Value::Object(other)) => {
            let (one, other) = (sorted(one), sorted(other));
            let mut pairs = one.iter().zip(&other);
            one.len() == other.len()
                && pairs.all(|((name, one), (known, other))| name == known && is_same(one, other))
        }
        (Value::List(one), Value::List(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        _ => value == read,
    }
}

/// The text of a value that is plain.
fn text_of(value: &Value) -> Option<&str> {
    match value {
        Value::Boolean(true) => Some("true"),
        Value::Boolean(false) => Some("false"),
        Value::Number(text) | Value::Text(text) => Some(text),
        _ => None,
    }
}

fn leaf(name: &str, text: &str) -> Element {
    let mut element = Element::new(name.to_owned());
    if !text.is_empty() {
        element.children.push(Node::Text(text.to_owned()));
    }
    element
}
