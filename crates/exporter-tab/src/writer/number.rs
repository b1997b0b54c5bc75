//! Decimal text of numbers: shortest digits that read back, no exponent for ordinary magnitudes.

/// Room that [`integer`] and [`float`] need, in bytes.
pub(super) const NUMBER_ROOM: usize = 32;

const PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [[b'0'; 2]; 100];
    let mut i = 0;
    while i < 100 {
        pairs[i] = [b'0' + (i / 10) as u8, b'0' + (i % 10) as u8];
        i += 1;
    }
    pairs
};

/// The two decimal digits of a value below 100.
#[inline]
pub(super) fn pair(value: u32) -> [u8; 2] {
    PAIRS[(value % 100) as usize]
}

#[inline]
fn quad(value: u32) -> [u8; 4] {
    let [a, b] = PAIRS[(value / 100 % 100) as usize];
    let [c, d] = PAIRS[(value % 100) as usize];
    [a, b, c, d]
}

/// Writes the digits of `value` at the start of `to` and returns their number.
#[inline]
pub(super) fn unsigned(value: u64, to: &mut [u8; NUMBER_ROOM]) -> usize {
    if value < 10_000 {
        let digits = quad(value as u32);
        let len = 1 + usize::from(value > 9) + usize::from(value > 99) + usize::from(value > 999);
        // The leading zeros of the four digits are shifted out, so that no copy has a variable length.
        let shifted = u32::from_le_bytes(digits) >> (8 * (4 - len as u32));
        to[..4].copy_from_slice(&shifted.to_le_bytes());
        return len;
    }
    // Digits are filled from the right of a wide buffer; the copy out has a fixed length.
    let mut wide = [b'0'; 52];
    let mut start = 20;
    let mut rest = value;
    while rest >= 10_000 {
        start -= 4;
        wide[start..start + 4].copy_from_slice(&quad((rest % 10_000) as u32));
        rest /= 10_000;
    }
    let rest = rest as u32;
    if rest >= 100 {
        start -= 4;
        wide[start..start + 4].copy_from_slice(&quad(rest));
        start += usize::from(rest < 1000);
    } else {
        start -= 2;
        wide[start..start + 2].copy_from_slice(&pair(rest));
        start += usize::from(rest < 10);
    }
    to.copy_from_slice(&wide[start..start + NUMBER_ROOM]);
    20 - start
}

/// Writes `value` in decimal and returns the number of bytes.
#[inline]
pub(super) fn integer(value: i64, to: &mut [u8; NUMBER_ROOM]) -> usize {
    if value >= 0 {
        return unsigned(value as u64, to);
    }
    let mut digits = [0; NUMBER_ROOM];
    let len = unsigned(value.unsigned_abs(), &mut digits);
    to[0] = b'-';
    to[1..].copy_from_slice(&digits[..NUMBER_ROOM - 1]);
    len + 1
}

/// Writes the shortest text that reads back as `value`, which must be finite.
#[inline]
pub(super) fn float(value: f64, mark: u8, to: &mut [u8; NUMBER_ROOM]) -> usize {
    // 2^53: below it every whole double is exactly that integer.
    const WHOLE: f64 = 9_007_199_254_740_992.0;
    let whole = value as i64;
    if whole as f64 == value && value.abs() < WHOLE && (whole != 0 || value.is_sign_positive()) {
        return integer(whole, to);
    }
    shortest(zmij::Buffer::new().format_finite(value).as_bytes(), mark, to)
}

/// Like [`float`] for single precision: the text reads back as the same `f32`.
#[inline]
pub(super) fn float32(value: f32, mark: u8, to: &mut [u8; NUMBER_ROOM]) -> usize {
    const WHOLE: f32 = 16_777_216.0;
    if value.fract() == 0.0 && value.abs() < WHOLE && (value != 0.0 || value.is_sign_positive()) {
        return integer(value as i64, to);
    }
    shortest(zmij::Buffer::new().format_finite(value).as_bytes(), mark, to)
}

