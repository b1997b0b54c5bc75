//! The tables of a file and their columns, found in all of its rows.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use exporter_core::codebook::Codebook;
use exporter_core::{Error, LossCode, Result};

use super::cells::Cells;
use super::dictionary::Dictionary;
use super::objects::{holder, place_of};
use super::row::{Row, Wanted};
use super::seen::Seen;
use super::shape::Room;
use super::told::Told;
use super::values;
use crate::metadata::type_of;
use crate::recognition::ExchangeKind;
use crate::tracker::{Kind, Model};

/// Tables that a file has at most; DHIS2 has some hundred types.
const MOST_TABLES: usize = 1000;
/// Columns of a table.
const MOST_COLUMNS: usize = 10_000;
/// Parts of nested values, in all columns together.
const MOST_PARTS: usize = 50_000;

/// What was found so far.
pub(super) struct Tables<'d> {
    kind: ExchangeKind,
    /// What metadata says of the variables.
    dictionary: Option<&'d Codebook>,
    tables: Vec<Found>,
    places: HashMap<String, usize>,
    room: Room,
    pub(super) told: Told,
}

/// A table and its columns, in the order in which they came.
struct Found {
    name: String,
    rows: u64,
    columns: Vec<Column>,
    places: Places,
}

struct Column {
    name: String,
    is_open: bool,
    seen: Seen,
    /// The row in which it was last.
    row: u64,
}

/// Where the columns are: properties, and data elements and attributes, which may have the same names.
#[derive(Debug, Default)]
pub(super) struct Places {
    own: HashMap<String, usize>,
    open: HashMap<String, usize>,
}

impl Places {
    pub(super) fn get(&self, name: &str, wanted: Wanted) -> Option<usize> {
        let places = if wanted == Wanted::Open { &self.open } else { &self.own };
        places.get(name).copied()
    }

    fn add(&mut self, name: &str, wanted: Wanted, at: usize) {
        let places = if wanted == Wanted::Open { &mut self.open } else { &mut self.own };
        places.insert(name.to_owned(), at);
    }
}

/// A table as it is read.
#[derive(Debug)]
pub(super) struct Planned {
    /// The name of its rows in the file.
    pub(super) key: String,
    /// Its own name.
    pub(super) name: String,
    pub(super) rows: u64,
    pub(super) columns: Vec<PlannedColumn>,
    /// Where the columns are by their names in the file.
    pub(super) places: Places,
}

/// A column as it is read.
#[derive(Debug)]
pub(super) struct PlannedColumn {
    /// The name of the property, data element or attribute.
    pub(super) key: String,
    /// Whether it is of a data element or attribute.
    pub(super) is_open: bool,
    /// The name of the variable.
    pub(super) name: String,
    pub(super) cells: Cells,
    /// Of a column of names, what the identifiers before it are called.
    pub(super) names: Option<HashMap<String, String>>,
}

impl Planned {
    /// Puts a column of names behind each column of identifiers that have some.
    pub(super) fn add_names(&mut self, dictionary: &Dictionary<'_>) {
        let mut taken = Names(self.columns.iter().map(|column| column.name.clone()).collect());
        let mut columns = Vec::with_capacity(self.columns.len());
        for column in std::mem::take(&mut self.columns) {
            let names = dictionary.names(&self.key, &column.key).filter(|_| !column.is_open);
            let wanted = if column.is_open { Wanted::Open } else { Wanted::Text };
            self.places.add(&column.key, wanted, columns.len());
            let name = format!("{}Name", column.name);
            columns.push(column);
            if let Some(names) = names {
                let name = taken.free(&name, "name", str::to_owned);
                let (key, is_open, cells) = (String::new(), false, Cells::Text);
                columns.push(PlannedColumn { key, is_open, name, cells, names: Some(names) });
            }
        }
        self.columns = columns;
    }
}

