//! Reads metadata object by object, whatever its form.

use std::io::BufRead;

use exporter_xml::Position;

use super::checks::Checks;
use super::findings::Finding;
use super::from_json::FromJson;
use super::from_xml::{FromXml, REPEATED};
use crate::fault::Fault;
use crate::mode::{Mode, Remark, Remarks};
use crate::target::Target;
use crate::value::Object;

/// The most bytes of an object; a form of data entry has some hundred thousand.
const MOST: usize = 64 << 20;

/// An object of a file.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct MetadataObject {
    /// The name of its collection, which is the plural name of its type, such as `dataElements`.
    pub kind: String,
    /// Its place in the collection, from 0.
    pub index: u64,
    /// Where it stands.
    pub position: Position,
    /// What it has.
    pub object: Object,
}

/// Reads metadata as JSON or XML, of which the first character tells one from the other.
pub struct MetadataReader<R: BufRead> {
    form: Form<R>,
    header: Object,
    remarks: Remarks,
    checks: Option<(Checks, Mode)>,
    is_over: bool,
}

enum Form<R: BufRead> {
    Json(FromJson<R>),
    Xml(Box<FromXml<R>>),
}

impl<R: BufRead> MetadataReader<R> {
    /// Begins to read.
    ///
    /// # Errors
    /// The first bytes cannot be had, or are neither JSON nor XML.
    pub fn new(reader: R) -> Result<Self, Fault> {
        Self::with_limit(reader, MOST)
    }

    /// Begins to read a file whose objects have at most so many bytes each.
    ///
    /// # Errors
    /// As [`MetadataReader::new`].
    pub fn with_limit(mut reader: R, most: usize) -> Result<Self, Fault> {
        let first = first_sign(&mut reader)?;
        let form = match first {
            Some(b'<') => Form::Xml(Box::new(FromXml::new(reader, most))),
            Some(b'{') => Form::Json(FromJson::new(reader, most)),
            _ => {
                let message = "this is no metadata of DHIS2: it begins with neither { (JSON) nor < (XML)";
                return Err(Fault::new(Position::of_line(1), message));
            }
        };
        let (header, remarks) = (Object::new(), Remarks::default());
        Ok(Self { form, header, remarks, checks: None, is_over: false })
    }

    /// [Checks](Checks) the objects as a server of a version does: what it refuses is an error, strict, and else remarked.
    #[must_use]
    pub fn checked(mut self, mode: Mode, target: Target) -> Self {
        self.checks = Some((Checks::new(target), mode));
        self
    }

    /// Reads the next object; `None` where there is no other.
    ///
    /// # Errors
    /// The document is damaged, cut off or larger than what is read; [checked](Self::checked) and strict, a server refuses the object.
    /// Nothing follows then.
    pub fn read(&mut self) -> Result<Option<MetadataObject>, Fault> {
        if self.is_over {
            return Ok(None);
        }
        let mut remarks = Remarks::default();
        let found = match &mut self.form {
            Form::Json(json) => json.read(&mut self.header, &mut remarks),
            Form::Xml(xml) => xml.read(&mut self.header, &mut remarks),
        };
        let found = found.and_then(|found| match found {
            Some(object) => self.check(&object, &remarks).map(|()| Some(object)),
            None => Ok(None),
        });
        remarks.iter().for_each(|remark| self.remarks.add(remark.clone()));
        self.is_over = !matches!(found, Ok(Some(_)));
        found
    }

    fn check(&mut self, found: &MetadataObject, remarks: &Remarks) -> Result<(), Fault> {
        let Some((checks, mode)) = &mut self.checks else { return Ok(()) };
        let repeated = remarks.iter().find(|remark| remark.message == REPEATED).map(|remark| {
            let message = "the property stands several times (E4054)".to_owned();
            Remark { message, ..remark.clone() }
        });
        if *mode == Mode::Strict
            && let Some(remark) = repeated
        {
            return Err(refused(found, remark));
        }
        for Finding { remark, is_refused, .. } in checks.check(found) {
            if *mode == Mode::Strict && is_refused {
                return Err(refused(found, remark));
            }
            self.remarks.add(remark);
        }
        Ok(())
    }

    /// What stands beside the collections, such as `system`, `date` or `package`, and collections without objects; all of it once
    /// there is no other object.
    pub fn header(&self) -> &Object {
        &self.header
    }

    /// What was odd so far, and is read nevertheless.
    pub fn remarks(&self) -> &Remarks {
        &self.remarks
    }

    /// Whether the file is XML.
    pub fn is_xml(&self) -> bool {
        matches!(self.form, Form::Xml(_))
    }
}

fn refused(found: &MetadataObject, remark: Remark) -> Fault {
    // The fault has the position already.
    let told = Remark { position: None, ..remark };
    Fault::new(found.position, format!("{}: {told}", found.kind))
}

/// The first byte that is no blank and of no byte-order mark. Those before it are gone, since no form needs them; all bytes of UTF-16
/// stay.
fn first_sign<R: BufRead>(reader: &mut R) -> Result<Option<u8>, Fault> {
    let failed = |error: std::io::Error| {
        let fault = Fault::new(Position::of_line(1), "the bytes cannot be read");
        Fault { source: Some(error), ..fault }
    };
    let bytes = reader.fill_buf().map_err(failed)?;
    if let [0xFE, 0xFF, ..] | [0xFF, 0xFE, ..] = bytes {
        return Ok(Some(b'<'));
    }
    if bytes.starts_with(&[0xEF, 0xBB, 0xBF]) {
        reader.consume(3);
    }
    let bytes = reader.fill_buf().map_err(failed)?;
    Ok(bytes.iter().copied().find(|byte| !byte.is_ascii_whitespace()))
}
