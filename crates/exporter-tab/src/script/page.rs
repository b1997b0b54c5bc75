//! A script being written, and the losses that every program shares.

use exporter_core::codebook::Variable;
use exporter_core::{Loss, LossCode, PreparedPlan, TableProfile};

use super::description::{Description, LoadedColumn};

/// The script of one table.
pub struct Page<'a> {
    pub(super) description: &'a Description<'a>,
    /// What is known about the values.
    pub(super) facts: Option<&'a TableProfile>,
    /// What is lost, renamed and recoded.
    pub(super) plan: &'a mut PreparedPlan,
    text: String,
}

impl<'a> Page<'a> {
    pub(super) fn new(
        description: &'a Description<'a>,
        facts: Option<&'a TableProfile>,
        plan: &'a mut PreparedPlan,
    ) -> Self {
        Self { description, facts, plan, text: String::new() }
    }

    pub(super) fn into_text(self) -> String {
        self.text
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
        self.plan.changes.losses.add(loss.table(&self.description.table.name));
    }

    /// Losses of describing the table.
    pub(super) fn losses(&mut self, losses: impl IntoIterator<Item = Loss>) {
        losses.into_iter().for_each(|loss| self.loss(loss));
    }

    pub(super) fn variable_loss(&mut self, variable: &Variable, code: LossCode, action: &str) {
        self.loss(Loss::new(code, action).variable(&variable.name));
    }

    /// What becomes of offsets that the program has no place for.
    pub(super) fn zone_loss(&mut self, variable: &Variable) {
        if LoadedColumn::of(variable) == (LoadedColumn::DateTime { zoned: true }) {
            let action = "the wall clock is kept, the offset dropped";
            self.variable_loss(variable, LossCode::TIME_ZONE, action);
        }
    }
}
