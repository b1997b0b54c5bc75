//! DHIS 1.4: XML as Access writes it, and `RoutineData.txt` with the data (section 13.6).
//!
//! A file that lists its types of values and periods itself means those; else the numbers are the usual ones of DHIS 1.4.

mod routine;
mod tables;

use std::collections::HashMap;
use std::io::{self, BufRead, Write};

use exporter_xml::{Element, Item, XmlReader};

pub use routine::{RoutineReader, RoutineWriter};

use self::tables::{
    ELEMENT_MEMBER, GROUP, GROUP_ID, INDICATOR_GROUP, INDICATOR_MEMBER, LOOKUPS, MEMBERS, PERIOD_NUMBERS,
    TABLES, TYPE_NAMES, TYPE_NUMBERS, WRITTEN_INDICATOR_GROUPS,
};
use super::complete::complete;
use super::ids::{Ids, Operands};
use super::periods::{day_of, number_of, period_of};
use super::rows::{Row, Rows};
use super::table::{Context, List, word};
use super::{Choice, Losses, Metadata, write};
use crate::data_values::Period;
use crate::fault::Fault;
use crate::mode::Remark;
use crate::value::{Object, Value};

const ROOT: &str = "root";
const DATA: &str = "dataroot";

/// What the XML of DHIS 1.4 says: its metadata, and what its data values are read with.
#[derive(Clone, Debug, Default)]
pub struct Dhis14 {
    metadata: Metadata,
    choice: Choice,
    ids: Ids,
    /// Periods by number, as DXF 2 has them.
    periods: HashMap<String, String>,
    /// Names of types of values by the number of the data element.
    types: HashMap<String, String>,
    users: HashMap<String, String>,
}

impl Dhis14 {
    /// Reads the XML files of an export together, and says why one of them could not be read to its end: what stands before is
    /// read.
    pub fn read<R: BufRead>(files: impl IntoIterator<Item = R>, choice: Choice) -> (Self, Option<Fault>) {
        let mut file = Self { choice, ..Self::default() };
        let mut rows = Rows::default();
        let mut fault = None;
        for reader in files {
            if let Err(error) = read_rows(reader, &mut rows, &mut file.metadata.losses) {
                fault.get_or_insert(error);
            }
        }
        file.decode(rows);
        (file, fault)
    }

    /// The metadata.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    fn decode(&mut self, rows: Rows) {
        let rows = with_kinds_of_groups(rows, &mut self.metadata);
        let listed = self.listed(&rows);
        let Self { ids, metadata, choice, .. } = self;
        for table in &TABLES {
            table.identify(rows.of(table.row), ids, metadata);
        }
        let context = Context { ids, operands: Operands::Dhis14, listed: &listed };
        for table in &TABLES {
            table.decode(rows.of(table.row), &context, choice, metadata);
        }
        for members in &MEMBERS {
            members.decode(&rows, ids, metadata);
        }
        complete(metadata);
    }

    /// What the file lists itself, and is needed for objects and data.
    fn listed(&mut self, rows: &Rows) -> HashMap<(&'static str, String), String> {
        let mut names = HashMap::new();
        let mut listed = HashMap::new();
        for row in rows.of("DataType") {
            let (Some(number), Some(name)) = (row.text("DataTypeID"), row.text("DataTypeName")) else {
                continue;
            };
            if names.contains_key(&number) {
                let message = format!("another type of values has the number {number}; the first one holds");
                self.metadata.remarks.add(Remark::new(row.position, message).property("DataTypeID"));
                continue;
            }
            if let Some(kind) = word(TYPE_NAMES, &name) {
                listed.insert(("DataTypeID", number.clone()), kind.to_owned());
            }
            names.insert(number, name);
        }
        for row in rows.of("DataElement") {
            let (Some(element), Some(number)) = (row.text("DataElementID"), row.text("DataTypeID")) else {
                continue;
            };
            let name = names.get(&number).map(String::as_str).or_else(|| word(TYPE_NUMBERS, &number));
            if let Some(name) = name {
                self.types.insert(element, name.to_owned());
            }
        }
        for row in rows.of("UserName") {
            if let (Some(number), Some(name)) = (row.text("UserID"), row.text("UserName")) {
                self.users.insert(number, name);
            }
        }
        let kinds: HashMap<String, String> = rows
            .of("DataPeriodType")
            .iter()
            .filter_map(|row| Some((row.text("DataPeriodTypeID")?, row.text("DataPeriodTypeName")?)))
            .collect();
        for (index, row) in rows.of("DataPeriod").iter().enumerate() {
            match period(row, &kinds) {
                Ok((number, period)) => {
                    self.periods.insert(number, period.to_string());
                }
                Err(message) => {
                    let number = row.text("DataPeriodID");
                    let remark = Remark::new(row.position, message).object(index as u64, number.as_deref());
                    self.metadata.refused.push(remark.property("DataPeriod"));
                }
            }
        }
        listed
    }
}

