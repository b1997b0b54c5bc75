//! How long and how many: limits of Stata, whatever the file. Sections are those of the format description.

/// Most variables that the SE edition opens (section 1).
pub const MAX_VARIABLES: u64 = 32_767;
/// Most variables, MP edition (section 1).
pub const MAX_VARIABLES_MP: u64 = 120_000;
/// Most variables that the BE edition opens (section 1).
pub const MAX_VARIABLES_BE: u64 = 2_048;
/// Most observations that the BE and SE editions open (section 1).
pub const MAX_OBSERVATIONS_SE: u64 = 2_147_483_619;
/// Longest name in characters: variables, value-label sets, characteristics (sections 2 and 7).
pub const MAX_NAME_CHARS: usize = 32;
/// Longest variable or dataset label in characters (section 2).
pub const MAX_LABEL_CHARS: usize = 80;
/// Longest name of a label language in characters (section 11).
pub const MAX_LANGUAGE_CHARS: usize = 24;
/// Most label languages (section 11).
pub const MAX_LANGUAGES: usize = 100;
/// Longest content of a characteristic in bytes, the closing NUL counted (section 11).
pub const MAX_CHARACTERISTIC_BYTES: usize = 67_784;
/// Most notes of one owner (section 11).
pub const MAX_NOTES: usize = 9_999;
/// Longest text of one value label in bytes, without the closing NUL (section 10).
pub const MAX_VALUE_LABEL_BYTES: usize = 32_000;
/// Most entries of one value-label set (section 10).
pub const MAX_VALUE_LABELS: usize = 65_536;
/// Longest fixed string in bytes, Stata 13 and later (section 5).
pub const MAX_STR: u16 = 2_045;
/// Longest fixed string in bytes before Stata 13 (section 5).
pub const MAX_STR_BINARY: u16 = 244;
/// Longest strL value in bytes (section 6.1).
pub const MAX_STRL_BYTES: u64 = 2_000_000_000;
/// Smallest `byte` that is a value.
pub const BYTE_MIN: i8 = -127;
/// Largest `byte` that is a value.
pub const BYTE_MAX: i8 = 100;
/// Smallest `int` that is a value.
pub const INT_MIN: i16 = -32_767;
/// Largest `int` that is a value.
pub const INT_MAX: i16 = 32_740;
/// Smallest `long` that is a value.
pub const LONG_MIN: i32 = -2_147_483_647;
/// Largest `long` that is a value.
pub const LONG_MAX: i32 = 2_147_483_620;
/// Bits of the largest `float` that is a value, about 1.701e38.
pub const FLOAT_MAX_BITS: u32 = 0x7EFF_FFFF;
/// Bits of the largest `double` that is a value, about 8.988e307.
pub const DOUBLE_MAX_BITS: u64 = 0x7FDF_FFFF_FFFF_FFFF;
/// Largest whole number up to which every integer is exact in a `double`: 2^53.
pub const DOUBLE_EXACT: i64 = exporter_core::doubles::EXACT;
