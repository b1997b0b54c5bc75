//! Data value sets as XML (section 10.3): everything is in attributes.

use std::io::{self, BufRead, Write};

use exporter_xml::{Position, escape, forbidden, is_nc_name};

use super::data_value::{DataValue, Key};
use super::flat::{Flat, Part, Tag};
use crate::fault::Fault;
use crate::mode::{Remark, Remarks};
use crate::value::{Object, Value};

/// The root, and the element of a value.
const ROOT: &str = "dataValueSet";
const VALUE: &str = "dataValue";
const NAMESPACE: &str = "http://dhis2.org/schema/dxf/2.0";
/// The most attributes of a tag that are none of DHIS2's: categories of old files are a few.
const MOST_OTHERS: usize = 100;
/// The property of a set that is a truth value.
const DRY_RUN: &str = "dryRun";

/// Reads a data value set value by value. It loads no other file and expands no entity.
///
/// ```
/// use exporter_dxf2::data_values::{DataValue, Key, XmlReader};
/// let text = r#"<dataValueSet period="201201"><dataValue dataElement="f7n9E0hX8qk" orgUnit="DiszpKrYNg8" value="10"/></dataValueSet>"#;
/// let mut reader = XmlReader::new(text.as_bytes(), 1 << 20);
/// let mut value = DataValue::default();
/// assert!(reader.read(&mut value)?);
/// value.add_defaults(reader.header());
/// assert_eq!(value.get(Key::Period), Some("201201"));
/// # Ok::<(), exporter_dxf2::Fault>(())
/// ```
pub struct XmlReader<R: BufRead> {
    flat: Flat<R>,
    header: Object,
    /// Where the value begins that was read last.
    position: Position,
    is_over: bool,
    remarks: Remarks,
}

impl<R: BufRead> XmlReader<R> {
    /// Reads a data value set whose tags have at most so many bytes.
    pub fn new(reader: R, most: usize) -> Self {
        let (header, position, remarks) = (Object::new(), Position::of_line(1), Remarks::default());
        Self { flat: Flat::new(reader, most), header, position, is_over: false, remarks }
    }

    /// What the root says, which is there once a value was read.
    pub fn header(&self) -> &Object {
        &self.header
    }

    /// Where the value begins that was read last.
    pub fn position(&self) -> Position {
        self.position
    }

    /// What was remarked so far: elements and texts that no data value set has, and, once there is no other value, bytes that are
    /// none of the document's encoding.
    pub fn remarks(&self) -> &Remarks {
        &self.remarks
    }

    /// Reads the next value in place of another one; `false` where there is none.
    ///
    /// # Errors
    /// The document is no data value set, is damaged or cut off; nothing follows then.
    pub fn read(&mut self, value: &mut DataValue) -> Result<bool, Fault> {
        let found = self.next_value(value);
        self.is_over |= !matches!(found, Ok(true));
        found
    }

    fn next_value(&mut self, value: &mut DataValue) -> Result<bool, Fault> {
        while !self.is_over {
            match self.flat.next()? {
                Some(Part::Start(tag)) if tag.depth == 0 => self.header = root(&tag, ROOT)?,
                Some(Part::Start(tag)) if tag.depth == 1 && tag.name() == VALUE => {
                    self.position = tag.position;
                    value.clear();
                    read_value(&tag, value)?;
                    return Ok(true);
                }
                Some(part) => {
                    if let Some(remark) = passed_over(&part, self.position, "a data value set") {
                        self.remarks.add(remark);
                    }
                }
                None => {
                    malformed(&self.flat, &mut self.remarks);
                    break;
                }
            }
        }
        Ok(false)
    }
}

/// A remark of an element or text that is none of a form of files.
pub(super) fn passed_over(part: &Part<'_>, position: Position, form: &str) -> Option<Remark> {
    match part {
        Part::Start(tag) => {
            let message = format!("<{}> is no element of {form}: it is passed over", tag.name());
            Some(Remark::new(tag.position, message).loss())
        }
        Part::Text(text) if !text.trim().is_empty() => {
            Some(Remark::new(position, format!("{form} has no text here: it is passed over")).loss())
        }
        _ => None,
    }
}

