//! Geometry: GeoJSON as WKT and back (sections 3 and 11 of the fact sheet). Coordinates keep their digits.

use crate::value::{Object, Value};

/// The types that both have: of GeoJSON, of WKT, and how deep their coordinates lie.
const TYPES: [(&str, &str, u8); 6] = [
    ("Point", "POINT", 0),
    ("MultiPoint", "MULTIPOINT", 1),
    ("LineString", "LINESTRING", 1),
    ("MultiLineString", "MULTILINESTRING", 2),
    ("Polygon", "POLYGON", 2),
    ("MultiPolygon", "MULTIPOLYGON", 3),
];

/// A geometry of GeoJSON as WKT; none where WKT does not say all of it.
///
/// ```
/// use exporter_dxf2::{Value, geometry};
/// let Ok(Value::Object(point)) = Value::from_json(r#"{"type":"Point","coordinates":[-11.50,8.0]}"#) else { panic!() };
/// let text = geometry::to_wkt(&point).unwrap();
/// assert_eq!(text, "POINT (-11.50 8.0)");
/// assert_eq!(geometry::from_wkt(&text), Some(point));
/// ```
pub fn to_wkt(geometry: &Object) -> Option<String> {
    let has_more = geometry.iter().any(|(name, _)| !matches!(name, "type" | "coordinates"));
    let kind = geometry.text("type")?;
    let (_, word, depth) = TYPES.iter().find(|(known, ..)| *known == kind && !has_more)?;
    let mut text = format!("{word} ");
    match depth {
        0 => {
            text.push('(');
            position(geometry.get("coordinates")?, &mut text)?;
            text.push(')');
        }
        depth => coordinates(geometry.get("coordinates")?, *depth, &mut text)?,
    }
    Some(text)
}

fn coordinates(value: &Value, depth: u8, text: &mut String) -> Option<()> {
    let parts = value.as_list().filter(|parts| !parts.is_empty())?;
    text.push('(');
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            text.push_str(", ");
        }
        match depth {
            1 => position(part, text)?,
            depth => coordinates(part, depth - 1, text)?,
        }
    }
    text.push(')');
    Some(())
}

fn position(value: &Value, text: &mut String) -> Option<()> {
    let numbers = value.as_list().filter(|numbers| (2..=3).contains(&numbers.len()))?;
    for (at, number) in numbers.iter().enumerate() {
        let Value::Number(digits) = number else { return None };
        if at > 0 {
            text.push(' ');
        }
        text.push_str(digits);
    }
    Some(())
}

/// A geometry of GeoJSON from WKT, with or without single quotes around it; none where it is no WKT, or of a type that GeoJSON does
/// not have.
pub fn from_wkt(text: &str) -> Option<Object> {
    let text = text.trim();
    let text = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')).unwrap_or(text);
    let (word, rest) = text.split_at(text.find('(')?);
    // The letter of a third coordinate says what the numbers show.
    let word = word.trim().to_ascii_uppercase();
    let word = word.strip_suffix('Z').map_or(word.as_str(), str::trim);
    let (kind, _, depth) = TYPES.iter().find(|(_, known, _)| *known == word)?;
    let mut rest = rest;
    let coordinates = match depth {
        0 => {
            rest = rest.strip_prefix('(')?;
            let found = read_position(&mut rest)?;
            rest = rest.trim_start().strip_prefix(')')?;
            found
        }
        depth => read_coordinates(&mut rest, *depth)?,
    };
    let geometry = Object::new().with("type", *kind).with("coordinates", coordinates);
    rest.trim().is_empty().then_some(geometry)
}

