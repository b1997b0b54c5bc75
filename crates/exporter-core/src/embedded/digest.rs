//! What a file said of its columns when it was written, as digests by part: a part with another digest now was changed by
//! another program, and what the file says of it holds, also where it says nothing any more.

use serde::{Deserialize, Serialize};

use super::{Fnv, normal};
use crate::codebook::{Codebook, Table, Variable};

/// What a file says of one variable, in the order of its digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    Label,
    Notes,
    Kind,
    Missing,
    ValueLabels,
    Measure,
    Role,
    WriteFormat,
    Attributes,
    Format,
    /// The type of its cells, which is no part of a description.
    Storage,
}

/// What a file says of its table, in the order of its digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SaidOfTable {
    Label,
    Notes,
    Groups,
    /// Which variables weight.
    Weights,
    Attributes,
}

/// What became of a part since the file was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Since {
    Same,
    Changed,
    /// The file was written by a version that stored no digests.
    Unknown,
}

/// Digests of the parts in the order of [`Said`] or [`SaidOfTable`], each of six hexadecimal digits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Digest(String);

/// Digits of one part: 24 bits.
const DIGITS: usize = 6;

impl Digest {
    /// The digest of what a file of this codebook says of a variable, and of the type of its cells there.
    pub(super) fn of_variable(codebook: &Codebook, own: &Variable) -> Self {
        let variable = &normal(own.clone());
        let labels = codebook.value_labels_of(variable);
        let parts = [
            of(&variable.label),
            of(&variable.notes),
            of(&variable.kind),
            of(&variable.missing),
            of(&labels),
            of(&variable.measure),
            of(&variable.role),
            of(&variable.write_format),
            of(&variable.attributes),
            of(&variable.format),
            of(&own.facts.storage),
        ];
        Self(parts.concat())
    }

    /// The digest of what a file says of its table.
    pub(super) fn of_table(table: &Table) -> Self {
        let weights = table.variables.iter().filter(|variable| variable.weight);
        let weights: Vec<&String> = weights.map(|variable| &variable.name).collect();
        let parts =
            [of(&table.label), of(&table.notes), of(&table.groups), of(&weights), of(&table.attributes)];
        Self(parts.concat())
    }

    /// What of a variable tells it from others, whatever programs fill in when they write a file: all up to its value labels.
    pub(super) fn identity(&self) -> &str {
        self.0.get(..Said::Measure as usize * DIGITS).unwrap_or(&self.0)
    }

    /// What became of a part, where `now` is the digest of the file as it is.
    pub(super) fn since(&self, now: &Digest, part: Said) -> Since {
        self.since_at(now, part as usize)
    }

    /// What became of the type of the cells of a variable, as the file has it now.
    pub(super) fn since_stored_as(&self, own: &Variable) -> Since {
        let place = Said::Storage as usize;
        let now = Digest([&*"0".repeat(place * DIGITS), &of(&own.facts.storage)].concat());
        self.since(&now, Said::Storage)
    }

    /// As [`Digest::since`], of a table.
    pub(super) fn since_of_table(&self, now: &Digest, part: SaidOfTable) -> Since {
        self.since_at(now, part as usize)
    }

    fn since_at(&self, now: &Digest, place: usize) -> Since {
        let start = place * DIGITS;
        let digits = |digest: &Digest| digest.0.get(start..start + DIGITS).map(str::to_owned);
        match (digits(self), digits(now)) {
            (Some(then), Some(now)) if then == now => Since::Same,
            (Some(_), Some(_)) => Since::Changed,
            _ => Since::Unknown,
        }
    }
}

fn of<T: Serialize>(part: &T) -> String {
    let mut hash = Fnv::default();
    // What cannot be written as JSON has one digest, then and now.
    let _ = serde_json::to_writer(&mut hash, part);
    format!("{:06x}", (hash.0 ^ (hash.0 >> 24) ^ (hash.0 >> 48)) & 0xFF_FFFF)
}
