//! What opening has found about the rows, as a profile.

use exporter_core::codebook::{Codebook, Kind};
use exporter_core::profile::Number;
use exporter_core::{ColumnFacts, TableProfile};

use crate::dataset::facts::Seen;
use crate::reader::SavReader;

/// The profile of the table, as far as the pass over the numbers tells.
pub(super) fn known(codebook: &Codebook, seen: Option<&Seen>, reader: &SavReader) -> TableProfile {
    let mut profile = TableProfile::default();
    profile.rows = seen.map(|seen| seen.rows).or_else(|| reader.cases());
    let variables = codebook.tables.iter().flat_map(|table| &table.variables);
    for (position, variable) in variables.enumerate() {
        let mut facts = ColumnFacts::default();
        if let Kind::Text = variable.kind {
            facts.nulls = Some(0);
            profile.columns.insert(position, facts);
            continue;
        }
        let Some(found) = seen.and_then(|seen| seen.variables.get(&position)) else { continue };
        if reader.metadata().variables.get(position).is_some_and(|variable| variable.width.is_some()) {
            // Of texts that are delivered as numbers the pass counts nothing.
            continue;
        }
        facts.nulls = Some(found.nulls);
        match variable.kind {
            Kind::Integer { .. } => {
                let ends = |(low, high)| (Number::Integer(low as i128), Number::Integer(high as i128));
                facts.range = Some(found.range.map(ends));
            }
            Kind::Float { bits: 64 } => {
                facts.range = Some(found.range.map(|(low, high)| (Number::Float(low), Number::Float(high))));
                facts.integral = Some(found.whole);
                (facts.nans, facts.infinities) = (Some(0), Some(0));
            }
            _ => {}
        }
        // Reasons are among the numbers of the file.
        if !variable.missing.iter().any(|missing| !missing.is_reason()) {
            facts.valid_range = facts.range;
        }
        profile.columns.insert(position, facts);
    }
    profile
}
