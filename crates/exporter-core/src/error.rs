//! One small error for the whole engine: a kind to match on, a place, a message, a way out and a cause.

use std::error::Error as StdError;
use std::fmt;

use crate::exporter::Changes;

/// The result of every fallible call of the engine.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, by the reaction it calls for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The export was cancelled by its caller.
    Cancelled,
    /// The target exists already and overwriting was not asked for.
    Exists,
    /// The input (data, file or codebook) breaks its own rules.
    Invalid,
    /// The operating system refused to read or write.
    Io,
    /// A format's or the machine's limit is exceeded.
    Limit,
    /// The loss policy refuses what the format cannot hold.
    Loss,
    /// A file that was asked for is not there, or a part of the data that the program asked for. Names that users mistype are
    /// [`ErrorKind::Usage`].
    NotFound,
    /// The combination is legal but this engine or format does not do it.
    Unsupported,
    /// An option or argument is wrong.
    Usage,
}

/// Where something happened; every part is optional.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Place {
    /// Field of a stored description of work, such as `formats[0].options`.
    pub field: Option<String>,
    /// Output entry or input file.
    pub entry: Option<String>,
    /// Table name.
    pub table: Option<String>,
    /// Variable name.
    pub variable: Option<String>,
    /// Observation, counted from 1 over the whole table.
    pub row: Option<u64>,
    /// Byte offset in the entry.
    pub offset: Option<u64>,
}

/// The hint for files of which bytes are missing or wrong.
pub const FETCH_AGAIN: &str = "if it was copied or downloaded, the copy may be incomplete: fetch it again";

/// The engine's error: pointer-sized, `Send + Sync`, one line when displayed.
///
/// ```
/// use exporter_core::{Error, ErrorKind};
///
/// let error = Error::limit("dta: 2,300 bytes do not fit str2045").table("household").variable("notes").row(18_203)
///     .with_hint("store the variable as strL");
/// assert_eq!(error.kind(), ErrorKind::Limit);
/// assert_eq!(error.to_string(), "dta: 2,300 bytes do not fit str2045 (household.notes, row 18203)");
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    place: Place,
    hint: Option<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
    changes: Option<Changes>,
}

const _: () = assert!(size_of::<Error>() == size_of::<usize>());

impl Error {
    /// Makes an error of the given kind; the message is lower case without a full stop.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            place: Place::default(),
            hint: None,
            source: None,
            changes: None,
        }))
    }

    /// Makes an [`ErrorKind::Invalid`] error.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Invalid, message)
    }

    /// Makes an [`ErrorKind::Limit`] error.
    pub fn limit(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Limit, message)
    }

    /// Makes an [`ErrorKind::NotFound`] error.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::NotFound, message)
    }

    /// Makes an [`ErrorKind::Unsupported`] error.
    pub fn unsupported(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unsupported, message)
    }

    /// Makes an [`ErrorKind::Usage`] error.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Usage, message)
    }

    /// Makes an [`ErrorKind::Cancelled`] error.
    pub fn cancelled() -> Self {
        Self::new(ErrorKind::Cancelled, "cancelled")
    }

    /// Wraps an operating system error with what was being done.
    pub fn io(doing: impl fmt::Display, source: std::io::Error) -> Self {
        match from_io(source) {
            Ok(inner) => inner,
            Err(source) => {
                let doing = doing.to_string();
                let is_reading = doing.starts_with("cannot read");
                let hint = match source.kind() {
                    std::io::ErrorKind::NotFound if is_reading => Some("check the path"),
                    std::io::ErrorKind::IsADirectory if is_reading => {
                        Some("this is a folder: give the path of a file in it")
                    }
                    std::io::ErrorKind::PermissionDenied if is_reading => {
                        Some("allow this user to read the file, or give another one")
                    }
                    std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                        Some("free space there or choose another place")
                    }
                    std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
                        Some("choose a place that you may use")
                    }
                    _ => None,
                };
                let error = Self::new(ErrorKind::Io, format!("{doing}: {source}")).with_source(source);
                hint.into_iter().fold(error, Self::with_hint)
            }
        }
    }

    /// Names the field of a stored description in which the error is; a field named already lies within this one.
    #[must_use]
    pub fn field(mut self, name: impl Into<String>) -> Self {
        let name = name.into();
        let within = self.0.place.field.take();
        self.0.place.field = Some(within.map_or_else(|| name.clone(), |inner| format!("{name}.{inner}")));
        self
    }

    /// Forgets the field, for callers who were given no description with fields.
    #[must_use]
    pub fn without_field(mut self) -> Self {
        self.0.place.field = None;
        self
    }

    /// Names the output entry or input file.
    #[must_use]
    pub fn entry(mut self, entry: impl Into<String>) -> Self {
        self.0.place.entry.get_or_insert(entry.into());
        self
    }

    /// Names the table.
    #[must_use]
    pub fn table(mut self, table: impl Into<String>) -> Self {
        self.0.place.table.get_or_insert(table.into());
        self
    }

    /// Names the variable.
    #[must_use]
    pub fn variable(mut self, variable: impl Into<String>) -> Self {
        self.0.place.variable.get_or_insert(variable.into());
        self
    }

    /// Names the observation, counted from 1.
    #[must_use]
    pub fn row(mut self, row: u64) -> Self {
        self.0.place.row.get_or_insert(row);
        self
    }

    /// Names the byte offset in the entry.
    #[must_use]
    pub fn offset(mut self, offset: u64) -> Self {
        self.0.place.offset.get_or_insert(offset);
        self
    }

    /// Says what the user can do about it.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint.get_or_insert(hint.into());
        self
    }

    /// Says what the user can do before what is said already.
    #[must_use]
    pub(crate) fn with_first_hint(mut self, hint: String) -> Self {
        self.0.hint = Some(match self.0.hint.take() {
            Some(known) => format!("{hint}; {known}"),
            None => hint,
        });
        self
    }

    /// Says what the user can do beside what is said already.
    #[must_use]
    pub fn with_further_hint(mut self, hint: impl Into<String>) -> Self {
        let hint = hint.into();
        self.0.hint = Some(match self.0.hint.take() {
            Some(known) => format!("{known}; {hint}"),
            None => hint,
        });
        self
    }

    /// Keeps the cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Keeps all changes of an export that is refused because of some.
    #[must_use]
    pub fn with_changes(mut self, changes: Changes) -> Self {
        self.0.changes = Some(changes);
        self
    }

    /// The kind to match on.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The message without its place.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Where it happened.
    pub fn place(&self) -> &Place {
        &self.0.place
    }

    /// What the user can do about it, if that is known.
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// All changes of an export that is refused because of some losses ([`ErrorKind::Loss`]); accepted ones are among them.
    pub fn changes(&self) -> Option<&Changes> {
        self.0.changes.as_ref()
    }
}

