//! Which stored numbers are ordinary values and which are missing, by release.

use crate::spec::Release;
use crate::spec_storage::{BYTE_MAX, DOUBLE_MAX_BITS, FLOAT_MAX_BITS, INT_MAX, LONG_MAX};
use exporter_stata::Missing;

/// The missing `double` of releases up to 105, 2^333.
const OLD_MISSING_DOUBLE: f64 = f64::from_bits(0x54C0_0000_0000_0000);
const FLOAT_MAX: f32 = f32::from_bits(FLOAT_MAX_BITS);
const DOUBLE_MAX: f64 = f64::from_bits(DOUBLE_MAX_BITS);

/// The ranges of ordinary values of one release (section 5; before 113 section 4).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ordinary {
    byte: i8,
    int: i16,
    long: i32,
    extended: bool,
    old_double: bool,
}

impl Ordinary {
    pub(crate) fn of(release: Release) -> Self {
        let old_double = release.number() <= 105;
        if release.has_extended_missing() {
            Self { byte: BYTE_MAX, int: INT_MAX, long: LONG_MAX, extended: true, old_double }
        } else {
            // The largest number of each type is the only missing value.
            Self { byte: i8::MAX - 1, int: i16::MAX - 1, long: i32::MAX - 1, extended: false, old_double }
        }
    }

    pub(crate) fn byte(self, stored: i8) -> bool {
        stored <= self.byte
    }

    pub(crate) fn int(self, stored: i16) -> bool {
        stored <= self.int
    }

    pub(crate) fn long(self, stored: i32) -> bool {
        stored <= self.long
    }

    /// NaN and infinities, which no release allows, are not ordinary either.
    pub(crate) fn float(self, stored: f32) -> bool {
        stored.abs() <= FLOAT_MAX
    }

    /// NaN and infinities, which no release allows, are not ordinary either.
    pub(crate) fn double(self, stored: f64) -> bool {
        // Unlike that of floats, the range reaches further below zero than above.
        (f64::MIN..=DOUBLE_MAX).contains(&stored) && !(self.old_double && stored == OLD_MISSING_DOUBLE)
    }

    /// The missing value of a number that is not ordinary.
    pub(crate) fn byte_missing(self, stored: i8) -> Missing {
        self.keep(Missing::from_byte(stored))
    }

    /// The missing value of a number that is not ordinary.
    pub(crate) fn int_missing(self, stored: i16) -> Missing {
        self.keep(Missing::from_int(stored))
    }

    /// The missing value of a number that is not ordinary.
    pub(crate) fn long_missing(self, stored: i32) -> Missing {
        self.keep(Missing::from_long(stored))
    }

    /// The missing value of a number that is not ordinary; those outside the 27 count as `.`.
    pub(crate) fn float_missing(self, stored: f32) -> Missing {
        self.keep(Missing::from_float(stored))
    }

    /// The missing value of a number that is not ordinary; those outside the 27 count as `.`.
    pub(crate) fn double_missing(self, stored: f64) -> Missing {
        self.keep(Missing::from_double(stored))
    }

    /// Whether a number is neither a value nor a missing value; it is read as `.`.
    pub(crate) fn is_foreign_float(self, stored: f32) -> bool {
        !self.float(stored) && self.float_missing(stored).float().to_bits() != stored.to_bits()
    }

    /// Whether a number is neither a value nor a missing value; it is read as `.`.
    pub(crate) fn is_foreign_double(self, stored: f64) -> bool {
        let old = self.old_double && stored == OLD_MISSING_DOUBLE;
        !(old || self.double(stored)) && self.double_missing(stored).double().to_bits() != stored.to_bits()
    }

    fn keep(self, missing: Option<Missing>) -> Missing {
        missing.filter(|_| self.extended).unwrap_or(Missing::SYSTEM)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_releases_have_one_missing_value() {
        let old = Ordinary::of(Release::from_number(105).unwrap());
        assert!(old.byte(126) && !old.byte(127) && !old.double(2_f64.powi(333)));
        assert_eq!(old.byte_missing(127), Missing::SYSTEM);
        assert!(!old.is_foreign_double(2_f64.powi(333)) && !old.is_foreign_float(2_f32.powi(127)));
        assert!(old.is_foreign_double(f64::INFINITY));
        let new = Ordinary::of(Release::V118);
        assert!(new.is_foreign_double(f64::NAN) && new.is_foreign_float(f32::NEG_INFINITY));
        assert!((0..27).filter_map(Missing::from_number).all(|missing| {
            !new.is_foreign_float(missing.float()) && !new.is_foreign_double(missing.double())
        }));
        assert!(new.is_foreign_double(f64::from_bits(Missing::SYSTEM.double().to_bits() + 1)));
        assert!(!new.byte(101) && new.double(2_f64.powi(333)));
        assert_eq!(new.byte_missing(127).letter(), Some('z'));
        assert!(!new.float(f32::NEG_INFINITY) && !new.double(f64::NAN));
        assert!(new.double(f64::MIN) && !new.double(f64::NEG_INFINITY));
    }
}
