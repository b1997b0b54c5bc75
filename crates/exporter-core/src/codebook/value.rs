//! Scalar values in value labels, missing values and filters.

use std::cmp::Ordering;
use std::fmt;

use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A scalar: a whole number, a floating-point number, a truth value or a text.
///
/// Dates and times are texts in ISO 8601. Whole numbers and floats are different values even when equal in
/// size, so that JSON (`1` and `1.0`) round-trips; [`Value::as_f64`] compares them as numbers.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(untagged))]
pub enum Value {
    /// Truth value.
    Boolean(bool),
    /// Whole number.
    Integer(i64),
    /// Floating-point number.
    Float(f64),
    /// Text, or a date or time in ISO 8601.
    Text(String),
}

impl Value {
    /// The number, if this is one.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Value::Integer(number) => Some(*number as f64),
            Value::Float(number) => Some(*number),
            Value::Boolean(_) | Value::Text(_) => None,
        }
    }

    /// The whole number, also from a float without fraction that an `i64` holds exactly.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Value::Integer(number) => Some(*number),
            // 2^63 is the first float past the largest i64.
            Value::Float(number)
                if number.fract() == 0.0 && (-(2f64.powi(63))..2f64.powi(63)).contains(number) =>
            {
                Some(*number as i64)
            }
            _ => None,
        }
    }

    /// The text, if this is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// How two values compare by what they mean: numbers by exact size whatever their form (`1` equals `1.0`), texts
    /// byte by byte, `false` before `true`; `None` when they are of different sorts or one is NaN.
    ///
    /// ```
    /// use std::cmp::Ordering;
    /// use exporter_core::codebook::Value;
    ///
    /// assert_eq!(Value::Integer(1).size_cmp(&Value::Float(1.0)), Some(Ordering::Equal));
    /// // As floats these two would be equal.
    /// assert_eq!(Value::Integer((1 << 53) + 1).size_cmp(&Value::Float(9007199254740992.0)), Some(Ordering::Greater));
    /// assert_eq!(Value::Integer(1).size_cmp(&Value::from("1")), None);
    /// ```
    pub fn size_cmp(&self, other: &Value) -> Option<Ordering> {
        match (self, other) {
            (Value::Boolean(a), Value::Boolean(b)) => Some(a.cmp(b)),
            (Value::Integer(a), Value::Integer(b)) => Some(a.cmp(b)),
            (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
            (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
            (Value::Integer(a), Value::Float(b)) => size_cmp(*a, *b),
            (Value::Float(a), Value::Integer(b)) => size_cmp(*b, *a).map(Ordering::reverse),
            _ => None,
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Value::Boolean(_) => 0,
            Value::Integer(_) => 1,
            Value::Float(_) => 2,
            Value::Text(_) => 3,
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Boolean(value) => serializer.serialize_bool(*value),
            Value::Integer(value) => serializer.serialize_i64(*value),
            // JSON writers make null of these, which would come back as no value at all.
            Value::Float(value) if !value.is_finite() => {
                Err(serde::ser::Error::custom(format!("{value} is not a finite number")))
            }
            Value::Float(value) => serializer.serialize_f64(*value),
            Value::Text(value) => serializer.serialize_str(value),
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Scalar;
        impl Visitor<'_> for Scalar {
            type Value = Value;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number, a text, true or false")
            }

            fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
                Ok(Value::Boolean(value))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
                Ok(Value::Integer(value))
            }

            fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Value, E> {
                i64::try_from(value).map(Value::Integer).map_err(|_| {
                    E::custom(format!(
                        "the whole number {value} is beyond {}, the largest there is",
                        i64::MAX
                    ))
                })
            }

            fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
                if value.is_finite() {
                    Ok(Value::Float(value))
                } else {
                    Err(E::custom(format!("{value} is not a finite number")))
                }
            }

            fn visit_str<E>(self, value: &str) -> Result<Value, E> {
                Ok(Value::Text(value.into()))
            }

            fn visit_string<E>(self, value: String) -> Result<Value, E> {
                Ok(Value::Text(value))
            }
        }
        deserializer.deserialize_any(Scalar)
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Value {}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Value {
    /// Truth values, then numbers by exact size (of equal ones the whole number first), then texts.
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Value::Float(a), Value::Float(b)) => a.total_cmp(b),
            (Value::Integer(a), Value::Float(b)) => integer_before_float(*a, *b),
            (Value::Float(a), Value::Integer(b)) => integer_before_float(*b, *a).reverse(),
            _ => match self.rank().cmp(&other.rank()) {
                Ordering::Equal => self.size_cmp(other).unwrap_or(Ordering::Equal),
                unequal => unequal,
            },
        }
    }
}

