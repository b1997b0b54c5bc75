//! Kinds in JSON: a string for scalars, an object for nested ones.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::{Field, Kind};

/// The shape of a kind in JSON.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Kind"))]
#[serde(untagged)]
pub(super) enum KindForm {
    /// A scalar kind, such as `integer` or `decimal(10, 2)`.
    Scalar(String),
    /// A nested kind.
    Nested(NestedForm),
}

#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub(super) enum NestedForm {
    /// A record with named fields.
    Structure(Vec<Field>),
    /// Any number of values of one kind.
    List(Box<Kind>),
    /// Keys and values.
    Map {
        /// Kind of the keys.
        key: Box<Kind>,
        /// Kind of the values.
        value: Box<Kind>,
    },
}

// Written by hand and not as an untagged enum: those buffer every level again and lose the place of errors within.
impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Form;
        impl<'de> Visitor<'de> for Form {
            type Value = Kind;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a kind such as \"integer\", or an object with one of structure, list, map")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Kind, E> {
                text.parse().map_err(E::custom)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Kind, A::Error> {
                let form = NestedForm::deserialize(MapAccessDeserializer::new(map))?;
                Ok(match form {
                    NestedForm::Structure(fields) => Kind::Structure(fields),
                    NestedForm::List(item) => Kind::List(item),
                    NestedForm::Map { key, value } => Kind::Map { key, value },
                })
            }
        }
        deserializer.deserialize_any(Form)
    }
}

impl From<Kind> for KindForm {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Structure(fields) => KindForm::Nested(NestedForm::Structure(fields)),
            Kind::List(item) => KindForm::Nested(NestedForm::List(item)),
            Kind::Map { key, value } => KindForm::Nested(NestedForm::Map { key, value }),
            scalar => KindForm::Scalar(scalar.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Kind;

    #[test]
    fn errors_inside_nested_kinds_have_a_place() {
        let error = serde_json::from_str::<Kind>("{\"list\":\n {\"list\": \"nothing\"}}").unwrap_err();
        assert!(error.line() == 2 && error.to_string().contains("\"nothing\""), "{error}");
        for wrong in [
            "{}",
            "{\"list\": \"text\", \"map\": 1}",
            "{\"set\": \"text\"}",
            "3",
            "[]",
            "{\"map\": {\"key\": \"text\"}}",
        ] {
            assert!(serde_json::from_str::<Kind>(wrong).is_err(), "{wrong}");
        }
    }
}
