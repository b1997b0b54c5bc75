//! A check of a format, which ends when it is cancelled.

use std::io;
use std::sync::Arc;

use crate::check::{Checked, Checking, Findings, Rule};
use crate::context::{Cancel, Context};
use crate::error::Result;
use crate::source::{ReadAt, Source};

type Apply = fn(&Source<'_>, &Checking<'_>, &mut Findings, &Context) -> Result<Checked>;

/// A check of a format.
#[derive(Clone, Copy)]
pub(crate) struct Checker {
    pub(super) apply: Apply,
    pub(super) rules: &'static [Rule],
    pub(super) is_archive: bool,
    pub(crate) looks_beside: bool,
}

impl Checker {
    /// Checks a source; reading from it fails once the context is cancelled, so that every check ends then.
    pub(crate) fn apply(
        self,
        source: &Source<'_>,
        checking: &Checking<'_>,
        findings: &mut Findings,
        context: &Context,
    ) -> Result<Checked> {
        let bytes = UntilCancelled { bytes: Arc::clone(&source.bytes), cancel: context.cancel().clone() };
        let source = source.with_registry(checking.registry()).with_bytes(Arc::new(bytes));
        let checked = (self.apply)(&source, checking, findings, context);
        context.cancel().check().and(checked)
    }
}

/// Bytes that cannot be read any more once something is cancelled.
#[derive(Debug)]
struct UntilCancelled {
    bytes: Arc<dyn ReadAt>,
    cancel: Cancel,
}

impl ReadAt for UntilCancelled {
    fn len(&self) -> u64 {
        self.bytes.len()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.cancel.check().map_err(io::Error::other)?;
        self.bytes.read_at(offset, buffer)
    }
}