/// Remarks bytes that are none of the document's encoding.
pub(super) fn malformed<R: BufRead>(flat: &Flat<R>, remarks: &mut Remarks) {
    if let Some(line) = flat.malformed() {
        let message = "bytes are none of the document's encoding: they are read as U+FFFD";
        remarks.add(Remark::new(Position::of_line(line), message).loss());
    }
}

/// What a root says that has this name.
pub(super) fn root(tag: &Tag<'_>, name: &str) -> Result<Object, Fault> {
    if tag.name() != name {
        return Err(Fault::new(tag.position, format!("the root is <{}>, not <{name}>", tag.name())));
    }
    let mut header = Object::new();
    tag.attributes(|name, value| {
        if header.get(name).is_some() {
            return Err(format!("{name} is there twice"));
        }
        if header.len() >= MOST_OTHERS {
            return Err(format!("there are more than {MOST_OTHERS} attributes"));
        }
        header.set(
            name,
            match value {
                "true" | "false" if name == DRY_RUN => Value::Boolean(value == "true"),
                _ => Value::from(value),
            },
        );
        Ok(())
    })?;
    Ok(header)
}

/// Reads the attributes of a tag into a value.
pub(super) fn read_value(tag: &Tag<'_>, value: &mut DataValue) -> Result<(), Fault> {
    let mut others = 0;
    tag.attributes(|name, text| {
        let is_twice = match Key::of_name(name) {
            Some(key) if value.get(key).is_some() => true,
            Some(key) => {
                value.set(key, text);
                false
            }
            None if others >= MOST_OTHERS => {
                return Err(format!("there are more than {MOST_OTHERS} attributes"));
            }
            None => {
                others += 1;
                let is_twice = value.others().any(|(known, _)| known == name);
                value.set_other(name, text);
                is_twice
            }
        };
        if is_twice { Err(format!("{name} is there twice")) } else { Ok(()) }
    })?;
    // The name of old files.
    if value.get(Key::LastUpdated).is_none()
        && let Some(text) = value.take_other("timestamp")
    {
        value.set(Key::LastUpdated, &text);
    }
    Ok(())
}

/// Writes a data value set value by value.
pub struct XmlWriter<W> {
    writer: W,
    line: String,
    replaced: u64,
}

impl<W: Write> XmlWriter<W> {
    /// Begins a set with what it says besides its values.
    ///
    /// # Errors
    /// When the bytes cannot be written, and (`InvalidInput`) for a property that XML has no form of.
    pub fn new(mut writer: W, header: &Object) -> io::Result<Self> {
        let mut line = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{ROOT} xmlns=\"{NAMESPACE}\"");
        let mut replaced = 0;
        for (name, value) in header.iter() {
            if let Some(text) = scalar(name, value)? {
                attribute(name, text, &mut line, &mut replaced)?;
            }
        }
        line.push_str(">\n");
        writer.write_all(line.as_bytes())?;
        Ok(Self { writer, line, replaced })
    }

    /// Writes a value.
    ///
    /// # Errors
    /// When the bytes cannot be written, and (`InvalidInput`) for a value that XML has no form of, such as a combination by its
    /// options; the set is as it was then.
    pub fn write(&mut self, value: &DataValue) -> io::Result<()> {
        self.line.clear();
        self.line.push_str("  <dataValue");
        for key in Key::ALL {
            let Some(text) = value.get(key) else { continue };
            if value.is_nested(key) {
                return Err(refused(format!(
                    "{} is an object, which XML has no form of; write JSON or ADX",
                    key.name()
                )));
            }
            attribute(key.name(), text, &mut self.line, &mut self.replaced)?;
        }
        for (name, text) in value.others() {
            attribute(name, text, &mut self.line, &mut self.replaced)?;
        }
        self.line.push_str("/>\n");
        self.writer.write_all(self.line.as_bytes())
    }

    /// Characters so far that XML cannot hold, written as U+FFFD.
    pub fn replaced(&self) -> u64 {
        self.replaced
    }

    /// Ends the set.
    ///
    /// # Errors
    /// When the bytes cannot be written.
    pub fn finish(mut self) -> io::Result<W> {
        self.writer.write_all(format!("</{ROOT}>\n").as_bytes())?;
        self.writer.flush()?;
        Ok(self.writer)
    }
}

