//! Metadata in XML (section 3 of the fact sheet): what is a list, an object or a number is known from the table of properties, and
//! else from the form of the document.

use std::collections::{HashMap, VecDeque};
use std::io::BufRead;

use exporter_xml::{Element, Item, Position, Tag, XmlReader};

use super::from_json::put;
use super::reader::MetadataObject;
use super::types::{Property, singular_of, type_of};
use crate::fault::Fault;
use crate::geometry::Geometry;
use crate::mode::{Remark, Remarks};
use crate::value::{Object, Value};

/// The roots of all versions, and of what other programs make.
const ROOTS: [&str; 3] = ["metadata", "metaData", "dxf"];
/// How the namespaces of all versions begin.
const NAMESPACE: &str = "http://dhis2.org/schema/dxf/";

pub(super) struct FromXml<R: BufRead> {
    reader: XmlReader<R>,
    most: usize,
    state: State,
    /// The collection that is open, and how many objects it had.
    open: Option<(String, u64)>,
    /// Objects of a collection of an unknown type, which is read as a whole.
    waiting: VecDeque<MetadataObject>,
}

#[derive(PartialEq)]
enum State {
    Before,
    Inside,
    Behind,
}

impl<R: BufRead> FromXml<R> {
    pub(super) fn new(reader: R, most: usize) -> Self {
        Self {
            reader: XmlReader::new(reader),
            most,
            state: State::Before,
            open: None,
            waiting: VecDeque::new(),
        }
    }

    pub(super) fn read(
        &mut self,
        header: &mut Object,
        remarks: &mut Remarks,
    ) -> Result<Option<MetadataObject>, Fault> {
        let found = self.next_object(header, remarks);
        for (position, oddity) in self.reader.take_oddities() {
            remarks.add(Remark::new(position, oddity.to_string()));
        }
        found
    }

    fn next_object(
        &mut self,
        header: &mut Object,
        remarks: &mut Remarks,
    ) -> Result<Option<MetadataObject>, Fault> {
        loop {
            if let Some(object) = self.waiting.pop_front() {
                return Ok(Some(object));
            }
            let Some(item) = self.reader.next_item()? else { return Ok(None) };
            let position = self.reader.position();
            match item {
                Item::Start(tag) if self.state == State::Before => {
                    self.root(tag, position, header, remarks)?
                }
                Item::Start(tag) if self.state == State::Inside => match &mut self.open {
                    Some((kind, count)) => {
                        let (kind, index) = (kind.clone(), std::mem::replace(count, *count + 1));
                        let element = self.reader.element(tag, self.most)?;
                        let mut tell = |property: &str, message: &str| {
                            let id = element.attribute("id");
                            remarks.add(Remark::new(position, message).property(property).object(index, id));
                        };
                        let object = object(&element, &kind, &mut tell);
                        return Ok(Some(MetadataObject { kind, index, position, object }));
                    }
                    None if type_of(&tag.name).is_some() => self.open = Some((tag.name, 0)),
                    None => self.unknown(tag, position, header, remarks)?,
                },
                Item::Start(_) => self.reader.skip()?,
                Item::End => match self.open.take() {
                    Some((kind, 0)) => put(header, kind, Value::List(Vec::new()), position)?,
                    Some(_) => {}
                    None => self.state = State::Behind,
                },
                Item::Text(_) => {}
            }
        }
    }

    fn root(
        &mut self,
        tag: Tag,
        position: Position,
        header: &mut Object,
        remarks: &mut Remarks,
    ) -> Result<(), Fault> {
        if !ROOTS.contains(&tag.name.as_str()) {
            let message =
                format!("this is no metadata of DHIS2: its root is <{}>, and not <metadata>", tag.name);
            return Err(Fault::new(position, message));
        }
        if let Some(namespace) = tag.namespace.filter(|namespace| !namespace.starts_with(NAMESPACE)) {
            remarks.add(Remark::new(position, format!("the namespace {namespace:?} is not that of DHIS2")));
        }
        for (name, value) in tag.attributes.into_iter().filter(|(name, _)| !name.contains(':')) {
            put(header, name, value.into(), position)?;
        }
        self.state = State::Inside;
        Ok(())
    }

    /// What is no collection of a known type: `system`, a date, or a collection of a type that no version has.
    fn unknown(
        &mut self,
        tag: Tag,
        position: Position,
        header: &mut Object,
        remarks: &mut Remarks,
    ) -> Result<(), Fault> {
        let kind = tag.name.clone();
        let element = self.reader.element(tag, self.most)?;
        let mut tell = |property: &str, message: &str| {
            remarks.add(Remark::new(position, message).property(property));
        };
        match value(&element, Property { within: "", name: &kind }, &mut tell) {
            Value::List(values) if values.iter().any(|value| value.as_object().is_some()) => {
                for (index, value) in values.into_iter().enumerate() {
                    let Value::Object(object) = value else {
                        tell(&kind, "values that are no objects are left out of the collection");
                        continue;
                    };
                    let (kind, index) = (kind.clone(), index as u64);
                    self.waiting.push_back(MetadataObject { kind, index, position, object });
                }
                Ok(())
            }
            value => put(header, kind, value, position),
        }
    }
}

