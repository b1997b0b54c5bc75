//! Releases of the format, the widths that change with them, and the limits.
//!
//! Section numbers name the parts of the format description that this crate follows: 1 releases, 2 widths,
//! 3 tagged layout, 4 binary layout, 5 types, 6 text, 10 value labels, 11 characteristics.

use exporter_stata::{Charset, Version};

/// Most observations of a tagged file with 64-bit counts: 2^48 - 1 (section 1).
pub(crate) const MAX_OBSERVATIONS: u64 = (1 << 48) - 1;
/// Most bytes of a row: the widest dataset that the SE and MP editions open (`help limits`).
pub(crate) const MAX_ROW_BYTES: u64 = 1_048_576;
/// Length of a timestamp, `dd Mon yyyy hh:mm`, in bytes (section 12).
pub(crate) const TIMESTAMP_BYTES: usize = 17;
/// Offsets in the map of a tagged file (section 3.1).
pub(crate) const MAP_ENTRIES: usize = 14;
/// GSO type of a strL text that ends with a NUL (section 3.2).
pub(crate) const GSO_TEXT: u8 = 130;
/// GSO type of a strL binary value (section 3.2).
pub(crate) const GSO_BINARY: u8 = 129;

pub(crate) use exporter_core::source::ByteOrder;
pub(crate) use exporter_stata::calendar::{EPOCH_DAYS, EPOCH_MILLIS, FIRST_DAY, LAST_DAY};
pub(crate) use exporter_stata::limits::*;

/// A release of the format, 102 to 121 (numbers that no Stata ever wrote read like the one before them).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Release(u8);

/// Widths in bytes of the fields that change with the release (section 2; before 113 section 4).
///
/// Text widths include the closing NUL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Widths {
    /// Names of variables, value-label sets and characteristics.
    pub(crate) name: usize,
    /// Display format.
    pub(crate) format: usize,
    /// Variable label.
    pub(crate) variable_label: usize,
    /// Dataset label: the fixed field before release 117, the width of its length from 117 on.
    pub(crate) dataset_label: usize,
    /// Longest dataset label in bytes, without a NUL.
    pub(crate) dataset_label_max: usize,
    /// Timestamp: the fixed field before release 117 (0 before 105), the width of its length from 117 on.
    pub(crate) timestamp: usize,
    /// Number of variables, K.
    pub(crate) variables: usize,
    /// Number of observations, N.
    pub(crate) observations: usize,
    /// One entry of the sort list.
    pub(crate) sort_entry: usize,
    /// One type code.
    pub(crate) type_code: usize,
    /// Length of an expansion field before release 117 (0 where there are none).
    pub(crate) expansion_length: usize,
    /// Bytes of `v` in a strL cell (0 where there are none).
    pub(crate) strl_v: usize,
    /// Bytes of `o` in a strL cell (0 where there are none).
    pub(crate) strl_o: usize,
    /// Bytes of `o` in a GSO record; its `v` takes 4 (0 where there are none).
    pub(crate) gso_o: usize,
}

impl Release {
    /// Stata 8 and 9.
    pub const V113: Self = Self(113);
    /// Stata 10 and 11.
    pub const V114: Self = Self(114);
    /// Stata 12.
    pub const V115: Self = Self(115);
    /// Stata 13, the first tagged one.
    pub const V117: Self = Self(117);
    /// Stata 14 to 19.
    pub const V118: Self = Self(118);
    /// Stata 15 and later, MP edition, more than 32,767 variables.
    pub const V119: Self = Self(119);
    /// Stata 18 and later, 118 with alias variables.
    pub const V120: Self = Self(120);
    /// Stata 18 and later, 119 with alias variables.
    pub const V121: Self = Self(121);

    /// Takes a release number from 102 to 121, or `None`.
    pub const fn from_number(number: u16) -> Option<Self> {
        if number >= 102 && number <= 121 { Some(Self(number as u8)) } else { None }
    }

    /// Release number as it stands in the file.
    pub const fn number(self) -> u8 {
        self.0
    }

    /// The version of Stata whose rules hold for a file of this release.
    pub const fn version(self) -> Version {
        match self.0 {
            ..114 => Version::Stata8,
            114..117 => Version::Stata10,
            117 => Version::Stata13,
            _ => Version::Stata14,
        }
    }

    /// How text is stored.
    pub const fn charset(self) -> Charset {
        self.version().charset()
    }

