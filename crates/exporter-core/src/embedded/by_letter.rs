//! Files that write missing values as letters, as Stata does, and whose letters have labels of their own.

use std::collections::BTreeMap;

use super::digest::{Said, Since};
use super::labels::Labels;
use super::texts::{prefer, says};
use crate::codebook::{Missing, MissingValues, Text, Value, Variable};

/// The values of letters that declarations do not tell, by letter.
pub type LetterValues = BTreeMap<char, Value>;

/// Takes missing values and value labels of a file that was changed; `some_are_gone` says that columns were taken away.
pub(super) fn take(
    variable: &mut Variable,
    own: &Variable,
    recorded: Option<&LetterValues>,
    labels: &mut Labels<'_>,
    since: impl Fn(Said) -> Since,
    some_are_gone: bool,
) {
    if since(Said::ValueLabels) == Since::Changed && own.labels.is_none() && variable.kind.is_numeric() {
        variable.labels = None;
    }
    variable.labels = labels.of_variable(variable, own, recorded);
    let set = variable.labels.as_ref().and_then(|name| labels.get(name));
    for missing in &mut variable.missing {
        let in_set = match &missing.values {
            MissingValues::One(value) => set.is_some_and(|set| set.get(value).is_some()),
            _ => false,
        };
        let letter =
            own.missing.iter().find(|other| other.letter.is_some() && other.letter == missing.letter);
        let is_changed = since(Said::Missing) == Since::Changed && missing.letter.is_some();
        match letter {
            // The value of a letter with another label is doubtful where columns were taken away: this may be another.
            Some(other) if is_changed && some_are_gone && !says(&missing.label, &other.label) => {
                *missing = other.clone();
            }
            // The label of a value that is in the set was compared with that.
            Some(other) if !in_set => prefer(&mut missing.label, &other.label),
            None if is_changed && !in_set => missing.label = Text::default(),
            _ => {}
        }
    }
}

/// Adds the reasons of the file whose letters the stored declarations do not have.
pub(super) fn add_new(variable: &mut Variable, own: &Variable) {
    let is_new = |missing: &&Missing| {
        missing.is_reason() && variable.missing.iter().all(|known| known.letter != missing.letter)
    };
    let new: Vec<Missing> = own.missing.iter().filter(is_new).cloned().collect();
    variable.missing.extend(new);
}
