//! Which tables of a document a variable belongs to.

use std::collections::{HashMap, HashSet};

use exporter_core::{Loss, LossCode};

use super::resolve::{TableDraft, drafts};
use super::{LabelSets, UnplacedVariable};
use crate::mapping::tables::ReadTable;
use crate::mapping::{note, question};

/// Tables that a variable is in, by how many there are of variables: nobody has a variable in many files, and every one is a
/// copy.
const MOST_COPIES: usize = 8;
/// Copies that are made however few variables there are.
const FEW_COPIES: usize = 4096;

/// Variables on their way into tables.
pub(super) struct Placing {
    /// By ID of a file, its tables.
    tables: HashMap<String, Vec<usize>>,
    has_types: bool,
    /// By ID, the name and the tables of a variable.
    pub(super) ids: HashMap<String, (String, Vec<usize>)>,
    /// Table, column and the ID of the variable that weights it.
    pub(super) weights: Vec<(usize, usize, String)>,
    /// Copies that may still be made.
    room: usize,
}

impl Placing {
    pub(super) fn new(tables: &[TableDraft], variables: usize) -> Self {
        let mut by_file: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, table) in tables.iter().enumerate() {
            by_file.entry(table.read.id.clone()).or_default().push(at);
        }
        let has_types = tables.iter().any(|table| table.rectype.is_some());
        let room = variables.saturating_mul(MOST_COPIES).saturating_add(FEW_COPIES);
        Self { tables: by_file, has_types, ids: HashMap::new(), weights: Vec::new(), room }
    }

    /// The tables that a variable belongs to.
    fn tables_of(
        &mut self,
        files: &[String],
        rectypes: &[String],
        tables: &mut Vec<TableDraft>,
    ) -> Vec<usize> {
        let is_type = |at: &usize| {
            let own = tables.get(*at).and_then(|table| table.rectype.as_ref());
            own.is_none_or(|own| rectypes.is_empty() || rectypes.contains(&own.rectype))
        };
        let mut own: Vec<usize> = match files {
            [] if self.has_types => (0..tables.len()).filter(is_type).collect(),
            // Nothing says in which of several files it is.
            [] => (0..tables.len()).take(1).collect(),
            files => {
                let of_files = files.iter().filter_map(|file| self.tables.get(file));
                of_files.flatten().copied().filter(is_type).collect()
            }
        };
        let mut seen = HashSet::new();
        own.retain(|at| seen.insert(*at));
        if own.is_empty() {
            let id = files.first().cloned().unwrap_or_default();
            let mut read = ReadTable { id: id.clone(), ..ReadTable::default() };
            read.table.name = if id.is_empty() { "data".into() } else { id.clone() };
            self.tables.entry(id).or_default().push(tables.len());
            own.push(tables.len());
            tables.extend(drafts(read, Vec::new(), &mut Vec::new()));
        }
        own
    }

    /// Puts a variable into the tables that it belongs to.
    pub(super) fn place(
        &mut self,
        found: UnplacedVariable,
        tables: &mut Vec<TableDraft>,
        sets: &mut LabelSets,
        losses: &mut Vec<Loss>,
    ) {
        let UnplacedVariable { id, files, rectypes, column, weights, read, notes } = found;
        let mut own = self.tables_of(&files, &rectypes, tables);
        if own.len() > self.room.max(1) {
            let action = "a variable of more tables than are read is in the first of them alone";
            losses.push(Loss::new(LossCode::NOT_READ, action).variable(&read.variable.name));
            own.truncate(1);
        }
        self.room = self.room.saturating_sub(own.len());
        if files.is_empty() && !self.has_types && tables.len() > 1 {
            let action = "nothing says in which of several files it is: it is read as one of the first";
            losses.push(Loss::new(LossCode::NOT_READ, action).variable(&read.variable.name));
        }
        let mut variable = read.variable;
        variable.labels = sets.name_of(&variable.name, &read.labels);
        // The question of a group stands with each of its variables.
        if question::has_shared(&variable.attributes) && note::empties(&notes, "question") {
            question::forget_shared(&mut variable.attributes);
        }
        let mut variable = note::restored(variable, &notes);
        sets.add(variable.labels.as_deref(), read.labels);
        let uncoded = "the document gives no codes for these categories: their labels stand for the codes";
        for (categories, code, action) in [
            (
                &read.unread,
                LossCode::VALUE_LABELS_DROPPED,
                format!("categories that are no {} are left out", variable.kind),
            ),
            (
                &read.unread_missing,
                LossCode::MISSING_DROPPED,
                format!(
                    "missing values that are no {}, and ranges without their own ends, are left out",
                    variable.kind
                ),
            ),
            (&read.uncoded, LossCode::NOT_READ, uncoded.to_owned()),
            (&read.unlabelled, LossCode::NOT_READ, "categories without a label are left out".to_owned()),
        ] {
            let Some(first) = categories.first() else { continue };
            let loss = Loss::new(code, action).variable(&variable.name).count(categories.len() as u64);
            losses.push(loss.first(None, first.as_str()));
        }
        if let Some((_, further)) = weights.split_first().filter(|(_, further)| !further.is_empty()) {
            let action = "a variable is weighted by one other: further references of `wgt-var` are left out";
            let loss = Loss::new(LossCode::NOT_READ, action).variable(&variable.name);
            losses.push(loss.count(further.len() as u64).first(None, further.join(" ")));
        }
        variable.weighted_by = None;
        for at in &own {
            let Some(table) = tables.get_mut(*at) else { continue };
            let mut variable = variable.clone();
            if variable.name.is_empty() {
                variable.name = format!("V{}", table.read.table.variables.len() + 1);
            }
            let given = variable.name.clone();
            variable.name = table.names.take(&given);
            if variable.name != given {
                let action =
                    format!("another variable of the file already has this name: read as {}", variable.name);
                losses.push(
                    Loss::new(LossCode::NOT_READ, action).variable(&given).table(&table.read.table.name),
                );
            }
            if let Some(weight) = weights.first() {
                self.weights.push((*at, table.read.table.variables.len(), weight.clone()));
            }
            if !id.is_empty() {
                let known = self.ids.entry(id.clone()).or_insert_with(|| (variable.name.clone(), Vec::new()));
                known.1.push(*at);
            }
            table.read.table.variables.push(variable);
            table.columns.push(column.clone());
        }
    }
}
