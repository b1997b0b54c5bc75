//! Tables: rows of one unit.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::setting::rename_in_settings;
use super::{Attribute, Group, Roster, Text, Variable};

/// Rows of one unit (household, person, event) with variables, a key and maybe a parent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Table {
    /// Name, unique in the study.
    pub name: String,
    /// Label.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub label: Text,
    /// What the table is in the study.
    pub kind: TableKind,
    /// Variables in column order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<Variable>,
    /// Groups of variables.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Group>,
    /// Variables that identify a row.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub key: Vec<String>,
    /// The table whose rows these belong to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<Parent>,
    /// How the rows of a roster come about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roster: Option<Roster>,
    /// The order of the rows, if one is claimed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sort: Vec<SortKey>,
    /// Notes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Text>,
    /// Number of rows, if declared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// Free attributes.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "super::json::unique")]
    pub attributes: BTreeMap<String, Attribute>,
}

/// What a table is in its study.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum TableKind {
    /// The unit that was sampled.
    #[default]
    Main,
    /// Repeated rows below another table.
    Roster,
    /// Rows the collecting system made (status, comments, errors).
    System,
    /// Records of how the data was collected.
    Paradata,
    /// Time-stamped events.
    Events,
    /// Look-up values.
    Reference,
}

/// The parent of a table and how rows find it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Parent {
    /// Name of the parent table.
    pub table: String,
    /// Pairs of a variable of this table and the parent's variable that it equals.
    pub variables: Vec<(String, String)>,
}

/// One variable of a sort order, ascending with missing values last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged, expecting = "a variable's name, or an object { descending }")]
#[non_exhaustive]
pub enum SortKey {
    /// Ascending by this variable.
    Ascending(String),
    /// Descending by this variable.
    Descending {
        /// Name of the variable.
        descending: String,
    },
}

impl SortKey {
    /// The variable's name.
    pub fn variable(&self) -> &str {
        match self {
            SortKey::Ascending(name) | SortKey::Descending { descending: name } => name,
        }
    }
}

impl Table {
    /// The table with other names of variables, by position, wherever it refers to them.
    pub(crate) fn with_names(&self, names: &HashMap<usize, &str>) -> Table {
        let mut table = self.clone();
        let mut new: HashMap<String, &str> = HashMap::new();
        for (position, name) in names {
            if let Some(variable) = table.variables.get_mut(*position) {
                new.insert(std::mem::replace(&mut variable.name, (*name).to_owned()), name);
            }
        }
        let rename = |name: &mut String| {
            if let Some(new) = new.get(name.as_str()) {
                *name = (*new).to_owned();
            }
        };
        table.key.iter_mut().for_each(rename);
        let links = table.parent.iter_mut().flat_map(|parent| &mut parent.variables);
        links.for_each(|(own, _)| rename(own));
        for key in &mut table.sort {
            let (SortKey::Ascending(name) | SortKey::Descending { descending: name }) = key;
            rename(name);
        }
        table.groups.iter_mut().flat_map(|group| &mut group.members).for_each(rename);
        table.variables.iter_mut().filter_map(|variable| variable.weighted_by.as_mut()).for_each(rename);
        let new: HashMap<&str, &str> = new.iter().map(|(from, to)| (from.as_str(), *to)).collect();
        rename_in_settings(&mut table.attributes, &new);
        table
    }

    /// The column of every variable by its name: for whoever looks for many, as [`Table::variable`] looks through all.
    pub fn columns_by_name(&self) -> HashMap<&str, usize> {
        self.variables.iter().enumerate().map(|(column, variable)| (variable.name.as_str(), column)).collect()
    }

    /// The variable with this name and its column.
    pub fn variable(&self, name: &str) -> Option<(usize, &Variable)> {
        self.variables.iter().enumerate().find(|(_, variable)| variable.name == name)
    }
}
