//! Joining what files say about a study and its tables with what a codebook declares.

use std::collections::{BTreeMap, HashSet};

use exporter_core::codebook::{Codebook, Document, Language, Study, Table, ValueLabels, Variable};
use exporter_core::dataset::{
    Labelled, ReasonColumn, Unfit, adopt_labels, completed_table, completed_variable, fit_to_kind,
    replaced_in_table, replaced_in_variable, table_of, unheld_kind,
};
use exporter_core::{Error, Loss, LossCode, LossReport, Result, suggest};
use serde_json::{Map, Value as Json};

use super::{StudyPart, TablePart};
use crate::input::says_kinds;
use crate::study::OpenKinds;

/// Field of a study that its files need not share.
const ID: &str = "id";
/// Field of a study with the languages of its texts.
const LANGUAGES: &str = "languages";

/// A study that is being put together: what is declared wins, then what the first file says.
pub(super) struct Merging<'a> {
    /// What is declared and what the parts so far have added.
    pub(super) codebook: Codebook,
    /// Tables and variables that the codebook names without a kind.
    open: &'a OpenKinds,
    /// The file that each field of the study is from, where it is not declared.
    from: BTreeMap<String, String>,
    /// For documents that a part brought its position and that of the document in it.
    pub(super) documents: BTreeMap<usize, (usize, usize)>,
    /// Parts so far.
    parts: usize,
    /// What files say otherwise than their description or those before them.
    pub(super) losses: LossReport,
    /// Languages of the files.
    pub(super) languages: Vec<String>,
}

impl<'a> Merging<'a> {
    pub(super) fn new(codebook: Codebook, open: &'a OpenKinds) -> Self {
        let (from, documents, parts, losses, languages) = Default::default();
        Self { codebook, open, from, documents, parts, losses, languages }
    }

    /// Takes over all that a description without tables says.
    pub(super) fn study(&mut self, part: &StudyPart) -> Result<()> {
        let own = part.dataset.codebook().for_default_language(self.codebook.default_language());
        let own = own.as_ref();
        self.languages.extend(own.study.languages.iter().cloned());
        own.value_labels.keys().for_each(|set| {
            self.adopt_set(own, "study", set);
        });
        self.adopt_study(&own.study, &part.file, None)?;
        self.adopt_documents(own, None);
        self.parts += 1;
        Ok(())
    }

    /// The table of a part as the study describes it, and for each of its variables the column in the part. Of parents it
    /// has what is declared.
    pub(super) fn table(
        &mut self,
        part: &TablePart,
        declared: Option<&Table>,
    ) -> Result<(Table, Vec<usize>)> {
        let own = part.dataset.codebook().for_default_language(self.codebook.default_language());
        let own = own.as_ref();
        self.languages.extend(own.study.languages.iter().cloned());
        let mut table = table_of(own, part.table)?.clone();
        self.adopt_free_value_labels(own, &part.name);
        self.adopt_study(&own.study, &part.file, Some(&part.name))?;
        self.adopt_documents(own, Some(&part.name));
        self.parts += 1;
        table.name.clone_from(&part.name);
        table.parent = None;
        let columns = (0..table.variables.len()).collect();
        let none = Table::default();
        let described = declared.unwrap_or(&none);
        columns_are_there(described, &table, &part.file)?;
        let known = described.columns_by_name();
        let mut replaced = Vec::new();
        for (column, variable) in table.variables.iter_mut().enumerate() {
            let at = known.get(variable.name.as_str());
            match at.and_then(|at| described.variables.get(*at)) {
                Some(declared) => self.variable(declared, (variable, column), own, part, &mut replaced),
                None => {
                    let adopted =
                        variable.labels.as_ref().and_then(|set| self.adopt_set(own, &part.name, set));
                    variable.labels = adopted.or(variable.labels.take());
                }
            }
        }
        let Some(declared) = declared else { return Ok((table, columns)) };
        replaced.extend(replaced_in_table(declared, &table));
        let replaced: LossReport = replaced.into_iter().collect();
        let format = part.format.map_or("", |format| format.id);
        self.losses.merge(replaced.named(format, |_| Some(part.file.clone())));
        let mut merged = completed_table(declared.clone(), &table);
        if self.open.contains_table(&part.name) {
            merged.kind = table.kind;
        }
        merged.variables = table.variables;
        Ok((merged, columns))
    }

    /// Completes a described variable by that of its file, and tells what the file says otherwise.
    fn variable(
        &mut self,
        declared: &Variable,
        (own, column): (&mut Variable, usize),
        file: &Codebook,
        part: &TablePart,
        lost: &mut Vec<Loss>,
    ) {
        let sets = &mut self.codebook.value_labels;
        let says_kinds = part.format.is_some_and(says_kinds);
        let is_open = self.open.contains(&part.name, &own.name);
        let unheld = unheld_kind(declared, &own.kind, &part.name)
            .filter(|_| says_kinds && !is_open && has_values(part, column));
        let mut described = declared.clone();
        let has_own_kind = is_open || unheld.is_some();
        if has_own_kind && says_kinds {
            let unfit = fit_to_kind(&mut described, &own.kind, sets, &part.name);
            lost.extend(unfit.losses(&described, &part.name));
        } else if is_open && let Some(fitted) = fitted(declared, own, sets, &part.name) {
            described = fitted;
        }
        lost.extend(unheld);
        let (known, found) = (Labelled::of(&described, sets), Labelled::of(own, &file.value_labels));
        lost.extend(replaced_in_variable(known, found, &part.name));
        if described.labels.is_none() {
            let set = own.labels.take();
            let adopted =
                set.as_ref().and_then(|set| adopt_labels(sets, &file.value_labels, &part.name, set));
            own.labels = adopted.or(set);
        }
        *own = completed_variable(&described, own, has_own_kind);
    }

