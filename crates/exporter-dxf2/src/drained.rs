//! Readers to their end, for tests.

use crate::fault::Fault;

/// All that a reader gives, and why it stops before its end.
pub(crate) fn drained<T>(mut read: impl FnMut() -> Result<Option<T>, Fault>) -> (Vec<T>, Option<Fault>) {
    let mut found = Vec::new();
    loop {
        match read() {
            Ok(Some(one)) => found.push(one),
            Ok(None) => return (found, None),
            Err(fault) => return (found, Some(fault)),
        }
    }
}
