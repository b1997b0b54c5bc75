//! Events and tracked entities as CSV: consecutive rows of one object are its values.

use std::collections::HashSet;
use std::io::BufRead;

use csv::StringRecord;
use exporter_xml::Position;

use super::check::check;
use super::csv_rows::{Rows, Source, line_of};
use super::findings::Findings;
use super::item::{Item, Kind};
use super::tables::{Cell, Place, Table};
use crate::fault::Fault;
use crate::geometry::{Coordinate, Geometry};
use crate::mode::{Mode, Remark, Remarks};
use crate::value::{Object, Value};

/// Reads a table object by object.
pub struct CsvReader<R> {
    rows: Rows<R>,
    /// The row that was read, and belongs to the object that comes next.
    ahead: Option<StringRecord>,
    /// What ends the file, once that was read which stands before.
    fault: Option<Fault>,
    most: usize,
    findings: Findings,
    position: Position,
    is_over: bool,
}

impl<R: BufRead> CsvReader<R> {
    /// Reads a table whose objects have at most so many bytes each. Where it begins with a header, that says what the columns are;
    /// else they go by their position in the table that is given, or in that which has as many columns.
    ///
    /// # Errors
    /// The first line cannot be read, is cut off, or has more cells than any table.
    pub fn new(reader: R, table: Option<Table>, most: usize, mode: Mode) -> Result<Self, Fault> {
        let (rows, first) = Rows::new(reader, table, most)?;
        let (findings, position) = (Findings::new(mode), Position::of_line(1));
        Ok(Self { rows, ahead: first, fault: None, most, findings, position, is_over: false })
    }

    /// The table that is read.
    pub fn table(&self) -> Table {
        self.rows.table
    }

    /// What a server would refuse or read otherwise, as far as it was read.
    pub fn remarks(&self) -> &Remarks {
        self.findings.remarks()
    }

    /// Where the object begins that was read last.
    pub fn position(&self) -> Position {
        self.position
    }

    /// The next object, in the words of the new tracker.
    ///
    /// # Errors
    /// A row cannot be read or the file is cut off, an object is larger than is read, or, in strict mode, a server would refuse it.
    pub fn read(&mut self) -> Result<Option<Item>, Fault> {
        let found = if self.is_over { Ok(None) } else { self.next_item() };
        self.is_over |= !matches!(found, Ok(Some(_)));
        found
    }

    fn next_item(&mut self) -> Result<Option<Item>, Fault> {
        let first = match self.ahead.take() {
            Some(row) => row,
            None => match self.next_row()? {
                Some(row) => row,
                None => return Ok(None),
            },
        };
        self.position = line_of(&first);
        let mut values = Vec::new();
        let mut known = HashSet::new();
        self.value(&first, &mut values, &mut known)?;
        let mut size = first.as_slice().len();
        loop {
            let row = match self.next_row() {
                Ok(row) => row,
                Err(fault) => {
                    self.fault = Some(fault);
                    None
                }
            };
            let Some(row) = row else { break };
            if !self.belongs(&first, &row, &known) {
                self.ahead = Some(row);
                break;
            }
            size += row.as_slice().len();
            if size > self.most {
                let message =
                    format!("an object has more than {} bytes, which is the most that is read", self.most);
                return Err(Fault::new(line_of(&row), message));
            }
            self.differs(&first, &row)?;
            self.value(&row, &mut values, &mut known)?;
        }
        let item = self.item(&first, values)?;
        check(&item, self.rows.table == Table::OlderEvents, self.position, &mut self.findings)?;
        self.findings.pass(item.kind);
        Ok(Some(item))
    }

    fn next_row(&mut self) -> Result<Option<StringRecord>, Fault> {
        match self.fault.take() {
            Some(fault) => Err(fault),
            None => self.rows.next(&mut self.findings),
        }
    }

    /// Whether a row belongs to the object of another one: by the identifier; where there is none, what they say of the object is
    /// the same, and the row has another value.
    fn belongs(&self, first: &StringRecord, row: &StringRecord, known: &HashSet<String>) -> bool {
        let id = Place::Own(self.rows.table.kind().id_property());
        if !self.rows.cell(first, id).is_empty() {
            return self.rows.cell(first, id) == self.rows.cell(row, id);
        }
        let key = self.rows.cell(row, Place::Value(self.rows.table.values().1));
        self.rows.difference(first, row).is_none()
            && !key.is_empty()
            && !known.is_empty()
            && !known.contains(key)
    }

