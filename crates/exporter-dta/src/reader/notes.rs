//! Notes and label languages, which files keep as characteristics (section 11).

use crate::characteristics::{CURRENT_LANGUAGE, DATASET, LANGUAGE_LABEL, LANGUAGE_SET, LANGUAGES};
use crate::metadata::Characteristic;
use crate::reader::dictionary::Dictionary;

/// Labels of one language other than the current one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Language<'d> {
    /// Name, at most 24 characters.
    pub name: &'d str,
    dictionary: &'d Dictionary,
}

impl<'d> Language<'d> {
    /// Dataset label in this language.
    pub fn dataset_label(&self) -> Option<&'d str> {
        self.dictionary.characteristic(DATASET, &format!("{LANGUAGE_LABEL}{}", self.name))
    }

    /// Label of `variable` in this language.
    pub fn variable_label(&self, variable: &str) -> Option<&'d str> {
        self.dictionary.characteristic(variable, &format!("{LANGUAGE_LABEL}{}", self.name))
    }

    /// Name of the value-label set of `variable` in this language.
    pub fn value_labels(&self, variable: &str) -> Option<&'d str> {
        self.dictionary.characteristic(variable, &format!("{LANGUAGE_SET}{}", self.name))
    }
}

impl Dictionary {
    /// Notes of `owner` (`_dta` or a variable) in the order of their numbers.
    ///
    /// Notes above the count that `note0` gives are kept: other programs write notes without it.
    pub fn notes(&self, owner: &str) -> Vec<&str> {
        numbered_notes(self.characteristics.iter().filter(|c| c.owner == owner))
    }

    /// Name of the language that the ordinary labels are in, `default` when the file names none.
    pub fn current_language(&self) -> &str {
        self.characteristic(DATASET, CURRENT_LANGUAGE).unwrap_or("default")
    }

    /// The languages beside the current one.
    pub fn other_languages(&self) -> Vec<Language<'_>> {
        let current = self.current_language();
        let list = self.characteristic(DATASET, LANGUAGES).unwrap_or_default();
        let others = list.split_ascii_whitespace().filter(|name| *name != current);
        others.map(|name| Language { name, dictionary: self }).collect()
    }
}

/// The notes among the characteristics of one owner, in the order of their numbers.
pub(crate) fn numbered_notes<'d>(of_owner: impl Iterator<Item = &'d Characteristic>) -> Vec<&'d str> {
    let numbered = of_owner.filter_map(|c| {
        let number = c.name.strip_prefix("note")?.parse::<u32>().ok()?;
        (number > 0).then_some((number, c.contents.as_str()))
    });
    let mut notes: Vec<_> = numbered.collect();
    notes.sort_by_key(|(number, _)| *number);
    notes.into_iter().map(|(_, text)| text).collect()
}
