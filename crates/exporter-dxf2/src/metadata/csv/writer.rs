//! Writes metadata as CSV.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Write};

use super::super::feature::to_feature;
use super::classes::{Class, Place};
use crate::mode::{Mode, Remark, Remarks};
use crate::value::{Object, Value};

/// Writes the objects of one class. Those of option sets are in memory until the end, since a set and its options may come in any order.
pub struct CsvWriter<W: Write> {
    writer: ::csv::Writer<W>,
    class: &'static Class,
    mode: Mode,
    sets: Vec<Object>,
    /// Options by their identifiers, which are not written yet.
    options: HashMap<String, Object>,
    objects: u64,
    remarks: Remarks,
}

impl<W: Write> CsvWriter<W> {
    /// Begins a file with the header of its class.
    ///
    /// # Errors
    /// The bytes cannot be written.
    pub fn new(writer: W, class: &'static Class, mode: Mode) -> io::Result<Self> {
        let mut writer = ::csv::WriterBuilder::new().flexible(true).from_writer(writer);
        writer.write_record(class.header())?;
        let (sets, options, remarks) = (Vec::new(), HashMap::new(), Remarks::default());
        Ok(Self { writer, class, mode, sets, options, objects: 0, remarks })
    }

    /// Writes an object of a type, which its plural name says. What has no column, and objects of other types, are left out and
    /// remarked.
    ///
    /// # Errors
    /// The bytes cannot be written; strict: a server would refuse the row or cut a text of it.
    pub fn write(&mut self, kind: &str, object: &Object) -> io::Result<()> {
        let has_options = self.class.has_objects_in_list();
        if has_options && kind == "options" {
            self.check_columns(object, Some(kind));
            if let Some(id) = object.text("id") {
                self.options.insert(id.to_owned(), object.clone());
            } else {
                self.remark(object, "id", "an option without identifier belongs to no set, and is left out");
            }
            return Ok(());
        }
        if kind != self.class.kind {
            let message = format!("objects of this type are left out: the file has {}", self.class.kind);
            self.remark(object, kind, message);
            return Ok(());
        }
        let mut object = Cow::Borrowed(object);
        let has_feature = self.class.columns.iter().any(|column| column.place == Place::Own("featureType"));
        if has_feature && object.get("geometry").is_some() {
            to_feature(object.to_mut());
        }
        self.check_columns(&object, None);
        match has_options {
            true => self.sets.push(object.into_owned()),
            false => self.rows(&object)?,
        }
        self.objects += 1;
        Ok(())
    }

    /// Ends the file, and says what was left out.
    ///
    /// # Errors
    /// As [`CsvWriter::write`].
    pub fn finish(mut self) -> io::Result<(W, Remarks)> {
        let mut of_sets: HashMap<String, Vec<String>> = HashMap::new();
        for (id, option) in &self.options {
            let set = option.get("optionSet").and_then(Value::as_object).and_then(|set| set.text("id"));
            of_sets.entry(set.unwrap_or_default().to_owned()).or_default().push(id.clone());
        }
        for (index, mut set) in std::mem::take(&mut self.sets).into_iter().enumerate() {
            self.objects = index as u64;
            let mut items = Vec::new();
            let listed = set.remove("options");
            for item in listed.as_ref().and_then(Value::as_list).unwrap_or_default() {
                match item.as_object() {
                    Some(item) => {
                        let known = item.text("id").and_then(|id| self.options.remove(id));
                        items.push(Value::Object(known.unwrap_or_else(|| item.clone())));
                    }
                    None => self.remark(&set, "options", "an option is null, and is left out"),
                }
            }
            let ids = set.text("id").and_then(|id| of_sets.remove(id)).unwrap_or_default();
            let mut others: Vec<Object> = ids.iter().filter_map(|id| self.options.remove(id)).collect();
            others.sort_by_cached_key(|option| (sort_order(option), option.text("id").map(str::to_owned)));
            items.extend(others.into_iter().map(Value::Object));
            self.rows(&set.with("options", items))?;
        }
        let lost = self.options.len() as u64;
        if lost > 0 {
            let mut remark =
                Remark::new(None, "options of no set of the file are left out").property("options");
            remark.count = lost;
            self.remarks.add(remark);
        }
        self.writer.flush()?;
        let writer = self.writer.into_inner().map_err(|error| error.into_error())?;
        Ok((writer, self.remarks))
    }

