//! Versions of DHIS2 as targets: which formats and spellings each has.

use std::fmt;
use std::str::FromStr;

/// The version of DHIS2 that files are written for; they are read whatever version wrote them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Target {
    /// To 2.22: root `metaData`, dates `created` at the root.
    V2_22,
    /// 2.23 and 2.24: new root `metadata`, UID or code as `AUTO`.
    V2_24,
    /// 2.25 to 2.35: `system`, older sharing.
    V2_29,
    /// 2.36 to 2.38: both forms of sharing, the last with metadata as XML.
    V2_38,
    /// 2.39 to 2.42.
    V2_41,
    /// 2.43 and newer.
    #[default]
    Head,
}

impl Target {
    /// All of them, the oldest first.
    pub const ALL: [Self; 6] = [Self::V2_22, Self::V2_24, Self::V2_29, Self::V2_38, Self::V2_41, Self::Head];

    /// Whether a server takes metadata as XML.
    pub fn has_metadata_xml(self) -> bool {
        self <= Self::V2_38
    }

    /// Name of the root of metadata in XML.
    pub fn metadata_root(self) -> &'static str {
        if self <= Self::V2_22 { "metaData" } else { "metadata" }
    }

    /// Whether objects have `sharing`.
    pub fn has_sharing(self) -> bool {
        self >= Self::V2_38
    }

    /// Whether objects have the five properties that `sharing` has replaced.
    pub fn has_older_sharing(self) -> bool {
        self <= Self::V2_38
    }

    /// Whether charts and report tables are one type, `visualizations` (2.34).
    pub fn has_visualizations(self) -> bool {
        self >= Self::V2_38
    }

    /// Whether a document says which system wrote it (2.25).
    pub fn has_system(self) -> bool {
        self >= Self::V2_29
    }

    /// The key of the flag for follow-up in data values in JSON (2.43 reads another one than it writes).
    pub fn follow_up(self) -> &'static str {
        if self >= Self::Head { "followUp" } else { "followup" }
    }

    /// Whether data values in CSV are read line by line and by the names in the header (2.43).
    pub fn reads_csv_by_line(self) -> bool {
        self >= Self::Head
    }

    /// Whether the events, enrolments and tracked entities of the older model are taken.
    pub fn has_older_tracker(self) -> bool {
        self <= Self::V2_41
    }
}

impl fmt::Display for Target {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::V2_22 => "2.22",
            Self::V2_24 => "2.24",
            Self::V2_29 => "2.29",
            Self::V2_38 => "2.38",
            Self::V2_41 => "2.41",
            Self::Head => "head",
        })
    }
}

/// A text that is no version of DHIS2.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no version of DHIS2; write one such as 2.38, or head")]
pub struct UnknownTarget(String);

impl FromStr for Target {
    type Err = UnknownTarget;

    /// A version such as `2.37`, with or without a patch (`2.40.3`), the new numbers without `2.` (`42`), or `head`.
    fn from_str(text: &str) -> Result<Self, UnknownTarget> {
        let unknown = || UnknownTarget(text.to_owned());
        if text.eq_ignore_ascii_case("head") {
            return Ok(Self::Head);
        }
        let mut parts = text.split(['.', '-']);
        let first: u32 = parts.next().and_then(|part| part.parse().ok()).ok_or_else(unknown)?;
        let line = match first {
            2 => parts.next().and_then(|part| part.parse().ok()).ok_or_else(unknown)?,
            // From 2.42 on the 2 is left out.
            line @ 42..=99 => line,
            _ => return Err(unknown()),
        };
        Ok(match line {
            0..=22 => Self::V2_22,
            23..=24 => Self::V2_24,
            25..=35 => Self::V2_29,
            36..=38 => Self::V2_38,
            39..=42 => Self::V2_41,
            _ => Self::Head,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_belong_to_their_line() {
        for (text, target) in [
            ("2.21", Target::V2_22),
            ("2.23", Target::V2_24),
            ("2.35.1", Target::V2_29),
            ("2.38", Target::V2_38),
            ("2.40.3", Target::V2_41),
            ("42", Target::V2_41),
            ("2.43", Target::Head),
            ("44-SNAPSHOT", Target::Head),
            ("HEAD", Target::Head),
        ] {
            assert_eq!(text.parse(), Ok(target), "{text}");
        }
        for wrong in ["", "2", "3.1", "two", "41"] {
            assert_eq!(wrong.parse::<Target>(), Err(UnknownTarget(wrong.to_owned())));
        }
        assert!(Target::ALL.into_iter().all(|target| target.to_string().parse() == Ok(target)));
    }
}
