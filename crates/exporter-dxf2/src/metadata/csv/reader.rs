//! Reads a table of metadata, object by object.

use std::collections::HashSet;
use std::io::BufRead;

use exporter_xml::Position;

use super::super::from_elements::plain;
use super::super::part::MetadataObject;
use super::super::types::Kind;
use super::class::{CsvClass, CsvColumn, csv_classes};
use crate::fault::Fault;
use crate::findings::Findings;
use crate::mode::{Mode, Remark, Remarks};
use crate::uid::is_uid;
use crate::value::{Object, Value};

/// Members of one object that are read.
const MOST_MEMBERS: usize = 1 << 20;

/// How a table is read.
#[derive(Clone, Copy, Debug)]
pub struct ReadCsv {
    /// Its class; without one it is known by the header.
    pub class: Option<&'static CsvClass>,
    /// Whether the first line is a header, whose names mean nothing else.
    pub has_header: bool,
    /// What becomes of that which servers refuse or cut.
    pub mode: Mode,
}

impl Default for ReadCsv {
    fn default() -> Self {
        Self { class: None, has_header: true, mode: Mode::Lenient }
    }
}

/// Reads a table of metadata, object by object. Blank cells have the defaults of servers; an identifier that servers would make is
/// left open, and so is the default category combination, which differs between systems.
///
/// Rows of one option set, option group or membership that follow one another are one object, with a list of their members.
///
/// ```
/// use exporter_dxf2::metadata::{MetadataCsvReader, ReadCsv, csv_class};
/// let text = "name,uid,code\nMalaria cases,,MAL\n";
/// let how = ReadCsv { class: csv_class("DATA_ELEMENT"), ..ReadCsv::default() };
/// let mut reader = MetadataCsvReader::new(text.as_bytes(), how)?;
/// let element = reader.read()?.ok_or("an object")?;
/// assert_eq!((element.object.text("code"), element.object.text("aggregationType")), (Some("MAL"), Some("SUM")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct MetadataCsvReader<R> {
    rows: csv::Reader<R>,
    class: &'static CsvClass,
    findings: Findings,
    /// The first row, where it is no header.
    first: Option<csv::StringRecord>,
    /// The object whose members are read.
    pending: Option<Pending>,
    /// What names objects with members, of those that were read.
    seen: HashSet<String>,
    next: u64,
    is_over: bool,
}

struct Pending {
    /// What names it.
    key: String,
    object: MetadataObject,
    members: Vec<Value>,
}

impl<R: BufRead> MetadataCsvReader<R> {
    /// Reads a table.
    ///
    /// # Errors
    /// The first line cannot be read, or does not tell the class where it is not given.
    pub fn new(reader: R, how: ReadCsv) -> Result<Self, Fault> {
        let mut rows = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(reader);
        let mut first = csv::StringRecord::new();
        let has_one = rows.read_record(&mut first).map_err(Fault::from)?;
        if let Some(marked) = first.get(0).and_then(|cell| cell.strip_prefix('\u{FEFF}')) {
            let position = first.position().cloned();
            first = std::iter::once(marked).chain(first.iter().skip(1)).collect();
            first.set_position(position);
        }
        let guessed = || CsvClass::of_header(first.iter()).filter(|_| how.has_header);
        let class = how.class.or_else(guessed).ok_or_else(|| {
            let keys: Vec<&str> = csv_classes().iter().map(|class| class.key).collect();
            let message =
                format!("the first line does not tell what the rows are; give one of {}", keys.join(", "));
            Fault::new(Position::of_line(1), message)
        })?;
        Ok(Self {
            rows,
            class,
            findings: Findings::new(how.mode),
            first: Some(first).filter(|_| has_one && !how.has_header),
            pending: None,
            seen: HashSet::new(),
            next: 0,
            is_over: false,
        })
    }