#[inline]
fn shortest(text: &[u8], mark: u8, to: &mut [u8; NUMBER_ROOM]) -> usize {
    let text = text.strip_suffix(b".0").unwrap_or(text);
    let len = text.len().min(NUMBER_ROOM);
    // Overlapping copies of fixed length are several times faster than one of variable length.
    if let (Some(head), Some(tail)) = (text.first_chunk::<16>(), text.last_chunk::<16>()) {
        to[..16].copy_from_slice(head);
        to[len - 16..len].copy_from_slice(tail);
    } else if let (Some(head), Some(tail)) = (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        to[..8].copy_from_slice(head);
        to[len - 8..len].copy_from_slice(tail);
    } else {
        to[..len].copy_from_slice(&text[..len]);
    }
    if mark != b'.'
        && let Some(at) = to[..len].iter().position(|byte| *byte == b'.')
    {
        to[at] = mark;
    }
    len
}

/// Appends an exact decimal of `scale` fraction digits; a negative scale appends zeros.
pub(super) fn decimal(value: i128, scale: i8, mark: u8, to: &mut Vec<u8>) {
    let digits = value.unsigned_abs().to_string();
    if value < 0 {
        to.push(b'-');
    }
    if scale <= 0 {
        to.extend_from_slice(digits.as_bytes());
        if value != 0 {
            to.extend(std::iter::repeat_n(b'0', usize::from(scale.unsigned_abs())));
        }
        return;
    }
    let scale = usize::from(scale.unsigned_abs());
    let whole = digits.len().saturating_sub(scale);
    let (before, after) = digits.as_bytes().split_at(whole);
    to.extend_from_slice(if before.is_empty() { b"0" } else { before });
    to.push(mark);
    to.extend(std::iter::repeat_n(b'0', scale - after.len()));
    to.extend_from_slice(after);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(write: impl FnOnce(&mut [u8; NUMBER_ROOM]) -> usize) -> String {
        let mut room = [b'#'; NUMBER_ROOM];
        let len = write(&mut room);
        String::from_utf8(room[..len].to_vec()).unwrap()
    }

    #[test]
    fn integers_agree_with_the_standard_library() {
        let mut values =
            vec![0, 7, 10, 99, 100, 999, 1000, 9999, 10_000, 123_456, 99_999_999, i64::MAX, i64::MIN];
        values.extend((0..64).map(|bit| 1_i64.wrapping_shl(bit)));
        values.extend((0..19).map(|power| 10_i64.pow(power)));
        for value in values.iter().flat_map(|v| [*v, v.wrapping_neg(), v.wrapping_sub(1), v.wrapping_add(1)])
        {
            assert_eq!(text(|to| integer(value, to)), value.to_string());
            assert_eq!(text(|to| unsigned(value as u64, to)), (value as u64).to_string());
        }
    }

    #[test]
    fn floats_are_short_and_plain() {
        for (value, expected) in [
            (1.0, "1"),
            (-3.0, "-3"),
            (0.0, "0"),
            (-0.0, "-0"),
            (0.1, "0.1"),
            (579.71, "579.71"),
            (0.00001, "0.00001"),
            (9_007_199_254_740_993.0, "9007199254740992"),
            (1e15, "1000000000000000"),
            (5e-324, "5e-324"),
        ] {
            assert_eq!(text(|to| float(value, b'.', to)), expected);
        }
        assert_eq!(text(|to| float(-1.5, b',', to)), "-1,5");
        assert_eq!(text(|to| float32(0.1, b'.', to)), "0.1");
        for value in [f64::MAX, f64::MIN_POSITIVE, 1e16, 1e21, 1.5e300, std::f64::consts::PI] {
            assert_eq!(text(|to| float(value, b'.', to)).parse::<f64>().unwrap(), value);
        }
    }

    #[test]
    fn decimals_keep_every_digit() {
        for (value, scale, expected) in [
            (12345, 2, "123.45"),
            (-5, 3, "-0.005"),
            (0, 2, "0.00"),
            (12, 0, "12"),
            (12, -2, "1200"),
            (0, -2, "0"),
            (i128::MIN, 38, "-1.70141183460469231731687303715884105728"),
        ] {
            let mut out = Vec::new();
            decimal(value, scale, b'.', &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }
}
