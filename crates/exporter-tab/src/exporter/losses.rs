//! What delimited text cannot hold, known before a row is read.

use exporter_core::codebook::{Codebook, Kind, Table, Variable};
use exporter_core::{Loss, LossCode, LossReport};

use super::options::{MissingAs, Settings, ValuesAs};
use crate::Header;
use crate::writer::{date_pattern_keeps, date_time_pattern_keeps};

/// Everything a table's file will lack.
pub(super) fn losses(codebook: &Codebook, table: &Table, settings: &Settings) -> LossReport {
    let mut report = LossReport::default();
    let mut add = |loss: Loss| report.add(loss.table(&table.name));
    for variable in &table.variables {
        for loss in of_variable(codebook, variable, settings) {
            add(loss.variable(&variable.name));
        }
    }
    if matches!(settings.write.header, Header::Labels | Header::None) {
        add(Loss::new(LossCode::METADATA_DROPPED, "names do not stand above the rows")
            .count(table.variables.len() as u64));
    }
    if !table.label.is_empty() || !table.notes.is_empty() {
        add(Loss::new(LossCode::METADATA_DROPPED, "the table's label and notes have no place"));
    }
    for group in &table.groups {
        add(Loss::new(LossCode::GROUP_DROPPED, "groups have no place").first(None, &group.name));
    }
    if !table.key.is_empty() || table.parent.is_some() {
        add(Loss::new(LossCode::KEY_DROPPED, "keys and parents have no place"));
    }
    if !table.sort.is_empty() {
        add(Loss::new(LossCode::SORT_ORDER_DROPPED, "rows keep their order, the claim has no place"));
    }
    if codebook.study.languages.len() > 1 {
        add(Loss::new(LossCode::LANGUAGE_DROPPED, "at most one language is written")
            .count(codebook.study.languages.len() as u64 - 1));
    }
    for document in &codebook.documents {
        report.add(
            Loss::new(LossCode::DOCUMENT_DROPPED, "documents have no place").first(None, &document.name),
        );
    }
    if !codebook.study.title.is_empty() {
        report.add(Loss::new(LossCode::METADATA_DROPPED, "the study's description has no place"));
    }
    report
}

fn of_variable(codebook: &Codebook, variable: &Variable, settings: &Settings) -> Vec<Loss> {
    let mut losses = Vec::new();
    let with_labels = matches!(settings.write.header, Header::Labels | Header::Both);
    if !variable.label.is_empty() && !with_labels {
        losses.push(Loss::new(LossCode::LABEL_DROPPED, "labels do not stand above the rows"));
    }
    if let Some(labels) = codebook.value_labels_of(variable).filter(|labels| !labels.is_empty()) {
        let count = labels.len() as u64;
        losses.push(
            match settings.values {
                ValuesAs::Codes => {
                    Loss::new(LossCode::VALUE_LABELS_DROPPED, "values are written, their labels not")
                }
                ValuesAs::Labels => Loss::new(LossCode::KIND_CHANGED, "labels are written, their values not"),
            }
            .count(count),
        );
    }
    if !variable.missing.is_empty() {
        let count = variable.missing.len() as u64;
        losses.push(match settings.missing {
            MissingAs::Code => {
                Loss::new(LossCode::MISSING_DROPPED, "written as values, nothing says that they are missing")
                    .count(count)
            }
            MissingAs::Empty => Loss::new(LossCode::MISSING_REASON_MERGED, "written like nulls").count(count),
            MissingAs::Text => {
                Loss::new(LossCode::KIND_CHANGED, "reasons are written, their values not").count(count)
            }
        });
    }
    if variable.format.is_some() {
        losses.push(Loss::new(LossCode::DISPLAY_FORMAT_DROPPED, "display formats have no place"));
    }
    let described = [
        variable.question.is_some(),
        variable.measure.is_some(),
        variable.role.is_some(),
        variable.alignment.is_some(),
        variable.weight,
        !variable.universe.is_empty(),
        !variable.concept.is_empty(),
        !variable.derivation.is_empty(),
        !variable.notes.is_empty(),
        !variable.attributes.is_empty(),
    ];
    let described = described.iter().filter(|there| **there).count() as u64;
    if described > 0 {
        losses.push(
            Loss::new(LossCode::METADATA_DROPPED, "the variable's description has no place").count(described),
        );
    }
    match &variable.kind {
        kind if kind.is_nested() => {
            losses.push(Loss::new(LossCode::STRUCTURE_FLATTENED, "written as JSON text"))
        }
        Kind::Binary => losses.push(Loss::new(LossCode::BINARY_AS_TEXT, "written as text")),
        Kind::Duration(_) => {
            losses.push(Loss::new(LossCode::KIND_CHANGED, "a count is written, its unit not"));
        }
        Kind::DateTime { zone: Some(zone), .. } if zone != "UTC" => losses.push(
            Loss::new(LossCode::TIME_ZONE, "the offset is written, the zone's name not")
                .first(None, zone.as_str()),
        ),
        _ => {}
    }
    losses.extend(of_pattern(&variable.kind, settings));
    losses
}

/// What a custom pattern leaves out of a date or date-time.
fn of_pattern(kind: &Kind, settings: &Settings) -> Option<Loss> {
    let write = &settings.write;
    let (pattern, keeps) = match kind {
        Kind::Date => {
            let pattern = write.date_pattern.as_deref()?;
            (pattern, date_pattern_keeps(pattern))
        }
        Kind::DateTime { unit, zone } => {
            let pattern = write.date_time_pattern.as_deref()?;
            (pattern, date_time_pattern_keeps(pattern, unit.per_second(), zone.is_some()))
        }
        _ => return None,
    };
    let action = "the pattern does not write all that is needed to read the value back";
    (keeps == Some(false)).then(|| Loss::new(LossCode::TIME_PRECISION, action).first(None, pattern))
}
