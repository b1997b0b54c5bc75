//! The 27 missing values `.`, `.a` to `.z`, also as cells of each storage type (section 5).

/// One of the 27 missing values; 0 is `.`, 1 is `.a` and 26 is `.z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Missing(u8);

impl Missing {
    /// System missing, `.`.
    pub const SYSTEM: Self = Self(0);
    /// Number of missing values.
    pub const COUNT: u8 = 27;

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

    /// Key in a value-label set.
    pub const fn key(self) -> i32 {
        FIRST_KEY + self.0 as i32
    }

    /// Missing value of a key in a value-label set, `None` for the key of an ordinary value.
    pub const fn from_key(key: i32) -> Option<Self> {
        if key >= FIRST_KEY { Some(Self((key - FIRST_KEY) as u8)) } else { None }
    }

    /// Stored as `byte`.
    #[inline]
    pub fn byte(self) -> i8 {
        101 + self.number() as i8
    }

    /// Stored as `int`.
    #[inline]
    pub fn int(self) -> i16 {
        32_741 + i16::from(self.number())
    }

    /// Stored as `long`.
    #[inline]
    pub fn long(self) -> i32 {
        self.key()
    }

    /// Stored as `float`.
    #[inline]
    pub fn float(self) -> f32 {
        f32::from_bits(FLOAT_BASE + u32::from(self.number()) * 0x800)
    }

    /// Stored as `double`.
    #[inline]
    pub fn double(self) -> f64 {
        f64::from_bits(DOUBLE_BASE + (u64::from(self.number()) << 40))
    }

    /// Missing value of a stored `byte`, `None` for an ordinary value.
    #[inline]
    pub fn from_byte(stored: i8) -> Option<Self> {
        if stored > 100 { Self::from_number((stored - 101) as u8) } else { None }
    }

    /// Missing value of a stored `int`, `None` for an ordinary value.
    #[inline]
    pub fn from_int(stored: i16) -> Option<Self> {
        if stored > 32_740 { Self::from_number((stored - 32_741) as u8) } else { None }
    }

    /// Missing value of a stored `long`, `None` for an ordinary value.
    #[inline]
    pub fn from_long(stored: i32) -> Option<Self> {
        Self::from_key(stored)
    }

    /// Missing value of a stored `float`; numbers above the largest value that are none of the 27 count as `.`.
    #[inline]
    pub fn from_float(stored: f32) -> Option<Self> {
        if stored <= f32::from_bits(FLOAT_BASE - 1) {
            return None;
        }
        let above = stored.to_bits().wrapping_sub(FLOAT_BASE);
        let number = if above & 0x7FF == 0 { (above >> 11).try_into().ok() } else { None };
        number.and_then(Self::from_number).or(Some(Self::SYSTEM))
    }

    /// Missing value of a stored `double`; numbers above the largest value that are none of the 27 count as `.`.
    #[inline]
    pub fn from_double(stored: f64) -> Option<Self> {
        if stored <= f64::from_bits(DOUBLE_BASE - 1) {
            return None;
        }
        let above = stored.to_bits().wrapping_sub(DOUBLE_BASE);
        let number = if above & 0xFF_FFFF_FFFF == 0 { (above >> 40).try_into().ok() } else { None };
        number.and_then(Self::from_number).or(Some(Self::SYSTEM))
    }
}

/// Key of `.`; those of the letters follow.
const FIRST_KEY: i32 = 2_147_483_621;
/// Bits of `.` in a `float`; those of the letters follow at equal distances.
const FLOAT_BASE: u32 = 0x7F00_0000;
/// Bits of `.` in a `double`.
const DOUBLE_BASE: u64 = 0x7FE0_0000_0000_0000;

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
    fn numbers_letters_and_keys_are_those_of_the_table() {
        let z = Missing::from_letter('z').unwrap();
        assert_eq!((z.number(), z.letter(), z.key()), (26, Some('z'), i32::MAX));
        assert_eq!((Missing::SYSTEM.letter(), Missing::SYSTEM.to_string()), (None, ".".to_owned()));
        assert_eq!(Missing::from_letter('a').unwrap().to_string(), ".a");
        for missing in (0..Missing::COUNT).filter_map(Missing::from_number) {
            assert_eq!(Missing::from_key(missing.key()), Some(missing));
        }
        assert_eq!((Missing::from_number(27), Missing::from_key(2_147_483_620)), (None, None));
    }

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
