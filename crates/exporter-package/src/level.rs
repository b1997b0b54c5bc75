//! How hard to compress, and with which method.

/// A deflate level from 0 (store) to 9 (smallest), as in zip and gzip.
///
/// The number is a promise about size and speed, not the backend's own level. The backend finds the size of
/// Info-ZIP's level 6 with much less work, so the levels are mapped as follows (measured on survey data, see the
/// table in the crate documentation):
///
/// | level | 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 |
/// |---|---|---|---|---|---|---|---|---|---|---|
/// | backend (zlib-rs) | 0 | 1 | 2 | 3 | 3 | 4 | 4 | 5 | 6 | 9 |
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeflateLevel(u8);

impl DeflateLevel {
    /// Blocks are stored as they are.
    pub const STORE: Self = Self(0);
    /// The fastest level that still compresses.
    pub const FAST: Self = Self(1);
    /// The size of Info-ZIP's `zip -6` within three percent.
    pub const DEFAULT: Self = Self(6);
    /// The smallest output, whatever it costs.
    pub const BEST: Self = Self(9);

    /// Takes a level from 0 to 9, or `None` for any other number.
    #[must_use]
    pub const fn new(level: u8) -> Option<Self> {
        if level <= 9 { Some(Self(level)) } else { None }
    }

    /// The level as the user gave it, 0 to 9.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }

    /// The zlib-rs level that delivers what this level promises.
    pub(crate) const fn backend(self) -> u32 {
        match self.0 {
            0 => 0,
            1 => 1,
            2 => 2,
            3 | 4 => 3,
            5 | 6 => 4,
            7 => 5,
            8 => 6,
            _ => 9,
        }
    }
}

impl Default for DeflateLevel {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// The compression method of a zip entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Compression {
    /// Deflate, which every program reads (method 8).
    Deflate(DeflateLevel),
    /// No compression (method 0).
    Stored,
    /// Zstandard (method 93) with a level from 1 to 22: few programs read it, 7-Zip from version 24 does.
    Zstd(u8),
}

impl Default for Compression {
    fn default() -> Self {
        Self::Deflate(DeflateLevel::DEFAULT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_above_nine_are_refused() {
        assert_eq!(DeflateLevel::new(9), Some(DeflateLevel::BEST));
        assert_eq!(DeflateLevel::new(10), None);
    }

    #[test]
    fn the_mapping_never_goes_down() {
        let mapped: Vec<u32> = (0..=9).filter_map(DeflateLevel::new).map(DeflateLevel::backend).collect();
        assert_eq!(mapped.len(), 10);
        assert!(mapped.is_sorted());
    }
}