    fn differs(&mut self, first: &StringRecord, row: &StringRecord) -> Result<(), Fault> {
        let Some(source) = self.rows.difference(first, row) else { return Ok(()) };
        let name = match source {
            Source::Known(column) => column.name.to_owned(),
            Source::Other(name) => name.clone(),
        };
        let message = "rows of one object differ: the first of them counts";
        self.findings.found(Remark::new(line_of(row), message).property(name).loss())
    }

    /// Adds the value of a row.
    fn value(
        &mut self,
        row: &StringRecord,
        values: &mut Vec<Value>,
        known: &mut HashSet<String>,
    ) -> Result<(), Fault> {
        let key = self.rows.table.values().1;
        let key_text = self.rows.cell(row, Place::Value(key)).to_owned();
        if key_text.is_empty() {
            if self.rows.cell(row, Place::Value("value")).is_empty() {
                return Ok(());
            }
            let message = format!("a value without {key}: kept without it");
            self.findings.found(Remark::new(line_of(row), message).property("value"))?;
        }
        let mut value = Object::new();
        let mut odd = None;
        for (source, text) in self.rows.cells(row) {
            let Source::Known(column) = source else { continue };
            let (Place::Value(name) | Place::Either(name)) = column.place else { continue };
            if text.is_empty() {
                // An empty value takes away the one that there is.
                if name == "value" {
                    value.set(name, Value::Null);
                }
                continue;
            }
            let (cell, is_sound) = cell_value(column.cell, text);
            if !is_sound {
                odd = Some(name);
            }
            value.set(name, cell);
        }
        if let Some(name) = odd {
            self.findings.found(Remark::new(line_of(row), "it is neither true nor false").property(name))?;
        }
        values.push(value.into());
        known.insert(key_text);
        Ok(())
    }

    /// The object of its first row.
    fn item(&mut self, row: &StringRecord, values: Vec<Value>) -> Result<Item, Fault> {
        let kind = self.rows.table.kind();
        let mut item = Item::new(kind, Object::new());
        let (mut position, mut odd) = ((None, None), Vec::new());
        for (source, text) in self.rows.cells(row) {
            let column = match source {
                Source::Known(column) => column,
                Source::Other(name) => {
                    if !text.is_empty() {
                        item.object.set(name.as_str(), text);
                    }
                    continue;
                }
            };
            match column.place {
                Place::Own("status") if text.is_empty() => item.object.set("status", "ACTIVE"),
                _ if text.is_empty() => {}
                Place::Own(name) => {
                    let (value, is_sound) = cell_value(column.cell, text);
                    if !is_sound {
                        odd.push((name, "it is neither true nor false".to_owned()));
                    }
                    item.object.set(name, value);
                }
                Place::Either(name) if values.is_empty() => item.object.set(name, text),
                Place::Longitude => position.0 = Some(text),
                Place::Latitude => position.1 = Some(text),
                Place::Geometry => match Geometry::from_wkt(text) {
                    Ok(geometry) => item.object.set("geometry", geometry.to_geojson()),
                    Err(error) => {
                        odd.push(("geometry", format!("{error}: kept as text")));
                        item.object.set("geometry", text);
                    }
                },
                Place::Value(_) | Place::Either(_) => {}
            }
        }
        if kind == Kind::Event && item.object.get("status").is_none() {
            item.object.set("status", "ACTIVE");
        }
        if let Err(message) = place(&mut item.object, position) {
            self.findings.lost(self.position, &item, "latitude", message)?;
        }
        for (name, message) in odd {
            self.findings.add(self.position, &item, name, message)?;
        }
        if !values.is_empty() {
            item.object.set(self.rows.table.values().0, values);
        }
        Ok(item)
    }
}

