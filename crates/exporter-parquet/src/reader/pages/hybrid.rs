//! The hybrid of runs and packed bits that levels and dictionary keys are stored in (Parquet format, Encodings.md,
//! section Run Length Encoding / Bit-Packing Hybrid).

/// Calls `seen` with every value and how often it comes, until `values` have been seen.
pub(super) fn walk(
    bytes: &[u8],
    width: u32,
    values: u64,
    mut seen: impl FnMut(u64, u64) -> Result<(), String>,
) -> Result<(), String> {
    let mut rest = bytes;
    let mut left = values;
    while left > 0 {
        let head = varint(&mut rest)?;
        let count = (head >> 1) as u64;
        if head & 1 == 0 {
            let value = take(&mut rest, width.div_ceil(8) as usize)?;
            let value = value.iter().rev().fold(0u64, |value, byte| value << 8 | u64::from(*byte));
            let count = count.min(left);
            seen(value, count)?;
            left -= count;
        } else {
            // Groups of eight values; writers may cut off what is padding.
            let wanted = (count * 8).min(left);
            let group = (count * u64::from(width)).min(rest.len() as u64);
            let packed = take(&mut rest, usize::try_from(group).unwrap_or(usize::MAX))?;
            if (wanted * u64::from(width)).div_ceil(8) > group {
                return Err(format!("{wanted} values of {width} bits are claimed in {group} bytes"));
            }
            unpack(packed, width, wanted, &mut seen)?;
            left -= wanted;
        }
    }
    Ok(())
}

/// Walks values packed from the lowest bit on.
pub(super) fn unpack(
    bytes: &[u8],
    width: u32,
    values: u64,
    mut seen: impl FnMut(u64, u64) -> Result<(), String>,
) -> Result<(), String> {
    if width == 0 {
        return seen(0, values);
    }
    let mask = u64::MAX >> (64 - width.min(64));
    let mut bytes = bytes.iter();
    let (mut held, mut bits) = (0u128, 0u32);
    for _ in 0..values {
        while bits < width {
            let byte = bytes.next().ok_or("packed values end too early")?;
            held |= u128::from(*byte) << bits;
            bits += 8;
        }
        seen(held as u64 & mask, 1)?;
        held >>= width;
        bits -= width;
    }
    Ok(())
}

/// An unsigned number of seven bits a byte, at most 32 bits long.
fn varint(rest: &mut &[u8]) -> Result<u32, String> {
    let mut value = 0u64;
    for shift in (0..35).step_by(7) {
        let byte = take(rest, 1)?.first().copied().unwrap_or(0);
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return u32::try_from(value).map_err(|_| "a run is too long".into());
        }
    }
    Err("the length of a run is too long".into())
}

pub(super) fn take<'b>(rest: &mut &'b [u8], length: usize) -> Result<&'b [u8], String> {
    let (taken, left) = rest
        .split_at_checked(length)
        .ok_or_else(|| format!("{length} bytes are claimed where {} are left", rest.len()))?;
    *rest = left;
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(bytes: &[u8], width: u32, count: u64) -> Result<Vec<(u64, u64)>, String> {
        let mut all = Vec::new();
        walk(bytes, width, count, |value, times| {
            all.push((value, times));
            Ok(())
        })?;
        Ok(all)
    }

    #[test]
    fn runs_and_packed_groups_follow_each_other() {
        // Five times 3 in three bits, then one group: 0 to 7 in three bits (the example of Encodings.md).
        let bytes = [0x0a, 3, 0x03, 0b1000_1000, 0b1100_0110, 0b1111_1010];
        let packed: Vec<_> = (0..8).map(|value| (value, 1)).collect();
        assert_eq!(values(&bytes, 3, 13).unwrap(), [vec![(3, 5)], packed.clone()].concat());
        assert_eq!(values(&bytes, 3, 4).unwrap(), [(3, 4)]);
        assert!(values(&bytes, 3, 14).unwrap_err().contains("where 0 are left"));
    }

    #[test]
    fn padding_may_be_cut_off_and_values_may_not() {
        let bytes = [0x05, 0xff, 0x01];
        assert_eq!(values(&bytes, 1, 9).unwrap().iter().map(|(value, _)| value).sum::<u64>(), 9);
        assert!(values(&bytes[..2], 1, 9).unwrap_err().contains("9 values of 1 bits"));
        assert!(values(&[0xff, 0xff, 0xff, 0xff, 0xff, 1], 1, 9).unwrap_err().contains("too long"));
    }
}
