//! All objects of a file, to be written in another order.

use std::collections::HashMap;
use std::io::{self, BufRead, Write};

use super::reader::{MetadataObject, MetadataReader};
use super::types::type_of;
use super::writer::MetadataWriter;
use crate::fault::Fault;
use crate::mode::Remarks;
use crate::value::Object;

/// In which order objects are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Order {
    /// As they were read.
    #[default]
    AsRead,
    /// Types in the order in which servers import them (section 4 of the fact sheet), objects as they were read; types that no version
    /// has stand behind.
    Dependency,
    /// By the name of the type, and objects by identifier, or else code or name: for comparison line by line.
    Stable,
}

/// The objects of a file, all in memory: a writer takes those of a type together, which other sources than JSON and XML need not have.
///
/// ```
/// use exporter_dxf2::metadata::{Bundle, MetadataReader, MetadataWriter, Order};
///
/// let json = r#"{"dataSets":[{"id":"b"},{"id":"a"}],"constants":[{"id":"c"}]}"#;
/// let mut bundle = Bundle::read(&mut MetadataReader::new(json.as_bytes())?)?;
/// bundle.sort(Order::Stable);
/// let (written, _) = bundle.write(MetadataWriter::json(Vec::new()))?;
/// assert_eq!(String::from_utf8(written)?.replace('\n', ""), r#"{"constants":[{"id":"c"}],"dataSets":[{"id":"a"},{"id":"b"}]}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bundle {
    collections: Vec<(String, Vec<Object>)>,
    /// Places of the collections by type.
    places: HashMap<String, usize>,
    header: Object,
}

impl Bundle {
    /// A bundle without objects.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads all objects that there are.
    ///
    /// # Errors
    /// As [`MetadataReader::read`].
    pub fn read<R: BufRead>(reader: &mut MetadataReader<R>) -> Result<Self, Fault> {
        let mut bundle = Self::new();
        while let Some(MetadataObject { kind, object, .. }) = reader.read()? {
            bundle.push(kind, object);
        }
        bundle.header = reader.header().clone();
        Ok(bundle)
    }

    /// Adds an object of a type, which its plural name says, behind the others of it.
    pub fn push(&mut self, kind: impl Into<String>, object: Object) {
        let kind = kind.into();
        let next = self.collections.len();
        let at = *self.places.entry(kind.clone()).or_insert(next);
        match self.collections.get_mut(at) {
            Some((_, objects)) => objects.push(object),
            None => self.collections.push((kind, vec![object])),
        }
    }

    /// The objects with their types.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Object)> {
        let collections = self.collections.iter();
        collections.flat_map(|(kind, objects)| objects.iter().map(move |object| (kind.as_str(), object)))
    }

    /// What stands beside the collections, to change.
    pub fn header_mut(&mut self) -> &mut Object {
        &mut self.header
    }

    /// What stands beside the collections.
    pub fn header(&self) -> &Object {
        &self.header
    }

    /// Puts the objects in an order; what stands beside the collections stays as it is.
    pub fn sort(&mut self, order: Order) {
        match order {
            Order::AsRead => {}
            Order::Dependency => {
                let place = |kind: &str| type_of(kind).map_or(u32::MAX, |found| found.order);
                self.collections.sort_by_key(|(kind, _)| place(kind));
            }
            Order::Stable => {
                self.collections.sort_by(|(one, _), (other, _)| one.cmp(other));
                for (_, objects) in &mut self.collections {
                    objects.sort_by(|one, other| key(one).cmp(&key(other)));
                }
            }
        }
        let kinds = self.collections.iter().enumerate();
        self.places = kinds.map(|(at, (kind, _))| (kind.clone(), at)).collect();
    }

    /// Writes the objects in their order, behind `system` where there is one, and all else that stands beside the collections.
    ///
    /// # Errors
    /// As [`MetadataWriter::write`].
    pub fn write<W: Write>(&self, mut writer: MetadataWriter<W>) -> io::Result<(W, Remarks)> {
        if let Some(system) = self.header.get("system") {
            writer.property("system", system)?;
        }
        for (kind, object) in self.iter() {
            writer.write(kind, object)?;
        }
        writer.finish(&self.header)
    }
}

/// By what an object is found in a sorted file.
fn key(object: &Object) -> [&str; 3] {
    ["id", "code", "name"].map(|name| object.text(name).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(order: Order) -> String {
        let mut bundle = Bundle::new();
        for (kind, id) in [
            ("dataSets", "b"),
            ("novelties", "x"),
            ("dataElements", "e"),
            ("options", "o"),
            ("dataSets", "a"),
        ] {
            bundle.push(kind, Object::new().with("id", id));
        }
        bundle.sort(order);
        bundle.push("options", Object::new().with("id", "n"));
        bundle.header_mut().set("date", "2024");
        bundle.header_mut().set("system", Object::new());
        let (written, _) = bundle.write(MetadataWriter::json(Vec::new())).unwrap();
        String::from_utf8(written).unwrap().replace('\n', "")
    }

    #[test]
    fn objects_of_a_type_stand_together_in_each_order() {
        for (wanted, json) in [
            (
                Order::AsRead,
                r#"{"system":{},"dataSets":[{"id":"b"},{"id":"a"}],"novelties":[{"id":"x"}],"dataElements":[{"id":"e"}],"options":[{"id":"o"},{"id":"n"}],"date":"2024"}"#,
            ),
            (
                Order::Dependency,
                r#"{"system":{},"options":[{"id":"o"},{"id":"n"}],"dataElements":[{"id":"e"}],"dataSets":[{"id":"b"},{"id":"a"}],"novelties":[{"id":"x"}],"date":"2024"}"#,
            ),
            (
                Order::Stable,
                r#"{"system":{},"dataElements":[{"id":"e"}],"dataSets":[{"id":"a"},{"id":"b"}],"novelties":[{"id":"x"}],"options":[{"id":"o"},{"id":"n"}],"date":"2024"}"#,
            ),
        ] {
            assert_eq!(order(wanted), json);
        }
    }
}
