//! What does not fit, and how it is said.

use arrow_array::{Array, ArrayRef};
use arrow_cast::display::array_value_to_string;
use arrow_schema::ArrowError;

use super::TEXT_BYTES;
use crate::codebook::{Kind, Variable};
use crate::error::Error;

/// Longest value shown in an error, in characters.
const VALUE_SHOWN: usize = 60;

/// Why a column does not become its kind.
#[derive(Debug)]
pub(super) enum Misfit {
    /// No value of this type is one of the kind.
    Type,
    /// The value at this position of the column.
    Value(usize),
    /// More bytes of text than a column holds are reached at this position.
    Long(usize),
    /// Arrow refused what should be possible.
    Arrow(ArrowError),
}

impl From<ArrowError> for Misfit {
    fn from(error: ArrowError) -> Self {
        Misfit::Arrow(error)
    }
}

impl Misfit {
    /// The same at another position.
    pub(super) fn at(self, place: impl FnOnce(usize) -> usize) -> Self {
        match self {
            Misfit::Value(index) => Misfit::Value(place(index)),
            Misfit::Long(index) => Misfit::Long(place(index)),
            other => other,
        }
    }

    pub(super) fn into_error(self, variable: &Variable, column: &ArrayRef, first_row: u64) -> Error {
        let kind = &variable.kind;
        let row = |index: usize| first_row + index as u64 + 1;
        let error = match self {
            Misfit::Type => {
                let nulls = column.logical_nulls();
                let filled = |index: &usize| nulls.as_ref().is_none_or(|nulls| nulls.is_valid(*index));
                let index = (0..column.len()).find(filled).unwrap_or_default();
                Error::invalid(format!(
                    "{} of type {} is no value of the declared kind {kind}",
                    shown(column, index),
                    column.data_type()
                ))
                .row(row(index))
                .with_hint(hint(kind, column))
            }
            Misfit::Value(index) => Error::invalid(format!(
                "{} of type {} does not fit the declared kind {kind}",
                shown(column, index),
                column.data_type()
            ))
            .row(row(index))
            .with_hint("declare a wider kind, or none so that it is taken from the data"),
            Misfit::Long(index) => Error::limit(format!(
                "the texts are longer than {TEXT_BYTES} bytes, the most that one batch of a column holds"
            ))
            .row(row(index))
            .with_hint("read the table in smaller batches"),
            Misfit::Arrow(source) => Error::invalid(format!(
                "values of type {} do not become the declared kind {kind}: {source}",
                column.data_type()
            ))
            .with_source(source),
        };
        error.variable(&variable.name)
    }
}

fn shown(column: &ArrayRef, index: usize) -> String {
    let text = array_value_to_string(column, index).unwrap_or_else(|_| "a value that cannot be shown".into());
    let short = crate::truncate::to_characters(&text, VALUE_SHOWN);
    if short.len() < text.len() { format!("{short:?}…") } else { format!("{text:?}") }
}

fn hint(kind: &Kind, column: &ArrayRef) -> String {
    use arrow_schema::DataType;
    match (kind, column.data_type()) {
        (Kind::DateTime { zone: Some(_), .. }, DataType::Timestamp(_, None)) => {
            "the data does not say in which zone; declare a date-time without zone".into()
        }
        (Kind::DateTime { zone: None, .. } | Kind::Date, DataType::Timestamp(_, Some(zone))) => {
            format!("the data holds instants; declare datetime(unit, {zone})")
        }
        _ => match crate::dataset::infer_kind(column.data_type()) {
            Ok(kind) => format!("declare the kind {kind}"),
            Err(_) => "leave the column out".into(),
        },
    }
}
