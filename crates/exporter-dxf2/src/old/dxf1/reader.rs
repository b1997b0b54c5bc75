//! Reading DXF 1.

use std::collections::HashMap;
use std::io::BufRead;

use exporter_xml::{Item, Position, XmlReader};

use super::sections::{SECTIONS, Section, all_members, tables};
use super::{PERIOD, PERIODS, ROOT, VALUE, VALUES};
use crate::data_values::{DataValue, Key, Period};
use crate::fault::Fault;
use crate::mode::{Mode, Remark};
use crate::old::complete::complete;
use crate::old::ids::{Ids, Operands};
use crate::old::periods::{date_of, period_of};
use crate::old::rows::{Row, Rows, whole_text_of};
use crate::old::table::Context;
use crate::old::{Choice, Metadata};

/// Reads DXF 1: the metadata at once, since it stands before the data, and then value by value.
pub struct Reader<R: BufRead> {
    xml: XmlReader<R>,
    choice: Choice,
    metadata: Metadata,
    ids: Ids,
    /// Periods by number, as DXF 2 has them.
    periods: HashMap<String, String>,
    /// Why nothing can be read any further, until it is told.
    fault: Option<Fault>,
    in_values: bool,
    is_over: bool,
    count: u64,
    position: Position,
}

impl<R: BufRead> Reader<R> {
    /// Reads the metadata of a file. Where it cannot be read any further, [`Reader::read`] says so: what stands before is there.
    pub fn new(reader: R, choice: Choice) -> Self {
        let mut reader = Self {
            xml: XmlReader::new(reader),
            choice,
            metadata: Metadata::default(),
            ids: Ids::default(),
            periods: HashMap::new(),
            fault: None,
            in_values: false,
            is_over: false,
            count: 0,
            position: Position::of_line(1),
        };
        let mut rows = Rows::default();
        reader.fault = reader.sections(&mut rows).err();
        reader.decode(&rows);
        reader
    }

    /// The metadata; remarks and losses of data values come to it as they are read.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// Where the value begins that was read last.
    pub fn position(&self) -> Position {
        self.position
    }

    /// Reads the next data value in place of another one; `false` where there is none.
    ///
    /// # Errors
    /// The document is no DXF 1, is damaged or cut off; strictly also for a value that has no period of DHIS2.
    pub fn read(&mut self, value: &mut DataValue) -> Result<bool, Fault> {
        if let Some(fault) = self.fault.take() {
            self.is_over = true;
            return Err(fault);
        }
        let found = self.next_value(value);
        self.is_over |= !matches!(found, Ok(true));
        found
    }

    /// Reads the sections before the data values.
    fn sections(&mut self, rows: &mut Rows) -> Result<(), Fault> {
        loop {
            match self.xml.next_item()? {
                Some(Item::Start(tag)) if tag.name == ROOT => break,
                Some(Item::Start(tag)) => {
                    let message = format!("the root is <{}>, not <{ROOT}>", tag.name);
                    return Err(Fault::new(self.xml.position(), message));
                }
                Some(_) => {}
                None => return Ok(()),
            }
        }
        while let Some(item) = self.xml.next_item()? {
            let Item::Start(section) = item else { continue };
            if section.name == VALUES {
                self.in_values = true;
                return Ok(());
            }
            self.section(&section.name, Some(&mut *rows))?;
        }
        Ok(())
    }

    /// Reads the rows of a section, or passes over those that are not known.
    fn section(&mut self, name: &str, mut rows: Option<&mut Rows>) -> Result<(), Fault> {
        let row_of =
            |section: Option<&'static str>, row: &'static str| (section == Some(name)).then_some(row);
        let known = SECTIONS.iter().find_map(|section| match section {
            Section::Table(table) => row_of(table.section, table.row),
            Section::Members(members) => row_of(members.section, members.row),
        });
        let known = known.or_else(|| (name == PERIODS).then_some(PERIOD));
        while let Some(item) = self.xml.next_item()? {
            match item {
                Item::Start(tag) => match &mut rows {
                    Some(rows) if known == Some(tag.name.as_str()) => {
                        rows.add(Row::read(&mut self.xml, tag)?)
                    }
                    _ => {
                        self.xml.skip()?;
                        self.metadata.losses.add(name);
                    }
                },
                Item::End => break,
                Item::Text(_) => {}
            }
        }
        Ok(())
    }

