//! What geometries are made of: positions, lists of them, and lists of those.

use super::GeometryError;
use super::coordinate::Coordinate;
use super::wkt::Wkt;
use crate::value::Value;

/// A position, or a list of parts.
pub(super) trait Part: Sized {
    /// Brackets around a number.
    const DEPTH: usize;
    fn of_json(value: &Value) -> Result<Self, GeometryError>;
    fn to_json(&self) -> Value;
    fn of_wkt(wkt: &mut Wkt<'_>) -> Result<Self, GeometryError>;
    fn write_wkt(&self, out: &mut String);
    fn each(&mut self, change: &mut dyn FnMut(&mut Coordinate));
    fn first(&self) -> Option<&Coordinate>;
}

impl Part for Coordinate {
    const DEPTH: usize = 1;

    fn of_json(value: &Value) -> Result<Self, GeometryError> {
        let missing = || GeometryError::new("a position is missing");
        let numbers = value.as_list().ok_or_else(missing)?.iter().map(|number| match number {
            Value::Number(digits) => Some(digits.as_str()),
            _ => None,
        });
        let numbers: Option<Vec<&str>> = numbers.collect();
        Self::new(numbers.ok_or_else(|| GeometryError::new("a position has something else than numbers"))?)
    }

    fn to_json(&self) -> Value {
        Value::List(self.numbers().map(|number| Value::Number(number.to_owned())).collect())
    }

    /// Brackets around a single position may be there, as in `MULTIPOINT ((1 2), (3 4))`, or not.
    fn of_wkt(wkt: &mut Wkt<'_>) -> Result<Self, GeometryError> {
        let is_bracketed = wkt.takes('(');
        let mut numbers = Vec::new();
        while let Some(number) = wkt.number() {
            numbers.push(number);
        }
        let position = Self::new(numbers).map_err(|error| wkt.error(&error.to_string()))?;
        if is_bracketed && !wkt.takes(')') {
            return Err(wkt.error("a position does not end with )"));
        }
        Ok(position)
    }

    fn write_wkt(&self, out: &mut String) {
        out.extend(
            self.numbers().enumerate().flat_map(|(at, number)| [if at > 0 { " " } else { "" }, number]),
        );
    }

    fn each(&mut self, change: &mut dyn FnMut(&mut Coordinate)) {
        change(self);
    }

    fn first(&self) -> Option<&Coordinate> {
        Some(self)
    }
}

impl<P: Part> Part for Vec<P> {
    const DEPTH: usize = P::DEPTH + 1;

    fn of_json(value: &Value) -> Result<Self, GeometryError> {
        let missing = || GeometryError::new("a list of positions is missing");
        value.as_list().ok_or_else(missing)?.iter().map(P::of_json).collect()
    }

    fn to_json(&self) -> Value {
        Value::List(self.iter().map(P::to_json).collect())
    }

    fn of_wkt(wkt: &mut Wkt<'_>) -> Result<Self, GeometryError> {
        wkt.list(P::of_wkt)
    }

    fn write_wkt(&self, out: &mut String) {
        super::wkt::write_list(self, P::write_wkt, out);
    }

    fn each(&mut self, change: &mut dyn FnMut(&mut Coordinate)) {
        self.iter_mut().for_each(|part| part.each(change));
    }

    fn first(&self) -> Option<&Coordinate> {
        self.iter().find_map(P::first)
    }
}

/// Reads coordinates, which may stand in one pair of brackets too many.
pub(super) fn of_coordinates<P: Part>(value: &Value) -> Result<P, GeometryError> {
    match value.as_list() {
        Some([inner]) if depth(value) == P::DEPTH + 1 => P::of_json(inner),
        _ => P::of_json(value),
    }
}

/// How many brackets stand around what comes first.
pub(super) fn depth(value: &Value) -> usize {
    let mut within = value.as_list();
    let mut depth = 0;
    while let Some(list) = within {
        depth += 1;
        within = list.first().and_then(Value::as_list);
    }
    depth
}
