//! Geometries as text of OGC (WKT).

use super::part::Part;
use super::{DEEPEST, Geometry, GeometryError, too_deep, with_shape};

/// A text that is read from its beginning.
pub(super) struct Wkt<'t> {
    text: &'t str,
    rest: &'t str,
}

impl<'t> Wkt<'t> {
    pub(super) fn error(&self, message: &str) -> GeometryError {
        let at = self.text.len() - self.rest.len();
        let before = self.text.get(..at).unwrap_or_default();
        GeometryError::new(format!("WKT, character {}: {message}", before.chars().count() + 1))
    }

    /// Whether this sign comes next, which is taken then.
    pub(super) fn takes(&mut self, sign: char) -> bool {
        self.rest = self.rest.trim_start();
        let rest = self.rest.strip_prefix(sign);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn take_while(&mut self, is_part: impl Fn(char) -> bool) -> &'t str {
        self.rest = self.rest.trim_start();
        let end = self.rest.find(|one| !is_part(one)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    fn word(&mut self) -> &'t str {
        self.take_while(|one| one.is_ascii_alphabetic())
    }

    pub(super) fn number(&mut self) -> Option<&'t str> {
        let before = self.rest;
        let number = self.take_while(|one| !(one.is_whitespace() || matches!(one, '(' | ')' | ',')));
        if number.is_empty() {
            self.rest = before;
            return None;
        }
        Some(number)
    }

    /// `EMPTY`, or what is read in brackets with commas between.
    pub(super) fn list<T>(
        &mut self,
        mut one: impl FnMut(&mut Self) -> Result<T, GeometryError>,
    ) -> Result<Vec<T>, GeometryError> {
        if !self.takes('(') {
            return match self.word() {
                word if word.eq_ignore_ascii_case("EMPTY") => Ok(Vec::new()),
                _ => Err(self.error("( or EMPTY is missing")),
            };
        }
        let mut list = vec![one(self)?];
        while self.takes(',') {
            list.push(one(self)?);
        }
        if !self.takes(')') {
            return Err(self.error(") is missing"));
        }
        Ok(list)
    }

    fn geometry(&mut self, depth: usize) -> Result<Geometry, GeometryError> {
        let name = self.word().to_ascii_uppercase();
        // The mark of heights; they are there or not, whatever it says.
        let before = self.rest;
        match self.word().to_ascii_uppercase().as_str() {
            "Z" => {}
            "M" | "ZM" => return Err(self.error("measures (M) are not read")),
            _ => self.rest = before,
        }
        Ok(match name.as_str() {
            "POINT" => Geometry::Point(self.point()?),
            "MULTIPOINT" => Geometry::MultiPoint(Part::of_wkt(self)?),
            "LINESTRING" => Geometry::LineString(Part::of_wkt(self)?),
            "MULTILINESTRING" => Geometry::MultiLineString(Part::of_wkt(self)?),
            "POLYGON" => Geometry::Polygon(Part::of_wkt(self)?),
            "MULTIPOLYGON" => Geometry::MultiPolygon(Part::of_wkt(self)?),
            "GEOMETRYCOLLECTION" => {
                let depth = depth.checked_sub(1).ok_or_else(too_deep)?;
                Geometry::Collection(self.list(|wkt| wkt.geometry(depth))?)
            }
            _ => return Err(self.error(&format!("{name:?} is no type of a geometry"))),
        })
    }

    fn point(&mut self) -> Result<super::Coordinate, GeometryError> {
        let position = self.list(Part::of_wkt)?;
        <[_; 1]>::try_from(position)
            .map(|[position]| position)
            .map_err(|_| self.error("a point is one position"))
    }
}

pub(super) fn write_list<T>(list: &[T], one: impl Fn(&T, &mut String), out: &mut String) {
    if list.is_empty() {
        return out.push_str("EMPTY");
    }
    for (at, part) in list.iter().enumerate() {
        out.push_str(if at > 0 { ", " } else { "(" });
        one(part, out);
    }
    out.push(')');
}

