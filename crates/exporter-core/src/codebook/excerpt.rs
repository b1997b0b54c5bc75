//! Tables and codebooks reduced to some variables.

use std::collections::{HashMap, HashSet};

use super::roster::Above;
use super::setting::drop_settings;
use super::{Codebook, Group, Roster, SortKey, Table};

impl Table {
    /// The table with only the variables at these positions, in this order; positions that do not exist are passed over.
    ///
    /// A key or a link to a parent that loses a variable goes, a sort order ends before the first one that is lost, nothing is
    /// weighted by a variable that is lost, groups lose members and go when none is left, and settings of a program go
    /// that name a variable which is lost.
    #[must_use]
    pub fn with_columns(&self, columns: &[usize]) -> Table {
        // Each variable is copied once: there may be very many.
        let Table {
            name,
            label,
            kind,
            variables,
            groups,
            key,
            parent,
            roster,
            sort,
            notes,
            rows,
            attributes,
        } = self;
        let mut table = Table {
            name: name.clone(),
            label: label.clone(),
            kind: *kind,
            variables: columns.iter().filter_map(|column| variables.get(*column)).cloned().collect(),
            groups: groups.clone(),
            key: key.clone(),
            parent: parent.clone(),
            roster: roster.clone(),
            sort: sort.clone(),
            notes: notes.clone(),
            rows: *rows,
            attributes: attributes.clone(),
        };
        let names = |table: &Table| -> HashSet<String> {
            table.variables.iter().map(|variable| variable.name.clone()).collect()
        };
        let (all, kept) = (names(self), names(&table));
        let has = |name: &str| kept.contains(name);
        if !table.key.iter().all(|name| has(name)) {
            table.key.clear();
        }
        if table.parent.as_ref().is_some_and(|parent| !parent.variables.iter().all(|(own, _)| has(own))) {
            table.parent = None;
        }
        let sorted = table.sort.iter().map(SortKey::variable).take_while(|name| has(name)).count();
        table.sort.truncate(sorted);
        for variable in &mut table.variables {
            variable.weighted_by = variable.weighted_by.take().filter(|weight| has(weight));
        }
        drop_settings(&mut table.attributes, |name| all.contains(name) && !has(name));
        reduce_groups(&mut table.groups, |name| all.contains(name), has);
        table
    }
}

/// Takes members away that are gone, groups that have none of their variables left, and with these what only they held,
/// such as the texts of a section.
fn reduce_groups(groups: &mut Vec<Group>, had: impl Fn(&str) -> bool, has: impl Fn(&str) -> bool) {
    let gone: HashSet<String> = {
        let nested = Nested::new(groups, &had);
        let (before, after) = (nested.holding(&had), nested.holding(&has));
        let lost = |at: &usize| before.contains(at) && !after.contains(at);
        let mut gone: HashSet<usize> = (0..groups.len()).filter(lost).collect();
        let mut open: Vec<usize> = gone.iter().copied().collect();
        while let Some(group) = open.pop() {
            let inner = groups.get(group).into_iter().flat_map(|group| &group.members);
            let inner = inner.filter(|member| !had(member));
            for at in inner.filter_map(|member| nested.named.get(member.as_str()).copied()) {
                let is_held = nested.above(at).any(|above| !gone.contains(&above));
                if !is_held && !before.contains(&at) && gone.insert(at) {
                    open.push(at);
                }
            }
        }
        gone.into_iter().filter_map(|at| groups.get(at)).map(|group| group.name.clone()).collect()
    };
    groups.retain(|group| !gone.contains(&group.name));
    let known: HashSet<String> = groups.iter().map(|group| group.name.clone()).collect();
    for group in groups {
        group.members.retain(|member| has(member) || !had(member) && known.contains(member));
    }
}

/// Groups by name, and which hold which.
struct Nested<'a> {
    groups: &'a [Group],
    named: HashMap<&'a str, usize>,
    /// Positions of the groups that name a member which is no variable, as names of both are of the variable.
    holders: HashMap<&'a str, Vec<usize>>,
}

impl<'a> Nested<'a> {
    fn new(groups: &'a [Group], is_variable: impl Fn(&str) -> bool) -> Self {
        let named = groups.iter().enumerate().map(|(at, group)| (group.name.as_str(), at)).collect();
        let mut holders: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, group) in groups.iter().enumerate() {
            let inner = group.members.iter().filter(|member| !is_variable(member));
            inner.for_each(|member| holders.entry(member).or_default().push(at));
        }
        Self { groups, named, holders }
    }

    /// The groups that hold a group themselves.
    fn above(&self, at: usize) -> impl Iterator<Item = usize> {
        let name = self.groups.get(at).map(|group| group.name.as_str());
        name.and_then(|name| self.holders.get(name)).into_iter().flatten().copied()
    }

    /// The groups that hold any of these variables, themselves or through others.
    fn holding(&self, variable: impl Fn(&str) -> bool) -> HashSet<usize> {
        let direct = |at: &usize| {
            self.groups.get(*at).is_some_and(|group| group.members.iter().any(|member| variable(member)))
        };
        let mut holding: HashSet<usize> = (0..self.groups.len()).filter(direct).collect();
        let mut open: Vec<usize> = holding.iter().copied().collect();
        while let Some(at) = open.pop() {
            open.extend(self.above(at).filter(|above| holding.insert(*above)));
        }
        holding
    }
}

