//! A file row by row, whatever it holds and in whatever form.

use std::collections::VecDeque;
use std::io::BufReader;

use exporter_core::source::Cursor;

use super::objects;
use super::options::{Events, Values};
use super::row::Row;
use super::told::Told;
use super::tracked::TrackedRows;
use super::values;
use crate::data_values::{AnyReader, DataValue, Form};
use crate::fault::Fault;
use crate::metadata::{MetadataReader, Part};
use crate::mode::{Mode, Remarks};
use crate::recognition::ExchangeKind;
use crate::target::Target;
use crate::tracker::{CsvReader, JsonReader, XmlReader};
use crate::value::{Object, Value};

type Bytes = BufReader<Cursor>;

/// Bytes that an object has at most.
const MOST: usize = 64 << 20;

/// How a file is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    pub(super) kind: ExchangeKind,
    pub(super) form: Form,
    pub(super) mode: Mode,
    pub(super) target: Target,
    pub(super) events: Events,
    pub(super) values: Values,
}

/// Reads rows.
pub(super) struct Rows {
    objects: Objects,
    pub(super) tracked: TrackedRows,
    pub(super) told: Told,
    ahead: VecDeque<Row>,
    /// The object that was read last: its number from 1 and what it is called.
    last: Option<(u64, String)>,
}

enum Objects {
    Values(Box<(AnyReader<Bytes>, DataValue)>),
    Json(JsonReader<Bytes>),
    Xml(Box<XmlReader<Bytes>>),
    Csv(CsvReader<Bytes>),
    Metadata(MetadataReader<Bytes>),
}

impl Rows {
    /// Begins at the beginning of a file.
    pub(super) fn new(bytes: Bytes, reading: Reading) -> Result<Self, Fault> {
        let Reading { kind, form, mode, target, events, .. } = reading;
        let objects = match (kind, form) {
            (ExchangeKind::DataValues, _) => {
                Objects::Values(Box::new((AnyReader::new(bytes, MOST, target, mode)?, DataValue::default())))
            }
            (ExchangeKind::Tracker, Form::Csv) => Objects::Csv(CsvReader::new(bytes, None, MOST, mode)?),
            (ExchangeKind::Tracker, Form::Json) => Objects::Json(JsonReader::new(bytes, MOST, mode)),
            (ExchangeKind::Tracker, _) => Objects::Xml(Box::new(XmlReader::new(bytes, MOST, mode))),
            (ExchangeKind::Metadata | ExchangeKind::Geometry, _) => {
                Objects::Metadata(MetadataReader::of_either(bytes, MOST, mode)?)
            }
        };
        let tracked = TrackedRows::new(events);
        Ok(Self { objects, tracked, told: Told::default(), ahead: VecDeque::new(), last: None })
    }

    /// The next row. Data values lack what the set says for all of them, unless it was read before and is given.
    pub(super) fn next(&mut self, said: Option<&Object>) -> Result<Option<Row>, Fault> {
        loop {
            if let Some(row) = self.ahead.pop_front() {
                return Ok(Some(row));
            }
            let number = self.last.as_ref().map_or(1, |(number, _)| number + 1);
            let item = match &mut self.objects {
                Objects::Values(of) => {
                    let (reader, value) = &mut **of;
                    if !reader.read(value)? {
                        return Ok(None);
                    }
                    self.last = Some((number, String::new()));
                    value.add_defaults(said.unwrap_or(reader.header()));
                    return Ok(Some(values::row(value)));
                }
                Objects::Metadata(reader) => {
                    let Some(object) = reader.read()? else { return Ok(None) };
                    let id = object.id().unwrap_or_default();
                    self.last = Some((number, format!("{} {}", object.kind, id)));
                    return Ok(Some(objects::row(object, &mut self.told)));
                }
                Objects::Json(reader) => reader.read()?,
                Objects::Xml(reader) => reader.read()?,
                Objects::Csv(reader) => reader.read()?,
            };
            let Some(item) = item else { return Ok(None) };
            let id = item.id().unwrap_or_default();
            self.last = Some((number, format!("{} {}", item.kind.id_property(), id)));
            self.tracked.rows(item, &mut self.ahead);
        }
    }

    /// What the file says besides its objects.
    pub(super) fn header(&self) -> Object {
        match &self.objects {
            Objects::Values(of) => of.0.header().clone(),
            Objects::Json(reader) => reader.header().clone(),
            Objects::Xml(reader) => reader.header().clone(),
            Objects::Csv(_) => Object::new(),
            Objects::Metadata(reader) => {
                let properties = reader.header().iter().filter_map(|part| match part {
                    Part::Property(name, value) => Some((name.clone(), value.clone())),
                    _ => None,
                });
                properties
                    .fold(Object::new(), |object, (name, value): (String, Value)| object.with(name, value))
            }
        }
    }

    /// What was remarked.
    pub(super) fn remarks(&self) -> Option<&Remarks> {
        match &self.objects {
            Objects::Values(of) => of.0.remarks(),
            Objects::Json(reader) => Some(reader.remarks()),
            Objects::Xml(reader) => Some(reader.remarks()),
            Objects::Csv(reader) => Some(reader.remarks()),
            Objects::Metadata(reader) => Some(reader.remarks()),
        }
    }

    /// The object behind which reading ended, in words.
    pub(super) fn behind(&self) -> String {
        match &self.last {
            None => "before the first object".to_owned(),
            Some((number, name)) => match name.trim() {
                "" => format!("behind object {number}"),
                name => format!("behind object {number} ({name})"),
            },
        }
    }
}
