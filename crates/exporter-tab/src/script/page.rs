//! A script being written, and the losses that every program shares.

use exporter_core::codebook::Variable;
use exporter_core::{Held, Loss, LossCode, PreparedPlan, TableId, TableProfile};

use super::description::{Description, LoadedColumn};

/// The script of one table.
pub struct Page<'a> {
    pub(super) description: &'a Description<'a>,
    /// What is known about the values.
    pub(super) facts: Option<&'a TableProfile>,
    table: TableId,
    /// What the other entries of the export hold.
    held: &'a Held,
    /// What is lost, renamed and recoded.
    pub(super) plan: &'a mut PreparedPlan,
    text: String,
}

impl<'a> Page<'a> {
    pub(super) fn new(
        description: &'a Description<'a>,
        (table, facts): (TableId, Option<&'a TableProfile>),
        held: &'a Held,
        plan: &'a mut PreparedPlan,
    ) -> Self {
        Self { description, facts, table, held, plan, text: String::new() }
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

    /// Losses of describing the table: what another entry holds of a part of the codebook is not lost.
    pub(super) fn losses(&mut self, losses: impl IntoIterator<Item = Loss>) {
        for loss in losses {
            let held = loss.part.and_then(|part| self.held.by(part, Some(self.table)));
            self.plan.changes.losses.add(match held {
                Some(entry) => loss.held_by(entry),
                None => loss,
            });
        }
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
