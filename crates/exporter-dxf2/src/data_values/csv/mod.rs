//! Data value sets as CSV (section 10.5): two dialects, by position before 2.43, by name and line since.

mod lines;
mod reader;
mod writer;

pub use reader::{CsvDialect, CsvReader};
pub use writer::CsvWriter;

use super::data_value::Key;

/// The columns in the order of DHIS2.
const COLUMNS: [(&str, Key); 11] = [
    ("dataelement", Key::DataElement),
    ("period", Key::Period),
    ("orgunit", Key::OrgUnit),
    ("categoryoptioncombo", Key::CategoryOptionCombo),
    ("attributeoptioncombo", Key::AttributeOptionCombo),
    ("value", Key::Value),
    ("storedby", Key::StoredBy),
    ("lastupdated", Key::LastUpdated),
    ("comment", Key::Comment),
    ("followup", Key::FollowUp),
    ("deleted", Key::Deleted),
];
/// Other names of columns in documents and old files.
const ALIASES: [(&str, Key); 7] = [
    ("catoptcombo", Key::CategoryOptionCombo),
    ("attroptcombo", Key::AttributeOptionCombo),
    ("strby", Key::StoredBy),
    ("lstupd", Key::LastUpdated),
    ("timestamp", Key::LastUpdated),
    ("cmt", Key::Comment),
    ("flwup", Key::FollowUp),
];

/// The key of a column by its name, in whatever case.
fn key_of(name: &str) -> Option<Key> {
    let name = name.trim().to_ascii_lowercase();
    COLUMNS.iter().chain(&ALIASES).find(|(known, _)| *known == name).map(|(_, key)| *key)
}

#[cfg(test)]
mod tests;
