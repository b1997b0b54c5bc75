//! Tracker data as JSON, in either model.

use std::collections::VecDeque;
use std::io::{self, Write};

use exporter_xml::Position;

use super::findings::Findings;
use super::item::{Item, Kind};
use super::json_reader::INSTANCES;
use super::model::{Model, WriteOptions};
use super::names::Part;
use super::rename::{foreign, to_older};
use crate::fault::Fault;
use crate::mode::{Remark, Remarks};
use crate::value::{Object, Value, write_text};

/// Writes a document object by object; those of one kind follow one another.
pub struct JsonWriter<W> {
    writer: W,
    text: Vec<u8>,
    line: u64,
    options: WriteOptions,
    findings: Findings,
    /// What the document says besides its objects, and was not yet written.
    header: VecDeque<(String, Value)>,
    has_members: bool,
    open: Option<Kind>,
    has_items: bool,
    written: [bool; Kind::ALL.len()],
}

impl<W: Write> JsonWriter<W> {
    /// Writes a document that says this besides its objects. An empty list in it stands for the place of a list of objects; what
    /// stands behind the last of them is written at the end.
    pub fn new(writer: W, header: &Object, options: WriteOptions) -> Self {
        Self {
            writer,
            text: Vec::new(),
            line: 1,
            options,
            findings: Findings::new(options.mode),
            header: header.iter().map(|(name, value)| (name.to_owned(), value.clone())).collect(),
            has_members: false,
            open: None,
            has_items: false,
            written: Default::default(),
        }
    }

    /// What a server would refuse or does not know; positions are those of the document that is written.
    pub fn remarks(&self) -> &Remarks {
        self.findings.remarks()
    }

    /// Adds what the document says at its end.
    pub fn property(&mut self, name: impl Into<String>, value: impl Into<Value>) {
        self.header.push_back((name.into(), value.into()));
    }

    /// Writes an object.
    ///
    /// # Errors
    /// The bytes cannot be written, objects of its kind were written before those of another one, or, in strict mode, a server of the
    /// target would not know what it says.
    pub fn write(&mut self, item: &Item) -> Result<(), Fault> {
        // The end of another list has a line of its own.
        let ends = u64::from(self.open.is_some_and(|open| open != item.kind));
        let position = Position::of_line(self.line + 1 + ends);
        let written = for_model(item, &self.options, position, &mut self.findings)?;
        self.text.clear();
        if self.open != Some(item.kind) {
            self.begin(item.kind)?;
        }
        self.text.extend_from_slice(if self.has_items { b",\n" } else { b"\n" });
        self.has_items = true;
        written.as_ref().unwrap_or(&item.object).write_json(&mut self.text);
        self.line += 1;
        self.findings.pass(item.kind);
        self.flush_text()
    }

    /// Ends the document.
    ///
    /// # Errors
    /// When the bytes cannot be written.
    pub fn finish(mut self) -> Result<W, Fault> {
        self.text.clear();
        self.end();
        while let Some((name, value)) = self.header.pop_front() {
            self.member(&name, &value);
        }
        if !self.has_members {
            self.text.push(b'{');
        }
        self.text.extend_from_slice(b"}\n");
        self.flush_text()?;
        self.writer.flush().map_err(|error| failed(error, Position::of_line(self.line)))?;
        Ok(self.writer)
    }

