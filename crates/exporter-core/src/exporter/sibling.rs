//! What an exporter knows of the entries that others write in the same export.

use super::{Changes, EntryReport, Plan, Recode, Rename};
use crate::sink::EntrySpec;

/// An entry that another exporter writes in the same export. How values stand in it is in the attributes of its
/// [`EntrySpec`]; what is written otherwise than the codebook says is seen by companions alone.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Sibling {
    /// The entry.
    pub entry: EntrySpec,
    /// Every name that it holds as another.
    pub renames: Vec<Rename>,
    /// Every declared value that it holds as another (`-99` as `.a`).
    pub recodes: Vec<Recode>,
}

impl Sibling {
    /// An entry of which nothing else is known.
    pub fn new(entry: EntrySpec) -> Self {
        Self { entry, ..Self::default() }
    }

    /// The name under which it holds a variable.
    pub fn written_name<'s>(&'s self, table: &str, variable: &'s str) -> &'s str {
        let rename = self
            .renames
            .iter()
            .find(|rename| rename.table == table && rename.variable.as_deref() == Some(variable));
        rename.map_or(variable, |rename| &rename.written)
    }

    /// The entries of a plan with the changes of each.
    pub(super) fn planned(plan: &dyn Plan) -> impl Iterator<Item = Self> {
        let entries = plan.entries();
        let Changes { renames, recodes, .. } = plan.changes();
        let is_only = entries.len() == 1;
        entries.iter().map(move |entry| {
            // An archive has the changes of all that is inside.
            let is_own = |of: &Option<String>| is_only || of.as_ref() == Some(&entry.path);
            Self {
                entry: entry.clone(),
                renames: renames.iter().filter(|rename| is_own(&rename.entry)).cloned().collect(),
                recodes: recodes.iter().filter(|recode| is_own(&recode.entry)).cloned().collect(),
            }
        })
    }
}

/// An entry as it was planned and what it became.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Committed {
    /// The plan.
    pub entry: EntrySpec,
    /// What was kept: path, rows, bytes and, where [`super::Exporter::needs_digests`], SHA-256.
    pub report: EntryReport,
}

impl Committed {
    /// An entry that was planned so and became this.
    pub fn new(entry: EntrySpec, report: EntryReport) -> Self {
        Self { entry, report }
    }
}
