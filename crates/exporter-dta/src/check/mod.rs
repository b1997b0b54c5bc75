//! Checks a `.dta` of release 102 to 121 by the rules that Stata itself applies.
//!
//! ```
//! use exporter_dta::check::{Rule, check};
//!
//! let findings = check(std::io::Cursor::new(b"<stata_dta><header><release>999</release>"))?;
//! assert_eq!(findings[0].rule, Rule::Release);
//! assert_eq!(findings[0].rule.code(), "release");
//! # Ok::<(), exporter_dta::DtaError>(())
//! ```
//!
//! Every [`Rule`] has a stable code and says what Stata does with a file that breaks it. A file whose structure is
//! broken (a tag that is not where it must be, an early end) is not looked at beyond that place.

mod binary;
mod characteristics;
mod file;
mod rows;
mod rule;
mod strls;
mod tagged;
#[cfg(test)]
mod tests;
mod value_labels;
mod variables;

use std::io::{Read, Seek};

use crate::error::{DtaError, Result};
use crate::reader::source::Source;
use file::{Checked, Findings, Stop};
pub use rule::{Rule, Severity};

/// One thing that is wrong in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The rule that is broken.
    pub rule: Rule,
    /// Position in the file, in bytes from 0.
    pub offset: u64,
    /// What is wrong, with the values found and allowed.
    pub message: String,
    /// What Stata does with such a file.
    pub stata: &'static str,
    /// How bad it is.
    pub severity: Severity,
}

/// Applies every rule; an empty list means that nothing is wrong.
///
/// At most a hundred findings of one rule are listed. Memory stays within a small multiple of the descriptions and
/// of the number of strLs; rows are streamed.
///
/// # Errors
///
/// [`DtaError::Io`] when the file cannot be read; whatever its bytes are, they give findings.
pub fn check<R: Read + Seek>(file: R) -> Result<Vec<Finding>> {
    let mut source = Source::new(file)?;
    let mut findings = Findings::default();
    let outcome = check_all(&mut source, &mut findings);
    match outcome {
        Ok(()) | Err(Stop::Told) => {}
        Err(Stop::Failed(DtaError::Damaged { offset, message })) => {
            findings.add(Rule::Truncated, offset, message)
        }
        Err(Stop::Failed(error)) => return Err(error),
    }
    Ok(findings.into_list())
}

fn check_all<R: Read + Seek>(source: &mut Source<R>, findings: &mut Findings) -> Checked<()> {
    let first = source.bytes_at(0, source.length().min(1))?;
    let file =
        if first == b"<" { tagged::check(source, findings)? } else { binary::check(source, findings)? };
    if let Some(file) = file {
        rows::check(source, file, findings)?;
    }
    Ok(())
}
