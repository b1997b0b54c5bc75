//! Nested objects as flat lists that are linked by identifiers, and the other way round.

use std::collections::{HashMap, HashSet};

use super::item::{Item, Kind, Relationship};
use crate::uid::UidSource;
use crate::value::{Object, Value};

const ENROLLMENTS: &str = "enrollments";
const EVENTS: &str = "events";
const RELATIONSHIPS: &str = "relationships";

/// Takes enrolments, events and relationships out of the objects in which they are nested. All are in memory, and come by their kinds:
/// tracked entities, enrolments, events, relationships.
///
/// Those that are taken out say to which object they belong, whatever they said before; it gets a new identifier where it has none. A relationship that both of
/// its ends have is there once; one that does not say from which object it goes stays where it is.
pub fn flatten(items: impl IntoIterator<Item = Item>, uids: &mut UidSource) -> Vec<Item> {
    let mut flat = Flat { uids, objects: Default::default(), relationships: HashSet::new() };
    for Item { kind, object } in items {
        flat.add(kind, object);
    }
    flat.objects.into_iter().zip(Kind::ALL).flat_map(|(objects, kind)| of_kind(objects, kind)).collect()
}

fn of_kind(objects: Vec<Object>, kind: Kind) -> impl Iterator<Item = Item> {
    objects.into_iter().map(move |object| Item::new(kind, object))
}

struct Flat<'u> {
    uids: &'u mut UidSource,
    /// Objects by their kind.
    objects: [Vec<Object>; Kind::ALL.len()],
    /// Relationships as their text, of which there are two equal ones where both ends have them.
    relationships: HashSet<Vec<u8>>,
}

impl Flat<'_> {
    fn add(&mut self, kind: Kind, mut object: Object) {
        let inner = match kind {
            Kind::TrackedEntity => Some((ENROLLMENTS, Kind::Enrollment)),
            Kind::Enrollment => Some((EVENTS, Kind::Event)),
            Kind::Event => None,
            Kind::Relationship => {
                let mut text = Vec::new();
                object.write_json(&mut text);
                if object.get(kind.id_property()).is_some() && !self.relationships.insert(text) {
                    return;
                }
                None
            }
        };
        let is_whole = |relationship: &Object| Relationship(relationship).from_end().is_some();
        let relationships = take(&mut object, RELATIONSHIPS, is_whole);
        let nested = inner.map(|(list, inner)| (inner, take(&mut object, list, |_| true)));
        if let Some((inner, nested)) = nested.filter(|(_, nested)| !nested.is_empty()) {
            let id = match object.get(kind.id_property()) {
                Some(Value::Text(id)) => id.clone(),
                _ => {
                    let id = self.uids.next_uid();
                    object.set(kind.id_property(), id.as_str());
                    id
                }
            };
            self.keep(kind, object);
            for mut one in nested {
                one.set(kind.id_property(), id.as_str());
                self.add(inner, one);
            }
        } else {
            self.keep(kind, object);
        }
        relationships.into_iter().for_each(|one| self.add(Kind::Relationship, one));
    }

    fn keep(&mut self, kind: Kind, object: Object) {
        if let Some(objects) = self.objects.get_mut(kind.place()) {
            objects.push(object);
        }
    }
}

/// Takes the objects of a list, where it has nothing but such ones; an empty list stays.
fn take(object: &mut Object, list: &str, is_such: impl Fn(&Object) -> bool) -> Vec<Object> {
    let such = |value: &Value| value.as_object().is_some_and(&is_such);
    let is_full = |values: &[Value]| !values.is_empty() && values.iter().all(such);
    if !object.get(list).and_then(Value::as_list).is_some_and(is_full) {
        return Vec::new();
    }
    let Some(Value::List(values)) = object.remove(list) else { return Vec::new() };
    let objects = values.into_iter().filter_map(|value| match value {
        Value::Object(object) => Some(object),
        _ => None,
    });
    objects.collect()
}

/// Nests flat objects: relationships in the objects from which they go, events in their enrolments, and enrolments in their tracked
/// entities. All are in memory; those whose object is not there stay as they are.
pub fn nest(items: impl IntoIterator<Item = Item>) -> Vec<Item> {
    let mut objects: [Vec<Object>; Kind::ALL.len()] = Default::default();
    for Item { kind, object } in items {
        if let Some(objects) = objects.get_mut(kind.place()) {
            objects.push(object);
        }
    }
    let [mut entities, mut enrollments, mut events, mut relationships] = objects;
    for (parents, kind) in [
        (&mut entities, Kind::TrackedEntity),
        (&mut enrollments, Kind::Enrollment),
        (&mut events, Kind::Event),
    ] {
        relationships = attach(relationships, RELATIONSHIPS, parents, kind, |relationship| {
            Relationship(relationship).from_end().filter(|(of, _)| *of == kind).map(|(_, id)| id)
        });
    }
    let link = Kind::Enrollment.id_property();
    let events = attach(events, EVENTS, &mut enrollments, Kind::Enrollment, |event| event.text(link));
    let link = Kind::TrackedEntity.id_property();
    let enrollments =
        attach(enrollments, ENROLLMENTS, &mut entities, Kind::TrackedEntity, |one| one.text(link));
    let flat = [entities, enrollments, events, relationships];
    flat.into_iter().zip(Kind::ALL).flat_map(|(objects, kind)| of_kind(objects, kind)).collect()
}

