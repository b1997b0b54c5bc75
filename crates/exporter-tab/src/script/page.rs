//! A script being written, and the losses that every program shares.

use exporter_core::codebook::{Kind, Variable};
use exporter_core::{Loss, LossCode, LossReport, TableProfile};

use super::description::{Column, Description};

/// The script of one table.
pub struct Page<'a> {
    pub(super) description: &'a Description<'a>,
    /// The name of each variable in the program.
    pub(super) names: &'a [String],
    facts: Option<&'a TableProfile>,
    losses: &'a mut LossReport,
    text: String,
}

impl<'a> Page<'a> {
    pub(super) fn new(
        description: &'a Description<'a>,
        names: &'a [String],
        facts: Option<&'a TableProfile>,
        losses: &'a mut LossReport,
    ) -> Self {
        Self { description, names, facts, losses, text: String::new() }
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// The variables with their names in the program.
    pub(super) fn variables(&self) -> impl Iterator<Item = (&'a Variable, &'a str)> + use<'a> {
        self.description.table.variables.iter().zip(self.names.iter().map(String::as_str))
    }

    /// Bytes of the longest text of a column, if they were counted.
    pub(super) fn max_bytes(&self, column: usize) -> Option<u64> {
        self.facts?.columns.get(&column)?.max_bytes
    }

    /// Appends a line.
    pub(super) fn line(&mut self, line: impl AsRef<str>) {
        self.text.push_str(line.as_ref());
        self.text.push('\n');
    }

    /// Appends text as it is.
    pub(super) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub(super) fn loss(&mut self, loss: Loss) {
        self.losses.add(loss.table(&self.description.table.name));
    }

    pub(super) fn variable_loss(&mut self, variable: &Variable, code: LossCode, action: &str) {
        self.loss(Loss::new(code, action).variable(&variable.name));
    }

    /// A label that was cut.
    pub(super) fn label_loss(&mut self, variable: &Variable, label: &str, action: &str) {
        let loss = Loss::new(LossCode::LABEL_TRUNCATED, action).first(None, label);
        self.loss(loss.variable(&variable.name));
    }

    /// What becomes of values that the program has no type for.
    pub(super) fn value_losses(&mut self, variable: &Variable) {
        match Column::of(variable) {
            Column::Number if matches!(variable.kind, Kind::Integer { bits: 64, .. }) => {
                let action = "whole numbers beyond 2^53 are rounded";
                self.variable_loss(variable, LossCode::PRECISION, action);
            }
            Column::DateTime { zoned: true } => {
                let action = "the wall clock is kept, the offset dropped";
                self.variable_loss(variable, LossCode::TIME_ZONE, action);
            }
            _ => {}
        }
    }

    /// Question and notes, where the program has no place for them.
    pub(super) fn prose_loss(&mut self, variable: &Variable) {
        if variable.question.is_some() || !variable.notes.is_empty() {
            let action = "question and notes have no place";
            self.variable_loss(variable, LossCode::METADATA_DROPPED, action);
        }
    }

    /// The other languages, where the program holds one.
    pub(super) fn language_loss(&mut self) {
        if self.description.codebook.study.languages.len() > 1 {
            self.loss(Loss::new(LossCode::LANGUAGE_DROPPED, "only the chosen language is written"));
        }
    }

    /// Empty and missing texts, which no program here tells apart.
    pub(super) fn empty_text_loss(&mut self, action: &str) {
        let text = |variable: &Variable| Column::of(variable) == Column::Text;
        if self.description.table.variables.iter().any(text) {
            self.loss(Loss::new(LossCode::NULL_TEXT, action));
        }
    }
}