impl Codebook {
    /// Takes away what no variable uses any more: value-label sets that were used `before`, links to parents whose
    /// variables are gone, and what rosters name there.
    pub(crate) fn drop_unused(&mut self, before: &Codebook) {
        let uses = |codebook: &Codebook, set: &str| {
            let mut variables = codebook.tables.iter().flat_map(|table| &table.variables);
            variables.any(|variable| variable.labels.as_deref() == Some(set))
        };
        let gone: Vec<String> =
            self.value_labels.keys().filter(|set| uses(before, set) && !uses(self, set)).cloned().collect();
        self.value_labels.retain(|set, _| !gone.contains(set));
        let tables: Vec<(String, Vec<String>)> = self
            .tables
            .iter()
            .map(|table| (table.name.clone(), table.variables.iter().map(|one| one.name.clone()).collect()))
            .collect();
        for table in &mut self.tables {
            let linked = table.parent.as_ref().is_none_or(|parent| {
                let known = tables.iter().find(|(name, _)| *name == parent.table);
                known.is_some_and(|(_, names)| {
                    parent.variables.iter().all(|(_, theirs)| names.contains(theirs))
                })
            });
            if !linked {
                table.parent = None;
            }
        }
        let above = Above::new(self);
        let rosters: Vec<Option<Roster>> = self.tables.iter().map(|table| above.known(table)).collect();
        for (table, roster) in self.tables.iter_mut().zip(rosters) {
            table.roster = roster;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codebook::{GroupKind, Kind, Variable};

    fn table(groups: Vec<Group>) -> Table {
        let variable = |name: &str| Variable::new(name, Kind::INTEGER);
        let mut table = Table::new("t", vec![variable("a"), variable("b"), variable("w")]);
        table.variables[0].weighted_by = Some("w".into());
        table.groups = groups;
        table
    }

    fn names(table: &Table) -> Vec<(&str, Vec<&str>)> {
        table
            .groups
            .iter()
            .map(|group| (group.name.as_str(), group.members.iter().map(String::as_str).collect()))
            .collect()
    }

    #[test]
    fn all_columns_are_the_whole_table() {
        let groups = vec![
            Group::new("text", GroupKind::StaticText, [""; 0]),
            Group::new("none", GroupKind::Set, [""; 0]),
            Group::new("cover", GroupKind::Section, ["text"]),
            Group::new("first", GroupKind::Section, ["a", "b"]),
        ];
        let table = table(groups);
        assert_eq!(table.with_columns(&[0, 1, 2]), table);
    }

    #[test]
    fn a_group_that_is_called_like_a_variable_of_its_own_loses_it() {
        let set = |name: &str, members: &[&str]| Group::new(name, GroupKind::Set, members.iter().copied());
        let table = table(vec![set("a", &["a", "b"]), set("w", &["w"])]);
        assert_eq!(names(&table.with_columns(&[1])), [("a", vec!["b"])]);
        assert_eq!(names(&table.with_columns(&[0])), [("a", vec!["a"])]);
    }

    #[test]
    fn texts_go_with_the_sections_that_nothing_is_left_of() {
        let text = |name: &str| Group::new(name, GroupKind::StaticText, [""; 0]);
        let table = table(vec![
            text("hello"),
            text("about b"),
            Group::new("more", GroupKind::Section, ["about b"]),
            Group::new("first", GroupKind::Section, ["hello", "a"]),
            Group::new("second", GroupKind::Section, ["more", "inner"]),
            Group::new("inner", GroupKind::Grid, ["b"]),
        ]);
        assert_eq!(names(&table.with_columns(&[0])), [("hello", vec![]), ("first", vec!["hello", "a"])]);
    }

    #[test]
    fn nothing_is_weighted_by_a_variable_that_is_gone() {
        let table = table(Vec::new());
        let weight = |columns: &[usize]| table.with_columns(columns).variables[0].weighted_by.clone();
        assert_eq!((weight(&[0, 2]).as_deref(), weight(&[0, 1])), (Some("w"), None));
        let names = HashMap::from([(2, "weight")]);
        assert_eq!(table.with_names(&names).variables[0].weighted_by.as_deref(), Some("weight"));
    }

    #[test]
    fn rosters_name_what_is_left_of_the_tables_above() {
        let mut parent = table(vec![Group::new("first", GroupKind::Section, ["a"])]);
        parent.name = "above".into();
        let mut child = table(Vec::new()).with_parent("above", vec![("a".into(), "b".into())]);
        child.roster = Some(Roster::default().with_trigger("a").with_section("first").with_after("b"));
        let whole = Codebook::new("s").with_table(parent.clone()).with_table(child);
        let mut less = whole.clone();
        less.drop_unused(&whole);
        assert_eq!(less, whole);
        less.tables[0] = parent.with_columns(&[1]);
        less.drop_unused(&whole);
        assert_eq!(less.tables[1].roster, Some(Roster::default().with_after("b")));
        less.validate().unwrap();
    }
}
