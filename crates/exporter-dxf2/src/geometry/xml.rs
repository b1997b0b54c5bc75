//! Geometries as versions of DHIS2 wrote them in XML (section 3): as WKT, as GeoJSON in a text, or as elements for type and coordinates.

use exporter_xml::Element;

use super::Geometry;
use crate::value::{Object, Value};

impl Geometry {
    /// The geometry of an element; `None` where it has none, or says more than one.
    pub(crate) fn of_element(element: &Element) -> Option<Self> {
        let text = element.own_text();
        if let Ok(geometry) = Self::from_wkt(&text) {
            return Some(geometry);
        }
        let value = match (element.first("type"), element.first("coordinates")) {
            (Some(kind), Some(coordinates)) if element.elements().count() == 2 => {
                let object = Object::new().with("type", kind.own_text().trim());
                Value::Object(object.with("coordinates", nested(coordinates)?))
            }
            _ => Value::from_json(text.trim()).ok()?,
        };
        Self::from_geojson(&value).ok().filter(|_| !Self::has_other_members(&value))
    }
}

/// Coordinates as a text, or as elements within elements of which the innermost hold numbers.
fn nested(element: &Element) -> Option<Value> {
    if element.elements().next().is_none() {
        return Value::from_json(element.own_text().trim()).ok();
    }
    element.elements().map(nested).collect::<Option<Vec<_>>>().map(Value::List)
}

#[cfg(test)]
mod tests {
    use exporter_xml::{Item, XmlReader};

    use super::*;

    #[test]
    fn all_forms_are_read_and_what_is_none_is_not() {
        let read = |inner: &str| {
            let text = format!("<geometry>{inner}</geometry>");
            let mut reader = XmlReader::new(text.as_bytes());
            let Ok(Some(Item::Start(tag))) = reader.next_item() else { panic!("no element") };
            Geometry::of_element(&reader.element(tag, 1 << 16).unwrap()).map(|found| found.to_wkt())
        };
        for inner in [
            "POINT (1.50 2)",
            "<type>Point</type><coordinates>[1.50,2]</coordinates>",
            "<type>Point</type><coordinates><coordinates>1.50</coordinates><coordinates> 2 </coordinates></coordinates>",
            " {\"type\":\"Point\",\"coordinates\":[1.50,2]} ",
        ] {
            assert_eq!(read(inner).as_deref(), Some("POINT (1.50 2)"), "{inner}");
        }
        let line = "<type>LineString</type><coordinates><a><b>1</b><b>2</b></a><a><b>3</b><b>4</b></a></coordinates>";
        assert_eq!(read(line).as_deref(), Some("LINESTRING (1 2, 3 4)"));
        for inner in [
            "",
            "somewhere",
            "<type>Point</type><coordinates>1 2</coordinates>",
            "<type>Point</type><coordinates>[1,2]</coordinates><crs>x</crs>",
            "{\"type\":\"Point\",\"coordinates\":[1,2],\"bbox\":[]}",
        ] {
            assert_eq!(read(inner), None, "{inner}");
        }
    }
}
