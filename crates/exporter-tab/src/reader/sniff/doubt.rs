//! What a reader is told where cells can be understood in two ways.

/// What else the cells of a text may mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// The first line was taken for a row.
    NoHeader,
    /// A number such as this may have a decimal comma or commas between groups of three digits.
    Comma(String),
    /// A column is a text because of this cell; its other cells are numbers, dates or times.
    Odd {
        column: String,
        text: String,
        /// Where it stands, if that is known.
        line: Option<u64>,
        /// Whether no other text was seen among them.
        is_only: bool,
    },
    /// A text may be a date of one of these patterns, each of which fits all cells that were looked at.
    Date { column: String, text: String, patterns: Vec<String> },
    /// No column has dates of the pattern that was given.
    NoDates,
    /// The byte at this position of the text, counted from 1, is NUL.
    Nul { line: u64, byte: u64 },
    /// Numbers such as this are read with a decimal point, and may have points between groups of three digits.
    Point(String),
    /// Numbers such as this have a decimal comma and points between groups of three digits.
    Groups(String),
    /// So many more columns are texts for such reasons.
    More(usize),
}
