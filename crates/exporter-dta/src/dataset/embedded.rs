//! The codebook that our writer embedded in a file, and what the file says now, as one.

use std::collections::{BTreeMap, BTreeSet};

use exporter_core::codebook::{Codebook, Kind, Value};
use exporter_core::embedded::{Embedded, Restored, restore};
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
#[serde(default)]
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
    /// absent, with a remark: the file itself still says everything that Stata knows.
    pub(super) fn of(dictionary: &Dictionary, plain: &Codebook, remarks: &mut Vec<String>) -> Option<Self> {
        let owners = Owners::of(dictionary);
        let Some(json) = owners.whole(DATASET, CODEBOOK) else {
            let (embedded, cells) = legacy::stored(dictionary, &owners, plain)?;
            return Some(Self { embedded, cells });
        };
        let broken = |problem| remarks.push(format!("the stored codebook is broken and not used: {problem}"));
        let embedded = Embedded::from_json(&json).map_err(broken).ok()?;
        let cells = serde_json::from_value(embedded.format.clone()).unwrap_or_default();
        Some(Self { embedded, cells })
    }
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
