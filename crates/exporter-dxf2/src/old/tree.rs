//! What is odd in the organisation units and the codes of an old file, and the levels that its tree gives.

use std::collections::{HashMap, HashSet};

use exporter_xml::Position;

use super::Metadata;
use crate::mode::Remark;
use crate::value::{Object, Value};

const UNITS: &str = "organisationUnits";

/// Gives each organisation unit its level, and remarks those whose parent is not there or that are below themselves.
pub(super) fn add_levels(metadata: &mut Metadata) {
    let parents: HashMap<String, Option<String>> = units(metadata)
        .filter_map(|(_, unit)| Some((unit.text("id")?.to_owned(), parent(unit).map(str::to_owned))))
        .collect();
    let mut levels: HashMap<&str, Option<i64>> = HashMap::new();
    for start in parents.keys() {
        // Up to the first unit whose level is known, and down again.
        let (mut path, mut on_path) = (Vec::new(), HashSet::new());
        let mut at = start.as_str();
        let mut level = loop {
            if let Some(level) = levels.get(at) {
                break *level;
            }
            if !on_path.insert(at) {
                break None;
            }
            path.push(at);
            match parents.get(at).and_then(Option::as_deref) {
                None => break Some(0),
                Some(parent) => match parents.get_key_value(parent) {
                    Some((parent, _)) => at = parent,
                    // What is above an orphan is not known.
                    None => break None,
                },
            }
        };
        for unit in path.into_iter().rev() {
            level = level.map(|level| level + 1);
            levels.insert(unit, level);
        }
    }
    let mut odd = Vec::new();
    for (index, (_, unit)) in metadata.objects.iter_mut().filter(|(plural, _)| plural == UNITS).enumerate() {
        let Some(id) = unit.text("id").map(str::to_owned) else { continue };
        let message = match levels.get(id.as_str()).copied().flatten() {
            Some(level) => {
                unit.set("level", level);
                continue;
            }
            None if parent(unit).is_some_and(|parent| !parents.contains_key(parent)) => {
                "its parent is not in the file: it is an orphan"
            }
            None => "it is below itself, or below an orphan: it has no level",
        };
        odd.push(
            Remark::new(Position::of_line(1), message).object(index as u64, Some(&id)).property("parent"),
        );
    }
    odd.into_iter().for_each(|remark| metadata.remarks.add(remark));
}

/// Remarks codes that several objects of a type have.
pub(super) fn check_codes(metadata: &mut Metadata) {
    let mut seen = HashSet::new();
    for (index, (plural, object)) in metadata.objects.iter().enumerate() {
        let Some(code) = object.text("code").filter(|code| !code.is_empty()) else { continue };
        if !seen.insert((plural.as_str(), code)) {
            let message = format!("another of the {plural} has the code {code:?}");
            let remark = Remark::new(Position::of_line(1), message).object(index as u64, object.text("id"));
            metadata.remarks.add(remark.property("code"));
        }
    }
}

fn units(metadata: &Metadata) -> impl Iterator<Item = &(String, Object)> {
    metadata.objects.iter().filter(|(plural, _)| plural == UNITS)
}

fn parent(unit: &Object) -> Option<&str> {
    unit.get("parent").and_then(Value::as_object)?.text("id")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_come_from_the_tree_and_what_is_odd_is_remarked() {
        let mut metadata = Metadata::default();
        let unit = |id: &str, parent: Option<&str>| {
            let unit = Object::new().with("id", id).with("code", "same");
            let unit = match parent {
                Some(parent) => unit.with("parent", Object::new().with("id", parent)),
                None => unit,
            };
            (UNITS.to_owned(), unit)
        };
        metadata.objects = vec![
            unit("c", Some("b")),
            unit("a", None),
            unit("b", Some("a")),
            unit("x", Some("y")),
            unit("y", Some("x")),
            unit("z", Some("y")),
            unit("o", Some("gone")),
        ];
        add_levels(&mut metadata);
        check_codes(&mut metadata);
        let levels: Vec<_> = metadata.objects.iter().map(|(_, unit)| unit.get("level").cloned()).collect();
        let level = |level: i64| Some(Value::from(level));
        assert_eq!(levels, [level(3), level(1), level(2), None, None, None, None]);
        let told: Vec<(Option<&str>, u64)> =
            metadata.remarks.iter().map(|remark| (remark.id.as_deref(), remark.count)).collect();
        assert_eq!(told, [(Some("x"), 3), (Some("o"), 1), (Some("a"), 6)]);
    }

    #[test]
    fn a_deep_tree_takes_no_quadratic_time() {
        let objects = (0..20_000)
            .map(|at| {
                let unit = Object::new().with("id", format!("{at}"));
                let parent = Object::new().with("id", format!("{}", at + 1));
                (UNITS.to_owned(), if at < 19_999 { unit.with("parent", parent) } else { unit })
            })
            .collect();
        let mut metadata = Metadata { objects, ..Metadata::default() };
        add_levels(&mut metadata);
        assert_eq!(metadata.objects[0].1.get("level"), Some(&Value::from(20_000)));
    }
}
