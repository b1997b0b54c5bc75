//! Joining what files say about a study and its tables with what a codebook declares.

use std::collections::{BTreeMap, HashSet};

use exporter_core::codebook::{Codebook, Document, Language, Study, Table, ValueLabels, Variable};
use exporter_core::dataset::{
    ReasonColumn, Unfit, adopt_labels, completed_table, completed_variable, fit_to_kind, table_of,
};
use exporter_core::{Error, Loss, LossCode, LossReport, Result, suggest};
use serde_json::{Map, Value as Json};

use super::{StudyPart, TablePart};
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
    /// What files say otherwise than those before them.
    pub(super) losses: LossReport,
}

impl<'a> Merging<'a> {
    pub(super) fn new(codebook: Codebook, open: &'a OpenKinds) -> Self {
        let (from, documents, parts, losses) = Default::default();
        Self { codebook, open, from, documents, parts, losses }
    }

    /// Takes over all that a description without tables says.
    pub(super) fn study(&mut self, part: &StudyPart) -> Result<()> {
        let own = part.dataset.codebook();
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
        let own = part.dataset.codebook();
        let mut table = table_of(own, part.table)?.clone();
        self.adopt_value_labels(own, &part.name, &mut table);
        self.adopt_study(&own.study, &part.file, Some(&part.name))?;
        self.adopt_documents(own, Some(&part.name));
        self.parts += 1;
        table.name.clone_from(&part.name);
        table.parent = None;
        let columns = (0..table.variables.len()).collect();
        let Some(declared) = declared else { return Ok((table, columns)) };
        let known = table.columns_by_name();
        if let Some(variable) =
            declared.variables.iter().find(|variable| !known.contains_key(variable.name.as_str()))
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
        let described = declared.columns_by_name();
        for variable in &mut table.variables {
            let column = described.get(variable.name.as_str());
            if let Some(declared) = column.and_then(|column| declared.variables.get(*column)) {
                let kind_is_open = self.open.contains(&part.name, &variable.name);
                let sets = &mut self.codebook.value_labels;
                let fitted = kind_is_open.then(|| fitted(declared, variable, sets, &part.name)).flatten();
                let declared = fitted.as_ref().unwrap_or(declared);
                *variable = completed_variable(declared, variable, kind_is_open);
            }
        }
        let mut merged = completed_table(declared.clone(), &table);
        if self.open.contains_table(&part.name) {
            merged.kind = table.kind;
        }
        merged.variables = table.variables;
        Ok((merged, columns))
    }

    /// Takes over the value-label sets that the table uses, and those that no table of its file uses; a set of the same name
    /// with other labels gets the table's name.
    fn adopt_value_labels(&mut self, own: &Codebook, name: &str, table: &mut Table) {
        let tables = own.tables.iter().flat_map(|table| &table.variables);
        let used: HashSet<&str> = tables.filter_map(|variable| variable.labels.as_deref()).collect();
        for set in own.value_labels.keys().filter(|set| !used.contains(set.as_str())) {
            self.adopt_set(own, name, set);
        }
        for variable in &mut table.variables {
            let adopted = variable.labels.as_ref().and_then(|set| self.adopt_set(own, name, set));
            variable.labels = adopted.or(variable.labels.take());
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
            let Some(known) = study.get_mut(&field) else {
                self.from.insert(field.clone(), file.to_owned());
                study.insert(field, value);
                continue;
            };
            let Some(other) = self.from.get(&field).filter(|_| *known != value && field != ID) else {
                continue;
            };
            match (known.as_array_mut(), value.as_array()) {
                // Files with other texts of one study may be in other languages beside the first.
                (Some(known), Some(more)) if field == LANGUAGES && known.first() == more.first() => {
                    let new: Vec<Json> = more.iter().filter(|tag| !known.contains(tag)).cloned().collect();
                    known.extend(new);
                }
                _ => {
                    let action = format!("{field} of the study left out, {other} says another");
                    let first = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    let loss = Loss::new(LossCode::METADATA_DROPPED, action).first(None, first);
                    self.losses.add(table.into_iter().fold(loss, Loss::table));
                }
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
