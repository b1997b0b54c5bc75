//! All objects of a document, to be written in another order.

use std::collections::HashMap;
use std::io::{BufRead, Write};

use super::part::{MetadataObject, Part};
use super::reader::MetadataReader;
use super::types::type_of;
use super::writer::{MetadataWriter, WriteError};
use crate::fault::Fault;
use crate::value::Value;

/// In which order collections and objects are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// As they were read; a collection stands where it begins.
    #[default]
    AsRead,
    /// In the order in which servers import types, objects as they were read.
    Dependency,
    /// In the order of servers, and objects by their identifiers, so that two files differ where their objects do.
    Stable,
}

/// All parts of a document in memory, which every order but that of the file needs.
///
/// ```
/// use exporter_dxf2::Mode;
/// use exporter_dxf2::metadata::{Bundle, Form, MetadataReader, MetadataWriter, Order, WriteOptions};
/// let text = r#"{"optionSets":[{"id":"cJ82jd8sd32"}],"options":[{"id":"yOV5tkDsK8w"}]}"#;
/// let bundle = Bundle::read(MetadataReader::json(text.as_bytes(), 1 << 20, Mode::Lenient))?;
/// let mut writer = MetadataWriter::new(Vec::new(), Form::Json, WriteOptions::default())?;
/// bundle.write(&mut writer, Order::Dependency)?;
/// let text = String::from_utf8(writer.finish()?)?;
/// assert!(text.find("\"options\"") < text.find("\"optionSets\""));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bundle {
    parts: Vec<Part>,
}

impl Bundle {
    /// An empty bundle.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads a whole document.
    ///
    /// # Errors
    /// As [`MetadataReader::next_part`].
    pub fn read<R: BufRead>(mut reader: MetadataReader<R>) -> Result<Self, Fault> {
        let mut bundle = Self::new();
        while let Some(part) = reader.next_part()? {
            bundle.push(part);
        }
        Ok(bundle)
    }

    /// Adds a part.
    pub fn push(&mut self, part: Part) {
        self.parts.push(part);
    }

    /// The objects in the order in which they were added.
    pub fn objects(&self) -> impl Iterator<Item = &MetadataObject> {
        self.parts.iter().filter_map(|part| match part {
            Part::Object(object) => Some(object),
            _ => None,
        })
    }

    /// Writes the parts in an order; the document is not ended.
    ///
    /// # Errors
    /// As [`MetadataWriter::part`], but objects of a collection need not stand together.
    pub fn write<W: Write>(self, writer: &mut MetadataWriter<W>, order: Order) -> Result<(), WriteError> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        for part in self.parts {
            let (kind, object) = match part {
                Part::Property(name, value) => {
                    entries.push(Entry::Property(name, value));
                    continue;
                }
                Part::Collection(kind) => (kind, None),
                Part::Object(mut object) => {
                    // The target may have it in another collection.
                    writer.conform(&mut object)?;
                    (object.kind.clone(), Some(object))
                }
            };
            let next = entries.len();
            let place = *places.entry(kind).or_insert_with_key(|kind| {
                entries.push(Entry::Collection(kind.clone(), Vec::new()));
                next
            });
            if let Some(Entry::Collection(_, objects)) = entries.get_mut(place) {
                objects.extend(object);
            }
        }
        if order != Order::AsRead {
            entries.sort_by(|one, other| one.rank().cmp(&other.rank()));
        }
        for entry in entries {
            match entry {
                Entry::Property(name, value) => writer.part(&Part::Property(name, value))?,
                Entry::Collection(kind, mut objects) => {
                    if order == Order::Stable {
                        let key = |object: &MetadataObject| {
                            let text = |name| object.object.text(name).map(str::to_owned);
                            (text("id"), text("code"), text("name"))
                        };
                        objects.sort_by_cached_key(key);
                    }
                    // The target may have moved all objects elsewhere.
                    if objects.is_empty() {
                        writer.part(&Part::Collection(kind))?;
                    }
                    objects.iter().try_for_each(|object| writer.put(object))?;
                }
            }
        }
        Ok(())
    }
}

enum Entry {
    Property(String, Value),
    Collection(String, Vec<MetadataObject>),
}

impl Entry {
    /// Properties come first, then the types that are known, then the others by their names.
    fn rank(&self) -> (usize, &str) {
        match self {
            Self::Property(name, _) => (0, if name == "system" { "" } else { name }),
            Self::Collection(kind, _) => (1 + type_of(kind).map_or(usize::MAX - 1, |kind| kind.rank), kind),
        }
    }
}