impl Geometry {
    /// Reads WKT; single quotes around it are taken away.
    ///
    /// # Errors
    /// The text is no geometry.
    pub fn from_wkt(text: &str) -> Result<Self, GeometryError> {
        let text = text.trim();
        let bare = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')).unwrap_or(text);
        let mut wkt = Wkt { text: bare, rest: bare };
        let geometry = wkt.geometry(DEEPEST)?;
        if !wkt.rest.trim().is_empty() {
            return Err(wkt.error("something follows the geometry"));
        }
        Ok(geometry)
    }

    /// The geometry as WKT.
    pub fn to_wkt(&self) -> String {
        let mut out = String::new();
        self.write_wkt(&mut out);
        out
    }

    fn write_wkt(&self, out: &mut String) {
        out.push_str(&self.type_name().to_ascii_uppercase());
        out.push(' ');
        let bracketed = |position: &super::Coordinate, out: &mut String| {
            write_list(std::slice::from_ref(position), Part::write_wkt, out);
        };
        match self {
            Self::Point(position) => bracketed(position, out),
            Self::MultiPoint(positions) => write_list(positions, bracketed, out),
            _ => {
                with_shape!(self, shape => shape.write_wkt(out), inner => write_list(inner, Self::write_wkt, out))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_ways_of_writing_are_read() {
        for (text, wanted) in [
            ("POINT(1 2)", "POINT (1 2)"),
            (" 'point  ( -11.40 8 )' ", "POINT (-11.40 8)"),
            ("POINT Z (1 2 3)", "POINT (1 2 3)"),
            ("MULTIPOINT(1 2,3 4)", "MULTIPOINT ((1 2), (3 4))"),
            ("MULTIPOINT((1 2),(3 4))", "MULTIPOINT ((1 2), (3 4))"),
            ("LINESTRING EMPTY", "LINESTRING EMPTY"),
            (
                "POLYGON((0 0,0 1,1 1,0 0),(.1 .1,.1 .2,.2 .2,.1 .1))",
                "POLYGON ((0 0, 0 1, 1 1, 0 0), (0.1 0.1, 0.1 0.2, 0.2 0.2, 0.1 0.1))",
            ),
            ("MULTIPOLYGON(((0 0,0 1,1 1,0 0)),EMPTY)", "MULTIPOLYGON (((0 0, 0 1, 1 1, 0 0)), EMPTY)"),
            (
                "GEOMETRYCOLLECTION(POINT(1 2),LINESTRING(1 2,3 4))",
                "GEOMETRYCOLLECTION (POINT (1 2), LINESTRING (1 2, 3 4))",
            ),
        ] {
            assert_eq!(Geometry::from_wkt(text).unwrap().to_wkt(), wanted);
        }
    }

    #[test]
    fn what_is_no_wkt_is_told_with_its_place() {
        for (text, wanted) in [
            ("", "WKT, character 1: \"\" is no type of a geometry"),
            ("CIRCLE (1 2)", "WKT, character 7: \"CIRCLE\" is no type of a geometry"),
            ("POINT", "WKT, character 6: ( or EMPTY is missing"),
            ("POINT EMPTY", "WKT, character 12: a point is one position"),
            ("POINT (1 2, 3 4)", "WKT, character 17: a point is one position"),
            ("POINT (1)", "WKT, character 9: a position has two numbers or more, and not 1"),
            ("POINT (1 é)", "WKT, character 11: \"é\" is no number"),
            ("POINT (1 2) x", "WKT, character 12: something follows the geometry"),
            ("POINT M (1 2 3)", "WKT, character 8: measures (M) are not read"),
            ("LINESTRING (1 2, 3 4", "WKT, character 21: ) is missing"),
        ] {
            assert_eq!(Geometry::from_wkt(text).unwrap_err().to_string(), wanted, "{text}");
        }
        assert_eq!(Geometry::from_wkt(&"GEOMETRYCOLLECTION(".repeat(10_000)), Err(too_deep()));
    }
}
