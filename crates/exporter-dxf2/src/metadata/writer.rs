//! Metadata, written part by part.

use std::collections::HashSet;
use std::io::{self, Write};

use exporter_xml::{Element, Position, is_nc_name};

use super::part::{MetadataObject, Part};
use super::targets::{conform, is_renamed, property};
use super::to_elements::ToElements;
use super::types::{singular, type_of};
use super::xml::NAMESPACE;
use crate::fault::Fault;
use crate::findings::Findings;
use crate::mode::{Mode, Remark, Remarks};
use crate::target::Target;
use crate::value::{Value, write_text};

/// A form of documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Form {
    /// JSON, of every version.
    Json,
    /// XML, to 2.38.
    Xml,
}

/// How metadata is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriteOptions {
    /// The version whose forms are written; without one, everything is written as it was read.
    pub target: Option<Target>,
    /// Whether it is an error that something cannot be written as it is.
    pub mode: Mode,
    /// Whether XML is written for a target that does not read it.
    pub allow_xml: bool,
}

/// Why metadata cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The bytes cannot be written.
    #[error("the bytes cannot be written")]
    Io(#[from] io::Error),
    /// The objects of a collection do not stand together.
    #[error("the objects of {0} come in two places: collect them in a `Bundle` first")]
    Scattered(String),
    /// A server of the target does not take metadata as XML.
    #[error("DHIS2 {0} does not read metadata as XML, which ended with 2.38: write JSON, or set `allow_xml`")]
    NoXml(Target),
    /// The form or the target does not hold what an object has; only in strict mode.
    #[error(transparent)]
    Refused(#[from] Fault),
}

/// Of a property or collection whose name is none in XML.
pub(super) const NO_NAME: &str = "this is no name in XML: left out";

/// Writes metadata part by part.
///
/// ```
/// use exporter_dxf2::metadata::{Form, MetadataObject, MetadataWriter, WriteOptions};
/// use exporter_dxf2::{Object, Target};
/// let options = WriteOptions { target: Some(Target::V2_38), ..WriteOptions::default() };
/// let mut writer = MetadataWriter::new(Vec::new(), Form::Xml, options)?;
/// let constant = Object::new().with("id", "bCqvfPR02Im").with("name", "Pi").with("value", "3.14");
/// writer.object(&MetadataObject::new("constants", constant))?;
/// let text = String::from_utf8(writer.finish()?)?;
/// assert!(text.contains("<constant id=\"bCqvfPR02Im\" name=\"Pi\">\n      <value>3.14</value>"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct MetadataWriter<W> {
    writer: W,
    form: Form,
    options: WriteOptions,
    findings: Findings,
    line: String,
    /// The collections that were begun; the last one may be open.
    begun: HashSet<String>,
    open: Option<String>,
    /// Texts that stand at the root of a document in XML, as long as nothing is written.
    at_root: Element,
    is_first: bool,
    is_first_object: bool,
}

impl<W: Write> MetadataWriter<W> {
    /// Begins a document.
    ///
    /// # Errors
    /// [`WriteError::NoXml`].
    pub fn new(writer: W, form: Form, options: WriteOptions) -> Result<Self, WriteError> {
        if let Some(target) = options.target
            && form == Form::Xml
            && !(target.has_metadata_xml() || options.allow_xml)
        {
            return Err(WriteError::NoXml(target));
        }
        let root = options.target.map_or("metadata", Target::metadata_root);
        Ok(Self {
            writer,
            form,
            options,
            findings: Findings::new(options.mode),
            line: String::new(),
            begun: HashSet::new(),
            open: None,
            at_root: Element::new(root).with("xmlns", NAMESPACE),
            is_first: true,
            is_first_object: true,
        })
    }

    /// Writes the next part.
    ///
    /// # Errors
    /// The bytes cannot be written, a collection begins that has ended, or, in strict mode, something cannot be written as it is.
    pub fn part(&mut self, part: &Part) -> Result<(), WriteError> {
        match part {
            Part::Property(name, value) => self.property(name, value),
            // XML has no place for an empty one, and others begin with their first object.
            Part::Collection(_) if self.form == Form::Xml => Ok(()),
            // The objects tell which collection of the target they are of.
            Part::Collection(kind) if self.options.target.is_some_and(|target| is_renamed(kind, target)) => {
                Ok(())
            }
            Part::Collection(kind) => {
                self.begin(kind)?;
                self.flush()
            }
            Part::Object(object) => self.object(object),
        }
    }

