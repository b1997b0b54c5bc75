//! Reading ADX.

use std::io::BufRead;

use exporter_xml::Position;

use super::{ANNOTATION, COMPLETE_DATE, DATA_SET, ROOT};
use crate::data_values::data_value::{DataValue, Key};
use crate::data_values::flat::{Flat, Part, Tag};
use crate::data_values::value_type::ValueType;
use crate::data_values::xml::{malformed, read_value, root};
use crate::fault::Fault;
use crate::mode::{Mode, Remark, Remarks};
use crate::value::{Object, Value};

/// Reads ADX value by value.
///
/// Periods become those of DHIS2. A combination that is given by its categories is an object by category, as JSON has it since
/// 2.43. Data set and completion date of the group are with each value, among its other texts. A value of 0 with an annotation that
/// is no number is that text. Identifiers are codes, which the header says, unless it names another scheme.
pub struct AdxReader<R: BufRead> {
    flat: Flat<R>,
    mode: Mode,
    header: Object,
    group: DataValue,
    position: Position,
    count: u64,
    remarks: Remarks,
    is_over: bool,
}

impl<R: BufRead> AdxReader<R> {
    /// Reads a file whose tags have at most so many bytes.
    pub fn new(reader: R, most: usize, mode: Mode) -> Self {
        Self {
            flat: Flat::new(reader, most),
            mode,
            header: Object::new(),
            group: DataValue::default(),
            position: Position::of_line(1),
            count: 0,
            remarks: Remarks::default(),
            is_over: false,
        }
    }

    /// What the root says, which is there once a value was read.
    pub fn header(&self) -> &Object {
        &self.header
    }

    /// Where the value begins that was read last.
    pub fn position(&self) -> Position {
        self.position
    }

    /// What was remarked so far.
    pub fn remarks(&self) -> &Remarks {
        &self.remarks
    }

    /// Reads the next value in place of another one; `false` where there is none.
    ///
    /// # Errors
    /// The document is no ADX, is damaged or cut off; strictly also for what a server refuses. Nothing follows then.
    pub fn read(&mut self, value: &mut DataValue) -> Result<bool, Fault> {
        let found = self.next_value(value);
        self.is_over |= !matches!(found, Ok(true));
        found
    }

    fn next_value(&mut self, value: &mut DataValue) -> Result<bool, Fault> {
        // What the value that is open has in it.
        let mut open: Option<Contents> = None;
        while !self.is_over {
            match self.flat.next()? {
                Some(Part::Start(tag)) => match (tag.depth, tag.name()) {
                    (0, _) => self.header = header(&tag)?,
                    (1, "group") => {
                        self.group.clear();
                        read_value(&tag, &mut self.group)?;
                        let position = tag.position;
                        self.check_group(position)?;
                    }
                    (2, "dataValue") => {
                        self.position = tag.position;
                        value.clear();
                        read_value(&tag, value)?;
                        open = Some(Contents::default());
                    }
                    (3, name) => {
                        if let Some(contents) = &mut open {
                            contents.begin(name);
                        }
                    }
                    (_, name) => {
                        let message = format!("<{name}> is no element of ADX here: it is passed over");
                        self.remarks.add(Remark::new(tag.position, message).loss());
                    }
                },
                Some(Part::Text(text)) => {
                    if let Some(contents) = &mut open {
                        contents.text.push_str(&text);
                    }
                }
                Some(Part::End) => match &mut open {
                    Some(contents) if contents.inside > 0 => contents.end(value),
                    Some(_) => {
                        self.complete(value, open.take().unwrap_or_default().annotation);
                        self.check_value(value)?;
                        self.count += 1;
                        return Ok(true);
                    }
                    None => {}
                },
                Some(Part::Nothing) => {}
                None => {
                    malformed(&self.flat, &mut self.remarks);
                    break;
                }
            }
        }
        Ok(false)
    }

