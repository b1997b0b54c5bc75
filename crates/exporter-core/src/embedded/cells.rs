//! What a stored codebook does not tell of the cells of its file.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::{Deserialize, Serialize};

use super::by_letter::LetterValues;
use super::by_value::ReasonCodes;
use crate::loss::{Loss, LossCode};

/// What the codebook does not tell of the cells; variables are named as in the file when it was written.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct CellRecord {
    /// By variable, the values of letters that its declarations do not tell.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub letters: BTreeMap<String, LetterValues>,
    /// By variable and declaration, the numbers that stand for reasons.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub codes: BTreeMap<String, ReasonCodes>,
    /// Variables whose instants are stored in UTC, though their format has no zone.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub utc: BTreeSet<String>,
}

impl CellRecord {
    /// Whether nothing is recorded.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The losses of columns that are recorded and not in the file, whose columns were written under these names and have
    /// those of `file` now. A column that was taken out has no cells, and the file itself `declares` the numbers of reasons:
    /// only another column, which may be that under another name, is read otherwise.
    pub(super) fn without_column(
        &self,
        written_names: &[Option<String>],
        file: &[&str],
        declares: bool,
    ) -> impl Iterator<Item = Loss> {
        let written: HashSet<&String> = written_names.iter().flatten().collect();
        let are_new = written.len() < file.len();
        let by_letter = self.letters.keys().chain(&self.utc).map(move |name| (name, are_new));
        let recorded = by_letter.chain(self.codes.keys().map(move |name| (name, are_new && !declares)));
        let missing = recorded.filter(move |(name, _)| !written.contains(name));
        missing.filter_map(move |(name, may_be_there)| {
            let where_it_is = match (file.contains(&name.as_str()), may_be_there) {
                (true, _) => "another variable has this name now",
                (false, true) => "which is not in the file",
                (false, false) => return None,
            };
            Some(lost(&format!("is of {name}, {where_it_is}")))
        })
    }
}

/// The loss of a record, or of a part of it.
pub(super) fn lost(what: &str) -> Loss {
    let action = "values that stand for reasons or are in UTC may be read otherwise";
    Loss::new(LossCode::NOT_READ, format!("the stored record of cells {what}: {action}"))
}
