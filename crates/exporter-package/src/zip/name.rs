//! Entry names: what is refused, and which names would fall on one another when unpacked.

use std::collections::HashMap;
use std::fmt;

use super::error::ZipError;

/// Longest name in bytes (APPNOTE 4.4.10: a 16-bit length).
const NAME_BYTES: usize = 65_535;

/// What is wrong with an entry name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NameFault {
    /// It begins with `/`.
    Absolute,
    /// It holds `\`, which Windows takes for a folder.
    Backslash,
    /// It holds a control character.
    Control,
    /// It holds `:`, which Windows takes for a drive or a stream.
    Drive,
    /// It has no bytes.
    Empty,
    /// It has an empty part, as in `a//b` or `a/`.
    EmptyPart,
    /// It has more than 65,535 bytes.
    Long,
    /// It has a part `.` or `..`.
    Relative,
}

impl fmt::Display for NameFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Absolute => "it is absolute",
            Self::Backslash => "it has a backslash",
            Self::Control => "it has a control character",
            Self::Drive => "it has a colon",
            Self::Empty => "it is empty",
            Self::EmptyPart => "it has an empty part",
            Self::Long => "it is longer than 65535 bytes",
            Self::Relative => "it has a part `.` or `..`",
        })
    }
}

fn fault(name: &str) -> Option<NameFault> {
    let part = |test: fn(&str) -> bool| name.split('/').any(test);
    if name.is_empty() {
        Some(NameFault::Empty)
    } else if name.len() > NAME_BYTES {
        Some(NameFault::Long)
    } else if name.starts_with('/') {
        Some(NameFault::Absolute)
    } else if name.contains('\\') {
        Some(NameFault::Backslash)
    } else if name.contains(':') {
        Some(NameFault::Drive)
    } else if name.chars().any(char::is_control) {
        Some(NameFault::Control)
    } else if part(str::is_empty) {
        Some(NameFault::EmptyPart)
    } else if part(|part| part == "." || part == "..") {
        Some(NameFault::Relative)
    } else {
        None
    }
}

/// The names given so far, without regard to case.
#[derive(Debug, Default)]
pub(crate) struct Names {
    files: HashMap<String, String>,
    /// Every folder on the way to a file, with one of the files in it.
    folders: HashMap<String, String>,
}

impl Names {
    /// Takes a name or says why not.
    pub(crate) fn take(&mut self, name: &str) -> Result<(), ZipError> {
        if let Some(fault) = fault(name) {
            return Err(ZipError::Name { name: name.chars().take(200).collect(), fault });
        }
        let key = name.to_lowercase();
        let folders = || key.match_indices('/').filter_map(|(at, _)| key.get(..at));
        let clash = self
            .files
            .get(&key)
            .or_else(|| self.folders.get(&key))
            .or_else(|| folders().find_map(|folder| self.files.get(folder)));
        if let Some(other) = clash {
            return Err(ZipError::Clash { name: name.to_owned(), other: other.clone() });
        }
        for folder in folders() {
            if !self.folders.contains_key(folder) {
                self.folders.insert(folder.to_owned(), name.to_owned());
            }
        }
        self.files.insert(key, name.to_owned());
        Ok(())
    }

    /// Frees a name again; its folders stay taken.
    pub(crate) fn give_back(&mut self, name: &str) {
        self.files.remove(&name.to_lowercase());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_could_escape_are_refused() {
        for (name, expected) in [
            ("", NameFault::Empty),
            ("/etc/passwd", NameFault::Absolute),
            ("../a", NameFault::Relative),
            ("a/../../b", NameFault::Relative),
            ("./a", NameFault::Relative),
            ("a\\b", NameFault::Backslash),
            ("C:a", NameFault::Drive),
            ("a//b", NameFault::EmptyPart),
            ("a/", NameFault::EmptyPart),
            ("a\0b", NameFault::Control),
        ] {
            assert_eq!(fault(name), Some(expected), "{name:?}");
        }
        assert_eq!(fault(&"x".repeat(65_536)), Some(NameFault::Long));
        assert_eq!(fault(&"x".repeat(65_535)), None);
        assert_eq!(fault("données/ménage..tab"), None);
    }

    #[test]
    fn names_that_fall_on_one_another_are_refused() {
        let mut names = Names::default();
        names.take("Data/Ménage.tab").unwrap();
        assert!(matches!(names.take("data/MÉNAGE.TAB"), Err(ZipError::Clash { .. })));
        assert!(matches!(names.take("data"), Err(ZipError::Clash { .. })));
        assert!(matches!(names.take("DATA/ménage.tab/x"), Err(ZipError::Clash { .. })));
        names.take("data/other.tab").unwrap();
    }
}