/// Puts objects into lists of their parents, and gives back those that have none.
fn attach(
    objects: Vec<Object>,
    list: &str,
    parents: &mut [Object],
    kind: Kind,
    link: impl Fn(&Object) -> Option<&str>,
) -> Vec<Object> {
    let mut places = HashMap::new();
    for (place, parent) in parents.iter().enumerate() {
        if let Some(id) = parent.text(kind.id_property()) {
            places.entry(id.to_owned()).or_insert(place);
        }
    }
    let mut rest = Vec::new();
    for object in objects {
        let place = link(&object).and_then(|id| places.get(id));
        let Some(parent) = place.and_then(|place| parents.get_mut(*place)) else {
            rest.push(object);
            continue;
        };
        match parent.get_mut(list) {
            Some(Value::List(values)) => values.push(object.into()),
            None | Some(Value::Null) => parent.set(list, vec![object.into()]),
            Some(_) => rest.push(object),
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(kind: Kind, json: &str) -> Item {
        let Value::Object(object) = Value::from_json(json).unwrap() else { panic!("no object") };
        Item::new(kind, object)
    }

    fn told(items: &[Item]) -> Vec<String> {
        let json = |item: &Item| {
            let mut written = Vec::new();
            item.object.write_json(&mut written);
            format!("{:?} {}", item.kind, String::from_utf8(written).unwrap())
        };
        items.iter().map(json).collect()
    }

    const RELATED: &str =
        r#"{"relationship":"r","from":{"trackedEntity":{"trackedEntity":"a"}},"to":{"event":{"event":"f"}}}"#;

    #[test]
    fn nested_objects_become_flat_and_nested_again() {
        let nested = [
            item(
                Kind::TrackedEntity,
                &format!(
                    r#"{{"trackedEntity":"a","relationships":[{RELATED}],"enrollments":[{{"enrollment":"e","trackedEntity":"a","events":[{{"event":"f","enrollment":"e"}},{{"event":"g","enrollment":"e"}}]}}]}}"#
                ),
            ),
            item(Kind::TrackedEntity, r#"{"trackedEntity":"b","enrollments":[]}"#),
            item(Kind::Event, r#"{"event":"h"}"#),
        ];
        let flat = flatten(nested.clone(), &mut UidSource::new(1));
        assert_eq!(
            told(&flat),
            [
                r#"TrackedEntity {"trackedEntity":"a"}"#.to_owned(),
                r#"TrackedEntity {"trackedEntity":"b","enrollments":[]}"#.to_owned(),
                r#"Enrollment {"enrollment":"e","trackedEntity":"a"}"#.to_owned(),
                r#"Event {"event":"f","enrollment":"e"}"#.to_owned(),
                r#"Event {"event":"g","enrollment":"e"}"#.to_owned(),
                r#"Event {"event":"h"}"#.to_owned(),
                format!("Relationship {RELATED}"),
            ]
        );
        assert_eq!(nest(flat), nested);
    }

    #[test]
    fn links_and_identifiers_are_made_and_equal_relationships_are_one() {
        let nested = [
            item(
                Kind::TrackedEntity,
                &format!(
                    r#"{{"enrollments":[{{"events":[{{"relationships":[{RELATED}]}}]}}],"relationships":[{{"x":1}}]}}"#
                ),
            ),
            item(Kind::Relationship, RELATED),
        ];
        let mut uids = UidSource::new(1);
        let (entity, enrollment) = (uids.clone().next_uid(), {
            uids.next_uid();
            uids.next_uid()
        });
        assert_eq!(
            told(&flatten(nested, &mut UidSource::new(1))),
            [
                format!(r#"TrackedEntity {{"relationships":[{{"x":1}}],"trackedEntity":"{entity}"}}"#),
                format!(r#"Enrollment {{"trackedEntity":"{entity}","enrollment":"{enrollment}"}}"#),
                format!(r#"Event {{"enrollment":"{enrollment}"}}"#),
                format!("Relationship {RELATED}"),
            ]
        );
        let lone = [
            item(Kind::Enrollment, r#"{"trackedEntity":"z"}"#),
            item(Kind::Event, r#"{"enrollment":"y"}"#),
            item(Kind::Relationship, RELATED),
        ];
        assert_eq!(nest(lone.clone()), lone);
    }
}