/// An engine error that travelled through `std::io` comes back as itself.
fn from_io(error: std::io::Error) -> std::result::Result<Error, std::io::Error> {
    if !error.get_ref().is_some_and(|inner| inner.is::<Error>()) {
        return Err(error);
    }
    let kind = error.kind();
    match error.into_inner().map(|inner| inner.downcast::<Error>()) {
        Some(Ok(inner)) => Ok(*inner),
        Some(Err(other)) => Err(std::io::Error::new(kind, other)),
        None => Err(kind.into()),
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        let place = self.0.place.to_string();
        if place.is_empty() { Ok(()) } else { write!(f, " ({place})") }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        parts.extend(self.field.clone());
        parts.extend(self.entry.clone());
        match (&self.table, &self.variable) {
            (Some(table), Some(variable)) => parts.push(format!("{table}.{variable}")),
            (Some(table), None) => parts.push(format!("table {table}")),
            (None, Some(variable)) => parts.push(format!("variable {variable}")),
            (None, None) => {}
        }
        parts.extend(self.row.map(|row| format!("row {row}")));
        parts.extend(self.offset.map(|offset| format!("offset {offset}")));
        f.write_str(&parts.join(", "))
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {self}", self.0.kind)?;
        if let Some(hint) = &self.0.hint {
            write!(f, "\n  hint: {hint}")?;
        }
        let mut cause = self.source();
        while let Some(source) = cause {
            write!(f, "\n  caused by: {source}")?;
            cause = source.source();
        }
        Ok(())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::io("input or output failed", error)
    }
}

impl From<Error> for std::io::Error {
    fn from(error: Error) -> Self {
        std::io::Error::other(error)
    }
}

impl From<arrow_schema::ArrowError> for Error {
    fn from(error: arrow_schema::ArrowError) -> Self {
        match error {
            arrow_schema::ArrowError::ExternalError(inner) => match inner.downcast::<Error>() {
                Ok(inner) => *inner,
                Err(other) => Self::invalid(other.to_string()).with_source(other),
            },
            arrow_schema::ArrowError::IoError(message, source) => Self::io(message, source),
            other => Self::invalid(other.to_string()).with_source(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn travels_through_io_and_arrow_unchanged() {
        let error = Error::from(std::io::Error::from(Error::limit("too wide").table("t")));
        assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Limit, "too wide (table t)"));
        let arrow = arrow_schema::ArrowError::ExternalError(Box::new(Error::cancelled()));
        assert_eq!(Error::from(arrow).kind(), ErrorKind::Cancelled);
    }

    #[test]
    fn fields_are_named_from_the_outside_in() {
        let error = Error::usage("x").field("options").field("formats[0]").table("t");
        assert_eq!(error.to_string(), "x (formats[0].options, table t)");
        assert_eq!(error.without_field().to_string(), "x (table t)");
    }

    #[test]
    fn the_first_place_given_is_kept() {
        let error = Error::invalid("x").row(3).row(9).variable("inner").variable("outer");
        assert_eq!(error.place().row, Some(3));
        assert_eq!(error.place().variable.as_deref(), Some("inner"));
    }
}
