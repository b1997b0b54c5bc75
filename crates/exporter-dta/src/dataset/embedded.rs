//! The codebook that our writer embedded in a file, and what the file says now, as one.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use exporter_core::codebook::{Codebook, Kind, Value};
use exporter_core::embedded::{Embedded, Restored, restore};
use exporter_core::{Loss, LossCode};
use serde::{Deserialize, Serialize};

use crate::characteristics::{CODEBOOK, DATASET};
use crate::dataset::legacy;
use crate::dataset::owners::Owners;
use crate::reader::Dictionary;

/// An embedded codebook and what our writer recorded of the cells.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    embedded: Embedded,
    pub(super) cells: CellRecord,
}

/// What the codebook does not tell of the cells; variables are named as in the file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct CellRecord {
    /// By variable, the values of letters that its declarations do not tell.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) letters: BTreeMap<String, BTreeMap<char, Value>>,
    /// Variables whose instants are stored in UTC, though their format has no zone.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) utc: BTreeSet<String>,
}

impl Stored {
    /// What is embedded in a file, of which `plain` is said without it. JSON that another program has damaged counts as
    /// absent, which is a loss: the file itself still says everything that Stata knows.
    pub(super) fn of(dictionary: &Dictionary, plain: &Codebook, losses: &mut Vec<Loss>) -> Option<Self> {
        let owners = Owners::of(dictionary);
        let Some(json) = owners.whole(DATASET, CODEBOOK) else {
            let (mut embedded, cells) = legacy::stored(dictionary, &owners, plain, losses)?;
            embedded.letters.clone_from(&cells.letters);
            return Some(Self { embedded, cells });
        };
        let mut embedded = Embedded::read(&json, usize::MAX, losses)?;
        let cells = CellRecord::of(&embedded, losses);
        embedded.letters.clone_from(&cells.letters);
        Some(Self { embedded, cells })
    }
}

impl CellRecord {
    /// The record of a file; one that is damaged counts as absent, which is a loss.
    fn of(embedded: &Embedded, losses: &mut Vec<Loss>) -> Self {
        if embedded.format.is_null() {
            return Self::default();
        }
        serde_json::from_value::<Self>(embedded.format.clone()).unwrap_or_else(|problem| {
            losses.push(lost_cells(&format!("is not used ({problem})")));
            Self::default()
        })
    }

    /// The losses of columns that are recorded and not in the file, whose columns were written under these names.
    pub(super) fn without_column(&self, written_names: &[Option<String>]) -> impl Iterator<Item = Loss> {
        let written: HashSet<&String> = written_names.iter().flatten().collect();
        let recorded = self.letters.keys().chain(&self.utc);
        recorded
            .filter(move |name| !written.contains(name))
            .map(|name| lost_cells(&format!("is of {name}, which is not in the file")))
    }
}

fn lost_cells(what: &str) -> Loss {
    let action = "values that are stored as letters or in UTC may be read otherwise";
    Loss::new(LossCode::NOT_READ, format!("the stored record of cells {what}: {action}"))
}

/// The codebook of a file; `fits` tells whether the rows of a variable can be delivered as a kind.
pub(super) fn restored(
    stored: Option<&Stored>,
    plain: &Codebook,
    fits: &dyn Fn(usize, &Kind) -> bool,
) -> Restored {
    let embedded = stored.map(|stored| stored.embedded.clone());
    let name = plain.tables.first().map_or("", |table| table.name.as_str());
    restore(embedded, name, plain.clone(), fits)
}
