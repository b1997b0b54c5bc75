//! Data value sets in whatever form: recognised by their beginning, read and written in one way.

use std::io::{self, BufRead, Write};

use exporter_xml::Position;

use super::adx::{AdxReader, AdxWriter};
use super::csv::{CsvDialect, CsvReader, CsvWriter};
use super::data_value::DataValue;
use super::json::{JsonReader, JsonWriter};
use super::xml::{XmlReader, XmlWriter};
use crate::fault::Fault;
use crate::mode::{Mode, Remarks};
use crate::target::Target;
use crate::value::Object;

/// A form of data value sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Form {
    /// JSON.
    Json,
    /// XML with the root `dataValueSet`.
    Xml,
    /// CSV.
    Csv,
    /// XML with the root `adx`.
    Adx,
}

impl Form {
    /// The form of a file by its first bytes: braces or brackets of JSON, the root of XML, else CSV.
    pub fn of(head: &[u8]) -> Self {
        let text = String::from_utf8_lossy(head);
        let text = text.trim_start_matches('\u{FEFF}').trim_start();
        match text.chars().next() {
            Some('{' | '[') => Self::Json,
            Some('<') => {
                let is_start = |rest: &&str| rest.starts_with(|one: char| !matches!(one, '?' | '!' | '/'));
                let root = text.split('<').skip(1).find(is_start).unwrap_or_default();
                let name = root.split(|one: char| one.is_whitespace() || matches!(one, '>' | '/')).next();
                let local = name.unwrap_or_default().rsplit(':').next();
                if local == Some("adx") { Self::Adx } else { Self::Xml }
            }
            _ => Self::Csv,
        }
    }
}

/// Reads a data value set in whatever form.
#[non_exhaustive]
pub enum AnyReader<R: BufRead> {
    /// JSON.
    Json(JsonReader<R>),
    /// XML.
    Xml(XmlReader<R>),
    /// CSV.
    Csv(CsvReader<R>, Object),
    /// ADX.
    Adx(Box<AdxReader<R>>),
}

impl<R: BufRead> AnyReader<R> {
    /// Recognises the form of a file whose values have at most so many bytes. JSON and CSV are read strictly as servers of the
    /// target do, and CSV leniently in either dialect.
    ///
    /// # Errors
    /// The bytes cannot be read, or CSV does not begin with a header where one is wanted.
    pub fn new(mut reader: R, most: usize, target: Target, mode: Mode) -> Result<Self, Fault> {
        let head = reader.fill_buf().map_err(|source| Fault {
            source: Some(source),
            ..Fault::new(Position::of_line(1), "the bytes cannot be read")
        })?;
        let form = Form::of(head);
        Ok(match form {
            Form::Json => {
                let reader = JsonReader::new(reader, most);
                Self::Json(if mode == Mode::Strict { reader.strict_for(target) } else { reader })
            }
            Form::Xml => Self::Xml(XmlReader::new(reader, most)),
            Form::Adx => Self::Adx(Box::new(AdxReader::new(reader, most, mode))),
            Form::Csv => {
                let dialect = match (mode, target.reads_csv_by_line()) {
                    (Mode::Lenient, _) => CsvDialect::Either,
                    (Mode::Strict, true) => CsvDialect::ByName,
                    (Mode::Strict, false) => CsvDialect::ByPosition,
                };
                Self::Csv(CsvReader::new(reader, dialect)?.with_mode(mode), Object::new())
            }
        })
    }

    /// The form.
    pub fn form(&self) -> Form {
        match self {
            Self::Json(_) => Form::Json,
            Self::Xml(_) => Form::Xml,
            Self::Csv(..) => Form::Csv,
            Self::Adx(_) => Form::Adx,
        }
    }

    /// What the set says besides its values: in XML and ADX once a value was read, in JSON all of it once there is no other
    /// value, in CSV nothing.
    pub fn header(&self) -> &Object {
        match self {
            Self::Json(reader) => reader.header(),
            Self::Xml(reader) => reader.header(),
            Self::Csv(_, nothing) => nothing,
            Self::Adx(reader) => reader.header(),
        }
    }

    /// Where the value stands that was read last.
    pub fn position(&self) -> Position {
        match self {
            Self::Json(reader) => reader.position(),
            Self::Xml(reader) => reader.position(),
            Self::Csv(reader, _) => reader.position(),
            Self::Adx(reader) => reader.position(),
        }
    }

    /// What was remarked so far; JSON remarks nothing.
    pub fn remarks(&self) -> Option<&Remarks> {
        match self {
            Self::Csv(reader, _) => Some(reader.remarks()),
            Self::Adx(reader) => Some(reader.remarks()),
            Self::Xml(reader) => Some(reader.remarks()),
            Self::Json(_) => None,
        }
    }

    /// Reads the next value in place of another one; `false` where there is none.
    ///
    /// # Errors
    /// As the reader of the form.
    pub fn read(&mut self, value: &mut DataValue) -> Result<bool, Fault> {
        match self {
            Self::Json(reader) => reader.read(value),
            Self::Xml(reader) => reader.read(value),
            Self::Csv(reader, _) => reader.read(value),
            Self::Adx(reader) => reader.read(value),
        }
    }
}

