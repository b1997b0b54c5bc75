//! The 27 missing values `.`, `.a` to `.z` as numbers (section 5).

/// One of the 27 missing values; 0 is `.`, 1 is `.a` and 26 is `.z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Missing(u8);

const FLOAT_BASE: u32 = 0x7F00_0000;
const DOUBLE_BASE: u64 = 0x7FE0_0000_0000_0000;

impl Missing {
    /// System missing, `.`.
    pub const SYSTEM: Self = Self(0);
    /// Number of missing values.
    pub const COUNT: u8 = 27;
    /// Number of the extended ones, `.a` to `.z`.
    pub const LETTERS: u8 = 26;

    /// Takes a number from 0 (`.`) to 26 (`.z`).
    pub const fn from_number(number: u8) -> Option<Self> {
        if number < Self::COUNT { Some(Self(number)) } else { None }
    }

    /// Takes a letter from `a` to `z`.
    pub const fn from_letter(letter: char) -> Option<Self> {
        if letter.is_ascii_lowercase() { Some(Self(letter as u8 - b'a' + 1)) } else { None }
    }

    /// 0 for `.`, 1 for `.a`, 26 for `.z`.
    pub const fn number(self) -> u8 {
        self.0
    }

    /// Letter of an extended missing value, `None` for `.`.
    pub const fn letter(self) -> Option<char> {
        if self.0 == 0 { None } else { Some((b'a' + self.0 - 1) as char) }
    }

    /// Stored as `byte`.
    pub const fn byte(self) -> i8 {
        101 + self.0 as i8
    }

    /// Stored as `int`.
    pub const fn int(self) -> i16 {
        32_741 + self.0 as i16
    }

    /// Stored as `long`; also its key in a value-label set.
    pub const fn long(self) -> i32 {
        2_147_483_621 + self.0 as i32
    }

    /// Stored as `float`.
    pub const fn float(self) -> f32 {
        f32::from_bits(FLOAT_BASE + self.0 as u32 * 0x800)
    }

    /// Stored as `double`.
    pub const fn double(self) -> f64 {
        f64::from_bits(DOUBLE_BASE + ((self.0 as u64) << 40))
    }

    /// Missing value of a stored `byte`, `None` for an ordinary value.
    pub const fn from_byte(stored: i8) -> Option<Self> {
        if stored > 100 { Some(Self((stored - 101) as u8)) } else { None }
    }

    /// Missing value of a stored `int`, `None` for an ordinary value.
    pub const fn from_int(stored: i16) -> Option<Self> {
        if stored > 32_740 { Some(Self((stored - 32_741) as u8)) } else { None }
    }

    /// Missing value of a stored `long`, `None` for an ordinary value.
    pub const fn from_long(stored: i32) -> Option<Self> {
        if stored > 2_147_483_620 { Some(Self((stored - 2_147_483_621) as u8)) } else { None }
    }

    /// Missing value of a stored `float`; numbers above the largest value that are none of the 27 count as `.`.
    pub fn from_float(stored: f32) -> Option<Self> {
        if stored <= f32::from_bits(FLOAT_BASE - 1) {
            return None;
        }
        let above = stored.to_bits().wrapping_sub(FLOAT_BASE);
        let number = above >> 11;
        Some(if above & 0x7FF == 0 && number < 27 { Self(number as u8) } else { Self::SYSTEM })
    }

    /// Missing value of a stored `double`; numbers above the largest value that are none of the 27 count as `.`.
    pub fn from_double(stored: f64) -> Option<Self> {
        if stored <= f64::from_bits(DOUBLE_BASE - 1) {
            return None;
        }
        let above = stored.to_bits().wrapping_sub(DOUBLE_BASE);
        let number = above >> 40;
        Some(if above & 0xFF_FFFF_FFFF == 0 && number < 27 { Self(number as u8) } else { Self::SYSTEM })
    }
}

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.letter() {
            None => f.write_str("."),
            Some(letter) => write!(f, ".{letter}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_those_of_the_table() {
        let z = Missing::from_letter('z').unwrap();
        assert_eq!((z.byte(), z.int(), z.long()), (127, 32_767, i32::MAX));
        assert_eq!(z.float().to_bits(), 0x7F00_D000);
        assert_eq!(z.double().to_bits(), 0x7FE0_1A00_0000_0000);
        assert_eq!(Missing::SYSTEM.double(), 8.98846567431158e307);
        assert_eq!(Missing::from_letter('a').unwrap().to_string(), ".a");
    }

    #[test]
    fn all_27_return() {
        for number in 0..27 {
            let missing = Missing::from_number(number).unwrap();
            assert_eq!(Missing::from_byte(missing.byte()), Some(missing));
            assert_eq!(Missing::from_int(missing.int()), Some(missing));
            assert_eq!(Missing::from_long(missing.long()), Some(missing));
            assert_eq!(Missing::from_float(missing.float()), Some(missing));
            assert_eq!(Missing::from_double(missing.double()), Some(missing));
        }
        assert_eq!(Missing::from_number(27), None);
        assert_eq!(Missing::from_byte(100), None);
        assert_eq!(Missing::from_float(f32::from_bits(0x7EFF_FFFF)), None);
        assert_eq!(Missing::from_float(f32::NAN), Some(Missing::SYSTEM));
        assert_eq!(Missing::from_double(f64::NEG_INFINITY), None);
    }
}
