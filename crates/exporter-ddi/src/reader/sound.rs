//! Takes out of a codebook what documents of other programs say and a codebook cannot: values that stand twice, ranges that
//! overlap, groups that hold themselves, paths that lead out of the folder.

use std::collections::{HashMap, HashSet};

use exporter_core::codebook::{
    BoundingBox, Codebook, CollectionPeriod, Group, GroupKind, Identifier, Missing, Table, Value,
    ValueLabels, Variable,
};
use exporter_core::{Loss, LossCode};

use super::free_names::FreeNames;

/// Missing declarations of one variable that are looked at one by one.
const MOST_MISSING: usize = 256;

/// Makes a codebook one without problems; what is taken out is told.
pub(super) fn make_sound(codebook: &mut Codebook, losses: &mut Vec<Loss>) {
    study(codebook, losses);
    documents(codebook, losses);
    let mut names = FreeNames::of_files();
    for table in &mut codebook.tables {
        table.name = names.take(&legal_file_name(&table.name, "data"));
    }
    for set in codebook.value_labels.values_mut() {
        values_once(set, losses);
    }
    let languages = codebook.study.languages.clone();
    let sets = &codebook.value_labels;
    for table in &mut codebook.tables {
        let names: HashSet<String> = table.variables.iter().map(|variable| variable.name.clone()).collect();
        for variable in &mut table.variables {
            if let Some(weight) = variable.weighted_by.take_if(|weight| !names.contains(weight)) {
                let action = format!("its weight {weight} is no variable of its table and is left out");
                losses
                    .push(Loss::new(LossCode::NOT_READ, action).table(&table.name).variable(&variable.name));
            }
            missing(variable, &languages, losses);
            let is_of = |set: &ValueLabels| set.entries.iter().all(|entry| variable.kind.holds(&entry.value));
            let is_kept = |name: &mut String| sets.get(name).is_some_and(is_of);
            if variable.labels.take_if(|name| !is_kept(name)).is_some() {
                let action = "value labels of another kind than the variable are left out";
                let loss = Loss::new(LossCode::VALUE_LABELS_DROPPED, action).table(&table.name);
                losses.push(loss.variable(&variable.name));
            }
        }
        groups(table, losses);
    }
    parents(codebook, losses);
}

fn study(codebook: &mut Codebook, losses: &mut Vec<Loss>) {
    let study = &mut codebook.study;
    let id = legal_file_name(&study.id, "");
    if id != study.id {
        // Identifiers such as a DOI are no file names.
        let mut identifier = Identifier::default();
        identifier.id = std::mem::replace(&mut study.id, id);
        if !study.identifiers.iter().any(|known| known.id == identifier.id) {
            study.identifiers.insert(0, identifier);
        }
    }
    let is_place = |place: &BoundingBox| {
        let is_on_globe = |degrees: f64, most: f64| degrees.is_finite() && degrees.abs() <= most;
        is_on_globe(place.west, 180.0)
            && is_on_globe(place.east, 180.0)
            && is_on_globe(place.south, 90.0)
            && is_on_globe(place.north, 90.0)
            && place.south <= place.north
    };
    if study.bounding_box.take_if(|place| !is_place(place)).is_some() {
        let action = "the bounding box of the study lies outside the globe and is left out";
        losses.push(Loss::new(LossCode::NOT_READ, action));
    }
    let is_backwards = |period: &CollectionPeriod| {
        let mut alone = Codebook::new("s");
        alone.study.collection_period = Some(period.clone());
        !alone.problems().is_empty()
    };
    for period in study.collection_period.iter_mut().chain(&mut study.further_collection_periods) {
        if is_backwards(period) {
            let (start, end) =
                (period.start.as_deref().unwrap_or_default(), period.end.take().unwrap_or_default());
            let action =
                format!("the end {end} of the collection lies before its start {start} and is left out");
            losses.push(Loss::new(LossCode::NOT_READ, action));
        }
    }
    let mut seen = HashSet::new();
    study.languages.retain(|tag| seen.insert(tag.to_lowercase()));
}

