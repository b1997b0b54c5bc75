//! Geometries of objects: GeoJSON as it is, and the texts in which XML and older versions have it.

use crate::geometry::Geometry;
use crate::value::{Object, Value};

/// A geometry of GeoJSON that says nothing else.
fn whole(geometry: &Object) -> Option<Geometry> {
    let value = Value::Object(geometry.clone());
    let found = Geometry::from_geojson(&value).ok()?;
    (found.to_geojson().canonical_json() == value.canonical_json()).then_some(found)
}

fn to_object(geometry: &Geometry) -> Option<Object> {
    match geometry.to_geojson() {
        Value::Object(object) => Some(object),
        _ => None,
    }
}

/// The well-known text of a geometry; none where it does not say all of it.
pub(super) fn to_wkt(geometry: &Object) -> Option<String> {
    let text = whole(geometry)?.to_wkt();
    // Lists without positions are nothing there.
    let again = to_object(&Geometry::from_wkt(&text).ok()?)?;
    (again == *geometry).then_some(text)
}

/// The feature type and the text of the coordinates, as servers before 2.32 have them.
pub(super) fn to_feature(geometry: &Object) -> Option<(&'static str, String)> {
    whole(geometry)?.to_older()
}

/// The geometry of a feature type and the text of its coordinates.
pub(super) fn of_feature(feature: &str, coordinates: &str) -> Option<Object> {
    to_object(&Geometry::from_older(feature, coordinates).ok()??)
}

/// Whether a text is a number as JSON has them.
pub(super) fn is_number(text: &str) -> bool {
    // Blanks around are no part of it.
    text.trim() == text && matches!(Value::from_json(text), Ok(Value::Number(_)))
}
