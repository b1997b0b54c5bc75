//! Where findings about archives and folders stand, and when to stop looking.

use std::io;

use exporter_core::check::{Finding, Findings, Rule};

/// The findings about one archive or folder.
pub(super) struct Told {
    findings: Findings,
    /// Bytes of the archive: no finding lies beyond, whatever the directory claims. None for folders.
    length: Option<u64>,
}

impl Told {
    pub(super) fn of_archive(length: u64) -> Self {
        Self { findings: Findings::default(), length: Some(length) }
    }

    pub(super) fn of_folder() -> Self {
        Self { findings: Findings::default(), length: None }
    }

    pub(super) fn add(&mut self, rule: Rule, offset: u64, message: impl Into<String>) {
        self.findings.add(match self.length {
            Some(length) => Finding::new(rule, message).offset(offset.min(length)),
            None => Finding::new(rule, message),
        });
    }

    /// Adds a finding about an entry. In an archive it stands at an offset of the archive itself.
    pub(super) fn about(&mut self, rule: Rule, offset: u64, entry: &str, message: impl Into<String>) {
        match self.length {
            Some(_) => self.add(rule, offset, format!("{entry:?}: {}", message.into())),
            None => self.findings.add(Finding::new(rule, message).entry(entry)),
        }
    }

    pub(super) fn into_findings(self) -> Findings {
        self.findings
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
