//! The 27 missing values as cells of each storage type (section 5).

pub(crate) use exporter_stata::Missing;

const FLOAT_BASE: u32 = 0x7F00_0000;
const DOUBLE_BASE: u64 = 0x7FE0_0000_0000_0000;

/// A missing value as it is stored in a cell.
pub trait MissingCell: Sized {
    /// Stored as `byte`.
    fn byte(self) -> i8;
    /// Stored as `int`.
    fn int(self) -> i16;
    /// Stored as `long`.
    fn long(self) -> i32;
    /// Stored as `float`.
    fn float(self) -> f32;
    /// Stored as `double`.
    fn double(self) -> f64;
    /// Missing value of a stored `byte`, `None` for an ordinary value.
    fn from_byte(stored: i8) -> Option<Self>;
    /// Missing value of a stored `int`, `None` for an ordinary value.
    fn from_int(stored: i16) -> Option<Self>;
    /// Missing value of a stored `long`, `None` for an ordinary value.
    fn from_long(stored: i32) -> Option<Self>;
    /// Missing value of a stored `float`; numbers above the largest value that are none of the 27 count as `.`.
    fn from_float(stored: f32) -> Option<Self>;
    /// Missing value of a stored `double`; numbers above the largest value that are none of the 27 count as `.`.
    fn from_double(stored: f64) -> Option<Self>;
}

impl MissingCell for Missing {
    #[inline]
    fn byte(self) -> i8 {
        101 + self.number() as i8
    }

    #[inline]
    fn int(self) -> i16 {
        32_741 + i16::from(self.number())
    }

    #[inline]
    fn long(self) -> i32 {
        self.key()
    }

    #[inline]
    fn float(self) -> f32 {
        f32::from_bits(FLOAT_BASE + u32::from(self.number()) * 0x800)
    }

    #[inline]
    fn double(self) -> f64 {
        f64::from_bits(DOUBLE_BASE + (u64::from(self.number()) << 40))
    }

    #[inline]
    fn from_byte(stored: i8) -> Option<Self> {
        if stored > 100 { Self::from_number((stored - 101) as u8) } else { None }
    }

    #[inline]
    fn from_int(stored: i16) -> Option<Self> {
        if stored > 32_740 { Self::from_number((stored - 32_741) as u8) } else { None }
    }

    #[inline]
    fn from_long(stored: i32) -> Option<Self> {
        Self::from_key(stored)
    }

    #[inline]
    fn from_float(stored: f32) -> Option<Self> {
        if stored <= f32::from_bits(FLOAT_BASE - 1) {
            return None;
        }
        let above = stored.to_bits().wrapping_sub(FLOAT_BASE);
        let number = if above & 0x7FF == 0 { (above >> 11).try_into().ok() } else { None };
        number.and_then(Self::from_number).or(Some(Self::SYSTEM))
    }

    #[inline]
    fn from_double(stored: f64) -> Option<Self> {
        if stored <= f64::from_bits(DOUBLE_BASE - 1) {
            return None;
        }
        let above = stored.to_bits().wrapping_sub(DOUBLE_BASE);
        let number = if above & 0xFF_FFFF_FFFF == 0 { (above >> 40).try_into().ok() } else { None };
        number.and_then(Self::from_number).or(Some(Self::SYSTEM))
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
