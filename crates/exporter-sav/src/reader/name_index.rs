//! Variables by their names, whatever the case of the letters.

use std::collections::HashMap;

use exporter_spss::folded;

/// Finds names among those of variables, which stay as they are meanwhile; of several that are one, the first.
#[derive(Default)]
pub(crate) struct NameIndex {
    /// Behind the one that was found last: most records name variables in their order.
    next: usize,
    /// Made when the order does not help.
    all: Option<HashMap<String, usize>>,
}

impl NameIndex {
    /// The position of a name among `items`, whose names `name_of` gives.
    pub(crate) fn find<T>(&mut self, items: &[T], name_of: impl Fn(&T) -> &str, name: &str) -> Option<usize> {
        let name = folded(name);
        // The order may begin anew.
        for at in [self.next, 0] {
            if items.get(at).is_some_and(|item| folded(name_of(item)) == name) {
                self.next = at + 1;
                return Some(at);
            }
        }
        let all = self.all.get_or_insert_with(|| {
            let named = items.iter().enumerate().rev();
            // Backwards, so that the first of equals stays.
            named.map(|(index, item)| (folded(name_of(item)).into_owned(), index)).collect()
        });
        let found = all.get(name.as_ref()).copied()?;
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
        let mut index = NameIndex::default();
        let wanted = ["age", "GRÖSSE", "V3", "größe", "Age", "x"];
        let found = wanted.map(|name| index.find(&names, String::as_str, name));
        assert_eq!(found, [Some(0), Some(1), Some(3), Some(1), Some(2), None]);
        assert_eq!(NameIndex::default().find(&names[1..], String::as_str, "AGE"), Some(1));
    }
}
