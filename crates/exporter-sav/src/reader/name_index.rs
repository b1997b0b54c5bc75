//! Variables by their names, whatever the case of the letters.

use std::borrow::Cow;
use std::collections::HashMap;

/// A name as names are compared.
pub(crate) fn folded(name: &str) -> Cow<'_, str> {
    if name.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_lowercase()) {
        return Cow::Borrowed(name);
    }
    Cow::Owned(name.to_uppercase())
}

/// Finds variables by name; of several with one name, the first.
pub(crate) struct NameIndex<'n> {
    names: &'n [String],
    /// Behind the one that was found last: most records name variables in their order.
    next: usize,
    /// Made when the order does not help.
    all: Option<HashMap<Cow<'n, str>, usize>>,
}

impl<'n> NameIndex<'n> {
    pub(crate) fn new(names: &'n [String]) -> Self {
        Self { names, next: 0, all: None }
    }

    pub(crate) fn find(&mut self, name: &str) -> Option<usize> {
        let name = folded(name);
        if self.names.get(self.next).is_some_and(|next| folded(next) == name) {
            self.next += 1;
            return Some(self.next - 1);
        }
        let names = self.names;
        let all = self.all.get_or_insert_with(|| {
            // Backwards, so that the first of equals stays.
            names.iter().enumerate().rev().map(|(index, name)| (folded(name), index)).collect()
        });
        let found = all.get(&name).copied()?;
        self.next = found + 1;
        Some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_any_order_and_case() {
        let names = ["AGE", "Größe", "age", "v3"].map(str::to_owned);
        let mut index = NameIndex::new(&names);
        let found = ["age", "GRÖSSE", "V3", "größe", "Age", "x"].map(|name| index.find(name));
        assert_eq!(found, [Some(0), Some(1), Some(3), Some(1), Some(2), None]);
        assert_eq!(NameIndex::new(&names[1..]).find("AGE"), Some(1));
    }
}
