//! The rules, their codes, and what Stata does when one is broken.

use exporter_core::check::Rule;

const ACCEPTED: &str = "Stata: use accepts it, and files that StataCorp ships end so";
const CORRUPT: &str = "Stata: use refuses it: .dta file corrupt, r(688), or r(612) in Stata 13";
const NOT_STATA: &str = "Stata: use refuses it: not Stata format, r(610)";
const SERIOUS: &str = "Stata: dtaverify reports a serious error";
const COMPLAINS: &str = "Stata: use accepts it, dtaverify reports it";
const UNLABELLED: &str =
    "Stata: use accepts it, but finds some labels not, as it looks for values in their order";
const UNSORTED: &str =
    "Stata: use accepts it; by, merge and sort take the rows for sorted and give wrong results or errors";
const TOO_LARGE: &str = "Stata: use in the BE and SE editions refuses it: dataset too large, r(459)";
const NO_NOTES: &str = "Stata: use accepts it, but notes shows no more notes than note0 counts";
const NO_LANGUAGE: &str = "Stata: use accepts it, but label language fails";
const NO_ALIAS: &str = "Stata: use accepts it, but the alias variable cannot be resolved";
const DOUBTFUL: &str = "Stata: use accepts it and treats the value as missing or shows it wrongly";
const GARBLED: &str = "Stata: use accepts it and shows the text with replacement characters";

macro_rules! rules {
    ($($name:ident = $severity:ident($code:literal, $requirement:literal), $stata:ident;)+) => {
        $(
            #[doc = $requirement]
            pub const $name: Rule = Rule::$severity($code, $requirement).consequence($stata);
        )+

        /// Every rule, in the order of the file.
        pub const ALL: &[Rule] = &[$($name,)+];
    };
}

