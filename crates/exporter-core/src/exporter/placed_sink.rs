//! A sink that is given entries under other names.

use std::path::Path;

use crate::error::Result;
use crate::sink::{Entry, EntrySpec, RandomEntry, Receipt, Sink};

/// What stands for an entry of an exporter in the sink.
type Placed<'a> = &'a (dyn Fn(&EntrySpec) -> EntrySpec + Sync);

/// Passes entries on to another sink as what stands for them there.
pub(super) struct PlacedSink<'a> {
    inner: &'a dyn Sink,
    placed: Placed<'a>,
}

impl<'a> PlacedSink<'a> {
    pub(super) fn new(inner: &'a dyn Sink, placed: Placed<'a>) -> Self {
        Self { inner, placed }
    }
}

#[deny(clippy::missing_trait_methods, reason = "what a wrapper leaves out is lost")]
impl Sink for PlacedSink<'_> {
    fn create<'s>(&'s self, spec: &EntrySpec) -> Result<Box<dyn Entry + 's>> {
        self.inner.create(&(self.placed)(spec))
    }

    fn create_random<'s>(&'s self, spec: &EntrySpec, temp: &Path) -> Result<Box<dyn RandomEntry + 's>> {
        self.inner.create_random(&(self.placed)(spec), temp)
    }

    fn is_seekable(&self) -> bool {
        self.inner.is_seekable()
    }

    fn shows_at_once(&self) -> bool {
        self.inner.shows_at_once()
    }

    /// The other sink is finished by its owner.
    fn finish(self: Box<Self>) -> Result<Receipt> {
        Ok(Receipt::default())
    }
}
