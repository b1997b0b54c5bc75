//! The codebook that our writer embedded in a file, and what the file says now, as one.

use exporter_core::Loss;
use exporter_core::codebook::{Codebook, Kind};
use exporter_core::embedded::{Embedded, MissingForm, Restored, restore};

use crate::attribute_names::CODEBOOK;
use crate::metadata::SavMetadata;

/// What is embedded in a file. JSON that another program has damaged counts as absent, which is a loss: the file itself
/// still says everything that SPSS knows.
pub(super) fn stored(metadata: &SavMetadata, losses: &mut Vec<Loss>) -> Option<Embedded> {
    let attribute = metadata.attributes.iter().find(|attribute| attribute.name == CODEBOOK)?;
    let mut embedded = Embedded::read(&attribute.values.concat(), usize::MAX, losses)?;
    embedded.missing = MissingForm::Values;
    Some(embedded)
}

/// The codebook of a file of which `plain` is said without the stored one; `fits` tells whether the rows of a variable can be
/// delivered as a kind.
pub(super) fn restored(stored: &Embedded, plain: Codebook, fits: &dyn Fn(usize, &Kind) -> bool) -> Restored {
    let name = plain.tables.first().map(|table| table.name.clone()).unwrap_or_default();
    restore(Some(stored.clone()), &name, plain, fits)
}
