//! A sign that has a meaning between or round cells, or none.

use serde::{Deserialize, Serialize};

use crate::TabError;

/// One ASCII character that has a meaning in delimited text, or none.
///
/// Its text form is the character, `none` or a name: `double` and `single` for quotes, `backslash`, `hash`, `comma`, `point`,
/// `space`, `apostrophe`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Mark(Option<u8>);

/// Names of signs that are hard to type.
const NAMES: [(&str, u8); 13] = [
    ("double", b'"'),
    ("single", b'\''),
    ("backslash", b'\\'),
    ("hash", b'#'),
    ("comma", b','),
    ("point", b'.'),
    ("space", b' '),
    ("percent", b'%'),
    ("semicolon", b';'),
    ("apostrophe", b'\''),
    ("dot", b'.'),
    ("doublequote", b'"'),
    ("\\\\", b'\\'),
];

impl Mark {
    /// No sign.
    pub const NONE: Self = Self(None);
    /// The quote of RFC 4180.
    pub const DOUBLE_QUOTE: Self = Self(Some(b'"'));
    /// An apostrophe.
    pub const SINGLE_QUOTE: Self = Self(Some(b'\''));
    /// A backslash.
    pub const BACKSLASH: Self = Self(Some(b'\\'));
    /// A number sign.
    pub const HASH: Self = Self(Some(b'#'));
    /// A comma.
    pub const COMMA: Self = Self(Some(b','));
    /// A point.
    pub const POINT: Self = Self(Some(b'.'));
    /// A space.
    pub const SPACE: Self = Self(Some(b' '));

    /// This sign.
    ///
    /// # Errors
    /// When it is a line end, NUL or not ASCII.
    pub fn new(byte: u8) -> Result<Self, TabError> {
        if byte.is_ascii() && !b"\r\n\0".contains(&byte) {
            return Ok(Self(Some(byte)));
        }
        Err(TabError::Option {
            option: "mark",
            problem: format!("{byte:#04x} is no ASCII character of a line"),
        })
    }

    /// The sign itself.
    pub fn byte(self) -> Option<u8> {
        self.0
    }
}

impl TryFrom<String> for Mark {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if matches!(text.as_str(), "none" | "doubled" | "") {
            return Ok(Self::NONE);
        }
        if let Some((_, byte)) = NAMES.iter().find(|(name, _)| *name == text) {
            return Ok(Self(Some(*byte)));
        }
        let one = match text.as_bytes() {
            [byte] => Self::new(*byte).ok(),
            _ => None,
        };
        one.ok_or_else(|| {
            let names: Vec<&str> = NAMES.iter().map(|(name, _)| *name).take(10).collect();
            format!("{text:?} is neither one ASCII character nor none, {}", names.join(", "))
        })
    }
}

impl From<Mark> for String {
    fn from(mark: Mark) -> Self {
        let Some(byte) = mark.0 else { return "none".into() };
        match NAMES.iter().find(|(_, known)| *known == byte) {
            Some((name, _)) => (*name).to_owned(),
            None => char::from(byte).to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_written_as_they_are_read() {
        for (typed, byte, written) in [
            ("none", None, "none"),
            ("doubled", None, "none"),
            ("'", Some(b'\''), "single"),
            ("single", Some(b'\''), "single"),
            ("\\", Some(b'\\'), "backslash"),
            ("\\\\", Some(b'\\'), "backslash"),
            ("~", Some(b'~'), "~"),
        ] {
            let mark = Mark::try_from(typed.to_owned()).unwrap();
            assert_eq!((mark.byte(), String::from(mark).as_str()), (byte, written), "{typed}");
        }
        assert!(Mark::try_from("ab".to_owned()).unwrap_err().contains("apostrophe"));
        for wrong in ["ab", "é", "\n", "\0"] {
            assert!(Mark::try_from(wrong.to_owned()).is_err(), "{wrong:?}");
        }
    }
}
