//! Names that stand once, whatever a document calls its parts.

use std::collections::{HashMap, HashSet};

use exporter_xml::without_forbidden;

/// Names that are taken.
#[derive(Debug, Default)]
pub(super) struct FreeNames {
    taken: HashSet<String>,
    /// By name that was asked for again, the number to try next.
    next: HashMap<String, u64>,
    /// Whether names that differ in capitals alone are one, as those of files are.
    folds: bool,
}

impl FreeNames {
    /// Of files, whose names may not differ in capitals alone.
    pub(super) fn of_files() -> Self {
        Self { folds: true, ..Self::default() }
    }

    /// Takes a name, or the first of `name_2`, `name_3` … that is free.
    pub(super) fn take(&mut self, name: &str) -> String {
        self.take_with(name, "")
    }

    /// Takes the name of a file, or the first of `name_2.pdf`, `name_3.pdf` … that is free.
    pub(super) fn take_file(&mut self, name: &str) -> String {
        let stem = name.rfind('.').filter(|at| *at > 0).unwrap_or(name.len());
        self.take_with(name, name.get(stem..).unwrap_or_default())
    }

    fn take_with(&mut self, name: &str, extension: &str) -> String {
        // Names that can be written again.
        let name = without_forbidden(name);
        let name = name.as_ref();
        if self.taken.insert(self.key(name)) {
            return name.to_owned();
        }
        let stem = name.strip_suffix(extension).unwrap_or(name);
        let first = self.next.get(name).copied().unwrap_or(2);
        let numbered = (first..).map(|number| (number, format!("{stem}_{number}{extension}")));
        for (number, free) in numbered {
            if self.taken.insert(self.key(&free)) {
                self.next.insert(name.to_owned(), number + 1);
                return free;
            }
        }
        name.to_owned()
    }

    /// Whether a name is taken.
    pub(super) fn contains(&self, name: &str) -> bool {
        self.taken.contains(&self.key(name))
    }

    fn key(&self, name: &str) -> String {
        if self.folds { name.to_lowercase() } else { name.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::FreeNames;

    #[test]
    fn names_that_are_taken_get_numbers() {
        let mut names = FreeNames::default();
        let given = ["a", "a", "A", "a_2", "a"].map(|name| names.take(name));
        assert_eq!(given, ["a", "a_2", "A", "a_2_2", "a_3"]);
        let mut names = FreeNames::of_files();
        assert_eq!(["a", "A", "b"].map(|name| names.take(name)), ["a", "A_2", "b"]);
        assert!(names.contains("B"));
        assert_eq!(
            ["q.pdf", "Q.pdf", ".x", ".x"].map(|name| names.take_file(name)),
            ["q.pdf", "Q_2.pdf", ".x", ".x_2"]
        );
    }
}
