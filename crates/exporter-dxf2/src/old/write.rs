//! Objects as rows of old formats, by the tables that they are read with.

use std::collections::HashSet;
use std::io::{self, Write};

use exporter_xml::Element;

use super::Losses;
use super::ids::{Numbers, Operands};
use super::periods::{date_of, number_of};
use super::table::{List, Members, New, Table, Words};
use crate::data_values::refused;
use crate::value::{Object, Value};

/// Properties that every server makes itself, so that nothing is lost without them.
const MADE_BY_SERVERS: [&str; 9] =
    ["id", "path", "leaf", "href", "created", "displayName", "displayShortName", "displayFormName", "access"];

/// Objects on their way into an old format.
pub(super) struct Rows<'o, W> {
    pub(super) writer: W,
    pub(super) objects: &'o [(String, Object)],
    pub(super) numbers: Numbers,
    pub(super) operands: Operands,
    pub(super) losses: Losses,
    /// Whether a UID has a place, as `<uuid>`.
    pub(super) has_uuid: bool,
    /// Properties that lists of members are written from, by type.
    pub(super) listed: HashSet<(&'static str, &'static str)>,
}

impl<'o, W: Write> Rows<'o, W> {
    pub(super) fn new(
        writer: W,
        objects: &'o [(String, Object)],
        operands: Operands,
        has_uuid: bool,
    ) -> Self {
        let mut numbers = Numbers::default();
        for (plural, object) in objects {
            if let Some(uid) = object.text("id") {
                numbers.add(plural, space_of(plural, operands), uid, object.text("name").unwrap_or_default());
            }
        }
        let (losses, listed) = (Losses::default(), HashSet::new());
        Self { writer, objects, numbers, operands, losses, has_uuid, listed }
    }

    /// Writes a table; nothing where no object is of it.
    pub(super) fn table(&mut self, table: &Table, level: usize) -> io::Result<()> {
        let objects = self.objects;
        let of_table = || objects.iter().filter(|(plural, _)| plural == table.plural);
        if of_table().next().is_none() {
            return Ok(());
        }
        self.begin(table.section, level)?;
        let mut seen = HashSet::new();
        for (_, object) in of_table() {
            let Some(uid) = object.text("id").filter(|uid| seen.insert(*uid)) else {
                self.losses.add(&format!("{} without identifier of their own", table.plural));
                continue;
            };
            let element = self.row(table, object, uid)?;
            self.element(&element, level + usize::from(table.section.is_some()))?;
            self.count_lost(table, object);
        }
        self.end(table.section, level)
    }

    fn row(&mut self, table: &Table, object: &Object, uid: &str) -> io::Result<Element> {
        let number = self.numbers.get(table.plural, uid).unwrap_or_default().to_string();
        let mut row = Element::new(table.row);
        let mut uuid = self.has_uuid.then(|| Element::new("uuid").text(uid));
        if !table.columns.iter().any(|(column, _)| *column == table.id) {
            row.push(Element::new(table.id).text(number.as_str()));
        }
        row.extend(uuid.take());
        for (column, new) in table.columns {
            let mut element = Element::new(*column);
            match *new {
                New::Nested(property, plural) => {
                    if let Some(uid) = object.get(property).and_then(uid_in) {
                        let nested = self.nested("", plural, uid);
                        element.children = nested.children;
                    }
                }
                New::NestedList(property, item, plural) => {
                    let list = object.get(property).and_then(Value::as_list).unwrap_or_default();
                    element.extend(list.iter().filter_map(uid_in).map(|uid| self.nested(item, plural, uid)));
                }
                _ => match self.text(*new, object)? {
                    Some(text) => element = element.text(text),
                    None => continue,
                },
            }
            row.push(element);
        }
        Ok(row)
    }

    fn nested(&self, name: &'static str, plural: &str, uid: &str) -> Element {
        let mut element = Element::new(name);
        let number = self.numbers.get(plural, uid).unwrap_or_default();
        element.push(Element::new("id").text(number.to_string()));
        element.push(Element::new("name").text(self.numbers.name(plural, uid).unwrap_or_default()));
        element
    }

