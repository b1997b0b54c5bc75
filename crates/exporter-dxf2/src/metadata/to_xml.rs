//! Metadata as XML (section 3 of the fact sheet).

use std::borrow::Cow;
use std::io::{self, Write};

use exporter_xml::{Element, forbidden, is_nc_name};

use super::types::{Property, type_of};
use crate::geometry::Geometry;
use crate::mode::{Remark, Remarks};
use crate::target::Target;
use crate::value::{Object, Value};

/// The namespace of all documents (section 1).
const NAMESPACE: &str = "http://dhis2.org/schema/dxf/2.0";

/// Writes a document collection by collection.
pub(super) struct ToXml<W> {
    writer: W,
    text: String,
    root: &'static str,
    /// The collection that is open.
    open: Option<String>,
}

impl<W: Write> ToXml<W> {
    pub(super) fn new(writer: W, target: Target) -> Self {
        let root = target.metadata_root();
        let text = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root} xmlns=\"{NAMESPACE}\">\n");
        Self { writer, text, root, open: None }
    }

    pub(super) fn property(&mut self, name: &str, value: &Value, remarks: &mut Remarks) -> io::Result<()> {
        let mut holder = Element::new("");
        let property = Property { within: "", name };
        add(&mut holder, property, value, &mut |property, message| {
            remarks.add(Remark::new(None, message).property(property));
        });
        holder.elements().for_each(|element| element.write(1, &mut self.text));
        self.flush()
    }

    pub(super) fn begin(&mut self, kind: &str) {
        self.text.push_str(&format!("  <{kind}>\n"));
        self.open = Some(kind.to_owned());
    }

    pub(super) fn object(&mut self, object: &Object, index: u64, remarks: &mut Remarks) -> io::Result<()> {
        let Some(kind) = self.open.as_deref() else { return Ok(()) };
        let singular = type_of(kind).map(|found| found.singular.to_owned());
        let name = singular.unwrap_or_else(|| Property { within: "", name: kind }.item());
        let element = element(name, kind, object, &mut |property, message| {
            remarks.add(Remark::new(None, message).property(property).object(index, object.text("id")));
        });
        element.write(2, &mut self.text);
        self.flush()
    }

    pub(super) fn end(&mut self) {
        if let Some(kind) = self.open.take() {
            self.text.push_str(&format!("  </{kind}>\n"));
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.write_all(self.text.as_bytes())?;
        self.text.clear();
        Ok(())
    }

    pub(super) fn finish(mut self) -> io::Result<W> {
        self.text.push_str(&format!("</{}>\n", self.root));
        self.flush()?;
        self.writer.flush()?;
        Ok(self.writer)
    }
}

/// What is told of a property that XML cannot hold as it is.
type Tell<'t> = dyn FnMut(&str, &str) + 't;

fn element(name: String, within: &str, object: &Object, tell: &mut Tell<'_>) -> Element {
    let mut element = Element::new(name);
    for (name, value) in object.iter() {
        add(&mut element, Property { within, name }, value, tell);
    }
    element
}

fn add(parent: &mut Element, property: Property<'_>, value: &Value, tell: &mut Tell<'_>) {
    let name = property.name;
    if !is_nc_name(name) {
        tell(name, "it is no name that XML has, and is left out");
        return;
    }
    match value {
        // A property that is not there means null.
        Value::Null => {}
        Value::Object(object) if name == "geometry" => {
            let is_whole = |found: &Geometry| found.to_geojson().canonical_json() == value.canonical_json();
            let found = Geometry::from_geojson(value).ok().filter(is_whole);
            let text = found.map(|found| found.to_wkt()).unwrap_or_else(|| {
                let mut json = Vec::new();
                object.write_json(&mut json);
                tell(name, "it is more than WKT says, and is written as GeoJSON");
                String::from_utf8_lossy(&json).into_owned()
            });
            parent.push(Element::new(name.to_owned()).text(text));
        }
        Value::Object(object) => parent.push(element(name.to_owned(), name, object, tell)),
        Value::List(values) => {
            let mut list = Element::new(name.to_owned());
            let item = property.item();
            for value in values {
                match value {
                    Value::Object(object) => list.push(element(item.clone(), name, object, tell)),
                    Value::List(_) => tell(name, "lists within lists have no place in XML, and are left out"),
                    Value::Null => tell(name, "null within a list has no place in XML, and is left out"),
                    plain => list.push(Element::new(item.clone()).text(text_of(plain, name, tell))),
                }
            }
            parent.push(list);
        }
        plain => {
            let text = text_of(plain, name, tell);
            if property.is_attribute() && !text.is_empty() {
                parent.attributes.push((Cow::Owned(name.to_owned()), text));
            } else if text.is_empty() {
                parent.push(Element::new(name.to_owned()));
            } else {
                parent.push(Element::new(name.to_owned()).text(text));
            }
        }
    }
}

fn text_of(plain: &Value, name: &str, tell: &mut Tell<'_>) -> String {
    match plain {
        Value::Boolean(truth) => truth.to_string(),
        Value::Number(digits) => digits.clone(),
        Value::Text(text) => {
            if forbidden(text) > 0 {
                tell(name, "characters that XML cannot hold are written as U+FFFD");
            }
            text.clone()
        }
        _ => String::new(),
    }
}
