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
use crate::check::{Finding, Rule};
use crate::error::{Error, Result};
pub use rules::RULES;

/// How many problems the message of [`Codebook::validate`] spells out.
const PROBLEMS_SHOWN: usize = 50;

/// The problems found so far.
#[derive(Default)]
struct Problems(Vec<Finding>);

impl Problems {
    /// Adds a problem at a place such as `tables[0] household / variables[3] age / missing[1]` (positions from 0, as in the
    /// JSON); the message says what is wrong and how to mend it.
    fn add(&mut self, rule: Rule, place: impl fmt::Display, message: impl fmt::Display) {
        self.0.push(Finding::new(rule, format!("{place}: {message}")));
    }
}

impl Codebook {
    /// Finds every problem: first those of the study, then of the tables, the value labels and the documents.
    ///
    /// ```
    /// use exporter_core::codebook::{Codebook, Kind, Table, Variable};
    ///
    /// let table = Table::new("people", vec![Variable::new("id", Kind::INTEGER)]).with_key(["pid"]);
    /// let problems = Codebook::new("study").with_table(table).problems();
    /// assert_eq!(problems[0].rule.code, "unknown-variable");
    /// assert!(problems[0].message.starts_with("tables[0] people / key[0]: "));
    /// ```
    pub fn problems(&self) -> Vec<Finding> {
        let mut problems = Problems::default();
        names::file_name(&self.study.id, "study / id", &mut problems);
        languages::check(self, &mut problems);
        facts::check_study(&self.study, &mut problems);
        tables::check(self, &mut problems);
        values::check_sets(self, &mut problems);
        documents::check(&self.documents, &mut problems);
        problems.0
    }

    /// Fails when there is any problem, naming all of them, one a line.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Invalid`] whose message lists the problems, the first 50 when there are more, and their number.
    pub fn validate(&self) -> Result<()> {
        let problems = self.problems();
        let mut message = match problems.as_slice() {
            [] => return Ok(()),
            [one] => format!("the codebook has a problem: {}", one.message),
            several => {
                let mut lines = format!("the codebook has {} problems:", several.len());
                for problem in several.iter().take(PROBLEMS_SHOWN) {
                    // Writing to a String cannot fail.
                    let _ = write!(lines, "\n  {}", problem.message);
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
