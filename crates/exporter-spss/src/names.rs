//! Names by the rules of SPSS.

use exporter_core::names::{NameRules, legal_unique};

use crate::limits::MAX_NAME_BYTES;

/// Words that cannot be names (command syntax reference, "Variable names").
const RESERVED: &[&str] =
    &["all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"];

/// Valid, unique names for `names`, in their order; names that differ only in case clash.
pub fn unique_names<S: AsRef<str>>(names: &[S]) -> Vec<String> {
    // A final period or underscore is legal but clashes with the end of commands and system names.
    let allows = |character: char, position| {
        character.is_alphabetic() || (position > 0 && (character.is_ascii_digit() || character == '_'))
    };
    let reserved = |name: &str| RESERVED.contains(&name.to_lowercase().as_str());
    let rules =
        NameRules::new(MAX_NAME_BYTES, MAX_NAME_BYTES, &allows, "var").reserved(&reserved).ignore_case();
    legal_unique(names, &rules)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_words_and_case_are_minded() {
        assert_eq!(unique_names(&["Age", "age", "NOT", "2nd", "_id"]), ["Age", "age_2", "NOT_", "nd", "id"]);
    }
}
