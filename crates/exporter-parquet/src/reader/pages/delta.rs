//! The delta encodings, walked to see that their lengths are right (Parquet format, Encodings.md, section Delta
//! Encoding).

use super::hybrid::{take, unpack};

/// Most values of a block; writers take 128.
const LARGEST_BLOCK: u64 = 1 << 20;

/// Most texts of a page: the decoder takes memory for them before it has read them. Writers take twenty thousand.
const MOST_TEXTS: u64 = 1 << 24;

/// Walks numbers of `DELTA_BINARY_PACKED`; returns how many there are, at most `most`, and leaves `rest` behind them.
pub(super) fn numbers(
    rest: &mut &[u8],
    most: u64,
    mut seen: impl FnMut(i64) -> Result<(), String>,
) -> Result<u64, String> {
    let (block, parts, total) = (unsigned(rest)?, unsigned(rest)?, unsigned(rest)?);
    let mut value = zigzag(rest)?;
    let part = block.checked_div(parts).unwrap_or(0);
    if block > LARGEST_BLOCK || part == 0 || !part.is_multiple_of(32) || part * parts != block {
        return Err(format!("blocks of {block} values in {parts} parts do not exist"));
    }
    if total > most {
        return Err(format!("{total} values are claimed where {most} are left"));
    }
    let mut left = total;
    if left > 0 {
        seen(value)?;
        left -= 1;
    }
    while left > 0 {
        let least = zigzag(rest)?;
        let widths = take(rest, usize::try_from(parts).unwrap_or(usize::MAX))?;
        for width in widths {
            if left == 0 {
                break;
            }
            if *width > 64 {
                return Err(format!("numbers of {width} bits do not exist"));
            }
            let wanted = part.min(left);
            let whole = (part * u64::from(*width) / 8).min(rest.len() as u64);
            let packed = take(rest, usize::try_from(whole).unwrap_or(usize::MAX))?;
            unpack(packed, u32::from(*width), wanted, |delta, times| {
                for _ in 0..times {
                    value = value.wrapping_add(least).wrapping_add(delta as i64);
                    seen(value)?;
                }
                Ok(())
            })?;
            left -= wanted;
        }
    }
    Ok(total)
}

/// Walks texts of `DELTA_LENGTH_BYTE_ARRAY`: their lengths, then all their bytes.
pub(super) fn texts(mut rest: &[u8], most: u64) -> Result<u64, String> {
    let mut bytes = 0u64;
    let count = numbers(&mut rest, most.min(MOST_TEXTS), |length| {
        bytes = bytes.saturating_add(self::length(length)?);
        Ok(())
    })?;
    if bytes > rest.len() as u64 {
        return Err(format!("texts of {bytes} bytes are claimed in {}", rest.len()));
    }
    Ok(count)
}

/// Walks texts of `DELTA_BYTE_ARRAY`: lengths of the parts shared with the text before, then the rests of the texts.
pub(super) fn shared_texts(mut rest: &[u8], most: u64) -> Result<u64, String> {
    let most = most.min(MOST_TEXTS);
    let mut prefixes = Vec::new();
    numbers(&mut rest, most, |prefix| {
        prefixes.push(length(prefix)?);
        Ok(())
    })?;
    let mut ahead = prefixes.iter();
    let mut before = 0u64;
    let mut lengths = rest;
    let suffixes = numbers(&mut lengths, most, |suffix| {
        let shared = ahead.next().copied().ok_or("there are more texts than shared parts")?;
        if shared > before {
            return Err(format!("a text shares {shared} bytes with one of {before}"));
        }
        before = shared.saturating_add(length(suffix)?);
        Ok(())
    })?;
    if suffixes != prefixes.len() as u64 {
        return Err(format!("{} shared parts belong to {suffixes} texts", prefixes.len()));
    }
    texts(rest, most)
}

fn length(number: i64) -> Result<u64, String> {
    match i32::try_from(number) {
        Ok(length) if length >= 0 => Ok(number.unsigned_abs()),
        _ => Err(format!("{number} is no length")),
    }
}

fn zigzag(rest: &mut &[u8]) -> Result<i64, String> {
    let value = unsigned(rest)?;
    Ok((value >> 1) as i64 ^ -((value & 1) as i64))
}

fn unsigned(rest: &mut &[u8]) -> Result<u64, String> {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Blocks of 128 in 4 parts, two numbers from 7 on, one block: least delta 0, widths 0, 0, 0, 0.
    const SEVENS: [u8; 10] = [0x80, 0x01, 4, 2, 14, 0, 0, 0, 0, 0];

    #[test]
    fn numbers_are_summed_up() {
        let mut all = Vec::new();
        let mut rest = &SEVENS[..];
        assert_eq!(
            numbers(&mut rest, 2, |number| {
                all.push(number);
                Ok(())
            }),
            Ok(2)
        );
        assert_eq!((all, rest.len()), (vec![7, 7], 0));
    }

    #[test]
    fn more_than_there_is_room_for_is_refused() {
        assert!(numbers(&mut &SEVENS[..], 1, |_| Ok(())).unwrap_err().contains("2 values are claimed"));
        assert!(texts(&SEVENS, 2).unwrap_err().contains("texts of 14 bytes are claimed in 0"));
        let both = [SEVENS, SEVENS].concat();
        assert!(shared_texts(&both, 2).unwrap_err().contains("shares 7 bytes with one of 0"));
    }
}
