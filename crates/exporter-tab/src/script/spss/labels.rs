//! Commands that describe variables and the table.

use exporter_core::codebook::{LabelSource, Measure, Role, Variable};
use exporter_core::{Loss, LossCode};
use exporter_spss::limits::MAX_MISSING_TEXT_BYTES;
use exporter_spss::{ResponseSetKind, TableDescription, Value, VariableDescription};

use super::super::Page;
use super::text::{command, quoted};
use exporter_core::doubles::shown;

/// Everything about one variable.
pub(super) fn describe(page: &mut Page<'_>, variable: &Variable, spss: &VariableDescription) {
    let name = &spss.name;
    if !spss.label.is_empty() {
        page.push(&command(&format!("VARIABLE LABELS {name}"), &[quoted(&spss.label)]));
    }
    value_labels(page, variable, spss);
    missing(page, spss);
    if let Some(measure) = spss.measure {
        let measure = match measure {
            Measure::Nominal => "NOMINAL",
            Measure::Ordinal => "ORDINAL",
            Measure::Scale => "SCALE",
        };
        page.push(&command(&format!("VARIABLE LEVEL {name} ({measure})"), &[]));
    }
    if let Some(format) = spss.format {
        page.push(&command(&format!("FORMATS {name} ({format})"), &[]));
    }
    if let Some(role) = spss.role {
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
}

fn literal(value: &Value) -> String {
    match value {
        Value::Number(value) => shown(*value),
        Value::Text(text) => quoted(text),
    }
}

fn value_labels(page: &mut Page<'_>, variable: &Variable, spss: &VariableDescription) {
    let mut parts = Vec::new();
    for (value, label) in spss.labels.iter() {
        if let Value::Text(text) = value
            && text.len() > MAX_MISSING_TEXT_BYTES
        {
            let action = "the labelled value cannot be written in this syntax";
            let loss = Loss::new(LossCode::VALUE_LABELS_DROPPED, action);
            page.loss(loss.variable(&variable.name).first(None, text.as_str()));
            continue;
        }
        parts.push(format!("{} {}", literal(value), quoted(label)));
    }
    if !parts.is_empty() {
        page.push(&command(&format!("VALUE LABELS {}", spss.name), &parts));
    }
}

fn missing(page: &mut Page<'_>, spss: &VariableDescription) {
    if spss.missing.is_empty() {
        return;
    }
    let range = spss.missing.range.map(|(low, high)| {
        let end = |end: Option<f64>, open: &str| end.map_or_else(|| open.to_owned(), shown);
        format!("{} THRU {}", end(low, "LOWEST"), end(high, "HIGHEST"))
    });
    let all: Vec<String> = range.into_iter().chain(spss.missing.values.iter().map(literal)).collect();
    page.push(&command(&format!("MISSING VALUES {} ({})", spss.name, all.join(", ")), &[]));
}

/// Declares multiple response sets.
pub(super) fn response_sets(page: &mut Page<'_>, table: &TableDescription) {
    for set in &table.sets {
        let members = set.members.iter().filter_map(|column| table.variables.get(*column));
        let members: Vec<&str> = members.map(|variable| variable.name.as_str()).collect();
        // SPSS takes a label or the source of one.
        let label = match set.label_source {
            Some(LabelSource::FirstVariable) => "LABELSOURCE=VARLABEL".to_owned(),
            _ => format!("LABEL={}", quoted(&set.label)),
        };
        let variables = format!("VARIABLES={}", members.join(" "));
        let mut parts = vec![format!("NAME=${}", set.name), label, variables];
        let kind = match &set.kind {
            ResponseSetKind::Category => "MCGROUP",
            ResponseSetKind::Dichotomy(counted) => {
                parts.push(format!("VALUE={}", literal(counted)));
                if set.label_source.is_some() {
                    parts.push("CATEGORYLABELS=COUNTEDVALUES".to_owned());
                }
                "MDGROUP"
            }
        };
        page.push(&command(&format!("MRSETS /{kind}"), &parts));
    }
}

/// Everything about the table.
pub(super) fn table(page: &mut Page<'_>, table: &TableDescription) {
    if !table.label.is_empty() {
        page.push(&command("FILE LABEL", &[quoted(&table.label)]));
    }
}
