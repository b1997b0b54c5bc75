//! The rules of codebooks.

use crate::check::Rule;

macro_rules! rules {
    ($($name:ident = $code:literal, $requirement:literal;)+) => {
        $(pub(super) const $name: Rule = Rule::error($code, $requirement);)+

        /// The rules of codebooks, which [`Codebook::problems`](crate::codebook::Codebook::problems) break.
        pub const RULES: &[Rule] = &[$($name,)+];
    };
}

rules! {
    EMPTY_NAME = "empty-name", "Names are not empty.";
    DUPLICATE_NAME = "duplicate-name", "Names that must be unique stand once.";
    HOSTILE_NAME = "hostile-name", "Names that become file names hold no `/`, `\\` or NUL and are not `.` or `..`.";
    UNKNOWN_VARIABLE = "unknown-variable", "Variables and groups that are named exist.";
    UNKNOWN_TABLE = "unknown-table", "Tables that are named exist.";
    UNKNOWN_VALUE_LABELS = "unknown-value-labels", "Value-label sets that are named exist.";
    VALUE_LABEL_KIND = "value-label-kind", "Labelled values are of the kind of their variable.";
    DUPLICATE_VALUE = "duplicate-value", "A set labels a value once.";
    OVERLAPPING_MISSING = "overlapping-missing", "Missing declarations do not overlap.";
    INVALID_MISSING = "invalid-missing", "Missing values are of the kind of their variable, with a legal letter or range.";
    UNKNOWN_LANGUAGE = "unknown-language", "Texts and documents use languages that the study lists, by well-formed tags.";
    PARENT_CYCLE = "parent-cycle", "Tables are not parents of each other.";
    PARENT_KIND = "parent-kind", "The two variables of a parent pair are of one kind.";
    TEXT_WITH_MEMBERS = "text-with-members", "Static texts have no members.";
    GROUP_CYCLE = "group-cycle", "Groups do not contain themselves.";
    COUNTED_KIND = "counted-kind", "The counted value of a multiple response set is of the kind of its members.";
    INVALID_KIND = "invalid-kind", "Kinds have a width, precision, scale, unit, zone and depth that exist.";
    INVALID_FACT = "invalid-fact", "Numbers are finite, declared facts agree with each other and with the kind, and places lie on the globe.";
    INVALID_DOCUMENT = "invalid-document", "Documents have one content at most, and a path that stays in the folder of the study.";
}
