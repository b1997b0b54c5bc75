//! The rules, their codes, and what Stata does when one is broken.

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Stata opens the file, but part of it does not work or not everywhere.
    Warning,
    /// Stata refuses the file or calls it damaged.
    Error,
}

const CORRUPT: &str = "use refuses it: .dta file corrupt, r(688), or r(612) in Stata 13";
const NOT_STATA: &str = "use refuses it: not Stata format, r(610)";
const SERIOUS: &str = "dtaverify reports a serious error";
const TOO_LARGE: &str = "use in the BE and SE editions refuses it: dataset too large, r(459)";
const NO_NOTES: &str = "use accepts it, but notes shows none of these notes";
const NO_LANGUAGE: &str = "use accepts it, but label language fails";
const NO_ALIAS: &str = "use accepts it, but the alias variable cannot be resolved";
const DOUBTFUL: &str = "use accepts it and treats the value as missing or shows it wrongly";
const GARBLED: &str = "use accepts it and shows the text with replacement characters";

macro_rules! rules {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal, $severity:ident, $stata:ident;)+) => {
        /// A rule of the format, by section of its description.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Rule {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Rule {
            /// Every rule, in the order of the file.
            pub const ALL: &'static [Rule] = &[$(Rule::$name,)+];

            /// Stable name, in kebab case.
            pub const fn code(self) -> &'static str {
                match self { $(Rule::$name => $code,)+ }
            }

            /// What Stata does with a file that breaks the rule.
            pub const fn stata(self) -> &'static str {
                match self { $(Rule::$name => $stata,)+ }
            }

            /// How bad breaking the rule is.
            pub const fn severity(self) -> Severity {
                match self { $(Rule::$name => Severity::$severity,)+ }
            }
        }
    };
}

