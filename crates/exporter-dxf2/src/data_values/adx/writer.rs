//! Writing ADX.

use std::io::{self, Write};

use super::{ANNOTATION, COMPLETE_DATE, DATA_SET, ROOT};
use crate::data_values::data_value::{DataValue, Key};
use crate::data_values::period::Period;
use crate::data_values::value_type::ValueType;
use crate::data_values::xml::{attribute, refused, scalar};
use crate::target::Target;
use crate::value::{Object, Value};

const NAMESPACE: &str = "urn:ihe:qrph:adx:2015";
const EXPORTED: &str = "exported";

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
