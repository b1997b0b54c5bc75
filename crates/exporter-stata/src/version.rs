//! What the versions of Stata allow, as far as it differs (sections 1, 2 and 6 of the format description).

use crate::Charset;
use crate::limits::{MAX_STR, MAX_STR_BINARY};

/// A version of Stata, and of the files that it reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
#[non_exhaustive]
pub enum Version {
    /// Stata 8 and 9.
    Stata8,
    /// Stata 10 to 12.
    Stata10,
    /// Stata 13: long texts.
    Stata13,
    /// Stata 14 and later: Unicode.
    #[default]
    Stata14,
}

impl Version {
    /// How text is stored.
    pub const fn charset(self) -> Charset {
        match self {
            Self::Stata14 => Charset::Utf8,
            _ => Charset::Windows1252,
        }
    }

    /// Longest name in bytes: of a variable, a value-label set or a characteristic.
    pub const fn name_bytes(self) -> usize {
        match self {
            Self::Stata14 => 128,
            _ => 32,
        }
    }

    /// Longest display format in bytes.
    pub const fn format_bytes(self) -> usize {
        match self {
            Self::Stata8 => 11,
            Self::Stata10 | Self::Stata13 => 48,
            Self::Stata14 => 56,
        }
    }

    /// Longest fixed string in bytes.
    pub const fn string_bytes(self) -> u16 {
        match self {
            Self::Stata8 | Self::Stata10 => MAX_STR_BINARY,
            Self::Stata13 | Self::Stata14 => MAX_STR,
        }
    }

    /// Bytes that a strL text takes besides its own in a file, or `None` where there is no strL.
    pub const fn strl_record_bytes(self) -> Option<u64> {
        match self {
            Self::Stata8 | Self::Stata10 => None,
            Self::Stata13 => Some(17),
            Self::Stata14 => Some(21),
        }
    }

    /// Whether texts may be longer than a fixed string.
    pub const fn has_strl(self) -> bool {
        self.strl_record_bytes().is_some()
    }
}
