//! Geometries as columns: a point has a latitude and a longitude, others are well-known text.

use super::row::{Row, Wanted};
use crate::geometry::Geometry;
use crate::value::Value;

const LATITUDE: &str = "latitude";
const LONGITUDE: &str = "longitude";

/// Puts a geometry into a row; what is none, or says more than one, stays what it is.
pub(super) fn push(row: &mut Row, name: &str, value: &Value) {
    let geometry = match Geometry::from_geojson(value) {
        Ok(geometry) if !Geometry::has_other_members(value) => geometry,
        _ => {
            row.push(name.to_owned(), Wanted::Text, value.clone());
            return;
        }
    };
    match &geometry {
        Geometry::Point(point)
            if point.numbers().count() == 2 && !row.has(LATITUDE) && !row.has(LONGITUDE) =>
        {
            row.push(LATITUDE, Wanted::Number, Value::Number(point.latitude().to_owned()));
            row.push(LONGITUDE, Wanted::Number, Value::Number(point.longitude().to_owned()));
        }
        geometry => row.push(name.to_owned(), Wanted::Text, geometry.to_wkt()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_have_two_numbers_and_others_are_text() {
        let told = |json: &str| {
            let mut row = Row::new("t");
            push(&mut row, "geometry", &Value::from_json(json).unwrap());
            row.cells
                .iter()
                .map(|cell| format!("{}={:?}", cell.name, cell.value))
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(
            told(r#"{"type":"Point","coordinates":[-11.50,8]}"#),
            r#"latitude=Number("8") longitude=Number("-11.50")"#
        );
        assert_eq!(told(r#"{"type":"Point","coordinates":[1,2,3]}"#), r#"geometry=Text("POINT (1 2 3)")"#);
        assert_eq!(
            told(r#"{"type":"LineString","coordinates":[[1,2],[3,4]]}"#),
            r#"geometry=Text("LINESTRING (1 2, 3 4)")"#
        );
        assert!(told(r#"{"type":"Point","coordinates":[1,2],"x":1}"#).starts_with("geometry=Object"));
        assert_eq!(told(r#""here""#), r#"geometry=Text("here")"#);
    }
}
