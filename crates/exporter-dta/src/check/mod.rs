//! Checks a `.dta` of release 102 to 121 by the rules that Stata itself applies.
//!
//! ```
//! use exporter_core::Source;
//! use exporter_dta::check::{check, rule};
//!
//! let source = Source::memory("x.dta", b"<stata_dta><header><release>999</release>");
//! let findings = check(source.bytes)?;
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
mod sorted;
mod strls;
mod tagged;
#[cfg(test)]
mod tests;
mod value_labels;
mod variables;

use std::sync::Arc;

use exporter_core::ReadAt;
use exporter_core::check::Findings;

use crate::error::{DtaError, Result};
use crate::reader::DtaBytes;
use file::{Checked, Stop};

/// Applies every rule; findings are sorted by offset.
///
/// Memory stays within a small multiple of the descriptions and of the number of strLs; rows are streamed.
///
/// # Errors
///
/// [`DtaError::Io`] when the file cannot be read; whatever its bytes are, they give findings.
pub fn check(bytes: Arc<dyn ReadAt>) -> Result<Findings> {
    let mut findings = Findings::default();
    check_file(bytes, &mut findings)?;
    findings.sort_by_offset();
    Ok(findings)
}

/// Applies every rule; gives the number of rows of a file that can be read to its end.
pub(crate) fn check_file(bytes: Arc<dyn ReadAt>, findings: &mut Findings) -> Result<Option<u64>> {
    match check_all(&DtaBytes::new(bytes), findings) {
        Ok(rows) => Ok(rows),
        Err(Stop::Told) => Ok(None),
        Err(Stop::Failed(DtaError::Damaged { offset, message })) => {
            findings.at(rule::TRUNCATED, offset, message);
            Ok(None)
        }
        Err(Stop::Failed(error)) => Err(error),
    }
}

fn check_all(bytes: &DtaBytes, findings: &mut Findings) -> Checked<Option<u64>> {
    let first = bytes.block_at(0, bytes.length().min(1))?;
    let file = if first == b"<" { tagged::check(bytes, findings)? } else { binary::check(bytes, findings)? };
    let rows = file.rows;
    rows::check(bytes, file, findings)?;
    Ok(Some(rows))
}