    /// The text of a column.
    fn text(&mut self, new: New, object: &Object) -> io::Result<Option<String>> {
        let plain = |property: &str| object.get(property).and_then(scalar);
        Ok(match new {
            New::Text(property) | New::Number(property) => plain(property),
            New::Broken(property) => {
                plain(property).map(|text| text.replace("\r\n", "\n").replace('\n', "{chr13}{chr10}"))
            }
            New::Truth(property) => plain(property).map(|text| match self.operands {
                Operands::Dxf1 => text,
                Operands::Dhis14 => if text == "true" { "1" } else { "0" }.to_owned(),
            }),
            New::Date(property) => plain(property),
            New::Day(property) => {
                let day = match plain(property) {
                    Some(text) => {
                        Some(date_of(&text).map_err(|message| refused(format!("{property}: {message}")))?)
                    }
                    None => None,
                };
                // A unit that is open has no last day, and one of which nothing is known was there all the time.
                Some(if day.is_none() && property == "openingDate" { 0 } else { number_of(day) }.to_string())
            }
            New::Word(property, words) | New::Listed(property, words) => {
                let word = plain(property);
                let Some(word) = word else { return Ok(None) };
                let old = old_word(words, &word);
                if old.and_then(|old| super::table::word(words, old)) != Some(word.as_str()) {
                    self.losses.add(&format!("{property} {word}"));
                }
                // The last one holds for what the format does not have.
                old.or(words.last().map(|(old, _)| *old)).map(str::to_owned)
            }
            New::Reference(property, plural) => match object.get(property).and_then(uid_in) {
                Some(uid) => match self.numbers.get(plural, uid) {
                    Some(number) => Some(number.to_string()),
                    None => {
                        self.losses.add(&format!("references to {plural} that are not written"));
                        None
                    }
                },
                None => None,
            },
            New::Formula(property) => plain(property).map(|text| self.formula(&text)),
            New::Side(side, property) => {
                let side = object.get(side).and_then(Value::as_object);
                let text = side.and_then(|side| side.get(property)).and_then(scalar);
                text.map(|text| if property == "expression" { self.formula(&text) } else { text })
            }
            New::Lost(_, text) | New::Fixed(text) => (!text.is_empty()).then(|| text.to_owned()),
            New::Short(property, most) => {
                plain(property).or_else(|| plain("name")).map(|text| text.chars().take(most).collect())
            }
            New::Else(property, other) => plain(property).or_else(|| plain(other)),
            New::Nested(..) | New::NestedList(..) | New::Also(_) => None,
        })
    }

    fn formula(&mut self, text: &str) -> String {
        let (formula, lost) = self.operands.encode(text, &self.numbers);
        (0..lost).for_each(|_| self.losses.add("operands of formulas"));
        formula
    }

    /// Counts the properties that no column has.
    fn count_lost(&mut self, table: &Table, object: &Object) {
        for (name, value) in object.iter() {
            let is_written = table.columns.iter().any(|(_, new)| property(*new) == Some(name));
            let is_nothing = match value {
                Value::Null => true,
                Value::List(list) => list.is_empty(),
                Value::Text(text) => text.is_empty(),
                _ => false,
            };
            let is_listed =
                self.listed.iter().any(|(plural, known)| *plural == table.plural && *known == name);
            if !is_written && !is_nothing && !is_listed && !MADE_BY_SERVERS.contains(&name) {
                self.losses.add(&format!("{}.{name}", table.plural));
            }
        }
        if !self.has_uuid {
            self.losses.add("identifiers, which are numbers there");
        }
    }

