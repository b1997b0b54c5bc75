//! What is wrong in an archive, and when to stop looking.

use std::collections::BTreeMap;
use std::fmt;
use std::io;

/// Findings of one rule that are listed.
const LISTED: usize = 100;

/// What an archive must keep to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// The archive ends with its end record, which points to the directory.
    End,
    /// The directory is written as this program writes it.
    Directory,
    /// Names stay below the folder they are unpacked into and do not fall on one another.
    Name,
    /// The entries follow one another without overlaps and gaps, up to the directory.
    Layout,
    /// What stands round an entry's data says the same as the directory.
    Header,
    /// The archive stays within the limits of the check.
    Limit,
    /// Encrypted entries open with the password.
    Password,
    /// The data of an entry is complete and can be unpacked.
    Data,
    /// An entry unpacks to as many bytes as the directory says.
    Size,
    /// What an entry unpacks to has its checksum, or its authentication code when it is encrypted with AES.
    Checksum,
    /// The manifest lists every entry with its bytes and SHA-256, and nothing else.
    Manifest,
}

impl Rule {
    /// Stable name of the rule.
    pub const fn code(self) -> &'static str {
        match self {
            Self::End => "end",
            Self::Directory => "directory",
            Self::Name => "name",
            Self::Layout => "layout",
            Self::Header => "header",
            Self::Limit => "limit",
            Self::Password => "password",
            Self::Data => "data",
            Self::Size => "size",
            Self::Checksum => "checksum",
            Self::Manifest => "manifest",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// One thing that is wrong in an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The rule that is broken.
    pub rule: Rule,
    /// Position in the file, in bytes from 0.
    pub offset: u64,
    /// The entry, when it is about one.
    pub entry: Option<String>,
    /// What is wrong, with the values found and expected.
    pub message: String,
}

impl Finding {
    /// A finding about the whole.
    pub fn new(rule: Rule, offset: u64, message: impl Into<String>) -> Self {
        Self { rule, offset, entry: None, message: message.into() }
    }

    /// Says which entry it is about.
    #[must_use]
    pub fn entry(mut self, path: impl Into<String>) -> Self {
        self.entry = Some(path.into());
        self
    }
}

/// The findings so far.
pub(super) struct Findings {
    /// Bytes of the file: no finding lies beyond, whatever the directory claims.
    length: u64,
    list: Vec<Finding>,
    counts: BTreeMap<Rule, usize>,
}

impl Findings {
    pub(super) fn new(length: u64) -> Self {
        Self { length, list: Vec::new(), counts: BTreeMap::new() }
    }

    pub(super) fn add(&mut self, rule: Rule, offset: u64, message: impl Into<String>) {
        self.push(Finding::new(rule, offset, message));
    }

    pub(super) fn about(&mut self, rule: Rule, offset: u64, entry: &str, message: impl Into<String>) {
        self.push(Finding::new(rule, offset, message).entry(entry));
    }

    fn push(&mut self, mut finding: Finding) {
        finding.offset = finding.offset.min(self.length);
        let count = self.counts.entry(finding.rule).or_default();
        *count += 1;
        if *count <= LISTED {
            self.list.push(finding);
        }
    }

    pub(super) fn into_list(mut self) -> Vec<Finding> {
        for (rule, count) in self.counts {
            if count > LISTED {
                let message = format!("{} more findings of this rule", count - LISTED);
                self.list.push(Finding::new(rule, 0, message));
            }
        }
        self.list
    }
}

/// Why a check does not go on.
pub(super) enum Stop {
    /// A finding says it: what comes next cannot be found any more.
    Told,
    /// The file cannot be read.
    Failed(io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Failed(error)
    }
}