/// Puts a point into an object that has no other geometry.
fn place(object: &mut Object, position: (Option<&str>, Option<&str>)) -> Result<(), String> {
    let (longitude, latitude) = match position {
        (None, None) => return Ok(()),
        (Some(longitude), Some(latitude)) => (longitude, latitude),
        _ => return Err("there is only one of longitude and latitude: left out".to_owned()),
    };
    let position = Coordinate::new([longitude, latitude]).map_err(|error| format!("{error}: left out"))?;
    let Some(geometry) = object.get("geometry") else {
        object.set("geometry", Geometry::Point(position).to_geojson());
        return Ok(());
    };
    let number = |text: &str| text.parse::<f64>().ok();
    let is_first = |first: &Coordinate| {
        number(first.longitude()) == number(position.longitude())
            && number(first.latitude()) == number(position.latitude())
    };
    match Geometry::from_geojson(geometry).ok().as_ref().and_then(Geometry::first) {
        Some(first) if !is_first(first) => {
            Err("longitude and latitude are not the first of the geometry: left out".to_owned())
        }
        _ => Ok(()),
    }
}

/// What a text stands for, and whether it is that.
pub(super) fn cell_value(cell: Cell, text: &str) -> (Value, bool) {
    match cell {
        Cell::Text => (text.into(), true),
        Cell::User => (Object::new().with("username", text).into(), true),
        Cell::Truth if text.eq_ignore_ascii_case("true") => (true.into(), true),
        Cell::Truth if text.eq_ignore_ascii_case("false") => (false.into(), true),
        Cell::Truth => (text.into(), false),
    }
}

#[cfg(test)]
mod tests {
    use super::super::csv_writer::CsvWriter;
    use super::super::model::WriteOptions;
    use super::*;
    use crate::drained::drained;
    use crate::target::Target;

    fn read(text: &str) -> (Vec<Item>, Vec<String>, Option<Fault>) {
        let mut reader = CsvReader::new(text.as_bytes(), None, 1 << 20, Mode::Lenient).unwrap();
        let (items, fault) = drained(|| reader.read());
        (items, reader.remarks().iter().map(ToString::to_string).collect(), fault)
    }

    fn write(items: &[Item], table: Table, target: Target) -> (String, Vec<String>) {
        let mut writer = CsvWriter::new(Vec::new(), table, WriteOptions::new(target)).unwrap();
        items.iter().for_each(|item| writer.write(item).unwrap());
        let remarks = writer.remarks().iter().map(ToString::to_string).collect();
        (String::from_utf8(writer.finish().unwrap()).unwrap(), remarks)
    }

    fn json(item: &Item) -> String {
        let mut written = Vec::new();
        item.object.write_json(&mut written);
        String::from_utf8(written).unwrap()
    }

    const OLDER: &str = "event,status,program,programStage,enrollment,orgUnit,eventDate,dueDate,latitude,longitude,dataElement,value,storedBy,providedElsewhere,completedDate,completedBy,geometry\n";