    /// Writes the pairs of members; nothing where there is none.
    pub(super) fn members(&mut self, members: &Members, level: usize) -> io::Result<()> {
        let objects = self.objects;
        let mut has_begun = false;
        for (_, object) in objects.iter().filter(|(plural, _)| plural == members.owner.1) {
            let Some(owner) = object.text("id").and_then(|uid| self.numbers.get(members.owner.1, uid)) else {
                continue;
            };
            let uids: Vec<&str> = match members.list {
                List::Plain(property) => list_of(object, property).iter().filter_map(uid_in).collect(),
                List::Within(property, inner) => {
                    let of_inner = |member: &'o Value| uid_in(member.as_object()?.get(inner)?);
                    list_of(object, property).iter().filter_map(of_inner).collect()
                }
                List::One(property) => object.get(property).and_then(uid_in).into_iter().collect(),
            };
            for (at, uid) in uids.into_iter().enumerate() {
                let Some(member) = self.numbers.get(members.member.1, uid) else {
                    self.losses.add(&format!("references to {} that are not written", members.member.1));
                    continue;
                };
                if !std::mem::replace(&mut has_begun, true) {
                    self.begin(members.section, level)?;
                }
                let mut row = Element::new(members.row);
                row.push(Element::new(members.owner.0).text(owner.to_string()));
                row.push(Element::new(members.member.0).text(member.to_string()));
                if let Some(order) = members.order {
                    row.push(Element::new(order).text((at + 1).to_string()));
                }
                self.element(&row, level + usize::from(members.section.is_some()))?;
            }
        }
        if has_begun { self.end(members.section, level) } else { Ok(()) }
    }

    /// Counts the objects of types that no table has.
    pub(super) fn count_types(&mut self, is_known: impl Fn(&str) -> bool) {
        for (plural, _) in self.objects.iter().filter(|(plural, _)| !is_known(plural)) {
            self.losses.add(plural);
        }
    }

    pub(super) fn begin(&mut self, section: Option<&str>, level: usize) -> io::Result<()> {
        match section {
            Some(name) => writeln!(self.writer, "{}<{name}>", "  ".repeat(level)),
            None => Ok(()),
        }
    }

    pub(super) fn end(&mut self, section: Option<&str>, level: usize) -> io::Result<()> {
        match section {
            Some(name) => writeln!(self.writer, "{}</{name}>", "  ".repeat(level)),
            None => Ok(()),
        }
    }

    pub(super) fn element(&mut self, element: &Element, level: usize) -> io::Result<()> {
        let mut text = String::new();
        element.write(level, &mut text);
        match self.operands {
            Operands::Dxf1 => self.writer.write_all(text.as_bytes()),
            Operands::Dhis14 => self.writer.write_all(&latin(&text)),
        }
    }
}

/// A text in ISO 8859-1, with other characters by number.
fn latin(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for one in text.chars() {
        match u8::try_from(u32::from(one)) {
            // Readers take these for those of Windows.
            Ok(byte) if !(0x80..=0x9F).contains(&byte) => bytes.push(byte),
            _ => bytes.extend_from_slice(format!("&#{};", u32::from(one)).as_bytes()),
        }
    }
    bytes
}

/// Whose numbers a type shares: in DHIS 1.4 groups of indicators those of data elements.
fn space_of(plural: &str, operands: Operands) -> &str {
    match (plural, operands) {
        ("indicatorGroups", Operands::Dhis14) => "dataElementGroups",
        _ => plural,
    }
}

/// The property that a column is written from.
fn property(new: New) -> Option<&'static str> {
    match new {
        New::Text(property)
        | New::Broken(property)
        | New::Truth(property)
        | New::Number(property)
        | New::Date(property)
        | New::Day(property)
        | New::Word(property, _)
        | New::Listed(property, _)
        | New::Reference(property, _)
        | New::Nested(property, _)
        | New::NestedList(property, ..)
        | New::Formula(property)
        | New::Else(property, _)
        | New::Side(property, _) => Some(property),
        New::Lost(..) | New::Fixed(_) | New::Short(..) | New::Also(_) => None,
    }
}

/// The old word of a new one: the first of several.
pub(super) fn old_word(words: Words, new: &str) -> Option<&'static str> {
    words.iter().find(|(_, known)| *known == new).map(|(old, _)| *old)
}

fn list_of<'o>(object: &'o Object, property: &str) -> &'o [Value] {
    object.get(property).and_then(Value::as_list).unwrap_or_default()
}

fn uid_in(value: &Value) -> Option<&str> {
    value.as_object()?.text("id")
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::Boolean(truth) => Some(truth.to_string()),
        Value::Number(text) | Value::Text(text) => Some(text.clone()),
        Value::Null | Value::List(_) | Value::Object(_) => None,
    }
}
