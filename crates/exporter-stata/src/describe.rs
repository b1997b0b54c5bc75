//! A table as Stata holds it: everything decided that is not bytes.

use exporter_core::codebook::{Codebook, Table, Text, Variable};
use exporter_core::{
    Loss, LossCode, LossReport, ProfileRequest, Recode, Rename, Result, TableId, TableProfile,
};

use crate::label_sets::{LabelSets, UsedSets, label_sets};
use crate::languages::Languages;
use crate::letters::{Letters, letters};
use crate::limits::{MAX_OBSERVATIONS_SE, MAX_VARIABLES, MAX_VARIABLES_BE};
use crate::names::unique_names;
use crate::storage::{self, Stored, decide};
use crate::texts::{Label, Notes};
use crate::{Choices, Conversion, StorageType, StrlOption, calendar};

/// What a table is called, labelled and stored as in Stata, and what that loses.
#[derive(Debug)]
#[non_exhaustive]
pub struct TableDescription<'a> {
    /// The languages of labels.
    pub languages: Languages<'a>,
    /// Label of the dataset: that of the table, else the title of the study.
    pub label: Label,
    /// Notes of the dataset.
    pub notes: Notes,
    /// The variables in their order.
    pub variables: Vec<VariableDescription>,
    /// The value-label sets.
    pub labels: LabelSets,
    /// What is lost.
    pub losses: LossReport,
    /// The names that changed.
    pub renames: Vec<Rename>,
    /// Each letter of a missing value with the values that it stands for.
    pub recodes: Vec<Recode>,
}

/// A variable in Stata.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct VariableDescription {
    /// Name, valid and unique in the table.
    pub name: String,
    /// Storage type.
    pub storage: StorageType,
    /// How the values of its column become Stata's.
    pub conversion: Conversion,
    /// Display format.
    pub format: String,
    /// Label.
    pub label: Label,
    /// Notes, its question among them.
    pub notes: Notes,
    /// Missing values.
    pub letters: Letters,
    /// Name of its value-label set, or empty.
    pub set: String,
    /// Its sets in other languages: name of the language and of the set.
    pub translated_sets: Vec<(String, String)>,
    /// Whether texts end at their first NUL.
    pub cut_at_nul: bool,
    /// Whether instants are stored in UTC.
    pub in_utc: bool,
}

/// Asks for the facts about the rows of a table that its description depends on.
pub fn needs(table: &Table, id: TableId, choices: &Choices, request: &mut ProfileRequest) {
    for (column, variable) in table.variables.iter().enumerate() {
        request.column(id, column, storage::facts(variable, choices));
        if let Some(shown) = calendar::shown(&variable.kind) {
            request.outside(id, column, shown);
        }
    }
}

/// Describes a table by the facts about its rows, of which `rows` says how many there are.
///
/// # Errors
/// When a variable has no place in the version of Stata, or in the type that was chosen.
pub fn describe<'a>(
    codebook: &'a Codebook,
    table: &Table,
    (facts, rows): (Option<&TableProfile>, Option<u64>),
    language: Option<&'a str>,
    choices: &Choices,
) -> Result<TableDescription<'a>> {
    let version = choices.version;
    let mut losses = Vec::new();
    let languages = Languages::of(codebook, table, language, version.charset(), &mut losses);
    let given: Vec<&str> = table.variables.iter().map(|variable| variable.name.as_str()).collect();
    let names = unique_names(&given, version);
    let (stored, letters) = stored_and_letters(codebook, table, (facts, rows), choices)?;
    let numeric: Vec<bool> = stored.iter().map(|stored| !stored.storage.is_string()).collect();
    let mut labels = label_sets(codebook, table, &numeric, &letters, &languages, version);
    losses.append(&mut labels.losses);
    let label = if table.label.is_empty() { &codebook.study.title } else { &table.label };
    let label = Label::of(label, &languages, &mut losses);
    let notes = Notes::of_table(table, &label, &languages, &mut losses);
    losses.extend(edition_losses(table.variables.len() as u64, rows));
    let mut described = TableDescription {
        languages,
        label,
        notes,
        variables: Vec::with_capacity(names.len()),
        losses: losses.into_iter().map(|loss| loss.table(&table.name)).collect(),
        renames: Vec::new(),
        recodes: Vec::new(),
        labels,
    };
    let used = std::mem::take(&mut described.labels.used);
    let decided = table.variables.iter().zip(names).zip(stored).zip(letters.into_iter().zip(used));
    for (((variable, name), stored), (letters, labels)) in decided {
        described.variable(table, variable, name, stored, letters, labels);
    }
    Ok(described)
}

