//! IDs of a document: files `F1`, records `RG1`, variables `V1`, groups `VG1`, questions `Q1`, each one series over all tables.

use std::collections::HashMap;

use exporter_core::codebook::Codebook;

use crate::mapping::references;
use exporter_xml::{is_name_character, is_name_start};

/// The IDs of all that a codebook has.
pub(super) struct Ids<'a> {
    /// By table, its number.
    files: Vec<usize>,
    /// By table, the IDs of its variables.
    variables: Vec<HashMap<&'a str, String>>,
    /// By table, the IDs of its groups.
    groups: Vec<HashMap<&'a str, String>>,
    names: HashMap<String, &'a str>,
}

impl<'a> Ids<'a> {
    pub(super) fn of(codebook: &'a Codebook) -> Self {
        let (mut variables, mut groups, mut names) = (Vec::new(), Vec::new(), HashMap::new());
        let kept = references::ids(codebook);
        // A number that no ID has which is kept; questions of groups have the numbers of these.
        let next = |count: &mut usize, series: &[&str]| {
            *count += 1;
            while series.iter().any(|series| kept.contains(&format!("{series}{count}"))) {
                *count += 1;
            }
            *count
        };
        let (mut variable_count, mut group_count, mut file_count) = (0, 0, 0);
        let files = codebook.tables.iter().map(|_| next(&mut file_count, &["F", "RG"])).collect();
        for table in &codebook.tables {
            let mut of_table = HashMap::with_capacity(table.variables.len());
            for variable in &table.variables {
                let id = format!("V{}", next(&mut variable_count, &["V"]));
                names.insert(id.clone(), variable.name.as_str());
                of_table.insert(variable.name.as_str(), id);
            }
            variables.push(of_table);
            let mut of_table = HashMap::with_capacity(table.groups.len());
            for group in &table.groups {
                let id = format!("VG{}", next(&mut group_count, &["VG", "Q"]));
                names.insert(id.clone(), group.name.as_str());
                of_table.insert(group.name.as_str(), id);
            }
            groups.push(of_table);
        }
        Self { files, variables, groups, names }
    }

    pub(super) fn file(&self, table: usize) -> String {
        format!("F{}", self.number(table))
    }

    pub(super) fn record(&self, table: usize) -> String {
        format!("RG{}", self.number(table))
    }

    fn number(&self, table: usize) -> usize {
        self.files.get(table).copied().unwrap_or(table + 1)
    }

    pub(super) fn variable(&self, table: usize, name: &str) -> Option<&str> {
        self.variables.get(table)?.get(name).map(String::as_str)
    }

    pub(super) fn group(&self, table: usize, name: &str) -> String {
        self.groups.get(table).and_then(|groups| groups.get(name)).cloned().unwrap_or_default()
    }

    /// The question of a group has its number.
    pub(super) fn question(&self, table: usize, group: &str) -> String {
        self.group(table, group).replace("VG", "Q")
    }

    /// IDs of the variables and of the groups of a table.
    pub(super) fn members(&self, table: usize) -> (&HashMap<&'a str, String>, &HashMap<&'a str, String>) {
        static NONE: std::sync::OnceLock<HashMap<&'static str, String>> = std::sync::OnceLock::new();
        let none = || NONE.get_or_init(HashMap::new);
        (self.variables.get(table).unwrap_or_else(none), self.groups.get(table).unwrap_or_else(none))
    }

    /// The name of the variable or group with an ID.
    pub(super) fn name(&self, id: &str) -> Option<String> {
        self.names.get(id).map(|name| (*name).to_owned())
    }
}

/// The ID of a document from that of its study: characters that IDs cannot have become `_`, and one that cannot begin with its
/// first character begins with `S_`. Catalogues take ASCII alone.
pub(crate) fn document_id(study: &str) -> String {
    let study = study.trim();
    let keep = |one: char| if one.is_ascii() && is_name_character(one) && one != '.' { one } else { '_' };
    let id: String = study.chars().map(keep).collect();
    match id.chars().next() {
        None => String::new(),
        Some(first) if is_name_start(first) => id,
        Some(_) => format!("S_{id}"),
    }
}

#[cfg(test)]
mod tests {
    use super::document_id;

    #[test]
    fn ids_are_names() {
        for (study, id) in [
            ("anes96", "anes96"),
            ("2024/17", "S_2024_17"),
            ("doi:10.1/x.y", "doi_10_1_x_y"),
            (" ", ""),
            ("é", "_"),
        ] {
            assert_eq!(document_id(study), id);
        }
    }
}
