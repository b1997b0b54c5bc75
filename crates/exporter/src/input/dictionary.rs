//! Codebooks that describe all that data may have, such as the metadata of a whole system.

use std::collections::BTreeSet;

use exporter_core::codebook::Codebook;
use exporter_core::dataset::{fit_to_kind, table_of};
use exporter_core::{Loss, LossCode, LossReport, Result};

use crate::assembled::TablePart;

/// The part of a dictionary that describes tables and columns which are there and do not describe themselves, and what of it does not
/// suit the values.
pub(super) fn fitted(dictionary: &Codebook, parts: &[TablePart]) -> Result<(Codebook, LossReport)> {
    let mut codebook = Codebook::default();
    codebook.study.languages.clone_from(&dictionary.study.languages);
    let mut losses = LossReport::default();
    let mut sets = dictionary.value_labels.clone();
    for table in &dictionary.tables {
        let Some(part) = parts.iter().find(|part| part.name == table.name) else { continue };
        let own = table_of(part.dataset.codebook(), part.table)?;
        let columns = own.columns_by_name();
        let mut fitted = table.clone();
        fitted.variables.clear();
        for described in &table.variables {
            let column = columns.get(described.name.as_str());
            let Some(known) = column.and_then(|column| own.variables.get(*column)) else { continue };
            // Its format knew the dictionary, and more of the data.
            if known.labels.is_some() || !known.label.is_empty() {
                continue;
            }
            let mut variable = described.clone();
            let unfit = fit_to_kind(&mut variable, &known.kind, &mut sets, &table.name);
            if unfit.labels {
                let action = format!("labels of values that are not all {} are left out", known.kind);
                let loss = Loss::new(LossCode::VALUE_LABELS_DROPPED, action);
                losses.add(loss.table(&table.name).variable(&variable.name));
            }
            fitted.variables.push(variable);
        }
        codebook.tables.push(fitted);
    }
    let variables = codebook.tables.iter().flat_map(|table| &table.variables);
    let used: BTreeSet<&str> = variables.filter_map(|variable| variable.labels.as_deref()).collect();
    sets.retain(|name, _| used.contains(name.as_str()));
    codebook.value_labels = sets;
    Ok((codebook, losses))
}
