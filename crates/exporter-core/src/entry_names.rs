//! File names of entries: the same for every format, so that siblings and readers find each other.

use crate::codebook::Codebook;
use crate::dataset::TableId;
use crate::names::{NameRules, legal_unique};
use crate::sink::EntrySpec;

/// Characters that a file name may not hold on some system (Windows' file naming rules are the strictest).
const REFUSED: &str = "/\\:*?\"<>|";

/// Characters of a stem, which leaves room for any extension below the 255 bytes of common file systems.
const STEM_CHARACTERS: usize = 120;
/// Bytes of a stem in UTF-8.
const STEM_BYTES: usize = 230;

/// One entry for each table, `{table}.{extension}`, in the codebook's order.
///
/// A table's name is kept when every system takes it as a file name; else characters become `_`, and names that
/// differ only in case get numbers.
///
/// ```
/// use exporter_core::codebook::{Codebook, Table};
///
/// let codebook = Codebook::new("s").with_table(Table::new("people", vec![])).with_table(Table::new("a/b", vec![]));
/// let entries = exporter_core::table_entries(&codebook, "csv", "text/csv");
/// assert_eq!(entries[0].path, "people.csv");
/// assert_eq!(entries[1].path, "a_b.csv");
/// ```
pub fn table_entries(codebook: &Codebook, extension: &str, media_type: &str) -> Vec<EntrySpec> {
    let names: Vec<&str> = codebook.tables.iter().map(|table| table.name.as_str()).collect();
    let entry = |(index, stem): (usize, String)| {
        EntrySpec::new(format!("{stem}.{extension}"), media_type).table(TableId(index))
    };
    legal_unique(&names, &rules("table")).into_iter().enumerate().map(entry).collect()
}

/// Folder of documents.
const DOCUMENTS: &str = "documents";

/// For each document of a codebook its entry, where it has contents of its own.
pub(crate) fn document_entries(codebook: &Codebook) -> Vec<Option<EntrySpec>> {
    let names: Vec<&str> = codebook.documents.iter().map(|document| document.name.as_str()).collect();
    let named = codebook.documents.iter().zip(legal_unique(&names, &rules("document")));
    let entries = named.map(|(document, name)| {
        let media_type = match document.media_type.as_str() {
            "" => "application/octet-stream",
            media_type => media_type,
        };
        let entry = EntrySpec::new(format!("{DOCUMENTS}/{name}"), media_type);
        let entry = EntrySpec { bytes: document.bytes.as_ref().map(|bytes| bytes.len() as u64), ..entry };
        let has_contents = document.bytes.is_some() || document.path.is_some();
        has_contents.then(|| entry.attribute(DOCUMENT, &document.name))
    });
    entries.collect()
}

/// Attribute of a document's entry: its name in the codebook.
pub(crate) const DOCUMENT: &str = "document";

/// A study's id as a file name without extension.
pub fn study_stem(id: &str) -> String {
    legal_unique(&[id], &rules("study")).pop().unwrap_or_else(|| "study".into())
}

fn rules(fallback: &'static str) -> NameRules<'static> {
    NameRules {
        characters: STEM_CHARACTERS,
        bytes: STEM_BYTES,
        allows: &|character, position| {
            !character.is_control() && !REFUSED.contains(character) && (position > 0 || character != '.')
        },
        reserved: &is_device,
        key: &str::to_lowercase,
        before: '_',
        fallback,
    }
}

/// Names of devices, which Windows refuses whatever the extension.
fn is_device(name: &str) -> bool {
    let stem = name.to_ascii_uppercase();
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL")
        || stem
            .strip_prefix("COM")
            .or_else(|| stem.strip_prefix("LPT"))
            .is_some_and(|port| port.len() == 1 && port.bytes().all(|digit| (b'1'..=b'9').contains(&digit)))
}

#[cfg(test)]
mod tests {
    use super::{study_stem, table_entries};
    use crate::codebook::{Codebook, Table};

    fn paths(names: &[&str]) -> Vec<String> {
        let codebook = names
            .iter()
            .fold(Codebook::new("s"), |codebook, name| codebook.with_table(Table::new(*name, Vec::new())));
        table_entries(&codebook, "tab", "text/plain").into_iter().map(|spec| spec.path).collect()
    }

    #[test]
    fn ordinary_names_are_kept() {
        assert_eq!(paths(&["People 1", "Haushalt-ä", "a.b"]), ["People 1.tab", "Haushalt-ä.tab", "a.b.tab"]);
    }

    #[test]
    fn names_no_system_takes_are_changed_and_stay_apart() {
        let changed = paths(&["a/b", "a:b", "A_b", "..", "con", "Lpt1", ""]);
        assert_eq!(changed[..3], ["a_b_2.tab", "a_b_3.tab", "A_b.tab"]);
        let folded: std::collections::HashSet<String> =
            changed.iter().map(|path| path.to_lowercase()).collect();
        assert_eq!(folded.len(), changed.len(), "{changed:?}");
        assert!(
            changed.iter().all(|path| !path.starts_with('.') && !path.contains(['/', ':'])),
            "{changed:?}"
        );
        assert!(!changed.contains(&"con.tab".to_owned()) && !changed.contains(&"Lpt1.tab".to_owned()));
    }

    #[test]
    fn a_study_without_an_id_has_a_name() {
        assert_eq!(study_stem(""), "study");
        assert_eq!(study_stem("../x"), "_.._x");
    }
}
