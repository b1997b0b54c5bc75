//! Geometries: GeoJSON as an object, well-known text, and the type and coordinates of the years before 2.32.

use crate::value::{Object, Value};

/// Kinds of geometries in well-known text and GeoJSON, and how deep their lists of positions are.
const KINDS: [(&str, &str, usize); 6] = [
    ("POINT", "Point", 0),
    ("LINESTRING", "LineString", 1),
    ("MULTIPOINT", "MultiPoint", 1),
    ("POLYGON", "Polygon", 2),
    ("MULTILINESTRING", "MultiLineString", 2),
    ("MULTIPOLYGON", "MultiPolygon", 3),
];

/// The feature types of DHIS2 and their kinds in GeoJSON.
const FEATURES: [(&str, &str); 3] =
    [("POINT", "Point"), ("POLYGON", "Polygon"), ("MULTI_POLYGON", "MultiPolygon")];

/// The well-known text of a GeoJSON geometry that has a type and coordinates and nothing else; digits stay as they are. `None` of
/// one that well-known text does not hold as it is.
///
/// ```
/// use exporter_dxf2::Value;
/// use exporter_dxf2::metadata::{of_wkt, to_wkt};
/// let point = Value::from_json(r#"{"type":"Point","coordinates":[-11.40,8.10]}"#)?;
/// let text = to_wkt(point.as_object().ok_or("no object")?).ok_or("no text")?;
/// assert_eq!(text, "POINT (-11.40 8.10)");
/// assert_eq!(of_wkt(&text).map(Value::Object), Some(point));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn to_wkt(geometry: &Object) -> Option<String> {
    let kind = geometry.text("type")?;
    let (word, _, depth) = KINDS.iter().find(|(_, known, _)| *known == kind)?;
    let coordinates = geometry.get("coordinates").filter(|_| geometry.len() == 2)?;
    let numbers = numbers_of_position(coordinates)?;
    let mut text = format!("{word} {}", if numbers == 3 { "Z " } else { "" });
    let is_point = *depth == 0;
    if is_point {
        text.push('(');
    }
    write(coordinates, *depth, numbers, &mut text)?;
    if is_point {
        text.push(')');
    }
    Some(text)
}

/// The numbers of the first position.
fn numbers_of_position(coordinates: &Value) -> Option<usize> {
    let mut values = coordinates.as_list()?;
    while let Some(Value::List(inner)) = values.first() {
        values = inner;
    }
    Some(values.len()).filter(|numbers| matches!(numbers, 2 | 3))
}

fn write(value: &Value, depth: usize, numbers: usize, text: &mut String) -> Option<()> {
    let values = value.as_list().filter(|values| !values.is_empty())?;
    if depth == 0 {
        for (at, value) in values.iter().enumerate() {
            let Value::Number(digits) = value else { return None };
            if at > 0 {
                text.push(' ');
            }
            text.push_str(digits);
        }
        return (values.len() == numbers).then_some(());
    }
    for (at, value) in values.iter().enumerate() {
        text.push_str(if at > 0 { ", " } else { "(" });
        write(value, depth - 1, numbers, text)?;
    }
    text.push(')');
    Some(())
}

/// The GeoJSON geometry of well-known text; `None` of what is none, or of a kind that DHIS2 does not have.
pub fn of_wkt(text: &str) -> Option<Object> {
    let text = text.trim();
    let open = text.find('(')?;
    let (head, rest) = text.split_at(open);
    let mut words = head.split_whitespace();
    let word = words.next()?;
    let (_, kind, depth) = KINDS.iter().find(|(known, ..)| known.eq_ignore_ascii_case(word))?;
    let numbers = match words.next() {
        None => None,
        Some(mark) => Some(3).filter(|_| mark.eq_ignore_ascii_case("z") && words.next().is_none()),
    };
    let mut parser = Parser { rest, numbers };
    let coordinates = if *depth == 0 {
        parser.sign('(')?;
        let position = parser.position()?;
        parser.sign(')')?;
        position
    } else {
        parser.list(*depth)?
    };
    let geometry = Object::new().with("type", *kind).with("coordinates", coordinates);
    parser.rest.trim().is_empty().then_some(geometry)
}

struct Parser<'t> {
    rest: &'t str,
    /// How many numbers a position has, as the first one shows.
    numbers: Option<usize>,
}

impl Parser<'_> {
    fn has(&mut self, sign: char) -> bool {
        let rest = self.rest.trim_start().strip_prefix(sign);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn sign(&mut self, sign: char) -> Option<()> {
        self.has(sign).then_some(())
    }

    fn list(&mut self, depth: usize) -> Option<Value> {
        self.sign('(')?;
        let mut values = Vec::new();
        loop {
            values.push(match depth {
                1 => {
                    // The positions of several points may have brackets of their own.
                    let in_brackets = self.has('(');
                    let position = self.position()?;
                    if in_brackets {
                        self.sign(')')?;
                    }
                    position
                }
                _ => self.list(depth - 1)?,
            });
            if !self.has(',') {
                self.sign(')')?;
                return Some(Value::List(values));
            }
        }
    }

    fn position(&mut self) -> Option<Value> {
        let end = self.rest.find([',', ')'])?;
        let (position, rest) = self.rest.split_at(end);
        self.rest = rest;
        let numbers: Vec<Value> = position
            .split_whitespace()
            .map(|digits| is_number(digits).then(|| Value::Number(digits.to_owned())))
            .collect::<Option<_>>()?;
        let wanted = *self.numbers.get_or_insert(numbers.len());
        (matches!(wanted, 2 | 3) && numbers.len() == wanted).then_some(Value::List(numbers))
    }
}