    #[test]
    fn consecutive_rows_are_one_event_and_events_may_have_no_values() {
        // Servers once refused an empty due date (#16184).
        let text = format!(
            "{OLDER}\
            pHhZHG4go5k,,p,s,,o,2019-03-01,,8.10,-11.4,d1,\"a,b\",u,false,,,\n\
            pHhZHG4go5k,,p,s,,o,2019-03-01,,8.10,-11.4,d2,,,true,,,\n\
            XVPPQHHIE1q,COMPLETED,p,s,,o,2019-03-02,,,,,,me,,2019-03-03,him,\n\
            lwBnlOXhd9P,SKIPPED,p,s,e,o,,2019-04-01,,,,,,,,,\"'LINESTRING (1 2, 3 4)'\"\n\
            pHhZHG4go5k,ACTIVE,p,s,,o,2019-03-01,,,,d1,2\n"
        );
        let (items, remarks, fault) = read(&text);
        assert!(fault.is_none());
        assert_eq!(
            items.iter().map(json).collect::<Vec<_>>(),
            [
                r#"{"event":"pHhZHG4go5k","status":"ACTIVE","program":"p","programStage":"s","orgUnit":"o","occurredAt":"2019-03-01","geometry":{"type":"Point","coordinates":[-11.4,8.10]},"dataValues":[{"dataElement":"d1","value":"a,b","storedBy":"u","providedElsewhere":false},{"dataElement":"d2","value":null,"providedElsewhere":true}]}"#,
                r#"{"event":"XVPPQHHIE1q","status":"COMPLETED","program":"p","programStage":"s","orgUnit":"o","occurredAt":"2019-03-02","storedBy":"me","completedAt":"2019-03-03","completedBy":"him"}"#,
                r#"{"event":"lwBnlOXhd9P","status":"SKIPPED","program":"p","programStage":"s","enrollment":"e","orgUnit":"o","scheduledAt":"2019-04-01","geometry":{"type":"LineString","coordinates":[[1,2],[3,4]]}}"#,
                r#"{"event":"pHhZHG4go5k","status":"ACTIVE","program":"p","programStage":"s","orgUnit":"o","occurredAt":"2019-03-01","dataValues":[{"dataElement":"d1","value":"2"}]}"#,
            ]
        );
        assert_eq!(
            remarks,
            ["line 6, column 1: the row has fewer cells than the first: the others are empty"]
        );
        let (again, remarks) = write(&items, Table::OlderEvents, Target::V2_41);
        assert!(remarks.is_empty(), "{remarks:?}");
        assert_eq!(read(&again).0, items);
        assert!(
            again.contains("\nXVPPQHHIE1q,COMPLETED,p,s,,o,2019-03-02,,,,,,me,,2019-03-03,him,\n"),
            "{again}"
        );
        // Older versions have fewer columns.
        let (old, remarks) = write(&items, Table::OlderEvents, Target::V2_29);
        assert!(old.starts_with(&OLDER.replace(",geometry", "")));
        assert_eq!(
            remarks,
            ["line 5, column 1, object 2 (lwBnlOXhd9P), geometry: it has no column: left out"]
        );
        let (old, remarks) = write(&items[1..2], Table::OlderEvents, Target::V2_22);
        assert!(
            old.starts_with(&OLDER.replace(",completedDate,completedBy,geometry", "")) && remarks.len() == 2
        );
    }

