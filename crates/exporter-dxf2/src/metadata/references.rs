//! References from one object to another.

use crate::value::{Object, Value};

/// Properties that an object has which only names another one (section 2.2 of the fact sheet).
const IDENTIFYING: [&str; 9] =
    ["id", "code", "name", "shortName", "displayName", "displayShortName", "created", "lastUpdated", "href"];

/// A reference: an object in another one that has an `id` and only says which object it is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reference<'a> {
    /// The property in which it stands.
    pub property: &'a str,
    /// The identifier: not always a UID, since periods and placeholders of packages stand there, too.
    pub id: &'a str,
}

/// The references of an object, all the way down.
///
/// ```
/// use exporter_dxf2::metadata::references;
/// use exporter_dxf2::Object;
/// let element = Object::new().with("id", "a").with("categoryCombo", Object::new().with("id", "bjDvmb4bfuf"));
/// let found: Vec<_> = references(&element).into_iter().map(|it| (it.property, it.id)).collect();
/// assert_eq!(found, [("categoryCombo", "bjDvmb4bfuf")]);
/// ```
pub fn references(object: &Object) -> Vec<Reference<'_>> {
    let mut found = Vec::new();
    object.iter().for_each(|(property, value)| gather(property, value, &mut found));
    found
}

fn gather<'a>(property: &'a str, value: &'a Value, found: &mut Vec<Reference<'a>>) {
    match value {
        Value::List(values) => values.iter().for_each(|value| gather(property, value, found)),
        Value::Object(object) => match referred(object) {
            Some(id) => found.push(Reference { property, id }),
            None => object.iter().for_each(|(name, value)| gather(name, value, found)),
        },
        _ => {}
    }
}

/// The identifier of the object that another one only names.
pub(super) fn referred(object: &Object) -> Option<&str> {
    let id = object.text("id")?;
    object.iter().all(|(name, _)| IDENTIFYING.contains(&name)).then_some(id)
}
