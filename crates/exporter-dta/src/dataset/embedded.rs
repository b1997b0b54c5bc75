//! The codebook that our writer embedded in a file, and what the file says now, as one.

use exporter_core::Loss;
use exporter_core::codebook::{Codebook, Kind};
use exporter_core::embedded::{Embedded, Restored, restore};

use crate::characteristics::{CODEBOOK, DATASET};
use crate::dataset::legacy;
use crate::dataset::owners::Owners;
use crate::reader::Dictionary;

/// What is embedded in a file, of which `plain` is said without it. JSON that another program has damaged counts as absent,
/// which is a loss: the file itself still says everything that Stata knows.
pub(super) fn stored(dictionary: &Dictionary, plain: &Codebook, losses: &mut Vec<Loss>) -> Option<Embedded> {
    let owners = Owners::of(dictionary);
    match owners.whole(DATASET, CODEBOOK) {
        Some(json) => Embedded::read(&json, usize::MAX, losses),
        None => legacy::stored(dictionary, &owners, plain, losses),
    }
}

/// The codebook of a file; `fits` tells whether the rows of a variable can be delivered as a kind.
pub(super) fn restored(
    stored: Option<&Embedded>,
    plain: &Codebook,
    fits: &dyn Fn(usize, &Kind) -> bool,
) -> Restored {
    let name = plain.tables.first().map_or("", |table| table.name.as_str());
    restore(stored.cloned(), name, plain.clone(), fits)
}
