//! DXF 1: `Export.xml` with the root `dxf`, elements only (section 13.5).

use std::collections::HashMap;
use std::io::{self, BufRead, Write};

use exporter_xml::{Element, Item, Position, XmlReader};

use super::ids::{Ids, Operands};
use super::periods::{date_of, period_of};
use super::rows::{Row, Rows, text_of};
use super::table::{Context, List, Members, New, Table, Words};
use super::{Choice, Losses, Metadata, tree, write};
use crate::data_values::{DataValue, Key, Period, refused};
use crate::fault::Fault;
use crate::mode::{Mode, Remark};
use crate::value::{Object, Value};

const ROOT: &str = "dxf";
const NAMESPACE: &str = "http://dhis2.org/schema/dxf/1.0";
const VALUES: &str = "dataValues";
const VALUE: &str = "dataValue";
const PERIODS: &str = "periods";
const PERIOD: &str = "period";

const TYPES: Words = &[
    ("int", "INTEGER"),
    ("int", "NUMBER"),
    ("bool", "BOOLEAN"),
    ("trueOnly", "TRUE_ONLY"),
    ("date", "DATE"),
    ("username", "USERNAME"),
    ("string", "TEXT"),
    ("string", "LONG_TEXT"),
];
const OPERATORS: Words = &[("average", "AVERAGE"), ("count", "COUNT"), ("sum", "SUM")];
const COMPARISONS: Words = &[
    ("equal_to", "equal_to"),
    ("not_equal_to", "not_equal_to"),
    ("greater_than", "greater_than"),
    ("greater_than_or_equal_to", "greater_than_or_equal_to"),
    ("less_than", "less_than"),
    ("less_than_or_equal_to", "less_than_or_equal_to"),
];
const PERIOD_TYPES: Words = &[
    ("Daily", "Daily"),
    ("Weekly", "Weekly"),
    ("Monthly", "Monthly"),
    ("BiMonthly", "BiMonthly"),
    ("Quarterly", "Quarterly"),
    ("SixMonthly", "SixMonthly"),
    ("Yearly", "Yearly"),
    ("FinancialApril", "FinancialApril"),
    ("FinancialJuly", "FinancialJuly"),
    ("FinancialOct", "FinancialOct"),
];

const NAME: (&str, New) = ("name", New::Text("name"));
const SHORT_NAME: (&str, New) = ("shortName", New::Text("shortName"));
const CODE: (&str, New) = ("code", New::Text("code"));
const DESCRIPTION: (&str, New) = ("description", New::Text("description"));
const ALTERNATIVE: (&str, New) = ("alternativeName", New::Lost("alternative names", ""));
const ACTIVE: (&str, New) = ("active", New::Lost("marks of what is not active", "true"));
const UPDATED: (&str, New) = ("lastUpdated", New::Date("lastUpdated"));

const fn table(section: &'static str, row: &'static str, columns: &'static [(&'static str, New)]) -> Section {
    Section::Table(Table { section: Some(section), row, plural: section, id: "id", columns })
}

const fn members(
    section: &'static str,
    row: &'static str,
    owner: (&'static str, &'static str),
    member: (&'static str, &'static str),
    list: List,
) -> Section {
    Section::Members(Members { section: Some(section), row, owner, member, list, order: None })
}

const fn sorted(section: Section) -> Section {
    match section {
        Section::Members(members) => Section::Members(Members { order: Some("sortOrder"), ..members }),
        Section::Table(_) => section,
    }
}

/// A section of a file.
enum Section {
    Table(Table),
    Members(Members),
}

