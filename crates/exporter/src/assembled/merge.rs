//! Joining what a file says about a table with what a codebook declares.

use exporter_core::codebook::{Codebook, Language, Table, Variable};
use exporter_core::dataset::{ReasonColumn, table_of};
use exporter_core::{Error, Result, suggest};

use super::Part;

/// The table as the study knows it, and for each of its variables the column in the part.
pub(super) fn table(
    codebook: &mut Codebook,
    part: &Part,
    declared: Option<&Table>,
    inferred: &dyn Fn(&str, &str) -> bool,
) -> Result<(Table, Vec<usize>)> {
    let own = part.dataset.codebook();
    let mut table = table_of(own, part.table)?.clone();
    adopt_value_labels(codebook, own, &part.name, &mut table);
    adopt_study(codebook, own);
    table.name.clone_from(&part.name);
    let columns = (0..table.variables.len()).collect();
    let Some(declared) = declared else { return Ok((table, columns)) };
    if let Some(variable) =
        declared.variables.iter().find(|variable| table.variable(&variable.name).is_none())
    {
        let known = table.variables.iter().map(|known| known.name.as_str());
        return Err(Error::not_found(format!(
            "{} has no column for the variable {:?}",
            part.file, variable.name
        ))
        .table(&declared.name)
        .variable(&variable.name)
        .with_hint(suggest::suggestion(&variable.name, "columns of the file", known)));
    }
    for variable in &mut table.variables {
        if let Some((_, declared)) = declared.variable(&variable.name) {
            let kind_is_open = inferred(&part.name, &variable.name);
            *variable = merge_variable(variable, declared, kind_is_open);
        }
    }
    let variables = std::mem::take(&mut table.variables);
    let mut merged = declared.clone();
    merged.variables = variables;
    keep_unless_declared(&mut merged.key, table.key);
    keep_unless_declared(&mut merged.sort, table.sort);
    keep_unless_declared(&mut merged.groups, table.groups);
    keep_unless_declared(&mut merged.notes, table.notes);
    if merged.label.is_empty() {
        merged.label = table.label;
    }
    Ok((merged, columns))
}

/// The columns of a table that tell the reasons of declared variables and are not declared themselves: variable and column.
pub(super) fn reason_columns(declared: &Table, table: &Table) -> Vec<(usize, usize)> {
    let columns = ReasonColumn::of_table(declared, Language::default()).into_iter().filter_map(|column| {
        let variable = declared.variables.get(column.variable())?;
        Some((table.variable(&variable.name)?.0, table.variable(column.name())?.0))
    });
    columns.collect()
}

fn keep_unless_declared<T>(declared: &mut Vec<T>, own: Vec<T>) {
    if declared.is_empty() {
        *declared = own;
    }
}

fn merge_variable(own: &Variable, declared: &Variable, kind_is_open: bool) -> Variable {
    let mut merged = declared.clone();
    if kind_is_open {
        merged.kind = own.kind.clone();
    }
    if merged.label.is_empty() {
        merged.label = own.label.clone();
    }
    if merged.universe.is_empty() {
        merged.universe = own.universe.clone();
    }
    if merged.concept.is_empty() {
        merged.concept = own.concept.clone();
    }
    if merged.derivation.is_empty() {
        merged.derivation = own.derivation.clone();
    }
    if merged.attributes.is_empty() {
        merged.attributes = own.attributes.clone();
    }
    merged.measure = merged.measure.or(own.measure);
    merged.role = merged.role.or(own.role);
    merged.alignment = merged.alignment.or(own.alignment);
    merged.format = merged.format.or_else(|| own.format.clone());
    merged.labels = merged.labels.or_else(|| own.labels.clone());
    merged.question = merged.question.or_else(|| own.question.clone());
    merged.weight |= own.weight;
    merged.sensitivity = merged.sensitivity.max(own.sensitivity);
    keep_unless_declared(&mut merged.missing, own.missing.clone());
    keep_unless_declared(&mut merged.notes, own.notes.clone());
    if merged.facts == exporter_core::codebook::DeclaredFacts::default() {
        merged.facts = own.facts.clone();
    }
    merged
}

/// Takes over the value-label sets that the table uses; a set of the same name with other labels gets the table's name.
fn adopt_value_labels(codebook: &mut Codebook, own: &Codebook, name: &str, table: &mut Table) {
    for variable in &mut table.variables {
        let Some(set) = variable.labels.clone() else { continue };
        let Some(labels) = own.value_labels.get(&set) else { continue };
        let mut free = set.clone();
        let mut number = 1;
        while codebook.value_labels.get(&free).is_some_and(|known| known != labels) {
            free = if number == 1 { format!("{name}_{set}") } else { format!("{name}_{set}_{number}") };
            number += 1;
        }
        codebook.value_labels.entry(free.clone()).or_insert_with(|| labels.clone());
        variable.labels = Some(free);
    }
}

/// A study that says nothing about itself takes what its file says.
fn adopt_study(codebook: &mut Codebook, own: &Codebook) {
    if codebook.study.languages.is_empty() {
        codebook.study.languages.clone_from(&own.study.languages);
    }
    if codebook.study.title.is_empty() {
        codebook.study.title = own.study.title.clone();
    }
    if codebook.study.id.is_empty() {
        codebook.study.id.clone_from(&own.study.id);
    }
    if codebook.documents.is_empty() {
        codebook.documents.clone_from(&own.documents);
    }
}
