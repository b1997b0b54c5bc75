//! How long things may be (command syntax reference; "String variable formats").

/// Longest name in bytes.
pub const MAX_NAME_BYTES: usize = 64;
/// Longest variable label in bytes that every version takes.
pub const MAX_LABEL_BYTES: usize = 256;
/// Longest value label, and label of a multiple response set, in bytes that every version takes.
pub const MAX_VALUE_LABEL_BYTES: usize = 120;
/// Longest label of a file in bytes.
pub const MAX_FILE_LABEL_BYTES: usize = 60;
/// Longest text variable in bytes.
pub const MAX_TEXT_BYTES: u64 = 32_767;
/// Longest text in bytes that can be declared missing.
pub const MAX_MISSING_TEXT_BYTES: usize = 8;
/// Most single values that can be declared missing where no range is.
pub const MAX_MISSING_VALUES: usize = 3;
