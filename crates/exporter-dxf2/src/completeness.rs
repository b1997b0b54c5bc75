//! Registrations of complete data sets (section 10.8), in JSON and XML: the data of a data set, period, organisation unit and
//! attribute option combination are all there.
//!
//! A registration is an object with `period`, `dataSet`, `organisationUnit`, `attributeOptionCombo`, `date`, `storedBy`,
//! `lastUpdatedBy`, `lastUpdated` and `completed`; others are kept.
//!
//! ```
//! use exporter_dxf2::completeness::{Reader, Writer};
//! let text = r#"<completeDataSetRegistrations><completeDataSetRegistration dataSet="pBOMPrpg1QX" period="202401"/></completeDataSetRegistrations>"#;
//! let mut reader = Reader::new(text.as_bytes(), 1 << 20)?;
//! let registration = reader.read()?.unwrap_or_default();
//! assert_eq!(registration.text("period"), Some("202401"));
//! let mut writer = Writer::json(Vec::new(), reader.header())?;
//! writer.write(&registration)?;
//! let json = String::from_utf8(writer.finish()?)?;
//! assert!(json.contains(r#"{"dataSet":"pBOMPrpg1QX","period":"202401"}"#));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::io::{self, BufRead, Write};

use exporter_xml::Position;

use crate::data_values::{Flat, Form, Part, Tag, attribute, scalar};
use crate::fault::Fault;
use crate::json::{OneList, OneListWriter};
use crate::value::{Object, Value};

const ROOT: &str = "completeDataSetRegistrations";
const ITEM: &str = "completeDataSetRegistration";
const NAMESPACE: &str = "http://dhis2.org/schema/dxf/2.0";
/// The properties that are truth values.
const TRUTHS: [&str; 2] = ["completed", "dryRun"];
/// The most properties of a registration.
const MOST_PROPERTIES: usize = 100;

/// Reads registrations one by one.
pub struct Reader<R: BufRead> {
    form: Of<R>,
}

enum Of<R: BufRead> {
    Json(OneList<R>),
    Xml { flat: Box<Flat<R>>, header: Object, position: Position, is_over: bool },
}

impl<R: BufRead> Reader<R> {
    /// Reads JSON or XML, whichever it is, of which a registration has at most so many bytes.
    ///
    /// # Errors
    /// The bytes cannot be read.
    pub fn new(mut reader: R, most: usize) -> Result<Self, Fault> {
        let position = Position::of_line(1);
        let head = reader.fill_buf().map_err(|source| Fault {
            source: Some(source),
            ..Fault::new(position, "the bytes cannot be read")
        })?;
        let form = match Form::of(head) {
            Form::Xml | Form::Adx => Of::Xml {
                flat: Box::new(Flat::new(reader, most)),
                header: Object::new(),
                position,
                is_over: false,
            },
            _ => Of::Json(OneList::new(reader, most, ROOT)),
        };
        Ok(Self { form })
    }

    /// What the file says besides its registrations: in XML once one was read, in JSON all of it once there is no other.
    pub fn header(&self) -> &Object {
        match &self.form {
            Of::Json(list) => list.header(),
            Of::Xml { header, .. } => header,
        }
    }

    /// Where the registration stands that was read last.
    pub fn position(&self) -> Position {
        match &self.form {
            Of::Json(list) => list.position(),
            Of::Xml { position, .. } => *position,
        }
    }

    /// Reads the next registration; `None` where there is none.
    ///
    /// # Errors
    /// The file holds no registrations, is damaged or cut off; nothing follows then.
    pub fn read(&mut self) -> Result<Option<Object>, Fault> {
        match &mut self.form {
            Of::Json(list) => {
                let of =
                    |value| if let Value::Object(registration) = value { Some(registration) } else { None };
                list.next_value(of, "a registration is an object")
            }
            Of::Xml { flat, header, position, is_over } => {
                let found = if *is_over { Ok(None) } else { next(flat, header, position) };
                *is_over = !matches!(found, Ok(Some(_)));
                found
            }
        }
    }
}

fn next<R: BufRead>(
    flat: &mut Flat<R>,
    header: &mut Object,
    position: &mut Position,
) -> Result<Option<Object>, Fault> {
    while let Some(part) = flat.next()? {
        let Part::Start(tag) = part else { continue };
        match tag.depth {
            0 if tag.name() != ROOT => {
                return Err(Fault::new(tag.position, format!("the root is <{}>, not <{ROOT}>", tag.name())));
            }
            0 => *header = properties(&tag)?,
            1 if tag.name() == ITEM => {
                *position = tag.position;
                return properties(&tag).map(Some);
            }
            _ => {}
        }
    }
    Ok(None)
}

fn properties(tag: &Tag<'_>) -> Result<Object, Fault> {
    let mut object = Object::new();
    tag.attributes(|name, text| {
        if object.get(name).is_some() {
            return Err(format!("{name} is there twice"));
        }
        if object.len() >= MOST_PROPERTIES {
            return Err(format!("there are more than {MOST_PROPERTIES} attributes"));
        }
        match text {
            "true" | "false" if TRUTHS.contains(&name) => object.set(name, text == "true"),
            _ => object.set(name, text),
        }
        Ok(())
    })?;
    Ok(object)
}