    /// Takes over the value-label sets that no table of a file uses.
    fn adopt_free_value_labels(&mut self, own: &Codebook, name: &str) {
        let tables = own.tables.iter().flat_map(|table| &table.variables);
        let used: HashSet<&str> = tables.filter_map(|variable| variable.labels.as_deref()).collect();
        for set in own.value_labels.keys().filter(|set| !used.contains(set.as_str())) {
            self.adopt_set(own, name, set);
        }
    }

    /// Takes over one set and gives the name that it has in the study.
    fn adopt_set(&mut self, own: &Codebook, name: &str, set: &str) -> Option<String> {
        adopt_labels(&mut self.codebook.value_labels, &own.value_labels, name, set)
    }

    /// Takes over the fields of the study that are not declared; a file that says another than one before it loses it.
    fn adopt_study(&mut self, own: &Study, file: &str, table: Option<&str>) -> Result<()> {
        let mut study = fields(&self.codebook.study)?;
        for (field, value) in fields(own)? {
            let Some(known) = study.get(&field) else {
                self.from.insert(field.clone(), file.to_owned());
                study.insert(field, value);
                continue;
            };
            let Some(other) = self.from.get(&field).filter(|_| *known != value && field != ID) else {
                continue;
            };
            // Texts keep their languages, which are listed in the end.
            if field != LANGUAGES {
                let action = format!("{field} of the study left out, {other} says another");
                let first = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                let loss = Loss::new(LossCode::METADATA_DROPPED, action).first(None, first);
                self.losses.add(table.into_iter().fold(loss, Loss::table));
            }
        }
        let problem = |problem| Error::invalid(format!("study: {problem}"));
        self.codebook.study = serde_json::from_value(Json::Object(study)).map_err(problem)?;
        Ok(())
    }

    /// Takes over documents whose names are new; others of a known name are lost.
    fn adopt_documents(&mut self, own: &Codebook, table: Option<&str>) {
        for (position, document) in own.documents.iter().enumerate() {
            let known = self.codebook.documents.iter().find(|known| known.name == document.name);
            let lost = match known {
                Some(known) if is_same(known, document) => continue,
                Some(_) => "a document of this name is in the study already",
                None => {
                    self.documents.insert(self.codebook.documents.len(), (self.parts, position));
                    self.codebook.documents.push(document.clone());
                    continue;
                }
            };
            let loss = table.into_iter().fold(Loss::new(LossCode::DOCUMENT_DROPPED, lost), Loss::table);
            self.losses.add(loss.first(None, document.name.as_str()));
        }
    }
}

/// Holds the described variables against the columns of a file.
///
/// # Errors
/// Where some have no column; names them.
fn columns_are_there(declared: &Table, table: &Table, file: &str) -> Result<()> {
    let known = table.columns_by_name();
    let names = declared.variables.iter().map(|variable| variable.name.as_str());
    let missing: Vec<&str> = names.filter(|name| !known.contains_key(name)).collect();
    match suggest::without_columns(&missing, file, table.variables.iter().map(|known| known.name.as_str())) {
        Some(error) => Err(error.table(&declared.name)),
        None => Ok(()),
    }
}

/// Whether a column may have values: one without any fits every kind.
fn has_values(part: &TablePart, column: usize) -> bool {
    let facts = part.dataset.facts(part.table);
    let nulls = facts.and_then(|facts| facts.columns.get(&column)?.nulls.zip(facts.rows));
    nulls.is_none_or(|(nulls, rows)| nulls < rows)
}

/// Whether two descriptions are of one document, wherever its contents are.
fn is_same(one: &Document, other: &Document) -> bool {
    let described = |document: &Document| {
        let mut document = document.clone();
        (document.bytes, document.path) = (None, None);
        document
    };
    let differ = one.bytes.is_some() && other.bytes.is_some() && one.bytes != other.bytes;
    !differ && described(one) == described(other)
}

/// The fields of a study that say something; the id may be empty, other fields are left out then.
fn fields(study: &Study) -> Result<Map<String, Json>> {
    match serde_json::to_value(study) {
        Ok(Json::Object(mut fields)) => {
            if study.id.is_empty() {
                fields.remove(ID);
            }
            Ok(fields)
        }
        Ok(_) => Ok(Map::new()),
        Err(problem) => Err(Error::invalid(format!("study: {problem}"))),
    }
}

/// The columns of a table that tell the reasons of declared variables and are not declared themselves: variable and column.
pub(super) fn reason_columns(declared: &Table, table: &Table) -> Vec<(usize, usize)> {
    let columns = ReasonColumn::of_table(declared, Language::default());
    let known = if columns.is_empty() { Default::default() } else { table.columns_by_name() };
    let columns = columns.into_iter().filter_map(|column| {
        let variable = declared.variables.get(column.variable())?;
        Some((*known.get(variable.name.as_str())?, *known.get(column.name())?))
    });
    columns.collect()
}

/// A variable whose kind is left to its file, with codes and missing values of that kind, if all of them are: texts such as `01` are
/// numbers where the column has numbers.
fn fitted(
    declared: &Variable,
    own: &Variable,
    sets: &mut BTreeMap<String, ValueLabels>,
    table: &str,
) -> Option<Variable> {
    let mut fitted = declared.clone();
    // What does not fit is left to the rules of codebooks, which say what to do.
    let unfit = fit_to_kind(&mut fitted, &own.kind, sets, table);
    (unfit == Unfit::default()).then_some(fitted)
}
