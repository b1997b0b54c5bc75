//! Choices for writing delimited text.

use serde::{Deserialize, Deserializer, Serialize};

use crate::TabError;
use crate::pattern::Pattern;

/// The byte between cells.
///
/// Its text form is one character or a name: `tab`, `comma`, `semicolon`, `pipe`, `space`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Delimiter(u8);

impl Delimiter {
    /// A comma.
    pub const COMMA: Self = Self(b',');
    /// A vertical bar.
    pub const PIPE: Self = Self(b'|');
    /// A semicolon.
    pub const SEMICOLON: Self = Self(b';');
    /// A space.
    pub const SPACE: Self = Self(b' ');
    /// A horizontal tab.
    pub const TAB: Self = Self(b'\t');

    /// Takes a byte as the delimiter.
    ///
    /// # Errors
    /// When the byte could be part of a number, a date or the quoting: a letter, a digit, one of
    /// `"+-.:_`, a line end, NUL, or not ASCII.
    pub fn new(byte: u8) -> Result<Self, TabError> {
        let taken = byte.is_ascii_alphanumeric() || !byte.is_ascii() || b"\"+-.:_\r\n\0".contains(&byte);
        if taken {
            return Err(TabError::Option {
                option: "delimiter",
                problem: format!(
                    "{:?} can be part of a value; use tab, comma, semicolon, pipe or another sign",
                    char::from(byte)
                ),
            });
        }
        Ok(Self(byte))
    }

    /// The byte itself.
    pub fn byte(self) -> u8 {
        self.0
    }
}

impl TryFrom<String> for Delimiter {
    type Error = TabError;

    fn try_from(text: String) -> Result<Self, TabError> {
        let byte = match text.as_str() {
            "tab" | "\\t" => b'\t',
            "comma" => b',',
            "semicolon" => b';',
            "pipe" => b'|',
            "space" => b' ',
            other => match other.as_bytes() {
                [byte] => *byte,
                _ => {
                    return Err(TabError::Option {
                        option: "delimiter",
                        problem: format!("{other:?} is neither one ASCII character nor a known name"),
                    });
                }
            },
        };
        Self::new(byte)
    }
}

impl From<Delimiter> for String {
    fn from(delimiter: Delimiter) -> Self {
        match delimiter.0 {
            b'\t' => "tab".into(),
            b',' => "comma".into(),
            b';' => "semicolon".into(),
            b'|' => "pipe".into(),
            b' ' => "space".into(),
            byte => char::from(byte).to_string(),
        }
    }
}

/// Which cells stand in quotes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Quoting {
    /// Only cells that hold the delimiter, a quote or a line end (RFC 4180, section 2, rules 5 to 7).
    #[default]
    Minimal,
    /// Every cell that has a value; a missing one stays bare.
    All,
    /// Every cell that is not a number; a missing one stays bare.
    NonNumeric,
    /// Like minimal, and cells that start or end with a space.
    SurveySolutions,
}

/// What ends a line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum LineEnd {
    /// One line feed, as pandas, polars and R write.
    #[default]
    Lf,
    /// Carriage return and line feed, as RFC 4180 and Excel write.
    Crlf,
}

/// What stands above the rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Header {
    /// One line of names.
    #[default]
    Names,
    /// One line of labels; a variable without a label gives its name.
    Labels,
    /// A line of names, then a line of labels.
    Both,
    /// Nothing.
    None,
}

/// How an empty text differs from a missing one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum EmptyText {
    /// Two quotes, so that it reads back as an empty text.
    #[default]
    Quoted,
    /// Nothing, so that it reads back as missing.
    Bare,
}

/// What becomes of tabs and line ends inside a text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Breaks {
    /// They stay, inside quotes.
    #[default]
    Keep,
    /// Each tab, carriage return and line feed becomes one space.
    Space,
}

/// How bytes become text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum BinaryText {
    /// Base64 with padding (RFC 4648, section 4).
    #[default]
    Base64,
    /// Two lower-case hexadecimal digits a byte.
    Hex,
}

/// The sign between whole part and fraction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum DecimalMark {
    /// A point.
    #[default]
    Point,
    /// A comma.
    Comma,
}

impl DecimalMark {
    pub(crate) fn byte(self) -> u8 {
        match self {
            Self::Point => b'.',
            Self::Comma => b',',
        }
    }
}

