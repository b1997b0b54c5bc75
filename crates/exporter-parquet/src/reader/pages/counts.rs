//! Counts inside an unpacked page that its decoder takes memory for before it has seen what they count: entries of a
//! dictionary, and lengths of texts in the delta encodings (Parquet format, Encodings.md).

use parquet::basic::{Encoding, Type};
use parquet::column::page::Page;
use parquet::schema::types::ColumnDescriptor;

/// Most values of a block of the delta encoding; writers take 128.
const LARGEST_BLOCK: u64 = 1 << 20;

/// Checks the counts of a page of a column.
///
/// # Errors
/// What is claimed and what is there.
pub(super) fn check(page: &Page, column: &ColumnDescriptor) -> Result<(), String> {
    let lengths = [Encoding::DELTA_LENGTH_BYTE_ARRAY, Encoding::DELTA_BYTE_ARRAY];
    match page {
        Page::DictionaryPage { buf, num_values, .. } => check_dictionary(buf, *num_values, column),
        _ if !lengths.contains(&page.encoding()) => Ok(()),
        Page::DataPage { buf, num_values, def_level_encoding, rep_level_encoding, .. } => {
            let mut rest = buf.as_ref();
            skip_levels(&mut rest, *rep_level_encoding, column.max_rep_level(), *num_values)?;
            skip_levels(&mut rest, *def_level_encoding, column.max_def_level(), *num_values)?;
            check_lengths(rest, page.encoding(), *num_values)
        }
        Page::DataPageV2 { buf, num_values, def_levels_byte_len, rep_levels_byte_len, .. } => {
            let mut rest = buf.as_ref();
            take(&mut rest, u64::from(*rep_levels_byte_len) + u64::from(*def_levels_byte_len))?;
            check_lengths(rest, page.encoding(), *num_values)
        }
    }
}

fn check_dictionary(bytes: &[u8], entries: u32, column: &ColumnDescriptor) -> Result<(), String> {
    let bits = match column.physical_type() {
        Type::BOOLEAN => 1,
        Type::INT32 | Type::FLOAT => 32,
        Type::INT64 | Type::DOUBLE => 64,
        Type::INT96 => 96,
        // Every text has its length in front.
        Type::BYTE_ARRAY => 32,
        Type::FIXED_LEN_BYTE_ARRAY => 8 * u64::try_from(column.type_length()).unwrap_or(0),
    };
    if u64::from(entries).saturating_mul(bits) > 8 * bytes.len() as u64 {
        return Err(format!("a dictionary of {entries} entries is claimed in {} bytes", bytes.len()));
    }
    Ok(())
}

/// Passes over the levels of a data page of version 1.
#[allow(deprecated, reason = "old files have levels that are only packed")]
fn skip_levels(rest: &mut &[u8], encoding: Encoding, most: i16, levels: u32) -> Result<(), String> {
    if most == 0 {
        return Ok(());
    }
    if encoding == Encoding::BIT_PACKED {
        let width = u64::from(i16::BITS - most.leading_zeros());
        return take(rest, (u64::from(levels) * width).div_ceil(8)).map(drop);
    }
    let length = take(rest, 4)?.first_chunk::<4>().map_or(0, |length| u32::from_le_bytes(*length));
    take(rest, length.into()).map(drop)
}

/// Lengths come first, in `DELTA_BYTE_ARRAY` behind the lengths of what each text shares with the one before.
fn check_lengths(mut rest: &[u8], encoding: Encoding, most: u32) -> Result<(), String> {
    if rest.is_empty() {
        return Ok(());
    }
    skip_numbers(&mut rest, most)?;
    if encoding == Encoding::DELTA_BYTE_ARRAY { skip_numbers(&mut rest, most) } else { Ok(()) }
}

/// Passes over numbers of `DELTA_BINARY_PACKED` without looking at them, once their count is known to be at most `most`.
fn skip_numbers(rest: &mut &[u8], most: u32) -> Result<(), String> {
    let (block, parts, total) = (varint(rest)?, varint(rest)?, varint(rest)?);
    varint(rest)?;
    if total > most.into() {
        return Err(format!("{total} lengths are claimed where {most} values are"));
    }
    if parts == 0 || block > LARGEST_BLOCK || !block.is_multiple_of(parts) || block / parts < 8 {
        return Err(format!("blocks of {block} values in {parts} parts do not exist"));
    }
    let mut left = total.saturating_sub(1);
    while left > 0 {
        varint(rest)?;
        for width in take(rest, parts)? {
            if left == 0 {
                break;
            }
            // The last part may be cut off.
            let packed = (block / parts * u64::from(*width) / 8).min(rest.len() as u64);
            take(rest, packed)?;
            left = left.saturating_sub(block / parts);
        }
    }
    Ok(())
}

fn varint(rest: &mut &[u8]) -> Result<u64, String> {
    let mut value = 0u64;
    for shift in (0..70).step_by(7) {
        let byte = take(rest, 1)?.first().copied().unwrap_or(0);
        value |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err("a number is longer than ten bytes".into())
}

fn take<'b>(rest: &mut &'b [u8], count: u64) -> Result<&'b [u8], String> {
    let short = || format!("expected {count} bytes, {} are left", rest.len());
    let (taken, behind) =
        usize::try_from(count).ok().and_then(|count| rest.split_at_checked(count)).ok_or_else(short)?;
    *rest = behind;
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Blocks of 128 in 4 parts, two numbers from 7 on, one block: least delta 0, widths 0, 0, 0, 0.
    const SEVENS: [u8; 10] = [0x80, 0x01, 4, 2, 14, 0, 0, 0, 0, 0];

    #[test]
    fn both_lists_of_lengths_are_looked_at() {
        let twice = [SEVENS, SEVENS].concat();
        assert!(check_lengths(&twice, Encoding::DELTA_BYTE_ARRAY, 2).is_ok());
        let mut many = twice.clone();
        many.splice(13..14, [0xff, 0xff, 0xff, 0xff, 0x7f]);
        assert!(check_lengths(&many, Encoding::DELTA_LENGTH_BYTE_ARRAY, 2).is_ok());
        let error = check_lengths(&many, Encoding::DELTA_BYTE_ARRAY, 2).unwrap_err();
        assert_eq!(error, "34359738367 lengths are claimed where 2 values are");
        assert!(check_lengths(&SEVENS, Encoding::DELTA_LENGTH_BYTE_ARRAY, 1).is_err());
        assert!(check_lengths(&SEVENS[..6], Encoding::DELTA_LENGTH_BYTE_ARRAY, 2).is_err());
    }
}