    /// Begins the list of a kind, behind what stands before its place in the header.
    fn begin(&mut self, kind: Kind) -> Result<(), Fault> {
        if self.is_written(kind) {
            let name = kind.list(self.options.model);
            let message = format!("{name} are one list; write all of them before others");
            return Err(Fault::new(Position::of_line(self.line), message));
        }
        self.end();
        let is_place = |(name, value): &(String, Value)| {
            is_empty(value) && (name == INSTANCES || Kind::of_list(name) == Some(kind))
        };
        let of_others = |(name, value): &(String, Value)| is_empty(value) && Kind::of_list(name).is_some();
        let end = self.header.iter().position(is_place);
        let count = end.or_else(|| self.header.iter().position(of_others)).unwrap_or(self.header.len());
        // Objects of other lists may be still to come.
        let (later, now): (Vec<_>, Vec<_>) = self.header.drain(..count).partition(of_others);
        if end.is_some() {
            self.header.pop_front();
        }
        later.into_iter().rev().for_each(|member| self.header.push_front(member));
        now.iter().for_each(|(name, value)| self.member(name, value));
        self.name(kind.list(self.options.model));
        self.text.push(b'[');
        if let Some(written) = self.written.get_mut(kind.place()) {
            *written = true;
        }
        (self.open, self.has_items) = (Some(kind), false);
        Ok(())
    }

    fn is_written(&self, kind: Kind) -> bool {
        self.written.get(kind.place()).copied().unwrap_or_default()
    }

    fn end(&mut self) {
        if self.open.take().is_some() {
            self.text.extend_from_slice(b"\n]");
            self.line += 1;
        }
    }

    fn member(&mut self, name: &str, value: &Value) {
        let kind = Kind::of_list(name).filter(|_| is_empty(value));
        let name = kind.map_or(name, |kind| kind.list(self.options.model));
        // The list was written where its objects came.
        if kind.is_some_and(|kind| self.is_written(kind)) {
            return;
        }
        self.name(name);
        value.write_json(&mut self.text);
    }

    fn name(&mut self, name: &str) {
        self.text.push(if self.has_members { b',' } else { b'{' });
        self.has_members = true;
        write_text(name, &mut self.text);
        self.text.push(b':');
    }

    fn flush_text(&mut self) -> Result<(), Fault> {
        self.writer.write_all(&self.text).map_err(|error| failed(error, Position::of_line(self.line)))
    }
}

/// Whether a value is the place of a list.
fn is_empty(value: &Value) -> bool {
    value.as_list().is_some_and(<[Value]>::is_empty)
}

pub(super) fn failed(error: io::Error, position: Position) -> Fault {
    Fault { source: Some(error), ..Fault::new(position, "the bytes cannot be written") }
}

/// The object in the words of a model, where they are others; what the model has no name for is remarked.
pub(super) fn for_model(
    item: &Item,
    options: &WriteOptions,
    position: Position,
    findings: &mut Findings,
) -> Result<Option<Object>, Fault> {
    let WriteOptions { model, target, .. } = *options;
    if !model.is_taken_by(target) {
        let message = format!("servers of {target} do not take {}", model.name());
        findings.found(Remark::new(position, message))?;
    }
    let part = Part::from(item.kind);
    let older = (model == Model::Older).then(|| {
        let mut older = item.object.clone();
        to_older(&mut older, part, target);
        older
    });
    let mut found = Vec::new();
    foreign(older.as_ref().unwrap_or(&item.object), part, model, target, &mut found);
    for name in found {
        let message = format!("{} of {target} does not know it: kept as it is", model.name());
        findings.add(position, item, &name, message)?;
    }
    Ok(older)
}

#[cfg(test)]
mod tests {
    use super::super::json_reader::JsonReader;
    use super::*;
    use crate::drained::drained;
    use crate::mode::Mode;
    use crate::target::Target;

    fn read(text: &str) -> (Vec<Item>, Object, Vec<String>, Option<Fault>) {
        let mut reader = JsonReader::new(text.as_bytes(), 4096, Mode::Lenient);
        let (items, fault) = drained(|| reader.read());
        let remarks = reader.remarks().iter().map(ToString::to_string).collect();
        (items, reader.header().clone(), remarks, fault)
    }

    fn write(items: &[Item], header: &Object, options: WriteOptions) -> (String, Vec<String>) {
        let mut writer = JsonWriter::new(Vec::new(), header, options);
        items.iter().for_each(|item| writer.write(item).unwrap());
        let remarks = writer.remarks().iter().map(ToString::to_string).collect();
        (String::from_utf8(writer.finish().unwrap()).unwrap(), remarks)
    }