/// The sections in the order in which they stand in a file.
static SECTIONS: [Section; 25] = [
    table("concepts", "concept", &[NAME]),
    table("categoryOptions", "categoryOption", &[NAME]),
    table("categories", "category", &[NAME, ("conceptid", New::Reference("concept", "concepts"))]),
    table("categoryCombos", "categoryCombo", &[NAME]),
    table(
        "categoryOptionCombos",
        "categoryOptionCombo",
        &[
            ("categoryCombo", New::Nested("categoryCombo", "categoryCombos")),
            ("categoryOptions", New::NestedList("categoryOptions", "categoryOption", "categoryOptions")),
        ],
    ),
    sorted(members(
        "categoryCategoryOptionAssociations",
        "categoryCategoryOptionAssociation",
        ("category", "categories"),
        ("categoryOption", "categoryOptions"),
        List::Plain("categoryOptions"),
    )),
    sorted(members(
        "categoryComboCategoryAssociations",
        "categoryComboCategoryAssociation",
        ("categoryCombo", "categoryCombos"),
        ("category", "categories"),
        List::Plain("categories"),
    )),
    table(
        "dataElements",
        "dataElement",
        &[
            NAME,
            ALTERNATIVE,
            SHORT_NAME,
            CODE,
            DESCRIPTION,
            ACTIVE,
            ("type", New::Word("valueType", TYPES)),
            ("aggregationOperator", New::Word("aggregationType", OPERATORS)),
            ("categoryCombo", New::Reference("categoryCombo", "categoryCombos")),
            UPDATED,
        ],
    ),
    table("dataElementGroups", "dataElementGroup", &[NAME, UPDATED]),
    members(
        "dataElementGroupMembers",
        "dataElementGroupMember",
        ("dataElementGroup", "dataElementGroups"),
        ("dataElement", "dataElements"),
        List::Plain("dataElements"),
    ),
    table("indicatorTypes", "indicatorType", &[NAME, ("factor", New::Number("factor"))]),
    table(
        "indicators",
        "indicator",
        &[
            NAME,
            ALTERNATIVE,
            SHORT_NAME,
            CODE,
            DESCRIPTION,
            ("annualized", New::Truth("annualized")),
            ("indicatorType", New::Reference("indicatorType", "indicatorTypes")),
            ("numerator", New::Formula("numerator")),
            ("numeratorDescription", New::Text("numeratorDescription")),
            ("numeratorAggregationOperator", New::Lost("aggregation operators of indicators", "sum")),
            ("denominator", New::Formula("denominator")),
            ("denominatorDescription", New::Text("denominatorDescription")),
            ("denominatorAggregationOperator", New::Lost("aggregation operators of indicators", "sum")),
            UPDATED,
        ],
    ),
    table("indicatorGroups", "indicatorGroup", &[NAME, UPDATED]),
    members(
        "indicatorGroupMembers",
        "indicatorGroupMember",
        ("indicatorGroup", "indicatorGroups"),
        ("indicator", "indicators"),
        List::Plain("indicators"),
    ),
    table(
        "dataSets",
        "dataSet",
        &[NAME, SHORT_NAME, CODE, ("periodType", New::Word("periodType", PERIOD_TYPES)), UPDATED],
    ),
    members(
        "dataSetMembers",
        "dataSetMember",
        ("dataSet", "dataSets"),
        ("dataElement", "dataElements"),
        List::Within("dataSetElements", "dataElement"),
    ),
    table(
        "organisationUnits",
        "organisationUnit",
        &[
            NAME,
            SHORT_NAME,
            CODE,
            ("openingDate", New::Date("openingDate")),
            ("closedDate", New::Date("closedDate")),
            ACTIVE,
            ("comment", New::Text("comment")),
            ("geoCode", New::Lost("geographic codes", "")),
            ("feature", New::Lost("features", "")),
            UPDATED,
        ],
    ),
    members(
        "organisationUnitRelationships",
        "organisationUnitRelationship",
        ("child", "organisationUnits"),
        ("parent", "organisationUnits"),
        List::One("parent"),
    ),
    table("organisationUnitGroups", "organisationUnitGroup", &[NAME, UPDATED]),
    members(
        "organisationUnitGroupMembers",
        "organisationUnitGroupMember",
        ("organisationUnitGroup", "organisationUnitGroups"),
        ("organisationUnit", "organisationUnits"),
        List::Plain("organisationUnits"),
    ),
    Section::Table(Table {
        section: Some("groupSets"),
        row: "groupSet",
        plural: "organisationUnitGroupSets",
        id: "id",
        columns: &[
            NAME,
            DESCRIPTION,
            ("compulsory", New::Truth("compulsory")),
            ("exclusive", New::Lost("marks of group sets whose groups exclude one another", "true")),
        ],
    }),
    members(
        "groupSetMembers",
        "groupSetMember",
        ("groupSet", "organisationUnitGroupSets"),
        ("organisationUnitGroup", "organisationUnitGroups"),
        List::Plain("organisationUnitGroups"),
    ),
    // Numbers are given in any file anew, and a level is known by itself.
    Section::Table(Table {
        section: Some("organisationUnitLevels"),
        row: "organisationUnitLevel",
        plural: "organisationUnitLevels",
        id: "level",
        columns: &[("level", New::Number("level")), NAME],
    }),
    members(
        "dataSetSourceAssociations",
        "dataSetSourceAssociation",
        ("dataSet", "dataSets"),
        ("source", "organisationUnits"),
        List::Plain("organisationUnits"),
    ),
    Section::Table(Table {
        section: Some("validationRules"),
        row: "validationRule",
        plural: "validationRules",
        id: "name",
        columns: &[
            NAME,
            DESCRIPTION,
            ("type", New::Lost("types of validation rules", "absolute")),
            ("operator", New::Word("operator", COMPARISONS)),
            ("leftSideExpression", New::Side("leftSide", "expression")),
            ("leftSideDescription", New::Side("leftSide", "description")),
            ("rightSideExpression", New::Side("rightSide", "expression")),
            ("rightSideDescription", New::Side("rightSide", "description")),
        ],
    }),
];