    /// Adds to a value what its group says and what stands in it.
    fn complete(&self, value: &mut DataValue, annotation: Option<String>) {
        explode(value, Key::CategoryOptionCombo, &[]);
        if let Some(text) = annotation {
            let is_number = ValueType::Number.fault_of(&text).is_none();
            match value.get(Key::Value) {
                None | Some("0") if !is_number => value.set(Key::Value, &text),
                _ => value.set_other(ANNOTATION, &text),
            }
        }
        if value.get(Key::OrgUnit).is_none() {
            value.copy(Key::OrgUnit, &self.group);
        }
        match value.get(Key::Period).map(str::to_owned) {
            Some(own) => value.set_period(&own),
            None => value.copy(Key::Period, &self.group),
        }
        if value.get(Key::AttributeOptionCombo).is_none() {
            value.copy(Key::AttributeOptionCombo, &self.group);
        }
        for (name, text) in self.group.others() {
            value.set_other(name, text);
        }
    }

    fn check_group(&mut self, position: Position) -> Result<(), Fault> {
        explode(&mut self.group, Key::AttributeOptionCombo, &[DATA_SET, COMPLETE_DATE]);
        if let Some(text) = self.group.get(Key::Period).map(str::to_owned) {
            self.group.set_period(&text);
            if self.group.get(Key::Period) == Some(&text) {
                let message = format!(
                    "{text:?} is no day and duration of a type of periods; write one such as 2024-01-01/P1M"
                );
                self.remark(position, Key::Period.name(), message)?;
            }
        }
        let lacks = [
            (Key::Period.name(), self.group.get(Key::Period).is_none()),
            (Key::OrgUnit.name(), self.group.get(Key::OrgUnit).is_none()),
            (DATA_SET, self.group.others().all(|(name, _)| name != DATA_SET)),
        ];
        for (name, lacks) in lacks {
            if lacks {
                self.remark(position, name, "the group does not say it, and servers want it".to_owned())?;
            }
        }
        Ok(())
    }

    fn check_value(&mut self, value: &DataValue) -> Result<(), Fault> {
        let lacks = [Key::DataElement, Key::Value].map(|key| (key.name(), value.get(key).is_none()));
        for (name, lacks) in lacks {
            if lacks {
                self.remark(
                    self.position,
                    name,
                    "the value does not say it, and servers want it".to_owned(),
                )?;
            }
        }
        Ok(())
    }

    fn remark(&mut self, position: Position, name: &str, message: String) -> Result<(), Fault> {
        if self.mode == Mode::Strict {
            return Err(Fault::new(position, format!("{name}: {message}")));
        }
        self.remarks.add(Remark::new(position, message).object(self.count, None).property(name));
        Ok(())
    }
}

fn header(tag: &Tag<'_>) -> Result<Object, Fault> {
    let header = root(tag, ROOT)?;
    let names_scheme = header.get("idScheme").is_some();
    Ok(if names_scheme { header } else { header.with("idScheme", "CODE") })
}

/// Makes one combination of the categories that stand among the other texts of a value or group, unless it has one.
fn explode(value: &mut DataValue, key: Key, others: &[&str]) {
    let categories: Vec<(String, String)> = value
        .others()
        .filter(|(name, _)| !others.contains(name))
        .map(|(name, text)| (name.to_owned(), text.to_owned()))
        .collect();
    if categories.is_empty() || value.get(key).is_some() {
        return;
    }
    let mut options = Object::new();
    for (name, text) in categories {
        value.take_other(&name);
        options.set(name, Value::Text(text));
    }
    value.set_categories(key, &options);
}

/// What stands in a value.
#[derive(Default)]
struct Contents {
    /// How many elements are open in it.
    inside: usize,
    name: String,
    text: String,
    annotation: Option<String>,
}

impl Contents {
    fn begin(&mut self, name: &str) {
        self.inside += 1;
        name.clone_into(&mut self.name);
        self.text.clear();
    }

    fn end(&mut self, value: &mut DataValue) {
        self.inside -= 1;
        let text = std::mem::take(&mut self.text);
        match (self.name.as_str(), Key::of_name(&self.name)) {
            (ANNOTATION, _) => self.annotation = Some(text),
            (_, Some(key)) if value.get(key).is_none() => value.set(key, &text),
            _ => {}
        }
    }
}
