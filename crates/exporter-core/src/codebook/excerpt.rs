//! Tables and codebooks reduced to some variables.

use super::{Codebook, Group, SortKey, Table};

impl Table {
    /// The table with only the variables at these positions, in this order; positions that do not exist are passed over.
    ///
    /// A key or a link to a parent that loses a variable goes, a sort order ends before the first one that is lost, and
    /// groups lose members and go when none is left.
    #[must_use]
    pub fn with_columns(&self, columns: &[usize]) -> Table {
        let mut table = self.clone();
        table.variables = columns.iter().filter_map(|column| self.variables.get(*column)).cloned().collect();
        let kept: Vec<String> = table.variables.iter().map(|variable| variable.name.clone()).collect();
        let has = |name: &str| kept.iter().any(|known| known == name);
        if !table.key.iter().all(|name| has(name)) {
            table.key.clear();
        }
        if table.parent.as_ref().is_some_and(|parent| !parent.variables.iter().all(|(own, _)| has(own))) {
            table.parent = None;
        }
        let sorted = table.sort.iter().map(SortKey::variable).take_while(|name| has(name)).count();
        table.sort.truncate(sorted);
        reduce_groups(&mut table.groups, has);
        table
    }
}

/// Takes members away that are gone, and groups that have none left, until nothing changes.
fn reduce_groups(groups: &mut Vec<Group>, has: impl Fn(&str) -> bool) {
    loop {
        let names: Vec<String> = groups.iter().map(|group| group.name.clone()).collect();
        let before = groups.iter().map(|group| group.members.len() + 1).sum::<usize>();
        for group in groups.iter_mut() {
            group.members.retain(|member| has(member) || names.contains(member));
        }
        groups.retain(|group| !group.members.is_empty());
        if groups.iter().map(|group| group.members.len() + 1).sum::<usize>() == before {
            return;
        }
    }
}

impl Codebook {
    /// Takes away what no variable uses any more: value-label sets that were used `before`, and links to parents whose
    /// variables are gone.
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
    }
}
