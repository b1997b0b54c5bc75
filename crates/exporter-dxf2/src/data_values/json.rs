//! Data value sets as JSON (section 10.4).

use std::borrow::Cow;
use std::fmt;
use std::io::{self, BufRead, Write};

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::data_value::{DataValue, Key};
use exporter_xml::Position;

use crate::fault::Fault;
use crate::json::{OneList, OneListWriter};
use crate::target::Target;
use crate::value::{Object, write_text};

/// The array of the values.
const VALUES: &str = "dataValues";
/// What values are to be deleted, since 2.43.
const DELETION: &str = "deletion";
/// Reads a data value set value by value.
pub struct JsonReader<R> {
    list: OneList<R>,
    /// The version whose servers would have to read it.
    strict_for: Option<Target>,
}

impl<R: BufRead> JsonReader<R> {
    /// Reads a data value set whose values and properties have at most so many bytes each.
    pub fn new(reader: R, most: usize) -> Self {
        Self { list: OneList::new(reader, most, VALUES), strict_for: None }
    }

    /// Refuses what servers of a version do not read: before 2.43 combinations by their categories, and the scope of a deletion.
    #[must_use]
    pub fn strict_for(mut self, target: Target) -> Self {
        self.strict_for = Some(target);
        self
    }

    /// What the set says besides its values, as far as it was read: all of it once there is no other value.
    pub fn header(&self) -> &Object {
        self.list.header()
    }

    /// Where the value ends that was read last.
    pub fn position(&self) -> Position {
        self.list.position()
    }

    /// Reads the next value in place of another one; `false` where there is none.
    ///
    /// # Errors
    /// The document is no JSON, a value is none, or the document is cut off; strictly also for what servers of the version do not
    /// read. Nothing follows then.
    pub fn read(&mut self, value: &mut DataValue) -> Result<bool, Fault> {
        let older = self.strict_for.filter(|target| *target < Target::Head);
        let found = self.list.next(|text| {
            value.clear();
            parse(text, value).map_err(|error| error.to_string())?;
            let nested = [Key::CategoryOptionCombo, Key::AttributeOptionCombo]
                .into_iter()
                .find(|key| value.is_nested(*key));
            match (older, nested) {
                (Some(target), Some(key)) => Err(format!(
                    "servers of {target} read no {} by its categories; give its identifier",
                    key.name()
                )),
                _ => Ok(()),
            }
        });
        let is_one = found?.is_some();
        if let Some(target) = older.filter(|_| !is_one && self.header().get(DELETION).is_some()) {
            self.strict_for = None;
            let message = format!("servers of {target} read no {DELETION}; mark the values as deleted");
            return Err(Fault::new(self.position(), message));
        }
        Ok(is_one)
    }
}

fn parse(text: &[u8], value: &mut DataValue) -> serde_json::Result<()> {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    Into(value).deserialize(&mut deserializer)?;
    deserializer.end()
}

/// Reads an object into a value.
struct Into<'v>(&'v mut DataValue);

impl<'de> DeserializeSeed<'de> for Into<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Into<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Name(name)) = map.next_key::<Name<'de>>()? {
            let raw = map.next_value::<&RawValue>()?.get();
            let Some((text, bare)) = scalar(raw).map_err(serde::de::Error::custom)? else { continue };
            match Key::of_name(&name) {
                Some(key) => self.0.put(key, &text, bare),
                None => self.0.put_other(&name, &text, bare),
            }
        }
        Ok(())
    }
}

/// A name, borrowed where it has no escapes.
struct Name<'a>(Cow<'a, str>);

impl<'de> serde::Deserialize<'de> for Name<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Name<'de>;
            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a name")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// The text of a value, and whether it is one without quotes; what is no text, number or truth is its JSON. `None` of null.
fn scalar(raw: &str) -> serde_json::Result<Option<(Cow<'_, str>, bool)>> {
    let quoted = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"'));
    Ok(match quoted {
        Some(plain) if !plain.contains('\\') => Some((Cow::Borrowed(plain), false)),
        Some(_) => Some((Cow::Owned(serde_json::from_str(raw)?), false)),
        None if raw == "null" => None,
        None => {
            let _: IgnoredAny = serde_json::from_str(raw)?;
            Some((Cow::Borrowed(raw), true))
        }
    })
}

/// Writes a data value set value by value.
pub struct JsonWriter<W> {
    list: OneListWriter<W>,
    target: Target,
}

impl<W: Write> JsonWriter<W> {
    /// Begins a set with what it says besides its values.
    ///
    /// # Errors
    /// When the bytes cannot be written.
    pub fn new(writer: W, header: &Object, target: Target) -> io::Result<Self> {
        Ok(Self { list: OneListWriter::new(writer, header, VALUES)?, target })
    }

    /// Writes a value.
    ///
    /// # Errors
    /// When the bytes cannot be written.
    pub fn write(&mut self, value: &DataValue) -> io::Result<()> {
        let follow_up = self.target.follow_up();
        self.list.write(|line| {
            line.push(b'{');
            for key in Key::ALL {
                let Some(text) = value.get(key) else { continue };
                let name = if key == Key::FollowUp { follow_up } else { key.name() };
                property(name, text, value.is_bare(key), line);
            }
            for (name, text, bare) in value.others_in_json() {
                property(name, text, bare, line);
            }
            if line.last() == Some(&b',') {
                line.pop();
            }
            line.push(b'}');
        })
    }

