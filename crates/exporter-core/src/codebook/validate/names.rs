//! Names: present, unique, harmless as file names.

use std::collections::HashMap;

use super::{Problems, rules};

/// Names seen so far in one scope.
#[derive(Default)]
pub(super) struct Names {
    seen: HashMap<String, String>,
    ignore_case: bool,
}

impl Names {
    /// For names that become file names: some file systems ignore case.
    pub(super) fn of_files() -> Self {
        Self { ignore_case: true, ..Self::default() }
    }

    /// Reports an empty name and one that was seen before.
    pub(super) fn check(&mut self, name: &str, place: &str, problems: &mut Problems) {
        if name.is_empty() {
            problems.add(rules::EMPTY_NAME, place, "the name is empty");
            return;
        }
        let key = if self.ignore_case { name.to_lowercase() } else { name.to_owned() };
        match self.seen.get(&key) {
            None => {
                self.seen.insert(key, name.to_owned());
            }
            Some(first) if first == name => {
                problems.add(rules::DUPLICATE_NAME, place, format!("the name {name:?} stands twice"));
            }
            Some(first) => problems.add(
                rules::DUPLICATE_NAME,
                place,
                format!("the name {name:?} differs from {first:?} only in case, and both become file names"),
            ),
        }
    }
}

/// Reports a name that would lead a file elsewhere.
pub(super) fn file_name(name: &str, place: &str, problems: &mut Problems) {
    if name.contains(['/', '\\', '\0']) || name == "." || name == ".." {
        problems.add(
            rules::HOSTILE_NAME,
            place,
            format!("the name {name:?} cannot be a file name; leave out /, \\ and NUL"),
        );
    }
}
