//! Which stored variable each column of a file is.

use std::collections::{HashMap, HashSet};

use super::digest::{Digest, Said, Since};
use super::merge::Changes;
use super::{Plain, normal};
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
        let digest = |own| Digest::of_variable(plain, &normal(Clone::clone(own)));
        let digests: Vec<Digest> = file.variables.iter().map(digest).collect();
        if let Some(written) = changes.written.filter(|_| some_are_gone) {
            let mut gone: HashMap<&Digest, Option<usize>> = HashMap::new();
            for (at, digest) in written.variables.iter().enumerate().filter(|(at, _)| !found.contains(at)) {
                gone.entry(digest).and_modify(|several| *several = None).or_insert(Some(at));
            }
            // A label is evidence; columns without any say the same by chance.
            let labelled = file.variables.iter().map(|own| !own.label.is_empty());
            for ((column, digest), _) in columns.iter_mut().zip(&digests).zip(labelled).filter(|(_, is)| *is)
            {
                let is_other = column.is_none_or(|(at, _)| written.variables.get(at) != Some(digest));
                if let (true, Some(at)) = (is_other, gone.get(digest).copied().flatten()) {
                    *column = Some((at, true));
                }
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
        self.columns.get(position).copied().flatten().is_some_and(|(_, renamed)| renamed)
    }

    /// Whether stored variables are not in the file, or not by their names.
    pub(super) fn some_are_gone(&self) -> bool {
        self.some_are_gone
    }

    /// The positions of all stored variables that are in the file.
    pub(super) fn all(&self) -> Vec<usize> {
        self.columns.iter().flatten().map(|(at, _)| *at).collect()
    }

    /// What became of a part of a column that is the stored variable `at`.
    pub(super) fn since(&self, position: usize, written: Option<&Plain>, at: usize, part: Said) -> Since {
        let then = written.and_then(|written| written.variables.get(at));
        then.zip(self.digests.get(position)).map_or(Since::Unknown, |(then, now)| then.since(now, part))
    }
}
