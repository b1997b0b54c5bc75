//! The 27 missing values `.`, `.a` to `.z` (section 5).

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
}

/// Key of `.`; those of the letters follow.
const FIRST_KEY: i32 = 2_147_483_621;

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
}