fn documents(codebook: &mut Codebook, losses: &mut Vec<Loss>) {
    let mut names = FreeNames::of_files();
    for document in &mut codebook.documents {
        document.name = names.take_file(&legal_file_name(&document.name, "document"));
    }
    // Whatever else is wrong with one, its description stays.
    let languages = codebook.study.languages.clone();
    for document in &mut codebook.documents {
        let mut alone = Codebook::new("s");
        alone.study.languages.clone_from(&languages);
        alone.documents.push(document.clone());
        if !alone.problems().is_empty() {
            (document.path, document.uri) = (None, None);
            let action = "its place is no path in the folder and no address on the web, and is left out";
            losses.push(Loss::new(LossCode::DOCUMENT_DROPPED, action).first(None, document.name.as_str()));
        }
    }
}

/// Keeps the first label of each value.
fn values_once(set: &mut ValueLabels, losses: &mut Vec<Loss>) {
    let canonical = |value: &Value| value.as_i64().map_or_else(|| value.clone(), Value::Integer);
    let mut seen = HashSet::new();
    let mut left_out = Vec::new();
    set.entries.retain(|entry| {
        let is_new = seen.insert(canonical(&entry.value));
        if !is_new {
            left_out.push(entry.value.to_string());
        }
        is_new
    });
    if let Some(first) = left_out.first() {
        let loss =
            Loss::new(LossCode::VALUE_LABELS_DROPPED, "of several labels of a value the first is read");
        losses.push(loss.count(left_out.len() as u64).first(None, first.as_str()));
    }
}

/// Keeps the declarations that fit the variable and those before them. A labelled value that a range covers keeps its label.
fn missing(variable: &mut Variable, languages: &[String], losses: &mut Vec<Loss>) {
    let mut alone = Codebook::new("s");
    alone.study.languages = languages.to_vec();
    let mut own = Variable::new(variable.name.as_str(), variable.kind.clone());
    own.missing = std::mem::take(&mut variable.missing);
    if own.name.is_empty() {
        own.name = "v".into();
    }
    let is_sound = |own: &Variable, alone: &mut Codebook| {
        alone.tables = vec![Table::new("t", vec![own.clone()])];
        alone.problems().is_empty()
    };
    if is_sound(&own, &mut alone) {
        variable.missing = own.missing;
        return;
    }
    // Ranges first: they cover more.
    let mut all = std::mem::take(&mut own.missing);
    let count = all.len();
    all.truncate(MOST_MISSING);
    all.sort_by_key(|missing| matches!(missing.values, exporter_core::codebook::MissingValues::One(_)));
    let mut left_out: Vec<Missing> = Vec::new();
    for missing in all {
        own.missing.push(missing);
        if !is_sound(&own, &mut alone) {
            left_out.extend(own.missing.pop());
        }
    }
    variable.missing = own.missing;
    let lost = count.saturating_sub(variable.missing.len());
    if lost > 0 {
        let action = "missing values that others cover or that are none of the kind are left out";
        losses.push(Loss::new(LossCode::MISSING_DROPPED, action).variable(&variable.name).count(lost as u64));
    }
}

fn groups(table: &mut Table, losses: &mut Vec<Loss>) {
    let numeric: HashMap<&str, bool> =
        table.variables.iter().map(|variable| (variable.name.as_str(), variable.kind.is_numeric())).collect();
    for group in &mut table.groups {
        let mut seen = HashSet::new();
        group.members.retain(|member| seen.insert(member.clone()));
        if group.kind == GroupKind::StaticText && !group.members.is_empty() {
            group.kind = GroupKind::Section;
            let action = "a group that is said to be a text alone and has members is read as a section";
            losses.push(
                Loss::new(LossCode::NOT_READ, action).table(&table.name).first(None, group.name.as_str()),
            );
        }
        let is_number = |member: &String| numeric.get(member.as_str()).copied().unwrap_or(true);
        if matches!(group.kind, GroupKind::MultipleDichotomy { .. }) && !group.members.iter().all(is_number) {
            group.kind = GroupKind::MultipleCategory;
        }
    }
    let left_out = without_circles(&mut table.groups);
    if let Some(first) = left_out.first() {
        let loss =
            Loss::new(LossCode::GROUP_DROPPED, "members by which a group would hold itself are left out");
        let loss = loss.table(&table.name).count(left_out.len() as u64).counting("members");
        losses.push(loss.first(None, first.as_str()));
    }
}

