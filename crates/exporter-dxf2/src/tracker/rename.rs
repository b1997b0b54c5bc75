//! From the words of one model into those of the other.

use super::item::geometry;
use super::model::{Model, has_geometry};
use super::names::Part;
use crate::geometry::{Coordinate, Geometry};
use crate::target::Target;
use crate::value::{Object, Value};

/// What events of the older model say of the user, and what the user has in the new tracker.
const USER: [(&str, &str); 4] = [
    ("assignedUserUsername", "username"),
    ("assignedUserDisplayName", "displayName"),
    ("assignedUserFirstName", "firstName"),
    ("assignedUserSurname", "surname"),
];

/// Puts an object, and what is nested in it, into the words of the new tracker; says whether it was in others.
pub(super) fn to_newer(object: &mut Object, part: Part) -> bool {
    let mut is_older = false;
    match part {
        Part::TrackedEntity => {
            // Until 2.28 this was the type.
            if object.get("trackedEntityInstance").is_some() {
                is_older |= object.rename("trackedEntity", "trackedEntityType");
            }
            is_older |= shape_to_newer(object);
        }
        Part::Enrollment | Part::Event => is_older |= coordinate_to_newer(object),
        _ => {}
    }
    if part == Part::Event {
        is_older |= user_to_newer(object);
    }
    for (older, newer) in part.names().renamed {
        is_older |= object.rename(older, newer);
    }
    each_part(object, part, &mut |inner, part| is_older |= to_newer(inner, part));
    is_older
}

/// Puts an object, and what is nested in it, into the words of the older model.
pub(super) fn to_older(object: &mut Object, part: Part, target: Target) {
    each_part(object, part, &mut |inner, part| to_older(inner, part, target));
    for (older, newer) in part.names().renamed {
        object.rename(newer, older);
    }
    match part {
        Part::TrackedEntity if !has_geometry(target) => {
            if let Ok(Some((name, text))) = geometry(object).map(|geometry| geometry?.to_older())
                && object.get("featureType").is_none()
                && object.rename("geometry", "coordinates")
            {
                object.set("coordinates", text);
                object.set("featureType", name);
            }
            if target < Target::V2_29 && object.get("trackedEntityInstance").is_some() {
                object.rename("trackedEntityType", "trackedEntity");
            }
        }
        Part::Enrollment | Part::Event if !has_geometry(target) => {
            if let Ok(Some(Geometry::Point(position))) = geometry(object)
                && object.rename("geometry", "coordinate")
            {
                let number = |digits: &str| Value::Number(digits.to_owned());
                let coordinate = Object::new()
                    .with("latitude", number(position.latitude()))
                    .with("longitude", number(position.longitude()));
                object.set("coordinate", coordinate);
            }
        }
        _ => {}
    }
    if part == Part::Event {
        user_to_older(object);
    }
}

/// Names of properties that only the other model has, or that servers of the version have otherwise.
pub(super) fn foreign(object: &Object, part: Part, model: Model, target: Target, found: &mut Vec<String>) {
    let names = part.names();
    for (name, value) in object.iter() {
        let is_foreign = match name {
            "geometry" => model == Model::Older && !has_geometry(target) && *value != Value::Null,
            "assignedUser" => match value {
                Value::Text(_) => model == Model::New,
                Value::Object(_) => model == Model::Older,
                _ => false,
            },
            // The type of tracked entities until 2.28 has the name of the identifier in the new tracker.
            "trackedEntity" if part == Part::TrackedEntity && target < Target::V2_29 => false,
            _ => names.is_foreign(name, model),
        };
        if is_foreign {
            found.push(name.to_owned());
        }
    }
    for (newer, part) in names.parts {
        let older = names.renamed.iter().find(|(_, name)| name == newer).map(|(older, _)| older);
        let name = older.filter(|_| model == Model::Older).unwrap_or(newer);
        for inner in objects(object.get(name)) {
            foreign(inner, *part, model, target, found);
        }
    }
}