impl TableDescription<'_> {
    fn variable(
        &mut self,
        table: &Table,
        variable: &Variable,
        name: String,
        stored: Stored,
        mut letters: Letters,
        labels: UsedSets,
    ) {
        let mut losses = stored.losses;
        losses.append(&mut letters.losses);
        let is_renamed = name != variable.name;
        // A header such as "Household ID (HH)" says what a variable is.
        let header = (is_renamed && variable.label.is_empty()).then(|| Text::new(&variable.name));
        let label = Label::of(header.as_ref().unwrap_or(&variable.label), &self.languages, &mut losses);
        let notes = Notes::of_variable(variable, &label, stored.remark, &self.languages, &mut losses);
        if is_renamed {
            let kept = if header.is_some() { "; its label is the name" } else { "" };
            let loss = Loss::new(LossCode::NAME_CHANGED, format!("written as {name}{kept}"));
            losses.push(loss.first(None, variable.name.as_str()));
            self.renames.push(Rename::variable(&table.name, &variable.name, &name));
        }
        losses.into_iter().for_each(|loss| self.losses.add(loss.table(&table.name).variable(&variable.name)));
        for mut recode in std::mem::take(&mut letters.recodes) {
            recode.table.clone_from(&table.name);
            recode.variable.clone_from(&variable.name);
            self.recodes.push(recode);
        }
        let Stored { storage, conversion, format, cut_at_nul, in_utc, .. } = stored;
        self.variables.push(VariableDescription {
            name,
            storage,
            conversion,
            format,
            label,
            notes,
            letters,
            set: labels.name,
            translated_sets: labels.translated,
            cut_at_nul,
            in_utc,
        });
    }
}

/// How each variable is stored, and the letters of its missing values.
fn stored_and_letters(
    codebook: &Codebook,
    table: &Table,
    (facts, rows): (Option<&TableProfile>, Option<u64>),
    choices: &Choices,
) -> Result<(Vec<Stored>, Vec<Letters>)> {
    let mut all = (Vec::new(), Vec::new());
    for (column, variable) in table.variables.iter().enumerate() {
        let known = facts.and_then(|facts| facts.columns.get(&column)).cloned().unwrap_or_default();
        let sorted = table.sort.iter().any(|key| key.variable() == variable.name);
        let strl_rows = rows.filter(|_| choices.strl == StrlOption::Smaller && !sorted);
        let mut stored =
            decide(variable, &known, choices, strl_rows).map_err(|error| error.table(&table.name))?;
        let years =
            facts.and_then(|facts| calendar::not_shown(facts, column, &variable.kind, choices.delimited));
        stored.losses.extend(years);
        let mut letters = if stored.storage.is_string() {
            Letters::of_texts(variable)
        } else {
            // A duration, a date-time or a decimal is compared in its own unit, as the codebook writes it.
            letters(variable, codebook.value_labels_of(variable))
        };
        // Delimited text holds nulls, which is a loss of its own.
        let of_reasons = std::mem::take(&mut letters.reason_losses);
        letters.losses.extend(of_reasons.into_iter().filter(|_| !choices.delimited));
        all.1.push(letters);
        all.0.push(stored);
    }
    Ok(all)
}

/// What smaller editions of Stata cannot open.
fn edition_losses(variables: u64, rows: Option<u64>) -> Vec<Loss> {
    let mut losses = Vec::new();
    let compatibility = |action: String| Loss::new(LossCode::COMPATIBILITY, action);
    if variables > MAX_VARIABLES {
        losses.push(compatibility(format!("{variables} variables: only Stata/MP opens more than 32,767")));
    } else if variables > MAX_VARIABLES_BE {
        losses.push(compatibility(format!("{variables} variables: Stata/BE opens 2,048 at most")));
    }
    if let Some(rows) = rows.filter(|rows| *rows > MAX_OBSERVATIONS_SE) {
        losses.push(compatibility(format!("{rows} rows: only Stata/MP opens more than 2,147,483,619")));
    }
    losses
}
