//! Joining what files say about a study and its tables with what a codebook declares.

use std::collections::{BTreeMap, HashSet};

use exporter_core::codebook::{Codebook, Document, Language, Study, Table, Variable};
use exporter_core::dataset::{ReasonColumn, table_of, with_reasons_of};
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
        if self.open.contains_table(&part.name) {
            merged.kind = table.kind;
        }
        merged.rows = merged.rows.or(table.rows);
        merged.roster = merged.roster.or(table.roster);
        if merged.attributes.is_empty() {
            merged.attributes = table.attributes;
        }
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
        let labels = own.value_labels.get(set)?;
        let known = &mut self.codebook.value_labels;
        let mut free = set.to_owned();
        let mut number = 1;
        while known.get(&free).is_some_and(|known| known != labels) {
            free = if number == 1 { format!("{name}_{set}") } else { format!("{name}_{set}_{number}") };
            number += 1;
        }
        known.entry(free.clone()).or_insert_with(|| labels.clone());
        Some(free)
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
    if merged.unit.is_empty() {
        merged.unit = own.unit.clone();
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
    merged.write_format = merged.write_format.or_else(|| own.write_format.clone());
    merged.column_width = merged.column_width.or(own.column_width);
    merged.labels = merged.labels.or_else(|| own.labels.clone());
    merged.question = merged.question.or_else(|| own.question.clone());
    merged.weight |= own.weight;
    merged.weighted_by = merged.weighted_by.or_else(|| own.weighted_by.clone());
    merged.sensitivity = merged.sensitivity.max(own.sensitivity);
    merged.missing = with_reasons_of(&declared.missing, own);
    keep_unless_declared(&mut merged.notes, own.notes.clone());
    // Facts are values of the file's kind.
    if merged.facts == exporter_core::codebook::DeclaredFacts::default() && merged.kind == own.kind {
        merged.facts = own.facts.clone();
    }
    merged
}