/// How cells, lines and the header are written.
///
/// The default is comma-separated text with the quoting of RFC 4180 and line feeds.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WriteOptions {
    /// The byte between cells.
    pub delimiter: Delimiter,
    /// Which cells stand in quotes.
    pub quoting: Quoting,
    /// Whether the text starts with the byte order mark of UTF-8.
    pub bom: bool,
    /// What ends a line.
    pub line_end: LineEnd,
    /// What stands above the rows.
    pub header: Header,
    /// What is written for a missing value.
    pub missing_text: String,
    /// What is written for an empty text.
    pub empty_text: EmptyText,
    /// What becomes of tabs and line ends inside a text.
    pub breaks: Breaks,
    /// The sign between whole part and fraction.
    pub decimal_mark: DecimalMark,
    /// What is written for false and for true.
    pub booleans: [String; 2],
    /// Pattern of dates in the letters of `strftime`; none = ISO 8601.
    pub date_pattern: Option<String>,
    /// Pattern of date-times; none = ISO 8601.
    pub date_time_pattern: Option<String>,
    /// How bytes become text.
    pub binary: BinaryText,
}

impl Default for WriteOptions {
    fn default() -> Self {
        Self {
            delimiter: Delimiter::COMMA,
            quoting: Quoting::Minimal,
            bom: false,
            line_end: LineEnd::Lf,
            header: Header::Names,
            missing_text: String::new(),
            empty_text: EmptyText::Quoted,
            breaks: Breaks::Keep,
            decimal_mark: DecimalMark::Point,
            booleans: ["false".into(), "true".into()],
            date_pattern: None,
            date_time_pattern: None,
            binary: BinaryText::Base64,
        }
    }
}

/// Texts of true and false with a slash between, as false and true.
pub(crate) fn booleans<'de, D: Deserializer<'de>>(from: D) -> Result<Option<[String; 2]>, D::Error> {
    let Some(text) = Option::<String>::deserialize(from)? else { return Ok(None) };
    let (yes, no) = text.split_once('/').ok_or_else(|| {
        let what = format!("booleans={text} has no slash between true and false, as in booleans=yes/no");
        serde::de::Error::custom(what)
    })?;
    Ok(Some([no.to_owned(), yes.to_owned()]))
}

/// A pattern in the letters of `strftime`; `iso` is none.
pub(crate) fn pattern<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(from)?.filter(|text| text != "iso"))
}

impl WriteOptions {
    /// Tab-separated text with the same choices as the default.
    pub fn tab() -> Self {
        Self { delimiter: Delimiter::TAB, ..Self::default() }
    }

    /// Tab-separated text byte for byte as the Survey Solutions export service writes it.
    pub fn survey_solutions() -> Self {
        Self {
            bom: true,
            line_end: LineEnd::Crlf,
            quoting: Quoting::SurveySolutions,
            empty_text: EmptyText::Bare,
            breaks: Breaks::Space,
            ..Self::tab()
        }
    }

    /// Checks that the choices fit together.
    ///
    /// # Errors
    /// When the decimal mark is the delimiter, a boolean or missing text cannot be distinguished,
    /// or a pattern cannot write a date.
    pub fn check(&self) -> Result<(), TabError> {
        if self.decimal_mark.byte() == self.delimiter.byte() {
            return Err(TabError::Option {
                option: "decimal",
                problem: "a decimal comma needs another delimiter than the comma, such as semicolon".into(),
            });
        }
        if self.booleans[0] == self.booleans[1] {
            return Err(TabError::Option {
                option: "booleans",
                problem: format!("false and true are both written as {:?}", self.booleans[0]),
            });
        }
        let breaks = |byte: u8| byte == self.delimiter.byte() || matches!(byte, b'"' | b'\r' | b'\n');
        if self.missing_text.bytes().any(breaks) {
            return Err(TabError::Option {
                option: "missing-text",
                problem: format!(
                    "{:?} holds the delimiter, a quote or a line end, so readers could not recognise it",
                    self.missing_text
                ),
            });
        }
        Pattern::of_dates(self.date_pattern.as_deref(), false)?;
        Pattern::of_date_times(self.date_time_pattern.as_deref(), false)?;
        Ok(())
    }
}
