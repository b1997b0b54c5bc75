//! Writing DXF 1.

use std::collections::HashMap;
use std::io::{self, Write};

use exporter_xml::Element;

use super::sections::{SECTIONS, Section, all_members, tables};
use super::{PERIOD, PERIODS, ROOT, VALUE, VALUES};
use crate::data_values::{DataValue, Key, Period, refused};
use crate::old::ids::Operands;
use crate::old::table::List;
use crate::old::{Losses, write};
use crate::value::Object;

const NAMESPACE: &str = "http://dhis2.org/schema/dxf/1.0";

/// Writes DXF 1: the metadata and the periods first, and then value by value. Identifiers are written as UUIDs, so that they are
/// read again as they were.
pub struct Writer<'o, W: Write> {
    rows: write::Rows<'o, W>,
    periods: HashMap<Period, usize>,
    in_values: bool,
}

impl<'o, W: Write> Writer<'o, W> {
    /// Writes the objects, by the plural names of their types, and the periods that the data values will have.
    ///
    /// # Errors
    /// When the bytes cannot be written.
    pub fn new(
        writer: W,
        objects: &'o [(String, Object)],
        periods: impl IntoIterator<Item = Period>,
    ) -> io::Result<Self> {
        let mut rows = write::Rows::new(writer, objects, Operands::Dxf1, true);
        rows.listed.extend([
            ("categoryOptionCombos", "name"),
            ("dataElements", "domainType"),
            ("organisationUnits", "level"),
        ]);
        for members in all_members() {
            let (List::Plain(property) | List::Within(property, _) | List::One(property)) = members.list;
            rows.listed.insert((members.owner.1, property));
        }
        writeln!(
            rows.writer,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{ROOT} xmlns=\"{NAMESPACE}\" minorVersion=\"1.2\">"
        )?;
        for section in &SECTIONS {
            match section {
                Section::Table(table) => rows.table(table, 1)?,
                Section::Members(members) => rows.members(members, 1)?,
            }
        }
        rows.count_types(|plural| tables().any(|table| table.plural == plural));
        let mut numbers = HashMap::new();
        rows.begin(Some(PERIODS), 1)?;
        for period in periods {
            let next = numbers.len() + 1;
            if numbers.contains_key(&period) {
                continue;
            }
            numbers.insert(period, next);
            let mut row = Element::new(PERIOD);
            row.push(Element::new("id").text(next.to_string()));
            row.push(Element::new("periodType").text(period.kind().name()));
            row.push(Element::new("startDate").text(period.start().to_string()));
            row.push(Element::new("endDate").text(period.end().to_string()));
            rows.element(&row, 2)?;
        }
        rows.end(Some(PERIODS), 1)?;
        Ok(Self { rows, periods: numbers, in_values: false })
    }

    /// Writes a data value.
    ///
    /// # Errors
    /// When the bytes cannot be written, and (`InvalidInput`) for a value of a period or object that was not written; the file is
    /// as it was then.
    pub fn write(&mut self, value: &DataValue) -> io::Result<()> {
        let mut row = Element::new(VALUE);
        let mut push = |name: &'static str, text: &str| row.push(Element::new(name).text(text));
        for (key, name, plural) in [
            (Key::DataElement, "dataElement", "dataElements"),
            (Key::OrgUnit, "source", "organisationUnits"),
            (Key::CategoryOptionCombo, "categoryOptionCombo", "categoryOptionCombos"),
        ] {
            let Some(uid) = value.get(key) else { continue };
            let number = self.rows.numbers.get(plural, uid);
            let number =
                number.ok_or_else(|| refused(format!("{uid} is none of the {plural} that were written")))?;
            push(name, &number.to_string());
        }
        let period = value.get(Key::Period).unwrap_or_default();
        let number = period.parse().ok().and_then(|period: Period| self.periods.get(&period));
        let number =
            number.ok_or_else(|| refused(format!("{period:?} is none of the periods that were written")))?;
        push(PERIOD, &number.to_string());
        for (key, name) in [
            (Key::Value, "value"),
            (Key::StoredBy, "storedBy"),
            (Key::LastUpdated, "timeStamp"),
            (Key::Comment, "comment"),
        ] {
            if let Some(text) = value.get(key) {
                push(name, text);
            }
        }
        for key in [Key::AttributeOptionCombo, Key::Created, Key::FollowUp, Key::Deleted] {
            if value.get(key).is_some() {
                self.rows.losses.add(&format!("{VALUES}.{}", key.name()));
            }
        }
        if !std::mem::replace(&mut self.in_values, true) {
            self.rows.begin(Some(VALUES), 1)?;
        }
        self.rows.element(&row, 2)
    }

    /// What the format has no place for, so far.
    pub fn losses(&self) -> &Losses {
        &self.rows.losses
    }

    /// Ends the file.
    ///
    /// # Errors
    /// When the bytes cannot be written.
    pub fn finish(mut self) -> io::Result<W> {
        if self.in_values {
            self.rows.end(Some(VALUES), 1)?;
        }
        self.rows.end(Some(ROOT), 0)?;
        self.rows.writer.flush()?;
        Ok(self.rows.writer)
    }
}
