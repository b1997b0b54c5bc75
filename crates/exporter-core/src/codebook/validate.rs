//! Checks a codebook and reports every problem with its place.

use std::collections::HashSet;
use std::fmt;

use super::{Codebook, Table, Variable};
use crate::error::{Error, Result};

/// One thing that is wrong in a codebook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What kind of problem.
    pub kind: ProblemKind,
    /// Where, such as `tables[0] household / variables[3] age / missing[1]`.
    pub place: String,
    /// What is wrong and how to mend it.
    pub message: String,
}

/// The kinds of problems in a codebook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProblemKind {
    /// A name is empty.
    EmptyName,
    /// A name stands twice.
    DuplicateName,
    /// A variable that is named does not exist.
    UnknownVariable,
    /// A table that is named does not exist.
    UnknownTable,
    /// A value-label set that is named does not exist.
    UnknownValueLabels,
    /// Labelled values are of another kind than the variable.
    ValueLabelKind,
    /// A value is labelled twice in a set.
    DuplicateValue,
    /// Missing declarations overlap.
    OverlappingMissing,
    /// A missing value is of another kind than the variable, or its letter or range is wrong.
    InvalidMissing,
    /// A text uses a language that the study does not list.
    UnknownLanguage,
    /// Tables are parents of each other.
    ParentCycle,
    /// A group contains itself.
    GroupCycle,
    /// A number is not finite or another fact contradicts itself.
    InvalidFact,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

impl Codebook {
    /// Finds every problem, in the order of the codebook.
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut names = HashSet::new();
        for (index, table) in self.tables.iter().enumerate() {
            let place = format!("tables[{index}] {}", table.name);
            check_name(&table.name, &place, &mut names, &mut problems);
            self.check_table(table, &place, &mut problems);
        }
        problems
    }

    /// Fails when there is any problem, naming all of them.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Invalid`] whose message lists every problem.
    pub fn validate(&self) -> Result<()> {
        let problems = self.problems();
        if problems.is_empty() {
            return Ok(());
        }
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        Err(Error::invalid(format!("the codebook has {} problems: {}", lines.len(), lines.join("; "))))
    }

    fn check_table(&self, table: &Table, place: &str, problems: &mut Vec<Problem>) {
        let mut names = HashSet::new();
        for (index, variable) in table.variables.iter().enumerate() {
            let place = format!("{place} / variables[{index}] {}", variable.name);
            check_name(&variable.name, &place, &mut names, problems);
            self.check_variable(variable, &place, problems);
        }
    }

    fn check_variable(&self, variable: &Variable, place: &str, problems: &mut Vec<Problem>) {
        if let Some(set) = &variable.labels
            && !self.value_labels.contains_key(set)
        {
            problems.push(Problem {
                kind: ProblemKind::UnknownValueLabels,
                place: place.into(),
                message: format!("value-label set {set:?} does not exist"),
            });
        }
    }
}

fn check_name<'a>(name: &'a str, place: &str, seen: &mut HashSet<&'a str>, problems: &mut Vec<Problem>) {
    if name.is_empty() {
        problems.push(Problem {
            kind: ProblemKind::EmptyName,
            place: place.into(),
            message: "the name is empty".into(),
        });
    } else if !seen.insert(name) {
        problems.push(Problem {
            kind: ProblemKind::DuplicateName,
            place: place.into(),
            message: format!("the name {name:?} stands twice"),
        });
    }
}
