//! What was odd in a file and read nevertheless.

/// Something odd that was read nevertheless.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Remark {
    /// What it is, and what became of it.
    pub message: String,
    /// How often.
    pub count: u64,
    /// The first one.
    pub first: String,
    /// Whether values or their meaning are read otherwise than they stand in the file.
    pub changes_values: bool,
    /// Whether it is the rows that are missing which are counted.
    pub counts_rows: bool,
}

/// Remarks that grow; those of one message are one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Remarks(Vec<Remark>);

impl Remarks {
    /// Something odd that is read as it is meant.
    pub(crate) fn odd(&mut self, message: impl AsRef<str>, first: impl Into<String>) {
        self.add(message.as_ref(), first.into(), false);
    }

    /// Something odd by which values, or what they mean, are read otherwise than they stand in the file.
    pub(crate) fn changed(&mut self, message: impl AsRef<str>, first: impl Into<String>) {
        self.add(message.as_ref(), first.into(), true);
    }

    /// Rows that are missing.
    pub(crate) fn lost(&mut self, message: String, count: u64) {
        let first = String::new();
        self.0.push(Remark { message, count, first, changes_values: true, counts_rows: true });
    }

    fn add(&mut self, message: &str, first: String, changes_values: bool) {
        // Messages are as many as places in this crate that make one.
        match self.0.iter_mut().find(|remark| remark.message == message) {
            Some(remark) => remark.count += 1,
            None => {
                let (message, counts_rows) = (message.to_owned(), false);
                self.0.push(Remark { message, count: 1, first, changes_values, counts_rows });
            }
        }
    }

    pub(crate) fn as_slice(&self) -> &[Remark] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remarks_of_one_message_are_counted_and_the_first_is_kept() {
        let mut remarks = Remarks::default();
        remarks.odd("twice", "a");
        remarks.changed("once", "b");
        remarks.odd("twice", "c");
        let found: Vec<_> =
            remarks.as_slice().iter().map(|it| (it.count, it.first.as_str(), it.changes_values)).collect();
        assert_eq!(found, [(2, "a", false), (1, "b", true)]);
    }
}
