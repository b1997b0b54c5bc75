//! Checks a `.dta` of release 102 to 121 by the rules that Stata itself applies.
//!
//! ```
//! use exporter_dta::check::{check, rule};
//!
//! let findings = check(std::io::Cursor::new(b"<stata_dta><header><release>999</release>"))?;
//! assert_eq!(findings.listed()[0].rule, rule::RELEASE);
//! assert_eq!(rule::RELEASE.code, "release");
//! # Ok::<(), exporter_dta::DtaError>(())
//! ```
//!
//! Every rule ([`rule::ALL`]) has a stable code and says what Stata does with a file that breaks it. A file whose structure is
//! broken (a tag that is not where it must be, an early end) is not looked at beyond that place.

mod binary;
mod characteristics;
mod file;
mod rows;
pub mod rule;
mod strls;
mod tagged;
#[cfg(test)]
mod tests;
mod value_labels;
mod variables;

use std::io::{Read, Seek};

use exporter_core::check::Findings;

use crate::error::{DtaError, Result};
use crate::reader::source::Source;
use file::{Checked, Stop};

/// Applies every rule; findings are sorted by offset.
///
/// Memory stays within a small multiple of the descriptions and of the number of strLs; rows are streamed.
///
/// # Errors
///
/// [`DtaError::Io`] when the file cannot be read; whatever its bytes are, they give findings.
pub fn check<R: Read + Seek>(file: R) -> Result<Findings> {
    let mut findings = Findings::default();
    check_file(file, &mut findings)?;
    findings.sort_by_offset();
    Ok(findings)
}

/// Applies every rule; gives the number of rows of a file that can be read to its end.
pub(crate) fn check_file<R: Read + Seek>(file: R, findings: &mut Findings) -> Result<Option<u64>> {
    match check_all(&mut Source::new(file)?, findings) {
        Ok(rows) => Ok(rows),
        Err(Stop::Told) => Ok(None),
        Err(Stop::Failed(DtaError::Damaged { offset, message })) => {
            findings.at(rule::TRUNCATED, offset, message);
            Ok(None)
        }
        Err(Stop::Failed(error)) => Err(error),
    }
}

fn check_all<R: Read + Seek>(source: &mut Source<R>, findings: &mut Findings) -> Checked<Option<u64>> {
    let first = source.bytes_at(0, source.length().min(1))?;
    let file =
        if first == b"<" { tagged::check(source, findings)? } else { binary::check(source, findings)? };
    let rows = file.rows;
    rows::check(source, file, findings)?;
    Ok(Some(rows))
}
