//! The rules of codebooks: the kinds of their problems.

use super::Problem;
use crate::check::{Finding, Rule};

macro_rules! kinds {
    ($($kind:ident = $code:literal, $requirement:literal;)+) => {
        /// The kinds of problems in a codebook, each the break of a rule.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum ProblemKind {
            $(#[doc = $requirement] $kind,)+
        }

        impl ProblemKind {
            /// The rule that a problem of this kind breaks.
            pub const fn rule(self) -> Rule {
                match self { $(Self::$kind => Rule::error($code, $requirement),)+ }
            }
        }

        /// The rules of codebooks, one for each [`ProblemKind`].
        pub const RULES: &[Rule] = &[$(ProblemKind::$kind.rule(),)+];
    };
}

kinds! {
    EmptyName = "empty-name", "Names are not empty.";
    DuplicateName = "duplicate-name", "Names that must be unique stand once.";
    HostileName = "hostile-name", "Names that become file names hold no `/`, `\\` or NUL and are not `.` or `..`.";
    UnknownVariable = "unknown-variable", "Variables and groups that are named exist.";
    UnknownTable = "unknown-table", "Tables that are named exist.";
    UnknownValueLabels = "unknown-value-labels", "Value-label sets that are named exist.";
    ValueLabelKind = "value-label-kind", "Labelled values are of the kind of their variable.";
    DuplicateValue = "duplicate-value", "A set labels a value once.";
    OverlappingMissing = "overlapping-missing", "Missing declarations do not overlap.";
    InvalidMissing = "invalid-missing", "Missing values are of the kind of their variable, with a legal letter or range.";
    UnknownLanguage = "unknown-language", "Texts and documents use languages that the study lists, by well-formed tags.";
    ParentCycle = "parent-cycle", "Tables are not parents of each other.";
    ParentKind = "parent-kind", "The two variables of a parent pair are of one kind.";
    GroupCycle = "group-cycle", "Groups do not contain themselves.";
    CountedKind = "counted-kind", "The counted value of a multiple response set is of the kind of its members.";
    InvalidKind = "invalid-kind", "Kinds have a width, precision, scale, unit, zone and depth that exist.";
    InvalidFact = "invalid-fact", "Numbers are finite, and declared facts agree with each other and with the kind.";
    InvalidDocument = "invalid-document", "Documents have one content, and a path that stays in the folder of the study.";
}

impl From<Problem> for Finding {
    fn from(problem: Problem) -> Self {
        Finding::new(problem.kind.rule(), problem.to_string())
    }
}
