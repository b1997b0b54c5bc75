//! Events, enrolments and tracked entities of the older model as XML.

use std::io::Write;

use exporter_xml::{Element, Position, forbidden, is_nc_name};

use super::findings::Findings;
use super::item::{Item, Kind};
use super::json_writer::{failed, for_model};
use super::model::{Model, WriteOptions};
use super::names::Part;
use super::xml_forms::{element_name, typed};
use crate::fault::Fault;
use crate::geometry::Geometry;
use crate::mode::{Remark, Remarks};
use crate::value::{Object, Value};

const NAMESPACE: &str = "http://dhis2.org/schema/dxf/2.0";

/// Writes a document of one kind, object by object.
pub struct XmlWriter<W> {
    writer: W,
    kind: Kind,
    options: WriteOptions,
    text: String,
    line: u64,
    findings: Findings,
}

impl<W: Write> XmlWriter<W> {
    /// Begins a document with what its root says. It is of the older model, whatever the options say.
    ///
    /// # Errors
    /// The bytes cannot be written, or, in strict mode, something has no place in XML.
    pub fn new(writer: W, kind: Kind, header: &Object, options: WriteOptions) -> Result<Self, Fault> {
        let options = options.model(Model::Older);
        let findings = Findings::new(options.mode);
        let mut this = Self { writer, kind, options, text: String::new(), line: 1, findings };
        let mut forms = Forms::default();
        let mut root = Element::new(kind.list(Model::Older)).with("xmlns", NAMESPACE);
        let mut children = Vec::new();
        // An empty list stands for the place of the objects.
        let is_place = |value: &Value| value.as_list().is_some_and(<[Value]>::is_empty);
        for (name, value) in header.iter().filter(|(_, value)| !is_place(value)) {
            match scalar(value) {
                Some(text) if is_nc_name(name) => forms.attribute(&mut root, name, text),
                _ => children.extend(forms.generic(name, value)),
            }
        }
        for (name, message) in forms.losses {
            this.findings.found(Remark::new(Position::of_line(2), message).property(name))?;
        }
        this.text.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        root.open(&mut this.text);
        this.text.push_str(">\n");
        children.iter().for_each(|child| child.write(1, &mut this.text));
        this.flush_text()?;
        Ok(this)
    }

    /// What a server would not know, or has no place in XML; positions are those of the document that is written.
    pub fn remarks(&self) -> &Remarks {
        self.findings.remarks()
    }

    /// Writes an object.
    ///
    /// # Errors
    /// The bytes cannot be written, the object is of another kind, or, in strict mode, something has no place.
    pub fn write(&mut self, item: &Item) -> Result<(), Fault> {
        let position = Position::of_line(self.line);
        if item.kind != self.kind {
            let message =
                format!("the document is one of {:?}, and the object one of {:?}", self.kind, item.kind);
            return Err(Fault::new(position, message));
        }
        let older = for_model(item, &self.options, position, &mut self.findings)?;
        let mut forms = Forms::default();
        let object = older.as_ref().unwrap_or(&item.object);
        let element = forms.object(element_name(item.kind), object, item.kind.into());
        for (name, message) in forms.losses {
            self.findings.add(position, item, &name, message)?;
        }
        for name in forms.retyped {
            self.findings.note(
                position,
                item,
                &name,
                "XML has no types of values: it is read as another one",
            );
        }
        element.write(1, &mut self.text);
        self.findings.pass(item.kind);
        self.flush_text()
    }

    /// Ends the document.
    ///
    /// # Errors
    /// When the bytes cannot be written.
    pub fn finish(mut self) -> Result<W, Fault> {
        self.text.push_str(&format!("</{}>\n", self.kind.list(Model::Older)));
        self.flush_text()?;
        self.writer.flush().map_err(|error| failed(error, Position::of_line(self.line)))?;
        Ok(self.writer)
    }

    fn flush_text(&mut self) -> Result<(), Fault> {
        let written = self.writer.write_all(self.text.as_bytes());
        written.map_err(|error| failed(error, Position::of_line(self.line)))?;
        self.line += memchr::memchr_iter(b'\n', self.text.as_bytes()).count() as u64;
        self.text.clear();
        Ok(())
    }
}

/// Makes elements of objects, and knows what has no place in them.
#[derive(Default)]
struct Forms {
    losses: Vec<(String, String)>,
    /// Names of properties whose values are of another type once they are read.
    retyped: Vec<String>,
}

impl Forms {
    fn lose(&mut self, name: &str, message: &str) {
        self.losses.push((name.to_owned(), message.to_owned()));
    }

