//! Groups: their members exist, and no group contains itself.

use std::collections::{HashMap, HashSet};

use super::names::Names;
use super::{Problems, facts, rules};
use crate::codebook::{GroupKind, Table, Variable};

pub(super) fn check(
    table: &Table,
    variables: &HashMap<&str, &Variable>,
    place: &str,
    problems: &mut Problems,
) {
    let groups: HashMap<&str, usize> =
        table.groups.iter().enumerate().rev().map(|(index, group)| (group.name.as_str(), index)).collect();
    let mut names = Names::default();
    for (index, group) in table.groups.iter().enumerate() {
        let place = format!("{place} / groups[{index}] {}", group.name);
        names.check(&group.name, &place, problems);
        let mut members = HashSet::new();
        for (position, member) in group.members.iter().enumerate() {
            let place = format!("{place} / members[{position}]");
            if !variables.contains_key(member.as_str()) && !groups.contains_key(member.as_str()) {
                problems.add(
                    rules::UNKNOWN_VARIABLE,
                    place,
                    format!("{member:?} is neither a variable nor a group of the table"),
                );
            } else if !members.insert(member.as_str()) {
                problems.add(rules::DUPLICATE_NAME, place, format!("the member {member:?} stands twice"));
            }
        }
        if group.kind == GroupKind::StaticText && !group.members.is_empty() {
            let message = "a static text has no members; a section holds variables";
            problems.add(rules::TEXT_WITH_MEMBERS, &place, message);
        }
        if let GroupKind::MultipleDichotomy { counted } = &group.kind {
            let place = format!("{place} / counted");
            let stranger = group
                .members
                .iter()
                .filter_map(|member| variables.get(member.as_str()))
                .find(|variable| !variable.kind.holds(counted));
            if facts::finite(counted, &place, problems)
                && let Some(variable) = stranger
            {
                problems.add(
                    rules::COUNTED_KIND,
                    place,
                    format!("{counted:?} is no value of {:?}, which is {}", variable.name, variable.kind),
                );
            }
        }
    }
    for index in cycles(table, variables, &groups) {
        let name = table.groups.get(index).map(|group| group.name.as_str()).unwrap_or_default();
        problems.add(
            rules::GROUP_CYCLE,
            format!("{place} / groups[{index}] {name}"),
            "the group contains itself",
        );
    }
}

/// One group of every circle of groups; a name that is both a variable and a group means the variable.
fn cycles(table: &Table, variables: &HashMap<&str, &Variable>, groups: &HashMap<&str, usize>) -> Vec<usize> {
    let members = |index: usize| {
        table.groups.get(index).into_iter().flat_map(|group| &group.members).filter_map(|member| {
            if variables.contains_key(member.as_str()) { None } else { groups.get(member.as_str()).copied() }
        })
    };
    // Depth first with an own stack: the depth is the input's to choose.
    let mut state = vec![Visit::New; table.groups.len()];
    let mut found = Vec::new();
    for start in 0..table.groups.len() {
        if state.get(start) != Some(&Visit::New) {
            continue;
        }
        let mut stack = vec![(start, members(start).collect::<Vec<_>>())];
        set(&mut state, start, Visit::Open);
        while let Some((index, rest)) = stack.last_mut() {
            let index = *index;
            match rest.pop() {
                None => {
                    set(&mut state, index, Visit::Done);
                    stack.pop();
                }
                Some(next) => match state.get(next) {
                    Some(Visit::New) => {
                        set(&mut state, next, Visit::Open);
                        stack.push((next, members(next).collect()));
                    }
                    Some(Visit::Open) => found.push(next),
                    _ => {}
                },
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

#[derive(Clone, Copy, PartialEq)]
enum Visit {
    New,
    Open,
    Done,
}

fn set(state: &mut [Visit], index: usize, visit: Visit) {
    if let Some(slot) = state.get_mut(index) {
        *slot = visit;
    }
}
