//! The older model: a type (`featureType`) and coordinates as one text.

use super::{Geometry, GeometryError, part};
use crate::value::Value;

impl Geometry {
    /// Reads the type and the text of the older model; `None` where the type is `NONE` or empty.
    ///
    /// # Errors
    /// The type is unknown, or the text is none of its coordinates.
    pub fn from_older(feature_type: &str, coordinates: &str) -> Result<Option<Self>, GeometryError> {
        if matches!(feature_type, "" | "NONE") {
            return Ok(None);
        }
        let value = Value::from_json(coordinates)
            .map_err(|error| GeometryError::new(format!("the coordinates cannot be read: {error}")))?;
        Ok(Some(match feature_type {
            "POINT" | "SYMBOL" => Self::Point(part::of_coordinates(&value)?),
            // Both have four brackets in most files.
            "POLYGON" | "MULTI_POLYGON" if part::depth(&value) < 4 => {
                let polygon = part::of_coordinates(&value)?;
                match feature_type {
                    "POLYGON" => Self::Polygon(polygon),
                    _ => Self::MultiPolygon(vec![polygon]),
                }
            }
            "POLYGON" => match <[_; 1]>::try_from(part::of_coordinates::<Vec<_>>(&value)?) {
                Ok([polygon]) => Self::Polygon(polygon),
                Err(several) => Self::MultiPolygon(several),
            },
            "MULTI_POLYGON" => Self::MultiPolygon(part::of_coordinates(&value)?),
            _ => return Err(GeometryError::new(format!("{feature_type:?} is no type of a geometry"))),
        }))
    }

    /// The type and the text of the older model, which knows points and polygons only.
    pub fn to_older(&self) -> Option<(&'static str, String)> {
        use part::Part as _;
        let (name, value) = match self {
            Self::Point(position) => ("POINT", position.to_json()),
            Self::Polygon(polygon) => ("POLYGON", Value::List(vec![polygon.to_json()])),
            Self::MultiPolygon(polygons) => ("MULTI_POLYGON", polygons.to_json()),
            _ => return None,
        };
        let mut text = Vec::new();
        value.write_json(&mut text);
        Some((name, String::from_utf8_lossy(&text).into_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_and_texts_are_read_and_written() {
        for (name, text, wanted) in [
            ("POINT", "[-11.40,8.10]", "POINT (-11.40 8.10)"),
            ("SYMBOL", "[1,2]", "POINT (1 2)"),
            ("POLYGON", "[[[[0,0],[0,1],[1,1],[0,0]]]]", "POLYGON ((0 0, 0 1, 1 1, 0 0))"),
            ("POLYGON", "[[[0,0],[0,1],[1,1],[0,0]]]", "POLYGON ((0 0, 0 1, 1 1, 0 0))"),
            ("MULTI_POLYGON", "[[[[0,0],[0,1],[1,1],[0,0]]]]", "MULTIPOLYGON (((0 0, 0 1, 1 1, 0 0)))"),
            (
                "POLYGON",
                "[[[[0,0],[0,1],[0,0]]],[[[2,2],[2,3],[2,2]]]]",
                "MULTIPOLYGON (((0 0, 0 1, 0 0)), ((2 2, 2 3, 2 2)))",
            ),
        ] {
            let geometry = Geometry::from_older(name, text).unwrap().unwrap();
            assert_eq!(geometry.to_wkt(), wanted, "{text}");
            let (name, text) = geometry.to_older().unwrap();
            assert_eq!(Geometry::from_older(name, &text), Ok(Some(geometry)));
        }
        assert_eq!(Geometry::from_older("NONE", ""), Ok(None));
        assert!(Geometry::from_older("CIRCLE", "[1,2]").is_err());
        assert!(Geometry::from_older("POINT", "1 2").is_err());
        assert_eq!(Geometry::from_wkt("LINESTRING (1 2, 3 4)").unwrap().to_older(), None);
    }
}