    /// The class of the rows.
    pub fn class(&self) -> &'static CsvClass {
        self.class
    }

    /// What was remarked so far.
    pub fn remarks(&self) -> &Remarks {
        self.findings.remarks()
    }

    /// The next object; `None` where there is no other one.
    ///
    /// # Errors
    /// A row cannot be read, or in strict mode a server would refuse or cut what it says; nothing follows then.
    pub fn read(&mut self) -> Result<Option<MetadataObject>, Fault> {
        let found = self.next_object();
        self.is_over |= !matches!(found, Ok(Some(_)));
        found
    }

    fn next_object(&mut self) -> Result<Option<MetadataObject>, Fault> {
        let mut record = csv::StringRecord::new();
        while !self.is_over {
            match self.first.take() {
                Some(first) => record = first,
                None if !self.rows.read_record(&mut record).map_err(Fault::from)? => break,
                None => {}
            }
            let position = Position::of_line(record.position().map_or(1, csv::Position::line));
            let Some((object, member)) = self.row(&record, position)? else { continue };
            let Some(members) = self.class.members else {
                return Ok(Some(self.object(object, position)));
            };
            // Sets have names, and memberships have the identifiers of their groups.
            let key = object.text("name").or_else(|| object.text("id")).unwrap_or_default().to_owned();
            if let Some(pending) = self.pending.as_mut().filter(|pending| pending.key == key) {
                if pending.members.len() >= MOST_MEMBERS {
                    return Err(Fault::new(
                        position,
                        format!("{key:?} has more than {MOST_MEMBERS} {members}"),
                    ));
                }
                pending.members.extend(member);
                continue;
            }
            if !self.seen.insert(key.clone()) {
                let message = "its rows do not stand together: another object begins";
                self.refuse(position, members, message)?;
            }
            let object = self.object(object, position);
            let pending = Pending { key, object, members: member.into_iter().collect() };
            if let Some(done) = self.pending.replace(pending) {
                return Ok(Some(done.done(members)));
            }
        }
        Ok(self.pending.take().map(|pending| pending.done(self.class.members.unwrap_or_default())))
    }

    fn object(&mut self, object: Object, position: Position) -> MetadataObject {
        let index = self.next;
        self.next += 1;
        MetadataObject { kind: self.class.kind.to_owned(), index, position, object }
    }

    /// The object of a row, and its member; `None` of a row that servers skip.
    fn row(
        &mut self,
        record: &csv::StringRecord,
        position: Position,
    ) -> Result<Option<(Object, Option<Value>)>, Fault> {
        let class = self.class;
        let (mut object, mut member) = (Object::new(), Object::new());
        let swapped = class.key == "OPTION_GROUP_SET" && is_in_order_of_documentation(record);
        for (at, column) in class.columns.iter().enumerate().filter(|(_, column)| !column.property.is_empty())
        {
            let at = match at {
                3 if swapped => 4,
                4 if swapped => 3,
                at => at,
            };
            let text = record.get(at).unwrap_or_default();
            let blank = text.trim().is_empty();
            if blank && column.required {
                let missing = "E4000: the row lacks what it needs";
                self.refuse(position, column.property, missing)?;
                // Rows of sets without it are skipped.
                if class.members.is_some() {
                    return Ok(None);
                }
            }
            let text = match column.default {
                Some("@name") if blank => record
                    .get(0)
                    .unwrap_or_default()
                    .chars()
                    .take(column.most.unwrap_or(usize::MAX))
                    .collect(),
                Some(default) if blank => default.to_owned(),
                _ if blank => continue,
                _ => text.to_owned(),
            };
            let value = self.cell(column, text, position)?;
            match column.within {
                None => object.set(column.property, value),
                Some(within) if column.is_member => member.set(within, value),
                Some(within) => match object.get_mut(column.property) {
                    Some(Value::Object(inner)) => inner.set(within, value),
                    _ => object.set(column.property, Object::new().with(within, value)),
                },
            }
        }
        if record.len() > class.columns.len() {
            self.refuse(position, "", "the row has more cells than its class has columns: left out")?;
        }
        for (name, value) in &class.always {
            object.set(*name, *value);
        }
        let member = Some(member).filter(|member| !member.is_empty()).map(Value::Object);
        Ok(Some((object, member)))
    }

    fn cell(&mut self, column: &CsvColumn, text: String, position: Position) -> Result<Value, Fault> {
        if column.most.is_some_and(|most| text.chars().count() > most) {
            let most = column.most.unwrap_or_default();
            let message =
                format!("E4001: the text has more than {most} characters, where servers cut it: kept whole");
            self.refuse(position, column.property, &message)?;
        }
        let is_identifier = column.within.unwrap_or(column.property) == "id";
        if is_identifier && !is_uid(&text) {
            self.refuse(position, column.property, &format!("E4014: {text:?} is no UID: kept"))?;
        }
        let kind = self.class.kind_of(column);
        let text = match kind {
            Some(Kind::Truth) => text.to_lowercase(),
            _ if column.capitals => text.to_uppercase(),
            _ => text,
        };
        let value = plain(kind, &text);
        if kind.is_some_and(|kind| kind != Kind::Text) && matches!(value, Value::Text(_)) {
            let wanted = if kind == Some(Kind::Number) { "number" } else { "true or false" };
            self.refuse(position, column.property, &format!("{text:?} is no {wanted}: kept as a text"))?;
        }
        Ok(value)
    }

    fn refuse(&mut self, position: Position, property: &str, message: &str) -> Result<(), Fault> {
        let remark = Remark::new(position, message).object(self.next, None);
        self.findings.refuse(if property.is_empty() { remark } else { remark.property(property) })
    }
}

impl Pending {
    fn done(self, members: &str) -> MetadataObject {
        let mut object = self.object;
        if !self.members.is_empty() {
            object.object.set(members, self.members);
        }
        object
    }
}

/// Whether a row of option group sets has its fifth and not its fourth cell as a truth value, as documents have it.
fn is_in_order_of_documentation(record: &csv::StringRecord) -> bool {
    let is_truth = |at| {
        record.get(at).is_some_and(|cell: &str| {
            cell.trim().eq_ignore_ascii_case("true") || cell.trim().eq_ignore_ascii_case("false")
        })
    };
    is_truth(4) && !is_truth(3)
}