    #[test]
    fn columns_go_by_their_names_or_their_position() {
        let named = "\u{FEFF}orgUnit,EVENT,occurredAt,x,longitude,latitude,geometry,followUp,assignedUser,attributeCategoryOptions,dataElement,value\r\no,pHhZHG4go5k,2020,y,1,2.0,POINT(1 2),TRUE,me,a;b,d,1\r\n";
        let (items, remarks, _) = read(named);
        assert_eq!(
            json(&items[0]),
            r#"{"orgUnit":"o","event":"pHhZHG4go5k","occurredAt":"2020","x":"y","geometry":{"type":"Point","coordinates":[1,2]},"followUp":true,"assignedUser":{"username":"me"},"attributeCategoryOptions":"a;b","status":"ACTIVE","dataValues":[{"dataElement":"d","value":"1"}]}"#
        );
        assert_eq!(items[0].event().unwrap().attribute_category_options().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(remarks.len(), 2, "{remarks:?}");
        let (text, remarks) = write(&items, Table::Events, Target::Head);
        assert!(remarks.len() == 1 && remarks[0].ends_with(", x: it has no column: left out"), "{remarks:?}");
        let rows = text.split_once('\n').unwrap().1;
        assert_eq!(rows, "pHhZHG4go5k,ACTIVE,,,,o,2020,,POINT (1 2),2,1,true,,,,,,,,,,a;b,me,d,1,,,,\n");
        let (by_position, ..) = read(rows);
        assert_eq!(by_position.len(), 1);
        assert_eq!(read(&text).0, by_position);
        // Without the user who stored the value.
        let (fewer, ..) = read("pHhZHG4go5k,ACTIVE,p,s,,o,2020,,,,,,,,,,,,,,,,,d,1,true,2021,2022\n");
        assert!(json(&fewer[0]).ends_with(r#""dataValues":[{"dataElement":"d","value":"1","providedElsewhere":true,"updatedAt":"2021","createdAt":"2022"}]}"#));
    }

    #[test]
    fn rows_without_an_identifier_are_one_event_while_they_say_the_same_of_it() {
        let text = format!(
            "{OLDER},,p,s,,o,2019,,,,d1,1,,,,,\n,,p,s,,o,2019,,,,d2,2,,,,,\n,,p,s,,o,2019,,,,d1,3,,,,,\n,,p,s,,q,2019,,,,d2,4,,,,,\n,,p,s,,q,2019,,,,,,,,,,\n"
        );
        let (items, ..) = read(&text);
        let values: Vec<usize> =
            items.iter().map(|item| item.event().unwrap().data_values().count()).collect();
        assert_eq!(values, [2, 1, 1, 0]);
    }

    #[test]
    fn what_is_amiss_is_remarked_and_a_cut_row_ends_the_table() {
        let text = format!(
            "{OLDER}pHhZHG4go5k,X,p,s,,o,2019,,1,,d1,1,,maybe,,,CIRCLE(1)\npHhZHG4go5k,X,p,s,,q,2019,,1,,,2,,,,,CIRCLE(1),more\nXVPPQHHIE1q,,p,s,,o,2019,,1,2,d1"
        );
        let (items, remarks, fault) = read(&text);
        let fault = fault.unwrap();
        assert!(items.len() == 1 && fault.is_cut && fault.position.line == 4, "{fault}");
        assert_eq!(fault.message, "the row has 11 cells of 17: the file ends within it");
        for wanted in [
            "line 2, column 1, providedElsewhere: it is neither true nor false",
            "the row has more cells",
            "orgUnit: rows of one object differ",
            "value: a value without dataElement: kept without it",
            "geometry: WKT, character 7",
            "latitude: there is only one of longitude and latitude",
            "status: \"X\" is none of",
        ] {
            assert!(remarks.iter().any(|remark| remark.contains(wanted)), "{wanted}: {remarks:#?}");
        }
        let strict =
            CsvReader::new(text.as_bytes(), None, 1 << 20, Mode::Strict).unwrap().read().unwrap_err();
        assert!(strict.message.contains("neither true nor false"));
        let small = CsvReader::new(text.as_bytes(), None, 60, Mode::Lenient).unwrap().read().unwrap_err();
        assert!(small.message.contains("more than 60 bytes"), "{small}");
        let latin: Vec<u8> =
            OLDER.bytes().chain(*b"pHhZHG4go5k,,p,s,,o,2019,,,,d1,1,,,,,\n\xE9,,,,,,,,,,,,,,,,\n").collect();
        let mut reader = CsvReader::new(&latin[..], None, 1 << 20, Mode::Lenient).unwrap();
        assert!(reader.read().unwrap().is_some());
        assert!(reader.read().unwrap_err().message.contains("no UTF-8"));
        let endless = std::io::BufReader::new(std::io::Read::chain(
            OLDER.as_bytes(),
            std::io::Read::chain(&b"\""[..], std::io::repeat(b'x')),
        ));
        let fault = CsvReader::new(endless, None, 1 << 16, Mode::Lenient).unwrap().read().unwrap_err();
        assert_eq!(fault.source.unwrap().to_string(), "the row is longer than is read");
        let names = "event,status,".repeat(600);
        let wide = CsvReader::new(names.as_bytes(), None, 1 << 16, Mode::Lenient);
        assert!(wide.is_err_and(|fault| fault.message.contains("more than 1000 columns")));
        assert!(read("").0.is_empty() && read(OLDER).0.is_empty());
    }

    #[test]
    fn what_is_cut_in_quotes_or_in_the_first_line_is_known_as_cut() {
        let row = "pHhZHG4go5k,ACTIVE,p,s,,o,2019,,,,d,1,,,,,\n";
        let text = format!("{OLDER}{row}XVPPQHHIE1q,ACTIVE,p,s,,o,2019,,,,d,\"a\n");
        let (items, _, fault) = read(&text);
        let fault = fault.unwrap();
        assert!(items.len() == 1 && fault.is_cut && fault.position.line == 3, "{fault}");
        let quotes = text.replace("\"a\n", "\"a\"\"\nb\",,,,,'\"POINT (1 2)\"'");
        let (items, _, fault) = read(&quotes);
        assert!(items.len() == 2 && fault.is_none(), "quotes that end are no cut: {fault:?}");
        for cut in ["e", "event", "pHhZHG4go5k,ACTIVE,p,s", "\"event"] {
            let fault = CsvReader::new(cut.as_bytes(), None, 1 << 20, Mode::Lenient).err().unwrap();
            assert!(fault.is_cut, "{cut}: {fault}");
        }
        assert_eq!(read(row.trim_end()).0.len(), 1, "a whole row without a line break is none");
    }
}
