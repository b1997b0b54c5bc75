//! What a file says several times, of which the last holds.

use std::collections::{HashMap, HashSet};
use std::hash::RandomState;

/// The items without those that a later one repeats, in the order of the first; `told` gets each that is left out.
///
/// Items that are the `same` must have one `hash`.
pub(super) fn last_of_each<T>(
    items: Vec<T>,
    hash: impl Fn(&RandomState, &T) -> u64,
    same: impl Fn(&T, &T) -> bool,
    mut told: impl FnMut(&T),
) -> Vec<T> {
    let hasher = RandomState::new();
    // Hashes are small, and where all differ nothing is repeated.
    let mut seen = HashSet::with_capacity(items.len());
    if items.iter().all(|item| seen.insert(hash(&hasher, item))) {
        return items;
    }
    drop(seen);
    let mut places: HashMap<u64, Vec<usize>> = HashMap::new();
    let mut kept: Vec<T> = Vec::new();
    for item in items {
        let places = places.entry(hash(&hasher, &item)).or_default();
        let earlier = places.iter().copied().find(|place| kept.get(*place).is_some_and(|it| same(it, &item)));
        match earlier.and_then(|place| kept.get_mut(place)) {
            Some(earlier) => {
                told(earlier);
                *earlier = item;
            }
            None => {
                places.push(kept.len());
                kept.push(item);
            }
        }
    }
    kept
}
