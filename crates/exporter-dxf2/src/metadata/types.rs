//! The table of object types and properties: what `types.txt` says.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use crate::target::Target;

/// A type of objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ObjectType {
    /// The name of its collection, such as `dataElements`.
    pub plural: &'static str,
    /// The name of one in XML, such as `dataElement`.
    pub singular: &'static str,
    /// Its place when a server imports: types that others refer to come first.
    pub order: u32,
    /// The first version 2.x that has it as a collection, where not all have.
    pub since: Option<u32>,
    /// The last version 2.x that has it as a collection, where newer ones have not.
    pub until: Option<u32>,
}

impl ObjectType {
    /// Whether a server of the target's versions has it as a collection.
    pub fn is_in(&self, target: Target) -> bool {
        let versions = target.versions();
        self.since.is_none_or(|since| since <= *versions.end())
            && self.until.is_none_or(|until| until >= *versions.start())
    }
}

/// All types, in the order in which a server imports them (section 4 of the fact sheet).
pub fn types() -> &'static [ObjectType] {
    &TABLE.types
}

/// The type of a collection.
///
/// ```
/// assert_eq!(exporter_dxf2::metadata::type_of("categories").unwrap().singular, "category");
/// ```
pub fn type_of(plural: &str) -> Option<&'static ObjectType> {
    TABLE.types.iter().find(|known| known.plural == plural)
}

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::parse(include_str!("types.txt")));

#[derive(Default)]
struct Table {
    types: Vec<ObjectType>,
    plurals: HashMap<&'static str, &'static str>,
    items: HashMap<&'static str, &'static str>,
    /// Lists, and whether their values are plain.
    lists: HashMap<&'static str, bool>,
    objects: HashSet<&'static str>,
    attributes: HashSet<&'static str>,
    numbers: HashSet<&'static str>,
    texts: HashSet<&'static str>,
}

impl Table {
    fn parse(text: &'static str) -> Self {
        let mut table = Self::default();
        let mut section = "";
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                section = name;
                continue;
            }
            let mut words = line.split(' ');
            let (first, second, third) =
                (words.next().unwrap_or_default(), words.next(), words.next().unwrap_or_default());
            match (section, second) {
                ("types", Some(plural)) => {
                    let order = first.parse().unwrap_or(u32::MAX);
                    let (since, until) =
                        words.next().and_then(|word| word.split_once('-')).unwrap_or_default();
                    let (since, until) = (since.parse().ok(), until.parse().ok());
                    table.types.push(ObjectType { plural, singular: third, order, since, until });
                    table.plurals.insert(plural, third);
                }
                ("items", Some(item)) => drop(table.items.insert(first, item)),
                ("lists", star) => drop(table.lists.insert(first, star.is_some())),
                ("objects", _) => drop(table.objects.insert(first)),
                ("attributes", _) => drop(table.attributes.insert(first)),
                ("numbers", _) => drop(table.numbers.insert(first)),
                ("texts", _) => drop(table.texts.insert(first)),
                _ => {}
            }
        }
        table
    }
}

/// A property in what it stands in: a type, by its plural name, or another property.
#[derive(Clone, Copy, Debug)]
pub(super) struct Property<'a> {
    pub(super) within: &'a str,
    pub(super) name: &'a str,
}

