//! Reads metadata as CSV.

use std::collections::{HashSet, VecDeque};
use std::io::BufRead;

use ::csv::StringRecord;
use exporter_xml::Position;

use super::super::feature::to_geometry;
use super::super::reader::MetadataObject;
use super::classes::{Blank, Class, Column, Kind, Place};
use crate::fault::Fault;
use crate::mode::{Mode, Remark, Remarks};
use crate::rows::Rows;
use crate::uid;
use crate::value::{Object, Value};

/// The collection of the objects that option sets have references to.
const OPTIONS: &str = "options";

/// Reads the objects of a file one after the other; consecutive rows of one option set, option group or group are one object.
///
/// An option set comes behind its options. Points and areas come as `geometry`. Blank identifiers become UIDs of the text of the row,
/// the same each time.
pub struct CsvReader<R> {
    rows: Rows<R>,
    row: StringRecord,
    class: &'static Class,
    mode: Mode,
    has_defaults: bool,
    /// Where the row begins that was read with the header, and is none.
    first: Option<Position>,
    /// The object to which rows are added.
    open: Option<Open>,
    /// The first cells of all objects of several rows.
    seen: HashSet<String>,
    waiting: VecDeque<MetadataObject>,
    objects: u64,
    options: u64,
    remarks: Remarks,
    fault: Option<Fault>,
    is_over: bool,
}

struct Open {
    key: String,
    position: Position,
    /// What its first row says, without the list.
    own: Object,
    list: &'static str,
    items: Vec<Value>,
}

impl<R: BufRead> CsvReader<R> {
    /// Begins to read a file whose header tells its class, as [`CsvWriter`](super::CsvWriter) writes it.
    ///
    /// # Errors
    /// The header cannot be read, or that of no class begins so.
    pub fn new(reader: R, mode: Mode) -> Result<Self, Fault> {
        let (mut rows, mut row) = (Rows::new(reader), StringRecord::new());
        let position = rows.next(&mut row)?.unwrap_or_else(|| Position::of_line(1));
        let class = Class::guess(row.iter()).ok_or_else(|| {
            let keys: Vec<&str> = Class::all().iter().map(|class| class.key).collect();
            let message = format!(
                "the header {:?} does not tell which objects these are: name the class, one of {}",
                row.iter().take(16).collect::<Vec<_>>().join(","),
                keys.join(", ")
            );
            Fault::new(position, message)
        })?;
        Ok(Self::of(rows, row, class, mode, None))
    }

    /// Begins to read a file of a class, whose first row may be a header, of which the names mean nothing.
    ///
    /// # Errors
    /// The first row cannot be read.
    pub fn of_class(reader: R, class: &'static Class, has_header: bool, mode: Mode) -> Result<Self, Fault> {
        let (mut rows, mut row) = (Rows::new(reader), StringRecord::new());
        let first = rows.next(&mut row)?.filter(|_| !has_header);
        Ok(Self::of(rows, row, class, mode, first))
    }

    fn of(
        rows: Rows<R>,
        row: StringRecord,
        class: &'static Class,
        mode: Mode,
        first: Option<Position>,
    ) -> Self {
        let (open, seen, waiting) = (None, HashSet::new(), VecDeque::new());
        let (objects, options, remarks, fault) = (0, 0, Remarks::default(), None);
        let (has_defaults, is_over) = (true, false);
        Self {
            rows,
            row,
            class,
            mode,
            has_defaults,
            first,
            open,
            seen,
            waiting,
            objects,
            options,
            remarks,
            fault,
            is_over,
        }
    }

    /// Leaves properties out whose cells are blank, where it else gives them the values that a server does.
    #[must_use]
    pub fn without_defaults(mut self) -> Self {
        self.has_defaults = false;
        self
    }