fn read_rows<R: BufRead>(reader: R, rows: &mut Rows, losses: &mut Losses) -> Result<(), Fault> {
    let mut xml = XmlReader::new(reader);
    let mut has_root = false;
    while let Some(item) = xml.next_item()? {
        let Item::Start(tag) = item else { continue };
        match tag.name.as_str() {
            // Access writes the root without another one around it.
            ROOT if !has_root => {}
            DATA => {}
            name if !has_root => {
                return Err(Fault::new(xml.position(), format!("the root is <{name}>, not <{ROOT}>")));
            }
            "schema" => xml.skip()?,
            name => {
                let is_known = TABLES.iter().any(|table| table.row == name)
                    || MEMBERS.iter().any(|members| members.row == name)
                    || LOOKUPS.contains(&name);
                if is_known {
                    rows.add(Row::read(&mut xml, tag)?);
                } else {
                    losses.add(name);
                    xml.skip()?;
                }
            }
        }
        has_root = true;
    }
    Ok(())
}

/// Tells the groups of indicators from those of data elements by their members: both have one element, and in files of DHIS2 also
/// the same numbers, those of data elements first.
fn with_kinds_of_groups(rows: Rows, metadata: &mut Metadata) -> Rows {
    let mut sorted = Rows::default();
    let (mut of_elements, mut of_indicators) = (HashMap::new(), HashMap::new());
    let mut groups = Vec::new();
    for mut row in rows.into_rows() {
        match row.element.name.as_ref() {
            GROUP => {
                groups.push(row);
                continue;
            }
            ELEMENT_MEMBER if row.element.first("IndicatorID").is_some() => {
                row.element.name = INDICATOR_MEMBER.into()
            }
            _ => {}
        }
        let members = match row.element.name.as_ref() {
            ELEMENT_MEMBER => Some(&mut of_elements),
            INDICATOR_MEMBER => Some(&mut of_indicators),
            _ => None,
        };
        if let (Some(members), Some(number)) = (members, row.text(GROUP_ID)) {
            members.insert(number, ());
        }
        sorted.add(row);
    }
    let mut seen: HashMap<String, u64> = HashMap::new();
    let mut total: HashMap<String, u64> = HashMap::new();
    for number in groups.iter().filter_map(|row| row.text(GROUP_ID)) {
        *total.entry(number).or_default() += 1;
    }
    for mut row in groups {
        let number = row.text(GROUP_ID).unwrap_or_default();
        let before = seen.entry(number.clone()).or_default();
        *before += 1;
        let has_both = of_elements.contains_key(&number) && of_indicators.contains_key(&number);
        let of_indicators = of_indicators.contains_key(&number);
        let is_of_indicators = match total.get(&number) {
            Some(1) if has_both => {
                let message = "a group of data elements and indicators becomes two groups";
                metadata.remarks.add(Remark::new(row.position, message).property(GROUP));
                let mut other = row.clone();
                other.element.name = INDICATOR_GROUP.into();
                sorted.add(other);
                false
            }
            _ if has_both => *before > 1,
            _ => of_indicators,
        };
        if is_of_indicators {
            row.element.name = INDICATOR_GROUP.into();
        }
        sorted.add(row);
    }
    sorted
}

fn period(row: &Row, kinds: &HashMap<String, String>) -> Result<(String, Period), String> {
    let text = |column: &str| row.text(column).ok_or_else(|| format!("{column} is missing"));
    let kind = text("DataPeriodTypeID")?;
    let kind = kinds.get(&kind).map(String::as_str).or_else(|| word(PERIOD_NUMBERS, &kind));
    let kind = kind.ok_or("its type of periods is not known")?;
    let day = |column: &str| day_of(&text(column)?)?.ok_or_else(|| format!("{column} is no end"));
    Ok((text("DataPeriodID")?, period_of(kind, day("ValidFrom")?, day("ValidTo")?)?))
}

