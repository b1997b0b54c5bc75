//! Who may see and change objects: one property `sharing`, or the five that were before it (section 2.4 of the fact sheet).

use std::collections::{HashMap, HashSet};

use crate::value::{Object, Value};

/// Properties of the older form that say more than who owns an object.
const OLDER: [&str; 4] = ["publicAccess", "externalAccess", "userAccesses", "userGroupAccesses"];

/// Lists of the older form, the maps of the newer one, and the property of an element with the identifier.
const LISTS: [(&str, &str, &str); 2] =
    [("userAccesses", "users", "userUid"), ("userGroupAccesses", "userGroups", "userGroupUid")];

/// What of an object said who may see and change it, before and after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Nothing was lost.
    Whole,
    /// Both forms were there, and said different things.
    Contradiction,
    /// The form has no place for some of it.
    Loss,
}

/// Gives an object the older form, the newer one, or both; one of them must be wanted. Where both are there, each has what only the
/// other one says, and what is wanted prevails.
pub(super) fn fit(object: &mut Object, wants_older: bool, wants_newer: bool) -> Outcome {
    let says_older = OLDER.iter().any(|name| match object.get(name) {
        None | Some(Value::Null) => false,
        Some(Value::List(values)) => !values.is_empty(),
        Some(_) => true,
    });
    let newer = object.get("sharing").and_then(Value::as_object).cloned();
    let (made, is_made_whole) = newer_of(object);
    let mut is_given_whole = true;
    let mut contradicts = false;
    match newer {
        // It says nothing, or what is wanted.
        None if !says_older || !wants_newer => return Outcome::Whole,
        None => object.set("sharing", made),
        Some(newer) => {
            let has_owner = owner(object).is_some();
            contradicts = (says_older || has_owner) && contradict(&made, &newer);
            let merged = if wants_newer { merge(newer, &made) } else { merge(made, &newer) };
            if wants_older && is_made_whole {
                is_given_whole = give_older(object, &merged);
            }
            object.set("sharing", merged);
        }
    }
    if !wants_newer {
        object.remove("sharing");
    }
    if !wants_older {
        if owner(object).is_some() {
            object.remove("user");
        }
        OLDER.iter().for_each(|name| drop(object.remove(name)));
    }
    match contradicts {
        true => Outcome::Contradiction,
        false if (wants_older || is_made_whole) && (wants_newer || is_given_whole) => Outcome::Whole,
        false => Outcome::Loss,
    }
}

/// What the first says, and what only the second does.
fn merge(first: Object, second: &Object) -> Object {
    let places: HashMap<String, usize> =
        first.iter().enumerate().map(|(at, (name, _))| (name.to_owned(), at)).collect();
    let mut properties = first.into_properties();
    for (name, value) in second.iter() {
        let known = places.get(name).and_then(|at| properties.get_mut(*at)).map(|(_, value)| value);
        match (known, value) {
            (None, value) => properties.push((name.to_owned(), value.clone())),
            (Some(known @ Value::Null), value) => *known = value.clone(),
            (Some(Value::Object(people)), Value::Object(others)) => {
                *people = merge(std::mem::take(people), others);
            }
            _ => {}
        }
    }
    Object::of(properties)
}

/// Whether two say different things of the same; names for display say nothing.
fn contradict(one: &Object, other: &Object) -> bool {
    let access =
        |person: &Value| person.as_object().and_then(|person| person.text("access").map(str::to_owned));
    one.iter().any(|(name, value)| match (value, other.get(name)) {
        (Value::Null, _) | (_, None | Some(Value::Null)) => false,
        (Value::Object(people), Some(Value::Object(others))) => {
            let others: HashMap<&str, &Value> = others.iter().collect();
            people
                .iter()
                .any(|(id, person)| others.get(id).is_some_and(|other| access(other) != access(person)))
        }
        (value, Some(other)) => value != other,
    })
}

/// Who owns an object, in the older form.
fn owner(object: &Object) -> Option<&str> {
    object.get("user")?.as_object()?.text("id")
}

/// The newer form of what the older one says, and whether it says all of it.
fn newer_of(object: &Object) -> (Object, bool) {
    let mut made = Object::new();
    let mut is_whole = true;
    if let Some(owner) = owner(object) {
        made.set("owner", owner);
    }
    for (old, new) in [("publicAccess", "public"), ("externalAccess", "external")] {
        if let Some(value) = object.get(old).filter(|value| **value != Value::Null) {
            made.set(new, value.clone());
        }
    }
    for (list, map, uid) in LISTS {
        let Some(values) = object.get(list).and_then(Value::as_list) else { continue };
        let (mut people, mut seen) = (Vec::new(), HashSet::new());
        for value in values {
            let person = value.as_object();
            let id = person.and_then(|person| person.text(uid).or_else(|| person.text("id")));
            let (Some(person), Some(id)) = (person, id) else {
                is_whole = false;
                continue;
            };
            let mut inner = Object::new().with("id", id);
            for (name, value) in person.iter().filter(|(name, _)| *name != "id" && *name != uid) {
                inner.set(name, value.clone());
            }
            if seen.insert(id) {
                people.push((id.to_owned(), Value::Object(inner)));
            } else {
                is_whole = false;
            }
        }
        made.set(map, Object::of(people));
    }
    (made, is_whole)
}