/// Writes registrations one by one.
pub struct Writer<W> {
    form: To<W>,
}

enum To<W> {
    Json(OneListWriter<W>),
    Xml { writer: W, replaced: u64 },
}

impl<W: Write> Writer<W> {
    /// Begins JSON with what the file says besides its registrations.
    ///
    /// # Errors
    /// When the bytes cannot be written.
    pub fn json(writer: W, header: &Object) -> io::Result<Self> {
        Ok(Self { form: To::Json(OneListWriter::new(writer, header, ROOT)?) })
    }

    /// Begins XML with what the file says besides its registrations.
    ///
    /// # Errors
    /// When the bytes cannot be written, and (`InvalidInput`) for a property that is no text or has no name of XML.
    pub fn xml(mut writer: W, header: &Object) -> io::Result<Self> {
        let mut replaced = 0;
        let begin = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{ROOT} xmlns=\"{NAMESPACE}\"");
        writer.write_all(tag(begin, header, ">\n", &mut replaced)?.as_bytes())?;
        Ok(Self { form: To::Xml { writer, replaced } })
    }

    /// Writes a registration.
    ///
    /// # Errors
    /// When the bytes cannot be written; in XML also (`InvalidInput`) for a property that is no text or has no name of XML, and the
    /// file is as it was then.
    pub fn write(&mut self, registration: &Object) -> io::Result<()> {
        match &mut self.form {
            To::Json(list) => list.write(|line| registration.write_json(line)),
            To::Xml { writer, replaced } => {
                writer.write_all(tag(format!("  <{ITEM}"), registration, "/>\n", replaced)?.as_bytes())
            }
        }
    }

    /// Characters so far that XML cannot hold, written as U+FFFD.
    pub fn replaced(&self) -> u64 {
        if let To::Xml { replaced, .. } = &self.form { *replaced } else { 0 }
    }

    /// Ends the file.
    ///
    /// # Errors
    /// When the bytes cannot be written.
    pub fn finish(self) -> io::Result<W> {
        match self.form {
            To::Json(list) => list.finish(),
            To::Xml { mut writer, .. } => {
                writer.write_all(format!("</{ROOT}>\n").as_bytes())?;
                writer.flush()?;
                Ok(writer)
            }
        }
    }
}

fn tag(mut line: String, properties: &Object, end: &str, replaced: &mut u64) -> io::Result<String> {
    for (name, value) in properties.iter() {
        if let Some(text) = scalar(name, value)? {
            attribute(name, text, &mut line, replaced)?;
        }
    }
    line.push_str(end);
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drained::drained;

    fn read(text: &[u8]) -> (Vec<Object>, Object, Option<Fault>) {
        let mut reader = Reader::new(text, 1000).unwrap();
        let (registrations, fault) = drained(|| reader.read());
        (registrations, reader.header().clone(), fault)
    }

    #[test]
    fn registrations_are_the_same_in_json_and_xml() {
        let json = br#"{"orgUnitIdScheme":"CODE","completeDataSetRegistrations":[
            {"period":"202401","dataSet":"pBOMPrpg1QX","organisationUnit":"ou <1>","attributeOptionCombo":"HllvX50cXC0","date":"2024-02-01","storedBy":"kim","completed":true},
            {"period":"202402","dataSet":"pBOMPrpg1QX","completed":false,"note":"kept"}],"dryRun":true}"#;
        let (registrations, header, fault) = read(json);
        assert!(fault.is_none() && registrations.len() == 2);
        assert_eq!(header, Object::new().with("orgUnitIdScheme", "CODE").with("dryRun", true));
        let mut writers =
            [Writer::xml(Vec::new(), &header).unwrap(), Writer::json(Vec::new(), &header).unwrap()];
        for writer in &mut writers {
            registrations.iter().for_each(|registration| writer.write(registration).unwrap());
        }
        for writer in writers {
            let written = writer.finish().unwrap();
            let again = read(&written);
            assert_eq!((&again.0, &again.1, again.2.is_none()), (&registrations, &header, true));
            let (some, _, fault) = read(&written[..written.len() - 60]);
            assert_eq!((some.as_slice(), fault.unwrap().is_cut), (&registrations[..1], true));
        }
    }

    #[test]
    fn other_files_and_properties_are_refused() {
        for (text, wanted) in [
            ("<dataValueSet/>", "the root is <dataValueSet>"),
            ("{\"completeDataSetRegistrations\":[1]}", "a registration is an object"),
            ("{\"completeDataSetRegistrations\":1}", "is no list"),
            ("<completeDataSetRegistrations a='1' a='2'/>", "a is there twice"),
        ] {
            assert!(read(text.as_bytes()).2.unwrap().to_string().contains(wanted), "{text}");
        }
        let mut writer = Writer::xml(Vec::new(), &Object::new()).unwrap();
        let nested = Object::new().with("period", Object::new());
        assert!(writer.write(&nested).unwrap_err().to_string().contains("period is no text"));
    }
}
