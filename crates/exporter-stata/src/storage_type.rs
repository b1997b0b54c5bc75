//! Storage types and the ranges they hold (section 5).

use std::fmt;
use std::str::FromStr;

use crate::limits::{BYTE_MAX, BYTE_MIN, INT_MAX, INT_MIN, LONG_MAX, LONG_MIN};

/// How a variable is stored. Its text form is the one that Stata's `describe` shows: `byte`, `str20`, `strL`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StorageType {
    /// Signed 8-bit integer, -127 to 100.
    Byte,
    /// Signed 16-bit integer, -32,767 to 32,740.
    Int,
    /// Signed 32-bit integer, -2,147,483,647 to 2,147,483,620.
    Long,
    /// 32-bit floating point.
    Float,
    /// 64-bit floating point.
    Double,
    /// Fixed string of so many bytes, 1 to 2,045 (244 before Stata 13).
    Str(u16),
    /// Text or bytes of any length kept apart from the rows, Stata 13 and later.
    StrL,
    /// A variable of another frame, without bytes in a file, Stata 18 and later.
    Alias,
}

impl StorageType {
    /// Bytes of one cell in the rows.
    pub const fn width(self) -> usize {
        match self {
            Self::Byte => 1,
            Self::Int => 2,
            Self::Long | Self::Float => 4,
            Self::Double | Self::StrL => 8,
            Self::Str(width) => width as usize,
            Self::Alias => 0,
        }
    }

    /// Whether the variable holds text.
    pub const fn is_string(self) -> bool {
        matches!(self, Self::Str(_) | Self::StrL)
    }

    /// Smallest integer type whose values include `min` to `max`, or `None` beyond `long`.
    pub const fn smallest_integer(min: i64, max: i64) -> Option<Self> {
        if min >= BYTE_MIN as i64 && max <= BYTE_MAX as i64 {
            Some(Self::Byte)
        } else if min >= INT_MIN as i64 && max <= INT_MAX as i64 {
            Some(Self::Int)
        } else if min >= LONG_MIN as i64 && max <= LONG_MAX as i64 {
            Some(Self::Long)
        } else {
            None
        }
    }

    /// Display format that Stata itself assigns (section 9).
    pub fn default_format(self) -> String {
        match self {
            Self::Byte | Self::Int => "%8.0g".to_owned(),
            Self::Long => "%12.0g".to_owned(),
            Self::Float => "%9.0g".to_owned(),
            Self::Double | Self::Alias => "%10.0g".to_owned(),
            Self::Str(width) => format!("%{}s", width.max(9)),
            Self::StrL => "%9s".to_owned(),
        }
    }
}

impl fmt::Display for StorageType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Byte => f.write_str("byte"),
            Self::Int => f.write_str("int"),
            Self::Long => f.write_str("long"),
            Self::Float => f.write_str("float"),
            Self::Double => f.write_str("double"),
            Self::Str(width) => write!(f, "str{width}"),
            Self::StrL => f.write_str("strL"),
            Self::Alias => f.write_str("alias"),
        }
    }
}

impl FromStr for StorageType {
    type Err = ();

    /// Reads the text form of a type that holds values.
    fn from_str(text: &str) -> Result<Self, ()> {
        Ok(match text {
            "byte" => Self::Byte,
            "int" => Self::Int,
            "long" => Self::Long,
            "float" => Self::Float,
            "double" => Self::Double,
            "strL" => Self::StrL,
            _ => {
                let width = text.strip_prefix("str").and_then(|width| width.parse().ok());
                Self::Str(width.filter(|width| *width > 0).ok_or(())?)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_named_as_describe_names_them() {
        for (storage, text) in
            [(StorageType::Byte, "byte"), (StorageType::Str(20), "str20"), (StorageType::StrL, "strL")]
        {
            assert_eq!((storage.to_string().as_str(), text.parse()), (text, Ok(storage)));
        }
        for wrong in ["str0", "str", "strl", "alias", "str70000"] {
            assert_eq!(wrong.parse::<StorageType>(), Err(()), "{wrong}");
        }
    }

    #[test]
    fn smallest_integer_keeps_the_missing_codes_free() {
        let smallest = StorageType::smallest_integer;
        assert_eq!(smallest(-127, 100), Some(StorageType::Byte));
        assert_eq!(smallest(-128, 0), Some(StorageType::Int));
        assert_eq!(smallest(0, 101), Some(StorageType::Int));
        assert_eq!(smallest(0, 32_741), Some(StorageType::Long));
        assert_eq!(smallest(-32_768, 0), Some(StorageType::Long));
        assert_eq!(smallest(0, 2_147_483_621), None);
        assert_eq!(smallest(i64::from(i32::MIN), 0), None);
    }
}
