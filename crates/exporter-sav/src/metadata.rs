//! What a system file says besides its cases; the reader gives it and the writer takes it.

use encoding_rs::{Encoding, UTF_8};
use exporter_core::codebook::{Alignment, Measure};
use exporter_spss::{Format, MissingValues, ResponseSet, Value};

/// Everything that a system file says besides its cases.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SavMetadata {
    /// Encoding of all texts.
    pub encoding: &'static Encoding,
    /// Label of the file.
    pub label: String,
    /// Date (`dd Mmm yy`) and time (`hh:mm:ss`) of creation, as the file has them.
    pub created: (String, String),
    /// Variables in their order; segments of very long texts are no variables.
    pub variables: Vec<SavVariable>,
    /// Sets of value labels.
    pub value_labels: Vec<ValueLabels>,
    /// Position in `variables` of the variable by which cases are weighted.
    pub weight: Option<usize>,
    /// Lines of the document record, without the blanks at their ends.
    pub documents: Vec<String>,
    /// Multiple response sets.
    pub response_sets: Vec<ResponseSet>,
    /// Variable sets.
    pub variable_sets: Vec<VariableSet>,
    /// Attributes of the file.
    pub attributes: Vec<Attribute>,
    /// Dates of the TRENDS module (subtype 6), where the file has them.
    pub dates: Option<CaseDates>,
}

/// A variable.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SavVariable {
    /// Long name.
    pub name: String,
    /// Short name, upper case, of a file that was read; a writer makes its own.
    pub short_name: String,
    /// Bytes of a text, 1 to 32,767; `None` for a number.
    pub width: Option<u16>,
    /// Label.
    pub label: String,
    /// How values are shown.
    pub print: Format,
    /// How values are written by `WRITE`.
    pub write: Format,
    /// The print format as a file states it, where SPSS has none such for the variable; not written.
    pub stated_format: Option<Box<str>>,
    /// Missing values.
    pub missing: MissingValues,
    /// Position in [`SavMetadata::value_labels`].
    pub value_labels: Option<usize>,
    /// Level of measurement.
    pub measure: Option<Measure>,
    /// Characters of the column in the data view; `None` where it is not set.
    pub column_width: Option<u32>,
    /// Alignment in the data view.
    pub alignment: Option<Alignment>,
    /// Attributes; `$@Role` is one of them.
    pub attributes: Vec<Attribute>,
}

/// Labelled values, shared by variables of one width.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ValueLabels {
    /// Values with their labels; texts without the blanks at their ends.
    pub labels: Vec<(Value, String)>,
}

/// A named list of variables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct VariableSet {
    /// Name.
    pub name: String,
    /// Positions in [`SavMetadata::variables`].
    pub members: Vec<usize>,
}

/// A custom attribute: one value, or an array.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attribute {
    /// Name; those that begin with `@` or `$` are hidden from users of SPSS.
    pub name: String,
    /// Values.
    pub values: Vec<String>,
}

/// What each case is dated by (6, subtype 6); the first six numbers have no published meaning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CaseDates {
    /// The six numbers in front.
    pub head: [i32; 6],
    /// Of each date variable its position in [`SavMetadata::variables`], its kind and its period.
    pub variables: Vec<(usize, i32, i32)>,
}

impl SavMetadata {
    /// Starts an empty description in UTF-8.
    pub fn new() -> Self {
        Self {
            encoding: UTF_8,
            label: String::new(),
            created: Default::default(),
            variables: Vec::new(),
            value_labels: Vec::new(),
            weight: None,
            documents: Vec::new(),
            response_sets: Vec::new(),
            variable_sets: Vec::new(),
            attributes: Vec::new(),
            dates: None,
        }
    }

    /// The labelled values of a variable.
    pub fn labels_of(&self, variable: &SavVariable) -> &[(Value, String)] {
        variable.value_labels.and_then(|set| self.value_labels.get(set)).map_or(&[], |set| &set.labels)
    }
}

impl Default for SavMetadata {
    fn default() -> Self {
        Self::new()
    }
}

impl SavVariable {
    /// A number with these print and write formats and no more said of it.
    pub fn number(name: impl Into<String>, format: Format) -> Self {
        Self {
            name: name.into(),
            short_name: String::new(),
            width: None,
            label: String::new(),
            print: format,
            write: format,
            stated_format: None,
            missing: MissingValues::default(),
            value_labels: None,
            measure: None,
            column_width: None,
            alignment: None,
            attributes: Vec::new(),
        }
    }

    /// Characters of the column in the data view where nobody has set them.
    pub(crate) fn usual_column_width(&self) -> u32 {
        u32::from(self.print.width.clamp(8, 32))
    }

    /// Alignment in the data view where nobody has set it.
    pub(crate) fn usual_alignment(&self) -> Alignment {
        if self.width.is_some() { Alignment::Left } else { Alignment::Right }
    }

    /// A text of so many bytes, with no more said of it.
    pub fn text(name: impl Into<String>, width: u16) -> Self {
        Self { width: Some(width), ..Self::number(name, Format::text(width)) }
    }
}

impl ValueLabels {
    /// A set of these labels.
    pub fn new(labels: Vec<(Value, String)>) -> Self {
        Self { labels }
    }
}

impl VariableSet {
    /// A set of these members.
    pub fn new(name: impl Into<String>, members: Vec<usize>) -> Self {
        Self { name: name.into(), members }
    }
}

impl Attribute {
    /// An attribute of these values.
    pub fn new(name: impl Into<String>, values: Vec<String>) -> Self {
        Self { name: name.into(), values }
    }
}
