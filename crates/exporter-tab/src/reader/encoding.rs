//! How the bytes of the input stand for characters.

use std::fmt;

use encoding_rs::{Encoding as Table, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use serde::{Deserialize, Serialize};

/// How the bytes of the input stand for characters.
///
/// Its text form is `auto` or a name of the WHATWG Encoding Standard in any case; the names that Python, R and Windows have
/// besides are known too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Encoding(Choice);

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Choice {
    /// By the byte order mark; without one UTF-16 where every other byte is NUL, else UTF-8.
    #[default]
    Auto,
    /// By the byte order mark; low byte first without one.
    Utf16,
    Named(&'static Table),
}

/// Names that the standard does not have, or gives to another encoding.
const OTHER_NAMES: [(&str, &str); 14] = [
    // A byte that is no ASCII is an error then, and not silently a letter of Western Europe.
    ("ascii", "utf-8"),
    ("us-ascii", "utf-8"),
    ("utf-8-sig", "utf-8"),
    ("utf-8-bom", "utf-8"),
    ("utf8-bom", "utf-8"),
    ("latin-1", "windows-1252"),
    ("ansi", "windows-1252"),
    ("latin-9", "iso-8859-15"),
    ("latin9", "iso-8859-15"),
    ("cp932", "shift_jis"),
    ("cp936", "gbk"),
    ("cp949", "euc-kr"),
    ("cp950", "big5"),
    ("mac-roman", "macintosh"),
];

impl Encoding {
    /// By the byte order mark; without one UTF-16 where every other byte is NUL, else UTF-8.
    pub const AUTO: Self = Self(Choice::Auto);
    /// UTF-8.
    pub const UTF_8: Self = Self(Choice::Named(UTF_8));
    /// UTF-16, low byte first.
    pub const UTF_16LE: Self = Self(Choice::Named(UTF_16LE));
    /// UTF-16, high byte first.
    pub const UTF_16BE: Self = Self(Choice::Named(UTF_16BE));
    /// The Western European code page of Windows.
    pub const WINDOWS_1252: Self = Self(Choice::Named(WINDOWS_1252));

    /// The encoding of this name, if it is known.
    pub fn named(name: &str) -> Option<Self> {
        let name = name.trim().to_lowercase().replace([' ', '_'], "-");
        match name.as_str() {
            "auto" => return Some(Self::AUTO),
            "utf-16" | "utf16" | "unicode" => return Some(Self(Choice::Utf16)),
            _ => {}
        }
        let name = OTHER_NAMES.iter().find(|(other, _)| *other == name).map_or(name.as_str(), |(_, own)| own);
        let label = |name: &str| Table::for_label_no_replacement(name.as_bytes());
        // Python writes some names without a hyphen.
        let table = label(name).or_else(|| label(&name.replacen('-', "", 1)))?;
        (table != REPLACEMENT).then_some(Self(Choice::Named(table)))
    }

    /// The UTF-16 of bytes without a mark, where those of no other encoding are like them: the high bytes of most letters,
    /// signs and digits are NUL, and no low byte is.
    pub(super) fn without_mark(head: &[u8]) -> Option<Self> {
        let (mut even, mut odd) = (0, 0);
        for pair in head.chunks_exact(2) {
            even += usize::from(pair.first() == Some(&0));
            odd += usize::from(pair.last() == Some(&0));
        }
        let is_most = |count: usize| count > 1 && count * 3 >= head.len() / 2;
        match (even, odd) {
            (0, odd) if is_most(odd) => Some(Self::UTF_16LE),
            (even, 0) if is_most(even) => Some(Self::UTF_16BE),
            _ => None,
        }
    }

    /// The table for an input whose byte order mark says this.
    pub(super) fn table(self, mark: Option<&'static Table>) -> &'static Table {
        match self.0 {
            Choice::Auto => mark.unwrap_or(UTF_8),
            Choice::Utf16 => mark.filter(|mark| *mark != UTF_8).unwrap_or(UTF_16LE),
            Choice::Named(table) => table,
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Choice::Auto => f.write_str("auto"),
            Choice::Utf16 => f.write_str("utf-16"),
            Choice::Named(table) => f.write_str(&table.name().to_lowercase()),
        }
    }
}

impl TryFrom<String> for Encoding {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        Self::named(&name).ok_or_else(|| {
            format!(
                "{name:?} is no encoding that is read: utf-8, utf-16, windows-1250 to windows-1258, iso-8859-2 to \
                 iso-8859-16, koi8-r, macintosh, shift_jis, euc-jp, euc-kr, gb18030, big5 and others of the WHATWG \
                 standard are"
            )
        })
    }
}

impl From<Encoding> for String {
    fn from(encoding: Encoding) -> Self {
        encoding.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf_16_is_found_without_a_mark() {
        let bytes = |text: &str, bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            text.encode_utf16().flat_map(bytes).collect()
        };
        for text in ["a,b\n1,2\n", "a;é\n1,5;ü\n", "id\n", "имя,1\nx,2\n"] {
            let (low, high) = (bytes(text, u16::to_le_bytes), bytes(text, u16::to_be_bytes));
            assert_eq!(Encoding::without_mark(&low), Some(Encoding::UTF_16LE), "{text}");
            assert_eq!(Encoding::without_mark(&high), Some(Encoding::UTF_16BE), "{text}");
        }
        for other in [&b"a,b\n1,2\n"[..], b"", b"\0", b"a\0", b"a,b\n1,\0\n", &[0; 64], b"ab\0\0cd\0\0"] {
            assert_eq!(Encoding::without_mark(other), None, "{other:?}");
        }
    }

    #[test]
    fn names_of_other_programs_are_known() {
        for (name, own) in [
            ("auto", "auto"),
            ("UTF8", "utf-8"),
            ("utf_8", "utf-8"),
            ("utf-8-sig", "utf-8"),
            ("ascii", "utf-8"),
            ("utf16", "utf-16"),
            ("UTF-16LE", "utf-16le"),
            ("latin1", "windows-1252"),
            ("latin_1", "windows-1252"),
            ("ISO-8859-1", "windows-1252"),
            ("iso8859_15", "iso-8859-15"),
            ("cp1252", "windows-1252"),
            ("windows_1251", "windows-1251"),
            ("cp1250", "windows-1250"),
            ("cp932", "shift_jis"),
            ("Shift_JIS", "shift_jis"),
            ("euc_jp", "euc-jp"),
            ("gb18030", "gb18030"),
            ("mac_roman", "macintosh"),
            ("koi8_r", "koi8-r"),
        ] {
            assert_eq!(Encoding::named(name).map(|found| found.to_string()).as_deref(), Some(own), "{name}");
        }
        for unknown in ["cp850", "utf-7", "hz-gb-2312", ""] {
            assert_eq!(Encoding::named(unknown), None, "{unknown}");
        }
        for encoding in [Encoding::AUTO, Encoding::named("utf16").unwrap(), Encoding::WINDOWS_1252] {
            assert_eq!(Encoding::named(&encoding.to_string()), Some(encoding));
        }
    }
}