rules! {
    /// The file begins like a `.dta` (3, 4).
    Signature = "signature", Error, NOT_STATA;
    /// The release is one of 102 to 115 and 117 to 121 (1, 4).
    Release = "release", Error, NOT_STATA;
    /// The byte order is `LSF` or `MSF`, 1 or 2 (3, 4).
    ByteOrder = "byte-order", Error, NOT_STATA;
    /// Every tag stands where it must (3).
    Tag = "tag", Error, CORRUPT;
    /// The file goes on as long as its counts say.
    Truncated = "truncated", Error, CORRUPT;
    /// Nothing follows the last tag (3).
    TrailingBytes = "trailing-bytes", Error, SERIOUS;
    /// The number of variables is one that the release holds (1).
    VariableCount = "variable-count", Error, CORRUPT;
    /// A release for more than 32,767 variables has more than these (1).
    Edition = "edition", Warning, TOO_LARGE;
    /// The number of observations is one that the release holds (1).
    ObservationCount = "observation-count", Error, CORRUPT;
    /// The dataset label is not longer than its limit (2, 3).
    DatasetLabel = "dataset-label", Error, SERIOUS;
    /// The timestamp is empty or `dd Mon yyyy hh:mm` (12).
    Timestamp = "timestamp", Error, SERIOUS;
    /// Every entry of the map is the position of its tag (3.1).
    Map = "map", Error, CORRUPT;
    /// Type codes are those of the release (5).
    TypeCode = "type-code", Error, CORRUPT;
    /// Variable names end with a NUL (2).
    VariableNameNul = "variable-name-nul", Error, SERIOUS;
    /// Variable names are valid and not reserved (7).
    VariableName = "variable-name", Error, SERIOUS;
    /// Variable names are unique (7).
    VariableNameUnique = "variable-name-unique", Error, SERIOUS;
    /// The sort list contains a 0 (8).
    SortEnd = "sort-end", Error, SERIOUS;
    /// The sort list names variables that exist (8).
    SortVariable = "sort-variable", Error, SERIOUS;
    /// Display formats end with a NUL (2).
    FormatNul = "format-nul", Error, SERIOUS;
    /// Display formats are valid (9).
    Format = "format", Error, SERIOUS;
    /// Strings have string formats and numbers numeric ones (9).
    FormatClass = "format-class", Error, SERIOUS;
    /// Names of value-label sets end with a NUL (2).
    SetReferenceNul = "set-reference-nul", Error, SERIOUS;
    /// Names of value-label sets that variables give are valid (7).
    SetReference = "set-reference", Error, SERIOUS;
    /// Strings have no value labels (10).
    SetOnString = "set-on-string", Error, SERIOUS;
    /// Variable labels end with a NUL (2).
    VariableLabelNul = "variable-label-nul", Error, SERIOUS;
    /// Names, formats and labels are UTF-8 from release 118 on (6).
    Utf8 = "utf-8", Warning, GARBLED;
    /// Characteristics hold owner, name and contents of 1 to 67,784 bytes that end with a NUL (3.3, 11).
    CharacteristicSize = "characteristic-size", Error, SERIOUS;
    /// Names of characteristics end with a NUL and are not empty (11).
    CharacteristicName = "characteristic-name", Error, SERIOUS;
    /// Owners of characteristics are `_dta` or a variable (11).
    CharacteristicOwner = "characteristic-owner", Error, SERIOUS;
    /// Owner and name of a characteristic are unique (11).
    CharacteristicUnique = "characteristic-unique", Error, SERIOUS;
    /// Contents of a characteristic are not empty (11).
    CharacteristicEmpty = "characteristic-empty", Error, SERIOUS;
    /// Notes are counted by `note0` (11).
    NoteCount = "note-count", Warning, NO_NOTES;
    /// Label languages are listed, at most 100 with names of at most 24 characters (11).
    LabelLanguage = "label-language", Warning, NO_LANGUAGE;
    /// Alias variables name their link and their original (11).
    Alias = "alias", Warning, NO_ALIAS;
    /// Numbers are values of their type or one of the 27 missing values (5).
    Number = "number", Warning, DOUBTFUL;
    /// strL cells name themselves or an earlier cell (6.1).
    StrlForward = "strl-forward", Error, CORRUPT;
    /// strL cells and records name a strL variable (6.1).
    StrlVariable = "strl-variable", Error, CORRUPT;
    /// Every strL that a cell names is there (6.1).
    StrlUndefined = "strl-undefined", Error, CORRUPT;
    /// Every strL is defined once (6.1).
    StrlUnique = "strl-unique", Error, CORRUPT;
    /// strLs stand in the order of their first use (6.1).
    StrlOrder = "strl-order", Error, CORRUPT;
    /// Every strL is used (6.1).
    StrlUnused = "strl-unused", Error, SERIOUS;
    /// strL records have type 129 or 130 (3.2).
    StrlType = "strl-type", Error, CORRUPT;
    /// strL texts end with their only NUL (3.2).
    StrlNul = "strl-nul", Error, CORRUPT;
    /// strLs hold at most 2,000,000,000 bytes (6.1).
    StrlSize = "strl-size", Error, CORRUPT;
    /// Names of value-label sets are valid and end with a NUL (7, 10).
    SetName = "set-name", Error, SERIOUS;
    /// Names of value-label sets are unique (10).
    SetUnique = "set-unique", Error, SERIOUS;
    /// Value-label sets hold 1 to 65,536 entries and a text (10).
    SetCount = "set-count", Error, SERIOUS;
    /// The length of a value-label table is that of its parts (3.4).
    SetSize = "set-size", Error, CORRUPT;
    /// Labelled values ascend without repetition (10).
    LabelOrder = "label-order", Error, SERIOUS;
    /// Labelled values are those of `long` or `.a` to `.z` (10).
    LabelValue = "label-value", Error, SERIOUS;
    /// Every label text begins where another ends (10).
    LabelStart = "label-start", Error, SERIOUS;
    /// Label texts end with a NUL and hold at most 32,000 bytes before it (10).
    LabelText = "label-text", Error, SERIOUS;
}
