//! Groups of variables as multiple response sets.

use exporter_core::codebook::GroupKind;
use exporter_core::{Loss, LossCode, text_cut};

use super::super::{Page, Syntax as _};
use super::missing::literal;
use super::text::{command, quoted};
use super::{NAME_BYTES, Spss, VALUE_LABEL_BYTES};

/// Declares the groups that SPSS knows.
pub(super) fn groups(page: &mut Page<'_>) {
    let table = page.description.table;
    for group in &table.groups {
        let members: Vec<&str> = group
            .members
            .iter()
            .filter_map(|member| table.variable(member).and_then(|(column, _)| page.names.get(column)))
            .map(String::as_str)
            .collect();
        let label = group.label.get(page.description.language);
        let cut = text_cut::to_bytes(label, VALUE_LABEL_BYTES);
        let set = Spss::names(&[group.name.as_str()]).concat();
        let set = text_cut::to_bytes(&set, NAME_BYTES - 1).to_owned();
        let counted = match &group.kind {
            GroupKind::MultipleDichotomy { counted } => literal(counted, counted.as_text().is_none()),
            _ => None,
        };
        let mut dropped = |action: &str| {
            page.loss(Loss::new(LossCode::GROUP_DROPPED, action).first(None, &group.name));
        };
        let kind = match (&group.kind, &counted) {
            (GroupKind::MultipleDichotomy { .. }, Some(_)) => "MDGROUP",
            (GroupKind::MultipleCategory, _) => "MCGROUP",
            _ => {
                dropped("SPSS has multiple response sets only");
                continue;
            }
        };
        if members.len() < 2 {
            dropped("a set needs two variables");
            continue;
        }
        if cut.len() < label.len() {
            let action = "the group's label is cut at 120 bytes";
            page.loss(Loss::new(LossCode::LABEL_TRUNCATED, action).first(None, label));
        }
        let mut parts = vec![
            format!("NAME=${set}"),
            format!("LABEL={}", quoted(cut)),
            format!("VARIABLES={}", members.join(" ")),
        ];
        parts.extend(counted.map(|counted| format!("VALUE={counted}")));
        page.push(&command(&format!("MRSETS /{kind}"), &parts));
    }
}
