//! What an unpacked page must hold, checked before it is decoded: its levels, and values enough for them.

use parquet::basic::{Encoding, Type};
use parquet::column::page::Page;
use parquet::schema::types::ColumnDescriptor;

use super::{delta, hybrid};

/// Widest dictionary keys, in bits (Parquet format, Encodings.md, section Dictionary Encoding).
const WIDEST_KEY: u8 = 32;

/// Checks the pages of one column, one after the other.
#[derive(Debug)]
pub(super) struct Content {
    physical: Type,
    /// Bytes of a value that has a fixed number of them.
    width: Option<u64>,
    most_repetition: u64,
    most_definition: u64,
    /// Entries of the dictionary, once there was one.
    dictionary: Option<u64>,
}

impl Content {
    pub(super) fn new(column: &ColumnDescriptor) -> Self {
        let physical = column.physical_type();
        let width = match physical {
            Type::INT32 | Type::FLOAT => Some(4),
            Type::INT64 | Type::DOUBLE => Some(8),
            Type::INT96 => Some(12),
            Type::FIXED_LEN_BYTE_ARRAY => Some(u64::try_from(column.type_length()).unwrap_or(0)),
            Type::BOOLEAN | Type::BYTE_ARRAY => None,
        };
        let level = |level: i16| u64::try_from(level).unwrap_or(0);
        Self {
            physical,
            width,
            most_repetition: level(column.max_rep_level()),
            most_definition: level(column.max_def_level()),
            dictionary: None,
        }
    }

    pub(super) fn check(&mut self, page: &Page) -> Result<(), String> {
        match page {
            Page::DictionaryPage { buf, num_values, encoding, .. } => {
                #[allow(deprecated, reason = "old files have it")]
                if ![Encoding::PLAIN, Encoding::PLAIN_DICTIONARY].contains(encoding) {
                    return Err(format!("a dictionary cannot be stored as {encoding}"));
                }
                if self.dictionary.is_some() {
                    return Err("there are two dictionaries".into());
                }
                self.check_plain(buf, (*num_values).into())?;
                self.dictionary = Some((*num_values).into());
                Ok(())
            }
            Page::DataPage { buf, num_values, encoding, def_level_encoding, rep_level_encoding, .. } => {
                let mut rest = buf.as_ref();
                let levels = u64::from(*num_values);
                prefixed_levels(&mut rest, *rep_level_encoding, self.most_repetition, levels)?;
                let values = prefixed_levels(&mut rest, *def_level_encoding, self.most_definition, levels)?;
                self.check_values(rest, *encoding, values)
            }
            Page::DataPageV2 {
                buf,
                num_values,
                encoding,
                num_nulls,
                def_levels_byte_len,
                rep_levels_byte_len,
                ..
            } => {
                let mut rest = buf.as_ref();
                let levels = u64::from(*num_values);
                let repetition = hybrid::take(&mut rest, *rep_levels_byte_len as usize)?;
                let definition = hybrid::take(&mut rest, *def_levels_byte_len as usize)?;
                hybrid_levels(repetition, self.most_repetition, levels)?;
                let values = hybrid_levels(definition, self.most_definition, levels)?;
                if values + u64::from(*num_nulls) != levels {
                    return Err(format!("{values} values and {num_nulls} nulls are not {levels}"));
                }
                self.check_values(rest, *encoding, values)
            }
        }
    }

    /// Checks the values of a data page.
    #[allow(deprecated, reason = "old files have encodings that are no longer written")]
    fn check_values(&self, bytes: &[u8], encoding: Encoding, values: u64) -> Result<(), String> {
        match encoding {
            Encoding::PLAIN => self.check_plain(bytes, values),
            Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY => self.check_keys(bytes, values),
            Encoding::RLE => {
                let mut rest = bytes;
                let runs = prefixed(&mut rest)?;
                hybrid::walk(runs, 1, values, |_, _| Ok(()))
            }
            Encoding::BYTE_STREAM_SPLIT => {
                let width = self.width.unwrap_or(0).max(1);
                if !(bytes.len() as u64).is_multiple_of(width) {
                    return Err(format!("{} bytes are not whole values of {width}", bytes.len()));
                }
                self.check_plain(bytes, values)
            }
            Encoding::DELTA_BINARY_PACKED => {
                let mut rest = bytes;
                enough(delta::numbers(&mut rest, values, |_| Ok(()))?, values)
            }
            Encoding::DELTA_LENGTH_BYTE_ARRAY => enough(delta::texts(bytes, values)?, values),
            Encoding::DELTA_BYTE_ARRAY => enough(delta::shared_texts(bytes, values)?, values),
            other => Err(format!("values cannot be stored as {other}")),
        }
    }