    /// Ends the set.
    ///
    /// # Errors
    /// When the bytes cannot be written.
    pub fn finish(self) -> io::Result<W> {
        self.list.finish()
    }
}

fn property(name: &str, text: &str, bare: bool, line: &mut Vec<u8>) {
    write_text(name, line);
    line.push(b':');
    match bare {
        true => line.extend_from_slice(text.as_bytes()),
        false => write_text(text, line),
    }
    line.push(b',');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<DataValue>, Object, Option<String>) {
        let mut reader = JsonReader::new(text.as_bytes(), 1 << 20);
        let (mut values, mut value) = (Vec::new(), DataValue::default());
        let fault = loop {
            match reader.read(&mut value) {
                Ok(true) => values.push(value.clone()),
                Ok(false) => break None,
                Err(fault) => {
                    break Some(format!(
                        "{}:{} {}",
                        fault.position.line, fault.position.column, fault.message
                    ));
                }
            }
        };
        (values, reader.header().clone(), fault)
    }

    #[test]
    fn sets_are_read_in_any_order_and_written_again() {
        let text = r#"{"dataSet":"pBOMPrpg1QX","dataValues":[
            {"dataElement":"f7n9E0hX8qk","period":"201201","orgUnit":"DiszpKrYNg8","value":10.50,"followup":true,"comment":"a\"b"},
            {"value":"x","dataElement":"Ix2HsbDMLea","deleted":false,"categoryOptionCombo":{"sex":"F"},"n":null,"storedBy":"é"}],
            "list":[1],"completeDate":"2012-01-31"}"#;
        let (values, header, fault) = read(text);
        assert_eq!((values.len(), fault), (2, None));
        assert_eq!(
            header.iter().map(|(name, _)| name).collect::<Vec<_>>(),
            ["dataSet", "list", "completeDate"]
        );
        let [first, second] = values.as_slice() else { panic!("two values") };
        assert_eq!(
            [Key::Value, Key::FollowUp, Key::Comment].map(|key| first.get(key)),
            [Some("10.50"), Some("true"), Some("a\"b")]
        );
        assert_eq!(second.get(Key::CategoryOptionCombo), Some("{\"sex\":\"F\"}"));
        let written = |target| {
            let mut writer = JsonWriter::new(Vec::new(), &header, target).unwrap();
            values.iter().for_each(|value| writer.write(value).unwrap());
            String::from_utf8(writer.finish().unwrap()).unwrap()
        };
        let again = written(Target::V2_41);
        assert!(again.contains(r#""value":10.50,"comment":"a\"b","followup":true}"#), "{again}");
        assert!(written(Target::Head).contains(r#""followUp":true"#));
        assert_eq!(read(&again), (values, header, None));
    }

    #[test]
    fn what_older_servers_do_not_read_is_refused_strictly() {
        let text = r#"{"dataValues":[{"value":"1"},{"categoryOptionCombo":{"sex":"F"}}],"deletion":{"periods":["2024"]}}"#;
        let told = |text: &str, target| {
            let mut reader = JsonReader::new(text.as_bytes(), 1 << 20).strict_for(target);
            let (mut count, mut value) = (0, DataValue::default());
            loop {
                match reader.read(&mut value) {
                    Ok(true) => count += 1,
                    Ok(false) => return (count, None),
                    Err(fault) => return (count, Some(fault.message)),
                }
            }
        };
        assert_eq!(told(text, Target::Head), (2, None));
        let (count, message) = told(text, Target::V2_41);
        assert!(
            count == 1
                && message.unwrap().contains("servers of 2.41 read no categoryOptionCombo by its categories")
        );
        let (_, message) = told(r#"{"dataValues":[],"deletion":{}}"#, Target::V2_41);
        assert_eq!(message.as_deref(), Some("servers of 2.41 read no deletion; mark the values as deleted"));
    }

    #[test]
    fn what_stands_before_damage_is_read() {
        let whole = r#"{"dataValues":[{"value":"1"},{"value":"2"},{"value":"#;
        let (values, _, fault) = read(whole);
        assert_eq!(
            (values.len(), fault.unwrap().as_str()),
            (2, "1:53 the document ends here, and is not complete")
        );
        let (values, _, fault) = read(r#"{"dataValues":[{"value":"1"},{"value":1e}]}"#);
        assert_eq!(values.len(), 1);
        assert!(fault.unwrap().starts_with("1:29 it cannot be read: "));
        assert_eq!(read(r#"{"dataValues":3}"#).2.as_deref(), Some("1:1 dataValues is no list"));
        assert_eq!(read(r#"{"dataValues":null}"#).2, None);
        assert!(read(r#"{"dataValues":[3]}"#).2.unwrap().contains("expected an object"));
        let bare = read(r#"[{"value":"1"}]"#);
        assert_eq!((bare.0.len(), bare.2), (1, None));
    }
}
