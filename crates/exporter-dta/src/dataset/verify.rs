//! Verifies that all values of a column are of the kind that our writer recorded, where only the values tell.

use std::collections::BTreeSet;
use std::ops::Range;

use arrow_schema::DataType;
use exporter_core::parallel::shares;
use exporter_rows::holds;

use crate::error::Result;
use crate::reader::{DtaReader, Selection};
use crate::spec::EPOCH_MILLIS;

/// One column to verify.
pub(super) struct Claim {
    /// Position of the variable in the file.
    pub(super) variable: usize,
    /// The type it was recorded with.
    pub(super) target: DataType,
}

/// The variables whose values fit the recorded types, found in one pass over these columns by so many threads, each with
/// a share of the rows.
pub(super) fn verified(
    reader: &DtaReader,
    mut claims: Vec<Claim>,
    threads: usize,
) -> Result<BTreeSet<usize>> {
    if claims.is_empty() {
        return Ok(BTreeSet::new());
    }
    let rows = 0..reader.dictionary().rows;
    let told = shares(threads, rows, |rows| failed(&mut reader.clone(), &claims, rows))?;
    let failed: BTreeSet<usize> = told.into_iter().flatten().collect();
    claims.retain(|claim| !failed.contains(&claim.variable));
    Ok(claims.into_iter().map(|claim| claim.variable).collect())
}

/// The variables of which a value in these rows does not fit.
fn failed(reader: &mut DtaReader, claims: &[Claim], rows: Range<u64>) -> Result<BTreeSet<usize>> {
    let columns: Vec<usize> = claims.iter().map(|claim| claim.variable).collect();
    let mut failed = BTreeSet::new();
    for batch in reader.batches(&Selection::all().columns(columns).rows(rows))? {
        let batch = batch?;
        for (claim, column) in claims.iter().zip(batch.columns()) {
            if !failed.contains(&claim.variable) && !holds(column, &claim.target, EPOCH_MILLIS) {
                failed.insert(claim.variable);
            }
        }
        if failed.len() == claims.len() {
            break;
        }
    }
    Ok(failed)
}
