//! The codebook that our writer embedded in a file, and what the file says now, as one.

use exporter_core::Loss;
use exporter_core::embedded::{Embedded, MissingForm};

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