/// The text of a property that is one text; `None` of null.
pub(crate) fn scalar<'v>(name: &str, value: &'v Value) -> io::Result<Option<&'v str>> {
    match value {
        Value::Null => Ok(None),
        Value::Boolean(true) => Ok(Some("true")),
        Value::Boolean(false) => Ok(Some("false")),
        Value::Number(text) | Value::Text(text) => Ok(Some(text)),
        Value::List(_) | Value::Object(_) => {
            Err(refused(format!("{name} is no text, and an attribute of XML holds one; write JSON")))
        }
    }
}

/// Appends an attribute.
pub(crate) fn attribute(name: &str, text: &str, line: &mut String, replaced: &mut u64) -> io::Result<()> {
    if !is_nc_name(name) {
        return Err(refused(format!(
            "{name:?} cannot be the name of an attribute of XML; give it another code"
        )));
    }
    line.push(' ');
    line.push_str(name);
    line.push_str("=\"");
    // Nothing of plain text is special, and nearly everything is plain.
    if text.bytes().all(|byte| matches!(byte, b' ' | b'!' | b'#'..=b'%' | b'\''..=b';' | b'=' | b'?'..=0x7E))
    {
        line.push_str(text);
    } else {
        *replaced += forbidden(text);
        escape(text, true, line);
    }
    line.push('"');
    Ok(())
}

