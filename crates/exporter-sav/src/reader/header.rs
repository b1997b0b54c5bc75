//! The header of a file, 176 bytes (2).

use encoding_rs::Encoding;
use exporter_core::source::{BinaryFile, ByteOrder, unsigned};

use crate::error::{Result, SavError, damaged};
use crate::reader::remarks::Remarks;
use crate::spec::{BIAS, HEADER_BYTES, LAYOUT_CODE, MAGIC, MAGIC_EBCDIC, MAGIC_ZLIB, PRODUCT_BYTES};

/// How the cases of a file are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CaseCompression {
    /// As they are.
    None,
    /// Small whole numbers and blanks in one byte.
    Bytecode,
    /// The same in blocks that zlib compressed.
    Zlib,
}

/// What told the encoding of the texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncodingSource {
    /// Whoever opened the file.
    Option,
    /// The name of an encoding in the file.
    Record20,
    /// The number of a code page in the file.
    Code,
    /// Nothing but the texts themselves.
    Guess,
}

/// What a file says of itself.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Header {
    /// The program that claims to have written it.
    pub product: String,
    /// How cases are compressed.
    pub compression: CaseCompression,
    /// Whether the first byte of a number is the most significant one.
    pub big_endian: bool,
    /// Cases that it claims to have.
    pub claimed_cases: Option<u64>,
    /// What is added to a small number to make a code of it, 100 everywhere.
    pub bias: f64,
    /// What told the encoding.
    pub encoding_source: EncodingSource,
    /// The encoding that it declares, whether its texts are read so or not.
    pub declared_encoding: Option<&'static Encoding>,
}

/// The header as bytes and numbers.
#[derive(Debug)]
pub(crate) struct RawHeader {
    pub(crate) order: ByteOrder,
    pub(crate) product: Vec<u8>,
    pub(crate) compression: CaseCompression,
    /// Dictionary index of the weight, 0 for none.
    pub(crate) weight: u32,
    pub(crate) claimed_cases: Option<u64>,
    pub(crate) bias: f64,
    pub(crate) date: Vec<u8>,
    pub(crate) time: Vec<u8>,
    pub(crate) label: Vec<u8>,
}

/// A double of eight bytes.
pub(crate) fn double(bytes: &[u8], order: ByteOrder) -> f64 {
    f64::from_bits(unsigned(bytes, order))
}

impl RawHeader {
    pub(crate) fn read(bytes: &BinaryFile, remarks: &mut Remarks) -> Result<Self> {
        let there = bytes.length().min(512);
        let head = bytes.block_at(0, there)?;
        refuse_others(&head)?;
        if there < HEADER_BYTES {
            return Err(damaged(there, format!("the file ends within the header of {HEADER_BYTES} bytes")));
        }
        let at = |from: usize, count: usize| head.get(from..from + count).unwrap_or_default();
        let layout = at(64, 4);
        let is_layout =
            |order| matches!(unsigned(layout, order), code if code == LAYOUT_CODE as u64 || code == 3);
        let order = [ByteOrder::Little, ByteOrder::Big].into_iter().find(|order| is_layout(*order));
        let Some(order) = order else {
            let found = layout.escape_ascii();
            return Err(damaged(
                64,
                format!("the layout code 2 expected in either byte order, \"{found}\" found"),
            ));
        };
        let number = |from: usize| unsigned(at(from, 4), order) as u32;
        let compression = match number(72) {
            0 => CaseCompression::None,
            1 => CaseCompression::Bytecode,
            2 => CaseCompression::Zlib,
            other => {
                let message =
                    format!("the compression {other} is none of 0, 1 and 2; save the file anew in SPSS");
                return Err(SavError::Unsupported(message));
            }
        };
        if (head.get(..4) == Some(MAGIC_ZLIB)) != (compression == CaseCompression::Zlib) {
            remarks.odd("signature and compression field disagree; the field is used", "");
        }
        let bias = double(at(84, 8), order);
        if bias != BIAS {
            remarks
                .odd("small numbers are stored with another bias than 100; it is believed", bias.to_string());
        }
        Ok(Self {
            order,
            product: at(4, PRODUCT_BYTES).to_vec(),
            compression,
            weight: number(76),
            claimed_cases: u64::try_from(number(80) as i32).ok(),
            bias,
            date: at(92, 9).to_vec(),
            time: at(101, 8).to_vec(),
            label: at(109, 64).to_vec(),
        })
    }
}

/// Names files of other kinds.
fn refuse_others(head: &[u8]) -> Result<()> {
    if head.starts_with(MAGIC) || head.starts_with(MAGIC_ZLIB) {
        return Ok(());
    }
    let unsupported = |message: &str| Err(SavError::Unsupported(message.to_owned()));
    if head.starts_with(MAGIC_EBCDIC) {
        return unsupported("an SPSS data file of a mainframe (in EBCDIC); save it as a portable file there");
    }
    if head.get(8..17) == Some(b"ENCRYPTED".as_slice()) {
        return unsupported("an encrypted SPSS data file; save it without a password in SPSS");
    }
    if head.get(456..464) == Some(b"SPSSPORT".as_slice()) {
        return unsupported("an SPSS portable file (.por); save it as .sav in SPSS or PSPP");
    }
    let found = head.get(..4).unwrap_or(head).escape_ascii();
    Err(damaged(0, format!("\"$FL2\" or \"$FL3\" expected, \"{found}\" found")))
}