/// Leaves out members by which a group would hold itself, and names them.
fn without_circles(groups: &mut [Group]) -> Vec<String> {
    let mut left_out = Vec::new();
    let places: HashMap<String, usize> =
        groups.iter().enumerate().map(|(at, group)| (group.name.clone(), at)).collect();
    // Groups that are done, and the way to the one that is looked at: each with the member that comes next.
    let mut done = vec![false; groups.len()];
    let mut is_open = vec![false; groups.len()];
    for start in 0..groups.len() {
        let mut way = vec![(start, 0_usize)];
        while let Some((at, next)) = way.last_mut() {
            let at = *at;
            if let Some(open) = is_open.get_mut(at) {
                *open = true;
            }
            let member = groups.get(at).and_then(|group| group.members.get(*next)).cloned();
            let Some(member) = member.filter(|_| !done.get(at).copied().unwrap_or(true)) else {
                if let (Some(done), Some(open)) = (done.get_mut(at), is_open.get_mut(at)) {
                    (*done, *open) = (true, false);
                }
                way.pop();
                continue;
            };
            match places.get(&member).copied() {
                Some(inner) if is_open.get(inner).copied().unwrap_or_default() => {
                    if let Some(group) = groups.get_mut(at) {
                        left_out.push(group.members.remove(*next));
                    }
                }
                Some(inner) => {
                    *next += 1;
                    way.push((inner, 0));
                }
                None => *next += 1,
            }
        }
    }
    left_out
}

/// Keeps links to tables above that are of one kind and lead nowhere in a circle.
fn parents(codebook: &mut Codebook, losses: &mut Vec<Loss>) {
    for at in 0..codebook.tables.len() {
        let Some(parent) = codebook.tables.get_mut(at).and_then(|table| table.parent.take()) else {
            continue;
        };
        // Those before are sound: with this one, any problem is of its own.
        let mut alone = Codebook::new("s");
        alone.study.languages.clone_from(&codebook.study.languages);
        for table in &codebook.tables {
            let mut bare = Table::new(table.name.as_str(), Vec::new());
            let is_key = |variable: &&Variable| {
                parent
                    .variables
                    .iter()
                    .any(|(own, of_parent)| variable.name == *own || variable.name == *of_parent)
            };
            let keys = table.variables.iter().filter(is_key);
            bare.variables = keys.map(|key| Variable::new(key.name.as_str(), key.kind.clone())).collect();
            alone.tables.push(bare);
        }
        if let Some(table) = alone.tables.get_mut(at) {
            table.parent = Some(parent.clone());
        }
        let above = |name: &str| codebook.table(name).and_then(|(_, table)| table.parent.as_ref());
        let mut levels =
            std::iter::successors(Some(parent.table.clone()), |name| Some(above(name)?.table.clone()));
        let own = codebook.tables.get(at).map(|table| table.name.clone()).unwrap_or_default();
        let is_circle = levels.by_ref().take(codebook.tables.len() + 1).any(|name| name == own);
        if is_circle || !alone.problems().is_empty() {
            let action = format!(
                "the link to {} is left out: it leads in a circle or joins values of two kinds",
                parent.table
            );
            losses.push(Loss::new(LossCode::KEY_DROPPED, action).table(&own));
            continue;
        }
        if let Some(table) = codebook.tables.get_mut(at) {
            table.parent = Some(parent);
        }
    }
}

/// A name that a file can have.
pub(crate) fn legal_file_name(name: &str, fallback: &str) -> String {
    let name: String =
        name.chars().map(|one| if matches!(one, '/' | '\\' | '\0') { '_' } else { one }).collect();
    match name.as_str() {
        "" | "." | ".." => fallback.to_owned(),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_do_not_hold_themselves() {
        let group =
            |name: &str, members: &[&str]| Group::new(name, GroupKind::Section, members.iter().copied());
        let mut groups = vec![
            group("a", &["b", "x"]),
            group("b", &["c", "a", "c"]),
            group("c", &["c", "b", "d"]),
            group("d", &[]),
        ];
        assert_eq!(without_circles(&mut groups), ["c", "b", "a"]);
        let members: Vec<String> = groups.iter().map(|group| group.members.join(" ")).collect();
        assert_eq!(members, ["b x", "c c", "d", ""]);
        // Every group holds the next one twice: followed one by one, the ways would be two to the power of 200.
        let mut groups: Vec<Group> = (0..200)
            .map(|at| {
                let next = format!("g{}", at + 1);
                group(&format!("g{at}"), &[&next, &next])
            })
            .collect();
        assert_eq!(without_circles(&mut groups), [""; 0]);
        assert!(groups.iter().all(|group| group.members.len() == 2));
    }
}