/// What the writers say of that which their form has no place for.
pub(crate) fn refused(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drained::drained;

    fn read(text: &[u8]) -> (Vec<DataValue>, Object, Option<Fault>) {
        let mut reader = XmlReader::new(text, 1000);
        let mut value = DataValue::default();
        let (values, fault) = drained(|| Ok(reader.read(&mut value)?.then(|| value.clone())));
        (values, reader.header().clone(), fault)
    }

    #[test]
    fn sets_are_read_with_defaults_and_old_names_and_written_again() {
        let text = br#"<?xml version="1.0"?><!-- old -->
<d:dataValueSet xmlns:d="http://dhis2.org/schema/dxf/2.0" dataSet="pBOMPrpg1QX" period="2024-01-01/P1M" orgUnit="DiszpKrYNg8" dryRun="true">
  <d:dataValue dataElement="f7n9E0hX8qk" value="1 &lt; 2&#10;&eacute;" timestamp="2012-01-01" followup="true" Sex="F"/>
  <d:dataValue dataElement="f7n9E0hX8qk" period="201202" value="" deleted="true" lastUpdated="2013-01-01" timestamp="2012-01-01"></d:dataValue>
</d:dataValueSet>"#;
        let (values, header, fault) = read(text);
        assert!(fault.is_none(), "{fault:?}");
        assert_eq!(header.get("dryRun"), Some(&Value::Boolean(true)));
        let [first, second] = values.as_slice() else { panic!("two values") };
        assert_eq!(
            [Key::Value, Key::LastUpdated, Key::FollowUp, Key::Period].map(|key| first.get(key)),
            [Some("1 < 2\n\u{e9}"), Some("2012-01-01"), Some("true"), None]
        );
        assert_eq!(first.others().collect::<Vec<_>>(), [("Sex", "F")]);
        assert_eq!(second.others().collect::<Vec<_>>(), [("timestamp", "2012-01-01")]);
        let mut whole = first.clone();
        whole.add_defaults(&header);
        assert_eq!(
            [Key::Period, Key::OrgUnit].map(|key| whole.get(key)),
            [Some("202401"), Some("DiszpKrYNg8")]
        );
        let mut whole = second.clone();
        whole.add_defaults(&header);
        assert_eq!(whole.get(Key::Period), Some("201202"), "what a value says itself holds");
        let mut writer = XmlWriter::new(Vec::new(), &header).unwrap();
        values.iter().for_each(|value| writer.write(value).unwrap());
        let written = writer.finish().unwrap();
        let again = read(&written);
        assert_eq!((again.0, again.1, again.2.is_none()), (values, header, true));
    }

    #[test]
    fn what_stands_before_damage_is_read() {
        let of = |text: &str| {
            let (values, _, fault) = read(text.as_bytes());
            let fault = fault.map(|fault| (fault.to_string(), fault.is_cut));
            (values.len(), fault)
        };
        let (count, fault) = of("<dataValueSet>\n<dataValue value='1'/>\n<dataValue val");
        assert_eq!(count, 1);
        let (message, is_cut) = fault.unwrap();
        assert!(message.starts_with("line 3, column 1: ") && is_cut, "{message}");
        assert!(of("<dataValueSet><dataValue value='1'/>").1.unwrap().1);
        assert!(of("").1.unwrap().1);
        for (text, wanted) in [
            ("<dataValueSet><dataValue value='&own;'/></dataValueSet>", "no entity is expanded"),
            ("<dataValueSet><dataValue value='1' value='2'/></dataValueSet>", "value is there twice"),
            ("<dataValueSet><dataValue a='1' a='2'/></dataValueSet>", "a is there twice"),
            ("<dataValueSet><dataValue value=1/></dataValueSet>", "an attribute cannot be read"),
            ("<adx/>", "the root is <adx>, not <dataValueSet>"),
            ("<dataValueSet/><dataValueSet/>", "something follows the end"),
        ] {
            let (message, is_cut) = of(text).1.unwrap();
            assert!(message.contains(wanted) && !is_cut, "{message}");
        }
        let deep = format!("<dataValueSet>{}", "<a>".repeat(100));
        assert!(of(&deep).1.unwrap().0.contains("more than 64 times"));
        let many: String = (0..105).map(|at| format!(" a{at}=''")).collect();
        assert!(
            of(&format!("<dataValueSet><dataValue{many}/></dataValueSet>"))
                .1
                .unwrap()
                .0
                .contains("more than 100")
        );
        let long = format!("<dataValueSet><dataValue value='{}'/></dataValueSet>", "x".repeat(2000));
        assert!(of(&long).1.unwrap().0.contains("longer than 1000 bytes"));
    }

    #[test]
    fn other_encodings_are_read_and_other_elements_are_counted() {
        let text = b"<?xml version='1.0' encoding='ISO-8859-1'?><dataValueSet>x<other/><dataValue comment='\xE9'>y</dataValue></dataValueSet>";
        let mut reader = XmlReader::new(&text[..], 1000);
        let mut value = DataValue::default();
        assert!(reader.read(&mut value).unwrap() && !reader.read(&mut DataValue::default()).unwrap());
        assert_eq!(value.get(Key::Comment), Some("\u{e9}"));
        let told: Vec<&str> = reader.remarks().iter().map(|remark| remark.message.as_str()).collect();
        let text = "a data value set has no text here: it is passed over";
        assert_eq!(told, [text, "<other> is no element of a data value set: it is passed over"]);
        assert_eq!(reader.remarks().iter().map(|remark| remark.count).collect::<Vec<_>>(), [2, 1]);
        let declared = b"<?xml version='1.0' encoding='UTF-8'?>\n<dataValueSet><dataValue comment='\xE9'/></dataValueSet>";
        let mut reader = XmlReader::new(&declared[..], 1000);
        while reader.read(&mut value).unwrap() {}
        let told: Vec<String> = reader.remarks().iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            ["line 2, column 1: bytes are none of the document's encoding: they are read as U+FFFD"]
        );
    }

    #[test]
    fn what_xml_has_no_form_of_is_refused_and_leaves_the_set_whole() {
        let header = Object::new().with("deletion", Object::new());
        let error = XmlWriter::new(Vec::new(), &header).err().unwrap();
        assert!(error.to_string().contains("deletion is no text"), "{error}");
        let mut writer = XmlWriter::new(Vec::new(), &Object::new()).unwrap();
        let mut value = DataValue::default();
        value.set_other("two words", "x");
        assert!(writer.write(&value).unwrap_err().to_string().contains("\"two words\" cannot be the name"));
        let mut nested = DataValue::default();
        nested.put(Key::CategoryOptionCombo, "{\"sex\":\"F\"}", true);
        assert!(writer.write(&nested).unwrap_err().to_string().contains("write JSON or ADX"));
        writer.write(&DataValue::default().with(Key::Comment, "a\u{1}\"\r")).unwrap();
        assert_eq!(writer.replaced(), 1);
        let written = String::from_utf8(writer.finish().unwrap()).unwrap();
        assert!(
            written.ends_with(">\n  <dataValue comment=\"a\u{FFFD}&quot;&#13;\"/>\n</dataValueSet>\n"),
            "{written}"
        );
    }
}
