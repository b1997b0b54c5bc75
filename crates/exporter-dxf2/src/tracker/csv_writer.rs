//! Events and tracked entities as CSV: a row for each value, or one for an object without values.

use std::io::Write;

use exporter_xml::Position;

use super::findings::Findings;
use super::item::{Item, geometry};
use super::json_writer::failed;
use super::model::WriteOptions;
use super::tables::{Cell, Column, Place, Table};
use crate::fault::Fault;
use crate::geometry::Geometry;
use crate::mode::Remarks;
use crate::value::{Object, Value};

/// Writes a table object by object.
pub struct CsvWriter<W: Write> {
    writer: csv::Writer<W>,
    table: Table,
    columns: &'static [Column],
    findings: Findings,
    line: u64,
}

impl<W: Write> CsvWriter<W> {
    /// Begins a table with its header; the target decides which columns it has.
    ///
    /// # Errors
    /// When the bytes cannot be written.
    pub fn new(writer: W, table: Table, options: WriteOptions) -> Result<Self, Fault> {
        let mut writer =
            csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(writer);
        let columns = table.columns_of(options.target);
        let header = writer.write_record(columns.iter().map(|column| column.name));
        header.map_err(|error| unwritten(error, 1))?;
        Ok(Self { writer, table, columns, findings: Findings::new(options.mode), line: 1 })
    }

    /// What has no column; positions are lines of the table that is written.
    pub fn remarks(&self) -> &Remarks {
        self.findings.remarks()
    }

    /// Writes an object.
    ///
    /// # Errors
    /// The bytes cannot be written, the object is of another kind than the table, or, in strict mode, something has no column.
    pub fn write(&mut self, item: &Item) -> Result<(), Fault> {
        let position = Position::of_line(self.line + 1);
        if item.kind != self.table.kind() {
            let message =
                format!("the table is one of {:?}, and the object one of {:?}", self.table.kind(), item.kind);
            return Err(Fault::new(position, message));
        }
        let (list, _) = self.table.values();
        let values = match item.object.get(list) {
            Some(Value::List(values)) => values.as_slice(),
            _ => &[],
        };
        let values: Vec<&Object> = values.iter().filter_map(Value::as_object).collect();
        for (name, message) in self.losses(item, &values) {
            self.findings.add(position, item, &name, message)?;
        }
        let place = geometry(&item.object).ok().flatten();
        let none = Object::new();
        let values = if values.is_empty() { vec![&none] } else { values };
        for value in values {
            let row = self.columns.iter().map(|column| cell(column, &item.object, value, place.as_ref()));
            self.writer.write_record(row).map_err(|error| unwritten(error, self.line))?;
            self.line += 1;
        }
        self.findings.pass(item.kind);
        Ok(())
    }

    /// Ends the table.
    ///
    /// # Errors
    /// When the bytes cannot be written.
    pub fn finish(self) -> Result<W, Fault> {
        let line = self.line;
        self.writer.into_inner().map_err(|error| failed(error.into_error(), Position::of_line(line)))
    }

    /// What an object says and has no column.
    fn losses(&self, item: &Item, values: &[&Object]) -> Vec<(String, String)> {
        let mut losses = Vec::new();
        let mut lose = |name: &str, message: &str| losses.push((name.to_owned(), message.to_owned()));
        let (list, _) = self.table.values();
        for (name, value) in item.object.iter() {
            let is_empty = match value {
                Value::Null => true,
                Value::List(values) => values.is_empty(),
                _ => false,
            };
            let column = self.columns.iter().find(|column| match column.place {
                Place::Own(known) => known == name,
                Place::Either(known) => known == name && values.is_empty(),
                _ => false,
            });
            match column {
                _ if is_empty => {}
                _ if name == list => {
                    let is_whole = value.as_list().is_some_and(|all| all.len() == values.len());
                    if !is_whole {
                        lose(name, "it is no list of objects: left out");
                    }
                }
                _ if name == "geometry" => {
                    if let Some(message) = self.loss_of_geometry(item, value) {
                        lose(name, message);
                    }
                }
                Some(column) => {
                    if let Some(message) = loss_of_cell(column.cell, value) {
                        lose(name, message);
                    }
                }
                None => lose(name, NO_COLUMN),
            }
        }
        for value in values {
            for (name, value) in value.iter().filter(|(_, value)| **value != Value::Null) {
                let of_value = |place| place == Place::Value(name_of(place)) && name_of(place) == name;
                let column = self.columns.iter().find(|column| match column.place {
                    Place::Either(known) => known == name,
                    place => of_value(place),
                });
                let message = column.map_or(Some(NO_COLUMN), |column| loss_of_cell(column.cell, value));
                if let Some(message) = message {
                    lose(&format!("{list}.{name}"), message);
                }
            }
        }
        losses
    }

