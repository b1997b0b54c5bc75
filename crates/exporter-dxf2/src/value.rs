//! Values as files have them: ordered properties, numbers by their digits, nothing dropped.

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// Objects within objects that are read.
pub(crate) const DEEPEST: usize = 64;

/// A value of a property.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// Said to be nothing.
    Null,
    /// Truth.
    Boolean(bool),
    /// A number, as its digits stand in the file.
    Number(String),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Value>),
    /// An object.
    Object(Object),
}

/// Properties in the order of the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object {
    properties: Vec<(String, Value)>,
}

impl Object {
    /// An object without properties.
    pub fn new() -> Self {
        Self::default()
    }

    /// An object of these properties, whose names differ.
    pub(crate) fn of_distinct(properties: Vec<(String, Value)>) -> Self {
        Self { properties }
    }

    /// Adds a property, or puts another value in the place of the one that it has.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.set(name, value);
        self
    }

    /// Puts the value of a property in its place, or adds it behind the others.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<Value>) {
        let (name, value) = (name.into(), value.into());
        match self.properties.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => self.properties.push((name, value)),
        }
    }

    /// The value of a property.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.properties.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// The value of a property, to change.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        self.properties.iter_mut().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// Takes a property away.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let at = self.properties.iter().position(|(known, _)| known == name)?;
        Some(self.properties.remove(at).1)
    }

    /// Gives a property another name in its place, where no other property has that; says whether it did.
    pub fn rename(&mut self, from: &str, to: &str) -> bool {
        if self.get(to).is_some() {
            return false;
        }
        let found = self.properties.iter_mut().find(|(known, _)| known == from);
        found.map(|(name, _)| to.clone_into(name)).is_some()
    }

    /// The text of a property that is one.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_text()
    }

    /// The properties in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.properties.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The properties in their order, to change.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut Value)> {
        self.properties.iter_mut().map(|(name, value)| (name.as_str(), value))
    }

    /// The properties in their order, for good.
    pub(crate) fn into_properties(self) -> impl Iterator<Item = (String, Value)> {
        self.properties.into_iter()
    }

    /// Keeps the properties for which this holds.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &mut Value) -> bool) {
        self.properties.retain_mut(|(name, value)| keep(name, value));
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.properties.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.properties.is_empty()
    }
}

impl Value {
    /// The text of one.
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The object of one.
    pub fn as_object(&self) -> Option<&Object> {
        if let Self::Object(object) = self { Some(object) } else { None }
    }

    /// The values of a list.
    pub fn as_list(&self) -> Option<&[Value]> {
        if let Self::List(values) = self { Some(values) } else { None }
    }

    /// Reads JSON.
    ///
    /// # Errors
    /// The text is no JSON, or its objects are deeper than 64.
    pub fn from_json(text: &str) -> serde_json::Result<Self> {
        serde_json::from_str::<&RawValue>(text).and_then(|raw| of_raw(raw, DEEPEST))
    }

    /// Appends JSON without blanks.
    pub fn write_json(&self, to: &mut Vec<u8>) {
        match self {
            Self::Null => to.extend_from_slice(b"null"),
            Self::Boolean(true) => to.extend_from_slice(b"true"),
            Self::Boolean(false) => to.extend_from_slice(b"false"),
            Self::Number(digits) => to.extend_from_slice(digits.as_bytes()),
            Self::Text(text) => write_text(text, to),
            Self::List(values) => {
                to.push(b'[');
                for (at, value) in values.iter().enumerate() {
                    if at > 0 {
                        to.push(b',');
                    }
                    value.write_json(to);
                }
                to.push(b']');
            }
            Self::Object(object) => object.write_json(to),
        }
    }
}

impl Value {
    /// JSON with the properties of each object sorted by name, and without those that are null, which means the same as that they are
    /// not there: two values that say the same have the same.
    pub fn canonical_json(&self) -> String {
        let mut out = Vec::new();
        self.sorted().write_json(&mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    fn sorted(&self) -> Self {
        match self {
            Self::List(values) => Self::List(values.iter().map(Self::sorted).collect()),
            Self::Object(object) => {
                let said = object.properties.iter().filter(|(_, value)| *value != Self::Null);
                let mut properties: Vec<_> =
                    said.map(|(name, value)| (name.clone(), value.sorted())).collect();
                properties.sort_by(|(one, _), (other, _)| one.cmp(other));
                Self::Object(Object { properties })
            }
            other => other.clone(),
        }
    }
}

impl Object {
    /// Appends JSON without blanks.
    pub fn write_json(&self, to: &mut Vec<u8>) {
        to.push(b'{');
        for (at, (name, value)) in self.iter().enumerate() {
            if at > 0 {
                to.push(b',');
            }
            write_text(name, to);
            to.push(b':');
            value.write_json(to);
        }
        to.push(b'}');
    }
}

/// Appends a text in quotes.
pub(crate) fn write_text(text: &str, to: &mut Vec<u8>) {
    // Writing to memory does not fail.
    let _ = serde_json::to_writer(to, text);
}

fn of_raw(raw: &RawValue, depth: usize) -> serde_json::Result<Value> {
    let text = raw.get();
    Ok(match text.as_bytes().first() {
        Some(b'"') => Value::Text(serde_json::from_str(text)?),
        Some(b'n') => Value::Null,
        Some(b't') => Value::Boolean(true),
        Some(b'f') => Value::Boolean(false),
        Some(b'{' | b'[') if depth == 0 => {
            return Err(serde::de::Error::custom(format!("objects are deeper than {DEEPEST}")));
        }
        Some(b'{') => {
            let Members(members) = serde_json::from_str(text)?;
            let mut names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
            names.sort_unstable();
            if let Some((name, _)) = names.iter().zip(names.iter().skip(1)).find(|(one, next)| one == next) {
                return Err(serde::de::Error::custom(format!("the property {name:?} is there twice")));
            }
            let properties = members
                .into_iter()
                .map(|(name, raw)| Ok((name, of_raw(raw, depth - 1)?)))
                .collect::<serde_json::Result<_>>();
            Value::Object(Object { properties: properties? })
        }
        Some(b'[') => {
            let elements: Vec<&RawValue> = serde_json::from_str(text)?;
            Value::List(elements.into_iter().map(|raw| of_raw(raw, depth - 1)).collect::<Result<_, _>>()?)
        }
        _ => Value::Number(text.to_owned()),
    })
}

/// The members of an object, each as its text.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'a> Deserialize<'a> for Members<'a> {
    fn deserialize<D: Deserializer<'a>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;
        impl<'a> Visitor<'a> for Each {
            type Value = Members<'a>;
            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object")
            }
            fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<Members<'a>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Each)
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Self::Object(object)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Boolean(truth)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number.to_string())
    }
}

impl From<Vec<Value>> for Value {
    fn from(values: Vec<Value>) -> Self {
        Self::List(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_order_and_escapes_are_kept() {
        let text = r#"{"b":1.0,"a":[12345678901234567890123,1e400,null,true],"c":"é\u0001\"\\"}"#;
        let value = Value::from_json(text).unwrap();
        let mut written = Vec::new();
        value.write_json(&mut written);
        assert_eq!(String::from_utf8(written).unwrap(), text);
    }

    #[test]
    fn depth_and_repeated_properties_are_refused() {
        let deep = format!("{}{}", "[".repeat(70), "]".repeat(70));
        assert!(Value::from_json(&deep).unwrap_err().to_string().contains("deeper than 64"));
        let twice = Value::from_json(r#"{"a":1,"a":2}"#).unwrap_err().to_string();
        assert!(twice.contains("\"a\" is there twice"), "{twice}");
    }
}