    /// Whether sections are enclosed in tags (117 and later; section 3).
    pub const fn is_tagged(self) -> bool {
        self.0 >= 117
    }

    /// Whether text is UTF-8 (118 and later; section 6).
    pub const fn is_utf8(self) -> bool {
        self.0 >= 118
    }

    /// Whether strL exists (117 and later).
    pub const fn has_strl(self) -> bool {
        self.0 >= 117
    }

    /// Whether alias variables may occur (120 and 121).
    pub const fn has_alias(self) -> bool {
        self.0 >= 120
    }

    /// Whether `.a` to `.z` exist and the integer ranges are those of section 5 (113 and later).
    pub const fn has_extended_missing(self) -> bool {
        self.0 >= 113
    }

    /// Whether type codes are letters (before 111; section 4).
    pub const fn has_letter_types(self) -> bool {
        self.0 < 111
    }

    /// Whether value labels are texts of at most 8 bytes on 16-bit numbers (before 108; section 4).
    pub const fn has_short_labels(self) -> bool {
        self.0 < 108
    }

    /// Longest fixed string in bytes.
    pub const fn max_str(self) -> u16 {
        if self.0 >= 117 {
            MAX_STR
        } else if self.0 >= 111 {
            MAX_STR_BINARY
        } else {
            80
        }
    }

    /// Most variables.
    pub const fn max_variables(self) -> u64 {
        if self.0 == 119 || self.0 == 121 { MAX_VARIABLES_MP } else { MAX_VARIABLES }
    }

    /// Most observations.
    pub const fn max_observations(self) -> u64 {
        if self.0 >= 118 {
            MAX_OBSERVATIONS
        } else if self.0 >= 103 {
            MAX_OBSERVATIONS_SE
        } else {
            u16::MAX as u64
        }
    }

    /// Widths of this release (section 2).
    #[inline]
    pub(crate) const fn widths(self) -> Widths {
        let wide = self.0 == 119 || self.0 == 121;
        Widths {
            name: self.since(&[(118, 129), (110, 33), (102, 9)]),
            format: self.since(&[(118, 57), (114, 49), (105, 12), (102, 7)]),
            variable_label: self.since(&[(118, 321), (108, 81), (102, 32)]),
            dataset_label: self.since(&[(118, 2), (117, 1), (108, 81), (102, 32)]),
            dataset_label_max: self.since(&[(118, 320), (108, 80), (102, 31)]),
            timestamp: self.since(&[(117, 1), (105, 18)]),
            variables: if wide { 4 } else { 2 },
            observations: self.since(&[(118, 8), (103, 4), (102, 2)]),
            sort_entry: if wide { 4 } else { 2 },
            type_code: self.since(&[(117, 2), (102, 1)]),
            expansion_length: self.since(&[(117, 0), (110, 4), (105, 2)]),
            strl_v: if wide { 3 } else { self.since(&[(118, 2), (117, 4)]) },
            strl_o: if wide { 5 } else { self.since(&[(118, 6), (117, 4)]) },
            gso_o: self.since(&[(118, 8), (117, 4)]),
        }
    }

    /// The width since the last of these releases, which come newest first; 0 before all of them.
    #[inline]
    const fn since(self, widths: &[(u8, usize)]) -> usize {
        let mut widths = widths;
        while let [(first, width), older @ ..] = widths {
            if self.0 >= *first {
                return *width;
            }
            widths = older;
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_follow_the_table_of_section_2() {
        let name = |r: Release| r.widths().name;
        assert_eq!([name(Release::V113), name(Release::V117), name(Release::V118)], [33, 33, 129]);
        let format = |r: Release| r.widths().format;
        assert_eq!([format(Release::V113), format(Release::V115), format(Release::V119)], [12, 49, 57]);
        let cell = |r: Release| (r.widths().strl_v, r.widths().strl_o, r.widths().gso_o);
        assert_eq!(cell(Release::V115), (0, 0, 0));
        assert_eq!(cell(Release::V117), (4, 4, 4));
        assert_eq!(cell(Release::V118), (2, 6, 8));
        assert_eq!(cell(Release::V121), (3, 5, 8));
        assert_eq!(Release::V120.widths().variables, 2);
        assert_eq!(Release::V119.widths().variables, 4);
    }

    #[test]
    fn only_known_numbers_are_releases() {
        assert_eq!(Release::from_number(101), None);
        assert_eq!(Release::from_number(122), None);
        assert_eq!(Release::from_number(118), Some(Release::V118));
    }
}
