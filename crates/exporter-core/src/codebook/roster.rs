//! Rosters: how the rows of a table below another come about.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::{Codebook, Table};

/// How the rows of a roster come about, and where in the questionnaire it stands.
///
/// What it names is known where the table has a parent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Roster {
    /// What makes the rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<RosterSource>,
    /// The variable or group of the parent, or of a table above it, whose answer makes them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trigger: Option<String>,
    /// The group of the parent that the roster stands in; none = beside the parent's sections.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub section: Option<String>,
    /// The variable or group of the parent that it follows there; none = it stands first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// What makes the rows of a roster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum RosterSource {
    /// Titles that the questionnaire fixes, which are the labels of the key's values.
    FixedTitles,
    /// A number that was answered.
    Number,
    /// The options that were chosen.
    MultipleChoice,
    /// The texts that were listed.
    List,
}

/// What the tables above rosters have that these may name.
pub(super) struct Above<'a> {
    tables: HashMap<&'a str, &'a Table>,
    variables: HashMap<&'a str, HashSet<&'a str>>,
    groups: HashMap<&'a str, HashSet<&'a str>>,
}

/// How many tables up a trigger is looked for.
const MOST_LEVELS: usize = 64;

impl<'a> Above<'a> {
    pub(super) fn new(codebook: &'a Codebook) -> Self {
        let mut above = Self { tables: HashMap::new(), variables: HashMap::new(), groups: HashMap::new() };
        if codebook.tables.iter().all(|table| table.roster.is_none()) {
            return above;
        }
        for table in &codebook.tables {
            above.tables.entry(&table.name).or_insert(table);
            let variables = table.variables.iter().map(|variable| variable.name.as_str());
            above.variables.entry(&table.name).or_default().extend(variables);
            let groups = table.groups.iter().map(|group| group.name.as_str());
            above.groups.entry(&table.name).or_default().extend(groups);
        }
        above
    }

    /// The roster of a table with those of its names that are known; of a table without parent, all are taken as known.
    pub(super) fn known(&self, table: &Table) -> Option<Roster> {
        let mut roster = table.roster.clone()?;
        let parent_of = |table: &Table| self.tables.get(table.parent.as_ref()?.table.as_str()).copied();
        let Some(parent) = parent_of(table) else { return Some(roster) };
        let has = |names: &HashMap<&str, HashSet<&str>>, table: &Table, name: &str| {
            names.get(table.name.as_str()).is_some_and(|names| names.contains(name))
        };
        let has_either =
            |table: &Table, name: &str| has(&self.variables, table, name) || has(&self.groups, table, name);
        let mut levels = std::iter::successors(Some(parent), |table| parent_of(table)).take(MOST_LEVELS);
        roster.trigger = roster.trigger.filter(|name| levels.any(|table| has_either(table, name)));
        roster.section = roster.section.filter(|name| has(&self.groups, parent, name));
        roster.after = roster.after.filter(|name| has_either(parent, name));
        Some(roster)
    }
}