// Behind each rule: sections of the description of the format, see `spec.rs`.
rules! {
    SIGNATURE = error("signature", "The file begins like a `.dta`."), NOT_STATA; // 3, 4
    RELEASE = error("release", "The release is one of 102 to 115 and 117 to 121."), NOT_STATA; // 1, 4
    BYTE_ORDER = error("byte-order", "The byte order is `LSF` or `MSF`, 1 or 2."), NOT_STATA; // 3, 4
    TAG = error("tag", "Every tag stands where it must."), CORRUPT; // 3
    TRUNCATED = error("truncated", "The file goes on as long as its counts say."), CORRUPT;
    TRAILING_BYTES = warning("trailing-bytes", "Nothing follows the last tag."), COMPLAINS; // 3
    TRAILING_LINE_END = note("trailing-line-end", "No line end follows the last tag."), ACCEPTED; // 3
    VARIABLE_COUNT = error("variable-count", "The number of variables is one that the release holds."), CORRUPT; // 1
    EDITION = warning("edition", "A release for more than 32,767 variables has more than these."), TOO_LARGE; // 1
    OBSERVATION_COUNT = error("observation-count", "The number of observations is one that the release holds."), CORRUPT; // 1
    DATASET_LABEL = warning("dataset-label", "The dataset label is not longer than its limit."), COMPLAINS; // 2, 3
    TIMESTAMP = warning("timestamp", "The timestamp is empty or `dd Mon yyyy hh:mm`."), COMPLAINS; // 12
    MAP = error("map", "Every entry of the map is the position of its tag."), CORRUPT; // 3.1
    TYPE_CODE = error("type-code", "Type codes are those of the release."), CORRUPT; // 5
    VARIABLE_NAME_NUL = error("variable-name-nul", "Variable names end with a NUL."), SERIOUS; // 2
    VARIABLE_NAME = warning("variable-name", "Variable names are valid and not reserved."), COMPLAINS; // 7
    VARIABLE_NAME_UNIQUE = error("variable-name-unique", "Variable names are unique."), SERIOUS; // 7
    SORT_END = error("sort-end", "The sort list contains a 0."), SERIOUS; // 8
    SORT_VARIABLE = error("sort-variable", "The sort list names variables that exist."), SERIOUS; // 8
    FORMAT_NUL = error("format-nul", "Display formats end with a NUL."), SERIOUS; // 2
    FORMAT = error("format", "Display formats are valid."), SERIOUS; // 9
    FORMAT_CLASS = error("format-class", "Strings have string formats and numbers numeric ones."), SERIOUS; // 9
    SET_REFERENCE_NUL = error("set-reference-nul", "Names of value-label sets end with a NUL."), SERIOUS; // 2
    SET_REFERENCE = warning("set-reference", "Names of value-label sets that variables give are valid."), COMPLAINS; // 7
    SET_ON_STRING = warning("set-on-string", "Strings have no value labels."), COMPLAINS; // 10
    VARIABLE_LABEL_NUL = error("variable-label-nul", "Variable labels end with a NUL."), SERIOUS; // 2
    UTF8 = warning("utf-8", "Texts are UTF-8 from release 118 on."), GARBLED; // 6
    CHARACTERISTIC_SIZE = error("characteristic-size", "Characteristics hold owner, name and contents of 1 to 67,784 bytes that end with a NUL."), SERIOUS; // 3.3, 11
    CHARACTERISTIC_NAME = error("characteristic-name", "Names of characteristics end with a NUL and are not empty."), SERIOUS; // 11
    CHARACTERISTIC_OWNER = warning("characteristic-owner", "Owners of characteristics are `_dta` or a variable."), COMPLAINS; // 11
    CHARACTERISTIC_UNIQUE = error("characteristic-unique", "Owner and name of a characteristic are unique."), SERIOUS; // 11
    CHARACTERISTIC_EMPTY = warning("characteristic-empty", "Contents of a characteristic are not empty."), COMPLAINS; // 11
    NOTE_COUNT = warning("note-count", "Notes are counted by `note0`."), NO_NOTES; // 11
    LABEL_LANGUAGE = warning("label-language", "Label languages are listed, at most 100 with names of at most 24 characters."), NO_LANGUAGE; // 11
    ALIAS = warning("alias", "Alias variables name their link and their original."), NO_ALIAS; // 11
    SORT_ORDER = warning("sort-order", "The rows keep the order that the sort list claims."), UNSORTED; // 8
    NUMBER = warning("number", "Numbers are values of their type or one of the 27 missing values."), DOUBTFUL; // 5
    STRL_FORWARD = error("strl-forward", "strL cells name themselves or an earlier cell."), CORRUPT; // 6.1
    STRL_VARIABLE = error("strl-variable", "strL cells and records name a strL variable."), CORRUPT; // 6.1
    STRL_UNDEFINED = error("strl-undefined", "Every strL that a cell names is there."), CORRUPT; // 6.1
    STRL_UNIQUE = error("strl-unique", "Every strL is defined once."), CORRUPT; // 6.1
    STRL_ORDER = error("strl-order", "strLs stand in the order of their first use."), CORRUPT; // 6.1
    STRL_UNUSED = warning("strl-unused", "Every strL is used."), COMPLAINS; // 6.1
    STRL_TYPE = error("strl-type", "strL records have type 129 or 130."), CORRUPT; // 3.2
    STRL_NUL = error("strl-nul", "strL texts end with their only NUL."), CORRUPT; // 3.2
    STRL_SIZE = error("strl-size", "strLs hold at most 2,000,000,000 bytes."), CORRUPT; // 6.1
    SET_NAME = warning("set-name", "Names of value-label sets are valid and end with a NUL."), COMPLAINS; // 7, 10
    SET_UNIQUE = error("set-unique", "Names of value-label sets are unique."), SERIOUS; // 10
    SET_COUNT = warning("set-count", "Value-label sets hold 1 to 65,536 entries and a text."), COMPLAINS; // 10
    SET_SIZE = error("set-size", "The length of a value-label table is that of its parts."), CORRUPT; // 3.4
    LABEL_ORDER = error("label-order", "Labelled values ascend without repetition."), UNLABELLED; // 10
    LABEL_VALUE = warning("label-value", "Labelled values are those of `long` or `.a` to `.z`."), COMPLAINS; // 10
    LABEL_START = error("label-start", "Every label text begins where another ends."), SERIOUS; // 10
    LABEL_TEXT = error("label-text", "Label texts end with a NUL and hold at most 32,000 bytes before it."), SERIOUS; // 10
}