    const NEW: &str = "{\"pager\":{\"page\":1},\"trackedEntities\":[\n\
        {\"trackedEntity\":\"Kj6vYde4LHh\",\"trackedEntityType\":\"t\",\"orgUnit\":\"o\",\"x\":1.50},\n\
        {\"trackedEntity\":\"Nav6inZRw1u\"}\n\
        ],\"y\":[1],\"events\":[\n\
        {\"event\":\"ZwwuwNp6gVd\",\"program\":\"p\",\"programStage\":\"s\",\"orgUnit\":\"o\",\"occurredAt\":\"2019-08-19\",\"dataValues\":[{\"dataElement\":\"d\",\"value\":null}]}\n\
        ],\"relationships\":[],\"z\":null}\n";

    #[test]
    fn lists_and_what_stands_between_them_keep_their_places() {
        let (items, header, remarks, fault) = read(NEW);
        assert!(fault.is_none() && remarks.is_empty(), "{remarks:?}");
        assert_eq!(
            items.iter().map(Item::id).collect::<Option<Vec<_>>>().unwrap(),
            ["Kj6vYde4LHh", "Nav6inZRw1u", "ZwwuwNp6gVd"]
        );
        let names: Vec<&str> = header.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["pager", "trackedEntities", "y", "events", "relationships", "z"]);
        assert_eq!(write(&items, &header, WriteOptions::new(Target::Head)).0, NEW);
        let older = WriteOptions::new(Target::V2_41).model(Model::Older);
        let (text, remarks) = write(&items, &header, older);
        assert!(remarks.is_empty(), "{remarks:?}");
        assert!(
            text.contains("\"trackedEntityInstances\":[\n{\"trackedEntityInstance\":\"Kj6vYde4LHh\""),
            "{text}"
        );
        assert!(text.contains("\"eventDate\":\"2019-08-19\""), "{text}");
        assert_eq!(read(&text).0, items);
    }

    #[test]
    fn single_objects_and_lists_without_a_kind_are_read() {
        let bare = r#"{"relationships":[],"dataValues":[{"value":"1"}],"notes":[],"event":"pHhZHG4go5k","program":"p","orgUnit":"o","eventDate":"2019"}"#;
        let (items, header, remarks, fault) = read(bare);
        assert!(fault.is_none() && header.is_empty() && remarks.is_empty(), "{remarks:?} {fault:?}");
        assert_eq!((items.len(), items[0].kind, items[0].object.len()), (1, Kind::Event, 7));
        let late =
            r#"{"storedBy":"u","relationships":[{"relationship":"a1234567890"}],"event":"pHhZHG4go5k"}"#;
        let (items, ..) = read(late);
        assert_eq!((items.len(), items[0].kind), (1, Kind::Event), "its relationships are its own");
        let text = r#"{"instances":[{"enrollment":"a1234567890"},{"trackedEntity":"a1234567890"},{"relationship":"a1234567890"}],"page":1}"#;
        let kinds = |text: &str| read(text).0.iter().map(|item| item.kind).collect::<Vec<_>>();
        assert_eq!(kinds(text), [Kind::Enrollment, Kind::TrackedEntity, Kind::Relationship]);
        assert_eq!(kinds(r#"[{"event":"a1234567890","relationships":[]}]"#), [Kind::Event]);
        assert!(read(r#"{"instances":[{"x":1}]}"#).3.unwrap().message.contains("unclear"));
        let entity = r#"{"orgUnit":"o","trackedEntityType":"t","enrollments":[{"enrollment":"a1234567890","events":[]}]}"#;
        let (items, ..) = read(entity);
        assert!(items.len() == 1 && items[0].tracked_entity().unwrap().enrollments().count() == 1);
    }

    #[test]
    fn lists_may_come_in_another_order_than_their_places() {
        let header = Object::new().with("events", Vec::new()).with("enrollments", Vec::new()).with("x", 1);
        let items = [Kind::Enrollment, Kind::Event].map(|kind| Item::new(kind, Object::new()));
        let text = write(&items, &header, WriteOptions::new(Target::Head)).0;
        assert_eq!(text, "{\"enrollments\":[\n{}\n],\"events\":[\n{}\n],\"x\":1}\n");
        assert_eq!(
            write(&[], &header, WriteOptions::new(Target::Head)).0,
            "{\"events\":[],\"enrollments\":[],\"x\":1}\n"
        );
    }

    #[test]
    fn damage_ends_a_document_behind_what_was_sound() {
        let cut = NEW.rfind("dataValues").unwrap();
        let (items, _, _, fault) = read(&NEW[..cut]);
        assert!(items.len() == 2 && fault.unwrap().is_cut);
        assert!(read(r#"{"events":[3]}"#).3.unwrap().message.contains("no object"));
        assert_eq!(read(r#"{"events":{}}"#).3.unwrap().message, "events is no list of objects");
        assert!(read(r#"{"events":null}"#).3.is_none());
        let large = format!("{{\"x\":\"{0}\",\"y\":\"{0}\"}}", "x".repeat(3000));
        assert!(read(&large).3.unwrap().message.contains("more than 4096 bytes stand beside"));
        let many: String = (0..1001).map(|at| format!("\"a{at}\":1,")).collect();
        assert!(read(&format!("{{{many}\"b\":1}}")).3.is_some());
        let odd = read(r#"{"events":[{"event":"a1234567890"}],"orgUnit":"o"}"#);
        assert!(odd.0.len() == 1 && odd.2[0].contains("beside a list of objects"), "{:?}", odd.2);
        assert!(read(r#"{"status":"OK"}"#).2[0].contains("no list such as trackedEntities"));
    }

    #[test]
    fn what_a_version_does_not_know_is_remarked_or_refused() {
        let event = read(r#"[{"event":"a1234567890","href":"h","program":"p","orgUnit":"o"}]"#).0.remove(0);
        let new = WriteOptions::new(Target::V2_41);
        let (text, remarks) = write(std::slice::from_ref(&event), &Object::new(), new);
        assert!(text.contains("\"href\":\"h\""));
        assert_eq!(
            remarks,
            [
                "line 2, column 1, object 0 (a1234567890), href: the new tracker of 2.41 does not know it: kept as it is"
            ]
        );
        let fault = JsonWriter::new(Vec::new(), &Object::new(), new.strict()).write(&event).unwrap_err();
        assert_eq!(
            fault.to_string(),
            "line 2, column 1: object 0 (a1234567890), href: the new tracker of 2.41 does not know it: kept as it is"
        );
        assert!(write(std::slice::from_ref(&event), &Object::new(), new.model(Model::Older)).1.is_empty());
        let fault = |options: WriteOptions| {
            JsonWriter::new(Vec::new(), &Object::new(), options.strict()).write(&event).unwrap_err().message
        };
        assert_eq!(
            fault(WriteOptions::new(Target::Head).model(Model::Older)),
            "servers of head do not take the older model"
        );
        assert_eq!(
            fault(WriteOptions::new(Target::V2_29).model(Model::New)),
            "servers of 2.29 do not take the new tracker"
        );
        let enrollment = Item::new(Kind::Enrollment, Object::new().with("coordinate", 1));
        let (text, remarks) = write(&[event.clone(), enrollment], &Object::new(), new);
        assert!(
            remarks[1].starts_with("line 4, ") && text.lines().nth(3).unwrap().contains("coordinate"),
            "{text}"
        );
        let mut writer = JsonWriter::new(Vec::new(), &Object::new(), new);
        for kind in [Kind::Event, Kind::Enrollment] {
            writer.write(&Item::new(kind, Object::new())).unwrap();
        }
        assert!(writer.write(&event).unwrap_err().message.starts_with("events are one list"));
        let empty = JsonWriter::new(Vec::new(), &Object::new(), new).finish().unwrap();
        assert_eq!(empty, b"{}\n");
    }
}