impl<'d> Tables<'d> {
    pub(super) fn new(kind: ExchangeKind, dictionary: Option<&'d Codebook>) -> Result<Self> {
        let mut tables = Self {
            kind,
            dictionary,
            tables: Vec::new(),
            places: HashMap::new(),
            room: Room(MOST_PARTS),
            told: Told::default(),
        };
        if kind == ExchangeKind::DataValues {
            let table = tables.table(values::TABLE)?;
            for key in values::BASIC {
                tables.column(table, key.name(), values::wanted(key))?;
            }
        }
        Ok(tables)
    }

    /// Adds a table that has no rows.
    pub(super) fn add_empty(&mut self, kind: Kind) -> Result<()> {
        self.table(kind.list(Model::New)).map(drop)
    }

    fn table(&mut self, name: &str) -> Result<usize> {
        if let Some(at) = self.places.get(name) {
            return Ok(*at);
        }
        let at = self.tables.len();
        if at >= MOST_TABLES {
            return Err(Error::limit(format!("the file has more than {MOST_TABLES} collections")));
        }
        self.tables.push(Found {
            name: name.to_owned(),
            rows: 0,
            columns: Vec::new(),
            places: Places::default(),
        });
        self.places.insert(name.to_owned(), at);
        if let Some(kind) = Kind::of_list(name).filter(|_| self.kind == ExchangeKind::Tracker) {
            for name in super::tracked::basic(kind) {
                self.column(at, name, super::tracked::wanted(name))?;
            }
        }
        Ok(at)
    }

    fn column(&mut self, table: usize, name: &str, wanted: Wanted) -> Result<Option<&mut Column>> {
        let Some(found) = self.tables.get_mut(table) else { return Ok(None) };
        let at = match found.places.get(name, wanted) {
            Some(at) => at,
            None => {
                let at = found.columns.len();
                if at >= MOST_COLUMNS {
                    let message = format!("there are more than {MOST_COLUMNS} columns");
                    let error = Error::limit(message).table(&found.name).variable(name);
                    return Err(match wanted {
                        Wanted::Open => error.with_hint("read each value as a row: --from dxf2:events=long"),
                        _ => error,
                    });
                }
                let is_open = wanted == Wanted::Open;
                let dictionary = self.dictionary.filter(|_| is_open);
                let stated = dictionary.and_then(|codebook| Dictionary::stated(codebook, &found.name, name));
                found.places.add(name, wanted, at);
                let seen = Seen::new(wanted, stated);
                found.columns.push(Column { name: name.to_owned(), is_open, seen, row: 0 });
                at
            }
        };
        Ok(found.columns.get_mut(at))
    }

    /// Looks at a row.
    pub(super) fn see(&mut self, row: &Row) -> Result<()> {
        let table = self.table(&row.table)?;
        let Some(found) = self.tables.get_mut(table) else { return Ok(()) };
        found.rows += 1;
        let number = found.rows;
        for cell in &row.cells {
            let mut room = std::mem::replace(&mut self.room, Room(0));
            let mut is_twice = false;
            if let Some(column) = self.column(table, &cell.name, cell.wanted)? {
                is_twice = column.row == number;
                column.row = number;
                column.seen.see(&cell.value, number, &mut room);
            }
            self.room = room;
            if is_twice {
                let place = (row.table.as_ref(), Some(cell.name.as_ref()));
                let action = "the name is there twice in an object: the last value counts";
                self.told.add(LossCode::NOT_READ, place, action, || super::seen::told(&cell.value));
            }
        }
        Ok(())
    }

    /// The tables as they are read, in the order in which servers import them.
    pub(super) fn planned(mut self) -> (Vec<Planned>, Told) {
        let kind = self.kind;
        let rank = |name: &str| match kind {
            ExchangeKind::Metadata => type_of(name).map_or(usize::MAX, |kind| kind.rank),
            _ => Kind::ALL.iter().position(|kind| kind.list(Model::New) == name).unwrap_or(usize::MAX),
        };
        let mut tables = std::mem::take(&mut self.tables);
        tables.sort_by_key(|table| rank(&table.name));
        let mut names = Names::default();
        let planned = tables.into_iter().map(|found| {
            let name = names.free(&harmless(&found.name), "table", str::to_lowercase);
            if name != found.name {
                let action = "the name of the collection is no name of a table";
                self.told.add(LossCode::NAME_CHANGED, (&name, None), action, || found.name.clone());
            }
            self.plan(name, found)
        });
        let planned = planned.collect();
        (planned, self.told)
    }