    fn decode(&mut self, rows: &Rows) {
        let Self { ids, metadata, choice, .. } = self;
        for table in tables() {
            table.identify(rows.of(table.row), ids, metadata);
        }
        let listed = HashMap::new();
        let context = Context { ids, operands: Operands::Dxf1, listed: &listed };
        for table in tables() {
            table.decode(rows.of(table.row), &context, choice, metadata);
        }
        for members in all_members() {
            members.decode(rows, ids, metadata);
        }
        complete(metadata);
        for (index, row) in rows.of(PERIOD).iter().enumerate() {
            match period(row) {
                Ok((number, period)) => {
                    self.periods.insert(number, period.to_string());
                }
                Err(message) => {
                    let remark =
                        Remark::new(row.position, message).object(index as u64, row.text("id").as_deref());
                    metadata.refused.push(remark.property(PERIODS));
                }
            }
        }
    }

    fn next_value(&mut self, value: &mut DataValue) -> Result<bool, Fault> {
        while !self.is_over {
            let Some(item) = self.xml.next_item()? else { break };
            match item {
                Item::Start(tag) if self.in_values && tag.name == VALUE => {
                    let row = Row::read(&mut self.xml, tag)?;
                    self.position = row.position;
                    self.count += 1;
                    if self.choice.has_type(VALUES) && self.value(&row, value)? {
                        return Ok(true);
                    }
                }
                Item::Start(tag) if self.in_values => {
                    self.xml.skip()?;
                    self.metadata.losses.add(&tag.name);
                }
                // What stands behind the values comes too late to be of use for them.
                Item::Start(tag) => self.section(&tag.name, None)?,
                Item::End => self.in_values = false,
                Item::Text(_) => {}
            }
        }
        Ok(false)
    }

    /// Reads a row into a value, or says that it is left out.
    fn value(&mut self, row: &Row, value: &mut DataValue) -> Result<bool, Fault> {
        value.clear();
        for element in row.element.elements() {
            let Some(whole) = whole_text_of(element) else { continue };
            let text = whole.trim();
            match element.name.as_ref() {
                "dataElement" => self.reference(row, Key::DataElement, "dataElements", text, value),
                "source" => self.reference(row, Key::OrgUnit, "organisationUnits", text, value),
                "categoryOptionCombo" => {
                    self.reference(row, Key::CategoryOptionCombo, "categoryOptionCombos", text, value);
                }
                "period" => match self.periods.get(text) {
                    Some(period) => value.set(Key::Period, period),
                    None => {
                        let message = "none of the periods of the file that DHIS2 knows has its number";
                        return self.left_out(row, message);
                    }
                },
                "value" => value.set(Key::Value, &whole),
                "storedBy" => value.set(Key::StoredBy, &whole),
                "timeStamp" | "timestamp" => value.set(Key::LastUpdated, text),
                "comment" => value.set(Key::Comment, &whole),
                name => self.metadata.losses.add(&format!("{VALUES}.{name}")),
            }
        }
        Ok(true)
    }

    fn reference(&mut self, row: &Row, key: Key, plural: &str, number: &str, value: &mut DataValue) {
        match self.ids.get(plural, number) {
            Some(uid) => value.set(key, uid),
            None => {
                value.set(key, &self.ids.uid(plural, number));
                let message = format!("none of the {plural} of the file has this number");
                self.metadata.remarks.add(
                    Remark::new(row.position, message).object(self.count - 1, None).property(key.name()),
                );
            }
        }
    }

    fn left_out(&mut self, row: &Row, message: &str) -> Result<bool, Fault> {
        if self.choice.mode == Mode::Strict {
            return Err(Fault::new(row.position, format!("value {}: {message}", self.count - 1)));
        }
        let remark = Remark::new(row.position, format!("{message}: the value is left out"));
        self.metadata.remarks.add(remark.object(self.count - 1, None).property(PERIOD));
        Ok(false)
    }
}

fn period(row: &Row) -> Result<(String, Period), String> {
    let text = |column: &str| row.text(column).ok_or_else(|| format!("{column} is missing"));
    let period = period_of(&text("periodType")?, date_of(&text("startDate")?)?, date_of(&text("endDate")?)?)?;
    Ok((text("id")?, period))
}