    fn loss_of_geometry(&self, item: &Item, value: &Value) -> Option<&'static str> {
        let has_column = self.columns.iter().any(|column| column.place == Place::Geometry);
        match geometry(&item.object) {
            Ok(Some(Geometry::Point(_))) => {}
            Ok(_) if !has_column => return Some(NO_COLUMN),
            Ok(_) => {}
            Err(_) if value.as_text().is_some() && has_column => return None,
            Err(_) => return Some("it is no geometry: left out"),
        }
        Geometry::has_other_members(value)
            .then_some("members of the geometry beside its coordinates are left out")
    }
}

const NO_COLUMN: &str = "it has no column: left out";

fn name_of(place: Place) -> &'static str {
    match place {
        Place::Own(name) | Place::Value(name) | Place::Either(name) => name,
        _ => "",
    }
}

/// What a cell cannot hold of a value.
fn loss_of_cell(cell: Cell, value: &Value) -> Option<&'static str> {
    match (cell, value) {
        (Cell::User, Value::Object(user)) if user.len() == 1 && user.text("username").is_some() => None,
        (Cell::User, Value::Object(_)) => Some("only the name of the user has a column"),
        (_, Value::Object(_) | Value::List(_)) => Some("it is no single value: its JSON is written"),
        _ => None,
    }
}

/// The text of a cell.
fn cell(column: &Column, object: &Object, value: &Object, place: Option<&Geometry>) -> String {
    let first = || match place {
        Some(geometry) if column.place != Place::Geometry => geometry.first(),
        _ => None,
    };
    match column.place {
        Place::Own(name) => text_of(column.cell, object.get(name)),
        Place::Value(name) => text_of(column.cell, value.get(name)),
        Place::Either(name) => text_of(column.cell, value.get(name).or_else(|| object.get(name))),
        Place::Longitude => first().map_or_else(String::new, |first| first.longitude().to_owned()),
        Place::Latitude => first().map_or_else(String::new, |first| first.latitude().to_owned()),
        // What is no geometry was kept as its text.
        Place::Geometry => match place {
            Some(geometry) => geometry.to_wkt(),
            None => object.text("geometry").unwrap_or_default().to_owned(),
        },
    }
}

fn text_of(cell: Cell, value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::Text(text) | Value::Number(text)) => text.clone(),
        Some(Value::Boolean(truth)) => truth.to_string(),
        Some(Value::Object(user)) if cell == Cell::User => {
            user.text("username").unwrap_or_default().to_owned()
        }
        Some(other) => {
            let mut json = Vec::new();
            other.write_json(&mut json);
            String::from_utf8_lossy(&json).into_owned()
        }
    }
}

