//! Errors of the codec as errors of the engine.

use exporter_core::{Error, ErrorKind};

use crate::error::DtaError;

impl From<DtaError> for Error {
    fn from(error: DtaError) -> Self {
        let message = error.to_string();
        match error {
            DtaError::Io(source) => Error::io("dta: cannot read or write", source),
            DtaError::Arrow(source) => Error::from(source),
            DtaError::Damaged { offset, message } => Error::invalid(format!("dta: {message}"))
                .offset(offset)
                .with_hint("the option lenient reads the complete rows"),
            DtaError::TooManyVariables { remedy, .. } | DtaError::Limit { remedy, .. } => {
                Error::limit(message).with_hint(remedy)
            }
            DtaError::Invalid { .. } | DtaError::RowCount { .. } | DtaError::ColumnType { .. } => {
                Error::invalid(message)
            }
            DtaError::Value { value, storage, variable, row, remedy } => {
                Error::limit(format!("dta: {value} does not fit {storage}"))
                    .variable(variable)
                    .row(row)
                    .with_hint(remedy)
            }
            DtaError::Unsupported(_) => Error::unsupported(message),
            DtaError::Cancelled => Error::new(ErrorKind::Cancelled, "cancelled"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_names_its_place_once() {
        let error = Error::from(DtaError::Value {
            value: "101".to_owned(),
            storage: "byte".to_owned(),
            variable: "age".to_owned(),
            row: 7,
            remedy: "widen",
        });
        assert_eq!(error.to_string(), "dta: 101 does not fit byte (variable age, row 7)");
        assert_eq!(error.hint(), Some("widen"));
    }
}
