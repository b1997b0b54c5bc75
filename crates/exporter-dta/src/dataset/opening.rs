//! What is found out about the values of a file when it is opened.

use std::collections::BTreeMap;

use exporter_core::Projection;
use exporter_core::codebook::{Codebook, Kind, SortKey, Variable};
use exporter_core::dataset::arrow_type;
use exporter_core::embedded::Embedded;
use exporter_rows::only_values_tell;

use crate::dataset::input::Letters;
use crate::dataset::kinds::Values;
use crate::dataset::variable::FileVariable;
use crate::dataset::verify::{Claim, verified};
use crate::error::Result;
use crate::reader::{ColumnType, Dictionary, DtaReader, ValueFacts};
use crate::spec_storage::StorageType;

/// A file whose descriptions are known.
pub(super) struct Opening<'a> {
    pub(super) stored: Option<&'a Embedded>,
    /// By variable that holds values, the name under which our writer recorded its cells.
    pub(super) written_names: &'a [Option<String>],
    /// The codebook with every kind that is recorded.
    pub(super) claimed: &'a Codebook,
    pub(super) letters: Letters,
}

/// What was found out about the values of the projected variables.
pub(super) struct Seen {
    /// By position of the variable in the file.
    variables: BTreeMap<usize, (ColumnType, Option<ValueFacts>, Values)>,
}

impl Opening<'_> {
    /// The variables of the file that hold values, by position, and how they are described.
    fn variables(&self, dictionary: &Dictionary) -> impl Iterator<Item = (usize, &Variable)> {
        let described = self.claimed.tables.first().map_or(&[][..], |table| &table.variables);
        positions(dictionary).into_iter().zip(described)
    }

    /// Looks at the values of the projected variables, whose names are those of the codebook or of the file.
    pub(super) fn look_at(
        &self,
        reader: &mut DtaReader,
        projection: &Projection,
        threads: usize,
    ) -> Result<Seen> {
        let dictionary = reader.dictionary();
        let is_projected = |(index, described): &(usize, &Variable)| {
            let name = dictionary.variables.get(*index).map_or("", |stored| stored.name.as_str());
            projection.has(name) || projection.has(&described.name)
        };
        let projected: Vec<_> = self.variables(dictionary).filter(is_projected).collect();
        let indices: Vec<usize> = projected.iter().map(|(index, _)| *index).collect();
        // Contents with a NUL cannot be told from bytes where text is not UTF-8, unless it is recorded what they are.
        let is_recorded_text = |(index, described): &&(usize, &Variable)| {
            let strl = dictionary.variables.get(*index).is_some_and(|v| v.storage == StorageType::StrL);
            self.stored.is_some() && strl && !dictionary.release.is_utf8() && described.kind == Kind::Text
        };
        let texts: Vec<usize> = projected.iter().filter(is_recorded_text).map(|(index, _)| *index).collect();
        let facts = match self.letters {
            Letters::Seen => reader.facts(&indices, threads)?,
            Letters::All | Letters::Null => vec![None; indices.len()],
        };
        reader.take_for_text(texts);
        // What is recorded as numbers keeps its fractions whatever its format shows.
        let is_counted = |kind: &Kind| kind.is_temporal();
        let counted = projected.iter().filter(|(_, described)| is_counted(&described.kind));
        // Of our own files the stored codebook tells of days beyond the calendar of Stata.
        reader.cut_fractions(counted.map(|(index, _)| *index).collect::<Vec<_>>(), self.stored.is_none());
        let columns = reader.column_types(&indices)?;
        let mut claims = Vec::new();
        for ((index, described), column) in projected.iter().zip(&columns).filter(|_| self.stored.is_some()) {
            let target = arrow_type(&described.kind);
            let storage = reader.dictionary().variables.get(*index).map(|stored| stored.storage);
            if storage.is_some_and(|storage| only_values_tell(&column.arrow(storage), &target)) {
                claims.push(Claim { variable: *index, target });
            }
        }
        let verified = verified(reader, claims, threads)?;
        let values = |index: &usize| if verified.contains(index) { Values::Verified } else { Values::Open };
        let seen = indices.iter().zip(columns).zip(facts);
        let variables =
            seen.map(|((index, column), facts)| (*index, (column, facts, values(index)))).collect();
        Ok(Seen { variables })
    }

    /// What is known of each variable that holds values.
    pub(super) fn found<'f>(&'f self, reader: &'f DtaReader, seen: &Seen) -> Vec<FileVariable<'f>> {
        let dictionary = reader.dictionary();
        let cells = self.stored.map(|stored| &stored.cells);
        let found = |(position, index): (usize, usize)| {
            let written = self.written_names.get(position).and_then(Option::as_ref);
            let stored = dictionary.variables.get(index)?;
            let (column, facts, values) = seen
                .variables
                .get(&index)
                .copied()
                .unwrap_or_else(|| (reader.type_known_by(None, stored, None), None, Values::Unseen));
            Some(FileVariable {
                index,
                stored,
                column,
                facts,
                values,
                letters: cells.zip(written).and_then(|(cells, name)| cells.letters.get(name)),
                in_utc: cells.zip(written).is_some_and(|(cells, name)| cells.utc.contains(name)),
                has_letters: dictionary.release.has_extended_missing() && !stored.storage.is_string(),
            })
        };
        positions(dictionary).into_iter().enumerate().filter_map(found).collect()
    }
}

/// The order of the rows that the file claims, by the names of the variables in the codebook.
pub(super) fn sort_order(dictionary: &Dictionary, variables: &[Variable]) -> Vec<SortKey> {
    let positions = positions(dictionary);
    let key = |index: &usize| {
        let position = positions.iter().position(|held| held == index)?;
        Some(SortKey::Ascending(variables.get(position)?.name.clone()))
    };
    dictionary.sort.iter().map_while(key).collect()
}

/// Positions of the variables that hold values; those of aliases are in another frame.
fn positions(dictionary: &Dictionary) -> Vec<usize> {
    let variables = dictionary.variables.iter().enumerate();
    let held = variables.filter(|(_, variable)| variable.storage != StorageType::Alias);
    held.map(|(index, _)| index).collect()
}
