//! What is remarked of objects, or refused in strict mode.

use exporter_xml::Position;

use super::item::{Item, Kind};
use crate::fault::Fault;
use crate::findings;
use crate::mode::{Mode, Remark, Remarks};

/// Findings of one reader or writer, and how many objects of each kind there were.
#[derive(Debug)]
pub(super) struct Findings {
    all: findings::Findings,
    counts: [u64; Kind::ALL.len()],
}

impl Findings {
    pub(super) fn new(mode: Mode) -> Self {
        Self { all: findings::Findings::new(mode), counts: Default::default() }
    }

    pub(super) fn remarks(&self) -> &Remarks {
        self.all.remarks()
    }

    /// Counts an object, of which nothing is found any more.
    pub(super) fn pass(&mut self, kind: Kind) {
        if let Some(count) = self.counts.get_mut(kind.place()) {
            *count += 1;
        }
    }

    /// Something about an object that is to come.
    pub(super) fn add(
        &mut self,
        position: Position,
        item: &Item,
        property: &str,
        message: impl Into<String>,
    ) -> Result<(), Fault> {
        self.found(self.remark(position, item, property, message))
    }

    /// Something of an object that is to come, and that is left out.
    pub(super) fn lost(
        &mut self,
        position: Position,
        item: &Item,
        property: &str,
        message: impl Into<String>,
    ) -> Result<(), Fault> {
        self.found(self.remark(position, item, property, message).loss())
    }

    /// Something about an object that is to come which no server refuses.
    pub(super) fn note(&mut self, position: Position, item: &Item, property: &str, message: &str) {
        self.all.note(self.remark(position, item, property, message));
    }

    /// Remarks it, or refuses it in strict mode.
    pub(super) fn found(&mut self, remark: Remark) -> Result<(), Fault> {
        self.all.refuse(remark)
    }

    fn remark(&self, position: Position, item: &Item, property: &str, message: impl Into<String>) -> Remark {
        let index = self.counts.get(item.kind.place()).copied().unwrap_or_default();
        Remark::new(position, message).object(index, item.id()).property(property)
    }
}
