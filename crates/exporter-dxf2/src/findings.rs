//! What is found while reading and writing, by the mode.

use crate::fault::Fault;
use crate::mode::{Mode, Remark, Remarks};

/// What was found, and whether it is an error.
#[derive(Clone, Debug, Default)]
pub(crate) struct Findings {
    mode: Mode,
    remarks: Remarks,
}

impl Findings {
    pub(crate) fn new(mode: Mode) -> Self {
        Self { mode, remarks: Remarks::default() }
    }

    pub(crate) fn remarks(&self) -> &Remarks {
        &self.remarks
    }

    pub(crate) fn is_strict(&self) -> bool {
        self.mode == Mode::Strict
    }

    /// Remarks what no server minds.
    pub(crate) fn note(&mut self, remark: Remark) {
        self.remarks.add(remark);
    }

    /// Remarks what a server would refuse or lose, which is an error in strict mode.
    ///
    /// # Errors
    /// The mode is strict.
    pub(crate) fn refuse(&mut self, remark: Remark) -> Result<(), Fault> {
        if self.is_strict() {
            let position = remark.position;
            let told = remark.to_string();
            // The fault tells the position itself.
            let message = told.strip_prefix(&position.to_string()).unwrap_or(&told);
            return Err(Fault::new(position, message.trim_start_matches([',', ':', ' '])));
        }
        self.remarks.add(remark);
        Ok(())
    }
}