    fn check_plain(&self, bytes: &[u8], values: u64) -> Result<(), String> {
        let wanted = match (self.physical, self.width) {
            (_, Some(width)) => values.saturating_mul(width),
            (Type::BOOLEAN, None) => values.div_ceil(8),
            // Every text has its length in front.
            (_, None) => values.saturating_mul(4),
        };
        if values == 0 && !bytes.is_empty() {
            return Err(format!("{} bytes are left where no value is", bytes.len()));
        }
        if wanted > bytes.len() as u64 {
            return Err(format!("{values} values are claimed in {} bytes", bytes.len()));
        }
        Ok(())
    }

    /// Checks dictionary keys; the decoder compares them with the dictionary, but for values of fixed length.
    fn check_keys(&self, bytes: &[u8], values: u64) -> Result<(), String> {
        let entries = self.dictionary.ok_or("it needs a dictionary, and there is none")?;
        let (width, runs) = bytes.split_first().ok_or("it has no dictionary keys")?;
        if *width > WIDEST_KEY {
            return Err(format!("dictionary keys of {width} bits do not exist"));
        }
        if self.physical != Type::FIXED_LEN_BYTE_ARRAY || entries == 0 {
            return Ok(());
        }
        hybrid::walk(runs, u32::from(*width), values, |key, _| {
            if key < entries {
                Ok(())
            } else {
                Err(format!("entry {key} of a dictionary of {entries} is asked for"))
            }
        })
    }
}

/// Checks levels of a data page of version 1 and returns how many are the highest.
#[allow(deprecated, reason = "old files have levels that are only packed")]
fn prefixed_levels(rest: &mut &[u8], encoding: Encoding, most: u64, levels: u64) -> Result<u64, String> {
    if most == 0 {
        return Ok(levels);
    }
    match encoding {
        Encoding::RLE => hybrid_levels(prefixed(rest)?, most, levels),
        Encoding::BIT_PACKED => {
            let width = width_of(most);
            let bytes = (levels * u64::from(width)).div_ceil(8);
            let packed = hybrid::take(rest, usize::try_from(bytes).unwrap_or(usize::MAX))?;
            // The only values packed from the highest bit on.
            let turned: Vec<u8> = packed.iter().map(|byte| byte.reverse_bits()).collect();
            let mut highest = 0;
            hybrid::unpack(&turned, width, levels, |level, count| {
                let level = level.reverse_bits() >> (u64::BITS - width);
                highest += if level == most { count } else { 0 };
                if level > most { Err(format!("level {level} is above {most}")) } else { Ok(()) }
            })?;
            Ok(highest)
        }
        other => Err(format!("levels cannot be stored as {other}")),
    }
}

fn hybrid_levels(bytes: &[u8], most: u64, levels: u64) -> Result<u64, String> {
    if most == 0 {
        return Ok(levels);
    }
    let mut highest = 0;
    hybrid::walk(bytes, width_of(most), levels, |level, count| {
        if level > most {
            return Err(format!("level {level} is above {most}"));
        }
        highest += if level == most { count } else { 0 };
        Ok(())
    })?;
    Ok(highest)
}

/// Takes bytes with their number, 32 bits, in front.
fn prefixed<'b>(rest: &mut &'b [u8]) -> Result<&'b [u8], String> {
    let length = hybrid::take(rest, 4)?.first_chunk::<4>().map_or(0, |length| u32::from_le_bytes(*length));
    hybrid::take(rest, usize::try_from(length).unwrap_or(usize::MAX))
}

fn width_of(most: u64) -> u32 {
    u64::BITS - most.leading_zeros()
}

fn enough(held: u64, wanted: u64) -> Result<(), String> {
    if held < wanted { Err(format!("{held} values are held, {wanted} are needed")) } else { Ok(()) }
}
