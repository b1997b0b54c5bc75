//! Constants of the system file; numbers in comments are sections of the project's fact sheet on SPSS files, which is kept outside the repository.

use exporter_spss::EPOCH_SECONDS;

/// First bytes of a `.sav`, and of a file compressed with zlib (2).
pub(crate) const MAGIC: &[u8; 4] = b"$FL2";
/// First bytes of a `.zsav`.
pub(crate) const MAGIC_ZLIB: &[u8; 4] = b"$FL3";
/// `$FL2` in EBCDIC.
pub(crate) const MAGIC_EBCDIC: &[u8; 4] = b"\x5B\xC6\xD3\xF2";

/// Bytes of the file header (2).
pub(crate) const HEADER_BYTES: u64 = 176;
/// Bytes of the product text.
pub(crate) const PRODUCT_BYTES: usize = 60;
/// How a product text begins that readers know.
pub(crate) const PRODUCT_START: &str = "@(#) SPSS DATA FILE";
/// Where the number of cases stands in the header.
pub(crate) const CASES_OFFSET: u64 = 80;
/// Layout code, which tells the byte order.
pub(crate) const LAYOUT_CODE: i32 = 2;
/// What is subtracted from a code to give the number.
pub(crate) const BIAS: f64 = 100.0;

/// Bytes of an element of case data.
pub(crate) const ELEMENT_BYTES: usize = 8;
/// A number, or a piece of a text.
pub(crate) type Element = [u8; ELEMENT_BYTES];
/// A blank element.
pub(crate) const BLANKS: [u8; ELEMENT_BYTES] = [b' '; ELEMENT_BYTES];

/// Types of records (1).
pub(crate) mod record {
    pub(crate) const VARIABLE: i32 = 2;
    pub(crate) const VALUE_LABELS: i32 = 3;
    pub(crate) const LABELLED_VARIABLES: i32 = 4;
    pub(crate) const DOCUMENT: i32 = 6;
    pub(crate) const EXTENSION: i32 = 7;
    pub(crate) const END: i32 = 999;
}

/// Subtypes of extension records (6).
pub(crate) mod subtype {
    pub(crate) const MACHINE_INTEGERS: i32 = 3;
    pub(crate) const MACHINE_FLOATS: i32 = 4;
    pub(crate) const VARIABLE_SETS: i32 = 5;
    pub(crate) const DATES: i32 = 6;
    pub(crate) const RESPONSE_SETS: i32 = 7;
    pub(crate) const TEXT: i32 = 10;
    pub(crate) const DISPLAY: i32 = 11;
    pub(crate) const LONG_NAMES: i32 = 13;
    pub(crate) const VERY_LONG_TEXTS: i32 = 14;
    pub(crate) const CASES: i32 = 16;
    pub(crate) const FILE_ATTRIBUTES: i32 = 17;
    pub(crate) const VARIABLE_ATTRIBUTES: i32 = 18;
    pub(crate) const RESPONSE_SETS_14: i32 = 19;
    pub(crate) const ENCODING: i32 = 20;
    pub(crate) const LONG_TEXT_LABELS: i32 = 21;
    pub(crate) const LONG_TEXT_MISSING: i32 = 22;
}

/// Codes of compressed data (9.1).
pub(crate) mod code {
    pub(crate) const PADDING: u8 = 0;
    pub(crate) const END: u8 = 252;
    pub(crate) const LITERAL: u8 = 253;
    pub(crate) const BLANKS: u8 = 254;
    pub(crate) const SYSMIS: u8 = 255;
    /// Codes in a block.
    pub(crate) const BLOCK: usize = 8;
}

/// Bytes of a piece of the bytecode stream that is one zlib stream (9.2).
pub(crate) const ZLIB_BLOCK: usize = 0x003F_F000;
/// Bytes of the header in front of the zlib streams.
pub(crate) const ZLIB_HEADER_BYTES: u64 = 24;

/// The system-missing value.
pub(crate) const SYSMIS: f64 = f64::MIN;
/// The open upper end of a range of missing values.
pub(crate) const HIGHEST: f64 = f64::MAX;
/// The open lower end, as it is written; some write [`SYSMIS`] in its place.
pub(crate) const LOWEST: f64 = f64::from_bits(0xFFEF_FFFF_FFFF_FFFE);

/// Bytes of the print and write format of a continuation record, packed (3).
pub(crate) const CONTINUATION_FORMAT: i32 = 0x0001_1D01;
/// Bytes of a line of the document record (5).
pub(crate) const DOCUMENT_LINE: usize = 80;
/// Ends the value of an attribute: in the file, or to programs that read it as a text of C.
pub(crate) const VALUE_ENDS: [char; 2] = ['\n', '\0'];
/// Widest text whose labels and missing values stand in records of types 3 and 2.
pub(crate) const SHORT_TEXT: usize = 8;
/// Widest text of one segment.
pub(crate) const SEGMENT_WIDTH: usize = 255;
/// Bytes of the width that each segment but the last stands for when segments are counted (7).
pub(crate) const SEGMENT_STEP: usize = 252;
/// Widest text.
pub(crate) const MAX_TEXT: usize = 32_767;

/// Seconds of a day.
pub(crate) const DAY: f64 = 86_400.0;
/// Seconds from the epoch of SPSS to 1970.
pub(crate) const UNIX_EPOCH: f64 = EPOCH_SECONDS as f64;
