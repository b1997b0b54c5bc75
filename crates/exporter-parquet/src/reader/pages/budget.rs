//! Memory that the pages of one scan may take together.

use std::sync::atomic::{AtomicU64, Ordering};

/// Most bytes of all pages that a scan holds at a time; usual pages have one megabyte, so that this is a thousand
/// columns and more.
const MOST: u64 = 2 << 30;

/// Bytes held by the pages of a scan.
#[derive(Debug, Default)]
pub(super) struct Budget {
    held: AtomicU64,
}

impl Budget {
    /// Takes more bytes, or tells why not.
    pub(super) fn take(&self, bytes: u64) -> Result<(), String> {
        let held = self.held.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        if held <= MOST {
            return Ok(());
        }
        self.give_back(bytes);
        Err(format!(
            "it unpacks to {bytes} bytes, with the other columns' pages to {held}, and {MOST} are read at a time; \
             read fewer columns or write the file with smaller pages"
        ))
    }

    pub(super) fn give_back(&self, bytes: u64) {
        self.held.fetch_sub(bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_back_can_be_taken_again() {
        let budget = Budget::default();
        budget.take(MOST).unwrap();
        assert!(budget.take(1).unwrap_err().contains("2147483648 are read at a time"));
        budget.give_back(10);
        budget.take(10).unwrap();
        assert!(budget.take(1).is_err());
    }
}
