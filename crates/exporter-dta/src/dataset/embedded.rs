//! The codebook that our writer embedded in a file, and what the file says now, as one.

use exporter_core::Loss;
use exporter_core::codebook::Codebook;
use exporter_core::embedded::Embedded;

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
