//! What is left out of a text while it is read.

use std::sync::{Mutex, PoisonError};

use super::records::Left;

/// What all passes over a text have left out so far; a second pass adds nothing.
#[derive(Debug, Default)]
pub(crate) struct LeftOut(Mutex<[Left; 2]>);

impl LeftOut {
    /// Takes over what one pass has left out so far.
    pub(super) fn note(&self, comments: &Left, surplus: &Left) {
        if comments.count == 0 && surplus.count == 0 {
            return;
        }
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (known, found) in all.iter_mut().zip([comments, surplus]) {
            if found.count > known.count {
                *known = found.clone();
            }
        }
    }

    /// Lines that are comments, and surplus cells that have a value.
    pub(crate) fn so_far(&self) -> [Left; 2] {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