    fn attribute(&mut self, element: &mut Element, name: &str, text: &str) {
        self.look_at(name, text);
        element.attributes.push((name.to_owned().into(), text.to_owned()));
    }

    /// XML does not hold all characters.
    fn look_at(&mut self, name: &str, text: &str) {
        if forbidden(text) > 0 {
            self.lose(name, "it has characters that XML cannot hold: U+FFFD stands for them");
        }
    }

    /// Which type a value has is known by its name.
    fn look_at_type(&mut self, name: &str, value: &Value, text: &str) {
        if typed(name, text.to_owned()) != *value {
            self.retyped.push(name.to_owned());
        }
    }

    fn object(&mut self, name: &str, object: &Object, part: Part) -> Element {
        let mut element = Element::new(name.to_owned());
        for (name, value) in object.iter() {
            match (scalar(value), part.part_of_older(name), value) {
                (Some(text), ..) if part.attributes().contains(&name) => {
                    self.look_at_type(name, value, text);
                    self.attribute(&mut element, name, text);
                }
                (_, Some((part, Some(item))), Value::List(list)) if list.iter().all(is_object) => {
                    let mut wrapper = Element::new(name.to_owned());
                    let objects = list.iter().filter_map(Value::as_object);
                    objects.for_each(|object| wrapper.push(self.object(item, object, part)));
                    element.push(wrapper);
                }
                (_, Some((part, None)), Value::Object(object)) => {
                    element.push(self.object(name, object, part));
                }
                _ if name == "geometry" => element.extend(self.geometry(value)),
                _ if name == "coordinate" => element.extend(self.coordinate(value)),
                _ => element.extend(self.generic(name, value)),
            }
        }
        element
    }

    fn geometry(&mut self, value: &Value) -> Option<Element> {
        let name = "geometry";
        let Ok(geometry) = Geometry::from_geojson(value) else { return self.generic(name, value) };
        if Geometry::has_other_members(value) {
            self.lose(name, "members of the geometry beside its coordinates are left out");
        }
        Some(Element::new(name).text(geometry.to_wkt()))
    }

    /// Latitude and longitude are attributes.
    fn coordinate(&mut self, value: &Value) -> Option<Element> {
        let name = "coordinate";
        let is_plain =
            value.as_object().is_some_and(|object| object.iter().all(|(_, value)| scalar(value).is_some()));
        let Some(object) = value.as_object().filter(|_| is_plain) else { return self.generic(name, value) };
        let mut element = Element::new(name);
        for (name, value) in object.iter().filter(|(name, _)| is_nc_name(name)) {
            self.attribute(&mut element, name, scalar(value).unwrap_or_default());
        }
        Some(element)
    }

    /// An element of a text or an object; lists that the model does not know are texts of JSON.
    fn generic(&mut self, name: &str, value: &Value) -> Option<Element> {
        if !is_nc_name(name) {
            self.lose(name, "it is no name of an element: left out");
            return None;
        }
        let mut element = Element::new(name.to_owned());
        match value {
            Value::Null => {
                self.lose(name, "XML does not say that something is nothing: left out");
                return None;
            }
            Value::Object(object) if !object.is_empty() => {
                for (name, value) in object.iter() {
                    element.extend(self.generic(name, value));
                }
            }
            Value::List(_) | Value::Object(_) => {
                self.lose(name, "it has no form in XML: its JSON is written");
                let mut json = Vec::new();
                value.write_json(&mut json);
                element = element.text(String::from_utf8_lossy(&json));
            }
            _ => {
                let text = scalar(value).unwrap_or_default();
                self.look_at(name, text);
                self.look_at_type(name, value, text);
                element = element.text(text);
            }
        }
        Some(element)
    }
}

fn is_object(value: &Value) -> bool {
    value.as_object().is_some()
}

