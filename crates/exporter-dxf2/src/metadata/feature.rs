//! Points and areas as versions up to 2.31 have them, a type and coordinates in a text, and as `geometry` (sections 3 and 5.1 of the
//! fact sheet).

use crate::geometry::Geometry;
use crate::value::{Object, Value};

/// Puts `geometry` in the place of the two properties, where they say one. A symbol stays, since a geometry is none.
pub(super) fn to_geometry(object: &mut Object) {
    let Some(found) = geometry_of(object) else { return };
    if object.get("geometry").is_none_or(|known| Geometry::from_geojson(known).as_ref() == Ok(&found)) {
        object.remove("featureType");
        object.remove("coordinates");
        object.set("geometry", found.to_geojson());
    }
}

/// Puts the two properties in the place of `geometry`; `false` where it stays, since they cannot say all of it.
pub(super) fn to_feature(object: &mut Object) -> bool {
    let Some(geometry) = object.get("geometry").filter(|geometry| **geometry != Value::Null) else {
        return true;
    };
    let Some((feature, coordinates)) = feature_of(geometry) else { return false };
    object.remove("geometry");
    object.set("featureType", feature);
    object.set("coordinates", coordinates);
    true
}

/// Gives an object both forms of what it has in one.
pub(super) fn to_both(object: &mut Object) {
    if let Some((feature, coordinates)) = object.get("geometry").and_then(feature_of) {
        object.set("featureType", feature);
        object.set("coordinates", coordinates);
    } else if let (None, Some(found)) = (object.get("geometry"), geometry_of(object)) {
        object.set("geometry", found.to_geojson());
    }
}

fn geometry_of(object: &Object) -> Option<Geometry> {
    let feature = object.text("featureType").filter(|feature| *feature != "SYMBOL")?;
    Geometry::from_older(feature, object.text("coordinates")?).ok()?
}

fn feature_of(geometry: &Value) -> Option<(&'static str, String)> {
    let has_more = geometry.as_object()?.iter().any(|(name, _)| !matches!(name, "type" | "coordinates"));
    Geometry::from_geojson(geometry).ok().filter(|_| !has_more)?.to_older()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_forms_stand_for_each_other() {
        let old = Object::new().with("featureType", "POINT").with("coordinates", "[-11.50,8]");
        let mut object = old.clone();
        to_geometry(&mut object);
        let point = Value::from_json(r#"{"type":"Point","coordinates":[-11.50,8]}"#).unwrap();
        assert_eq!(object, Object::new().with("geometry", point));
        let mut both = object.clone();
        to_both(&mut both);
        assert!(both.len() == 3);
        to_geometry(&mut both);
        assert_eq!(both, object);
        assert!(to_feature(&mut object));
        assert_eq!(object, old);
        to_both(&mut object);
        assert!(object.len() == 3 && to_feature(&mut object) && object == old);
    }

    #[test]
    fn what_the_other_form_cannot_say_stays() {
        for (feature, coordinates) in
            [("NONE", "[1,2]"), ("POINT", "1,2"), ("SYMBOL", "[1,2]"), ("CIRCLE", "[1,2]")]
        {
            let old = Object::new().with("featureType", feature).with("coordinates", coordinates);
            let mut object = old.clone();
            to_geometry(&mut object);
            assert_eq!(object, old);
        }
        for geometry in [
            r#"{"type":"LineString","coordinates":[[1,2],[3,4]]}"#,
            r#"{"type":"Point","coordinates":[1,2],"crs":1}"#,
        ] {
            let old = Object::new().with("geometry", Value::from_json(geometry).unwrap());
            let mut object = old.clone();
            assert!(!to_feature(&mut object));
            assert_eq!(object, old);
        }
    }
}