/// Writes a data value set in whatever form.
#[non_exhaustive]
pub enum AnyWriter<W> {
    /// JSON.
    Json(JsonWriter<W>),
    /// XML.
    Xml(XmlWriter<W>),
    /// CSV, whose values say themselves what the set says.
    Csv(CsvWriter<W>, Object, Box<DataValue>),
    /// ADX.
    Adx(AdxWriter<W>),
}

impl<W: Write> AnyWriter<W> {
    /// Begins a set in a form with what it says besides its values.
    ///
    /// # Errors
    /// As the writer of the form.
    pub fn new(writer: W, form: Form, header: &Object, target: Target) -> io::Result<Self> {
        Ok(match form {
            Form::Json => Self::Json(JsonWriter::new(writer, header, target)?),
            Form::Xml => Self::Xml(XmlWriter::new(writer, header)?),
            Form::Csv => Self::Csv(CsvWriter::new(writer, target)?, header.clone(), Box::default()),
            Form::Adx => Self::Adx(AdxWriter::new(writer, header, target)?),
        })
    }

    /// Writes a value.
    ///
    /// # Errors
    /// As the writer of the form.
    pub fn write(&mut self, value: &DataValue) -> io::Result<()> {
        match self {
            Self::Json(writer) => writer.write(value),
            Self::Xml(writer) => writer.write(value),
            Self::Csv(writer, header, whole) => {
                whole.as_mut().clone_from(value);
                whole.add_defaults(header);
                writer.write(whole)
            }
            Self::Adx(writer) => writer.write(value),
        }
    }

    /// Texts so far that the form has no place for; JSON and XML have one for everything.
    pub fn left_out(&self) -> u64 {
        match self {
            Self::Json(_) | Self::Xml(_) => 0,
            Self::Csv(writer, ..) => writer.left_out(),
            Self::Adx(writer) => writer.left_out(),
        }
    }

    /// Characters so far that the form cannot hold, and that others stand for; JSON holds all of them.
    pub fn replaced(&self) -> u64 {
        match self {
            Self::Json(_) => 0,
            Self::Xml(writer) => writer.replaced(),
            Self::Csv(writer, ..) => writer.replaced(),
            Self::Adx(writer) => writer.replaced(),
        }
    }

    /// Ends the set.
    ///
    /// # Errors
    /// When the bytes cannot be written.
    pub fn finish(self) -> io::Result<W> {
        match self {
            Self::Json(writer) => writer.finish(),
            Self::Xml(writer) => writer.finish(),
            Self::Csv(writer, ..) => writer.finish(),
            Self::Adx(writer) => writer.finish(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::data_value::Key;
    use super::*;

    #[test]
    fn forms_are_recognised_and_become_one_another() {
        for (head, form) in [
            ("\u{FEFF} {\"dataValues\":[]}", Form::Json),
            ("[]", Form::Json),
            ("<?xml version='1.0'?><!-- a > b --><d:adx xmlns:d='x'>", Form::Adx),
            ("<dataValueSet/>", Form::Xml),
            ("dataelement,period", Form::Csv),
            ("", Form::Csv),
        ] {
            assert_eq!(Form::of(head.as_bytes()), form, "{head}");
        }
        let header =
            Object::new().with("dataSet", "pBOMPrpg1QX").with("period", "202401").with("orgUnit", "b");
        let value = DataValue::default().with(Key::DataElement, "a").with(Key::Value, "1");
        for form in [Form::Json, Form::Xml, Form::Csv, Form::Adx] {
            let mut writer = AnyWriter::new(Vec::new(), form, &header, Target::Head).unwrap();
            writer.write(&value.clone().with(Key::Comment, "\u{1}\"")).unwrap();
            let lost = [(0, 0), (0, 1), (0, 1), (1, 0)];
            let at = [Form::Json, Form::Xml, Form::Csv, Form::Adx].iter().position(|known| *known == form);
            assert_eq!((writer.left_out(), writer.replaced()), lost[at.unwrap()], "{form:?}");
            let written = writer.finish().unwrap();
            for mode in [Mode::Strict, Mode::Lenient] {
                let mut reader = AnyReader::new(&written[..], 1000, Target::Head, mode).unwrap();
                assert_eq!(reader.form(), form);
                let mut read = DataValue::default();
                assert!(reader.read(&mut read).unwrap() && reader.position() >= Position::of_line(1));
                assert!(!reader.read(&mut DataValue::default()).unwrap());
                assert!(reader.remarks().is_none_or(Remarks::is_empty));
                read.add_defaults(reader.header());
                let texts =
                    [Key::DataElement, Key::Period, Key::OrgUnit, Key::Value].map(|key| read.get(key));
                assert_eq!(texts, ["a", "202401", "b", "1"].map(Some), "{form:?}");
            }
        }
    }
}
