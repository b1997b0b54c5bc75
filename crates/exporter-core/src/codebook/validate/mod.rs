//! Checks a codebook and reports every problem with its place.

mod documents;
mod facts;
mod groups;
mod kinds;
mod languages;
mod missing;
mod names;
mod rules;
mod tables;
#[cfg(test)]
mod tests;
mod values;
mod zones;

use std::fmt::{self, Write as _};

use super::Codebook;
use crate::error::{Error, Result};
pub use rules::{ProblemKind, RULES};

/// How many problems the message of [`Codebook::validate`] spells out.
const PROBLEMS_SHOWN: usize = 50;

/// One thing that is wrong in a codebook.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// What kind of problem.
    pub kind: ProblemKind,
    /// Where, such as `tables[0] household / variables[3] age / missing[1]` (positions from 0, as in the JSON).
    pub place: String,
    /// What is wrong and how to mend it.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

/// The problems found so far.
#[derive(Default)]
struct Findings(Vec<Problem>);

impl Findings {
    fn add(&mut self, kind: ProblemKind, place: impl fmt::Display, message: impl Into<String>) {
        self.0.push(Problem { kind, place: place.to_string(), message: message.into() });
    }
}

impl Codebook {
    /// Finds every problem: first those of the study, then of the tables, the value labels and the documents.
    ///
    /// ```
    /// use exporter_core::codebook::{Codebook, Kind, ProblemKind, Table, Variable};
    ///
    /// let table = Table::new("people", vec![Variable::new("id", Kind::INTEGER)]).with_key(["pid"]);
    /// let problems = Codebook::new("study").with_table(table).problems();
    /// assert_eq!(problems[0].kind, ProblemKind::UnknownVariable);
    /// assert_eq!(problems[0].place, "tables[0] people / key[0]");
    /// ```
    pub fn problems(&self) -> Vec<Problem> {
        let mut findings = Findings::default();
        names::file_name(&self.study.id, "study / id", &mut findings);
        languages::check(self, &mut findings);
        facts::check_study(&self.study, &mut findings);
        tables::check(self, &mut findings);
        values::check_sets(self, &mut findings);
        documents::check(&self.documents, &mut findings);
        findings.0
    }

    /// Fails when there is any problem, naming all of them, one a line.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Invalid`] whose message lists the problems, the first 50 when there are more, and their number.
    pub fn validate(&self) -> Result<()> {
        let problems = self.problems();
        let mut message = match problems.as_slice() {
            [] => return Ok(()),
            [one] => format!("the codebook has a problem: {one}"),
            several => {
                let mut lines = format!("the codebook has {} problems:", several.len());
                for problem in several.iter().take(PROBLEMS_SHOWN) {
                    // Writing to a String cannot fail.
                    let _ = write!(lines, "\n  {problem}");
                }
                lines
            }
        };
        if problems.len() > PROBLEMS_SHOWN {
            let _ = write!(message, "\n  … and {} more", problems.len() - PROBLEMS_SHOWN);
        }
        Err(Error::invalid(message))
    }
}
