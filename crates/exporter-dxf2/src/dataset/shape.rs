//! Which shapes nested values have that stand in one column.

use super::cells::Cells;
use super::number::{exact, whole};
use crate::metadata::{Kind, property_of};
use crate::value::{Object, Value};

/// Parts of a structure; of what has more, the JSON is kept.
const MOST_PARTS: usize = 200;
/// Values within values that have a shape.
const DEEPEST: usize = 12;

/// What all values so far are.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Shape {
    /// Nothing.
    #[default]
    Nothing,
    Truth,
    Whole,
    Float,
    Text,
    /// Scalars of several types, or numbers whose digits no number holds.
    Scalars,
    List(Box<Shape>),
    Structure(Vec<(String, Shape)>),
    Map(Box<Shape>),
    /// Of different shapes.
    Json,
}

/// Parts of structures that a file may still have: what is kept of them is in memory.
#[derive(Debug)]
pub(super) struct Room(pub(super) usize);

impl Shape {
    /// Takes another value, of an object that has this name in the table of properties.
    pub(super) fn see(&mut self, value: &Value, holder: &str, room: &mut Room) {
        self.see_at(value, holder, 0, room);
    }

    fn see_at(&mut self, value: &Value, holder: &str, depth: usize, room: &mut Room) {
        let seen = match value {
            Value::Null => return,
            Value::Boolean(_) => Self::Truth,
            Value::Text(_) => Self::Text,
            Value::Number(digits) if whole(digits).is_some() => Self::Whole,
            Value::Number(digits) if exact(digits).is_some() => Self::Float,
            Value::Number(_) => Self::Scalars,
            Value::List(_) | Value::Object(_) if depth >= DEEPEST => Self::Json,
            Value::List(values) => {
                if matches!(self, Self::Nothing) {
                    *self = Self::List(Box::default());
                }
                let Self::List(item) = self else {
                    *self = Self::Json;
                    return;
                };
                values.iter().for_each(|value| item.see_at(value, holder, depth + 1, room));
                return;
            }
            Value::Object(object) => return self.see_object(object, holder, depth, room),
        };
        *self = std::mem::take(self).or(seen);
    }

    fn see_object(&mut self, object: &Object, holder: &str, depth: usize, room: &mut Room) {
        match self {
            Self::Nothing => *self = Self::Structure(Vec::new()),
            Self::Map(value) => {
                object.iter().for_each(|(_, inner)| value.see_at(inner, holder, depth + 1, room));
                return;
            }
            Self::Structure(_) => {}
            _ => *self = Self::Json,
        }
        let Self::Structure(parts) = self else { return };
        for (name, inner) in object.iter() {
            let property = property_of(holder, name);
            let at = match parts.iter().position(|(known, _)| known == name) {
                Some(at) => at,
                None if parts.len() >= MOST_PARTS || room.0 == 0 || name.is_empty() => {
                    *self = Self::Json;
                    return;
                }
                None => {
                    room.0 -= 1;
                    let is_map = property.is_some_and(|property| property.kind == Kind::Map);
                    let shape = if is_map { Self::Map(Box::default()) } else { Self::Nothing };
                    parts.push((name.to_owned(), shape));
                    parts.len() - 1
                }
            };
            let inner_holder = match property {
                Some(property) if property.kind.is_list() => property.item,
                _ => name,
            };
            if let Some((_, part)) = parts.get_mut(at) {
                part.see_at(inner, inner_holder, depth + 1, room);
            }
        }
    }

    /// What scalars of both are.
    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Nothing, other) | (other, Self::Nothing) => other,
            (one, other) if one == other => one,
            (Self::Whole, Self::Float) | (Self::Float, Self::Whole) => Self::Float,
            (Self::List(_) | Self::Structure(_) | Self::Map(_) | Self::Json, _)
            | (_, Self::List(_) | Self::Structure(_) | Self::Map(_) | Self::Json) => Self::Json,
            _ => Self::Scalars,
        }
    }

    /// Whether values have parts.
    pub(super) fn is_nested(&self) -> bool {
        matches!(self, Self::List(_) | Self::Structure(_) | Self::Map(_) | Self::Json)
    }

    /// What the cells of a column of such values are.
    pub(super) fn cells(&self) -> Cells {
        match self {
            Self::Truth => Cells::Truth,
            Self::Whole => Cells::Whole,
            Self::Float => Cells::Float,
            Self::Nothing | Self::Text | Self::Scalars => Cells::Text,
            Self::Json => Cells::Json,
            Self::List(item) => Cells::List(Box::new(item.cells())),
            Self::Map(value) => Cells::Map(Box::new(value.cells())),
            // Such as are always empty.
            Self::Structure(parts) if parts.is_empty() => Cells::Json,
            Self::Structure(parts) => {
                Cells::Structure(parts.iter().map(|(name, part)| (name.clone(), part.cells())).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(values: &[&str]) -> String {
        let (mut shape, mut room) = (Shape::default(), Room(1000));
        values.iter().for_each(|json| shape.see(&Value::from_json(json).unwrap(), "dataElement", &mut room));
        shape.cells().kind().to_string()
    }

    #[test]
    fn values_of_one_column_have_one_shape() {
        for (values, kind) in [
            (&["null"][..], "text"),
            (&["true", "null", "false"], "boolean"),
            (&["1", "2.5"], "float"),
            (&["1", "\"x\""], "text"),
            (&["1", "12345678901234567890"], "text"),
            (&["[]"], "list(text)"),
            (&[r#"[{"id":"a"}]"#, r#"[{"code":"b"}]"#], "list(structure(id: text, code: text))"),
            (&[r#"{"a":{"b":[1]}}"#, r#"{"a":{"b":[1.5]}}"#], "structure(a: structure(b: list(float)))"),
            (&[r#"{"a":1}"#, "\"a\""], "text"),
            (&["{}"], "text"),
        ] {
            assert_eq!(seen(values), kind, "{values:?}");
        }
        let (mut shape, mut room) = (Shape::default(), Room(1000));
        let sharing = r#"{"owner":"a","users":{"u1":{"id":"u1","access":"r"},"u2":{"id":"u2"}}}"#;
        shape.see(&Value::from_json(sharing).unwrap(), "sharing", &mut room);
        assert_eq!(
            shape.cells().kind().to_string(),
            "structure(owner: text, users: map(text, structure(id: text, access: text)))"
        );
        let (mut shape, mut room) = (Shape::default(), Room(1));
        shape.see(&Value::from_json(r#"{"a":1,"b":2}"#).unwrap(), "x", &mut room);
        assert_eq!(shape, Shape::Json, "memory is bounded");
    }
}
