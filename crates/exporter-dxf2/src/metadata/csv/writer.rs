//! Writes a table of metadata, object by object.

use std::collections::HashMap;
use std::io::Write;

use super::super::geometry::to_feature;
use super::super::part::MetadataObject;
use super::super::writer::WriteError;
use super::class::{CsvClass, CsvColumn};
use crate::findings::Findings;
use crate::mode::{Mode, Remark, Remarks};
use crate::value::{Object, Value};

/// Writes a table of metadata, object by object.
///
/// A table of option sets or option groups has names and codes of options: those that are not in the object itself are taken from
/// `options` that were written before, which servers import before, too.
///
/// ```
/// use exporter_dxf2::Object;
/// use exporter_dxf2::Mode;
/// use exporter_dxf2::metadata::{MetadataCsvWriter, MetadataObject, csv_class};
/// let class = csv_class("CATEGORY_OPTION").ok_or("a class")?;
/// let mut writer = MetadataCsvWriter::new(Vec::new(), class, Mode::Strict)?;
/// let option = Object::new().with("name", "Male, adult").with("code", "M");
/// writer.write(&MetadataObject::new("categoryOptions", option))?;
/// let text = String::from_utf8(writer.finish()?)?;
/// assert_eq!(text.lines().nth(1), Some("\"Male, adult\",,M,"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct MetadataCsvWriter<W: Write> {
    writer: csv::Writer<W>,
    class: &'static CsvClass,
    findings: Findings,
    /// What members have, by their identifiers.
    members: HashMap<String, Object>,
}

impl<W: Write> MetadataCsvWriter<W> {
    /// Begins a table with its header.
    ///
    /// # Errors
    /// When the bytes cannot be written.
    pub fn new(writer: W, class: &'static CsvClass, mode: Mode) -> Result<Self, WriteError> {
        let mut writer = csv::WriterBuilder::new().from_writer(writer);
        writer.write_record(class.header()).map_err(std::io::Error::from)?;
        Ok(Self { writer, class, findings: Findings::new(mode), members: HashMap::new() })
    }

    /// Writes the row of an object, or one for each of its members. Objects of other collections have no place and are passed.
    ///
    /// # Errors
    /// The bytes cannot be written, or in strict mode the table does not hold what servers need, or servers would cut it.
    pub fn write(&mut self, object: &MetadataObject) -> Result<(), WriteError> {
        if object.kind != self.class.kind {
            if self.class.members == Some(&object.kind) {
                self.remember(&object.object);
            } else {
                let remark =
                    Remark::new(object.position, "objects of this collection have no place in the table");
                self.findings.note(remark.property(&*object.kind));
            }
            return Ok(());
        }
        self.tell_of_others(object);
        let Some(members) = self.class.members else {
            return self.row(object, None);
        };
        let values = object.object.get(members).and_then(Value::as_list).unwrap_or_default();
        for value in values {
            let Some(member) = value.as_object() else { continue };
            let known = member.text("id").and_then(|id| self.members.get(id));
            let mut whole = known.cloned().unwrap_or_default();
            member.iter().for_each(|(name, value)| whole.set(name, value.clone()));
            self.row(object, Some(&whole))?;
        }
        Ok(())
    }

    /// What was remarked so far.
    pub fn remarks(&self) -> &Remarks {
        self.findings.remarks()
    }

    /// Ends the table.
    ///
    /// # Errors
    /// When the bytes cannot be written.
    pub fn finish(self) -> Result<W, WriteError> {
        self.writer.into_inner().map_err(|error| WriteError::Io(error.into_error()))
    }

    fn remember(&mut self, member: &Object) {
        let Some(id) = member.text("id") else { return };
        let mut kept = Object::new();
        for name in
            self.class.columns.iter().filter(|column| column.is_member).filter_map(|column| column.within)
        {
            if let Some(value) = member.get(name) {
                kept.set(name, value.clone());
            }
        }
        self.members.insert(id.to_owned(), kept);
    }

    /// Remarks properties without a column.
    fn tell_of_others(&mut self, object: &MetadataObject) {
        for (name, _) in object.object.iter() {
            let in_column = self.class.columns.iter().any(|column| column.property == name);
            let always = self.class.always.iter().any(|(known, _)| *known == name);
            let as_feature = name == "geometry" && feature(&self.class.columns, &object.object).is_some();
            if !(in_column || always || as_feature) {
                let remark = Remark::new(object.position, "the property has no column: left out");
                self.findings.note(remark.object(object.index, object.id()).property(name));
            }
        }
    }

    fn row(&mut self, object: &MetadataObject, member: Option<&Object>) -> Result<(), WriteError> {
        let mut cells = Vec::with_capacity(self.class.columns.len());
        let feature = feature(&self.class.columns, &object.object);
        for column in &self.class.columns {
            let holder = if column.is_member { member } else { Some(&object.object) };
            let path = match column.within {
                Some(within) if column.is_member => holder.and_then(|member| member.get(within)),
                Some(within) => holder
                    .and_then(|holder| holder.get(column.property)?.as_object())
                    .and_then(|inner| inner.get(within)),
                None => holder.and_then(|holder| holder.get(column.property)),
            };
            let text = match (path, &feature) {
                (None, Some((feature, _))) if column.property == "featureType" => (*feature).to_owned(),
                (None, Some((_, coordinates))) if column.property == "coordinates" => coordinates.clone(),
                (Some(Value::Text(text) | Value::Number(text)), _) => text.clone(),
                (Some(Value::Boolean(truth)), _) => truth.to_string(),
                (None | Some(Value::Null), _) => String::new(),
                (Some(_), _) => {
                    self.refuse(
                        object,
                        column.property,
                        "this is no plain value, which a cell holds: left out",
                    )?;
                    String::new()
                }
            };
            if text.is_empty() && column.required {
                self.refuse(object, column.property, "E4000: the row lacks what servers need")?;
            }
            if column.most.is_some_and(|most| text.chars().count() > most) {
                let most = column.most.unwrap_or_default();
                let message =
                    format!("E4001: the text has more than {most} characters, where servers cut it");
                self.refuse(object, column.property, &message)?;
            }
            cells.push(text);
        }
        self.writer.write_record(&cells).map_err(std::io::Error::from)?;
        Ok(())
    }

    fn refuse(&mut self, object: &MetadataObject, property: &str, message: &str) -> Result<(), WriteError> {
        let remark = Remark::new(object.position, message).object(object.index, object.id());
        Ok(self.findings.refuse(remark.property(property))?)
    }
}

/// The feature type and coordinates of a geometry, for a table that has them and an object that does not.
fn feature(columns: &[CsvColumn], object: &Object) -> Option<(&'static str, String)> {
    let has_columns = columns.iter().any(|column| column.property == "coordinates");
    let is_open = object.get("coordinates").is_none() && object.get("featureType").is_none();
    to_feature(object.get("geometry").filter(|_| has_columns && is_open)?.as_object()?)
}
