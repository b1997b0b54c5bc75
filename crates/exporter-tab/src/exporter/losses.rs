//! What delimited text cannot hold, known before a row is read.

use exporter_core::codebook::{Kind, Table, Variable};
use exporter_core::{Carry, Loss, LossCode, LossReport, Part};

use super::options::{MissingAs, ReasonsAs, Settings, ValuesAs};
use crate::Header;
use crate::pattern::Pattern;

/// What the lines of a file carry of the codebook: values, and what the header and substitutes for values show.
pub(super) fn carries(part: Part, settings: &Settings) -> Carry {
    match part {
        Part::VariableLabel => match settings.write.header {
            Header::Labels | Header::Both => Carry::Limited,
            Header::Names => Carry::Dropped("the header holds names, not labels"),
            Header::None => Carry::Dropped("there is no header"),
        },
        Part::ValueLabels => match settings.values {
            ValuesAs::Open | ValuesAs::Codes => Carry::Dropped("values are written, their labels not"),
            ValuesAs::Labels => {
                Carry::Changed(LossCode::KIND_CHANGED, "labels are written, their values not")
            }
        },
        Part::MissingValues => match settings.missing {
            MissingAs::Code => Carry::Dropped("written as values, nothing says that they are missing"),
            MissingAs::Empty => Carry::Changed(LossCode::MISSING_REASON_MERGED, "written like nulls"),
            MissingAs::Text => {
                Carry::Changed(LossCode::KIND_CHANGED, "reasons are written, their values not")
            }
        },
        Part::MissingReasons => match settings.reasons {
            ReasonsAs::Empty => {
                Carry::Dropped("written like nulls; reasons=letter and reasons=column keep them")
            }
            ReasonsAs::Letter | ReasonsAs::Column => Carry::Limited,
        },
        Part::ReasonLabels => match settings.reasons {
            // They go with their reasons.
            ReasonsAs::Empty => Carry::Limited,
            ReasonsAs::Letter | ReasonsAs::Column => Carry::Dropped("letters are written, their labels not"),
        },
        Part::UnusedValueLabels => Carry::Dropped("value-label sets have no place"),
        Part::StudyTitle | Part::StudyDescription => Carry::Dropped("the study's description has no place"),
        Part::Languages => Carry::Dropped("at most one language is written; --language TAG chooses which"),
        Part::Documents | Part::DocumentDescription => Carry::Dropped("documents have no place"),
        Part::TableLabel | Part::TableNotes => Carry::Dropped("the table's label and notes have no place"),
        Part::Groups => Carry::Dropped("groups have no place"),
        Part::Keys => Carry::Dropped("keys and parents have no place"),
        Part::SortOrder => Carry::Dropped("rows keep their order, the claim has no place"),
        Part::DisplayFormat => Carry::Dropped("display formats have no place"),
        Part::Measure
        | Part::Alignment
        | Part::Weight
        | Part::Question
        | Part::QuestionLogic
        | Part::VariableNotes
        | Part::VariableDescription
        | Part::Attributes => Carry::Dropped("the variable's description has no place"),
    }
}

/// What becomes of names and kinds in a table's file.
pub(super) fn losses(table: &Table, settings: &Settings) -> LossReport {
    let mut report = LossReport::default();
    for variable in &table.variables {
        let losses = of_variable(variable, settings).into_iter();
        losses.for_each(|loss| report.add(loss.table(&table.name).variable(&variable.name)));
    }
    let is_named = |variable: &&Variable| match settings.write.header {
        Header::Names | Header::Both => true,
        // The name stands where there is no label.
        Header::Labels => variable.label.is_empty(),
        Header::None => false,
    };
    let unnamed = (table.variables.len() - table.variables.iter().filter(is_named).count()) as u64;
    if unnamed > 0 {
        let loss = Loss::new(LossCode::NAME_DROPPED, "the names of variables are not written");
        report.add(loss.table(&table.name).count(unnamed));
    }
    report
}

fn of_variable(variable: &Variable, settings: &Settings) -> Vec<Loss> {
    let mut losses = Vec::new();
    match &variable.kind {
        kind if kind.is_nested() => {
            losses.push(Loss::new(LossCode::STRUCTURE_FLATTENED, "written as JSON text"))
        }
        Kind::Binary => losses.push(Loss::new(LossCode::BINARY_AS_TEXT, "written as text")),
        Kind::Duration(unit) => losses.push(Loss::duration_as_number(*unit)),
        // An offset has no other name.
        Kind::DateTime { zone: Some(zone), .. } if zone != "UTC" && !zone.starts_with(['+', '-']) => losses
            .push(
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
            let pattern = write.date_pattern.as_deref();
            (pattern?, Pattern::of_dates(pattern, false).ok()??.keeps_dates())
        }
        Kind::DateTime { unit, zone } => {
            let pattern = write.date_time_pattern.as_deref();
            let read = Pattern::of_date_times(pattern, false).ok()??;
            (pattern?, read.keeps_date_times(unit.per_second(), zone.is_some()))
        }
        _ => return None,
    };
    let action = "the pattern does not write all that is needed to read the value back";
    (!keeps).then(|| Loss::new(LossCode::TIME_PRECISION, action).first(None, pattern))
}
