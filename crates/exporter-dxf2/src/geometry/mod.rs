//! Places of organisation units, events, enrolments and tracked entities, in the forms that DHIS2 knows: GeoJSON, WKT, the type and
//! text of the older model, and collections of features as GML and GeoJSON.
//!
//! ```
//! use exporter_dxf2::geometry::Geometry;
//! let point = Geometry::from_wkt("'POINT (-11.419700 8.1039)'")?;
//! assert_eq!(point.to_wkt(), "POINT (-11.419700 8.1039)");
//! assert_eq!(point.rounded(2).to_wkt(), "POINT (-11.42 8.1)");
//! # Ok::<(), exporter_dxf2::geometry::GeometryError>(())
//! ```

mod coordinate;
mod feature;
mod geojson;
mod gml;
mod older;
mod part;
mod wkt;

pub use coordinate::Coordinate;
pub use feature::{Feature, FeatureOptions, MatchBy, Rounding};
pub use geojson::{GeoJsonReader, GeoJsonWriter};
pub use gml::GmlReader;

use part::Part;

use crate::value::{Object, Value};

/// Collections within collections that are read.
const DEEPEST: usize = 16;

/// A text or value that is no geometry, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct GeometryError(String);

impl GeometryError {
    fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

/// A geometry of the model that GeoJSON and WKT share. Numbers are kept by their digits, so nothing is rounded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Geometry {
    /// One position.
    Point(Coordinate),
    /// Several positions.
    MultiPoint(Vec<Coordinate>),
    /// A line.
    LineString(Vec<Coordinate>),
    /// Several lines.
    MultiLineString(Vec<Vec<Coordinate>>),
    /// An area: its boundary, and behind it those of the holes.
    Polygon(Vec<Vec<Coordinate>>),
    /// Several areas.
    MultiPolygon(Vec<Vec<Vec<Coordinate>>>),
    /// Several geometries.
    Collection(Vec<Geometry>),
}

/// Does the same with whatever a geometry holds.
macro_rules! with_shape {
    ($geometry:expr, $shape:ident => $one:expr, $inner:ident => $several:expr) => {
        match $geometry {
            Geometry::Point($shape) => $one,
            Geometry::MultiPoint($shape) | Geometry::LineString($shape) => $one,
            Geometry::MultiLineString($shape) | Geometry::Polygon($shape) => $one,
            Geometry::MultiPolygon($shape) => $one,
            Geometry::Collection($inner) => $several,
        }
    };
}
use with_shape;

impl Geometry {
    /// The name of its type in GeoJSON; in capitals that of WKT.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Point(_) => "Point",
            Self::MultiPoint(_) => "MultiPoint",
            Self::LineString(_) => "LineString",
            Self::MultiLineString(_) => "MultiLineString",
            Self::Polygon(_) => "Polygon",
            Self::MultiPolygon(_) => "MultiPolygon",
            Self::Collection(_) => "GeometryCollection",
        }
    }

    /// Reads a geometry of GeoJSON. Coordinates with one bracket too many, as servers write polygons that came from GML, are taken.
    /// Members other than the type and the coordinates are left out.
    ///
    /// # Errors
    /// The value is no geometry.
    pub fn from_geojson(value: &Value) -> Result<Self, GeometryError> {
        Self::of_geojson(value, DEEPEST)
    }

    fn of_geojson(value: &Value, depth: usize) -> Result<Self, GeometryError> {
        let no_object = || GeometryError::new("a geometry is an object with type and coordinates");
        let object = value.as_object().ok_or_else(no_object)?;
        let name = object.text("type").ok_or_else(|| GeometryError::new("the geometry has no type"))?;
        if name == "GeometryCollection" {
            let missing = || GeometryError::new("the collection has no list of geometries");
            let inner = object.get("geometries").and_then(Value::as_list).ok_or_else(missing)?;
            let depth = depth.checked_sub(1).ok_or_else(too_deep)?;
            let inner = inner.iter().map(|value| Self::of_geojson(value, depth));
            return inner.collect::<Result<_, _>>().map(Self::Collection);
        }
        let missing = || GeometryError::new("the geometry has no coordinates");
        let coordinates = object.get("coordinates").ok_or_else(missing)?;
        Ok(match name {
            "Point" => Self::Point(part::of_coordinates(coordinates)?),
            "MultiPoint" => Self::MultiPoint(part::of_coordinates(coordinates)?),
            "LineString" => Self::LineString(part::of_coordinates(coordinates)?),
            "MultiLineString" => Self::MultiLineString(part::of_coordinates(coordinates)?),
            "Polygon" => Self::Polygon(part::of_coordinates(coordinates)?),
            "MultiPolygon" => Self::MultiPolygon(part::of_coordinates(coordinates)?),
            _ => return Err(GeometryError::new(format!("{name:?} is no type of a geometry"))),
        })
    }

    /// Whether a geometry of GeoJSON says something besides its type and coordinates.
    pub(crate) fn has_other_members(value: &Value) -> bool {
        let known = |name| matches!(name, "type" | "coordinates" | "geometries");
        value.as_object().is_some_and(|object| object.iter().any(|(name, _)| !known(name)))
    }

    /// The geometry as GeoJSON.
    pub fn to_geojson(&self) -> Value {
        let object = Object::new().with("type", self.type_name());
        Value::Object(with_shape!(
            self,
            shape => object.with("coordinates", shape.to_json()),
            inner => object.with("geometries", inner.iter().map(Self::to_geojson).collect::<Vec<_>>())
        ))
    }

    /// The position that stands first.
    pub fn first(&self) -> Option<&Coordinate> {
        with_shape!(self, shape => shape.first(), inner => inner.iter().find_map(Self::first))
    }

    /// Changes each position.
    fn each(&mut self, change: &mut dyn FnMut(&mut Coordinate)) {
        with_shape!(self, shape => shape.each(change), inner => inner.iter_mut().for_each(|one| one.each(change)));
    }

    /// The geometry with so many decimals at most.
    #[must_use]
    pub fn rounded(mut self, decimals: usize) -> Self {
        self.round(decimals);
        self
    }

    fn round(&mut self, decimals: usize) {
        self.each(&mut |coordinate| coordinate.round(decimals));
    }

    /// The decimals to which servers round what they import: 6 of points and 4 of everything else.
    pub fn decimals_of_servers(&self) -> usize {
        if matches!(self, Self::Point(_) | Self::MultiPoint(_)) { 6 } else { 4 }
    }

    /// Takes away what stands behind longitude and latitude, and says at how many positions.
    pub fn strip_heights(&mut self) -> u64 {
        let mut stripped = 0;
        self.each(&mut |coordinate| stripped += u64::from(coordinate.strip_height()));
        stripped
    }
}

