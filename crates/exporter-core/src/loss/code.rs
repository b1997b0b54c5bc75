//! Stable names of the kinds of loss.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A stable name for one kind of loss, such as `label-truncated`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LossCode(Cow<'static, str>);

/// What a loss does to the output, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum LossEffect {
    /// Values are other ones, or fewer, or mean something else: a code that is declared missing no more counts as a value.
    Values,
    /// Values are the same in another form: of another type, as text, empty instead of null.
    Form,
    /// Values are the same, and less is said of them.
    Description,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        impl LossCode {
            $($(#[$doc])* pub const $name: LossCode = LossCode(Cow::Borrowed($text));)*
            /// Every code the core defines; formats may add their own.
            pub const ALL: &'static [LossCode] = &[$(LossCode::$name),*];
        }
    };
}

codes! {
    /// A variable, table or label-set name was changed to a legal one.
    NAME_CHANGED = "name-changed";
    /// The name of a variable has no place in the file.
    NAME_DROPPED = "name-dropped";
    /// A label was cut to the format's length.
    LABEL_TRUNCATED = "label-truncated";
    /// A label (variable, table, study) has no place in the format.
    LABEL_DROPPED = "label-dropped";
    /// Value labels have no place in the format.
    VALUE_LABELS_DROPPED = "value-labels-dropped";
    /// A value label's key is of a kind the format cannot label.
    VALUE_LABEL_KEY = "value-label-key";
    /// A text value was cut.
    TEXT_TRUNCATED = "text-truncated";
    /// Characters were replaced because the encoding lacks them.
    TEXT_REPLACED = "text-replaced";
    /// Text was read in an encoding that nobody has named.
    TEXT_GUESSED = "text-guessed";
    /// A null text became an empty text.
    NULL_TEXT = "null-text";
    /// A number lost digits.
    PRECISION = "precision";
    /// A number is outside what the format can store.
    RANGE = "range";
    /// A date or time is outside what the format can store, or lost its finer part.
    TIME_PRECISION = "time-precision";
    /// The time zone was dropped or applied.
    TIME_ZONE = "time-zone";
    /// Several missing reasons were merged into one.
    MISSING_REASON_MERGED = "missing-reason-merged";
    /// The declaration of user-missing values has no place in the format.
    MISSING_DROPPED = "missing-dropped";
    /// A reason without a value of its own has no place in the format; its rows hold a null.
    MISSING_REASON_DROPPED = "missing-reason-dropped";
    /// Translations have no place in the format.
    LANGUAGE_DROPPED = "language-dropped";
    /// A nested value was flattened or written as JSON text.
    STRUCTURE_FLATTENED = "structure-flattened";
    /// Question texts, universes, concepts and the like have no place in the format.
    METADATA_DROPPED = "metadata-dropped";
    /// Groups (sections, multiple response sets) have no place in the format.
    GROUP_DROPPED = "group-dropped";
    /// A document has no place in the format.
    DOCUMENT_DROPPED = "document-dropped";
    /// The variable's kind became another one.
    KIND_CHANGED = "kind-changed";
    /// Binary values were written as text.
    BINARY_AS_TEXT = "binary-as-text";
    /// A display format has no place in the format.
    DISPLAY_FORMAT_DROPPED = "display-format-dropped";
    /// A declared sort order does not hold or has no place in the format.
    SORT_ORDER_DROPPED = "sort-order-dropped";
    /// Keys and parents of tables have no place in the format.
    KEY_DROPPED = "key-dropped";
    /// A part of the source was not read: it is damaged, or kept elsewhere.
    NOT_READ = "not-read";
    /// Lines of a text are not read: they stand above the header or are comments.
    LINE_SKIPPED = "line-skipped";
    /// Cells of a text that no column has were left out.
    CELL_DROPPED = "cell-dropped";
    /// Some programs of the format's family cannot open the file.
    COMPATIBILITY = "compatibility";
}

impl LossCode {
    /// Makes a code of a format's own; kebab-case.
    pub const fn new(code: &'static str) -> Self {
        Self(Cow::Borrowed(code))
    }

    /// What it does to the output; unknown codes count as changing values.
    pub fn effect(&self) -> LossEffect {
        const FORM: [LossCode; 5] = [
            LossCode::BINARY_AS_TEXT,
            LossCode::STRUCTURE_FLATTENED,
            LossCode::NULL_TEXT,
            LossCode::KIND_CHANGED,
            LossCode::TIME_ZONE,
        ];
        const DESCRIPTION: [LossCode; 14] = [
            LossCode::NAME_CHANGED,
            LossCode::NAME_DROPPED,
            LossCode::LABEL_TRUNCATED,
            LossCode::LABEL_DROPPED,
            LossCode::VALUE_LABELS_DROPPED,
            LossCode::VALUE_LABEL_KEY,
            LossCode::LANGUAGE_DROPPED,
            LossCode::METADATA_DROPPED,
            LossCode::GROUP_DROPPED,
            LossCode::DOCUMENT_DROPPED,
            LossCode::DISPLAY_FORMAT_DROPPED,
            LossCode::SORT_ORDER_DROPPED,
            LossCode::KEY_DROPPED,
            LossCode::COMPATIBILITY,
        ];
        if DESCRIPTION.contains(self) {
            LossEffect::Description
        } else if FORM.contains(self) {
            LossEffect::Form
        } else {
            LossEffect::Values
        }
    }

    /// The code as it is written in reports and on the command line.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LossCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<String> for LossCode {
    fn from(code: String) -> Self {
        Self(Cow::Owned(code))
    }
}