    /// Writes the rows of an object: one, or one for each element of its list.
    fn rows(&mut self, object: &Object) -> io::Result<()> {
        let Some(list) = self.class.list() else { return self.row(object, None) };
        let items = object.get(list).and_then(Value::as_list).unwrap_or_default();
        let are_required = self
            .class
            .columns
            .iter()
            .any(|column| column.is_required && matches!(column.place, Place::Item(..)));
        if items.is_empty() {
            return match are_required {
                true => self.refuse(object, list, "an object without any has no row, and is left out"),
                false => self.row(object, None),
            };
        }
        for item in items {
            match item.as_object() {
                Some(item) => self.row(object, Some(item))?,
                None => self.remark(object, list, "what is no object in the list is left out"),
            }
        }
        Ok(())
    }

    fn row(&mut self, object: &Object, item: Option<&Object>) -> io::Result<()> {
        let class = self.class;
        for column in &class.columns {
            let (name, value) = match column.place {
                Place::Ignored => (column.header, None),
                Place::Own(name) => (name, object.get(name)),
                Place::Within(within, name) => {
                    (within, object.get(within).and_then(Value::as_object).and_then(|inner| inner.get(name)))
                }
                Place::Item(list, name) => (list, item.and_then(|item| item.get(name))),
            };
            let cell: Cow<'_, str> = match value {
                None | Some(Value::Null) => "".into(),
                Some(Value::Text(text)) => text.into(),
                Some(Value::Number(digits)) => digits.into(),
                Some(Value::Boolean(truth)) => truth.to_string().into(),
                Some(Value::List(_) | Value::Object(_)) => {
                    self.remark(object, name, "a list or an object has no place in a cell, and is left out");
                    "".into()
                }
            };
            if column.is_required && cell.trim().is_empty() {
                self.refuse(object, column.header, "a server wants this property (E4000)")?;
            }
            if let Some(most) = column.most
                && cell.chars().count() > most
            {
                let message =
                    format!("a server cuts a text of more than {most} characters: written whole (E4001)");
                self.refuse(object, column.header, message)?;
            }
            self.writer.write_field(cell.as_bytes())?;
        }
        Ok(self.writer.write_record(None::<&[u8]>)?)
    }

    /// Remarks the properties that have no column, of an object or of an element of the list that is named.
    fn check_columns(&mut self, object: &Object, list: Option<&str>) {
        let is_known = |path: &str| self.class.columns.iter().any(|column| column.path == path);
        let has_parts = |path: &str| self.class.columns.iter().any(|column| column.is_part_of(path));
        let mut lost = Vec::new();
        for (name, value) in object.iter().filter(|(_, value)| **value != Value::Null) {
            let path = list.map_or(name.to_owned(), |list| format!("{list}.{name}"));
            let is_said_by_rows = match path.as_str() {
                "options.sortOrder" | "options.optionSet" => true,
                "valueType" => self.class.has_objects_in_list() && value.as_text() == Some("TEXT"),
                _ => false,
            };
            if is_known(&path) || is_said_by_rows {
                continue;
            }
            if !has_parts(&path) {
                lost.push(path);
                continue;
            }
            let parts = value.as_list().unwrap_or(std::slice::from_ref(value));
            let names =
                parts.iter().filter_map(Value::as_object).flat_map(Object::iter).map(|(name, _)| name);
            lost.extend(names.map(|name| format!("{path}.{name}")).filter(|path| !is_known(path)));
        }
        for property in lost {
            self.remark(object, &property, "it has no column in CSV, and is left out");
        }
    }

    fn about(&self, object: &Object, property: &str, message: impl Into<String>) -> Remark {
        let id = ["id", "code", "name"].into_iter().find_map(|name| object.text(name));
        Remark::new(None, message).object(self.objects, id).property(property)
    }

    fn remark(&mut self, object: &Object, property: &str, message: impl Into<String>) {
        let remark = self.about(object, property, message);
        self.remarks.add(remark);
    }

    /// An error, strict; else a remark.
    fn refuse(&mut self, object: &Object, property: &str, message: impl Into<String>) -> io::Result<()> {
        let remark = self.about(object, property, message);
        match self.mode {
            Mode::Strict => Err(io::Error::new(io::ErrorKind::InvalidData, remark.to_string())),
            Mode::Lenient => {
                self.remarks.add(remark);
                Ok(())
            }
        }
    }
}

fn sort_order(option: &Object) -> i64 {
    match option.get("sortOrder") {
        Some(Value::Number(digits)) => digits.parse().unwrap_or(i64::MAX),
        _ => i64::MAX,
    }
}
