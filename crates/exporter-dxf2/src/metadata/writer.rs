//! Writes metadata collection by collection.

use std::collections::HashSet;
use std::io::{self, Write};

use super::to_json::ToJson;
use super::to_xml::ToXml;
use crate::mode::Remarks;
use crate::target::Target;
use crate::value::{Object, Value};

/// Writes metadata as JSON or XML; the objects of one type follow one another.
pub struct MetadataWriter<W: Write> {
    form: Form<W>,
    /// The collection that is open, and how many objects it has.
    open: Option<(String, u64)>,
    /// Collections and properties that are written.
    written: HashSet<String>,
    remarks: Remarks,
}

enum Form<W: Write> {
    Json(ToJson<W>),
    Xml(ToXml<W>),
}

impl<W: Write> MetadataWriter<W> {
    /// Begins a document as JSON, which servers of all versions read.
    pub fn json(writer: W) -> Self {
        Self::of(Form::Json(ToJson::new(writer)))
    }

    /// Begins a document as XML, for the servers up to 2.38 that read it.
    ///
    /// # Errors
    /// Servers of the target read no metadata as XML.
    pub fn xml(writer: W, target: Target) -> io::Result<Self> {
        if !target.has_metadata_xml() {
            let message = format!(
                "servers of version {target} read metadata as JSON alone: write JSON, or choose the target 2.38"
            );
            return Err(io::Error::new(io::ErrorKind::Unsupported, message));
        }
        Ok(Self::xml_for_archives(writer, target))
    }

    /// Begins a document as XML whatever the target reads.
    pub fn xml_for_archives(writer: W, target: Target) -> Self {
        Self::of(Form::Xml(ToXml::new(writer, target)))
    }

    fn of(form: Form<W>) -> Self {
        Self { form, open: None, written: HashSet::new(), remarks: Remarks::default() }
    }

    /// Writes an object of a type, which its plural name says.
    ///
    /// # Errors
    /// The bytes cannot be written, or the collection of the type was left before.
    pub fn write(&mut self, kind: &str, object: &Object) -> io::Result<()> {
        if self.open.as_ref().is_none_or(|(open, _)| open != kind) {
            self.end();
            self.once(kind)?;
            match &mut self.form {
                Form::Json(json) => json.begin(kind),
                Form::Xml(xml) => xml.begin(kind),
            }
            self.open = Some((kind.to_owned(), 0));
        }
        let index = self.open.as_mut().map(|(_, count)| std::mem::replace(count, *count + 1));
        match &mut self.form {
            Form::Json(json) => json.object(object),
            Form::Xml(xml) => xml.object(object, index.unwrap_or_default(), &mut self.remarks),
        }
    }

    /// Writes what stands beside the collections, such as `system`.
    ///
    /// # Errors
    /// The bytes cannot be written, or it is written already.
    pub fn property(&mut self, name: &str, value: &Value) -> io::Result<()> {
        self.end();
        self.once(name)?;
        match &mut self.form {
            Form::Json(json) => json.property(name, value),
            Form::Xml(xml) => xml.property(name, value, &mut self.remarks),
        }
    }

    fn once(&mut self, name: &str) -> io::Result<()> {
        if self.written.insert(name.to_owned()) {
            return Ok(());
        }
        let message = format!("{name} stands in two places: its objects must follow one another");
        Err(io::Error::new(io::ErrorKind::InvalidInput, message))
    }

    fn end(&mut self) {
        if self.open.take().is_some() {
            match &mut self.form {
                Form::Json(json) => json.end(),
                Form::Xml(xml) => xml.end(),
            }
        }
    }

    /// Ends the document with what of this is not written yet; what XML could not hold is remarked.
    ///
    /// # Errors
    /// The bytes cannot be written.
    pub fn finish(mut self, header: &Object) -> io::Result<(W, Remarks)> {
        for (name, value) in header.iter() {
            if !self.written.contains(name) {
                self.property(name, value)?;
            }
        }
        self.end();
        let writer = match self.form {
            Form::Json(json) => json.finish()?,
            Form::Xml(xml) => xml.finish()?,
        };
        Ok((writer, self.remarks))
    }
}
