//! Who may see and change an object (section 2.4): one property since 2.36, five before.

use crate::value::{Object, Value};

/// The five properties that `sharing` has replaced.
pub(super) const OLDER: [&str; 5] =
    ["publicAccess", "externalAccess", "userAccesses", "userGroupAccesses", "user"];

/// The lists of the older form: its name, the key of an identifier in it, and the map that has taken its place.
const LISTS: [(&str, &str, &str); 2] =
    [("userAccesses", "userUid", "users"), ("userGroupAccesses", "userGroupUid", "userGroups")];

/// The sharing of an object.
pub(super) fn sharing_of(object: &Object) -> Option<Object> {
    object.get("sharing")?.as_object().cloned()
}

/// Whether an object has the older form; an owner or external access alone are none.
pub(super) fn older_of(object: &Object) -> bool {
    ["publicAccess", "userAccesses", "userGroupAccesses"].iter().any(|name| object.get(name).is_some())
}

/// Adds the older form of a sharing to an object; `false` where it does not hold all of it.
pub(super) fn to_older(sharing: &Object, object: &mut Object) -> bool {
    let mut is_complete = true;
    for (name, value) in sharing.iter() {
        match (name, value) {
            ("owner", Value::Text(owner)) => object.set("user", Object::new().with("id", owner.as_str())),
            ("owner", Value::Null) => {}
            ("public", value) => object.set("publicAccess", value.clone()),
            ("external", value) => object.set("externalAccess", value.clone()),
            (name, Value::Object(map)) => {
                let Some((list, key, _)) = LISTS.iter().find(|(_, _, known)| *known == name) else {
                    is_complete = false;
                    continue;
                };
                let mut accesses = Vec::with_capacity(map.len());
                for (uid, entry) in map.iter() {
                    let Some(entry) = entry.as_object() else {
                        is_complete = false;
                        continue;
                    };
                    is_complete &= entry.text("id").is_none_or(|id| id == uid);
                    let named = [("id".to_owned(), uid.into()), ((*key).to_owned(), uid.into())];
                    let others = entry.iter().filter(|(name, _)| *name != "id" && name != key);
                    let others = others.map(|(name, value)| (name.to_owned(), value.clone()));
                    let access = Object::of_distinct(named.into_iter().chain(others).collect());
                    accesses.push(Value::Object(access));
                }
                object.set(*list, accesses);
            }
            _ => is_complete = false,
        }
    }
    is_complete
}

/// Adds the newer form to an object with the older one; `false` where it does not hold all of it.
pub(super) fn to_newer(object: &mut Object) -> bool {
    let mut is_complete = true;
    let mut sharing = Object::new();
    if let Some(owner) = object.get("user").and_then(Value::as_object) {
        match owner.text("id") {
            Some(id) => sharing.set("owner", id),
            None => is_complete = false,
        }
    }
    for (from, to) in [("externalAccess", "external"), ("publicAccess", "public")] {
        if let Some(value) = object.get(from) {
            sharing.set(to, value.clone());
        }
    }
    for (list, key, map) in LISTS {
        let Some(accesses) = object.get(list).and_then(Value::as_list) else { continue };
        let mut entries = Vec::with_capacity(accesses.len());
        let mut seen = std::collections::HashSet::new();
        for access in accesses {
            let uid = access.as_object().and_then(|access| access.text(key).or_else(|| access.text("id")));
            let (Some(access), Some(uid)) = (access.as_object(), uid) else {
                is_complete = false;
                continue;
            };
            if !seen.insert(uid) {
                is_complete = false;
                continue;
            }
            let others = access.iter().filter(|(name, _)| *name != "id" && *name != key);
            let others = others.map(|(name, value)| (name.to_owned(), value.clone()));
            let entry = std::iter::once(("id".to_owned(), uid.into())).chain(others).collect();
            let entry = Object::of_distinct(entry);
            entries.push((uid.to_owned(), Value::Object(entry)));
        }
        sharing.set(map, Object::of_distinct(entries));
    }
    object.set("sharing", sharing);
    is_complete
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(json: &str) -> Object {
        Value::from_json(json).unwrap().as_object().unwrap().clone()
    }

    #[test]
    fn sharing_has_two_forms() {
        let sharing = r#"{"owner":"vUeLeQMSwhN","external":false,"public":"rw------","users":{},"userGroups":{"PKuKcx5xPi9":{"id":"PKuKcx5xPi9","access":"r-------","displayName":"A"}}}"#;
        let mut older = Object::new();
        assert!(to_older(&object(sharing), &mut older));
        let wanted = r#"{"user":{"id":"vUeLeQMSwhN"},"externalAccess":false,"publicAccess":"rw------","userAccesses":[],"userGroupAccesses":[{"id":"PKuKcx5xPi9","userGroupUid":"PKuKcx5xPi9","access":"r-------","displayName":"A"}]}"#;
        assert_eq!(older, object(wanted));
        assert!(to_newer(&mut older));
        assert_eq!(sharing_of(&older), Some(object(sharing)));
        let mut without = object(r#"{"publicAccess":"rw------","userAccesses":[{"access":"r-------"}]}"#);
        assert!(!to_newer(&mut without));
        assert!(!to_older(&object(r#"{"users":{"a":{"id":"b"}}}"#), &mut Object::new()));
        assert!(!older_of(&object(r#"{"externalAccess":true}"#)));
    }
}
