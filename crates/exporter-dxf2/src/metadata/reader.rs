//! Metadata, object by object.

use std::io::BufRead;

use exporter_xml::Position;

use super::check::Checker;
use super::json::JsonParts;
use super::part::{MetadataObject, Part};
use super::xml::XmlParts;
use crate::fault::Fault;
use crate::findings::Findings;
use crate::mode::{Mode, Remarks};

/// Parts beside the objects that are remembered; DHIS2 has some hundred collections.
const MOST_OF_HEADER: usize = 10_000;

/// Reads metadata object by object, its collections in any order.
///
/// ```
/// use exporter_dxf2::Mode;
/// use exporter_dxf2::metadata::MetadataReader;
/// let text = r#"{"options":[{"id":"yOV5tkDsK8w"}],"system":{"version":"2.40"},"optionSets":[{"id":"cJ82jd8sd32"}]}"#;
/// let mut reader = MetadataReader::json(text.as_bytes(), 1 << 20, Mode::Lenient);
/// let mut found = Vec::new();
/// while let Some(object) = reader.read()? {
///     found.push((object.kind.clone(), object.id().map(str::to_owned)));
/// }
/// assert_eq!(found[1], ("optionSets".to_owned(), Some("cJ82jd8sd32".to_owned())));
/// assert!(reader.property("system").is_some());
/// # Ok::<(), exporter_dxf2::Fault>(())
/// ```
pub struct MetadataReader<R: BufRead> {
    parts: Parts<R>,
    findings: Findings,
    checker: Checker,
    header: Vec<Part>,
    is_over: bool,
}

/// The parts of a document of either form.
enum Parts<R: BufRead> {
    Json(JsonParts<R>),
    Xml(Box<XmlParts<R>>),
}

impl<R: BufRead> MetadataReader<R> {
    /// Reads JSON whose objects and properties have at most so many bytes each.
    pub fn json(reader: R, most: usize, mode: Mode) -> Self {
        Self::new(Parts::Json(JsonParts::new(reader, most)), mode)
    }

    /// Reads XML whose objects and properties have at most so many bytes each.
    pub fn xml(reader: R, most: usize, mode: Mode) -> Self {
        Self::new(Parts::Xml(Box::new(XmlParts::new(reader, most))), mode)
    }

    /// Reads JSON or XML, whichever it is by its first sign.
    ///
    /// # Errors
    /// The bytes cannot be had.
    pub fn of_either(mut reader: R, most: usize, mode: Mode) -> Result<Self, Fault> {
        let bytes = reader.fill_buf().map_err(|source| Fault {
            source: Some(source),
            ..Fault::new(Position::of_line(1), "the bytes cannot be read")
        })?;
        let text = bytes.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(bytes);
        let is_json = matches!(text.trim_ascii_start().first(), Some(b'{' | b'['));
        Ok(if is_json { Self::json(reader, most, mode) } else { Self::xml(reader, most, mode) })
    }

    fn new(parts: Parts<R>, mode: Mode) -> Self {
        Self {
            parts,
            findings: Findings::new(mode),
            checker: Checker::default(),
            header: Vec::new(),
            is_over: false,
        }
    }

    /// The next object; `None` where there is no other one. What stands beside the objects is in [`MetadataReader::header`].
    ///
    /// # Errors
    /// As [`MetadataReader::next_part`].
    pub fn read(&mut self) -> Result<Option<MetadataObject>, Fault> {
        while let Some(part) = self.next_part()? {
            match part {
                Part::Object(object) => return Ok(Some(object)),
                other if self.header.len() < MOST_OF_HEADER => self.header.push(other),
                _ => {
                    self.is_over = true;
                    let message = format!("more than {MOST_OF_HEADER} properties and collections");
                    return Err(Fault::new(self.position(), message));
                }
            }
        }
        Ok(None)
    }

    /// The next part: an object, the beginning of a collection, or a property of the document.
    ///
    /// # Errors
    /// The document is damaged or cut off, an object is longer than is read, or in strict mode a server would refuse it; nothing
    /// follows then.
    pub fn next_part(&mut self) -> Result<Option<Part>, Fault> {
        if self.is_over {
            return Ok(None);
        }
        let found = match &mut self.parts {
            Parts::Json(parts) => parts.next(&mut self.findings),
            Parts::Xml(parts) => parts.next(&mut self.findings),
        };
        let found = found.and_then(|part| {
            if let Some(part) = &part {
                let position = self.position();
                self.checker.part(part, position, &mut self.findings)?;
            }
            Ok(part)
        });
        self.is_over = !matches!(found, Ok(Some(_)));
        found
    }

    /// What [`MetadataReader::read`] has passed: properties of the document and the beginnings of collections, in their order.
    pub fn header(&self) -> &[Part] {
        &self.header
    }

    /// A property of the document that [`MetadataReader::read`] has passed, such as `system`.
    pub fn property(&self, name: &str) -> Option<&crate::value::Value> {
        self.header.iter().find_map(|part| match part {
            Part::Property(known, value) if known == name => Some(value),
            _ => None,
        })
    }

    /// What was remarked so far.
    pub fn remarks(&self) -> &Remarks {
        self.findings.remarks()
    }

    /// How far it was read.
    pub fn position(&self) -> Position {
        match &self.parts {
            Parts::Json(parts) => parts.position(),
            Parts::Xml(parts) => parts.position(),
        }
    }
}
