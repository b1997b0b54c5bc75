//! Commands that describe variables and the table.

use exporter_core::codebook::{Measure, Role, Variable};
use exporter_core::{Loss, LossCode, text_cut};

use super::super::Page;
use super::super::description::Column;
use super::missing::{literal, missing};
use super::text::{command, quoted};
use super::types::display_format;
use super::{FILE_LABEL_BYTES, LABEL_BYTES, VALUE_LABEL_BYTES};

/// Everything about one variable.
pub(super) fn describe(page: &mut Page<'_>, variable: &Variable, name: &str) {
    let label = variable.label.get(page.description.language);
    if !label.is_empty() {
        let cut = text_cut::to_bytes(label, LABEL_BYTES);
        if cut.len() < label.len() {
            page.label_loss(variable, label, "cut at 256 bytes");
        }
        page.push(&command(&format!("VARIABLE LABELS {name}"), &[quoted(cut)]));
    }
    value_labels(page, variable, name);
    missing(page, variable, name);
    if let Some(measure) = variable.measure {
        let measure = match measure {
            Measure::Nominal => "NOMINAL",
            Measure::Ordinal => "ORDINAL",
            Measure::Scale => "SCALE",
        };
        // Texts cannot be on a scale.
        if !(measure == "SCALE" && Column::of(variable) == Column::Text) {
            page.push(&command(&format!("VARIABLE LEVEL {name} ({measure})"), &[]));
        }
    }
    if let Some(format) = display_format(variable) {
        page.push(&command(&format!("FORMATS {name} ({format})"), &[]));
    }
    if let Some(role) = variable.role {
        let role = match role {
            Role::Input => "INPUT",
            Role::Target => "TARGET",
            Role::Both => "BOTH",
            Role::None => "NONE",
            Role::Partition => "PARTITION",
            Role::Split => "SPLIT",
        };
        page.push(&command(&format!("VARIABLE ROLE /{role} {name}"), &[]));
    }
    page.prose_loss(variable);
}

fn value_labels(page: &mut Page<'_>, variable: &Variable, name: &str) {
    let numeric = Column::of(variable) != Column::Text;
    let mut parts = Vec::new();
    for (value, label) in page.description.labelled(variable) {
        let Some(value_text) = literal(value, numeric) else {
            let action = "the labelled value cannot be written in this syntax";
            let loss = Loss::new(LossCode::VALUE_LABELS_DROPPED, action);
            page.loss(loss.variable(&variable.name).first(None, value.to_string()));
            continue;
        };
        let cut = text_cut::to_bytes(label, VALUE_LABEL_BYTES);
        if cut.len() < label.len() {
            page.label_loss(variable, label, "value label cut at 120 bytes");
        }
        parts.push(format!("{value_text} {}", quoted(cut)));
    }
    if !parts.is_empty() {
        page.push(&command(&format!("VALUE LABELS {name}"), &parts));
    }
}

/// Everything about the table.
pub(super) fn table(page: &mut Page<'_>) {
    let label = page.description.table.label.get(page.description.language);
    if !label.is_empty() {
        let cut = text_cut::to_bytes(label, FILE_LABEL_BYTES);
        if cut.len() < label.len() {
            let action = "the table's label is cut at 60 bytes";
            page.loss(Loss::new(LossCode::LABEL_TRUNCATED, action).first(None, label));
        }
        page.push(&command("FILE LABEL", &[quoted(cut)]));
    }
    page.language_loss();
    page.empty_text_loss("missing texts become empty texts");
}
