//! What servers check of an object by itself: words, identifiers, and what must be there.

use super::findings::Findings;
use super::item::{Item, Kind, geometry};
use super::names::Part;
use super::rename::objects;
use crate::fault::Fault;
use crate::uid::is_uid;
use crate::value::{Object, Value};
use exporter_xml::Position;

const EVENT_STATUS: [&str; 6] = ["ACTIVE", "COMPLETED", "VISITED", "SCHEDULE", "OVERDUE", "SKIPPED"];
const ENROLLMENT_STATUS: [&str; 3] = ["ACTIVE", "COMPLETED", "CANCELLED"];

/// Checks an object and what is nested in it, all in the words of the new tracker; `was_older` says that they were not.
pub(super) fn check(
    item: &Item,
    was_older: bool,
    position: Position,
    findings: &mut Findings,
) -> Result<(), Fault> {
    let mut found = Vec::new();
    look(&item.object, item.kind.into(), was_older, &mut found);
    for (property, message) in found {
        findings.add(position, item, &property, message)?;
    }
    Ok(())
}

fn look(object: &Object, part: Part, was_older: bool, found: &mut Vec<(String, String)>) {
    if let Some(kind) = part.kind() {
        look_at(object, kind, was_older, found);
    }
    for (name, part) in part.names().parts {
        objects(object.get(name)).for_each(|inner| look(inner, *part, was_older, found));
    }
}

fn look_at(object: &Object, kind: Kind, was_older: bool, found: &mut Vec<(String, String)>) {
    let mut add = |name: &str, message: String| found.push((name.to_owned(), message));
    let words: &[&str] = match kind {
        Kind::Event => &EVENT_STATUS,
        Kind::Enrollment => &ENROLLMENT_STATUS,
        _ => &[],
    };
    match object.get("status") {
        None | Some(Value::Null) => {}
        Some(_) if words.is_empty() => {}
        Some(Value::Text(word)) if words.contains(&word.as_str()) => {}
        Some(Value::Text(word)) => add("status", format!("{word:?} is none of {}", words.join(", "))),
        Some(_) => add("status", format!("it is no text, and none of {}", words.join(", "))),
    }
    match object.get(kind.id_property()) {
        None | Some(Value::Null) => {}
        Some(Value::Text(id)) if is_uid(id) => {}
        Some(_) => add(
            kind.id_property(),
            "the identifier is not eleven letters and digits that begin with a letter".to_owned(),
        ),
    }
    if let Err(error) = geometry(object) {
        add("geometry", error.to_string());
    }
    for name in required(object, kind, was_older) {
        if matches!(object.get(name), None | Some(Value::Null)) {
            add(name, "it must be there, and is not".to_owned());
        }
    }
}

/// What an object must have, unless it has identifiers only, as those that are to be deleted or to which another one points.
fn required(object: &Object, kind: Kind, was_older: bool) -> &'static [&'static str] {
    let is_id = |name: &str| Kind::ALL.iter().any(|kind| kind.id_property() == name) || name == "deleted";
    if object.iter().all(|(name, _)| is_id(name)) {
        return &[];
    }
    match kind {
        Kind::TrackedEntity => &["trackedEntityType", "orgUnit"],
        Kind::Enrollment => &["program", "orgUnit", "enrolledAt"],
        // Servers found the stage by the program once.
        Kind::Event if was_older => &["program", "orgUnit"],
        Kind::Event => &["program", "programStage", "orgUnit"],
        Kind::Relationship => &["relationshipType"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mode::Mode;

    fn found(kind: Kind, json: &str) -> Vec<String> {
        let Value::Object(object) = Value::from_json(json).unwrap() else { panic!("no object") };
        let item = Item::new(kind, object);
        let mut findings = Findings::new(Mode::Lenient);
        check(&item, false, Position::of_line(1), &mut findings).unwrap();
        let found: Vec<String> = findings.remarks().iter().map(ToString::to_string).collect();
        let fault = check(&item, false, Position::of_line(1), &mut Findings::new(Mode::Strict)).err();
        assert_eq!(fault.map(|fault| fault.to_string().replacen(": ", ", ", 1)), found.first().cloned());
        found.iter().map(|found| found.split_once("object 0").unwrap().1.to_owned()).collect()
    }

    #[test]
    fn words_identifiers_and_what_must_be_there_are_checked_all_the_way_down() {
        let event =
            r#"{"event":"pHhZHG4go5k","status":"DONE","program":"p","programStage":"s","orgUnit":"o"}"#;
        assert_eq!(
            found(Kind::Event, event),
            [
                " (pHhZHG4go5k), status: \"DONE\" is none of ACTIVE, COMPLETED, VISITED, SCHEDULE, OVERDUE, SKIPPED"
            ]
        );
        assert!(found(Kind::Event, &event.replace("DONE", "SCHEDULE")).is_empty());
        let entity = format!(
            r#"{{"trackedEntity":"1","trackedEntityType":"t","orgUnit":null,"enrollments":[{{"status":3,"program":"p","orgUnit":"o","enrolledAt":"2020","events":[{event}]}}]}}"#
        );
        assert_eq!(
            found(Kind::TrackedEntity, &entity),
            [
                " (1), trackedEntity: the identifier is not eleven letters and digits that begin with a letter",
                " (1), orgUnit: it must be there, and is not",
                " (1), status: it is no text, and none of ACTIVE, COMPLETED, CANCELLED",
                " (1), status: \"DONE\" is none of ACTIVE, COMPLETED, VISITED, SCHEDULE, OVERDUE, SKIPPED",
            ]
        );
        let shape = r#"{"program":"p","programStage":"s","orgUnit":"o","geometry":{"type":"Circle","coordinates":[]}}"#;
        assert_eq!(found(Kind::Event, shape), [", geometry: \"Circle\" is no type of a geometry"]);
        assert!(
            found(Kind::Enrollment, r#"{"enrollment":"pHhZHG4go5k","deleted":true}"#).is_empty(),
            "to be deleted"
        );
        assert_eq!(found(Kind::Relationship, r#"{"from":{"event":"pHhZHG4go5k"}}"#).len(), 1);
    }
}