/// Writes the XML of DHIS 1.4 in ISO 8859-1: the objects, and the periods that the data will have.
///
/// Returns what the format has no place for, and what writes the data.
///
/// # Errors
/// When the bytes cannot be written, and (`InvalidInput`) for an organisation unit with a date that is none.
pub fn write<W: Write>(
    writer: W,
    objects: &[(String, Object)],
    periods: impl IntoIterator<Item = Period>,
) -> io::Result<(W, Losses, Numbering)> {
    let mut rows = write::Rows::new(writer, objects, Operands::Dhis14, false);
    rows.listed.extend([("dataElements", "domainType"), ("organisationUnits", "parent")]);
    for members in &MEMBERS {
        if let List::Plain(property) = members.list {
            rows.listed.insert((members.owner.1, property));
        }
    }
    writeln!(rows.writer, "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<{ROOT}>")?;
    rows.begin(Some(DATA), 1)?;
    for table in &TABLES {
        rows.table(if table.row == INDICATOR_GROUP { &WRITTEN_INDICATOR_GROUPS } else { table }, 2)?;
    }
    for members in MEMBERS.iter().filter(|members| matches!(members.list, List::Plain(_))) {
        rows.members(members, 2)?;
    }
    hierarchy(&mut rows)?;
    rows.count_types(|plural| TABLES.iter().any(|table| table.plural == plural));
    let mut numbers = HashMap::new();
    for period in periods {
        let Some((kind, _)) = PERIOD_NUMBERS.iter().find(|(_, name)| *name == period.kind().name()) else {
            rows.losses.add(&format!("{} periods", period.kind().name()));
            continue;
        };
        let next = numbers.len() + 1;
        if numbers.contains_key(&period) {
            continue;
        }
        numbers.insert(period, next);
        let mut row = Element::new("DataPeriod");
        for (name, text) in [
            ("DataPeriodID", next.to_string()),
            ("DataPeriodName", period.to_string()),
            ("DataPeriodTypeID", (*kind).to_owned()),
            ("ValidFrom", number_of(Some(period.start())).to_string()),
            ("ValidTo", number_of(Some(period.end())).to_string()),
        ] {
            row.push(Element::new(name).text(text));
        }
        rows.element(&row, 2)?;
    }
    let types = objects.iter().filter(|(plural, _)| plural == "dataElements").filter_map(|(_, element)| {
        Some((element.text("id")?.to_owned(), element.text("valueType").unwrap_or_default().to_owned()))
    });
    let types = types.collect();
    rows.end(Some(DATA), 1)?;
    rows.end(Some(ROOT), 0)?;
    rows.writer.flush()?;
    let write::Rows { writer, losses, numbers: objects, .. } = rows;
    Ok((writer, losses, Numbering { objects, periods: numbers, types }))
}

/// The numbers of objects and periods that were written, by which the data values go.
#[derive(Clone, Debug)]
pub struct Numbering {
    objects: super::ids::Numbers,
    periods: HashMap<Period, usize>,
    /// Types of values by data element.
    types: HashMap<String, String>,
}

/// The tree of organisation units, whose root names itself.
fn hierarchy<W: Write>(rows: &mut write::Rows<'_, W>) -> io::Result<()> {
    let objects = rows.objects;
    for (at, (_, unit)) in objects.iter().filter(|(plural, _)| plural == "organisationUnits").enumerate() {
        let number = |uid: &str| rows.numbers.get("organisationUnits", uid);
        let Some(child) = unit.text("id").and_then(number) else { continue };
        let parent = unit.get("parent").and_then(Value::as_object).and_then(|parent| parent.text("id"));
        let known = parent.and_then(number);
        if parent.is_some() && known.is_none() {
            rows.losses.add("references to organisationUnits that are not written");
        }
        let level =
            if let Some(Value::Number(level)) = unit.get("level") { level.clone() } else { "1".to_owned() };
        let mut row = Element::new("OrgHierarchy");
        for (name, text) in [
            ("OrgHierarchyID", (at + 1).to_string()),
            ("OrgUnitLevel", level),
            ("OrgUnitStructureID", "1".to_owned()),
            ("OrgUnitChildID", child.to_string()),
            ("OrgUnitParentID", known.unwrap_or(child).to_string()),
        ] {
            row.push(Element::new(name).text(text));
        }
        rows.element(&row, 2)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