/// Whether a text is a number as JSON has them.
pub(super) fn is_number(text: &str) -> bool {
    // Blanks around are no part of it.
    text.trim() == text && matches!(Value::from_json(text), Ok(Value::Number(_)))
}

/// The feature type and the text of the coordinates of a GeoJSON geometry, as servers before 2.32 have them.
pub fn to_feature(geometry: &Object) -> Option<(&'static str, String)> {
    let kind = geometry.text("type")?;
    let (feature, _) = FEATURES.iter().find(|(_, known)| *known == kind)?;
    let mut coordinates = Vec::new();
    geometry.get("coordinates").filter(|_| geometry.len() == 2)?.write_json(&mut coordinates);
    Some((feature, String::from_utf8(coordinates).ok()?))
}

/// The GeoJSON geometry of a feature type and the text of its coordinates.
pub fn of_feature(feature: &str, coordinates: &str) -> Option<Object> {
    let coordinates = Value::from_json(coordinates).ok()?;
    let (mut depth, mut values) = (0, coordinates.as_list()?);
    while let Some(Value::List(inner)) = values.first() {
        (depth, values) = (depth + 1, inner);
    }
    // Polygons have often been written as those with several parts.
    let kind = match (feature, depth) {
        ("POINT", 0) => "Point",
        ("POLYGON", 2) => "Polygon",
        ("POLYGON" | "MULTI_POLYGON", 3) => "MultiPolygon",
        _ => return None,
    };
    Some(Object::new().with("type", kind).with("coordinates", coordinates))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(json: &str) -> Object {
        Value::from_json(json).unwrap().as_object().unwrap().clone()
    }

    #[test]
    fn geometries_are_well_known_text_and_back() {
        for (json, text) in [
            (r#"{"type":"Point","coordinates":[1.50,-2e1]}"#, "POINT (1.50 -2e1)"),
            (r#"{"type":"Point","coordinates":[1,2,3]}"#, "POINT Z (1 2 3)"),
            (r#"{"type":"MultiPoint","coordinates":[[1,2],[3,4]]}"#, "MULTIPOINT (1 2, 3 4)"),
            (r#"{"type":"Polygon","coordinates":[[[1,2],[3,4],[1,2]]]}"#, "POLYGON ((1 2, 3 4, 1 2))"),
            (
                r#"{"type":"MultiPolygon","coordinates":[[[[1,2],[3,4]]],[[[5,6],[7,8]],[[9,1],[2,3]]]]}"#,
                "MULTIPOLYGON (((1 2, 3 4)), ((5 6, 7 8), (9 1, 2 3)))",
            ),
        ] {
            let geometry = object(json);
            assert_eq!(to_wkt(&geometry).as_deref(), Some(text));
            assert_eq!(of_wkt(text), Some(geometry), "{text}");
        }
        assert_eq!(of_wkt(" polygon((1 2,3 4 )) "), of_wkt("POLYGON ((1 2, 3 4))"));
        assert_eq!(of_wkt("MULTIPOINT ((1 2), (3 4))"), of_wkt("MULTIPOINT (1 2, 3 4)"));
        for wrong in
            ["", "POINT", "POINT (1)", "POINT (1 x)", "POINT (1 2", "POINT (1 2) x", "CIRCLE (1 2)", "("]
        {
            assert_eq!(of_wkt(wrong), None, "{wrong}");
        }
        for json in [
            r#"{"type":"Point","coordinates":[1,2],"crs":{}}"#,
            r#"{"type":"Polygon","coordinates":[[[1,2],[3]]]}"#,
            r#"{"type":"Polygon","coordinates":[]}"#,
            r#"{"type":"Point","coordinates":["1",2]}"#,
            r#"{"type":"Polygon","coordinates":[1,2]}"#,
        ] {
            assert_eq!(to_wkt(&object(json)), None, "{json}");
        }
    }

    #[test]
    fn features_before_2_32_are_geometries() {
        let text = "[[[[1,2],[3,4],[1,2]]]]";
        let geometry = of_feature("POLYGON", text).unwrap();
        assert_eq!(to_feature(&geometry), Some(("MULTI_POLYGON", text.to_owned())));
        assert_eq!(
            to_feature(&of_feature("POINT", "[1.50,2]").unwrap()),
            Some(("POINT", "[1.50,2]".to_owned()))
        );
        assert_eq!(of_feature("NONE", "[1,2]"), None);
        assert_eq!(of_feature("POINT", "[[1,2]]"), None);
        assert_eq!(of_feature("POINT", "x"), None);
    }
}
