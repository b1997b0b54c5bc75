//! Points and areas as versions up to 2.31 have them, a type and coordinates in a text, and as `geometry` (sections 3 and 5.1 of the
//! fact sheet).

use crate::geometry;
use crate::value::{Object, Value};

/// Types of features and of geometries that are the same.
const TYPES: [(&str, &str); 4] = [
    ("POINT", "Point"),
    ("POLYGON", "Polygon"),
    ("MULTI_POLYGON", "MultiPolygon"),
    ("POLYGON", "MultiPolygon"),
];

/// The geometry of a feature; none where the coordinates are not those of its type.
pub(super) fn geometry_of(feature: &str, coordinates: &str) -> Option<Object> {
    let coordinates = Value::from_json(coordinates).ok()?;
    // Old areas of one part have the brackets of several.
    let of_type = |(known, kind): &(&str, &str)| {
        let found = Object::new().with("type", *kind).with("coordinates", coordinates.clone());
        (*known == feature && geometry::to_wkt(&found).is_some()).then_some(found)
    };
    TYPES.iter().find_map(of_type)
}

/// The type and the coordinates of a geometry, where features have such a type.
pub(super) fn feature_of(geometry: &Object) -> Option<(&'static str, String)> {
    let has_more = geometry.iter().any(|(name, _)| !matches!(name, "type" | "coordinates"));
    let kind = geometry.text("type").filter(|_| !has_more)?;
    let (feature, _) = TYPES.iter().find(|(_, known)| *known == kind)?;
    let mut coordinates = Vec::new();
    geometry.get("coordinates")?.write_json(&mut coordinates);
    Some((feature, String::from_utf8_lossy(&coordinates).into_owned()))
}

/// Puts `geometry` in the place of the two properties, where they say one.
pub(super) fn to_geometry(object: &mut Object) {
    let of = |name| object.text(name);
    if let (None, Some(feature), Some(coordinates)) =
        (object.get("geometry"), of("featureType"), of("coordinates"))
        && let Some(found) = geometry_of(feature, coordinates)
    {
        object.remove("featureType");
        object.remove("coordinates");
        object.set("geometry", found);
    }
}

/// Puts the two properties in the place of `geometry`; `false` where it stays, since they cannot say it.
pub(super) fn to_feature(object: &mut Object) -> bool {
    let Some(geometry) = object.get("geometry") else { return true };
    let Some((feature, coordinates)) = geometry.as_object().and_then(feature_of) else { return false };
    object.remove("geometry");
    object.set("featureType", feature);
    object.set("coordinates", coordinates);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_and_geometries_are_the_same() {
        for (feature, coordinates, kind) in [
            ("POINT", "[-11.50,8]", "Point"),
            ("POLYGON", "[[[0,0],[1,0],[0,0]]]", "Polygon"),
            ("MULTI_POLYGON", "[[[[0,0],[1,0],[0,0]]]]", "MultiPolygon"),
        ] {
            let old =
                Object::new().with("id", "a").with("featureType", feature).with("coordinates", coordinates);
            let mut object = old.clone();
            to_geometry(&mut object);
            assert_eq!(
                object.get("geometry").and_then(Value::as_object).and_then(|it| it.text("type")),
                Some(kind)
            );
            assert!(to_feature(&mut object));
            assert_eq!(object, old);
        }
        let old_area = geometry_of("POLYGON", "[[[[0,0],[1,0],[0,0]]]]").unwrap();
        assert_eq!(old_area.text("type"), Some("MultiPolygon"));
    }

    #[test]
    fn what_is_no_feature_stays() {
        for (feature, coordinates) in [
            ("NONE", "[1,2]"),
            ("POINT", "1,2"),
            ("POINT", "[[1,2]]"),
            ("MULTI_POLYGON", "[1,2]"),
            ("SYMBOL", "[1,2]"),
        ] {
            let old = Object::new().with("featureType", feature).with("coordinates", coordinates);
            let mut object = old.clone();
            to_geometry(&mut object);
            assert_eq!(object, old);
        }
        let line = Object::new().with("type", "LineString").with("coordinates", Vec::new());
        let mut object = Object::new().with("geometry", line);
        assert!(!to_feature(&mut object) && object.get("geometry").is_some());
    }
}
