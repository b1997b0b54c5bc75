//! The projected variables of a file.

use exporter_core::Projection;

use crate::dataset::restore::Kept;
use crate::reader::Dictionary;

/// Those of `variables` whose name, in the file or as our writer recorded it, is in the projection.
pub(super) fn positions(projection: &Projection, dictionary: &Dictionary, variables: &[usize]) -> Vec<usize> {
    if projection.is_all() {
        return variables.to_vec();
    }
    let kept = Kept::of(dictionary);
    let recorded = |stored: &str| match kept.name(stored) {
        Some(name) => projection.has(name),
        None => kept.variable(stored).is_some_and(|(variable, _)| projection.has(&variable.name)),
    };
    let is_projected = |index: &usize| {
        let stored = dictionary.variables.get(*index);
        stored.is_some_and(|stored| projection.has(&stored.name) || recorded(&stored.name))
    };
    variables.iter().copied().filter(is_projected).collect()
}