fn too_deep() -> GeometryError {
    GeometryError::new(format!("collections are deeper than {DEEPEST}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(json: &str) -> Result<Geometry, GeometryError> {
        Geometry::from_geojson(&Value::from_json(json).unwrap())
    }

    #[test]
    fn geojson_keeps_its_digits() {
        for json in [
            r#"{"type":"Point","coordinates":[-11.4190,8.10e0]}"#,
            r#"{"type":"MultiPoint","coordinates":[[1,2,3.0]]}"#,
            r#"{"type":"LineString","coordinates":[[1,2],[3,4]]}"#,
            r#"{"type":"MultiLineString","coordinates":[[[1,2],[3,4]],[]]}"#,
            r#"{"type":"Polygon","coordinates":[[[0,0],[0,1],[1,1],[0,0]],[]]}"#,
            r#"{"type":"MultiPolygon","coordinates":[[[[0,0],[0,1],[1,1],[0,0]]],[]]}"#,
            r#"{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2]},{"type":"GeometryCollection","geometries":[]}]}"#,
        ] {
            let geometry = of(json).unwrap();
            let mut written = Vec::new();
            geometry.to_geojson().write_json(&mut written);
            assert_eq!(String::from_utf8(written).unwrap(), json);
            assert_eq!(Geometry::from_wkt(&geometry.to_wkt()).unwrap(), geometry, "{}", geometry.to_wkt());
        }
    }

    #[test]
    fn one_bracket_too_many_is_taken() {
        let plain = of(r#"{"type":"Polygon","coordinates":[[[0,0],[0,1],[1,1],[0,0]]]}"#).unwrap();
        assert_eq!(of(r#"{"type":"Polygon","coordinates":[[[[0,0],[0,1],[1,1],[0,0]]]]}"#), Ok(plain));
        assert!(of(r#"{"type":"Polygon","coordinates":[[[[0,0]]],[[[1,1]]]]}"#).is_err());
    }

    #[test]
    fn what_is_no_geometry_is_told() {
        for (json, wanted) in [
            ("3", "a geometry is an object with type and coordinates"),
            ("{}", "the geometry has no type"),
            (r#"{"type":"Point"}"#, "the geometry has no coordinates"),
            (r#"{"type":"Point","coordinates":[]}"#, "a position has two numbers or more, and not 0"),
            (r#"{"type":"Point","coordinates":["1","2"]}"#, "a position has something else than numbers"),
            (r#"{"type":"Polygon","coordinates":[[1,2]]}"#, "a position is missing"),
            (r#"{"type":"Circle","coordinates":[1,2]}"#, "\"Circle\" is no type of a geometry"),
            (r#"{"type":"GeometryCollection"}"#, "the collection has no list of geometries"),
        ] {
            assert_eq!(of(json).unwrap_err().to_string(), wanted, "{json}");
        }
        let one = r#"{"type":"GeometryCollection","geometries":["#;
        let deep = format!("{}{}", one.repeat(20), "]}".repeat(20));
        assert_eq!(of(&deep), Err(too_deep()));
    }

    #[test]
    fn heights_are_stripped_and_counted() {
        let mut line = of(r#"{"type":"LineString","coordinates":[[1,2,3],[4,5]]}"#).unwrap();
        assert_eq!(line.strip_heights(), 1);
        assert_eq!(line.to_wkt(), "LINESTRING (1 2, 4 5)");
        assert_eq!((line.decimals_of_servers(), line.first().map(Coordinate::longitude)), (4, Some("1")));
    }
}
