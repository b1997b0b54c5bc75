//! The codebook that our writer embedded in a file, and what the file says now, as one.

use std::collections::{BTreeMap, BTreeSet};

use exporter_core::codebook::{Codebook, Kind};
use exporter_core::embedded::{Embedded, Restored, restore};
use exporter_core::{Loss, LossCode};
use serde::{Deserialize, Serialize};

use crate::attribute_names::CODEBOOK;
use crate::metadata::SavMetadata;

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
    /// By variable and declaration, the numbers that stand for reasons.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) codes: BTreeMap<String, Vec<Option<f64>>>,
    /// Variables whose instants are stored in UTC, though their format has no zone.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) utc: BTreeSet<String>,
}

impl Stored {
    /// What is embedded in a file. JSON that another program has damaged counts as absent, which is a loss: the file itself
    /// still says everything that SPSS knows.
    pub(super) fn of(metadata: &SavMetadata, losses: &mut Vec<Loss>) -> Option<Self> {
        let attribute = metadata.attributes.iter().find(|attribute| attribute.name == CODEBOOK)?;
        let mut embedded = Embedded::read(&attribute.values.concat(), usize::MAX, losses)?;
        embedded.codes = Some(Default::default());
        if embedded.format.is_null() {
            return Some(Self { embedded, cells: CellRecord::default() });
        }
        let cells = serde_json::from_value::<CellRecord>(embedded.format.clone()).unwrap_or_else(|problem| {
            let action = "values that stand for reasons or are in UTC may be read otherwise";
            let action = format!("the stored record of cells is not used ({problem}): {action}");
            losses.push(Loss::new(LossCode::NOT_READ, action));
            CellRecord::default()
        });
        embedded.codes = Some(cells.codes.clone());
        Some(Self { embedded, cells })
    }

    /// The codebook of a file of which `plain` is said without it; `fits` tells whether the rows of a variable can be
    /// delivered as a kind.
    pub(super) fn restored(&self, plain: Codebook, fits: &dyn Fn(usize, &Kind) -> bool) -> Restored {
        let name = plain.tables.first().map(|table| table.name.clone()).unwrap_or_default();
        restore(Some(self.embedded.clone()), &name, plain, fits)
    }
}