impl Property<'_> {
    /// Whether a set has it, for all types or for what it stands in.
    fn is_in(self, names: &HashSet<&'static str>) -> bool {
        names.contains(self.name) || names.contains(self.qualified().as_str())
    }

    fn qualified(self) -> String {
        format!("{}.{}", self.within, self.name)
    }

    /// Whether XML writes it as an attribute.
    pub(super) fn is_attribute(self) -> bool {
        // Of forms the name is an element.
        (self.within, self.name) != ("dataEntryForms", "name") && self.is_in(&TABLE.attributes)
    }

    /// Whether it has an object that may be empty, or a map.
    pub(super) fn is_object(self) -> bool {
        self.is_in(&TABLE.objects) && !TABLE.texts.contains(self.qualified().as_str())
    }

    /// Whether it is a list.
    pub(super) fn is_list(self) -> bool {
        !self.is_object() && (self.in_lists().is_some() || TABLE.plurals.contains_key(self.name))
    }

    /// Whether it is a list of plain values.
    pub(super) fn is_plain(self) -> bool {
        self.in_lists().unwrap_or_default()
    }

    /// What the table of lists says, first of what it stands in.
    fn in_lists(self) -> Option<bool> {
        TABLE.lists.get(self.qualified().as_str()).or_else(|| TABLE.lists.get(self.name)).copied()
    }

    /// Whether its values are numbers.
    pub(super) fn is_number(self) -> bool {
        self.is_in(&TABLE.numbers) && !TABLE.texts.contains(self.qualified().as_str())
    }

    /// Whether its values are texts whatever they say.
    pub(super) fn is_text(self) -> bool {
        self.is_in(&TABLE.texts) && !self.is_number()
    }

    /// The name of one of its values in XML.
    pub(super) fn item(self) -> String {
        let known = TABLE.items.get(self.qualified().as_str()).or_else(|| TABLE.items.get(self.name));
        match known.or_else(|| TABLE.plurals.get(self.name)) {
            Some(item) => (*item).to_owned(),
            None => singular_of(self.name),
        }
    }
}

/// The singular of a plural by its ending: the word itself where it is none.
pub(super) fn singular_of(plural: &str) -> String {
    match plural.strip_suffix("ies") {
        Some(stem) if !stem.is_empty() => format!("{stem}y"),
        _ => plural.strip_suffix('s').filter(|stem| !stem.is_empty()).unwrap_or(plural).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_consistent() {
        let (mut plurals, mut lines) = (HashSet::new(), HashSet::new());
        for line in
            include_str!("types.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
        {
            // A property may be in several sections, but once in each.
            if line.starts_with('[') {
                lines.clear();
            }
            assert!(lines.insert(line), "{line} stands twice");
        }
        for found in types() {
            assert!(plurals.insert(found.plural), "{} stands twice", found.plural);
            assert!(found.order < 10_000 && !found.singular.is_empty(), "{found:?}");
            assert!(!found.plural.contains('.') && singular_of(found.plural) == found.singular, "{found:?}");
        }
        assert!(types().is_sorted_by_key(|found| found.order));
        let lists = |name: &str| TABLE.lists.contains_key(name) || TABLE.plurals.contains_key(name);
        for qualified in TABLE.items.keys() {
            assert!(lists(qualified.rsplit('.').next().unwrap()), "{qualified} is no list");
        }
        assert!(TABLE.numbers.iter().all(|name| !TABLE.texts.contains(name)));
    }

    #[test]
    fn types_are_in_the_versions_that_have_them() {
        for (plural, wanted) in [
            ("charts", [true, true, true, false, false, false]),
            ("visualizations", [false, false, true, true, true, true]),
            ("trackedEntities", [true, true, false, false, false, false]),
            ("programStageDataElements", [false, true, true, true, false, false]),
            ("dataElements", [true; 6]),
        ] {
            assert_eq!(Target::ALL.map(|target| type_of(plural).unwrap().is_in(target)), wanted, "{plural}");
        }
    }

    #[test]
    fn properties_are_known_by_what_they_stand_in() {
        let of = |within, name| Property { within, name };
        assert!(of("dataElements", "name").is_attribute() && !of("dataEntryForms", "name").is_attribute());
        assert!(of("organisationUnits", "level").is_attribute() && !of("legends", "level").is_attribute());
        assert!(of("constants", "value").is_number() && of("attributeValues", "value").is_text());
        assert!(of("userGroups", "users").is_list() && !of("sharing", "users").is_list());
        assert_eq!(of("organisationUnits", "children").item(), "child");
        assert_eq!(of("dataSets", "legendSets").item(), "legendSets");
        assert_eq!(of("categoryCombos", "categories").item(), "category");
        assert_eq!(of("x", "analyticsPeriodBoundaries").item(), "analyticsPeriodBoundary");
    }
}
