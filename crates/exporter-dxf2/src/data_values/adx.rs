//! Data value sets as ADX (section 10.6): groups of values of one data set, period and organisation unit, by codes.

use std::io::{self, BufRead, Write};

use exporter_xml::Position;

use super::data_value::{DataValue, Key};
use super::flat::{Flat, Part, Tag};
use super::period::Period;
use super::value_type::ValueType;
use super::xml::{attribute, read_value, refused, root, scalar};
use crate::fault::Fault;
use crate::mode::{Mode, Remark, Remarks};
use crate::target::Target;
use crate::value::{Object, Value};

const ROOT: &str = "adx";
const NAMESPACE: &str = "urn:ihe:qrph:adx:2015";
/// What a group says besides its keys.
const DATA_SET: &str = "dataSet";
const COMPLETE_DATE: &str = "completeDate";
/// The text of a value that is no number.
const ANNOTATION: &str = "annotation";
const EXPORTED: &str = "exported";

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
                    _ => {}
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
                None => break,
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
        if value.get(Key::OrgUnit).is_none()
            && let Some(text) = self.group.get(Key::OrgUnit)
        {
            value.set(Key::OrgUnit, text);
        }
        if let Some(text) = value.get(Key::Period).or(self.group.get(Key::Period)).map(str::to_owned) {
            value.set_period(&text);
        }
        if value.get(Key::AttributeOptionCombo).is_none() {
            match (
                self.group.categories(Key::AttributeOptionCombo),
                self.group.get(Key::AttributeOptionCombo),
            ) {
                (Some(options), _) => value.set_categories(Key::AttributeOptionCombo, &options),
                (None, Some(text)) => value.set(Key::AttributeOptionCombo, text),
                (None, None) => {}
            }
        }
        for (name, text) in self.group.others() {
            value.set_other(name, text);
        }
    }

    fn check_group(&mut self, position: Position) -> Result<(), Fault> {
        explode(&mut self.group, Key::AttributeOptionCombo, &[DATA_SET, COMPLETE_DATE]);
        let period = self.group.get(Key::Period);
        if let Some(period) = period.filter(|period| Period::from_adx(period).is_err()) {
            let message = format!(
                "{period:?} is no day and duration of a type of periods; write one such as 2024-01-01/P1M"
            );
            self.remark(position, Key::Period.name(), message)?;
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

/// Writes ADX value by value: those that follow one another with the same group stand in one.
pub struct AdxWriter<W> {
    writer: W,
    target: Target,
    header: Object,
    /// The tag of the group that is open.
    group: String,
    next: String,
    line: String,
    left_out: u64,
    replaced: u64,
}

impl<W: Write> AdxWriter<W> {
    /// Begins a file. The header is that of a data value set: its data set, completion date, period, organisation unit and
    /// attribute option combination hold for values that say none; id schemes are for the request that sends the file.
    ///
    /// # Errors
    /// When the bytes cannot be written.
    pub fn new(mut writer: W, header: &Object, target: Target) -> io::Result<Self> {
        let mut line = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{ROOT} xmlns=\"{NAMESPACE}\"");
        let mut replaced = 0;
        if let Some(exported) = header.text(EXPORTED) {
            attribute(EXPORTED, exported, &mut line, &mut replaced)?;
        }
        line.push_str(">\n");
        writer.write_all(line.as_bytes())?;
        let (group, next, header) = (String::new(), String::new(), header.clone());
        Ok(Self { writer, target, header, group, next, line, left_out: 0, replaced })
    }

    /// Writes a value.
    ///
    /// # Errors
    /// When the bytes cannot be written, and (`InvalidInput`) for a value without data set, period, organisation unit or data
    /// element, a period without form in ADX, and a category whose code is no name of XML; the file is as it was then.
    pub fn write(&mut self, value: &DataValue) -> io::Result<()> {
        let mut left_out = 0;
        self.next.clear();
        self.group_of(value, &mut left_out)?;
        self.line.clear();
        self.line_of(value, &mut left_out)?;
        if self.next != self.group {
            if !self.group.is_empty() {
                self.writer.write_all(b"  </group>\n")?;
            }
            self.writer.write_all(self.next.as_bytes())?;
            std::mem::swap(&mut self.group, &mut self.next);
        }
        self.left_out += left_out;
        self.writer.write_all(self.line.as_bytes())
    }

    /// Texts so far that ADX, or a server of the target version, has no place for: who stored a value, comment and mark for
    /// follow-up, and for servers since 2.43 completion dates and deletions, which they take for categories.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Characters so far that XML cannot hold, written as U+FFFD.
    pub fn replaced(&self) -> u64 {
        self.replaced
    }

    /// Ends the file.
    ///
    /// # Errors
    /// When the bytes cannot be written.
    pub fn finish(mut self) -> io::Result<W> {
        if !self.group.is_empty() {
            self.writer.write_all(b"  </group>\n")?;
        }
        self.writer.write_all(format!("</{ROOT}>\n").as_bytes())?;
        self.writer.flush()?;
        Ok(self.writer)
    }

    fn group_of(&mut self, value: &DataValue, left_out: &mut u64) -> io::Result<()> {
        let Self { header, next, replaced, .. } = self;
        let other = |name: &str| value.others().find(|(known, _)| *known == name).map(|(_, text)| text);
        let said = |name: &str, own: Option<&str>| -> io::Result<Option<String>> {
            let of_header = || header.get(name).map_or(Ok(None), |value| scalar(name, value));
            Ok(match own {
                Some(own) => Some(own),
                None => of_header()?,
            }
            .map(str::to_owned))
        };
        let wanted = |name: &str, own: Option<&str>| {
            said(name, own)?
                .ok_or_else(|| refused(format!("ADX wants {name}; give it with the value or the set")))
        };
        next.push_str("  <group");
        attribute(
            Key::OrgUnit.name(),
            &wanted(Key::OrgUnit.name(), value.get(Key::OrgUnit))?,
            next,
            replaced,
        )?;
        let period = wanted(Key::Period.name(), value.get(Key::Period))?;
        attribute(Key::Period.name(), &duration(period)?, next, replaced)?;
        attribute(DATA_SET, &wanted(DATA_SET, other(DATA_SET))?, next, replaced)?;
        if let Some(date) = said(COMPLETE_DATE, other(COMPLETE_DATE))? {
            match self.target >= Target::Head {
                true => *left_out += 1,
                false => attribute(COMPLETE_DATE, &date, next, replaced)?,
            }
        }
        let key = Key::AttributeOptionCombo;
        match value.get(key) {
            Some(text) => combination(value, key, text, next, replaced)?,
            None => match header.get(key.name()) {
                Some(Value::Object(options)) => categories(options, next, replaced)?,
                Some(of_set) => {
                    if let Some(text) = scalar(key.name(), of_set)? {
                        attribute(key.name(), text, next, replaced)?;
                    }
                }
                None => {}
            },
        }
        next.push_str(">\n");
        Ok(())
    }

    fn line_of(&mut self, value: &DataValue, left_out: &mut u64) -> io::Result<()> {
        let Self { line, replaced, target, .. } = self;
        line.push_str("    <dataValue");
        let element = value.get(Key::DataElement);
        let element =
            element.ok_or_else(|| refused("ADX wants dataElement; the value has none".to_owned()))?;
        attribute(Key::DataElement.name(), element, line, replaced)?;
        if let Some(text) = value.get(Key::CategoryOptionCombo) {
            combination(value, Key::CategoryOptionCombo, text, line, replaced)?;
        }
        let mut annotation = None;
        for (name, text) in value.others() {
            match name {
                DATA_SET | COMPLETE_DATE => {}
                ANNOTATION => annotation = Some(text),
                _ => category(name, text, line, replaced)?,
            }
        }
        if let Some(mut text) = value.get(Key::Value) {
            if ValueType::Number.fault_of(text).is_some() {
                // There is place for one: that of the value itself.
                *left_out += u64::from(annotation.is_some());
                annotation = Some(std::mem::replace(&mut text, "0"));
            }
            attribute(Key::Value.name(), text, line, replaced)?;
        }
        for key in [Key::Created, Key::LastUpdated, Key::Deleted] {
            match value.get(key) {
                Some(_) if key == Key::Deleted && *target >= Target::Head => *left_out += 1,
                Some(text) => attribute(key.name(), text, line, replaced)?,
                None => {}
            }
        }
        let homeless = [Key::StoredBy, Key::Comment, Key::FollowUp];
        *left_out += homeless.into_iter().filter(|key| value.get(*key).is_some()).count() as u64;
        match annotation {
            Some(text) => {
                line.push_str("><annotation>");
                *replaced += exporter_xml::forbidden(text);
                exporter_xml::escape(text, false, line);
                line.push_str("</annotation></dataValue>\n");
            }
            None => line.push_str("/>\n"),
        }
        Ok(())
    }
}

/// A period as ADX has it.
fn duration(period: String) -> io::Result<String> {
    // What no type of periods has was kept as it was read.
    if period.contains('/') {
        return Ok(period);
    }
    let parsed: Result<Period, _> = period.parse();
    parsed
        .map(Period::adx)
        .map_err(|error| refused(format!("{error}; ADX has the days of periods, of the Gregorian calendar")))
}

/// Appends a combination: one attribute, or one for each category.
fn combination(
    value: &DataValue,
    key: Key,
    text: &str,
    to: &mut String,
    replaced: &mut u64,
) -> io::Result<()> {
    match value.categories(key) {
        Some(options) => categories(&options, to, replaced),
        None => attribute(key.name(), text, to, replaced),
    }
}

fn categories(options: &Object, to: &mut String, replaced: &mut u64) -> io::Result<()> {
    for (name, option) in options.iter() {
        if let Some(text) = scalar(name, option)? {
            category(name, text, to, replaced)?;
        }
    }
    Ok(())
}

/// Appends the option of a category, whose code is the name of an attribute.
fn category(name: &str, text: &str, to: &mut String, replaced: &mut u64) -> io::Result<()> {
    if Key::of_name(name).is_some() || [DATA_SET, COMPLETE_DATE, ANNOTATION].contains(&name) {
        return Err(refused(format!(
            "the category {name:?} has the name of an attribute of ADX; give it another code"
        )));
    }
    attribute(name, text, to, replaced)
}

#[cfg(test)]
#[path = "adx_tests.rs"]
mod tests;
