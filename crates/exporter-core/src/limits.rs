//! A format's numbers: how many, how wide, how long.

use serde::Serialize;

/// What a format can hold at most; `None` means no limit of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Limits {
    /// Variables in a table.
    pub variables: Option<u64>,
    /// Observations in a table.
    pub rows: Option<u64>,
    /// Characters of a name.
    pub name_characters: Option<u32>,
    /// Bytes of one text value.
    pub text_bytes: Option<u64>,
    /// Characters of a variable label.
    pub label_characters: Option<u32>,
    /// Bytes of one value label.
    pub value_label_bytes: Option<u32>,
    /// Entries of a value-label set.
    pub value_labels: Option<u32>,
    /// Largest magnitude up to which every whole number is exact.
    pub exact_integer: Option<u64>,
}

impl Limits {
    /// No limits at all.
    pub const NONE: Limits = Limits {
        variables: None,
        rows: None,
        name_characters: None,
        text_bytes: None,
        label_characters: None,
        value_label_bytes: None,
        value_labels: None,
        exact_integer: None,
    };

    /// Limits the variables in a table.
    pub const fn variables(mut self, count: u64) -> Self {
        self.variables = Some(count);
        self
    }

    /// Limits the observations in a table.
    pub const fn rows(mut self, count: u64) -> Self {
        self.rows = Some(count);
        self
    }

    /// Limits the characters of a name.
    pub const fn name_characters(mut self, count: u32) -> Self {
        self.name_characters = Some(count);
        self
    }

    /// Limits the bytes of one text value.
    pub const fn text_bytes(mut self, bytes: u64) -> Self {
        self.text_bytes = Some(bytes);
        self
    }

    /// Limits the characters of a variable label.
    pub const fn label_characters(mut self, count: u32) -> Self {
        self.label_characters = Some(count);
        self
    }

    /// Limits the bytes of one value label.
    pub const fn value_label_bytes(mut self, bytes: u32) -> Self {
        self.value_label_bytes = Some(bytes);
        self
    }

    /// Limits the entries of a value-label set.
    pub const fn value_labels(mut self, count: u32) -> Self {
        self.value_labels = Some(count);
        self
    }

    /// Limits the magnitude of exact whole numbers.
    pub const fn exact_integer(mut self, magnitude: u64) -> Self {
        self.exact_integer = Some(magnitude);
        self
    }
}