/// What is said of a property that an object has several times.
pub(super) const REPEATED: &str = "it stands several times, and is read as one list";

/// What is remarked of a property.
type Tell<'t> = dyn FnMut(&str, &str) + 't;

fn object(element: &Element, within: &str, tell: &mut Tell<'_>) -> Object {
    let mut properties: Vec<(String, Value)> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut put = |name, value, tell: &mut Tell<'_>| {
        let at = *places.entry(name).or_insert(properties.len());
        let Some((_, first)) = properties.get_mut(at) else {
            properties.push((name.to_owned(), value));
            return;
        };
        tell(name, REPEATED);
        match (first, value) {
            (Value::List(values), Value::List(others)) => values.extend(others),
            (Value::List(values), value) => values.push(value),
            (first, value) => *first = Value::List(vec![std::mem::replace(first, Value::Null), value]),
        }
    };
    for (name, text) in &element.attributes {
        // Those of other namespaces, such as `xsi:type`, are no properties.
        if !name.contains(':') {
            put(name.as_ref(), plain(text, Property { within, name }), tell);
        }
    }
    for child in element.elements() {
        let name = child.name.as_ref();
        let found = value(child, Property { within, name }, tell);
        put(name, found, tell);
    }
    if !element.own_text().trim().is_empty() && !properties.is_empty() {
        tell(within, "text beside elements or attributes is left out");
    }
    Object::of(properties)
}

fn value(element: &Element, property: Property<'_>, tell: &mut Tell<'_>) -> Value {
    let (has_attributes, has_elements) =
        (element.attributes.iter().any(|(name, _)| !name.contains(':')), element.elements().next().is_some());
    if property.name == "geometry" && !has_attributes {
        return geometry_of(element, tell);
    }
    if !has_attributes && (property.is_list() || has_elements && !property.is_object() && is_list(element)) {
        return Value::List(element.elements().map(|item| item_value(item, property, tell)).collect());
    }
    let text = element.own_text();
    match has_attributes || has_elements || property.is_object() && text.trim().is_empty() {
        true => object(element, property.name, tell).into(),
        false => plain(&text, property),
    }
}

/// A value of a list.
fn item_value(item: &Element, list: Property<'_>, tell: &mut Tell<'_>) -> Value {
    let is_empty = item.attributes.is_empty() && item.children.is_empty();
    let has_parts = !item.attributes.is_empty() || item.elements().next().is_some();
    match has_parts || is_empty && list.is_list() && !list.is_plain() {
        true => object(item, list.name, tell).into(),
        false => plain(&item.own_text(), list),
    }
}

/// Whether an element that no table knows is a list: one with several elements of one name, or one that is called as its plural.
fn is_list(element: &Element) -> bool {
    let mut names = element.elements().map(|child| child.name.as_ref());
    let Some(first) = names.next() else { return false };
    let count = element.elements().count();
    names.all(|name| name == first)
        && (count > 1 || first == element.name || first == singular_of(&element.name))
}

/// A plain value: texts have no type in XML.
fn plain(text: &str, property: Property<'_>) -> Value {
    if property.is_number()
        && let Ok(number @ Value::Number(_)) = Value::from_json(text)
    {
        return number;
    }
    match text {
        "true" if !property.is_text() => Value::Boolean(true),
        "false" if !property.is_text() => Value::Boolean(false),
        text => text.into(),
    }
}

/// Geometry as WKT, as GeoJSON in a text, or as the elements `type` and `coordinates`.
fn geometry_of(element: &Element, tell: &mut Tell<'_>) -> Value {
    let text = element.own_text();
    let json = |text: &str| Value::from_json(text).ok().filter(|value| value.as_object().is_some());
    match (element.first("type"), element.first("coordinates")) {
        (Some(kind), Some(coordinates)) => {
            let kind = Object::new().with("type", kind.own_text().trim());
            let found = Value::from_json(coordinates.own_text().trim()).ok();
            kind.with("coordinates", found.unwrap_or_else(|| nested(coordinates))).into()
        }
        _ => Geometry::from_wkt(&text)
            .ok()
            .map(|found| found.to_geojson())
            .or_else(|| json(&text))
            .unwrap_or_else(|| {
                tell("geometry", "it is neither WKT nor GeoJSON, and stays a text");
                text.into_owned().into()
            }),
    }
}

/// Coordinates as elements within elements, of which the innermost hold numbers.
fn nested(element: &Element) -> Value {
    match element.elements().next() {
        Some(_) => Value::List(element.elements().map(nested).collect()),
        None => {
            let text = element.own_text();
            Value::from_json(text.trim()).unwrap_or_else(|_| text.trim().into())
        }
    }
}