fn read_coordinates(rest: &mut &str, depth: u8) -> Option<Value> {
    *rest = rest.trim_start().strip_prefix('(')?;
    let mut parts = Vec::new();
    loop {
        let is_in_brackets = rest.trim_start().starts_with('(');
        parts.push(match depth {
            // Points of a multipoint may have brackets of their own.
            1 if is_in_brackets => {
                *rest = rest.trim_start().strip_prefix('(')?;
                let found = read_position(rest)?;
                *rest = rest.trim_start().strip_prefix(')')?;
                found
            }
            1 => read_position(rest)?,
            depth => read_coordinates(rest, depth - 1)?,
        });
        *rest = rest.trim_start();
        match rest.strip_prefix(',') {
            Some(behind) => *rest = behind,
            None => {
                *rest = rest.strip_prefix(')')?;
                return Some(Value::List(parts));
            }
        }
    }
}

fn read_position(rest: &mut &str) -> Option<Value> {
    let end = rest.find([',', ')'])?;
    let (numbers, behind) = rest.split_at(end);
    *rest = behind;
    let numbers: Option<Vec<Value>> = numbers.split_whitespace().map(number).collect();
    numbers.filter(|numbers| (2..=3).contains(&numbers.len())).map(Value::List)
}

/// A number as its digits, which JSON has with a digit before the point and without a plus.
fn number(digits: &str) -> Option<Value> {
    let plain = digits.strip_prefix('+').unwrap_or(digits);
    let (sign, plain) = plain.strip_prefix('-').map_or(("", plain), |plain| ("-", plain));
    let text = match plain.starts_with('.') {
        true => format!("{sign}0{plain}"),
        false => format!("{sign}{plain}"),
    };
    match Value::from_json(text.trim_end_matches('.')) {
        Ok(number @ Value::Number(_)) => Some(number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(json: &str) -> Object {
        match Value::from_json(json).unwrap() {
            Value::Object(object) => object,
            _ => panic!("no object"),
        }
    }

    #[test]
    fn every_type_is_written_and_read() {
        for (json, text) in [
            (r#"{"type":"Point","coordinates":[-1.50,2e-3,7]}"#, "POINT (-1.50 2e-3 7)"),
            (r#"{"type":"MultiPoint","coordinates":[[1,2],[3,4]]}"#, "MULTIPOINT (1 2, 3 4)"),
            (r#"{"type":"LineString","coordinates":[[1,2],[3,4]]}"#, "LINESTRING (1 2, 3 4)"),
            (
                r#"{"type":"Polygon","coordinates":[[[0,0],[1,0],[0,0]],[[2,2],[3,2],[2,2]]]}"#,
                "POLYGON ((0 0, 1 0, 0 0), (2 2, 3 2, 2 2))",
            ),
            (
                r#"{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[0,0]]]]}"#,
                "MULTIPOLYGON (((0 0, 1 0, 0 0)))",
            ),
        ] {
            assert_eq!(to_wkt(&object(json)).as_deref(), Some(text));
            assert_eq!(from_wkt(text), Some(object(json)), "{text}");
        }
    }

    #[test]
    fn other_spellings_are_read_and_damage_is_none() {
        let point = object(r#"{"type":"Point","coordinates":[1,0.5]}"#);
        for text in ["'point(1 .5)'", " POINT ( +1 0.5 ) "] {
            assert_eq!(from_wkt(text), Some(point.clone()), "{text}");
        }
        let points = object(r#"{"type":"MultiPoint","coordinates":[[1,2],[3,4]]}"#);
        assert_eq!(from_wkt("MULTIPOINT ((1 2), (3 4))"), Some(points));
        for text in [
            "",
            "POINT",
            "POINT (1)",
            "POINT (1 2",
            "POINT (1 2) x",
            "POINT (1 a)",
            "CIRCLE (1 2)",
            "POLYGON (1 2)",
            "POINT EMPTY",
        ] {
            assert_eq!(from_wkt(text), None, "{text}");
        }
        for json in [
            r#"{"type":"Point"}"#,
            r#"{"type":"Point","coordinates":[1,2],"crs":1}"#,
            r#"{"type":"Polygon","coordinates":[]}"#,
        ] {
            assert_eq!(to_wkt(&object(json)), None, "{json}");
        }
    }
}