fn unwritten(error: csv::Error, line: u64) -> Fault {
    let position = Position::of_line(line);
    match error.into_kind() {
        csv::ErrorKind::Io(error) => failed(error, position),
        kind => Fault::new(position, format!("the row cannot be written: {kind:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::csv_reader::CsvReader;
    use super::super::item::Kind;
    use super::*;
    use crate::mode::Mode;
    use crate::target::Target;

    fn write(items: &[Item], table: Table, target: Target) -> (String, Vec<String>) {
        let mut writer = CsvWriter::new(Vec::new(), table, WriteOptions::new(target)).unwrap();
        items.iter().for_each(|item| writer.write(item).unwrap());
        let remarks = writer.remarks().iter().map(ToString::to_string).collect();
        (String::from_utf8(writer.finish().unwrap()).unwrap(), remarks)
    }

    #[test]
    fn tracked_entities_have_a_row_for_each_attribute() {
        let entity = r#"{"trackedEntity":"Kj6vYde4LHh","trackedEntityType":"t","orgUnit":"o","deleted":false,"geometry":{"type":"Point","coordinates":[1,2]},"createdBy":{"username":"me"},"attributes":[{"attribute":"a","value":"1"},{"createdAt":"2020","attribute":"b","displayName":"B","value":"2","valueType":"TEXT"}]}"#;
        let Value::Object(object) = Value::from_json(entity).unwrap() else { panic!("no object") };
        let entity = Item::new(Kind::TrackedEntity, object);
        let (text, remarks) = write(std::slice::from_ref(&entity), Table::TrackedEntities, Target::Head);
        assert!(remarks.is_empty(), "{remarks:?}");
        assert_eq!(text.lines().count(), 3);
        let mut reader = CsvReader::new(text.as_bytes(), None, 1 << 20, Mode::Strict).unwrap();
        assert_eq!(reader.read().unwrap(), Some(entity));
        assert_eq!((reader.table(), reader.read().unwrap()), (Table::TrackedEntities, None));
    }

    #[test]
    fn events_that_say_nearly_nothing_have_their_row() {
        // Servers once left out events without values (#11340), and ended with a null pointer where nothing was (#11336).
        let events = [
            r#"{"event":"pHhZHG4go5k"}"#,
            r#"{"event":"XVPPQHHIE1q","status":null,"occurredAt":null,"geometry":null,"assignedUser":null,"followUp":null,"dataValues":[]}"#,
            r#"{"event":"lwBnlOXhd9P","dataValues":[{"dataElement":"d","value":null,"providedElsewhere":null,"storedBy":null}]}"#,
        ];
        let events = events.map(|json| match Value::from_json(json).unwrap() {
            Value::Object(object) => Item::new(Kind::Event, object),
            other => panic!("{other:?}"),
        });
        for (table, commas) in [(Table::Events, 28), (Table::OlderEvents, 16)] {
            let (text, remarks) = write(&events, table, Target::V2_41);
            assert!(remarks.is_empty(), "{remarks:?}");
            let rows: Vec<&str> = text.lines().skip(1).collect();
            let ids: Vec<&str> = rows.iter().map(|row| row.split_once(',').unwrap().0).collect();
            assert_eq!(ids, ["pHhZHG4go5k", "XVPPQHHIE1q", "lwBnlOXhd9P"]);
            assert!(rows.iter().all(|row| row.matches(',').count() == commas), "{rows:?}");
            let mut reader = CsvReader::new(text.as_bytes(), None, 1 << 20, Mode::Lenient).unwrap();
            let values = std::iter::from_fn(|| reader.read().unwrap());
            let counts: Vec<usize> = values.map(|item| item.event().unwrap().data_values().count()).collect();
            assert_eq!(counts, [0, 0, 1]);
        }
    }

    #[test]
    fn what_has_no_column_is_remarked_or_refused() {
        let event = r#"{"event":"pHhZHG4go5k","notes":[{"value":"n"}],"trackedEntity":"t","assignedUser":{"uid":"u","username":"me"},"geometry":{"type":"Point","coordinates":[1,2],"bbox":[]},"dataValues":[{"dataElement":"d","value":{"x":1},"y":2}],"relationships":[],"completedBy":null}"#;
        let Value::Object(object) = Value::from_json(event).unwrap() else { panic!("no object") };
        let event = Item::new(Kind::Event, object);
        let (text, remarks) = write(std::slice::from_ref(&event), Table::Events, Target::Head);
        assert!(text.contains("\"{\"\"x\"\":1}\""), "{text}");
        let told: Vec<&str> = remarks.iter().map(|remark| remark.rsplit_once("), ").unwrap().1).collect();
        assert_eq!(
            told,
            [
                "notes: it has no column: left out",
                "trackedEntity: it has no column: left out",
                "assignedUser: only the name of the user has a column",
                "geometry: members of the geometry beside its coordinates are left out",
                "dataValues.value: it is no single value: its JSON is written",
                "dataValues.y: it has no column: left out",
            ]
        );
        let mut strict =
            CsvWriter::new(Vec::new(), Table::Events, WriteOptions::new(Target::Head).strict()).unwrap();
        assert!(strict.write(&event).unwrap_err().message.contains("it has no column"));
        let mut entities =
            CsvWriter::new(Vec::new(), Table::TrackedEntities, WriteOptions::new(Target::Head)).unwrap();
        assert!(entities.write(&event).unwrap_err().message.contains("the object one of Event"));
    }
}
