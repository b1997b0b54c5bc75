//! What the pass at opening has found about the rows, in the terms of a profile: only what is exactly so.

use arrow_array::Array as _;
use exporter_core::codebook::Kind;
use exporter_core::profile::{Number, column_numbers};
use exporter_core::{ColumnFacts, Result, TableProfile};

use crate::dataset::delivery::Delivery;
use crate::dataset::variable::FileVariable;
use crate::reader::DtaReader;
use crate::spec_storage::StorageType;

/// Facts about the rows of a file whose variables are delivered as these kinds.
pub(super) fn known<'v>(
    reader: &DtaReader,
    variables: impl Iterator<Item = (&'v FileVariable<'v>, &'v Kind, &'v Delivery)> + Clone,
) -> Result<TableProfile> {
    let mut profile = TableProfile::default();
    profile.rows = Some(reader.dictionary().rows);
    for (column, (found, kind, delivery)) in variables.clone().enumerate() {
        let facts = match kind {
            // The pass does not look at texts.
            Kind::Text => None,
            _ => numbers(reader, found, kind, delivery)?,
        };
        profile.columns.extend(facts.map(|facts| (column, facts)));
    }
    for key in reader.ascending() {
        let Some((column, (found, kind, _))) =
            variables.clone().enumerate().find(|(_, (found, ..))| found.index == *key)
        else {
            break;
        };
        // Fractions that a date or a decimal loses make numbers equal that were not.
        let real = matches!(found.stored.storage, StorageType::Float | StorageType::Double);
        let same = !real || matches!(kind, Kind::Float { .. });
        if !same || profile.columns.get(&column).is_none_or(|facts| facts.nulls != Some(0)) {
            break;
        }
        profile.ascending.push(column);
    }
    Ok(profile)
}

/// Facts about numbers. Where letters stand for values, these are among the values of the column.
fn numbers(
    reader: &DtaReader,
    found: &FileVariable<'_>,
    kind: &Kind,
    delivery: &Delivery,
) -> Result<Option<ColumnFacts>> {
    let Some(stored) = found.facts.filter(|stored| !delivery.records_any(stored.letters())) else {
        return Ok(None);
    };
    let mut facts = ColumnFacts::default();
    let beyond = if delivery.is_counted() { stored.beyond().count } else { 0 };
    facts.nulls = Some(stored.missing() + beyond);
    facts.reasons = Some(delivery.reason_counts(|missing| stored.cells(missing)));
    if let Some(ends) = reader.ends(found.index, found.column)? {
        let ends = delivery.array(&ends, None, 0)?;
        let numbers: Option<Vec<Number>> = column_numbers(&ends)?.into_iter().collect();
        let numbers = numbers.filter(|numbers| numbers.len() == ends.len());
        facts.range = numbers.map(|ends| ends.first().copied().zip(ends.last().copied()));
    }
    if let Kind::Float { .. } = kind {
        facts.integral = Some(stored.has_only_whole());
        (facts.nans, facts.infinities) = (Some(0), Some(0));
    }
    Ok(Some(facts))
}