/// The objects that a property has, as a list or one.
pub(super) fn objects(value: Option<&Value>) -> impl Iterator<Item = &Object> {
    let values = match value {
        Some(Value::List(list)) => list.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    values.iter().filter_map(Value::as_object)
}

/// Does something with each object that is nested right in this one, which is in the words of the new tracker.
fn each_part(object: &mut Object, part: Part, change: &mut dyn FnMut(&mut Object, Part)) {
    for (name, part) in part.names().parts {
        let values = match object.get_mut(name) {
            Some(Value::List(list)) => list.as_mut_slice(),
            Some(one) => std::slice::from_mut(one),
            None => &mut [],
        };
        for value in values {
            if let Value::Object(inner) = value {
                change(inner, *part);
            }
        }
    }
}

/// Type and text become a geometry, where they are one.
fn shape_to_newer(object: &mut Object) -> bool {
    let (Some(name), Some(text)) = (object.text("featureType"), object.text("coordinates")) else {
        return false;
    };
    let Ok(Some(shape)) = Geometry::from_older(name, text) else { return false };
    if !object.rename("coordinates", "geometry") {
        return false;
    }
    object.set("geometry", shape.to_geojson());
    object.remove("featureType");
    true
}

/// Latitude and longitude become a point, where there is no other geometry.
fn coordinate_to_newer(object: &mut Object) -> bool {
    let Some(Value::Object(coordinate)) = object.get("coordinate") else { return false };
    let digits = |name| match coordinate.get(name)? {
        Value::Number(text) | Value::Text(text) => Some(text.as_str()),
        _ => None,
    };
    let (Some(longitude), Some(latitude), 2) = (digits("longitude"), digits("latitude"), coordinate.len())
    else {
        return false;
    };
    let Ok(position) = Coordinate::new([longitude, latitude]) else { return false };
    let point = Geometry::Point(position).to_geojson();
    if object.get("geometry") == Some(&point) {
        object.remove("coordinate");
        return true;
    }
    let is_renamed = object.rename("coordinate", "geometry");
    if is_renamed {
        object.set("geometry", point);
    }
    is_renamed
}

/// The user of an event becomes one object.
fn user_to_newer(object: &mut Object) -> bool {
    let mut user = match object.get("assignedUser") {
        Some(Value::Text(uid)) => Object::new().with("uid", uid.as_str()),
        None if USER.iter().any(|(older, _)| object.get(older).is_some()) => Object::new(),
        _ => return false,
    };
    for (older, newer) in USER {
        if let Some(value) = object.remove(older) {
            user.set(newer, value);
        }
    }
    object.set("assignedUser", user);
    true
}

fn user_to_older(object: &mut Object) {
    let Some(Value::Object(user)) = object.get("assignedUser") else { return };
    let known = |name| name == "uid" || USER.iter().any(|(_, newer)| *newer == name);
    if !user.iter().all(|(name, _)| known(name)) {
        return;
    }
    let mut user = user.clone();
    match user.remove("uid") {
        Some(uid) => object.set("assignedUser", uid),
        None => drop(object.remove("assignedUser")),
    }
    for (older, newer) in USER {
        if let Some(value) = user.remove(newer) {
            object.set(older, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(json: &str) -> Object {
        let Value::Object(object) = Value::from_json(json).unwrap() else { panic!("no object") };
        object
    }

    fn json(object: &Object) -> String {
        let mut written = Vec::new();
        object.write_json(&mut written);
        String::from_utf8(written).unwrap()
    }

    const OLDER: &str = r#"{"trackedEntityInstance":"a","trackedEntityType":"t","created":"1","lastUpdated":"2","x":null,"attributes":[{"attribute":"b","created":"3","value":"v"}],"enrollments":[{"enrollment":"e","trackedEntityInstance":"a","enrollmentDate":"4","incidentDate":"5","followup":true,"events":[{"event":"f","eventDate":"6","dueDate":"7","completedDate":"8","assignedUser":"u","assignedUserUsername":"n","notes":[{"note":"g","storedDate":"9"}],"dataValues":[{"lastUpdated":"10"}]}]}],"programOwners":[{"ownerOrgUnit":"o","trackedEntityInstance":"a"}],"relationships":[{"relationship":"r","from":{"trackedEntityInstance":{"trackedEntityInstance":"a"}},"to":{"event":{"event":"f"}}}]}"#;

    #[test]
    fn the_words_of_both_models_are_turned_into_one_another() {
        let mut turned = object(OLDER);
        assert!(to_newer(&mut turned, Part::TrackedEntity));
        assert_eq!(
            json(&turned),
            r#"{"trackedEntity":"a","trackedEntityType":"t","createdAt":"1","updatedAt":"2","x":null,"attributes":[{"attribute":"b","createdAt":"3","value":"v"}],"enrollments":[{"enrollment":"e","trackedEntity":"a","enrolledAt":"4","occurredAt":"5","followUp":true,"events":[{"event":"f","occurredAt":"6","scheduledAt":"7","completedAt":"8","assignedUser":{"uid":"u","username":"n"},"notes":[{"note":"g","storedAt":"9"}],"dataValues":[{"updatedAt":"10"}]}]}],"programOwners":[{"orgUnit":"o","trackedEntity":"a"}],"relationships":[{"relationship":"r","from":{"trackedEntity":{"trackedEntity":"a"}},"to":{"event":{"event":"f"}}}]}"#
        );
        let mut found = Vec::new();
        foreign(&turned, Part::TrackedEntity, Model::New, Target::Head, &mut found);
        assert!(found.is_empty(), "{found:?}");
        assert!(!to_newer(&mut turned.clone(), Part::TrackedEntity));
        to_older(&mut turned, Part::TrackedEntity, Target::V2_41);
        // The properties of the user stand behind the others then.
        let event = r#""assignedUser":"u","assignedUserUsername":"n","notes":[{"note":"g","storedDate":"9"}],"dataValues":[{"lastUpdated":"10"}]"#;
        let last = r#""assignedUser":"u","notes":[{"note":"g","storedDate":"9"}],"dataValues":[{"lastUpdated":"10"}],"assignedUserUsername":"n""#;
        assert_eq!(json(&turned), OLDER.replace(event, last));
        foreign(&turned, Part::TrackedEntity, Model::Older, Target::V2_41, &mut found);
        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn places_of_old_versions_are_geometries() {
        for (part, older) in [
            (
                Part::TrackedEntity,
                r#"{"trackedEntity":"t","trackedEntityInstance":"a","coordinates":"[-11.40,8.1]","featureType":"POINT"}"#,
            ),
            (Part::Event, r#"{"event":"a","coordinate":{"latitude":8.10,"longitude":-11.4},"x":1}"#),
        ] {
            let mut turned = object(older);
            to_newer(&mut turned, part);
            assert!(geometry(&turned).unwrap().is_some(), "{}", json(&turned));
            to_older(&mut turned, part, Target::V2_24);
            assert_eq!(json(&turned), older);
            let mut found = Vec::new();
            foreign(&turned, part, Model::Older, Target::V2_24, &mut found);
            assert!(found.is_empty(), "{found:?}");
        }
        let mut kept = object(
            r#"{"geometry":{"type":"Point","coordinates":[1,2]},"coordinate":{"latitude":3,"longitude":4}}"#,
        );
        assert!(!to_newer(&mut kept, Part::Event));
        kept.set("assignedUser", "text");
        kept.set("href", "h");
        let mut found = Vec::new();
        foreign(&kept, Part::Event, Model::New, Target::Head, &mut found);
        assert_eq!(found, ["coordinate", "assignedUser", "href"]);
    }
}