    /// The class of the file.
    pub fn class(&self) -> &'static Class {
        self.class
    }

    /// What was odd so far, and is read nevertheless.
    pub fn remarks(&self) -> &Remarks {
        &self.remarks
    }

    /// Reads the next object; `None` where there is no other.
    ///
    /// # Errors
    /// A row cannot be read; strict: a server would refuse or change what it says. Nothing follows then, and the objects before were
    /// read.
    pub fn read(&mut self) -> Result<Option<MetadataObject>, Fault> {
        loop {
            if let Some(found) = self.waiting.pop_front() {
                return Ok(Some(found));
            }
            if self.is_over {
                return self.fault.take().map_or(Ok(None), Err);
            }
            if let Err(fault) = self.next_row() {
                (self.fault, self.is_over) = (Some(fault), true);
                self.close();
            }
        }
    }

    fn next_row(&mut self) -> Result<(), Fault> {
        let next = match self.first.take() {
            Some(position) => Some(position),
            None => self.rows.next(&mut self.row)?,
        };
        let Some(position) = next else {
            self.is_over = true;
            self.close();
            return Ok(());
        };
        let row = std::mem::take(&mut self.row);
        let result = if row.iter().all(|cell| cell.trim().is_empty()) {
            Ok(())
        } else {
            self.understand(&row, position)
        };
        self.row = row;
        result
    }

    fn understand(&mut self, row: &StringRecord, position: Position) -> Result<(), Fault> {
        let class = self.class;
        if row.iter().skip(class.columns.len()).any(|cell| !cell.trim().is_empty()) {
            let message = format!("cells behind the {} columns are left out", class.columns.len());
            self.remarks.add(Remark::new(position, message));
        }
        let key = row.get(0).unwrap_or_default();
        let goes_on = self.open.as_ref().is_some_and(|open| open.key == key);
        let (mut own, mut item) = (Object::new(), Object::new());
        let mut is_skipped = false;
        for (column, cell) in class.columns.iter().zip(row.iter().chain(std::iter::repeat(""))) {
            let is_item = matches!(column.place, Place::Item(..));
            if cell.trim().is_empty() {
                if column.is_required && (is_item || !goes_on) {
                    is_skipped |= class.has_objects_in_list();
                    let end = if is_skipped { "the row is left out" } else { "kept without" };
                    let id = self.id_of(row);
                    let message = format!("a server wants this property: {end} (E4000)");
                    self.refuse(position, column.header, id, message)?;
                }
                if let Some(id) = self.made_id(row, column.place) {
                    put(if is_item { &mut item } else { &mut own }, column.place, id.into());
                }
                if is_item || goes_on || !self.has_defaults {
                    continue;
                }
                match column.blank {
                    Blank::Nothing => {}
                    Blank::Text(text) => put(&mut own, column.place, valued(column.kind, text).0),
                    Blank::Name => {
                        let cut: String = key.chars().take(column.most.unwrap_or(usize::MAX)).collect();
                        put(&mut own, column.place, cut.into());
                    }
                }
                continue;
            }
            let value = self.value(row, column, cell, position)?;
            put(if is_item { &mut item } else { &mut own }, column.place, value);
        }
        if is_skipped {
            return Ok(());
        }
        to_geometry(&mut own);
        let Some(list) = class.list() else {
            self.give(own, position);
            return Ok(());
        };
        let item = Some(item).filter(|item| !item.is_empty()).map(Value::from);
        if let Some(open) = self.open.as_mut().filter(|_| goes_on) {
            let differs = |(name, value): (&str, &Value)| open.own.get(name).is_some_and(|old| old != value);
            if let Some((name, _)) = own.iter().find(|property| differs(*property)) {
                let message = "it differs from that of the first row of the object, which is taken";
                self.remarks.add(Remark::new(position, message).property(name));
            }
            open.items.extend(item);
            return Ok(());
        }
        self.close();
        if !self.seen.insert(key.to_owned()) {
            let message = format!(
                "rows of {key:?} stand in two places, and would be two objects: put them one behind the other (E5004)"
            );
            self.refuse(position, class.header().next().unwrap_or_default(), Some(key), message)?;
        }
        let items = item.into_iter().collect();
        self.open = Some(Open { key: key.to_owned(), position, own, list, items });
        Ok(())
    }

    /// The value of a cell that is not blank.
    fn value(
        &mut self,
        row: &StringRecord,
        column: &Column,
        cell: &str,
        position: Position,
    ) -> Result<Value, Fault> {
        if let Some(most) = column.most
            && cell.chars().count() > most
        {
            let message = format!("a server cuts a text of more than {most} characters: kept whole (E4001)");
            self.refuse(position, column.header, self.id_of(row), message)?;
        }
        let is_id = matches!(column.place, Place::Own("id") | Place::Within(_, "id") | Place::Item(_, "id"));
        if is_id && !uid::is_uid(cell) {
            let message =
                format!("{cell:?} is no UID of eleven letters and digits, a letter first: kept (E4014)");
            self.refuse(position, column.header, self.id_of(row), message)?;
        }
        let (value, fits) = valued(column.kind, cell);
        if !fits {
            let wanted = if column.kind == Kind::Flag { "true or false" } else { "a whole number" };
            let message = format!("{cell:?} is not {wanted}: kept as a text");
            self.refuse(position, column.header, self.id_of(row), message)?;
        }
        Ok(value)
    }

    /// An error, strict; else a remark.
    fn refuse(
        &mut self,
        position: Position,
        header: &str,
        id: Option<&str>,
        message: String,
    ) -> Result<(), Fault> {
        let remark = Remark::new(position, message).object(self.objects, id).property(header);
        if self.mode == Mode::Strict {
            // The fault has the position already.
            let told = Remark { position: None, ..remark }.to_string();
            return Err(Fault::new(position, told));
        }
        self.remarks.add(remark);
        Ok(())
    }

    /// How messages name the object of a row: by identifier, or what stands first.
    fn id_of<'a>(&self, row: &'a StringRecord) -> Option<&'a str> {
        let at = self.class.columns.iter().position(|column| column.place == Place::Own("id"));
        let cell = |at: usize| row.get(at).filter(|cell| !cell.trim().is_empty());
        at.and_then(cell).or_else(|| cell(0))
    }

    /// The UID that a blank cell stands for, where a server makes one: of an object of several rows by what comes first, which is its
    /// name; of an option by its set, name and code; else by all cells of the row.
    fn made_id(&self, row: &StringRecord, place: Place) -> Option<String> {
        let class = self.class;
        let columns = class.columns.iter().enumerate();
        let is_said = |(at, column): &(usize, &Column)| match (place, column.place) {
            (Place::Item(..), Place::Item(..)) => true,
            _ => *at == 0 || class.list().is_none(),
        };
        let makes_one = match place {
            // Members are added to groups that there are.
            Place::Own("id") => class.columns.first().is_some_and(|first| first.place != place),
            Place::Item(_, "id") => class.has_objects_in_list(),
            _ => false,
        };
        let cells = columns.filter(is_said).filter_map(|(at, _)| row.get(at));
        let text = cells.collect::<Vec<_>>().join("\u{1F}");
        let of = if matches!(place, Place::Item(..)) { OPTIONS } else { class.key };
        makes_one.then(|| uid::of_text(&format!("{of}\u{1F}{text}")))
    }

    fn give(&mut self, object: Object, position: Position) {
        let (kind, index) = (self.class.kind.to_owned(), self.objects);
        self.objects += 1;
        self.waiting.push_back(MetadataObject { kind, index, position, object });
    }

    /// Ends the object of several rows.
    fn close(&mut self) {
        let Some(Open { position, own, list, items, .. }) = self.open.take() else { return };
        if !self.class.has_objects_in_list() {
            let whole = if items.is_empty() { own } else { own.with(list, Value::List(items)) };
            self.give(whole, position);
            return;
        }
        let set = own.text("id").unwrap_or_default().to_owned();
        let mut references = Vec::new();
        for (at, option) in items.into_iter().enumerate() {
            let Value::Object(option) = option else { continue };
            let id = option.text("id").unwrap_or_default();
            references.push(Object::new().with("id", id).into());
            let set = Object::new().with("id", set.as_str());
            let object = option.with("sortOrder", at as i64 + 1).with("optionSet", set);
            let (kind, index) = (OPTIONS.to_owned(), self.options);
            self.options += 1;
            self.waiting.push_back(MetadataObject { kind, index, position, object });
        }
        let own = if self.has_defaults { own.with("valueType", "TEXT") } else { own };
        self.give(own.with(list, Value::List(references)), position);
    }
}

fn put(object: &mut Object, place: Place, value: Value) {
    match place {
        Place::Ignored => {}
        Place::Own(name) | Place::Item(_, name) => object.set(name, value),
        Place::Within(within, name) => match object.get_mut(within) {
            Some(Value::Object(inner)) => inner.set(name, value),
            _ => object.set(within, Object::new().with(name, value)),
        },
    }
}

/// A cell as a value, and whether it is one of its kind.
fn valued(kind: Kind, cell: &str) -> (Value, bool) {
    let word = cell.trim();
    match kind {
        Kind::Flag if word.eq_ignore_ascii_case("true") => (true.into(), true),
        Kind::Flag if word.eq_ignore_ascii_case("false") => (false.into(), true),
        Kind::Whole => match word.parse::<i64>() {
            Ok(number) => (number.into(), true),
            Err(_) => (cell.into(), false),
        },
        Kind::Upper => (word.to_ascii_uppercase().into(), true),
        Kind::Flag => (cell.into(), false),
        Kind::Text => (cell.into(), true),
    }
}