/// Adds the older form of what the newer one says; `false` where it does not say all of it.
fn give_older(object: &mut Object, sharing: &Object) -> bool {
    let mut is_whole = true;
    for (name, value) in sharing.iter().filter(|(_, value)| **value != Value::Null) {
        match (name, value) {
            ("owner", Value::Text(owner)) => object.set("user", Object::new().with("id", owner.as_str())),
            ("public", value) => object.set("publicAccess", value.clone()),
            ("external", value) => object.set("externalAccess", value.clone()),
            (name, Value::Object(people)) => {
                let Some((list, _, uid)) = LISTS.iter().find(|(_, map, _)| *map == name) else {
                    is_whole = false;
                    continue;
                };
                let mut values = Vec::new();
                for (id, person) in people.iter() {
                    let mut inner = Object::new().with("id", id).with(*uid, id);
                    let person = person.as_object();
                    is_whole &= person.is_some_and(|person| person.text("id").is_none_or(|own| own == id));
                    for (name, value) in person.into_iter().flat_map(Object::iter) {
                        inner.set(name, value.clone());
                    }
                    values.push(Value::Object(inner));
                }
                object.set(*list, values);
            }
            _ => is_whole = false,
        }
    }
    is_whole
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(json: &str) -> Object {
        let Value::Object(object) = Value::from_json(json).unwrap() else { panic!("no object") };
        object
    }

    fn json(object: &Object) -> String {
        Value::from(object.clone()).canonical_json()
    }

    const OLDER: &str = r#"{"externalAccess":false,"id":"a","publicAccess":"rw------","user":{"id":"o"},"userAccesses":[{"access":"r-------","id":"u","userUid":"u"}],"userGroupAccesses":[]}"#;
    const NEWER: &str = r#"{"id":"a","sharing":{"external":false,"owner":"o","public":"rw------","userGroups":{},"users":{"u":{"access":"r-------","id":"u"}}}}"#;

    #[test]
    fn each_form_says_what_the_other_does() {
        for (from, older, newer) in
            [(OLDER, true, false), (NEWER, true, false), (OLDER, false, true), (NEWER, false, true)]
        {
            let mut found = object(from);
            assert_eq!(fit(&mut found, older, newer), Outcome::Whole);
            assert_eq!(json(&found), if older { OLDER } else { NEWER });
        }
        let mut both = object(OLDER);
        assert_eq!(fit(&mut both, true, true), Outcome::Whole);
        let mut once = both.clone();
        assert_eq!(fit(&mut once, true, false), Outcome::Whole);
        assert_eq!(json(&once), OLDER);
        assert_eq!(fit(&mut both, false, true), Outcome::Whole);
        assert_eq!(json(&both), NEWER);
    }

    #[test]
    fn what_is_lost_or_contradicts_is_told() {
        let mut found = object(r#"{"publicAccess":"rw------","sharing":{"public":"--------"}}"#);
        assert_eq!(fit(&mut found, false, true), Outcome::Contradiction);
        assert_eq!(json(&found), r#"{"sharing":{"public":"--------"}}"#);
        let mut found = object(r#"{"publicAccess":"rw------","sharing":{"public":"--------"}}"#);
        assert_eq!(fit(&mut found, true, false), Outcome::Contradiction);
        assert_eq!(json(&found), r#"{"publicAccess":"rw------"}"#);
        let mut found = object(r#"{"sharing":{"public":"--------","more":1}}"#);
        assert_eq!(fit(&mut found, true, false), Outcome::Loss);
        let mut found = object(r#"{"userAccesses":[{"access":"rw------"}]}"#);
        assert_eq!(fit(&mut found, false, true), Outcome::Loss);
    }

    #[test]
    fn each_form_gets_what_only_the_other_says() {
        let both = r#"{"user":{"id":"o"},"userGroupAccesses":[],"sharing":{"public":"rw------","userGroups":{"g":{"id":"g","access":"r-------"}}}}"#;
        let mut found = object(both);
        assert_eq!(fit(&mut found, false, true), Outcome::Whole);
        assert_eq!(
            json(&found),
            r#"{"sharing":{"owner":"o","public":"rw------","userGroups":{"g":{"access":"r-------","id":"g"}}}}"#
        );
        let mut found = object(both);
        assert_eq!(fit(&mut found, true, false), Outcome::Whole);
        assert_eq!(
            json(&found),
            r#"{"publicAccess":"rw------","user":{"id":"o"},"userGroupAccesses":[{"access":"r-------","id":"g","userGroupUid":"g"}]}"#
        );
    }

    #[test]
    fn an_object_that_says_nothing_stays() {
        let only_user = r#"{"id":"a","user":{"id":"o"}}"#;
        let mut found = object(only_user);
        assert_eq!(fit(&mut found, false, true), Outcome::Whole);
        assert_eq!(json(&found), only_user);
    }
}
