//! What a document of metadata is made of.

use exporter_xml::Position;

use crate::value::{Object, Value};

/// An object of a document.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct MetadataObject {
    /// The name of its collection, such as `dataElements`.
    pub kind: String,
    /// Its place among those of its collection, from 0.
    pub index: u64,
    /// Where it stands in the file.
    pub position: Position,
    /// Its properties.
    pub object: Object,
}

impl MetadataObject {
    /// An object of a collection, which stands in no file yet.
    pub fn new(kind: impl Into<String>, object: Object) -> Self {
        Self { kind: kind.into(), index: 0, position: Position::of_line(1), object }
    }

    /// Its identifier.
    pub fn id(&self) -> Option<&str> {
        self.object.text("id")
    }
}

/// What comes next in a document.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Part {
    /// A property of the whole document that is no collection: `system`, `package`, `date` and what no version knows.
    Property(String, Value),
    /// A collection begins, which may be empty.
    Collection(String),
    /// An object of it.
    Object(MetadataObject),
}

/// The references of an object: those values in it, however deep, that identify another object and say nothing else of it.
///
/// A reference is an object within the object that has an `id` or a `code`, and besides them nothing but `name`, `shortName`,
/// `displayName`, `created`, `lastUpdated` and `href`, which exports add and imports ignore. So `{"id":"202401"}`, a period, is
/// one; a legend, which has values of its own, and a user in `sharing`, who has an access, are none. Each place counts.
///
/// ```
/// use exporter_dxf2::metadata::references;
/// use exporter_dxf2::Value;
/// let set = Value::from_json(r#"{"id":"a","options":[{"id":"b"},{"code":"C"}],"style":{"color":"red"}}"#)?;
/// assert_eq!(references(set.as_object().ok_or("no object")?).len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn references(object: &Object) -> Vec<Reference<'_>> {
    let mut found = Vec::new();
    for (name, value) in object.iter() {
        within(name, value, &mut found);
    }
    found
}

/// A reference within an object.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Reference<'o> {
    /// The property, or the property of the list, that holds it.
    pub property: &'o str,
    /// What identifies the other object.
    pub object: &'o Object,
}

impl<'o> Reference<'o> {
    /// The identifier of the other object.
    pub fn id(&self) -> Option<&'o str> {
        self.object.text("id")
    }

    /// Its code.
    pub fn code(&self) -> Option<&'o str> {
        self.object.text("code")
    }
}

fn within<'o>(property: &'o str, value: &'o Value, found: &mut Vec<Reference<'o>>) {
    match value {
        Value::Object(object) if is_reference(object) => found.push(Reference { property, object }),
        Value::Object(object) => object.iter().for_each(|(name, value)| within(name, value, found)),
        Value::List(values) => values.iter().for_each(|value| within(property, value, found)),
        _ => {}
    }
}

/// Whether an object identifies another one and says nothing else of it: see [`references`].
pub fn is_reference(object: &Object) -> bool {
    let identifies = |name: &str| matches!(name, "id" | "code");
    let repeats = |name: &str| {
        matches!(name, "name" | "shortName" | "displayName" | "created" | "lastUpdated" | "href")
    };
    object.iter().any(|(name, _)| identifies(name))
        && object.iter().all(|(name, value)| {
            !matches!(value, Value::Object(_) | Value::List(_)) && (identifies(name) || repeats(name))
        })
}

/// Whether servers read a value as nothing.
pub(super) fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Text(text) => text.is_empty(),
        Value::List(values) => values.is_empty(),
        Value::Object(object) => object.is_empty(),
        _ => false,
    }
}
