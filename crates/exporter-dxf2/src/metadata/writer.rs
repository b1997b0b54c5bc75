//! Metadata, written part by part.

use std::io::{self, Write};

use super::part::{MetadataObject, Part};
use crate::mode::Remark;
use crate::target::Target;
use crate::value::write_text;

/// Why metadata cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The bytes cannot be written.
    #[error("the bytes cannot be written")]
    Io(#[from] io::Error),
    /// The objects of a collection do not stand together.
    #[error("{0} come in two places; collect them in a `Bundle` first")]
    Scattered(String),
    /// A server of the target does not take metadata as XML.
    #[error("DHIS2 {0} does not read metadata as XML, which ended with 2.38: write JSON, or allow XML")]
    NoXml(Target),
    /// A form does not hold what an object has; only in strict mode.
    #[error("{0}")]
    Refused(Remark),
}

/// Writes metadata part by part.
///
/// ```
/// use exporter_dxf2::metadata::{MetadataObject, MetadataWriter};
/// use exporter_dxf2::{Object, Value};
/// let mut writer = MetadataWriter::json(Vec::new());
/// let constant = Object::new().with("id", "bCqvfPR02Im").with("name", "Pi");
/// writer.object(&MetadataObject::new("constants", constant))?;
/// let text = String::from_utf8(writer.finish()?)?;
/// assert!(Value::from_json(text.trim())?.as_object().is_some_and(|document| document.get("constants").is_some()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct MetadataWriter<W> {
    writer: W,
    line: Vec<u8>,
    /// The collections that were begun; the last one may be open.
    begun: std::collections::HashSet<String>,
    open: Option<String>,
    is_first: bool,
    is_first_object: bool,
}

impl<W: Write> MetadataWriter<W> {
    /// Writes JSON.
    pub fn json(writer: W) -> Self {
        let begun = std::collections::HashSet::new();
        Self { writer, line: Vec::new(), begun, open: None, is_first: true, is_first_object: true }
    }

    /// Writes the next part.
    ///
    /// # Errors
    /// The bytes cannot be written, or a collection begins that has ended.
    pub fn part(&mut self, part: &Part) -> Result<(), WriteError> {
        match part {
            Part::Property(name, value) => {
                self.line.clear();
                self.close();
                self.name(name);
                value.write_json(&mut self.line);
                self.flush()
            }
            Part::Collection(kind) => {
                self.line.clear();
                self.begin(kind)?;
                self.flush()
            }
            Part::Object(object) => self.object(object),
        }
    }

    /// Writes an object, and the beginning of its collection where it is not open.
    ///
    /// # Errors
    /// As [`MetadataWriter::part`].
    pub fn object(&mut self, object: &MetadataObject) -> Result<(), WriteError> {
        self.line.clear();
        if self.open.as_ref() != Some(&object.kind) {
            self.begin(&object.kind)?;
        }
        self.line.extend_from_slice(if std::mem::take(&mut self.is_first_object) { b"\n" } else { b",\n" });
        object.object.write_json(&mut self.line);
        self.flush()
    }

    fn begin(&mut self, kind: &str) -> Result<(), WriteError> {
        if !self.begun.insert(kind.to_owned()) {
            return Err(WriteError::Scattered(kind.to_owned()));
        }
        self.close();
        self.name(kind);
        self.line.push(b'[');
        self.open = Some(kind.to_owned());
        self.is_first_object = true;
        Ok(())
    }

    fn close(&mut self) {
        if self.open.take().is_some() {
            self.line.extend_from_slice(b"\n]");
        }
    }

    fn name(&mut self, name: &str) {
        self.line.extend_from_slice(if std::mem::take(&mut self.is_first) { b"{\n" } else { b",\n" });
        write_text(name, &mut self.line);
        self.line.push(b':');
    }

    fn flush(&mut self) -> Result<(), WriteError> {
        self.writer.write_all(&self.line)?;
        Ok(())
    }

    /// Ends the document.
    ///
    /// # Errors
    /// When the bytes cannot be written.
    pub fn finish(mut self) -> Result<W, WriteError> {
        self.line.clear();
        self.close();
        self.line.extend_from_slice(if self.is_first { b"{}\n" } else { b"\n}\n" });
        self.flush()?;
        self.writer.flush()?;
        Ok(self.writer)
    }
}
