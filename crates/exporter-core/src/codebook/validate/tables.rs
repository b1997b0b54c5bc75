//! Tables: names, keys, sort orders, parents.

use std::collections::{HashMap, HashSet};

use super::names::{self, Names};
use super::{Problems, facts, groups, kinds, missing, rules, values};
use crate::codebook::roster::Above;
use crate::codebook::{Codebook, SortKey, Table, Variable};

type Variables<'a> = HashMap<&'a str, &'a Variable>;

pub(super) fn check(codebook: &Codebook, problems: &mut Problems) {
    // The first of several variables of a name is the one meant; the others are reported as duplicates.
    let variables: Vec<Variables<'_>> = codebook
        .tables
        .iter()
        .map(|table| table.variables.iter().rev().map(|one| (one.name.as_str(), one)).collect())
        .collect();
    let tables: HashMap<&str, usize> =
        codebook.tables.iter().enumerate().rev().map(|(index, table)| (table.name.as_str(), index)).collect();
    let above = Above::new(codebook);
    let mut seen = Names::of_files();
    for (index, (table, own)) in codebook.tables.iter().zip(&variables).enumerate() {
        let place = format!("tables[{index}] {}", table.name);
        seen.check(&table.name, &place, problems);
        names::file_name(&table.name, &place, problems);
        check_variables(codebook, table, own, &place, problems);
        groups::check(table, own, &place, problems);
        check_columns(table.key.iter().map(String::as_str), own, &format!("{place} / key"), problems);
        check_columns(table.sort.iter().map(SortKey::variable), own, &format!("{place} / sort"), problems);
        check_parent(table, own, &tables, &variables, &place, problems);
        check_roster(table, &above, &place, problems);
    }
    check_parent_cycles(codebook, &tables, problems);
}

fn check_variables(
    codebook: &Codebook,
    table: &Table,
    own: &Variables<'_>,
    place: &str,
    problems: &mut Problems,
) {
    let mut names = Names::default();
    for (index, variable) in table.variables.iter().enumerate() {
        let place = format!("{place} / variables[{index}] {}", variable.name);
        names.check(&variable.name, &place, problems);
        kinds::check(&variable.kind, &format!("{place} / kind"), problems);
        values::check_variable(codebook, variable, &place, problems);
        missing::check(variable, &place, problems);
        facts::check(variable, &place, problems);
        if let Some(weight) = variable.weighted_by.as_deref().filter(|weight| !own.contains_key(weight)) {
            let message = format!("the variable {weight:?} does not exist in the table");
            problems.add(rules::UNKNOWN_VARIABLE, format!("{place} / weighted_by"), message);
        }
    }
}

/// Reports names of a list that are no variables or stand twice.
fn check_columns<'a>(
    names: impl Iterator<Item = &'a str>,
    variables: &Variables<'_>,
    place: &str,
    problems: &mut Problems,
) {
    let mut seen = HashSet::new();
    for (index, name) in names.enumerate() {
        let place = format!("{place}[{index}]");
        if !variables.contains_key(name) {
            let message = format!("the variable {name:?} does not exist in the table");
            problems.add(rules::UNKNOWN_VARIABLE, place, message);
        } else if !seen.insert(name) {
            problems.add(rules::DUPLICATE_NAME, place, format!("the variable {name:?} stands twice"));
        }
    }
}

fn check_parent(
    table: &Table,
    own: &Variables<'_>,
    tables: &HashMap<&str, usize>,
    variables: &[Variables<'_>],
    place: &str,
    problems: &mut Problems,
) {
    let Some(parent) = &table.parent else { return };
    let theirs = tables.get(parent.table.as_str()).and_then(|index| variables.get(*index));
    if theirs.is_none() {
        problems.add(
            rules::UNKNOWN_TABLE,
            format!("{place} / parent"),
            format!("the table {:?} does not exist", parent.table),
        );
    }
    for (index, (child, other)) in parent.variables.iter().enumerate() {
        let place = format!("{place} / parent / variables[{index}]");
        let here = own.get(child.as_str());
        if here.is_none() {
            let message = format!("the variable {child:?} does not exist in the table");
            problems.add(rules::UNKNOWN_VARIABLE, &place, message);
        }
        let Some(theirs) = theirs else { continue };
        match (here, theirs.get(other.as_str())) {
            (_, None) => problems.add(
                rules::UNKNOWN_VARIABLE,
                &place,
                format!("the variable {other:?} does not exist in the table {:?}", parent.table),
            ),
            (Some(here), Some(there)) if !kinds::join(&here.kind, &there.kind) => problems.add(
                rules::PARENT_KIND,
                &place,
                format!("{child:?} is {}, but {other:?} is {}", here.kind, there.kind),
            ),
            _ => {}
        }
    }
}

fn check_roster(table: &Table, above: &Above<'_>, place: &str, problems: &mut Problems) {
    let (Some(roster), Some(known)) = (&table.roster, above.known(table)) else { return };
    let named = [
        ("trigger", &roster.trigger, known.trigger, "neither a variable nor a group of the tables above"),
        ("section", &roster.section, known.section, "no group of the parent"),
        ("after", &roster.after, known.after, "neither a variable nor a group of the parent"),
    ];
    for (field, name, known, what) in named {
        if let (Some(name), None) = (name, known) {
            let place = format!("{place} / roster / {field}");
            problems.add(rules::UNKNOWN_VARIABLE, place, format!("{name:?} is {what}"));
        }
    }
}

/// Reports one table of every circle of parents.
fn check_parent_cycles(codebook: &Codebook, tables: &HashMap<&str, usize>, problems: &mut Problems) {
    // Which walk reached a table first; every table has one parent, so each is walked through once.
    let mut walk: Vec<Option<usize>> = vec![None; codebook.tables.len()];
    for start in 0..codebook.tables.len() {
        let mut at = Some(start);
        while let Some(index) = at {
            match walk.get_mut(index) {
                Some(slot @ None) => *slot = Some(start),
                Some(Some(earlier)) if *earlier == start => {
                    let name =
                        codebook.tables.get(index).map(|table| table.name.as_str()).unwrap_or_default();
                    problems.add(
                        rules::PARENT_CYCLE,
                        format!("tables[{index}] {name} / parent"),
                        "the table is its own parent, directly or through others",
                    );
                    break;
                }
                _ => break,
            }
            at = codebook
                .tables
                .get(index)
                .and_then(|table| table.parent.as_ref())
                .and_then(|parent| tables.get(parent.table.as_str()).copied());
        }
    }
}
