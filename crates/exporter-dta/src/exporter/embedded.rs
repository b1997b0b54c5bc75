//! The codebook that a file embeds, where it says less by itself.

use std::collections::{BTreeMap, HashSet};

use exporter_core::codebook::{Codebook, MissingValues, SortKey, Table};
use exporter_core::embedded::{CellRecord, ascii, embed, of_table};
use exporter_core::truncate::to_bytes;
use exporter_core::{Result, TableId};
use exporter_stata::VariableDescription;

use super::texts::LONGEST;
use crate::characteristics::{CODEBOOK, DATASET, part};
use crate::dataset::plain;
use crate::metadata::{Characteristic, DtaMetadata};
use crate::reader::Dictionary;

/// The characteristics of the codebook of `table`, written as `variables`, for a file that `metadata` describes otherwise:
/// none where the file says all of it.
pub(super) fn embedded(
    codebook: &Codebook,
    table: &Table,
    variables: &[VariableDescription],
    metadata: &DtaMetadata,
) -> Result<Vec<Characteristic>> {
    let plain = plain(&Dictionary::of(metadata), &table.name);
    let mut own = of_table(codebook, table, &["spss"]);
    complete(&mut own, table, variables, metadata);
    let Some(mut embedded) = embed(&own, TableId(0), plain)? else { return Ok(Vec::new()) };
    embedded.cells = cell_record(table, variables);
    let json = embedded.to_json()?;
    drop(embedded);
    Ok(parts(&if metadata.release.is_utf8() { json } else { ascii(&json) }))
}

/// Gives a stored codebook the letters of its missing values and the order that its rows keep.
fn complete(stored: &mut Codebook, table: &Table, variables: &[VariableDescription], metadata: &DtaMetadata) {
    let key = |position: &usize| Some(SortKey::Ascending(table.variables.get(*position)?.name.clone()));
    for own in &mut stored.tables {
        for (variable, written) in own.variables.iter_mut().zip(variables) {
            // Of declarations that share a letter, as there are more than letters, it stands for the first.
            let mut taken = HashSet::new();
            for (missing, assigned) in variable.missing.iter_mut().zip(&written.letters.declared) {
                if let [one] = assigned.as_slice() {
                    missing.letter = one.letter().filter(|letter| taken.insert(*letter));
                }
            }
        }
        own.sort = metadata.sorted_by.iter().filter_map(key).collect();
    }
}

/// What the codebook does not tell of the cells.
fn cell_record(table: &Table, variables: &[VariableDescription]) -> CellRecord {
    let mut cells = CellRecord::default();
    for (variable, written) in table.variables.iter().zip(variables) {
        if written.in_utc {
            cells.utc.insert(written.name.clone());
        }
        let mut letters = BTreeMap::new();
        for (declared, assigned) in variable.missing.iter().zip(&written.letters.declared) {
            // The letter of one value stands in its declaration.
            let is_range = matches!(declared.values, MissingValues::Range { .. });
            for letter in assigned.iter().filter_map(|missing| missing.letter()).filter(|_| is_range) {
                letters.extend(written.letters.values.get(&letter).map(|value| (letter, value.clone())));
            }
        }
        if !letters.is_empty() {
            cells.letters.insert(written.name.clone(), letters);
        }
    }
    cells
}

/// Contents in as many characteristics as they need.
fn parts(json: &str) -> Vec<Characteristic> {
    let mut parts = Vec::new();
    let mut rest = json;
    while !rest.is_empty() {
        let (head, tail) = rest.split_at(to_bytes(rest, LONGEST).len());
        let (owner, name) = (DATASET.to_owned(), part(CODEBOOK, parts.len() + 1));
        parts.push(Characteristic { owner, name, contents: head.to_owned() });
        rest = tail;
    }
    parts
}
