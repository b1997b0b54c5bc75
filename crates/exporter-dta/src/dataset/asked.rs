//! Which variables of a file are meant by the names that will be asked for.

use exporter_core::format::Asked;

use crate::dataset::restore::Kept;
use crate::reader::Dictionary;

/// Those of `variables` that have one of the names, in the file or as our writer recorded it.
pub(super) fn positions(asked: &Asked, dictionary: &Dictionary, variables: &[usize]) -> Vec<usize> {
    if asked.is_all() {
        return variables.to_vec();
    }
    let kept = Kept::of(dictionary);
    let recorded = |stored: &str| match kept.name(stored) {
        Some(name) => asked.has(name),
        None => kept.variable(stored).is_some_and(|(variable, _)| asked.has(&variable.name)),
    };
    let is_meant = |index: &usize| {
        let stored = dictionary.variables.get(*index);
        stored.is_some_and(|stored| asked.has(&stored.name) || recorded(&stored.name))
    };
    variables.iter().copied().filter(is_meant).collect()
}