    /// Writes a property of the document.
    fn property(&mut self, name: &str, value: &Value) -> Result<(), WriteError> {
        let Some((name, value)) = (match self.options.target {
            Some(target) => property(name, value, target),
            None => Some((name.to_owned(), value.clone())),
        }) else {
            return Ok(());
        };
        let (name, value) = (name.as_str(), &value);
        if !self.begun.insert(name.to_owned()) {
            let message = "E4054: the document has it twice: left out";
            self.findings.refuse(Remark::new(Position::of_line(1), message).property(name))?;
            return Ok(());
        }
        match (self.form, value) {
            (Form::Json, value) => {
                self.close();
                self.name(name);
                self.json(|line| value.write_json(line));
            }
            (Form::Xml, Value::Text(text)) if self.is_first && matches!(name, "date" | "created") => {
                if self.at_root.attribute(name).is_none() {
                    self.at_root.attributes.push((name.to_owned().into(), text.clone()));
                }
            }
            (Form::Xml, _) if !is_nc_name(name) => {
                let remark = Remark::new(Position::of_line(1), NO_NAME).property(name);
                self.findings.refuse(remark)?;
            }
            (Form::Xml, value) => {
                let position = Position::of_line(1);
                let mut to = ToElements { findings: &mut self.findings, position, index: None, id: None };
                let element = to.child(name, value, "metadata")?;
                self.close();
                if let Some(element) = element {
                    self.root();
                    element.write(1, &mut self.line);
                }
            }
        }
        self.flush()
    }

    /// Writes an object, and the beginning of its collection where it is not open.
    ///
    /// # Errors
    /// As [`MetadataWriter::part`].
    pub fn object(&mut self, object: &MetadataObject) -> Result<(), WriteError> {
        if self.options.target.is_none() {
            return self.put(object);
        }
        let mut object = object.clone();
        self.conform(&mut object)?;
        self.put(&object)
    }

    /// Gives an object the form of the target.
    pub(super) fn conform(&mut self, object: &mut MetadataObject) -> Result<(), WriteError> {
        let Some(target) = self.options.target else { return Ok(()) };
        Ok(conform(object, target, self.form, &mut self.findings)?)
    }

    /// Writes an object that has the form of the target.
    pub(super) fn put(&mut self, object: &MetadataObject) -> Result<(), WriteError> {
        if self.form == Form::Xml && !is_nc_name(&object.kind) {
            let remark = Remark::new(object.position, NO_NAME).property(&object.kind);
            return Ok(self.findings.refuse(remark)?);
        }
        if self.open.as_ref() != Some(&object.kind) {
            self.begin(&object.kind)?;
        }
        match self.form {
            Form::Json => {
                self.line.push_str(if std::mem::take(&mut self.is_first_object) { "\n" } else { ",\n" });
                self.json(|line| object.object.write_json(line));
            }
            Form::Xml => {
                let holder =
                    type_of(&object.kind).map_or_else(|| singular(&object.kind), |kind| kind.singular.into());
                let id = object.id().map(str::to_owned);
                let (position, index) = (object.position, Some(object.index));
                let mut to = ToElements { findings: &mut self.findings, position, index, id };
                to.object(&holder, &object.object, &holder)?.write(2, &mut self.line);
            }
        }
        self.flush()
    }

    /// What was remarked so far.
    pub fn remarks(&self) -> &Remarks {
        self.findings.remarks()
    }

    fn begin(&mut self, kind: &str) -> Result<(), WriteError> {
        if !self.begun.insert(kind.to_owned()) {
            return Err(WriteError::Scattered(kind.to_owned()));
        }
        self.close();
        match self.form {
            Form::Json => {
                self.name(kind);
                self.line.push('[');
            }
            Form::Xml => {
                self.root();
                self.line.push_str(&format!("  <{kind}>\n"));
            }
        }
        self.open = Some(kind.to_owned());
        self.is_first_object = true;
        Ok(())
    }

    fn close(&mut self) {
        if let Some(kind) = self.open.take() {
            match self.form {
                Form::Json => self.line.push_str("\n]"),
                Form::Xml => self.line.push_str(&format!("  </{kind}>\n")),
            }
        }
    }

    fn name(&mut self, name: &str) {
        self.line.push_str(if std::mem::take(&mut self.is_first) { "{\n" } else { ",\n" });
        self.json(|line| write_text(name, line));
        self.line.push(':');
    }

    /// Begins the document in XML, unless it was.
    fn root(&mut self) {
        if std::mem::take(&mut self.is_first) {
            self.line.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
            self.at_root.open(&mut self.line);
            self.line.push_str(">\n");
        }
    }

    /// Adds JSON, which is text.
    fn json(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        let mut line = std::mem::take(&mut self.line).into_bytes();
        write(&mut line);
        self.line = String::from_utf8(line).unwrap_or_default();
    }

    fn flush(&mut self) -> Result<(), WriteError> {
        self.writer.write_all(self.line.as_bytes())?;
        self.line.clear();
        Ok(())
    }

    /// Ends the document.
    ///
    /// # Errors
    /// When the bytes cannot be written.
    pub fn finish(mut self) -> Result<W, WriteError> {
        self.close();
        match self.form {
            Form::Json => self.line.push_str(if self.is_first { "{}\n" } else { "\n}\n" }),
            Form::Xml => {
                self.root();
                self.line.push_str(&format!("</{}>\n", self.at_root.name));
            }
        }
        self.flush()?;
        self.writer.flush()?;
        Ok(self.writer)
    }
}
