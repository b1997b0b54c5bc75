//! Which stored variable each column of a file is.

use std::collections::{HashMap, HashSet};

use super::Plain;
use super::digest::Digest;
use super::merge::Changes;
use crate::codebook::{Codebook, Table};

/// The stored variable of each column, by name; by what the file says of it where another program renamed it.
pub(super) struct Matched {
    /// Positions of stored variables by position in the file, and whether the column has another name than then.
    columns: Vec<Option<(usize, bool)>>,
    /// What the file says of its columns now.
    digests: Vec<Digest>,
    some_are_gone: bool,
}

impl Matched {
    pub(super) fn new(stored: &Table, plain: &Codebook, changes: &Changes<'_>) -> Self {
        let Some(file) = plain.tables.first() else {
            return Self { columns: Vec::new(), digests: Vec::new(), some_are_gone: false };
        };
        let names = changes.written.map_or(&[][..], |written| &written.names);
        let written_name = |position: usize| {
            names.get(position).or_else(|| stored.variables.get(position).map(|variable| &variable.name))
        };
        let known: HashMap<&str, usize> =
            (0..stored.variables.len()).filter_map(|at| Some((written_name(at)?.as_str(), at))).collect();
        let by_name = file.variables.iter().map(|own| known.get(own.name.as_str()).map(|at| (*at, false)));
        let mut columns: Vec<Option<(usize, bool)>> = by_name.collect();
        let found: HashSet<usize> = columns.iter().flatten().map(|(at, _)| *at).collect();
        let some_are_gone = found.len() < stored.variables.len();
        if changes.same {
            return Self { columns, digests: Vec::new(), some_are_gone };
        }
        let digest = |own| Digest::of_variable(plain, own);
        let digests: Vec<Digest> = file.variables.iter().map(digest).collect();
        if let Some(written) = changes.written {
            let says_the_same = |(column, digest): (&Option<(usize, bool)>, &Digest)| {
                column.map(|(at, _)| at).filter(|at| {
                    written.variables.get(*at).is_some_and(|then| then.identity() == digest.identity())
                })
            };
            let same: HashSet<usize> = columns.iter().zip(&digests).filter_map(says_the_same).collect();
            // A label is evidence; columns without any say the same by chance.
            let others = columns.iter().zip(&digests).zip(&file.variables).enumerate();
            let others = others.filter(|(_, ((column, _), own))| {
                !own.label.is_empty() && column.is_none_or(|(at, _)| !same.contains(&at))
            });
            let others = only(others.map(|(position, ((_, digest), _))| (digest.identity(), position)));
            let displaced = written.variables.iter().enumerate().filter(|(at, _)| !same.contains(at));
            let displaced = only(displaced.map(|(at, digest)| (digest.identity(), at)));
            let renamed: HashMap<usize, usize> = others
                .into_iter()
                .filter_map(|(digest, position)| Some((position, *displaced.get(digest)?)))
                .collect();
            let taken: HashSet<usize> = renamed.values().copied().collect();
            for (position, column) in columns.iter_mut().enumerate() {
                *column = match renamed.get(&position) {
                    Some(at) => Some((*at, true)),
                    None => column.filter(|(at, _)| !taken.contains(at)),
                };
            }
        }
        Self { columns, digests, some_are_gone }
    }

    /// The position of the stored variable of a column.
    pub(super) fn stored(&self, position: usize) -> Option<usize> {
        self.columns.get(position).copied().flatten().map(|(at, _)| at)
    }

    /// Whether another program has renamed a column.
    pub(super) fn is_renamed(&self, position: usize) -> bool {
        self.columns.get(position).copied().flatten().is_some_and(|(_, is_renamed)| is_renamed)
    }

    /// Positions of stored variables whose columns another program has renamed, and their names in the file.
    pub(super) fn renamed<'f>(&self, file: &'f Table) -> HashMap<usize, &'f str> {
        let columns = self.columns.iter().zip(&file.variables);
        let renamed =
            columns.filter_map(|(column, own)| Some((column.filter(|(_, is)| *is)?.0, own.name.as_str())));
        renamed.collect()
    }

    /// The names that the columns had when the file was written; none of new ones.
    pub(super) fn written_names(&self, stored: &Table, written: Option<&Plain>) -> Vec<Option<String>> {
        let names = written.map_or(&[][..], |written| &written.names);
        let name = |(at, _): (usize, bool)| {
            let own = || stored.variables.get(at).map(|variable| &variable.name);
            names.get(at).or_else(own).cloned()
        };
        self.columns.iter().map(|column| column.and_then(name)).collect()
    }

    /// Whether stored variables are not in the file, or not by their names.
    pub(super) fn some_are_gone(&self) -> bool {
        self.some_are_gone
    }

    /// The positions of all stored variables that are in the file.
    pub(super) fn all(&self) -> Vec<usize> {
        self.columns.iter().flatten().map(|(at, _)| *at).collect()
    }

    /// What the file said of a column that is the stored variable `at`, and what it says now.
    pub(super) fn digests(
        &self,
        position: usize,
        written: Option<&Plain>,
        at: usize,
    ) -> Option<(Digest, Digest)> {
        let then = written?.variables.get(at)?;
        Some((then.clone(), self.digests.get(position)?.clone()))
    }
}

/// Positions by digest, without those that share one.
fn only<'d>(all: impl Iterator<Item = (&'d str, usize)>) -> HashMap<&'d str, usize> {
    let mut positions: HashMap<&str, Option<usize>> = HashMap::new();
    for (digest, at) in all {
        positions.entry(digest).and_modify(|several| *several = None).or_insert(Some(at));
    }
    positions.into_iter().filter_map(|(digest, at)| Some((digest, at?))).collect()
}