fn tables() -> impl Iterator<Item = &'static Table> {
    SECTIONS.iter().filter_map(|section| if let Section::Table(table) = section { Some(table) } else { None })
}

fn all_members() -> impl Iterator<Item = &'static Members> {
    SECTIONS
        .iter()
        .filter_map(|section| if let Section::Members(members) = section { Some(members) } else { None })
}

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
            let Some(text) = text_of(element) else { continue };
            match element.name.as_ref() {
                "dataElement" => self.reference(row, Key::DataElement, "dataElements", &text, value),
                "source" => self.reference(row, Key::OrgUnit, "organisationUnits", &text, value),
                "categoryOptionCombo" => {
                    self.reference(row, Key::CategoryOptionCombo, "categoryOptionCombos", &text, value);
                }
                "period" => match self.periods.get(&text) {
                    Some(period) => value.set(Key::Period, period),
                    None => {
                        let message = "none of the periods of the file that DHIS2 knows has its number";
                        return self.left_out(row, message);
                    }
                },
                "value" => value.set(Key::Value, &text),
                "storedBy" => value.set(Key::StoredBy, &text),
                "timeStamp" | "timestamp" => value.set(Key::LastUpdated, &text),
                "comment" => value.set(Key::Comment, &text),
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

/// Adds what the tables do not say: names of combinations, levels, the domain of data elements.
pub(super) fn complete(metadata: &mut Metadata) {
    let names: HashMap<String, String> = metadata
        .objects
        .iter()
        .filter(|(plural, _)| plural == "categoryOptions")
        .filter_map(|(_, object)| Some((object.text("id")?.to_owned(), object.text("name")?.to_owned())))
        .collect();
    for (plural, object) in &mut metadata.objects {
        match plural.as_str() {
            "categoryOptionCombos" if object.get("name").is_none() => {
                let options = object.get("categoryOptions").and_then(Value::as_list).unwrap_or_default();
                let of_option =
                    |option: &Value| names.get(option.as_object()?.text("id")?).map(String::as_str);
                let name: Vec<&str> = options.iter().filter_map(of_option).collect();
                if !name.is_empty() {
                    let name = name.join(", ");
                    object.set("name", name);
                }
            }
            "dataElements" => object.set("domainType", "AGGREGATE"),
            _ => {}
        }
    }
    tree::add_levels(metadata);
    tree::check_codes(metadata);
}

fn period(row: &Row) -> Result<(String, Period), String> {
    let text = |column: &str| row.text(column).ok_or_else(|| format!("{column} is missing"));
    let period = period_of(&text("periodType")?, date_of(&text("startDate")?)?, date_of(&text("endDate")?)?)?;
    Ok((text("id")?, period))
}

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

#[cfg(test)]
#[path = "dxf1_tests.rs"]
mod tests;
