//! What is remarked of objects, or refused in strict mode.

use exporter_xml::Position;

use super::item::{Item, Kind};
use crate::fault::Fault;
use crate::mode::{Mode, Remark, Remarks};

/// Remarks of one reader or writer, and how many objects of each kind there were.
#[derive(Debug)]
pub(super) struct Findings {
    mode: Mode,
    remarks: Remarks,
    counts: [u64; Kind::ALL.len()],
}

impl Findings {
    pub(super) fn new(mode: Mode) -> Self {
        Self { mode, remarks: Remarks::default(), counts: Default::default() }
    }

    pub(super) fn remarks(&self) -> &Remarks {
        &self.remarks
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
        let index = self.counts.get(item.kind.place()).copied().unwrap_or_default();
        self.found(Remark::new(position, message).object(index, item.id()).property(property))
    }

    /// Remarks it, or refuses it in strict mode.
    pub(super) fn found(&mut self, remark: Remark) -> Result<(), Fault> {
        if self.mode == Mode::Lenient {
            self.remarks.add(remark);
            return Ok(());
        }
        let told = remark.to_string();
        let message = told.strip_prefix(&remark.position.to_string()).unwrap_or(&told);
        Err(Fault::new(remark.position, message.trim_start_matches([',', ':', ' '])))
    }
}