/// A total order: negative zero and negative NaN before 0, NaN after everything.
fn integer_before_float(integer: i64, float: f64) -> Ordering {
    match size_cmp(integer, float) {
        Some(Ordering::Equal) | None if float.is_sign_negative() && (float == 0.0 || float.is_nan()) => {
            Ordering::Greater
        }
        Some(Ordering::Equal) | None => Ordering::Less,
        Some(unequal) => unequal,
    }
}

/// Compares a whole number with a float without rounding either; NaN compares with nothing.
fn size_cmp(integer: i64, float: f64) -> Option<Ordering> {
    // 2^63 is the first float past the largest i64.
    let end = 2f64.powi(63);
    if float >= end {
        Some(Ordering::Less)
    } else if float < -end {
        Some(Ordering::Greater)
    } else {
        let below = integer.cmp(&(float.trunc() as i64));
        0.0.partial_cmp(&float.fract()).map(|fraction| below.then(fraction))
    }
}

impl std::hash::Hash for Value {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.rank().hash(state);
        match self {
            Value::Boolean(value) => value.hash(state),
            Value::Integer(value) => value.hash(state),
            Value::Float(value) => value.to_bits().hash(state),
            Value::Text(value) => value.hash(state),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Boolean(value) => value.fmt(f),
            Value::Integer(value) => value.fmt(f),
            Value::Float(value) => value.fmt(f),
            Value::Text(value) => value.fmt(f),
        }
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Value::Integer(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Value::Float(value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::Boolean(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Value::Text(value.into())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Value::Text(value)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values() -> impl Strategy<Value = Value> {
        let near = (1i64 << 53) - 3..(1i64 << 53) + 3;
        prop_oneof![
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            near.clone().prop_map(Value::from),
            near.prop_map(|number| Value::Float(number as f64)),
            any::<f64>().prop_map(Value::from),
            (-3i64..3).prop_map(Value::from),
            (-6i64..6).prop_map(|halves| Value::Float(halves as f64 / 2.0)),
            Just(Value::Float(-0.0)),
            Just(Value::Float(f64::NAN)),
            "[a-c]{0,2}".prop_map(Value::from),
        ]
    }

    proptest! {
        #[test]
        fn the_order_is_total(a in values(), b in values(), c in values()) {
            prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
            prop_assert_eq!(a.cmp(&a), Ordering::Equal);
            if a <= b && b <= c {
                prop_assert!(a <= c, "{a:?} {b:?} {c:?}");
            }
            // What is smaller in size is smaller in order.
            if let Some(unequal @ (Ordering::Less | Ordering::Greater)) = a.size_cmp(&b) {
                prop_assert_eq!(a.cmp(&b), unequal);
            }
        }

        #[test]
        fn numbers_compare_by_exact_size(a in any::<i64>(), b in -1e19..1e19f64) {
            let exact = i128::from(a).cmp(&(b.trunc() as i128)).then(0.0.partial_cmp(&b.fract()).unwrap());
            prop_assert_eq!(Value::from(a).size_cmp(&b.into()), Some(exact));
        }

        #[test]
        fn json_keeps_every_finite_value(value in values()) {
            match serde_json::to_string(&value) {
                Ok(json) => prop_assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), value),
                Err(_) => prop_assert!(!value.as_f64().unwrap().is_finite()),
            }
        }
    }

    #[test]
    fn numbers_that_would_change_are_refused() {
        let error = serde_json::from_str::<Value>("9223372036854775808").unwrap_err().to_string();
        assert!(error.contains("9223372036854775807") && error.contains("line 1"), "{error}");
        assert!(serde_json::from_str::<Value>("1e400").is_err());
        assert!(serde_json::from_str::<Value>("null").is_err());
        assert_eq!(serde_json::from_str::<Value>("1e19").unwrap(), Value::Float(1e19));
    }
}
