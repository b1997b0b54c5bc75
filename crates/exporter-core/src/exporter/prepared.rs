//! Plans whose entries are known in full before they are written: a codebook, a script.

use std::io::Write as _;

use super::{Changes, EntryReport, Plan, Summary};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::loss::LossReport;
use crate::sink::{EntrySpec, Sink};

/// Entries with their contents.
#[derive(Debug, Default)]
pub struct PreparedPlan {
    entries: Vec<EntrySpec>,
    contents: Vec<Vec<u8>>,
    /// What will be lost and what will be written otherwise.
    pub changes: Changes,
}

impl PreparedPlan {
    /// A plan without entries, which loses `losses`.
    pub fn new(losses: LossReport) -> Self {
        Self { changes: losses.into(), ..Self::default() }
    }

    /// Adds an entry.
    pub fn push(&mut self, spec: EntrySpec, contents: impl Into<Vec<u8>>) {
        let contents = contents.into();
        self.entries.push(spec.bytes(contents.len() as u64));
        self.contents.push(contents);
    }
}

impl Plan for PreparedPlan {
    fn entries(&self) -> &[EntrySpec] {
        &self.entries
    }

    fn changes(&self) -> &Changes {
        &self.changes
    }

    fn write(self: Box<Self>, sink: &dyn Sink, context: &Context) -> Result<Summary> {
        let mut summary = Summary::default();
        for (spec, contents) in self.entries.iter().zip(&self.contents) {
            context.cancel().check()?;
            let mut entry = sink.create(spec)?;
            entry
                .write_all(contents)
                .map_err(|source| Error::io("cannot write the entry", source).entry(&spec.path))?;
            context.progress().bytes(contents.len() as u64);
            summary.entries.push(EntryReport::new(spec, entry.commit()?, None));
        }
        Ok(summary)
    }
}