/// The text of a value that is one, a number or a truth.
fn scalar(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) | Value::Number(text) => Some(text),
        Value::Boolean(true) => Some("true"),
        Value::Boolean(false) => Some("false"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::xml_reader::XmlReader;
    use super::*;
    use crate::drained::drained;
    use crate::mode::Mode;
    use crate::target::Target;

    fn read(text: &str) -> (Vec<Item>, Object, Vec<String>, Option<Fault>) {
        let mut reader = XmlReader::new(text.as_bytes(), 1 << 16, Mode::Lenient);
        let (items, fault) = drained(|| reader.read());
        let remarks = reader.remarks().iter().map(ToString::to_string).collect();
        (items, reader.header().clone(), remarks, fault)
    }

    fn write(items: &[Item], kind: Kind, header: &Object) -> (String, Vec<String>) {
        let mut writer = XmlWriter::new(Vec::new(), kind, header, WriteOptions::new(Target::V2_38)).unwrap();
        items.iter().for_each(|item| writer.write(item).unwrap());
        let remarks = writer.remarks().iter().map(ToString::to_string).collect();
        (String::from_utf8(writer.finish().unwrap()).unwrap(), remarks)
    }

    fn item(kind: Kind, json: &str) -> Item {
        let Value::Object(object) = Value::from_json(json).unwrap() else { panic!("no object") };
        Item::new(kind, object)
    }

    #[test]
    fn events_are_written_as_they_are_read() {
        let text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
            <events xmlns=\"http://dhis2.org/schema/dxf/2.0\" program=\"eBAyeGv0exc\">\n  \
              <pager>\n    <page>1</page>\n  </pager>\n  \
              <event event=\"pHhZHG4go5k\" status=\"ACTIVE\" program=\"eBAyeGv0exc\" orgUnit=\"o\" eventDate=\"2019\" href=\"\">\n    \
                <deleted>false</deleted>\n    <followup>true</followup>\n    <geometry>POINT (-11.40 8.1)</geometry>\n    \
                <dataValues>\n      <dataValue dataElement=\"d\" value=\"a&#10;b\" providedElsewhere=\"false\" created=\"2019\"/>\n      <dataValue dataElement=\"e\"/>\n    </dataValues>\n    \
                <notes/>\n    \
                <relationships>\n      <relationship relationship=\"a1234567890\" relationshipType=\"t\">\n        <bidirectional>false</bidirectional>\n        <from>\n          <trackedEntityInstance trackedEntityInstance=\"b1234567890\"/>\n        </from>\n      </relationship>\n    </relationships>\n    \
                <x>\n      <y> 1 </y>\n      <z></z>\n    </x>\n  \
              </event>\n\
            </events>\n";
        let (items, header, remarks, fault) = read(text);
        assert!(fault.is_none() && remarks.is_empty(), "{fault:?} {remarks:?}");
        let mut json = Vec::new();
        items[0].object.write_json(&mut json);
        assert_eq!(
            String::from_utf8(json).unwrap(),
            r#"{"event":"pHhZHG4go5k","status":"ACTIVE","program":"eBAyeGv0exc","orgUnit":"o","occurredAt":"2019","href":"","deleted":false,"followUp":true,"geometry":{"type":"Point","coordinates":[-11.40,8.1]},"dataValues":[{"dataElement":"d","value":"a\nb","providedElsewhere":false,"createdAt":"2019"},{"dataElement":"e"}],"notes":[],"relationships":[{"relationship":"a1234567890","relationshipType":"t","bidirectional":false,"from":{"trackedEntity":{"trackedEntity":"b1234567890"}}}],"x":{"y":" 1 ","z":""}}"#
        );
        let (written, remarks) = write(&items, Kind::Event, &header);
        assert!(remarks.is_empty(), "{remarks:?}");
        assert_eq!(written, text);
    }

    #[test]
    fn tracked_entities_nest() {
        let entity = item(
            Kind::TrackedEntity,
            r#"{"trackedEntity":"Kj6vYde4LHh","trackedEntityType":"t","orgUnit":"o","inactive":false,"attributes":[{"attribute":"a","value":"1"}],"enrollments":[{"enrollment":"MNWZ6hnuhSw","program":"p","orgUnit":"o","enrolledAt":"2019","events":[{"event":"ZwwuwNp6gVd","program":"p","orgUnit":"o","notes":[{"note":"n","value":"v","storedAt":"2020"}]}]}],"programOwners":[{"orgUnit":"o","program":"p"}]}"#,
        );
        let (text, remarks) = write(std::slice::from_ref(&entity), Kind::TrackedEntity, &Object::new());
        assert!(remarks.is_empty(), "{remarks:?}");
        for wanted in [
            "<trackedEntityInstances xmlns",
            "<trackedEntityInstance trackedEntityInstance=\"Kj6vYde4LHh\"",
            "<enrollmentDate>2019</enrollmentDate>",
            "storedDate=\"2020\"",
            "ownerOrgUnit=\"o\"",
        ] {
            assert!(text.contains(wanted), "{wanted}: {text}");
        }
        assert_eq!(read(&text).0, [entity]);
    }

    #[test]
    fn what_has_no_place_in_xml_is_remarked() {
        let odd = item(
            Kind::Event,
            r#"{"event":"pHhZHG4go5k","program":"p","orgUnit":"o","eventDate":null,"a b":1,"list":[1],"empty":{},"number":1.50,"followUp":"true","text":"\u0001","geometry":{"type":"Point","coordinates":[1,2],"bbox":[]}}"#,
        );
        let (text, remarks) = write(std::slice::from_ref(&odd), Kind::Event, &Object::new().with("c d", 1));
        assert!(text.contains("<list>[1]</list>") && text.contains("POINT (1 2)"), "{text}");
        let told: Vec<&str> =
            remarks.iter().map(|remark| remark.split_once("column 1, ").unwrap().1).collect();
        assert_eq!(
            told,
            [
                "c d: it is no name of an element: left out",
                "object 0 (pHhZHG4go5k), eventDate: XML does not say that something is nothing: left out",
                "object 0 (pHhZHG4go5k), a b: it is no name of an element: left out",
                "object 0 (pHhZHG4go5k), list: it has no form in XML: its JSON is written",
                "object 0 (pHhZHG4go5k), empty: it has no form in XML: its JSON is written",
                "object 0 (pHhZHG4go5k), text: it has characters that XML cannot hold: U+FFFD stands for them",
                "object 0 (pHhZHG4go5k), geometry: members of the geometry beside its coordinates are left out",
                "object 0 (pHhZHG4go5k), number: XML has no types of values: it is read as another one",
                "object 0 (pHhZHG4go5k), followup: XML has no types of values: it is read as another one",
            ]
        );
        let plain = item(Kind::Event, r#"{"event":"pHhZHG4go5k","program":"p","orgUnit":"o","number":1}"#);
        let options = WriteOptions::new(Target::V2_38).strict();
        let mut writer = XmlWriter::new(Vec::new(), Kind::Event, &Object::new(), options).unwrap();
        writer.write(&plain).unwrap();
        assert_eq!(writer.remarks().iter().count(), 1, "no server refuses it");
        let options = WriteOptions::new(Target::Head).strict();
        let mut writer = XmlWriter::new(Vec::new(), Kind::Event, &Object::new(), options).unwrap();
        assert_eq!(writer.write(&odd).unwrap_err().message, "servers of head do not take the older model");
        let mut other = XmlWriter::new(Vec::new(), Kind::Enrollment, &Object::new(), options).unwrap();
        assert!(other.write(&odd).unwrap_err().message.contains("the object one of Event"));
    }

    #[test]
    fn damage_ends_a_document_behind_what_was_sound() {
        let event = "<event event=\"pHhZHG4go5k\" program=\"p\" orgUnit=\"o\"/>";
        let (items, _, _, fault) = read(&format!("<events>\n{event}\n<event event=\"a\"><data"));
        assert!(items.len() == 1 && fault.is_some_and(|fault| fault.is_cut && fault.position.line == 3));
        assert_eq!(read(event).0.len(), 1, "a single event");
        assert!(
            read("<metadata/>")
                .3
                .unwrap()
                .message
                .starts_with("the root is <metadata>, and none of trackedEntityInstances")
        );
        let many: String = (0..1001).map(|at| format!("<a{at}/>")).collect();
        assert!(
            read(&format!("<event>{many}</event>")).3.unwrap().message.contains("more than 1000 properties")
        );
        let deep = format!("<event>{}{}</event>", "<a>".repeat(32), "</a>".repeat(32));
        assert!(read(&deep).3.unwrap().message.contains("more than 32 times"));
        let repeated: String = "<a/>".repeat(1000);
        let (items, ..) = read(&format!("<event>{repeated}</event>"));
        assert_eq!(items[0].object.get("a").and_then(Value::as_list).map(<[Value]>::len), Some(1000));
        let odd = format!(
            "<events>text{event}&nbsp;<event orgUnit=\"o\" program=\"p\">text<geometry>CIRCLE</geometry></event></events>"
        );
        let (items, _, remarks, fault) = read(&odd);
        assert!(items.len() == 2 && fault.is_none());
        for wanted in [
            "no sound XML",
            "events: a text beside elements",
            "event: a text beside elements",
            "geometry: a geometry is an object",
        ] {
            assert!(remarks.iter().any(|remark| remark.contains(wanted)), "{wanted}: {remarks:#?}");
        }
        let huge = format!("<events><event><a b='{}'/></event></events>", "x".repeat(1 << 17));
        assert!(read(&huge).3.unwrap().message.contains("more in it than is read"));
    }
}