    fn plan(&mut self, name: String, found: Found) -> Planned {
        let Found { name: key, rows, columns, .. } = found;
        let mut order: Vec<Column> = columns;
        let holder = holder(&key);
        match self.kind {
            ExchangeKind::Metadata => order.sort_by_key(|column| place_of(&holder, &column.name)),
            _ => order.sort_by_key(|column| column.is_open),
        }
        let mut names = Names::default();
        let mut places = Places::default();
        let mut planned = Vec::with_capacity(order.len());
        for (at, column) in order.into_iter().enumerate() {
            let Column { name: key, is_open, seen, .. } = column;
            let own = names.free(&key, &format!("column_{}", at + 1), str::to_owned);
            let place = (name.as_str(), Some(own.as_str()));
            if own != key {
                let action = "another column has the name, or it is empty";
                self.told.add(LossCode::NAME_CHANGED, place, action, || key.clone());
            }
            if let Some(kind) = seen.unfit() {
                let action = format!("metadata states {kind}, and not all values are that: they stay texts");
                let (_, first) = seen.first.clone().unwrap_or_default();
                self.told.add_several(seen.misfits.max(1), LossCode::KIND_CHANGED, place, &action, || first);
            }
            places.add(&key, if is_open { Wanted::Open } else { Wanted::Text }, at);
            planned.push(PlannedColumn { key, is_open, name: own, cells: seen.cells(), names: None });
        }
        Planned { key, name, rows, columns: planned, places }
    }
}

/// A name without what would lead a file elsewhere.
fn harmless(name: &str) -> Cow<'_, str> {
    match name {
        "." | ".." => "_".into(),
        name if name.contains(['/', '\\', '\0']) => name.replace(['/', '\\', '\0'], "_").into(),
        name => name.into(),
    }
}

/// Names that are taken.
#[derive(Default)]
struct Names(HashSet<String>);

impl Names {
    /// A name of its own: the wanted one, or another where that is empty or taken. Names with the same key are the same.
    fn free(&mut self, wanted: &str, instead: &str, key: fn(&str) -> String) -> String {
        let wanted = if wanted.is_empty() { instead } else { wanted };
        let numbered = (2_u64..).map(|number| format!("{wanted}_{number}"));
        let mut names = std::iter::once(wanted.to_owned()).chain(numbered);
        names.find(|name| self.0.insert(key(name))).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_harmless_and_each_column_has_its_own() {
        let mut tables = Tables::new(ExchangeKind::Metadata, None).unwrap();
        for name in ["../x", "Things", "things", ""] {
            let mut row = Row::new(name.to_owned());
            row.push("id", Wanted::Text, "a");
            row.push("id", Wanted::Open, "1");
            row.push("", Wanted::Text, "b");
            row.push("", Wanted::Text, "c");
            tables.see(&row).unwrap();
        }
        let (planned, told) = tables.planned();
        let names: Vec<&str> = planned.iter().map(|table| table.name.as_str()).collect();
        assert_eq!(names, [".._x", "Things", "things_2", "table"]);
        let columns: Vec<&str> = planned[0].columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(columns, ["id", "id_2", "column_3"]);
        assert_eq!(told.losses().filter(|loss| loss.code == LossCode::NAME_CHANGED).count(), 3 + 2 * 4);
        assert!(told.losses().any(|loss| loss.action.contains("there twice")));
    }

    #[test]
    fn columns_are_bounded() {
        let mut tables = Tables::new(ExchangeKind::Tracker, None).unwrap();
        let mut row = Row::new("events");
        (0..MOST_COLUMNS).for_each(|at| row.push(format!("d{at}"), Wanted::Open, "1"));
        let error = tables.see(&row).unwrap_err();
        assert!(error.to_string().contains("more than 10000 columns"), "{error}");
        assert_eq!(error.hint(), Some("read each value as a row: --from dxf2:events=long"));
    }
}
