//! What a format carries of a codebook: declared part by part, compared with a codebook once for all formats.

mod compare;
mod untranslated;

pub use compare::losses;
pub(crate) use compare::needs;
pub(crate) use untranslated::untranslated;

use serde::Serialize;

use crate::loss::LossCode;

/// One part of a codebook that a format may carry or not. Formats match it without a wildcard, so that a part added here
/// does not compile before every format says what becomes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// The title of the study.
    StudyTitle,
    /// Everything else about the study as a whole.
    StudyDescription,
    /// Languages beyond the one that is written.
    Languages,
    /// Documents.
    Documents,
    /// Their titles, languages and addresses, where documents are carried.
    DocumentDescription,
    /// Value-label sets that no variable uses.
    UnusedValueLabels,
    /// The label of a table.
    TableLabel,
    /// Notes on a table.
    TableNotes,
    /// Groups of variables.
    Groups,
    /// Keys and parents of tables.
    Keys,
    /// The claimed order of the rows.
    SortOrder,
    /// The label of a variable.
    VariableLabel,
    /// The labels of its values.
    ValueLabels,
    /// Which of its values are missing.
    MissingValues,
    /// Reasons of missing values that have no value of their own.
    MissingReasons,
    /// Labels of those reasons that a letter names too.
    ReasonLabels,
    /// Its display format.
    DisplayFormat,
    /// Its measure and role.
    Measure,
    /// Its alignment, its width in a data view, and the format that it is written with.
    Alignment,
    /// Whether it is a weight, and the one that it is weighted by.
    Weight,
    /// The texts of its question.
    Question,
    /// The number, conditions, kind and source of its question, and which options are offered; what else the questionnaire
    /// says of groups and rosters.
    QuestionLogic,
    /// Notes on it.
    VariableNotes,
    /// Its unit, universe, concept, derivation and sensitivity.
    VariableDescription,
    /// Free attributes of it and of its table.
    Attributes,
}

/// What a format does with a part.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Carry {
    /// It carries all of it.
    Whole,
    /// It carries it within limits, and reports itself what does not fit.
    Limited,
    /// It has no place for it; the text says what is done instead.
    Dropped(&'static str),
    /// It writes something else of it, which no other entry makes good.
    Changed(LossCode, &'static str),
}

impl Part {
    /// Every part, from the study to the variable.
    pub const ALL: [Part; 25] = [
        Part::StudyTitle,
        Part::StudyDescription,
        Part::Languages,
        Part::Documents,
        Part::DocumentDescription,
        Part::UnusedValueLabels,
        Part::TableLabel,
        Part::TableNotes,
        Part::Groups,
        Part::Keys,
        Part::SortOrder,
        Part::VariableLabel,
        Part::ValueLabels,
        Part::MissingValues,
        Part::MissingReasons,
        Part::ReasonLabels,
        Part::DisplayFormat,
        Part::Measure,
        Part::Alignment,
        Part::Weight,
        Part::Question,
        Part::QuestionLogic,
        Part::VariableNotes,
        Part::VariableDescription,
        Part::Attributes,
    ];

    /// The loss that a dropped part is.
    pub fn loss_code(self) -> LossCode {
        match self {
            Part::Languages => LossCode::LANGUAGE_DROPPED,
            Part::Documents => LossCode::DOCUMENT_DROPPED,
            Part::TableLabel | Part::VariableLabel => LossCode::LABEL_DROPPED,
            Part::Groups => LossCode::GROUP_DROPPED,
            Part::Keys => LossCode::KEY_DROPPED,
            Part::SortOrder => LossCode::SORT_ORDER_DROPPED,
            Part::ValueLabels | Part::UnusedValueLabels | Part::ReasonLabels => {
                LossCode::VALUE_LABELS_DROPPED
            }
            Part::MissingValues => LossCode::MISSING_DROPPED,
            Part::MissingReasons => LossCode::MISSING_REASON_DROPPED,
            Part::DisplayFormat => LossCode::DISPLAY_FORMAT_DROPPED,
            Part::StudyTitle
            | Part::StudyDescription
            | Part::DocumentDescription
            | Part::TableNotes
            | Part::Measure
            | Part::Alignment
            | Part::Weight
            | Part::Question
            | Part::QuestionLogic
            | Part::VariableNotes
            | Part::VariableDescription
            | Part::Attributes => LossCode::METADATA_DROPPED,
        }
    }

    /// What it is called in a sentence, in the plural.
    pub fn name(self) -> &'static str {
        match self {
            Part::StudyTitle => "study titles",
            Part::StudyDescription => "study descriptions",
            Part::Languages => "other languages",
            Part::Documents => "documents",
            Part::DocumentDescription => "titles, languages and addresses of documents",
            Part::UnusedValueLabels => "unused value-label sets",
            Part::TableLabel => "table labels",
            Part::TableNotes => "table notes",
            Part::Groups => "groups",
            Part::Keys => "keys",
            Part::SortOrder => "sort keys",
            Part::VariableLabel => "labels",
            Part::ValueLabels => "value labels",
            Part::MissingValues => "missing-value declarations",
            Part::MissingReasons => "missing reasons",
            Part::ReasonLabels => "labels of missing reasons",
            Part::DisplayFormat => "display formats",
            Part::Measure => "measures and roles",
            Part::Alignment => "alignments",
            Part::Weight => "weights",
            Part::Question => "questions",
            Part::QuestionLogic => "conditions and kinds of questions",
            Part::VariableNotes => "notes",
            Part::VariableDescription => "descriptions",
            Part::Attributes => "attributes",
        }
    }
}
